#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Memory runs out, at each place in turn: of every command that configures us the
# first allocation fails, then the second one, until it makes no more. Each time
# it succeeds, or says that there is no memory and has changed nothing; it then
# works when asked again. What it leaks is found when the guest is given up.
#
# For a kernel with fault injection. To create and change a device takes hundreds of
# allocations: there only those that have carp on their stack fail. What timers,
# softirqs and workqueues allocate is not a command's; the last test is about
# carp's.
#
# A slow kernel has no time for all: of those after the first dozen it takes one in
# STEP, others each time.
# vm: kernel=uml,smp limit=7200
# shellcheck disable=SC2317 # functions called by name

ALL_TESTS="
	creating_a_device
	deleting_a_device
	setting_it_up_and_down
	changing_each_attribute
	changing_its_nodes
	tracking_a_link
	forcing_a_state
	reading_it
	adding_and_removing_an_ipv4_address
	adding_and_removing_an_ipv6_address
	moving_its_parent_to_another_namespace
	removing_its_parent
	making_a_namespace
	writing_a_sysctl
	loading_the_module
	timers_and_softirqs_go_without_and_recover
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"

FAIL_NTH=/opt/carp/guest/fail_nth
DEBUGFS=/sys/kernel/debug
# More than the longest command makes.
MOST=2000
STEP=$((SLOW > 4 ? 7 : 1))

# among START END: what has one of these addresses on its stack may fail, if asked
among() {
	local which

	for which in failslab fail_page_alloc; do
		echo 0 >"$DEBUGFS/$which/probability" &&
			echo 0 >"$DEBUGFS/$which/verbose" &&
			echo "$1" >"$DEBUGFS/$which/require-start" &&
			echo "$2" >"$DEBUGFS/$which/require-end" &&
			echo N >"$DEBUGFS/$which/ignore-gfp-wait" || return
	done
	echo 0 >"$DEBUGFS/fail_page_alloc/min-order"
}

# What carp asks for itself, and what others do while it calls them.
only_carp_may_fail() {
	local start size

	read -r start <"/sys/module/carp/sections/.text"
	size=$(</sys/module/carp/coresize)
	among "$start" "$(printf '%#x' $((start + size)))"
}

# The callers' allocations too, before carp is called and after.
all_may_fail() {
	among 0 0xffffffffffffffff
}

# One host, and an address on the parent.
setup_host() {
	must only_carp_may_fail
	ns 1
	{
		echo "link set lo up"
		echo "link add eth0 type veth peer name eth1"
		echo "link set eth1 up"
		echo "link set eth0 up"
		echo "addr add 192.0.2.1/24 dev eth0"
		echo "addr add 2001:db8::1/64 dev eth0 nodad"
	} >"$TMP/batch"
	must nip 1 -batch "$TMP/batch"
}

# What of carp and its addresses can be seen. How often its state changed tells of
# what was undone as well, and its number of what was deleted and made again; the
# route to groups comes with the first IPv6 address and stays.
looks() {
	nip 1 -d link show | sed -e 's/^[0-9]*: //' \
		-e 's/ serial .* addrgenmode/ addrgenmode/'
	nip 1 -o addr show scope global | sed 's/^[0-9]*: //'
	nip 1 route show table all dev carp0 2>/dev/null |
		grep -v "^multicast ff00::/8"
	bridge -n "${NS[1]}" fdb show dev eth0 | grep "0[01]:00:5e:00:01:" | sort
}

looks_as() {
	looks >"$TMP/after"
	cmp -s "$1" "$TMP/after"
}

at_rest() {
	if looks_as "$TMP/before"; then
		same=$((same + 1))
	else
		same=0
		mv "$TMP/after" "$TMP/before"
	fi
	[ "$same" -gt 6 ]
}

# remember: how it looks when the worker for IPv6 and linkwatch, at most a second
# late, have done what is left to them
remember() {
	local same=0

	looks >"$TMP/before"
	check "it comes to rest" slowwait 30 at_rest
}

# batch FILE LINE...: for ip(8)
batch() {
	local file=$1

	shift
	printf '%s\n' "$@" >"$TMP/$file"
}

# What a command may say when there is no memory. "File exists" and the like
# would mean that half of it was done.
OUT_OF_MEMORY="Cannot allocate memory|No buffer space available"

# What netdev_register_kobject() says when there was no memory for the name, of
# which it does not take notice: that takes two allocations.
NAMELESS="RTNETLINK answers: Invalid argument"

# judge NTH STATUS OUTPUT COMMAND...: it failed: for want of memory, without a
# trace, and only this time
judge() {
	local nth=$1 status=$2 out=$3

	shift 3
	if [[ $out == *"$NAMELESS"* ]]; then
		nameless=$((nameless + 1))
		[ "$nameless" -le 2 ]
	else
		[[ $out =~ $OUT_OF_MEMORY ]]
	fi
	check_err $? "allocation $nth: status $status: $out"
	slowwait 2 looks_as "$TMP/before" ||
		check "allocation $nth: nothing has changed" \
			diff -U 0 "$TMP/before" "$TMP/after"
	out=$("$@" 2>&1)
	check_err $? "allocation $nth: it works when asked again: $out"
}

# The request was done, and then there was no memory for the kernel's answer.
LOST="netlink receive error No buffer space available"

# sweep CALLS UNDO COMMAND...: until none is left to fail; WHAT is its name
WHAT=""
sweep() {
	local calls=$1 undo=$2 nth=1 left out status tried=0 refused=0 lost=0
	local nameless=0

	shift 2
	remember
	while [ "$nth" -lt "$MOST" ]; do
		out=$("$FAIL_NTH" "$calls" "$nth" "$TMP/left" "$@" 2>&1)
		status=$?
		read -r left <"$TMP/left"
		[ "$left" = 0 ] || break
		if [[ $out =~ $LOST ]]; then
			lost=$((lost + 1))
		elif [ "$status" -ne 0 ]; then
			refused=$((refused + 1))
			judge "$nth" "$status" "$out" "$@"
		fi
		# Where it adds or deletes, this fails unless it was done.
		must "$undo"
		tried=$((tried + 1))
		nth=$((nth + 1 + (nth < 12 ? 0 : RANDOM % (2 * STEP - 1))))
	done
	[ "$status" -eq 0 ] || note "$out"
	equal "without a fault" 0 "$status"
	check "they came to an end" [ "$nth" -lt "$MOST" ]
	check "there were some" [ "$tried" -gt 0 ]
	check "few were of an answer" [ "$lost" -lt 8 ]
	must "$undo"
	note "$tried of some $((nth - 1)) allocations failed, $refused times" \
		"the command did, $lost times its answer: ${WHAT:-$*}"
}

# Not what ip(8) asks by sendto() before it begins: whether namespaces have numbers.
# It waits for ever if there is no memory for the answer.
OF_IP=sendmsg,recvmsg

# ip(8) with a file of commands, in one process
sweep_batch() {
	local undo=$1

	shift
	batch script "$@"
	WHAT="ip $*"
	sweep "$OF_IP" "$undo" \
		ip -n "${NS[1]}" -batch "$TMP/script"
}

nothing_to_undo() {
	:
}

delete_carp0() {
	nip 1 link del carp0
}

NEW="link add carp0 link eth0 type carp vhid 1 advbase 200 pass $PASS"

create_carp0() {
	batch new "$NEW" "addr add $VIP/24 dev carp0" \
		"addr add $VIP6/64 dev carp0" "link set carp0 up"
	nip 1 -batch "$TMP/new"
}

creating_a_device() {
	setup_host
	sweep_batch delete_carp0 "$NEW"
}

deleting_a_device() {
	setup_host
	must create_carp0
	must all_may_fail
	sweep_batch create_carp0 "link del carp0"
}

set_down() {
	nip 1 link set carp0 down
}

set_up() {
	nip 1 link set carp0 up
}

setting_it_up_and_down() {
	setup_host
	must create_carp0
	must set_down
	sweep_batch set_down "link set carp0 up"
	must set_up
	# carp asks for none then.
	must all_may_fail
	sweep_batch set_up "link set carp0 down"
}

as_before() {
	nip 1 link set carp0 type carp vhid 1 advbase 200 advskew 0 \
		pass "$PASS" nopeer nopeer6 cksum6 plain form nov6ll
}

changing_each_attribute() {
	local change

	setup_host
	must create_carp0
	must as_before
	for change in "vhid 2" "pass other" nopass "peer 192.0.2.9" \
		"peer6 2001:db8::9" "cksum6 pseudo" "form orig"; do
		sweep_batch as_before "link set carp0 type carp $change"
	done
	# carp needs no memory for these.
	must all_may_fail
	for change in "advbase 100" "advskew 7"; do
		sweep_batch as_before "link set carp0 type carp $change"
	done
}

one_node() {
	nip 1 link set carp0 type carp vhid 1 advskew 0 hash xor
}

two_nodes() {
	nip 1 link set carp0 type carp balancing ip hash xor \
		carpnodes 1:0,3:100
}

changing_its_nodes() {
	local change

	setup_host
	must create_carp0
	must one_node
	for change in "carpnodes 1:0,3:100" \
		"balancing ip-unicast hash l4 carpnodes 2:0,3:0,9:7"; do
		sweep_batch one_node "link set carp0 type carp $change"
	done
	must two_nodes
	for change in "hash l3" "balancing ip-stealth" "carpnodes 1:0,2:9,3:0" \
		"carpnodes 5:0,6:0" "vhid 3"; do
		sweep_batch two_nodes "link set carp0 type carp $change"
	done
}

tracks_nothing() {
	nip 1 link set carp0 type carp notrack eth1
}

tracking_a_link() {
	setup_host
	must create_carp0
	sweep_batch tracks_nothing \
		"link set carp0 type carp track eth1 weight 9"
}

back_to_backup() {
	nip 1 link set carp0 type carp state backup
}

back_to_master() {
	nip 1 link set carp0 type carp state master
}

forcing_a_state() {
	setup_host
	must create_carp0
	must all_may_fail
	must back_to_backup
	sweep_batch back_to_backup "link set carp0 type carp state master"
	must back_to_master
	sweep_batch back_to_master "link set carp0 type carp state backup"
}

reading_it() {
	setup_host
	must create_carp0
	must all_may_fail
	sweep "$OF_IP" nothing_to_undo \
		ip -n "${NS[1]}" -d -s link show carp0
	sweep sendmsg,recvmsg,sendto nothing_to_undo \
		nsenter "--net=/run/netns/${NS[1]}" carpconfig -s carp0
}

no_ipv4() {
	nip 1 addr del "$VIP/24" dev carp0
}

has_ipv4() {
	nip 1 addr add "$VIP/24" dev carp0
}

adding_and_removing_an_ipv4_address() {
	setup_host
	must create_carp0
	must no_ipv4
	must all_may_fail
	sweep_batch no_ipv4 "addr add $VIP/24 dev carp0"
	must has_ipv4
	sweep_batch has_ipv4 "addr del $VIP/24 dev carp0"
}

no_ipv6() {
	nip 1 addr del "$VIP6/64" dev carp0
}

has_ipv6() {
	nip 1 addr add "$VIP6/64" dev carp0
}

adding_and_removing_an_ipv6_address() {
	setup_host
	must create_carp0
	must no_ipv6
	must all_may_fail
	sweep_batch no_ipv6 "addr add $VIP6/64 dev carp0"
	must has_ipv6
	sweep_batch has_ipv6 "addr del $VIP6/64 dev carp0"
}

make_parent() {
	must nip 1 -batch - <<-EOF
		link add under address 02:00:00:00:00:0a type veth peer name other
		link set other address 02:00:00:00:00:0b
		link set other up
	EOF
}

# It was made, or has come back.
carp_on_parent() {
	must nip 1 -batch - <<-EOF
		link set under up
		link add carp1 link under type carp vhid 3 advbase 200 pass $PASS
		addr add 198.51.100.1/24 dev carp1
		link set carp1 up
	EOF
}

make_again() {
	make_parent
	carp_on_parent
}

come_back() {
	nip 2 link set under netns "${NS[1]}" && carp_on_parent
}

moving_its_parent_to_another_namespace() {
	setup_host
	ns 2
	make_again
	# Without memory for the name, __dev_change_net_namespace() warns.
	sweep_batch come_back "link set under netns ${NS[2]}"
}

removing_its_parent() {
	setup_host
	make_again
	must all_may_fail
	sweep_batch make_again "link del under"
}

no_namespace() {
	[ ! -e "/run/netns/x-$ID" ] || ip netns del "x-$ID"
}

making_a_namespace() {
	setup_host
	echo "x-$ID" >>"$TMP/namespaces"
	sweep unshare no_namespace ip netns add "x-$ID"
}

allow_again() {
	n 1 sysctl -qw net.carp.allow=1
}

writing_a_sysctl() {
	setup_host
	must create_carp0
	must all_may_fail
	sweep write allow_again \
		nsenter "--net=/run/netns/${NS[1]}" sysctl -qw net.carp.allow=0
}

unload() {
	rmmod carp
}

loading_the_module() {
	local file level

	setup_host
	read -r level _ </proc/sys/kernel/printk
	file=$(modinfo -n carp)
	must unload
	must all_may_fail
	# vmalloc() says at length what it could not get.
	must dmesg -n 1
	sweep finit_module,init_module unload insmod "$file"
	must dmesg -n "$level"
	check "nothing else is complained of" \
		fails grep -E "WARNING:|BUG:|KASAN" <(dmesg)
	check "and it comes back" modprobe carp
}

# every N: of what may fail, each N-th does, whoever asks for it; 0: none
every() {
	local which

	for which in failslab fail_page_alloc; do
		echo -1 >"$DEBUGFS/$which/times" &&
			echo "$1" >"$DEBUGFS/$which/interval" &&
			echo $(($1 ? 100 : 0)) \
				>"$DEBUGFS/$which/probability" || return
	done
}

masters() {
	local node count=0

	for node in 1 2; do
		! is_state "$node" MASTER || count=$((count + 1))
	done
	[ "$count" = "$1" ]
}

# Commands may fail meanwhile.
disturb() {
	local i

	for i in 1 2 3; do
		nip 1 link set carp0 type carp state backup
		n 3 ping -q -c 2 -W 1 "$VIP"
		nip 1 link set carp0 type carp state master
		n 3 ping -q -c 2 -W 1 "$VIP6"
		nip 2 link set carp0 down
		nip 2 addr del "$VIP6/64" dev carp0
		nip 2 addr add "$VIP6/64" dev carp0
		nip 2 link set carp0 up
	done >/dev/null 2>&1
}

timers_and_softirqs_go_without_and_recover() {
	local nth node

	must only_carp_may_fail
	VIPS="$VIP/24 $VIP6/64"
	setup_nodes6 3
	for nth in 1 2 3 5 7; do
		member 1
		member 2 advskew 100
		check "every ${nth}th: one master before" slowwait 20 masters 1
		must every "$nth"
		disturb
		must every 0
		for node in 1 2; do
			nip "$node" addr replace "$VIP/24" dev carp0
			nip "$node" addr replace "$VIP6/64" dev carp0
			nip "$node" link set carp0 up
		done
		check "every ${nth}th: one after" slowwait 20 masters 1
		check "node 3 reaches it" slowwait 10 n 3 ping -q -c 1 -W 1 \
			"$VIP"
		check "by IPv6 too" slowwait 10 n 3 ping -q -c 1 -W 1 "$VIP6"
		must nip 1 link del carp0
		must nip 2 link del carp0
	done
	check "the module goes" rmmod carp
	check "and comes back" modprobe carp
}

tests_run "$@"
