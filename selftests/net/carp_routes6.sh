#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# carp_routes.sh over IPv6.
# shellcheck disable=SC2317 # functions called by name

ALL_TESTS="
	connected_routes_are_there_and_hidden_on_a_backup_over_ipv6
	a_second_address_added_on_a_backup_answers_after_takeover_over_ipv6
	addresses_survive_the_removal_of_their_first_on_a_backup_over_ipv6
	a_dead_multipath_route_holds_no_device_over_ipv6
	of_two_routes_a_backup_takes_the_other_over_ipv6
	a_vrf_that_saw_traffic_can_be_deleted_over_ipv6
	parent_and_device_go_in_one_batch_over_ipv6
	one_address_on_two_links_is_answered_on_both_over_ipv6
	a_parent_in_a_vrf_counts_no_badif_over_ipv6
	a_next_hop_object_may_become_anything
	an_address_of_two_backups_is_the_source_of_neither
	a_link_local_address_survives_a_vrf
	a_secret_for_all_devices_plants_no_address
	another_way_to_make_addresses_plants_none_either
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"
# shellcheck source=routes_lib.sh
. "$(dirname "$0")/routes_lib.sh"

# Routes keep it, dead ones too.
a_next_hop_object_may_become_anything() {
	in_family 6
	setup_nodes 2
	member 1
	check "master" slowwait 5 is_state 1 MASTER
	must nip 1 -6 nexthop add id 1 dev carp0
	must nip 1 -6 route add 2001:db8:9::/64 nhid 1
	must nip 1 -6 nexthop replace id 1 via 2001:db8::2 dev eth0
	must nip 1 link set carp0 type carp state backup
	check "backup" is_state 1 BACKUP
	check "another link's next hop is not marked" fails has_linkdown
	must nip 1 -6 nexthop replace id 1 dev carp0
	must nip 1 -6 route del 2001:db8:9::/64
	must nip 1 nexthop replace id 1 blackhole
	must nip 1 link set carp0 type carp state master
	check "master again" is_state 1 MASTER
	must nip 1 link del carp0
}

has_linkdown() {
	nip 1 -6 route show 2001:db8:9::/64 | grep -q linkdown
}

# flags NODE DEVICE: of $VIP6 there
flags() {
	nip "$1" -6 -o addr show dev "$2" to "$VIP6"
}

an_address_of_two_backups_is_the_source_of_neither() {
	local vhid

	in_family 6
	setup_nodes 2
	for vhid in 1 2; do
		must nip 2 link add "carp$vhid" link eth0 type carp \
			vhid "$vhid" pass "$PASS"
		must nip 2 addr add "$VIP/64" dev "carp$vhid"
		must nip 2 link set "carp$vhid" up
	done
	for vhid in 1 2; do
		check "master of $vhid" slowwait 10 is_state 2 MASTER "carp$vhid"
		must nip 1 link add "carp$vhid" link eth0 type carp \
			vhid "$vhid" advskew 50 pass "$PASS"
		must nip 1 link set "carp$vhid" up
	done
	must nip 1 addr add "$VIP/64" dev carp1
	sleep 1
	must nip 1 addr add "$VIP/64" dev carp2
	sleep 1
	for vhid in 1 2; do
		check "backup of $vhid" is_state 1 BACKUP "carp$vhid"
		check "hidden on carp$vhid" slowwait 2 \
			tells tentative flags 1 "carp$vhid"
	done
	check "the host reaches the master" n 1 ping -q -c 2 -i 0.2 -W 1 "$VIP"
}

a_link_local_address_survives_a_vrf() {
	setup_nodes6 1
	VIPS="2001:db8::100/64 fe80::100/64" member 1
	check "master" slowwait 10 is_state 1 MASTER
	must nip 1 link add vrf7 type vrf table 77
	must nip 1 link set vrf7 up
	must nip 1 link set eth0 master vrf7
	must nip 1 link set carp0 master vrf7
	check "in one" slowwait 2 has_both
	must nip 1 link set carp0 nomaster
	check "out of it" slowwait 2 has_both
	must nip 1 link set carp0 down
	must nip 1 link set carp0 master vrf7
	check "while it is down" slowwait 2 has_both
	must nip 1 link set carp0 up
	check "up" slowwait 2 has_both
	must nip 1 link del vrf7
	check "after its end" slowwait 2 has_both
	must nip 1 addr del fe80::100/64 dev carp0
	check "until it is removed" fails tells fe80::100 \
		nip 1 -6 addr show dev carp0
}

has_both() {
	tells fe80::100 nip 1 -6 addr show dev carp0 &&
		tells 2001:db8::100 nip 1 -6 addr show dev carp0
}

a_secret_for_all_devices_plants_no_address() {
	setup_nodes6 1
	VIPS=2001:db8::100/64 member 1 advbase 200
	# A new device is ready for IPv6; one that was a backup before is not.
	sleep 3
	must nip 1 link set carp0 down
	must nip 1 link set carp0 up
	sysctl_set 1 net.ipv6.conf.default.stable_secret=2001:db8::5:ec:7e7
	must nip 1 link set carp0 type carp state master
	sleep 3
	check "no address of its own" fails tells fe80 \
		nip 1 -6 addr show dev carp0
}

another_way_to_make_addresses_plants_none_either() {
	setup_nodes6 1
	VIPS=2001:db8::100/64 member 1 advbase 200
	must nip 1 link set carp0 type carp state master
	sysctl_set 1 net.ipv6.conf.all.addr_gen_mode=0
	sysctl_set 1 net.ipv6.conf.all.addr_gen_mode=3
	check "no address of its own" fails tells fe80 \
		nip 1 -6 addr show dev carp0
	equal "nor will it make one" 1 \
		"$(n 1 sysctl -n net.ipv6.conf.carp0.addr_gen_mode)"
	check "one that is wanted is taken" \
		nip 1 addr add fe80::100/64 dev carp0
}

tests_run "$@"
