#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check.sh: what can be tested of the tools without root and without the module
#
# Run by "make check", which builds what is tested. TAP on standard output; a
# tool that is missing fails the run.
set -u

cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
export LC_ALL=C.UTF-8

tool=build/asan/carpconfig
plugin=iproute2/link_carp.so
man=../Documentation/man
passed=0
failed=0
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

pass() {
	passed=$((passed + 1))
	echo "ok $((passed + failed)) - $1"
}

fail() {
	failed=$((failed + 1))
	echo "not ok $((passed + failed)) - $1"
}

# comment TEXT: what explains a failure
comment() {
	printf '%s\n' "$1" | sed 's/^/# /'
}

# need COMMAND PACKAGE
need() {
	command -v "$1" >/dev/null && return
	fail "$1 is installed"
	comment "apt-get install -y --no-install-recommends $2"
	finish
}

finish() {
	echo "1..$((passed + failed))"
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ]
	exit
}

# unit PROGRAM: prints "ok - name" or "not ok - name" for each of its tests
unit() {
	local line rc

	"$1" >"$tmp/out" 2>"$tmp/err"
	rc=$?
	while IFS= read -r line; do
		case $line in
		"ok - "*) pass "${line#ok - }" ;;
		"not ok - "*) fail "${line#not ok - }" ;;
		*) echo "$line" ;;
		esac
	done <"$tmp/out"
	if [ "$rc" -eq 0 ] && [ -s "$tmp/out" ] && [ ! -s "$tmp/err" ]; then
		pass "$1 ends well"
	else
		fail "$1 ends well"
		comment "exit status $rc"
		comment "$(cat "$tmp/err")"
	fi
}

# expect NAME RC TEXT COMMAND...: exit status, and what the output contains
expect() {
	local name=$1 rc=$2 text=$3 got

	shift 3
	"$@" >"$tmp/out" 2>&1 </dev/null
	got=$?
	if [ "$got" -eq "$rc" ] && grep -qF -e "$text" "$tmp/out"; then
		pass "$name"
	else
		fail "$name"
		comment "expected status $rc and \"$text\""
		comment "got status $got and $(cat "$tmp/out")"
	fi
}

test_tool() {
	expect "carpconfig -h" 0 'usage: carpconfig' $tool -h
	expect "carpconfig --help" 0 'usage: carpconfig' $tool --help
	expect "carpconfig -V" 0 'carpconfig ' $tool -V
	expect "carpconfig: an unknown option is a usage error" \
		2 'usage: carpconfig' $tool -x
	expect "carpconfig: a bad word is a usage error" \
		2 'carpconfig: carp0: vhid must be 1 to 255, not "0"' \
		$tool carp0 vhid 0
	expect "carpconfig: options to show go with no parameters" \
		2 'go with no parameters' $tool -j carp0 vhid 1
	expect "carpconfig: -a goes with no interface" \
		2 'goes with none' $tool -a carp0
	expect "carpconfig: an interface that is not there" \
		1 'carpconfig: nosuch0: no such interface' $tool nosuch0
	expect "carpconfig: setting an interface that is not there" \
		1 'carpconfig: nosuch0: no such interface' $tool nosuch0 vhid 1
	expect "carpconfig: destroying an interface that is not there" \
		1 'carpconfig: nosuch0: no such interface' \
		$tool nosuch0 destroy
	expect "carpconfig: an interface of another kind is left alone" \
		1 'carpconfig: lo: not a carp interface' $tool lo down
	expect "carpconfig: a parent that is not there" \
		1 'carpdev nosuch0: no such interface' \
		$tool nosuch1 create carpdev nosuch0
	expect "carpconfig: monitor takes one interface" \
		2 'usage: carpconfig monitor' $tool monitor carp0 carp1
	expect "carpconfig: monitor --exec takes a directory that is there" \
		1 'No such file or directory' $tool monitor --exec "$tmp/nosuch"
	expect "carpconfig: monitor --timeout goes with --exec" \
		2 'usage: carpconfig monitor' $tool monitor --timeout 5
	expect "carpconfig: a time limit of nothing" \
		2 '--timeout must be 1 to 86400 seconds, not "0"' \
		$tool monitor --exec "$tmp" --timeout 0
	expect "carpconfig: wait needs an interface and a state" \
		2 'usage: carpconfig wait' $tool wait carp0
	expect "carpconfig: wait for another state" \
		2 'usage: carpconfig wait' $tool wait carp0 slave
	expect "carpconfig: wait for a time that is none" \
		2 'seconds must be 0 to 999999, not "-1"' $tool wait carp0 init -1
	expect "carpconfig: wait for an interface that is not there" \
		1 'carpconfig: wait: nosuch0: no such interface' \
		$tool wait nosuch0 init
	expect "carpconfig: a group that is not there" \
		1 '"nosuch" is no group' $tool -g nosuch
	expect "carpconfig: -carpdemote is no option" \
		2 '-carpdemote must be 0 to 255, not "x"' \
		$tool -g 1 -carpdemote x
	expect "carpconfig: a group takes no other word" \
		2 'a group knows carpdemote and -carpdemote only' $tool -g 1 up
	expect "carpconfig: a full disk is noticed" \
		1 'No space left' bash -c "$tool -h >/dev/full"
}

test_plugin() {
	local arg

	need ip iproute2
	need nm binutils
	mkdir "$tmp/lib" && cp $plugin "$tmp/lib" || exit 1
	nm -D --undefined-only $plugin |
		awk '$2 !~ /@/ && $1 == "U" { print $2 }' | sort >"$tmp/wanted"
	nm -D --defined-only "$(command -v ip)" |
		awk '{ print $3 }' | sort >"$tmp/has"
	arg=$(comm -23 "$tmp/wanted" "$tmp/has")
	if [ -s "$tmp/wanted" ] && [ -z "$arg" ]; then
		pass "link_carp.so uses only what ip exports"
	else
		fail "link_carp.so uses only what ip exports"
		comment "$arg"
	fi
	if nm -D $plugin | grep -q ' D carp_link_util$'; then
		pass "link_carp.so exports carp_link_util"
	else
		fail "link_carp.so exports carp_link_util"
	fi
	if readelf -d $plugin | grep -qE 'BIND_NOW|FLAGS.*NOW'; then
		fail "link_carp.so is bound lazily"
	else
		pass "link_carp.so is bound lazily"
	fi

	export IP_LIB_DIR=$tmp/lib
	expect "ip link help carp" 0 'Usage: ... carp [ vhid VHID ]' \
		ip link help carp
	# ip parses all of it before it asks the kernel for the kind.
	set -- ip link add carp0 link lo type carp
	expect "ip: vhid 0" 255 'vhid must be 1 to 255' "$@" vhid 0
	expect "ip: vhid 256" 255 'vhid must be 1 to 255' "$@" vhid 256
	expect "ip: advskew 255" 255 'advskew must be 0 to 254' \
		"$@" advskew 255
	expect "ip: advbase 256" 255 'advbase must be 0 to 255' \
		"$@" advbase 256
	expect "ip: both 0" 1 'cannot both be 0' "$@" advbase 0 advskew 0
	expect "ip: an IPv6 peer for IPv4" 255 'peer must be an IPv4 address' \
		"$@" peer 2001:db8::2
	expect "ip: an IPv4 peer for IPv6" 255 'peer6 must be an IPv6 address' \
		"$@" peer6 192.0.2.2
	expect "ip: a peer with a scope" 255 'peer6 has no scope' \
		"$@" peer6 fe80::2%lo
	expect "ip: a multicast peer" 255 'the address of a member' \
		"$@" peer 224.0.0.18
	expect "ip: peer 0.0.0.0" 255 'the address of a member' \
		"$@" peer 0.0.0.0
	expect "ip: a multicast peer6" 255 'the address of a member' \
		"$@" peer6 ff02::12
	expect "ip: peer6 ::" 255 'the address of a member' "$@" peer6 ::
	expect "ip: two peers" 255 'duplicate "peer"' \
		"$@" peer 192.0.2.2 nopeer
	expect "ip: two peers of IPv6" 255 'duplicate "peer6"' \
		"$@" nopeer6 peer6 fe80::2
	expect "ip: an unknown checksum" 255 'cksum6 must be plain or pseudo' \
		"$@" cksum6 none
	expect "ip: an unknown form" 255 'form must be nov6ll or orig' \
		"$@" form both
	expect "ip: demotion 256" 255 'demotion must be -255 to 255' \
		"$@" demotion 256
	expect "ip: an unknown style" 255 'demotestyle must be add or max' \
		"$@" demotestyle min
	expect "ip: syncgroup maybe" 255 'syncgroup must be on or off' \
		"$@" syncgroup maybe
	expect "ip: announce 86401" 255 'announce must be 0 to 86400' \
		"$@" announce 86401
	expect "ip: an unknown mode" 255 \
		'balancing must be ip, ip-stealth, ip-unicast or none' \
		"$@" balancing arp
	expect "ip: an unknown hash" 255 'hash must be xor, l3 or l4' \
		"$@" hash l7
	expect "ip: a node without advskew" 255 'carpnodes are VHID:SKEW,...' \
		"$@" carpnodes 1:0,2
	expect "ip: a node of vhid 0" 255 'vhid must be 1 to 255' \
		"$@" carpnodes 0:0
	expect "ip: a node of advskew 255" 255 'advskew must be 0 to 254' \
		"$@" carpnodes 1:255
	expect "ip: an empty node" 255 'carpnodes are VHID:SKEW,...' \
		"$@" carpnodes 1:0,
	expect "ip: 33 nodes" 255 'more than 32 carpnodes' \
		"$@" carpnodes "$(seq -s , -f '%.0f:0' 33)"
	expect "ip: what follows 32 nodes is understood" 1 \
		'unknown word "foo"' "$@" balancing ip-stealth hash l4 \
		carpnodes "$(seq -s , -f '%.0f:0' 32)" foo
	expect "ip: an unknown group" 255 'no such group' "$@" track group nosuch
	expect "ip: weight 0" 255 'weight must be 1 to 255' \
		"$@" track lo weight 0
	expect "ip: a name that is too long" 255 'not the name of a device' \
		"$@" notrack abcdefghijklmnop
	expect "ip: what follows track is understood" 1 'unknown word "foo"' \
		"$@" track lo weight 5 track group 3 notrack group 4 foo
	expect "ip: more tracks than a message holds" 255 'message exceeded' \
		"$@" $(seq -f 'track dummy%.0f' 60)
	expect "ip: an unknown state" 255 \
		'state can be set to master or backup' "$@" state init
	expect "ip: an unknown word is named" 1 'unknown word "foo"' "$@" foo
	expect "ip: a missing argument" 255 'Command line is not complete' \
		"$@" vhid
	expect "ip: a key of 20 characters" 255 'only 19 characters' \
		"$@" pass 12345678901234567890
	expect "ip: two keys" 255 'duplicate "pass"' "$@" pass a passfile b
	expect "ip: a key file that is not there" 255 'cannot be opened' \
		"$@" passfile "$tmp/nosuch"
}

test_plugin_prints() {
	build/asan/link_test "$tmp/dump"
	set -- ip -d monitor file "$tmp/dump"
	expect "ip prints the state" 0 \
		'carp state BACKUP vhid 7 advbase 1 advskew 100 pass' "$@"
	expect "ip prints the demotion" 0 'demotion -3 demoted 237' "$@"
	expect "ip prints what is tracked" 0 \
		'track eth1 weight 240 down track group 7 weight 10 2 down' "$@"
	expect "ip prints mode and hash" 0 'balancing ip-stealth hash l4' "$@"
	expect "ip prints the nodes" 0 \
		'carpnode 9:91 MASTER kept 4294967305 left 8589934601' "$@"
	expect "ip prints the history" 0 'history BACKUP>MASTER>BACKUP' "$@"
}

test_passfile() {
	: >"$tmp/empty"
	expect "ip: an empty key file" 255 'is empty' \
		ip link add carp0 link lo type carp passfile "$tmp/empty"
	echo secret >"$tmp/key"
	chmod 644 "$tmp/key"
	expect "ip: a key file that others can read is complained about" \
		1 'can be read by others' \
		ip link add carp0 link lo type carp passfile "$tmp/key" foo
	chmod 600 "$tmp/key"
	ip link add carp0 link lo type carp passfile "$tmp/key" foo \
		>"$tmp/out" 2>&1
	if grep -q 'can be read' "$tmp/out"; then
		fail "ip: a private key file is not complained about"
	else
		pass "ip: a private key file is not complained about"
	fi
}

test_man() {
	local page

	need man man-db
	need groff groff-base
	for page in $man/carpconfig.8 $man/carp.4 $man/carp-check.8 \
		$man/ip-link-carp.8; do
		MANWIDTH=80 man -l --warnings "$page" 2>"$tmp/err" >"$tmp/out"
		if [ ! -s "$tmp/err" ] && grep -q '^SEE ALSO' "$tmp/out"; then
			pass "${page##*/} has no warnings"
		else
			fail "${page##*/} has no warnings"
			comment "$(cat "$tmp/err")"
		fi
	done
}

# complete WORD...: the completions of the last word
complete_words() {
	# shellcheck disable=SC2034
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
	_carpconfig
	printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' '
}

# completes NAME EXPECTED WORD...
completes() {
	local name=$1 expected=$2 got

	shift 2
	got=$(complete_words "$@")
	if [ "$got" = "$expected " ]; then
		pass "completion: $name"
	else
		fail "completion: $name"
		comment "expected $expected, got $got"
	fi
}

test_completion() {
	# shellcheck source=completion/carpconfig
	. completion/carpconfig
	completes "words" 'advbase advskew' carpconfig carp0 adv
	completes "state" 'backup master' carpconfig carp0 state ''
	completes "peers" 'carppeer carppeer6' carpconfig carp0 carpp
	completes "cksum6" 'plain pseudo' carpconfig carp0 cksum6 ''
	completes "form" 'nov6ll orig' carpconfig carp0 form ''
	completes "verbs" 'monitor' carpconfig mon
	completes "wait" 'backup init master' carpconfig wait carp0 ''
	completes "hooks" '--exec' carpconfig monitor --e
	completes "groups" 'carpdemote' carpconfig -g wan carp
	completes "demotion" 'demotestyle' carpconfig carp0 demo
	completes "balancing" 'ip ip-stealth ip-unicast none' \
		carpconfig carp0 balancing ''
	completes "hashes" 'l3 l4 xor' carpconfig carp0 hash ''
	completes "spread" 'spread' carpconfig carp0 carpnodes s
	completes "hosts" 'host' carpconfig carp0 carpnodes spread 8 ''
	completes "of how many" 'of' carpconfig carp0 carpnodes spread 8 host 1 ''
	completes "style" 'add max' carpconfig carp0 demotestyle ''
	completes "tracking" 'group' carpconfig carp0 track gr
	completes "parents" 'lo' carpconfig carp0 create carpdev lo
	completes "options" '--help --version' carpconfig --
	_carpconfig_interfaces() {
		printf '%s\n' "\$(touch\${IFS}$tmp/touched)" eth0
	}
	completes "any name" "\$(touch\${IFS}$tmp/touched)" \
		carpconfig carp0 create carpdev '$'
	completes "and executes none" eth0 carpconfig carp0 create carpdev eth
	[ ! -e "$tmp/touched" ] || fail "completion: a name was executed"
}

test_units() {
	local file dir=$tmp/units

	if make -s install DESTDIR="$dir" PREFIX=/opt >"$tmp/out" 2>&1 &&
		grep -q '^ExecStart=/opt/sbin/carp-check %i$' \
			"$dir/opt/lib/systemd/system/carp-check@.service" &&
		grep -q '^Environment=CARPCONFIG=/opt/sbin/carpconfig$' \
			"$dir/opt/lib/systemd/system/carp-check@.service" &&
		[ -x "$dir/opt/sbin/carp-check" ] &&
		[ -e "$dir/opt/lib/udev/rules.d/90-carp.rules" ]
	then
		pass "units, rules and carp-check are installed"
	else
		fail "units, rules and carp-check are installed"
		comment "$(cat "$tmp/out")"
	fi
	make -s uninstall DESTDIR="$dir" PREFIX=/opt >"$tmp/out" 2>&1
	file=$(find "$dir" -type f)
	if [ -z "$file" ] && [ ! -e "$dir/etc/carp" ]; then
		pass "and nothing of it is left by uninstall"
	else
		fail "and nothing of it is left by uninstall"
		comment "$file"
	fi
}

# What dkms has built already it does not build anew.
test_dkms() {
	local bin=$tmp/dkms-bin

	mkdir -p "$bin"
	# shellcheck disable=SC2016 # for the script
	printf '%s\n' '#!/bin/sh' 'echo "$1" >>'"$tmp/dkms-log" \
		'[ "$1" != status ] || echo carp/0.1.0: installed' >"$bin/dkms"
	chmod +x "$bin/dkms"
	PATH=$bin:$PATH make -s dkms-install DESTDIR= \
		dkmsdir="$tmp/dkms-src" modules="$tmp/dkms-modules" \
		>"$tmp/out" 2>&1
	if [ "$(paste -sd' ' "$tmp/dkms-log")" = "status remove install" ] &&
		[ -e "$tmp/dkms-src/dkms.conf" ]
	then
		pass "dkms is let forget what it has built of older sources"
	else
		fail "dkms is let forget what it has built of older sources"
		comment "$(cat "$tmp/out")"
	fi
}

# reasons FILE: "[CARP_REASON_X] = text" of its table, one a line
reasons() {
	tr -s '[:space:]' ' ' <"$1" |
		grep -o '\[CARP_REASON_[A-Z_]*\] = "[^"]*"' | sort
}

test_words() {
	reasons common/carp_names.h >"$tmp/ours"
	cat ../carp/*.c >"$tmp/module.c"
	reasons "$tmp/module.c" >"$tmp/module"
	if [ -s "$tmp/ours" ] && diff "$tmp/ours" "$tmp/module" >"$tmp/out"
	then
		pass "the tools and the module's log have the same reasons"
	else
		fail "the tools and the module's log have the same reasons"
		comment "$(cat "$tmp/out")"
	fi
}

test_shell() {
	need shellcheck shellcheck
	if shellcheck -x check.sh carp-check/carp-check &&
		shellcheck -s bash completion/carpconfig; then
		pass "shellcheck"
	else
		fail "shellcheck"
	fi
}

unit build/asan/parse_test
unit build/asan/key_test
unit build/asan/link_test
unit build/asan/nodes_test
unit build/asan/spread_test
test_tool
test_plugin
test_plugin_prints
test_passfile
test_man
test_completion
test_units
test_dkms
test_words
test_shell
finish
