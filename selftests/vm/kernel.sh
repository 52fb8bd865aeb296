#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# kernel.sh [METAPACKAGE]: a Debian kernel to boot, and carp built for it.
#
# Debian removes superseded kernels from its mirrors, so the release is asked
# of apt each time the package lists have changed. Prints the directory:
#
#	vmlinuz     to boot
#	root/       the packages, unpacked: lib/modules, usr/src
#	build/      a copy of the sources, with carp.ko and the tools built
#
# METAPACKAGE is linux-image-cloud-amd64, or any other image package that apt
# can see, such as linux-image-6.12-cloud-amd64.
set -u -o pipefail

# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

meta=${1:-linux-image-cloud-amd64}

# closure PACKAGE: it and all kernel packages it needs
closure() {
	apt cache depends --recurse --no-recommends --no-suggests \
		--no-conflicts --no-breaks --no-replaces --no-enhances "$1" |
		grep -E '^linux-(image|binary|modules|headers|kbuild|base)-' |
		sort -u
}

# resolve FILE: write the release, then the packages
resolve() {
	local image release

	image=$(closure "$meta") || return 1
	release=$(sed -nE 's/^linux-(image|binary)-(unsigned-)?([0-9]+\.[0-9]+\.[0-9]+.*)/\3/p' \
		<<<"$image" | sort -V | tail -n 1)
	[ -n "$release" ] || return 1
	{
		echo "$release"
		grep -vx "$meta" <<<"$image"
		closure "linux-headers-$release" || return 1
	} >"$1.new" || return 1
	mv "$1.new" "$1"
}

# fetch DIR RELEASE PACKAGE...: into DIR whole or not at all
fetch() {
	local dir=$1 release=$2 new=$1.new

	shift 2
	say "fetching Debian's kernel $release"
	rm -rf "$new" && mkdir -p "$new/deb" || return 1
	(cd "$new/deb" && apt get download "$@" >&2) || return 1
	deb_unpack "$new/root" "$new"/deb/*.deb || return 1
	rm -rf "$new/deb"

	# The only absolute path in the packages.
	sed -i "s|/usr/src/|$dir/root/usr/src/|g" \
		"$new/root/usr/src/linux-headers-$release/Makefile" || return 1
	if [ -e "$new/root/boot/vmlinuz-$release" ]; then
		ln "$new/root/boot/vmlinuz-$release" "$new/vmlinuz"
	else
		ln "$new/root/usr/lib/modules/$release/vmlinuz" "$new/vmlinuz"
	fi || return 1
	rm -f "$new/root/usr/lib/modules/$release"/{build,source}
	depmod -b "$new/root" "$release" || return 1
	rm -rf "$dir" && mv "$new" "$dir"
}

# The build has its own copy: the source tree stays clean, and each kernel keeps
# its objects. Times are kept, so that make rebuilds only what changed; what
# left the tree leaves the copy.
sync_sources() {
	mkdir -p "$1" || return 1
	find "$1" -type f ! -name '*.mod.c' \
		\( -name '*.[ch]' -o -name Makefile -o -name Kbuild \) -delete
	tar -C "$top" -c -X <(sed -e '/^#/d' -e 's|^/||' -e 's|/$||' \
		"$top/.gitignore") \
		Kbuild Makefile Documentation carp tools |
		tar -C "$1" -x
}

build() {
	local dir=$1 release=$2 log=$1/build.log

	sync_sources "$dir/build" || return 1
	if ! make -C "$dir/build" all KVER="$release" \
		KDIR="$dir/root/usr/src/linux-headers-$release" \
		>"$log" 2>&1 </dev/null; then
		cat "$log" >&2
		return 1
	fi
}

cache_lock
mkdir -p "$cache/kernel"
resolved=$cache/kernel/$meta.resolved
if apt_newer "$resolved"; then
	resolve "$resolved" ||
		{ apt_update_once && resolve "$resolved"; } ||
		[ -s "$resolved" ] ||
		die "apt knows no $meta; try: apt-get update"
	touch "$resolved"
fi
mapfile -t packages <"$resolved"
release=${packages[0]}
dir=$cache/kernel/$release
if [ ! -e "$dir/vmlinuz" ] && ! fetch "$dir" "${packages[@]}"; then
	if ! apt_update_once || ! resolve "$resolved"; then
		die "cannot fetch the packages of $release"
	fi
	mapfile -t packages <"$resolved"
	release=${packages[0]}
	dir=$cache/kernel/$release
	[ -e "$dir/vmlinuz" ] || fetch "$dir" "${packages[@]}" ||
		die "cannot fetch the packages of $release"
fi
build "$dir" "$release" || die "carp does not build for $release"
echo "$dir"
