# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The functions are called by name.
# shellcheck disable=SC2317
#
# What carp_api.sh and carp_api6.sh share: devices to ask for, whether anything has
# changed, and a body for both families.

HERE=$(dirname "$0")

# One host with all kinds of devices to ask for:
#
#	carp0 vhid 1, $VIP, BACKUP for 12 minutes
#	  |
#	eth0 ${NET}1 --- veth --- eth1, free
#	plain --- veth --- nomc, without multicast
#	brport in br0,  slave of bond0,  below of macvlan mv0
setup_devices() {
	ns 1
	{
		echo "link set lo up"
		echo "link add eth0 type veth peer name eth1"
		echo "link set eth1 up"
		echo "link add plain type veth peer name nomc"
		echo "link set nomc multicast off"
		echo "link add br0 type bridge"
		echo "link add brport type veth peer name slave"
		echo "link set brport master br0"
		echo "link add bond0 type bond mode active-backup"
		echo "link set slave master bond0"
		echo "link add below type veth peer name other"
		echo "link add mv0 link below type macvlan mode bridge"
		echo "link add nl0 type nlmon"
		echo "link add vrf0 type vrf table 10"
		echo "addr add ${NET}1/$LEN dev eth0 $NODAD"
		echo "link set eth0 up"
	} >"$TMP/batch"
	must nip 1 -batch "$TMP/batch"
	member 1 advbase 250
	check "the member listens" slowwait 5 is_state 1 BACKUP
	looks >"$TMP/before"
}

# tun0 has no Ethernet header.
setup_tun() {
	must modprobe tun
	must nip 1 tuntap add tun0 mode tun
}

# All that can be seen, but for what the passing of time changes: other devices
# get IPv6 addresses by themselves.
looks() {
	local carp=()

	[ "$FAMILY" = 4 ] || carp=(dev carp0)
	{
		nip 1 -d -j link show
		nip 1 "-$FAMILY" -j addr show "${carp[@]}"
	} | jq -S 'map({key: .ifname, value: .}) | from_entries'
	nip 1 "-$FAMILY" route show table all "${carp[@]}"
}

nothing_changed() {
	looks >"$TMP/after"
	check "nothing has changed" diff -U 0 "$TMP/before" "$TMP/after"
}

# kernel: each line of standard input is a request and what becomes of it
kernel() {
	check "requests" n 1 "$HERE/carp_link.py"
}

the_same_request_again_changes_nothing() {
	local serial

	setup_devices
	serial=$(attr 1 serial)
	must n 1 carpconfig carp0 vhid 1 advskew 0 advbase 250 pass "$PASS" \
		"$VIP/$LEN"
	must nip 1 link set carp0 type carp vhid 1 advskew 0 advbase 250 \
		pass "$PASS"
	nothing_changed
	equal "transitions" "$serial" "$(attr 1 serial)"
}
