# SPDX-License-Identifier: GPL-2.0-only
"""Row "between": the same between guests, each a machine of its own.

By the clock of the hub that carries their frames, and so with whatever the machine
that emulates them does meanwhile: reported beside what one guest shows, not judged.
"""

from book import median
from contender import SECOND, Carp, Keepalived, Ucarp
from lab import Lab, seconds
from rig import PORT, PROBE, VIPS

PROTOCOL = 112
MS = 10**6
INTERVAL_US = 2000


class Hosts:
    """Guests a, b and client, for members that know a Rig."""

    family = 4
    vip = VIPS[4]

    def __init__(self, lab):
        self.lab = lab
        self.client = None
        self.members = {}

    def start(self, contender):
        """Clean guests with both members; a has the address."""
        a, b, self.client = self.lab.guests("a", "b", "client")
        self.members = {"a": a, "b": b}
        for node in "ab":
            self.join(contender, node)
            if node == "a":
                a.until(contender.holds(self, node), 30)

    def join(self, contender, node):
        guest = self.members[node]
        # Its only namespace is known by its name, as in a rig.
        guest.sh(f"mkdir -p /run/netns; [ -e /run/netns/{node} ] || "
                 f"ip netns attach {node} 1")
        contender.begin(self, node)
        self.spawn(node, f"{PROBE} echo {self.vip} {PORT}")

    def again(self, contender, node):
        """It was killed, or has powered itself off."""
        guest = self.members[node]
        self.lab.restart(guest)
        self.lab.configure(guest)
        self.join(contender, node)

    def sh(self, script):
        for guest in self.members.values():
            if guest.alive:
                guest.sh(script)

    def batch(self, node, lines):
        guest = self.members[node]
        guest.write("/tmp/batch", ("\n".join(lines) + "\n").encode())
        guest.sh(f"ip -n {node} -batch /tmp/batch")

    def spawn(self, node, script):
        return self.members[node].spawn(f"exec {script}")

    def answers(self, since):
        return self.lab.hub.select(
            lambda f: f.ip and f.ip.src == self.vip and f.ip.proto == 17, since)


def longest(hosts, since):
    """The longest time between two answers to the client, in ms."""
    times = [frame.t for frame in hosts.answers(since)]
    assert len(times) > 1, "nobody answers"
    return max(b - a for a, b in zip(times, times[1:])) / MS


def gap(hosts, contender, action):
    """The same around @action."""
    hub = hosts.lab.hub
    mark = hub.now()
    after = contender.dead_time("b") // MS + 8000
    asking = hosts.client.spawn(
        f"exec {PROBE} ask eth0 {hosts.vip} {PORT} {INTERVAL_US} 0 {after} true "
        ">/dev/null")
    # Its neighbour entry believes nobody else in its first second.
    hub.wait(lambda f: f.ip and f.ip.src == hosts.vip and f.ip.proto == 17,
             mark + 3 * SECOND // 2, 20)
    action()
    asking.wait(after // 1000 + 60)
    assert hosts.answers(mark)[-1].port == "b", "a is still there"
    return longest(hosts, mark)


def floor(hosts):
    mark = hosts.lab.hub.now()
    hosts.client.sh(f"{PROBE} ask eth0 {hosts.vip} {PORT} {INTERVAL_US} 0 3000 "
                    "true >/dev/null", 60)
    return longest(hosts, mark)


def ways(hosts, contender):
    """{name: (how a leaves, how it comes back)}"""
    a = hosts.members["a"]

    def leave():
        a.sh(contender.leave("a"))

    def back():
        a.sh(contender.back("a"))

    def power_off():
        # virtio_net may spin for ever when its device is taken away under load.
        try:
            a.shutdown()
        except TimeoutError:
            a.kill()

    def again():
        hosts.again(contender, "a")

    found = {"SIGKILL of the host": (a.kill, again)}
    if isinstance(contender, Carp):
        found["ip link set carp0 down"] = leave, back
        found["rmmod"] = (lambda: a.sh("rmmod carp"),
                          lambda: contender.begin(hosts, "a"))
        found["orderly power-off"] = power_off, again
    else:
        found["SIGTERM"] = leave, back
    return found


def take_back(hosts, contender):
    """a is to be the one that holds it."""
    a, b = hosts.members["a"], hosts.members["b"]
    held = b.sh(contender.holds(hosts, "b"), check=False).status == 0
    if isinstance(contender, Carp):
        a.sh("carpconfig carp0 state master")
    elif held:
        b.sh(contender.leave("b"))
        # As long as one runs, another one ends at once.
        b.until("! pgrep -x 'keepalived|ucarp'", 30)
    a.until(contender.holds(hosts, "a"), 30)
    if held and not isinstance(contender, Carp):
        b.sh(contender.back("b"))
    b.until(f"! {{ {contender.holds(hosts, 'b')}; }}", 30)


def false_transitions(hosts, contender, span):
    """Takeovers of b for which no advertisement of a was late, by the capture,
    while both hosts have eight hogs; and all takeovers.
    """
    hub = hosts.lab.hub
    dead = contender.dead_time("b")
    take_back(hosts, contender)
    mark = hub.now()
    hogs = [guest.spawn("for i in {1..8}; do (while :; do :; done) & done; wait")
            for guest in hosts.members.values()]
    hosts.client.sh(f"sleep {span}", span + 60)
    heard = hub.select(lambda f: f.ip and f.ip.proto == PROTOCOL, mark)
    for hog in hogs:
        hog.kill("KILL")
    pairs = [(x, y) for x, y in zip(heard, heard[1:])
             if x.port == "a" and y.port == "b"]
    late = [seconds(x, y) * SECOND >= dead for x, y in pairs]
    return late.count(False), len(late)


def contenders(quick):
    some = [Carp((0, 2), (0, 3)), Keepalived(0.01, best=True)]
    if not quick:
        some += [Carp(), Keepalived(1, best=True, vmac=True), Ucarp()]
    return some


def measure(book, quick, rng):
    row = "between guests"
    lab = Lab("bench-between")
    runs, span = (1, 5) if quick else (5, 60)
    wanted = contenders(quick)
    rng.shuffle(wanted)
    try:
        for contender in wanted:
            one(Hosts(lab), contender, book, row, runs, span)
        found = lab.complaints()
        assert not found, "\n".join(found)
    finally:
        lab.close()


def one(hosts, contender, book, row, runs, span):
    name = contender.name
    hosts.start(contender)
    book.put(row, name, "floor", floor(hosts), "ms")
    for what, (leave, back) in ways(hosts, contender).items():
        gaps = []
        for _ in range(runs):
            take_back(hosts, contender)
            gaps.append(gap(hosts, contender, leave))
            back()
        book.put(row, name, f"{what}, median of {runs}", median(gaps), "ms")
        book.keep(row, f"{name}, {what}", gaps)
    if contender.dead_time("b") < SECOND:
        false, all_ = false_transitions(hosts, contender, span)
        book.put(row, name, f"takeovers in {span} s with 8 hogs", all_, "")
        book.put(row, name, "of them false", false, "")
    hosts.sh("for name in keepalived ucarp probe; do pkill -KILL -x $name; "
             "done; :")
