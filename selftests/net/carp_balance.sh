#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# IP balancing: of several hosts that all work, exactly one answers, whatever
# dies. The clients are addresses of one more node; balance.py counts answers.
# shellcheck disable=SC2317 # functions called by name
#
# vm: memory=512 limit=5400

ALL_TESTS="
	balancing_ip_is_shared_by_two
	balancing_ip_stealth_is_shared_by_three_over_ipv6
	balancing_ip_unicast_is_shared_by_two
	each_host_finds_its_clients_beside_a_link_local_address_over_ipv6
	connections_stay_where_they_are_when_another_host_dies
	path_mtu_works_in_every_mode
	a_group_with_the_shared_mac_address_still_reaches_its_listeners
	fragments_come_to_one_host
	a_host_speaks_for_its_own_nodes_only
	carpconfig_shows_what_is_kept_of_each_node
	other_nodes_on_a_member_are_seen_and_said
	nodes_are_changed_on_a_live_master
	addresses_come_and_go_on_a_device_with_all_its_nodes
	bad_nodes_are_refused_with_a_sentence
"

# shellcheck disable=SC2034 # run by "make test-long"
LONG_TESTS="
	path_mtu_works_in_every_mode_over_ipv6
	everybody_sees_a_broadcast
	everybody_sees_a_broadcast_over_ipv6
	balancing_ip_is_shared_by_two_over_ipv6
	balancing_ip_is_shared_by_three
	balancing_ip_is_shared_by_three_over_ipv6
	balancing_ip_stealth_is_shared_by_two
	balancing_ip_stealth_is_shared_by_two_over_ipv6
	balancing_ip_stealth_is_shared_by_three
	balancing_ip_unicast_is_shared_by_two_over_ipv6
	balancing_ip_unicast_is_shared_by_three
	balancing_ip_unicast_is_shared_by_three_over_ipv6
	connections_stay_where_they_are_when_another_host_dies_over_ipv6
	connections_stay_where_they_are_with_balancing_ip
	connections_stay_where_they_are_with_balancing_ip_over_ipv6
	connections_stay_where_they_are_with_balancing_ip_unicast
	connections_stay_where_they_are_with_balancing_ip_unicast_over_ipv6
	balancing_ip_is_shared_by_eight
	balancing_ip_is_shared_by_eight_over_ipv6
	balancing_ip_stealth_is_shared_by_eight
	balancing_ip_stealth_is_shared_by_eight_over_ipv6
	balancing_ip_unicast_is_shared_by_eight
	balancing_ip_unicast_is_shared_by_eight_over_ipv6
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"
# shellcheck source=api_lib.sh
. "$(dirname "$0")/api_lib.sh"
# shellcheck source=balance_lib.sh
. "$(dirname "$0")/balance_lib.sh"

# setup_clients NODE: all the addresses that balance.py takes for clients
setup_clients() {
	"$BALANCE" clients "$VIP" "$CLIENTS" |
		sed "s|.*|addr add &/$LEN dev eth0 $NODAD|" >"$TMP/batch"
	must nip "$1" -batch "$TMP/batch"
}

# share HOSTS NODES MODE HASH: hosts 1..HOSTS share NODES nodes
share() {
	local hosts=$1 nodes=$2 mode=$3 hash=$4 i

	for ((i = 1; i <= hosts; i++)); do
		sysctl_set "$i" net.carp.preempt=1
		must n "$i" carpconfig carp0 create carpdev eth0 pass "$PASS" \
			balancing "$mode" hash "$hash" \
			carpnodes spread "$nodes" host "$i" of "$hosts" \
			"$VIP/$LEN" up
	done
}

all_served() {
	check "each node has one master" slowwait 20 shared_evenly "$2" \
		$(seq "$1")
}

# setup_hosts HOSTS NODES MODE [HASH]: they share, and the node after them has the
# clients
setup_hosts() {
	setup_nodes $(($1 + 1))
	share "$1" "$2" "$3" "${4:-l3}"
	${PREPARE:-true}
	setup_clients $(($1 + 1))
	all_served "$1" "$2"
}

# shared_evenly NODES HOST...: each of the nodes has one master among these, and
# the numbers of nodes that they serve differ by one at most
shared_evenly() {
	local nodes=$1 host

	shift
	for host; do
		echo "$host $(nip "$host" -d -o link show carp0)"
	done | awk -v nodes="$nodes" -v hosts="$*" '
		{
			for (i = 2; i < NF - 1; i++)
				if ($i == "carpnode" && $(i + 2) == "MASTER") {
					serves[$1]++
					two += ++masters[$(i + 1) + 0] > 1
				}
		}
		END {
			n = split(hosts, host)
			min = max = serves[host[1]] + 0
			for (i = 1; i <= n; i++) {
				one = serves[host[i]] + 0
				min = one < min ? one : min
				max = one > max ? one : max
			}
			exit two || length(masters) != nodes || max > min + 1
		}'
}

# shared_by HOSTS NODES MODE HASH: and by the others when each has died in turn
shared_by() {
	local hosts=$1 nodes=$2 dead host rest

	CLIENT=$(($1 + 1))
	setup_hosts "$@"
	start_clients echo eth0 "$VIP" "$CLIENTS"
	each_once "all alive"
	for ((dead = 1; dead <= hosts; dead++)); do
		rest=$(seq "$hosts" | grep -vx "$dead")
		must nip seg link set "p$dead" down
		# shellcheck disable=SC2086 # a list of hosts
		none_twice_until 5 "the others take its nodes over" \
			shared_evenly "$nodes" $rest
		each_once "host $dead is dead"
		must nip seg link set "p$dead" up
		all_served "$hosts" "$nodes"
		each_once "host $dead is back"
	done
	for ((host = 1; host <= hosts; host++)); do
		check "host $host kept some" kept_some "$host"
	done
}

kept_some() {
	[[ $(nip "$1" -d -o link show carp0) =~ \ kept\ [1-9] ]]
}

balancing_ip_is_shared_by_two() {
	shared_by 2 4 ip xor
	equal "the shared MAC is a multicast address" 01:00:5e:00:01:01 \
		"$(nip 1 -j link show carp0 | json_value address)"
}

balancing_ip_is_shared_by_three() {
	shared_by 3 5 ip l4
}

balancing_ip_stealth_is_shared_by_two() {
	shared_by 2 3 ip-stealth xor
}

balancing_ip_stealth_is_shared_by_three() {
	shared_by 3 6 ip-stealth l3
	check "no switch has learned where the shared MAC is" fails \
		grep -q "$VMAC" <<<"$(n seg bridge fdb show br br0)"
}

# All of them send from one address: for a switch that does not learn.
hub() {
	must nip seg link set br0 type bridge ageing_time 0
}

balancing_ip_unicast_is_shared_by_two() {
	PREPARE=hub shared_by 2 6 ip-unicast l4
}

balancing_ip_unicast_is_shared_by_three() {
	PREPARE=hub shared_by 3 4 ip-unicast l3
}

balancing_ip_is_shared_by_eight() {
	shared_by 8 32 ip l3
}

balancing_ip_stealth_is_shared_by_eight() {
	shared_by 8 32 ip-stealth l4
}

balancing_ip_unicast_is_shared_by_eight() {
	PREPARE=hub shared_by 8 32 ip-unicast xor
}

link_local_address() {
	must nip 1 addr add fe80::100/64 dev carp0
	must nip 2 addr add fe80::100/64 dev carp0
}

each_host_finds_its_clients_beside_a_link_local_address() {
	CLIENT=3
	CLIENTS=20
	PREPARE=link_local_address setup_hosts 2 2 ip-stealth xor
	start_clients echo eth0 "$VIP" "$CLIENTS"
	each_once "all alive"
	check "host 1 kept some" kept_some 1
	check "host 2 kept some" kept_some 2
}

# servers HOST...: each answers with its number
servers() {
	local host

	for host; do
		bg "$host" "$BALANCE" serve "$host"
		check "host $host serves" slowwait 10 grep -q ready "$BG_OUT"
	done
}

# connections_stay MODE HASH
connections_stay() {
	local served

	CLIENT=4
	CLIENTS=60
	setup_hosts 3 6 "$@"
	servers 1 2 3
	start_clients talk "$VIP" "$CLIENTS"
	all_told
	served=$REPLY
	equal "all are served, by all hosts" "60 by 1 2 3" \
		"$(jq -r '"\(add) by \(keys | join(" "))"' <<<"$served")"
	must nip seg link set p2 down
	check "the others have its nodes" slowwait 5 shared_evenly 6 1 3
	all_ask
	equal "those of the others are served as before" \
		"$(jq -c 'del(."2")' <<<"$served")" "$(jq -c . <<<"$REPLY")"
}

connections_stay_where_they_are_when_another_host_dies() {
	connections_stay ip-stealth l4
}

connections_stay_where_they_are_with_balancing_ip() {
	connections_stay ip xor
}

connections_stay_where_they_are_with_balancing_ip_unicast() {
	PREPARE=hub connections_stay ip-unicast l3
}

# Node 1 and 2 share; node 3 is the router to node far, over a narrow link.
path_mtu_works_in_every_mode() {
	local mode host i list=()

	setup_nodes 3
	ns far
	must nip 3 link add narrow type veth peer name eth0 netns "${NS[far]}"
	give 3 "${FAR}1/$LEN" narrow
	must nip 3 link set narrow up mtu 1300
	for i in 10 11 12 13 14 15 16 17; do
		give far "$FAR$i/$LEN" eth0
		list+=("$FAR$i")
	done
	must nip far link set eth0 up mtu 1300
	must nip far route add default via "${FAR}1"
	sysctl_set 3 "$FORWARD=1"
	share 2 2 ip xor
	for host in 1 2; do
		must nip "$host" route add "$FAR$ZERO/$LEN" via "${NET}3"
	done
	all_served 2 2
	servers 1 2
	for mode in "ip hash xor" "ip-stealth hash l3" "ip-unicast hash l4"; do
		[ "${mode%% *}" != ip-unicast ] || hub
		for host in 1 2; do
			# shellcheck disable=SC2086 # words
			must n "$host" carpconfig carp0 balancing $mode
			must n "$host" ip route flush cache
			must n "$host" ip -6 route flush cache
		done
		check "$mode: each gets all of it" n far "$BALANCE" fetch \
			"$VIP" "${list[@]}"
	done
	for host in 1 2; do
		check "host $host kept some" kept_some "$host"
	done
}

a_group_with_the_shared_mac_address_still_reaches_its_listeners() {
	local host outs=()

	setup_nodes 3
	share 2 2 ip xor
	all_served 2 2
	for host in 1 2; do
		bg "$host" "$BALANCE" listen 224.0.1.1 eth0
		outs+=("$BG_OUT")
		check "host $host listens" slowwait 10 grep -q ready "$BG_OUT"
	done
	must n 3 python3 -c '
import socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(0, socket.IP_MULTICAST_IF, socket.inet_aton("192.0.2.3"))
s.setsockopt(0, socket.IP_MULTICAST_TTL, 2)
s.sendto(b"hello", ("224.0.1.1", 7))'
	for host in 0 1; do
		check "listener $host has heard it" slowwait 5 \
			grep -q hello "${outs[host]}"
	done
}

# Whatever is shared, and whoever is master: each host's own address answers.
everybody_sees_a_broadcast() {
	local host mode to all="224.0.0.1 192.0.2.255"

	[ "$FAMILY" = 4 ] || all="ff02::1"
	setup_nodes 3
	share 2 2 ip xor
	all_served 2 2
	for host in 1 2; do
		sysctl_set "$host" net.ipv4.icmp_echo_ignore_broadcasts=0
	done
	for mode in ip ip-stealth ip-unicast; do
		for host in 1 2; do
			must n "$host" carpconfig carp0 balancing "$mode"
		done
		for to in $all; do
			capture 3 eth0 "$TMP/wire" icmp or icmp6
			n 3 ping -b -c 2 -i 0.5 -W 1 -I "${NET}3" "$to" \
				>"$TMP/ping" 2>&1
			capture_stop "$CAPTURE"
			for host in 1 2; do
				check "$mode: host $host answers $to" \
					answered_by "$NET$host"
			done
		done
	done
}

answered_by() {
	frames "$TMP/wire" src host "$1" | grep -q "echo reply"
}

# The first fragment has ports and the others have none.
fragments_come_to_one_host() {
	local host i

	CLIENTS=10
	setup_hosts 2 4 ip-stealth l4
	for ((i = 20; i < 30; i++)); do
		check "three fragments from 192.0.2.$i are answered as one" \
			n 3 ping -c 1 -W 1 -s 4000 -I "192.0.2.$i" "$VIP"
	done
	for host in 1 2; do
		check "host $host kept some" kept_some "$host"
	done
}

# What it starts itself from the address would be answered at the other host.
a_host_speaks_for_its_own_nodes_only() {
	local i sent=0 refused=0

	CLIENTS=10
	setup_hosts 2 2 ip-stealth xor
	capture 2 eth0 "$TMP/wire" icmp and src host "$VIP"
	for ((i = 20; i < 28; i++)); do
		if n 1 ping -c 1 -W 1 -I "$VIP" "192.0.2.$i" >/dev/null; then
			sent=$((sent + 1))
		else
			refused=$((refused + 1))
		fi
	done
	equal "those of its node are answered" 4 "$sent"
	equal "the others are not asked" 4 "$refused"
	capture_stop "$CAPTURE"
	check "no packet of the other node left" \
		awk "BEGIN { exit $(frames "$TMP/wire" | wc -l) > 4 }"
	check "they are counted" test "$(counter 1 srcdrop)" -ge 4
}

carpconfig_shows_what_is_kept_of_each_node() {
	local text="	carpnodes: MASTER vhid 1 advskew 0 kept 5 packets (100.0%)
	carpnodes: BACKUP vhid 2 advskew 100 kept 0 packets (0.0%)"

	CLIENT=3
	CLIENTS=10
	setup_hosts 2 2 ip xor
	start_clients echo eth0 "$VIP" "$CLIENTS"
	each_once "both hosts"
	equal "a line for each" "$text" "$(n 1 carpconfig carp0 |
		grep carpnodes)"
	equal "an object for each" \
		'1 0 MASTER 5 0, 2 100 BACKUP 0 5' \
		"$(n 1 carpconfig -j carp0 | jq -r '[.[0].nodes[] |
		"\(.vhid) \(.advskew) \(.state) \(.kept) \(.left)"] |
		join(", ")')"
}

other_nodes_on_a_member_are_seen_and_said() {
	setup_nodes 2
	sysctl_set 1 net.carp.log=2
	member 1 balancing ip carpnodes 1:0,2:100
	member 2 balancing ip carpnodes 1:100,3:0
	check "the unknown vhid is counted" slowwait 10 counted 1 badvhid
	check "and said" slowwait 5 kernel_says "unknown vhid, compare carpnodes"
	must nip 2 addr add 192.0.2.101/24 dev carp0
	check "other addresses are counted" slowwait 10 counted 1 badauth
	check "and said" slowwait 5 kernel_says "compare passphrase and all virtual"
}

counted() {
	[ "$(counter "$1" "$2")" -gt 0 ]
}

nodes_are_changed_on_a_live_master() {
	local serial

	setup_nodes 3
	CLIENT=3
	member 1
	check "it is master" slowwait 10 is_state 1 MASTER
	serial=$(attr 1 serial)
	must n 1 carpconfig carp0 carpnodes 1:0,2:0,7:50
	equal "the mode that comes with several" ip "$(attr 1 balancing)"
	check "it is still master" is_state 1 MASTER
	check "of all three" slowwait 10 shared_evenly 3 1
	equal "the first has not moved" 0 \
		"$(info 1 "[.history[] | select(.serial > $serial and .vhid == 1)] |
		length")"
	setup_clients 3
	start_clients echo eth0 "$VIP" "$CLIENTS"
	each_once "three nodes"
	must n 1 carpconfig carp0 carpnodes 2:0,7:50
	check "two are left" shared_evenly 2 1
	equal "the MAC of the new leader" 01:00:5e:00:01:02 \
		"$(nip 1 -j link show carp0 | json_value address)"
	each_once "two nodes"
	must n 1 carpconfig carp0 vhid 2
	equal "one node, no balancing" none "$(attr 1 balancing)"
	check "it is still master" is_state 1 MASTER
	equal "with its virtual MAC" 00:00:5e:00:01:02 \
		"$(nip 1 -j link show carp0 | json_value address)"
	check "which the clients have learned" n 3 ping -c 1 -W 1 "$VIP"
}

# The key of so many takes more than a page; the kernel may complain of that.
addresses_come_and_go_on_a_device_with_all_its_nodes() {
	local i list

	setup_nodes 1
	list=$(seq -s, -f "%g:5" 1 32)
	member 1 balancing ip carpnodes "$list"
	for i in 1 2 3; do
		must nip 1 addr add "198.51.100.$i/24" dev carp0
		must nip 1 addr add "2001:db8:1::$i/64" dev carp0
	done
	check "of all nodes" slowwait 20 shared_evenly 32 1
	for i in 1 2 3; do
		must nip 1 addr del "198.51.100.$i/24" dev carp0
		must nip 1 addr del "2001:db8:1::$i/64" dev carp0
	done
	check "of all nodes still" slowwait 5 shared_evenly 32 1
	must nip 1 link del carp0
}

bad_nodes_are_refused_with_a_sentence() {
	setup_nodes 1
	member 1 balancing ip-stealth carpnodes 3:0,9:100
	must nip 1 link add carp1 link eth0 type carp vhid 20
	kernel <<-EOF
		ENOSPC set carp0 nodes=nodes:$(seq -s, 100 132) # can have 32 nodes
		EEXIST set carp0 nodes=nodes:1,2,1 # two nodes have the same vhid
		EEXIST set carp0 nodes=nodes:1,20 # another carp device on this parent
		EINVAL set carp0 nodes=hex: # needs a node
		EINVAL set carp0 nodes=nodes:5 balancing=1/4 # needs two carpnodes
		EINVAL set carp1 balancing=1/4 # needs two carpnodes
		EINVAL set carp0 balancing=0/4 # several carpnodes need balancing
		EINVAL set carp0 advskew=5 # have an advskew each
		EINVAL set carp0 nodes=nodes:1,2 vhid=1 # cannot be given beside
		ERANGE set carp0 nodes=nodes:0 # out of range
		ERANGE set carp0 nodes=nodes:1:255 # out of range
		ERANGE set carp0 balancing=4/4 # out of range
		ERANGE set carp0 hash=3/4 # out of range
		EINVAL set carp0 nodes=hex:0c0001800500030000000000 # needs a vhid
		EINVAL set carp0 nodes=hex:0c0002800500010001000000 # has nodes, and nothing else
		EINVAL new carp2 lower=eth0 nodes=nodes:50,51 address=020000000077 # follows from the first vhid
		EINVAL set carp0 nodes=nodes:5,6 address=020000000077 # follows from the first vhid
		EINVAL set carp0 advbase=0 # cannot both be 0
	EOF
	equal "the nodes are as before" "3:0 9:100" \
		"$(info 1 '[.nodes[] | "\(.vhid):\(.advskew)"] | join(" ")')"
	refused "a MAC address" "" nip 1 link set carp0 address 02:00:00:00:00:77
	refused "an unknown mode" "balancing must be ip, ip-stealth, ip-unicast" \
		n 1 carpconfig carp0 balancing fair
	refused "the same" "balancing must be ip, ip-stealth, ip-unicast" \
		nip 1 link set carp0 type carp balancing fair
	refused "an unknown hash" "hash must be xor, l3 or l4" \
		n 1 carpconfig carp0 hash l5
	refused "33 nodes" "more than 32 nodes" n 1 carpconfig carp0 \
		carpnodes "$(seq -s , -f '%.0f:0' 33)"
	refused "a vhid twice" "vhid 3 is given twice" \
		n 1 carpconfig carp0 carpnodes 3:0,4:0,3:100
	refused "another device's vhid" "another carp device on this parent" \
		n 1 carpconfig carp0 carpnodes 3:0,20:100
	refused "one node" "balancing needs two carpnodes or more" \
		n 1 carpconfig carp1 balancing ip
	kernel <<-EOF
		ok set carp0 nodes=nodes:$(seq -s, 100 131)
		ok set carp0 nodes=nodes:3:0,9:100
	EOF
}

tests_run "$@"
