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
    """By the median of three: now and then the system does something besides."""
    low, high = (sorted(measure(n) for _ in range(3))[1] for n in counts)
    return (high - low) / (counts[1] - counts[0])


def carp_frame(forged=False, family=4, counter=1):
    defaults = inject.DEFAULTS6 if family == 6 else inject.DEFAULTS
    keys = dict(defaults, advskew="0", advbase="1",
                eth_src="00:00:5e:00:01:01", counter=f"{counter:016x}")
    if forged:
        keys["pass"] = "somebody else's"
    return inject.build(keys)


def carp_frames(counting, forged=False):
    """What a member sends: OpenBSD's counter and ours stand still, those of
    FreeBSD, NetBSD and ucarp do not.
    """
    return tuple(carp_frame(forged, counter=1 + n) for n in range(1 + counting))


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

    def backup(self, frames):
        """It believes the frames: is still no MASTER after it could be one."""
        rig = self.rig
        rig.pace("client", frames, 8000, PACE_US)
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


def received(rig, contender, frames, counts, nobody, believed=True):
    with Alone(rig, contender) as alone:
        if believed:
            alone.backup(frames)
        cost = slope(lambda n: rig.pace("client", frames, n, PACE_US), counts)
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


def compressions(rig, frames):
    """SHA-1 compressions for an advertisement received, by a kprobe."""
    count = 200
    with Alone(rig, Carp()) as alone:
        alone.backup(frames)
        rig.sh(f"mountpoint -q {TRACE} || mount -t tracefs tracefs {TRACE}\n"
               f"echo 'p:carp_sha sha1_transform' >{TRACE}/kprobe_events\n"
               f"echo 1 >{TRACE}/events/kprobes/carp_sha/enable")
        hits = "awk '$1 == \"carp_sha\" { print $2 }' " \
               f"{TRACE}/kprobe_profile"
        before = int(rig.sh(hits).out)
        rig.pace("client", frames, count, PACE_US)
        after = int(rig.sh(hits).out)
        rig.sh(f"echo 0 >{TRACE}/events/kprobes/carp_sha/enable\n"
               f"echo >{TRACE}/kprobe_events")
    return (after - before) / count


# Of counters.
KINDS = ("its counter standing still", "its counter changing")


def measure(rig, book, quick, rng):
    row = "an advertisement, in instructions"
    counts = (200, 1200) if quick else (1000, 11000)
    vrrp = (vrrp_frame(),)
    with Alone(rig):
        # They differ in nothing that a switch looks at.
        nobody = {size: slope(lambda n: rig.pace("client", frames, n, PACE_US),
                              counts)
                  for size, frames in ((36, carp_frames(False)), (12, vrrp))}
    wanted = [(Keepalived(), vrrp, 12, ""),
              (Keepalived(1, best=True, vmac=True), vrrp, 12, "")]
    for counting, kind in enumerate(KINDS):
        wanted += [(Carp(), carp_frames(counting), 36, ", " + kind),
                   (Ucarp(), carp_frames(counting), 36, ", " + kind)]
    rng.shuffle(wanted)
    ours, peers = {}, {}
    for contender, frames, size, kind in wanted:
        costs = ours if isinstance(contender, Carp) else peers
        costs[contender.name + kind] = book.put(
            row, contender.name, "received, verified, acted on" + kind,
            received(rig, contender, frames, counts, nobody[size]), "")
    for counting, kind in enumerate(KINDS):
        forged = carp_frames(counting, forged=True)
        cost = ours[Carp().name + ", " + kind]
        refused = book.put(row, Carp().name, f"forged, refused, {kind}", received(
            rig, Carp(), forged, counts, nobody[36], believed=False), "")
        book.judge(row, "the cheapest peer's instructions to receive, by ours, "
                   + kind, min(peers.values()) / cost, 10, "times", least=True)
        book.judge(row, "to refuse, by to receive, " + kind, refused / cost, 1,
                   "times")
        blocks = book.put(row, Carp().name, f"SHA-1 compressions, {kind}",
                          compressions(rig, carp_frames(counting)), "")
        book.judge(row, f"SHA-1 compressions, {kind}", blocks, 2, "")
    book.put(row, Ucarp.name, "forged, refused", received(
        rig, Ucarp(), carp_frames(True, forged=True), counts, nobody[36],
        believed=False), "")
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
