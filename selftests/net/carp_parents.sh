#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What carp stands on, and what may stand on carp or beside it: each works or is
# refused with a sentence.
# shellcheck disable=SC2317 # functions called by name

ALL_TESTS="
	a_pair_on_vlan_devices
	a_pair_on_vlan_devices_that_keep_the_tag
	a_pair_on_bonds
	a_pair_on_bridges
	a_pair_inside_a_vrf
	carp_under_a_bridge_is_refused
	carp_under_a_bond_is_refused
	carp_under_a_macvlan_is_refused
	carp_under_a_vlan_is_refused
	a_macvlan_on_the_parent_comes_too_late
	a_macvlan_on_the_parent_was_there_first
	a_bridge_port_is_no_parent
	a_bond_slave_is_no_parent
	three_devices_on_one_parent_share_the_work
	one_address_on_two_devices_is_local_where_one_is_master
	a_macvlan_gets_what_is_sent_to_itself
	a_macvlan_gets_what_is_sent_to_all_members
	a_macvlan_that_becomes_deaf_is_told_of
	a_vlan_on_a_macvlan_is_as_deaf
	an_ipvlan_is_no_parent
	advertisements_are_heard_whatever_becomes_of_the_parents_ipv6
	a_parent_that_is_down_has_no_carrier
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"

# shellcheck source=parents_lib.sh
. "$(dirname "$0")/parents_lib.sh"

# carp0 on node 1, and what another device says to it
setup_one() {
	setup_nodes 1
	member 1 advskew 0
	check "it is master" slowwait 10 is_state 1 MASTER
}

still_master() {
	check "and carp is as before" is_state 1 MASTER
}

carp_under_a_bridge_is_refused() {
	setup_one
	must nip 1 link add br7 type bridge
	refused "enslaving" "does not allow enslaving to a bridge" \
		nip 1 link set carp0 master br7
	still_master
}

carp_under_a_bond_is_refused() {
	setup_nodes 1
	must nip 1 link add bond0 type bond mode active-backup
	must nip 1 link add carp0 link eth0 type carp vhid 1 pass "$PASS"
	refused "enslaving" "a carp device cannot carry another device" \
		nip 1 link set carp0 master bond0
	must nip 1 addr add "$VIP/24" dev carp0
	must nip 1 link set carp0 up
	check "and carp works" slowwait 10 is_state 1 MASTER
}

carp_under_a_macvlan_is_refused() {
	setup_one
	refused "a macvlan" "a carp device cannot carry another device" \
		nip 1 link add mv0 link carp0 type macvlan
	still_master
}

carp_under_a_vlan_is_refused() {
	setup_one
	refused "a VLAN" "a carp device cannot carry another device" \
		nip 1 link add carp0.7 link carp0 type vlan id 7
	still_master
}

a_macvlan_on_the_parent_comes_too_late() {
	setup_one
	refused "a macvlan" "Device or resource busy" \
		nip 1 link add mv0 link eth0 type macvlan
	still_master
}

a_macvlan_on_the_parent_was_there_first() {
	setup_nodes 1
	must nip 1 link add mv0 link eth0 type macvlan
	refused "carp" "carries a macvlan" \
		nip 1 link add carp0 link eth0 type carp vhid 1
	must nip 1 link del mv0
	check "without it, it works" \
		nip 1 link add carp0 link eth0 type carp vhid 1
}

a_bridge_port_is_no_parent() {
	setup_nodes 1
	must nip 1 link add br7 type bridge
	must nip 1 link set eth0 master br7
	refused "carp" "use the bridge as parent" \
		nip 1 link add carp0 link eth0 type carp vhid 1
}

a_bond_slave_is_no_parent() {
	setup_nodes 1
	must nip 1 link add bond0 type bond mode active-backup
	must nip 1 link set eth0 down
	must nip 1 link set eth0 master bond0
	refused "carp" "use the bond or team as parent" \
		nip 1 link add carp0 link eth0 type carp vhid 1
}

# mac NODE DEVICE
mac() {
	nip "$1" -j link show "$2" | json_value address
}

# answers ADDRESS [DEVICE]: node 1 is master, and node 2 reaches it there
answers() {
	check "$1: master" slowwait 10 is_state 1 MASTER
	check "$1: reached" slowwait 2 n 2 ping -q -c 1 -W 1 "$VIP"
}

a_macvlan_gets_what_is_sent_to_itself() {
	setup_nodes 2
	must nip 1 link add mv0 link eth0 type macvlan mode bridge
	must nip 1 link set mv0 up
	refused "the virtual MAC" "use that one or mode passthru" \
		nip 1 link add carp0 link mv0 type carp vhid 1
	must nip 1 link add carp0 link mv0 address "$(mac 1 mv0)" \
		type carp vhid 1
	must nip 1 addr add "$VIP/24" dev carp0
	must nip 1 link set carp0 up
	answers "its own"
	refused "the virtual MAC, later" "not supported" \
		nip 1 link set carp0 address "$VMAC"
	refused "beside something else" "use that one or mode passthru" \
		nip 1 link set carp0 address "$VMAC" type carp advskew 7
	equal "which was not done" 0 "$(attr 1 advskew)"
	answers "as before"
	must nip 1 link del mv0
	must nip 1 link add mv0 link eth0 type macvlan mode passthru
	must nip 1 link set mv0 up
	must nip 1 link add carp0 link mv0 type carp vhid 1
	must nip 1 addr add "$VIP/24" dev carp0
	must nip 1 link set carp0 up
	must nip 2 neigh flush dev eth0
	answers "mode passthru"
}

# macvlan NODE: mv0 on eth0, with the host's address
macvlan() {
	must nip "$1" link add mv0 link eth0 type macvlan mode bridge
	move_address "$1" mv0
}

a_macvlan_gets_what_is_sent_to_all_members() {
	local node

	setup_nodes 3
	for node in 1 2; do
		macvlan "$node"
		must n "$node" carpconfig carp0 create carpdev mv0 \
			pass "$PASS" balancing ip \
			carpnodes spread 2 host "$node" of 2 "$VIP/$LEN" up
	done
	check "each is master of one" slowwait 10 prints "MASTER MASTER" \
		both_states
	check "reached" slowwait 2 n 3 ping -q -c 1 -W 1 "$VIP"
	refused "the virtual MAC" "use that one or mode passthru" \
		nip 1 link set carp0 type carp vhid 1
	check "as before" slowwait 2 n 3 ping -q -c 1 -W 1 "$VIP"
}

both_states() {
	echo "$(state_of 1) $(state_of 2)"
}

a_macvlan_that_becomes_deaf_is_told_of() {
	setup_nodes 1
	macvlan 1
	must nip 1 link add carp0 link mv0 address "$(mac 1 mv0)" \
		type carp vhid 1
	check "not yet" fails kernel_says "does not arrive"
	must nip 1 link set mv0 address 02:00:00:00:00:99
	check "it is told" kernel_says "carp0: .* does not arrive"
}

a_vlan_on_a_macvlan_is_as_deaf() {
	setup_nodes 1
	macvlan 1
	must nip 1 link add mv0.7 link mv0 type vlan id 7
	refused "the virtual MAC" "use that one or mode passthru" \
		nip 1 link add carp0 link mv0.7 type carp vhid 1
	must nip 1 link add carp0 link mv0.7 address "$(mac 1 mv0)" \
		type carp vhid 1
}

an_ipvlan_is_no_parent() {
	setup_nodes 1
	must nip 1 link add iv0 link eth0 type ipvlan mode l2
	refused "carp" "must not be an ipvlan" \
		nip 1 link add carp0 link iv0 type carp vhid 1
}

# hears ADDRESS...: node 1's eth0 has them in its filter
hears() {
	local mac

	for mac; do
		tells "$mac" nip 1 maddr show dev eth0 || return
	done
}

advertisements_are_heard_whatever_becomes_of_the_parents_ipv6() {
	setup_nodes6 1
	VIPS="$VIP/24 $VIP6/64" member 1
	check "of both families" hears 33:33:00:00:00:12 01:00:5e:00:00:12
	sysctl_set 1 net.ipv6.conf.eth0.disable_ipv6=1
	check "without its IPv6" hears 33:33:00:00:00:12 01:00:5e:00:00:12
	must nip 1 link del carp0
	check "not for ever" fails hears 33:33:00:00:00:12
	check "nor the other" fails hears 01:00:5e:00:00:12
}

# A dummy device keeps its carrier while it is down.
a_parent_that_is_down_has_no_carrier() {
	setup_nodes 1
	must nip 1 link add d0 multicast on type dummy
	must nip 1 link add carp0 link d0 type carp vhid 1
	must nip 1 link set carp0 up
	check "none" fails tells LOWER_UP nip 1 link show dev carp0
	must nip 1 link set d0 up
	check "some" slowwait 2 tells LOWER_UP nip 1 link show dev carp0
}

tests_run "$@"
