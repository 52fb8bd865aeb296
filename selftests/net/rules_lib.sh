# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The functions are called by name.
# shellcheck disable=SC2317
#
# What carp_rules.sh and carp_rules6.sh share, a body for both families: who is heard
# on the wire, what is local, and where it leads to.

VMAC_HEAD=0x00005e00
VMAC_TAIL=0x0101

# What says on the wire who has the address, in tcpdump's words: ARP with the
# sender's fields filled in, or neighbour advertisements for it and solicitations
# from it, with their option; which of these are answers; and which name another
# MAC than the virtual one.
words_of_family() {
	local target

	FROM_VIP="$IP src $VIP"
	if [ "$FAMILY" = 4 ]; then
		BINDS="arp and arp[14:4] = 0xc0000264"
		ANSWERS="$BINDS and arp[6:2] = 2"
		LIES="$BINDS and not (arp[8:4] = $VMAC_HEAD and \
			arp[12:2] = $VMAC_TAIL)"
		return
	fi
	target="ip6[48:4] = 0x20010db8 and ip6[52:4] = 0 and ip6[56:4] = 0 and \
		ip6[60:4] = 0x100"
	BINDS="icmp6 and ((ip6[40] = 136 and $target) or \
		(ip6[40] = 135 and ip6 src $VIP))"
	ANSWERS="icmp6 and ip6[40] = 136 and $target"
	LIES="$BINDS and not (ip6[66:4] = $VMAC_HEAD and \
		ip6[70:2] = $VMAC_TAIL)"
}

# Node 1 MASTER, node 2 BACKUP, node 3 a client; what each node sends is captured
# from before it has a carp device.
setup_pair() {
	words_of_family
	setup_nodes 3
	capture seg p1 "$TMP/sent1" inbound
	CAPTURE1=$BG
	capture seg p2 "$TMP/sent2" inbound
	CAPTURE2=$BG
	member 1
	check "node 1 is there" slowwait 1 is_state 1 BACKUP
	must nip 1 link set carp0 type carp state master
	member 2 advskew 100
	check "node 2 is backup" slowwait 1 is_state 2 BACKUP
	check "node 1 is master" is_state 1 MASTER
}

# sent NODE FILTER...: how many such frames it has sent
sent() {
	local node=$1

	shift
	tcpdump -n -r "$TMP/sent$node" "$*" 2>/dev/null | wc -l
}

# Nobody has given the address another MAC, by telling or by using it.
wire_is_clean() {
	local node

	capture_stop "$CAPTURE1"
	kill -INT "$CAPTURE2"
	wait "$CAPTURE2" 2>/dev/null
	for node in 1 2; do
		equal "lies of node $node" 0 "$(sent "$node" "$LIES")"
		equal "frames of node $node from the address by another MAC" 0 \
			"$(sent "$node" "$FROM_VIP and not ether src $VMAC")"
	done
	check "node 1 has been heard" test "$(sent 1 "$BINDS")" -gt 0
}

force() {
	must nip "$1" link set carp0 type carp state "$2"
}

pings() {
	n "$1" ping -q -c "${3:-2}" -i 0.2 -W 1 "$2"
}

# mac_of ADDRESS: who answers node 3
mac_of() {
	if [ "$FAMILY" = 4 ]; then
		n 3 arping -c 1 -w 1 -I eth0 "$1" |
			sed -n 's/.*reply from.*\[\(.*\)\].*/\L\1/p'
	else
		n 3 ndisc6 -1 -q "$1" eth0 | tr A-F a-f
	fi
}

# resolves ADDRESS DEVICE: somebody answers node 3 there
resolves() {
	if [ "$FAMILY" = 4 ]; then
		n 3 arping -q -c 1 -w 2 -I "$2" "$1"
	else
		n 3 ndisc6 -1 -q -w 500 -r 2 "$1" "$2"
	fi
}

# is_taken: node 3, which asks whether the address is free, is told that it is not
is_taken() {
	local status

	if [ "$FAMILY" = 4 ]; then
		n 3 arping -q -D -c 1 -w 1 -I eth0 "$VIP"
		status=$?
		[ "$status" -eq 1 ]
		return
	fi
	must nip 3 addr add "$VIP/128" dev eth0
	slowwait 2 has_failed
	status=$?
	must nip 3 addr del "$VIP/128" dev eth0
	return "$status"
}

has_failed() {
	nip 3 -6 addr show dev eth0 dadfailed | grep -q "$VIP"
}

visible() {
	nip "$1" addr show carp0 | grep -q " $VIP/$LEN "
}

the_address_is_visible_in_every_state() {
	setup_nodes 1
	must nip 1 link add carp0 link eth0 type carp vhid 1
	must nip 1 addr add "$VIP/$LEN" dev carp0
	check "before the first up" visible 1
	must nip 1 link set carp0 up
	check "backup" slowwait 1 is_state 1 BACKUP
	check "in BACKUP" visible 1
	check "master" slowwait 5 is_state 1 MASTER
	check "in MASTER" visible 1
	sysctl_set 1 net.carp.allow=0
	check "allow=0" is_state 1 INIT
	check "with allow=0" visible 1
	sysctl_set 1 net.carp.allow=1
	must nip 1 link set eth0 down
	check "parent down" is_state 1 INIT
	check "with the parent down" visible 1
	must nip 1 link set eth0 up
	must nip 1 link set carp0 down
	check "down" is_state 1 INIT
	check "after down" visible 1
}

a_hundred_failovers_are_no_news_of_addresses() {
	local i node tick one two pause

	setup_pair
	printf -v pause 0.%03d $((50 * SLOW))
	for node in 1 2; do
		at_rest "$node"
	done
	for node in 1 2; do
		bg "$node" ip monitor address
		cp /dev/null "$TMP/heard$node"
		ln -sf "$BG_OUT" "$TMP/heard$node"
	done
	must mkfifo "$TMP/tick" "$TMP/allow1" "$TMP/allow2"
	for node in 1 2; do
		# shellcheck disable=SC2016 # for that shell
		bg "$node" bash -c 'while read -r value; do
				echo "$value" >/proc/sys/net/carp/allow
			done <"$0"' "$TMP/allow$node"
	done
	exec {tick}<>"$TMP/tick" {one}>"$TMP/allow1" {two}>"$TMP/allow2"
	# Each says goodbye to the other, 50 times. Not by link set down: the kernel
	# tells of IPv6 addresses again when a device is set up.
	for ((i = 0; i < 50; i++)); do
		printf '0\n1\n' >&"$one"
		read -r -t "$pause" -u "$tick"
		printf '0\n1\n' >&"$two"
		read -r -t "$pause" -u "$tick"
	done
	exec {one}>&- {two}>&- {tick}>&-
	check "node 1 is master" is_state 1 MASTER
	check "node 2 was, in between" test "$(attr 2 serial)" -ge 100
	for node in 1 2; do
		check "node $node shows it" visible "$node"
		equal "news on node $node" 0 "$(grep -c inet "$TMP/heard$node")"
		must nip "$node" addr add 198.51.100.1/32 dev lo
		check "it would have been heard" slowwait 2 \
			grep -q 198.51.100.1 "$TMP/heard$node"
	done
	wire_is_clean
}

only_the_master_answers_who_asks_for_the_address() {
	setup_pair
	at_rest 3
	equal "answers" "$VMAC" "$(mac_of "$VIP")"
	check "who asks whether it is free is told" is_taken
	# Asked at its own MAC, too, five seconds later and three times.
	must nip 3 neigh replace "$VIP" lladdr 02:00:00:00:00:02 nud stale \
		dev eth0
	check "the entry comes right by itself" pings 3 "$VIP" 50
	check "by the master" grep -q "$VMAC" <(nip 3 neigh show "$VIP")
	equal "what the backup says about it" 0 "$(sent 2 "$BINDS")"
	check "which was asked" test "$(counter 2 arpdrop)" -gt 0
	wire_is_clean
}

# A second link between all three:
#
#	eth1 ${FAR}1   eth1 ${FAR}2   eth1 ${FAR}3
#	    |              |              |
#	----+--------------+--------------+----- br1
another_link_hears_nothing_of_the_address() {
	local node side

	setup_pair
	{
		echo "link add br1 type bridge forward_delay 0"
		echo "link set br1 up"
		for node in 1 2 3; do
			echo "link add q$node type veth peer name eth1 netns" \
				"${NS[$node]}"
			echo "link set q$node master br1 up"
		done
	} >"$TMP/batch"
	must nip seg -batch "$TMP/batch"
	for node in 1 2 3; do
		must nip "$node" link set eth1 up
		give "$node" "$FAR$node/$LEN" eth1
	done
	capture seg br1 "$TMP/side"
	side=$BG
	at_rest 3 eth1
	check "neighbours answer there" resolves "${FAR}1" eth1
	# What ndisc6 hears elsewhere is an answer to it.
	resolves "$VIP" eth1 >/dev/null
	# A conversation from the address with somebody over there.
	must nip 3 route replace "$VIP/$HOST" via "${FAR}1" dev eth1
	n 3 ping -q -c 2 -i 0.2 -W 1 -I "${FAR}3" "$VIP" >/dev/null
	n 1 ping -q -c 2 -i 0.2 -W 1 -I "$VIP" "${FAR}3" >/dev/null
	check "nodes talk there" pings 3 "${FAR}1"
	capture_stop "$side"
	check "it was asked for" grep -q "who.has $VIP" \
		<(tcpdump -n -r "$TMP/side" 2>/dev/null)
	equal "answers there" 0 \
		"$(tcpdump -n -r "$TMP/side" "$ANSWERS" 2>/dev/null | wc -l)"
	equal "lies there" 0 \
		"$(tcpdump -n -r "$TMP/side" "$LIES" 2>/dev/null | wc -l)"
	wire_is_clean
}

no_frame_binds_the_address_to_another_mac() {
	setup_pair
	check "ping" pings 3 "$VIP"
	# The master has to ask for a client, in the name of the address.
	must nip 1 neigh flush dev eth0
	must nip 1 neigh flush dev carp0
	check "ping" pings 3 "$VIP"
	check "ping from it" n 1 ping -q -c 2 -i 0.2 -W 1 -I "$VIP" "${NET}3"
	# Failovers both ways, with traffic.
	bg 3 ping -q -i 0.1 "$VIP"
	must nip 1 link set carp0 down
	check "node 2 is master" slowwait 1 is_state 2 MASTER
	sleep 2
	must nip 1 link set carp0 up
	force 1 master
	check "node 1 is master" is_state 1 MASTER
	check "node 2 is backup" slowwait 2 is_state 2 BACKUP
	sleep 2
	bg_stop "$BG"
	wire_is_clean
}

a_backup_reaches_the_master_at_the_address() {
	setup_pair
	check "ping" pings 2 "$VIP"
	bg 1 socat "TCP$FAMILY-LISTEN:7,fork,reuseaddr" EXEC:hostname
	check "it listens" slowwait 20 serves 1 7
	check "tcp" slowwait 2 n 2 bash -c "exec 3<>/dev/tcp/$VIP/7 && cat <&3"
	check "by the virtual MAC" grep -q "$VMAC" <(nip 2 neigh show "$VIP")
	# The same in all other states that are not MASTER.
	must nip 2 link set carp0 down
	check "ping when down" pings 2 "$VIP"
	must nip 2 link set carp0 up
	sysctl_set 2 net.carp.allow=0
	check "ping with allow=0" pings 2 "$VIP"
	sysctl_set 2 net.carp.allow=1
	must nip 2 link del carp0
	must nip 2 link add carp0 link eth0 type carp vhid 1 pass "$PASS"
	must nip 2 addr add "$VIP/$LEN" dev carp0
	check "ping before the first up" pings 2 "$VIP"
	equal "packets that it sent from the address" 0 "$(sent 2 "$FROM_VIP")"
	wire_is_clean
}

is_local() {
	nip "$1" route get "$VIP" | grep -q '^local'
}

the_address_is_local_on_the_master_alone() {
	setup_pair
	check "on the master" is_local 1
	check "not on the backup" fails is_local 2
	check "from one of its own addresses" grep -q "src ${NET}2" \
		<(nip 2 route get "$VIP")
	check "marked" grep -q "$VIP.*linkdown" \
		<(nip 2 "-$FAMILY" route show table local)
	check "unmarked on the master" fails grep -q "$VIP.*linkdown" \
		<(nip 1 "-$FAMILY" route show table local)
	force 1 backup
	check "not any more" fails is_local 1
	check "somebody takes over" slowwait 5 is_state 1 MASTER
	check "again" is_local 1
	must nip 1 link set carp0 down
	check "not when down" fails is_local 1
	sysctl_set 2 net.carp.allow=0
	check "not with allow=0" fails is_local 2
}

without_a_route_the_address_is_unreachable_at_once() {
	setup_nodes 2
	must nip 2 addr flush dev eth0
	member 1
	member 2 advskew 100 advbase 50
	check "node 1 is master" slowwait 5 is_state 1 MASTER
	check "node 2 is backup" is_state 2 BACKUP
	refused "ping" "unreachable" n 2 ping -q -c 1 -W 1 "$VIP"
	refused "tcp" "unreachable" \
		n 2 bash -c "exec 3<>/dev/tcp/$VIP/7"
}

a_backup_never_speaks_from_the_address() {
	local before

	setup_pair
	before=$(counter 2 srcdrop)
	# A socket that insists: it was bound before, or is allowed to bind.
	sysctl_set 2 "net.ipv$FAMILY.ip_nonlocal_bind"=1
	n 2 ping -q -c 2 -i 0.2 -W 1 -I "$VIP" "${NET}3" >/dev/null 2>&1
	echo x | n 2 socat - "UDP$FAMILY:${AT/100/3}:9,bind=$AT" 2>/dev/null
	check "counted" test "$(counter 2 srcdrop)" -gt "$before"
	equal "packets that it sent from the address" 0 "$(sent 2 "$FROM_VIP")"
	# With nothing else to choose from.
	must nip 2 addr flush dev eth0
	must nip 2 route add "$NET$ZERO/$LEN" dev eth0
	n 2 ping -q -c 2 -i 0.2 -W 1 "${NET}3" >/dev/null 2>&1
	equal "still none" 0 "$(sent 2 "$FROM_VIP")"
	equal "nor does it tell" 0 "$(sent 2 "$BINDS")"
	wire_is_clean
}

# A server in the middle of a sentence when it is master no longer: data,
# retransmissions, FIN and RST stay at home.
a_connection_left_behind_falls_silent() {
	local server late

	setup_pair
	printf '#!/bin/bash\nwhile sleep 0.1; do echo word; done\n' >"$TMP/talk"
	chmod +x "$TMP/talk"
	bg 1 socat "TCP$FAMILY-LISTEN:7,bind=$AT,reuseaddr" "EXEC:$TMP/talk"
	server=$BG
	check "it listens" slowwait 20 serves 1 7
	bg 3 socat -u "TCP$FAMILY:$AT:7" STDOUT
	check "they talk" slowwait 3 grep -q word "$BG_OUT"
	must nip 1 link set carp0 down
	must nip 1 link set carp0 up
	check "node 2 is master" slowwait 1 is_state 2 MASTER
	check "node 1 is backup" slowwait 1 is_state 1 BACKUP
	sleep 0.2
	capture seg p1 "$TMP/late" inbound
	late=$BG
	sleep 3
	bg_stop "$server" KILL
	sleep 1
	capture_stop "$late"
	equal "packets from the address" 0 \
		"$(tcpdump -n -r "$TMP/late" "$FROM_VIP" 2>/dev/null | wc -l)"
	check "which it tried to send" test "$(counter 1 srcdrop)" -gt 0
	wire_is_clean
}

a_backup_never_speaks_with_the_virtual_mac() {
	setup_pair
	must nip 2 addr add 2001:db8:5::2/64 dev eth0
	sleep 3
	check "node 2 speaks" test "$(sent 2 "not ether src $VMAC")" -gt 0
	equal "but not with the virtual MAC" 0 "$(sent 2 "ether src $VMAC")"
	must nip 2 link set carp0 down
	must nip 2 link set carp0 up
	sysctl_set 2 net.carp.allow=0
	must nip 2 link set eth0 down
	must nip 2 link set eth0 up
	sysctl_set 2 net.carp.allow=1
	check "node 2 is backup" slowwait 3 is_state 2 BACKUP
	must nip 2 link del carp0
	sleep 1
	equal "nor then" 0 "$(sent 2 "ether src $VMAC")"
	wire_is_clean
}

all_frames_from_the_address_have_the_virtual_mac() {
	setup_pair
	check "ping" pings 3 "$VIP" 5
	check "large ones" n 3 ping -q -c 3 -i 0.2 -s 5000 -W 1 "$VIP"
	check "ping from it" n 1 ping -q -c 5 -i 0.2 -W 1 -I "$VIP" "${NET}3"
	fails n 3 bash -c "exec 3<>/dev/tcp/$VIP/9" 2>/dev/null
	check_err $? "a closed port is refused"
	check "node 1 has spoken" test "$(sent 1 "$FROM_VIP")" -ge 14
	equal "with another MAC" 0 \
		"$(sent 1 "$FROM_VIP and not ether src $VMAC")"
	wire_is_clean
}

# Without an address of the parent's the way out is by one of the devices, for all.
addresses_on_two_devices_leave_each_with_its_own_mac() {
	local other=${NET}101

	setup_pair
	must nip 1 addr del "${NET}1/$LEN" dev eth0
	must nip 1 link add carp1 link eth0 type carp vhid 2 pass "$PASS"
	must nip 1 addr add "$other/$LEN" dev carp1
	must nip 1 link set carp1 up
	must nip 1 link set carp1 type carp state master
	check "node 1 has both" slowwait 1 is_state 1 MASTER carp1
	check "ping from one" n 1 ping -q -c 3 -i 0.2 -W 1 -I "$VIP" "${NET}3"
	check "ping from the other" n 1 ping -q -c 3 -i 0.2 -W 1 -I "$other" \
		"${NET}3"
	check "node 1 has spoken" test "$(sent 1 "$IP src $other")" -ge 3
	equal "one with another MAC" 0 \
		"$(sent 1 "$FROM_VIP and not ether src $VMAC")"
	equal "the other with another MAC" 0 \
		"$(sent 1 "$IP src $other and not ether src 00:00:5e:00:01:02")"
	wire_is_clean
}

# own_source ADDRESS...: to there node 1 speaks from its own address
own_source() {
	local address

	for address in "$@"; do
		check "to $address" grep -q "src ${NET}1 " \
			<(nip 1 route get "$address")
	done
}

the_address_is_never_the_default_source() {
	setup_nodes 3
	# First the virtual one, then the host's own.
	must nip 1 addr flush dev eth0
	member 1
	check "master" slowwait 5 is_state 1 MASTER
	give 1 "${NET}1/$LEN" eth0
	must nip 1 route add default via "${NET}3"
	own_source "${NET}3" "${WORLD}9"
	# First the host's own, then the virtual one.
	must nip 1 addr del "$VIP/$LEN" dev carp0
	must nip 1 addr add "$VIP/$LEN" dev carp0
	check "master" slowwait 5 is_state 1 MASTER
	own_source "${NET}3" "${WORLD}9"
	# And after the parent was away.
	must nip 1 link set eth0 down
	must nip 1 link set eth0 up
	give 1 "${NET}1/$LEN" eth0
	must nip 1 route replace default via "${NET}3"
	check "master" slowwait 5 is_state 1 MASTER
	own_source "${NET}3"
	must nip 1 link set carp0 down
	must nip 1 link set carp0 up
	check "master" slowwait 5 is_state 1 MASTER
	own_source "${NET}3"
}
