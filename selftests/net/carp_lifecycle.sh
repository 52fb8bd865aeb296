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
	addresses_come_and_go_two_hundred_times
	the_module_goes_while_master_under_traffic
	the_module_goes_with_devices_in_several_namespaces
	namespaces_go_with_all_that_is_in_them
	the_parent_is_deleted_under_a_master
	several_devices_go_with_their_parent
	a_parent_that_comes_back_is_used_again
	the_parent_changes_its_mtu
	the_parent_changes_its_mac_address
	everything_can_be_renamed
	the_vhid_changes_while_master
	the_parent_moves_to_another_namespace
	marks_follow_the_state_of_a_device
	marks_survive_the_addition_of_addresses
	marks_survive_other_routes
	marks_survive_the_sysctl
	marks_survive_down_and_up
	marks_are_right_for_an_address_on_two_devices
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"

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

# traffic: a flood of pings of the address until the test ends
traffic() {
	bg 2 ping -q -f -i 0.002 "$VIP"
	check "it flows" slowwait 2 received_more_than 10
}

received_more_than() {
	[ "$(n 1 nstat -asz IcmpInEchos | awk '/IcmpInEchos/ { print $2 }')" \
		-gt "$1" ]
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
	repeat 200 <<-EOF
		link add carp0 link eth0 type carp vhid 1 pass $PASS
		addr add $VIP/24 dev carp0
		link set carp0 up
		route add 203.0.113.0/24 dev carp0
		link set carp0 type carp state master
		link del carp0
	EOF
	equal "routes left" "" "$(nip 1 route show table all | grep carp)"
	module_can_go
}

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

addresses_come_and_go_two_hundred_times() {
	local serial

	setup_master
	serial=$(attr 1 serial)
	repeat 200 <<-EOF
		addr add 192.0.2.101/24 dev carp0
		addr add 203.0.113.1/32 dev carp0
		addr del 192.0.2.101/24 dev carp0
		addr del 203.0.113.1/32 dev carp0
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
		check "the parent works" pings 192.0.2.1
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
		VIP=192.0.2.1$node member "$node" vhid "$node"
		force "$node" master
		must nip "$node" link add carp9 link eth0 type carp vhid 99
	done
	bg 4 ping -q -f -i 0.002 192.0.2.11
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
	must nip 1 addr add 203.0.113.1/24 dev carp0
	must nip 1 route add 10.0.0.0/8 dev carp0
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
		echo "addr add $VIP/24 dev carp$i"
		echo "addr add 192.0.2.11$i/32 dev carp$i"
		echo "link set carp$i up"
	done >"$TMP/batch"
	must nip 1 -batch "$TMP/batch"
	force 1 master carp3
	check "deleted" timeout 10 ip -n "${NS[1]}" link del eth0
	equal "devices" "" "$(nip 1 link show type carp)"
	equal "routes" "" "$(nip 1 route show table all | grep carp)"
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
	check "the parent answers" n 2 ping -q -c 2 -W 2 192.0.2.1
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
	check "by the new MAC" slowwait 5 grep -q 00:00:5e:00:01:c8 \
		<(nip 2 neigh show "$VIP")
	check "the old one is free" nip 1 link add carp1 link eth0 type carp vhid 1
}

the_parent_moves_to_another_namespace() {
	setup_master
	must nip 1 addr add 203.0.113.1/24 dev carp0
	check "it moves" timeout 10 ip -n "${NS[1]}" link set eth0 \
		netns "${NS[seg]}"
	check "without the carp device" fails nip 1 link show carp0
	check "which did not follow" fails nip seg link show carp0
	module_can_go
}

# marked NODE [DEVICE]: every IPv4 route out of the device is, and there are some
marked() {
	local routes

	routes=$(nip "$1" -4 -o route show table all dev "${2:-carp0}")
	[ -n "$routes" ] && ! grep -qv linkdown <<<"$routes"
}

# unmarked NODE [DEVICE]: none is
unmarked() {
	local routes

	routes=$(nip "$1" -4 -o route show table all dev "${2:-carp0}")
	[ -n "$routes" ] && ! grep -q linkdown <<<"$routes"
}

marks_follow_the_state_of_a_device() {
	local i

	setup_nodes 2
	must nip 1 link add carp0 link eth0 type carp vhid 1
	must nip 1 addr add "$VIP/24" dev carp0
	check "before the first up" marked 1
	must nip 1 link set carp0 up
	check "backup" slowwait 2 is_state 1 BACKUP
	check "in BACKUP" marked 1
	for i in 1 2 3; do
		force 1 master
		check "in MASTER" unmarked 1
		force 1 backup
		check "in BACKUP" marked 1
	done
	sysctl_set 1 net.carp.allow=0
	check "with allow=0" marked 1
	sysctl_set 1 net.carp.allow=1
	force 1 master
	check "in MASTER" unmarked 1
	must nip 1 link set eth0 down
	check "with the parent down" marked 1
}

marks_survive_the_addition_of_addresses() {
	local i

	setup_nodes 2
	member 1 advbase 200
	check "backup" slowwait 2 is_state 1 BACKUP
	for i in 101/24 102/24 103/32 104/25; do
		must nip 1 addr add "192.0.2.$i" dev carp0
		check "in BACKUP, 192.0.2.$i" marked 1
	done
	must nip 1 addr add 203.0.113.1/24 brd + dev carp0
	check "in BACKUP, with a broadcast address" marked 1
	must nip 1 addr add 198.51.100.1 peer 198.51.100.2 dev carp0
	check "in BACKUP, with a peer" marked 1
	must nip 1 addr del 192.0.2.101/24 dev carp0
	check "in BACKUP, one less" slowwait 1 marked 1
	must nip 1 addr del "$VIP/24" dev carp0
	check "in BACKUP, without the first" slowwait 1 marked 1
	force 1 master
	check "in MASTER" unmarked 1
	must nip 1 addr add 192.0.2.105/24 dev carp0
	check "in MASTER, one more" unmarked 1
	force 1 backup
	check "in BACKUP" marked 1
}

marks_survive_other_routes() {
	setup_nodes 2
	member 1 advbase 200
	check "backup" slowwait 2 is_state 1 BACKUP
	{
		echo "route add 10.1.0.0/16 dev carp0"
		echo "route add 10.2.0.0/16 dev carp0 metric 7"
		echo "route add 10.3.0.0/16 dev carp0 table 77"
		echo "route add default dev carp0 metric 9"
		echo "route add 10.4.0.0/16 nexthop dev carp0 nexthop dev eth0"
		echo "route add blackhole 10.5.0.0/16"
	} >"$TMP/batch"
	must nip 1 -batch "$TMP/batch"
	check "in BACKUP" marked 1
	force 1 master
	check "in MASTER" unmarked 1
	{
		echo "route replace 10.1.0.0/16 dev carp0 proto static"
		echo "route change 10.3.0.0/16 dev carp0 table 77 mtu 1000"
		echo "route del 10.2.0.0/16 metric 7"
		echo "nexthop add id 5 dev carp0"
		echo "route add 10.6.0.0/16 nhid 5"
	} >"$TMP/batch"
	must nip 1 -batch "$TMP/batch"
	check "still" unmarked 1
	force 1 backup
	check "in BACKUP" marked 1
	check "its share of a route with two hops" grep -q "dev carp0 .*linkdown" \
		<(nip 1 route show 10.4.0.0/16)
	check "not the other's" fails grep -q "dev eth0 .*linkdown" \
		<(nip 1 route show 10.4.0.0/16)
	check "deleted" timeout 10 ip -n "${NS[1]}" link del carp0
}

marks_survive_the_sysctl() {
	local value

	setup_nodes 2
	member 1 advbase 200
	check "backup" slowwait 2 is_state 1 BACKUP
	for value in 1 0 1 0; do
		sysctl_set 1 net.ipv4.conf.all.ignore_routes_with_linkdown="$value"
		check "in BACKUP, all=$value" marked 1
		check "not local" fails grep -q ^local \
			<(nip 1 route get "$VIP")
		sysctl_set 1 net.ipv4.conf.default.ignore_routes_with_linkdown="$value"
		check "in BACKUP, default=$value" marked 1
	done
	force 1 master
	sysctl_set 1 net.ipv4.conf.all.ignore_routes_with_linkdown=1
	check "in MASTER" unmarked 1
	check "local" grep -q ^local <(nip 1 route get "$VIP")
}

marks_survive_down_and_up() {
	local i

	setup_nodes 2
	member 1 advbase 200
	must nip 1 addr add 203.0.113.1/24 dev carp0
	for i in 1 2 3; do
		must nip 1 link set carp0 down
		check "down" marked 1
		must nip 1 link set carp0 up
		check "up" marked 1
		must nip 1 link set eth0 down
		check "parent down" marked 1
		must nip 1 link set eth0 up
		check "parent up" marked 1
		must nip seg link set p1 down
		check "no carrier" slowwait 2 is_state 1 INIT
		check "no carrier" marked 1
		must nip seg link set p1 up
		check "carrier" slowwait 2 is_state 1 BACKUP
		check "carrier" marked 1
	done
	force 1 master
	check "in MASTER" unmarked 1
	# Linkwatch is up to a second late.
	sleep 2
	check "in MASTER, later" unmarked 1
}

marks_are_right_for_an_address_on_two_devices() {
	setup_nodes 2
	member 1 advbase 200
	{
		echo "link add carp1 link eth0 type carp vhid 2 advbase 200"
		echo "addr add $VIP/24 dev carp1"
		echo "link set carp1 up"
	} >"$TMP/batch"
	must nip 1 -batch "$TMP/batch"
	check "backup" slowwait 2 is_state 1 BACKUP
	check "backup" slowwait 2 is_state 1 BACKUP carp1
	check "the first" marked 1
	check "the second" marked 1 carp1
	check "not local" fails grep -q ^local <(nip 1 route get "$VIP")
	force 1 master carp1
	check "the first" marked 1
	check "the second" unmarked 1 carp1
	check "local" grep -q ^local <(nip 1 route get "$VIP")
	check "it answers" pings
	force 1 backup carp1
	force 1 master carp0
	check "the first" unmarked 1
	check "the second" marked 1 carp1
	check "it answers" pings
	must nip 1 link del carp0
	check "the second" marked 1 carp1
	check "not local" fails grep -q ^local <(nip 1 route get "$VIP")
	force 1 master carp1
	check "it answers" pings
	must nip 1 link del carp1
	equal "routes" "" "$(nip 1 route show table all | grep carp)"
}

tests_run "$@"
