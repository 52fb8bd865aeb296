#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# kernel.sh uml|uml4|smp: a kernel that checks itself, and carp built for it.
#
# From Debian's linux-source, with the .config files beside this script: uml is
# user-mode Linux, which runs as a process and boots in seconds; uml4 is the same
# with IPv6 compiled out; smp is for QEMU, with several processors and with what
# user-mode Linux does not have.
# Built once for each version of the sources, of the .config files and of what is
# mended. Prints the directory, which is as selftests/vm/kernel.sh makes it.
set -u -o pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 1
# shellcheck source=../vm/common.sh
. "$here/../vm/common.sh"
# shellcheck source=../vm/toolchain.sh
. "$vm/toolchain.sh"
# shellcheck source=source.sh
. "$here/source.sh"

# kmake TARGET...: in the source tree, objects elsewhere
kmake() {
	# shellcheck disable=SC2086 # words are wanted
	make -C "$source" O="$objects" $arch LOCALVERSION= "$@" </dev/null
}

# wanted: the configuration of this kind
wanted() {
	cat "$here/features.config" "$here/checks.config"
	[ "$kind" != uml4 ] || cat "$here/uml.config"
	cat "$here/$kind.config"
	echo "CONFIG_LOCALVERSION=\"-carp-$kind\""
}

# A symbol that Kconfig has dropped silently would be a check that is not made.
configured() {
	local line rc=0

	while read -r line; do
		case $line in
		CONFIG_*=n)
			! grep -q "^${line%=n}=" "$objects/.config" || {
				say "cannot switch off ${line%=n}"
				rc=1
			}
			;;
		CONFIG_*)
			grep -qx -e "$line" "$objects/.config" || {
				say "cannot have $line"
				rc=1
			}
			;;
		esac
	done < <(wanted | tac | awk -F= '!seen[$1]++')
	return "$rc"
}

# set_ptes() of user-mode Linux goes on by the pages that are left, not by one: of
# a packet socket's ring a child of fork() got pages that are somebody else's.
mend_uml() {
	local file=$source/arch/um/include/asm/pgtable.h

	! grep -q '(nr << PFN_PTE_SHIFT)' "$file" ||
		sed -i 's/(nr << PFN_PTE_SHIFT)/(1UL << PFN_PTE_SHIFT)/' "$file"
}

# kernel_key: what the kernel depends on, besides the sources
kernel_key() {
	{
		wanted
		[ "$mend" = : ] || declare -f "$mend"
	} | sha256sum | cut -c 1-12
}

build_kernel() {
	mkdir -p "$objects" && "$mend" || return 1
	kmake tinyconfig || return 1
	wanted >>"$objects/.config"
	kmake olddefconfig && configured || return 1
	kmake -j"$(nproc)" "$image" modules || return 1
}

# settle DIR RELEASE: lay it out as selftests/vm/kernel.sh does
settle() {
	local new=$1.new release=$2

	rm -rf "$new" && mkdir -p "$new/root/usr/src" || return 1
	kmake INSTALL_MOD_PATH="$new/root/usr" modules_install || return 1
	rm -f "$new/root/usr/lib/modules/$release"/{build,source}
	ln -s usr/lib "$new/root/lib" || return 1
	ln -s "$objects" "$new/root/usr/src/linux-headers-$release"
	cp "$objects/$built" "$new/vmlinuz" && echo "$key" >"$new/key" || return 1
	depmod -b "$new/root" "$release" || return 1
	rm -rf "$1" && mv "$new" "$1"
}

kind=${1:-}
[ -e "$here/$kind.config" ] || die "usage: kernel.sh uml|uml4|smp"
case $kind in
uml | uml4)	arch=ARCH=um image=linux built=linux mend=mend_uml ;;
smp)	arch='' image=vmlinux built=vmlinux mend=: ;;
esac

cache_lock
linux_source || exit 1
key=$(kernel_key)
objects=$cache/debug/$kind-$version-$key
mkdir -p "$cache/kernel"

if [ ! -e "$objects/.carp-built" ]; then
	say "building a kernel that checks itself: $kind"
	build_kernel >"$objects.log" 2>&1 ||
		{ tail -n 40 "$objects.log" >&2; die "it does not build"; }
	touch "$objects/.carp-built"
fi
release=$(cat "$objects/include/config/kernel.release") || exit 1
dir=$cache/kernel/$release
if [ ! "$dir/vmlinuz" -nt "$objects/.carp-built" ] ||
	[ "$(cat "$dir/key" 2>/dev/null)" != "$key" ]; then
	settle "$dir" "$release" >>"$objects.log" 2>&1 ||
		{ tail -n 40 "$objects.log" >&2; die "cannot install it"; }
fi
carp_build "$dir" "$release" "$(host_suite)" '' || die "carp does not build for $release"
echo "$dir"
