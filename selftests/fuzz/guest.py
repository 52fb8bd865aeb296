#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""guest.py FUZZER [SECONDS [SEED [ROUND [step]]]]: long in a kernel with KASAN

FUZZER is frame or netlink, or both, one after the other, with half of the time
each. The guest is user-mode Linux; its time is virtual, so that it waits for
nothing, but SECONDS are real. TAP; SECONDS is 3600 and SEED drawn if they are
not given. A fault names its round: that alone comes again with ROUND, and with
"step" the first single input after which something is wrong.
"""

import os
import random
import shutil
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "vm"))

from guest import CommandFailed, GuestDied, Image  # noqa: E402
from lab import diagnose, log_directory  # noqa: E402
from uml import Uml  # noqa: E402

FOR_EVER = "1000000000"
# Nothing is listed that is younger than five seconds, or was not seen before.
LEAKS = ("cd /sys/kernel/debug; for i in 1 2; do sleep 6; "
         "echo scan >kmemleak; done; cat kmemleak")


def stop(guest):
    try:
        guest.sh("touch /tmp/fuzz.stop")
    except (CommandFailed, GuestDied, TimeoutError):
        pass


def fuzz(image, sockets, logs, name, seconds, words):
    """What was wrong, a line each"""
    guest = Uml(f"fuzz-{name}", image, sockets, logs, memory=512,
                virtual_time=True)
    enough = threading.Timer(seconds, stop, [guest])
    enough.daemon = True
    try:
        guest.boot()
        guest.sh("modprobe -a carp tun veth 8021q bridge; "
                 "echo clear >/sys/kernel/debug/kmemleak")
        enough.start()
        status = guest.stream(
            f"/opt/carp/fuzz/{name}_fuzz {' '.join(words)}",
            lambda line: print(line, flush=True), seconds * 2 + 600)
        leaks = guest.out(LEAKS, limit=600)
        found = guest.complaints()
    except (GuestDied, TimeoutError) as error:
        return [str(error)] + guest.complaints()
    finally:
        enough.cancel()
        guest.kill()
    if status:
        found.append(f"status {status}")
    return found + leaks.splitlines()


def main(fuzzer, seconds="3600", seed="", *more):
    names = ["frame", "netlink"] if fuzzer == "both" else [fuzzer]
    seed = seed or str(random.getrandbits(32))
    seconds = int(seconds) // len(names)
    logs = log_directory("fuzz")
    sockets = tempfile.mkdtemp(prefix="carp-")
    image = Image(logs, "uml")
    failed = 0
    print("TAP version 13", flush=True)
    diagnose(f"kernel {image.release}, logs in {os.path.relpath(logs)}")
    try:
        for number, name in enumerate(names, 1):
            found = fuzz(image, sockets, logs, name, seconds,
                         [seed, FOR_EVER, *more])
            for line in found:
                diagnose(line)
            failed += bool(found)
            print(f"{'not ' if found else ''}ok {number} - {name}_fuzz, "
                  f"seed {seed}", flush=True)
    finally:
        image.close()
        shutil.rmtree(sockets, ignore_errors=True)
    print(f"1..{len(names)}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 6 or \
            sys.argv[1] not in ("frame", "netlink", "both"):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
