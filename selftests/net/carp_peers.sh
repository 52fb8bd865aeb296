#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Unicast peers, of either family and behind routers, and MAC addresses that the
# administrator chose.
# shellcheck disable=SC2317 # functions called by name

ALL_TESTS="
	unicast_ipv4_members_behind_a_router_elect_one_master
	unicast_ipv6_members_behind_a_router_elect_one_master
	unicast_link_local_members_elect_one_master
	unicast_members_elect_through_the_documented_rules
	unicast_members_elect_through_the_documented_rules_over_ipv6
	equal_unicast_members_elect_one_master_by_another_link
	equal_unicast_members_elect_one_master_by_another_link_over_ipv6
	roles_swap_with_the_parents_mac_address
	roles_swap_with_unicast_peers
	roles_swap_with_both
	ipv4_from_anybody_but_the_peer_is_refused_and_counted
	ipv6_from_anybody_but_the_peer_is_refused_and_counted
	a_link_local_peer_is_on_the_parents_link
	one_vhid_on_two_links_has_the_same_peer
	no_peer_is_multicast_again
	each_family_has_a_peer_of_its_own
	members_with_the_same_mac_address_share_it
	members_with_different_mac_addresses_refuse_each_other
	the_mac_address_enters_the_digest
	what_cannot_be_a_peer_is_refused
	a_mac_address_that_becomes_the_virtual_one_is_as_good_as_none
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"

HERE=$(dirname "$0")
ODD=02:00:5e:10:00:01

# one_master: node 1 or 2, the other is BACKUP
one_master() {
	case "$(state_of 1) $(state_of 2)" in
	"MASTER BACKUP" | "BACKUP MASTER") ;;
	*) return 1 ;;
	esac
}

# As FreeBSD's unicast tests: a router lies between the members.
#
#	  node 1            node r                     node 2
#	eth0 A/LENGTH --- p1 GATEWAY_A, p2 GATEWAY_B --- eth0 B/LENGTH
#
# setup_routed LENGTH A GATEWAY_A GATEWAY_B B
setup_routed() {
	local length=$1 nodad=""

	[[ $2 != *:* ]] || nodad=nodad
	ns 1
	ns 2
	ns r
	must n r sysctl -qw net.ipv4.ip_forward=1 \
		net.ipv6.conf.all.forwarding=1
	side 1 "$2/$length" "$3" "$nodad"
	side 2 "$5/$length" "$4" "$nodad"
}

# side NODE ADDRESS/LENGTH GATEWAY [nodad]
side() {
	{
		echo "link add eth0 type veth peer name p$1 netns ${NS[r]}"
		echo "link set eth0 up"
		echo "addr add $2 dev eth0 $4"
	} >"$TMP/batch"
	must nip "$1" -batch "$TMP/batch"
	must nip r link set "p$1" up
	# shellcheck disable=SC2086 # nodad or nothing
	must nip r addr add "$3/${2#*/}" dev "p$1" $4
	must nip "$1" route add default via "$3"
}

# unicast_election A B WORD: they know each other by that word
unicast_election() {
	local a=$1 b=$2 word=$3 counter=ipackets

	[ "$word" = peer ] || counter=ipackets6
	capture r p1 "$TMP/wire" "ip proto 112 or ip6 proto 112"
	member 1 "$word" "$b"
	member 2 advskew 100 "$word" "$a"
	check "exactly one" slowwait 10 one_master
	check "the faster" is_state 1 MASTER
	check "for good" holds 5 one_master
	check "it was heard" [ "$(counter 2 "$counter")" -ge 4 ]
	equal "refused" "0 0" "$(counter 2 badttl) $(counter 2 badvhid)"
	# As FreeBSD's test: what was said once is not forgotten.
	must nip 1 link set carp0 type carp advskew 10
	equal "the peer" "$b" "$(attr 1 "$word")"
	must nip 1 link set carp0 down
	check "goodbye is heard" slowwait 1 is_state 2 MASTER
	must nip 1 link set carp0 up
	check "exactly one again" slowwait 5 one_master
	capture_stop "$CAPTURE"
	frames "$TMP/wire" >"$TMP/frames"
	check "from here to there" grep -q "$a > $b: CARPv2" "$TMP/frames"
	equal "to the group" "" "$(grep -E '224.0.0.18|ff02::12' "$TMP/frames")"
	equal "by the virtual MAC" "" "$(grep "$VMAC" "$TMP/frames")"
}

unicast_ipv4_members_behind_a_router_elect_one_master() {
	setup_routed 25 198.51.100.2 198.51.100.1 198.51.100.129 198.51.100.224
	VIPS=192.0.2.1/32 unicast_election 198.51.100.2 198.51.100.224 peer
}

unicast_ipv6_members_behind_a_router_elect_one_master() {
	setup_routed 64 2001:db8:1::2 2001:db8:1::1 2001:db8:2::1 2001:db8:2::224
	VIPS=2001:db8::1/128 unicast_election 2001:db8:1::2 2001:db8:2::224 peer6
}

# Each other's addresses are on another link than the parents, and in the opposite
# order: who is preferred is decided by what is in the packets.
#
#	node 1 eth0 ${NET}1, eth1 ${FAR}20 ---- node 2 eth0 ${NET}2, eth1 ${FAR}10
equal_unicast_members_elect_one_master_by_another_link() {
	local word=peer

	[ "$FAMILY" = 4 ] || word=peer6
	setup_nodes 2
	cable 1 2
	give 1 "${FAR}20/$LEN" eth1
	give 2 "${FAR}10/$LEN" eth1
	member 1 "$word" "${FAR}10"
	member 2 "$word" "${FAR}20"
	check "exactly one" slowwait 10 one_master
	check "for good" holds 5 one_master
	must nip 1 link set carp0 type carp state master
	must nip 2 link set carp0 type carp state master
	check "of two, one" slowwait 5 one_master
	check "that one" holds 3 one_master
}

# As the admin guide says: unicast is a packet like others.
unicast_members_elect_through_the_documented_rules() {
	local node peer word=peer table=ip proto="ip protocol"

	[ "$FAMILY" = 4 ] || word=peer6 table=ip6 proto="ip6 nexthdr"
	setup_nodes 2
	for node in 1 2; do
		peer=$NET$((3 - node))
		must n "$node" nft -f - <<-END
		table inet filter {
			chain input {
				type filter hook input priority filter
				policy drop
				$table saddr $peer $proto 112 accept
				icmpv6 type { nd-neighbor-solicit,
					nd-neighbor-advert } accept
			}
			chain output {
				type filter hook output priority filter
				policy drop
				$table daddr $peer $proto 112 accept
				icmpv6 type { nd-neighbor-solicit,
					nd-neighbor-advert } accept
			}
		}
		END
		member "$node" advskew $((100 * node)) "$word" "$peer"
	done
	check "exactly one" slowwait 10 one_master
	check "for good" holds 5 one_master
	check "the faster" is_state 1 MASTER
	must nip 1 link set carp0 down
	check "goodbye is heard" slowwait 1 is_state 2 MASTER
	equal "not demoted" 0 "$(n 2 carpconfig -j carp0 | json_value demoted)"
}

unicast_link_local_members_elect_one_master() {
	setup_nodes6 3
	NS[r]=${NS[seg]}
	check "an address" slowwait 5 has_link_local 1 eth0
	check "an address" slowwait 5 has_link_local 2 eth0
	VIPS=$VIP6/64 unicast_election fe80::ff:fe00:1 fe80::ff:fe00:2 peer6
	check "the client reaches it" n 3 ping -6 -q -c 3 -i 0.2 -W 1 "$VIP6"
}

# As OpenBSD's carp_2, carp_3 and carp_4, with a goodbye in place of its
# interface groups; and with IPv6.
# roles_swap lladdr|"" peer|""
roles_swap() {
	local node words

	setup_nodes6 3
	for node in 1 2; do
		words="vhid 251"
		[ "$node" = 1 ] || words+=" advskew 100"
		if [ -n "$2" ]; then
			words+=" peer 192.0.2.$((3 - node))"
			words+=" peer6 2001:db8::$((3 - node))"
		fi
		# shellcheck disable=SC2086
		VIPS="192.168.0.1/24 2001:db8:3::1/64" member "$node" $words
		if [ -n "$1" ]; then
			must n "$node" carpconfig carp0 \
				lladdr "02:00:00:00:00:0$node"
		fi
	done
	sleep 3.1
	check "the first is master" is_state 1 MASTER
	check "the second is backup" is_state 2 BACKUP
	equal "refused" "0 0" "$(counter 1 badauth) $(counter 2 badauth)"
	must nip 1 link set carp0 down
	must nip 1 link set carp0 up
	check "the second is master" busywait 0.1 is_state 2 MASTER
	check "the first is backup" is_state 1 BACKUP
	must nip 3 addr add 192.168.0.3/24 dev eth0
	must nip 3 addr add 2001:db8:3::3/64 dev eth0 nodad
	check "it answers" n 3 ping -q -c 2 -i 0.2 -W 1 192.168.0.1
	check "over IPv6" n 3 ping -q -c 2 -i 0.2 -W 1 2001:db8:3::1
	if [ -n "$1" ]; then
		equal "its MAC" "02:00:00:00:00:02" "$(nip 3 -j neigh show \
			192.168.0.1 | jq -r '.[0].lladdr')"
		equal "its MAC for IPv6" "02:00:00:00:00:02" \
			"$(nip 3 -j neigh show 2001:db8:3::1 |
				jq -r '.[0].lladdr')"
	fi
}

roles_swap_with_the_parents_mac_address() {
	roles_swap lladdr ""
}

roles_swap_with_unicast_peers() {
	roles_swap "" peer
}

roles_swap_with_both() {
	roles_swap lladdr peer
}

# inject_by DEVICE [KEY=VALUE...]: the frames of standard input, judged at node 1
inject_by() {
	check "counters" n 2 "$HERE/inject.py" "$1" "${NS[1]}:carp0" "${@:2}"
}

inject() {
	inject_by eth0 "$@"
}

# What reaches a raw socket of the parent's host is the IP layer's to decide.
ipv4_from_anybody_but_the_peer_is_refused_and_counted() {
	setup_nodes 2
	member 1 advbase 250 peer 192.0.2.9
	check "it listens" slowwait 5 is_state 1 BACKUP
	inject eth_dst=02:00:00:00:00:01 dst=192.0.2.1 <<-EOF
		ipackets
		ipackets ttl=254	# behind a router
		ipackets ttl=1
		badvhid src=192.0.2.8
		badttl src=192.0.2.8 ttl=254
		badvhid src=192.0.2.8 advskew=0
		badauth pass=wrong
		badsum sum=1234
		badver version=3
		badvhid vhid=2
		badlen payload=21
	EOF
	inject <<-EOF
		badvhid	# from the peer, but to the group
		badttl ttl=254
		badvhid src=192.0.2.8
	EOF
	check "still backup" is_state 1 BACKUP
	inject eth_dst=02:00:00:00:00:01 dst=192.0.2.1 \
		<<<"ipackets>MASTER advbase=255 advskew=255	# goodbye"
}

ipv6_from_anybody_but_the_peer_is_refused_and_counted() {
	setup_nodes6 2
	VIPS=$VIP6/64 member 1 advbase 250 peer6 2001:db8::9
	check "it listens" slowwait 5 is_state 1 BACKUP
	sleep 0.5
	inject family=6 eth_dst=02:00:00:00:00:01 dst=2001:db8::1 \
		src=2001:db8::9 <<-EOF
		ipackets6
		ipackets6 ttl=254	# behind a router
		ipackets6 pseudo=1 ttl=3
		badvhid src=2001:db8::8
		badttl src=2001:db8::8 ttl=254
		badauth pass=wrong
		badsum sum=1234
		badver version=3
		badvhid vhid=2
		badlen payload=21
		hdrops proto=60 options=7000010400000000
	EOF
	inject family=6 src=2001:db8::9 <<-EOF
		badvhid	# from the peer, but to the group
		badttl ttl=254
		badvhid src=2001:db8::8
	EOF
	check "still backup" is_state 1 BACKUP
	inject family=6 eth_dst=02:00:00:00:00:01 dst=2001:db8::1 \
		src=2001:db8::9 \
		<<<"ipackets6>MASTER advbase=255 advskew=255	# goodbye"
}

# destinations: where node 1 sends its advertisements to
destinations() {
	capture 2 eth0 "$TMP/wire" \
		"(ip proto 112 or ip6 proto 112) and not ether src \
		02:00:00:00:00:02"
	sleep 1.2
	capture_stop "$CAPTURE"
	tcpdump -n -r "$TMP/wire" 2>/dev/null | awk '{ sub(":$", "", $5)
		print $5 }' | sort -u | paste -sd' '
}

# link_local DEVICE: of node 1
link_local() {
	nip 1 -6 -j addr show dev "$1" scope link |
		jq -r 'first(.[].addr_info[]?.local // empty)'
}

# judged DEVICE: what node 2 sends there, by the peer's address
judged() {
	inject_by "$1" family=6 \
		eth_dst="$(nip 1 -j link show "$1" | json_value address)" \
		dst="$(link_local "$1")" src=fe80::9
}

a_link_local_peer_is_on_the_parents_link() {
	setup_nodes6 2
	cable 1 2
	check "an address" slowwait 5 has_link_local 1 eth0
	check "another" slowwait 5 has_link_local 1 eth1
	VIPS=$VIP6/64 member 1 advbase 250 peer6 fe80::9
	check "it listens" slowwait 5 is_state 1 BACKUP
	judged eth0 <<<ipackets6
	judged eth1 <<<badif
}

# As of a LAN and a WAN whose members speak to each other over one more link.
one_vhid_on_two_links_has_the_same_peer() {
	local node

	setup_nodes 2
	for node in 1 2; do
		must n "$node" sysctl -qw net.carp.preempt=1
		must nip "$node" link add lan type dummy
		must nip "$node" link set lan multicast on up
		member "$node" advskew $((node * 50)) peer "$NET$((3 - node))"
		must nip "$node" link add carp1 link lan type carp vhid 1 \
			pass "$PASS" advskew $((200 - node * 50)) \
			peer "$NET$((3 - node))"
		must nip "$node" addr add 10.1.0.100/24 dev carp1
		must nip "$node" link set carp1 up
	done
	check "one is node 1's" slowwait 10 is_state 1 MASTER carp0
	check "the other node 2's" slowwait 10 is_state 2 MASTER carp1
	check "node 2 hears of the one" holds 5 is_state 2 BACKUP carp0
	check "and node 1 of the other" holds 5 is_state 1 BACKUP carp1
	must nip 1 link del carp1
	must nip 2 link set carp1 type carp nopeer
	check "node 2 hears as before" holds 5 is_state 2 BACKUP carp0
}

no_peer_is_multicast_again() {
	setup_nodes6 2
	VIPS="$VIP/24 $VIP6/64" member 1
	check "master" slowwait 5 is_state 1 MASTER
	equal "at first" "224.0.0.18 ff02::12" "$(destinations)"
	must n 1 carpconfig carp0 carppeer 192.0.2.2 carppeer6 2001:db8::2
	equal "shown" "192.0.2.2 2001:db8::2" "$(info 1 '"\(.peer) \(.peer6)"')"
	check "shown" grep -q "carppeer 192.0.2.2 carppeer6 2001:db8::2" \
		<(n 1 carpconfig carp0)
	equal "with peers" "192.0.2.2 2001:db8::2" "$(destinations)"
	check "still master" is_state 1 MASTER
	must n 1 carpconfig carp0 advskew 5 pass "$PASS" "$VIP/24"
	equal "something else was said" "192.0.2.2 2001:db8::2" "$(destinations)"
	must n 1 carpconfig carp0 -carppeer
	equal "without one" "2001:db8::2 224.0.0.18" "$(destinations)"
	must n 1 carpconfig carp0 -carppeer6
	equal "without any" "224.0.0.18 ff02::12" "$(destinations)"
	check "still master" is_state 1 MASTER
	VIPS="$VIP/24 $VIP6/64" member 2 advskew 100
	check "elected" slowwait 5 is_state 2 BACKUP
	check "for good" holds 5 is_state 2 BACKUP
}

each_family_has_a_peer_of_its_own() {
	setup_nodes6 2
	VIPS="$VIP/24 $VIP6/64" member 1 peer 192.0.2.2
	VIPS="$VIP/24 $VIP6/64" member 2 advskew 100 peer 192.0.2.1
	check "one master" slowwait 10 one_master
	equal "where to" "192.0.2.2 ff02::12" "$(destinations)"
	check "for good" holds 5 one_master
	check "IPv4 is heard" [ "$(counter 2 ipackets)" -ge 3 ]
	check "IPv6 is heard" [ "$(counter 2 ipackets6)" -ge 3 ]
}

# neighbours: the MAC addresses that node 3 knows for both
neighbours() {
	nip 3 neigh flush dev eth0
	n 3 ping -q -c 1 -W 1 "$VIP" >/dev/null
	n 3 ping -q -c 1 -W 1 "$VIP6" >/dev/null
	nip 3 -j neigh show | jq -r --arg a "$VIP" --arg b "$VIP6" \
		'[.[] | select(.dst == $a or .dst == $b).lladdr] | join(" ")'
}

members_with_the_same_mac_address_share_it() {
	setup_nodes6 3
	VIPS="$VIP/24 $VIP6/64" member 1
	VIPS="$VIP/24 $VIP6/64" member 2 advskew 100
	must n 1 carpconfig carp0 lladdr "$ODD"
	must nip 2 link set carp0 address "$ODD"
	check "one master" slowwait 10 one_master
	check "node 1" is_state 1 MASTER
	capture 3 eth0 "$TMP/wire" "arp or icmp6 or proto 112 or ip6 proto 112"
	equal "the client's" "$ODD $ODD" "$(neighbours)"
	must nip 1 link set carp0 down
	check "node 2 takes over" slowwait 1 is_state 2 MASTER
	equal "the client's" "$ODD $ODD" "$(neighbours)"
	sleep 2.5
	capture_stop "$CAPTURE"
	frames "$TMP/wire" >"$TMP/frames"
	equal "the virtual MAC" "" "$(grep "$VMAC" "$TMP/frames")"
	check "advertisements" grep -q "$ODD > 01:00:5e:00:00:12" "$TMP/frames"
	check "over IPv6" grep -q "$ODD > 33:33:00:00:00:12" "$TMP/frames"
	must nip 1 link set carp0 up
	must n 1 carpconfig carp0 -lladdr
	must n 2 carpconfig carp0 -lladdr
	check "one master" slowwait 10 one_master
	equal "the client's again" "$VMAC $VMAC" "$(neighbours)"
}

refuses() {
	[ "$(counter "$1" badauth)" -ge 2 ]
}

members_with_different_mac_addresses_refuse_each_other() {
	setup_nodes 2
	member 1
	member 2 advskew 100
	must n 1 carpconfig carp0 lladdr "$ODD"
	must n 2 carpconfig carp0 lladdr "${ODD%1}2"
	check "node 1 refuses" slowwait 10 refuses 1
	check "node 2 refuses" slowwait 10 refuses 2
	must n 2 carpconfig carp0 lladdr "$ODD"
	check "then they agree" slowwait 10 one_master
	check "for good" holds 5 one_master
}

# As OpenBSD: after version and type; not if it is the parent's.
the_mac_address_enters_the_digest() {
	setup_nodes 2
	member 1 advbase 250
	check "it listens" slowwait 5 is_state 1 BACKUP
	must n 1 carpconfig carp0 lladdr "$ODD"
	inject <<-EOF
		ipackets lladdr=$ODD
		badauth
		badauth lladdr=${ODD%1}2
		badauth lladdr=$VMAC
	EOF
	must n 1 carpconfig carp0 lladdr 02:00:00:00:00:01
	inject <<-EOF
		ipackets
		badauth lladdr=02:00:00:00:00:01
	EOF
	must nip 1 link set eth0 address 02:00:00:00:00:11
	inject <<-EOF
		ipackets lladdr=02:00:00:00:00:01
		badauth
	EOF
	must nip 1 link set eth0 address 02:00:00:00:00:01
	inject <<-EOF
		ipackets
		badauth lladdr=02:00:00:00:00:01
	EOF
	must n 1 carpconfig carp0 -lladdr
	inject <<-EOF
		ipackets
		badauth lladdr=$VMAC
	EOF
}

what_cannot_be_a_peer_is_refused() {
	local words

	setup_nodes6 1
	member 1
	for words in "carppeer 224.0.0.18" "carppeer 255.255.255.255" \
		"carppeer $VIP6" "carppeer6 192.0.2.2" "carppeer6 ff02::12" \
		"carppeer6 ::" "carppeer nonsense" "carppeer" \
		"lladdr 01:00:5e:00:00:12" "lladdr 00:00:00:00:00:00" \
		"lladdr nonsense" "cksum6 other" "form other"; do
		# shellcheck disable=SC2086
		check "$words" fails n 1 carpconfig carp0 $words
	done
	for words in "peer 224.0.0.18" "peer $VIP6" "peer6 192.0.2.2" \
		"peer6 ff02::12" "cksum6 other" "form other"; do
		# shellcheck disable=SC2086
		check "$words" fails nip 1 link set carp0 type carp $words
	done
	check "it goes on" slowwait 5 is_state 1 MASTER
	equal "without peers" "null null" "$(info 1 '"\(.peer) \(.peer6)"')"
	equal "with its MAC" "$VMAC" \
		"$(nip 1 -j link show carp0 | jq -r '.[0].address')"
}

a_mac_address_that_becomes_the_virtual_one_is_as_good_as_none() {
	setup_nodes 2
	must nip 1 link add carp0 link eth0 address 00:00:5e:00:01:05 \
		type carp pass "$PASS"
	must nip 1 link set carp0 type carp vhid 5
	must nip 1 addr add "$VIP/24" dev carp0
	must nip 1 link set carp0 up
	member 2 vhid 5 advskew 50
	check "node 1 is master" slowwait 10 is_state 1 MASTER
	sleep 5
	check "node 2 is backup" is_state 2 BACKUP
	equal "refused" 0 "$(counter 2 badauth)"
	# It follows from the vhid again.
	must nip 1 link set carp0 type carp vhid 7
	check "another vhid" tells 00:00:5e:00:01:07 nip 1 link show dev carp0
	check "another vhid may share" nip 1 link set carp0 type carp \
		balancing ip carpnodes 7:0,8:0
}

tests_run "$@"
