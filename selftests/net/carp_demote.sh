#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Demotion: what causes it, what it does on the wire, and that nothing of it is
# left when the cause is gone.
# shellcheck disable=SC2317 # functions called by name

ALL_TESTS="
	demoting_a_group_swaps_the_roles
	demoting_a_group_swaps_the_roles_with_the_parents_mac
	demoting_a_group_swaps_the_roles_of_unicast_peers
	demoting_a_group_swaps_the_roles_of_unicast_peers_with_the_parents_mac
	demoting_a_device_or_the_host_swaps_the_roles
	negative_demotion_leaves_one_master
	the_sum_is_told_in_the_byte_and_in_advskew
	a_gateway_pair_moves_both_addresses_when_the_uplink_goes
	a_tracked_link_hands_over_and_takes_back
	a_tracked_link_that_goes_away_counts_until_it_is_back
	what_cannot_be_tracked_is_refused
	sending_that_fails_demotes_until_it_works_again
	advertisements_that_fail_together_count_once
	members_do_not_take_turns_where_only_advertisements_are_refused
	no_demotion_is_left_when_every_cause_is_gone
	a_master_that_is_demoted_no_longer_speaks_as_often_as_before
	counts_that_overflow_are_refused
	a_syncgroup_moves_as_one
	a_syncgroup_of_four_hundred_moves_at_once
	a_device_that_was_deleted_demotes_nobody
	of_two_masters_the_one_that_stays_announces_itself_at_once
	addresses_are_announced_again_by_time
	addresses_are_announced_again_when_a_bond_fails_over
	each_transition_is_a_uevent
	a_link_is_tracked_by_any_of_its_names
	what_has_gone_is_tracked_no_more_by_a_name_that_is_anothers_now
	a_master_that_yields_when_it_is_demoted_says_no_more
	a_parent_that_is_deleted_demotes_nobody
	a_device_does_not_become_what_it_tracks
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"
# shellcheck source=demote_lib.sh
. "$(dirname "$0")/demote_lib.sh"

# uplink NODE up|down: of its second interface
uplink() {
	must nip seg link set "q$1" "$2"
}

# Nodes 1 and 2 are gateways with an uplink, eth1; node 3 is inside.
gateways() {
	local node

	setup_nodes 3
	must nip seg link add br1 type bridge forward_delay 0
	must nip seg link set br1 up
	for node in 1 2; do
		must nip seg link add "q$node" type veth peer name eth1 \
			netns "${NS[$node]}"
		must nip seg link set "q$node" master br1 up
		must nip "$node" addr add "198.51.100.$node/24" dev eth1
		must nip "$node" link set eth1 up
		sysctl_set "$node" net.carp.preempt=1
	done
	member 1
	member 2 advskew 100
}

# outside NODE: carp1 on its uplink
outside() {
	{
		echo "link add carp1 link eth1 type carp vhid 2 pass other" \
			"advskew $((($1 - 1) * 100))"
		echo "addr add 198.51.100.100/24 dev carp1"
		echo "link set carp1 up"
	} >"$TMP/batch"
	must nip "$1" -batch "$TMP/batch"
}

a_gateway_pair_moves_both_addresses_when_the_uplink_goes() {
	gateways
	outside 1
	outside 2
	check "the first has both" slowwait 5 roles 1 2
	check "the first has both" slowwait 5 roles 1 2 carp1
	uplink 1 down
	check "inside moves" slowwait 1.5 roles 2 1
	check "outside moves" slowwait 4 is_state 2 MASTER carp1
	check "and is out" is_state 1 INIT carp1
	equal "the host's sum" 240 "$(n 1 sysctl -n net.carp.demotion)"
	check "a client gets through" n 3 ping -q -c 2 -i 0.2 -W 1 "$VIP"
	check "the log says why" busywait 1 tells \
		"carp0: demoted by 240 to 240 (interface down)" dmesg
	uplink 1 up
	check "inside comes back" slowwait 5 roles 1 2
	check "outside comes back" slowwait 5 roles 1 2 carp1
	equal "nothing left" 0 "$(n 1 sysctl -n net.carp.demotion)"
	check "the log says that too" busywait 1 tells \
		"carp0: demoted by -240 to 0 (interface up)" dmesg
}

a_tracked_link_hands_over_and_takes_back() {
	gateways
	check "the first is master" slowwait 5 roles 1 2
	must carp 1 carp0 track eth1 weight 50
	check "it stays" holds 1 roles 1 2
	uplink 1 down
	check "handed over" slowwait 1.5 roles 2 1
	check "by its weight" is_demoted 1 50
	check "shown" grep -q "eth1" <(carp 1 carp0)
	must carp 1 carp0 track eth1 weight 70
	check "another weight" is_demoted 1 70
	uplink 1 up
	check "taken back" slowwait 3 roles 1 2
	check "nothing left" is_demoted 1 0
	calm
	# A link that is set down is as good as one without carrier.
	must nip 1 link set eth1 down
	check "handed over" busywait 0.3 roles 2 1
	must carp 1 carp0 -track eth1
	check "tracked no more" is_demoted 1 0
	check "taken back" slowwait 3 roles 1 2
	# All links of a group, each with the weight.
	must nip 1 link add d0 group 7 up type dummy
	must nip 1 link add d1 group 7 up type dummy
	must carp 1 carp0 track group 7 weight 20
	check "both are up" is_demoted 1 0
	must nip 1 link set d0 down
	check "one is down" busywait 0.3 is_demoted 1 20
	must nip 1 link set d1 down
	check "both are down" busywait 0.3 is_demoted 1 40
	must nip 1 link del d1
	check "one is left" busywait 0.3 is_demoted 1 20
	must carp 1 carp0 -track group 7
	check "tracked no more" is_demoted 1 0
}

a_tracked_link_that_goes_away_counts_until_it_is_back() {
	setup_nodes 2
	member 1
	must nip 1 link add d0 up type dummy
	must carp 1 carp0 track d0
	check "up" is_demoted 1 0
	must nip 1 link set d0 down
	must nip 1 link set d0 name d5
	must nip 1 link set d5 up
	check "renamed: followed" is_demoted 1 0
	must nip 1 link set d5 down
	check "under its new name" is_demoted 1 240
	must nip 1 link set d5 up
	must nip 1 link del d5
	check "deleted: down" busywait 0.5 is_demoted 1 240
	# A configuration can be applied again meanwhile.
	check "the same again" carp 1 carp0 track d5
	check "another weight" carp 1 carp0 track d5 weight 70
	check "that counts" is_demoted 1 70
	check "and by ip" nip 1 link set carp0 type carp track d5 weight 240
	check "and that" is_demoted 1 240
	refused "what was never there" "no such" carp 1 carp0 track d5 track d6
	refused "by ip" "no such link to track" nip 1 link set carp0 type carp \
		track d6
	must nip 1 link add d5 up type dummy
	check "again there" busywait 0.5 is_demoted 1 0
	must nip 1 link set d5 netns "${NS[2]}"
	check "moved away: down" busywait 0.5 is_demoted 1 240
	must nip 2 link set d5 netns "${NS[1]}"
	check "back but not up" is_demoted 1 240
	must nip 1 link set d5 up
	check "back" busywait 0.5 is_demoted 1 0
	# Another one that is tracked takes the name of one that has gone.
	must nip 1 link add d6 type dummy
	must carp 1 carp0 track d6
	must nip 1 link del d5
	check "gone and down" busywait 0.5 is_demoted 1 480
	must nip 1 link set d6 name d5
	check "one is left" is_demoted 1 240
	equal "and told" "d5 240 1" "$(info 1 \
		'.track | map("\(.link) \(.weight) \(.down)") | join(", ")')"
	must nip 1 link set d5 up
	check "up" busywait 0.5 is_demoted 1 0
	must nip 1 link del carp0
	must nip 1 link del d5
	check "the module goes" rmmod carp
	must modprobe carp
}

what_cannot_be_tracked_is_refused() {
	local before group words=()

	setup_nodes 1
	member 1
	must nip 1 link add red up type vrf table 10
	must nip 1 link set carp0 master red
	before=$(carp 1 -j carp0)
	refused "itself" "itself" carp 1 carp0 track carp0
	refused "its own upper device" "on top of it" carp 1 carp0 track red
	refused "nothing" "no such" carp 1 carp0 track nothing0
	refused "no weight" "weight" carp 1 carp0 track eth0 weight 0
	refused "too much" "weight" carp 1 carp0 track eth0 weight 256
	refused "no group" "group" carp 1 carp0 track group no-such-group
	equal "nothing has changed" "$before" "$(carp 1 -j carp0)"
	for ((group = 1; group <= 32; group++)); do
		words+=(track group "$group")
	done
	must carp 1 carp0 "${words[@]}"
	check "the same again" carp 1 carp0 "${words[@]}"
	refused "one more" "32" carp 1 carp0 track group 33
	must carp 1 carp0 -track group 7
	check "one less, and it is" carp 1 carp0 track group 33
	check "in one go" carp 1 carp0 track group 34 -track group 8
	refused "once more" "32" carp 1 carp0 track group 35 track group 36 \
		-track group 9
}

no_demotion_is_left_when_every_cause_is_gone() {
	local i

	gateways
	outside 1
	must carp 1 carp0 track eth1 weight 9
	for i in 1 2 3; do
		uplink 1 down
		check "down, round $i" slowwait 2 is_demoted 1 249
		case $i in
		1)	uplink 1 up ;;
		2)	must nip 1 link set carp1 down
			uplink 1 up
			must nip 1 link set carp1 up ;;
		3)	must nip 1 link del carp1
			uplink 1 up ;;
		esac
		check "nothing left, round $i" slowwait 2 is_demoted 1 0
	done
	# A factor that changes meanwhile leaves nothing either.
	outside 1
	uplink 1 down
	check "down" slowwait 2 is_demoted 1 249
	sysctl_set 1 net.carp.ifdown_demotion_factor=10
	check "another factor" slowwait 4 is_demoted 1 19
	uplink 1 up
	check "nothing left" slowwait 2 is_demoted 1 0
	sysctl_set 1 net.carp.ifdown_demotion_factor=240
	# Set down or forbidden, a device demotes nobody.
	uplink 1 down
	check "down" slowwait 2 is_demoted 1 249
	sysctl_set 1 net.carp.allow=0
	equal "not allowed" 0 "$(n 1 sysctl -n net.carp.demotion)"
	sysctl_set 1 net.carp.allow=1
	equal "allowed" 240 "$(n 1 sysctl -n net.carp.demotion)"
	uplink 1 up
	check "nothing left" slowwait 2 is_demoted 1 0
}

counts_that_overflow_are_refused() {
	local before value

	setup_nodes 1
	member 1
	must carp 1 carp0 carpdemote 200
	must carp 1 -g 5 carpdemote 200
	sysctl_set 1 net.carp.demotion=100
	before=$(carp 1 -j carp0)
	refused "a device" "255" carp 1 carp0 carpdemote 56
	refused "a group" "255" carp 1 -g 5 carpdemote 56
	refused "a group, below" "255" carp 1 -g 5 -carpdemote 201
	refused "no number" "" carp 1 carp0 carpdemote many
	for value in 2147483647 -2147483648 99999999999 1x ""; do
		check "sysctl $value" fails n 1 sysctl -qw \
			"net.carp.demotion=$value"
	done
	equal "nothing has changed" "$before" "$(carp 1 -j carp0)"
	equal "nor the group" "5: carp demote count 200" "$(carp 1 -g 5)"
	equal "nor the host" 100 "$(n 1 sysctl -n net.carp.demotion)"
}

# has_sent_more THAN
has_sent_more() {
	[ "$(counter 1 "$OUT")" -gt "$1" ]
}

a_master_that_is_demoted_no_longer_speaks_as_often_as_before() {
	local sent

	setup_nodes 2
	member 1
	check "alone" slowwait 5 is_state 1 MASTER
	sent=$(counter 1 "$OUT")
	must carp 1 carp0 carpdemote 240
	check "it says so, and has 1.94 s to the next" has_sent_more "$sent"
	sent=$(counter 1 "$OUT")
	must carp 1 carp0 -carpdemote 240
	# Where time is virtual a busywait would not let it pass.
	sleep 1.5
	check "1 s it is again" has_sent_more "$sent"
}

a_syncgroup_moves_as_one() {
	local node

	gateways
	for node in 1 2; do
		outside "$node"
		must nip "$node" link set carp0 group 8
		must nip "$node" link set carp1 group 8
		must carp "$node" carp0 syncgroup
		must carp "$node" carp1 syncgroup
		sysctl_set "$node" net.carp.ifdown_demotion_factor=0
	done
	check "the first has both" slowwait 5 roles 1 2
	check "the first has both" slowwait 5 roles 1 2 carp1
	check "not demoted" is_demoted 1 0
	must carp 1 carp0 carpdemote 7
	check "both move" busywait 0.2 roles 2 1
	check "both move" busywait 0.2 roles 2 1 carp1
	check "the worst counts" is_demoted 1 7 carp1
	must carp 1 carp0 -carpdemote 7
	check "both come back" slowwait 3 roles 1 2
	check "both come back" slowwait 3 roles 1 2 carp1
	calm
	# One that takes no part is the worst there can be.
	must nip 1 link set carp1 down
	check "the other is handed over" busywait 0.3 roles 2 1
	must nip 1 link set carp1 up
	check "both come back" slowwait 5 roles 1 2
	check "both come back" slowwait 5 roles 1 2 carp1
	# So is the state that the administrator asks for.
	sysctl_set 1 net.carp.preempt=0
	must nip 1 link set carp0 type carp state backup
	check "both are backup" is_state 1 BACKUP carp1
	check "not demoted" is_demoted 1 0
}

# at_once COMMAND...: within a fifth of a second
at_once() {
	local start=${EPOCHREALTIME/./} took

	"$@"
	took=$((${EPOCHREALTIME/./} - start))
	check "in $took us" [ "$took" -lt $((200000 * SLOW)) ]
}

# On two parents; each tracks a group of links besides.
a_syncgroup_of_four_hundred_moves_at_once() {
	local vlan vhid tracks

	printf -v tracks " track group %d" {1..32}
	setup_nodes 2
	for vlan in 1 2; do
		echo "link add link eth0 name eth0.$vlan type vlan id $vlan"
		echo "link set eth0.$vlan up"
		for vhid in {1..200}; do
			echo "link add c$vlan.$vhid link eth0.$vlan type carp" \
				"vhid $vhid pass $PASS syncgroup on$tracks"
			echo "addr add 10.0.$vlan.$vhid/32 dev c$vlan.$vhid"
			echo "link set c$vlan.$vhid up"
		done
	done >"$TMP/devices"
	must nip 1 -batch "$TMP/devices"
	sysctl_set 1 net.carp.ifdown_demotion_factor=0
	check "no demotion" is_demoted 1 0 c2.200
	at_once must nip 1 link set eth0.1 down
	check "the others are demoted" is_demoted 1 240 c2.1
	check "all of them" is_demoted 1 240 c2.200
	must nip 1 link set c2.7 group 33
	check "but one that is no longer of the group" is_demoted 1 0 c2.7
	at_once must nip 1 link set eth0.1 up
	check "and no longer" is_demoted 1 0 c2.1
}

a_device_that_was_deleted_demotes_nobody() {
	setup_nodes 1
	member 1 syncgroup on
	check "master" slowwait 5 is_state 1 MASTER
	must nip 1 link add carp1 link eth0 type carp vhid 2 pass "$PASS" \
		syncgroup on
	# It has no address and takes no part.
	check "demoted" busywait 2 is_demoted 1 240
	must nip 1 link del carp1
	check "no longer" busywait 0.2 is_demoted 1 0
}

# Who falls short of room in a queue does so for a moment.
advertisements_that_fail_together_count_once() {
	setup_nodes 2
	member 1 advbase 20
	must nip 1 link set carp0 type carp state master
	must n 1 tc qdisc add dev eth0 clsact
	must n 1 tc filter add dev eth0 egress matchall action drop
	# Each time it begins to be demoted it says so at once.
	for _ in {1..5}; do
		echo "link set carp0 type carp demotion 1"
		echo "link set carp0 type carp demotion 0"
	done >"$TMP/batch"
	must nip 1 -batch "$TMP/batch"
	check "they have failed" test "$(counter 1 oerrors)" -ge 5
	check "and it is not demoted" holds 1 is_demoted 1 0
}

each_transition_is_a_uevent() {
	setup_nodes 2
	member 1
	bg 1 timeout 20 python3 -c '
import socket
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 15)
s.bind((0, 1))
print("listening", flush=True)
while True:
    words = s.recv(8192).decode(errors="replace").split("\0")
    event = dict(w.split("=", 1) for w in words if "=" in w)
    if "CARP_STATE" in event:
        print(*(event[k] for k in ("ACTION", "SUBSYSTEM", "INTERFACE",
              "CARP_VHID", "CARP_FROM", "CARP_STATE", "CARP_SERIAL",
              "CARP_REASON")), flush=True)'
	check "listening" slowwait 5 grep -q listening "$BG_OUT"
	must nip 1 link set carp0 type carp state master
	must nip 1 link set carp0 down
	check "both" slowwait 5 grep -q INIT "$BG_OUT"
	equal "in order" "listening
change net carp0 1 BACKUP MASTER 2 user requested
change net carp0 1 MASTER INIT 3 interface set down" "$(cat "$BG_OUT")"
}

altname() {
	must nip 1 link add eth1 type dummy
	must nip 1 link property add dev eth1 altname uplink0
	must nip 1 link set eth1 up
}

a_link_is_tracked_by_any_of_its_names() {
	setup_nodes 1
	altname
	member 1
	must carp 1 carp0 track uplink0 weight 40
	check "up" is_demoted 1 0
	must nip 1 link del eth1
	check "gone" busywait 0.3 is_demoted 1 40
	altname
	check "back" busywait 0.3 is_demoted 1 0
	must carp 1 carp0 track eth1 weight 60
	must nip 1 link set eth1 down
	check "not twice" busywait 0.3 is_demoted 1 60
	must carp 1 carp0 -track uplink0
	check "tracked no more" busywait 0.3 is_demoted 1 0
}

# away: d0 is tracked, and gone
away() {
	must nip 1 link add d0 type dummy
	must carp 1 carp0 track d0 weight 40
	must nip 1 link del d0
	check "it counts" busywait 0.3 is_demoted 1 40
}

what_has_gone_is_tracked_no_more_by_a_name_that_is_anothers_now() {
	setup_nodes 1
	altname
	member 1
	away
	must nip 1 link property add dev eth1 altname d0
	must carp 1 carp0 -track d0
	check "tracked no more" busywait 0.3 is_demoted 1 0
	must nip 1 link property del dev eth1 altname d0
	away
	must nip 1 link property add dev eth1 altname d0
	must nip 1 link set carp0 type carp notrack d0
	check "nor by ip" busywait 0.3 is_demoted 1 0
}

# With its devices, and no fault is left to be made up for.
a_parent_that_is_deleted_demotes_nobody() {
	setup_nodes 2
	must nip 1 link add d0 multicast on type dummy
	must nip 1 link set d0 up
	member 1
	must nip 1 link add carp1 link d0 type carp vhid 2
	must nip 1 addr add 10.1.0.1/24 dev carp1
	must nip 1 link set carp1 up
	check "master" slowwait 5 is_state 1 MASTER
	check "of both" slowwait 5 is_state 1 MASTER carp1
	member 2 advskew 100
	check "backup" slowwait 5 is_state 2 BACKUP
	must nip 1 link del d0
	check "not demoted" holds 3 is_demoted 1 0
	equal "there was none other" "2 1" "$(attr 1 serial) $(attr 2 serial)"
}

hears() {
	[ "$(counter "$1" ipackets)" -ge 1 ]
}

a_master_that_yields_when_it_is_demoted_says_no_more() {
	local sent

	setup_nodes 2
	must nip 1 link add d0 multicast on type dummy
	sysctl_set 1 net.carp.ifdown_demotion_factor=0
	must nip 1 link add carp1 link d0 type carp vhid 2
	must nip 1 addr add 10.1.0.1/24 dev carp1
	must nip 1 link set carp1 up
	member 1 advbase 200
	member 2 advbase 200
	must nip 1 link set carp0 type carp state master
	check "node 2 hears it" slowwait 5 hears 2
	sent=$(counter 1 opackets)
	# Nobody is told of it: what is heard next finds it.
	sysctl_set 1 net.carp.ifdown_demotion_factor=240
	must nip 2 link set carp0 type carp state master
	check "it yields" slowwait 5 is_state 1 BACKUP
	check "demoted" is_demoted 1 240
	equal "and is silent" "$sent" "$(counter 1 opackets)"
}

a_device_does_not_become_what_it_tracks() {
	setup_nodes 1
	must nip 1 link add eth1 type dummy
	must nip 1 link set eth1 up
	member 1
	must carp 1 carp0 track eth1 weight 40
	must nip 1 link del eth1
	check "gone" busywait 0.3 is_demoted 1 40
	must nip 1 link set carp0 down
	must nip 1 link set carp0 name eth1
	must nip 1 link set eth1 up
	equal "still" 40 "$(carp 1 -j eth1 | json_value demoted)"
}

tests_run "$@"
