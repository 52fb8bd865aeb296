#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What has a virtual address and is not the member's: what it forwards or bridges
# for others, and what has that address elsewhere. Both families.
# shellcheck disable=SC2317 # functions called by name

ALL_TESTS="
	a_backup_that_routes_passes_the_masters_answers_on
	a_backup_that_routes_passes_the_masters_answers_on_over_ipv6
	a_backup_whose_bridge_filters_passes_the_masters_answers_on
	a_backup_whose_bridge_filters_passes_the_masters_answers_on_over_ipv6
	a_vrf_may_have_the_same_address
	a_vrf_may_have_the_same_address_over_ipv6
	another_link_may_have_the_same_link_local_address
	the_documented_reverse_path_rule_lets_the_address_be_reached
	the_documented_reverse_path_rule_lets_the_address_be_reached_over_ipv6
	what_comes_to_the_address_is_validated_as_elsewhere_but_never_strictly
	what_is_masqueraded_behind_the_address_leaves_as_the_masters
	what_is_masqueraded_behind_the_address_leaves_as_the_masters_over_ipv6
	a_bridge_that_filters_follows_connections_to_the_master
	a_gateway_that_is_known_by_its_ipv6_address
"

# shellcheck source=carp_lib.sh
. "$(dirname "$0")/carp_lib.sh"
# shellcheck source=parents_lib.sh
. "$(dirname "$0")/parents_lib.sh"

reaches() {
	n "$1" ping -q -c 2 -i 0.2 -W 1 "$2"
}

# Node 1 MASTER, node 2 BACKUP.
setup_roles() {
	member 1
	must nip 1 link set carp0 type carp state master
	member 2 advskew 100
	check "node 2 is backup" slowwait 2 is_state 2 BACKUP
	check "node 1 is master" is_state 1 MASTER
}

# behind NODE: node 4 with ${FAR}4 on its eth1, and eth1 of NODE
behind() {
	ns 4
	cable 4 "$1"
	give 4 "${FAR}4/$LEN" eth1
	give "$1" "$FAR$1/$LEN" eth1
	must nip 4 route add default via "$FAR$1"
	sysctl_set "$1" "$FORWARD=1"
}

a_backup_that_routes_passes_the_masters_answers_on() {
	setup_nodes 2
	behind 2
	must nip 1 route add "${FAR}0/$LEN" via "${NET}2"
	setup_roles
	check "from behind the backup" slowwait 5 reaches 4 "$VIP"
	equal "dropped" 0 "$(counter 2 srcdrop)"
}

#  node: eth0, vm0 -- br7 -- carp0; node 4 is the machine at vm0 of node 2
a_backup_whose_bridge_filters_passes_the_masters_answers_on() {
	local node table=ip

	must modprobe br_netfilter
	setup_nodes 2
	[ "$FAMILY" = 4 ] || table=ip6
	for node in 1 2; do
		onto_bridge "$node"
		sysctl_set "$node" "net.bridge.bridge-nf-call-${table}tables=1"
		must nip "$node" link add carp0 link br7 type carp vhid 1 \
			advskew $((node * 50)) pass "$PASS"
		must nip "$node" addr add "$VIP/$LEN" dev carp0
		must nip "$node" link set carp0 up
	done
	ns 4
	must nip 4 link add eth0 type veth peer name vm0 netns "${NS[2]}"
	must nip 4 link set eth0 up
	must nip 2 link set vm0 master br7 up
	give 4 "${NET}4/$LEN" eth0
	check "node 1 is master" slowwait 10 is_state 1 MASTER
	check "node 2 is backup" is_state 2 BACKUP
	check "from a machine on the backup" reaches 4 "$VIP"
	equal "dropped" 0 "$(counter 2 srcdrop)"
	must nip 1 link set carp0 down
	check "node 2 takes over" slowwait 2 is_state 2 MASTER
	check "from a machine on the master" reaches 4 "$VIP"
}

#  node 1: eth0 -- carp0 with $VIP; eth1 with $VIP in vrf7 -- node 4
a_vrf_may_have_the_same_address() {
	setup_nodes 2
	ns 4
	cable 4 1
	give 4 "${NET}4/$LEN" eth1
	must nip 1 link add vrf7 type vrf table 77
	must nip 1 link set vrf7 up
	# As the kernel's vrf.rst says: a VRF's addresses before the others.
	must nip 1 "-$FAMILY" rule add pref 32765 table local
	must nip 1 "-$FAMILY" rule del pref 0
	must nip 1 link set eth1 master vrf7
	give 1 "$VIP/$LEN" eth1
	check "before" reaches 4 "$VIP"
	setup_roles
	must nip 4 neigh flush dev eth1
	check "beside a master" slowwait 5 reaches 4 "$VIP"
	check "and the master" reaches 2 "$VIP"
	must nip 1 link set carp0 down
	check "node 2 takes over" slowwait 2 is_state 2 MASTER
	must nip 4 neigh flush dev eth1
	check "beside no master" slowwait 5 reaches 4 "$VIP"
}

another_link_may_have_the_same_link_local_address() {
	in_family 6
	setup_nodes 2
	VIPS="$VIP/$LEN fe80::1/64"
	ns 4
	cable 4 2
	must nip 2 addr add fe80::1/64 dev eth1 nodad
	setup_roles
	check "it answers" slowwait 5 n 4 ping -q -c 1 -W 1 fe80::1%eth1
}

the_documented_reverse_path_rule_lets_the_address_be_reached() {
	local rule="fib saddr . iif oif missing drop"

	setup_nodes 3
	setup_roles
	must n 1 nft -f - <<-END
	table inet path {
		chain path {
			type filter hook prerouting priority raw
			$rule
		}
	}
	END
	check "without the exception" fails reaches 3 "$VIP"
	must n 1 nft flush chain inet path path
	must n 1 nft "add rule inet path path iifname != \"carp*\" $rule"
	check "with it" slowwait 5 reaches 3 "$VIP"
	check "and the host itself" reaches 3 "${NET}1"
}

# rp_filter NODE DEV
rp_filter() {
	n "$1" sysctl -n "net.ipv4.conf.$2.rp_filter"
}

# made_with RP_FILTER: carp1 of node 1, while that is the default
made_with() {
	sysctl_set 1 net.ipv4.conf.default.rp_filter="$1"
	must nip 1 link add carp1 link eth0 type carp vhid 9 pass "$PASS"
	rp_filter 1 carp1
	must nip 1 link del carp1
}

# The way back to the clients is the parent's.
what_comes_to_the_address_is_validated_as_elsewhere_but_never_strictly() {
	setup_nodes 3
	sysctl_set 1 net.ipv4.conf.{all,default}.rp_filter=0
	setup_roles
	equal "made where nothing is validated" 0 "$(made_with 0)"
	equal "made where all is, strictly" 2 "$(made_with 1)"
	equal "made where all is, loosely" 2 "$(made_with 2)"

	equal "at first" 0 "$(rp_filter 1 carp0)"
	check "it answers" reaches 3 "$VIP"
	sysctl_set 1 net.ipv4.conf.all.rp_filter=2
	check "when it is validated loosely" reaches 3 "$VIP"
	equal "nothing is to be done" 0 "$(rp_filter 1 carp0)"
	sysctl_set 1 net.ipv4.conf.all.rp_filter=1
	check "when it would be strictly" n 3 ping -q -c 1 -W 1 "$VIP"
	equal "loosely" 2 "$(rp_filter 1 carp0)"
	sysctl_set 1 net.ipv4.conf.{all,carp0}.rp_filter=0
	sysctl_set 1 net.ipv4.conf.all.rp_filter=1
	must nip 3 neigh flush dev eth0
	check "when it would be asked for first" n 3 ping -q -c 1 -W 1 "$VIP"

	must nip 2 link add carp1 link eth0 type carp vhid 9 pass "$PASS"
	sysctl_set 2 net.ipv4.conf.default.rp_filter=1
	check "when that is the default later" test "$(rp_filter 2 carp1)" != 1

	sysctl_set 1 net.ipv4.conf.all.rp_filter=0
	sysctl_set 1 net.ipv4.conf.carp0.rp_filter=1
	check "unless somebody says so of it" fails reaches 3 "$VIP"
}

what_is_masqueraded_behind_the_address_leaves_as_the_masters() {
	local table=ip

	[ "$FAMILY" = 4 ] || table=ip6
	setup_nodes 3
	behind 1
	setup_roles
	must n 1 nft -f - <<-END
	table $table nat {
		chain postrouting {
			type nat hook postrouting priority srcnat
			oif eth0 $table saddr ${FAR}0/$LEN snat to $VIP
		}
	}
	END
	capture seg p1 "$TMP/sent" inbound
	check "from behind the master" reaches 4 "${NET}3"
	capture_stop "$CAPTURE"
	check "by the address" [ "$(frames "$TMP/sent" "$IP src $VIP" | wc -l)" -ge 2 ]
	equal "by another MAC" 0 "$(frames "$TMP/sent" \
		"$IP src $VIP and not ether src $VMAC" | wc -l)"
}

a_bridge_that_filters_follows_connections_to_the_master() {
	must modprobe br_netfilter
	setup_nodes 2
	onto_bridge 1
	sysctl_set 1 net.bridge.bridge-nf-call-iptables=1
	must nip 1 link add carp0 link br7 type carp vhid 1
	must nip 1 addr add "$VIP/24" dev carp0
	must nip 1 link set carp0 up
	must n 1 nft -f - <<-EOF
		table ip filter {
			chain prerouting {
				type filter hook prerouting priority filter
				iifname "carp0" counter name seen
			}
			chain input {
				type filter hook input priority filter
				ct state invalid drop
			}
			counter seen { }
		}
	EOF
	check "master" slowwait 10 is_state 1 MASTER
	check "valid" reaches 2 "$VIP"
	check "and seen on carp0" fails tells "packets 0 " \
		n 1 nft list counter ip filter seen
}

# carp0 has no IPv6 address to ask from.
a_gateway_that_is_known_by_its_ipv6_address() {
	setup_nodes 2
	at_rest 2
	must nip 2 addr add 198.51.100.2/32 dev lo
	must nip 1 route add 198.51.100.0/24 \
		via inet6 "$(link_local 2)" dev eth0
	member 1
	check "master" slowwait 10 is_state 1 MASTER
	check "from behind it" slowwait 2 \
		n 2 ping -q -c 1 -W 1 -I 198.51.100.2 "$VIP"
}

# link_local NODE: of its eth0
link_local() {
	local line

	line=$(nip "$1" -6 -o addr show dev eth0 scope link)
	[[ $line =~ (fe80[^/]*)/ ]] && echo "${BASH_REMATCH[1]}"
}

tests_run "$@"
