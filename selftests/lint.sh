#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Static checks of the whole tree that need nothing but packages, in seconds;
# lint_kernel.sh has those that need a kernel. Prints what is wrong and where;
# silence and "lint: clean" mean that nothing is. A missing tool is a failure.

set -u

top=$(cd "$(dirname "$0")/.." && pwd) || exit 1
cd "$top" || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
failed=0

need() {
	command -v "$1" > /dev/null && return
	echo "lint: $1 is missing: apt-get install -y --no-install-recommends $2"
	exit 1
}

# what COMMAND... : runs it, and says which check it was if it fails
check() {
	local what=$1
	shift
	"$@" || { echo "lint: failed: $what"; failed=1; }
}

need git git
need shellcheck shellcheck
need codespell codespell
need python3 python3
need cppcheck cppcheck

# What is tracked or is to be, and is there.
git ls-files -z --cached --others --exclude-standard -- \
	':!selftests/fuzz/corpus' > "$tmp/all" || exit 1
mapfile -d '' -t all < "$tmp/all"
files=()
shell=()
python=()
for f in "${all[@]}"; do
	[ -f "$f" ] || continue
	files+=("$f")
	case ${f##*/} in
	*.sh) shell+=("$f") ;;
	*.py) python+=("$f") ;;
	*.*) ;;
	*)
		case $(head -n 1 "$f" | tr -d '\0') in
		'#!'*bash | '#!'*sh) shell+=("$f") ;;
		'#!'*python3) python+=("$f") ;;
		esac
		;;
	esac
done
if [ "${#files[@]}" -eq 0 ]; then
	echo "lint: no files in $top"
	exit 1
fi

# In rst a heading of seven letters is underlined with what git takes for a
# conflict marker.
whitespace() {
	local rc=0
	git diff --check "$(git hash-object -t tree /dev/null)" -- \
		':!*.pcap' ':!selftests/fuzz/corpus' ':!COPYING' ':!*.rst' ||
		rc=1
	printf '%s\0' "${files[@]}" | grep -z '\.rst$' |
		xargs -0r grep -nE '[[:space:]]+$' /dev/null && rc=1
	return "$rc"
}

spelling() {
	printf '%s\0' "${files[@]}" | grep -zvE '\.pcap$|^COPYING$|/lint\.words$' |
		xargs -0 codespell --ignore-words selftests/lint.words
}

# SC2317 takes every function that is called by its name in a variable, as all
# tests are, for unreachable. To shellcheck busybox's sh is what dash is.
shell_scripts() {
	local f rc=0
	local -a how
	for f in "${shell[@]}"; do
		how=(-x -P SCRIPTDIR -e SC2317)
		case $(head -n 1 "$f") in
		*busybox*) how+=(-s dash) ;;
		esac
		shellcheck "${how[@]}" "$f" || rc=1
	done
	return "$rc"
}

python_scripts() {
	PYTHONPYCACHEPREFIX=$tmp/pycache python3 -m py_compile "${python[@]}"
}

# What the tools and the tests' programs are made of; the module has sparse. As
# in the kernel, variables are declared at the top of a function.
c_programs() {
	printf '%s\n' "${files[@]}" | grep -E '^(tools|selftests)/.*\.c$' |
		cppcheck --file-list=- -q --language=c --std=c11 \
		--enable=warning,style,performance,portability \
		--suppress=variableScope \
		--template='{file}:{line}: {id}: {severity}: {message}' \
		-I carp/uapi -I carp -I tools/common -I tools/carpconfig \
		-I tools/iproute2/shim -I selftests/unit/include \
		-I selftests/sim 2>&1 |
		selftests/lint_allow.py cppcheck
}

check 'whitespace' whitespace
check 'includes, licence tags, forbidden words' \
	python3 -B selftests/lint_tree.py "$top" < "$tmp/all"
check 'shellcheck' shell_scripts
check 'python3 -m py_compile' python_scripts
check 'cppcheck; selftests/lint.allow lists what is right' c_programs
check 'codespell; selftests/lint.words lists what is right' spelling

[ "$failed" -eq 0 ] && echo 'lint: clean'
exit "$failed"
