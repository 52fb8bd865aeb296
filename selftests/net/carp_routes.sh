#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Routes and addresses of a device that is not master, where the kernel makes,
# revives or drops them behind our back. Each was a bug once.
# shellcheck disable=SC2317 # functions called by name

ALL_TESTS="
	an_ipv6_address_survives_down_and_up
	connected_routes_are_there_and_hidden_on_a_backup
	a_second_address_added_on_a_backup_answers_after_takeover
	addresses_survive_the_removal_of_their_first_on_a_backup
	a_dead_multipath_route_holds_no_device
	a_vrf_that_saw_traffic_can_be_deleted
	parent_and_device_go_in_one_batch
	one_address_on_two_links_is_answered_on_both
	a_parent_in_a_vrf_counts_no_badif
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"

# shellcheck source=routes_lib.sh
. "$(dirname "$0")/routes_lib.sh"

an_ipv6_address_survives_down_and_up() {
	local i

	setup_nodes 1
	member 1 advskew 0
	must nip 1 addr add 2001:db8::100/64 dev carp0
	for i in 1 2 3; do
		must nip 1 link set carp0 down
		must nip 1 link set carp0 up
		check "round $i: backup" is_state 1 BACKUP
		check "round $i: the address is there" grep -q 2001:db8::100 \
			<(nip 1 addr show dev carp0)
	done
	check "and works" slowwait 10 is_state 1 MASTER
	check "it is local" slowwait 2 \
		tells ^local nip 1 -6 route get 2001:db8::100
}

tests_run "$@"
