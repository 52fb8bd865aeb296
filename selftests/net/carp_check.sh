#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# carp-check: demotes while a command fails, and leaves nothing behind.
# shellcheck disable=SC2317 # functions called by name

# shellcheck disable=SC2034 # for carp_lib.sh
ALL_TESTS="
	carp_check_demotes_and_undoes
	carp_check_that_was_killed_is_cleaned_up_after
	carp_check_undoes_later_what_it_cannot_now
	carp_check_says_why_it_cannot_demote
	carp_check_leaves_it_when_the_host_goes_down
	carp_check_takes_what_is_left_of_a_count
	carp_check_follows_a_new_device
	carp_check_finds_a_device_that_was_renamed
	carp_check_follows_the_module
	carp_check_refuses_a_wrong_configuration
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"
# shellcheck source=tools_lib.sh
. "$(dirname "$0")/tools_lib.sh"

# check_conf NAME LINE...: a configuration; the service is well if $TMP/well is there
check_conf() {
	local name=$1

	shift
	mkdir -p "$TMP/check.d"
	printf '%s\n' "COMMAND=test -e $TMP/well" INTERVAL=1 FALL=2 RISE=1 "$@" \
		>"$TMP/check.d/$name.conf"
}

# carp_check [NODE-COMMAND] WORD...
carp_check() {
	"$@" env CARP_CHECK_CONFDIR="$TMP/check.d" CARP_CHECK_RUNDIR="$TMP/run" \
		carp-check "$CHECK"
}

start_check() {
	CHECK=$1
	carp_check bg 1
}

# demoted OWN: carp0, and by nothing else
demoted() {
	local json

	json=$(carp 1 -j carp0)
	[ "$(json_value demotion <<<"$json")" = "$1" ] &&
		[ "$(json_value demoted <<<"$json")" = "$1" ]
}

# Checks look once a second, and so do we: looking takes the emulated CPU's time.
setup_check() {
	POLL=1
	setup_master
}

carp_check_demotes_and_undoes() {
	local POLL=1

	setup_links
	check_conf web DEVICE=carp0 WEIGHT=50 FALL=3 RISE=2
	# shellcheck disable=SC2016
	check_conf wan GROUP=wan WEIGHT=60 'COMMAND=echo $CARP_CHECK; sleep 98765' \
		TIMEOUT=1 FALL=2 '# a comment' ''
	: >"$TMP/well"
	must carp 1 carp0 carpdemote 5
	start_check web
	check "nothing while it is well" holds 3 demoted 5
	rm "$TMP/well"
	check "demoted" slowwait 10 demoted 55
	check "said" grep -q 'web: failed 3 times, carp0 is demoted by 50' \
		"$BG_OUT"
	check "once" holds 3 demoted 55
	refused "a second one" "web: runs already" carp_check n 1
	: >"$TMP/well"
	check "undone" slowwait 10 demoted 5
	rm "$TMP/well"
	check "and again" slowwait 10 demoted 55
	bg_stop "$BG" TERM
	check "undone when it ends" demoted 5
	check "nothing is left" fails test -e "$TMP/run/web"
	start_check wan
	check "a command that hangs" slowwait 20 grep -q 'group wan is demoted by 60' \
		"$BG_OUT"
	equal "the group" "wan: carp demote count 60" "$(carp 1 -g wan)"
	check "the command knows its name" grep -qx wan "$BG_OUT"
	# It runs every other second.
	POLL=0.3 must slowwait 5 pgrep -f "sleep 98765"
	bg_stop "$BG" TERM
	equal "undone" "wan: carp demote count 0" "$(carp 1 -g wan)"
	check "the command is gone" slowwait 5 gone
}

# undo_alone [VARIABLE=VALUE]: without a configuration
undo_alone() {
	n 1 env "$@" CARP_CHECK_CONFDIR=/nosuch CARP_CHECK_RUNDIR="$TMP/run" \
		carp-check --undo web
}

carp_check_that_was_killed_is_cleaned_up_after() {
	setup_check
	check_conf web DEVICE=carp0 WEIGHT=50
	start_check web
	check "demoted" slowwait 10 demoted 50
	bg_stop "$BG" KILL
	equal "it stays" "50 50" "$(field 1 "$DEMOTION")"
	: >"$TMP/well"
	start_check web
	check "the next one undoes it" slowwait 10 demoted 0
	rm "$TMP/well"
	check "demoted" slowwait 10 demoted 50
	bg_stop "$BG" KILL
	must undo_alone
	equal "--undo does" "0 0" "$(field 1 "$DEMOTION")"
	# Killed between what it noted and what it wanted to do.
	printf '%s\n' STEP=demoting "INDEX=$(field 1 .ifindex)" COUNT=0 \
		DEVICE=carp0 GROUP= WEIGHT=50 >"$TMP/run/web"
	: >"$TMP/well"
	start_check web
	must slowwait 10 fails test -e "$TMP/run/web"
	check "what was not done is not undone" demoted 0
}

carp_check_undoes_later_what_it_cannot_now() {
	setup_check
	check_conf web DEVICE=carp0 WEIGHT=50
	printf '%s\n' '#!/bin/sh' "[ ! -e '$TMP/broken' ] || exit 1" \
		"exec carpconfig \"\$@\"" >"$TMP/carpconfig"
	chmod +x "$TMP/carpconfig"
	CHECK=web
	CARPCONFIG=$TMP/carpconfig carp_check bg 1
	check "demoted" slowwait 10 demoted 50
	: >"$TMP/broken"
	: >"$TMP/well"
	check "it cannot" slowwait 10 grep -q \
		'web: cannot undo the demotion, trying again' "$BG_OUT"
	check "and says nothing else" fails grep -q 'is gone\|is undone' "$BG_OUT"
	rm "$TMP/broken"
	check "undone" slowwait 10 demoted 0
	check "said" slowwait 5 grep -q 'web: succeeded 1 times' "$BG_OUT"
	rm "$TMP/well"
	check "demoted again" slowwait 10 demoted 50
	: >"$TMP/broken"
	bg_stop "$BG" TERM
	equal "it ends badly" 1 "$?"
	check "and says so" grep -q 'web: cannot undo the demotion$' "$BG_OUT"
	refused "so does --undo" 'web: cannot undo the demotion' \
		undo_alone CARPCONFIG="$TMP/carpconfig"
	rm "$TMP/broken"
	check "which can, later" undo_alone CARPCONFIG="$TMP/carpconfig"
	check "once" demoted 0
}

carp_check_says_why_it_cannot_demote() {
	setup_check
	check_conf web DEVICE=carp0 WEIGHT=50
	CHECK=web
	CARPCONFIG=/nosuch/carpconfig carp_check bg 1
	check "that it cannot" slowwait 10 grep -q \
		'web: carp0 cannot be demoted, trying again' "$BG_OUT"
	check "and why" grep -q '/nosuch/carpconfig: ' "$BG_OUT"
	bg_stop "$BG" TERM
}

# Undone now, it would take back what it cannot serve.
carp_check_leaves_it_when_the_host_goes_down() {
	setup_check
	check_conf web DEVICE=carp0 WEIGHT=50
	mkdir "$TMP/bin"
	printf '%s\n' '#!/bin/sh' 'echo stopping' 'exit 1' >"$TMP/bin/systemctl"
	chmod +x "$TMP/bin/systemctl"
	CHECK=web
	PATH=$TMP/bin:$PATH carp_check bg 1
	check "demoted" slowwait 10 demoted 50
	bg_stop "$BG" TERM
	check "still" demoted 50
	must undo_alone PATH="$TMP/bin:$PATH"
	check "nor by --undo" demoted 50
	must undo_alone
	check "otherwise it is" demoted 0
}

# A count is 0 to 255 for a group.
carp_check_takes_what_is_left_of_a_count() {
	local POLL=1

	setup_links
	check_conf wan GROUP=wan
	must carp 1 -g wan carpdemote 50
	start_check wan
	check "by 205" slowwait 10 group_is 255
	check "said" slowwait 5 grep -q 'group wan is demoted by 205' "$BG_OUT"
	must carp 1 -g wan -carpdemote 200
	: >"$TMP/well"
	check "undone as far as it was not" slowwait 10 group_is 0
	check "nothing is left" slowwait 5 fails test -e "$TMP/run/wan"
	rm "$TMP/well"
	check "and again, by 240" slowwait 10 group_is 240
	bg_stop "$BG" TERM
	check "undone" group_is 0
}

carp_check_follows_a_new_device() {
	setup_check
	check_conf web DEVICE=carp0 WEIGHT=50
	start_check web
	check "demoted" slowwait 10 demoted 50
	must carp 1 carp0 destroy
	must carp 1 carp0 create carpdev eth0 vhid 1 advbase 200 "$VIP/24"
	check "the new one too" slowwait 10 demoted 50
	must carp 1 carp0 destroy
	must carp 1 carp0 create carpdev eth0 vhid 1 advbase 200 "$VIP/24"
	bg_stop "$BG" TERM
	check "one that is not demoted is left alone" demoted 0
}

count_of() {
	carp 1 -j "$1" | json_value demotion
}

counts() {
	[ "$(count_of "$1")" = "$2" ]
}

renamed() {
	must nip 1 link set "$1" down
	must nip 1 link set "$1" name "$2"
	must nip 1 link set "$2" up
}

carp_check_finds_a_device_that_was_renamed() {
	setup_check
	check_conf web DEVICE=carp0 WEIGHT=50
	start_check web
	check "demoted" slowwait 10 demoted 50
	renamed carp0 carp9
	check "it stays demoted" holds 3 counts carp9 50
	: >"$TMP/well"
	check "undone where it is" slowwait 10 counts carp9 0
	renamed carp9 carp0
	rm "$TMP/well"
	check "demoted" slowwait 10 demoted 50
	renamed carp0 carp9
	must carp 1 carp0 create carpdev eth0 vhid 2 advbase 200
	check "another one of the name is demoted" slowwait 10 counts carp0 50
	equal "and that one no longer" 0 "$(count_of carp9)"
	bg_stop "$BG" TERM
	equal "undone" "0 0" "$(count_of carp0) $(count_of carp9)"
}

group_is() {
	[ "$(carp 1 -g wan)" = "wan: carp demote count $1" ]
}

# reload COUNT: the module, and group wan has this count
reload() {
	must rmmod carp
	must modprobe carp
	must carp 1 -g wan carpdemote "$1"
}

# Others' counts, as high as its own, are told from its own.
carp_check_follows_the_module() {
	local POLL=1

	setup_links
	check_conf wan GROUP=wan WEIGHT=60
	must carp 1 -g wan carpdemote 7
	start_check wan
	check "demoted" slowwait 10 group_is 67
	reload 100
	check "again, beside others" slowwait 10 group_is 160
	bg_stop "$BG" TERM
	check "undone, others are left" group_is 100
	start_check wan
	check "demoted" slowwait 10 group_is 160
	bg_stop "$BG" KILL
	reload 100
	: >"$TMP/well"
	start_check wan
	check "what is gone is not undone" slowwait 10 grep -q \
		'wan: what was demoted is gone' "$BG_OUT"
	check "others are left" group_is 100
}

# unfit TEXT LINE...: a configuration that is refused
unfit() {
	local text=$1

	shift
	CHECK=bad
	check_conf bad "$@"
	refused "$*" "carp-check: bad: $text" carp_check n 1
}

carp_check_refuses_a_wrong_configuration() {
	setup_check
	unfit 'DEVICE or GROUP is missing'
	unfit 'either DEVICE or GROUP, not both' DEVICE=carp0 GROUP=wan
	unfit 'WEIGHT must be 1 to 255, not "256"' DEVICE=carp0 WEIGHT=256
	unfit 'FALL must be 1 to 1000, not "-1"' DEVICE=carp0 FALL=-1
	unfit 'COMMAND is missing' DEVICE=carp0 COMMAND=
	unfit 'INTERVAL must be 1 to 86400, not "0"' DEVICE=carp0 INTERVAL=0
	unfit "$TMP/check.d/bad.conf: what is \"NONSENSE=x\"?" NONSENSE=x
	CHECK=nosuch
	refused "no file" "no file $TMP/check.d/nosuch.conf" carp_check n 1
	CHECK=../bad
	refused "a path" "usage: carp-check" carp_check n 1
	check "nothing was demoted" demoted 0
}

tests_run "$@"
