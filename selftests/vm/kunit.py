#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""kunit.py: the KUnit suites in a kernel, TAP on stdout.

They run when the module is loaded, on a kernel that has KUnit: see
selftests/debug. Each suite and each of its cases is a result.
"""

import os
import re
import shutil
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from guest import Image  # noqa: E402
from lab import diagnose, log_directory  # noqa: E402
from uml import guest_class  # noqa: E402

SUITES = ["carp-proto", "carp-auth", "carp-fsm", "carp-settle"]
RESULT = re.compile(r"^( *)(not )?ok \d+ (?:- )?(\S+)(.*)")


def console_of_a_load():
    """What the kernel says while the module is loaded."""
    logs = log_directory("kunit")
    sockets = tempfile.mkdtemp(prefix="carp-")
    image = Image(logs)
    guest = guest_class(image)("kunit", image, sockets, logs, memory=512,
                               words="kunit.enable=1")
    try:
        guest.boot()
        guest.sh("modprobe carp", limit=600)
        found = guest.complaints()
    finally:
        guest.kill()
        image.close()
        shutil.rmtree(sockets, ignore_errors=True)
    with open(guest.console, errors="replace") as console:
        return console.read(), found


def main():
    print("TAP version 13", flush=True)
    text, found = console_of_a_load()
    number = failed = 0
    seen = []
    cases = []
    for line in text.splitlines():
        match = RESULT.match(line)
        if not match:
            continue
        if len(match[1]) > 4:
            continue
        if match[1]:
            cases.append((match[2], match[3]))
            continue
        for bad, case in cases + [(match[2], "")]:
            number += 1
            failed += bool(bad)
            print(f"{bad or ''}ok {number} - {match[3]}"
                  f"{'.' if case else ''}{case}", flush=True)
        seen.append(match[3])
        cases = []
    diagnose("\n".join(found))
    missing = [suite for suite in SUITES if suite not in seen]
    for suite in missing:
        number += 1
        print(f"not ok {number} - {suite} did not run", flush=True)
    print(f"1..{number}", flush=True)
    return 1 if failed or missing or found else 0


if __name__ == "__main__":
    sys.exit(main())
