#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What may not be traded away, in one host's namespaces and on stock sysctls. That
# takeover waits for no lock needs a lock held, and real hosts: selftests/vm/pair.
# shellcheck disable=SC2317 # functions called by name

ALL_TESTS="
	the_address_is_visible_in_every_state
	a_hundred_failovers_are_no_news_of_addresses
	only_the_master_answers_arp
	another_link_hears_nothing_of_the_address
	no_frame_binds_the_address_to_another_mac
	a_backup_reaches_the_master_at_the_address
	the_address_is_local_on_the_master_alone
	without_a_route_the_address_is_unreachable_at_once
	a_backup_never_speaks_from_the_address
	a_connection_left_behind_falls_silent
	a_backup_never_speaks_with_the_virtual_mac
	the_thousandth_address_is_announced_at_once
	the_master_sees_both_directions_on_the_carp_device
	all_frames_from_the_address_have_the_virtual_mac
	the_address_is_never_the_default_source
	the_address_need_not_lie_in_the_parents_subnet
	the_parent_needs_no_address
	monitors_hear_of_each_state
	the_last_sixteen_transitions_are_kept
	going_away_in_any_way_says_goodbye
	a_parent_that_is_deleted_says_goodbye
	a_namespace_that_goes_away_says_goodbye
	tcp_through_the_address_behaves_as_tcp
	the_path_mtu_is_found_through_the_address
	a_forwarded_session_survives_the_failover
	changes_on_a_live_master_lose_no_packet
	a_firewall_that_drops_all_does_not_stop_the_election
	the_documented_rules_let_service_through
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"

VIP_HEX=0xc0000264
VMAC_HEAD=0x00005e00
VMAC_TAIL=0x0101
# ARP that says who has the address: the sender's fields are filled in.
ARP_BINDS="arp and arp[14:4] = $VIP_HEX"
ARP_LIES="$ARP_BINDS and not (arp[8:4] = $VMAC_HEAD and arp[12:2] = $VMAC_TAIL)"
FROM_VIP="ip src $VIP"

# Node 1 MASTER, node 2 BACKUP, node 3 a client; what each node sends is captured
# from before it has a carp device.
setup_pair() {
	setup_nodes 3
	capture seg p1 "$TMP/sent1" inbound
	CAPTURE1=$CAPTURE
	capture seg p2 "$TMP/sent2" inbound
	CAPTURE2=$CAPTURE
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

# Nobody has given the address another MAC, in ARP or by using it.
wire_is_clean() {
	local node

	capture_stop "$CAPTURE1"
	kill -INT "$CAPTURE2"
	wait "$CAPTURE2" 2>/dev/null
	for node in 1 2; do
		equal "ARP of node $node that lies" 0 "$(sent "$node" "$ARP_LIES")"
		equal "frames of node $node from the address by another MAC" 0 \
			"$(sent "$node" "$FROM_VIP and not ether src $VMAC")"
	done
	check "node 1 has been heard" test "$(sent 1 "$ARP_BINDS")" -gt 0
}

force() {
	must nip "$1" link set carp0 type carp state "$2"
}

pings() {
	n "$1" ping -q -c "${3:-2}" -i 0.2 -W 1 "$2"
}

visible() {
	nip "$1" -4 addr show carp0 | grep -q " $VIP/24 "
}

the_address_is_visible_in_every_state() {
	setup_nodes 1
	must nip 1 link add carp0 link eth0 type carp vhid 1
	must nip 1 addr add "$VIP/24" dev carp0
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
	local i node

	setup_pair
	for node in 1 2; do
		bg "$node" ip monitor address
		cp /dev/null "$TMP/heard$node"
		ln -sf "$BG_OUT" "$TMP/heard$node"
	done
	# Each time node 1 steps back and in again, node 2 in between.
	for ((i = 0; i < 50; i++)); do
		echo "link set carp0 down"
		echo "link set carp0 up"
		echo "link set carp0 type carp state master"
	done >"$TMP/failovers"
	must nip 1 -batch "$TMP/failovers"
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

only_the_master_answers_arp() {
	setup_pair
	equal "answers to a broadcast" "$VMAC" "$(n 3 arping -c 1 -w 1 -I eth0 \
		"$VIP" | sed -n 's/.*reply from.*\[\(.*\)\].*/\L\1/p')"
	equal "who asks whether it is free is told" 1 \
		"$(n 3 arping -q -D -c 1 -w 1 -I eth0 "$VIP"; echo $?)"
	# Asked at its own MAC, too.
	must nip 3 neigh replace "$VIP" lladdr 02:00:00:00:00:02 nud stale \
		dev eth0
	check "the entry comes right by itself" pings 3 "$VIP" 12
	check "by the master" grep -q "$VMAC" <(nip 3 neigh show "$VIP")
	equal "ARP of the backup about it" 0 "$(sent 2 "$ARP_BINDS")"
	check "which was asked" test "$(counter 2 arpdrop)" -gt 0
	wire_is_clean
}

# A second link between all three:
#
#	eth1 198.51.100.1   eth1 198.51.100.2   eth1 198.51.100.3
#	    |                   |                   |
#	----+-------------------+-------------------+----- br1
another_link_hears_nothing_of_the_address() {
	local node

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
		must nip "$node" addr add "198.51.100.$node/24" dev eth1
	done
	capture seg br1 "$TMP/side"
	fails n 3 arping -q -c 2 -w 1 -I eth1 "$VIP"
	check_err $? "nobody answers there"
	# A conversation from the address with somebody over there.
	must nip 3 route replace "$VIP/32" via 198.51.100.1 dev eth1
	n 3 ping -q -c 2 -i 0.2 -W 1 -I 198.51.100.3 "$VIP" >/dev/null
	n 1 ping -q -c 2 -i 0.2 -W 1 -I "$VIP" 198.51.100.3 >/dev/null
	check "nodes talk there" pings 3 198.51.100.1
	capture_stop "$CAPTURE"
	equal "ARP that binds the address there" 0 \
		"$(tcpdump -n -r "$TMP/side" "$ARP_BINDS and arp[6:2] = 2" \
		2>/dev/null | wc -l)"
	equal "ARP that asks in its name there" 0 \
		"$(tcpdump -n -r "$TMP/side" "$ARP_LIES" 2>/dev/null | wc -l)"
	wire_is_clean
}

no_frame_binds_the_address_to_another_mac() {
	setup_pair
	check "ping" pings 3 "$VIP"
	# The master has to ask for a client, in the name of the address.
	must nip 1 neigh flush dev eth0
	must nip 1 neigh flush dev carp0
	check "ping" pings 3 "$VIP"
	check "ping from it" n 1 ping -q -c 2 -i 0.2 -W 1 -I "$VIP" 192.0.2.3
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
	bg 1 socat TCP-LISTEN:7,fork,reuseaddr EXEC:hostname
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
	must nip 2 addr add "$VIP/24" dev carp0
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
	check "from one of its own addresses" grep -q "src 192.0.2.2" \
		<(nip 2 route get "$VIP")
	check "marked" grep -q "$VIP.*linkdown" \
		<(nip 2 route show table local)
	check "unmarked on the master" fails grep -q "$VIP.*linkdown" \
		<(nip 1 route show table local)
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
	sysctl_set 2 net.ipv4.ip_nonlocal_bind=1
	n 2 ping -q -c 2 -i 0.2 -W 1 -I "$VIP" 192.0.2.3 >/dev/null 2>&1
	echo x | n 2 socat - UDP:192.0.2.3:9,bind="$VIP" 2>/dev/null
	check "counted" test "$(counter 2 srcdrop)" -gt "$before"
	equal "packets that it sent from the address" 0 "$(sent 2 "$FROM_VIP")"
	# With nothing else to choose from.
	must nip 2 addr flush dev eth0
	must nip 2 route add 192.0.2.0/24 dev eth0
	n 2 ping -q -c 2 -i 0.2 -W 1 192.0.2.3 >/dev/null 2>&1
	equal "still none" 0 "$(sent 2 "$FROM_VIP")"
	equal "nor ARP" 0 "$(sent 2 "$ARP_BINDS")"
	wire_is_clean
}

# A server in the middle of a sentence when it is master no longer: data,
# retransmissions, FIN and RST stay at home.
a_connection_left_behind_falls_silent() {
	local server

	setup_pair
	printf '#!/bin/bash\nwhile sleep 0.1; do echo word; done\n' >"$TMP/talk"
	chmod +x "$TMP/talk"
	bg 1 socat "TCP-LISTEN:7,bind=$VIP,reuseaddr" "EXEC:$TMP/talk"
	server=$BG
	sleep 0.2
	bg 3 socat -u "TCP:$VIP:7" STDOUT
	check "they talk" slowwait 3 grep -q word "$BG_OUT"
	must nip 1 link set carp0 down
	must nip 1 link set carp0 up
	check "node 2 is master" slowwait 1 is_state 2 MASTER
	check "node 1 is backup" slowwait 1 is_state 1 BACKUP
	sleep 0.2
	capture seg p1 "$TMP/late" inbound
	sleep 3
	bg_stop "$server" KILL
	sleep 1
	capture_stop "$CAPTURE"
	equal "packets from the address" 0 \
		"$(tcpdump -n -r "$TMP/late" "$FROM_VIP" 2>/dev/null | wc -l)"
	check "which it tried to send" test "$(counter 1 srcdrop)" -gt 0
	wire_is_clean
}

a_backup_never_speaks_with_the_virtual_mac() {
	setup_pair
	must nip 2 addr add 2001:db8::2/64 dev eth0
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

# 1000 addresses on both; the time between two frames is the machine's.
the_thousandth_address_is_announced_at_once() {
	local i node first last

	setup_nodes 3
	for ((i = 0; i < 1000; i++)); do
		echo "addr add 10.9.$((i / 250)).$((i % 250 + 1))/16 dev carp0"
	done >"$TMP/addresses"
	for node in 1 2; do
		must nip "$node" link add carp0 link eth0 type carp vhid 1 \
			advskew $((node * 50))
		must nip "$node" -batch "$TMP/addresses"
		must nip "$node" link set carp0 up
	done
	check "node 1 is master" slowwait 10 is_state 1 MASTER
	check "node 2 is backup" is_state 2 BACKUP
	must nip 3 addr add 10.9.255.3/16 dev eth0
	capture seg p2 "$TMP/announced" inbound
	must nip 1 link set carp0 down
	check "node 2 is master" slowwait 1 is_state 2 MASTER
	check "the first answers" pings 3 10.9.0.1 1
	check "the last answers" pings 3 10.9.3.250 1
	capture_stop "$CAPTURE"
	tcpdump -n -tt -r "$TMP/announced" ether src "$VMAC" 2>/dev/null |
		head -n 1001 >"$TMP/list"
	first=$(awk 'NR == 1 { print $1 % 100000 * 1000 }' "$TMP/list")
	last=$(awk 'END { print $1 % 100000 * 1000 }' "$TMP/list")
	equal "gratuitous ARP" 1000 \
		"$(grep -o 'who-has 10.9.[0-9.]*' "$TMP/list" | sort -u | wc -l)"
	awk "BEGIN { exit !($last - $first < 200) }"
	check_err $? "it took from $first to $last ms"
}

the_master_sees_both_directions_on_the_carp_device() {
	local rx tx

	setup_pair
	rx=$(nip 1 -s -j link show carp0 | jq '.[0].stats64.rx.packets')
	tx=$(nip 1 -s -j link show carp0 | jq '.[0].stats64.tx.packets')
	capture 1 carp0 "$TMP/carp0" icmp
	check "ping" pings 3 "$VIP" 5
	check "ping from it" n 1 ping -q -c 5 -i 0.2 -W 1 -I "$VIP" 192.0.2.3
	capture_stop "$CAPTURE"
	equal "in" 10 "$(tcpdump -n -r "$TMP/carp0" dst "$VIP" 2>/dev/null | wc -l)"
	equal "out" 10 "$(tcpdump -n -r "$TMP/carp0" src "$VIP" 2>/dev/null | wc -l)"
	check "counted in" test $(($(nip 1 -s -j link show carp0 |
		jq '.[0].stats64.rx.packets') - rx)) -ge 10
	check "counted out" test $(($(nip 1 -s -j link show carp0 |
		jq '.[0].stats64.tx.packets') - tx)) -ge 10
	wire_is_clean
}

all_frames_from_the_address_have_the_virtual_mac() {
	setup_pair
	check "ping" pings 3 "$VIP" 5
	check "large ones" n 3 ping -q -c 3 -i 0.2 -s 5000 -W 1 "$VIP"
	check "ping from it" n 1 ping -q -c 5 -i 0.2 -W 1 -I "$VIP" 192.0.2.3
	fails n 3 bash -c "exec 3<>/dev/tcp/$VIP/9" 2>/dev/null
	check_err $? "a closed port is refused"
	check "node 1 has spoken" test "$(sent 1 "$FROM_VIP")" -ge 14
	equal "with another MAC" 0 \
		"$(sent 1 "$FROM_VIP and not ether src $VMAC")"
	wire_is_clean
}

the_address_is_never_the_default_source() {
	setup_nodes 3
	# First the virtual one, then the host's own.
	must nip 1 addr flush dev eth0
	member 1
	check "master" slowwait 5 is_state 1 MASTER
	must nip 1 addr add 192.0.2.1/24 dev eth0
	must nip 1 route add default via 192.0.2.3
	check "to the subnet" grep -q "src 192.0.2.1 " \
		<(nip 1 route get 192.0.2.3)
	check "to the world" grep -q "src 192.0.2.1 " \
		<(nip 1 route get 203.0.113.9)
	# First the host's own, then the virtual one.
	must nip 1 addr del "$VIP/24" dev carp0
	must nip 1 addr add "$VIP/24" dev carp0
	check "master" slowwait 5 is_state 1 MASTER
	check "to the subnet" grep -q "src 192.0.2.1 " \
		<(nip 1 route get 192.0.2.3)
	check "to the world" grep -q "src 192.0.2.1 " \
		<(nip 1 route get 203.0.113.9)
	# And after the parent was away.
	must nip 1 link set eth0 down
	must nip 1 link set eth0 up
	must nip 1 route replace default via 192.0.2.3
	check "master" slowwait 5 is_state 1 MASTER
	check "to the subnet" grep -q "src 192.0.2.1 " \
		<(nip 1 route get 192.0.2.3)
	must nip 1 link set carp0 down
	must nip 1 link set carp0 up
	check "master" slowwait 5 is_state 1 MASTER
	check "to the subnet" grep -q "src 192.0.2.1 " \
		<(nip 1 route get 192.0.2.3)
}

the_address_need_not_lie_in_the_parents_subnet() {
	local length

	setup_nodes 3
	member 1
	must nip 3 route add 203.0.113.100/32 dev eth0
	for length in 24 32; do
		must nip 1 addr flush dev carp0
		must nip 1 addr add "203.0.113.100/$length" dev carp0
		check "master" slowwait 5 is_state 1 MASTER
		check "ping /$length" pings 3 203.0.113.100
	done
}

the_parent_needs_no_address() {
	setup_nodes 3
	must nip 1 addr flush dev eth0
	must nip 2 addr flush dev eth0
	member 1
	member 2 advskew 100
	check "node 1 is master" slowwait 5 is_state 1 MASTER
	check "ping" pings 3 "$VIP"
	must nip 1 link set carp0 down
	check "node 2 is master" slowwait 1 is_state 2 MASTER
	check "ping" pings 3 "$VIP"
}

monitors_hear_of_each_state() {
	setup_nodes 1
	bg 1 ip -d monitor link
	must slowwait 2 nip 1 link set lo alias awake
	member 1
	check "the BACKUP" slowwait 2 grep -q "carp state BACKUP" "$BG_OUT"
	check "as DORMANT" grep -q "carp0.*state DORMANT" "$BG_OUT"
	check "the MASTER" slowwait 5 grep -q "carp state MASTER" "$BG_OUT"
	check "as UP" slowwait 2 grep -q "carp0.*state UP" "$BG_OUT"
	must nip 1 link set carp0 down
	check "the INIT" slowwait 2 grep -q "carp state INIT" "$BG_OUT"
}

the_last_sixteen_transitions_are_kept() {
	local i

	setup_nodes 1
	member 1 advbase 100
	check "backup" slowwait 1 is_state 1 BACKUP
	for ((i = 0; i < 10; i++)); do
		echo "link set carp0 type carp state master"
		echo "link set carp0 type carp state backup"
	done >"$TMP/batch"
	must nip 1 -batch "$TMP/batch"
	info 1 '{serial, history}' >"$TMP/history"
	# shellcheck disable=SC2016 # $last and $i are for jq
	check "all of it" jq -e '
		.serial as $last | .history |
		(length == 16) and (.[-1].serial == $last) and
		([range(1; 16) as $i | .[$i].serial == .[$i - 1].serial + 1] | all) and
		([range(1; 16) as $i | .[$i].from == .[$i - 1].to] | all) and
		([range(1; 16) as $i | .[$i].time >= .[$i - 1].time] | all) and
		([.[].reason == "user requested"] | all)' "$TMP/history"
	equal "serial" 21 "$(jq .serial "$TMP/history")"
}

# bows_out WHAT COMMAND...: node 2 is master within half a second
bows_out() {
	local what=$1

	shift
	must "$@"
	check "$what: node 2 takes over" busywait 0.5 is_state 2 MASTER
}

# Node 1 is master again.
again() {
	check "node 1 takes part" slowwait 2 is_state 1 BACKUP
	force 1 master
	check "node 2 yields" slowwait 2 is_state 2 BACKUP
}

going_away_in_any_way_says_goodbye() {
	setup_pair
	bows_out "down" nip 1 link set carp0 down
	must nip 1 link set carp0 up
	again
	bows_out "parent down" nip 1 link set eth0 down
	must nip 1 link set eth0 up
	again
	bows_out "allow=0" n 1 sysctl -qw net.carp.allow=0
	check "INIT" is_state 1 INIT
	sysctl_set 1 net.carp.allow=1
	again
	bows_out "another vhid" nip 1 link set carp0 type carp vhid 7
	must nip 1 link set carp0 type carp vhid 1
	again
	bows_out "delete" nip 1 link del carp0
	member 1
	again
}

# Parents that go alone: an end of a veth pair takes the other with it, which is
# closed first, and nothing can be said any more.
#
#	node 1                       node 2
#	carp0                        carp0
#	eth0 (VLAN 5)                eth0 (VLAN 5)
#	  |                            |            ------ node "seg" below
#	 v1 --- p1 --- br0 --- p2 --- v2
setup_vlans() {
	local node

	ns seg
	ns 1
	ns 2
	{
		echo "link add br0 type bridge forward_delay 0"
		echo "link set br0 up"
		for node in 1 2; do
			echo "link add p$node type veth peer name v$node"
			echo "link set p$node master br0 up"
			echo "link set v$node up"
			echo "link add link v$node name eth0" \
				"netns ${NS[$node]} type vlan id 5"
		done
	} >"$TMP/batch"
	must nip seg -batch "$TMP/batch"
	for node in 1 2; do
		must nip "$node" link set eth0 up
		must nip "$node" addr add "192.0.2.$node/24" dev eth0
		member "$node" advskew $(((node - 1) * 100))
	done
	check "node 1 takes part" slowwait 1 is_state 1 BACKUP
	force 1 master
	check "node 2 is backup" slowwait 1 is_state 2 BACKUP
}

a_parent_that_is_deleted_says_goodbye() {
	setup_vlans
	bows_out "parent deleted" nip 1 link del eth0
}

a_namespace_that_goes_away_says_goodbye() {
	setup_vlans
	bows_out "namespace" ip netns del "${NS[1]}"
}

tcp_through_the_address_behaves_as_tcp() {
	setup_pair
	head -c 300000 /dev/urandom >"$TMP/data"
	bg 1 socat "TCP-LISTEN:7,bind=$VIP,fork,reuseaddr" PIPE
	bg 1 socat -u "TCP-LISTEN:8,bind=$VIP,fork,reuseaddr" "OPEN:$TMP/got,creat"
	sleep 0.3
	n 3 socat -t 5 - "TCP:$VIP:7" <"$TMP/data" >"$TMP/back"
	check "echoed, and closed by FIN" cmp "$TMP/data" "$TMP/back"
	n 3 socat -u - "TCP:$VIP:8" <"$TMP/data"
	check "received" slowwait 5 cmp "$TMP/data" "$TMP/got"
	refused "a closed port answers RST" "refused" \
		n 3 bash -c "exec 3<>/dev/tcp/$VIP/9"
	check "fragments" n 3 ping -q -c 3 -i 0.2 -s 8000 -W 1 "$VIP"
	check "fragments from it" n 1 ping -q -c 3 -i 0.2 -s 8000 -W 1 \
		-I "$VIP" 192.0.2.3
	wire_is_clean
}

# A narrow link behind the client's segment:
#
#	node 1, 2 --- br0 --- 192.0.2.3 node 3 eth1 --- MTU 1200 --- node 4
#	                                  198.51.100.1         198.51.100.4
the_path_mtu_is_found_through_the_address() {
	setup_pair
	ns 4
	{
		echo "link add eth1 type veth peer name eth0 netns ${NS[4]}"
		echo "addr add 198.51.100.1/24 dev eth1"
		echo "link set eth1 mtu 1200 up"
	} >"$TMP/batch"
	must nip 3 -batch "$TMP/batch"
	{
		echo "addr add 198.51.100.4/24 dev eth0"
		echo "link set eth0 up"
		echo "route add default via 198.51.100.1"
	} >"$TMP/batch"
	must nip 4 -batch "$TMP/batch"
	sysctl_set 3 net.ipv4.ip_forward=1
	must nip 1 route add 198.51.100.0/24 via 192.0.2.3
	must nip 2 route add 198.51.100.0/24 via 192.0.2.3
	head -c 200000 /dev/urandom >"$TMP/data"
	bg 1 socat -u "OPEN:$TMP/data" "TCP-LISTEN:7,bind=$VIP,fork,reuseaddr"
	sleep 0.3
	n 4 timeout 20 socat -u "TCP:$VIP:7" - >"$TMP/got"
	check "received" cmp "$TMP/data" "$TMP/got"
	check "learned" grep -q "mtu 1200" \
		<(nip 1 route get 198.51.100.4 from "$VIP")
	wire_is_clean
}

# A pair of gateways with a virtual address on both sides; the server knows of
# the client's side through the one, the client of the server's through the other.
#
#	node 3 192.0.2.3 --- br0 --- carp0 .100 [node 1, 2] carp1 .100 --- br1 ---
#	                                                 node 4 198.51.100.4
setup_gateways() {
	local node

	setup_nodes 3
	ns 4
	{
		echo "link add br1 type bridge forward_delay 0"
		echo "link set br1 up"
		for node in 1 2 4; do
			echo "link add q$node type veth peer name eth1 netns" \
				"${NS[$node]}"
			echo "link set q$node master br1 up"
		done
	} >"$TMP/batch"
	must nip seg -batch "$TMP/batch"
	for node in 1 2; do
		{
			echo "addr add 198.51.100.$node/24 dev eth1"
			echo "link set eth1 up"
			echo "link add carp1 link eth1 type carp vhid 2" \
				"advskew $(((node - 1) * 100))"
			echo "addr add 198.51.100.100/24 dev carp1"
			echo "link set carp1 up"
		} >"$TMP/batch"
		must nip "$node" -batch "$TMP/batch"
		sysctl_set "$node" net.ipv4.ip_forward=1
		member "$node" advskew $(((node - 1) * 100))
	done
	{
		echo "addr add 198.51.100.4/24 dev eth1"
		echo "link set eth1 up"
		echo "route add default via 198.51.100.100"
	} >"$TMP/batch"
	must nip 4 -batch "$TMP/batch"
	must nip 3 route add default via "$VIP"
	check "node 1 is master" slowwait 5 is_state 1 MASTER
	check "on both sides" slowwait 1 is_state 1 MASTER carp1
}

a_forwarded_session_survives_the_failover() {
	setup_gateways
	head -c 40000 /dev/urandom >"$TMP/data"
	bg 4 socat -u TCP-LISTEN:7 "OPEN:$TMP/got,creat"
	sleep 0.3
	# 40 pieces, 0.2 s apart.
	cat >"$TMP/talk" <<-EOF
		for ((i = 0; i < 40; i++)); do
			dd if=$TMP/data bs=1000 skip=\$i count=1 status=none
			sleep 0.2
		done | socat -u - TCP:198.51.100.4:7
	EOF
	bg 3 bash "$TMP/talk"
	check "it has begun" slowwait 3 test -s "$TMP/got"
	must nip seg link set p1 nomaster
	must nip seg link set q1 nomaster
	check "node 2 is master" slowwait 5 is_state 2 MASTER
	check "on both sides" slowwait 2 is_state 2 MASTER carp1
	check "all has arrived" slowwait 30 cmp "$TMP/data" "$TMP/got"
}

changes_on_a_live_master_lose_no_packet() {
	local serial

	setup_nodes 3
	member 1
	check "master" slowwait 5 is_state 1 MASTER
	check "ping" pings 3 "$VIP"
	serial=$(attr 1 serial)
	bg 3 ping -i 0.02 "$VIP"
	{
		for ((i = 0; i < 20; i++)); do
			echo "addr add 192.0.2.$((110 + i))/24 dev carp0"
		done
		echo "link set carp0 type carp advskew 7"
		echo "link set carp0 type carp advbase 2"
		echo "link set carp0 type carp pass other"
		echo "link set carp0 type carp pass $PASS advbase 1 advskew 0"
		echo "link set carp0 type carp vhid 1 pass $PASS advbase 1"
		echo "link set carp0 up"
		for ((i = 0; i < 20; i++)); do
			echo "addr del 192.0.2.$((110 + i))/24 dev carp0"
		done
	} >"$TMP/changes"
	while read -r line; do
		echo "$line" >"$TMP/batch"
		must nip 1 -batch "$TMP/batch"
		sleep 0.05
	done <"$TMP/changes"
	# The very first address, while others of its net stay.
	must nip 1 addr add 192.0.2.140/24 dev carp0
	bg_stop "$BG"
	check "many" grep -Eq '^[0-9]{2,} packets transmitted' "$BG_OUT"
	check "none lost" grep -q ' 0% packet loss' "$BG_OUT"
	must nip 1 addr del "$VIP/24" dev carp0
	check "the other stays" pings 3 192.0.2.140
	equal "transitions" "$serial" "$(attr 1 serial)"
}

wall() {
	must n "$1" nft -f - <<-EOF
		table inet wall {
			chain prerouting {
				type filter hook prerouting priority raw
				policy drop
			}
			chain input {
				type filter hook input priority filter
				policy drop
			}
			chain output {
				type filter hook output priority filter
				policy drop
			}
			chain postrouting {
				type filter hook postrouting priority filter
				policy drop
			}
		}
		table arp wall {
			chain input {
				type filter hook input priority filter
				policy drop
			}
			chain output {
				type filter hook output priority filter
				policy drop
			}
		}
	EOF
}

a_firewall_that_drops_all_does_not_stop_the_election() {
	setup_nodes 3
	wall 1
	wall 2
	member 1
	member 2 advskew 100
	check "node 1 is master" slowwait 5 is_state 1 MASTER
	check "node 2 is backup" is_state 2 BACKUP
	sleep 5
	check "for good" is_state 2 BACKUP
	must nip 1 link set carp0 down
	check "node 2 hears the goodbye" slowwait 1 is_state 2 MASTER
	check "the wall stands" fails pings 3 "$VIP"
}

# As admin-guide.rst has it: what comes in is the carp device's, what goes out is
# told by its address.
the_documented_rules_let_service_through() {
	setup_pair
	must n 1 nft -f - <<-EOF
		table inet filter {
			chain input {
				type filter hook input priority filter
				policy drop
				iifname "carp0" icmp type echo-request accept
				iifname "carp0" tcp dport 7 accept
			}
			chain output {
				type filter hook output priority filter
				policy drop
				ip saddr $VIP ct state established,related accept
			}
		}
	EOF
	bg 1 socat "TCP-LISTEN:7,fork,reuseaddr" EXEC:hostname
	bg 1 socat "TCP-LISTEN:8,fork,reuseaddr" EXEC:hostname
	sleep 0.3
	check "ping" pings 3 "$VIP"
	check "the service" n 3 timeout 3 socat -u "TCP:$VIP:7" -
	check "not another" fails n 3 timeout 3 socat -u "TCP:$VIP:8" -
	check "nor the host's own address" fails pings 3 192.0.2.1 1
	wire_is_clean
}

tests_run "$@"
