#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# carp_election.sh over IPv6, and with both families. Others of its tests are in
# carp_ipv6.sh.
# shellcheck disable=SC2317 # functions called by name

ALL_TESTS="
	master_down_and_intervals_are_exact_over_ipv6
	an_advbase_of_0_counts_in_256ths_over_ipv6
	the_goodbye_after_the_last_address_has_a_source_over_ipv6
	forcing_either_state_in_either_state_is_survived_over_ipv6
	roles_swap_within_a_tenth_of_a_second_over_ipv6
	three_members_take_over_in_order_over_ipv6
	equal_members_settle_and_stay_for_five_minutes_over_ipv6
	equal_members_settle_and_stay_for_five_minutes_over_ipv6_beside_ipv4
	equal_masters_settle_when_a_split_heals_over_ipv6
	equal_masters_settle_when_a_split_heals_over_ipv6_beside_ipv4
	a_slow_master_is_replaced_only_with_preempt_over_ipv6
	a_master_yields_to_a_faster_one_over_ipv6
	a_master_stays_against_a_slower_one_over_ipv6
	a_master_decides_an_equal_one_by_ipv6_source_address
	a_master_decides_an_equal_source_by_cookie_over_ipv6
	a_backup_takes_over_on_goodbye_without_preempt_over_ipv6
	a_backup_without_preempt_leaves_a_slower_master_alone_over_ipv6
	a_backup_with_preempt_replaces_a_slower_master_over_ipv6
	a_backup_replaces_a_master_that_would_time_out_over_ipv6
	a_backup_replaces_a_more_demoted_master_over_ipv6
	a_passphrase_of_19_characters_counts_whole_over_ipv6
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"
# shellcheck source=election_lib.sh
. "$(dirname "$0")/election_lib.sh"

# From the first octet on, the smaller stays. Ours is fe80::ff:fe00:1.
a_master_decides_an_equal_one_by_ipv6_source_address() {
	local source

	in_family 6
	setup_one
	force 1 master
	inject advbase=250 advskew=0 <<-EOF
		ipackets6+opackets6+conflicts src=fe80::ff:fe00:2
		ipackets6 src=fe80::1:0:0:0
		ipackets6 src=fe80::ff:fe01:0
		ipackets6 src=fe81::
		ipackets6 src=ff00::
	EOF
	for source in fe80::ff:fe00:0 fe80::fe:ffff:ffff 2001:db8::9 ::; do
		force 1 master
		inject advbase=250 advskew=0 \
			<<<"ipackets6>BACKUP src=$source"
	done
}

tests_run "$@"
