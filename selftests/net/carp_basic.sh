#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A pair and a client on one segment: who is master, who answers, who takes over.
# shellcheck disable=SC2317 # functions called by name

ALL_TESTS="
	the_faster_member_becomes_master
	the_master_alone_answers_for_the_address
	the_backup_takes_over_when_the_master_falls_silent
	the_backup_takes_over_at_once_on_goodbye
	the_election_is_stable_for_a_minute
	carp_leaves_no_trace_when_it_is_deleted
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"

# Node 1 is MASTER, node 2 BACKUP, node 3 has no carp.
setup_pair() {
	setup_nodes 3
	member 1 advskew 0
	member 2 advskew 100
	check "node 1 becomes master" slowwait 10 is_state 1 MASTER
	check "node 2 stays backup" slowwait 10 is_state 2 BACKUP
}

the_faster_member_becomes_master() {
	setup_pair
	check "for good" holds 10 is_state 1 MASTER
	check "and the other stays backup" is_state 2 BACKUP
}

the_master_alone_answers_for_the_address() {
	setup_pair
	check "ping" n 3 ping -q -c 3 -i 0.2 -W 1 "$VIP"
	check "by the virtual MAC" grep -q "$VMAC" \
		<(nip 3 neigh show "$VIP")
	n 3 arping -q -c 1 -w 1 -I eth0 "$VIP"
	equal "answers to one ARP request" 1 "$(n 3 arping -c 1 -w 2 -I eth0 \
		"$VIP" | grep -c 'reply from')"
}

the_backup_takes_over_when_the_master_falls_silent() {
	local before after

	setup_pair
	must nip seg link set p1 down
	before=${EPOCHREALTIME/./}
	check "node 2 takes over" slowwait 6 is_state 2 MASTER
	after=${EPOCHREALTIME/./}
	# 3 + 100/256 s after the last advertisement, at most 1 s old
	[ $((after - before)) -ge 2300000 ]
	check_err $? "not before its time: $((after - before)) us"
	check "the client reaches it" n 3 ping -q -c 2 -i 0.2 -W 1 "$VIP"
}

the_backup_takes_over_at_once_on_goodbye() {
	setup_pair
	must nip 1 link set carp0 down
	check "node 2 takes over" slowwait 1 is_state 2 MASTER
	check "node 1 is out" is_state 1 INIT
	check "the client reaches it" n 3 ping -q -c 2 -i 0.2 -W 1 "$VIP"
}

the_election_is_stable_for_a_minute() {
	local serial1 serial2

	setup_pair
	serial1=$(attr 1 serial)
	serial2=$(attr 2 serial)
	sleep 60
	equal "transitions of the master" "$serial1" "$(attr 1 serial)"
	equal "transitions of the backup" "$serial2" "$(attr 2 serial)"
}

carp_leaves_no_trace_when_it_is_deleted() {
	setup_pair
	must nip 1 link del carp0
	check "the other takes over" slowwait 1 is_state 2 MASTER
	must nip 2 link del carp0
	check "the module can go" rmmod carp
	check "and come back" modprobe carp
}

tests_run "$@"
