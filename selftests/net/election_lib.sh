# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The functions are called by name.
# shellcheck disable=SC2317
#
# What carp_election.sh and carp_election6.sh share, a body for both families.

HERE=$(dirname "$0")
MS=1000000
# How far from exact: all of it is lateness, of one frame or of the one before it.
LATE=$((MS * SLOW * SLOW))

# One member whose timers do not interfere, and where its frames come from:
#
#	  node 1                           node 2
#	carp0 $VIP
#	  |
#	eth0 ${NET}1 --- br0 ------------- eth0
#
# setup_one [ATTRIBUTE VALUE]...
setup_one() {
	setup_nodes 2
	[ "$FAMILY" = 4 ] || at_rest 1
	[ $# -gt 0 ] || set -- advbase 250
	member 1 "$@"
	check "it listens" slowwait 5 is_state 1 BACKUP
}

# A parent without an address of its own.
the_goodbye_after_the_last_address_has_a_source() {
	setup_nodes 2
	must nip 1 addr flush dev eth0
	member 1
	member 2 advskew 100
	check "master" slowwait 10 is_state 1 MASTER
	check "backup" is_state 2 BACKUP
	capture 2 eth0 "$TMP/wire" "ip proto 112 or ip6 proto 112"
	must nip 1 addr del "$VIP/$LEN" dev carp0
	check "goodbye is heard" slowwait 1 is_state 2 MASTER
	capture_stop "$CAPTURE"
	frames "$TMP/wire" >"$TMP/frames"
	check "from what it was" \
		grep -q "$VIP > .*advbase=255 advskew=255" "$TMP/frames"
}

force() {
	must nip "$1" link set carp0 type carp state "$2"
}

# inject [KEY=VALUE...]: the frames of standard input, judged at node 1
inject() {
	check "frames" n 2 "$HERE/inject.py" eth0 "${NS[1]}:carp0" \
		family="$FAMILY" "$@"
}

# one_master NODE...: one is MASTER, all others BACKUP
one_master() {
	local node state count=0

	for node in "$@"; do
		state=$(state_of "$node")
		case $state in
		MASTER) count=$((count + 1)) ;;
		BACKUP) ;;
		*) return 1 ;;
		esac
	done
	[ "$count" -eq 1 ]
}

# serials NODE...: the number of the last transition of each
serials() {
	local node

	for node in "$@"; do
		attr "$node" serial
	done
}

# quiet SECONDS NODE...: nobody changes state all that time
quiet() {
	local seconds=$1 before

	shift
	before=$(serials "$@")
	sleep "$seconds"
	[ "$before" = "$(serials "$@")" ]
}

# about WHAT WANTED GOT: in ns; never early, and at most a millisecond late
about() {
	[ "$3" -ge "$2" ] && [ "$3" -le $(($2 + LATE)) ]
	check_err $? "$1: $3 ns instead of $2 ns"
}

# Several virtual hosts on one parent, each alone in its election: vhid
# advbase advskew, and what follows from them, in ns. No more than an advskew of
# 240 is advertised; the wait is by the one configured.
times_table() {
	cat <<-EOF
		1 1 0 1000000000 3000000000
		2 1 1 1003906250 3003906250
		3 1 100 1390625000 3390625000
		4 1 200 1781250000 3781250000
		5 1 240 1937500000 3937500000
		6 1 254 1937500000 3992187500
		7 2 50 2195312500 6195312500
		8 20 100 20390625000 60390625000
	EOF
}

fast_table() {
	cat <<-EOF
		11 0 1 3906250 11718750
		12 0 100 390625000 1171875000
		13 0 254 937500000 2976562500
	EOF
}

# start_all <TABLE: a device per line, all started, captured in $TMP/wire
start_all() {
	local vhid base skew _

	while read -r vhid base skew _; do
		echo "link add carp$vhid link eth0 type carp vhid $vhid" \
			"advbase $base advskew $skew"
		echo "addr add ${NET}1$vhid/$HOST dev carp$vhid"
		echo "link set carp$vhid up"
	done >"$TMP/members"
	setup_nodes 2
	capture 2 eth0 "$TMP/wire" "$IP" proto 112
	must nip 1 -batch "$TMP/members"
}

# From INIT->BACKUP to BACKUP->MASTER, and between two advertisements.
# times_are_exact <TABLE
times_are_exact() {
	local vhid base skew interval down got gap

	capture_stop "$CAPTURE"
	frames "$TMP/wire" >"$TMP/frames"
	nip 1 -d -j link show | jq -r '.[].linkinfo |
		select(.info_kind == "carp").info_data |
		"\(.vhid) \(.history | map(.time) | .[1] - .[0])"' >"$TMP/down"
	while read -r vhid base skew interval down; do
		got=$(awk -v v="$vhid" '$1 == v { print $2 }' "$TMP/down")
		# jq counts in doubles: 2^-52 of an age since 1970 is 256 ns.
		about "master-down of $base.$skew" "$down" $((got + 512))
		# A timer is late by as much as the CPU is busy with others.
		gap=$(awk -v word="vhid=$vhid" '
			$0 ~ " " word " " {
				split($1, t, ".")
				now = t[1] * 1000000 + t[2]
				if (last) {
					gap = now - last
					if (!n++ || gap < least)
						least = gap
				}
				last = now
			}
			END { print n ? least * 1000 : -1 }' "$TMP/frames")
		[ "$gap" -ge $((interval - LATE)) ] &&
			[ "$gap" -le $((interval + LATE)) ]
		check_err $? "interval of $base.$skew: $gap ns for $interval ns"
	done
}

master_down_and_intervals_are_exact() {
	start_all < <(times_table)
	sleep 60
	check "the slowest became master" slowwait 5 is_state 1 MASTER carp8
	sleep 21
	times_are_exact < <(times_table)
}

# has_sent DEVICE: node 1 has, at least once
has_sent() {
	[ "$(counter 1 "$OUT" "$1")" -ge 1 ]
}

an_advbase_of_0_counts_in_256ths() {
	start_all < <(fast_table)
	check "the slowest became master" slowwait 5 is_state 1 MASTER carp13
	check "and advertises" slowwait 3 has_sent carp13
	sleep 2
	times_are_exact < <(fast_table)
	check "0/1 sends 256 a second" test "$(counter 1 "$OUT" carp11)" -ge 256
}

# As FreeBSD's switch.
# was_forced_master NODE: its last transitions, however short it was MASTER
was_forced_master() {
	info "$1" '[.history[-2:][] | select(.to == "MASTER") | .reason]' |
		grep -q "user requested"
}

forcing_either_state_in_either_state_is_survived() {
	setup_nodes 3
	sysctl_set 1 net.carp.preempt=1
	member 1
	member 2 advskew 100
	check "node 1 is master" slowwait 10 is_state 1 MASTER
	check "node 2 is backup" slowwait 10 is_state 2 BACKUP
	force 1 master
	check "a master stays" is_state 1 MASTER
	force 2 backup
	check "a backup stays" is_state 2 BACKUP
	force 1 backup
	check "a master becomes backup" is_state 1 BACKUP
	force 1 backup
	check "one takes over" slowwait 5 one_master 1 2
	check "the faster, in the end" slowwait 5 is_state 1 MASTER
	check "the other is backup" slowwait 5 is_state 2 BACKUP
	force 2 master
	check "a backup becomes master" was_forced_master 2
	check "and yields to the faster" slowwait 5 is_state 2 BACKUP
	check "which has stayed" is_state 1 MASTER
	check "it answers" n 3 ping -q -c 1 -W 1 "$VIP"
}

# As OpenBSD's carp_1, with a goodbye in place of its interface groups.
roles_swap_within_a_tenth_of_a_second() {
	setup_nodes 2
	VIP=${WORLD}1 member 1 vhid 251
	VIP=${WORLD}1 member 2 vhid 251 advskew 100
	sleep 3.1
	check "the first is master" is_state 1 MASTER
	check "the second is backup" is_state 2 BACKUP
	must nip 1 link set carp0 down
	must nip 1 link set carp0 up
	check "the second is master" busywait 0.1 is_state 2 MASTER
	check "the first is backup" is_state 1 BACKUP
}

three_members_take_over_in_order() {
	setup_nodes 4
	member 1
	member 2 advskew 100
	member 3 advskew 200
	check "one of three" slowwait 10 one_master 1 2 3
	check "the first" is_state 1 MASTER
	must nip seg link set p1 nomaster
	check "one of two" slowwait 6 one_master 2 3
	check "the second" is_state 2 MASTER
	must nip 2 link set carp0 down
	check "the third" slowwait 1 is_state 3 MASTER
	check "it answers" n 4 ping -q -c 1 -W 1 "$VIP"
	must nip 2 link set carp0 up
	must nip seg link set p1 master br0
	check "one of three again" slowwait 10 one_master 1 2 3
	check "the first again" is_state 1 MASTER
	check "for good" quiet 5 1 2 3
}

equal_members_settle_and_stay_for_five_minutes() {
	setup_nodes 3
	member 1 advskew 50
	member 2 advskew 50
	check "one of two" slowwait 5 one_master 1 2
	sleep 2
	check "no transition" quiet 300 1 2
	check "one of two" one_master 1 2
	check "it answers" n 3 ping -q -c 1 -W 1 "$VIP"
}

# split: node 1 alone, node 2 alone, both masters; and together again
split_and_heal() {
	must nip seg link set p1 nomaster
	# Each hears the other's last advertisement up to an interval later.
	sleep 3
	check "node 1 is master" slowwait 2 is_state 1 MASTER
	check "node 2 is master" slowwait 2 is_state 2 MASTER
	must nip seg link set p1 master br0
	check "one within two intervals" slowwait 2.5 one_master 1 2
	check "for good" quiet 8 1 2
}

equal_masters_settle_when_a_split_heals() {
	setup_nodes 2
	if [ "$FAMILY" = 6 ]; then
		at_rest 1
		at_rest 2
	fi
	member 1 advskew 10
	member 2 advskew 10
	check "one of two" slowwait 10 one_master 1 2
	split_and_heal
	check "the one with the smaller address" is_state 1 MASTER
	split_and_heal
}

a_slow_master_is_replaced_only_with_preempt() {
	setup_nodes 2
	member 2 advskew 100
	check "node 2 is master" slowwait 10 is_state 2 MASTER
	member 1
	check "node 1 waits" holds 6 is_state 1 BACKUP
	check "node 2 stays" is_state 2 MASTER
	sysctl_set 1 net.carp.preempt=1
	check "node 1 preempts" slowwait 2 is_state 1 MASTER
	check "node 2 yields" is_state 2 BACKUP
}

a_master_yields_to_a_faster_one() {
	local keys

	setup_one advbase 2 advskew 100
	for keys in "advbase=2 advskew=99" "advbase=1 advskew=254" \
		"advbase=0 advskew=1" "advbase=0 advskew=0"; do
		force 1 master
		inject <<<"$IN>BACKUP $keys"
	done
}

a_master_stays_against_a_slower_one() {
	local any=0.0.0.0

	[ "$FAMILY" = 4 ] || any=::
	setup_one advbase 250 advskew 100
	force 1 master
	# The first is answered, and then none before it is time to advertise.
	inject <<-EOF
		$IN+$OUT+conflicts advbase=250 advskew=101
		$IN advbase=251 advskew=0
		$IN advbase=255 advskew=255
		$IN advbase=250 advskew=101 src=${NET}0
		$IN advbase=255 advskew=255 src=$any
	EOF
	check "still" is_state 1 MASTER
}

a_master_decides_an_equal_source_by_cookie() {
	setup_nodes 2
	must nip 1 addr flush dev eth0
	member 1 advbase 250
	check "it listens" slowwait 5 is_state 1 BACKUP
	force 1 master
	inject advbase=250 advskew=0 src="$VIP" <<-EOF
		$IN+$OUT+conflicts counter=ffffffffffffffff
		$IN>BACKUP counter=0000000000000000
	EOF
}

a_backup_takes_over_on_goodbye_without_preempt() {
	local base

	setup_one
	for base in 0 1 85 86 255; do
		must nip 1 link set carp0 type carp advbase "$base" advskew 1
		force 1 backup
		inject <<<"$IN>MASTER advbase=255 advskew=255"
	done
	equal "why" "master bowed out" "$(attr 1 reason)"
}

a_backup_without_preempt_leaves_a_slower_master_alone() {
	setup_one advbase 10
	inject <<-EOF
		$IN advbase=10 advskew=1
		$IN advbase=10 advskew=254
		$IN advbase=20 advskew=0
		$IN advbase=30 advskew=0	# no slower than we wait
		$IN advbase=10 advskew=0	# equal
		$IN advbase=9 advskew=0	# faster
	EOF
	check "still" is_state 1 BACKUP
}

a_backup_with_preempt_replaces_a_slower_master() {
	setup_one advbase 10 advskew 100
	sysctl_set 1 net.carp.preempt=1
	inject <<-EOF
		$IN advbase=10 advskew=100	# equal
		$IN advbase=10 advskew=99	# faster
		$IN>MASTER advbase=10 advskew=101
	EOF
	equal "why" "preempting a slower master" "$(attr 1 reason)"
}

a_backup_replaces_a_master_that_would_time_out() {
	setup_one advbase 10 advskew 100
	inject <<-EOF
		$IN advbase=30 advskew=100	# not yet
		$IN>MASTER advbase=30 advskew=101
	EOF
	equal "why" "master will time out" "$(attr 1 reason)"
}

a_backup_replaces_a_more_demoted_master() {
	setup_one
	inject <<-EOF
		$IN demote=0
		$IN>MASTER advbase=1 advskew=0 demote=1
	EOF
	equal "why" "master is demoted" "$(attr 1 reason)"
}

a_passphrase_of_19_characters_counts_whole() {
	PASS=abcdefghijklmnopqrs setup_one
	inject <<-EOF
		$IN pass=abcdefghijklmnopqrs
		badauth pass=abcdefghijklmnopqr
		badauth pass=abcdefghijklmnopqrst
	EOF
}
