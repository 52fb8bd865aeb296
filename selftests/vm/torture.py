#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""torture.py: lifecycle torture in one guest, TAP on stdout.

torture/main.c does everything that can be done to carp devices, and to what lies
below and above them, from all CPUs of the guest at once and in real time; see
there. This boots the guest, makes the frames that flood its segment, and looks
at what is left: nothing may be.

In the environment: SECONDS (600 unless given), for each number of CPUS ("2 4");
SEED, which is printed; KERNEL, as for make test.
"""

import os
import random
import re
import shutil
import sys
import tempfile
import time
import types

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "..", "net"))

import inject  # noqa: E402
from guest import Guest, Image  # noqa: E402
from lab import diagnose, log_directory  # noqa: E402
from leaks import forget, left_behind  # noqa: E402
from uml import guest_class  # noqa: E402

# As in torture/ops.c.
VIPS = ("192.0.2.100", "192.0.2.101", "2001:db8::100", "2001:db8::101")
VHIDS = (1, 2, 3)
# Better and worse than any member's, and a goodbye.
ADVSKEWS = (("0", "1"), ("0", "6"), ("0", "250"), ("1", "0"), ("255", "255"))
WARM_UP = 4
# The status when all is well, but some operation never succeeded.
NEVER_DONE = 3
# What may be missing afterwards. Caches of the kernel (routes, names, inodes of
# /proc) keep some of what they have grown by, though they were asked to shrink.
BOUND_KB = {"SUnreclaim": 1024, "Percpu": 256, "VmallocUsed": 512}
# Parents; none of these brings a device of its own.
MODULES = ("modprobe -a veth bridge 8021q macvlan vrf && "
           "modprobe bonding max_bonds=0 && modprobe dummy numdummies=0")
# Where those are built in, there are some from the beginning.
LINKS = r"ip -o link | sed 's/^[0-9]*: \([^:@]*\).*/\1/' | sort"
# Namespaces end in turn, some together: when this one has, all have.
LAST_SPACE = ("ip netns add last && "
              "ip link add l0 type veth peer name l1 netns last && "
              "ip netns del last && "
              "while [ -e /sys/class/net/l0 ]; do sleep 0.05; done")


def frame(family, **keys):
    defaults = inject.DEFAULTS6 if family == 6 else inject.DEFAULTS
    return inject.build(dict(defaults, **keys))


def advertisements():
    """Good ones, of every set of addresses that a device may have."""
    for vhid in VHIDS:
        for chosen in range(1, 1 << len(VIPS)):
            vips = ",".join(vip for bit, vip in enumerate(VIPS)
                            if chosen >> bit & 1)
            for advbase, advskew in ADVSKEWS:
                for family in (4, 6):
                    yield frame(family, vhid=str(vhid), vips=vips,
                                advbase=advbase, advskew=advskew)


def questions():
    """What hosts ask the addresses, at the MAC that they should have."""
    for vhid in VHIDS:
        mac = f"00:00:5e:00:01:{vhid:02x}"
        for vip in VIPS:
            six = ":" in vip
            echo = "8000" + "0000" + "00010001" + "61" * 40
            keys = dict(eth_src="02:00:00:00:00:09", eth_dst=mac, dst=vip,
                        payload=echo, proto="1", ttl="64")
            if six:
                keys.update(src="2001:db8::9", proto="58",
                            payload="80" + echo[2:])
            yield frame(6 if six else 4, **keys)
            if not six:
                yield frame(4, **dict(keys, frag="2000"))
                for sender in ("192.0.2.9", vip):
                    yield arp(sender, vip)


def arp(sender, target):
    return (bytes.fromhex("ffffffffffff" "020000000009" "0806"
                          "0001080006040001" "020000000009") +
            inject.packed(sender) + bytes(6) + inject.packed(target))


def flood(rng):
    """The frames: good, forged, and tagged for a VLAN."""
    good = list(advertisements())
    frames = good + list(questions()) * 8
    for original in rng.sample(good, 150):
        forged = bytearray(original)
        forged[rng.randrange(12, len(forged))] ^= 1 << rng.randrange(8)
        frames.append(bytes(forged))
        frames.append(original[:rng.randrange(14, len(original))])
    frames += [f[:12] + b"\x81\x00\x00\x07" + f[12:]
               for f in rng.sample(frames, 300)]
    return b"".join(len(f).to_bytes(2, "big") + f for f in frames)


class Torture:
    def __init__(self, lab, guest, seconds, seed):
        self.lab = lab
        self.guest = guest
        self.seconds = seconds
        self.seed = seed
        self.created = 0

    def begin(self):
        self.guest.boot()
        if self.lab.image.kind.leaks:
            forget(self.guest)
        self.guest.write("/tmp/frames", flood(random.Random(self.seed)))
        self.guest.sh(MODULES, limit=120)
        self.links = self.guest.out(LINKS)
        if not self.lab.image.kind.leaks:
            self.spaces = self.namespaces()

        # Caches that grow once are no leak.
        self.act(WARM_UP, self.seed + 1, str, (0, NEVER_DONE))
        self.clean_up()
        self.before = None if self.lab.image.kind.leaks else self.memory()

    def torture(self):
        self.act(self.seconds, self.seed, self.line)

    def quiet(self):
        found = self.guest.complaints()
        assert not found, "\n".join(found)

    def line(self, text):
        diagnose(text)
        match = re.match(r"(member|create) +(\d+) done", text)
        self.created += int(match[2]) if match else 0

    def act(self, seconds, seed, on_line, accept=(0,)):
        command = (f"modprobe carp; CARP_SLOW={self.guest.image.kind.slow} "
                   f"/opt/carp/guest/torture {seconds} {seed} "
                   f"{self.guest.cpus} /tmp/frames")
        status = self.guest.stream(command, on_line, seconds * 2 + 600)
        assert status in accept, f"status {status}: {command}"

    def clean_up(self):
        """Nothing holds a namespace, a device or the module."""
        self.guest.sh(f"rm -f /run/netns/*\n{LAST_SPACE}", limit=240)
        self.guest.until("[ $(cat /sys/module/carp/refcnt) = 0 ]", 10)
        self.guest.sh("rmmod carp", limit=120)
        links = self.guest.out(LINKS)
        assert links == self.links, links

    def memory(self):
        """{what: kB} when nothing moves any more."""
        text = self.guest.out(
            "echo 3 >/proc/sys/vm/drop_caches\n"
            "for f in /sys/kernel/slab/*/shrink; do echo 1 >$f; done\n"
            "cat /proc/meminfo", limit=300)
        return {name: int(re.search(rf"^{name}: +(\d+)", text, re.M)[1])
                for name in BOUND_KB}

    def namespaces(self):
        """As many as there are. The kernel frees those that went together
        when the next ones go; then only the last one is left to be freed.
        """
        return int(self.guest.out(
            f"{LAST_SPACE} && {LAST_SPACE} && "
            "echo 1 >/sys/kernel/slab/net_namespace/shrink && "
            "awk '$1 == \"net_namespace\" { print $2 }' /proc/slabinfo",
            limit=240))

    def nothing_is_left(self):
        if not self.lab.image.kind.leaks:
            self.nothing_is_missing()
            return
        # Such a kernel keeps freed memory for a while.
        self.guest.sh("modprobe carp", limit=120)
        found, notes = left_behind(self.lab, self.guest)
        diagnose("\n".join(notes))
        assert not found, "\n".join(found)

    def nothing_is_missing(self):
        """Freeing is put off by RCU and workers: wait until it is done."""
        end = time.monotonic() + 60
        while True:
            spaces = self.namespaces() - self.spaces
            after = self.memory()
            more = {name: after[name] - kb for name, kb in
                    self.before.items()}
            bad = {name: kb for name, kb in more.items()
                   if kb > BOUND_KB[name]}
            if spaces <= 0 and not bad or time.monotonic() > end:
                break
            time.sleep(1)
        diagnose(f"memory, kB before {self.before}, more after {more}")
        if spaces > 0:
            diagnose(self.guest.out("lsns -t net; ps axo pid,stat,args"))
        assert spaces <= 0, f"{spaces} namespaces"
        assert not bad, f"{bad} of {self.created} devices"


class Results:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def step(self, title, function, *arguments):
        """True if it went well."""
        started = time.monotonic()
        self.count += 1
        try:
            function(*arguments)
            word = "ok"
        except Exception as error:
            diagnose(error)
            self.failed += 1
            word = "not ok"
        print(f"{word} {self.count} - {title} "
              f"# {time.monotonic() - started:.1f} s", flush=True)
        return word == "ok"


def on(cpus, lab, seconds, seed, results):
    """All of it on a guest with that many CPUs."""
    kind = guest_class(lab.image)
    if kind is not Guest:
        # It has one.
        cpus = 1
    guest = kind(f"torture{cpus}", lab.image, lab.sockets, lab.logs,
                 memory=1024 + lab.image.kind.memory, cpus=cpus,
                 # Emulated, these take most of the time.
                 words="mitigations=off rcupdate.rcu_expedited=1")
    where = f"{cpus} CPUs, "
    torture = Torture(lab, guest, seconds, seed)
    steps = (("it begins", torture.begin),
             ("every operation ends", torture.torture),
             ("all can be deleted, the module too", torture.clean_up),
             ("no memory is lost", torture.nothing_is_left))
    try:
        # Each needs the one before it.
        all(results.step(where + title, step) for title, step in steps)
        results.step(where + "no kernel complains", torture.quiet)
    finally:
        guest.kill()


def main():
    seconds = int(os.environ.get("SECONDS") or 600)
    seed = int(os.environ.get("SEED") or random.randrange(1 << 31))
    lab = types.SimpleNamespace(logs=log_directory("torture"),
                                sockets=tempfile.mkdtemp(prefix="carp-"))
    results = Results()
    print("TAP version 13", flush=True)
    try:
        lab.image = Image(lab.logs)
        diagnose(f"kernel {lab.image.release}, {seconds} s, SEED={seed}, "
                 f"logs in {os.path.relpath(lab.logs)}")
        for cpus in (os.environ.get("CPUS") or "2 4").split():
            on(int(cpus), lab, seconds, seed, results)
        lab.image.close()
    finally:
        shutil.rmtree(lab.sockets, ignore_errors=True)
    print(f"1..{results.count}", flush=True)
    return 1 if results.failed or not results.count else 0


if __name__ == "__main__":
    sys.exit(main())
