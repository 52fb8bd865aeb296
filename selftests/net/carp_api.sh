#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Whatever is refused is refused with an errno and a sentence, and changes nothing.
# shellcheck disable=SC2317 # functions called by name

ALL_TESTS="
	the_kernel_refuses_values_out_of_range
	the_kernel_refuses_a_passphrase_that_does_not_count
	the_kernel_refuses_what_cannot_be_written
	the_kernel_refuses_unfit_parents
	the_kernel_refuses_claimed_parents
	the_kernel_refuses_a_parent_elsewhere
	the_kernel_refuses_a_vhid_that_is_taken
	the_kernel_refuses_to_change_the_parent
	the_kernel_refuses_a_mac_address_that_is_no_hosts
	the_kernel_refuses_an_mtu_above_the_parents
	the_kernel_refuses_to_force_a_state_in_init
	the_kernel_refuses_addresses_that_are_not_unicast
	the_kernel_refuses_the_parents_own_address
	the_kernel_refuses_to_move_the_device_away
	a_request_with_one_bad_attribute_changes_nothing
	a_request_with_a_bad_mtu_changes_nothing
	ip_refuses_with_a_sentence
	carpconfig_refuses_with_a_sentence
	the_same_request_again_changes_nothing
	a_dump_creates_the_same_device_again
	the_key_is_in_no_dump
	others_may_look_and_not_touch
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"

# shellcheck source=api_lib.sh
. "$(dirname "$0")/api_lib.sh"

the_kernel_refuses_values_out_of_range() {
	setup_devices
	kernel <<-EOF
		ERANGE new carp1 lower=plain vhid=0	# integer out of range
		ERANGE new carp1 lower=plain vhid=2 advskew=255	# integer out of range
		EINVAL new carp1 lower=plain vhid=256/2	# invalid attribute length
		EINVAL new carp1 lower=plain vhid=2/4	# invalid attribute length
		EINVAL new carp1 lower=plain advbase=256/2	# invalid attribute length
		EINVAL new carp1 lower=plain vhid=hex:	# invalid attribute length
		EINVAL new carp1 lower=plain advbase=0	# cannot both be 0
		EINVAL new carp1 lower=plain advbase=0 advskew=0	# cannot both be 0
		EINVAL set carp0 advbase=0	# cannot both be 0
		ERANGE set carp0 vhid=0	# integer out of range
		ERANGE set carp0 advskew=255	# integer out of range
		ERANGE set carp0 state=0/4	# integer out of range
		ERANGE set carp0 state=3/4	# integer out of range
		ERANGE set carp0 announce=86401/4	# integer out of range
		ERANGE set carp0 announce=4294967295/4	# integer out of range
		ERANGE new carp1 lower=plain vhid=2 announce=86401/4	# integer out of range
		EINVAL set carp0 state=1	# invalid attribute length
	EOF
	nothing_changed
}

the_kernel_refuses_a_passphrase_that_does_not_count() {
	setup_devices
	kernel <<-EOF
		EINVAL new carp1 lower=plain key=text:12345678901234567890	# only 19 characters
		EINVAL new carp1 lower=plain key=text:123456789012345678901	# only 19 characters
		EINVAL set carp0 key=text:12345678901234567890	# only 19 characters
		EINVAL set carp0 key=text:$(printf 'x%.0s' {1..255})	# only 19 characters
		EINVAL set carp0 key=hex:6100	# NUL
		EINVAL set carp0 key=hex:610062	# NUL
	EOF
	nothing_changed
	kernel <<<"ok set carp0 key=text:1234567890123456789"
}

the_kernel_refuses_what_cannot_be_written() {
	setup_devices
	kernel <<-EOF
		EINVAL set carp0 key_set=1	# policy validation
		EINVAL set carp0 reason=1/4	# policy validation
		EINVAL set carp0 serial=1/4	# policy validation
		EINVAL set carp0 history=hex:	# policy validation
		EINVAL new carp1 lower=plain serial=7/4	# policy validation
	EOF
	nothing_changed
}

the_kernel_refuses_unfit_parents() {
	setup_devices
	setup_tun
	looks >"$TMP/before"
	kernel <<-EOF
		EINVAL new carp1 vhid=2	# a parent is required
		EOPNOTSUPP new carp1 lower=lo vhid=2	# Ethernet
		EOPNOTSUPP new carp1 lower=tun0 vhid=2	# Ethernet
		EOPNOTSUPP new carp1 lower=nl0 vhid=2	# Ethernet
		EOPNOTSUPP new carp1 lower=carp0 vhid=2	# carp device itself
		EOPNOTSUPP new carp1 lower=vrf0 vhid=2	# VRF
		EADDRNOTAVAIL new carp1 lower=nomc vhid=2	# multicast
		ENODEV new carp1 lower=12345 vhid=2	# no such parent
	EOF
	nothing_changed
}

the_kernel_refuses_claimed_parents() {
	setup_devices
	kernel <<-EOF
		EBUSY new carp1 lower=brport vhid=2	# use the bridge
		EBUSY new carp1 lower=slave vhid=2	# use the bond
		EBUSY new carp1 lower=below vhid=2	# macvlan
	EOF
	nothing_changed
}

the_kernel_refuses_a_parent_elsewhere() {
	setup_devices
	ns 2
	kernel <<-EOF
		EXDEV new carp1 lower=plain vhid=2 netns=/run/netns/${NS[2]}	# same network namespace
	EOF
	nothing_changed
	check "nor there" fails nip 2 link show carp1
}

the_kernel_refuses_a_vhid_that_is_taken() {
	setup_devices
	must nip 1 link add carp1 link eth0 type carp vhid 2
	looks >"$TMP/before"
	kernel <<-EOF
		EEXIST new carp2 lower=eth0 vhid=1	# another carp device on this parent has that vhid
		EEXIST set carp1 vhid=1	# another carp device on this parent has that vhid
		EEXIST set carp0 vhid=2 advskew=7	# another carp device
		EEXIST new carp0 lower=plain vhid=2	#
	EOF
	nothing_changed
	kernel <<-EOF
		ok new carp2 lower=plain vhid=1
		ok new carp3 lower=eth0 vhid=255
		ok set carp1 vhid=2
	EOF
}

the_kernel_refuses_to_change_the_parent() {
	setup_devices
	kernel <<-EOF
		EOPNOTSUPP set carp0 lower=plain	# parent cannot be changed
		EOPNOTSUPP set carp0 lower=plain advskew=9	# parent cannot be changed
		ok set carp0 lower=eth0 advbase=250
	EOF
	nothing_changed
}

the_kernel_refuses_a_mac_address_that_is_no_hosts() {
	setup_devices
	kernel <<-EOF
		EADDRNOTAVAIL new carp1 lower=plain vhid=2 address=010000000009	# must be a unicast address
		EADDRNOTAVAIL new carp1 lower=plain vhid=2 address=000000000000	# must be a unicast address
		EADDRNOTAVAIL set carp0 address=010000000009	# must be a unicast address
		EADDRNOTAVAIL set carp0 address=000000000000	# must be a unicast address
	EOF
	check "ip link set address" fails nip 1 link set carp0 address \
		01:00:00:00:00:09
	nothing_changed
}

the_kernel_refuses_an_mtu_above_the_parents() {
	setup_devices
	kernel <<-EOF
		EINVAL new carp1 lower=plain vhid=2 mtu=1501	# greater than the parent's
		EINVAL new carp1 lower=plain vhid=2 mtu=67	# less than device minimum
		EINVAL set carp0 mtu=1501	# greater than the parent's
	EOF
	nothing_changed
	kernel <<-EOF
		ok new carp1 lower=plain vhid=2 mtu=1400
		ok set carp0 mtu=1400
	EOF
	equal "the MTU asked for" 1400 \
		"$(nip 1 -j link show carp1 | jq '.[0].mtu')"
}

the_kernel_refuses_to_force_a_state_in_init() {
	setup_devices
	must nip 1 link set carp0 down
	looks >"$TMP/before"
	kernel <<-EOF
		ENETDOWN set carp0 state=2/4	# takes part in the election
		ENETDOWN set carp0 state=1/4 advskew=5	# takes part in the election
		EINVAL new carp1 lower=plain vhid=2 state=2/4	# starts in INIT
	EOF
	nothing_changed
}

the_kernel_refuses_addresses_that_are_not_unicast() {
	local address

	setup_devices
	for address in 224.0.0.18 239.1.2.3 255.255.255.255 127.0.0.9; do
		refused "$address" "must be a unicast address" \
			nip 1 addr add "$address/24" dev carp0
	done
	nothing_changed
}

the_kernel_refuses_the_parents_own_address() {
	setup_devices
	must nip 1 addr add 192.0.2.7/24 dev eth0
	must nip 1 addr add 2001:db8::7/64 dev eth0 nodad
	looks >"$TMP/before"
	refused "the address" "the parent's own address" \
		nip 1 addr add 192.0.2.7/24 dev carp0
	refused "over IPv6" "the parent's own address" \
		nip 1 addr add 2001:db8::7/64 dev carp0
	nothing_changed
	must nip 1 addr add 192.0.2.8/24 dev carp0
	must nip 1 addr add 192.0.2.8/24 dev eth0
	check "the other order is told of" kernel_says \
		"carp0: 192.0.2.8 is the parent's own address now"
	must nip 1 addr add 2001:db8::8/64 dev carp0
	must nip 1 addr add 2001:db8::8/64 dev eth0 nodad
	check "over IPv6" kernel_says \
		"carp0: 2001:db8::8 is the parent's own address now"
}

the_kernel_refuses_to_move_the_device_away() {
	setup_devices
	ns 2
	check "ip link set netns" fails nip 1 link set carp0 netns "${NS[2]}"
	nothing_changed
	check "it listens on" is_state 1 BACKUP
}

a_request_with_one_bad_attribute_changes_nothing() {
	local serial

	setup_devices
	must nip 1 link add carp1 link eth0 type carp vhid 9
	looks >"$TMP/before"
	serial=$(attr 1 serial)
	kernel <<-EOF
		ERANGE set carp0 vhid=7 advbase=3 advskew=255 key=text:new
		EINVAL set carp0 vhid=7 advskew=3 key=text:12345678901234567890
		EINVAL set carp0 key=text:new vhid=7 advskew=0 advbase=0
		EEXIST set carp0 key=text:new vhid=9 advskew=50 advbase=4
		ERANGE set carp0 key=text:new advskew=50 state=7/4
		EOPNOTSUPP set carp0 key=text:new advskew=50 lower=plain
		EINVAL set carp0 advskew=50 state=2/4 serial=9/4
		ENETDOWN set carp1 advskew=50 key=text:new vhid=8 state=2/4
	EOF
	nothing_changed
	equal "transitions" "$serial" "$(attr 1 serial)"
	# Nor has the key.
	check "signed with the old key" n 1 "$HERE/inject.py" eth1 \
		"${NS[1]}:carp0" <<<"ipackets"
}

# The kernel has the link kind change the device before it looks at the MTU.
a_request_with_a_bad_mtu_changes_nothing() {
	setup_devices
	kernel <<-EOF
		EINVAL set carp0 key=text:new advskew=50 mtu=1501
		EINVAL set carp0 key=text:new advskew=50 mtu=67	# less than 68
		EINVAL set carp0 key=text:new advskew=50 mtu=0	# less than 68
	EOF
	nothing_changed
	check "signed with the old key" n 1 "$HERE/inject.py" eth1 \
		"${NS[1]}:carp0" <<<"ipackets"
}

ip_refuses_with_a_sentence() {
	local add="nip 1 link add carp1"

	setup_devices
	setup_tun
	looks >"$TMP/before"
	# shellcheck disable=SC2086
	{
	refused "vhid 0" "vhid must be 1 to 255" $add link plain type carp vhid 0
	refused "vhid 256" "vhid must be 1 to 255" $add link plain type carp vhid 256
	refused "advskew 255" "advskew must be 0 to 254" \
		$add link plain type carp vhid 2 advskew 255
	refused "advbase 256" "advbase must be 0 to 255" \
		$add link plain type carp vhid 2 advbase 256
	refused "both 0" "cannot both be 0" \
		$add link plain type carp vhid 2 advbase 0 advskew 0
	refused "20 characters" "only 19 characters" \
		$add link plain type carp vhid 2 pass 12345678901234567890
	refused "a word" "carp: unknown word" $add link plain type carp vhib 2
	refused "a state" "master or backup" nip 1 link set carp0 type carp state init
	refused "no parent" "a parent is required" $add type carp vhid 2
	refused "missing parent" "Cannot find device" $add link nosuch type carp vhid 2
	refused "loopback" "must be an Ethernet device" $add link lo type carp vhid 2
	refused "tun" "must be an Ethernet device" $add link tun0 type carp vhid 2
	refused "no multicast" "capable of multicast" $add link nomc type carp vhid 2
	refused "bridge port" "use the bridge" $add link brport type carp vhid 2
	refused "bond port" "use the bond" $add link slave type carp vhid 2
	refused "macvlan" "macvlan" $add link below type carp vhid 2
	refused "carp on carp" "carp device itself" $add link carp0 type carp vhid 2
	refused "duplicate vhid" "has that vhid" $add link eth0 type carp vhid 1
	refused "no passfile" "cannot be opened" \
		$add link plain type carp vhid 2 passfile /nonexistent
	}
	refused "an address" "any valid prefix is expected" \
		nip 1 addr add 192.0.2.300/24 dev carp0
	nothing_changed
}

carpconfig_refuses_with_a_sentence() {
	local new="n 1 carpconfig carp1 create carpdev"
	local set="n 1 carpconfig carp0"

	setup_devices
	setup_tun
	printf '12345678901234567890\n' >"$TMP/long"
	: >"$TMP/empty"
	looks >"$TMP/before"
	# shellcheck disable=SC2086
	{
	refused "vhid 0" "vhid must be 1 to 255" $set vhid 0
	refused "vhid 256" "vhid must be 1 to 255" $set vhid 256
	refused "vhid x" "vhid must be 1 to 255" $set vhid x
	refused "advskew 255" "advskew must be 0 to 254" $set advskew 255
	refused "advbase 256" "advbase must be 0 to 255" $set advbase 256
	refused "advbase -1" "advbase must be 0 to 255" $set advbase -1
	refused "both 0" "cannot both be 0" $set advbase 0
	refused "both 0" "cannot both be 0" $new plain advbase 0 advskew 0
	refused "20 characters" "only 19 characters" $set pass 12345678901234567890
	refused "a file with 20" "only 19 characters" $set passfile "$TMP/long"
	refused "an empty file" "is empty" $set passfile "$TMP/empty"
	refused "no file" "cannot be opened" $set passfile /nonexistent
	refused "an empty one" "is empty" $set pass ""
	refused "a state" "master or backup" $set state init
	refused "a state" "master or backup" $set state MASTERS
	refused "a word" "unknown word" $set advertise 5
	refused "no argument" "needs an argument" $set vhid
	refused "malformed address" "is not an IPv4 address" $set 192.0.2.300
	refused "malformed address" "is not an IPv4 address" $set 192.0.2/24
	refused "multicast address" "multicast address" $set 224.0.0.5/24
	refused "broadcast address" "broadcast address" $set 192.0.2.255/24
	refused "broadcast address" "broadcast address" $set 255.255.255.255
	refused "the good before the bad" "multicast address" \
		$set advskew 50 192.0.2.101/24 224.0.0.5/24
	refused "the subnet" "address of its subnet" $set 192.0.2.0/24
	refused "prefix length" "prefix length must be" $set 192.0.2.101/33
	refused "netmask" "is not a netmask" $set 192.0.2.101 netmask 255.0.255.0
	refused "removal of nothing" "is not set" $set 192.0.2.101 -alias
	refused "another parent" "cannot be changed" $set carpdev plain
	refused "no interface" "no such interface" n 1 carpconfig carp7 advskew 1
	refused "not carp" "not a carp interface" n 1 carpconfig eth0 vhid 1
	refused "there already" "exists already" \
		n 1 carpconfig carp0 create carpdev eth0
	refused "no parent" "create needs a parent" n 1 carpconfig carp1 create
	refused "missing parent" "no such interface" $new nosuch
	refused "loopback" "must be an Ethernet device" $new lo
	refused "tun" "must be an Ethernet device" $new tun0
	refused "no multicast" "capable of multicast" $new nomc
	refused "bridge port" "use the bridge" $new brport
	refused "bond port" "use the bond" $new slave
	refused "macvlan" "macvlan" $new below
	refused "carp on carp" "carp device itself" $new carp0
	refused "duplicate vhid" "has that vhid" $new eth0 vhid 1
	}
	nothing_changed
	must nip 1 link set carp0 down
	refused "state in INIT" "takes part in the election" \
		n 1 carpconfig carp0 state master
}

a_dump_creates_the_same_device_again() {
	local words
	local filter='del(.ifindex, .linkinfo.info_data.key_set, .link_index)'

	setup_devices
	must nip 1 link add carp1 link plain type carp vhid 77 advbase 4 \
		advskew 99
	nip 1 -d -j link show carp1 | jq ".[0] | $filter" >"$TMP/first"
	words=$(jq -r '.linkinfo.info_data |
		"vhid \(.vhid) advbase \(.advbase) advskew \(.advskew)"' \
		"$TMP/first")
	must nip 1 link del carp1
	# shellcheck disable=SC2086
	must nip 1 link add carp1 link plain type carp $words
	nip 1 -d -j link show carp1 | jq ".[0] | $filter" >"$TMP/second"
	check "the same" diff -u "$TMP/first" "$TMP/second"
	check "vhid" grep -q '"vhid": 77' "$TMP/second"
}

the_key_is_in_no_dump() {
	local secret=Xyzzy-4711-plugh

	setup_devices
	must nip 1 link set carp0 type carp pass "$secret"
	n 1 "$HERE/carp_link.py" dump >"$TMP/dump"
	check "the dump has the device" grep -qa carp0 "$TMP/dump"
	check "but not the key" fails grep -qa "$secret" "$TMP/dump"
	{
		nip 1 -d -s -j link show
		nip 1 -d -s link show
		n 1 carpconfig
		n 1 carpconfig -j
		n 1 carpconfig -s -j
		n 1 carpconfig -s
		n 1 ip monitor -h 2>&1
		grep -r . /proc/net/dev /proc/modules
	} >"$TMP/shown"
	check "it says that there is one" grep -q '"key_set":true' "$TMP/shown"
	check "not which" fails grep -qa "$secret" "$TMP/shown"
	check "signed with it" n 1 "$HERE/inject.py" eth1 "${NS[1]}:carp0" \
		pass="$secret" <<<"ipackets"
	check "not in the log" fails grep -q "$secret" <(dmesg)
}

# as_nobody COMMAND...
as_nobody() {
	n 1 setpriv --reuid=65534 --regid=65534 --clear-groups \
		--inh-caps=-all --bounding-set=-all "$@"
}

others_may_look_and_not_touch() {
	setup_devices
	check "ip" grep -q "carp state BACKUP" \
		<(as_nobody ip -d link show carp0)
	check "carpconfig" grep -q "carp: BACKUP" <(as_nobody carpconfig carp0)
	check "no key" fails grep -qa "$PASS" \
		<(as_nobody "$HERE/carp_link.py" dump)
	refused "set" "not permitted" as_nobody carpconfig carp0 advskew 9
	refused "key" "not permitted" \
		as_nobody ip link set carp0 type carp pass mine
	refused "create" "not permitted" \
		as_nobody carpconfig carp1 create carpdev plain
	refused "destroy" "not permitted" as_nobody carpconfig carp0 destroy
	check "sysctl" fails as_nobody sysctl -qw net.carp.allow=0
	nothing_changed
}

tests_run "$@"
