# SPDX-License-Identifier: GPL-2.0-only
"""What was measured, and what it should have been.

    page.put(row, "carp 1/0 1/100", "gap, median", 0.53, "ms")
    page.judge(row, "gap above the floor", 0.02, 1, "ms")    # at most 1

What belongs together is put on a page, by one thread. A page prints as a table when
it is done; save() writes all of them, samples too, as JSON.
"""

import json
import statistics
import sys
import threading


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
    return f"{value:.4g}"


class Page:
    def __init__(self):
        self.rows = {}
        self.lines = []
        self.missed = []

    def _row(self, row):
        if row not in self.rows:
            self.rows[row] = {"figures": [], "targets": [], "samples": {}}
            self.lines.append(f"\n== {row}")
        return self.rows[row]

    def put(self, row, who, what, value, unit):
        self._row(row)["figures"].append(
            {"who": who, "what": what, "value": value, "unit": unit})
        self.lines.append(f"{who:34} {what:38} {number(value):>12} {unit}")
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
        words = "at least" if least else "at most"
        line = (f"{what}: {number(value)} {unit}, "
                f"{words} {number(limit)} wanted")
        if not good:
            self.missed.append(f"{row}: {line}")
        self.lines.append(f"{'met   ' if good else 'MISSED'} {line}")


class Book:
    def __init__(self, about):
        self.about = about
        self.pages = []
        self.lock = threading.Lock()

    def add(self, page, path):
        """One that is done, or as far as it came; all so far are saved at @path."""
        with self.lock:
            self.pages.append(page)
            print("\n".join(page.lines), flush=True)
            self.save(path)

    @property
    def rows(self):
        return {row: what for page in self.pages
                for row, what in page.rows.items()}

    @property
    def missed(self):
        return [line for page in self.pages for line in page.missed]

    def save(self, path):
        with open(path, "w") as file:
            json.dump({"about": self.about, "rows": self.rows,
                       "missed": self.missed}, file, indent=1)

    def verdict(self):
        """The exit status."""
        targets = [target["met"] for row in self.rows.values()
                   for target in row["targets"]]
        print(f"\n{targets.count(True)} targets met, "
              f"{targets.count(False)} missed", flush=True)
        for line in self.missed:
            print(f"missed: {line}", file=sys.stderr)
        return 1 if self.missed or not self.rows else 0
