# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The functions are called by name, from ALL_TESTS and by check.
# shellcheck disable=SC2317
#
# Shared by the carp_*.sh tests: nodes as network namespaces, conditions with
# time limits, TAP. Needs root, ip, bash, tcpdump, jq and the carp module. In the
# emulated guest (selftests/vm) idle time is skipped: waiting costs nothing.
#
# How to add a test: a function named as the sentence that it proves, its name in
# ALL_TESTS, checks by check, check_err or must:
#
#	ALL_TESTS="backup_takes_over_when_silent"
#	. "$(dirname "$0")/carp_lib.sh"
#
#	backup_takes_over_when_silent()
#	{
#		setup_nodes 3
#		member 1 advskew 0
#		member 2 advskew 100
#		check "the faster is master" slowwait 10 is_state 1 MASTER
#		nip 1 link set eth0 down
#		check "the other took over" slowwait 5 is_state 2 MASTER
#	}
#
#	tests_run "$@"
#
# Each test runs in a subshell with namespaces of its own, which are removed
# after it; "carp_x.sh NAME..." runs those only. A test that checks nothing has
# failed. Words after "# vm:" on a line of the file are for selftests/vm/net.py:
# cpus=2, clock=real, memory=512, limit=600 (seconds of the host), kernel=uml,smp
# (for those kernels of selftests/debug alone).
#
# A test that is named NAME_over_ipv6 is NAME, with in_family's words for IPv6;
# NAME_over_ipv4_beside_ipv6 and NAME_over_ipv6_beside_ipv4 are NAME where nodes
# and carp devices have addresses of both families.
set -u

# How many times as slow as usual this kernel is: stretches limits, and nothing
# that has to last.
SLOW=${CARP_SLOW:-1}

# in_family 4|6: the words that differ, for tests that have one body for both
#
#	NET FAR WORLD	three subnets: ${NET}1 is a host in the first, and
#			$NET$ZERO/$LEN all of it
#	LEN HOST	lengths of prefixes, theirs and of a host's
#	NODAD		for a host's own address
#	IP		tcpdump's and nft's word
#	IN OUT		counters of advertisements
#	AT		$VIP as it is written before a port
#	FORWARD		the sysctl that makes a router
# shellcheck disable=SC2034
in_family() {
	FAMILY=$1
	case $FAMILY in
	4)
		NET=192.0.2. FAR=198.51.100. WORLD=203.0.113.
		LEN=24 HOST=32 ZERO=0 NODAD="" IP=ip
		IN=ipackets OUT=opackets
		VIP=192.0.2.100 AT=192.0.2.100
		FORWARD=net.ipv4.ip_forward
		;;
	6)
		NET=2001:db8:: FAR=2001:db8:1:: WORLD=2001:db8:2::
		LEN=64 HOST=128 ZERO="" NODAD=nodad IP=ip6
		IN=ipackets6 OUT=opackets6
		VIP=2001:db8::100 AT="[2001:db8::100]"
		FORWARD=net.ipv6.conf.all.forwarding
		;;
	esac
}

in_family 4
# What comes beside the family's own addresses: NET LENGTH NODAD
BESIDE=""
# shellcheck disable=SC2034 # for the tests
VIP6=2001:db8::100
# The virtual MAC of vhid 1.
# shellcheck disable=SC2034 # for the tests
VMAC=00:00:5e:00:01:01
PASS=changeme

TMP=$(mktemp -d "${TMPDIR:-/tmp}/carp.XXXXXX") || exit 1
# Namespaces of two runs do not collide.
ID=${TMP##*.}

declare -A NS

note() {
	printf '%s\n' "$@" | sed 's/^/# /'
}

# ns NAME: make a namespace, known as NAME to n and nip
ns() {
	NS[$1]=$1-$ID
	ip netns add "${NS[$1]}" || exit 1
	echo "${NS[$1]}" >>"$TMP/namespaces"
}

# n NODE COMMAND...: run it there (/sys stays the host's)
n() {
	local node=$1

	shift
	nsenter "--net=/run/netns/${NS[$node]}" -- "$@"
}

# nip NODE ...: ip(8) there
nip() {
	local node=$1

	shift
	ip -n "${NS[$node]}" "$@"
}

# setup_nodes COUNT: nodes 1..COUNT on one segment
#
#	  node 1           node 2                node N
#	eth0 192.0.2.1   eth0 192.0.2.2   ...  eth0 192.0.2.N     /24
#	    |                |                     |
#	  p1|              p2|                   pN|
#	+---+----------------+---------------------+---+
#	|                  br0                         |   node "seg"
#	+----------------------------------------------+
#
# Or with ${NET}N. The MAC of node N's eth0 is 02:00:00:00:00:0N.
setup_nodes() {
	local count=$1 i beside

	read -ra beside <<<"$BESIDE"
	NS[seg]=seg-$ID
	echo "${NS[seg]}" >>"$TMP/namespaces"
	{
		echo "netns add ${NS[seg]}"
		for ((i = 1; i <= count; i++)); do
			NS[$i]=n$i-$ID
			echo "${NS[$i]}" >>"$TMP/namespaces"
			echo "netns add ${NS[$i]}"
		done
	} >"$TMP/batch"
	must ip -batch "$TMP/batch"
	{
		echo "link add br0 type bridge forward_delay 0"
		echo "link set br0 up"
		for ((i = 1; i <= count; i++)); do
			printf 'link add p%d type veth peer name eth0 ' "$i"
			printf 'address 02:00:00:00:00:%02x ' "$i"
			printf 'netns %s\n' "${NS[$i]}"
			echo "link set p$i master br0 up"
		done
	} >"$TMP/batch"
	must nip seg -batch "$TMP/batch"
	for ((i = 1; i <= count; i++)); do
		{
			echo "link set lo up"
			echo "addr add $NET$i/$LEN dev eth0 $NODAD"
			[ -z "$BESIDE" ] ||
				echo "addr add ${beside[0]}$i/${beside[1]}" \
					"dev eth0 ${beside[2]:-}"
			echo "link set eth0 up"
		} >"$TMP/batch"
		must nip "$i" -batch "$TMP/batch"
	done
}

# setup_nodes6 COUNT: the same, node N's eth0 having 2001:db8::N/64 as well
setup_nodes6() {
	local i

	setup_nodes "$1"
	for ((i = 1; i <= $1; i++)); do
		must nip "$i" addr add "2001:db8::$i/64" dev eth0 nodad
	done
}

# cable NODE NODE: another link, eth1 on both
cable() {
	must nip "$1" link add eth1 type veth peer name eth1 netns "${NS[$2]}"
	must nip "$1" link set eth1 up
	must nip "$2" link set eth1 up
}

# give NODE ADDRESS/LENGTH DEVICE: a host's own address, there at once
give() {
	local how=()

	[[ $2 != *:* ]] || how=(nodad)
	must nip "$1" addr replace "$2" dev "$3" "${how[@]}"
}

# member NODE [ATTRIBUTE VALUE]...: carp0 on eth0, with $VIP, or with all of
# $VIPS ("192.0.2.100/24 2001:db8::100/64"), up
member() {
	local node=$1 vip beside

	shift
	read -ra beside <<<"$BESIDE"
	[[ " $* " == *\ @(vhid|carpnodes)\ * ]] || set -- vhid 1 "$@"
	{
		echo "link add carp0 link eth0 type carp pass $PASS $*"
		for vip in ${VIPS:-$VIP/$LEN}; do
			echo "addr add $vip dev carp0"
		done
		[ -z "$BESIDE" ] ||
			echo "addr add ${beside[0]}100/${beside[1]} dev carp0"
		echo "link set carp0 up"
	} >"$TMP/batch"
	must nip "$node" -batch "$TMP/batch"
}

# members NODE COUNT: carp1 to carpCOUNT on eth0, each with an address, up
members() {
	local vhid

	for ((vhid = 1; vhid <= $2; vhid++)); do
		echo "link add carp$vhid link eth0 type carp vhid $vhid" \
			"pass $PASS"
		echo "addr add 10.0.0.$vhid/32 dev carp$vhid"
		echo "link set carp$vhid up"
	done >"$TMP/batch"
	must nip "$1" -batch "$TMP/batch"
}

has_link_local() {
	[[ $(nip "$1" -6 -o addr show dev "$2" scope link -tentative) == *fe80* ]]
}

# at_rest NODE [DEVICE]: wait until it has all addresses that it will have. An IPv6
# link-local one takes its time to be found unique.
at_rest() {
	POLL=0.7 check "node $1 is at rest" \
		slowwait 5 has_link_local "$1" "${2:-eth0}"
}

# state_of NODE [DEVICE]: INIT, BACKUP or MASTER. One exec only: conditions ask
# for it often, and an emulated CPU needs 50 ms for each.
state_of() {
	local line

	line=$(nip "$1" -d -o link show dev "${2:-carp0}") || return
	[[ $line =~ [[:space:]]carp\ state\ ([A-Z]+) ]] &&
		echo "${BASH_REMATCH[1]}"
}

is_state() {
	[ "$(state_of "$1" "${3:-carp0}")" = "$2" ]
}

# json_value NAME: of the first such member in the JSON on stdin, a string
# without its quotes. jq takes ten times as long to start, and conditions ask
# often.
json_value() {
	local text

	read -r -d '' text
	[[ $text =~ \"$1\":[[:space:]]*(\"([^\"]*)\"|[^],}[:space:]]+) ]] || return
	echo "${BASH_REMATCH[2]:-${BASH_REMATCH[1]}}"
}

# attr NODE NAME [DEVICE]: of the link's info_data, such as attr 1 serial
attr() {
	local text

	text=$(nip "$1" -d -j link show "${3:-carp0}") || return
	json_value "$2" <<<"${text#*\"info_data\":}"
}

# info NODE JQ [DEVICE]: what jq makes of info_data
info() {
	nip "$1" -d -j link show "${3:-carp0}" |
		jq -r ".[0].linkinfo.info_data | $2"
}

# counter NODE NAME [DEVICE]: one of the counters of carpconfig -s -j
counter() {
	n "$1" carpconfig -s -j "${3:-carp0}" | json_value "$2"
}

# sysctl_set NODE NAME=VALUE...
sysctl_set() {
	local node=$1

	shift
	must n "$node" sysctl -qw "$@"
}

# deadline SECONDS [FACTOR]: set the caller's $end, in microseconds; SECONDS as
# in 2.5
deadline() {
	local part=0

	[[ $1 != *.* ]] || part=${1#*.}
	part=${part}00000
	end=$((${EPOCHREALTIME/./} +
		(${1%.*} * 1000000 + 10#${part:0:6}) * ${2:-1}))
}

# busywait SECONDS COMMAND...: until it succeeds, looking all the time, and once
# more at the end, which time may have leapt to
busywait() {
	local end

	deadline "$1" "$SLOW"
	shift
	until "$@"; do
		[ "${EPOCHREALTIME/./}" -lt "$end" ] || {
			"$@"
			return
		}
	done
}

# slowwait SECONDS COMMAND...: the same, every $POLL seconds
slowwait() {
	local end

	deadline "$1" "$SLOW"
	shift
	until "$@"; do
		[ "${EPOCHREALTIME/./}" -lt "$end" ] || {
			"$@"
			return
		}
		sleep "${POLL:-0.2}"
	done
}

# prints TEXT COMMAND...: that, and nothing else
prints() {
	[ "$("${@:2}" 2>/dev/null)" = "$1" ]
}

# tells TEXT COMMAND...: among other things
tells() {
	grep -q -- "$1" <<<"$("${@:2}" 2>/dev/null)"
}

# kernel_says PATTERN: in this test
kernel_says() {
	dmesg | tac | sed '/carp: test /q' | grep -q "$1"
}

# serves NODE PORT: somebody listens there
serves() {
	[ -n "$(n "$1" ss -Hltn "sport = :$2")" ]
}

# holds SECONDS COMMAND...: it succeeds all that time, twice a second
holds() {
	local end

	deadline "$1"
	shift
	while "$@"; do
		[ "${EPOCHREALTIME/./}" -lt "$end" ] || return 0
		sleep 0.5
	done
	return 1
}

# fails COMMAND...: "!" for where a command is expected
fails() {
	! "$@"
}

# check_err STATUS MESSAGE: record a failure, go on
check_err() {
	CHECKS=$((CHECKS + 1))
	if [ "$1" -ne 0 ]; then
		RET=1
		note "FAIL: $2"
	fi
}

# check MESSAGE COMMAND...: record whether it succeeds
check() {
	local message=$1 out status

	shift
	out=$("$@" 2>&1)
	status=$?
	check_err "$status" "$message"
	if [ "$status" -ne 0 ]; then
		note "  $* = $status" ${out:+"  $out"}
	fi
}

# refused MESSAGE TEXT COMMAND...: it fails, and says TEXT
refused() {
	local message=$1 text=$2 out

	shift 2
	if out=$("$@" 2>&1); then
		check_err 1 "$message: accepted"
	elif [[ $out != *"$text"* ]]; then
		check_err 1 "$message: does not say \"$text\" but: $out"
	else
		check_err 0 "$message"
	fi
}

# equal MESSAGE WANTED GOT
equal() {
	[ "$2" = "$3" ]
	check_err $? "$1: wanted \"$2\", got \"$3\""
}

# must COMMAND...: without it the test makes no sense and ends
must() {
	local out

	if ! out=$("$@" 2>&1); then
		note "FAIL: cannot: $*" ${out:+"  $out"}
		exit 1
	fi
}

# bg NODE COMMAND...: leave it running; its pid is in BG, its output in BG_OUT
bg() {
	local node=$1

	shift
	BG_OUT=$(mktemp "$TMP/bg.XXXXXX")
	nsenter "--net=/run/netns/${NS[$node]}" -- "$@" >"$BG_OUT" 2>&1 \
		</dev/null &
	BG=$!
	echo "$BG" >>"$TMP/pids"
}

# bg_stop PID [SIGNAL]: and wait until it is gone
bg_stop() {
	kill "-${2:-INT}" "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

# capture NODE DEVICE FILE [FILTER...]: the head of every frame there from now on,
# in FILE; CAPTURE is the pid for capture_stop. The buffer holds thousands.
capture() {
	local node=$1 device=$2 file=$3

	shift 3
	bg "$node" tcpdump -Z root --immediate-mode -U -n -s 256 -B 8192 \
		-i "$device" -w "$file" "$@"
	# shellcheck disable=SC2034 # for the tests
	CAPTURE=$BG
	# Time leaps while it is read from a disk.
	must slowwait 60 grep -q "listening on" "$BG_OUT"
}

# What was on the wire before the stop is in the file after it.
capture_stop() {
	sleep 0.2
	bg_stop "$1" INT
}

# stamps FILTER: when such frames were heard, in us
stamps() {
	tcpdump -n -tt -r "$TMP/wire" "$@" 2>/dev/null | sed 's/ .*//; s/\.//'
}

# times FILTER: the same in ms
times() {
	stamps "$@" | sed 's/...$//'
}

# frames FILE [TCPDUMP ARGUMENT...]: a line per frame
frames() {
	local file=$1

	shift
	tcpdump -n -e -tt -T carp -r "$file" "$@" 2>/dev/null
}

cleanup_test() {
	local item

	if [ -e "$TMP/pids" ]; then
		while read -r item; do
			kill -KILL "$item" 2>/dev/null
			wait "$item" 2>/dev/null
		done <"$TMP/pids"
	fi
	if [ -e "$TMP/namespaces" ]; then
		sort -u "$TMP/namespaces" |
			sed -n 's/^/netns del /p' >"$TMP/batch"
		ip -force -batch "$TMP/batch" 2>/dev/null
	fi
	# What one test leaves behind, the next does not find.
	rm -rf "${TMP:?}"/*
}

# variant NAME: the function in BODY, and what its name says about families
variant() {
	BODY=$1
	! declare -F "$1" >/dev/null || return 0
	BODY=${1%_over_ipv[46]*}
	case ${1#"$BODY"} in
	_over_ipv6)
		in_family 6
		;;
	_over_ipv4_beside_ipv6)
		BESIDE="2001:db8:: 64 nodad"
		;;
	_over_ipv6_beside_ipv4)
		in_family 6
		BESIDE="192.0.2. 24"
		;;
	esac
	declare -F "$BODY" >/dev/null
}

# The name: in a subshell, so that nothing of it stays.
run_test() (
	RET=0
	CHECKS=0
	trap cleanup_test EXIT
	echo "carp: test $1" >/dev/kmsg
	if ! variant "$1"; then
		note "FAIL: no such test"
		exit 1
	fi
	"$BODY"
	if [ "$CHECKS" -eq 0 ]; then
		note "FAIL: nothing was checked"
		RET=1
	fi
	exit "$RET"
)

tests_run() {
	local names=$* number=0 failed=0 name

	# shellcheck disable=SC2153 # set by the file that sources this one
	[ -n "$names" ] || names=$ALL_TESTS
	trap 'rm -rf "$TMP"' EXIT
	# shellcheck disable=SC2086
	set -- $names
	echo "TAP version 13"
	echo "1..$#"
	if [ "$(id -u)" -ne 0 ] || ! modprobe carp; then
		echo "Bail out! needs root and the carp module"
		exit 1
	fi
	for name in "$@"; do
		number=$((number + 1))
		if run_test "$name"; then
			echo "ok $number - $name"
		else
			echo "not ok $number - $name"
			failed=1
		fi
	done
	exit "$failed"
}
