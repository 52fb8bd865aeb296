#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# kernel.sh [[SUITE/]METAPACKAGE[:ARCH]]: a Debian kernel, and carp for it.
#
# Debian removes superseded kernels from its mirrors, so the release is asked
# of apt each time the package lists have changed. Prints the directory:
#
#	vmlinuz     to boot
#	root/       the packages, unpacked: lib/modules, usr/src
#	build/      a copy of the sources, with carp.ko and the tools built
#	toolchain   the root to build it in, if the host does not suit
#
# METAPACKAGE is linux-image-cloud-amd64, or any other image package that apt
# can see, such as linux-image-6.12-cloud-amd64. With SUITE, such as bullseye or
# trixie-backports, it is taken from there and built with that suite's compiler;
# the host's package lists are left alone. A headers package gives a kernel to
# build for and not to boot, and may be of another architecture:
# bookworm/linux-headers-arm64:arm64.
#
# uml, uml4 and smp are kernels that check themselves, see selftests/debug.
#
# A warning is an error.
set -u -o pipefail

# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=toolchain.sh
. "$vm/toolchain.sh"

# closure PACKAGE: it and all kernel packages it needs
closure() {
	apt cache depends --recurse --no-recommends --no-suggests \
		--no-conflicts --no-breaks --no-replaces --no-enhances "$1" |
		grep -E '^linux-(image|binary|modules|headers|kbuild|base)-' |
		sort -u
}

# resolve FILE: write the release, then the packages
resolve() {
	local found release

	found=$(closure "$meta") || return 1
	release=$(sed -nE 's/^linux-(image|binary|headers)-(unsigned-)?([0-9]+\.[0-9]+\.[0-9]+.*)/\3/p' \
		<<<"${found//":$arch"}" | grep -v -e '-common' |
		sort -V | tail -n 1)
	[ -n "$release" ] || return 1
	{
		echo "$release"
		{
			grep -vx "$meta" <<<"$found"
			closure "linux-headers-$release${arch:+:$arch}"
		} | sort -u
	} >"$1.new" || return 1
	# kbuild's programs are run here.
	[ -z "$arch" ] || sed -i "/^linux-kbuild-/s/:$arch\$//" "$1.new"
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
	if bootable; then
		settle_image "$new" "$release" || return 1
	fi
	rm -rf "$dir" && mv "$new" "$dir"
}

# settle_image DIR RELEASE: what is booted, and an index of the modules
settle_image() {
	local new=$1 release=$2

	if [ -e "$new/root/boot/vmlinuz-$release" ]; then
		ln "$new/root/boot/vmlinuz-$release" "$new/vmlinuz"
	else
		ln "$new/root/usr/lib/modules/$release/vmlinuz" "$new/vmlinuz"
	fi || return 1
	rm -f "$new/root/usr/lib/modules/$release"/{build,source}
	depmod -b "$new/root" "$release"
}

bootable() {
	[ "${meta#linux-headers-}" = "$meta" ]
}

# complete DIR: fetched before?
complete() {
	[ -e "$1/vmlinuz" ] || { ! bootable && [ -d "$1/root" ]; }
}

spec=${1:-linux-image-cloud-amd64}
case $spec in
uml | uml4 | smp) exec "$vm/../debug/kernel.sh" "$spec" ;;
esac
meta=${spec##*/}
suite=${spec%"$meta"}
suite=${suite%/}
arch=${meta##*:}
[ "$arch" != "$meta" ] || arch=

cache_lock
[ -z "$suite" ] || apt_root "$suite" "$arch" || die "no apt root for $suite"
mkdir -p "$cache/kernel"
resolved=$cache/kernel/${spec//\//.}.resolved
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
if ! complete "$dir" && ! fetch "$dir" "${packages[@]}"; then
	if ! apt_update_once || ! resolve "$resolved"; then
		die "cannot fetch the packages of $release"
	fi
	mapfile -t packages <"$resolved"
	release=${packages[0]}
	dir=$cache/kernel/$release
	complete "$dir" || fetch "$dir" "${packages[@]}" ||
		die "cannot fetch the packages of $release"
fi
carp_build "$dir" "$release" "${suite:-$(host_suite)}" "$arch" || die "carp does not build for $release"
echo "$dir"
