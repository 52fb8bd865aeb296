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
	a_vrf_that_saw_traffic_can_be_deleted_over_ipv6
	parent_and_device_go_in_one_batch_over_ipv6
	one_address_on_two_links_is_answered_on_both_over_ipv6
	a_parent_in_a_vrf_counts_no_badif_over_ipv6
	a_next_hop_object_may_become_anything
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

tests_run "$@"
