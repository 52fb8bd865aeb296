#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What may not be traded away, in one host's namespaces and on stock sysctls. That
# takeover waits for no lock needs a lock held, and real hosts: selftests/vm/pair.
# shellcheck disable=SC2317 # functions called by name

ALL_TESTS="
	the_address_is_visible_in_every_state
	a_hundred_failovers_are_no_news_of_addresses
	only_the_master_answers_who_asks_for_the_address
	another_link_hears_nothing_of_the_address
	no_frame_binds_the_address_to_another_mac
	a_backup_reaches_the_master_at_the_address
	the_address_is_local_on_the_master_alone
	without_a_route_the_address_is_unreachable_at_once
	a_backup_never_speaks_from_the_address
	a_connection_left_behind_falls_silent
	a_backup_never_speaks_with_the_virtual_mac
	the_thousandth_address_is_announced_at_once
	the_master_sees_both_directions_on_the_carp_device
	all_frames_from_the_address_have_the_virtual_mac
	addresses_on_two_devices_leave_each_with_its_own_mac
	the_address_is_never_the_default_source
	the_address_need_not_lie_in_the_parents_subnet
	the_parent_needs_no_address
	monitors_hear_of_each_state
	the_last_sixteen_transitions_are_kept
	going_away_in_any_way_says_goodbye
	a_parent_that_is_deleted_says_goodbye
	a_namespace_that_goes_away_says_goodbye
	tcp_through_the_address_behaves_as_tcp
	the_path_mtu_is_found_through_the_address
	a_forwarded_session_survives_the_failover
	changes_on_a_live_master_lose_no_packet
	a_firewall_that_drops_all_does_not_stop_the_election
	the_documented_rules_let_service_through
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"

# shellcheck source=rules_lib.sh
. "$(dirname "$0")/rules_lib.sh"
# shellcheck source=traffic_lib.sh
. "$(dirname "$0")/traffic_lib.sh"

the_master_sees_both_directions_on_the_carp_device() {
	local rx tx

	setup_pair
	rx=$(nip 1 -s -j link show carp0 | jq '.[0].stats64.rx.packets')
	tx=$(nip 1 -s -j link show carp0 | jq '.[0].stats64.tx.packets')
	capture 1 carp0 "$TMP/carp0" icmp
	check "ping" pings 3 "$VIP" 5
	check "ping from it" n 1 ping -q -c 5 -i 0.2 -W 1 -I "$VIP" 192.0.2.3
	capture_stop "$CAPTURE"
	equal "in" 10 "$(tcpdump -n -r "$TMP/carp0" dst "$VIP" 2>/dev/null | wc -l)"
	equal "out" 10 "$(tcpdump -n -r "$TMP/carp0" src "$VIP" 2>/dev/null | wc -l)"
	check "counted in" test $(($(nip 1 -s -j link show carp0 |
		jq '.[0].stats64.rx.packets') - rx)) -ge 10
	check "counted out" test $(($(nip 1 -s -j link show carp0 |
		jq '.[0].stats64.tx.packets') - tx)) -ge 10
	wire_is_clean
}

the_address_need_not_lie_in_the_parents_subnet() {
	local length

	setup_nodes 3
	member 1
	must nip 3 route add 203.0.113.100/32 dev eth0
	for length in 24 32; do
		must nip 1 addr flush dev carp0
		must nip 1 addr add "203.0.113.100/$length" dev carp0
		check "master" slowwait 5 is_state 1 MASTER
		check "ping /$length" pings 3 203.0.113.100
	done
}

the_parent_needs_no_address() {
	setup_nodes 3
	must nip 1 addr flush dev eth0
	must nip 2 addr flush dev eth0
	member 1
	member 2 advskew 100
	check "node 1 is master" slowwait 5 is_state 1 MASTER
	check "ping" pings 3 "$VIP"
	must nip 1 link set carp0 down
	check "node 2 is master" slowwait 1 is_state 2 MASTER
	check "ping" pings 3 "$VIP"
}

monitors_hear_of_each_state() {
	setup_nodes 1
	bg 1 ip -d monitor link
	must slowwait 2 nip 1 link set lo alias awake
	member 1
	check "the BACKUP" slowwait 2 grep -q "carp state BACKUP" "$BG_OUT"
	check "as DORMANT" grep -q "carp0.*state DORMANT" "$BG_OUT"
	check "the MASTER" slowwait 5 grep -q "carp state MASTER" "$BG_OUT"
	check "as UP" slowwait 2 grep -q "carp0.*state UP" "$BG_OUT"
	must nip 1 link set carp0 down
	check "the INIT" slowwait 2 grep -q "carp state INIT" "$BG_OUT"
}

the_last_sixteen_transitions_are_kept() {
	local i

	setup_nodes 1
	member 1 advbase 100
	check "backup" slowwait 1 is_state 1 BACKUP
	for ((i = 0; i < 10; i++)); do
		echo "link set carp0 type carp state master"
		echo "link set carp0 type carp state backup"
	done >"$TMP/batch"
	must nip 1 -batch "$TMP/batch"
	info 1 '{serial, history}' >"$TMP/history"
	# shellcheck disable=SC2016 # $last and $i are for jq
	check "all of it" jq -e '
		.serial as $last | .history |
		(length == 16) and (.[-1].serial == $last) and
		([range(1; 16) as $i | .[$i].serial == .[$i - 1].serial + 1] | all) and
		([range(1; 16) as $i | .[$i].from == .[$i - 1].to] | all) and
		([range(1; 16) as $i | .[$i].time >= .[$i - 1].time] | all) and
		([.[].reason == "user requested"] | all)' "$TMP/history"
	equal "serial" 21 "$(jq .serial "$TMP/history")"
}

tests_run "$@"
