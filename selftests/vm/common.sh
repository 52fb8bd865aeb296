# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What kernel.sh and image.sh share: where things lie, one writer at a time, and
# Debian packages fetched without installing them. All of it lies in .cache, or
# where CARP_CACHE points. APT_CONFIG may name another apt root.

vm=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 1
top=$(cd "$vm/../.." && pwd) || exit 1
cache=${CARP_CACHE:-$top/.cache}

say() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die() {
	say "$*"
	exit 1
}

# One writer of the cache at a time; the lock goes with the process.
cache_lock() {
	mkdir -p "$cache" || die "cannot write $cache"
	exec 9>"$cache/lock" || exit 1
	flock -w 900 9 || die "another build holds $cache/lock"
}

apt() {
	local tool=$1

	shift
	"apt-$tool" -qq -o APT::Sandbox::User=root -o Acquire::Retries=3 \
		-o Debug::NoLocking=1 "$@" </dev/null
}

# Package lists that are absent or stale are fetched once, by root only.
apt_update_once() {
	[ -z "${apt_updated:-}" ] && [ "$(id -u)" -eq 0 ] || return 1
	apt_updated=1
	say "fetching the package lists"
	apt get update >&2
}

# apt_newer FILE: have the package lists changed since FILE was written?
apt_newer() {
	[ ! -e "$1" ] || [ "${APT_CONFIG:-/etc/apt/sources.list}" -nt "$1" ] ||
		[ /var/lib/apt/lists -nt "$1" ]
}

# deb_unpack DIR DEB...: with the links of a merged /usr made first
deb_unpack() {
	local dir=$1 deb name

	shift
	mkdir -p "$dir/usr" || return 1
	for name in bin sbin lib lib64; do
		mkdir -p "$dir/usr/$name" && ln -sfn "usr/$name" "$dir/$name" ||
			return 1
	done
	for deb in "$@"; do
		dpkg-deb --fsys-tarfile "$deb" |
			tar -C "$dir" -x --keep-directory-symlink \
				--no-same-owner -f - || return 1
	done
}
