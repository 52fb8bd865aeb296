# SPDX-License-Identifier: GPL-2.0-only
"""Row "false transitions": nothing is wrong with the network, and the hosts are busy.

Both members, and what keeps them busy, are on the one processor of the guest.
"""

import re

from advert import carp_frame
from contender import Carp, Keepalived, stop
from rig import PROBE

FEW = (Carp((0, 2), (0, 3)), Keepalived(0.01))
CONTENDERS = FEW + (Carp((0, 1), (0, 2)), Keepalived(0.01, best=True))
# Peers need less time to show what they do.
PEER_SHARE = 4
HOG = "(while :; do :; done) &"
BOMB = """
mountpoint -q /sys/fs/cgroup || mount -t cgroup2 cgroup2 /sys/fs/cgroup
echo +pids >/sys/fs/cgroup/cgroup.subtree_control
mkdir -p /sys/fs/cgroup/bomb
echo 300 >/sys/fs/cgroup/bomb/pids.max
(echo $BASHPID >/sys/fs/cgroup/bomb/cgroup.procs
 b() { b | b & }; b) 2>/dev/null &
"""
# As much as there is, again and again.
MEMORY = "(while :; do tail -c 500M /dev/zero | head -c 1; done) 2>/dev/null & " \
    "(while :; do head -c 450M /dev/zero | tail -c 450M >/dev/null; done) &"
CHANGES = """
for i in {1..10000}; do
	echo "route add 10.$((i / 250)).$((i % 250)).0/24 dev lo"
	echo "link set d0 mtu $((1400 + i % 100))"
done >/tmp/changes
sed -n 's/route add/route del/p' /tmp/changes >>/tmp/changes.del
(while :; do ip -n a -batch /tmp/changes; ip -n a -batch /tmp/changes.del; done) \
	>/dev/null 2>&1 &
"""
STOP = """
for p in /proc/[0-9]*; do
	p=${p#/proc/}
	[ $p = 1 ] || [ $p = $$ ] || [ $p = $BASHPID ] || kill -STOP $p
done 2>/dev/null
"""
GO_ON = "kill -CONT -1"
END = """
kill -KILL $(jobs -p) 2>/dev/null
[ ! -e /sys/fs/cgroup/bomb/cgroup.kill ] || {
	echo 1 >/sys/fs/cgroup/bomb/cgroup.kill
	until rmdir /sys/fs/cgroup/bomb; do sleep 0.1; done
} 2>/dev/null
for name in head tail probe; do pkill -KILL -x $name; done
wait
"""


def flood():
    """Forged advertisements, as fast as they go."""
    octets = "".join(f"\\x{byte:02x}" for byte in carp_frame(forged=True))
    return (f"printf '{octets}' | nsenter --net=/run/netns/client -- "
            f"{PROBE} pace eth0 1000000000 0 &")


LOADS = {
    "idle": ":",
    "8 hogs": HOG * 8,
    "32 hogs": HOG * 32,
    "fork bomb in a cgroup": BOMB,
    "memory pressure": MEMORY,
    "every task stopped": STOP,
    "10,000 route and link changes": CHANGES,
    "forged advertisements": None,
}


def transitions(rig, contender, processes):
    """Of both members since they began."""
    if isinstance(contender, Carp):
        texts = [rig.sh(f"ip -n {node} -d -j link show dev carp0").out
                 for node in "ab"]
        return sum(int(re.search(r'"serial":(\d+)', text)[1])
                   for text in texts)
    return sum(len(re.findall(r"Entering (?:MASTER|BACKUP) STATE",
                              process.output())) for process in processes)


def under(rig, load, seconds):
    script = flood() if load is None else load
    rig.sh(f"{script}\nsleep {seconds}\n"
           + (GO_ON if load == STOP else "") + END, 3600)


def measure(rig, book, seconds, contenders=CONTENDERS):
    row = "false transitions, both members on one busy processor"
    ours = 0
    for contender in contenders:
        peer = not isinstance(contender, Carp)
        span = -(-seconds // PEER_SHARE) if peer else seconds
        processes = contender.start(rig)
        for name, load in LOADS.items():
            rig.sh("sleep 2")
            before = transitions(rig, contender, processes)
            under(rig, load, span)
            number = transitions(rig, contender, processes) - before
            book.put(row, contender.name, f"{name}, {span} s", number, "")
            ours += 0 if peer else number
        stop(rig)
    book.judge(row, "carp: false transitions in all", ours, 0, "")
