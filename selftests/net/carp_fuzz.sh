#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The fuzzers of selftests/fuzz/guest, for a short time and always the same.
# "make fuzz-guest" runs them for long, with other seeds.
# shellcheck disable=SC2317 # functions called by name

# vm: memory=512

ALL_TESTS="
	whatever_frames_come_each_is_accounted_for_and_none_changes_a_state
	whatever_is_requested_is_answered_and_changes_what_it_says
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"

FUZZ=$(dirname "$0")/../fuzz
SEED=1
LEAKS=/sys/kernel/debug/kmemleak

# What nothing points to, if this kernel knows: none that is younger than five
# seconds, and none that no earlier scan has seen.
leaks() {
	[ -e "$LEAKS" ] || return 0
	sleep 6
	echo scan >"$LEAKS"
	sleep 6
	echo scan >"$LEAKS"
	grep unreferenced "$LEAKS"
}

# fuzz NAME ROUNDS
fuzz() {
	local name=$1 rounds=$2 before

	must modprobe -a tun veth 8021q bridge
	before=$(leaks)
	"$FUZZ/${name}_fuzz" "$SEED" "$rounds" >"$TMP/out" 2>&1
	check_err $? "the fuzzer found nothing"
	cat "$TMP/out"
	equal "no memory is lost" "$before" "$(leaks)"
}

whatever_frames_come_each_is_accounted_for_and_none_changes_a_state() {
	fuzz frame 4
}

whatever_is_requested_is_answered_and_changes_what_it_says() {
	fuzz netlink 4
}

tests_run "$@"
