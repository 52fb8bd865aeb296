#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# lint_kernel.sh [CHECK]...: static checks that need a kernel's headers or its
# sources, which are downloaded into .cache.
#
#	sparse		and gcc W=1, against the headers of Debian's kernel
#	checkpatch	--strict
#	coccinelle	the semantic patches of the kernel
#	clang		W=1, and sparse, with a .config of our own that has KUnit
#
# All of them by default. A check whose input has not changed since it passed is
# not made again. lint.allow lists what is found and is right.
set -u -o pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 1
# shellcheck source=vm/common.sh
. "$here/vm/common.sh"
# shellcheck source=vm/toolchain.sh
. "$vm/toolchain.sh"
# shellcheck source=debug/source.sh
. "$here/debug/source.sh"

CHECKFLAGS='-D__CHECK_ENDIAN__ -Wcontext'
LLVM=-14
# badzero and check_bq27xxx_data are written in OCaml. The first looks for
# pointers that are compared with 0, as sparse does; the second is for a driver.
COCCI_LEFT_OUT='null/badzero api/check_bq27xxx_data'
# Userspace has no such macros, types and functions; libFuzzer has its names;
# a sentence is not split.
USER_IGNORE=PREFER_DEFINED_ATTRIBUTE_MACRO,PREFER_KERNEL_TYPES,STRCPY
USER_IGNORE+=,ARRAY_SIZE,BIT_MACRO,CAMELCASE,VOLATILE,EMBEDDED_FUNCTION_NAME
USER_IGNORE+=,LONG_LINE_STRING,SPLIT_STRING

# What a compiler, sparse and modpost say of our files.
COMPLAINT='carp/[^ ]*:[0-9]+:.*( expected | got |warning:|error:)'
COMPLAINT+='|^(WARNING|ERROR):'
# A kernel that was not built has no symbols to resolve ours with.
UNRESOLVED='^WARNING: Module.symvers is missing'
UNRESOLVED+='|^WARNING: modpost: (".*" .* undefined!|suppressed .* unresolved)'

# sources PATTERN...: files that are tracked or are to be
sources() {
	git ls-files --cached --others --exclude-standard -- "$@" |
		while read -r f; do [ ! -f "$f" ] || echo "$f"; done
}

# key WORD...: of all that decides what the check says
key() {
	{
		echo "$@"
		sources 'carp/*' 'tools/*.[ch]' 'selftests/*.[ch]' Kbuild \
			Makefile 'selftests/lint*' selftests/vm/toolchain.sh |
			xargs sha256sum
	} | sha256sum | cut -c 1-16
}

# judge LOG CHECKED: no complaint about our files, and all of them looked at
judge() {
	local log=$1 checked=$2 want

	if grep -E "$COMPLAINT" "$log" | grep -vE "$UNRESOLVED"; then
		return 1
	fi
	want=$(sources 'carp/*.c' | grep -cE "$checked")
	[ "$(grep -cE '^  CHECK  ' "$log")" -eq "$want" ] && return
	cat "$log"
	echo "sparse did not look at all $want files"
	return 1
}

check_sparse() {
	local log=$cache/lint/sparse.log

	module_make "$kernel" "${kernel##*/}" C=2 CF="$CHECKFLAGS" \
		modules >"$log" 2>&1 || { cat "$log"; return 1; }
	judge "$log" '^carp/[^/]*$' && return
	forget_objects "$kernel/build"
	return 1
}

# cocci NAME: one semantic patch on carp/, as "FILE:LINE: NAME: TEXT"
cocci() {
	local name=$1 rule=$source/scripts/coccinelle/$1.cocci err options
	local status=0

	err=$(mktemp) || return 1
	read -r -a options < <(sed -n 's|^// Options:||p' "$rule" | head -n 1)
	spatch --very-quiet --no-show-diff -D report "${options[@]}" \
		--cocci-file "$rule" --dir carp 2>"$err" |
		sed -E "s|^(carp/[^:]*:[0-9]+):[0-9-]+:|\1: $name:|" ||
		status=1
	if [ "$status" -ne 0 ] || grep -qE 'EXN|Fatal|rror' "$err"; then
		echo "coccinelle: $name:"
		cat "$err"
	fi
	rm -f "$err"
}

check_coccinelle() {
	local rules

	rules=$(cd "$source/scripts/coccinelle" &&
		grep -rl --include='*.cocci' 'virtual report' |
		sed 's/\.cocci$//' | sort) || return 1
	export -f cocci
	export source
	grep -vxF "${COCCI_LEFT_OUT// /$'\n'}" <<<"$rules" |
		xargs -P "$(nproc)" -I {} bash -o pipefail -c 'cocci {}' |
		"$here/lint_allow.py" coccinelle
}

# checkpatch OPTION... < files: as "FILE:LINE: TYPE: TEXT"
checkpatch() {
	xargs -P "$(nproc)" -n 30 perl "$source/scripts/checkpatch.pl" \
		--no-tree --strict --terse --show-types --no-summary \
		--max-line-length=80 "$@" -f 2>&1 |
		sed -E 's/^([^:]*:[0-9]+: )(CHECK|WARNING|ERROR):/\1/'
	# 123: something was found, which lint.allow may know.
	case ${PIPESTATUS[0]} in 0 | 123) ;; *) return 1 ;; esac
	# Its cache of names, which it makes in a repository.
	rm -f .checkpatch-camelcase.*
}

check_checkpatch() {
	{
		sources 'carp/*.[ch]' 'selftests/vm/kmod/*.[ch]' | checkpatch
		sources 'tools/*.[ch]' 'selftests/*.[ch]' |
			grep -v '/kmod/' | checkpatch --ignore "$USER_IGNORE"
	} | "$here/lint_allow.py" checkpatch
}

# clang_make TARGET...
clang_make() {
	make "$@" LLVM="$LLVM" LOCALVERSION= </dev/null
}

# A symbol that Kconfig has dropped would be code that is not looked at.
configured() {
	local line

	while read -r line; do
		grep -qx "$line" "$objects/.config" && continue
		echo "cannot have $line"
		return 1
	done < <(grep '^CONFIG_' "$here/lint.config")
}

# clang_kernel: what modules need of a kernel that is not built
clang_kernel() {
	[ ! -e "$objects/.carp-prepared" ] || return 0
	say "preparing a kernel for clang"
	rm -rf "$objects"
	{
		clang_make -C "$source" O="$objects" tinyconfig &&
			cat "$here/lint.config" >>"$objects/.config" &&
			clang_make -C "$source" O="$objects" olddefconfig &&
			configured &&
			clang_make -C "$source" O="$objects" \
				-j"$(nproc)" modules_prepare
	} >"$objects.log" 2>&1 || { tail -n 40 "$objects.log"; return 1; }
	touch "$objects/.carp-prepared"
}

check_clang() {
	local build=$cache/lint/build log=$cache/lint/clang.log

	objects=$cache/lint/clang$LLVM-$version-$(sha256sum \
		"$here/lint.config" | cut -c 1-12)
	clang_kernel && sync_sources "$build" || return 1
	if clang_make -C "$objects" M="$build" -j"$(nproc)" W=1 C=2 \
		CF="$CHECKFLAGS" CONFIG_CARP_KUNIT_TEST=y \
		KBUILD_MODPOST_WARN=1 modules >"$log" 2>&1; then
		judge "$log" . && return
	else
		cat "$log"
	fi
	forget_objects "$build"
	return 1
}

# check NAME INPUT: unless it has passed with the same
check() {
	local name=$1 stamp=$cache/lint/$1.passed now

	now=$(key "$@") || return 1
	[ "$(cat "$stamp" 2>/dev/null)" != "$now" ] || return 0
	rm -f "$stamp"
	"check_$name" || { echo "lint: failed: $name"; return 1; }
	echo "$now" >"$stamp"
}

cd "$top" || exit 1
[ "$#" -gt 0 ] || set -- sparse checkpatch coccinelle clang
lists=()
case " $* " in
*\ checkpatch\ * | *\ coccinelle\ * | *\ clang\ *)
	lists=("$here/lint.packages" "$here/debug/packages")
	;;
esac
"$vm/deps.sh" "${lists[@]}" || exit 1

failed=0
for name in "$@"; do
	case $name in
	sparse)
		# Compiles with gcc W=1, unless there is nothing new.
		kernel=$("$vm/kernel.sh") || { failed=1; continue; }
		;;
	checkpatch | coccinelle | clang) ;;
	*)	die "no such check: $name" ;;
	esac
	cache_lock
	mkdir -p "$cache/lint" || exit 1
	if [ "$name" = sparse ]; then
		check sparse "${kernel##*/}" || failed=1
	else
		linux_source
		check "$name" "$version" || failed=1
	fi
	exec 9>&-
done

[ "$failed" -eq 0 ] && echo "lint: clean: $*"
exit "$failed"
