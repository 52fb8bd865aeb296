#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Who becomes master, when, and what it says: the cases of other systems' tests,
# and every rule met by a frame on the wire.
# shellcheck disable=SC2317 # functions called by name

ALL_TESTS="
	master_down_and_intervals_are_exact
	an_advbase_of_0_counts_in_256ths
	handover_when_the_master_halts_with_addressed_parents
	handover_when_the_master_is_set_down_with_addressed_parents
	handover_when_the_master_halts_with_unaddressed_parents
	handover_when_the_master_is_set_down_with_unaddressed_parents
	the_goodbye_after_the_last_address_has_a_source
	two_nodes_elect_exactly_one_master
	forcing_either_state_in_either_state_is_survived
	roles_swap_within_a_tenth_of_a_second
	three_members_take_over_in_order
	equal_members_settle_and_stay_for_five_minutes
	equal_masters_settle_when_a_split_heals
	equal_masters_without_addresses_settle
	a_slow_master_is_replaced_only_with_preempt
	a_master_yields_to_a_faster_one
	a_master_stays_against_a_slower_one
	a_master_decides_an_equal_one_by_source_address
	a_master_decides_an_equal_source_by_cookie
	a_backup_takes_over_on_goodbye_without_preempt
	a_backup_without_preempt_leaves_a_slower_master_alone
	a_backup_with_preempt_replaces_a_slower_master
	a_backup_replaces_a_master_that_would_time_out
	a_backup_replaces_a_more_demoted_master
	a_passphrase_of_19_characters_counts_whole
	gratuitous_arp_at_takeover_and_two_advertisements_later
	hundreds_that_took_over_at_once_do_not_advertise_at_once
	advertisements_wait_for_others_but_takeovers_do_not
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"

# shellcheck source=election_lib.sh
. "$(dirname "$0")/election_lib.sh"

# As NetBSD's test: vhid 175, a client that asks the virtual address.
#
#	carp0 10.1.1.100 advskew 0    carp0 10.1.1.100 advskew 200
#	  node 1 10.1.1.1               node 2 10.1.1.2         node 3 10.1.1.3
#	    |                             |                       |
#	----+-----------------------------+-----------------------+----- br0
#
# setup_handover YES|NO: the members' parents have addresses
setup_handover() {
	local node

	setup_nodes 3
	for node in 1 2 3; do
		must nip "$node" addr flush dev eth0
		if [ "$1" = YES ] || [ "$node" = 3 ]; then
			must nip "$node" addr add "10.1.1.$node/24" dev eth0
		fi
	done
	VIP=10.1.1.100 PASS=s3cret member 1 vhid 175
	VIP=10.1.1.100 PASS=s3cret member 2 vhid 175 advskew 200
	check "node 1 is master" slowwait 4 is_state 1 MASTER
	check "node 2 is backup" is_state 2 BACKUP
	check "the client reaches it" n 3 ping -q -c 1 -W 1 10.1.1.100
}

# handover ADDRESSES HOW...: how node 1 goes away
handover() {
	local addresses=$1

	shift
	setup_handover "$addresses"
	must "$@"
	if [ "$addresses" = YES ]; then
		check "its own address is gone" \
			fails n 3 ping -q -c 1 -W 1 10.1.1.1
	fi
	check "the virtual address answers within five" \
		slowwait 5 n 3 ping -q -c 1 -W 1 10.1.1.100
	check "node 2 is master" is_state 2 MASTER
}

handover_when_the_master_halts_with_addressed_parents() {
	handover YES nip seg link set p1 nomaster
}

handover_when_the_master_is_set_down_with_addressed_parents() {
	handover YES nip 1 link set eth0 down
	check "node 1 is out" is_state 1 INIT
}

handover_when_the_master_halts_with_unaddressed_parents() {
	handover NO nip seg link set p1 nomaster
}

handover_when_the_master_is_set_down_with_unaddressed_parents() {
	handover NO nip 1 link set eth0 down
}

# As FreeBSD's basic_v4.
two_nodes_elect_exactly_one_master() {
	setup_nodes 3
	member 1 advbase 1
	member 2 advbase 1 advskew 100
	check "exactly one" slowwait 10 one_master 1 2
	check "three answers" n 3 ping -q -c 3 -i 0.2 -W 1 "$VIP"
	check "still one" one_master 1 2
}

equal_masters_without_addresses_settle() {
	local filter

	setup_nodes 2
	must nip 1 addr flush dev eth0
	must nip 2 addr flush dev eth0
	member 1
	member 2
	check "one of two" slowwait 10 one_master 1 2
	for filter in 0 1 2; do
		sysctl_set 1 net.ipv4.conf.all.rp_filter="$filter"
		sysctl_set 2 net.ipv4.conf.all.rp_filter="$filter"
		split_and_heal
	done
}

# ucarp compares addresses as they lie in memory on a little-endian host: the
# last octet counts most. The smaller stays. Ours is 192.0.2.1.
a_master_decides_an_equal_one_by_source_address() {
	local source

	setup_one
	force 1 master
	inject advbase=250 advskew=0 <<-EOF
		ipackets+opackets+conflicts src=192.0.2.9
		ipackets src=10.0.0.2
		ipackets src=193.0.2.1
		ipackets src=192.1.2.1
		ipackets src=1.1.3.1
	EOF
	for source in 192.0.2.0 223.255.255.0 191.0.2.1 223.255.1.1; do
		force 1 master
		inject advbase=250 advskew=0 <<<"ipackets>BACKUP src=$source"
	done
}

gratuitous_arp_at_takeover_and_two_advertisements_later() {
	local arps adverts

	setup_nodes 2
	capture 2 eth0 "$TMP/wire" 'arp or ip proto 112'
	member 1
	must nip 1 addr add 192.0.2.101/24 dev carp0
	check "master" slowwait 5 is_state 1 MASTER
	sleep 4.5
	capture_stop "$CAPTURE"
	frames "$TMP/wire" arp host "$VIP" >"$TMP/arp"
	equal "they look so" 2 "$(grep -c "$VMAC > ff:ff:ff:ff:ff:ff, .*Request \
who-has $VIP tell $VIP" "$TMP/arp")"
	equal "no others" 2 "$(wc -l <"$TMP/arp")"
	equal "the other address" 2 "$(times arp host 192.0.2.101 | wc -l)"
	mapfile -t arps < <(times arp host "$VIP")
	mapfile -t adverts < <(times ip proto 112)
	check "the first with the first advertisement" \
		test $((arps[0] - adverts[0])) -le 1
	check "the second with the third" \
		test $((arps[1] - adverts[2])) -le 1 -a \
		$((arps[1] - adverts[2])) -ge 0
	# All of it: the sender's MAC is the virtual one, the target's is none.
	equal "sender and target" 2 "$(tcpdump -n -x -r "$TMP/wire" arp host \
		"$VIP" 2>/dev/null | tr -d ' \n\t' | grep -o "$(printf '%s' \
		0x0000:000108000604000100005e000101c000 \
		0x0010:0264000000000000c0000264)" | wc -l)"
}

masters() {
	nip "$1" -d -o link show type carp | grep -c "carp state MASTER"
}

# Thousands at once would be more than the queue of who receives them takes.
hundreds_that_took_over_at_once_do_not_advertise_at_once() {
	local sent

	setup_nodes 2
	must nip 1 link set eth0 down
	members 1 250
	capture 2 eth0 "$TMP/wire" ip proto 112
	must nip 1 link set eth0 up
	check "all are master" slowwait 10 prints 250 masters 1
	sleep 1.2
	capture_stop "$CAPTURE"
	mapfile -t sent < <(stamps)
	check "all have advertised: ${#sent[@]}" test "${#sent[@]}" -ge 500
	check "they took over at once, in $((sent[249] - sent[0])) us" \
		test $((sent[249] - sent[0])) -le $((100000 * SLOW))
	# 30 us each, or what a slow processor needs for each.
	check "half of them take $((sent[437] - sent[312])) us then" \
		test $((sent[437] - sent[312])) -ge 2500
	check "none too soon: $((sent[250] - sent[0])) us" \
		test $((sent[250] - sent[0])) -ge 999000
	check "none too late: $((sent[499] - sent[249])) us" \
		test $((sent[499] - sent[249])) -le $((1010000 * SLOW))
}

# How late the timers of all groups of this host may be, in ns, in order.
slacks() {
	awk '/carp_vhost_timer/ { ours = 1; next }
		ours { split($4, t, "-"); print t[2] - t[1]; ours = 0 }' \
		/proc/timer_list | sort -n | xargs
}

advertisements_wait_for_others_but_takeovers_do_not() {
	setup_nodes 2
	member 1
	member 2 advskew 100
	check "there are a master" slowwait 5 is_state 1 MASTER
	check "and a backup" slowwait 5 is_state 2 BACKUP
	check "a quarter of a millisecond" slowwait 3 prints "0 250000" slacks
	must nip 1 link set carp0 type carp advbase 0 advskew 2
	check "or a little of the interval" slowwait 3 prints "0 61035" slacks
}

tests_run "$@"
