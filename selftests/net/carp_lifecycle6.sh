#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# carp_lifecycle.sh over IPv6, and with both families. The console is watched all
# the same.
# shellcheck disable=SC2317 # functions called by name

ALL_TESTS="
	devices_come_and_go_two_hundred_times_over_ipv6
	many_addresses_go_with_their_device_at_once_over_ipv6
	addresses_come_and_go_two_hundred_times_over_ipv6
	the_module_goes_while_master_under_traffic_over_ipv6
	the_module_goes_with_devices_in_several_namespaces_over_ipv6
	namespaces_go_with_all_that_is_in_them_over_ipv6
	the_parent_is_deleted_under_a_master_over_ipv6
	several_devices_go_with_their_parent_over_ipv6
	a_parent_that_comes_back_is_used_again_over_ipv6
	the_parent_changes_its_mtu_over_ipv6
	the_parent_changes_its_mac_address_over_ipv6
	everything_can_be_renamed_over_ipv6
	the_vhid_changes_while_master_over_ipv6
	the_parent_moves_to_another_namespace_over_ipv6
	marks_follow_the_state_of_a_device_over_ipv6
	marks_survive_the_addition_of_addresses_over_ipv6
	marks_survive_removals_in_a_row_over_ipv6
	marks_survive_other_routes_over_ipv6
	marks_survive_down_and_up_over_ipv6
	marks_come_back_after_the_sysctl_over_ipv6
	marks_are_right_for_an_address_on_two_devices_over_ipv6
"

# shellcheck disable=SC2034 # run by "make test-long"
LONG_TESTS="
	a_parent_that_comes_back_is_used_again_over_ipv6_beside_ipv4
	marks_survive_down_and_up_over_ipv4_beside_ipv6
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"
# shellcheck source=lifecycle_lib.sh
. "$(dirname "$0")/lifecycle_lib.sh"
# shellcheck source=marks_lib.sh
. "$(dirname "$0")/marks_lib.sh"

tests_run "$@"
