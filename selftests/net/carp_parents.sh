#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What carp stands on, and what may stand on carp or beside it: each works or is
# refused with a sentence.
# shellcheck disable=SC2317 # functions called by name

ALL_TESTS="
	a_pair_on_vlan_devices
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
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"

# on DEVICE: nodes 1 and 2 have a member on DEVICE, which setup made; node 3 is
# a client with 192.0.2.3 on DEVICE. Fails over once.
pair_on() {
	local device=$1 node

	for node in 1 2; do
		must nip "$node" link add carp0 link "$device" type carp \
			vhid 1 advskew $((node * 50)) pass "$PASS"
		must nip "$node" addr add "$VIP/24" dev carp0
		[ -z "${2:-}" ] || must nip "$node" link set carp0 master "$2"
		must nip "$node" link set carp0 up
	done
	check "node 1 becomes master" slowwait 10 is_state 1 MASTER
	check "node 2 stays backup" is_state 2 BACKUP
	check "the client reaches it" n 3 ping -q -c 2 -i 0.2 -W 1 "$VIP"
	equal "by the virtual MAC" "$VMAC" "$(nip 3 -j neigh show "$VIP" |
		jq -r '.[0].lladdr')"
	must nip 1 link set "$device" down
	check "node 2 takes over at once" slowwait 1 is_state 2 MASTER
	check "the client reaches it again" n 3 ping -q -c 2 -i 0.2 -W 1 "$VIP"
	must nip 1 link set "$device" up
	check "node 1 takes part again" slowwait 5 is_state 1 BACKUP
}

# move_address NODE DEVICE: eth0's address goes to DEVICE
move_address() {
	must nip "$1" addr del "192.0.2.$1/24" dev eth0
	must nip "$1" addr add "192.0.2.$1/24" dev "$2"
	must nip "$1" link set "$2" up
}

#  node: eth0 -- eth0.7 (VLAN 7) -- carp0
a_pair_on_vlan_devices() {
	local node

	setup_nodes 3
	for node in 1 2 3; do
		must nip "$node" link add eth0.7 link eth0 type vlan id 7
		move_address "$node" eth0.7
	done
	pair_on eth0.7
}

#  node: eth0 -- bond0 (active-backup) -- carp0
a_pair_on_bonds() {
	local node

	setup_nodes 3
	for node in 1 2 3; do
		must nip "$node" link add bond0 type bond mode active-backup \
			miimon 100
		must nip "$node" link set eth0 down
		must nip "$node" addr flush dev eth0
		must nip "$node" link set eth0 master bond0
		must nip "$node" addr add "192.0.2.$node/24" dev bond0
		must nip "$node" link set bond0 up
	done
	pair_on bond0
}

#  node: eth0 -- br7 -- carp0
a_pair_on_bridges() {
	local node

	setup_nodes 3
	for node in 1 2 3; do
		must nip "$node" link add br7 type bridge forward_delay 0
		must nip "$node" link set eth0 master br7
		move_address "$node" br7
	done
	pair_on br7
}

#  node: eth0 and carp0 in vrf7
a_pair_inside_a_vrf() {
	local node

	setup_nodes 3
	for node in 1 2; do
		must nip "$node" link add vrf7 type vrf table 77
		must nip "$node" link set vrf7 up
		must nip "$node" link set eth0 master vrf7
	done
	pair_on eth0 vrf7
	must nip 2 link set carp0 down
	check "the backup's marks in the VRF's table" \
		slowwait 2 vip_is_marked 2 77
}

# vip_is_marked NODE TABLE
vip_is_marked() {
	nip "$1" route show table "$2" | grep "^local $VIP" | grep -q linkdown
}

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

three_devices_on_one_parent_share_the_work() {
	local vhid node

	setup_nodes 3
	for node in 1 2; do
		for vhid in 1 2 3; do
			must nip "$node" link add "carp$vhid" link eth0 \
				type carp vhid "$vhid" pass "$PASS" advskew \
				$(((vhid + node) % 2 * 100))
			must nip "$node" addr add "192.0.2.10$vhid/24" \
				dev "carp$vhid"
			must nip "$node" link set "carp$vhid" up
		done
	done
	check "node 1 is master of 1" slowwait 10 is_state 1 MASTER carp1
	check "node 2 is master of 2" slowwait 10 is_state 2 MASTER carp2
	check "node 1 is master of 3" slowwait 10 is_state 1 MASTER carp3
	for vhid in 1 2 3; do
		check "192.0.2.10$vhid answers" n 3 ping -q -c 1 -W 1 \
			"192.0.2.10$vhid"
		equal "by its own MAC" "00:00:5e:00:01:0$vhid" \
			"$(nip 3 -j neigh show "192.0.2.10$vhid" |
				jq -r '.[0].lladdr')"
	done
	refused "a fourth with a vhid of theirs" "has that vhid" \
		nip 1 link add carp4 link eth0 type carp vhid 2
	must nip 1 link del carp1
	check "deleting one hands over that one" \
		slowwait 1 is_state 2 MASTER carp1
	check "and no other" is_state 1 MASTER carp3
}

# is_local NODE: $VIP is an address of this host, now
is_local() {
	[[ $(nip "$1" route get "$VIP") == local* ]]
}

one_address_on_two_devices_is_local_where_one_is_master() {
	local vhid one two

	setup_nodes 2
	for vhid in 1 2; do
		must nip 1 link add "carp$vhid" link eth0 type carp \
			vhid "$vhid" pass "$PASS"
		must nip 1 addr add "$VIP/24" dev "carp$vhid"
		must nip 1 link set "carp$vhid" up
	done
	check "local in no election" fails is_local 1
	for one in BACKUP MASTER BACKUP; do
		for two in MASTER BACKUP MASTER; do
			must nip 1 link set carp1 type carp \
				state "${one,,}"
			must nip 1 link set carp2 type carp \
				state "${two,,}"
			if [ "$one$two" = BACKUPBACKUP ]; then
				check "$one and $two: not local" fails is_local 1
			else
				check "$one and $two: local" is_local 1
			fi
		done
	done
	must nip 1 link set carp1 type carp state backup
	must nip 1 link set carp2 type carp state backup
	must nip 1 link del carp1
	check "one deleted, the other backup: not local" fails is_local 1
	must nip 1 link set carp2 type carp state master
	check "one deleted, the other master: local" is_local 1
	must nip 1 link del carp2
	check "both deleted: no address" fails is_local 1
	check "and no route" fails grep -q "$VIP" \
		<(nip 1 route show table all)
}

tests_run "$@"
