#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# deps.sh [LIST]...: see that the host has every package listed beside this
# script, and in other such lists.
#
# Root gets them installed; anybody else gets the line to run, and status 1.
set -u

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd) || exit 1

lists=("$here/packages" "$@")

wanted() {
	sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "${lists[@]}"
}

# A package counts only when it is installed completely.
missing() {
	local pkg

	for pkg in $(wanted); do
		[ "$(dpkg-query -W -f='${db:Status-Status}' "$pkg" \
			2>/dev/null)" = installed ] || echo "$pkg"
	done
}

install() {
	DEBIAN_FRONTEND=noninteractive apt-get \
		-o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 \
		-q -y --no-install-recommends install "$@" </dev/null >&2
}

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	echo "deps.sh: not a Debian system; install the equivalents of:" >&2
	wanted | tr '\n' ' ' >&2
	echo >&2
	exit 1
fi

mapfile -t todo < <(missing)
if [ "${#todo[@]}" -eq 0 ]; then
	exit 0
fi

if [ "$(id -u)" -ne 0 ]; then
	echo "deps.sh: packages are missing; run this first:" >&2
	echo "sudo apt-get update && sudo apt-get install -y" \
		"--no-install-recommends ${todo[*]}" >&2
	exit 1
fi

echo "deps.sh: installing ${todo[*]}" >&2
# The lists on disk may do; if they are absent or stale, fetch them once.
if ! install "${todo[@]}"; then
	apt-get -q -o Acquire::Retries=3 update </dev/null >&2 || exit 1
	install "${todo[@]}" || exit 1
fi

mapfile -t todo < <(missing)
if [ "${#todo[@]}" -ne 0 ]; then
	echo "deps.sh: still missing: ${todo[*]}" >&2
	exit 1
fi
