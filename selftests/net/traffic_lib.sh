# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The functions are called by name.
# shellcheck disable=SC2317
#
# What carp_rules.sh and carp_rules6.sh share, a body for both families: going
# away, traffic, changes and firewalls. Stands on rules_lib.sh.

# many I: the I-th of many addresses in MANY, from 0, with LENGTH
many() {
	if [ "$FAMILY" = 4 ]; then
		MANY=10.9.$(($1 / 250)).$(($1 % 250 + 1)) LENGTH=16
	else
		MANY=2001:db8:9::$(($1 + 1)) LENGTH=64
	fi
}

# On both members; the time between two frames is the machine's.
the_thousandth_address_is_announced_at_once() {
	local i node first last

	setup_nodes 3
	for ((i = 0; i < 1000; i++)); do
		many "$i"
		echo "addr add $MANY/$LENGTH dev carp0"
	done >"$TMP/addresses"
	for node in 1 2; do
		must nip "$node" link add carp0 link eth0 type carp vhid 1 \
			advskew $((node * 50))
		# First up: a thousand at once is more than IPv6 may find memory
		# for, and it drops those for which there is none.
		must nip "$node" link set carp0 up
		must nip "$node" -batch "$TMP/addresses"
	done
	check "node 1 is master" slowwait 10 is_state 1 MASTER
	check "node 2 is backup" slowwait 3 is_state 2 BACKUP
	many 9000
	give 3 "$MANY/$LENGTH" eth0
	capture 2 eth0 "$TMP/announced" outbound
	must nip 1 link set carp0 down
	check "node 2 is master" slowwait 1 is_state 2 MASTER
	for i in 0 999; do
		many "$i"
		check "$MANY answers" pings 3 "$MANY" 1
	done
	capture_stop "$CAPTURE"
	tcpdump -n -tt -r "$TMP/announced" ether src "$VMAC" 2>/dev/null |
		head -n 1001 >"$TMP/list"
	first=$(awk 'NR == 1 { printf "%d", $1 * 1000 }' "$TMP/list")
	last=$(awk 'END { printf "%d", $1 * 1000 }' "$TMP/list")
	equal "announcements" 1000 \
		"$(grep -oE '(who-has|tgt is) [^ ,]+' "$TMP/list" |
		sort -u | wc -l)"
	awk "BEGIN { exit !($last - $first < 200 * $SLOW) }"
	check_err $? "it took from $first to $last ms"
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
		give "$node" "$NET$node/$LEN" eth0
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
	bg 1 socat -t 5 "TCP$FAMILY-LISTEN:7,bind=$AT,fork,reuseaddr" PIPE
	bg 1 socat -u "TCP$FAMILY-LISTEN:8,bind=$AT,fork,reuseaddr" \
		"OPEN:$TMP/got,creat"
	check "both listen" slowwait 20 serves 1 8
	check "both listen" slowwait 20 serves 1 7
	n 3 socat -t 5 - "TCP$FAMILY:$AT:7" <"$TMP/data" >"$TMP/back"
	check "echoed, and closed by FIN" cmp "$TMP/data" "$TMP/back"
	n 3 socat -u - "TCP$FAMILY:$AT:8" <"$TMP/data"
	check "received" slowwait 5 cmp "$TMP/data" "$TMP/got"
	refused "a closed port answers RST" "refused" \
		n 3 bash -c "exec 3<>/dev/tcp/$VIP/9"
	check "fragments" n 3 ping -q -c 3 -i 0.2 -s 8000 -W 1 "$VIP"
	check "fragments from it" n 1 ping -q -c 3 -i 0.2 -s 8000 -W 1 \
		-I "$VIP" "${NET}3"
	wire_is_clean
}

# A narrow link behind the client's segment:
#
#	node 1, 2 --- br0 --- ${NET}3 node 3 eth1 --- MTU 1300 --- node 4
#	                                  ${FAR}1              ${FAR}4
the_path_mtu_is_found_through_the_address() {
	setup_pair
	ns 4
	{
		echo "link add eth1 type veth peer name eth0 netns ${NS[4]}"
		echo "addr add ${FAR}1/$LEN dev eth1 $NODAD"
		echo "link set eth1 mtu 1300 up"
	} >"$TMP/batch"
	must nip 3 -batch "$TMP/batch"
	{
		echo "addr add ${FAR}4/$LEN dev eth0 $NODAD"
		echo "link set eth0 up"
		echo "route add default via ${FAR}1"
	} >"$TMP/batch"
	must nip 4 -batch "$TMP/batch"
	sysctl_set 3 "$FORWARD"=1
	must nip 1 route add "$FAR$ZERO/$LEN" via "${NET}3"
	must nip 2 route add "$FAR$ZERO/$LEN" via "${NET}3"
	head -c 200000 /dev/urandom >"$TMP/data"
	bg 1 socat -u "OPEN:$TMP/data" \
		"TCP$FAMILY-LISTEN:7,bind=$AT,fork,reuseaddr"
	check "it listens" slowwait 20 serves 1 7
	n 4 timeout 20 socat -u "TCP$FAMILY:$AT:7" - >"$TMP/got"
	check "received" cmp "$TMP/data" "$TMP/got"
	check "learned" grep -q "mtu 1300" \
		<(nip 1 route get "${FAR}4" from "$VIP")
	# Either end drops what is longer than its own.
	must nip 4 link set eth0 mtu 1300
	check "fragments, as long as that" n 1 ping -q -c 3 -i 0.2 -s 2000 \
		-W 1 -I "$VIP" "${FAR}4"
	# What is kept of a route follows what the kernel learns of it.
	must nip 3 link set eth1 mtu 1280
	must nip 4 link set eth0 mtu 1280
	check "shorter packets" slowwait 10 n 1 ping -q -c 1 -s 1262 \
		-W 1 -I "$VIP" "${FAR}4"
	check "learned again" grep -q "mtu 1280" \
		<(nip 1 route get "${FAR}4" from "$VIP")
	wire_is_clean
}

# A pair of gateways with a virtual address on both sides; the server knows of
# the client's side through the one, the client of the server's through the other.
#
#	node 3 ${NET}3 --- br0 --- carp0 .100 [node 1, 2] carp1 .100 --- br1 ---
#	                                                 node 4 ${FAR}4
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
			echo "addr add $FAR$node/$LEN dev eth1 $NODAD"
			echo "link set eth1 up"
			echo "link add carp1 link eth1 type carp vhid 2" \
				"advskew $(((node - 1) * 100))"
			echo "addr add ${FAR}100/$LEN dev carp1"
			echo "link set carp1 up"
		} >"$TMP/batch"
		must nip "$node" -batch "$TMP/batch"
		sysctl_set "$node" "$FORWARD"=1
		member "$node" advskew $(((node - 1) * 100))
	done
	{
		echo "addr add ${FAR}4/$LEN dev eth1 $NODAD"
		echo "link set eth1 up"
		echo "route add default via ${FAR}100"
	} >"$TMP/batch"
	must nip 4 -batch "$TMP/batch"
	must nip 3 route add default via "$VIP"
	check "node 1 is master" slowwait 5 is_state 1 MASTER
	check "on both sides" slowwait 1 is_state 1 MASTER carp1
}

a_forwarded_session_survives_the_failover() {
	local far=${FAR}4

	[ "$FAMILY" != 6 ] || far="[$far]"
	setup_gateways
	head -c 40000 /dev/urandom >"$TMP/data"
	bg 4 socat -u "TCP$FAMILY-LISTEN:7" "OPEN:$TMP/got,creat"
	check "it listens" slowwait 20 serves 4 7
	# 40 pieces, 0.2 s apart.
	cat >"$TMP/talk" <<-EOF
		for ((i = 0; i < 40; i++)); do
			dd if=$TMP/data bs=1000 skip=\$i count=1 status=none
			sleep 0.2
		done | socat -u - TCP$FAMILY:$far:7
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
			echo "addr add $NET$((110 + i))/$LEN dev carp0"
		done
		echo "link set carp0 type carp advskew 7"
		echo "link set carp0 type carp advbase 2"
		echo "link set carp0 type carp pass other"
		echo "link set carp0 type carp pass $PASS advbase 1 advskew 0"
		echo "link set carp0 type carp vhid 1 pass $PASS advbase 1"
		echo "link set carp0 up"
		for ((i = 0; i < 20; i++)); do
			echo "addr del $NET$((110 + i))/$LEN dev carp0"
		done
	} >"$TMP/changes"
	while read -r line; do
		echo "$line" >"$TMP/batch"
		must nip 1 -batch "$TMP/batch"
		sleep 0.05
	done <"$TMP/changes"
	# The very first address, while others of its net stay.
	must nip 1 addr add "${NET}140/$LEN" dev carp0
	bg_stop "$BG"
	check "many" grep -Eq '^[0-9]{2,} packets transmitted' "$BG_OUT"
	check "none lost" grep -q ' 0% packet loss' "$BG_OUT"
	must nip 1 addr del "$VIP/$LEN" dev carp0
	check "the other stays" pings 3 "${NET}140"
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
	local icmp="icmp type echo-request" nd=""

	setup_pair
	if [ "$FAMILY" = 6 ]; then
		icmp="icmpv6 type echo-request"
		nd="icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept"
	fi
	must n 1 nft -f - <<-EOF
		table inet filter {
			chain input {
				type filter hook input priority filter
				policy drop
				$nd
				iifname "carp0" $icmp accept
				iifname "carp0" tcp dport 7 accept
			}
			chain output {
				type filter hook output priority filter
				policy drop
				$nd
				$IP saddr $VIP ct state established,related accept
			}
		}
	EOF
	bg 1 socat "TCP$FAMILY-LISTEN:7,fork,reuseaddr" EXEC:hostname
	bg 1 socat "TCP$FAMILY-LISTEN:8,fork,reuseaddr" EXEC:hostname
	check "both listen" slowwait 20 serves 1 8
	check "both listen" slowwait 20 serves 1 7
	check "ping" pings 3 "$VIP"
	check "the service" n 3 timeout 3 socat -u "TCP$FAMILY:$AT:7" -
	check "not another" fails n 3 timeout 3 socat -u "TCP$FAMILY:$AT:8" -
	check "nor the host's own address" fails pings 3 "${NET}1" 1
	wire_is_clean
}
