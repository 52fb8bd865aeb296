#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# carp_api.sh for what belongs to IPv6, and for peers of both families. Some more is
# in carp_peers.sh, carp_tools.sh and carp_ipv6.sh.
# shellcheck disable=SC2317 # functions called by name

ALL_TESTS="
	the_kernel_refuses_peers_and_forms_out_of_range
	a_request_with_one_bad_attribute_changes_no_ipv6_device
	carpconfig_refuses_ipv6_addresses_with_a_sentence
	the_same_request_again_changes_nothing_over_ipv6
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"
# shellcheck source=api_lib.sh
. "$(dirname "$0")/api_lib.sh"

# Groups, and what may be a peer, as bytes.
GROUP4=hex:e0000012
GROUP6=hex:ff020000000000000000000000000012
PEER6=hex:20010db8000000000000000000000002

the_kernel_refuses_peers_and_forms_out_of_range() {
	in_family 6
	setup_devices
	kernel <<-EOF
		EINVAL new carp1 lower=plain vhid=2 peer=$GROUP4	# must be a unicast address
		EINVAL set carp0 peer=$GROUP4	# must be a unicast address
		EINVAL set carp0 peer=hex:ffffffff	# must be a unicast address
		EINVAL set carp0 peer=hex:c00002	# invalid attribute length
		EINVAL set carp0 peer=hex:c000020202	# invalid attribute length
		EINVAL new carp1 lower=plain vhid=2 peer6=$GROUP6	# must be a unicast address
		EINVAL set carp0 peer6=$GROUP6	# must be a unicast address
		ERANGE set carp0 peer6=hex:c0000202	# size out of range
		ERANGE set carp0 peer6=${PEER6}00	# size out of range
		EINVAL set carp0 cksum6=0	# invalid attribute length
		ERANGE set carp0 cksum6=2/4	# integer out of range
		ERANGE set carp0 form=2/4	# integer out of range
		EINVAL set carp0 form=1/2	# invalid attribute length
	EOF
	nothing_changed
	kernel <<-EOF
		ok set carp0 peer6=$PEER6 peer=hex:c0000202
		ok set carp0 peer6=hex:$(printf '00%.0s' {1..16}) peer=hex:00000000
	EOF
	nothing_changed
}

a_request_with_one_bad_attribute_changes_no_ipv6_device() {
	in_family 6
	setup_devices
	kernel <<-EOF
		EINVAL set carp0 peer6=$PEER6 cksum6=1/4 form=1/4 peer=$GROUP4
		EINVAL set carp0 key=text:new cksum6=1/4 form=1/4 peer6=$GROUP6
		ERANGE set carp0 peer6=$PEER6 key=text:new cksum6=1/4 form=2/4
		ERANGE set carp0 peer6=$PEER6 form=1/4 cksum6=2/4
		ERANGE set carp0 peer6=$PEER6 form=1/4 advskew=255
		EOPNOTSUPP set carp0 peer6=$PEER6 key=text:new lower=plain
	EOF
	nothing_changed
	check "signed with the old key" n 1 "$HERE/inject.py" eth1 \
		"${NS[1]}:carp0" family=6 <<<"ipackets6"
}

carpconfig_refuses_ipv6_addresses_with_a_sentence() {
	local set="n 1 carpconfig carp0"

	in_family 6
	setup_devices
	# shellcheck disable=SC2086
	{
	refused "malformed" "is not an IPv6 address" $set inet6 2001:db8:::1
	refused "malformed" "is not an IPv6 address" $set inet6 192.0.2.101
	refused "multicast" "is a multicast address" $set ff02::12/64
	refused "loopback" "is the loopback address" $set ::1/128
	refused "nobody's" "is the unspecified address" $set ::/64
	refused "mapped" "is an IPv4-mapped address" $set ::ffff:192.0.2.101
	refused "prefix length" "must be 1 to 128" $set 2001:db8::101/129
	refused "netmask" "takes a prefix length" \
		$set 2001:db8::101 netmask 255.255.255.0
	refused "broadcast" "IPv6 has no broadcast" \
		$set 2001:db8::101 broadcast 192.0.2.255
	refused "removal of nothing" "is not set" $set 2001:db8::101 -alias
	refused "the good before the bad" "is a multicast address" \
		$set advskew 50 2001:db8::101/64 ff02::5/64
	refused "a peer" "is a multicast address" $set carppeer6 ff02::12
	refused "a peer" "is the loopback address" $set carppeer6 ::1
	refused "a peer" "has no scope" $set carppeer6 fe80::1%eth0
	refused "a peer" "for carppeer6" $set carppeer 2001:db8::2
	refused "a peer" "for carppeer" $set carppeer6 192.0.2.2
	}
	nothing_changed
}

tests_run "$@"
