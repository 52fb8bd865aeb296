#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Debian's ucarp and our member elect with each other. Node 1 is ours, node 2
# runs ucarp, node 3 is the client. Who should win: the faster; of equals, the one
# with the smaller address. ucarp hears what it is sent up to a second late.
# shellcheck disable=SC2317 # functions called by name

ALL_TESTS="
	ucarp_stays_backup_while_it_hears_us
	we_stay_backup_while_we_hear_ucarp
	ucarp_takes_over_on_our_goodbye
	ucarp_takes_over_when_we_fall_silent
	we_take_over_when_ucarp_is_killed
	we_preempt_a_slower_ucarp_only_when_told_to
	a_faster_ucarp_preempts_us_only_when_told_to
"

# shellcheck disable=SC2034 # run by "make test-long"
LONG_TESTS="
	twenty_splits_with_an_equal_ucarp_leave_the_smaller_us_master
	twenty_splits_with_a_slower_ucarp_leave_us_master
	twenty_splits_with_a_faster_ucarp_leave_it_master
	twenty_splits_with_an_equal_smaller_ucarp_leave_it_master
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"

# Each change of ucarp's state is a line of this file: MASTER or BACKUP.
TURNS=$TMP/turns

setup_scripts() {
	printf '#!/bin/sh\necho MASTER >>%s\nip addr add %s/32 dev eth0\n' \
		"$TURNS" "$VIP" >"$TMP/up"
	printf '#!/bin/sh\necho BACKUP >>%s\nip addr del %s/32 dev eth0\n' \
		"$TURNS" "$VIP" >"$TMP/down"
	printf 'exit 0\n' >>"$TMP/down"
	chmod +x "$TMP/up" "$TMP/down"
	: >"$TURNS"
}

# ucarp_start SKEW [OPTION...]: on node 2; its pid is in UCARP
ucarp_start() {
	local skew=$1 address

	shift
	address=$(nip 2 -j -4 addr show dev eth0 |
		jq -r '.[0].addr_info[0].local')
	echo "$PASS" >"$TMP/key"
	bg 2 ucarp -i eth0 -s "$address" -v 1 -o "$TMP/key" -a "$VIP" -b 1 \
		-k "$skew" -u "$TMP/up" -d "$TMP/down" "$@"
	UCARP=$BG
}

ucarp_state() {
	tail -n 1 "$TURNS"
}

ucarp_is() {
	[ "$(ucarp_state)" = "$1" ]
}

turns_of_ucarp() {
	grep -c . "$TURNS"
}

serial() {
	attr 1 serial
}

# Who is there first becomes MASTER.
we_are_master() {
	setup_nodes 3
	setup_scripts
	member 1 advskew "$1"
	check "we become master" slowwait 10 is_state 1 MASTER
	ucarp_start "$2"
	check "ucarp becomes backup" slowwait 10 ucarp_is BACKUP
}

ucarp_is_master() {
	setup_nodes 3
	setup_scripts
	ucarp_start "$2"
	check "ucarp becomes master" slowwait 15 ucarp_is MASTER
	member 1 advskew "$1"
	check "we become backup" slowwait 10 is_state 1 BACKUP
}

client_reaches_it() {
	n 3 ping -q -c 1 -w 3 "$VIP"
}

ucarp_stays_backup_while_it_hears_us() {
	we_are_master 0 100
	check "for good" holds 10 ucarp_is BACKUP
	equal "complaints of ucarp" 0 "$(grep -ci 'bad\|mismatch' "$BG_OUT")"
	equal "and we" MASTER "$(state_of 1)"
}

we_stay_backup_while_we_hear_ucarp() {
	ucarp_is_master 100 0
	check "for good" holds 10 is_state 1 BACKUP
	equal "refused by us" 0 "$(counter 1 badauth)"
	check "and heard" [ "$(counter 1 ipackets)" -ge 9 ]
	equal "and ucarp" MASTER "$(ucarp_state)"
}

ucarp_takes_over_on_our_goodbye() {
	we_are_master 0 100
	must nip 1 link set carp0 down
	check "at once, for a ucarp" slowwait 2 ucarp_is MASTER
	check "the client reaches it" client_reaches_it
}

ucarp_takes_over_when_we_fall_silent() {
	we_are_master 0 100
	must nip seg link set p1 nomaster
	check "ucarp takes over" slowwait 6 ucarp_is MASTER
	check "the client reaches it" client_reaches_it
}

we_take_over_when_ucarp_is_killed() {
	local start

	ucarp_is_master 100 0
	start=${EPOCHREALTIME/./}
	bg_stop "$UCARP" KILL
	check "we take over" slowwait 5 is_state 1 MASTER
	[ $((${EPOCHREALTIME/./} - start)) -gt 2300000 ]
	check_err $? "not before 3 + 100/256 s from its last advertisement"
	# What ucarp's down script would have done.
	must nip 2 addr del "$VIP/32" dev eth0
	check "the client reaches it" client_reaches_it
}

we_preempt_a_slower_ucarp_only_when_told_to() {
	ucarp_is_master 0 100
	check "not by itself" holds 10 is_state 1 BACKUP
	sysctl_set 1 net.carp.preempt=1
	check "we take over" slowwait 5 is_state 1 MASTER
	check "ucarp yields" slowwait 5 ucarp_is BACKUP
	check "the client reaches it" client_reaches_it
}

a_faster_ucarp_preempts_us_only_when_told_to() {
	we_are_master 100 0
	check "not by itself" holds 10 is_state 1 MASTER
	bg_stop "$UCARP" KILL
	ucarp_start 0 -P
	check "ucarp takes over" slowwait 10 ucarp_is MASTER
	check "we yield" slowwait 5 is_state 1 BACKUP
	check "the client reaches it" client_reaches_it
}

# Both are MASTER while the segment is split; the loser yields when it heals. That
# is two turns of the loser, none of the winner, and nothing else.
twenty_splits() {
	local winner=$1 serial turns cycle
	# shellcheck disable=SC2034 # of slowwait
	local POLL=1

	serial=$(serial)
	turns=$(turns_of_ucarp)
	for cycle in {1..20}; do
		must nip seg link set p1 nomaster
		check "$cycle: the backup takes over" \
			slowwait 8 both_are_master
		must nip seg link set p1 master br0
		check "$cycle: the loser yields" slowwait 8 one_is_master
	done
	check "it stays so" holds 20 one_is_master
	if [ "$winner" = we ]; then
		equal "our transitions" "$serial" "$(serial)"
		equal "ucarp's" $((turns + 40)) "$(turns_of_ucarp)"
		check "we won" is_state 1 MASTER
	else
		equal "our transitions" $((serial + 40)) "$(serial)"
		equal "ucarp's" "$turns" "$(turns_of_ucarp)"
		check "ucarp won" ucarp_is MASTER
	fi
	check "the client reaches it" client_reaches_it
}

both_are_master() {
	ucarp_is MASTER && is_state 1 MASTER
}

one_is_master() {
	if ucarp_is MASTER; then
		is_state 1 BACKUP
	else
		is_state 1 MASTER
	fi
}

twenty_splits_with_a_slower_ucarp_leave_us_master() {
	we_are_master 0 100
	twenty_splits we
}

twenty_splits_with_a_faster_ucarp_leave_it_master() {
	ucarp_is_master 100 0
	twenty_splits ucarp
}

twenty_splits_with_an_equal_ucarp_leave_the_smaller_us_master() {
	we_are_master 50 50
	twenty_splits we
}

twenty_splits_with_an_equal_smaller_ucarp_leave_it_master() {
	setup_nodes 3
	setup_scripts
	# Order is that of the address bytes as a little-endian number.
	must nip 1 addr flush dev eth0
	must nip 1 addr add 192.0.2.9/24 dev eth0
	ucarp_start 50
	check "ucarp becomes master" slowwait 15 ucarp_is MASTER
	member 1 advskew 50
	check "we become backup" slowwait 10 is_state 1 BACKUP
	twenty_splits ucarp
}

tests_run "$@"
