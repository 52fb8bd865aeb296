# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The functions are called by name.
# shellcheck disable=SC2317
#
# What carp_parents.sh and carp_parents6.sh share, a body for both families.

# on DEVICE: nodes 1 and 2 have a member on DEVICE, which setup made; node 3 is
# a client with ${NET}3 on DEVICE. Fails over once.
pair_on() {
	local device=$1 node

	for node in 1 2; do
		must nip "$node" link add carp0 link "$device" type carp \
			vhid 1 advskew $((node * 50)) pass "$PASS"
		must nip "$node" addr add "$VIP/$LEN" dev carp0
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
	must nip "$1" addr flush dev eth0
	give "$1" "$NET$1/$LEN" "$2"
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

# The same, with the tag in the frame on its way through eth0.7.
a_pair_on_vlan_devices_that_keep_the_tag() {
	local node

	setup_nodes 3
	for node in 1 2 3; do
		must n "$node" ethtool -K eth0 tx-vlan-hw-insert off
		must nip "$node" link add eth0.7 link eth0 type vlan id 7 \
			reorder_hdr off
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
		must nip "$node" link set eth0 master bond0
		move_address "$node" bond0
	done
	pair_on bond0
}

# onto_bridge NODE: eth0 below br7, which has its address
onto_bridge() {
	must nip "$1" link add br7 type bridge forward_delay 0
	must nip "$1" link set eth0 master br7
	move_address "$1" br7
}

#  node: eth0 -- br7 -- carp0
a_pair_on_bridges() {
	local node

	setup_nodes 3
	for node in 1 2 3; do
		onto_bridge "$node"
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
		give "$node" "$NET$node/$LEN" eth0
	done
	pair_on eth0 vrf7
	check "the backup's marks in the VRF's table" \
		slowwait 2 vip_is_marked 1 77
}

# vip_is_marked NODE TABLE
vip_is_marked() {
	nip "$1" "-$FAMILY" route show table "$2" | grep "^local $VIP" | grep -q linkdown
}

three_devices_on_one_parent_share_the_work() {
	local vhid node

	setup_nodes 3
	for node in 1 2; do
		# To set up may take a slow kernel longer than to take over.
		must n "$node" sysctl -qw net.carp.preempt=1
		for vhid in 1 2 3; do
			must nip "$node" link add "carp$vhid" link eth0 \
				type carp vhid "$vhid" pass "$PASS" advskew \
				$(((vhid + node) % 2 * 100))
			must nip "$node" addr add "${NET}10$vhid/$LEN" \
				dev "carp$vhid"
			must nip "$node" link set "carp$vhid" up
		done
	done
	check "node 1 is master of 1" slowwait 10 is_state 1 MASTER carp1
	check "node 2 is master of 2" slowwait 10 is_state 2 MASTER carp2
	check "node 1 is master of 3" slowwait 10 is_state 1 MASTER carp3
	for vhid in 1 2 3; do
		check "${NET}10$vhid answers" n 3 ping -q -c 1 -W 1 \
			"${NET}10$vhid"
		equal "by its own MAC" "00:00:5e:00:01:0$vhid" \
			"$(nip 3 -j neigh show "${NET}10$vhid" |
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
		must nip 1 addr add "$VIP/$LEN" dev "carp$vhid"
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
