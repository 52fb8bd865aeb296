#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh SEED RUNS FUZZER...: the corpus and RUNS inputs made from it, TAP.
#
# What is new goes to build/found; what fails, to build/.
set -u

cd "$(dirname "$0")" || exit 1
seed=$1
runs=$2
shift 2
number=0
failed=0
echo "TAP version 13"
echo "1..$#"
for name in "$@"; do
	number=$((number + 1))
	mkdir -p "build/found/$name"
	if "build/$name" -seed="$seed" -runs="$runs" -max_len=1200 -timeout=10 \
		-artifact_prefix="build/$name." -print_final_stats=1 \
		"build/found/$name" "corpus/$name" >"build/$name.log" 2>&1; then
		echo "ok $number - $name: $(sed -n \
			's/^stat::number_of_executed_units: *//p' \
			"build/$name.log") inputs, seed $seed"
	else
		sed 's/^/# /' "build/$name.log" | tail -n 40
		echo "not ok $number - $name, seed $seed"
		failed=$((failed + 1))
	fi
done
echo "$(($# - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]
