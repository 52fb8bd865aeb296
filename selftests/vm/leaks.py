#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""leaks.py [COUNT]: does kmemleak find what was planted? TAP on stdout.

COUNT tries in one guest, ten if not given. What net.py does when it is through
with a guest:

    found, notes = left_behind(lab, guest)

unloads our module, plants leaks with kmod/plant.c, and has kmemleak scan. No
scan is trusted that does not find nearly all of those. It lists no object
younger than five seconds, and none at the first scan that sees it: that one
only computes the checksum.
"""

import os
import re
import shutil
import sys
import tempfile
import types

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from guest import Image  # noqa: E402
from lab import diagnose, log_directory  # noqa: E402
from uml import guest_class  # noqa: E402
import kmod  # noqa: E402

KMEMLEAK = "/sys/kernel/debug/kmemleak"
PLANTED = 64
# Stale pointers, on stacks and in memory that was not written, hide a few.
ENOUGH = 48
SCANS = 3
LOOK_SHOWN = 5
# A scan takes seconds of a CPU that may not be ours.
LIMIT = 300


def forget(guest):
    """What the kernel itself has lost before anything of ours. It scans by
    itself no more: that takes a CPU away, and those who unload wait for it."""
    guest.sh(f"echo scan=off >{KMEMLEAK}", limit=LIMIT)
    for _ in range(2):
        guest.sh(f"sleep 6; echo scan >{KMEMLEAK}", limit=LIMIT)
    guest.sh(f"echo clear >{KMEMLEAK}", limit=LIMIT)


def scan(guest):
    """The objects that nothing points to, as kmemleak describes them."""
    for _ in range(SCANS):
        guest.sh(f"sleep 6; echo scan >{KMEMLEAK}", limit=LIMIT)
    text = guest.sh(f"cat {KMEMLEAK}", limit=LIMIT).out
    return re.findall(r"^unreferenced object.*?(?=^unreferenced object|\Z)",
                      text, re.M | re.S)


def left_behind(lab, guest):
    """(leaks, notes): the lines that describe them; none means none."""
    text = guest.out("cat /sys/module/carp/sections/.text")
    guest.sh("modprobe -r carp", limit=LIMIT)
    kmod.load(lab, guest, "plant")
    guest.sh("rmmod plant", limit=LIMIT)
    objects = scan(guest)
    planted = [o for o in objects if re.search(r'comm "plant"', o)]
    lost = [o for o in objects if o not in planted]
    notes = [f"kmemleak: {len(planted)} of {PLANTED} planted objects found"]
    found = []
    if len(planted) < ENOUGH:
        found.append("kmemleak does not find what was planted")
    if lost:
        found.append(f"{len(lost)} objects leaked; carp's .text was at {text}")
        found += [line for o in lost[:LOOK_SHOWN] for line in o.splitlines()]
    # It says on the console that it has found some.
    guest.complaints()
    return found, notes


def attempt(lab, guest, number):
    guest.sh("modprobe carp", limit=LIMIT)
    found, notes = left_behind(lab, guest)
    guest.sh(f"echo clear >{KMEMLEAK}", limit=LIMIT)
    diagnose("\n".join(notes + found))
    print(f"{'not ok' if found else 'ok'} {number} - "
          f"planted leaks are found, and no others", flush=True)
    return not found


def main(count):
    lab = types.SimpleNamespace(logs=log_directory("leaks"),
                                sockets=tempfile.mkdtemp(prefix="carp-"))
    lab.image = Image(lab.logs)
    guest = guest_class(lab.image)("leaks", lab.image, lab.sockets, lab.logs,
                                   virtual_time=True)
    print(f"TAP version 13\n1..{count}", flush=True)
    try:
        guest.boot()
        forget(guest)
        passed = sum(attempt(lab, guest, n) for n in range(1, count + 1))
    finally:
        guest.kill()
        lab.image.close()
        shutil.rmtree(lab.sockets, ignore_errors=True)
    return 0 if passed == count else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10))
