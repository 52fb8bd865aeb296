# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The functions are called by name.
# shellcheck disable=SC2317
#
# What carp_tools.sh, carp_events.sh and carp_check.sh share: carpconfig in a node,
# and what its monitor prints.

CARPCONFIG=${CARPCONFIG:-carpconfig}

# carp NODE WORD...
carp() {
	local node=$1

	shift
	n "$node" "$CARPCONFIG" "$@"
}

# field NODE FILTER: of carp0's JSON
field() {
	carp "$1" -j -s carp0 | jq -r ".[0] | $2"
}

has() {
	[ "$(field "$1" "$2")" = "$3" ]
}

# A host alone, carp0 MASTER for as long as nobody says otherwise: a backup would
# wait ten minutes.
setup_master() {
	setup_nodes 1
	must carp 1 carp0 create carpdev eth0 vhid 1 advbase 200 advskew 10 \
		pass "$PASS" "$VIP/24"
	must carp 1 carp0 state master
}

# watch WORD...: carpconfig monitor in node 1, in EVENTS and ERRORS, listening;
# the signals IGNORED, if set, are ignored
watch() {
	EVENTS=$TMP/events
	# shellcheck disable=SC2034 # for the tests
	ERRORS=$TMP/errors
	# shellcheck disable=SC2016
	bg 1 bash -c 'exec "$@" >"$0/events" 2>"$0/errors"' "$TMP" \
		env ${IGNORED:+--ignore-signal="$IGNORED"} \
		"$CARPCONFIG" monitor "$@"
	must slowwait 5 listens "$BG"
	must slowwait 5 rests "$BG"
}

# The port of a process's first netlink socket is its number, and the monitor's
# first is that which listens: to the groups 1 (links), 10 and 100 (addresses).
listens() {
	n 1 grep -Eq "^[^ ]+ +0 +$1 +00000${2:-001} " /proc/net/netlink
}

# rests PID: it has read how things are, for questions are answered at once, and
# waits for events
rests() {
	grep -q '^State:.S' "/proc/$1/status"
}

lines() {
	[ "$(wc -l <"$EVENTS")" -ge "$1" ]
}

flap() {
	local i

	for ((i = 0; i < $1; i++)); do
		must carp 1 carp0 state backup
		must carp 1 carp0 state master
	done
}

# in_order FIRST LAST: these were printed, each once
in_order() {
	equal "the serial numbers" "$(seq -s " " "$1" "$2")" \
		"$(sed 's/.* serial //' "$EVENTS" | tr '\n' ' ' | sed 's/ $//')"
}

# For field
# shellcheck disable=SC2034 # for the tests
DEMOTION='"\(.demotion) \(.demoted)"'

restore_groups() {
	cp "$TMP/group" /etc/iproute2/group
	rm -f /etc/iproute2/group.d/carp-test.conf
	cleanup_test
}

# Group 7 is "wan" and 9 is "lan", in the guest's own files: where ip looks too,
# and where only later ones do.
name_groups() {
	must cp /etc/iproute2/group "$TMP/group"
	trap restore_groups EXIT
	must mkdir -p /etc/iproute2/group.d
	echo "7	wan" >>/etc/iproute2/group
	echo "9	lan" >/etc/iproute2/group.d/carp-test.conf
}

# As setup_master, with the links up0, in group 7 "wan", and down0
setup_links() {
	setup_master
	name_groups
	must nip 1 link add up0 up group 7 type dummy
	must nip 1 link add down0 type dummy
}

gone() {
	! pgrep -f "sleep 98765" >/dev/null
}
