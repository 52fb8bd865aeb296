# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What kernel.sh and image.sh share: where things lie, one writer at a time, and
# Debian packages fetched without installing them, of the host's suite or of
# another. All of it lies in .cache, or where CARP_CACHE points. APT_CONFIG may
# name another apt root.

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

# Package lists that are absent or stale are fetched once; the host's by root
# only.
apt_update_once() {
	[ -z "${apt_updated:-}" ] || return 1
	[ -n "${APT_CONFIG:-}" ] || [ "$(id -u)" -eq 0 ] || return 1
	apt_updated=1
	say "fetching the package lists"
	apt get update >&2
}

# apt_newer FILE: have the package lists changed since FILE was written?
apt_newer() {
	local lists

	lists=$(apt config shell lists Dir::State::lists/d) &&
		eval "$lists" || return 0
	[ ! -e "$1" ] || [ "${APT_CONFIG:-/etc/apt/sources.list}" -nt "$1" ] ||
		[ "$lists" -nt "$1" ]
}

# host_suite: the Debian release that runs here
host_suite() {
	sed -n 's/^VERSION_CODENAME=//p' /etc/os-release
}

# apt_sources SUITE: as the host's, from the mirrors that the host uses
apt_sources() {
	local suite=$1 base=${1%-backports} main security from

	# shellcheck disable=SC2016 # apt's own
	from=$(env -u APT_CONFIG apt-get indextargets \
		--format '$(CODENAME) $(REPO_URI)' 'Identifier: Packages') ||
		return 1
	main=$(awk -v s="$(host_suite)" '$1 == s { print $2; exit }' \
		<<<"$from")
	security=$(awk -v s="$(host_suite)-security" \
		'$1 == s { print $2; exit }' <<<"$from")
	[ -n "$main" ] && [ -n "$security" ] || return 1
	from="deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]"
	echo "$from $main $base main"
	echo "$from $security $base-security main"
	[ "$suite" = "$base" ] || echo "$from $main $suite main"
}

# apt_conf DIR SUITE [ARCH]: the host's way to fetch, and nothing else of it
apt_conf() {
	local native

	native=$(dpkg --print-architecture) || return 1
	env -u APT_CONFIG apt-config dump | grep '^Acquire::'
	cat <<-EOF
		Dir "$1";
		Dir::State::status "$1/var/lib/dpkg/status";
		Dir::Bin::methods "/usr/lib/apt/methods";
		Acquire::Languages "none";
		APT::Architecture "$native";
		#clear APT::Architectures;
		APT::Architectures { "$native"; ${3:+"$3";} };
	EOF
	case $2 in
	*-backports) echo "APT::Default-Release \"$2\";" ;;
	esac
}

# apt_root SUITE [ARCH]: from here on apt sees that suite and not the host's.
# Lists older than a day are fetched again.
apt_root() {
	local suite=$1 arch=${2:-} dir

	dir=$cache/apt/$suite${arch:+-$arch}
	mkdir -p "$dir"/etc/apt/{apt.conf.d,preferences.d,sources.list.d} \
		"$dir"/var/lib/{apt/lists/partial,dpkg} "$dir"/var/log/apt \
		"$dir/var/cache/apt/archives/partial" || return 1
	: >"$dir/var/lib/dpkg/status"
	apt_sources "$suite" >"$dir/etc/apt/sources.list" &&
		apt_conf "$dir" "$suite" "$arch" >"$dir/apt.conf.new" ||
		return 1
	cmp -s "$dir/apt.conf.new" "$dir/apt.conf" ||
		mv "$dir/apt.conf.new" "$dir/apt.conf" || return 1
	export APT_CONFIG=$dir/apt.conf

	# An index that its mirror lacks may not matter: what is wanted decides.
	[ -z "$(find "$dir/lists.stamp" -mtime -1 2>/dev/null)" ] || return 0
	apt get update >&2 || say "some package lists of $suite are missing"
	touch "$dir/lists.stamp"
}

# download DIR PACKAGE...: these and all they depend on, whatever the host has
download() {
	local dir=$1

	shift
	mkdir -p "$dir/partial" || return 1
	: >"$dir/status"
	apt get -y --no-install-recommends --download-only \
		-o Dir::State::status="$dir/status" \
		-o Dir::State::extended_states="$dir/extended" \
		-o Dir::Cache::archives="$dir" install "$@" >&2
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
