# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What a kernel's modules are compiled with: the host's tools when kernel and
# host are of one release and architecture, otherwise those of the kernel's
# release, unpacked and entered with chroot. Sourced after common.sh.
#
# shellcheck disable=SC2154 # cache is set there

# What kbuild calls; $1 is the compiler.
toolchain_packages() {
	echo "$1" bash binutils coreutils diffutils findutils gawk grep gzip \
		hostname kmod libelf1 make perl python3-minimal sed tar \
		xz-utils
}

# toolchain SUITE ARCH: print the root to enter; nothing if the host will do.
# apt_root has chosen the suite.
toolchain() {
	local suite=$1 arch=$2 dir new gcc=gcc

	case $arch in
	'' | i386) [ "$suite" != "$(host_suite)" ] || return 0 ;;
	arm64)	gcc="gcc-aarch64-linux-gnu" ;;
	*)	say "no compiler for $arch"; return 1 ;;
	esac
	dir=$cache/toolchain/${suite%-backports}-$gcc
	if [ ! -e "$dir" ]; then
		say "fetching the compiler of $suite"
		new=$dir.new
		rm -rf "$new" "$new.deb"
		# shellcheck disable=SC2046 # words are wanted
		download "$new.deb" $(toolchain_packages "$gcc") >&2 &&
			deb_unpack "$new" "$new.deb"/*.deb || return 1
		rm -rf "$new.deb"
		mkdir -p "$new"/{proc,dev,tmp} "$new$cache" || return 1
		ln -sf bash "$new/usr/bin/sh"
		ln -sf gawk "$new/usr/bin/awk"
		mv "$new" "$dir" || return 1
	fi
	echo "$dir"
}

# enter ROOT COMMAND...: run it there, with the cache at its own path
enter() {
	local root=$1 user=()

	shift
	[ "$(id -u)" -eq 0 ] || user=(--map-root-user)
	# shellcheck disable=SC2016 # for the inner shell
	unshare "${user[@]}" --mount sh -c '
		root=$1 cache=$2
		shift 2
		mount --rbind /proc "$root/proc" &&
			mount --rbind /dev "$root/dev" &&
			mount --bind "$cache" "$root$cache" || exit 1
		exec env -i PATH=/usr/sbin:/usr/bin LC_ALL=C \
			chroot "$root" "$@"' enter "$root" "$cache" "$@"
}

# arch_words RELEASE: for make, when the kernel is not for this machine
arch_words() {
	case $1 in
	*-686 | *-686-pae) echo ARCH=i386 ;;
	*-arm64) echo ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- ;;
	*-carp-uml*) echo ARCH=um CONFIG_CARP_KUNIT_TEST=y \
			GCOV_PROFILE=y ;;
	*-carp-smp) echo CONFIG_CARP_KUNIT_TEST=y GCOV_PROFILE=y \
			KCOV_INSTRUMENT=y ;;
	esac
}

# module_make DIR RELEASE TARGET...: in the copy of the sources in DIR, with
# kbuild's further warnings
module_make() {
	local dir=$1 release=$2 run=()

	shift 2
	[ ! -e "$dir/toolchain" ] ||
		run=(enter "$(readlink -f "$dir/toolchain")")
	# shellcheck disable=SC2046 # words are wanted
	"${run[@]}" make -C "$dir/build" KVER="$release" \
		KDIR="$dir/root/usr/src/linux-headers-$release" \
		$(arch_words "$release") W=1 "$@" </dev/null
}

# The build has its own copy: the source tree stays clean, and each kernel keeps
# its objects. What differs gets the time of now, so that make rebuilds it, and
# only it, whichever tree the copy was of before; what left the tree leaves it.
sync_sources() {
	local file new=$1.new

	rm -rf "$new"
	mkdir -p "$1" "$new" || return 1
	tar -C "$top" -c -X <(sed -e '/^#/d' -e 's|^/||' -e 's|/$||' \
		"$top/.gitignore") \
		Kbuild Makefile Documentation carp tools |
		tar -C "$new" -xm || return 1
	find "$1" -type f ! -name '*.mod.c' \
		\( -name '*.[ch]' -o -name Makefile -o -name Kbuild \) \
		-printf '%P\n' | while read -r file; do
		[ -e "$new/$file" ] || rm -f "$1/$file"
	done
	(cd "$new" && find . -type f) | while read -r file; do
		cmp -s "$new/$file" "$1/$file" && rm -f "$new/$file"
	done
	cp -rf "$new/." "$1" && rm -rf "$new"
}

# What did not pass is compiled again, or its warnings would not come back.
forget_objects() {
	find "$1" \( -name '*.o' -o -name '.*.o.cmd' \) -delete
}

# carp_build DIR RELEASE SUITE ARCH: the module and the tools
carp_build() {
	local dir=$1 release=$2 log=$1/build.log compiler

	compiler=$(toolchain "$3" "$4") || return 1
	rm -f "$dir/toolchain"
	[ -z "$compiler" ] || ln -s "$compiler" "$dir/toolchain" || return 1
	sync_sources "$dir/build" || return 1
	if ! module_make "$dir" "$release" modules >"$log" 2>&1 ||
		! make -C "$dir/build/tools" >>"$log" 2>&1 </dev/null ||
		grep -qE 'carp/[^ ]*:[0-9].*warning:|^WARNING:' "$log"; then
		cat "$log" >&2
		forget_objects "$dir/build"
		return 1
	fi
}
