#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Demotion: what causes it, what it does on the wire, and that nothing of it is
# left when the cause is gone.
# shellcheck disable=SC2317 # functions called by name

ALL_TESTS="
	demoting_a_group_swaps_the_roles
	demoting_a_group_swaps_the_roles_with_the_parents_mac
	demoting_a_group_swaps_the_roles_of_unicast_peers
	demoting_a_group_swaps_the_roles_of_unicast_peers_with_the_parents_mac
	demoting_a_device_or_the_host_swaps_the_roles
	demoting_a_device_or_the_host_swaps_the_roles_over_ipv6
	negative_demotion_leaves_one_master
	negative_demotion_leaves_one_master_over_ipv6
	the_sum_is_told_in_the_byte_and_in_advskew
	a_gateway_pair_moves_both_addresses_when_the_uplink_goes
	a_tracked_link_hands_over_and_takes_back
	a_tracked_link_that_goes_away_counts_until_it_is_back
	what_cannot_be_tracked_is_refused
	sending_that_fails_demotes_until_it_works_again
	no_demotion_is_left_when_every_cause_is_gone
	counts_that_overflow_are_refused
	a_syncgroup_moves_as_one
	of_two_masters_the_one_that_stays_announces_itself_at_once
	addresses_are_announced_again_by_time
	each_transition_is_a_uevent
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"

carp() {
	local node=$1

	shift
	n "$node" carpconfig "$@"
}

# demoted NODE [DEVICE]: the sum that is in force
demoted() {
	info "$1" .demoted "${2:-carp0}"
}

is_demoted() {
	[ "$(demoted "$1" "${3:-carp0}")" = "$2" ]
}

# roles MASTER BACKUP [DEVICE]
roles() {
	is_state "$1" MASTER "${3:-carp0}" && is_state "$2" BACKUP "${3:-carp0}"
}

# As OpenBSD's tests: vhid 251, advskew 0 and 100, 3.1 s to begin with, and a tenth
# of a second to swap.
#
# openbsd [own-mac] [unicast]
openbsd() {
	local node other peer=()

	setup_nodes 2
	for node in 1 2; do
		other=$((3 - node))
		[[ " $* " != *" unicast "* ]] || peer=(peer "192.0.2.$other")
		VIPS=192.168.0.1/24 member "$node" vhid 251 \
			advskew $(((node - 1) * 100)) "${peer[@]}"
		[[ " $* " != *" own-mac "* ]] || must carp "$node" carp0 \
			lladdr "02:00:00:00:00:0$node"
		must nip "$node" link set carp0 group 33
	done
	sleep 3.1
	check "the first is master, the second backup" roles 1 2
	must carp 1 -g 33 carpdemote
	check "swapped" busywait 0.1 roles 2 1
	equal "why" "master is demoted" "$(attr 2 reason)"
	must carp 1 -g 33 -carpdemote
	check "no demotion is left" is_demoted 1 0
}

demoting_a_group_swaps_the_roles() {
	openbsd
}

demoting_a_group_swaps_the_roles_with_the_parents_mac() {
	openbsd own-mac
}

demoting_a_group_swaps_the_roles_of_unicast_peers() {
	openbsd unicast
}

demoting_a_group_swaps_the_roles_of_unicast_peers_with_the_parents_mac() {
	openbsd own-mac unicast
}

# Who has yielded heeds nobody worse until the better one has spoken again.
calm() {
	sleep 1.2
}

pair() {
	setup_nodes 3
	sysctl_set 1 net.carp.preempt=1
	member 1
	member 2 advskew 100
	check "node 1 is master" slowwait 5 roles 1 2
}

demoting_a_device_or_the_host_swaps_the_roles() {
	pair
	must carp 1 carp0 carpdemote 20
	check "device: swapped" busywait 0.1 roles 2 1
	check "its count" test "$(info 1 .demotion)" = 20
	must carp 1 carp0 -carpdemote 20
	check "device: and back" slowwait 3 roles 1 2
	calm
	# What is written is added.
	sysctl_set 1 net.carp.demotion=30
	check "host: swapped" busywait 0.1 roles 2 1
	sysctl_set 1 net.carp.demotion=5
	equal "the sum" 35 "$(n 1 sysctl -n net.carp.demotion)"
	check "in force" is_demoted 1 35
	sysctl_set 1 net.carp.demotion=-35
	check "host: and back" slowwait 3 roles 1 2
	calm
	check "nothing left" is_demoted 1 0
	# Of its group, and of no other.
	must carp 1 -g 44 carpdemote 3
	check "another group" is_demoted 1 0
	must nip 1 link set carp0 group 44
	check "the device joins it" busywait 0.2 is_demoted 1 3
	check "swapped" busywait 0.2 roles 2 1
	must nip 1 link set carp0 group 0
	check "the device leaves it" busywait 0.2 is_demoted 1 0
}

# FreeBSD's test: both preempt, -1 on one of them; exactly one MASTER.
negative_demotion_leaves_one_master() {
	local node

	for node in 1 2; do
		setup_nodes 2
		sysctl_set 1 net.carp.preempt=1
		sysctl_set 2 net.carp.preempt=1
		sysctl_set "$node" net.carp.demotion=-1
		member 1
		member 2 advskew 100
		sleep 3.2
		check "-1 on $node: the first is master" roles 1 2
		check "for good" holds 3 roles 1 2
		cleanup_test
	done
}

# sent NODE: "ADVSKEW DEMOTE" of the advertisement that it sends next
sent() {
	local bytes

	bytes=$(n 3 timeout 4 tcpdump -Z root -n -x -c 1 -i eth0 \
		"ip proto 112 and src host 192.0.2.$1" 2>/dev/null |
		sed -n 's/^\t0x0010: *//p')
	# From 16 of the IP packet on: header 20, then 21 vhid advskew 07 demote
	read -ra bytes <<<"$bytes"
	echo "$((16#${bytes[3]:0:2})) $((16#${bytes[4]:0:2}))"
}

the_sum_is_told_in_the_byte_and_in_advskew() {
	local row style sum wanted

	setup_nodes 3
	member 1 advskew 10
	check "alone" slowwait 5 is_state 1 MASTER
	for row in "add 0 10 0" "add 5 15 5" "add -4 6 0" "add 255 240 255" \
		"max 0 10 0" "max 1 240 1" "max 200 240 200" "max -4 6 0"; do
		read -r style sum wanted <<<"$row"
		must carp 1 carp0 demotestyle "$style"
		must nip 1 link set carp0 type carp demotion "$sum"
		equal "style $style, $sum" "$wanted" "$(sent 1)"
	done
	check "it has stayed master" is_state 1 MASTER
}

# uplink NODE up|down: of its second interface
uplink() {
	must nip seg link set "q$1" "$2"
}

# Nodes 1 and 2 are gateways with an uplink, eth1; node 3 is inside.
gateways() {
	local node

	setup_nodes 3
	must nip seg link add br1 type bridge forward_delay 0
	must nip seg link set br1 up
	for node in 1 2; do
		must nip seg link add "q$node" type veth peer name eth1 \
			netns "${NS[$node]}"
		must nip seg link set "q$node" master br1 up
		must nip "$node" addr add "198.51.100.$node/24" dev eth1
		must nip "$node" link set eth1 up
		sysctl_set "$node" net.carp.preempt=1
	done
	member 1
	member 2 advskew 100
}

# outside NODE: carp1 on its uplink
outside() {
	{
		echo "link add carp1 link eth1 type carp vhid 2 pass other" \
			"advskew $((($1 - 1) * 100))"
		echo "addr add 198.51.100.100/24 dev carp1"
		echo "link set carp1 up"
	} >"$TMP/batch"
	must nip "$1" -batch "$TMP/batch"
}

a_gateway_pair_moves_both_addresses_when_the_uplink_goes() {
	gateways
	outside 1
	outside 2
	check "the first has both" slowwait 5 roles 1 2
	check "the first has both" slowwait 5 roles 1 2 carp1
	uplink 1 down
	check "inside moves" slowwait 1.5 roles 2 1
	check "outside moves" slowwait 4 is_state 2 MASTER carp1
	check "and is out" is_state 1 INIT carp1
	equal "the host's sum" 240 "$(n 1 sysctl -n net.carp.demotion)"
	check "a client gets through" n 3 ping -q -c 2 -i 0.2 -W 1 "$VIP"
	check "the log says why" busywait 1 grep -q \
		"carp0: demoted by 240 to 240 (interface down)" <(dmesg)
	uplink 1 up
	check "inside comes back" slowwait 5 roles 1 2
	check "outside comes back" slowwait 5 roles 1 2 carp1
	equal "nothing left" 0 "$(n 1 sysctl -n net.carp.demotion)"
	check "the log says that too" busywait 1 grep -q \
		"carp0: demoted by -240 to 0 (interface up)" <(dmesg)
}

a_tracked_link_hands_over_and_takes_back() {
	gateways
	check "the first is master" slowwait 5 roles 1 2
	must carp 1 carp0 track eth1 weight 50
	check "it stays" holds 1 roles 1 2
	uplink 1 down
	check "handed over" slowwait 1.5 roles 2 1
	check "by its weight" is_demoted 1 50
	check "shown" grep -q "eth1" <(carp 1 carp0)
	must carp 1 carp0 track eth1 weight 70
	check "another weight" is_demoted 1 70
	uplink 1 up
	check "taken back" slowwait 3 roles 1 2
	check "nothing left" is_demoted 1 0
	calm
	# A link that is set down is as good as one without carrier.
	must nip 1 link set eth1 down
	check "handed over" busywait 0.3 roles 2 1
	must carp 1 carp0 -track eth1
	check "tracked no more" is_demoted 1 0
	check "taken back" slowwait 3 roles 1 2
	# All links of a group, each with the weight.
	must nip 1 link add d0 group 7 up type dummy
	must nip 1 link add d1 group 7 up type dummy
	must carp 1 carp0 track group 7 weight 20
	check "both are up" is_demoted 1 0
	must nip 1 link set d0 down
	check "one is down" busywait 0.3 is_demoted 1 20
	must nip 1 link set d1 down
	check "both are down" busywait 0.3 is_demoted 1 40
	must nip 1 link del d1
	check "one is left" busywait 0.3 is_demoted 1 20
	must carp 1 carp0 -track group 7
	check "tracked no more" is_demoted 1 0
}

a_tracked_link_that_goes_away_counts_until_it_is_back() {
	setup_nodes 2
	member 1
	must nip 1 link add d0 up type dummy
	must carp 1 carp0 track d0
	check "up" is_demoted 1 0
	must nip 1 link set d0 down
	must nip 1 link set d0 name d5
	must nip 1 link set d5 up
	check "renamed: followed" is_demoted 1 0
	must nip 1 link set d5 down
	check "under its new name" is_demoted 1 240
	must nip 1 link set d5 up
	must nip 1 link del d5
	check "deleted: down" busywait 0.5 is_demoted 1 240
	# A configuration can be applied again meanwhile.
	check "the same again" carp 1 carp0 track d5
	check "another weight" carp 1 carp0 track d5 weight 70
	check "that counts" is_demoted 1 70
	check "and by ip" nip 1 link set carp0 type carp track d5 weight 240
	check "and that" is_demoted 1 240
	refused "what was never there" "no such" carp 1 carp0 track d5 track d6
	refused "by ip" "no such link to track" nip 1 link set carp0 type carp \
		track d6
	must nip 1 link add d5 up type dummy
	check "again there" busywait 0.5 is_demoted 1 0
	must nip 1 link set d5 netns "${NS[2]}"
	check "moved away: down" busywait 0.5 is_demoted 1 240
	must nip 2 link set d5 netns "${NS[1]}"
	check "back but not up" is_demoted 1 240
	must nip 1 link set d5 up
	check "back" busywait 0.5 is_demoted 1 0
	must nip 1 link del carp0
	must nip 1 link del d5
	check "the module goes" rmmod carp
	must modprobe carp
}

what_cannot_be_tracked_is_refused() {
	local before group words=()

	setup_nodes 1
	member 1
	must nip 1 link add red up type vrf table 10
	must nip 1 link set carp0 master red
	before=$(carp 1 -j carp0)
	refused "itself" "itself" carp 1 carp0 track carp0
	refused "its own upper device" "on top of it" carp 1 carp0 track red
	refused "nothing" "no such" carp 1 carp0 track nothing0
	refused "no weight" "weight" carp 1 carp0 track eth0 weight 0
	refused "too much" "weight" carp 1 carp0 track eth0 weight 256
	refused "no group" "group" carp 1 carp0 track group no-such-group
	equal "nothing has changed" "$before" "$(carp 1 -j carp0)"
	for ((group = 1; group <= 32; group++)); do
		words+=(track group "$group")
	done
	must carp 1 carp0 "${words[@]}"
	check "the same again" carp 1 carp0 "${words[@]}"
	refused "one more" "32" carp 1 carp0 track group 33
	must carp 1 carp0 -track group 7
	check "one less, and it is" carp 1 carp0 track group 33
}

sending_that_fails_demotes_until_it_works_again() {
	pair
	must nip 1 link add carp9 link eth0 type carp vhid 9 pass "$PASS"
	must n 1 tc qdisc add dev eth0 clsact
	must n 1 tc filter add dev eth0 egress matchall action drop
	check "three in a row demote all" slowwait 5 is_demoted 1 240 carp9
	check "the peer takes over" slowwait 5 is_state 2 MASTER
	check "this one yields" slowwait 2 is_state 1 BACKUP
	check "and stays demoted" holds 4 is_demoted 1 240
	must n 1 tc filter del dev eth0 egress
	check "works again" slowwait 8 is_demoted 1 0
	check "without a word of the backup" slowwait 3 roles 1 2
	check "nothing is left" is_demoted 1 0 carp9
	equal "nor for the host" 0 "$(n 1 sysctl -n net.carp.demotion)"
	check "logged" grep -q "demoted by 240 to 240 (send error)" <(dmesg)
}

no_demotion_is_left_when_every_cause_is_gone() {
	local i

	gateways
	outside 1
	must carp 1 carp0 track eth1 weight 9
	for i in 1 2 3; do
		uplink 1 down
		check "down, round $i" slowwait 2 is_demoted 1 249
		case $i in
		1)	uplink 1 up ;;
		2)	must nip 1 link set carp1 down
			uplink 1 up
			must nip 1 link set carp1 up ;;
		3)	must nip 1 link del carp1
			uplink 1 up ;;
		esac
		check "nothing left, round $i" slowwait 2 is_demoted 1 0
	done
	# A factor that changes meanwhile leaves nothing either.
	outside 1
	uplink 1 down
	check "down" slowwait 2 is_demoted 1 249
	sysctl_set 1 net.carp.ifdown_demotion_factor=10
	check "another factor" slowwait 4 is_demoted 1 19
	uplink 1 up
	check "nothing left" slowwait 2 is_demoted 1 0
	sysctl_set 1 net.carp.ifdown_demotion_factor=240
	# Set down or forbidden, a device demotes nobody.
	uplink 1 down
	check "down" slowwait 2 is_demoted 1 249
	sysctl_set 1 net.carp.allow=0
	equal "not allowed" 0 "$(n 1 sysctl -n net.carp.demotion)"
	sysctl_set 1 net.carp.allow=1
	equal "allowed" 240 "$(n 1 sysctl -n net.carp.demotion)"
	uplink 1 up
	check "nothing left" slowwait 2 is_demoted 1 0
}

counts_that_overflow_are_refused() {
	local before value

	setup_nodes 1
	member 1
	must carp 1 carp0 carpdemote 200
	must carp 1 -g 5 carpdemote 200
	sysctl_set 1 net.carp.demotion=100
	before=$(carp 1 -j carp0)
	refused "a device" "255" carp 1 carp0 carpdemote 56
	refused "a group" "255" carp 1 -g 5 carpdemote 56
	refused "a group, below" "255" carp 1 -g 5 -carpdemote 201
	refused "no number" "" carp 1 carp0 carpdemote many
	for value in 2147483647 -2147483648 99999999999 1x ""; do
		check "sysctl $value" fails n 1 sysctl -qw \
			"net.carp.demotion=$value"
	done
	equal "nothing has changed" "$before" "$(carp 1 -j carp0)"
	equal "nor the group" "5: carp demote count 200" "$(carp 1 -g 5)"
	equal "nor the host" 100 "$(n 1 sysctl -n net.carp.demotion)"
}

a_syncgroup_moves_as_one() {
	local node

	gateways
	for node in 1 2; do
		outside "$node"
		must nip "$node" link set carp0 group 8
		must nip "$node" link set carp1 group 8
		must carp "$node" carp0 syncgroup
		must carp "$node" carp1 syncgroup
		sysctl_set "$node" net.carp.ifdown_demotion_factor=0
	done
	check "the first has both" slowwait 5 roles 1 2
	check "the first has both" slowwait 5 roles 1 2 carp1
	check "not demoted" is_demoted 1 0
	must carp 1 carp0 carpdemote 7
	check "both move" busywait 0.2 roles 2 1
	check "both move" busywait 0.2 roles 2 1 carp1
	check "the worst counts" is_demoted 1 7 carp1
	must carp 1 carp0 -carpdemote 7
	check "both come back" slowwait 3 roles 1 2
	check "both come back" slowwait 3 roles 1 2 carp1
	calm
	# One that takes no part is the worst there can be.
	must nip 1 link set carp1 down
	check "the other is handed over" busywait 0.3 roles 2 1
	must nip 1 link set carp1 up
	check "both come back" slowwait 5 roles 1 2
	check "both come back" slowwait 5 roles 1 2 carp1
	# So is the state that the administrator asks for.
	sysctl_set 1 net.carp.preempt=0
	must nip 1 link set carp0 type carp state backup
	check "both are backup" is_state 1 BACKUP carp1
	check "not demoted" is_demoted 1 0
}

of_two_masters_the_one_that_stays_announces_itself_at_once() {
	local first

	setup_nodes 3
	member 1 advbase 20
	member 2 advbase 20 advskew 100
	must nip 1 link set carp0 type carp state master
	check "they know each other" busywait 1 roles 1 2
	# A split that heals.
	must nip seg link set p1 nomaster
	must nip 2 link set carp0 type carp state master
	check "two" is_state 2 MASTER
	capture 3 eth0 "$TMP/wire" "arp or ip proto 112"
	must nip seg link set p1 master br0
	# Makes it advertise, and so tells the two of each other.
	must carp 2 carp0 carpdemote 1
	check "healed" busywait 0.3 roles 1 2
	capture_stop "$CAPTURE"
	first=$(frames "$TMP/wire" src host 192.0.2.2 and ip proto 112 |
		tail -n 1 | cut -d ' ' -f 1)
	frames "$TMP/wire" "arp[14:4] = 0xc0000264 and ether src $VMAC" \
		>"$TMP/announced"
	# shellcheck disable=SC2016 # the fields of awk
	check "announced within 50 ms" awk -v since="$first" '
		$1 >= since && $1 < since + 0.05 { found = 1 }
		END { exit !found }' "$TMP/announced"
	equal "counted" 1 "$(counter 1 conflicts)"
	check "logged" grep -q "two masters, this one stays.*from 192.0.2.2" \
		<(dmesg)
	# And once more when the other has yielded.
	check "it reaches the clients" n 3 ping -q -c 1 -W 1 "$VIP"
}

addresses_are_announced_again_by_time() {
	setup_nodes 2
	member 1
	must nip 1 link set carp0 type carp state master
	sleep 4
	capture 2 eth0 "$TMP/wire" "arp and ether src $VMAC"
	must carp 1 carp0 announce 2
	sleep 9
	must carp 1 carp0 -announce
	sleep 4
	capture_stop "$CAPTURE"
	equal "in 9 s, and in 4 s without" 4 "$(frames "$TMP/wire" | wc -l)"
}

each_transition_is_a_uevent() {
	setup_nodes 2
	member 1
	bg 1 timeout 20 python3 -c '
import socket
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 15)
s.bind((0, 1))
print("listening", flush=True)
while True:
    words = s.recv(8192).decode(errors="replace").split("\0")
    event = dict(w.split("=", 1) for w in words if "=" in w)
    if "CARP_STATE" in event:
        print(*(event[k] for k in ("ACTION", "SUBSYSTEM", "INTERFACE",
              "CARP_VHID", "CARP_FROM", "CARP_STATE", "CARP_SERIAL",
              "CARP_REASON")), flush=True)'
	check "listening" slowwait 5 grep -q listening "$BG_OUT"
	must nip 1 link set carp0 type carp state master
	must nip 1 link set carp0 down
	check "both" slowwait 5 grep -q INIT "$BG_OUT"
	equal "in order" "listening
change net carp0 1 BACKUP MASTER 2 user requested
change net carp0 1 MASTER INIT 3 interface set down" "$(cat "$BG_OUT")"
}

tests_run "$@"
