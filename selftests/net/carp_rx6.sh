#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# carp_rx.sh for IPv6: one counter moves, by one, and a frame that is not a valid
# advertisement changes nothing else.
# shellcheck disable=SC2317 # functions called by name

ALL_TESTS="
	a_good_ipv6_advertisement_is_counted_and_nothing_else
	a_wrong_hop_limit_is_counted_as_badttl
	a_frame_shorter_than_its_ipv6_header_says_is_counted_as_hdrops
	an_extension_header_before_the_advertisement_is_counted_as_hdrops
	an_ipv6_fragment_is_counted_as_hdrops
	a_malformed_chain_of_headers_is_refused
	an_ipv6_packet_too_short_for_the_header_is_counted_as_badlen
	a_bad_checksum_over_ipv6_is_counted_as_badsum
	a_checksum_with_the_pseudo_header_is_accepted
	a_version_other_than_2_over_ipv6_is_counted_as_badver
	a_digest_over_ipv6_that_does_not_verify_is_counted_as_badauth
	one_digest_covers_both_families
	an_unknown_vhid_over_ipv6_is_counted_as_badvhid
	an_interface_without_carp_counts_badif_for_ipv6
	unicast_without_a_peer_is_refused_and_counted
	the_own_ipv6_advertisement_is_counted_as_looped_and_dropped
	what_no_implementation_checks_is_accepted_over_ipv6
	vrrp_over_ipv6_costs_a_counter
	ipv6_frames_that_are_no_advertisements_are_not_counted
	a_master_survives_every_bad_ipv6_frame
	with_allow_0_nothing_is_counted_for_ipv6
	foreign_dual_stack_advertisements_are_accepted
	one_changed_byte_in_a_foreign_ipv6_advertisement_moves_one_counter
	the_same_with_the_checksum_made_right
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"

HERE=$(dirname "$0")
FOREIGN=$HERE/../vectors/fb-v1-ipv4-ipv6.pcap
ZERO=0000000000000000000000000000000000000000

# A member whose master-down time is 12 minutes, so that nothing happens by itself,
# and where its frames come from:
#
#	  node host                        node wire
#	carp0 2001:db8::100, BACKUP
#	  |
#	eth0 2001:db8::1 ----------------- eth0
#
# setup_wire [VIP/LENGTH]...
setup_wire() {
	ns host
	ns wire
	{
		echo "link add eth0 type veth peer name eth0 netns ${NS[wire]}"
		echo "link set eth0 address 02:00:00:00:00:01"
		echo "addr add 2001:db8::1/64 dev eth0 nodad"
		echo "link set eth0 up"
	} >"$TMP/batch"
	must nip host -batch "$TMP/batch"
	must nip wire link set eth0 up
	VIPS=${*:-$VIP6/64} member host advbase 250
	check "the member listens" slowwait 5 is_state host BACKUP
	# Addresses are followed by a worker.
	check "with its addresses" slowwait 5 covers "${@:-$VIP6/64}"
}

# The digest covers these: an advertisement signed so is not refused.
covers() {
	local vips

	vips=$(printf '%s\n' "${@%/*}" | paste -sd,)
	n wire "$HERE/inject.py" eth0 "${NS[host]}:carp0" family=6 \
		vips="$vips" <<<"ipackets6"
}

# inject [KEY=VALUE...]: the frames of standard input, judged at carp0
inject() {
	check "counters" n wire "$HERE/inject.py" eth0 "${NS[host]}:carp0" \
		family=6 "$@"
}

a_good_ipv6_advertisement_is_counted_and_nothing_else() {
	setup_wire
	inject <<-EOF
		ipackets6
		ipackets6 advskew=0	# faster
		ipackets6 advskew=0 counter=ffffffffffffffff
		ipackets6 counter=0000000000000000	# lower counter
		ipackets6 counter=0000000000000000	# the same again
		ipackets6 src=::
		ipackets6 src=2001:db8::100	# from the virtual address
		ipackets6 src=2001:db8::1	# from our own address
		ipackets6 src=ff02::12
		ipackets6 src=::1
		ipackets6 src=2001:db8:77::1
		ipackets6 eth_src=02:00:00:00:00:09
	EOF
}

a_wrong_hop_limit_is_counted_as_badttl() {
	setup_wire
	inject <<-EOF
		badttl ttl=0
		badttl ttl=1
		badttl ttl=254
		badttl ttl=128 sum=0000	# before the checksum
		badttl ttl=64 iplen=1000	# before the length
		ipackets6
	EOF
}

# 90 bytes are a whole frame.
a_frame_shorter_than_its_ipv6_header_says_is_counted_as_hdrops() {
	setup_wire
	inject <<-EOF
		hdrops cut=89
		hdrops cut=80
		hdrops cut=60
		hdrops cut=55
		hdrops cut=54
		hdrops iplen=37
		hdrops iplen=65535
		ipackets6
	EOF
}

# A padded header of options; what follows has number 112.
an_extension_header_before_the_advertisement_is_counted_as_hdrops() {
	setup_wire
	inject <<-EOF
		hdrops proto=0 options=7000010400000000	# hop by hop
		hdrops proto=60 options=7000010400000000	# destination
		hdrops proto=0 options=3c000104000000007000010400000000
		hdrops proto=60 options=7000010400000000 ttl=254
		hdrops proto=60 options=7000010400000000 sum=0000
		ipackets6
	EOF
}

an_ipv6_fragment_is_counted_as_hdrops() {
	setup_wire
	inject proto=44 <<-EOF
		hdrops options=7000000000000001	# the only one
		hdrops options=7000000100000002	# the first
		hdrops options=7000000800000003	# the last
		hdrops options=7000000900000004	# one in the middle
	EOF
	inject <<<"ipackets6"
}

a_malformed_chain_of_headers_is_refused() {
	setup_wire
	inject <<-EOF
		none proto=0 options=70ff010400000000	# beyond the packet
		none proto=60 options=70ff010400000000
		none proto=0 options=700001ff00000000	# an option beyond its header
		none proto=60 options=7000c20400000000	# unknown: to be discarded
		none proto=60 options=0000010400000000700001	# hop by hop, not first
		none proto=59	# nothing follows
		none proto=43 options=7000000000000000	# routing, to a group
		ipackets6
	EOF
}

an_ipv6_packet_too_short_for_the_header_is_counted_as_badlen() {
	setup_wire
	inject <<-EOF
		badlen payload=
		badlen payload=21
		badlen payload=2101c80700014d0c
		badlen iplen=35
		badlen iplen=20
		badlen iplen=0
		ipackets6
	EOF
}

a_bad_checksum_over_ipv6_is_counted_as_badsum() {
	setup_wire
	inject <<-EOF
		badsum sum=0000
		badsum sum=ffff
		badsum sum=1234 vhid=9	# before the vhid
		badsum sum=1234 version=3	# before the version
		badsum sum=1234 digest=$ZERO
		ipackets6
	EOF
}

a_checksum_with_the_pseudo_header_is_accepted() {
	setup_wire
	inject pseudo=1 <<-EOF
		ipackets6
		ipackets6 src=2001:db8::9
		ipackets6 src=::
		ipackets6 src=ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
		ipackets6 counter=ffffffffffffffff
		badsum byte=37^01	# of another source then
		badsum byte=54^01
		badsum byte=60^80
		badsum byte=89^01
		badauth pass=wrong
		badver version=3
		badvhid vhid=2
		ipackets6
	EOF
}

a_version_other_than_2_over_ipv6_is_counted_as_badver() {
	setup_wire
	inject <<-EOF
		badver version=0
		badver version=1
		badver version=3
		badver version=15
		badver version=3 digest=$ZERO
		ipackets6
	EOF
}

a_digest_over_ipv6_that_does_not_verify_is_counted_as_badauth() {
	setup_wire
	inject <<-EOF
		badauth digest=$ZERO
		badauth signed=0123456789abcdee	# another counter
		badauth pass=Changeme
		badauth pass=
		badauth vips=	# no address
		badauth vips=2001:db8::101	# another
		badauth vips=2001:db8::100,2001:db8::101	# one more
		ipackets6
	EOF
	must nip host addr add 2001:db8::101/64 dev carp0
	check "two addresses" slowwait 5 covers "$VIP6" 2001:db8::101
	inject <<-EOF
		badauth	# one less
		badauth vips=2001:db8::100,2001:db8::102
		ipackets6 vips=2001:db8::101,2001:db8::100	# in any order
	EOF
	must nip host addr del 2001:db8::101/64 dev carp0
	check "the list follows a removal" slowwait 5 covers "$VIP6"
	must nip host link set carp0 type carp pass other
	inject <<-EOF
		badauth	# the old passphrase
		ipackets6 pass=other
	EOF
}

one_digest_covers_both_families() {
	local both=192.0.2.100,2001:db8::100

	setup_wire 192.0.2.100/24 "$VIP6/64"
	inject <<-EOF
		badauth	# IPv6 alone
		badauth vips=192.0.2.100
		ipackets6 vips=$both
	EOF
	check "and over IPv4" n wire "$HERE/inject.py" eth0 \
		"${NS[host]}:carp0" <<-EOF
			badauth	# IPv4 alone
			badauth vips=2001:db8::100
			ipackets vips=$both
		EOF
}

an_unknown_vhid_over_ipv6_is_counted_as_badvhid() {
	setup_wire
	inject <<-EOF
		badvhid vhid=0
		badvhid vhid=2
		badvhid vhid=255
		badvhid vhid=2 version=3	# before the version
		ipackets6
	EOF
	must nip host link set carp0 down
	inject <<<"badvhid	# down"
	must nip host link set carp0 up
	inject <<<"ipackets6"
	must nip host -6 addr flush dev carp0
	check "no address: it does not run" slowwait 5 is_state host INIT
	inject <<<"badvhid vips=	# no address"
}

# The IP layer lets in what is sent to the host or to a group that it has joined.
an_interface_without_carp_counts_badif_for_ipv6() {
	setup_wire
	{
		echo "link add eth1 type veth peer name eth1 netns ${NS[wire]}"
		echo "link set eth1 up address 02:00:00:00:01:01"
		echo "addr add 2001:db8:1::1/64 dev eth1 nodad"
	} >"$TMP/batch"
	must nip host -batch "$TMP/batch"
	must nip wire link set eth1 up
	check "badif" n wire "$HERE/inject.py" eth1 "${NS[host]}:carp0" \
		family=6 eth_dst=02:00:00:00:01:01 dst=2001:db8:1::1 \
		src=2001:db8:1::2 <<-EOF
		badif
		badif vhid=9
		badif ttl=254
		badif version=3
		badif pass=wrong
		badif src=::
	EOF
	inject <<<"ipackets6"
}

unicast_without_a_peer_is_refused_and_counted() {
	setup_wire
	inject eth_dst=02:00:00:00:00:01 dst=2001:db8::1 src=2001:db8::9 <<-EOF
		badvhid
		badttl ttl=254
		badsum sum=1234
		none iplen=1000	# the IP layer's own affair
		badlen iplen=20
	EOF
	inject <<<"ipackets6"
}

the_own_ipv6_advertisement_is_counted_as_looped_and_dropped() {
	setup_wire
	capture wire eth0 "$TMP/own.pcap" ip6 proto 112
	must nip host link set carp0 type carp state master
	check "one was sent" slowwait 2 \
		prints 1 counter host opackets6
	capture_stop "$CAPTURE"
	inject file="$TMP/own.pcap" <<-EOF
		looped
		looped
	EOF
	check "it stays master" is_state host MASTER
	must nip host link set carp0 type carp state backup
	inject file="$TMP/own.pcap" <<<"looped"
	check "it stays backup" is_state host BACKUP
}

what_no_implementation_checks_is_accepted_over_ipv6() {
	setup_wire
	inject <<-EOF
		ipackets6 authlen=0
		ipackets6 authlen=255
		ipackets6 type=0
		ipackets6 type=15
		ipackets6 tos=224	# traffic class
		ipackets6 byte=17^ff	# flow label
		ipackets6 trailer=00	# Ethernet trailer
		ipackets6 trailer=000102030405060708090a0b0c0d0e0f
		ipackets6 iplen=40 trailer=00000000	# longer IP packet
		ipackets6 advbase=255 advskew=0	# slow
		ipackets6 eth_dst=02:00:00:00:00:01	# from multicast made unicast
	EOF
}

# Version 3 has the same group too. With one address it is too short for us; with
# more its checksum, as NetBSD's of the pseudo-header too, is not of 36 bytes.
vrrp_over_ipv6_costs_a_counter() {
	setup_wire
	python3 - "$HERE" >"$TMP/vrrp" <<-EOF
		import socket, struct, sys
		sys.path.insert(0, sys.argv[1])
		from inject import checksum
		one = socket.inet_pton(socket.AF_INET6, "fe80::1")
		pseudo = socket.inet_pton(socket.AF_INET6, "fe80::9")
		pseudo += socket.inet_pton(socket.AF_INET6, "ff02::12")
		for count, verdict in (1, "badlen"), (2, "badsum"), (3, "badsum"):
		    head = bytes([0x31, 1, 100, count, 0, 100])
		    tail = one * count
		    size = struct.pack("!II", len(head + tail) + 2, 112)
		    right = checksum(pseudo + size + head + bytes(2) + tail)
		    right = right.to_bytes(2, "big")
		    print(verdict, "payload=" + (head + right + tail).hex())
	EOF
	inject eth_src=00:00:5e:00:02:01 <"$TMP/vrrp"
	check "still backup" is_state host BACKUP
	inject <<<"ipackets6"
}

ipv6_frames_that_are_no_advertisements_are_not_counted() {
	setup_wire
	inject <<-EOF
		none ethertype=88b5
		none ethertype=0800
		none ipversion=4
		none proto=17
		none cut=20	# runts
		none cut=53
		none dst=ff02::1	# another group
		none dst=ff02::13
		none dst=ff05::12	# another scope
		none vlan=5	# of a VLAN that is not there
		none eth_dst=02:00:00:00:00:77	# for somebody else
		ipackets6
	EOF
}

a_master_survives_every_bad_ipv6_frame() {
	setup_wire
	must nip host link set carp0 type carp state master
	check "master" slowwait 1 is_state host MASTER
	inject <<-EOF
		badttl ttl=1 advskew=0
		hdrops cut=89 advskew=0
		hdrops proto=60 options=7000010400000000 advskew=0
		badlen iplen=35 advskew=0
		badsum sum=0000 advskew=0
		badvhid vhid=2 advskew=0
		badver version=3 advskew=0
		badauth pass=wrong advskew=0
		ipackets6 advbase=255 advskew=255	# a goodbye is none to a master
		ipackets6>BACKUP advskew=0	# and it would have yielded
	EOF
}

with_allow_0_nothing_is_counted_for_ipv6() {
	setup_wire
	sysctl_set host net.carp.allow=0
	check "out" slowwait 1 is_state host INIT
	inject <<-EOF
		none
		none ttl=1
		none vhid=2
		none proto=60 options=7000010400000000
	EOF
	sysctl_set host net.carp.allow=1
	check "in" slowwait 1 is_state host BACKUP
	inject <<<"ipackets6"
}

# FreeBSD's, with two IPv6 addresses and one of IPv4.
setup_foreign() {
	setup_wire 192.168.0.100/24 fd00:1::100/64 fd00:1::101/64
}

foreign_dual_stack_advertisements_are_accepted() {
	setup_foreign
	inject <<-EOF
		ipackets6 file=$FOREIGN number=1
		ipackets6 file=$FOREIGN number=2
		ipackets file=$FOREIGN number=1 ethertype=0800
		ipackets6 file=$FOREIGN number=7
		ipackets file=$FOREIGN number=7 ethertype=0800
	EOF
	check "still backup" is_state host BACKUP
}

# What one changed byte leads to: COUNTER FIRST LAST BITS, offsets into the frame.
# The checksum does not cover the IPv6 header.
changed_bytes() {
	cat <<-EOF
		none 0 0 01
		ipackets6 1 5 01
		ipackets6 6 11 ff
		none 12 13 01
		none 14 14 10
		ipackets6 15 17 01
		hdrops 18 18 01
		badlen 19 19 20
		none 20 20 01
		badttl 21 21 01
		badttl 21 21 80
		ipackets6 22 37 01
		none 38 53 01
		badsum 54 89 01
		badsum 54 89 80
	EOF
}

# cases <WHAT: lines for inject.py
cases() {
	local counter first last bits i

	while read -r counter first last bits; do
		for ((i = first; i <= last; i++)); do
			echo "$counter byte=$i^$bits"
		done
	done
}

one_changed_byte_in_a_foreign_ipv6_advertisement_moves_one_counter() {
	setup_foreign
	{
		changed_bytes | cases
		echo "ipackets6"
	} >"$TMP/frames"
	inject file="$FOREIGN" <"$TMP/frames"
	check "still backup" is_state host BACKUP
}

the_same_with_the_checksum_made_right() {
	setup_foreign
	cases >"$TMP/frames" <<-EOF
		ipackets6 54 54 01
		badver 54 54 10
		badvhid 55 55 01
		ipackets6 56 57 01
		ipackets6 59 59 01
		ipackets6 60 61 01
		badauth 62 89 01
	EOF
	inject file="$FOREIGN" repair=carp <"$TMP/frames"
	check "still backup" is_state host BACKUP
	inject file="$FOREIGN" repair=carp <<<"ipackets6>MASTER byte=58^01"
}

tests_run "$@"
