#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What follows from transitions and what demotes, seen by the tools: carpconfig's
# words for demotion, wait, and monitor --exec. CARPCONFIG names another
# carpconfig, such as one built with sanitizers.
# shellcheck disable=SC2317 # functions called by name

# shellcheck disable=SC2034 # for carp_lib.sh
ALL_TESTS="
	carpconfig_demotes_a_device
	carpconfig_sets_what_demotes
	ip_sets_what_demotes
	carpconfig_demotes_a_group
	what_is_refused_changes_nothing
	wait_ends_when_the_state_is_reached
	wait_ends_when_time_is_up_or_the_device_is_gone
	wait_recovers_what_its_socket_lost
	every_reader_ends_right_after_a_flood
	transitions_without_end_leave_rtnl_to_others
	demotions_without_end_do_not_flood_the_log
	neither_do_those_of_many_devices
	hooks_are_told_of_the_event
	hooks_are_run_in_order
	hooks_that_hang_are_killed_with_what_they_forked
	hooks_that_fail_are_reported
	hooks_are_run_whatever_is_ignored
	hooks_are_told_that_a_device_is_gone
	hooks_of_a_device_that_is_renamed_or_deleted_wait_their_turn
	hooks_learn_of_another_name
	hooks_survive_the_loss_of_their_directory_and_of_the_module
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"
# shellcheck source=tools_lib.sh
. "$(dirname "$0")/tools_lib.sh"

carp_line() {
	carp 1 carp0 | sed -n 's/^	carp: //p'
}

carpconfig_demotes_a_device() {
	local line="MASTER carpdev eth0 vhid 1 advbase 200 advskew 10"

	setup_master
	must carp 1 carp0 carpdemote
	equal "by one" "1 1" "$(field 1 "$DEMOTION")"
	equal "text" "$line carpdemote 1 demoted 1" "$(carp_line)"
	must carp 1 carp0 carpdemote 254
	equal "to the most" "255 255" "$(field 1 "$DEMOTION")"
	refused "more" "the demotion count of a device must stay within -255..255" \
		carp 1 carp0 advskew 20 carpdemote
	equal "nothing of it" "255 10" "$(field 1 '"\(.demotion) \(.advskew)"')"
	must carp 1 carp0 -carpdemote 255
	equal "and back" "0 0" "$(field 1 "$DEMOTION")"
	equal "text by default" "$line" "$(carp_line)"
	must carp 1 carp0 -carpdemote
	equal "below" "-1 -1" "$(field 1 "$DEMOTION")"
	equal "text" "$line carpdemote -1 demoted -1" "$(carp_line)"
	must carp 1 carp1 create carpdev eth0 vhid 2 carpdemote 5
	equal "at creation" 5 "$(carp 1 -j carp1 | json_value demotion)"
}

carpconfig_sets_what_demotes() {
	local text json tracks

	tracks='.track | map("\(.link // .group) \(.weight) \(.down)") | join(", ")'
	text="	track up0 weight 240: up
	track down0 weight 10: down
	track group wan weight 20: 0 down"
	json='"\(.demotestyle) \(.syncgroup) \(.announce)"'

	setup_links
	equal "by default" "add false 0" "$(field 1 "$json")"
	must carp 1 carp0 demotestyle max syncgroup announce 60 track up0 \
		track down0 weight 10 track group wan weight 20
	equal "text" "MASTER carpdev eth0 vhid 1 advbase 200 advskew 10 demotestyle max syncgroup announce 60 demoted 10" \
		"$(carp_line)"
	equal "links" "$text" "$(carp 1 carp0 | grep '	track')"
	equal "JSON" "max true 60" "$(field 1 "$json")"
	equal "links in JSON" "up0 240 0, down0 10 1, 7 20 0" \
		"$(field 1 "$tracks")"
	must nip 1 link set up0 down
	equal "one went down" 270 "$(field 1 .demoted)"
	equal "it is shown" "up0 240 1, down0 10 1, 7 20 1" \
		"$(field 1 "$tracks")"
	must carp 1 carp0 -track up0 track down0 weight 30 -track group 7 \
		-syncgroup demotestyle add -announce
	equal "undone" "add false 0" "$(field 1 "$json")"
	equal "one is left" "down0 30 1" "$(field 1 "$tracks")"
	must nip 1 link set carp0 group 7
	check "its group" grep -qx '	group: wan' <(carp 1 carp0)
	must carp 1 carp1 create carpdev eth0 vhid 2 track up0 syncgroup
	check "at creation" grep -q ' syncgroup' <(carp 1 carp1)
}

ip_sets_what_demotes() {
	local filter='.[0].linkinfo.info_data | [.demotion, .demoted,
		.demotestyle, .syncgroup, .announce,
		(.track | map("\(.link // .group) \(.weight) \(.down)"))] |
		tojson'

	setup_links
	must nip 1 link set carp0 type carp demotion -3 demotestyle max \
		syncgroup on announce 60 track down0 weight 10 track up0 \
		track group wan weight 20
	equal "carpconfig sees it" "-3 7" "$(field 1 "$DEMOTION")"
	equal "JSON" '[-3,7,"max",true,60,["down0 10 1","up0 240 0","7 20 0"]]' \
		"$(nip 1 -d -j link show carp0 | jq -r "$filter")"
	check "text" grep -q ' demotion -3 demoted 7 demotestyle max syncgroup on announce 60 track down0 weight 10 down track up0 weight 240 up track group wan weight 20 0 down serial ' \
		<(nip 1 -d link show carp0)
	must nip 1 link set carp0 type carp demotion 0 demotestyle add \
		syncgroup off announce 0 notrack down0 notrack up0 \
		notrack group 7
	equal "JSON by default" '[0,0,"add",false,0,[]]' \
		"$(nip 1 -d -j link show carp0 | jq -r "$filter")"
	check "text by default" grep -q ' advskew 10 pass serial ' \
		<(nip 1 -d link show carp0)
}

carpconfig_demotes_a_group() {
	setup_links
	must nip 1 link set carp0 group 7
	equal "at first" "wan: carp demote count 0" "$(carp 1 -g wan)"
	must carp 1 -g wan carpdemote
	must carp 1 -g 7 carpdemote 128
	equal "by name and by number" "wan: carp demote count 129" \
		"$(carp 1 -g wan)"
	equal "its device" "0 129" "$(field 1 "$DEMOTION")"
	equal "JSON" "7 129" "$(carp 1 -j -g wan |
		jq -r '"\(.group) \(.demotion)"')"
	equal "others" "lan: carp demote count 0, default: carp demote count 0" \
		"$(carp 1 -g lan), $(carp 1 -g default)"
	refused "too much" "the demotion count of a group must stay within 0..255" \
		carp 1 -g wan carpdemote 127
	refused "less than nothing" "must stay within 0..255" \
		carp 1 -g wan -carpdemote 130
	must carp 1 -g wan -carpdemote 129
	equal "and back" "0 0" "$(field 1 "$DEMOTION")"
}

# says TEXT WORD...: of carpconfig, refused
says() {
	local text=$1

	shift
	refused "$*" "$text" carp 1 "$@"
}

what_is_refused_changes_nothing() {
	local before

	setup_links
	must carp 1 carp0 carpdemote 5 track down0 weight 10
	before=$(carp 1 -j | jq -S 'map(del(.flags))')
	says '"nosuch" is no group' carp0 advskew 20 track group nosuch
	says '"4294967296" is no group' carp0 track group 4294967296
	says '"-1" is no group' carp0 track group -1
	says 'track nosuch0: no such interface' carp0 track nosuch0 track up0
	says 'carp0 cannot track itself' carp0 track carp0
	says 'up0 is not tracked' carp0 advskew 20 -track up0
	says 'group wan is not tracked' carp0 -track group wan
	says 'weight must be 1 to 255, not "0"' carp0 track up0 weight 0
	says 'weight must be 1 to 255, not "256"' carp0 track up0 weight 256
	says 'carpdemote must be 0 to 255, not "4294967297"' \
		carp0 carpdemote 4294967297
	says 'unknown word "many"' carp0 carpdemote many
	says 'carpdemote must be 0 to 255, not "many"' -g wan carpdemote many
	says 'carpdemote must be 0 to 255, not "1.5"' -g wan carpdemote 1.5
	says 'a group knows carpdemote and -carpdemote only, not "up"' -g wan up
	says '"nosuch" is no group' -g nosuch carpdemote
	says 'announce must be 1 to 86400 seconds' carp0 announce 86401
	says 'demotestyle must be add or max' carp0 demotestyle min
	says 'usage: carpconfig wait' wait carp0 slave
	says 'usage: carpconfig monitor' monitor --timeout 5
	says 'No such file or directory' monitor --exec "$TMP/nosuch"
	equal "nothing changed" "$before" \
		"$(carp 1 -j | jq -S 'map(del(.flags))')"
	equal "nor the group" "wan: carp demote count 0" "$(carp 1 -g wan)"
}

# wait_for WORD...: carpconfig wait in the background, listening
wait_for() {
	bg 1 "$CARPCONFIG" wait "$@"
	must slowwait 5 listens "$BG"
	must slowwait 5 rests "$BG"
}

# ends PID STATUS: it ends by itself
ends() {
	local status

	must slowwait 10 fails kill -0 "$1"
	wait "$1"
	status=$?
	equal "exit status" "$2" "$status"
}

wait_ends_when_the_state_is_reached() {
	local start

	setup_master
	check "that which it is in" carp 1 wait carp0 MASTER 0
	wait_for carp0 backup 100
	start=$EPOCHSECONDS
	must carp 1 carp0 state backup
	ends "$BG" 0
	check "at once" test $((EPOCHSECONDS - start)) -lt 10
	equal "silently" "" "$(cat "$BG_OUT")"
	wait_for carp0 init
	must carp 1 carp0 state master
	must nip 1 link set carp0 alias other
	check "another is not it" kill -0 "$BG"
	must carp 1 carp0 down
	ends "$BG" 0
	wait_for carp0 master
	must nip 1 link set carp0 name carp9
	check "a name is only a name" kill -0 "$BG"
	must carp 1 carp9 up
	must slowwait 5 is_state 1 BACKUP carp9
	must carp 1 carp9 state master
	ends "$BG" 0
}

wait_ends_when_time_is_up_or_the_device_is_gone() {
	setup_master
	carp 1 wait carp0 backup 1 2>"$TMP/err"
	equal "a status of its own" 3 $?
	equal "a sentence" "carpconfig: wait: carp0 is not BACKUP yet" \
		"$(cat "$TMP/err")"
	carp 1 wait carp0 backup 0 2>"$TMP/err"
	equal "no time at all" 3 $?
	wait_for carp0 backup 1000
	must carp 1 carp0 destroy
	ends "$BG" 1
	equal "deleted" "carpconfig: wait: carp0 was deleted" \
		"$(cat "$BG_OUT")"
	refused "not there" "carp0: no such interface" carp 1 wait carp0 master
	refused "not carp" "eth0: not a carp interface" \
		carp 1 wait eth0 master
}

# flood: more than a socket can hold
flood() {
	seq -f 'link set dev eth0 alias %.0f' 1000 >"$TMP/changes"
	must nip 1 -batch "$TMP/changes"
}

wait_recovers_what_its_socket_lost() {
	setup_master
	wait_for carp0 backup
	kill -STOP "$BG"
	flood
	must carp 1 carp0 state backup
	kill -CONT "$BG"
	ends "$BG" 0
	must carp 1 carp0 state master
	wait_for carp0 backup
	kill -STOP "$BG"
	flood
	must carp 1 carp0 destroy
	kill -CONT "$BG"
	ends "$BG" 1
}

# hook NAME COMMAND...: a program in the directory of hooks
hook() {
	local name=$1

	shift
	mkdir -p "$TMP/hooks"
	printf '%s\n' "#!/bin/sh" "$@" >"$TMP/hooks/$name"
	chmod +x "$TMP/hooks/$name"
}

# run_hooks WORD...: carpconfig monitor --exec, past its start
run_hooks() {
	watch --exec "$TMP/hooks" "$@"
}

# logged COUNT: lines in the hooks' log
logged() {
	[ -e "$TMP/log" ] && [ "$(wc -l <"$TMP/log")" -ge "$1" ]
}

last_is() {
	[ "$(sed -n 's/.*serial //p' "$1" | tail -n 1)" = "$2" ]
}

# told FILE: lines in it, and transitions that were missed according to ERRORS
told() {
	awk '/too fast to be told/ { n += $3 } /serial [0-9]+$/ { n++ }
		END { print n + 0 }' "$1"
}

# Whoever replays an advertisement and a goodbye makes as many as he likes.
transitions_without_end_leave_rtnl_to_others() {
	local lines rest serial

	setup_nodes 2
	member 1
	check "master" slowwait 5 is_state 1 MASTER
	lines=$(dmesg | wc -l)
	serial=$(info 1 .serial)
	[ "$SLOW" = 1 ] || rest=0.005
	bg 2 "$(dirname "$0")/seesaw.py" eth0 ${rest:+"$rest"}
	check "there are many" slowwait 5 many_transitions "$serial"
	check "another link is made" timeout 5 ip -n "${NS[1]}" link add d0 \
		type dummy
	check "and the device set down" timeout 5 ip -n "${NS[1]}" link set \
		carp0 down
	bg_stop "$BG" KILL
	check "the log is not flooded" [ $(($(dmesg | wc -l) - lines)) -lt 150 ]
	must nip 1 link set carp0 up
	check "and it works" slowwait 8 is_state 1 MASTER
}

# many_transitions SERIAL: since then
many_transitions() {
	[ $(($(info 1 .serial) - $1)) -gt 300 ]
}

# logs_some COUNT PAUSE SOME MOST: of COUNT demotions of the host, PAUSE apart so
# that each is told of, more than SOME lines, and at most MOST in ten seconds
logs_some() {
	local lines start most

	lines=$(dmesg | wc -l)
	start=${EPOCHREALTIME/.*/}
	must n 1 bash -s "$1" "$2" <<-'EOF'
		for ((count = 1; count <= $1; count++)); do
			echo $((count % 2 * 2 - 1)) >/proc/sys/net/carp/demotion
			read -rt "$2" <> <(:)
		done
		:
	EOF
	lines=$(($(dmesg | wc -l) - lines))
	check "the log tells of some: $lines" [ "$lines" -gt "$3" ]
	# Those ten seconds in which it began and ended count whole.
	most=$((((${EPOCHREALTIME/.*/} - start) / 10 + 2) * $4))
	check "and not of all: $most" [ "$lines" -le "$most" ]
}

demotions_without_end_do_not_flood_the_log() {
	setup_nodes 1
	member 1
	check "master" slowwait 5 is_state 1 MASTER
	logs_some 400 0.02 50 100
}

neither_do_those_of_many_devices() {
	setup_nodes 1
	members 1 60
	check "master" slowwait 5 is_state 1 MASTER carp60
	logs_some 30 0.05 100 500
}

# A reader that is in time, one that stands still until it is more than its socket
# can hold, and programs that are too slow.
every_reader_ends_right_after_a_flood() {
	local fast slow stopped hooks i

	setup_master
	# shellcheck disable=SC2016
	hook 1 'echo "$CARP_MISSED $CARP_STATE serial $CARP_SERIAL" >>"'"$TMP"'/log"' \
		'[ "$CARP_SERIAL" != 3 ] || read -r line <"'"$TMP/fifo"'"'
	must mkfifo "$TMP/fifo"
	bg 1 "$CARPCONFIG" monitor
	fast=$BG_OUT
	must slowwait 5 listens "$BG"
	bg 1 "$CARPCONFIG" monitor
	slow=$BG_OUT
	must slowwait 5 listens "$BG"
	must slowwait 5 rests "$BG"
	stopped=$BG
	run_hooks --timeout 1000
	check "the hook knows how it is" slowwait 5 logged 1
	kill -STOP "$stopped"
	for ((i = 0; i < 500; i++)); do
		echo "link set carp0 type carp state backup"
		echo "link set carp0 type carp state master"
	done >"$TMP/batch"
	must nip 1 -batch "$TMP/batch"
	equal "all happened" 1002 "$(field 1 .serial)"
	must slowwait 5 logged 2
	kill -CONT "$stopped"
	check "the fast one" slowwait 10 last_is "$fast" 1002
	check "the slow one" slowwait 10 last_is "$slow" 1002
	check "it says so" grep -q "events were lost" "$slow"
	equal "the fast one knows of all" 1000 "$(told "$fast")"
	equal "the slow one knows of all" 1000 "$(told "$slow")"
	echo >"$TMP/fifo"
	check "the hooks" slowwait 20 last_is "$TMP/log" 1002
	equal "the last is right" MASTER \
		"$(tail -n 1 "$TMP/log" | cut -d ' ' -f 2)"
	equal "the hooks know of all" 1000 \
		"$(awk 'NR > 1 { n += 1 + $1 } END { print n }' "$TMP/log")"
	check "those that were skipped are counted" \
		grep -q "transitions before this one were skipped" "$ERRORS"
	# 64, and what it had not read of its socket when they went on.
	hooks=$(wc -l <"$TMP/log")
	check "not many waited" test "$hooks" -le $((100 * SLOW))
}

# jq would round it.
last_time() {
	carp 1 -j carp0 | grep -o '"time": [0-9]*' | tail -n 1 | cut -d ' ' -f 2
}

hooks_are_told_of_the_event() {
	setup_master
	# shellcheck disable=SC2016
	# Besides what the run of the tests itself has put there.
	hook all 'unset CARP_SLOW; set | grep ^CARP_ | sort | tr "\n" " " >>"'"$TMP"'/log"' \
		'echo >>"'"$TMP"'/log"' 'read -r line || echo "nothing to read"'
	run_hooks
	check "once for the present state" slowwait 5 logged 1
	must carp 1 carp0 state backup
	check "and for each transition" slowwait 5 logged 2
	equal "the present state" \
		"CARP_FROM=MASTER CARP_IFINDEX=$(field 1 .ifindex) CARP_IFNAME=carp0 CARP_MISSED=0 CARP_REASON='monitor started' CARP_SERIAL=2 CARP_STATE=MASTER CARP_TIME=T CARP_VHID=1 " \
		"$(sed -n '1s/TIME=[0-9]*/TIME=T/p' "$TMP/log")"
	equal "the transition" \
		"CARP_FROM=MASTER CARP_IFINDEX=$(field 1 .ifindex) CARP_IFNAME=carp0 CARP_MISSED=0 CARP_REASON='user requested' CARP_SERIAL=3 CARP_STATE=BACKUP CARP_TIME=$(last_time) CARP_VHID=1 " \
		"$(sed -n 2p "$TMP/log")"
	check "what it prints is among the errors" \
		slowwait 5 grep -q "nothing to read" "$ERRORS"
	check "the event is printed as ever" slowwait 5 grep -q \
		'carp0: MASTER -> BACKUP (user requested) serial 3$' "$EVENTS"
	equal "and nothing else" 1 "$(wc -l <"$EVENTS")"
}

hooks_are_run_in_order() {
	local name

	setup_master
	for name in 10-b 2-c 10-a Z; do
		# shellcheck disable=SC2016
		hook "$name" 'echo "$CARP_SERIAL ${0##*/}" >>"'"$TMP"'/log"'
	done
	for name in 10-a.dpkg-old .hidden 10-a~; do
		hook "$name" "echo wrong >>$TMP/log"
	done
	hook plain "echo wrong >>$TMP/log"
	must chmod -x "$TMP/hooks/plain"
	must mkdir "$TMP/hooks/directory"
	run_hooks
	flap 2
	check "all" slowwait 10 logged 20
	equal "by name, one transition after the other" \
		"$(for name in 2 3 4 5 6; do
			printf '%s\n' "$name 10-a" "$name 10-b" "$name 2-c" \
				"$name Z"
		done)" "$(cat "$TMP/log")"
	equal "no complaint" "" "$(cat "$ERRORS")"
}

hooks_that_hang_are_killed_with_what_they_forked() {
	setup_master
	must carp 1 carp1 create carpdev eth0 vhid 2 advbase 200 \
		192.0.2.101/24
	must slowwait 5 is_state 1 BACKUP carp1
	# shellcheck disable=SC2016
	hook 1-hang '[ "$CARP_IFNAME$CARP_SERIAL" = carp03 ] || exit 0' \
		"trap '' TERM" 'sleep 98765 &' \
		'(trap "" TERM; while :; do sleep 98765; done) &' 'wait' \
		'while :; do sleep 98765; done'
	# shellcheck disable=SC2016
	hook 2-log 'echo "$CARP_IFNAME $CARP_SERIAL" >>"'"$TMP"'/log"'
	run_hooks --timeout 8
	check "the start" slowwait 5 logged 2
	must carp 1 carp0 state backup
	check "it hangs" slowwait 10 pgrep -f "sleep 98765"
	must carp 1 carp0 state master
	must carp 1 carp1 state master
	check "another device does not wait" \
		slowwait 10 grep -qx 'carp1 2' "$TMP/log"
	check "events are printed" slowwait 5 lines 3
	check "not yet" fails grep -q 'carp0 3' "$TMP/log"
	check "its time is over" slowwait 20 grep -qx 'carp0 4' "$TMP/log"
	check "it says so" grep -q 'carp0 BACKUP serial 3: 1-hang: did not end within 8 s, and is killed' \
		"$ERRORS"
	check "the next program was run" grep -qx 'carp0 3' "$TMP/log"
	check "what it forked is gone" slowwait 5 gone
}

hooks_that_fail_are_reported() {
	setup_master
	hook 1 'exit 3'
	# shellcheck disable=SC2016
	hook 2 'kill -9 $$'
	hook 3 "sleep 98765 &" "echo done >>$TMP/log"
	printf '#!/nosuch\n' >"$TMP/hooks/4"
	must chmod +x "$TMP/hooks/4"
	hook 5 "echo done >>$TMP/log"
	run_hooks
	check "the others are run" slowwait 5 logged 2
	check "a status" grep -qx 'carpconfig: hooks: carp0 MASTER serial 2: 1: exit status 3' "$ERRORS"
	check "a signal" grep -qx 'carpconfig: hooks: carp0 MASTER serial 2: 2: killed by signal 9' "$ERRORS"
	check "no interpreter" grep -q 'hooks/4: No such file' "$ERRORS"
	check "what one that ended in time left is not touched" \
		pgrep -f "sleep 98765"
	must pkill -f "sleep 98765"
	rm "$TMP/hooks/3"
	# Programs that run are told to end with it.
	hook 6 "sleep 98765"
	must carp 1 carp0 state backup
	must slowwait 5 pgrep -f "sleep 98765"
	bg_stop "$BG" TERM
	check "it ends with what it runs" slowwait 5 gone
}

# As nohup(1) and some supervisors start it.
hooks_are_run_whatever_is_ignored() {
	setup_master
	hook 1 "echo done >>$TMP/log"
	IGNORED=HUP,CHLD run_hooks
	check "run" slowwait 5 logged 1
	must carp 1 carp0 state backup
	check "and again" slowwait 5 logged 2
	must kill -HUP "$BG"
	must carp 1 carp0 state master
	check "and after the signal" slowwait 5 logged 3
	bg_stop "$BG" TERM
	equal "no complaint" "" "$(cat "$ERRORS")"
}

hooks_are_told_that_a_device_is_gone() {
	setup_master
	# shellcheck disable=SC2016
	hook log 'echo "$CARP_STATE $CARP_REASON" >>"'"$TMP"'/log"'
	run_hooks
	must slowwait 5 logged 1
	must carp 1 carp0 destroy
	check "told by the kernel" slowwait 5 grep -q '^INIT ' "$TMP/log"
	must carp 1 carp0 create carpdev eth0 vhid 1 advbase 200 "$VIP/24"
	must slowwait 5 is_state 1 BACKUP
	must carp 1 carp0 state master
	check "a new one" slowwait 5 logged 4
	kill -STOP "$BG"
	flap 1
	flood
	must carp 1 carp0 destroy
	kill -CONT "$BG"
	check "found out" slowwait 10 grep -qx 'INIT interface is gone' \
		"$TMP/log"
	# What it had not read yet is older than that.
	must nip 1 link set lo alias on
	check "it is at rest" slowwait 5 rests "$BG"
	equal "nothing after it" "INIT interface is gone" \
		"$(tail -n 1 "$TMP/log")"
	check "it says so" grep -q 'carp0: is gone, its last transitions were lost' \
		"$ERRORS"
}

# One of carp0's programs waits until somebody writes to $TMP/fifo.
hook_that_waits() {
	# shellcheck disable=SC2016
	hook wait '[ "$CARP_SERIAL" != 3 ] || read -r line <"'"$TMP/fifo"'"' \
		'echo "$CARP_IFNAME $CARP_STATE" >>"'"$TMP"'/log"'
	must mkfifo "$TMP/fifo"
}

hooks_of_a_device_that_is_renamed_or_deleted_wait_their_turn() {
	setup_master
	hook_that_waits
	run_hooks
	check "how it is" slowwait 5 logged 1
	must carp 1 carp0 down
	must nip 1 link set carp0 name carp9
	must nip 1 link set carp9 up
	must slowwait 5 is_state 1 BACKUP carp9
	must carp 1 carp9 destroy
	must carp 1 carp9 create carpdev eth0 vhid 1 advbase 200 "$VIP/24"
	check "all is known" slowwait 5 grep -q 'carp9: INIT -> BACKUP.*serial 1$' \
		"$EVENTS"
	equal "all wait for the first" "carp0 MASTER" "$(cat "$TMP/log")"
	echo >"$TMP/fifo"
	check "then they come" slowwait 10 logged 5
	equal "in order" "carp0 MASTER, carp0 INIT, carp9 BACKUP, carp9 INIT, carp9 BACKUP" \
		"$(sed ':a; N; $!ba; s/\n/, /g' "$TMP/log")"
	equal "without complaint" "" "$(cat "$ERRORS")"
}

hooks_learn_of_another_name() {
	setup_master
	# shellcheck disable=SC2016
	hook log 'echo "$CARP_IFNAME $CARP_STATE $CARP_REASON" >>"'"$TMP"'/log"'
	run_hooks
	must slowwait 5 logged 1
	if nip 1 link set carp0 name carp9 2>/dev/null; then
		check "both names" slowwait 5 logged 3
		equal "are told" "carp0 INIT interface is renamed, carp9 MASTER interface is renamed" \
			"$(sed -n 2,3p "$TMP/log" | paste -sd, | sed 's/,/, /')"
	else
		# Old kernels rename no device that is up.
		must carp 1 carp0 down
		must nip 1 link set carp0 name carp9
		must nip 1 link set carp9 up
		check "the old one" slowwait 5 logged 2
		equal "ends by itself" "carp0 INIT interface set down" \
			"$(sed -n 2p "$TMP/log")"
		check "the new one" slowwait 5 logged 3
		equal "begins" "carp9 BACKUP initialization complete" \
			"$(sed -n 3p "$TMP/log")"
	fi
}

hooks_survive_the_loss_of_their_directory_and_of_the_module() {
	local other

	setup_master
	# shellcheck disable=SC2016
	hook log 'echo "$CARP_STATE $PPID" >>"'"$TMP"'/log"'
	bg 1 "$CARPCONFIG" monitor --exec "$TMP/hooks"
	other=$BG
	must slowwait 5 logged 1
	run_hooks
	check "both tell" slowwait 5 logged 2
	must mv "$TMP/hooks" "$TMP/away"
	must carp 1 carp0 state backup
	check "said" slowwait 5 grep -q 'BACKUP serial 3: .*/hooks: No such file' \
		"$ERRORS"
	must mv "$TMP/away" "$TMP/hooks"
	must rmmod carp
	check "gone, both tell" slowwait 5 logged 4
	must modprobe carp
	must carp 1 carp0 create carpdev eth0 vhid 1 advbase 200 "$VIP/24"
	must slowwait 5 is_state 1 BACKUP
	must carp 1 carp0 state master
	check "back, both tell" slowwait 5 logged 8
	for other in "$other" "$BG"; do
		equal "each of them all" "MASTER INIT BACKUP MASTER " \
			"$(sed -n "s/ $other\$//p" "$TMP/log" | tr '\n' ' ')"
	done
}

tests_run "$@"
