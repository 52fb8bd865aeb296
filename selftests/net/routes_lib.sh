# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The functions are called by name.
# shellcheck disable=SC2317
#
# What carp_routes.sh and carp_routes6.sh share, a body for both families.

# hidden NODE: each of its routes out of carp0 is marked, and there is one. The
# kernel does not tell of an IPv6 route beside another one to the same prefix, as
# that of all groups is.
hidden() {
	local routes

	routes=$(nip "$1" "-$FAMILY" route show table all dev carp0 |
		grep -v ^multicast)
	[ -n "$routes" ] && ! grep -qv linkdown <<<"$routes"
}

# A backup: member 1 with advskew 50 beside a faster one on node 2.
setup_backup() {
	setup_nodes 3
	member 2 advskew 0
	check "node 2 is master" slowwait 10 is_state 2 MASTER
	member 1 advskew 50
	check "node 1 is backup" is_state 1 BACKUP
}

# as NODE 2, with an address more, so that digests agree
also_on_2() {
	must nip 2 addr add "$1" dev carp0
}

connected_routes_are_there_and_hidden_on_a_backup() {
	setup_backup
	check "marked" hidden 1
	check "with the connected one" grep -q "^$NET$ZERO/$LEN.*linkdown" \
		<(nip 1 "-$FAMILY" route show dev carp0)
	must nip 1 link set carp0 down
	must nip 1 link set carp0 up
	check "marked after down and up" hidden 1
	must nip 2 link set carp0 down
	check "node 1 takes over" slowwait 1 is_state 1 MASTER
	check "not marked on the master" fails grep -q linkdown \
		<(nip 1 "-$FAMILY" route show table all dev carp0)
}

a_second_address_added_on_a_backup_answers_after_takeover() {
	setup_backup
	also_on_2 "${NET}101/$LEN"
	must nip 1 addr add "${NET}101/$LEN" dev carp0
	check "all is hidden" hidden 1
	check "also this one's" grep -q "^local ${NET}101" \
		<(nip 1 "-$FAMILY" route show table local dev carp0)
	must nip 2 link set carp0 down
	check "node 1 takes over" slowwait 1 is_state 1 MASTER
	check "the second answers" n 3 ping -q -c 2 -i 0.2 -W 1 "${NET}101"
}

addresses_survive_the_removal_of_their_first_on_a_backup() {
	local address

	setup_backup
	for address in "${NET}101/$LEN" "${NET}102/$LEN"; do
		also_on_2 "$address"
		must nip 1 addr add "$address" dev carp0
	done
	must nip 2 addr del "$VIP/$LEN" dev carp0
	must nip 1 addr del "$VIP/$LEN" dev carp0
	check "all is hidden" slowwait 2 hidden 1
	must nip 2 link set carp0 down
	check "node 1 takes over" slowwait 1 is_state 1 MASTER
	for address in "${NET}101" "${NET}102"; do
		check "$address answers" n 3 ping -q -c 2 -i 0.2 -W 1 "$address"
	done
}

a_dead_multipath_route_holds_no_device() {
	setup_backup
	must nip 1 link add v0 type veth peer name v1
	give 1 "${FAR}1/$LEN" v0
	must nip 1 link set v1 up
	must nip 1 link set v0 up
	must nip 1 link set carp0 type carp state master
	must nip 1 route add "$WORLD$ZERO/$LEN" \
		nexthop via "${NET}9" dev carp0 \
		nexthop via "${FAR}2" dev v0
	check "deleting the other device returns" timeout 5 \
		ip -n "${NS[1]}" link del v0
}

# leads_to DEVICE: what is sent to the world
leads_to() {
	tells " dev $1 " nip 1 route get "${WORLD}1"
}

of_two_routes_a_backup_takes_the_other() {
	setup_nodes 1
	member 1
	check "node 1 is master" slowwait 10 is_state 1 MASTER
	must nip 1 link add v0 type veth peer name v1
	give 1 "${FAR}1/$LEN" v0
	must nip 1 link set v1 up
	must nip 1 link set v0 up
	must nip 1 route add "$WORLD$ZERO/$LEN" via "${NET}9" dev carp0 \
		metric 100
	must nip 1 route add "$WORLD$ZERO/$LEN" via "${FAR}2" dev v0 metric 200
	check "the master, the first" slowwait 2 leads_to carp0
	must nip 1 link set carp0 type carp state backup
	check "a backup, the second" slowwait 2 leads_to v0
	must nip 1 link set carp0 type carp state master
	check "and again the first" slowwait 2 leads_to carp0
}

a_vrf_that_saw_traffic_can_be_deleted() {
	setup_nodes 3
	must nip 1 link add vrf7 type vrf table 77
	must nip 1 link set vrf7 up
	must nip 1 link set eth0 master vrf7
	must nip 1 link add carp0 link eth0 type carp vhid 1 pass "$PASS"
	must nip 1 addr add "$VIP/$LEN" dev carp0
	must nip 1 link set carp0 master vrf7
	must nip 1 link set carp0 up
	check "master" slowwait 10 is_state 1 MASTER
	check "traffic" n 3 ping -q -c 2 -i 0.2 -W 1 "$VIP"
	must nip 1 link set carp0 down
	check "deleting the VRF returns" timeout 5 \
		ip -n "${NS[1]}" link del vrf7
}

parent_and_device_go_in_one_batch() {
	setup_nodes 1
	must nip 1 link add d0 group 7 type veth peer name d1
	must nip 1 link set d0 up
	must nip 1 link set d1 up
	must nip 1 link add carp0 group 7 link d0 type carp vhid 1
	must nip 1 link set carp0 group 7
	must nip 1 addr add "$VIP/$LEN" dev carp0
	must nip 1 link set carp0 up
	check "master" slowwait 10 is_state 1 MASTER
	check "both deleted" nip 1 link del group 7
	check "gone" fails nip 1 link show carp0
}

# resolves NODE: it finds the address
resolves() {
	if [ "$FAMILY" = 4 ]; then
		n "$1" arping -q -c 1 -w 2 -I eth0 "$VIP"
	else
		n "$1" ndisc6 -1 -q -w 2000 -r 1 "$VIP" eth0
	fi
}

one_address_on_two_links_is_answered_on_both() {
	setup_nodes 2
	ns other
	must nip 1 link add eth1 type veth peer name eth0 netns "${NS[other]}"
	must nip 1 link set eth1 up
	give other "${NET}9/$LEN" eth0
	must nip other link set eth0 up
	member 1 advskew 0
	must nip 1 link add carp1 link eth1 type carp vhid 2 pass "$PASS"
	must nip 1 addr add "$VIP/$LEN" dev carp1
	must nip 1 link set carp1 up
	check "master on one" slowwait 10 is_state 1 MASTER carp0
	check "master on the other" slowwait 10 is_state 1 MASTER carp1
	check "answered on one" resolves 2
	check "answered on the other" resolves other
}

a_parent_in_a_vrf_counts_no_badif() {
	local node

	setup_nodes 2
	for node in 1 2; do
		must nip "$node" link add vrf7 type vrf table 77
		must nip "$node" link set vrf7 up
		must nip "$node" link set eth0 master vrf7
		must nip "$node" link add carp0 link eth0 type carp vhid 1 \
			pass "$PASS" advskew $((node * 50))
		must nip "$node" addr add "$VIP/$LEN" dev carp0
		must nip "$node" link set carp0 master vrf7
		must nip "$node" link set carp0 up
	done
	check "node 1 is master" slowwait 10 is_state 1 MASTER
	sleep 5
	check "node 2 is backup" is_state 2 BACKUP
	equal "badif" 0 "$(counter 2 badif)"
}
