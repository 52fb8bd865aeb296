#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel with IPv6 compiled out: IPv4 as ever, and a sentence for who asks.
# vm: kernel=uml4
# shellcheck disable=SC2317 # functions called by name

ALL_TESTS="
	the_kernel_has_no_ipv6
	ipv6_is_refused_with_a_sentence_and_nothing_changes
	ipv4_goes_on_beside_a_refusal
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"

# Or the rest proves nothing.
the_kernel_has_no_ipv6() {
	check "no sysctl" test ! -e /proc/sys/net/ipv6
	check "no list of addresses" test ! -e /proc/net/if_inet6
	check "the module is there" test -d /sys/module/carp
}

# refused WHAT COMMAND...: it fails, says IPv6, and changes nothing
refused() {
	local what=$1 before

	shift
	before=$(n 1 carpconfig -j carp0)
	"$@" 2>"$TMP/said"
	check "$what: fails" test $? -ne 0
	check "$what: says why" grep -qE 'IPv6|not supported' "$TMP/said"
	equal "$what: nothing changed" "$before" "$(n 1 carpconfig -j carp0)"
}

ipv6_is_refused_with_a_sentence_and_nothing_changes() {
	setup_nodes 1
	member 1 advskew 10
	check "it takes part" slowwait 5 is_state 1 MASTER
	refused "carpconfig inet6" n 1 carpconfig carp0 inet6 2001:db8::100/64
	check "in so many words" grep -q "this kernel has no IPv6" "$TMP/said"
	refused "carpconfig carppeer6" \
		n 1 carpconfig carp0 advskew 20 carppeer6 2001:db8::2
	check "in so many words" grep -q "this kernel has no IPv6" "$TMP/said"
	refused "ip link peer6" nip 1 link set carp0 type carp advskew 20 \
		peer6 2001:db8::2
	check "in so many words" grep -q "this kernel has no IPv6" "$TMP/said"
	refused "ip addr" nip 1 addr add 2001:db8::100/64 dev carp0
}

ipv4_goes_on_beside_a_refusal() {
	setup_nodes 3
	member 1
	member 2 advskew 100
	check "node 1 is master" slowwait 5 is_state 1 MASTER
	check "carpconfig takes IPv4" n 1 carpconfig carp0 192.0.2.101/24
	check "and its peer" n 1 carpconfig carp0 carppeer 192.0.2.2
	check "and forgets it" n 1 carpconfig carp0 -carppeer -carppeer6
	must nip 2 addr add 192.0.2.101/24 dev carp0
	check "the client reaches it" n 3 ping -q -c 2 -i 0.2 -W 1 192.0.2.101
	must nip 1 link set carp0 down
	check "node 2 takes over" slowwait 1 is_state 2 MASTER
	check "the client reaches it" n 3 ping -q -c 2 -i 0.2 -W 1 192.0.2.101
	must nip 1 link set carp0 up
	check "node 1 is back" slowwait 5 is_state 1 BACKUP
	check "node 1 reaches it" n 1 ping -q -c 2 -i 0.2 -W 1 192.0.2.101
}

tests_run "$@"
