#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""run.py [PATTERN]: every ring of tests, TAP on stdout, totals on the last line.

First "make check", a short run of the fuzzers and sparse, which need no guest;
then, side by side, the files of selftests/net in one guest, a short torture, and
those of pair/ between several. PATTERN is a regular expression, found in the titles
of the tests to run: check/..., fuzz/..., lint/..., torture/, net/FILE/TEST,
pair/FILE/TEST.

With KERNEL=uml, uml4 or smp, kernels that check themselves (selftests/debug): the KUnit
suites, net, and a scan for leaks; at the end, what of the module the tests reach.

LONG=1 chooses among the LONG_TESTS of net's files and those of pair/ that say so,
which take longer than they are worth every time, and not among the others.

What a job prints is passed on as it comes; a job that ends badly without a test
to blame, and a run without a test, have failed.
"""

import glob
import os
import re
import signal
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from kinds import CHECKING  # noqa: E402
import coverage  # noqa: E402
import net as net_runner  # noqa: E402

TOP = os.path.abspath(os.path.join(HERE, "..", ".."))
MOST_FILES = 5
# Files of pair/ that want guests with the same cards.
SHARING = (("failover", "baseline", "grace", "interop", "lifecycle", "takeover"),
           ("rules", "firewall", "ipv6", "tcp"))
CACHE = os.environ.get("CARP_CACHE") or os.path.join(TOP, ".cache")


class Report:
    """Results of all jobs under one numbering."""

    def __init__(self):
        self.lock = threading.Lock()
        self.passed = 0
        self.failures = []

    def say(self, text):
        with self.lock:
            print(text, flush=True)

    def result(self, passed, title, notes=(), remark=""):
        with self.lock:
            for note in notes:
                print(note)
            if passed:
                self.passed += 1
            else:
                self.failures.append(title)
            number = self.passed + len(self.failures)
            print(f"{'ok' if passed else 'not ok'} {number} - {title}{remark}",
                  flush=True)

    def finish(self):
        total = self.passed + len(self.failures)
        if not total:
            self.result(False, "a test was chosen")
            total = 1
        for title in self.failures:
            print(f"# failed: {title}")
        print(f"1..{total}")
        print(f"{self.passed} passed, {len(self.failures)} failed", flush=True)
        return 1 if self.failures else 0


class Job:
    """A command that prints TAP."""

    def __init__(self, report, title, command, verdict=None):
        """verdict: its status is a result of this name, or none if it is ""."""
        self.report = report
        self.title = title
        self.command = command
        self.verdict = verdict
        self.process = None
        self.status = None
        self.results = 0
        self.failed = 0
        self.notes = []

    def line(self, text):
        match = re.match(r"(not )?ok \d+ (?:- )?(.*?)( # .* s)?$", text)
        if match:
            self.results += 1
            self.failed += bool(match[1])
            self.report.result(not match[1], self.title + match[2], self.notes,
                               match[3] or "")
            self.notes = []
        elif text and not re.match(r"TAP version|1\.\.\d+$|\d+ passed, ",
                                   text):
            self.notes.append(text if text.startswith("#") else f"# {text}")

    def run(self):
        started = time.monotonic()
        self.process = subprocess.Popen(
            self.command, cwd=HERE, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace")
        for text in self.process.stdout:
            self.line(text.rstrip("\n"))
        self.status = status = self.process.wait()
        took = f" # {time.monotonic() - started:.0f} s"
        if status and not self.failed:
            self.report.result(False, f"{self.title}ended with status {status}",
                               self.notes[-60:], took)
        elif not self.results and self.verdict is None:
            self.report.result(False, f"{self.title}gave a result",
                               self.notes[-60:], took)
        else:
            for note in self.notes:
                self.report.say(note)
            if self.verdict and not status:
                self.report.result(True, self.title + self.verdict, (), took)


def tests_of(kind, path):
    """The names of the tests in a file, in its order."""
    with open(path) as file:
        text = file.read()
    wanted = bool(os.environ.get("LONG"))
    if kind == "pair":
        return [name for words, name in
                re.findall(r"^@test(.*)\ndef (\w+)", text, re.M)
                if ("long=True" in words) == wanted]
    name = "LONG_TESTS" if wanted else "ALL_TESTS"
    match = re.search(rf'^{name}="([^"]*)"', text, re.M)
    return match[1].split() if match else []


def chosen(kind, pattern, files):
    """[(file, [test, ...]), ...] of those whose title has the pattern."""
    found = []
    for path in sorted(files):
        name = os.path.splitext(os.path.basename(path))[0]
        tests = tests_of(kind, path)
        if not tests and not os.environ.get("LONG"):
            sys.exit(f"{path}: no tests in it")
        tests = [t for t in tests if re.search(pattern, f"{kind}/{name}/{t}")]
        if tests:
            found.append((name, tests))
    return found


def exactly(names):
    return f"^({'|'.join(names)})$"


def suits(path):
    """A file of net may ask for some kinds of kernel: see net.py."""
    kinds = net_runner.options(path)["kernel"]
    return kinds == "any" or os.environ.get("KERNEL") in kinds.split(",")


def net_jobs(report, pattern):
    """A few files each, which share a guest: booting takes it seconds. Fewer
    towards the end, for which one lane would wait while the other is at work.
    """
    files = [f for f in glob.glob(os.path.join(HERE, "..", "net", "carp_*.sh"))
             if not f.endswith("_lib.sh") and suits(f)]
    found = chosen("net", pattern, files)
    jobs = []
    while found:
        number = max(1, min(MOST_FILES, len(found) // 4))
        some, found = found[:number], found[number:]
        names = [f"{name}/{test}" for name, tests in some for test in tests]
        jobs.append(Job(report, "net/", [
            os.path.join(HERE, "net.py"), "-t", exactly(names)] +
            [name for name, _ in some]))
    return jobs


def pair_jobs(report, pattern):
    if (os.environ.get("KERNEL") or "").startswith("uml"):
        # It has no network card for the hub.
        return []
    found = chosen("pair", pattern,
                   glob.glob(os.path.join(HERE, "pair", "*.py")))
    jobs = []
    while found:
        name = found[0][0]
        files = next((files for files in SHARING if name in files), [name])
        some = [entry for entry in found if entry[0] in files]
        found = [entry for entry in found if entry not in some]
        jobs.append(Job(report, "pair/", [
            os.path.join(HERE, "pair.py"), ",".join(name for name, _ in some),
            exactly([f"{name}/{test}" for name, tests in some for test in tests])]))
    return jobs


def if_chosen(pattern, job):
    """A list for the lanes."""
    return [job] if re.search(pattern, job.title) else []


def side_by_side(net, pair):
    """Two lanes, one with a guest at a time and one with several that mostly
    wait; which helps the other when it is through.
    """
    lock = threading.Lock()

    def run(*lists):
        for jobs in lists:
            while True:
                with lock:
                    job = jobs.pop(0) if jobs else None
                if not job:
                    break
                job.run()
    net, pair = net[:], pair[:]
    threads = [threading.Thread(target=run, args=lists, daemon=True)
               for lists in ((net,), (pair, net))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main(pattern):
    debug = os.environ.get("KERNEL") in CHECKING
    report = Report()
    os.environ.setdefault("CARP_LOG", os.path.join(
        CACHE, "log", time.strftime("%Y%m%d-%H%M%S")))
    print("TAP version 13")
    report.say(f"# logs in {os.path.relpath(os.environ['CARP_LOG'])}")
    # The short form.
    net = if_chosen(pattern, Job(report, "torture/", [
        "env", "SECONDS=10", "CPUS=2", os.path.join(HERE, "torture.py")]))
    net += net_jobs(report, pattern)
    if debug:
        net = if_chosen(pattern, Job(report, "kunit/", [
            os.path.join(HERE, "kunit.py")])) + net
    pair = pair_jobs(report, pattern)
    guests = bool(net or pair)
    # Made once, before the lanes would wait for each other.
    image = Job(report, "image/", [os.path.join(HERE, "image.sh")] +
                os.environ.get("KERNEL", "").split(), verdict="")
    check = if_chosen(pattern, Job(report, "check/", [
        "make", "-C", TOP, "check"], verdict="make check"))
    fuzz = if_chosen(pattern, Job(report, "fuzz/", [
        "make", "-C", os.path.join(TOP, "selftests", "fuzz"), "check"]))
    # Of the checks that need a kernel the one that needs no sources of it.
    lint = if_chosen(pattern, Job(report, "lint/", [
        os.path.join(HERE, "..", "lint_kernel.sh"), "sparse"], verdict="sparse"))
    everything = [image] + check + fuzz + lint + net + pair

    def stop(_signum, _frame):
        for job in everything:
            if job.process and job.process.poll() is None:
                job.process.terminate()
        report.result(False, "the run was not interrupted")
        os._exit(report.finish())

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)

    side_by_side(check, [])
    side_by_side([image] * guests + lint, fuzz)
    if image.status == 0:
        side_by_side(net, pair)
    for line in coverage.report(os.environ["CARP_LOG"]):
        report.say(f"# {line}")
    return report.finish()


if __name__ == "__main__":
    if len(sys.argv) > 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1] if len(sys.argv) == 2 else ""))
