# SPDX-License-Identifier: GPL-2.0-only
"""Changing things under a live pair: a MASTER that is reconfigured loses
nothing, and what is torn down under traffic leaves no trace in the log.
"""

import re

from lab import member, test
from watch import VIP, Watch, become, force

EXTRA = "192.0.2.101"


def elect(a, b):
    member(a, skew=0)
    force(a, "master")
    member(b, skew=100)
    become(b, "BACKUP")


# -- 11: a live MASTER is reconfigured ------------------------------------------

CHANGES = {
    "a VIP is added": f"ip addr add {EXTRA}/24 dev carp0",
    "a VIP is removed": f"ip addr del {EXTRA}/24 dev carp0",
    "another subnet is added": "ip addr add 203.0.113.7/28 dev carp0",
    "and removed": "ip addr del 203.0.113.7/28 dev carp0",
    "advskew is raised": "carpconfig carp0 advskew {worse}",
    "advskew is lowered": "carpconfig carp0 advskew {better}",
    "advbase is raised": "carpconfig carp0 advbase 2",
    "advbase is lowered": "carpconfig carp0 advbase 1",
    "the key is changed": "carpconfig carp0 pass othersecret",
    "the same again": f"carpconfig carp0 vhid 1 advskew {{better}} advbase 1 "
                      f"pass othersecret {VIP}/24 && "
                      "ip link set carp0 type carp vhid 1 advskew {better} "
                      "pass othersecret && ip link set carp0 up && "
                      f"ip addr replace {VIP}/24 dev carp0",
}


def serial(guest):
    return int(re.search(r'"serial": (\d+)',
                         guest.out("carpconfig -j carp0 | "
                                   "jq '{serial: .[0].serial}'"))[1])


def lost(text):
    """Sequence numbers that ping did not get an answer for."""
    seen = [int(n) for n in re.findall(r"icmp_seq=(\d+) ttl", text)]
    assert len(seen) > 20, text
    return sorted(set(range(1, seen[-1] + 1)) - set(seen))


def reconfigure(lab, a, client, alike=None):
    """Each change on a, and on its peer if there is one."""
    before = serial(a)
    ping = client.spawn(f"exec ping -i 0.05 {VIP}")
    for name, change in CHANGES.items():
        mark = lab.hub.now()
        a.sh(change.format(better=5, worse=50))
        if alike:
            alike.sh(change.format(better=105, worse=150))
        lab.hub.wait(lambda f: f.port == "a" and f.echo(0, VIP), mark, 5,
                     count=3)
        assert serial(a) == before, f"left MASTER when {name}"
    lab.hub.wait(lambda f: f.port == "a" and f.carp, limit=5, count=2)
    assert serial(a) == before
    told = ping.kill("INT")
    assert not lost(told), f"lost {lost(told)}\n{told}"


@test(limit=180)
def a_lonely_master_is_reconfigured_without_leaving_or_losing(lab):
    a, _, client = lab.guests("a", "b", "client")
    with Watch(lab, a, vips=(VIP, EXTRA), others=()):
        member(a)
        become(a, "MASTER")
        reconfigure(lab, a, client)


@test(limit=180, long=True)
def a_master_is_reconfigured_together_with_its_backup(lab):
    a, b, client = lab.guests("a", "b", "client")
    with Watch(lab, a, b, vips=(VIP, EXTRA), others=()):
        elect(a, b)
        before = serial(b)
        reconfigure(lab, a, client, alike=b)
        assert serial(b) == before, "the backup has moved"
        become(b, "BACKUP")


@test
def an_added_vip_is_announced_and_served_at_once(lab):
    a, b, client = lab.guests("a", "b", "client")
    with Watch(lab, a, b, vips=(VIP, EXTRA), others=()):
        elect(a, b)
        mark = lab.hub.now()
        b.sh(f"ip addr add {EXTRA}/24 dev carp0")
        a.sh(f"ip addr add {EXTRA}/24 dev carp0")
        lab.hub.wait(lambda f: f.port == "a" and f.gratuitous(EXTRA), mark, 2)
        client.sh(f"ping -c 1 -W 2 {EXTRA}")
        for guest in (b, a):
            guest.sh(f"ip addr del {EXTRA}/24 dev carp0")
        client.sh(f"ip neigh flush dev eth0; ping -c 1 -W 1 {EXTRA} && exit 1;"
                  f"ping -c 1 -W 2 {VIP}")


# -- 9: torn down under traffic ---------------------------------------------------

# Asks for everything a has, all the time, and never gives up.
TRAFFIC = """
ping -f -i 0.01 {vip} >/dev/null &
ping -i 0.02 -s 3000 {vip} >/dev/null &
ping -f -i 0.01 {own} >/dev/null &
while :; do iperf3 -c {vip} -t 60 --connect-timeout 300; done >/dev/null 2>&1 &
arping -q -I eth0 {vip} &
wait
"""
CREATE = ("carpconfig carp0 create carpdev {dev}; carpconfig carp0 vhid 1 "
          f"pass changeme {VIP}/24; ip link set carp0 up; "
          "carpconfig carp0 state master; ")


def under_traffic(lab, script, rounds=8, dev="eth0", prepare=""):
    """Run @script on a live MASTER again and again; then it serves again."""
    a, _, client = lab.guests("a", "b", "client")
    create = CREATE.format(dev=dev)
    a.spawn("exec iperf3 -s")
    a.sh(f"{prepare}\n{create}", limit=60)
    client.spawn(TRAFFIC.format(vip=VIP, own=lab.address("a")))
    lab.hub.wait(lambda f: f.port == "a" and f.echo(0, VIP), limit=10,
                 count=20)
    a.sh(f"create() {{ {create}\n}}\n"
         f"for round in {{1..{rounds}}}; do {script}\ndone", limit=120)
    if a.sh("[ -e /sys/class/net/carp0 ]", check=False).status:
        a.sh(create)
    become(a, "MASTER")
    mark = lab.hub.now()
    lab.hub.wait(lambda f: f.port == "a" and f.echo(0, VIP), mark, 15,
                 count=20)
    a.sh("rmmod carp", limit=60)


@test(limit=180)
def the_module_is_removed_and_inserted_under_traffic(lab):
    under_traffic(lab, "rmmod carp; modprobe carp; create")


@test(limit=180)
def the_device_is_deleted_and_set_down_under_traffic(lab):
    under_traffic(lab, "ip link set carp0 down; ip link set carp0 up; "
                  "ip link del carp0; create")


@test(limit=180)
def the_parent_changes_under_traffic(lab):
    mac = f"02:00:00:00:0{{}}:{2:02x}"
    under_traffic(
        lab, "ip link set eth0 down; ip link set eth0 up; "
        f"ip link set eth0 address {mac.format(7)}; ip link set eth0 mtu 1280;"
        "[ $(cat /sys/class/net/carp0/mtu) -le 1280 ] || exit 1; "
        f"ip link set eth0 address {mac.format(8)}; ip link set eth0 mtu 1500;"
        "ip link set carp0 mtu 1500")


@test(limit=180)
def the_parent_is_deleted_under_traffic(lab):
    vlan = ("ip link add link eth0 name v0 type vlan id 7; ip link set v0 up;"
            "ip addr add 203.0.113.1/24 dev v0; ")
    under_traffic(
        lab, f"ip link del carp0; {vlan} create7; "
        "for i in 1 2 3 4 5; do ping -c 1 -W 1 203.0.113.1 & done; "
        "ip link del v0; [ ! -e /sys/class/net/carp0 ] || exit 1; wait; "
        "create", prepare="create7() { " + CREATE.format(dev="v0") + "}")


@test(limit=180)
def the_parent_s_driver_is_unbound_under_traffic(lab):
    """The card is pulled out, and put back."""
    own = "ip link set eth0 up; ip addr add {}/24 dev eth0; create"
    a, _, _ = lab.guests("a", "b", "client")
    card = a.out("basename $(readlink -f /sys/class/net/eth0/device)")
    under_traffic(
        lab, f"echo {card} >/sys/bus/virtio/drivers/virtio_net/unbind; "
        "[ ! -e /sys/class/net/carp0 ] || exit 1; "
        f"echo {card} >/sys/bus/virtio/drivers/virtio_net/bind; " +
        own.format(lab.address("a")), rounds=4)
