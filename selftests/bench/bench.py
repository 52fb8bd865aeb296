#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""bench.py [--quick] [ROW...]: ours beside what is used today, in one run.

A table on standard output; .cache/bench/TIME holds it as JSON, with all samples, and
the distribution of outages as a picture. Status 1 if a target is missed. What each
row means: Documentation/performance.rst.

Everything is measured in a guest whose clock counts instructions, so that the load
of this machine is in no figure.
"""

import os
import random
import shutil
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "vm"))
sys.path.insert(0, HERE)

from guest import Image  # noqa: E402
from lab import CACHE, log_directory  # noqa: E402
from book import Book  # noqa: E402
from rig import Rig  # noqa: E402
import advert  # noqa: E402
import between  # noqa: E402
import calm  # noqa: E402
import outage  # noqa: E402
import plot  # noqa: E402
import scale  # noqa: E402
import traffic  # noqa: E402

UNPLANNED = "unplanned, a cable cut, IPv4"


class Bench:
    def __init__(self, quick, seed):
        self.quick = quick
        self.rng = random.Random(seed)
        self.logs = log_directory("bench")
        self.sockets = tempfile.mkdtemp(prefix="carp-")
        self.image = Image(self.logs)
        self.boots = 0
        self.book = Book(self.about(seed))

    def about(self, seed):
        rig = self.rig()
        with rig:
            clock = rig.sh("cat /sys/devices/system/clocksource/clocksource0/"
                           "current_clocksource").out.strip()
            peers = rig.sh("keepalived --version 2>&1 | head -n 1").out.strip()
        return {"kernel": self.image.release, "clock source": clock,
                "keepalived": peers, "seed": seed,
                "quick": self.quick,
                "load": "%.2f %.2f %.2f" % os.getloadavg()}

    def rig(self, **options):
        self.boots += 1
        return Rig(self.image, self.sockets, self.logs, f"bench{self.boots}",
                   **options)

    def close(self):
        self.image.close()
        shutil.rmtree(self.sockets, ignore_errors=True)

    def runs(self, quick, full):
        """Of what is short, and of what takes longer."""
        return (quick, 1) if self.quick else (full, 10)

    def few(self, contenders, number):
        return contenders[:number] if self.quick else contenders

    # -- rows -------------------------------------------------------------

    def planned(self):
        wanted = self.few(outage.PLANNED, outage.PLANNED_FEW)
        for family in (4, 6):
            with self.rig(family=family) as rig:
                outage.planned(rig, self.book, wanted, *self.runs(3, 30),
                               self.rng)

    def unplanned(self):
        wanted = self.few(outage.UNPLANNED, outage.UNPLANNED_FEW)
        means = {}
        for family in (4, 6):
            with self.rig(family=family) as rig:
                means[family] = outage.unplanned(
                    rig, self.book, wanted, *self.runs(5, 60), self.rng)
        outage.families(self.book, means)

    def between(self):
        between.measure(self.book, self.quick, self.rng)

    def advertisements(self):
        with self.rig() as rig:
            advert.measure(rig, self.book, self.quick, self.rng)

    def traffic(self):
        for family in (4, 6):
            with self.rig(family=family) as rig:
                traffic.measure(rig, self.book, self.quick)

    def calm(self):
        few = (2, calm.FEW) if self.quick else (20,)
        for _ in range(1 if self.quick else 3):
            with self.rig(memory=768) as rig:
                calm.measure(rig, self.book, *few)

    def scale(self):
        scale.measure(self.rig, self.book, self.quick)

    def addresses(self):
        scale.addresses(self.rig, self.book, self.quick)


# The last one is not judged, and real time decides whether it comes to its end.
ROWS = ("planned", "unplanned", "advertisements", "traffic", "calm",
        "scale", "addresses", "between")


def draw(book, directory):
    row = book.rows.get(UNPLANNED)
    if row and row["samples"]:
        plot.outages(row["samples"], os.path.join(directory, "outages.svg"))


def main(arguments):
    quick = "--quick" in arguments
    rows = [a for a in arguments if a != "--quick"] or ROWS
    if set(rows) - set(ROWS):
        sys.exit(__doc__)
    seed = int(os.environ.get("SEED") or random.randrange(1 << 31))
    directory = os.path.join(os.path.abspath(CACHE), "bench",
                             time.strftime("%Y%m%d-%H%M%S"))
    os.makedirs(directory)
    bench = Bench(quick, seed)
    try:
        for what, value in bench.book.about.items():
            print(f"{what}: {value}")
        for row in rows:
            started = time.monotonic()
            getattr(bench, row)()
            bench.book.save(os.path.join(directory, "bench.json"))
            print(f"-- {row}: {time.monotonic() - started:.0f} s", flush=True)
        draw(bench.book, directory)
    finally:
        bench.close()
    print(f"results: {os.path.relpath(directory)}")
    return bench.book.verdict()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
