#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Routes and addresses of a device that is not master, where the kernel makes,
# revives or drops them behind our back. Each was a bug once.
# shellcheck disable=SC2317 # functions called by name

ALL_TESTS="
	an_ipv6_address_survives_down_and_up
	and_being_changed_before
	also_where_all_addresses_are_asked_for
	connected_routes_are_there_and_hidden_on_a_backup
	a_second_address_added_on_a_backup_answers_after_takeover
	addresses_survive_the_removal_of_their_first_on_a_backup
	a_dead_multipath_route_holds_no_device
	of_two_routes_a_backup_takes_the_other
	a_vrf_that_saw_traffic_can_be_deleted
	parent_and_device_go_in_one_batch
	one_address_on_two_links_is_answered_on_both
	a_parent_in_a_vrf_counts_no_badif
	no_route_goes_when_the_address_goes_from_another_device
	nor_in_a_vrf
	a_backup_hears_the_master_answer
	also_where_it_comes_in_elsewhere
	local_routes_of_the_administrator_stay_in_force
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"

# shellcheck source=routes_lib.sh
. "$(dirname "$0")/routes_lib.sh"

an_ipv6_address_survives_down_and_up() {
	local i

	setup_nodes 1
	member 1 advskew 0
	must nip 1 addr add 2001:db8::100/64 dev carp0
	for i in 1 2 3; do
		must nip 1 link set carp0 down
		must nip 1 link set carp0 up
		check "round $i: backup" is_state 1 BACKUP
		check "round $i: the address is there" grep -q 2001:db8::100 \
			<(nip 1 addr show dev carp0)
	done
	check "and works" slowwait 10 is_state 1 MASTER
	check "it is local" slowwait 2 \
		tells ^local nip 1 -6 route get 2001:db8::100
}

# and_being_changed_before [ACCEPT_DAD]: whoever says "replace" takes away that nobody is to be asked for the address.
and_being_changed_before() {
	setup_nodes 1
	sysctl_set 1 net.ipv6.conf.all.accept_dad="${1:-0}"
	member 1 advbase 200
	must nip 1 addr add 2001:db8::100/64 dev carp0
	must nip 1 addr replace 2001:db8::100/64 dev carp0
	must nip 1 link set carp0 down
	must nip 1 link set carp0 up
	check "backup" is_state 1 BACKUP
	# The kernel thinks about the address meanwhile.
	sleep 3
	must nip 1 link set carp0 type carp state master
	check "it is local" slowwait 2 \
		tells ^local nip 1 -6 route get 2001:db8::100
	check "in its table" slowwait 2 tells 2001:db8::100 \
		nip 1 -6 route show table local dev carp0
}

also_where_all_addresses_are_asked_for() {
	and_being_changed_before 1
}

# The kernel asks whether it is local elsewhere, and what is hidden is not.
no_route_goes_when_the_address_goes_from_another_device() {
	local before

	setup_nodes 3
	must nip 1 addr flush dev eth0
	member 2 advskew 0
	check "node 2 is master" slowwait 10 is_state 2 MASTER
	member 1 advskew 50
	check "node 1 is backup" is_state 1 BACKUP
	before=$(all_routes 1)

	must nip 1 addr add "$VIP/24" dev eth0
	must nip 1 addr del "$VIP/24" dev eth0
	equal "none by the parent's" "$before" "$(all_routes 1)"
	must nip 1 addr add "$VIP/32" dev lo
	must nip 1 addr del "$VIP/32" dev lo
	equal "none by lo's" "$before" "$(all_routes 1)"
	must nip 1 link add carp2 link eth0 type carp vhid 2 pass "$PASS"
	must nip 1 addr add "$VIP/24" dev carp2
	must nip 1 link set carp2 up
	must nip 1 addr del "$VIP/24" dev carp2
	equal "none by another carp device's" "$before" "$(all_routes 1)"
	must nip 1 addr add "$VIP/24" dev carp2
	must nip 1 link del carp2
	equal "none by its end" "$before" "$(all_routes 1)"
	must nip 1 addr add "$VIP/25" dev carp0
	must nip 1 addr del "$VIP/25" dev carp0
	equal "none by another prefix of its own" "$before" "$(all_routes 1)"
	check "hidden, all of them" hidden 1

	must nip 2 link set carp0 down
	check "node 1 takes over" slowwait 1 is_state 1 MASTER
	check "and can be reached" n 3 ping -q -c 2 -i 0.2 -W 1 "$VIP"
}

# all_routes NODE: out of carp0, in an order of their own
all_routes() {
	nip "$1" route show table all dev carp0 | sort
}

nor_in_a_vrf() {
	local before node

	setup_nodes 3
	for node in 1 2; do
		must nip "$node" addr flush dev eth0
		must nip "$node" link add vrf7 type vrf table 77
		must nip "$node" link set vrf7 up
		must nip "$node" link set eth0 master vrf7
		must nip "$node" link add carp0 link eth0 type carp vhid 1 \
			pass "$PASS" advskew $((node * 50))
		must nip "$node" link set carp0 master vrf7
		must nip "$node" addr add "$VIP/24" dev carp0
	done
	must nip 2 link set carp0 up
	check "node 2 is master" slowwait 10 is_state 2 MASTER
	sysctl_set 1 net.carp.preempt=0
	must nip 1 link set carp0 up
	check "node 1 is backup" is_state 1 BACKUP
	before=$(all_routes 1)
	must nip 1 addr add "$VIP/24" dev eth0
	must nip 1 addr del "$VIP/24" dev eth0
	equal "none has gone" "$before" "$(all_routes 1)"
	must nip 2 link set carp0 down
	check "node 1 takes over" slowwait 1 is_state 1 MASTER
	check "and can be reached" n 3 ping -q -c 2 -i 0.2 -W 1 "$VIP"
}

# accepts NODE DEVICE: there, what comes from the address is no martian
accepts() {
	nip "$1" route get "$NET$1" from "$VIP" iif "$2" >/dev/null 2>&1
}

# backup_and_master: nodes 1 and 2, and nothing was said for a while
backup_and_master() {
	setup_nodes 2
	member 2 advskew 0
	check "node 2 is master" slowwait 10 is_state 2 MASTER
	member 1 advskew 50
	check "node 1 is backup" is_state 1 BACKUP
	check "nothing comes from the address" slowwait 20 fails accepts 1 eth0
}

# Only those who need it pay for what lets them through, and are all let through.
a_backup_hears_the_master_answer() {
	local i

	backup_and_master
	check "the first answer" n 1 ping -q -c 1 -W 1 "$VIP"
	check "more are expected" accepts 1 eth0
	for i in {0..40}; do
		# The end is between two ticks of the kernel's clock.
		sleep "9.$((980 + i))"
		check "ping $i" n 1 ping -q -c 1 -W 1 "$VIP"
	done
	check "no more are expected" slowwait 20 fails accepts 1 eth0
	must n 2 ip neigh flush dev eth0
	check "the master's question for this host" \
		n 2 ping -q -c 1 -W 2 -I "$VIP" "${NET}1"
	must nip 2 link set carp0 down
	check "node 1 takes over" slowwait 1 is_state 1 MASTER
	check "and accepts nothing" fails accepts 1 eth0
}

also_where_it_comes_in_elsewhere() {
	backup_and_master
	cable 1 2
	give 1 198.51.100.1/24 eth1
	give 2 198.51.100.2/24 eth1
	check "the first answer" n 1 ping -q -c 1 -W 1 -I 198.51.100.1 "$VIP"
	equal "by the other link" 198.51.100.1 \
		"$(nip 2 -j route get 198.51.100.1 | json_value prefsrc | \
			sed s/2$/1/)"
	check "that is expected too" accepts 1 eth1
}

local_routes_of_the_administrator_stay_in_force() {
	backup_and_master
	must nip 1 route add local 203.0.113.0/24 dev lo
	check "full lookups" accepts 1 eth0
	check "the first answer" n 1 ping -q -c 1 -W 1 "$VIP"
	sleep 12
	check "after a while" accepts 1 eth0
	must nip 1 link set carp0 down
	must nip 1 link set carp0 up
	check "and another start" accepts 1 eth0
}

tests_run "$@"
