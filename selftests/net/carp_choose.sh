#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ARP balancing: of several hosts that have an address, the one answers that is
# MASTER of the vhid which the asker's address, or its MAC address, has chosen.
# shellcheck disable=SC2317 # functions called by name
#
# vm: memory=512 limit=3600

ALL_TESTS="
	an_asker_is_answered_by_the_vhid_that_its_address_chooses
	an_asker_is_answered_by_the_vhid_that_its_mac_chooses_over_ipv6
	the_address_chooses_one_of_three
	nobody_is_drawn_to_another_vhid_by_what_a_host_sends
"

# shellcheck disable=SC2034 # run by "make test-long"
LONG_TESTS="
	an_asker_is_answered_by_the_vhid_that_its_address_chooses_over_ipv6
	an_asker_is_answered_by_the_vhid_that_its_mac_chooses
	the_address_chooses_one_of_three_over_ipv6
	the_mac_chooses_one_of_three
	the_mac_chooses_one_of_three_over_ipv6
	the_address_chooses_one_of_eight
	the_address_chooses_one_of_eight_over_ipv6
	the_mac_chooses_one_of_eight
	the_mac_chooses_one_of_eight_over_ipv6
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"
# shellcheck source=balance_lib.sh
. "$(dirname "$0")/balance_lib.sh"

# setup_askers MODE [HOSTS]: each of them has VIP on carp1, carp2 and so on, a vhid
# for each host, and prefers its own; after it, the next; the node after them asks
setup_askers() {
	local hosts=${2:-2} node vhid after

	CLIENT=$((hosts + 1))
	setup_nodes "$CLIENT"
	for ((node = 1; node <= hosts; node++)); do
		sysctl_set "$node" net.carp.arpbalance="$1" net.carp.preempt=1
		for ((vhid = 1; vhid <= hosts; vhid++)); do
			after=$(((node - vhid + hosts) % hosts))
			echo "link add carp$vhid link eth0 type carp" \
				"pass $PASS vhid $vhid advskew $((after * 12))"
			echo "addr add $VIP/$LEN dev carp$vhid"
			echo "link set carp$vhid up"
		done >"$TMP/batch"
		must nip "$node" -batch "$TMP/batch"
	done
	check "each host has its vhid" slowwait 20 each_has_its_own "$hosts"
}

# has HOST "VHID...": it is master of these and of no others
has() {
	local line vhids=()

	while read -r line; do
		[[ ! $line =~ carp([0-9]+)@.*\ carp\ state\ MASTER ]] ||
			vhids+=("${BASH_REMATCH[1]}")
	done < <(nip "$1" -d -o link show type carp)
	[ "${vhids[*]}" = "$2" ]
}

each_has_its_own() {
	local node

	for ((node = 1; node <= $1; node++)); do
		has "$node" "$node" || return 1
	done
}

# chosen_by MODE HOSTS: and again when each host in turn has died, and is back
chosen_by() {
	local hosts=$2 dead heir both

	setup_askers "$@"
	# shellcheck disable=SC2046 # a list of vhids
	start_clients ask eth0 "$VIP" "$CLIENTS" "$1" "$PASS" $(seq "$hosts")
	each_once "all alive" "$hosts"
	for ((dead = 1; dead <= hosts; dead++)); do
		heir=$((dead % hosts + 1))
		both="$dead $heir"
		[ "$dead" -lt "$heir" ] || both="$heir $dead"
		must nip seg link set "p$dead" down
		none_twice_until 5 "host $heir takes its vhid over" \
			has "$heir" "$both"
		each_once "host $dead is dead" "$hosts"
		must nip seg link set "p$dead" up
		check "host $dead has its vhid again" slowwait 10 \
			each_has_its_own "$hosts"
		each_once "host $dead is back" "$hosts"
	done
}

an_asker_is_answered_by_the_vhid_that_its_address_chooses() {
	chosen_by 1 2
}

an_asker_is_answered_by_the_vhid_that_its_mac_chooses() {
	chosen_by 2 2
}

the_address_chooses_one_of_three() {
	chosen_by 1 3
}

the_mac_chooses_one_of_three() {
	chosen_by 2 3
}

the_address_chooses_one_of_eight() {
	chosen_by 1 8
}

the_mac_chooses_one_of_eight() {
	chosen_by 2 8
}

# A takeover, and a question of the host's own, would move the client.
nobody_is_drawn_to_another_vhid_by_what_a_host_sends() {
	setup_askers 1
	must nip 1 addr flush dev eth0
	check "the client is told" n 3 ping -c 1 -W 1 "$VIP"
	nip 3 neigh show "$VIP" dev eth0 >"$TMP/before"
	capture 3 eth0 "$TMP/all" arp and not src host 192.0.2.3
	must nip 2 link set carp2 down
	check "host 1 has vhid 2 too" slowwait 5 is_state 1 MASTER carp2
	n 1 ping -c 1 -W 1 -I "$VIP" 192.0.2.3 >"$TMP/ping" 2>&1
	check "host 1 asked for the client and was answered" \
		grep -q " 0% packet loss" "$TMP/ping"
	capture_stop "$CAPTURE"
	equal "nothing but answers binds the address" 0 \
		"$(frames "$TMP/all" "arp[6:2] = 1 and arp[14:4] = 0xc0000264" |
		wc -l)"
	nip 3 neigh show "$VIP" dev eth0 >"$TMP/after"
	equal "the client's entry" \
		"$(grep -o "lladdr [^ ]*" "$TMP/before")" \
		"$(grep -o "lladdr [^ ]*" "$TMP/after")"
}

tests_run "$@"
