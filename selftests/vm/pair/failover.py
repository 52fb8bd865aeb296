# SPDX-License-Identifier: GPL-2.0-only
"""A pair of ours: election, crash, goodbye and return, by the hub's clock."""

from lab import member, seconds, test

VIP = "192.0.2.100"
VMAC = "00:00:5e:00:01:01"
# A busy emulator answers this much later than a machine would.
SLACK = 0.6


def elect(lab, skew_b=100, preempt_a=0):
    """a is MASTER, b BACKUP, both by election."""
    a, b, client = lab.guests("a", "b", "client")
    a.sh(f"sysctl -qw net.carp.preempt={preempt_a}")
    member(a, skew=0)
    a.until("carpconfig carp0 | grep -q 'carp: MASTER'", 10)
    member(b, skew=skew_b)
    b.until("carpconfig carp0 | grep -q 'carp: BACKUP'", 10)
    return a, b, client


@test
def a_pair_elects_one_master_and_the_client_reaches_it(lab):
    # What the test before has left spoke until here.
    lab.guests("a", "b", "client")
    mark = lab.hub.now()
    a, b, client = elect(lab)
    client.sh(f"ping -c 3 -i 0.2 -W 2 {VIP}")
    assert VMAC in client.out(f"ip neigh show {VIP}")
    assert lab.hub.select(lambda f: f.echo(0, VIP) and f.port == "a", mark)
    assert not lab.hub.select(lambda f: f.carp and f.port == "b", mark), \
        "the backup advertised"
    for guest in (a, b):
        assert VIP in guest.out("ip -4 addr show dev carp0")


@test
def the_backup_takes_over_when_the_master_is_killed(lab):
    a, b, client = elect(lab)
    client.spawn(f"ping -D -i 0.05 {VIP}")
    lab.hub.wait(lambda f: f.echo(0, VIP) and f.port == "a", limit=5)
    a.kill()
    dead = lab.hub.now()
    last = lab.hub.select(lambda f: f.carp and f.port == "a")[-1]
    first = lab.hub.wait(lambda f: f.carp and f.port == "b", dead, 10)
    gap = seconds(last, first)
    down = 3 + 100 / 256
    assert down - 0.05 < gap < down + SLACK, f"took over after {gap:.3f} s"
    garp = lab.hub.wait(lambda f: f.gratuitous(VIP) and f.port == "b", dead, 1)
    assert garp.src == VMAC and garp.arp.sha == VMAC, str(garp)
    answer = lab.hub.wait(lambda f: f.echo(0, VIP) and f.port == "b", dead, 2)
    assert seconds(first, answer) < SLACK, str(answer)
    b.until("carpconfig carp0 | grep -q 'carp: MASTER'", 2)


@test
def the_backup_takes_over_at_once_when_the_master_says_goodbye(lab):
    a, b, _ = elect(lab)
    mark = lab.hub.now()
    a.sh("ip link set carp0 down")
    bow = lab.hub.wait(lambda f: f.port == "a" and f.carp and
                       f.carp.advbase == 255 and f.carp.advskew == 255,
                       mark, 5)
    first = lab.hub.wait(lambda f: f.port == "b" and f.carp, mark, 5)
    assert seconds(bow, first) < 0.05, f"{seconds(bow, first):.3f} s"
    b.until("carpconfig carp0 | grep -q 'carp: MASTER'", 2)


@test
def a_master_that_returns_takes_back_only_with_preempt(lab):
    a, b, client = elect(lab)
    a.kill()
    b.until("carpconfig carp0 | grep -q 'carp: MASTER'", 10)
    lab.restart(a)
    lab.configure(a)
    member(a, skew=0)
    a.until("carpconfig carp0 | grep -q 'carp: BACKUP'", 10)
    mark = lab.hub.now()
    lab.hub.wait(lambda f: f.port == "b" and f.carp, mark, 15, count=5)
    assert not lab.hub.select(lambda f: f.port == "a" and f.carp, mark), \
        "preempted without being told to"
    a.sh("sysctl -qw net.carp.preempt=1")
    lab.hub.wait(lambda f: f.port == "a" and f.carp, mark, 5)
    b.until("carpconfig carp0 | grep -q 'carp: BACKUP'", 3)
    client.sh(f"ping -c 2 -i 0.2 -W 2 {VIP}")
