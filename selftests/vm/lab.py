# SPDX-License-Identifier: GPL-2.0-only
"""Tests between real guests, which the files of one run share.

How to add a test: write a function in a file of pair/, named as the sentence
it proves, and mark it

    from lab import test

    @test
    def backup_takes_over_when_the_master_is_killed(lab):
        a, b, client = lab.guests("a", "b", "client")
        ...
        assert gap < 4, f"gap of {gap:.2f} s"

lab.guests() returns guests that run, with eth0 on lab.hub, and with nothing of
the test before on them; they are booted when first asked for and again when
the last test killed them. The n-th guest ever asked for has the address
192.0.2.n on eth0 when address=True. A test fails by any exception (twice, see run_one), by its time
limit (@test(limit=60)), and when a kernel complained on a console. Run one:

    ./pair.py failover takes_over
"""

import atexit
import importlib.util
import inspect
import os
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
from concurrent import futures

from guest import Guest, Image
from hub import Hub

HERE = os.path.dirname(os.path.abspath(__file__))
CACHE = os.environ.get("CARP_CACHE") or os.path.join(HERE, "../../.cache")
TESTS = []


def log_directory(name):
    """For this run: given by the runner, or made now."""
    base = os.environ.get("CARP_LOG")
    if not base:
        base = os.path.join(os.path.abspath(CACHE), "log",
                            time.strftime("%Y%m%d-%H%M%S"))
    path = os.path.join(base, name)
    os.makedirs(path, exist_ok=True)
    return path


def test(function=None, limit=300, again=True, long=False):
    """Register a test of the file; @limit is in seconds, boots included; not
    @again: it may not fail once; @long: for "make test-long", see run.py.
    """
    def register(function):
        function.again = again
        file = function.__module__.removeprefix("pair_")
        TESTS.append((f"{file}/{function.__name__}", function, limit))
        return function
    return register(function) if function else register


def borrow(name):
    """Another file of pair/, for its functions; its tests stay there."""
    own = TESTS[:]
    spec = importlib.util.spec_from_file_location(
        "borrowed_" + name, os.path.join(HERE, "pair", name + ".py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    TESTS[:] = own
    return module


class Lab:
    def __init__(self, name):
        self.logs = log_directory(name)
        # Socket paths may have 107 bytes: not below the repository.
        self.sockets = tempfile.mkdtemp(prefix="carp-")
        self.image = Image(self.logs)
        self._hubs = {}
        self._guests = {}
        self._number = {}
        atexit.register(self.close)

    @property
    def hub(self):
        return self.segment("seg")

    def segment(self, name):
        """The hub called @name; "seg" is everybody's first."""
        if name not in self._hubs:
            self._hubs[name] = Hub(name, self.sockets, os.path.join(
                self.logs, name + ".pcapng"))
        return self._hubs[name]

    def mac(self, name, index=0):
        return f"02:00:00:00:{index:02x}:{self._number[name]:02x}"

    def address(self, name):
        return f"192.0.2.{self._number[name]}"

    def _guest(self, name, segments, options):
        if name not in self._number:
            self._number[name] = len(self._number) + 1
        nics = [(self.segment(segment), self.mac(name, index))
                for index, segment in enumerate(segments)]
        guest = self._guests.get(name)
        wanted = (nics, options)
        if guest and guest.wanted != wanted:
            guest.kill()
            guest = None
        if not guest:
            guest = Guest(name, self.image, self.sockets, self.logs, nics,
                          **options)
            guest.wanted = wanted
            self._guests[name] = guest
        return guest

    def guests(self, *names, segments=("seg",), address=True, **options):
        """Guests that run and are clean; see above."""
        guests = [self._guest(name, segments, options) for name in names]
        for hub in self._hubs.values():
            hub.heal()
        self.restart(*[g for g in guests if not g.alive])
        with futures.ThreadPoolExecutor(len(guests)) as pool:
            list(pool.map(lambda guest: self._clean(guest, address), guests))
        return guests

    def _clean(self, guest, address):
        guest.sh("/opt/carp/guest/reset")
        self.configure(guest, address)

    def configure(self, guest, address=True):
        """eth0 up, with the guest's address."""
        lines = "link set eth0 up\n"
        if address:
            lines += f"addr add {self.address(guest.name)}/24 dev eth0\n"
        guest.sh(f"ip -batch - <<'END'\n{lines}END")

    @staticmethod
    def restart(*guests):
        """Boot what does not run, side by side."""
        for guest in guests:
            guest.start()
        for guest in guests:
            guest.wait_ready()

    def complaints(self):
        found = []
        for guest in self._guests.values():
            new = guest.complaints()
            if new:
                # Its kernel is not to be trusted by the next test.
                guest.kill()
            found += new
        return found

    def close(self):
        for guest in self._guests.values():
            guest.kill()
        for hub in self._hubs.values():
            hub.close()
        self.image.close()
        shutil.rmtree(self.sockets, ignore_errors=True)
        atexit.unregister(self.close)


def member(guest, skew=0, base=1, vhid=1, vips=("192.0.2.100/24",),
           key="changeme"):
    """Configure carp0 as the README does."""
    guest.sh("carpconfig carp0 create carpdev eth0\n" + "\n".join(
        f"carpconfig carp0 vhid {vhid} advskew {skew} advbase {base} "
        f"pass {key} {vip}" for vip in vips) + "\ncarpconfig carp0 up")


def serve(guest):
    """Its name, for whoever connects to port 7, from now on."""
    guest.spawn("exec socat TCP-LISTEN:7,fork,reuseaddr SYSTEM:'uname -n'")
    guest.until("[ -n \"$(ss -Hltn sport = :7)\" ]", 10)


def seconds(earlier, later):
    """Between two frames."""
    return (later.t - earlier.t) / 1e9


def diagnose(text):
    for line in str(text).splitlines():
        print(f"# {line}")


class LimitReached(Exception):
    pass


def _alarm(_signum, _frame):
    raise LimitReached("the test's time limit")


def run_once(lab, function, limit):
    """"passed", "failed", or "complained": a kernel did."""
    failed = None
    signal.signal(signal.SIGALRM, _alarm)
    signal.alarm(limit)
    try:
        if inspect.signature(function).parameters:
            function(lab)
        else:
            function()
    except AssertionError as error:
        failed = str(error) or traceback.format_exc()
        where = traceback.extract_tb(error.__traceback__)[-1]
        failed += f"\nat {os.path.basename(where.filename)}:{where.lineno}"
    except Exception:
        failed = traceback.format_exc()
    finally:
        signal.alarm(0)
    found = lab.complaints()
    if failed:
        diagnose(failed)
    for line in found:
        diagnose(line)
    if failed or found:
        for guest in lab._guests.values():
            # A failed test may have left anything behind.
            guest.kill()
    if found:
        return "complained"
    return "failed" if failed else "passed"


def run_one(lab, function, limit):
    """True if it passed.

    Emulated guests on a busy machine stand still for seconds at a time, which no
    time limit between them survives: a test may fail once. What fails twice, and
    whatever a kernel complains about, has failed.
    """
    result = run_once(lab, function, limit)
    if result == "failed" and function.again:
        diagnose("failed once, again:")
        result = run_once(lab, function, limit)
    return result == "passed"


def main(name, pattern=None):
    """Run the registered tests, with logs called @name; the exit status."""
    chosen = [t for t in TESTS if not pattern or re.search(pattern, t[0])]
    print(f"TAP version 13\n1..{len(chosen)}", flush=True)
    if not chosen:
        return 1
    failures = 0
    lab = Lab("pair-" + name)
    diagnose(f"kernel {lab.image.release}, logs in "
             f"{os.path.relpath(lab.logs)}")
    for number, (title, function, limit) in enumerate(chosen, 1):
        start = time.monotonic()
        passed = run_one(lab, function, limit)
        failures += not passed
        print(f"{'ok' if passed else 'not ok'} {number} - {title} "
              f"# {time.monotonic() - start:.1f} s", flush=True)
    lab.close()
    return 1 if failures else 0


def sigterm(_signum, _frame):
    sys.exit(143)


signal.signal(signal.SIGTERM, sigterm)
