#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# carp_demote.sh over IPv6, where the family makes a difference.
# shellcheck disable=SC2317 # functions called by name

ALL_TESTS="
	demoting_a_group_swaps_the_roles_of_unicast_peers_over_ipv6
	demoting_a_device_or_the_host_swaps_the_roles_over_ipv6
	the_sum_is_told_in_the_byte_and_in_advskew_over_ipv6
	of_two_masters_the_one_that_stays_announces_itself_at_once_over_ipv6
"

# shellcheck disable=SC2034 # run by "make test-long"
LONG_TESTS="
	addresses_are_announced_again_by_time_over_ipv6
	negative_demotion_leaves_one_master_over_ipv6
	addresses_are_announced_again_when_a_bond_fails_over_over_ipv6
	demoting_a_group_swaps_the_roles_over_ipv6
	demoting_a_group_swaps_the_roles_with_the_parents_mac_over_ipv6
	demoting_a_group_swaps_the_roles_of_unicast_peers_with_the_parents_mac_over_ipv6
	sending_that_fails_demotes_until_it_works_again_over_ipv6
	members_do_not_take_turns_where_only_advertisements_are_refused_over_ipv6
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"
# shellcheck source=demote_lib.sh
. "$(dirname "$0")/demote_lib.sh"

tests_run "$@"
