# SPDX-License-Identifier: GPL-2.0-only
"""Chaos: FAILOVERS failovers, in ways drawn from SEED, while the segment loses,
duplicates and reorders frames; and now and then calm, in which all is looked at.

Both come from the environment, "make chaos" gives 1000; without them it is the
short form that is part of make test. What netem does in each guest is drawn from
the same seed, but its own dice are the kernel's, and so is the timing: a seed
repeats the disturbances, not the frames.
"""

import collections
import json
import os
import random
import re
import time
from concurrent import futures

from hub import patience
from lab import borrow, diagnose, test
from watch import EARLY_NS, VIP, VMAC

ipv6 = borrow("ipv6")

SHORT = 12
FAILOVERS = int(os.environ.get("FAILOVERS") or SHORT)
SEED = int(os.environ.get("SEED") or random.randrange(1 << 31))
LONG = FAILOVERS > SHORT

VIPS = (VIP, "192.0.2.101", "2001:db8::100", "2001:db8::101")
# 62, 78 and 94 ms between advertisements, and three times as much to wait.
SKEWS = {"a": 16, "b": 20, "c": 24}
BETTER = 8
# Failovers under the same weather, and between two calm phases.
SPELL, ROUND = 10, 100
# A frame that its sender's netem and emulator held back, while they ran: pings and
# advertisements are so many that the host stood still where there is no frame.
HELD_NS = 1_500_000_000
STILL_NS = 500_000_000
# Of one guest, after all. Slab pages are freed whole, so some stay for a few
# objects that are cached; a leak at each failover of a run of 1000 shows from
# 1 kB on, and one at each of the advertisements, of which there are some 15 a
# second, from 100 bytes on.
BOUND_KB = {"SUnreclaim": 1024, "Percpu": 128, "VmallocUsed": 256}
MEMORY = ("echo 3 >/proc/sys/vm/drop_caches\n"
          "for f in /sys/kernel/slab/*/shrink; do echo 1 >$f; done\n"
          "cat /proc/meminfo")


def weather(rng):
    """What netem does to all that a guest sends."""
    delay = rng.randint(1, 12)
    return (f"delay {delay}ms {rng.randint(0, delay)}ms "
            f"loss {rng.randint(0, 40)}% duplicate {rng.randint(0, 20)}% "
            f"reorder {rng.randint(0, 30)}% 50%")


class ChaosWatch(ipv6.Watch6):
    """It begins when there is a MASTER, and knows that guests say late what they
    did when nothing is on time.
    """

    # Who is MASTER at the end, perhaps without a word in its diary.
    last = ()

    def judge(self, frames, home):
        if home:
            times = [frame.t for frame in frames]
            self.still = [(before, after) for before, after in
                          zip(times, times[1:]) if after - before > STILL_NS]
        return super().judge(frames, home)

    def held_since(self, t):
        """When what comes out at @t may have been sent at the earliest."""
        since = t - HELD_NS
        for before, after in reversed(self.still):
            if since < after <= t:
                since -= after - before
        return since

    def speaker(self, frame, home):
        what = super().speaker(frame, home)
        if what != "not from a MASTER":
            return what
        turns = self.diaries[frame.port].turns
        master = not turns and frame.port in self.last
        since = self.held_since(frame.t)
        for turn, becomes in turns:
            if turn > frame.t + EARLY_NS:
                break
            if turn >= since and (master or becomes):
                return None
            master = becomes
        return None if master else what


class Chaos:
    def __init__(self, lab, rng):
        self.lab = lab
        self.hub = lab.hub
        self.rng = rng
        *members, self.client = ipv6_hosts(lab)
        self.members = {guest.name: guest for guest in members}
        self.pool = futures.ThreadPoolExecutor(4)
        self.undone = {}
        self.count = collections.Counter()
        self.takeovers = 0
        self.ways = (self.bow_out, self.cable, self.reload, self.recreate,
                     self.force, self.parent, self.preempt, self.allow,
                     self.demote, self.stall)

    # -- the pair ---------------------------------------------------------------

    def script(self, name):
        """As a user sets it up."""
        lines = "".join(f"addr add {vip}/{64 if ':' in vip else 24} dev carp0\n"
                        for vip in VIPS)
        return ("carpconfig carp0 create carpdev eth0 vhid 1 advbase 0 "
                f"advskew {SKEWS[name]} pass changeme && ip -batch - <<'END'\n"
                f"{lines}link set carp0 up\nEND\n")

    def everywhere(self, function):
        return list(self.pool.map(function, self.members.values()))

    def set_up(self):
        self.everywhere(lambda guest: guest.sh(
            "modprobe carp && " + self.script(guest.name), limit=120))

    def master(self):
        """Who alone speaks, four times in a row."""
        last = collections.deque(maxlen=4)

        def alone(frame):
            if frame.carp and frame.carp.advskew != 255:
                last.append(frame.port)
            return len(last) == 4 and len(set(last)) == 1
        return self.members[self.hub.wait(alone, limit=60).port]

    def other(self, victim):
        return self.members[self.rng.choice(
            [name for name in self.members if name != victim.name])]

    def taken_over(self, victim, since):
        """Wait until somebody else speaks for the addresses."""
        self.hub.wait(lambda f: f.carp and f.port != victim.name and
                      f.carp.advskew != 255, since, limit=20)

    # -- ways to lose a MASTER: what is done, and undone ---------------------------

    def bow_out(self, victim):
        return "ip link set carp0 down", "ip link set carp0 up"

    def reload(self, victim):
        return "rmmod carp", "modprobe carp && " + self.script(victim.name)

    def recreate(self, victim):
        return "ip link del carp0", self.script(victim.name)

    def parent(self, victim):
        own = ipv6.own(self.lab, victim)
        return "ip link set eth0 down", ("ip link set eth0 up; ip addr replace "
                                         f"{own}/64 dev eth0 nodad")

    def allow(self, victim):
        return "sysctl -qw net.carp.allow=0", "sysctl -qw net.carp.allow=1"

    def demote(self, victim):
        return ("sysctl -qw net.carp.demotion=100",
                "sysctl -qw net.carp.demotion=-100")

    def force(self, victim):
        self.settle()
        self.other(victim).sh("carpconfig carp0 state master")
        return "carpconfig carp0 state backup", "true"

    def preempt(self, victim):
        self.settle()
        better = self.other(victim)
        better.sh("sysctl -qw net.carp.preempt=1; "
                  f"carpconfig carp0 advskew {BETTER}")
        self.undo(better, f"carpconfig carp0 advskew {SKEWS[better.name]}; "
                  "sysctl -qw net.carp.preempt=0")
        return "true", "true"

    def cable(self, victim):
        self.hub.cut(victim.name)
        return "", lambda: self.hub.join(victim.name)

    def stall(self, victim):
        """The machine stands still, and goes on as if nothing had been."""
        victim.stall()
        return "", victim.unstall

    def undo(self, guest, script):
        """Side by side with what is next."""
        self.undone[guest.name] = self.pool.submit(guest.sh, script, 120)

    def settle(self, *names):
        """Wait until these are whole again."""
        for name in names or list(self.undone):
            if name in self.undone:
                self.undone.pop(name).result()

    def fail_over(self, way):
        victim = self.master()
        self.settle(victim.name)
        since = self.hub.now()
        before, after = way(victim)
        if before:
            victim.sh(before, limit=120)
        try:
            self.taken_over(victim, since)
        finally:
            if callable(after):
                after()
        if not callable(after):
            self.settle(victim.name)
            self.undo(victim, after)
        self.count[way.__name__] += 1

    # -- weather ------------------------------------------------------------------

    def storm(self):
        guests = [*self.members.values(), self.client]
        list(self.pool.map(lambda pair: pair[0].sh(
            f"tc qdisc replace dev eth0 root netem {pair[1]}", limit=120),
            [(guest, weather(self.rng)) for guest in guests]))

    def calm(self):
        """No netem; and intervals that survive a busy machine."""
        self.settle()
        self.hub.heal()
        list(self.pool.map(lambda guest: guest.sh(
            "tc qdisc del dev eth0 root; "
            "[ ! -e /sys/class/net/carp0 ] || carpconfig carp0 advbase 1",
            limit=120), [*self.members.values(), self.client]))

    def masters(self):
        """The names of those that say so, if all others are BACKUP."""
        states = {guest.name: json.loads(text)[0]["state"] for guest, text in
                  zip(self.members.values(), self.everywhere(
                      lambda guest: guest.out("carpconfig -j carp0")))}
        if set(states.values()) - {"MASTER", "BACKUP"}:
            return []
        return [name for name in states if states[name] == "MASTER"]

    def client_sees(self):
        """(its table, who answered it)"""
        since = self.hub.now()
        table = self.client.out(
            "ip neigh flush dev eth0 nud all\n" +
            "".join(f"ping -q -c 2 -i 0.2 -W 3 {vip} >/dev/null &\n"
                    for vip in VIPS) + "wait; ip neigh show dev eth0", 120)
        found = dict(re.findall(r"^(\S+) (?:dev eth0 )?lladdr (\S+)", table,
                                re.M))
        return found, {(vip, frame.port) for vip in VIPS for frame in
                       self.hub.select(lambda f: f.echo(0, vip), since)}

    def check(self):
        """In the calm: one MASTER, whom the client finds by the virtual MAC."""
        end = time.monotonic() + 90 * patience()
        while True:
            masters = self.masters()
            found, answers = self.client_sees()
            # What holds only if nothing has moved meanwhile.
            settled = len(masters) == 1 and masters == self.masters()
            wanted = {(vip, masters[0]) for vip in VIPS} if settled else None
            if settled and answers == wanted and \
                    all(found.get(vip) == VMAC for vip in VIPS):
                return masters[0]
            assert time.monotonic() < end, \
                f"masters {masters}, table {found}, answers {answers}"

    # -- what is left ---------------------------------------------------------------

    def memory(self):
        """[{what: kB}] of the members without the module, which comes back."""
        texts = self.everywhere(lambda guest: guest.out(
            "ip link del carp0 && [ $(cat /sys/module/carp/refcnt) = 0 ] && "
            "rmmod carp || exit 1\n" + MEMORY, limit=180))
        return [{name: int(re.search(rf"^{name}: +(\d+)", text, re.M)[1])
                 for name in BOUND_KB} for text in texts]

    def nothing_leaks(self, before):
        """RCU and workers free late: wait until it is done."""
        end = time.monotonic() + 60
        while True:
            more = [{name: after[name] - first[name] for name in first}
                    for first, after in zip(before, self.memory())]
            if all(kb <= BOUND_KB[name] for one in more
                   for name, kb in one.items()) or time.monotonic() > end:
                break
            self.everywhere(lambda guest: guest.sh(
                "modprobe carp && ip link add carp0 link eth0 type carp"))
        diagnose(f"memory in kB before {before}, more after {more}")
        assert all(kb <= BOUND_KB[name] for one in more
                   for name, kb in one.items()), str(more)

    def cards_come_off(self):
        """Their driver lets go when nobody holds a reference any more."""
        self.everywhere(lambda guest: guest.sh(
            "card=$(basename $(readlink -f /sys/class/net/eth0/device))\n"
            "echo $card >/sys/bus/virtio/drivers/virtio_net/unbind\n"
            "[ ! -e /sys/class/net/eth0 ]", limit=180))

    def rounds(self, failovers):
        """All that many, in rounds which end in calm."""
        done = 0
        while done < failovers:
            now = min(ROUND, failovers - done)
            with ChaosWatch(self.lab, *self.members.values(), vips=VIPS,
                            others=()) as watch:
                self.everywhere(lambda guest: guest.sh(
                    "carpconfig carp0 advbase 0"))
                for number in range(now):
                    if number % SPELL == 0:
                        self.storm()
                    self.fail_over(self.rng.choice(self.ways))
                self.calm()
                watch.last = [self.check()]
            done += now
            self.takeovers += sum(
                becomes and turn > watch.since
                for diary in watch.diaries.values()
                for turn, becomes in diary.turns)
            if LONG:
                diagnose(f"{done} failovers, {self.takeovers} takeovers, "
                         f"{len(self.hub.frames)} frames")


def ipv6_hosts(lab):
    guests = lab.guests("a", "b", "c", "client")
    for guest in guests:
        guest.sh(f"ip addr add {ipv6.own(lab, guest)}/64 dev eth0 nodad")
    return guests


@test(limit=300 + FAILOVERS * 12, again=not LONG)
def any_way_to_fail_over_in_any_weather_ends_well(lab):
    diagnose(f"FAILOVERS={FAILOVERS} SEED={SEED}")
    chaos = Chaos(lab, random.Random(SEED))
    chaos.set_up()
    for vip in VIPS:
        chaos.client.spawn(f"exec ping -i 0.25 {vip}")
    # Each way once, so that what is loaded and cached once is there.
    chaos.storm()
    for way in chaos.ways:
        chaos.fail_over(way)
    chaos.calm()
    chaos.check()
    before = chaos.memory()
    chaos.set_up()
    chaos.calm()
    chaos.check()
    chaos.count.clear()
    begun = chaos.hub.now()
    chaos.rounds(FAILOVERS)
    took = (chaos.hub.now() - begun) / 1e9
    diagnose(f"{chaos.count.total()} failovers, {chaos.takeovers} takeovers "
             f"in {took:.0f} s: " +
             ", ".join(f"{n} {way}" for way, n in sorted(chaos.count.items())))
    chaos.nothing_leaks(before)
    chaos.cards_come_off()
    for guest in chaos.members.values():
        found = guest.complaints()
        assert not found, "\n".join(found)
        guest.kill()
