# SPDX-License-Identifier: GPL-2.0-only
"""A backup that stood still itself is no judge of the master's silence."""

from lab import member, test
from watch import become

STOOD_STILL = 8


def elect(a, b):
    member(a, skew=0)
    become(a, "MASTER")
    member(b, skew=100)
    become(b, "BACKUP")


def hold(lab, b):
    """Take b's CPU away for longer than its master-down time."""
    b.stall()
    mark = lab.hub.now()
    lab.hub.wait(lambda f: f.t - mark > STOOD_STILL * 1e9, mark,
                 STOOD_STILL + 10)


def grace(b):
    return int(b.out("carpconfig -s -j carp0 | jq "
                     "'first(.. | objects | select(has(\"grace\")) | .grace)'"))


@test
def a_backup_that_stood_still_does_not_take_over_from_a_live_master(lab):
    a, b, _ = lab.guests("a", "b", "client")
    elect(a, b)
    mark = lab.hub.now()
    hold(lab, b)
    b.unstall()
    # Two more from the master, heard by both.
    now = lab.hub.now()
    first = lab.hub.wait(lambda f: f.port == "a" and f.carp, now, 5)
    lab.hub.wait(lambda f: f.port == "a" and f.carp and f.t > first.t, now, 5)
    become(b, "BACKUP")
    assert grace(b) == 1, f"grace {grace(b)}"
    spoke = lab.hub.select(lambda f: f.port == "b" and f.carp, since=mark)
    assert not spoke, f"the backup spoke: {spoke[0]}"


@test(long=True)
def a_backup_that_stood_still_takes_over_from_a_dead_master_after_the_grace(
        lab):
    a, b, client = lab.guests("a", "b", "client")
    elect(a, b)
    # Somebody has to be heard for the hub's clock to be looked at.
    client.spawn("exec arping -q -b -I eth0 192.0.2.99")
    b.stall()
    a.kill()
    mark = lab.hub.now()
    lab.hub.wait(lambda f: f.t - mark > STOOD_STILL * 1e9, mark,
                 STOOD_STILL + 10)
    b.unstall()
    awake = lab.hub.now()
    lab.hub.wait(lambda f: f.port == "b" and f.carp, awake, 5)
    become(b, "MASTER")
    assert grace(b) == 1, f"grace {grace(b)}"
