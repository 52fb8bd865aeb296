# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The functions are called by name.
# shellcheck disable=SC2317
#
# What carp_balance.sh and carp_choose.sh share: many clients that ask again and
# again, and how often each is answered.

BALANCE=$(realpath "$(dirname "$0")")/balance.py
CLIENTS=200
# Looking at many hosts takes longer than waiting.
# shellcheck disable=SC2034 # for carp_lib.sh
POLL=0.5

# start_clients COMMAND...: balance.py on the clients' node, where it takes longer
# to start than to ask
start_clients() {
	coproc CLIENTS_IO {
		exec nsenter "--net=/run/netns/${NS[$CLIENT]}" -- \
			"$BALANCE" "$@"
	}
	# shellcheck disable=SC2154 # set by coproc
	echo "$CLIENTS_IO_PID" >>"$TMP/pids"
}

# all_told: REPLY is the next line that it says
all_told() {
	read -r -t $((120 * SLOW)) REPLY <&"${CLIENTS_IO[0]}"
}

# all_ask: and REPLY is what came of it
all_ask() {
	echo >&"${CLIENTS_IO[1]}"
	all_told
}

# each_once WHAT [HOSTS]: one answer for every client, and the right one: if they
# ask for a MAC address, one of HOSTS
each_once() {
	local once="\"never\": 0, \"once\": $CLIENTS, \"more\": 0"

	all_ask
	[[ $REPLY == *"$once, \"wrong\": 0, \"due\": ${2:-0},"* ]]
	check_err $? "$1: $REPLY"
}

# none_twice_until SECONDS WHAT COMMAND...: it succeeds by then; however often all
# ask until it does, nobody is answered by two, or wrongly
none_twice_until() {
	local what=$2 end

	deadline "$1" "$SLOW"
	shift 2
	until "$@"; do
		if [ "${EPOCHREALTIME/./}" -ge "$end" ]; then
			check_err 1 "$what: too late"
			return
		fi
		all_ask
		[[ $REPLY == *'"more": 0, "wrong": 0,'* ]]
		check_err $? "$what: $REPLY"
	done
}
