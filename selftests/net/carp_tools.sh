#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What carpconfig and ip show, set and tell, against the module. What they refuse
# is in carp_api.sh. CARPCONFIG names another carpconfig, such as one built with
# sanitizers.
# shellcheck disable=SC2317 # functions called by name

# shellcheck disable=SC2034 # for carp_lib.sh
ALL_TESTS="
	carpconfig_prints_as_ifconfig_does
	carpconfig_prints_json
	carpconfig_prints_the_counters_as_netstat_does
	carpconfig_adds_and_removes_addresses_beside_the_others
	carpconfig_adds_and_removes_ipv6_addresses
	carpconfig_leaves_an_address_that_is_set_alone
	carpconfig_knows_an_address_by_its_length_too
	carpconfig_sets_peers_and_forms
	carpconfig_keeps_the_peers_when_something_else_is_set
	carpconfig_sets_the_mac_address
	ip_sets_peers_and_forms
	carpconfig_takes_no_mtu_above_the_parents
	carpconfig_leaves_nothing_half_made
	carpconfig_reads_what_changes_all_the_time
	ip_prints_state_counters_and_history
	the_key_is_the_same_however_it_is_given
	monitor_prints_each_transition_once
	monitor_prints_an_object_a_line
	monitor_follows_interfaces_that_come_and_go
	monitor_is_silent_about_other_interfaces
	monitor_recovers_what_its_socket_lost
	monitor_ends_when_nobody_reads
	a_change_is_told_of_a_device_that_is_down
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"
# shellcheck source=tools_lib.sh
. "$(dirname "$0")/tools_lib.sh"

carpconfig_prints_as_ifconfig_does() {
	local new="carp0: flags=8802<BROADCAST,SIMPLEX,MULTICAST> mtu 1500
	lladdr 00:00:5e:00:01:07
	carp: INIT carpdev eth0 vhid 7 advbase 1 advskew 0
	status: init"
	local master="carp0: flags=8843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> mtu 1400
	lladdr 00:00:5e:00:01:01
	carp: MASTER carpdev eth0 vhid 1 advbase 200 advskew 10
	status: master
	inet 192.0.2.100 netmask 0xffffff00
	inet 192.0.2.101 netmask 0xffffffff
	inet 198.51.100.1 netmask 0xffffff80 broadcast 198.51.100.127"
	local backup="carp0: flags=8843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> mtu 1400
	lladdr 00:00:5e:00:01:01
	carp: BACKUP carpdev eth0 vhid 1 advbase 200 advskew 10
	status: backup"

	setup_nodes 1
	equal "nothing to show" "" "$(carp 1)"
	must carp 1 carp0 create carpdev eth0
	must carp 1 carp0 vhid 7
	equal "a new interface" "$new" "$(carp 1 carp0)"
	must carp 1 carp0 vhid 1 advbase 200 advskew 10 pass "$PASS" mtu 1400 \
		"$VIP/24" 192.0.2.101 198.51.100.1 netmask 255.255.255.128 \
		broadcast 198.51.100.127
	equal "a backup" "$backup" "$(carp 1 carp0 | head -n 4)"
	must carp 1 carp0 state master
	equal "a master" "$master" "$(carp 1 carp0 | grep -v inet6)"
	equal "all of them" "$master" "$(carp 1 | grep -v inet6)"
	must carp 1 carp0 destroy
	equal "nothing again" "" "$(carp 1)"
}

carpconfig_prints_json() {
	setup_master
	equal "key" true "$(field 1 .key_set)"
	equal "addresses" "$VIP/24" \
		"$(field 1 '.inet[] | "\(.address)/\(.prefixlen)"')"
	equal "states" "BACKUP MASTER" "$(field 1 '.history | map(.to) | join(" ")')"
	equal "reason" "user requested" "$(field 1 .reason)"
	equal "flags" "UP BROADCAST RUNNING SIMPLEX MULTICAST" \
		"$(field 1 '.flags | join(" ")')"
	equal "counter" 1 "$(field 1 .stats.preempt)"
	check "the time is now" test "$(field 1 \
		'now - .history[1].time / 1000000000 | fabs | . < 60')" = true
}

carpconfig_prints_the_counters_as_netstat_does() {
	setup_master
	carp 1 -s carp0 >"$TMP/stats"
	equal "the first line" "carp0:" "$(head -n 1 "$TMP/stats")"
	check "received" grep -qx '	0 packets received (IPv4)' "$TMP/stats"
	check "discarded" grep -qx '		0 discarded for bad authentication' \
		"$TMP/stats"
	check "the singular" grep -qx '	1 transition to master' "$TMP/stats"
	equal "each counter" "$(field 1 '.stats | length')" \
		"$(grep -c '^	' "$TMP/stats")"
	check "-s -s: the history" grep -q \
		'BACKUP -> MASTER (user requested) serial 2$' <(carp 1 -s -s carp0)
}

carpconfig_adds_and_removes_addresses_beside_the_others() {
	local addresses='.inet + .inet6 | map(.address) | join(" ")'
	local serial

	setup_master
	serial=$(field 1 .serial)
	must carp 1 carp0 192.0.2.102/24
	equal "added" "$VIP 192.0.2.102" "$(field 1 ".inet | map(.address) |
		join(\" \")")"
	must carp 1 carp0 192.0.2.103/24 "$VIP" -alias
	equal "the first of a subnet replaced" "192.0.2.102 192.0.2.103" \
		"$(field 1 '.inet | map(.address) | sort | join(" ")')"
	must carp 1 carp0 "$VIP/24" 192.0.2.102 -alias 192.0.2.103 delete
	equal "and back" "$VIP" "$(field 1 "$addresses")"
	equal "no transition" "$serial" "$(field 1 .serial)"
	check "down with an address" carp 1 carp0 192.0.2.104/24 down
	equal "stays down" INIT "$(field 1 .state)"
	check "an address sets it up" carp 1 carp0 192.0.2.105/24
	check "it takes part" slowwait 5 has 1 .state BACKUP
}

# A host alone that stays backup, with an address of each family.
setup_backup() {
	setup_nodes 1
	must carp 1 carp0 create carpdev eth0 vhid 1 advbase 200 advskew 10 \
		pass "$PASS" "$VIP/24" inet6 2001:db8::100/64
	must slowwait 5 has 1 .state BACKUP
}

carpconfig_adds_and_removes_ipv6_addresses() {
	local all="	inet $VIP netmask 0xffffff00
	inet6 2001:db8::100 prefixlen 64
	inet6 2001:db8::101 prefixlen 128
	inet6 2001:db8::102 prefixlen 48
	inet6 fe80::100%carp0 prefixlen 64"

	setup_backup
	must carp 1 carp0 2001:db8::101 inet6 2001:db8::102 prefixlen 48 \
		fe80::100/64
	equal "a backup" "$all" "$(carp 1 carp0 | grep inet | sort)"
	must carp 1 carp0 state master
	equal "a master" "$all" "$(carp 1 carp0 | grep inet | sort)"
	equal "JSON" "2001:db8::100/64 2001:db8::101/128 2001:db8::102/48 fe80::100/64" \
		"$(field 1 '.inet6 | map("\(.address)/\(.prefixlen)") |
		sort | join(" ")')"
	check "one removed as it is printed" \
		carp 1 carp0 inet6 fe80::100%carp0 prefixlen 64 -alias
	check "two removed without a length" \
		carp 1 carp0 2001:db8::101 -alias inet6 -alias 2001:db8::102
	equal "the others" "$(head -n 2 <<<"$all")" \
		"$(carp 1 carp0 | grep inet)"
	refused "one that is not there" "2001:db8::101 is not set" \
		carp 1 carp0 2001:db8::101 -alias
	refused "another length" "set with prefix length 64, not 48: remove" \
		carp 1 carp0 2001:db8::100/48
}

# set_again STATE: what is said twice in this state, nobody hears of
set_again() {
	bg 1 ip monitor link address
	must slowwait 5 listens "$BG" 111
	check "$1: the same again" carp 1 carp0 2001:db8::100/64 "$VIP/24" up
	equal "$1: is silent" "" "$(carp 1 carp0 inet6 2001:db8::100 2>&1)"
	# What comes after it is heard, so it would have been.
	must nip 1 link set lo alias "$1"
	must slowwait 5 grep -q ": lo: " "$BG_OUT"
	equal "$1: nothing happened" "" \
		"$(grep -E 'carp0|2001:db8::100' "$BG_OUT")"
	bg_stop "$BG" TERM
}

carpconfig_leaves_an_address_that_is_set_alone() {
	setup_backup
	set_again BACKUP
	must carp 1 carp0 state master
	set_again MASTER
	equal "one of each" "1 1" "$(field 1 '"\(.inet | length) \(.inet6 | length)"')"
}

carpconfig_sets_peers_and_forms() {
	local line="	carp: BACKUP carpdev eth0 vhid 1 advbase 200 advskew 10"

	setup_backup
	must carp 1 carp0 carppeer 192.0.2.2
	equal "as OpenBSD" "$line carppeer 192.0.2.2" \
		"$(carp 1 carp0 | grep carp:)"
	must carp 1 carp0 carppeer6 fe80::2 cksum6 pseudo form orig
	equal "all of it" \
		"$line carppeer 192.0.2.2 carppeer6 fe80::2 cksum6 pseudo form orig" \
		"$(carp 1 carp0 | grep carp:)"
	equal "JSON" '["192.0.2.2","fe80::2","pseudo","orig"]' \
		"$(field 1 '[.peer, .peer6, .cksum6, .form] | tojson')"
	must carp 1 carp0 -carppeer
	equal "one is left" "null fe80::2" "$(field 1 '"\(.peer) \(.peer6)"')"
	must carp 1 carp0 -carppeer6 cksum6 plain form nov6ll
	equal "as by default" "$line" "$(carp 1 carp0 | grep carp:)"
	equal "JSON by default" '[null,null,"plain","nov6ll"]' \
		"$(field 1 '[.peer, .peer6, .cksum6, .form] | tojson')"
	must carp 1 carp1 create carpdev eth0 vhid 2 carppeer6 2001:db8::2 \
		form orig
	check "at creation" grep -q \
		'vhid 2 advbase 1 advskew 0 carppeer6 2001:db8::2 form orig$' \
		<(carp 1 carp1)
}

carpconfig_keeps_the_peers_when_something_else_is_set() {
	local peers='"\(.peer) \(.peer6) \(.cksum6) \(.form)"'

	setup_backup
	must carp 1 carp0 carppeer 192.0.2.224 carppeer6 fe80::2 cksum6 pseudo \
		form orig
	must carp 1 carp0 advskew 20 pass other vhid 2
	must carp 1 carp0 down
	must carp 1 carp0 up
	equal "the same" "192.0.2.224 fe80::2 pseudo orig" "$(field 1 "$peers")"
	must carp 1 carp0 carppeer 192.0.2.3
	equal "one changed" "192.0.2.3 fe80::2 pseudo orig" \
		"$(field 1 "$peers")"
}

carpconfig_sets_the_mac_address() {
	setup_backup
	must carp 1 carp0 lladdr 2:0:0:0:1:A
	equal "set" 02:00:00:00:01:0a "$(field 1 .lladdr)"
	must carp 1 carp0 vhid 3
	equal "kept with another vhid" 02:00:00:00:01:0a "$(field 1 .lladdr)"
	must carp 1 carp0 -lladdr
	equal "that of the vhid" 00:00:5e:00:01:03 "$(field 1 .lladdr)"
	must carp 1 carp0 lladdr 02:00:00:00:01:0b
	must carp 1 carp0 vhid 175 -lladdr
	equal "that of a vhid of the same command" 00:00:5e:00:01:af \
		"$(field 1 .lladdr)"
	must carp 1 carp0 vhid 4
	equal "and it follows the vhid again" 00:00:5e:00:01:04 \
		"$(field 1 .lladdr)"
	must carp 1 carp1 create carpdev eth0 vhid 5 lladdr 02:00:00:00:01:0c
	check "at creation" grep -q '	lladdr 02:00:00:00:01:0c' \
		<(carp 1 carp1)
	must carp 1 carp2 create carpdev eth0 vhid 6 -lladdr
	check "-lladdr at creation" grep -q '	lladdr 00:00:5e:00:01:06' \
		<(carp 1 carp2)
	refused "-lladdr and several nodes" "-lladdr first" \
		carp 1 carp1 -lladdr carpnodes 5:0,9:100
	must carp 1 carp3 create carpdev eth0 carpnodes 7:0,8:100 -lladdr
	must carp 1 carp3 -lladdr
	check "-lladdr with several nodes" \
		grep -q '	lladdr 01:00:5e:00:01:07' <(carp 1 carp3)
	must nip 1 link set carp3 address 01:00:5e:00:01:07
	must carp 1 carp3 vhid 8 -lladdr
	check "-lladdr and one node again" \
		grep -q '	lladdr 00:00:5e:00:01:08' <(carp 1 carp3)
}

ip_sets_peers_and_forms() {
	local filter='.[0].linkinfo.info_data |
		[.peer, .peer6, .cksum6, .form] | tojson'

	setup_backup
	must nip 1 link set carp0 type carp peer 192.0.2.2 peer6 fe80::2 \
		cksum6 pseudo form orig
	equal "carpconfig sees it" '["192.0.2.2","fe80::2","pseudo","orig"]' \
		"$(field 1 '[.peer, .peer6, .cksum6, .form] | tojson')"
	check "text" grep -q ' advskew 10 pass peer 192.0.2.2 peer6 fe80::2 cksum6 pseudo form orig serial ' \
		<(nip 1 -d link show carp0)
	equal "JSON" '["192.0.2.2","fe80::2","pseudo","orig"]' \
		"$(nip 1 -d -j link show carp0 | jq -r "$filter")"
	must nip 1 link set carp0 type carp nopeer nopeer6 cksum6 plain \
		form nov6ll
	check "text by default" grep -q ' advskew 10 pass serial ' \
		<(nip 1 -d link show carp0)
	equal "JSON by default" '[null,null,"plain","nov6ll"]' \
		"$(nip 1 -d -j link show carp0 | jq -r "$filter")"
	must nip 1 link add carp1 link eth0 type carp vhid 2 peer 192.0.2.2
	check "at creation" grep -q ' nopass peer 192.0.2.2 serial ' \
		<(nip 1 -d link show carp1)
}

carpconfig_takes_no_mtu_above_the_parents() {
	local text="is more than the parent's, which is 1500"

	setup_master
	refused "of an interface" "mtu 1501 $text" carp 1 carp0 advskew 20 mtu 1501
	equal "the rest was not taken" 10 "$(field 1 .advskew)"
	refused "of a new one" "mtu 1501 $text" \
		carp 1 carp1 create carpdev eth0 vhid 2 mtu 1501
	check "as much as the parent" carp 1 carp0 mtu 1500
}

carpconfig_leaves_nothing_half_made() {
	setup_nodes 1
	sysctl_set 1 net.ipv6.conf.default.disable_ipv6=1
	refused "an address that cannot be" \
		"IPv6 is" \
		carp 1 carp0 create carpdev eth0 vhid 1 "$VIP/24" 2001:db8::1/64
	check "no interface" fails nip 1 link show carp0
}

# A list of a thousand addresses takes several answers, between which it changes.
carpconfig_reads_what_changes_all_the_time() {
	local i

	in_family 6
	setup_nodes 1
	member 1
	for ((i = 1; i < 1000; i++)); do
		printf 'addr add 2001:db8:9::%x/128 dev carp0\n' "$i"
	done >"$TMP/addresses"
	must nip 1 -batch "$TMP/addresses"
	for ((i = 0; i < 5000; i++)); do
		echo "addr add 2001:db8:8::1/128 dev eth0 nodad"
		echo "addr del 2001:db8:8::1/128 dev eth0"
	done >"$TMP/changes"
	bg 1 bash -c "while ip -batch $TMP/changes; do :; done"
	for i in 1 2; do
		carp 1 carp0 >"$TMP/shown"
		check_err $? "carpconfig"
		equal "addresses" 1000 "$(grep -c inet6 "$TMP/shown")"
	done
	bg_stop "$BG" KILL
}

ip_prints_state_counters_and_history() {
	setup_master
	check "text" grep -q 'carp state MASTER vhid 1 advbase 200 advskew 10 pass serial 2 reason "user requested" history INIT>BACKUP>MASTER ' \
		<(nip 1 -d link show carp0)
	check "counters" grep -q '^    preempt 1 grace 0' \
		<(nip 1 -s -d link show carp0)
	nip 1 -s -d -j link show carp0 >"$TMP/json"
	check "JSON" jq -e '.[0].linkinfo | .info_kind == "carp" and
		(.info_data | .vhid == 1 and .state == "MASTER" and .key_set and
		(.history | map(.to)) == ["BACKUP", "MASTER"] and
		.history[1].reason == "user requested")' "$TMP/json"
	check "JSON counters" jq -e '.[0].linkinfo.info_xstats |
		.preempt == 1 and .badauth == 0' "$TMP/json"
	check "help" grep -q 'vhid VHID' <(ip link help carp 2>&1)
}

# understood NODE: advertisements come in, none with a wrong signature
understood() {
	local before after

	before=$(field "$1" '.stats | "\(.ipackets) \(.badauth)"')
	slowwait 5 heard "$1" "${before% *}" || return
	after=$(field "$1" .stats.badauth)
	[ "$after" = "${before#* }" ]
}

# heard NODE COUNT: more than that many
heard() {
	[ "$(field "$1" .stats.ipackets)" -gt "$(($2 + 1))" ]
}

misunderstood() {
	[ "$(field "$1" .stats.badauth)" -gt "$2" ]
}

the_key_is_the_same_however_it_is_given() {
	local set="nip 2 link set carp0 type carp"
	local badauth

	setup_nodes 2
	(umask 077 && printf '%s\nnot this\n' "$PASS" >"$TMP/key")
	must carp 1 carp0 create carpdev eth0 vhid 1 passfile "$TMP/key" \
		"$VIP/24"
	check "alone" slowwait 8 has 1 .state MASTER
	must nip 2 link add carp0 link eth0 type carp vhid 1 advskew 100 \
		pass "$PASS"
	must nip 2 addr add "$VIP/24" dev carp0
	must nip 2 link set carp0 up
	check "ip: pass" understood 2
	# shellcheck disable=SC2086
	must $set nopass
	badauth=$(field 2 .stats.badauth)
	check "ip: nopass is another key" \
		slowwait 5 misunderstood 2 "$badauth"
	# shellcheck disable=SC2086
	must $set passfile "$TMP/key"
	check "ip: passfile" understood 2
	must carp 2 carp0 -pass
	equal "-pass" false "$(field 2 .key_set)"
	# shellcheck disable=SC2086
	check "ip: passfile - is taken" $set passfile - <"$TMP/key"
	check "ip: passfile -" understood 2
	must carp 2 carp0 -pass
	check "carpconfig: passfile - is taken" \
		carp 2 carp0 passfile - <"$TMP/key"
	check "carpconfig: passfile -" understood 2
	must carp 2 carp0 -pass
	must carp 2 carp0 pass "$PASS"
	check "carpconfig: pass" understood 2
	equal "one master" "MASTER BACKUP" \
		"$(field 1 .state) $(field 2 .state)"
}

monitor_prints_each_transition_once() {
	local time='[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{6}[+-][0-9]{4}'

	setup_master
	watch
	flap 10
	check "twenty lines" slowwait 5 lines 20
	in_order 3 22
	check "the first line" grep -Eqx \
		"$time carp0: MASTER -> BACKUP \(user requested\) serial 3" \
		<(head -n 1 "$EVENTS")
	equal "no complaint" "" "$(cat "$ERRORS")"
}

monitor_prints_an_object_a_line() {
	setup_master
	watch -j carp0
	flap 1
	check "two lines" slowwait 5 lines 2
	check "objects" jq -e -s 'length == 2 and (.[1] | .ifname == "carp0" and
		.from == "BACKUP" and .to == "MASTER" and .serial == 4 and
		.reason == "user requested" and .time > 1000000000000000000)' \
		"$EVENTS"
}

monitor_follows_interfaces_that_come_and_go() {
	setup_master
	watch
	must carp 1 carp0 destroy
	check "the end" slowwait 5 grep -q 'carp0: MASTER -> INIT .* serial 3$' \
		"$EVENTS"
	must carp 1 carp0 create carpdev eth0 vhid 1 advbase 200 "$VIP/24"
	check "a new one" slowwait 5 grep -q \
		'carp0: INIT -> BACKUP (initialization complete) serial 1$' \
		"$EVENTS"
	equal "no more than that" 2 "$(wc -l <"$EVENTS")"
	equal "no complaint" "" "$(cat "$ERRORS")"
}

monitor_is_silent_about_other_interfaces() {
	setup_master
	must carp 1 carp1 create carpdev eth0 vhid 2 advbase 200
	watch carp1
	flap 2
	must carp 1 carp1 192.0.2.101/24
	check "its own" slowwait 5 grep -q 'carp1: INIT -> BACKUP' "$EVENTS"
	equal "only that" 1 "$(wc -l <"$EVENTS")"
}

# A monitor that stands still while more happens than its socket can hold.
monitor_recovers_what_its_socket_lost() {
	seq -f 'link set dev lo mtu %.0f' 60001 62000 >"$TMP/changes"
	setup_master
	watch
	kill -STOP "$BG"
	must nip 1 -batch "$TMP/changes"
	flap 5
	kill -CONT "$BG"
	check "it says so" slowwait 5 grep -q 'events were lost' "$ERRORS"
	check "ten lines" slowwait 5 lines 10
	in_order 3 12
	flap 1
	check "and then it goes on" slowwait 5 lines 12
	in_order 3 14
}

# As below socat or inetd: a socket, whose other end is closed.
monitor_ends_when_nobody_reads() {
	setup_master
	bg 1 python3 -c '
import socket, subprocess, sys
ours, its = socket.socketpair()
monitor = subprocess.Popen([sys.argv[1], "monitor"], stdout=its)
its.close()
ours.close()
print("ended with", monitor.wait(), flush=True)' "$CARPCONFIG"
	check "at once" slowwait 5 grep -qx "ended with 1" "$BG_OUT"
	# shellcheck disable=SC2016 # for bash
	bg 1 bash -c '"$0" monitor >/dev/full; echo "ended with $?"' "$CARPCONFIG"
	must slowwait 5 n 1 pgrep -x carpconfig
	check "a full disk" slowwait 5 ends_on_a_full_disk
	check "is told" grep -q "carpconfig: monitor: No space left" "$BG_OUT"
}

ends_on_a_full_disk() {
	flap 1
	grep -qx "ended with 1" "$BG_OUT"
}

carpconfig_knows_an_address_by_its_length_too() {
	setup_master
	must nip 1 addr add 198.51.100.1/24 dev carp0
	must nip 1 addr add 198.51.100.1/25 dev carp0
	check "set already" carp 1 carp0 198.51.100.1/25
	must carp 1 carp0 198.51.100.1/25 -alias
	equal "the other one stays" "$VIP/24 198.51.100.1/24" \
		"$(field 1 '.inet | map("\(.address)/\(.prefixlen)") |
		sort | join(" ")')"
}

a_change_is_told_of_a_device_that_is_down() {
	setup_nodes 1
	must nip 1 link add carp0 link eth0 type carp vhid 1
	bg 1 ip -d monitor link
	# It listens when it tells of something.
	check "it listens" slowwait 5 hears_of_a_flap
	must n 1 carpconfig carp0 advskew 77
	check "told" slowwait 2 grep -q "advskew 77" "$BG_OUT"
}

hears_of_a_flap() {
	nip 1 link set lo down
	nip 1 link set lo up
	[ -s "$BG_OUT" ]
}

tests_run "$@"
