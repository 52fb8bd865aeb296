# SPDX-License-Identifier: GPL-2.0-only
"""Debian's keepalived with the same number on the link. VRRP has CARP's IP
protocol, multicast group and MAC addresses; without use_vmac it leaves the
latter alone, and then both go on as if the other were not there.

With one exception, which is keepalived's (2.2.7): its MASTER puts its next
advertisement off, to one interval later, whenever it gets a packet with its
number that it cannot read. A CARP master that advertises as often as it, or
more often, silences it, and its backup challenges it every few seconds. With
another number nothing of the kind happens; with the same one our interval has
to be the longer one, hence advskew 100 here.
"""

import json

from lab import member, test
from watch import VIP, Watch, become, force

VRRP_VIP = "192.0.2.200"
# As many addresses as make a VRRPv2 packet as long as an advertisement.
FIVE = [VRRP_VIP] + [f"192.0.2.{n}" for n in range(201, 205)]

CONFIG = """
global_defs {{
	vrrp_version {version}
	vrrp_garp_master_delay 1
}}
vrrp_instance same {{
	state BACKUP
	interface eth0
	virtual_router_id 1
	priority {priority}
	advert_int 1
	virtual_ipaddress {{
		{addresses}
	}}
}}
"""


def keepalived(guest, priority, version=2, addresses=(VRRP_VIP,)):
    text = CONFIG.format(priority=priority, version=version,
                         addresses="\n\t\t".join(f"{a}/24" for a in addresses))
    guest.sh(f"cat >/tmp/keepalived.conf <<'END'\n{text}END")
    return guest.spawn("exec keepalived -n -l -D -P -f /tmp/keepalived.conf "
                       "-p /tmp/keepalived.pid -r /tmp/vrrp.pid")


def stop(guest):
    """As a crash: it says nothing and cleans up nothing."""
    guest.sh("kill -KILL $(cat /tmp/keepalived.pid /tmp/vrrp.pid); "
             f"ip addr del {VRRP_VIP}/24 dev eth0")


def vrrp(frame, port):
    return frame.port == port and frame.ip and frame.ip.proto == 112 and \
        not frame.carp


def holds(guest):
    guest.until(f"ip addr show dev eth0 | grep -q ' {VRRP_VIP}/'", 20)


def elections(process):
    return process.output().count("Entering MASTER STATE")


def carp(guest):
    link, = json.loads(guest.out("carpconfig -j -s carp0"))
    return link


def elect(a, b, skew=0, vhid=1):
    member(a, skew=skew, vhid=vhid)
    force(a, "master")
    member(b, skew=skew + 100, vhid=vhid)
    become(b, "BACKUP")


def coexist(lab, a, b, counter, **options):
    """Two that speak CARP and two that speak VRRP."""
    one, two = lab.guests("client", "other")
    first = keepalived(one, 150, **options)
    holds(one)
    second = keepalived(two, 100, **options)
    before = [carp(guest) for guest in (a, b)]
    mark = lab.hub.now()
    lab.hub.wait(lambda f: vrrp(f, "client"), mark, 20, count=5)
    lab.hub.wait(lambda f: f.port == "a" and f.carp, mark, 15, count=5)
    for guest, old in zip((a, b), before):
        new = carp(guest)
        assert new["serial"] == old["serial"], new["history"]
        grown = {name for name, count in new["stats"].items()
                 if count > old["stats"][name]}
        assert counter in grown, grown
        assert grown <= {counter, "ipackets", "opackets"}, grown
    assert not lab.hub.select(lambda f: vrrp(f, "other"), since=mark)
    assert (elections(first), elections(second)) == (1, 0)
    return first, second


@test(limit=240)
def vrrp_2_beside_us_disturbs_neither(lab):
    a, b, one, two = lab.guests("a", "b", "client", "other")
    with Watch(lab, a, b, others=()):
        elect(a, b, skew=100)
        first, second = coexist(lab, a, b, "badlen")
        # Each fails over by itself, and neither minds the other.
        a.sh("ip link set carp0 down")
        become(b, "MASTER")
        assert (elections(first), elections(second)) == (1, 0)
        serial = carp(b)["serial"]
        stop(one)
        holds(two)
        assert elections(second) == 1
        assert carp(b)["serial"] == serial
        for vip in (VIP, VRRP_VIP):
            one.sh(f"ping -c 1 -W 2 {vip}")


@test(limit=240, long=True)
def vrrp_3_and_vrrp_2_as_long_as_an_advertisement_disturb_neither(lab):
    a, b, _, _ = lab.guests("a", "b", "client", "other")
    with Watch(lab, a, b, others=()):
        elect(a, b, skew=100)
        coexist(lab, a, b, "badlen", version=3)
        coexist(lab, a, b, "badauth", addresses=FIVE)


@test(limit=240, long=True)
def vrrp_with_another_number_disturbs_neither_at_any_interval(lab):
    a, b, _, _ = lab.guests("a", "b", "client", "other")
    with Watch(lab, a, b, vmac="00:00:5e:00:01:02", others=()):
        elect(a, b, skew=0, vhid=2)
        coexist(lab, a, b, "badlen")


@test(limit=240, long=True)
def keepalived_elects_on_our_own_parents(lab):
    a, b, client, _ = lab.guests("a", "b", "client", "other")
    with Watch(lab, a, b, others=()):
        elect(a, b)
        first = keepalived(a, 150)
        holds(a)
        second = keepalived(b, 100)
        mark = lab.hub.now()
        lab.hub.wait(lambda f: vrrp(f, "a"), mark, 15, count=5)
        assert not lab.hub.select(lambda f: vrrp(f, "b"), since=mark), \
            "keepalived does not hear its peer"
        assert (elections(first), elections(second)) == (1, 0)
        # Both of one kind on one host, one of each, and the other way round.
        for carp_master, vrrp_master in (("a", "a"), ("b", "a"), ("b", "b")):
            if carp_master == "b":
                a.sh("carpconfig carp0 state backup")
                force(b, "master")
            if vrrp_master == "b":
                stop(a)
                holds(b)
            mark = lab.hub.now()
            client.sh("ip neigh flush dev eth0; "
                      f"ping -c 1 -W 2 {VIP}; ping -c 1 -W 2 {VRRP_VIP}")
            for master, vip in ((carp_master, VIP), (vrrp_master, VRRP_VIP)):
                assert lab.hub.select(lambda f: f.port == master and
                                      f.echo(0, vip), since=mark), (master, vip)
        assert elections(second) == 1
