#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""matrix.py [PATTERN]: the selftests on each kernel that Debian ships.

For each kernel: build the module against its headers, boot it and load the
module, then all files of selftests/net and pair/failover; or, of both
directories, what PATTERN chooses, as in run.py. The environment's MATRIX names
the kernels, by the words below; none means all.

TAP on stdout, then a table, then the total. Kernels come one after another, and
so do their tests.
"""

import collections
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from guest import CommandFailed, Guest, GuestDied, Image  # noqa: E402
import run  # noqa: E402

# What to fetch, as kernel.sh takes it; and whether it is to pass all tests, the
# failover alone, or only to build. Releases are found out at run time.
Kernel = collections.namedtuple("Kernel", "package tests")
ALL, FAILOVER, NONE = r"^net/|^pair/failover/", r"^pair/failover/", None
KERNELS = {
    "5.10-cloud": Kernel("bullseye/linux-image-cloud-amd64", ALL),
    "6.1-cloud": Kernel("bookworm/linux-image-cloud-amd64", ALL),
    "6.1": Kernel("bookworm/linux-image-amd64", ALL),
    "6.1-rt": Kernel("bookworm/linux-image-rt-amd64", FAILOVER),
    "6.12-cloud": Kernel("bookworm/linux-image-6.12-cloud-amd64", ALL),
    "backports-cloud": Kernel("trixie-backports/linux-image-cloud-amd64", ALL),
    "6.1-i386": Kernel("bookworm/linux-headers-686-pae:i386", NONE),
    "6.1-arm64": Kernel("bookworm/linux-headers-arm64:arm64", NONE),
}


class Row:
    """One kernel's line of the table."""

    HEAD = ("kernel", "release", "build", "boot", "passed", "failed", "seconds")

    def __init__(self, name):
        self.name = name
        self.release = "-"
        self.build = self.boot = "-"
        self.passed = self.failed = 0
        self.started = time.monotonic()

    def cells(self):
        return (self.name, self.release, self.build, self.boot,
                str(self.passed), str(self.failed), str(self.seconds))

    def end(self):
        self.seconds = round(time.monotonic() - self.started)


def table(rows):
    lines = [Row.HEAD] + [row.cells() for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines)]
    for line in lines:
        yield "  ".join(cell.rjust(width) if index > 3 else cell.ljust(width)
                        for index, (cell, width)
                        in enumerate(zip(line, widths))).rstrip()


def word(passed):
    return "ok" if passed else "failed"


class Matrix:
    def __init__(self, report, pattern):
        self.report = report
        self.pattern = pattern
        self.logs = os.environ["CARP_LOG"]
        self.rows = []
        self.job = None

    def build(self, row, kernel):
        """Fetch, build, and pack what is to be booted."""
        script = "image.sh" if kernel.tests else "kernel.sh"
        made = subprocess.run([os.path.join(HERE, script), kernel.package],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True,
                              errors="replace")
        passed = made.returncode == 0
        if passed:
            row.release = os.path.basename(made.stdout.strip())
        row.build = word(passed)
        notes = [] if passed else made.stderr.splitlines()[-60:]
        self.report.result(passed, f"{row.name}/build",
                           [f"# {line}" for line in notes])
        return passed

    def boot(self, row, kernel):
        """The kernel comes up, and the module loads and goes without a word."""
        sockets = tempfile.mkdtemp(prefix="carp-")
        image = Image(self.logs, kernel.package)
        guest = Guest("boot-" + row.name, image, sockets, self.logs)
        try:
            guest.boot()
            release = guest.out("uname -r").strip()
            found = [] if release == image.release else [f"{release} booted"]
            guest.sh("modprobe carp && modprobe -r carp")
        except (CommandFailed, GuestDied, TimeoutError) as error:
            found = str(error).splitlines()
        found += guest.complaints()
        guest.kill()
        image.close()
        shutil.rmtree(sockets, ignore_errors=True)
        row.boot = word(not found)
        self.report.result(not found, f"{row.name}/boot",
                           [f"# {line}" for line in found])
        return not found

    def jobs(self, row, kernel):
        """Those of run.py, of the tests that this kernel is to pass."""
        pattern = self.pattern or kernel.tests
        jobs = run.net_jobs(self.report, pattern) if kernel.tests == ALL else []
        if kernel.tests == FAILOVER and self.pattern:
            pattern = f"(?={kernel.tests})(?=.*(?:{self.pattern}))"
        jobs += run.pair_jobs(self.report, pattern)
        for job in jobs:
            job.title = f"{row.name}/{job.title}"
        return jobs

    def kernel(self, name):
        kernel = KERNELS[name]
        row = Row(name)
        self.rows.append(row)
        self.report.say(f"# {name}: {kernel.package}")
        os.environ["KERNEL"] = kernel.package
        os.environ["CARP_LOG"] = os.path.join(self.logs, name)
        if self.build(row, kernel) and kernel.tests and self.boot(row, kernel):
            passed, failed = self.report.passed, len(self.report.failures)
            jobs = self.jobs(row, kernel)
            if not jobs and kernel.tests == ALL:
                self.report.result(False, f"{name}/a test was chosen")
            for self.job in jobs:
                self.job.run()
                row.passed = self.report.passed - passed
                row.failed = len(self.report.failures) - failed
        row.end()

    def stop(self, _signum, _frame):
        if self.job and self.job.process and self.job.process.poll() is None:
            self.job.process.terminate()
        self.report.result(False, "the run was not interrupted")
        self.rows[-1].end()
        os._exit(self.finish())

    def finish(self):
        for line in table(self.rows):
            print(f"# {line}")
        return self.report.finish()


def main(pattern):
    names = os.environ.get("MATRIX", "").split() or list(KERNELS)
    unknown = set(names) - set(KERNELS)
    if unknown:
        sys.exit(f"matrix.py: no kernel {' '.join(sorted(unknown))}; "
                 f"there are {' '.join(KERNELS)}")
    re.compile(pattern)
    os.environ["CARP_LOG"] = os.path.join(
        run.CACHE, "log", time.strftime("%Y%m%d-%H%M%S") + "-matrix")
    os.makedirs(os.environ["CARP_LOG"], exist_ok=True)
    matrix = Matrix(run.Report(), pattern)
    print("TAP version 13")
    matrix.report.say(f"# logs in {os.path.relpath(matrix.logs)}")
    signal.signal(signal.SIGTERM, matrix.stop)
    signal.signal(signal.SIGINT, matrix.stop)
    for name in names:
        matrix.kernel(name)
    return matrix.finish()


if __name__ == "__main__":
    if len(sys.argv) > 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1] if len(sys.argv) == 2 else ""))
