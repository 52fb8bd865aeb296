#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A pair of stateful firewalls, as in the admin guide: nftables lets through what
# belongs to a connection that it has seen begin, and conntrackd tells the other
# gateway of it.
# shellcheck disable=SC2317 # functions called by name

ALL_TESTS="
	a_download_goes_on_after_the_failover_with_conntrackd
"

# shellcheck disable=SC2034 # run by "make test-long"
LONG_TESTS="
	a_download_ends_at_the_failover_without_conntrackd
	a_download_ends_at_the_failover_without_conntrackd_over_ipv6
	a_download_goes_on_after_the_failover_with_conntrackd_over_ipv6
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"
# shellcheck source=traffic_lib.sh
. "$(dirname "$0")/traffic_lib.sh"

rules() {
	cat <<-'EOF'
		table inet filter {
			chain forward {
				type filter hook forward priority filter
				policy drop
				ct state established,related accept
				ct state new tcp dport 7 tcp flags & (syn | ack) == syn accept
			}
		}
	EOF
}

# conntrackd_conf NODE: it tells the other gateway, whose kernel is told at once
conntrackd_conf() {
	cat <<-EOF
		Sync {
			Mode FTFW {
				DisableExternalCache On
			}
			UDP {
				IPv${FAMILY}_address $FAR$1
				IPv${FAMILY}_Destination_Address $FAR$((3 - $1))
				Port 3780
				Interface eth1
				Checksum On
			}
		}
		General {
			HashSize 8192
			HashLimit 65535
			LogFile $TMP/conntrackd$1.log
			LockFile $TMP/conntrackd$1.lock
			UNIX {
				Path $TMP/conntrackd$1.ctl
			}
			NetlinkBufferSize 262144
			Filter From Userspace {
				Protocol Accept {
					TCP
				}
			}
		}
	EOF
}

firewalls() {
	local node

	rules >"$TMP/rules"
	for node in 1 2; do
		must n "$node" nft -f "$TMP/rules"
		# A connection is known from its beginning, or not at all.
		sysctl_set "$node" net.netfilter.nf_conntrack_tcp_loose=0
	done
}

knows_the_connection() {
	[[ $(n "$1" conntrack -L -f "ipv$FAMILY" -p tcp --dport 7 2>/dev/null) == *ESTABLISHED* ]]
}

# download: node 3 downloads from node 4, in 40 pieces, 0.2 s apart
download() {
	local far=${FAR}4

	[ "$FAMILY" != 6 ] || far="[$far]"
	head -c 40000 /dev/urandom >"$TMP/data"
	cat >"$TMP/serve" <<-EOF
		for ((i = 0; i < 40; i++)); do
			dd if=$TMP/data bs=1000 skip=\$i count=1 status=none
			sleep 0.2
		done
	EOF
	bg 4 socat "TCP$FAMILY-LISTEN:7" "EXEC:bash $TMP/serve"
	check "it listens" slowwait 20 serves 4 7
	bg 3 socat -u "TCP$FAMILY:$far:7" "OPEN:$TMP/got,creat"
	check "it has begun" slowwait 3 test -s "$TMP/got"
}

# The MASTER is gone, without a word, on both sides.
cable_cut() {
	must nip seg link set p1 nomaster
	must nip seg link set q1 nomaster
	check "node 2 is master" slowwait 5 is_state 2 MASTER
	check "on both sides" slowwait 2 is_state 2 MASTER carp1
}

a_download_ends_at_the_failover_without_conntrackd() {
	local before

	setup_gateways
	firewalls
	download
	check "the first gateway knows it" knows_the_connection 1
	cable_cut
	before=$(wc -c <"$TMP/got")
	sleep 12
	equal "not a byte more" "$before" "$(wc -c <"$TMP/got")"
}

a_download_goes_on_after_the_failover_with_conntrackd() {
	local node

	setup_gateways
	firewalls
	for node in 1 2; do
		conntrackd_conf "$node" >"$TMP/conntrackd$node.conf"
		bg "$node" conntrackd -C "$TMP/conntrackd$node.conf"
	done
	check "they are there" slowwait 5 \
		test -S "$TMP/conntrackd1.ctl" -a -S "$TMP/conntrackd2.ctl"
	download
	check "the second gateway is told" slowwait 3 knows_the_connection 2
	cable_cut
	check "all has arrived" slowwait 40 cmp -s "$TMP/data" "$TMP/got"
}

tests_run "$@"
