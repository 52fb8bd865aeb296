#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# IPv6 and dual stack: who is master, who answers, who takes over, and what may
# not be traded away. The same sentences hold for IPv4 in other files.
# shellcheck disable=SC2317 # functions called by name

ALL_TESTS="
	ipv6_handover_when_the_master_halts_with_addressed_parents
	ipv6_handover_when_the_master_is_set_down_with_addressed_parents
	ipv6_handover_when_the_master_halts_with_unaddressed_parents
	ipv6_handover_when_the_master_is_set_down_with_unaddressed_parents
	two_nodes_elect_exactly_one_ipv6_master
	only_the_master_may_speak_as_the_vip_and_does_with_the_virtual_mac
	equal_ipv6_masters_without_addresses_settle
	a_dual_stack_backup_takes_over_when_ipv6_alone_falls_silent
	a_dual_stack_backup_takes_over_when_ipv4_alone_falls_silent
	a_dual_stack_takeover_takes_no_longer_than_a_single_one
	the_ipv6_vip_is_visible_in_every_state
	solicitations_are_answered_by_the_master_alone
	the_router_flag_follows_forwarding
	duplicate_address_detection_changes_nothing
	a_backup_reaches_the_ipv6_master
	a_backup_without_another_global_address_never_speaks_from_the_vip
	source_selection_is_otherwise_untouched
	the_device_shows_and_counts_ipv6_in_both_directions
	the_ipv6_vip_may_lie_anywhere_and_the_parent_needs_no_address
	a_gateway_without_a_link_local_address_finds_hosts
	neighbours_are_told_at_takeover_and_two_advertisements_later
	link_monitor_tells_the_state_of_an_ipv6_member
	a_live_ipv6_master_is_reconfigured_without_leaving_or_losing
	ipv6_is_torn_down_without_a_trace
	members_that_lack_an_address_are_told_what_to_compare
	a_link_local_vip_is_shared
	an_address_that_is_not_unicast_is_refused
	a_deprecated_address_finds_its_neighbours
	a_neighbour_that_moves_is_news_to_the_master
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"

VIPS=$VIP6/64
DUAL="$VIP/24 $VIP6/64"
MS=1000000

# Node 1 is MASTER, node 2 BACKUP, node 3 has no carp.
setup_pair() {
	setup_nodes6 3
	elect
}

elect() {
	member 1
	force 1 master
	member 2 advskew 100
	check "node 1 is master" slowwait 5 is_state 1 MASTER
	check "node 2 is backup" slowwait 5 is_state 2 BACKUP
	check "they understand each other" slowwait 5 heard 2
}

takes_part() {
	! is_state "$1" INIT
}

# Until its parent's address is no longer tentative it is in INIT.
force() {
	check "node $1 takes part" slowwait 5 takes_part "$1"
	must nip "$1" link set carp0 type carp state "$2"
}

heard() {
	[ "$(counter "$1" ipackets6)" -gt 0 ]
}

# one_master NODE...: one is MASTER, all others BACKUP
one_master() {
	local node states=""

	for node in "$@"; do
		states+=" $(state_of "$node")"
	done
	[[ $states == *MASTER* && ${states/MASTER/} != *MASTER* &&
		$states != *INIT* ]]
}

# ping6 NODE ADDRESS [OPTION]...
ping6() {
	local node=$1 address=$2

	shift 2
	n "$node" ping -6 -q -c 2 -i 0.2 -W 1 "$@" "$address"
}

# As NetBSD's test: vhid 175, a client that asks the virtual address.
#
#	carp0 fd00:1::100 advskew 0   carp0 fd00:1::100 advskew 200
#	  node 1 fd00:1::1              node 2 fd00:1::2        node 3 fd00:1::3
#	    |                             |                       |
#	----+-----------------------------+-----------------------+----- br0
#
# handover YES|NO HOW...: the members' parents have addresses; how node 1 goes
handover() {
	local addresses=$1 node

	shift
	setup_nodes 3
	for node in 1 2 3; do
		must nip "$node" addr flush dev eth0
		if [ "$addresses" = YES ] || [ "$node" = 3 ]; then
			must nip "$node" addr add "fd00:1::$node/64" \
				dev eth0 nodad
		fi
	done
	VIPS=fd00:1::100/64 PASS=s3cret member 1 vhid 175
	VIPS=fd00:1::100/64 PASS=s3cret member 2 vhid 175 advskew 200
	check "node 1 is master" slowwait 4 is_state 1 MASTER
	check "node 2 is backup" is_state 2 BACKUP
	check "the client reaches it" slowwait 3 ping6 3 fd00:1::100
	must "$@"
	if [ "$addresses" = YES ]; then
		check "its own address is gone" fails ping6 3 fd00:1::1
	fi
	check "the virtual address answers within five" \
		slowwait 5 n 3 ping -6 -q -c 1 -W 1 fd00:1::100
	check "node 2 is master" is_state 2 MASTER
}

ipv6_handover_when_the_master_halts_with_addressed_parents() {
	handover YES nip seg link set p1 nomaster
}

ipv6_handover_when_the_master_is_set_down_with_addressed_parents() {
	handover YES nip 1 link set eth0 down
	check "node 1 is out" is_state 1 INIT
}

ipv6_handover_when_the_master_halts_with_unaddressed_parents() {
	handover NO nip seg link set p1 nomaster
}

ipv6_handover_when_the_master_is_set_down_with_unaddressed_parents() {
	handover NO nip 1 link set eth0 down
}

# As FreeBSD's basic_v6.
two_nodes_elect_exactly_one_ipv6_master() {
	setup_nodes6 3
	member 1 advbase 1
	member 2 advbase 1 advskew 100
	check "exactly one" slowwait 10 one_master 1 2
	check "three answers" n 3 ping -6 -q -c 3 -i 0.2 -W 1 "$VIP6"
	check "still one" one_master 1 2
	check "of all who were counted" [ "$(counter 1 opackets)" = 0 ]
}

# As FreeBSD's nd6_ns_source_mac.
only_the_master_may_speak_as_the_vip_and_does_with_the_virtual_mac() {
	setup_pair
	capture 3 eth0 "$TMP/wire" "ip6 src $VIP6"
	check "the backup may not" fails ping6 2 2001:db8::3 -I "$VIP6"
	check "the master may" ping6 1 2001:db8::3 -I "$VIP6"
	equal "the third party's entry" "$VMAC" "$(neighbour 3)"
	capture_stop "$CAPTURE"
	check "it was heard" [ "$(frames "$TMP/wire" | wc -l)" -ge 2 ]
	equal "other MACs" "" "$(frames "$TMP/wire" not ether src "$VMAC")"
}

# neighbour NODE: where the VIP is, for it
neighbour() {
	nip "$1" -j neigh show "$VIP6" dev eth0 | jq -r '.[0].lladdr'
}

# By the order of their cookies.
equal_ipv6_masters_without_addresses_settle() {
	setup_nodes 2
	must nip 1 addr flush dev eth0
	must nip 2 addr flush dev eth0
	member 1
	member 2
	check "one of two" slowwait 10 one_master 1 2
	must nip seg link set p1 nomaster
	check "node 1 is master" slowwait 10 is_state 1 MASTER
	check "node 2 is master" slowwait 10 is_state 2 MASTER
	must nip seg link set p1 master br0
	check "one within two intervals" slowwait 2.5 one_master 1 2
	check "for good" holds 8 one_master 1 2
}

# From the last advertisement of one member to the first of the other, of one
# family, in ns: gap FILTER
gap() {
	tcpdump -n -e -tt -r "$TMP/wire" "$1" 2>/dev/null | awk '
		{ split($1, t, "."); now = t[1] * 1000000 + t[2] }
		/ (192.0.2.1|fe80::ff:fe00:1|2001:db8::1) > / {
			if (!found) last = now
		}
		/ (192.0.2.2|fe80::ff:fe00:2|2001:db8::2) > / {
			if (!found && last) found = now - last
		}
		END { print found ? found * 1000 : -1 }'
}

# 3 + 100/256 s, and what a busy CPU adds.
in_time() {
	[ "$2" -ge $((3390 * MS)) ] && [ "$2" -le $((3410 * MS)) ]
	check_err $? "$1: took over after $2 ns"
}

was_master() {
	info "$1" '[.history[].to]' | grep -q MASTER
}

# one_family_falls_silent FAMILY FILTER: node 2 does not hear it any more, while
# it goes on hearing the other
one_family_falls_silent() {
	VIPS=$DUAL setup_pair
	must n 2 nft -f - <<-EOF
		table netdev t {
			chain c {
				type filter hook ingress device eth0 priority 0
			}
		}
	EOF
	check "for good" holds 4 is_state 2 BACKUP
	must n 2 nft add rule netdev t c "$1"
	check "node 2 takes over" slowwait 5 was_master 2
	equal "why" "master timed out" "$(info 2 '.history | map(
		select(.to == "MASTER"))[0].reason')"
	# 3.39 s from the last heard, which was at most 1 s before.
	check "the other family was heard" [ "$(counter 2 "$2")" -ge 6 ]
}

a_dual_stack_backup_takes_over_when_ipv6_alone_falls_silent() {
	one_family_falls_silent "ip6 nexthdr 112 drop" ipackets
}

a_dual_stack_backup_takes_over_when_ipv4_alone_falls_silent() {
	one_family_falls_silent "ip protocol 112 drop" ipackets6
}

# takeover: cut the master off, and see when the other speaks, of each family
takeover() {
	must nip seg link set p1 master br0
	force 1 master
	check "node 2 is backup" slowwait 5 is_state 2 BACKUP
	sleep 1.5
	capture 2 eth0 "$TMP/wire" 'ip proto 112 or ip6 proto 112'
	sleep 1.2
	must nip seg link set p1 nomaster
	check "node 2 takes over" slowwait 6 is_state 2 MASTER
	sleep 0.1
	capture_stop "$CAPTURE"
}

a_dual_stack_takeover_takes_no_longer_than_a_single_one() {
	VIPS=$DUAL setup_pair
	takeover
	in_time "IPv4 of both" "$(gap 'ip proto 112')"
	in_time "IPv6 of both" "$(gap 'ip6 proto 112')"
	must nip 1 addr del "$VIP/24" dev carp0
	must nip 2 addr del "$VIP/24" dev carp0
	takeover
	in_time "IPv6 alone" "$(gap 'ip6 proto 112')"
	equal "no IPv4" -1 "$(gap 'ip proto 112')"
}

visible() {
	nip "$1" addr show dev carp0 | grep -q " $VIP6/64 "
}

the_ipv6_vip_is_visible_in_every_state() {
	setup_nodes6 1
	must nip 1 link add carp0 link eth0 type carp
	must nip 1 addr add "$VIP6/64" dev carp0
	check "before the first up" visible 1
	must nip 1 link set carp0 type carp vhid 1
	must nip 1 link set carp0 up
	check "backup" slowwait 2 is_state 1 BACKUP
	check "visible" visible 1
	check "master" slowwait 5 is_state 1 MASTER
	check "visible" visible 1
	sysctl_set 1 net.carp.allow=0
	check "init" is_state 1 INIT
	check "visible" visible 1
	sysctl_set 1 net.carp.allow=1
	must nip 1 link set carp0 down
	check "visible when down" visible 1
	must nip 1 link set carp0 up
	check "master again" slowwait 5 is_state 1 MASTER
	check "visible" visible 1
	must nip 1 link set eth0 down
	check "visible without a parent" visible 1
	must nip 1 link set eth0 up
	check "master once more" slowwait 5 is_state 1 MASTER
	check "visible" visible 1
}

monitor_hears() {
	nip 1 addr add 198.51.100.99/32 dev lo
	nip 1 addr del 198.51.100.99/32 dev lo
	[ -s "$1" ]
}

# answers [FILTER]: neighbour advertisements in the capture, in words
answers() {
	tcpdump -n -e -v -r "$TMP/wire" "icmp6 and ip6[40] == 136 ${1:-}" \
		2>/dev/null | tr -d '\n' | sed 's/ethertype/\n&/g' |
		grep "tgt is $VIP6,"
}

solicitations_are_answered_by_the_master_alone() {
	local master backup

	setup_pair
	for master in 1 2; do
		backup=$((3 - master))
		force "$backup" backup
		force "$master" master
		check "the other is backup" slowwait 2 is_state "$backup" BACKUP
		capture 3 eth0 "$TMP/wire" icmp6
		equal "it is told" "${VMAC^^}" \
			"$(n 3 ndisc6 -1 -q "$VIP6" eth0 | tr a-f A-F)"
		check "and again" n 3 ndisc6 -m -q -w 500 -r 1 "$VIP6" eth0
		capture_stop "$CAPTURE"
		equal "as many answers as questions" \
			"$(frames "$TMP/wire" ether src 02:00:00:00:00:03 |
				grep -c "who has $VIP6")" \
			"$(answers "and ether dst 02:00:00:00:00:03" |
				grep -c "Flags \[solicited, override\].*\
destination link-address option (2).*$VMAC")"
		equal "of another MAC" "" \
			"$(answers "and not ether src $VMAC")"
		equal "to the virtual MAC" "$VMAC" "$(ping6 3 "$VIP6" \
			>/dev/null; neighbour 3)"
		check "by the one who is master" \
			master_counts "$master" "$backup"
	done
	force 1 backup
	force 2 backup
	check "nobody is there" fails n 3 ndisc6 -1 -q -w 500 -r 1 "$VIP6" eth0
}

# Echo requests arrive on the carp device of one and not of the other.
master_counts() {
	local before other

	before=$(rx_packets "$1") other=$(rx_packets "$2")
	ping6 3 "$VIP6" || return
	[ "$(rx_packets "$1")" -ge $((before + 2)) ] &&
		[ "$(rx_packets "$2")" -eq "$other" ]
}

rx_packets() {
	nip "$1" -j -s link show carp0 | jq '.[0].stats64.rx.packets'
}

the_router_flag_follows_forwarding() {
	local forwarding flags

	setup_pair
	for forwarding in 0 1; do
		sysctl_set 1 net.ipv6.conf.all.forwarding="$forwarding"
		flags="solicited, override"
		[ "$forwarding" = 0 ] || flags="router, $flags"
		capture 3 eth0 "$TMP/wire" icmp6
		check "it answers" n 3 ndisc6 -1 -q "$VIP6" eth0
		capture_stop "$CAPTURE"
		check "asked" [ "$(answers | grep -c "Flags \[$flags\]")" -ge 1 ]
		# A BACKUP does not repeat what it told at its last takeover.
		force 1 backup
		capture 3 eth0 "$TMP/wire" icmp6
		force 1 master
		sleep 0.1
		capture_stop "$CAPTURE"
		flags=${flags/solicited, /}
		equal "at takeover" 1 "$(answers | grep -c "Flags \[$flags\]")"
	done
}

duplicate_address_detection_changes_nothing() {
	local accept node line

	for accept in 1 2; do
		setup_nodes6 3
		for node in 1 2; do
			sysctl_set "$node" \
				net.ipv6.conf.all.accept_dad="$accept" \
				net.ipv6.conf.default.dad_transmits=5 \
				net.ipv6.conf.all.dad_transmits=5
		done
		capture 3 eth0 "$TMP/wire" icmp6
		# Up first, then the address, and the other way round.
		must nip 1 link add carp0 link eth0 type carp vhid 1 pass "$PASS"
		must nip 1 link set carp0 up
		must nip 1 addr add "$VIP6/64" dev carp0
		check "backup" slowwait 1 is_state 1 BACKUP
		force 1 master
		check "it answers at once" n 3 ping -6 -q -c 1 -W 1 "$VIP6"
		member 2 advskew 100
		check "node 2 is backup" slowwait 1 is_state 2 BACKUP
		force 1 backup
		force 2 master
		check "it answers at once" n 3 ping -6 -q -c 1 -W 1 "$VIP6"
		check "settled" slowwait 5 one_master 1 2
		sleep 6
		capture_stop "$CAPTURE"
		equal "asked whether it is free" "" \
			"$(frames "$TMP/wire" src :: | grep "who has $VIP6")"
		check "told a few times" [ "$(answers | wc -l)" -le 12 ]
		for node in 1 2; do
			line=$(nip "$node" addr show dev carp0 | grep "$VIP6")
			equal "failed on node $node" "" \
				"$(grep -o dadfailed <<<"$line")"
			if is_state "$node" MASTER; then
				equal "of the master" "" \
					"$(grep -o tentative <<<"$line")"
			fi
		done
		check "it is reached" ping6 3 "$VIP6"
		cleanup_test
	done
}

# socat's word for who has asked, and who has answered
serve() {
	# shellcheck disable=SC2016 # for socat's shell
	bg "$1" socat TCP6-LISTEN:7,fork,reuseaddr,ipv6only=1 \
		SYSTEM:"echo $1 \$SOCAT_PEERADDR"
	check "node $1 listens" slowwait 5 listens "$1"
}

listens() {
	n "$1" ss -Hltn | grep -q ':7 '
}

# asks NODE: what the server at the VIP tells it
asks() {
	n "$1" socat -u -T 3 "TCP6:[$VIP6]:7,connect-timeout=3" -
}

# from NODE TARGET: the source address for it, and the way
from() {
	nip "$1" -j -6 route get "$2" | jq -r '.[0] | "\(.prefsrc) \(.dev)"'
}

reaches_the_master() {
	check "$1: ping" ping6 2 "$VIP6"
	equal "$1: TCP" "1 [2001:0db8:0000:0000:0000:0000:0000:0002]" \
		"$(asks 2)"
	equal "$1: route" "2001:db8::2 eth0" "$(from 2 "$VIP6")"
	equal "$1: another's" "2001:db8::2 eth0" "$(from 2 2001:db8::77)"
}

# leads_out NODE: the route to the virtual address
leads_out() {
	[[ $(from "$1" "$VIP6") == *" eth0" ]]
}

a_backup_reaches_the_ipv6_master() {
	setup_nodes6 2
	member 1
	force 1 master
	serve 1
	must nip 2 link add carp0 link eth0 type carp
	must nip 2 addr add "$VIP6/64" dev carp0
	reaches_the_master "before the first up, without a vhid"
	must nip 2 link set carp0 up
	reaches_the_master "up without a vhid"
	must nip 2 link set carp0 down
	must nip 2 link set carp0 type carp vhid 1 advskew 100 pass "$PASS"
	reaches_the_master "down"
	must nip 2 link set carp0 up
	check "backup" slowwait 1 is_state 2 BACKUP
	reaches_the_master "BACKUP"
	must nip 2 addr add 2001:db8:2::1/64 dev carp0
	must nip 2 addr del 2001:db8:2::1/64 dev carp0
	sysctl_set 2 net.ipv6.conf.all.ignore_routes_with_linkdown=0
	check "the next advertisement mends it" slowwait 3 leads_out 2
	reaches_the_master "BACKUP, meddled with"
	sysctl_set 2 net.carp.allow=0
	reaches_the_master "allow=0"
	sysctl_set 2 net.carp.allow=1
	check "backup" slowwait 1 is_state 2 BACKUP
	force 1 backup
	force 2 master
	force 2 backup
	force 1 master
	reaches_the_master "BACKUP again"
	must nip 2 link set carp0 down
	reaches_the_master "after down"
}

has_link_local() {
	nip "$1" -6 -o addr show dev eth0 scope link -tentative | grep -q fe80
}

a_backup_without_another_global_address_never_speaks_from_the_vip() {
	setup_nodes6 3
	must nip 2 -6 addr flush dev eth0
	must nip 2 addr add fe80::22/64 dev eth0 nodad
	elect
	capture seg p2 "$TMP/wire" inbound and ip6 src "$VIP6"
	refused "a route" "unreachable" nip 2 -6 route get "$VIP6"
	refused "ping" "unreachable" ping6 2 "$VIP6"
	must nip 2 -6 route add 2001:db8::/64 dev eth0
	check "from what it has" grep -q "src fe80::22 " \
		<(nip 2 -6 route get "$VIP6")
	check "ping" ping6 2 "$VIP6"
	bg 1 socat TCP6-LISTEN:7,fork,reuseaddr EXEC:hostname
	check "it listens" slowwait 20 serves 1 7
	check "tcp" slowwait 2 n 2 bash -c "exec 3<>/dev/tcp/$VIP6/7 && cat <&3"
	check "somebody else" ping6 2 2001:db8::3
	capture_stop "$CAPTURE"
	equal "packets from the address" "" "$(frames "$TMP/wire")"
}

# In any order of configuration; the longest prefix, the scope, the label and
# deprecation decide as without carp.
source_selection_is_otherwise_untouched() {
	local state

	setup_nodes6 1
	VIPS="2001:db8::77/64 2001:db8:5::77/64 fd00:1::77/64" member 1
	must nip 1 addr add 2001:db8:5::1/64 dev eth0 nodad
	must nip 1 addr add fd00:1::1/64 dev eth0 nodad
	must nip 1 -6 route add default via fe80::9 dev eth0
	check "a link-local address" slowwait 5 has_link_local 1
	for state in backup master; do
		force 1 "$state"
		check "$state" is_state 1 "${state^^}"
		equal "$state: the longest prefix" "2001:db8::1 eth0" \
			"$(from 1 2001:db8::78)"
		equal "$state: and another" "2001:db8:5::1 eth0" \
			"$(from 1 2001:db8:5::78)"
		equal "$state: the label" "fd00:1::1 eth0" \
			"$(from 1 fd00:1::78)"
		equal "$state: the scope" "fe80::ff:fe00:1 eth0" \
			"$(nip 1 -j -6 route get fe80::9 oif eth0 |
				jq -r '.[0] | "\(.prefsrc) \(.dev)"')"
		check "$state: off link" \
			grep -qE '^(2001:db8::1|2001:db8:5::1) eth0' \
			<(from 1 2001:db8:9::1)
		must nip 1 addr change 2001:db8::1/64 dev eth0 preferred_lft 0
		equal "$state: not the deprecated" "2001:db8:5::1 eth0" \
			"$(from 1 2001:db8:9::1)"
		must nip 1 addr change 2001:db8::1/64 dev eth0 \
			preferred_lft forever
	done
	equal "the VIP itself" "$VIP6" "$(nip 1 addr add "$VIP6/64" dev carp0
		sleep 0.2
		nip 1 -j -6 route get "$VIP6" | jq -r '.[0].prefsrc')"
}

the_device_shows_and_counts_ipv6_in_both_directions() {
	local arrow before after

	setup_pair
	serve 1
	capture 1 carp0 "$TMP/carp0" "icmp6 or tcp"
	before=$(packets)
	check "asked" ping6 3 "$VIP6"
	check "in pieces" ping6 3 "$VIP6" -s 4000
	check "by TCP" asks 3
	check "asking" ping6 1 2001:db8::3 -I "$VIP6"
	after=$(packets)
	capture_stop "$CAPTURE"
	frames "$TMP/carp0" >"$TMP/frames"
	for arrow in "2001:db8::3 > $VIP6: ICMP6, echo request" \
		"$VIP6 > 2001:db8::3: ICMP6, echo reply" \
		"$VIP6 > 2001:db8::3: ICMP6, echo request" \
		"2001:db8::3 > $VIP6: ICMP6, echo reply" \
		"$VIP6.7 > 2001:db8::3"; do
		check "$arrow" grep -q "$arrow" "$TMP/frames"
	done
	equal "other MACs" "" \
		"$(grep " ${VIP6}[^ ]* > " "$TMP/frames" | grep -v " $VMAC > ")"
	check "received" [ "${after% *}" -ge $((${before% *} + 10)) ]
	check "sent" [ "${after#* }" -ge $((${before#* } + 10)) ]
}

packets() {
	nip 1 -j -s link show carp0 |
		jq -r '.[0].stats64 | "\(.rx.packets) \(.tx.packets)"'
}

the_ipv6_vip_may_lie_anywhere_and_the_parent_needs_no_address() {
	local vip

	setup_nodes6 3
	must nip 1 addr flush dev eth0
	must nip 2 addr flush dev eth0
	VIPS="2001:db8:6::1/64 2001:db8:7::9/128" elect
	must nip 3 addr add 2001:db8:6::50/64 dev eth0 nodad
	must nip 3 route add 2001:db8:7::9 dev eth0
	for vip in 2001:db8:6::1 2001:db8:7::9; do
		check "$vip" slowwait 3 ping6 3 "$vip" -I 2001:db8:6::50
	done
	must nip 1 link set carp0 down
	check "node 2 takes over" slowwait 1 is_state 2 MASTER
	for vip in 2001:db8:6::1 2001:db8:7::9; do
		check "$vip" slowwait 3 ping6 3 "$vip" -I 2001:db8:6::50
	done
}

has_group() {
	nip 1 maddr show dev eth0 | grep -q "inet6 *$1"
}

# Node 1 forwards between node 3, where it has a virtual address and nothing else,
# and node 4.
a_gateway_without_a_link_local_address_finds_hosts() {
	setup_nodes6 3
	ns 4
	cable 1 4
	must nip 1 addr add 2001:db8:1::1/64 dev eth1 nodad
	must nip 4 addr add 2001:db8:1::4/64 dev eth1 nodad
	must nip 4 route add default via 2001:db8:1::1
	must nip 3 route add default via "$VIP6"
	must nip 1 -6 addr flush dev eth0
	sysctl_set 1 net.ipv6.conf.all.forwarding=1
	member 1
	check "node 1 is master" slowwait 5 is_state 1 MASTER
	capture 3 eth0 "$TMP/wire" "icmp6 and ip6[40] = 135"
	check "it forwards" ping6 4 2001:db8::3
	capture_stop "$CAPTURE"
	equal "who asked" "$VIP6" "$(tcpdump -n -r "$TMP/wire" \
		"ether src $VMAC" 2>/dev/null |
		sed -n 's/.* IP6 \([^ ]*\) > .*/\1/p' | sort -u)"
	# With a link-local address the kernel does it.
	must nip 1 addr add fe80::1/64 dev carp0
	must nip 1 neigh flush dev carp0
	capture 3 eth0 "$TMP/wire2" "icmp6 and ip6[40] = 135"
	check "it still forwards" ping6 4 2001:db8::3
	capture_stop "$CAPTURE"
	equal "who asked" fe80::1 "$(tcpdump -n -r "$TMP/wire2" \
		"ether src $VMAC" 2>/dev/null |
		sed -n 's/.* IP6 \([^ ]*\) > .*/\1/p' | sort -u)"
}

neighbours_are_told_at_takeover_and_two_advertisements_later() {
	local told adverts vip

	setup_nodes6 2
	capture 2 eth0 "$TMP/wire" 'icmp6 or ip6 proto 112'
	VIPS="$VIP6/64 2001:db8::101/64" member 1
	check "master" slowwait 5 is_state 1 MASTER
	sleep 4.5
	capture_stop "$CAPTURE"
	for vip in "$VIP6" 2001:db8::101; do
		mapfile -t told < <(times src "$vip" and icmp6)
		equal "of $vip" 2 "${#told[@]}"
		mapfile -t adverts < <(times ip6 proto 112)
		check "the first with the first advertisement" \
			test $((told[0] - adverts[0])) -le 1
		check "the second with the third" \
			test $((told[1] - adverts[2])) -le 1 -a \
			$((told[1] - adverts[2])) -ge 0
	done
	equal "they look so" 2 "$(answers "and ether src $VMAC and \
		ether dst 33:33:00:00:00:01 and dst ff02::1 and src $VIP6 and \
		ip6[7] == 255" | grep -c "Flags \[override\].*destination \
link-address option (2), length 8 (1): $VMAC")"
	equal "with a bad checksum" 0 "$(tcpdump -n -vv -r "$TMP/wire" icmp6 \
		2>/dev/null | grep -c 'bad icmp6')"
}

link_monitor_tells_the_state_of_an_ipv6_member() {
	local log serial

	setup_nodes6 1
	member 1
	check "master" slowwait 5 is_state 1 MASTER
	bg 1 ip -d monitor link dev carp0
	log=$BG_OUT
	check "it listens" slowwait 5 link_monitor_hears "$log"
	serial=$(attr 1 serial)
	force 1 backup
	check "BACKUP is told" slowwait 2 last_told "$log" BACKUP
	check "MASTER is told" slowwait 5 last_told "$log" MASTER
	equal "two more" $((serial + 2)) "$(attr 1 serial)"
	equal "why" "master timed out" "$(attr 1 reason)"
}

link_monitor_hears() {
	nip 1 link set carp0 alias "x$RANDOM"
	[ -s "$1" ]
}

last_told() {
	[ "$(sed -n 's/.*carp state \([A-Z]*\).*/\1/p' "$1" | tail -n 1)" = "$2" ]
}

a_live_ipv6_master_is_reconfigured_without_leaving_or_losing() {
	local serial log

	setup_pair
	serial="$(attr 1 serial) $(attr 2 serial)"
	bg 3 ping -6 -i 0.05 "$VIP6"
	log=$BG_OUT
	check "it answers" slowwait 3 grep -q "icmp_seq=20 " "$log"
	change addr add 2001:db8::101/64 dev carp0
	change addr add 192.0.2.100/24 dev carp0
	change addr del 2001:db8::101/64 dev carp0
	change addr del 192.0.2.100/24 dev carp0
	change link set carp0 type carp advskew 5
	change link set carp0 type carp advbase 2
	change link set carp0 type carp advbase 1
	change link set carp0 type carp pass other
	change link set carp0 type carp pass other
	change addr replace "$VIP6/64" dev carp0
	sleep 1
	bg_stop "$BG" INT
	equal "transitions" "$serial" "$(attr 1 serial) $(attr 2 serial)"
	check "nothing lost" grep -q " 0% packet loss" "$log"
	equal "complaints" "" "$(grep -i unreachable "$log")"
}

# change ...: the same on both members, the master first
change() {
	must nip 1 "$@"
	must nip 2 "$@"
	sleep 0.3
	check "$*: still master" is_state 1 MASTER
	check "$*: still backup" is_state 2 BACKUP
}

ipv6_is_torn_down_without_a_trace() {
	local round

	setup_nodes6 3
	bg 3 ping -6 -f -i 0.01 "$VIP6"
	for round in 1 2 3; do
		VIPS=$DUAL member 1
		force 1 master
		check "$round: it answers" slowwait 2 ping6 3 "$VIP6"
		must nip 1 link del carp0
		VIPS=$DUAL member 1
		force 1 master
		must rmmod carp
		must modprobe carp
		must nip 1 link add link eth0 name v0 type vlan id 7
		must nip 1 link set v0 up
		must nip 1 link add carp0 link v0 type carp vhid 1
		must nip 1 addr add "$VIP6/64" dev carp0
		must nip 1 link set carp0 up
		force 1 master
		must nip 1 link del v0
		check "$round: gone" fails nip 1 link show carp0
		VIPS=$DUAL member 1
		sysctl_set 1 net.ipv6.conf.eth0.disable_ipv6=1
		sysctl_set 1 net.ipv6.conf.eth0.disable_ipv6=0
		must nip 1 addr add 2001:db8::1/64 dev eth0 nodad
		sysctl_set 1 net.ipv6.conf.carp0.disable_ipv6=1
		check "$round: without its address" fails visible 1
		must nip 1 link del carp0
	done
	VIPS=$DUAL member 1
	force 1 master
	must ip netns del "${NS[1]}"
	check "the namespace is gone" slowwait 10 rmmod carp
	must modprobe carp
}

# Both become master and refuse each other.
members_that_lack_an_address_are_told_what_to_compare() {
	setup_nodes6 2
	sysctl_set 1 net.carp.log=2
	sysctl_set 2 net.carp.log=2
	VIPS=$DUAL member 1
	VIPS=$VIP6/64 member 2
	check "node 1 is master" slowwait 5 is_state 1 MASTER
	check "node 2 as well" slowwait 5 is_state 2 MASTER
	check "node 1 refuses" slowwait 3 refuses 1
	check "node 2 refuses" slowwait 3 refuses 2
	dmesg >"$TMP/log"
	check "and says" grep -qiE "carp0: .*compare.*address.* from (fe80|2001)" \
		"$TMP/log"
	must nip 2 addr add "$VIP/24" dev carp0
	check "then they agree" slowwait 5 one_master 1 2
	check "for good" holds 5 one_master 1 2
}

refuses() {
	[ "$(counter "$1" badauth)" -ge 2 ] && ! heard "$1"
}

# form NODE FORM: which addresses are under the digest that it sends
form() {
	must nip "$1" link set carp0 type carp form "$2"
}

a_link_local_vip_is_shared() {
	local forms

	setup_nodes6 3
	VIPS="$VIP6/64 fe80::77/64" elect
	for forms in "nov6ll nov6ll" "orig nov6ll" "orig orig" "nov6ll orig"; do
		form 1 "${forms% *}"
		form 2 "${forms#* }"
		check "$forms" holds 4 is_state 2 BACKUP
		check "$forms" is_state 1 MASTER
		equal "$forms: refused" "0 0" \
			"$(counter 1 badauth) $(counter 2 badauth)"
	done
	must nip 1 link set carp0 down
	check "node 2 takes over" slowwait 1 is_state 2 MASTER
	check "it answers" ping6 3 fe80::77%eth0
	equal "by the virtual MAC" "$VMAC" "$(nip 3 -j neigh show fe80::77 dev \
		eth0 | jq -r '.[0].lladdr')"
	must nip 1 link set carp0 up
	check "node 1 reaches it" ping6 1 fe80::77%eth0
}

an_address_that_is_not_unicast_is_refused() {
	setup_nodes6 1
	member 1
	must nip 1 addr add 2001:db8::55/64 dev carp0
	for address in ff02::12 ff05::1 :: ::1 ff0e::1; do
		check "$address" fails nip 1 addr add "$address/64" dev carp0
	done
	check "it goes on" slowwait 5 is_state 1 MASTER
	equal "addresses" 2 "$(nip 1 -6 -o addr show dev carp0 | wc -l)"
}

# Not a source that the host would choose, and yet the only one carp0 has.
a_deprecated_address_finds_its_neighbours() {
	setup_nodes6 2
	must nip 1 link add carp0 link eth0 type carp vhid 1
	must nip 1 addr add "$VIP6/64" dev carp0 preferred_lft 0
	must nip 1 link set carp0 up
	check "master" slowwait 10 is_state 1 MASTER
	check "from the address" slowwait 2 \
		n 1 ping -q -c 1 -W 1 -I "$VIP6" 2001:db8::2
}

a_neighbour_that_moves_is_news_to_the_master() {
	setup_nodes6 2
	sysctl_set 2 net.ipv6.conf.eth0.ndisc_notify=1
	VIPS="$VIP6/64" member 1
	check "master" slowwait 10 is_state 1 MASTER
	check "known" slowwait 2 n 1 ping -q -c 1 -W 1 -I "$VIP6" 2001:db8::2
	check "on carp0" tells 02:00:00:00:00:02 \
		nip 1 neigh show 2001:db8::2 dev carp0
	must nip 2 link set eth0 address 02:00:00:00:00:22
	check "its new address" slowwait 2 tells 02:00:00:00:00:22 \
		nip 1 neigh show 2001:db8::2 dev carp0
	check "reached" n 1 ping -q -c 1 -W 1 -I "$VIP6" 2001:db8::2
}

tests_run "$@"
