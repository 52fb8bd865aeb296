# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The functions are called by name.
# shellcheck disable=SC2317
#
# What carp_lifecycle.sh and carp_lifecycle6.sh share about the marks of routes.
# Stands on lifecycle_lib.sh.

# routes NODE [DEVICE]: out of the device. The kernel does not tell of an IPv6 route
# beside another one to the same prefix, as that of all groups is.
routes() {
	nip "$1" "-$FAMILY" -o route show table all dev "${2:-carp0}" |
		grep -v ^multicast
}

# marked NODE [DEVICE]: every route out of the device is, and there are some
marked() {
	local routes

	routes=$(routes "$@")
	[ -n "$routes" ] && ! grep -qv linkdown <<<"$routes"
}

# unmarked NODE [DEVICE]: none is
unmarked() {
	local routes

	routes=$(routes "$@")
	[ -n "$routes" ] && ! grep -q linkdown <<<"$routes"
}

# soon COMMAND...: at once; but what the kernel does not tell of a worker finds
soon() {
	if [ "$FAMILY" = 4 ]; then
		"$@"
	else
		slowwait 1 "$@"
	fi
}

marks_follow_the_state_of_a_device() {
	local i

	setup_nodes 2
	must nip 1 link add carp0 link eth0 type carp vhid 1
	must nip 1 addr add "$VIP/$LEN" dev carp0
	check "before the first up" soon marked 1
	must nip 1 link set carp0 up
	check "backup" slowwait 2 is_state 1 BACKUP
	check "in BACKUP" marked 1
	for i in 1 2 3; do
		force 1 master
		check "in MASTER" unmarked 1
		force 1 backup
		check "in BACKUP" marked 1
	done
	sysctl_set 1 net.carp.allow=0
	check "with allow=0" marked 1
	sysctl_set 1 net.carp.allow=1
	force 1 master
	check "in MASTER" unmarked 1
	must nip 1 link set eth0 down
	check "with the parent down" marked 1
}

marks_survive_the_addition_of_addresses() {
	local i

	setup_nodes 2
	member 1 advbase 200
	check "backup" slowwait 2 is_state 1 BACKUP
	for i in "101/$LEN" "102/$LEN" "103/$HOST" "104/$((LEN + 1))"; do
		must nip 1 addr add "$NET$i" dev carp0
		check "in BACKUP, $NET$i" soon marked 1
	done
	if [ "$FAMILY" = 4 ]; then
		must nip 1 addr add 203.0.113.1/24 brd + dev carp0
		check "in BACKUP, with a broadcast address" marked 1
	fi
	must nip 1 addr add "${FAR}1" peer "${FAR}2" dev carp0
	check "in BACKUP, with a peer" soon marked 1
	must nip 1 addr del "${NET}101/$LEN" dev carp0
	check "in BACKUP, one less" slowwait 1 marked 1
	must nip 1 addr del "$VIP/$LEN" dev carp0
	check "in BACKUP, without the first" slowwait 1 marked 1
	[ "$RET" -eq 0 ] || note "$(routes 1)"
	force 1 master
	check "in MASTER" unmarked 1
	must nip 1 addr add "${NET}105/$LEN" dev carp0
	check "in MASTER, one more" unmarked 1
	force 1 backup
	check "in BACKUP" marked 1
	[ "$RET" -eq 0 ] || note "$(routes 1)"
}

# The first address takes the routes of the others along, which the kernel makes
# anew once it has told of everything.
marks_survive_removals_in_a_row() {
	local i

	setup_nodes 2
	member 1 advbase 200
	check "backup" slowwait 2 is_state 1 BACKUP
	for i in 1 2 3 4 5 6 7 8; do
		echo "addr add ${NET}10$i/$LEN dev carp0"
		echo "addr add ${NET}11$i/$((LEN + 1)) dev carp0"
	done >"$TMP/batch"
	must nip 1 -batch "$TMP/batch"
	check "all of them" soon marked 1
	{
		echo "addr del $VIP/$LEN dev carp0"
		echo "addr del ${NET}108/$LEN dev carp0"
		echo "addr del ${NET}111/$((LEN + 1)) dev carp0"
		echo "addr del ${NET}118/$((LEN + 1)) dev carp0"
		echo "addr del ${NET}101/$LEN dev carp0"
		echo "link set carp0 alias x"
	} >"$TMP/batch"
	must nip 1 -batch "$TMP/batch"
	check "fewer" slowwait 1 marked 1
	force 1 master
	check "in MASTER" unmarked 1
	force 1 backup
	check "in BACKUP" marked 1
	[ "$RET" -eq 0 ] || note "$(routes 1)"
}

is_local() {
	[[ $(nip 1 route get "$VIP") == local* ]]
}

marks_survive_other_routes() {
	setup_nodes 2
	member 1 advbase 200
	check "backup" slowwait 2 is_state 1 BACKUP
	{
		echo "route add $(far_net 1) dev carp0"
		echo "route add $(far_net 2) dev carp0 metric 7"
		echo "route add $(far_net 3) dev carp0 table 77"
		echo "route add default dev carp0 metric 9"
		if [ "$FAMILY" = 4 ]; then
			echo "route add $(far_net 4) nexthop dev carp0" \
				"nexthop dev eth0"
		else
			echo "route add $(far_net 4) dev carp0"
			echo "route append $(far_net 4) dev eth0"
		fi
		echo "route add blackhole $(far_net 5)"
	} >"$TMP/batch"
	must nip 1 "-$FAMILY" -batch "$TMP/batch"
	check "in BACKUP" marked 1
	force 1 master
	check "in MASTER" unmarked 1
	{
		echo "route replace $(far_net 1) dev carp0 proto static"
		echo "route change $(far_net 3) dev carp0 table 77 mtu 1000"
		echo "route del $(far_net 2) metric 7"
		echo "nexthop add id 5 dev carp0"
		echo "route add $(far_net 6) nhid 5"
	} >"$TMP/batch"
	must nip 1 "-$FAMILY" -batch "$TMP/batch"
	check "still" unmarked 1
	force 1 backup
	check "in BACKUP" marked 1
	check "its share of a route with two hops" grep -q "dev carp0 .*linkdown" \
		<(nip 1 "-$FAMILY" route show "$(far_net 4)")
	check "not the other's" fails grep -q "dev eth0 .*linkdown" \
		<(nip 1 "-$FAMILY" route show "$(far_net 4)")
	check "deleted" timeout 10 ip -n "${NS[1]}" link del carp0
}

marks_survive_the_sysctl() {
	local value

	setup_nodes 2
	member 1 advbase 200
	check "backup" slowwait 2 is_state 1 BACKUP
	for value in 1 0 1 0; do
		sysctl_set 1 \
			"net.ipv$FAMILY.conf.all.ignore_routes_with_linkdown=$value"
		check "in BACKUP, all=$value" marked 1
		check "not local" fails is_local
		sysctl_set 1 \
			"net.ipv$FAMILY.conf.default.ignore_routes_with_linkdown=$value"
		check "in BACKUP, default=$value" marked 1
	done
	force 1 master
	sysctl_set 1 \
		"net.ipv$FAMILY.conf.all.ignore_routes_with_linkdown=1"
	check "in MASTER" unmarked 1
	check "local" is_local
}

# Of IPv6 the kernel tells nobody that it has taken a device's own setting away: it
# is back with the next advertisement.
marks_come_back_after_the_sysctl() {
	local value

	setup_nodes 2
	member 2
	force 2 master
	member 1 advskew 100
	check "backup" slowwait 2 is_state 1 BACKUP
	for value in 1 0 1 0; do
		sysctl_set 1 \
			"net.ipv$FAMILY.conf.all.ignore_routes_with_linkdown=$value"
		check "marked, all=$value" slowwait 1.5 marked 1
		check "not local, all=$value" slowwait 1.5 fails is_local
	done
}

marks_survive_down_and_up() {
	local i

	setup_nodes 2
	member 1 advbase 200
	must nip 1 addr add "${WORLD}1/$LEN" dev carp0
	for i in 1 2 3; do
		must nip 1 link set carp0 down
		# An IPv6 device that is down has none.
		if [ "$FAMILY" = 6 ]; then
			equal "routes when down" "" "$(routes 1)"
		else
			check "down" marked 1
		fi
		must nip 1 link set carp0 up
		check "up" marked 1
		must nip 1 link set eth0 down
		check "parent down" marked 1
		must nip 1 link set eth0 up
		check "parent up" marked 1
		must nip seg link set p1 down
		check "no carrier" slowwait 2 is_state 1 INIT
		check "no carrier" marked 1
		must nip seg link set p1 up
		check "carrier" slowwait 2 is_state 1 BACKUP
		check "carrier" marked 1
	done
	force 1 master
	check "in MASTER" unmarked 1
	# Linkwatch is up to a second late.
	sleep 2
	check "in MASTER, later" unmarked 1
}

marks_are_right_for_an_address_on_two_devices() {
	setup_nodes 2
	member 1 advbase 200
	{
		echo "link add carp1 link eth0 type carp vhid 2 advbase 200"
		echo "addr add $VIP/$LEN dev carp1"
		echo "link set carp1 up"
	} >"$TMP/batch"
	must nip 1 -batch "$TMP/batch"
	check "backup" slowwait 2 is_state 1 BACKUP
	check "backup" slowwait 2 is_state 1 BACKUP carp1
	check "the first" slowwait 2 marked 1
	check "the second" slowwait 2 marked 1 carp1
	check "not local" fails is_local
	must nip 1 link set carp1 down
	must nip 1 link set carp1 up
	check "backup" slowwait 2 is_state 1 BACKUP carp1
	check "the second, up again" slowwait 2 marked 1 carp1
	check "not local" fails is_local
	force 1 master carp1
	check "the first" marked 1
	check "the second" unmarked 1 carp1
	check "local" is_local
	check "it answers" pings
	force 1 backup carp1
	force 1 master carp0
	check "the first" unmarked 1
	check "the second" marked 1 carp1
	check "it answers" pings
	must nip 1 link del carp0
	check "the second" slowwait 2 marked 1 carp1
	check "not local" fails is_local
	force 1 master carp1
	check "it answers" pings
	must nip 1 link del carp1
	equal "routes" "" "$(nip 1 route show table all |
		grep carp)"
}
