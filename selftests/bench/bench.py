#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""bench.py [--quick] [ROW...]: ours beside what is used today, in one run.

A table on standard output; .cache/bench/TIME holds it as JSON, with all samples, and
the distribution of outages as a picture. Status 1 if a target is missed. What each
row means: Documentation/performance.rst.

Everything is measured in guests whose clocks count instructions, so that the load of
this machine is in no figure, and two rows are measured at a time; but for "between".
"""

import concurrent.futures
import itertools
import os
import random
import shutil
import sys
import tempfile
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "vm"))
sys.path.insert(0, HERE)

from guest import Image  # noqa: E402
from lab import CACHE, log_directory  # noqa: E402
from book import Book, Page  # noqa: E402
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
        self.seed = seed
        self.logs = log_directory("bench")
        self.sockets = tempfile.mkdtemp(prefix="carp-")
        self.image = Image(self.logs)
        self.boots = itertools.count(1)
        self.book = Book(self.about())

    def about(self):
        with self.rig() as rig:
            clock = rig.sh("cat /sys/devices/system/clocksource/clocksource0/"
                           "current_clocksource").out.strip()
            peers = rig.sh("keepalived --version 2>&1 | head -n 1").out.strip()
        return {"kernel": self.image.release, "clock source": clock,
                "keepalived": peers, "seed": self.seed,
                "quick": self.quick,
                "load": "%.2f %.2f %.2f" % os.getloadavg()}

    def rig(self, **options):
        return Rig(self.image, self.sockets, self.logs,
                   f"bench{next(self.boots)}", **options)

    def close(self):
        self.image.close()
        shutil.rmtree(self.sockets, ignore_errors=True)

    def runs(self, quick, full):
        """Of what is short, and of what takes longer."""
        return (quick, 1) if self.quick else (full, 10)

    def few(self, contenders, number):
        return contenders[:number] if self.quick else contenders

    def row(self, name, path):
        """Measure one, with the order of contenders that the seed gives it."""
        page = Page()
        started = time.monotonic()
        try:
            getattr(self, name)(page, random.Random(f"{self.seed} {name}"))
        # The other rows are worth having.
        except Exception as error:
            page.missed.append(f"{name} did not come to its end: {error!r}")
            page.lines.append(traceback.format_exc())
        page.lines.append(f"-- {name}: {time.monotonic() - started:.0f} s")
        self.book.add(page, path)

    # -- rows -------------------------------------------------------------

    def planned(self, page, rng):
        wanted = self.few(outage.PLANNED, outage.PLANNED_FEW)
        for family in (4, 6):
            with self.rig(family=family) as rig:
                outage.planned(rig, page, wanted, *self.runs(3, 30), rng)

    def unplanned(self, page, rng):
        wanted = self.few(outage.UNPLANNED, outage.UNPLANNED_FEW)
        means = {}
        for family in (4, 6):
            with self.rig(family=family) as rig:
                means[family] = outage.unplanned(
                    rig, page, wanted, *self.runs(5, 60), rng)
        outage.families(page, means)

    def between(self, page, rng):
        between.measure(page, self.quick, rng)

    def advertisements(self, page, rng):
        with self.rig() as rig:
            advert.measure(rig, page, self.quick, rng)

    def traffic(self, page, _rng):
        for family in (4, 6):
            with self.rig(family=family) as rig:
                traffic.measure(rig, page, self.quick)

    def calm(self, page, _rng):
        few = (2, calm.PEERS[:1]) if self.quick else (60,)
        for _ in range(1 if self.quick else 3):
            with self.rig(memory=768) as rig:
                calm.measure(rig, page, *few)

    def scale(self, page, _rng):
        scale.measure(self.rig, page, self.quick)

    def addresses(self, page, _rng):
        scale.addresses(self.rig, page, self.quick)


# What a guest's own clock measures: the longest ones first.
ROWS = ("calm", "scale", "unplanned", "planned", "addresses", "traffic",
        "advertisements")
# Those that real time decides have the machine for themselves. Not judged.
ALONE = ("between",)
LANES = 2


def draw(book, directory):
    row = book.rows.get(UNPLANNED)
    if row and row["samples"]:
        plot.outages(row["samples"], os.path.join(directory, "outages.svg"))


def main(arguments):
    quick = "--quick" in arguments
    rows = [a for a in arguments if a != "--quick"] or ROWS + ALONE
    if set(rows) - set(ROWS + ALONE):
        sys.exit(__doc__)
    seed = int(os.environ.get("SEED") or random.randrange(1 << 31))
    directory = os.path.join(os.path.abspath(CACHE), "bench",
                             time.strftime("%Y%m%d-%H%M%S"))
    os.makedirs(directory)
    bench = Bench(quick, seed)
    try:
        for what, value in bench.book.about.items():
            print(f"{what}: {value}")
        path = os.path.join(directory, "bench.json")
        lanes = concurrent.futures.ThreadPoolExecutor(LANES)
        concurrent.futures.wait([lanes.submit(bench.row, row, path)
                                 for row in ROWS if row in rows])
        for row in [row for row in ALONE if row in rows]:
            bench.row(row, path)
        draw(bench.book, directory)
    except KeyboardInterrupt:
        bench.close()
        # Lanes cannot be ended otherwise, and their guests end with them.
        os._exit(130)
    finally:
        bench.close()
    print(f"results: {os.path.relpath(directory)}")
    return bench.book.verdict()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
