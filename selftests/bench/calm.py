# SPDX-License-Identifier: GPL-2.0-only
"""Row "false transitions": nothing is wrong with the network, and the hosts are busy.

Both members, and what keeps them busy, are on the one processor of the guest, and
so are our groups of both intervals, at the same time.
"""

import re

from advert import carp_frame
from contender import Carp, Keepalived, stop
from rig import PROBE

OURS = (Carp((0, 2), (0, 3)),
        Carp((0, 1), (0, 2), vhid=2, vip="192.0.2.101"))
PEERS = (Keepalived(0.01), Keepalived(0.01, best=True))
# They need less time to show what they do.
PEER_SHARE = 12
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


def changes(rig, carp):
    """Of the state, of both members since they began."""
    texts = [rig.sh(f"ip -n {node} -d -j link show dev {carp.device}").out
             for node in "ab"]
    return sum(int(re.search(r'"serial":(\d+)', text)[1]) for text in texts)


def logged(processes):
    """The same, of a daemon."""
    return sum(len(re.findall(r"Entering (?:MASTER|BACKUP) STATE",
                              process.output())) for process in processes)


def under(rig, load, seconds):
    script = flood() if load is None else load
    rig.sh(f"{script}\nsleep {seconds}\n"
           + (GO_ON if load == STOP else "") + END, 3600)


def each_load(rig, seconds, count):
    """Names of loads, and by how much what @count returns grew meanwhile."""
    for name, load in LOADS.items():
        rig.sh("sleep 2")
        before = count()
        under(rig, load, seconds)
        yield (f"{name}, {seconds} s",
               [now - then for now, then in zip(count(), before)])


def measure(rig, book, seconds, peers=PEERS):
    row = "false transitions, both members on one busy processor"
    total = 0
    first, *others = OURS
    first.start(rig)
    for carp in others:
        for node in "ab":
            carp.begin(rig, node)
        carp.settle(rig)
    for what, numbers in each_load(rig, seconds,
                                   lambda: [changes(rig, c) for c in OURS]):
        for carp, number in zip(OURS, numbers):
            book.put(row, carp.name, what, number, "")
        total += sum(numbers)
    stop(rig)
    for peer in peers:
        processes = peer.start(rig)
        for what, numbers in each_load(rig, -(-seconds // PEER_SHARE),
                                       lambda: [logged(processes)]):
            book.put(row, peer.name, what, numbers[0], "")
        stop(rig)
    book.judge(row, "carp: false transitions in all", total, 0, "")
