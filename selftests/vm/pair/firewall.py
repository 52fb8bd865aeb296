# SPDX-License-Identifier: GPL-2.0-only
"""What a host's firewall sees of a virtual address, and what it need not know.

                       nftables, ip and inet families        tc
    to the VIP         iif carp0 (prerouting, input)         eth0, carp0 ingress
    from the VIP       oif eth0 (output, postrouting)        carp0, eth0 egress
    through, in        iif carp0 (prerouting, forward)       eth0, carp0 ingress
    through, out       oif as routed (forward, postrouting)  as routed
    ARP for the VIP    carp0, both directions (arp family)   eth0, carp0
    advertisements     iif eth0, after CARP took its copy    eth0

So rules for what comes in name the carp device, rules for what goes out name
the address. The family netdev, at ingress of the parent, and tc come before
CARP and can stop anything.
"""

import json

from lab import member, serve, test
from watch import VIP, Watch, become, force

SEGMENTS = ("seg", "side")

DROP = """
table inet wall {
	chain prerouting {
		type filter hook prerouting priority raw; policy drop;
		iifname lo accept
	}
	chain input { type filter hook input priority filter; policy drop; }
	chain forward { type filter hook forward priority filter; policy drop; }
	chain output {
		type filter hook output priority filter; policy drop;
		oifname lo accept
	}
}
"""

# A server that serves from the VIP only, as documented.
SERVER = f"""
table inet filter {{
	chain input {{
		type filter hook input priority filter; policy drop;
		iifname "carp0" icmp type echo-request accept
		iifname "carp0" tcp dport 7 accept
	}}
	chain forward {{ type filter hook forward priority filter; policy drop; }}
	chain output {{
		type filter hook output priority filter; policy drop;
		ip saddr {VIP} ct state established,related accept
	}}
}}
"""

# A gateway that lets the one side begin conversations.
GATEWAY = """
table inet filter {
	chain input { type filter hook input priority filter; policy drop; }
	chain forward {
		type filter hook forward priority filter; policy drop;
		iifname "carp0" oifname "eth1" accept
		iifname "carp1" oifname "eth0" ct state established accept
	}
	chain output { type filter hook output priority filter; policy drop; }
}
"""


def rules(guest, text):
    guest.sh(f"nft -f - <<'END'\n{text}\nEND")


def elect(a, b):
    member(a, skew=0)
    force(a, "master")
    member(b, skew=100)
    become(b, "BACKUP")


@test
def the_election_needs_no_rule(lab):
    a, b, client = lab.guests("a", "b", "client", segments=SEGMENTS)
    with Watch(lab, a, b):
        elect(a, b)
        client.sh(f"ping -c 1 -W 2 {VIP}")
        for guest in (a, b):
            rules(guest, DROP)
        # That the wall stands.
        client.sh(f"ping -c 1 -W 1 {VIP} && exit 1; ping -c 1 -W 1 "
                  f"{lab.address('a')} && exit 1; true")
        mark = lab.hub.now()
        lab.hub.wait(lambda f: f.port == "a" and f.carp, mark, 10, count=4)
        assert not lab.hub.select(lambda f: f.port == "b" and f.carp,
                                  since=mark), "the backup does not hear"
        lab.hub.cut("a")
        become(b, "MASTER")
        lab.hub.join("a")
        become(b, "BACKUP")
        mark = lab.hub.now()
        a.sh("ip link set carp0 down")
        lab.hub.wait(lambda f: f.port == "b" and f.gratuitous(VIP), mark, 2)


@test
def a_server_is_reached_under_policy_drop_with_the_documented_rules(lab):
    a, b, client = lab.guests("a", "b", "client", segments=SEGMENTS)
    with Watch(lab, a, b):
        elect(a, b)
        for guest in (a, b):
            rules(guest, SERVER)
            serve(guest)
        for master in ("a", "b"):
            if master == "b":
                a.sh("ip link set carp0 down")
                become(b, "MASTER")
            client.sh(f"ping -c 2 -i 0.2 -W 2 {VIP}")
            name = client.out(f"socat -u -T 5 TCP:{VIP}:7,connect-timeout=5 -")
            assert name == master, name
            # What is not let in stays out: same host, its own address.
            client.sh(f"ping -c 1 -W 1 {lab.address(master)} && exit 1; true")


@test
def a_gateway_forwards_under_policy_drop_with_the_documented_rules(lab):
    a, b, client = lab.guests("a", "b", "client", segments=SEGMENTS)
    inside = "198.51.100.100"
    with Watch(lab, a, others=()):
        for number, guest in ((1, a), (3, b)):
            guest.sh("ip link set eth1 up; "
                     f"ip addr add 198.51.100.{number}/24 dev eth1")
        member(a)
        a.sh("sysctl -qw net.ipv4.ip_forward=1; "
             "carpconfig carp1 create carpdev eth1; "
             f"carpconfig carp1 vhid 2 pass changeme {inside}/24 up")
        for dev in ("carp0", "carp1"):
            force(a, "master", dev)
        rules(a, GATEWAY)
        client.sh(f"ip route add 198.51.100.0/24 via {VIP}")
        b.sh(f"ip link set eth0 down; ip route add default via {inside}")
        client.sh("ping -c 2 -i 0.2 -W 2 198.51.100.3")
        b.sh(f"ping -c 1 -W 1 {lab.address('client')} && exit 1; true")


def counted(guest):
    """Comment -> packets, of each rule that has one."""
    found = {}
    for item in json.loads(guest.out("nft -j list ruleset"))["nftables"]:
        rule = item.get("rule", {})
        for part in rule.get("expr", []):
            if "counter" in part and "comment" in rule:
                found[rule["comment"]] = part["counter"]["packets"]
    return found


def counter(match, name):
    return f'\t\t{match} counter comment "{name}"\n'


def counting_rules():
    """A counter for each hook and each device, for the VIP's packets."""
    text = "table inet count {\n"
    for hook, match in (("prerouting", f"ip daddr {VIP} iifname"),
                        ("input", f"ip daddr {VIP} iifname"),
                        ("output", f"ip saddr {VIP} oifname"),
                        ("postrouting", f"ip saddr {VIP} oifname")):
        text += (f"\tchain {hook} {{\n\t\ttype filter hook {hook} "
                 "priority 0;\n")
        for dev in ("eth0", "carp0"):
            text += counter(f"{match} {dev}", f"{hook} {dev}")
        text += counter("ip protocol 112", f"{hook} adverts") + "\t}\n"
    text += "}\ntable arp count {\n"
    for hook, match in (("input", "iifname"), ("output", "oifname")):
        text += f"\tchain {hook} {{\n\t\ttype filter hook {hook} priority 0;\n"
        for dev in ("eth0", "carp0"):
            text += counter(f"{match} {dev}", f"arp {hook} {dev}")
        text += "\t}\n"
    return text + "}\n"


@test
def rules_see_the_vip_come_in_by_carp0_and_leave_by_the_parent(lab):
    a, b, client = lab.guests("a", "b", "client", segments=SEGMENTS)
    with Watch(lab, a, b):
        elect(a, b)
        for guest in (a, b):
            rules(guest, counting_rules())
        client.sh("ip neigh flush dev eth0; "
                  f"ping -c 5 -i 0.2 -W 2 {VIP}")
        lab.hub.wait(lambda f: f.port == "a" and f.carp, limit=5, count=2)
        seen = counted(a)
        expected = {"prerouting carp0": 5, "input carp0": 5,
                    "output eth0": 5, "postrouting eth0": 5,
                    "prerouting eth0": 0, "input eth0": 0,
                    "output carp0": 0, "postrouting carp0": 0,
                    "output adverts": 0, "postrouting adverts": 0}
        assert expected.items() <= seen.items(), seen
        assert seen["arp input carp0"] >= 1 and \
            seen["arp output carp0"] >= 1, seen
        heard = counted(b)
        assert heard["prerouting adverts"] >= 1, heard
        assert not any(count for name, count in heard.items()
                       if "carp0" in name), heard



@test
def tc_sees_the_vip_on_both_devices(lab):
    a, b, client = lab.guests("a", "b", "client", segments=SEGMENTS)
    with Watch(lab, a, b):
        elect(a, b)
        a.sh("for dev in eth0 carp0; do tc qdisc add dev $dev clsact\n"
             "tc filter add dev $dev ingress protocol ip flower "
             f"dst_ip {VIP} action pass\n"
             "tc filter add dev $dev egress protocol ip flower "
             f"src_ip {VIP} action pass\ndone")
        client.sh(f"ping -c 5 -i 0.2 -W 2 {VIP}")
        for dev in ("eth0", "carp0"):
            for way in ("ingress", "egress"):
                told = a.out(f"tc -s filter show dev {dev} {way}")
                assert " 5 pkt " in told, f"{dev} {way}: {told}"


@test
def a_strict_rp_filter_on_all_devices_does_no_harm(lab):
    a, b, client = lab.guests("a", "b", "client", segments=SEGMENTS)
    with Watch(lab, a, b):
        for guest in (a, b):
            guest.sh("sysctl -qw net.ipv4.conf.all.rp_filter=1 "
                     "net.ipv4.conf.default.rp_filter=1 "
                     "net.ipv4.conf.eth0.rp_filter=1")
        elect(a, b)
        for master, backup in ((a, b), (b, a)):
            if master is b:
                a.sh("carpconfig carp0 state backup")
                force(b, "master")
            for host in (client, backup):
                host.sh(f"ping -c 2 -i 0.2 -W 2 {VIP}")
            master.sh(f"ping -c 1 -W 2 -I {VIP} {lab.address('client')}")
