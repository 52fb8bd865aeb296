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
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"
# shellcheck source=routes_lib.sh
. "$(dirname "$0")/routes_lib.sh"

tests_run "$@"
