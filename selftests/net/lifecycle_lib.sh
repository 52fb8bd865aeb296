# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The functions are called by name.
# shellcheck disable=SC2317
#
# What carp_lifecycle.sh and carp_lifecycle6.sh share, a body for both families.

force() {
	must nip "$1" link set "${3:-carp0}" type carp state "$2"
}

setup_master() {
	setup_nodes 2
	member 1
	check "it listens" slowwait 2 is_state 1 BACKUP
	force 1 master
	check "it is master" is_state 1 MASTER
}

pings() {
	n 2 ping -q -c 2 -i 0.2 -W 1 "${1:-$VIP}"
}

# far_net I: the I-th of many subnets that no host is in
far_net() {
	if [ "$FAMILY" = 4 ]; then
		echo "10.$1.0.0/16"
	else
		echo "fd00:$1::/32"
	fi
}

# traffic: a flood of pings of the address until the test ends
traffic() {
	bg 2 ping -q -f -i 0.002 "$VIP"
	check "it flows" slowwait 2 flows
}

flows() {
	local counter=IcmpInEchos

	[ "$FAMILY" = 4 ] || counter=Icmp6InEchos
	[ "$(n 1 nstat -asz "$counter" | awk "/$counter/ { print \$2 }")" -gt 10 ]
}

# repeat COUNT <LINES: as a batch of node 1
repeat() {
	local lines i

	lines=$(cat)
	for ((i = 0; i < $1; i++)); do
		echo "$lines"
	done >"$TMP/rounds"
	must nip 1 -batch "$TMP/rounds"
}

module_can_go() {
	check "the module can go" rmmod carp
	check "and come back" modprobe carp
}

devices_come_and_go_two_hundred_times() {
	setup_nodes 2
	at_rest 1
	repeat 200 <<-EOF
		link add carp0 link eth0 type carp vhid 1 pass $PASS
		addr add $VIP/$LEN dev carp0
		link set carp0 up
		route add $WORLD$ZERO/$LEN dev carp0
		link set carp0 type carp state master
		link del carp0
	EOF
	equal "routes left" "" "$(nip 1 route show table all |
		grep carp)"
	module_can_go
}

# What takes a lookup among all for each address, and for each of those one more,
# would hold RTNL for seconds.
many_addresses_go_with_their_device_at_once() {
	local i start took

	setup_nodes 2
	for i in {0..1499}; do
		if [ "$FAMILY" = 4 ]; then
			echo "addr add 10.1.$((i / 250)).$((i % 250 + 1))/32 dev carp0"
		else
			printf "addr add fd00::1:%x/128 dev carp0\n" "$i"
		fi
	done >"$TMP/addresses"
	must nip 1 link add carp0 link eth0 type carp vhid 1 pass "$PASS"
	must nip 1 -batch "$TMP/addresses"
	must nip 1 link set carp0 up
	start=${EPOCHREALTIME/./}
	must nip 1 link del carp0
	took=$((${EPOCHREALTIME/./} - start))
	check "in $took us" [ "$took" -lt $((1000000 * SLOW * SLOW)) ]
}

addresses_come_and_go_two_hundred_times() {
	local serial

	setup_master
	serial=$(attr 1 serial)
	repeat 200 <<-EOF
		addr add ${NET}101/$LEN dev carp0
		addr add ${WORLD}1/$HOST dev carp0
		addr del ${NET}101/$LEN dev carp0
		addr del ${WORLD}1/$HOST dev carp0
	EOF
	equal "transitions" "$serial" "$(attr 1 serial)"
	check "it answers" pings
}

the_module_goes_while_master_under_traffic() {
	local i

	setup_master
	for i in 1 2 3; do
		traffic
		check "the module can go" rmmod carp
		bg_stop "$BG" KILL
		check "so has the device" fails nip 1 link show carp0
		check "the parent works" pings "${NET}1"
		check "the module comes back" modprobe carp
		member 1
		force 1 master
		check "it answers, round $i" pings
	done
}

the_module_goes_with_devices_in_several_namespaces() {
	local node

	setup_nodes 4
	for node in 1 2 3 4; do
		VIP=${NET}1$node member "$node" vhid "$node"
		force "$node" master
		must nip "$node" link add carp9 link eth0 type carp vhid 99
	done
	bg 4 ping -q -f -i 0.002 "${NET}11"
	check "the module can go" rmmod carp
	for node in 1 2 3 4; do
		equal "devices on node $node" "" \
			"$(nip "$node" link show type carp 2>/dev/null)"
	done
	check "the module comes back" modprobe carp
}

# The deletion is over when the other end of the last veth pair is gone, too.
namespaces_go_with_all_that_is_in_them() {
	local i

	for i in 1 2 3; do
		setup_nodes 2
		member 1
		member 2 advskew 100
		force 1 master
		bg 2 ping -q -f -i 0.002 "$VIP"
		must ip netns del "${NS[1]}"
		check "gone, round $i" slowwait 5 fails nip seg link show p1
		bg_stop "$BG" KILL
		cleanup_test
	done
	check "none is left" slowwait 5 module_is_unused
	module_can_go
}

module_is_unused() {
	[ "$(cat /sys/module/carp/refcnt)" -eq 0 ]
}

the_parent_is_deleted_under_a_master() {
	setup_master
	must nip 1 addr add "${WORLD}1/$LEN" dev carp0
	must nip 1 route add "$(far_net 1)" dev carp0
	traffic
	check "deleted" timeout 10 ip -n "${NS[1]}" link del eth0
	check "with the carp device" fails nip 1 link show carp0
	module_can_go
}

several_devices_go_with_their_parent() {
	local i

	setup_nodes 2
	for i in 1 2 3 4 5; do
		echo "link add carp$i link eth0 type carp vhid $i"
		echo "addr add $VIP/$LEN dev carp$i"
		echo "addr add ${NET}11$i/$HOST dev carp$i"
		echo "link set carp$i up"
	done >"$TMP/batch"
	must nip 1 -batch "$TMP/batch"
	force 1 master carp3
	check "deleted" timeout 10 ip -n "${NS[1]}" link del eth0
	equal "devices" "" "$(nip 1 link show type carp)"
	equal "routes" "" "$(nip 1 route show table all |
		grep carp)"
	module_can_go
}

a_parent_that_comes_back_is_used_again() {
	local i

	setup_master
	for i in 1 2 3; do
		must nip 1 link set eth0 down
		check "out" is_state 1 INIT
		equal "why" "hardware interface down" "$(attr 1 reason)"
		must nip 1 link set eth0 up
		check "in" slowwait 2 is_state 1 BACKUP
		check "master" slowwait 5 is_state 1 MASTER
		check "it answers" slowwait 2 pings
	done
	# The carrier alone.
	must nip seg link set p1 down
	check "out without a carrier" slowwait 2 is_state 1 INIT
	must nip seg link set p1 up
	check "in" slowwait 2 is_state 1 BACKUP
	check "master" slowwait 5 is_state 1 MASTER
	check "it answers" slowwait 2 pings
}

mtu() {
	nip 1 -j link show carp0 | jq '.[0].mtu'
}

the_parent_changes_its_mtu() {
	local serial

	setup_master
	serial=$(attr 1 serial)
	must nip 1 link set eth0 mtu 1400
	equal "smaller" 1400 "$(mtu)"
	check "it answers" n 2 ping -q -c 1 -W 1 -s 1300 "$VIP"
	must nip 1 link set eth0 mtu 1500
	check "it answers" n 2 ping -q -c 1 -W 1 -s 1450 "$VIP"
	must nip 1 link set carp0 mtu 1300
	must nip 1 link set eth0 mtu 1400
	equal "smaller than the parent's stays" 1300 "$(mtu)"
	refused "greater than the parent's" "mtu greater than" \
		nip 1 link set carp0 mtu 1500
	equal "transitions" "$serial" "$(attr 1 serial)"
}

the_parent_changes_its_mac_address() {
	local serial

	setup_master
	serial=$(attr 1 serial)
	must nip 1 link set eth0 address 02:00:00:00:00:77
	check "it answers" pings
	check "by the virtual MAC" grep -q "$VMAC" <(nip 2 neigh show "$VIP")
	check "the parent answers" n 2 ping -q -c 2 -W 2 "${NET}1"
	equal "transitions" "$serial" "$(attr 1 serial)"
}

everything_can_be_renamed() {
	setup_master
	{
		echo "link set carp0 down"
		echo "link set carp0 name vip"
		echo "link set eth0 down"
		echo "link set eth0 name lan"
		echo "link set lan up"
		echo "link set vip up"
	} >"$TMP/batch"
	must nip 1 -batch "$TMP/batch"
	check "it is master" slowwait 5 is_state 1 MASTER vip
	equal "its parent" lan "$(nip 1 -j link show vip | jq -r '.[0].link')"
	check "the tool shows it" grep -q "MASTER carpdev lan" \
		<(n 1 carpconfig vip)
	check "it answers" pings
}

the_vhid_changes_while_master() {
	setup_master
	check "it answers" pings
	must nip 1 link set carp0 type carp vhid 200
	check "backup" slowwait 1 is_state 1 BACKUP
	check "master" slowwait 5 is_state 1 MASTER
	check "it answers" slowwait 2 pings
	check "by the new MAC" slowwait 5 \
		tells 00:00:5e:00:01:c8 nip 2 neigh show "$VIP"
	check "the old one is free" nip 1 link add carp1 link eth0 type carp vhid 1
}

the_parent_moves_to_another_namespace() {
	setup_master
	must nip 1 addr add "${WORLD}1/$LEN" dev carp0
	check "it moves" timeout 10 ip -n "${NS[1]}" link set eth0 \
		netns "${NS[seg]}"
	check "without the carp device" fails nip 1 link show carp0
	check "which did not follow" fails nip seg link show carp0
	module_can_go
}
