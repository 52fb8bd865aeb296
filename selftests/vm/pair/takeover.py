# SPDX-License-Identifier: GPL-2.0-only
"""Taking over: it waits for no lock, and a member that leaves says so.

Times are the hub's. On a busy machine a guest may stand still for a while, so
limits are wide where no rule names a number.
"""

import kmod
from guest import GuestDied
from lab import member, seconds, test
from watch import VIP, Watch, become, force

MANY = 1000


def elect(a, b, vips=(VIP,)):
    """a is MASTER without waiting for it, b is BACKUP."""
    member(a, skew=0)
    force(a, "master")
    member(b, skew=100)
    for guest in (a, b):
        add(guest, vips[1:], 32)
    settle(a, b)


def settle(a, b):
    """The same again after they have changed places."""
    b.sh("carpconfig carp0 state backup")
    force(a, "master")
    become(b, "BACKUP")


def some(vips):
    """First, middle, last."""
    return {vips[0], vips[len(vips) // 2], vips[-1]}


def served(lab, port, vips, since, limit=10):
    """Every one of @vips answers from @port; the last one's first answer."""
    return max((lab.hub.wait(lambda f: f.port == port and f.echo(0, vip),
                             since, limit) for vip in vips),
               key=lambda frame: frame.t)


def add(guest, vips, length):
    guest.sh("ip -batch - <<'END'\n" + "\n".join(
        f"addr add {vip}/{length} dev carp0" for vip in vips) + "\nEND",
        limit=90)


def takes_over_both_ways(lab, a, b, client, vips):
    """By timer and by bow-out, with a client that asks all the time."""
    asked = some(vips)
    for way in ("bow-out", "timer"):
        for vip in asked:
            client.spawn(f"exec ping -i 0.1 {vip}")
        served(lab, "a", asked, lab.hub.now())
        with kmod.held(lab, b):
            # Nobody is waited for: asks anew where the VIP is.
            client.sh("ip neigh flush dev eth0")
            mark = lab.hub.now()
            if way == "bow-out":
                a.sh("ip link set carp0 down")
            else:
                lab.hub.cut("a")
            first = lab.hub.wait(lambda f: f.port == "b" and f.carp, mark, 10)
            answer = served(lab, "b", asked, first.t)
            assert seconds(first, answer) < 2, \
                f"{way}: {seconds(first, answer):.3f} s"
            # Three more seconds with nothing but answers.
            lab.hub.wait(lambda f: f.port == "b" and f.carp, mark, 20, count=4)
            judge_answers(lab, asked, answer, way)
        become(b, "MASTER")
        if way == "bow-out":
            a.sh("ip link set carp0 up")
            become(a, "BACKUP")
            settle(a, b)


def takes_over_without_locks(lab, vips):
    a, b, client = lab.guests("a", "b", "client")
    client.sh("ip route add 10.0.0.0/8 dev eth0")
    with Watch(lab, a, b, vips=vips, others=()):
        elect(a, b, vips)
        takes_over_both_ways(lab, a, b, client, vips)


def judge_answers(lab, vips, since, way):
    """Of the pings from @since on all were answered but the last."""
    for vip in vips:
        frames = lab.hub.select(None, since=since.t)
        asked = [f for f in frames if f.echo(8, vip)][:-1]
        told = [f for f in frames if f.echo(0, vip)]
        assert len(told) >= len(asked) - 1, \
            f"{way}: {vip}: {len(told)} answers, {len(asked)} requests"
        assert len(asked) >= 5, f"{way}: the client stood still"


@test(limit=240, long=True)
def takeover_waits_for_no_lock_with_one_vip(lab):
    takes_over_without_locks(lab, [VIP])


@test(limit=360)
def takeover_waits_for_no_lock_with_a_thousand_vips(lab):
    takes_over_without_locks(lab, [VIP] + [
        f"10.9.{n // 250}.{n % 250 + 1}" for n in range(MANY - 1)])


# How long a waits to see that it is demoted, and b to say what it is.
INTERVAL_A, INTERVAL_B = 1.0, 1 + 100 / 256


def changes_hands(lab, a, on):
    """How long after the carrier of a's uplink has changed the other one speaks,
    in seconds."""
    mark = lab.hub.now()
    a.carrier(1, on)
    first = lab.hub.wait(lambda f: f.port == ("a" if on else "b") and f.carp,
                         mark, 10)
    return (first.t - mark) / 1e9


@test(limit=240)
def a_tracked_link_without_carrier_demotes_while_rtnl_is_held(lab):
    a, b, _ = lab.guests("a", "b", "client", segments=("seg", "side"))
    with Watch(lab, a, b):
        elect(a, b)
        a.sh("sysctl -qw net.carp.preempt=1; ip link set eth1 up; "
             "carpconfig carp0 track eth1")
        # Its driver needs a workqueue, and no notifier is called.
        with kmod.held(lab, a, queues=False):
            took = [(changes_hands(lab, a, False), changes_hands(lab, a, True))
                    for _ in range(3)]
            adverts = lab.hub.select(lambda f: f.port == "a" and f.carp)
        assert any(f.carp.demote == 240 for f in adverts), "not demoted"
        away, back = zip(*took)
        # An emulator that stands still does not do so each time.
        assert min(away) < INTERVAL_A + 0.1 and max(away) < 3, took
        assert min(back) < INTERVAL_B + 0.1 and max(back) < 3, took
        become(a, "MASTER")
        assert '"demoted": 0,' in a.out("carpconfig -j carp0")


# -- 8: goodbye ---------------------------------------------------------------

# How to leave, and how to come back.
WAYS = {
    "ip link set carp0 down": "ip link set carp0 up",
    "ip link del carp0": None,
    "rmmod carp": None,
    "ip link set eth0 down": "ip link set eth0 up",
    "sysctl -qw net.carp.allow=0": "sysctl -qw net.carp.allow=1",
}
ORDERLY = """
import ctypes, os
os.sync()
libc = ctypes.CDLL(None)
libc.reboot(ctypes.c_int({:#x}))
"""
REBOOT, POWEROFF = 0x01234567, 0x4321FEDC


def bow_out(frame):
    return frame.carp and frame.carp.advbase == frame.carp.advskew == 255


def goodbye(lab, mark, what):
    """How long b took from a's bow-out, in seconds."""
    bow = lab.hub.wait(lambda f: f.port == "a" and bow_out(f), mark, 10)
    first = lab.hub.wait(lambda f: f.port == "b" and f.carp, mark, 5)
    after = lab.hub.select(lambda f: f.port == "a" and f.carp,
                           since=bow.t + 1)
    assert not after, f"{what}: a spoke after its bow-out: {after[0]}"
    return seconds(bow, first)


def at_once(measure, what):
    """100 ms; an emulator that stands still for longer does not do so each
    time, and a BACKUP that waits for its timer does."""
    took = []
    for _ in range(3):
        took.append(measure())
        if took[-1] < 0.1:
            return
    assert False, f"{what}: took over after {took}"


def leaves(lab, way):
    back = WAYS[way]
    a, b, client = lab.guests("a", "b", "client")
    with Watch(lab, a, b, others=()):
        elect(a, b)

        def once():
            mark = lab.hub.now()
            a.sh(way)
            took = goodbye(lab, mark, way)
            become(b, "MASTER")
            assert "master bowed out" in b.out("carpconfig -j carp0")
            client.sh(f"ping -c 1 -W 2 {VIP}")
            if back:
                a.sh(back)
            else:
                a.sh("modprobe carp")
                member(a)
            become(a, "BACKUP")
            settle(a, b)
            return took

        at_once(once, way)


@test(limit=180)
def the_peer_takes_over_at_once_when_the_device_is_set_down(lab):
    leaves(lab, "ip link set carp0 down")


@test(limit=180)
def the_peer_takes_over_at_once_when_the_device_is_deleted(lab):
    leaves(lab, "ip link del carp0")


@test(limit=180)
def the_peer_takes_over_at_once_when_the_module_is_removed(lab):
    leaves(lab, "rmmod carp")


@test(limit=180)
def the_peer_takes_over_at_once_when_the_parent_is_set_down(lab):
    leaves(lab, "ip link set eth0 down")


@test(limit=180)
def the_peer_takes_over_at_once_when_carp_is_not_allowed(lab):
    leaves(lab, "sysctl -qw net.carp.allow=0")


def go_down(guest, code):
    """reboot(2), which tells every driver first; QEMU ends with either."""
    try:
        guest.sh(f"python3 - <<'END'{ORDERLY.format(code)}END")
    except GuestDied:
        pass
    guest.qemu.wait(30)
    guest.kill()


@test(limit=300)
def the_peer_takes_over_at_once_on_orderly_reboot_and_poweroff(lab):
    for what, code in (("reboot", REBOOT), ("poweroff", POWEROFF)):
        a, b, _ = lab.guests("a", "b", "client")
        with Watch(lab, a, b, others=()) as watch:
            elect(a, b)
            watch.close(a)
            mark = lab.hub.now()
            go_down(a, code)
            took = goodbye(lab, mark, what)
            become(b, "MASTER")
            # Nothing to repeat it with but another boot.
            assert took < 0.5, f"{what}: {took:.3f} s"
