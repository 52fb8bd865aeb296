#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""demo.py: a failover to look at.

Two members and a client in QEMU on one Ethernet segment, configured with the
README's commands. The MASTER's QEMU is killed, and what the segment saw of it is
printed; then the old MASTER comes back and takes its address again. Status 0
only if all of that happened.
"""

import json
import sys
import time

from lab import Lab

VIP = "192.168.0.100"
ADDRESSES = {"a": "192.168.0.1", "b": "192.168.0.2", "client": "192.168.0.3"}
COMMANDS = (
    "carpconfig carp0 create carpdev eth0",
    "carpconfig carp0 vhid 1 advskew {skew} advbase 1 pass changeme "
    f"{VIP}/24",
)
SKEWS = {"a": 100, "b": 200}
LIMIT = 20


def show(text=""):
    print(text, flush=True)


def head(text):
    show(f"\n== {text}")


def shell(guest, command):
    """Run it where the reader sees it."""
    show(f"{guest}# {command}")
    out = guest.out(command)
    if out:
        show(out)
    return out


def configure(guest):
    for command in COMMANDS:
        shell(guest, command.format(skew=SKEWS[guest.name]))


def wait_state(guest, state):
    guest.until(f"carpconfig carp0 | grep -q 'carp: {state}'", LIMIT)


def turn_of(guest, state):
    """The hub's time of the guest's last change to @state, as it says."""
    link, = json.loads(guest.out("carpconfig -j -v carp0"))
    turns = [t for t in link["history"] if t["to"].upper() == state]
    offset, error = guest.clock_offset()
    return int(turns[-1]["time"]) + offset, error, turns[-1]["reason"]


def answers_from(name):
    return lambda frame: frame.echo(0, VIP) and frame.port == name


def line(t, zero, text):
    show(f"{(t - zero) / 1e9:+9.3f} s  {text}")


def crash(lab, a, b):
    """Kill @a, which is MASTER. Print the time line."""
    hub = lab.hub
    hub.wait(answers_from("a"), limit=LIMIT, count=20)
    killed = hub.now()
    a.kill()
    show(f"a: QEMU (pid {a.qemu.pid}) killed with SIGKILL")
    first = hub.wait(answers_from("b"), killed, LIMIT)
    garp = hub.wait(lambda f: f.gratuitous(VIP) and f.port == "b", killed,
                    LIMIT)
    advert = hub.wait(lambda f: f.carp and f.port == "b", killed, LIMIT)
    wait_state(b, "MASTER")
    turn, error, reason = turn_of(b, "MASTER")
    last = hub.select(answers_from("a"))[-1]
    last_advert = hub.select(lambda f: f.carp and f.port == "a")[-1]

    head("the failover, by the clock of the segment")
    line(last_advert.t, killed, "a: last advertisement")
    line(last.t, killed, "a: last answer to the client's ping")
    line(killed, killed, "a: killed")
    line(turn, killed, f"b: BACKUP -> MASTER, {reason}; its own word, "
         f"+-{error / 1e6:.1f} ms")
    line(advert.t, killed, "b: first advertisement")
    line(garp.t, killed, f"b: gratuitous ARP, {VIP} is at {garp.arp.sha}")
    line(first.t, killed, "b: first answer to the client's ping")
    gap = (first.t - last.t) / 1e9
    show(f"the client went without an answer for {gap:.3f} s")
    # 3 * advbase + advskew / 256 from the last advertisement on
    down = 3 + SKEWS["b"] / 256
    silence = (advert.t - last_advert.t) / 1e9
    show(f"b waited {silence:.3f} s; due is 3 * 1 + {SKEWS['b']}/256 "
         f"= {down:.3f} s")
    if not down - 0.1 < silence < down + 5:
        raise RuntimeError("that is not the time it should have taken")


def come_back(lab, a, b):
    """Boot @a again, with preempt, and see it take over."""
    hub = lab.hub
    lab.restart(a)
    network(a)
    mark = hub.now()
    shell(a, "sysctl -w net.carp.preempt=1")
    configure(a)
    advert = hub.wait(lambda f: f.carp and f.port == "a", mark, LIMIT)
    answer = hub.wait(answers_from("a"), mark, LIMIT)
    wait_state(b, "BACKUP")
    wait_state(a, "MASTER")
    last = hub.select(answers_from("b"), until=answer.t)[-1]
    show(f"a preempts b: first advertisement, and first answer "
         f"{(answer.t - advert.t) / 1e9:+.3f} s after it")
    show(f"the client went without an answer for "
         f"{(answer.t - last.t) / 1e9:.3f} s")


def network(guest):
    guest.sh("modprobe carp; ip link set eth0 up && ip addr add "
             f"{ADDRESSES[guest.name]}/24 dev eth0")


def states(*guests):
    for guest in guests:
        shell(guest, "carpconfig")


def demo(lab):
    head("three guests boot: members a and b, and a client")
    a, b, client = lab.guests("a", "b", "client", address=False)
    for guest in (a, b, client):
        network(guest)
        show(f"{guest}: eth0 {ADDRESSES[guest.name]}/24")

    head("the members are configured")
    configure(a)
    wait_state(a, "MASTER")
    configure(b)
    wait_state(b, "BACKUP")
    states(a, b)

    head(f"the client pings {VIP}, 20 times a second")
    client.sh(f"ping -c 1 -w {LIMIT} {VIP}")
    show(client.out(f"ip neigh show {VIP}"))
    ping = client.spawn(f"ping -i 0.05 {VIP}")

    head("the plug of a is pulled")
    crash(lab, a, b)
    head("now")
    states(b)

    head("a comes back")
    come_back(lab, a, b)
    states(a, b)

    show(f"\nclient# ping {VIP}")
    show("\n".join(ping.kill("INT").splitlines()[-3:]))
    complaints = lab.complaints()
    if complaints:
        raise RuntimeError("a kernel complained:\n" + "\n".join(complaints))


def main():
    started = time.monotonic()
    try:
        lab = Lab("demo")
    except Exception as error:
        show(f"demo: {error}")
        return 1
    try:
        demo(lab)
    except Exception as error:
        show(f"\nFAILED: {error}\nlogs in {lab.logs}")
        return 1
    finally:
        lab.close()
    show(f"\nAll as it should be, in {time.monotonic() - started:.0f} s. What "
         f"the segment saw: {lab.logs}/seg.pcapng")
    return 0


if __name__ == "__main__":
    sys.exit(main())
