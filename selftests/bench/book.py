# SPDX-License-Identifier: GPL-2.0-only
"""What was measured, and what it should have been.

    book.put(row, "carp 1/0 1/100", "gap, median", 0.53, "ms")
    book.judge(row, "gap above the floor", 0.02, 1, "ms")    # at most 1

Rows print as a table; save() writes all of it, samples too, as JSON.
"""

import json
import statistics
import sys


def median(values):
    return statistics.median(values)


def percentile(values, percent):
    """The least value that @percent of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def number(value):
    if isinstance(value, str):
        return value
    if abs(value) >= 1000 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"


class Book:
    def __init__(self, about):
        self.about = about
        self.rows = {}
        self.missed = []
        self.judged = 0

    def _row(self, row):
        if row not in self.rows:
            self.rows[row] = {"figures": [], "targets": [], "samples": {}}
            print(f"\n== {row}", flush=True)
        return self.rows[row]

    def put(self, row, who, what, value, unit):
        self._row(row)["figures"].append(
            {"who": who, "what": what, "value": value, "unit": unit})
        print(f"{who:34} {what:38} {number(value):>12} {unit}", flush=True)
        return value

    def keep(self, row, name, values):
        """Samples, for the JSON and the plot."""
        self._row(row)["samples"].setdefault(name, []).extend(values)

    def judge(self, row, what, value, limit, unit, least=False):
        """Whether @value is at most, or at @least, what it should be."""
        good = value >= limit if least else value <= limit
        self._row(row)["targets"].append(
            {"what": what, "value": value, "limit": limit, "unit": unit,
             "least": least, "met": good})
        self.judged += 1
        words = "at least" if least else "at most"
        line = (f"{what}: {number(value)} {unit}, "
                f"{words} {number(limit)} wanted")
        if not good:
            self.missed.append(f"{row}: {line}")
        print(f"{'met   ' if good else 'MISSED'} {line}", flush=True)

    def save(self, path):
        with open(path, "w") as file:
            json.dump({"about": self.about, "rows": self.rows,
                       "missed": self.missed}, file, indent=1)

    def verdict(self):
        """The exit status."""
        print(f"\n{self.judged - len(self.missed)} targets met, "
              f"{len(self.missed)} missed", flush=True)
        for line in self.missed:
            print(f"missed: {line}", file=sys.stderr)
        return 1 if self.missed or not self.rows else 0
