# SPDX-License-Identifier: GPL-2.0-only
"""Two of Debian's ucarp, without us: what the segment and the sniffer show of
a known pair. If these fail, distrust the bed and not the module."""

from lab import test

VIP = "192.0.2.100"
KEY = "baseline"


def ucarp(guest, address, skew, options=""):
    guest.sh("printf '#!/bin/sh\\nip addr add %s/32 dev eth0\\n' "
             f"{VIP} >/tmp/up; printf '#!/bin/sh\\nip addr del %s/32 dev eth0\\n'"
             f" {VIP} >/tmp/down; chmod +x /tmp/up /tmp/down")
    return guest.spawn(
        f"exec ucarp -i eth0 -s {address} -v 7 -p {KEY} -a {VIP} -b 1 -k {skew}"
        f" -u /tmp/up -d /tmp/down {options}")


def elect(lab):
    """a is MASTER, b BACKUP: each had its turn to say so."""
    a, b, client = lab.guests("a", "b", "client")
    first = ucarp(a, lab.address("a"), 0)
    a.until(f"grep -q 'Switching to state: MASTER' {first.log}", 20)
    second = ucarp(b, lab.address("b"), 100)
    b.until(f"grep -q 'Switching to state: BACKUP' {second.log}", 20)
    return a, b, client


@test(long=True)
def two_ucarps_elect_one_master_and_it_answers(lab):
    _, _, client = elect(lab)
    mark = lab.hub.now()
    client.until(f"ping -c 1 -W 1 {VIP}", 10)
    lab.hub.wait(lambda f: f.carp and f.port == "a", mark, 15, count=5)
    assert not lab.hub.select(lambda f: f.carp and f.port == "b", mark), \
        "b advertised too"


@test
def ucarp_takes_over_from_a_killed_ucarp(lab):
    a, _, client = elect(lab)
    client.spawn(f"ping -i 0.1 {VIP}")
    lab.hub.wait(lambda f: f.echo(0, VIP), limit=10)
    a.kill()
    dead = lab.hub.now()
    last = lab.hub.select(lambda f: f.carp and f.port == "a")[-1]
    first = lab.hub.wait(lambda f: f.carp and f.port == "b", dead, 15)
    lab.hub.wait(lambda f: f.gratuitous(VIP) and f.port == "b", dead, 5)
    lab.hub.wait(lambda f: f.echo(0, VIP) and f.port == "b", dead, 15)
    gap = (first.t - last.t) / 1e9
    # 3 * 1 + 100 / 256 s at least; how late it may be is not ours to judge
    assert gap > 3.3, f"took over after {gap:.2f} s"
