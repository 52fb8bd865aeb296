#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# image.sh [KERNEL]: what a guest boots, for the kernel that kernel.sh makes.
#
# Prints the kernel's directory, then holding also
#
#	root.sqfs      the packages of guest/packages, unpacked, never run
#	modules.sqfs   the kernel's modules
#	initrd         what mounts both; and our module, tools and selftests
#
# The first two change rarely and are read on demand from virtio disks that the
# guests share; the third is small, made anew each time, and copied over them.
set -u -o pipefail

# shellcheck source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=toolchain.sh
. "$vm/toolchain.sh"

# Loaded, in this order, by init: there is no udev to do it.
EARLY="virtio_pci virtio_blk virtio_net virtio_console squashfs overlay"

packages_of() {
	sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$1"
}

squash() {
	mksquashfs "$1" "$2.new" -noappend -all-root -no-xattrs -no-progress \
		-quiet -noI -noD -noF -noX >&2 && mv "$2.new" "$2"
}

# cpio_of DIR: on standard output, owned by root
cpio_of() {
	(cd "$1" && find . -print0 | sort -z |
		cpio --quiet -0 -o -H newc -R 0:0)
}

# What maintainer scripts would have done, as far as it is needed here.
settle_root() {
	local root=$1 tool

	mkdir -p "$root"/{dev,proc,sys,run,tmp,root,mnt,var/lib,etc} || return 1
	chmod 1777 "$root/tmp"
	for tool in arptables iptables ip6tables; do
		ln -sf "$tool-nft" "$root/usr/sbin/$tool"
	done
	ln -sf gawk "$root/usr/bin/awk"
	ln -sf nc.openbsd "$root/usr/bin/nc"
	ln -sf bash "$root/usr/bin/sh"
	ln -sf /proc/self/mounts "$root/etc/mtab"
	cat >"$root/etc/passwd" <<-EOF
		root:x:0:0:root:/root:/bin/bash
		tcpdump:x:101:101::/nonexistent:/usr/sbin/nologin
		nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
	EOF
	cat >"$root/etc/group" <<-EOF
		root:x:0:
		tcpdump:x:101:
		nogroup:x:65534:
	EOF
	printf '127.0.0.1 localhost\n::1 localhost\n' >"$root/etc/hosts"
	printf 'hosts: files\n' >"$root/etc/nsswitch.conf"
	# systemd's options for the modules of links: other guests have none.
	rm -f "$root/usr/lib/modprobe.d/systemd.conf"
	rm -rf "$root"/usr/share/{doc,man,locale,info,bug,lintian} \
		"$root"/usr/lib/python3*/{test,idlelib,lib2to3,ensurepip,pydoc*}
	# Compiled once here instead of at each start in an emulated CPU.
	python3 -m compileall -q -s "$root" -p / \
		--invalidation-mode unchecked-hash "$root"/usr/lib/python3.*
}

make_root() {
	local image=$1 work=$1.work

	say "making the guests' root"
	rm -rf "$work" && mkdir -p "$work" || return 1
	mapfile -t wanted < <(packages_of "$vm/guest/packages")
	download "$work/deb" busybox-static "${wanted[@]}" ||
		{ apt_update_once &&
		  download "$work/deb" busybox-static "${wanted[@]}"; } ||
		return 1
	deb_unpack "$work/root" "$work"/deb/*.deb || return 1
	settle_root "$work/root" || return 1
	mv "$work/root/usr/bin/busybox" "$work/busybox" || return 1
	squash "$work/root" "$image" || return 1
	mv "$work/busybox" "${image%.sqfs}.busybox"
	rm -rf "$work"
}

# make_early DIR RELEASE STAGE: the first init and the modules it loads
make_early() {
	local dir=$1 release=$2 stage=$3 name file

	mkdir -p "$stage"/{bin,modules,dev,proc,sys} || return 1
	cp "$root_busybox" "$stage/bin/busybox" &&
		cp "$vm/guest/init" "$stage/init" &&
		chmod +x "$stage/init" || return 1
	for name in cp hostname insmod ip ln mkdir mount poweroff; do
		ln -s busybox "$stage/bin/$name" || return 1
	done
	# User-mode Linux has none of virtio's.
	case $release in
	*-carp-uml*)	set -- squashfs overlay ;;
	*)	# shellcheck disable=SC2086 # words are wanted
		set -- $EARLY ;;
	esac
	for name in "$@"; do
		modprobe -d "$dir/root" -S "$release" --show-depends "$name" ||
			return 1
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' \
		>"$stage/list" || return 1
	while read -r file; do
		name=${file##*/}
		name=${name%.xz}
		case $file in
		*.xz)	xz -dc "$file" >"$stage/modules/$name" ;;
		*)	cp "$file" "$stage/modules/$name" ;;
		esac || return 1
		echo "$name"
	done <"$stage/list" >"$stage/modules/order"
	rm "$stage/list"
}

# make_payload DIR RELEASE STAGE: what "make install" installs, and the tests
make_payload() {
	local dir=$1 release=$2 stage=$3 name

	mkdir -p "$stage/opt/carp" "$stage/lib" || return 1
	{
		module_make "$dir" "$release" modules_install \
			DESTDIR="$stage" INSTALL_MOD_STRIP=1 &&
			make -C "$dir/build/tools" install DESTDIR="$stage"
	} >"$dir/install.log" 2>&1 </dev/null ||
		{ cat "$dir/install.log" >&2; return 1; }
	cp -a "$top/selftests/net" "$top/selftests/unit/vectors" "$vm/guest" \
		"$stage/opt/carp" || return 1
	name=$stage/etc/systemd/system
	mkdir -p "$name/multi-user.target.wants" &&
		cp "$vm/guest/carp-agent.service" "$name" &&
		ln -s ../carp-agent.service "$name/multi-user.target.wants" &&
		# Without one systemd asks who presses a key.
		echo 0123456789abcdef0123456789abcdef \
			>"$stage/etc/machine-id" || return 1
	for name in agent fail_nth; do
		gcc -O2 -Wall -Werror -static -o "$stage/opt/carp/guest/$name" \
			"$vm/guest/$name.c" || return 1
	done
	mkdir "$stage/opt/carp/fuzz" &&
		make -s --no-print-directory -C "$top/selftests/fuzz/guest" >&2 &&
		cp "$top"/selftests/fuzz/build/guest/*_fuzz \
			"$stage/opt/carp/fuzz" || return 1
	gcc -O2 -Wall -Wextra -Werror -static -I"$top/carp/uapi" \
		-o "$stage/opt/carp/guest/torture" "$vm"/torture/*.c || return 1
	mkdir "$stage/opt/carp/bench" &&
		gcc -O2 -Wall -Wextra -Werror -static \
			-o "$stage/opt/carp/bench/probe" \
			"$top"/selftests/bench/guest/*.c || return 1

	# The index of all modules with ours among them.
	if ! cmp -s "$dir/indexed.ko" "$dir/build/carp/carp.ko"; then
		rm -rf "$dir/root/lib/modules/$release/updates"
		cp -a "$stage/lib/modules/$release/updates" \
			"$dir/root/lib/modules/$release" &&
			depmod -b "$dir/root" "$release" &&
			cp "$dir/build/carp/carp.ko" "$dir/indexed.ko" ||
			return 1
	fi
	rm -f "$stage/lib/modules/$release"/modules.*
	cp "$dir/root/lib/modules/$release"/modules.* \
		"$stage/lib/modules/$release" || return 1

	# /lib is a link in the guest's root.
	mkdir -p "$stage/usr/lib" &&
		cp -al "$stage/lib/modules" "$stage/usr/lib/" &&
		rm -rf "${stage:?}/lib"
}

make_modules() {
	local dir=$1 release=$2 work=$1/modules.work

	rm -rf "$work" && mkdir -p "$work/usr/lib/modules" || return 1
	cp -al "$dir/root/usr/lib/modules/$release" "$work/usr/lib/modules/" &&
		squash "$work" "$dir/modules.sqfs" && rm -rf "$work"
}

make_initrd() {
	local dir=$1 release=$2 stage=$3

	make_early "$dir" "$release" "$stage" &&
		make_payload "$dir" "$release" "$stage/payload" &&
		cpio_of "$stage" >"$dir/initrd.new" &&
		mv "$dir/initrd.new" "$dir/initrd"
}

dir=$("$vm/kernel.sh" "$@") || exit 1
release=${dir##*/}
cache_lock

# Made again when the list changes, or how it is made.
key=$({ packages_of "$vm/guest/packages"; declare -f settle_root make_root
	declare -f deb_unpack download squash; } | sha256sum | cut -c 1-16)
root=$cache/root/$key.sqfs
root_busybox=$cache/root/$key.busybox
mkdir -p "$cache/root"
if [ ! -e "$root" ] || [ ! -e "$root_busybox" ]; then
	make_root "$root" || die "cannot make the guests' root"
fi
ln -f "$root" "$dir/root.sqfs" || exit 1

if [ ! -e "$dir/modules.sqfs" ]; then
	make_modules "$dir" "$release" ||
		die "cannot pack the modules of $release"
fi

stage=$(mktemp -d "$cache/stage.XXXXXX") || exit 1
trap 'rm -rf "$stage"' EXIT
make_initrd "$dir" "$release" "$stage" || die "cannot make the initrd"
echo "$dir"
