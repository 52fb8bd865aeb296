#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What a member makes of each frame: one counter moves, by one, and a frame that
# is not a valid advertisement changes nothing else.
# shellcheck disable=SC2317 # functions called by name

ALL_TESTS="
	a_good_advertisement_is_counted_and_nothing_else
	a_wrong_ttl_is_counted_as_badttl
	a_frame_shorter_than_its_headers_say_is_counted_as_hdrops
	a_fragment_is_counted_as_hdrops
	a_packet_too_short_for_the_header_is_counted_as_badlen
	a_bad_checksum_is_counted_as_badsum
	a_version_other_than_2_is_counted_as_badver
	a_digest_that_does_not_verify_is_counted_as_badauth
	an_unknown_vhid_is_counted_as_badvhid
	a_vhid_that_does_not_run_is_counted_as_badvhid
	an_interface_without_carp_counts_badif
	the_own_advertisement_is_counted_as_looped_and_dropped
	what_no_implementation_checks_is_accepted
	vrrp_with_the_same_number_costs_a_counter
	frames_that_are_no_advertisements_are_not_counted
	they_go_on_to_raw_sockets_and_to_the_firewall
	by_one_route_for_all_of_the_own_vhids
	a_master_survives_every_bad_frame
	with_allow_0_nothing_is_counted
	foreign_advertisements_are_accepted
	one_changed_byte_in_a_foreign_capture_moves_one_counter
	one_changed_byte_with_the_checksum_made_right_moves_one_counter
	a_foreign_goodbye_makes_us_master
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"

HERE=$(dirname "$0")
VECTORS=$HERE/../vectors
CAPTURES="ucarp-v1-changeme-1addr nb-v1-changeme-1addr fb-v1-changeme-1addr"

# A member whose master-down time is 12 minutes, so that nothing happens by itself,
# and where its frames come from:
#
#	  node host                        node wire
#	carp0 192.0.2.100, BACKUP
#	  |
#	eth0 192.0.2.1 ------------------- eth0
#
# setup_wire [VIP]
setup_wire() {
	ns host
	ns wire
	{
		echo "link add eth0 type veth peer name eth0 netns ${NS[wire]}"
		echo "link set eth0 address 02:00:00:00:00:01"
		echo "addr add 192.0.2.1/24 dev eth0"
		echo "link set eth0 up"
	} >"$TMP/batch"
	must nip host -batch "$TMP/batch"
	must nip wire link set eth0 up
	must nip wire link set lo up
	VIP=${1:-$VIP} member host advbase 250
	check "the member listens" slowwait 5 is_state host BACKUP
}

# inject [KEY=VALUE...]: the frames of standard input, judged at carp0
inject() {
	check "counters" n wire "$HERE/inject.py" eth0 "${NS[host]}:carp0" "$@"
}

a_good_advertisement_is_counted_and_nothing_else() {
	setup_wire
	inject <<-EOF
		ipackets
		ipackets advskew=0	# faster
		ipackets advskew=0 counter=ffffffffffffffff
		ipackets counter=0000000000000000	# lower counter
		ipackets counter=0000000000000000	# the same again
		ipackets src=0.0.0.0
		ipackets src=192.0.2.100	# from the virtual address
		ipackets src=192.0.2.1	# from our own address
		ipackets src=224.0.0.18
		ipackets src=127.0.0.1
		ipackets src=203.0.113.1
		ipackets eth_src=02:00:00:00:00:09
		ipackets eth_src=00:00:5e:00:00:01	# as ucarp
	EOF
}

a_wrong_ttl_is_counted_as_badttl() {
	setup_wire
	inject <<-EOF
		badttl ttl=0
		badttl ttl=1
		badttl ttl=254
		badttl ttl=128 sum=0000	# before the checksum
		badttl ttl=64 iplen=1000	# before the length
		ipackets
	EOF
}

# 70 bytes are a whole frame.
a_frame_shorter_than_its_headers_say_is_counted_as_hdrops() {
	setup_wire
	inject <<-EOF
		hdrops cut=69
		hdrops cut=60
		hdrops cut=50
		hdrops cut=35
		hdrops cut=34
		hdrops iplen=57
		hdrops iplen=65535
		hdrops ihl=15
		hdrops ihl=4
		hdrops ihl=0
		hdrops iplen=19
		hdrops iplen=0
		ipackets
	EOF
}

a_fragment_is_counted_as_hdrops() {
	setup_wire
	inject <<-EOF
		hdrops frag=2000	# the first
		hdrops frag=6000	# the first, with DF
		hdrops frag=0001	# the last
		hdrops frag=2001	# one in the middle
		ipackets frag=0000	# no DF is no fragment
		ipackets
	EOF
}

a_packet_too_short_for_the_header_is_counted_as_badlen() {
	setup_wire
	inject <<-EOF
		badlen payload=
		badlen payload=21
		badlen payload=2101c80700014d0c
		badlen iplen=55
		badlen iplen=20
		badlen iplen=40 options=0101010101010100 ihl=7
		ipackets
	EOF
}

a_bad_checksum_is_counted_as_badsum() {
	setup_wire
	inject <<-EOF
		badsum sum=0000
		badsum sum=ffff
		badsum sum=1234 vhid=9	# before the vhid
		badsum sum=1234 version=3	# before the version
		badsum sum=1234 digest=0000000000000000000000000000000000000000
		badsum ipsum=0000	# of the IP header
		ipackets
	EOF
}

a_version_other_than_2_is_counted_as_badver() {
	setup_wire
	inject <<-EOF
		badver version=0
		badver version=1
		badver version=3
		badver version=15
		badver version=3 digest=0000000000000000000000000000000000000000
		ipackets
	EOF
}

a_digest_that_does_not_verify_is_counted_as_badauth() {
	setup_wire
	inject <<-EOF
		badauth digest=0000000000000000000000000000000000000000
		badauth signed=0123456789abcdee	# another counter
		badauth pass=Changeme
		badauth pass=changemf
		badauth pass=
		badauth vips=	# no address
		badauth vips=192.0.2.101	# another
		badauth vips=192.0.2.100,192.0.2.101	# one more
		ipackets
	EOF
	must nip host addr add 192.0.2.101/24 dev carp0
	inject <<-EOF
		badauth	# one less
		badauth vips=192.0.2.100,192.0.2.102
		ipackets vips=192.0.2.101,192.0.2.100	# in any order
	EOF
	must nip host addr del 192.0.2.101/24 dev carp0
	inject <<<"ipackets	# the list follows a removal"
	must nip host link set carp0 type carp pass other
	inject <<-EOF
		badauth	# the old passphrase
		ipackets pass=other
	EOF
}

an_unknown_vhid_is_counted_as_badvhid() {
	setup_wire
	inject <<-EOF
		badvhid vhid=0
		badvhid vhid=2
		badvhid vhid=255
		badvhid vhid=2 version=3	# before the version
		ipackets
	EOF
}

a_vhid_that_does_not_run_is_counted_as_badvhid() {
	setup_wire
	must nip host addr flush dev carp0
	check "no address: it does not run" slowwait 1 is_state host INIT
	inject <<<"badvhid vips=	# no address"
	must nip host addr add "$VIP/24" dev carp0
	must nip host link set carp0 down
	inject <<<"badvhid	# down"
	must nip host link set carp0 up
	inject <<<"ipackets"
}

# The IP layer lets in what is sent to the host or to a group that it has joined.
an_interface_without_carp_counts_badif() {
	setup_wire
	{
		echo "link add eth1 type veth peer name eth1 netns ${NS[wire]}"
		echo "link set eth1 up address 02:00:00:00:01:01"
		echo "addr add 198.51.100.1/24 dev eth1"
	} >"$TMP/batch"
	must nip host -batch "$TMP/batch"
	must nip wire link set eth1 up
	# A second address to send from, so that source validation is content.
	check "badif" n wire "$HERE/inject.py" eth1 "${NS[host]}:carp0" \
		eth_dst=02:00:00:00:01:01 dst=198.51.100.1 src=198.51.100.2 \
		<<-EOF
		badif
		badif vhid=9
		badif ttl=254
		badif version=3
		badif pass=wrong
		badif src=0.0.0.0 dst=255.255.255.255 eth_dst=ff:ff:ff:ff:ff:ff
	EOF
	inject <<<"ipackets"
}

the_own_advertisement_is_counted_as_looped_and_dropped() {
	setup_wire
	capture wire eth0 "$TMP/own.pcap" ip proto 112
	must nip host link set carp0 type carp state master
	check "one was sent" slowwait 2 \
		prints 1 counter host opackets
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

what_no_implementation_checks_is_accepted() {
	setup_wire
	inject <<-EOF
		ipackets authlen=0
		ipackets authlen=6
		ipackets authlen=8
		ipackets authlen=255
		ipackets type=0
		ipackets type=2
		ipackets type=15
		ipackets tos=0
		ipackets tos=224
		ipackets trailer=00	# Ethernet trailer
		ipackets trailer=000102030405060708090a0b0c0d0e0f
		ipackets options=01010100	# IP options
		ipackets options=94040000	# router alert
		ipackets options=$(printf '01%.0s' {1..40})
		ipackets iplen=60 trailer=00000000	# longer IP packet
		ipackets advbase=255 advskew=0	# slow
		ipackets eth_dst=02:00:00:00:00:01	# from multicast made unicast
	EOF
}

# Version 2: priority stands where advskew is, its count of addresses where
# authlen is. Five addresses and no authentication are as long as a CARP header.
vrrp_with_the_same_number_costs_a_counter() {
	local v2=21010001 v3=31016401 sum

	setup_wire
	sum=$(python3 - "$HERE" <<-EOF
		import sys
		sys.path.insert(0, sys.argv[1])
		from inject import checksum
		five = bytes.fromhex("2101640500010000") + bytes([192, 0, 2, 1]) * 5
		five += bytes(8)
		five3 = bytes.fromhex("3101640500640000") + bytes([192, 0, 2, 1]) * 7
		for data in five, five3:
		    right = checksum(data).to_bytes(2, "big")
		    print((data[:6] + right + data[8:]).hex())
	EOF
	)
	{
		# One address and authentication data: 20 bytes.
		for skew in 1 100 254 255; do
			printf 'badlen payload=21%02x%02x0100010000c00002640000%s\n' \
				1 "$skew" 000000000000
			printf 'badlen payload=31%02x%02x0100640000c0000264\n' \
				1 "$skew"
		done
		sed -n '1s/^/badauth payload=/p' <<<"$sum"
		sed -n '2s/^/badver payload=/p' <<<"$sum"
		# The same, not for us.
		sed -n '1s/^2101/badsum payload=2102/p' <<<"$sum"
		for ((i = 0; i < 5; i++)); do
			echo "badlen payload=${v2}000100000000000000000000"
			echo "badlen payload=${v3}006400000000000000000000"
		done
	} >"$TMP/vrrp"
	inject eth_src=00:00:5e:00:01:01 <"$TMP/vrrp"
	check "still backup" is_state host BACKUP
}

frames_that_are_no_advertisements_are_not_counted() {
	setup_wire
	inject <<-EOF
		none ethertype=88b5
		none ethertype=86dd
		none ipversion=6
		none proto=17
		none cut=20	# runts
		none cut=33
		none dst=224.0.0.1	# another group
		none dst=224.0.0.19
		none vlan=5	# of a VLAN that is not there
		none eth_dst=02:00:00:00:00:77	# for somebody else
		ipackets
	EOF
}

# raw_listener NUMBER: hear so many packets of protocol 112 to the group, and end
raw_listener() {
	bg host python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, 112)
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
             socket.inet_aton("224.0.0.18") + socket.inet_aton("192.0.2.1"))
for _ in range(int(sys.argv[1])):
    s.recv(100)
' "$1"
	check "it listens" busywait 5 n host grep -q ":0070 " /proc/net/raw
}

they_go_on_to_raw_sockets_and_to_the_firewall() {
	setup_wire
	must n host nft -f - <<-EOF
		table ip seen {
			chain input {
				type filter hook input priority filter
				iif eth0 ip daddr 224.0.0.18 ip protocol 112 counter
			}
		}
	EOF
	raw_listener 4
	inject <<-EOF
		ipackets
		ipackets advskew=0
		badauth pass=wrong
		badvhid vhid=2
	EOF
	check "a raw socket heard them" busywait 5 fails kill -0 "$BG"
	equal "seen by nftables" "packets 4" \
		"$(n host nft list table ip seen | grep -o 'packets [0-9]*')"
}

# How many routes were made for multicast packets that came in, as the kernel
# counts them.
routes_made() {
	awk '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == "in_slow_mc") at = i }
		NR > 1 { print "0x" $at }
	' /proc/net/stat/rt_cache | { sum=0; while read -r n; do
		sum=$((sum + n)); done; echo "$sum"; }
}

by_one_route_for_all_of_the_own_vhids() {
	local before

	setup_wire
	before=$(routes_made)
	inject <<-EOF
		ipackets
		ipackets advskew=0
		badauth pass=wrong
	EOF
	equal "routes made for our own" 0 $(($(routes_made) - before))
	before=$(routes_made)
	inject <<-EOF
		badvhid vhid=2
		badvhid vhid=3
	EOF
	equal "routes made for others" 2 $(($(routes_made) - before))
}

a_master_survives_every_bad_frame() {
	setup_wire
	must nip host link set carp0 type carp state master
	check "master" slowwait 1 is_state host MASTER
	inject <<-EOF
		badttl ttl=1 advskew=0
		hdrops cut=69 advskew=0
		hdrops frag=2000 advskew=0
		badlen iplen=55 advskew=0
		badsum sum=0000 advskew=0
		badvhid vhid=2 advskew=0
		badver version=3 advskew=0
		badauth pass=wrong advskew=0
		ipackets advbase=255 advskew=255	# a goodbye is none to a master
		ipackets>BACKUP advskew=0	# and it would have yielded
	EOF
}

with_allow_0_nothing_is_counted() {
	setup_wire
	sysctl_set host net.carp.allow=0
	check "out" slowwait 1 is_state host INIT
	inject <<-EOF
		none
		none ttl=1
		none vhid=2
	EOF
	sysctl_set host net.carp.allow=1
	check "in" slowwait 1 is_state host BACKUP
	inject <<<"ipackets"
}

foreign_advertisements_are_accepted() {
	local capture

	setup_wire 192.168.0.100
	for capture in $CAPTURES; do
		echo "ipackets file=$VECTORS/$capture.pcap number=1 # $capture"
		echo "ipackets file=$VECTORS/$capture.pcap number=2 # $capture"
	done >"$TMP/frames"
	inject <"$TMP/frames"
	check "still backup" is_state host BACKUP
}

# What one changed byte leads to: COUNTER FIRST LAST BITS, offsets into the frame.
# Nobody looks at the Ethernet source. A destination other than the group's MAC
# is the interface's affair, which here takes all.
changed_bytes() {
	cat <<-EOF
		none 0 0 01
		ipackets 1 5 01
		ipackets 6 11 ff
		none 12 13 01
		none 14 14 10
		hdrops 14 14 01
		badsum 15 15 01
		hdrops 16 17 01
		badlen 17 17 10
		badsum 18 19 80
		hdrops 20 21 01
		hdrops 20 20 20
		badttl 22 22 01
		badttl 22 22 80
		none 23 23 01
		badsum 24 25 04
		badsum 26 29 01
		none 30 33 01
		badsum 34 69 01
		badsum 34 69 80
	EOF
}

# cases FILE <WHAT: lines for inject.py
cases() {
	local counter first last bits i

	while read -r counter first last bits; do
		for ((i = first; i <= last; i++)); do
			echo "$counter file=$1 byte=$i^$bits"
		done
	done
}

one_changed_byte_in_a_foreign_capture_moves_one_counter() {
	local capture

	setup_wire 192.168.0.100
	for capture in $CAPTURES; do
		changed_bytes | cases "$VECTORS/$capture.pcap"
		echo "ipackets file=$VECTORS/$capture.pcap"
	done >"$TMP/frames"
	inject <"$TMP/frames"
	check "still backup" is_state host BACKUP
}

# The 38th byte is OpenBSD's demotion: a master that is demoted more than we are
# is replaced.
one_changed_byte_with_the_checksum_made_right_moves_one_counter() {
	local capture

	setup_wire 192.168.0.100
	for capture in $CAPTURES; do
		cases "$VECTORS/$capture.pcap" <<-EOF
			ipackets 34 34 01
			badver 34 34 10
			badvhid 35 35 01
			ipackets 36 37 01
			ipackets 39 39 01
			ipackets 40 41 01
			badauth 42 69 01
		EOF
	done >"$TMP/frames"
	inject repair=carp <"$TMP/frames"
	check "still backup" is_state host BACKUP
	inject repair=carp <<-EOF
		ipackets>MASTER file=$VECTORS/$capture.pcap byte=38^01
	EOF
}

# NetBSD's capture ends with one: the 20th advertisement or so.
a_foreign_goodbye_makes_us_master() {
	local file=$VECTORS/nb-v1-changeme-1addr.pcap last

	setup_wire 192.168.0.100
	# He who says it takes longer than we wait for him.
	must nip host link set carp0 type carp advbase 80
	last=$(tcpdump -r "$file" -n 'ip proto 112' 2>/dev/null | wc -l)
	inject <<-EOF
		ipackets file=$file
		ipackets>MASTER file=$file number=$last
	EOF
}

tests_run "$@"
