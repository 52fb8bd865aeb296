# SPDX-License-Identifier: GPL-2.0-only
"""Row "advertisements": what one costs to receive, to refuse and to send.

By the time in which the processor is not idle, less the same with nobody there;
and by two counts, so that what does not grow with them is not in it.
"""

import os
import socket
import struct
import sys

from contender import Carp, Keepalived, Ucarp, stop

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "net"))

import inject  # noqa: E402

PACE_US = 1000
TRACE = "/sys/kernel/tracing"


def slope(measure, counts):
    low, high = counts
    return (measure(high) - measure(low)) / (high - low)


def carp_frame(forged=False, family=4):
    defaults = inject.DEFAULTS6 if family == 6 else inject.DEFAULTS
    keys = dict(defaults, advskew="0", advbase="1",
                eth_src="00:00:5e:00:01:01")
    if forged:
        keys["pass"] = "somebody else's"
    return inject.build(keys)


def vrrp_frame(vip="192.0.2.100", priority=200, centiseconds=100):
    """An advertisement of VRRPv3, as RFC 5798 has it."""
    source, dest = (socket.inet_aton(a) for a in ("192.0.2.9", "224.0.0.18"))
    body = struct.pack("!BBBBHH", 0x31, 1, priority, 1, centiseconds, 0)
    body += socket.inet_aton(vip)
    pseudo = source + dest + struct.pack("!BBH", 0, 112, len(body))
    total = inject.checksum(pseudo + body)
    body = body[:6] + struct.pack("!H", total) + body[8:]
    keys = dict(inject.DEFAULTS, payload=body.hex(), tos="192",
                eth_src="02:00:00:00:00:09")
    return inject.build(keys)


class Alone:
    """One member, b, and a node that speaks to it."""

    def __init__(self, rig, contender=None, node="b"):
        self.rig = rig
        self.contender = contender
        self.node = node

    def __enter__(self):
        self.rig.segment("a", "b", "client")
        if self.contender:
            self.contender.begin(self.rig, self.node)
        return self

    def __exit__(self, *_):
        stop(self.rig)

    def backup(self, frame):
        """It believes the frame: is still no MASTER after it could be one."""
        rig = self.rig
        rig.pace("client", frame, 8000, PACE_US)
        held = rig.sh(self.contender.holds(rig, self.node), check=False)
        assert held.status, f"{self.contender.name} did not believe it"

    def master(self):
        self.rig.until(self.contender.holds(self.rig, self.node), 60)


class Sole(Alone):
    """One member whose frames nobody has to be handed."""

    def __enter__(self):
        rig, node = self.rig, self.node
        rig.sh(f"ip netns add {node}")
        rig.batch(node, ["link set lo up", "link add eth0 type dummy",
                         "addr add 192.0.2.2/24 dev eth0",
                         "link set eth0 multicast on arp on up"])
        if self.contender:
            self.contender.begin(rig, node)
        return self


def received(rig, contender, frame, counts, nobody, believed=True):
    with Alone(rig, contender) as alone:
        if believed:
            alone.backup(frame)
        cost = slope(lambda n: rig.pace("client", frame, n, PACE_US), counts)
    return cost - nobody


def sent(rig, contender, interval, adverts):
    """A MASTER's work per advertisement; @interval in s."""
    times = [int(n * interval * 1000) for n in adverts]

    with Sole(rig):
        quiet = slope(rig.busy, times)
    with Sole(rig, contender) as sole:
        sole.master()
        # Announcements are over.
        rig.sh("sleep 12")
        busy = slope(rig.busy, times)
    return (busy - quiet) * interval * 1000


def compressions(rig, frame):
    """SHA-1 compressions for an advertisement received, by a kprobe."""
    count = 200
    with Alone(rig, Carp()) as alone:
        alone.backup(frame)
        rig.sh(f"mountpoint -q {TRACE} || mount -t tracefs tracefs {TRACE}\n"
               f"echo 'p:carp_sha sha1_transform' >{TRACE}/kprobe_events\n"
               f"echo 1 >{TRACE}/events/kprobes/carp_sha/enable")
        hits = "awk '$1 == \"carp_sha\" { print $2 }' " \
               f"{TRACE}/kprobe_profile"
        before = int(rig.sh(hits).out)
        rig.pace("client", frame, count, PACE_US)
        after = int(rig.sh(hits).out)
        rig.sh(f"echo 0 >{TRACE}/events/kprobes/carp_sha/enable\n"
               f"echo >{TRACE}/kprobe_events")
    return (after - before) / count


def measure(rig, book, quick, rng):
    row = "an advertisement, in instructions"
    counts = (200, 1200) if quick else (1000, 11000)
    carp, forged, vrrp = carp_frame(), carp_frame(forged=True), vrrp_frame()
    with Alone(rig):
        nobody = {frame: slope(lambda n: rig.pace("client", frame, n, PACE_US),
                               counts) for frame in (carp, forged, vrrp)}
    wanted = [(Carp(), carp), (Ucarp(), carp), (Keepalived(), vrrp),
              (Keepalived(1, best=True, vmac=True), vrrp)]
    rng.shuffle(wanted)
    costs = {}
    for contender, frame in wanted:
        costs[contender.name] = book.put(
            row, contender.name, "received, verified, acted on",
            received(rig, contender, frame, counts, nobody[frame]), "")
    ours = costs.pop(Carp().name)
    refused = book.put(row, Carp().name, "forged, refused", received(
        rig, Carp(), forged, counts, nobody[forged], believed=False), "")
    book.put(row, Ucarp.name, "forged, refused", received(
        rig, Ucarp(), forged, counts, nobody[forged], believed=False), "")
    blocks = book.put(row, Carp().name, "SHA-1 compressions",
                      compressions(rig, carp), "")
    book.judge(row, "the cheapest peer's instructions to receive, by ours",
               min(costs.values()) / ours, 10, "times", least=True)
    book.judge(row, "to refuse, by to receive", refused / ours, 1, "times")
    book.judge(row, "SHA-1 compressions", blocks, 2, "")
    sends(rig, book, row, quick, rng)


def sends(rig, book, row, quick, rng):
    adverts = (20, 60) if quick else (50, 250)
    wanted = [(Carp((0, 2), (0, 2)), 2 / 256), (Keepalived(0.01), 0.01),
              (Keepalived(0.01, best=True), 0.01), (Carp((1, 0), (1, 0)), 1),
              (Keepalived(1), 1)]
    # As a member it is b, whose interval is longer.
    ucarp = Ucarp()
    wanted.append((ucarp, 1 + ucarp.SKEWS["b"] / 256))
    rng.shuffle(wanted)
    ours, peers = {}, {}
    for contender, interval in wanted:
        number = adverts if interval >= 1 else [n * 10 for n in adverts]
        costs = ours if isinstance(contender, Carp) else peers
        costs[contender.name] = book.put(
            row, contender.name, "sent", sent(rig, contender, interval,
                                              number), "")
    for name, cost in sorted(ours.items()):
        book.judge(row, f"the cheapest peer's to send, by {name}'s",
                   min(peers.values()) / cost, 10, "times", least=True)
