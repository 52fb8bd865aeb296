# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Debian's linux-source, unpacked once for each version: kernels are built from
# it, and it has the kernel's own checkers. Sourced after vm/common.sh.
#
# shellcheck disable=SC2154 # cache is set there

SOURCE=linux-source-6.12

# fetch_source DIR: Debian's sources, unpacked
fetch_source() {
	local new=$1.new

	say "fetching and unpacking $SOURCE"
	rm -rf "$new" && mkdir -p "$new/deb" || return 1
	(cd "$new/deb" && apt get download "$SOURCE" >&2) || return 1
	dpkg-deb --fsys-tarfile "$new"/deb/*.deb |
		tar -C "$new/deb" -x "./usr/src/$SOURCE.tar.xz" || return 1
	tar -C "$new" -xJf "$new/deb/usr/src/$SOURCE.tar.xz" \
		--strip-components=1 || return 1
	rm -rf "$new/deb" && mv "$new" "$1"
}

# source_candidate: the version that apt offers
source_candidate() {
	apt cache policy "$SOURCE" | sed -n 's/^ *Candidate: \([0-9]\)/\1/p'
}

# linux_source: sets source, where it lies, and version. The lock is held.
linux_source() {
	version=$(source_candidate)
	if [ -z "$version" ] && apt_update_once; then
		version=$(source_candidate)
	fi
	[ -n "$version" ] || die "apt knows no $SOURCE"
	source=$cache/debug/source-$version
	mkdir -p "$cache/debug" || return 1
	[ -d "$source" ] || fetch_source "$source" ||
		die "cannot fetch the sources"
}
