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
FILES_PER_GUEST = 3
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

    def __init__(self, report, title, command, directory=HERE):
        self.report = report
        self.title = title
        self.command = command
        self.directory = directory
        self.process = None
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

    def run(self, expect_results=True):
        started = time.monotonic()
        self.process = subprocess.Popen(
            self.command, cwd=self.directory, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace")
        for text in self.process.stdout:
            self.line(text.rstrip("\n"))
        status = self.process.wait()
        took = f" # {time.monotonic() - started:.0f} s"
        if status and not self.failed:
            self.report.result(False, f"{self.title}ended with status {status}",
                               self.notes[-60:], took)
        elif expect_results and not self.results:
            self.report.result(False, f"{self.title}gave a result",
                               self.notes[-60:], took)
        else:
            for note in self.notes:
                self.report.say(note)
        return status


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
    """A file of net may ask for one kind of kernel: see net.py."""
    return net_runner.options(path)["kernel"] in ("any", os.environ.get("KERNEL"))


def net_jobs(report, pattern):
    """A few files each, which share a guest: booting takes it seconds."""
    files = [f for f in glob.glob(os.path.join(HERE, "..", "net", "carp_*.sh"))
             if not f.endswith("_lib.sh") and suits(f)]
    found = chosen("net", pattern, files)
    jobs = []
    while found:
        some, found = found[:FILES_PER_GUEST], found[FILES_PER_GUEST:]
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
    return [Job(report, f"pair/{name}/",
                [os.path.join(HERE, "pair.py"), name, exactly(tests)])
            for name, tests in found]


def torture_jobs(report, pattern):
    """The short form."""
    if not re.search(pattern, "torture/"):
        return []
    return [Job(report, "torture/", ["env", "SECONDS=10", "CPUS=2", os.path.join(
        HERE, "torture.py")])]


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
    net, pair = net_jobs(report, pattern), pair_jobs(report, pattern)
    net = torture_jobs(report, pattern) + net
    everything = net + pair
    if not pattern or re.search(pattern, "check/"):
        check = Job(report, "check/", ["make", "-C", TOP, "check"])
        everything.append(check)
        if check.run() == 0:
            report.result(True, "check/make check")

    if not pattern or re.search(pattern, "fuzz/"):
        fuzz = Job(report, "", ["make", "-C", os.path.join(TOP, "selftests",
                                                          "fuzz"), "check"])
        everything.append(fuzz)
        fuzz.run()

    if not pattern or re.search(pattern, "lint/"):
        # Of the checks that need a kernel the one that needs no sources of it.
        lint = Job(report, "lint/", [os.path.join(HERE, "..",
                                                  "lint_kernel.sh"), "sparse"])
        everything.append(lint)
        if lint.run(expect_results=False) == 0:
            report.result(True, "lint/sparse")

    if debug and re.search(pattern or "", "kunit/"):
        everything.append(Job(report, "kunit/",
                              [os.path.join(HERE, "kunit.py")]))
        net.insert(0, everything[-1])

    def stop(_signum, _frame):
        for job in everything:
            if job.process and job.process.poll() is None:
                job.process.terminate()
        report.result(False, "the run was not interrupted")
        os._exit(report.finish())

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)

    if net or pair:
        # Made once, before the lanes would wait for each other.
        image = Job(report, "image/", [os.path.join(HERE, "image.sh")] +
                    os.environ.get("KERNEL", "").split())
        if image.run(expect_results=False) == 0:
            side_by_side(net, pair)
    for line in coverage.report(os.environ["CARP_LOG"]):
        report.say(f"# {line}")
    return report.finish()


if __name__ == "__main__":
    if len(sys.argv) > 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1] if len(sys.argv) == 2 else ""))
