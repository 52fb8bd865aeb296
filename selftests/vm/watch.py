# SPDX-License-Identifier: GPL-2.0-only
"""What holds for every frame of every test with our members, always:

- no ARP frame binds a virtual address to another MAC than the virtual one;
- IP packets from a virtual address have the virtual MAC as Ethernet source;
- only a MASTER sends either, or anything else with the virtual MAC, and on
  other segments than that of the virtual address nobody does.

    with Watch(lab, a, b) as watch:          # before the module is configured
        ...
        watch.kill(a)                        # a crash, without losing its diary

Frames are judged when the block is left, against the times at which each
member says it was MASTER, translated to the hub's clock.
"""

import json

VIP = "192.0.2.100"
VMAC = "00:00:5e:00:01:01"
# What a MASTER sent may sit in its card's queue, and in the hub's.
LATE_NS = 200_000_000
# How exactly the clocks are known when the emulator is starved.
EARLY_NS = 100_000_000
# A member that died with its diary was MASTER while it advertised.
SILENT_NS = 2_500_000_000


class Diary:
    """When one member was MASTER."""

    def __init__(self, lab, guest, dev):
        self.lab = lab
        self.guest = guest
        self.dev = dev
        self.port = guest.name
        self.samples = []
        self.turns = []
        self.lost = []
        self.open()

    def open(self):
        """Begin to write, and compare the clocks."""
        self.compare()
        self.monitor = self.guest.spawn(f"exec carpconfig monitor -j {self.dev}")
        # Its first word has to be heard.
        self.guest.until(f"grep -Eq ' 0 +{self.monitor.pid} +[0-9a-f]*[1-9a-f] ' "
                         "/proc/net/netlink", 60)
        self.boot = self.guest.boots
        self.opened = self.lab.hub.now()

    def compare(self):
        """One sample is late by as long as a line takes to come out."""
        offsets = []

        def line(text):
            now = self.lab.hub.now()
            guest = int(text.replace(".", "")) * 1000
            offsets.append((now - guest, guest))

        self.guest.stream("for i in {1..20}; do echo $EPOCHREALTIME; done",
                          line, 10)
        self.samples.append(min(offsets))

    def to_hub(self, guest_ns):
        """Between two samples the clocks drift apart evenly."""
        samples = sorted(self.samples, key=lambda sample: sample[1])
        (first, since), (last, until) = samples[0], samples[-1]
        if until <= since:
            return guest_ns + first
        share = (guest_ns - since) / (until - since)
        return int(guest_ns + first + share * (last - first))

    def close(self):
        """Read what was written; a guest that died takes it along."""
        if not self.guest.alive or self.guest.boots != self.boot:
            self.lost.append((self.opened, self.lab.hub.now()))
            self.samples = []
            return
        self.compare()
        for text in self.monitor.output().splitlines():
            event = json.loads(text) if text.startswith("{") else None
            if event and not self.turns and event["from"] == "MASTER":
                # It was when the watch began.
                self.turns.append((0, True))
            if event:
                self.turns.append((self.to_hub(event["time"]),
                                   event["to"] == "MASTER"))
        self.samples = []

    def goodbyes(self, frames):
        """A device that is deleted cannot be asked any more."""
        self.turns += [(f.t, False) for f in frames if f.port == self.port and
                       f.carp and f.carp.advbase == f.carp.advskew == 255]
        self.turns.sort()

    def was_master(self, t, frames):
        if any(since <= t <= until for since, until in self.lost):
            return any(f.port == self.port and f.carp and
                       t - SILENT_NS <= f.t <= t for f in frames)
        state = False
        for turn, master in self.turns:
            if turn > t + EARLY_NS:
                break
            if turn >= t - LATE_NS and (state or master):
                return True
            state = master
        return state


class Watch:
    def __init__(self, lab, *members, vips=(VIP,), vmac=VMAC, dev="carp0",
                 home="seg", others=("side",)):
        """@home: the segment of the VIPs; @others: where they must not be."""
        self.lab = lab
        self.members = members
        self.vips = {vip: vmac for vip in vips}
        self.dev = dev
        self.home = lab.segment(home)
        self.others = others

    def __enter__(self):
        self.since = self.lab.hub.now()
        self.diaries = {guest.name: Diary(self.lab, guest, self.dev)
                        for guest in self.members}
        return self

    def kill(self, guest):
        """Pull the plug."""
        self.diaries[guest.name].close()
        guest.kill()

    def restart(self, guest):
        """Boot it again, with eth0 configured."""
        self.lab.restart(guest)
        self.lab.configure(guest)
        self.diaries[guest.name].open()

    def close(self, guest):
        """Before the guest goes down in order."""
        self.diaries[guest.name].close()

    def __exit__(self, kind, value, trace):
        for diary in self.diaries.values():
            if not diary.guest.alive and kind is None and diary.samples:
                diary.close()
            elif diary.guest.alive and kind is None:
                diary.close()
        if kind is not None:
            return
        wrong = self.judge(self.home.select(None, since=self.since), True)
        for name in self.others:
            hub = self.lab.segment(name)
            wrong += self.judge(hub.select(None, since=self.since), False)
        assert not wrong, "\n".join(wrong[:10] + [f"{len(wrong)} such frames"])

    def judge(self, frames, home):
        adverts = [f for f in frames if f.carp]
        if home:
            for diary in self.diaries.values():
                diary.goodbyes(adverts)
            self.adverts = adverts
        wrong = []
        for frame in frames:
            what = self.binding(frame, home) or self.speaker(frame, home)
            if what:
                wrong.append(f"{what}: {frame}")
        return wrong

    def binding(self, frame, home):
        """What somebody would learn from it."""
        arp, ip = frame.arp, frame.ip
        if arp and arp.spa in self.vips:
            if not home:
                return "ARP says a VIP is on another segment"
            if not arp.sha == frame.src == self.vips[arp.spa]:
                return "ARP binds a VIP to another MAC"
        if arp and arp.oper == 2 and self.vips.get(arp.tpa, arp.tha) != arp.tha:
            return "ARP answers a VIP at another MAC"
        if ip and home and self.vips.get(ip.src, frame.src) != frame.src:
            return "sent from a VIP with another MAC"
        return None

    def speaker(self, frame, home):
        virtual = frame.src in self.vips.values()
        if not virtual and not (frame.ip and frame.ip.src in self.vips):
            return None
        if virtual and not home:
            return "virtual MAC on the wrong segment"
        diary = self.diaries.get(frame.port.split(".")[0])
        if not diary:
            return "from a host that is no member"
        if not diary.was_master(frame.t, self.adverts):
            return "not from a MASTER"
        return None


def become(guest, state, limit=10, dev="carp0"):
    guest.until(f"carpconfig {dev} | grep -q 'carp: {state} '", limit)


def force(guest, state, dev="carp0"):
    """And see that it is obeyed."""
    guest.sh(f"carpconfig {dev} state {state} && "
             f"carpconfig {dev} | grep -qi 'carp: {state} '")
