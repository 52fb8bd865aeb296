# SPDX-License-Identifier: GPL-2.0-only
"""Hosts on one Ethernet segment, as namespaces of one guest whose clock counts
instructions.

    rig.segment("a", "b", "client")     # eth0 192.0.2.1, .2, .3 and IPv6
    rig.out("a", "ip addr")             # what a command prints there
    rig.ask("192.0.2.100", "ip -n a link set carp0 down")

Nothing on the guest's host can disturb a figure that is measured here: an
instruction takes one ns, and time in which nothing runs is skipped.
"""

import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "vm"))

from guest import Guest  # noqa: E402

PROBE = "/opt/carp/bench/probe"
PORT = 7
VIPS = {4: "192.0.2.100", 6: "2001:db8::100"}
LENGTHS = {4: 24, 6: 64}
MODULES = "modprobe -a veth bridge macvlan 8021q dummy"


class Rig:
    def __init__(self, image, sockets, logs, name, memory=512, family=4):
        self.guest = Guest(name, image, sockets, logs, memory=memory,
                           virtual_time=True)
        self.guest.boot()
        self.family = family
        self.vip = VIPS[family]
        self.nodes = []
        self.sh(MODULES)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        found = self.guest.complaints()
        self.guest.kill()
        assert not found or kind, "\n".join(found)

    def sh(self, script, limit=300, check=True):
        return self.guest.sh(script, limit, check)

    def out(self, node, script, limit=300):
        return self.sh(f"exec nsenter --net=/run/netns/{node} -- "
                       f"bash <<'END_OF_NODE'\n{script}\nEND_OF_NODE",
                       limit).out.strip()

    def write(self, path, lines):
        self.guest.write(path, ("\n".join(lines) + "\n").encode())

    def batch(self, node, lines, limit=600):
        """Lines for ip(8)."""
        self.write("/tmp/batch", lines)
        self.sh(f"ip -n {node} -batch /tmp/batch", limit)

    def spawn(self, node, script):
        return self.guest.spawn(f"exec nsenter --net=/run/netns/{node} -- "
                                f"{script}")

    def until(self, condition, limit=30):
        self.guest.until(condition, limit)

    def segment(self, *nodes):
        """Nodes on a bridge; node N's port is pN there."""
        self.nodes = list(nodes)
        self.sh("\n".join(f"ip netns add {n}" for n in ("seg",) + nodes))
        self.batch("seg", ["link add br0 type bridge forward_delay 0 "
                           "mcast_snooping 0",
                           "link set br0 up", "link add d0 type dummy"] + [
            f"link add p{node} type veth peer name eth0 "
            f"address 02:00:00:00:00:{number:02x} netns {node}\n"
            f"link set p{node} master br0 up"
            for number, node in enumerate(nodes, 1)])
        for number, node in enumerate(nodes, 1):
            self.batch(node, [
                "link set lo up",
                f"addr add 192.0.2.{number}/24 dev eth0",
                f"addr add 2001:db8::{number}/64 dev eth0 nodad",
                "link set eth0 up"])
        self.until("\n".join(
            f"ip -n {node} -6 addr show dev eth0 scope link -tentative | "
            "grep -q fe80 &&" for node in nodes) + " :")

    def clear(self):
        """No node is left."""
        self.sh("for n in $(ls /run/netns); do ip netns del $n; done\n"
                "until [ -z \"$(ls /run/netns)\" ]; do :; done")
        self.nodes = []

    def ask(self, command, before, after, interval=500):
        """Questions to the VIP by the client every @interval us, @before ms until
        @command runs and @after ms from then on."""
        return json.loads(self.out(
            "client", f"{PROBE} ask eth0 {self.vip} {PORT} {interval} "
            f"{before} {after} '{command}'", 900))

    def busy(self, ms):
        """For how many ns of the next @ms the processor does something."""
        return int(self.sh(f"{PROBE} busy {ms}", 900).out.split()[0])

    def load(self, ms):
        """The same to 1/100 s, where there are thousands of timers to look at."""
        return int(self.sh(f"{PROBE} load {ms}", 900).out.split()[0])

    def pace(self, node, frames, count, interval):
        """The same while @node sends @count of @frames, which are of one length,
        in turn.
        """
        octets = "".join(f"\\x{byte:02x}" for byte in b"".join(frames))
        return int(self.out(node, f"printf '{octets}' | {PROBE} pace eth0 "
                            f"{count} {interval} {len(frames)}",
                            900).split()[0])

    def cost(self, a, address_a, b, address_b, count, repeats=5):
        """Instructions for a datagram from @a to @b, the median of @repeats."""
        lines = self.sh(f"{PROBE} cost {a} {address_a} {b} {address_b} "
                        f"{count} {repeats}", 900).out.split()
        return sorted(map(float, lines))[len(lines) // 2]
