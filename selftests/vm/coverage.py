#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""coverage.py LOGS...: which lines and branches of carp its selftests reach.

LOGS is a run's directory. collect() has brought the counters of each guest
there, from a kernel with gcov (selftests/debug/kernel.sh); here they are added
up, and gcov reads them beside what the compiler wrote. Prints a table. Of
several runs, with different kernels, one for all.
"""

import glob
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

# Of these, functions in headers are counted where they are written.
SOURCE = re.compile(r".*/build/carp/([^/]+\.[ch])$")
HEAD = ("file", "lines", "reached", "", "branches", "reached", "")


def collect(guest, directory):
    """The counters of carp in @guest, which lists them below debugfs."""
    target = os.path.join(directory, "gcov", guest.name)
    os.makedirs(target, exist_ok=True)
    listed = guest.files("find /sys/kernel/debug/gcov -path '*/build/carp/*' "
                         "-name '*.gcda' ! -path '*/tests/*'")
    for path, data in listed.items():
        with open(os.path.join(target, os.path.basename(path)), "wb") as file:
            file.write(data)
    assert os.listdir(target), "the kernel has no counters of carp"
    # They belong to this build; the next may be another.
    build = os.path.join(guest.image.path, "build", "carp")
    for path in glob.glob(os.path.join(build, "*.gcno")):
        shutil.copy(path, os.path.join(directory, "gcov"))


def merge(directories, work):
    """All counters of @directories in one."""
    total = directories[0]
    for number, directory in enumerate(directories[1:]):
        target = os.path.join(work, str(number))
        subprocess.run(["gcov-tool", "merge", "-o", target, total, directory],
                       check=True, stdout=subprocess.DEVNULL)
        total = target
    return total


def gcov(directory):
    """What gcov says about each object, as a dictionary."""
    for path in sorted(glob.glob(os.path.join(directory, "*.gcda"))):
        subprocess.run(["gcov", "--json-format", "--branch-probabilities",
                        path], cwd=directory, check=True,
                       stdout=subprocess.DEVNULL)
        for name in glob.glob(os.path.join(directory, "*.gcov.json.gz")):
            with gzip.open(name, "rt") as file:
                yield json.load(file)
            os.unlink(name)


def reached(counts):
    return sum(1 for count in counts if count)


class Source:
    """One file's lines: how often each, and each of its branches, was run."""

    def __init__(self):
        self.lines = {}
        # Line: [count, ...]
        self.branches = {}

    def add(self, number, count, branches):
        self.lines[number] = self.lines.get(number, 0) + count
        there = self.branches.setdefault(number, branches)
        if there is branches:
            return
        # An inline function has the same branches in each object, and a line in
        # each kernel, unless the compiler knew better.
        if len(there) == len(branches):
            branches = [a + b for a, b in zip(there, branches)]
        self.branches[number] = max(there, branches, key=reached)

    def merge(self, other):
        for number, count in other.lines.items():
            self.add(number, count, other.branches[number])

    def tables(self):
        yield list(self.lines.values())
        yield [count for counts in self.branches.values() for count in counts]


def read(directory):
    sources = {}
    for report in gcov(directory):
        for entry in report["files"]:
            match = SOURCE.match(os.path.join("/", entry["file"]))
            if match:
                source = sources.setdefault(match[1], Source())
                for line in entry["lines"]:
                    source.add(line["line_number"], line["count"],
                               [b["count"] for b in line["branches"]])
    return sources


def cells(name, tables):
    row = [name]
    for counts in tables:
        hit = reached(counts)
        row += [str(len(counts)), str(hit),
                f"{100 * hit / len(counts):.1f} %" if counts else "-"]
    return row


def table(sources):
    each = {name: list(sources[name].tables()) for name in sorted(sources)}
    rows = [HEAD] + [cells(name, tables) for name, tables in each.items()]
    rows.append(cells("all", [sum(lists, []) for lists in zip(*each.values())]))
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        yield "  ".join(cell.ljust(width) if index == 0 else cell.rjust(width)
                        for index, (cell, width)
                        in enumerate(zip(row, widths))).rstrip()


def unreached(sources):
    """The lines that no test runs, FILE: NUMBERS."""
    for name in sorted(sources):
        numbers = [n for n, count in sorted(sources[name].lines.items())
                   if not count]
        if numbers:
            yield f"{name}: {' '.join(map(str, numbers))}"


def of_a_run(logs):
    """(number of guests, their sources)"""
    base = os.path.join(logs, "gcov")
    directories = sorted(filter(os.path.isdir,
                                glob.glob(os.path.join(base, "*"))))
    if not directories:
        return 0, {}
    with tempfile.TemporaryDirectory() as work:
        total = os.path.join(work, "all")
        shutil.copytree(merge(directories, work), total)
        for path in glob.glob(os.path.join(base, "*.gcno")):
            shutil.copy(path, total)
        return len(directories), read(total)


def report(*runs):
    """The lines to print; none if no guest has left counters."""
    guests, sources = 0, {}
    for logs in runs:
        number, found = of_a_run(logs)
        guests += number
        for name, source in found.items():
            sources.setdefault(name, Source()).merge(source)
    if not guests:
        return []
    with open(os.path.join(runs[0], "gcov", "unreached"), "w") as file:
        file.writelines(line + "\n" for line in unreached(sources))
    return [f"coverage by {guests} guests; "
            f"lines never run: {os.path.relpath(file.name)}"] + \
        list(table(sources))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    print("\n".join("# " + line for line in report(*sys.argv[1:])))
