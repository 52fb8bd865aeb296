#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Devices, parents, namespaces and the module come and go, under traffic. A
# reference that is left behind makes a deletion wait for ever, and the kernel
# complains on the console, which selftests/vm/net.py watches.
# shellcheck disable=SC2317 # functions called by name

ALL_TESTS="
	devices_come_and_go_two_hundred_times
	a_device_goes_up_and_down_two_hundred_times
	many_addresses_go_with_their_device_at_once
	addresses_come_and_go_two_hundred_times
	the_module_goes_while_master_under_traffic
	the_module_goes_with_devices_in_several_namespaces
	namespaces_go_with_all_that_is_in_them
	the_parent_is_deleted_under_a_master
	several_devices_go_with_their_parent
	a_parent_that_comes_back_is_used_again
	the_parent_changes_its_mtu
	a_parent_too_small_for_ip_is_in_all_groups_when_it_has_grown
	the_parent_changes_its_mac_address
	everything_can_be_renamed
	the_vhid_changes_while_master
	the_parent_moves_to_another_namespace
	marks_follow_the_state_of_a_device
	marks_survive_the_addition_of_addresses
	marks_survive_removals_in_a_row
	marks_survive_other_routes
	marks_survive_the_sysctl
	marks_survive_down_and_up
	marks_are_right_for_an_address_on_two_devices
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"

# shellcheck source=lifecycle_lib.sh
. "$(dirname "$0")/lifecycle_lib.sh"
# shellcheck source=marks_lib.sh
. "$(dirname "$0")/marks_lib.sh"

a_device_goes_up_and_down_two_hundred_times() {
	setup_master
	repeat 200 <<-EOF
		link set carp0 down
		link set carp0 up
		link set carp0 type carp state master
	EOF
	check "it is master" is_state 1 MASTER
	check "it answers" pings
	equal "transitions" 602 "$(attr 1 serial)"
}

groups() {
	nip 1 maddr show dev eth0.7 |
		grep -oE "224\.0\.0\.18|224\.0\.1\.1|ff02::12" |
		sort | paste -sd " "
}

# Below 68 bytes an interface has no IPv4, below 1280 no IPv6.
a_parent_too_small_for_ip_is_in_all_groups_when_it_has_grown() {
	setup_nodes 2
	must nip 1 link add link eth0 name eth0.7 type vlan id 7
	must nip 1 link set eth0.7 up
	must nip 1 link add carp0 link eth0.7 type carp pass "$PASS" \
		balancing ip carpnodes 1:0,2:100
	equal "in its groups" "224.0.0.18 224.0.1.1 ff02::12" "$(groups)"
	must nip 1 link set eth0.7 mtu 60
	equal "in none" "" "$(groups)"
	must nip 1 link set eth0.7 mtu 600
	equal "those of IPv4 again" "224.0.0.18 224.0.1.1" "$(groups)"
	must nip 1 link set eth0.7 mtu 1500
	equal "all again" "224.0.0.18 224.0.1.1 ff02::12" "$(groups)"
	must nip 1 link del carp0
	equal "and left" "" "$(groups)"
}

tests_run "$@"
