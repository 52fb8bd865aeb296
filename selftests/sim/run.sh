#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh check|default|long: the simulator's runs as one report, TAP. The last
# line is the total. Environment: SEED, of the first run of each line.

set -u

cd "$(dirname "$0")" || exit 1
seed=${SEED:-1}

# What a program that dies has not said counts as one failure. Each prints its
# own numbers and total; these are left out.
one() {
	"$@" || echo "status $? of: $*"
}

# how WHERE: the options that say so
how() {
	case $1 in
	*/*) echo "--scenario ${1%/*} --members ${1#*/} --seeds 300" ;;
	*) echo "--explore $1" ;;
	esac
}

# as NAME PROGRAM WHERE [OPTION]...: with the name in the line
as() {
	local name=$1 program=$2
	local -a where

	read -r -a where <<< "$(how "$3")"
	shift 3
	one "$program" "${where[@]}" "$@" |
		sed "s/^\(ok\|not ok\) \([0-9]*\) - /\1 \2 - $name: /"
}

# Where a broken rule is found, nothing is found without it.
mutants() {
	local name invariant where

	while read -r where; do
		as control build/fast/sim "$where"
	done < <(./mutants.py list | cut -d ' ' -f 3 | sort -u)
	while read -r name invariant where; do
		as "mutant $name" "build/mutant/$name" "$where" \
			--expect "$invariant"
	done < <(./mutants.py list)
}

runs() {
	local fast=(build/fast/sim --seed "$seed")

	case $1 in
	check)
		one build/asan/sim --seed "$seed" --explore quick quick
		;;
	default)
		one build/asan/sim --seed "$seed" --explore quick quick
		one "${fast[@]}" --explore default small big
		;;
	long)
		one build/asan/sim --seed "$seed" --explore quick quick small
		one "${fast[@]}" --explore default big long
		one "${fast[@]}" --explore long
		;;
	*)
		echo "status 2 of: run.sh $1"
		return
		;;
	esac
	mutants
}

# Numbers the lines of all programs, and counts.
total() {
	local line n=0 bad=0 died=0

	while IFS= read -r line; do
		case $line in
		'ok '*)
			n=$((n + 1))
			echo "ok $n - ${line#* - }"
			;;
		'not ok '*)
			n=$((n + 1))
			bad=$((bad + 1))
			echo "not ok $n - ${line#* - }"
			;;
		'status 1 of: '*)
			died=$((died + 1))
			;;
		'status '*)
			n=$((n + 1))
			bad=$((bad + 1))
			echo "not ok $n - $line"
			;;
		'#'*)
			echo "$line"
			;;
		esac
	done
	# Status 1 goes with a line that says what failed.
	if [ "$died" -gt 0 ] && [ "$bad" -eq 0 ]; then
		n=$((n + 1))
		bad=$((bad + 1))
		echo "not ok $n - a program failed and did not say why"
	fi
	echo "1..$n"
	echo "$((n - bad)) passed, $bad failed"
	[ "$n" -gt 0 ] && [ "$bad" -eq 0 ]
}

echo "TAP version 13"
echo "# seed $seed"
runs "${1:-check}" | total
