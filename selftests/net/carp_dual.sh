#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# carp_rules.sh where nodes and carp devices have addresses of both families: what
# holds for one of them holds beside the other. Elections are in carp_election6.sh
# and carp_ipv6.sh.
# shellcheck disable=SC2317 # functions called by name

ALL_TESTS="
	no_frame_binds_the_address_to_another_mac_over_ipv4_beside_ipv6
	the_address_is_local_on_the_master_alone_over_ipv6_beside_ipv4
	a_backup_never_speaks_from_the_address_over_ipv6_beside_ipv4
	a_firewall_that_drops_all_does_not_stop_the_election_over_ipv6_beside_ipv4
"

# shellcheck disable=SC2034 # run by "make test-long"
LONG_TESTS="
	the_address_is_local_on_the_master_alone_over_ipv4_beside_ipv6
	a_backup_never_speaks_from_the_address_over_ipv4_beside_ipv6
	a_backup_never_speaks_with_the_virtual_mac_over_ipv6_beside_ipv4
	going_away_in_any_way_says_goodbye_over_ipv6_beside_ipv4
	tcp_through_the_address_behaves_as_tcp_over_ipv4_beside_ipv6
	a_hundred_failovers_are_no_news_of_addresses_over_ipv6_beside_ipv4
	no_frame_binds_the_address_to_another_mac_over_ipv6_beside_ipv4
	tcp_through_the_address_behaves_as_tcp_over_ipv6_beside_ipv4
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"
# shellcheck source=rules_lib.sh
. "$(dirname "$0")/rules_lib.sh"
# shellcheck source=traffic_lib.sh
. "$(dirname "$0")/traffic_lib.sh"

tests_run "$@"
