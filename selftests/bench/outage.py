# SPDX-License-Identifier: GPL-2.0-only
"""Rows "planned", "unplanned" and "ipv6": for how long nobody answers."""

from book import median, percentile
from contender import SECOND, Carp, Keepalived, Ucarp, stop

PEER = Keepalived(0.01, best=True)
PLANNED = (Carp(), Carp((0, 2), (0, 3)), PEER, Ucarp(), Keepalived(),
           Keepalived(1, best=True, vmac=True))
UNPLANNED = (Carp((0, 2), (0, 3)), Carp((0, 1), (0, 1)), Carp((0, 1), (0, 2)),
             PEER, Carp(), Carp((0, 2), (0, 2)), Keepalived(),
             Keepalived(0.01), Ucarp())
# How many of these a quick run takes.
PLANNED_FEW, UNPLANNED_FEW = 4, 4
# For how long on average nobody may be there, in ms.
MEANS = {"carp 0/1 0/1": 10.5, "carp 0/1 0/2": 22}
MS = 10**6


def longest(answered):
    return max(b[0] - a[0] for a, b in zip(answered, answered[1:]))


def daemon_is_late(dead):
    """For how much longer than its dead time to ask, in ms: ucarp takes seconds."""
    return 8000 if dead > SECOND else 1000


class Run:
    """What became of one series of questions."""

    def __init__(self, result):
        self.event = result["event"]
        self.questions = result["questions"]
        self.answered = [q for q in self.questions if q[1]]
        self.advertisements = result["advertisements"]

    @property
    def back(self):
        """Does somebody answer at the end?"""
        return bool(self.questions[-1][1])

    @property
    def lost(self):
        return len(self.questions) - len(self.answered)

    def gap(self):
        """The longest time between two questions with an answer."""
        return longest(self.answered)

    def floor(self):
        """The same as long as nothing had happened."""
        return longest([q for q in self.answered if q[0] < self.event])

    def recovery(self):
        """When somebody was there again: after the last question that the longest
        gap left unanswered, and before the next. In the middle, then.
        """
        pairs = zip(self.answered, self.answered[1:])
        first = max(pairs, key=lambda pair: pair[1][0] - pair[0][0])[1]
        before = self.questions[self.questions.index(first) - 1]
        return (before[0] + first[0]) // 2

    def last_heard(self, number):
        """Host @number's last advertisement before somebody answered again."""
        end = self.recovery()
        return max((t for t, host in self.advertisements
                    if host == number and t < end), default=None)


def wait_away(rig, rng, interval):
    """Any phase of the interval, as in life."""
    rig.sh(f"sleep {rng.random() * min(interval, 2) + 0.01:.6f}")


def shuffled(contenders, rig, rng):
    """Those that know the family."""
    wanted = [c for c in contenders
              if rig.family == 4 or not isinstance(c, Ucarp)]
    rng.shuffle(wanted)
    return wanted


def planned(rig, book, contenders, runs, few, rng):
    """@runs of ours, a @few of peers."""
    row = f"planned hand-over, IPv{rig.family}"
    for contender in shuffled(contenders, rig, rng):
        peer = not isinstance(contender, Carp)
        contender.start(rig)
        floors, gaps, lost = [], [], []
        number = few if peer else runs
        for _ in range(number):
            master, other = contender.holder(rig)
            wait_away(rig, rng, 1)
            dead = contender.dead_time(other)
            after = dead // MS + daemon_is_late(dead) if peer else 400
            run = Run(rig.ask(contender.leave(master), 150, after))
            assert run.back, f"{contender.name}: nobody answers at the end"
            floors.append(run.floor() / MS)
            gaps.append(run.gap() / MS)
            lost.append(run.lost)
            rig.sh(contender.back(master))
            contender.settle(rig)
        stop(rig)
        floor = median(floors)
        name = contender.name
        book.put(row, name, f"floor, median of {number}", floor, "ms")
        book.put(row, name, "gap, median", median(gaps), "ms")
        book.put(row, name, "gap, longest", max(gaps), "ms")
        book.put(row, name, "probes lost, median", median(lost), "")
        book.keep(row, name, gaps)
        if not peer:
            book.judge(row, f"{name}: gap above the floor",
                       median(gaps) - floor, 1, "ms")
            book.judge(row, f"{name}: probes lost", median(lost), 0, "")


def one_cut(rig, contender, rng):
    """(gap, overhead) of a cable that is cut, in ms; None if nobody was there again,
    or for an overhead if the one that answered had not been heard: both may well
    happen to a peer.
    """
    master, other = contender.holder(rig)
    dead = contender.dead_time(other)
    wait_away(rig, rng, dead / 3 / SECOND)
    long = dead > SECOND
    late = 1400 if long else 100
    if not isinstance(contender, Carp):
        late = daemon_is_late(dead)
    run = Run(rig.ask(f"ip -n seg link set p{master} down",
                      1500 if long else 50, dead // MS + late,
                      500 if long else 100))
    rig.sh(f"ip -n seg link set p{master} up")
    contender.settle(rig)
    if not run.back:
        assert not isinstance(contender, Carp), \
            f"{contender.name}: nobody answers at the end"
        return None
    heard = run.last_heard({"a": 1, "b": 2}[master])
    if heard is None:
        assert not isinstance(contender, Carp), \
            f"{contender.name}: was MASTER and did not advertise"
        return run.gap() / MS, None
    return run.gap() / MS, (run.recovery() - heard - dead) / MS


def unplanned(rig, book, contenders, runs, few, rng):
    """@runs where the dead time is short, elsewhere a @few."""
    row = f"unplanned, a cable cut, IPv{rig.family}"
    means = {}
    for contender in shuffled(contenders, rig, rng):
        contender.start(rig)
        number = runs if contender.dead_time("b") < SECOND else few
        samples = [one_cut(rig, contender, rng) for _ in range(number)]
        stop(rig)
        name = contender.name
        lost = samples.count(None)
        if lost:
            book.put(row, name, f"of {number}, nobody came back", lost, "")
        gaps, overheads = zip(*[s for s in samples if s])
        number = len(gaps)
        means[name] = sum(gaps) / number
        book.put(row, name, f"outage, mean of {number}", means[name], "ms")
        book.put(row, name, "outage, 99th percentile", percentile(gaps, 99),
                 "ms")
        known = [overhead for overhead in overheads if overhead is not None]
        book.put(row, name, "overhead, median", median(known), "ms")
        book.keep(row, name, gaps)
        if name in MEANS:
            book.judge(row, f"{name}: mean outage", means[name], MEANS[name],
                       "ms")
        if isinstance(contender, Carp):
            book.judge(row, f"{name}: overhead", median(known), 0.2, "ms")
    book.judge(row, "at the dead time of keepalived at 10 ms, mean outage",
               means["carp 0/2 0/3"], means[PEER.name], "ms")
    return means


def families(book, means):
    """The same member of both families: within the noise of the phase."""
    row = "IPv6 by IPv4"
    for name in sorted(set(means[4]) & set(means[6])):
        ratio = means[6][name] / means[4][name]
        book.put(row, name, "outage, mean", ratio, "times")
        if name.startswith("carp"):
            # A third of the dead time is the phase: a mean's error is less.
            book.judge(row, f"{name}: outage", ratio, 1.25, "times")
