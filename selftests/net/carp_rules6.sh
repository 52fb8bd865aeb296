#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# carp_rules.sh over IPv6, and what IPv6 alone could give away. Others of its tests
# are in carp_ipv6.sh.
# shellcheck disable=SC2317 # functions called by name

ALL_TESTS="
	a_hundred_failovers_are_no_news_of_addresses_over_ipv6
	only_the_master_answers_who_asks_for_the_address_over_ipv6
	another_link_hears_nothing_of_the_address_over_ipv6
	no_frame_binds_the_address_to_another_mac_over_ipv6
	a_backup_reaches_the_master_at_the_address_over_ipv6
	the_address_is_local_on_the_master_alone_over_ipv6
	without_a_route_the_address_is_unreachable_at_once_over_ipv6
	a_backup_never_speaks_from_the_address_over_ipv6
	a_connection_left_behind_falls_silent_over_ipv6
	a_backup_never_speaks_with_the_virtual_mac_over_ipv6
	the_thousandth_address_is_announced_at_once_over_ipv6
	all_frames_from_the_address_have_the_virtual_mac_over_ipv6
	addresses_on_two_devices_leave_each_with_its_own_mac_over_ipv6
	going_away_in_any_way_says_goodbye_over_ipv6
	a_parent_that_is_deleted_says_goodbye_over_ipv6
	a_namespace_that_goes_away_says_goodbye_over_ipv6
	tcp_through_the_address_behaves_as_tcp_over_ipv6
	the_path_mtu_is_found_through_the_address_over_ipv6
	changes_on_a_live_master_lose_no_packet_over_ipv6
	a_firewall_that_drops_all_does_not_stop_the_election_over_ipv6
	the_documented_rules_let_service_through_over_ipv6
	no_link_local_address_comes_by_itself
	no_link_local_address_comes_with_a_greater_mtu
	a_link_local_address_outlives_down_and_up
	groups_are_joined_on_the_parent
"
# shellcheck disable=SC2034 # run by "make test-long"
LONG_TESTS="
	the_address_is_never_the_default_source_over_ipv6
	a_forwarded_session_survives_the_failover_over_ipv6
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"
# shellcheck source=rules_lib.sh
. "$(dirname "$0")/rules_lib.sh"
# shellcheck source=traffic_lib.sh
. "$(dirname "$0")/traffic_lib.sh"

link_local() {
	nip 1 -6 -o addr show dev carp0 scope link
}

alone() {
	equal "$1: link-local addresses" "" "$(link_local)"
}

no_link_local_address_comes_with_a_greater_mtu() {
	setup_nodes 2
	member 1
	check "master" slowwait 5 is_state 1 MASTER
	must nip 1 link set carp0 mtu 1200
	must nip 1 link set carp0 mtu 1500
	alone "on a master"
	must nip 1 link set carp0 type carp state backup
	must nip 1 link set carp0 mtu 1200
	must nip 1 link set carp0 mtu 1500
	alone "on a backup"
	must nip 1 link set carp0 type carp state master
	check "master again" is_state 1 MASTER
	must n 2 ping -q -c 1 -W 1 "$VIP"
	alone "once the link is ready"
	must nip 1 addr add "$VIP6/64" dev carp0
	give 2 2001:db8::2/64 eth0
	check "and IPv6 works" slowwait 5 n 2 ping -q -c 1 -W 1 "$VIP6"
}

no_link_local_address_comes_by_itself() {
	in_family 6
	setup_nodes 2
	capture 2 eth0 "$TMP/wire" "icmp6 and ip6[40] = 133"
	must nip 1 link add carp0 link eth0 type carp vhid 1 pass "$PASS"
	alone "before the first up"
	must nip 1 addr add "$VIP/$LEN" dev carp0
	must nip 1 link set carp0 up
	check "backup" slowwait 1 is_state 1 BACKUP
	sleep 2
	alone "BACKUP"
	must nip 1 link set carp0 type carp state master
	sleep 2
	alone "MASTER"
	sysctl_set 1 net.carp.allow=0
	alone "allow=0"
	sysctl_set 1 net.carp.allow=1
	must nip 1 link set eth0 down
	alone "parent down"
	must nip 1 link set eth0 up
	check "backup" slowwait 2 is_state 1 BACKUP
	sleep 2
	alone "parent up again"
	must nip 1 link set carp0 type carp state master
	must nip 1 link set carp0 down
	must nip 1 link set carp0 up
	sleep 2
	alone "down and up"
	# A router would be looked for three times, four seconds apart.
	sleep 12
	capture_stop "$CAPTURE"
	check "the parent has asked for routers" test \
		"$(frames "$TMP/wire" ether src 02:00:00:00:00:01 | wc -l)" -ge 3
	equal "the device has not" "" "$(frames "$TMP/wire" ether src "$VMAC")"
	# One that somebody adds stays, whatever the state.
	must nip 1 addr add fe80::100/64 dev carp0
	must nip 1 link set carp0 type carp state backup
	check "BACKUP: it stays" grep -q " fe80::100/64 " <(link_local)
	must nip 1 link set carp0 type carp state master
	check "MASTER: it stays" grep -q " fe80::100/64 " <(link_local)
	must nip 1 link set eth0 down
	check "parent down: it stays" grep -q " fe80::100/64 " <(link_local)
	must nip 1 link set eth0 up
	check "parent up: it stays" grep -q " fe80::100/64 " <(link_local)
	equal "the only one" 1 "$(link_local | wc -l)"
}

# With what it was added with, and as silent as any other.
link_local_is_whole() {
	local shown

	shown=$(link_local)
	check "$1: it is there" grep -q \
		" fe80::100/64 metric 77 scope link .*nodad" <<<"$shown"
	check "$1: for ever" grep -q "valid_lft forever" <<<"$shown"
	check "$1: not by a router" fails grep -qE "mngtmpaddr|proto" <<<"$shown"
	check "$1: so is the other" grep -q " fe80::101/128 " <<<"$shown"
	equal "$1: no more" 2 "$(link_local | wc -l)"
}

a_link_local_address_outlives_down_and_up() {
	local i

	in_family 6
	setup_nodes 2
	member 1
	must nip 1 addr add fe80::100/64 dev carp0 metric 77
	must nip 1 addr add fe80::101/128 dev carp0
	for i in {1..20}; do
		must nip 1 addr add "${NET}7:$i/128" dev carp0
	done
	force 1 master
	sysctl_set 1 net.ipv6.conf.carp0.use_tempaddr=2
	for i in 1 2; do
		must nip 1 link set carp0 down
		link_local_is_whole "down $i"
		check "and silent" fails n 2 ping -c 1 -W 1 fe80::100%eth0
		must nip 1 link set carp0 up
		force 1 master
		link_local_is_whole "up $i"
		check "it answers" slowwait 3 n 2 ping -c 1 -W 1 fe80::100%eth0
		equal "by the virtual MAC" "$VMAC" "$(nip 2 -j neigh show \
			fe80::100 dev eth0 | jq -r '.[0].lladdr')"
		must nip 2 neigh flush dev eth0
	done
	equal "all addresses" 23 "$(nip 1 -6 -o addr show dev carp0 | wc -l)"
	# One that is taken away stays away.
	must nip 1 addr del fe80::101/128 dev carp0
	must nip 1 link set carp0 down
	must nip 1 addr del fe80::100/64 dev carp0
	equal "down: none" "" "$(link_local)"
	must nip 1 link set carp0 up
	equal "up: none" "" "$(link_local)"
	must nip 1 addr add fe80::100/64 dev carp0
	must nip 1 link del carp0
	check "so does the device" fails nip 1 link show carp0
}

# joined PORT GROUP...: all of them, as the snooping bridge knows it
joined() {
	local port=$1 groups group

	shift
	groups=$(n seg bridge mdb show dev br0)
	for group in "$@"; do
		[[ $groups == *"port $port grp $group "* ]] || return
	done
}

# left PORT GROUP...: none of them
left() {
	local port=$1 groups group

	shift
	groups=$(n seg bridge mdb show dev br0)
	for group in "$@"; do
		[[ $groups != *"port $port grp $group "* ]] || return
	done
}

groups_are_joined_on_the_parent() {
	local all="ff02::12 ff02::1:ff00:100" POLL=0.7

	in_family 6
	setup_nodes 2
	must nip seg link set br0 type bridge mcast_snooping 1 \
		mcast_querier 1 mcast_query_response_interval 100 \
		mcast_last_member_interval 100
	member 1
	member 2 advskew 100
	check "node 1 is master" slowwait 5 is_state 1 MASTER
	# shellcheck disable=SC2086
	{
		check "the master's" slowwait 3 joined p1 $all
		check "the backup's" slowwait 3 joined p2 $all
		check "node 2 is backup" is_state 2 BACKUP
		must nip 2 addr add "${NET}1:101/$LEN" dev carp0
		check "one more" slowwait 3 joined p2 ff02::1:ff01:101 $all
		must nip 2 link del carp0
		check "none without the device" \
			slowwait 5 left p2 ff02::1:ff01:101 $all
		check "the master's stay" joined p1 $all
		must nip 1 link del carp0
		check "none without it" slowwait 5 left p1 $all
	}
}

tests_run "$@"
