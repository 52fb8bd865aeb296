# SPDX-License-Identifier: GPL-2.0-only
"""Row "data path": what a packet costs that passes a carp device, and what any other
packet of its parent costs because there is one.
"""

from rig import LENGTHS

# A host behind the gateway, with a segment of its own.
FAR = {4: ("198.51.100.1", "198.51.100.2", 24),
       6: ("2001:db8:1::1", "2001:db8:1::2", 64)}
NEAR = {4: ("192.0.2.1", "192.0.2.2"), 6: ("2001:db8::1", "2001:db8::2")}
NET = {4: "192.0.2.0", 6: "2001:db8::"}
# What has the address. Each is a list of lines for ip(8), in b.
CARP = ("link add carp0 link eth0 type carp pass changeme {}",
        "addr add {vip}/{length} dev carp0", "link set carp0 up")
# As keepalived makes it. With a prefix, IPv6 asks for neighbours on either link.
MACVLAN = ("link add carp0 link eth0 type macvlan mode bridge",
           "addr add {vip}/{host} dev carp0 {nodad}", "link set carp0 up")
# What is sent from the VIP leaves by it too, as it does by a carp device.
OUT_OF_IT = ("route del {net}/{length} dev eth0",
             "route add {net}/{length} dev carp0")
BOTH_WAYS = "macvlan, both ways"


class Pair:
    """Hosts a and b, one cable; b is what holds the VIP and forwards."""

    def __init__(self, rig):
        self.rig = rig

    def __enter__(self):
        rig = self.rig
        near, far = NEAR[rig.family], FAR[rig.family]
        length = LENGTHS[rig.family]
        nodad = "nodad" if rig.family == 6 else ""
        rig.sh("ip netns add a; ip netns add b; ip netns add c")
        rig.batch("a", ["link add eth0 type veth peer name eth0 netns b",
                        "link set lo up", "link set eth0 up",
                        f"addr add {near[0]}/{length} dev eth0 {nodad}"])
        rig.batch("c", ["link add eth0 type veth peer name eth1 netns b",
                        "link set lo up", "link set eth0 up",
                        f"addr add {far[1]}/{far[2]} dev eth0 {nodad}"])
        rig.batch("b", ["link set lo up", "link set eth0 up",
                        "link set eth1 up",
                        f"addr add {near[1]}/{length} dev eth0 {nodad}",
                        f"addr add {far[0]}/{far[2]} dev eth1 {nodad}"])
        rig.out("b", "sysctl -qw net.ipv4.ip_forward=1 "
                "net.ipv6.conf.all.forwarding=1")
        # Until then no neighbour is asked for.
        rig.until("! for n in a b c; do ip -n $n -6 -o addr show tentative; "
                  "done | grep -q .")
        return self

    def __exit__(self, *_):
        self.rig.sh("for n in a b c; do ip netns del $n; done\n"
                    "until [ -z \"$(ls /run/netns)\" ]; do :; done")

    def add(self, lines, words=""):
        rig = self.rig
        rig.batch("b", [line.format(
            words, vip=rig.vip, net=NET[rig.family],
            length=LENGTHS[rig.family],
            host=32 if rig.family == 4 else 128,
            nodad="nodad" if rig.family == 6 else "") for line in lines])

    def macvlan(self, both_ways):
        # Or the link answers for the VIP too, and its packets pass it by.
        self.rig.out("b", "sysctl -qw net.ipv4.conf.eth0.arp_ignore=1")
        self.add(MACVLAN)
        if both_ways:
            self.add(OUT_OF_IT)

    def passed(self, way):
        """Packets that the device of the VIP has counted."""
        return int(self.rig.out("b", "ip -s -j link show carp0 | "
                                f"jq '.[0].stats64.{way}.packets'"))

    def master(self):
        self.add(CARP, "vhid 1 advskew 0")
        self.rig.out("b", "carpconfig carp0 state master")
        # The announcements of the first seconds are over.
        self.rig.sh("sleep 12")

    def balanced(self, hash_name):
        """MASTER of both its nodes: every packet is asked for, and kept."""
        self.add(CARP, f"carpnodes 1:0,2:0 balancing ip hash {hash_name}")
        self.rig.until("[ $(ip netns exec b carpconfig -j carp0 | "
                       "jq '[.[0].nodes[] | select(.state == \"MASTER\")] | "
                       "length') = 2 ]")
        self.rig.sh("sleep 12")

    def backup(self):
        """For as long as it waits for a better one, which is a quarter of an hour:
        there is none, as its host would pay for that one's hooks.
        """
        self.add(CARP, "vhid 1 advbase 255 advskew 200")
        self.rig.sh("sleep 12")

    def is_backup(self):
        return self.rig.out("b", "carpconfig -j carp0 | "
                            "jq -r '.[0].nodes[0].state'") == "BACKUP"

    def cost(self, a, address_a, b, address_b, count):
        """With neighbours that are known for good: a header costs 90 instructions
        more while the kernel is about to ask again, which any of them may be.
        """
        self.rig.cost(a, address_a, b, address_b, 10, 1)
        self.rig.sh("for n in a b c; do ip -n $n -j neigh | jq -r '.[] | "
                    "select(.lladdr) | \"neigh replace \\(.dst) lladdr "
                    "\\(.lladdr) dev \\(.dev) nud permanent\"' | "
                    "ip -n $n -batch - || exit; done")
        return self.rig.cost(a, address_a, b, address_b, count)

    def direct(self, count):
        near = NEAR[self.rig.family]
        return self.cost("a", near[0], "b", near[1], count)

    def other_out(self, count):
        near = NEAR[self.rig.family]
        return self.cost("b", near[1], "a", near[0], count)

    def to_vip(self, count):
        return self.cost("a", NEAR[self.rig.family][0], "b", self.rig.vip,
                         count)

    def from_vip(self, count):
        return self.cost("b", self.rig.vip, "a", NEAR[self.rig.family][0],
                         count)

    def through(self, count, gateway):
        """From a to c by way of @gateway, and the same way back."""
        far = FAR[self.rig.family]
        near = NEAR[self.rig.family]
        where = f"{far[1]}/{32 if self.rig.family == 4 else 128}"
        self.rig.batch("a", [f"route replace {where} via {gateway}"])
        self.rig.batch("c", [f"route replace default via {far[0]}"])
        return self.cost("a", near[0], "c", far[1], count)

    def tcp(self, address, span):
        """Bits in a second of the guest's time, whose processor does nothing else."""
        server = self.rig.spawn("b", f"iperf3 -s -1 -B {address}")
        self.rig.until("ip netns exec b ss -Htln | grep -q 5201")
        text = self.rig.out("a", f"iperf3 -c {address} -t {span} -f k | "
                            "awk '/receiver/ { print $(NF-2) }'", 600)
        server.kill()
        return float(text) * 1000


def vip_traffic(rig, count, span):
    """{who: {what: instructions}}"""
    found = {}
    for who in ("plain link", "macvlan", BOTH_WAYS, "carp, MASTER"):
        with Pair(rig) as pair:
            if who == "plain link":
                pair.add(["addr add {vip}/{length} dev eth0 {nodad}"])
            elif "macvlan" in who:
                pair.macvlan(who == BOTH_WAYS)
            else:
                pair.master()
            found[who] = {"to the VIP": pair.to_vip(count)}
            assert who == "plain link" or pair.passed("rx") >= count
            found[who]["from the VIP"] = pair.from_vip(count)
            assert who in ("plain link", "macvlan") or (
                pair.passed("tx") >= count)
            found[who]["through it"] = pair.through(count, rig.vip)
            found[who]["TCP, Mbit/s"] = pair.tcp(rig.vip, span) / 1e6
    return found


def other_traffic(rig, count):
    found = {}
    for who in ("no carp", "carp, MASTER", "carp, BACKUP"):
        with Pair(rig) as pair:
            if who == "no carp":
                rig.sh("rmmod carp 2>/dev/null; :")
            else:
                rig.sh("modprobe carp")
                pair.master() if "MASTER" in who else pair.backup()
            found[who] = {
                "other traffic, in": pair.direct(count),
                "other traffic, out": pair.other_out(count),
                "other traffic, forwarded": pair.through(
                    count, NEAR[rig.family][1])}
            assert "BACKUP" not in who or pair.is_backup()
    return found


def sharing(rig, count):
    """What the decision adds, with each hash: one that is not made beside it."""
    found = {}
    for name in ("none", "xor", "l3", "l4"):
        with Pair(rig) as pair:
            if name == "none":
                pair.master()
            else:
                pair.balanced(name)
            found[name] = pair.to_vip(count)
    return {name: cost - found["none"] for name, cost in found.items()
            if name != "none"}


def measure(rig, book, quick):
    row = f"data path, IPv{rig.family}, instructions for a packet"
    count, span = (500, 1) if quick else (3000, 5)
    vip, other = vip_traffic(rig, count, span), other_traffic(rig, count)
    for found in (vip, other):
        for who, figures in found.items():
            for what, value in figures.items():
                book.put(row, who, what, value, "")
    for name, more in sharing(rig, count).items():
        book.put(row, f"balancing ip, hash {name}",
                 "more for a packet to the VIP", more, "")
    for what in ("to the VIP", "from the VIP", "through it"):
        book.judge(row, f"{what}: carp by {BOTH_WAYS}",
                   vip["carp, MASTER"][what] / vip[BOTH_WAYS][what], 1,
                   "times")
    for who in ("carp, MASTER", "carp, BACKUP"):
        for what, value in other[who].items():
            book.judge(row, f"{what}, {who}: by none",
                       value / other["no carp"][what], 1.02, "times")
