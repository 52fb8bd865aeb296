#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""net.py FILE... [-t PATTERN]: run files of selftests/net in a guest, TAP on stdout.

The guest has one emulated CPU whose clock counts instructions and jumps over
idle time: minutes of protocol time in seconds, and the same each time. A file
that needs a second CPU, or real time, says so: see carp_lib.sh.

In a kernel that checks itself, what a guest has gone through ends with a scan for
leaks; one with gcov gives its counters to coverage.py.
"""

import os
import re
import shutil
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from guest import CommandFailed, GuestDied, Image  # noqa: E402
from lab import diagnose, log_directory  # noqa: E402
from uml import guest_class  # noqa: E402
import coverage  # noqa: E402
import leaks  # noqa: E402

NET = os.path.join(HERE, "..", "net")
# What a guest is booted with.
GUEST_WISHES = ("cpus", "clock", "memory")
# What tests wait for, with all that it is linked to.
WARM = """
for name in tcpdump ping jq nft socat ss awk tail dd conntrack conntrackd nstat \\
	arping ndisc6 bridge ucarp; do
	file=$(type -P $name) || continue
	cat $file $(LD_TRACE_LOADED_OBJECTS=1 $file | grep -o '/[^ ]*')
done >/dev/null
python3 -c 'import json, socket, struct'
"""


def options(path):
    """What the file's "# vm:" line asks for."""
    chosen = {"cpus": "1", "clock": "virtual", "memory": "256", "limit": "1800",
              "kernel": "any"}
    with open(path) as file:
        for line in file:
            if line.startswith("# vm:"):
                chosen.update(word.split("=", 1) for word in line[5:].split())
    return chosen


class Results:
    """Passes the files' TAP on, under numbers of its own."""

    def __init__(self):
        self.count = 0
        self.failed = 0
        self.expect("")

    def expect(self, name):
        """What comes now is of file @name."""
        self.name = name
        self.left = None
        self.started = time.monotonic()

    def result(self, passed, title):
        self.count += 1
        self.failed += not passed
        took = time.monotonic() - self.started
        self.started = time.monotonic()
        print(f"{'ok' if passed else 'not ok'} {self.count} - "
              f"{self.name}/{title} # {took:.1f} s", flush=True)

    def line(self, text):
        match = re.match(r"(not )?ok \d+ (?:- )?(.*)", text)
        plan = re.match(r"1\.\.(\d+)", text)
        if match:
            self.left = (self.left or 0) - 1
            self.result(not match[1], match[2])
        elif plan:
            self.left = int(plan[1])
        elif not text.startswith("TAP version"):
            print(text if text.startswith("#") else f"# {text}", flush=True)


class Bench:
    """The guest that the files share, as long as it is sound and suits."""

    def __init__(self, sockets, results):
        self.sockets = sockets
        self.results = results
        self.logs = log_directory("net")
        self.image = Image(self.logs)
        self.guest = None
        self.wish = None
        diagnose(f"kernel {self.image.release}, "
                 f"logs in {os.path.relpath(self.logs)}")

    def guest_for(self, wish):
        key = {k: v for k, v in wish.items() if k in GUEST_WISHES}
        if self.guest and (key != self.wish or not self.is_clean()):
            self.retire()
        if not self.guest:
            self.wish = key
            self.guest = guest_class(self.image)(
                f"net{time.monotonic_ns() // 10**6}", self.image, self.sockets,
                self.logs, memory=int(wish["memory"]), cpus=int(wish["cpus"]),
                virtual_time=wish["clock"] == "virtual")
            self.guest.boot()
            # Time leaps while a program is read from a disk.
            self.guest.sh(WARM, 120)
            if self.image.kind.leaks:
                leaks.forget(self.guest)
        return self.guest

    def is_clean(self):
        return self.guest.sh("[ -z \"$(ls /run/netns)\" ] && "
                             "[ \"$(ip -o link | wc -l)\" = 1 ]",
                             check=False).status == 0

    def retire(self):
        """A sound guest has done its work."""
        kind = self.image.kind
        try:
            if self.guest and kind.coverage:
                coverage.collect(self.guest, os.path.dirname(self.logs))
            if self.guest and kind.leaks:
                self.results.started = time.monotonic()
                found, notes = leaks.left_behind(self, self.guest)
                diagnose("\n".join(notes + found))
                self.results.result(not found, "nothing is left behind")
        except (CommandFailed, GuestDied, TimeoutError) as error:
            diagnose(error)
            self.results.result(False, "the guest could be looked at")
        self.drop()

    def drop(self):
        if self.guest:
            self.guest.kill()
        self.guest = None

    def close(self):
        self.retire()
        self.image.close()


def run_file(name, tests, bench, results):
    wish = options(os.path.join(NET, name + ".sh"))
    results.expect(name)
    try:
        guest = bench.guest_for(wish)
        results.started = time.monotonic()
        guest.stream("cd /opt/carp/net && "
                     f"CARP_SLOW={bench.image.kind.slow} "
                     f"./{name}.sh {' '.join(tests)}",
                     results.line, int(wish["limit"]))
    except (GuestDied, TimeoutError) as error:
        diagnose(error)
        found = bench.guest.complaints()
        bench.drop()
    else:
        found = bench.guest.complaints()
    if found:
        bench.drop()
        diagnose("\n".join(found))
        results.result(False, "no complaint on the console")
    if results.left != 0:
        results.result(False, "the file ran to its end")


def selected(name, pattern):
    """The tests of a file that @pattern chooses; none: not this file."""
    with open(os.path.join(NET, name + ".sh")) as file:
        lists = re.findall(r'^(?:ALL|LONG)_TESTS="([^"]*)"', file.read(), re.M)
    tests = " ".join(lists).split()
    return [t for t in tests if re.search(pattern, f"{name}/{t}")]


def main(arguments):
    pattern = ""
    if "-t" in arguments:
        at = arguments.index("-t")
        pattern = arguments[at + 1]
        del arguments[at:at + 2]
    names = [os.path.basename(a).removesuffix(".sh") for a in arguments]
    if not names:
        sys.exit(__doc__)
    sockets = tempfile.mkdtemp(prefix="carp-")
    results = Results()
    print("TAP version 13", flush=True)
    try:
        bench = Bench(sockets, results)
        for name in names:
            tests = selected(name, pattern)
            if tests:
                run_file(name, tests, bench, results)
        bench.close()
    finally:
        shutil.rmtree(sockets, ignore_errors=True)
    print(f"1..{results.count}", flush=True)
    return 0 if results.count and not results.failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
