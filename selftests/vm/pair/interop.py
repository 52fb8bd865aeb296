# SPDX-License-Identifier: GPL-2.0-only
"""Debian's ucarp on another guest: who is MASTER, who takes over, and when.

More pairings, and twenty cycles of each, are in selftests/net/carp_ucarp.sh; here
the network cards and their filters are real. ucarp hears what it is sent up to
a second late.
"""

from lab import member, seconds, test

VIP = "192.0.2.100"
VMAC = "00:00:5e:00:01:01"
LATE = 1.5
SLACK = 0.6


def ucarp(lab, guest, skew, options=""):
    """A neighbour of carp0 whose address scripts do what Debian's do."""
    for name, verb in (("up", "add"), ("down", "del")):
        guest.sh(f"printf '#!/bin/sh\\nip addr {verb} {VIP}/32 dev eth0\\n"
                 f"exit 0\\n' >/tmp/{name}; chmod +x /tmp/{name}")
    return guest.spawn(
        f"exec ucarp -i eth0 -s {lab.address(guest.name)} -v 1 -p changeme "
        f"-a {VIP} -b 1 -k {skew} -u /tmp/up -d /tmp/down {options}")


def wait_ours(guest, state, limit=10):
    guest.until(f"carpconfig carp0 | grep -q 'carp: {state}'", limit)


def wait_ucarp(guest, process, state, limit=15):
    guest.until(f"grep 'Switching to state' {process.log} | tail -n 1 | "
                f"grep -q {state}", limit)


def adverts(lab, port, since):
    return lab.hub.select(lambda f: f.carp and f.port == port, since)


def killed(lab, master, heir, what):
    """@master dies, after five advertisements under which @heir was silent: when,
    and how long after its last the first of @heir came.
    """
    mark = lab.hub.now()
    lab.hub.wait(lambda f: f.carp and f.port == master.name, mark, 15, count=5)
    assert not adverts(lab, heir.name, mark), what
    master.kill()
    dead = lab.hub.now()
    last = adverts(lab, master.name, 0)[-1]
    first = lab.hub.wait(lambda f: f.carp and f.port == heir.name, dead, 15)
    return dead, seconds(last, first)


@test
def ucarp_takes_over_from_us_when_we_are_killed(lab):
    ours, theirs, client = lab.guests("a", "b", "client")
    member(ours, skew=0)
    wait_ours(ours, "MASTER")
    process = ucarp(lab, theirs, 100)
    wait_ucarp(theirs, process, "BACKUP")
    client.spawn(f"ping -i 0.1 {VIP}")
    lab.hub.wait(lambda f: f.echo(0, VIP) and f.port == "a", limit=10)
    dead, took = killed(lab, ours, theirs, "ucarp advertised under our MASTER")
    due = 3 + 100 / 256
    assert due - 0.1 < took < due + 2 * LATE, f"after {took:.2f} s"
    lab.hub.wait(lambda f: f.echo(0, VIP) and f.port == "b", dead, 15)


@test
def we_take_over_from_a_killed_ucarp(lab):
    ours, theirs, client = lab.guests("a", "b", "client")
    process = ucarp(lab, theirs, 0)
    wait_ucarp(theirs, process, "MASTER")
    member(ours, skew=100)
    wait_ours(ours, "BACKUP")
    client.spawn(f"ping -i 0.1 {VIP}")
    lab.hub.wait(lambda f: f.echo(0, VIP) and f.port == "b", limit=10)
    dead, took = killed(lab, theirs, ours, "we advertised under ucarp")
    due = 3 + 100 / 256
    assert due - 0.05 < took < due + SLACK, f"after {took:.2f} s"
    garp = lab.hub.wait(lambda f: f.gratuitous(VIP) and f.port == "a", dead, 2)
    assert garp.arp.sha == VMAC, str(garp)
    lab.hub.wait(lambda f: f.echo(0, VIP) and f.port == "a", dead, 5)
    client.until(f"ip neigh show {VIP} | grep -q {VMAC}", 5)


@test
def ucarp_takes_over_at_once_when_we_say_goodbye(lab):
    ours, theirs, _ = lab.guests("a", "b", "client")
    member(ours, skew=0)
    wait_ours(ours, "MASTER")
    process = ucarp(lab, theirs, 100)
    wait_ucarp(theirs, process, "BACKUP")
    mark = lab.hub.now()
    ours.sh("ip link set carp0 down")
    bow = lab.hub.wait(lambda f: f.port == "a" and f.carp and
                       f.carp.advbase == 255, mark, 5)
    first = lab.hub.wait(lambda f: f.carp and f.port == "b", mark, 15)
    assert seconds(bow, first) < LATE, f"after {seconds(bow, first):.2f} s"


@test
def equals_settle_on_the_smaller_address_after_a_split(lab):
    ours, theirs, client = lab.guests("a", "b", "client")
    member(ours, skew=50)
    wait_ours(ours, "MASTER")
    process = ucarp(lab, theirs, 50)
    wait_ucarp(theirs, process, "BACKUP")
    lab.hub.cut("a")
    wait_ucarp(theirs, process, "MASTER")
    mark = lab.hub.now()
    lab.hub.join("a")
    wait_ucarp(theirs, process, "BACKUP", 10)
    settled = lab.hub.now()
    lab.hub.wait(lambda f: f.carp and f.port == "a", settled, 15, count=5)
    assert not adverts(lab, "b", settled), "ucarp came back"
    wait_ours(ours, "MASTER", 2)
    assert len(adverts(lab, "b", mark)) <= 3, "ucarp was slow to yield"
    client.sh(f"ping -c 1 -w 10 {VIP}")
