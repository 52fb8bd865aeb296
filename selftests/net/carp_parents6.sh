#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# carp_parents.sh over IPv6.
# shellcheck disable=SC2317 # functions called by name

ALL_TESTS="
	a_pair_on_vlan_devices_over_ipv6
	a_pair_on_vlan_devices_that_keep_the_tag_over_ipv6
	a_pair_on_bonds_over_ipv6
	a_pair_on_bridges_over_ipv6
	a_pair_inside_a_vrf_over_ipv6
	three_devices_on_one_parent_share_the_work_over_ipv6
	one_address_on_two_devices_is_local_where_one_is_master_over_ipv6
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"
# shellcheck source=parents_lib.sh
. "$(dirname "$0")/parents_lib.sh"

tests_run "$@"
