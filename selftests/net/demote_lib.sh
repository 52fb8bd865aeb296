# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The functions are called by name.
# shellcheck disable=SC2317
#
# What carp_demote.sh and carp_demote6.sh share, a body for both families: what
# demotion does on the wire and in the roles, and announcements.

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
	local node other peer=() PEER=peer OPENBSD_VIP=192.168.0.1/24

	[ "$FAMILY" = 4 ] || PEER=peer6 OPENBSD_VIP=fd00::1/64
	setup_hosts 2
	for node in 1 2; do
		other=$((3 - node))
		[[ " $* " != *" unicast "* ]] || peer=("$PEER" "$NET$other")
		VIPS=$OPENBSD_VIP member "$node" vhid 251 \
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

# setup_hosts COUNT: setup_nodes, and each can send what comes from its own
# link-local address
setup_hosts() {
	local node

	setup_nodes "$1"
	[ "$FAMILY" = 6 ] || return 0
	for ((node = 1; node <= $1; node++)); do
		at_rest "$node"
	done
}

# Who has yielded heeds nobody worse for half an interval of the better one.
calm() {
	sleep 0.7
}

pair() {
	setup_hosts 3
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
		setup_hosts 2
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

# sent: "ADVSKEW DEMOTE" of the next advertisement
sent() {
	local bytes line=0x0010 at=2

	[ "$FAMILY" = 4 ] || line=0x0020 at=4
	bytes=$(n 3 timeout 60 tcpdump -Z root -n -x -c 1 -i eth0 \
		"$IP proto 112" 2>/dev/null | sed -n "s/^\t$line: *//p")
	# After a header of 20 or of 40 bytes: 21 vhid advskew 07 demote
	read -ra bytes <<<"$bytes"
	echo "$((16#${bytes[at + 1]:0:2})) $((16#${bytes[at + 2]:0:2}))"
}

the_sum_is_told_in_the_byte_and_in_advskew() {
	local row style sum wanted

	setup_hosts 3
	member 1 advskew 10
	check "alone" slowwait 5 is_state 1 MASTER
	for row in "add 0 10 0" "add 5 15 5" "add -4 6 0" "add 255 240 255" \
		"max 0 10 0" "max 1 240 1" "max 200 240 200" "max -4 6 0"; do
		read -r style sum wanted <<<"$row"
		must carp 1 carp0 demotestyle "$style"
		must nip 1 link set carp0 type carp demotion "$sum"
		equal "style $style, $sum" "$wanted" "$(sent)"
	done
	check "it has stayed master" is_state 1 MASTER
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

# What refuses advertisements alone lets pass by what a BACKUP tries it.
members_do_not_take_turns_where_only_advertisements_are_refused() {
	local proto=ip taken

	[ "$FAMILY" = 4 ] || proto=ipv6
	pair
	must n 1 sysctl -qw net.carp.preempt=1
	must n 1 tc qdisc add dev eth0 clsact
	must n 1 tc filter add dev eth0 egress protocol "$proto" u32 \
		match "$IP" protocol 112 0xff action drop
	check "the peer takes over" slowwait 10 is_state 2 MASTER
	check "this one yields" slowwait 5 is_state 1 BACKUP
	taken=$(attr 2 serial)
	sleep 120
	taken=$(($(attr 1 serial) - taken))
	check "and has tried again" [ "$taken" -gt 2 ]
	check "ever more seldom, in $taken changes" [ "$taken" -le 12 ]
	must n 1 tc filter del dev eth0 egress
	check "works again" slowwait 200 roles 1 2
	check "and is not demoted" is_demoted 1 0
	sleep 5
	must n 1 tc filter add dev eth0 egress matchall action drop
	check "once more" slowwait 10 is_demoted 1 240
	must n 1 tc filter del dev eth0 egress
	check "that is forgotten by then" slowwait 8 is_demoted 1 0
}

# announces: the family's words for an announcement of $VIP
announces() {
	if [ "$FAMILY" = 4 ]; then
		echo "arp[14:4] = 0xc0000264 and ether src $VMAC"
	else
		echo "ip6[40] = 136 and ip6[48:4] = 0x20010db8" \
			"and ip6[60:4] = 0x00000100 and ether src $VMAC"
	fi
}

of_two_masters_the_one_that_stays_announces_itself_at_once() {
	local first other=192.0.2.2

	[ "$FAMILY" = 4 ] || other=fe80::ff:fe00:2
	setup_hosts 3
	member 1 advbase 20
	member 2 advbase 20 advskew 100
	must nip 1 link set carp0 type carp state master
	check "they know each other" busywait 1 roles 1 2
	# A split that heals.
	must nip seg link set p1 nomaster
	must nip 2 link set carp0 type carp state master
	check "two" is_state 2 MASTER
	capture 3 eth0 "$TMP/wire" "arp or icmp6 or $IP proto 112"
	must nip seg link set p1 master br0
	# Makes it advertise, and so tells the two of each other.
	must carp 2 carp0 carpdemote 1
	check "healed" busywait 0.3 roles 1 2
	capture_stop "$CAPTURE"
	first=$(frames "$TMP/wire" src host "$other" and "$IP" proto 112 |
		tail -n 1 | cut -d ' ' -f 1)
	frames "$TMP/wire" "$(announces)" >"$TMP/announced"
	# shellcheck disable=SC2016 # the fields of awk
	check "announced within 50 ms" awk -v since="$first" '
		$1 >= since && $1 < since + 0.05 { found = 1 }
		END { exit !found }' "$TMP/announced"
	equal "counted" 1 "$(counter 1 conflicts)"
	check "logged" grep -q "two masters, this one stays.*from $other" \
		<(dmesg)
	# And once more when the other has yielded.
	check "it reaches the clients" n 3 ping -q -c 1 -W 1 "$VIP"
}

#	node 1: carp0 on bond0 (active-backup) of p0 and p1, both in br0
addresses_are_announced_again_when_a_bond_fails_over() {
	local slave

	setup_nodes 2
	must nip 1 link del eth0
	{
		echo "link add eth0 type bond mode active-backup miimon 100"
		for slave in 5 6; do
			echo "link add s$slave type veth peer name p$slave" \
				"netns ${NS[seg]}"
			echo "link set s$slave master eth0"
		done
		echo "addr add ${NET}1/$LEN dev eth0 $NODAD"
		echo "link set eth0 up"
	} >"$TMP/batch"
	must nip 1 -batch "$TMP/batch"
	for slave in 5 6; do
		must nip seg link set "p$slave" master br0 up
	done
	member 1
	check "master" slowwait 8 is_state 1 MASTER
	# Those that follow a takeover are over.
	sleep 4
	capture 2 eth0 "$TMP/wire" "$(announces)"
	sleep 2
	capture_stop "$CAPTURE"
	equal "silence before" "" "$(frames "$TMP/wire")"
	capture 2 eth0 "$TMP/wire" "$(announces)"
	must nip 1 link set eth0 type bond active_slave s6
	check "announced" slowwait 1 announced
	capture_stop "$CAPTURE"
	check "it is still master" is_state 1 MASTER
}

announced() {
	[ -n "$(frames "$TMP/wire")" ]
}

addresses_are_announced_again_by_time() {
	setup_hosts 2
	member 1
	must nip 1 link set carp0 type carp state master
	sleep 4
	capture 2 eth0 "$TMP/wire" "$(announces)"
	must carp 1 carp0 announce 2
	sleep 9
	must carp 1 carp0 -announce
	sleep 4
	capture_stop "$CAPTURE"
	equal "in 9 s, and in 4 s without" 4 "$(frames "$TMP/wire" | wc -l)"
}
