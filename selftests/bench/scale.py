# SPDX-License-Identifier: GPL-2.0-only
"""Rows "scale" and "addresses": many groups, and many addresses in one."""

from book import median, percentile
from contender import Keepalived
from rig import PROBE

GROUPS = 255
# (parents, groups on each)
FULL, QUICK = (17, 241), (2, 241)
PARENTS = (64, 4)
MANY_VIPS = 1000
DEAD_MS = 3000 + 100 * 1000 / 256
INSTANCE = """
vrrp_instance bench{vhid} {{
	state BACKUP
	interface eth0
	virtual_router_id {vhid}
	priority {priority}
	advert_int 0.01
	virtual_ipaddress {{
		10.1.0.{vhid}/32
	}}
}}
"""


def carps(skew):
    """Lines that make a member of each of 255 groups."""
    for vhid in range(1, GROUPS + 1):
        yield (f"link add carp{vhid} link eth0 type carp vhid {vhid} advbase 0 "
               f"advskew {skew} pass changeme")
        yield f"addr add 10.1.0.{vhid}/32 dev carp{vhid}"
        yield f"link set carp{vhid} up"


def serials(rig, node):
    """Each time a state changes the sum grows. It is made in the guest, which
    masks interrupts while its console takes megabytes.
    """
    return int(rig.sh(f"ip -n {node} -d -j link show type carp | "
                      "grep -o '\"serial\":[0-9]*' | "
                      "awk -F: '{ n += $2 } END { print n + 0 }'", 300).out)


def states(rig, node, state):
    text = rig.sh(f"ip -n {node} -d -o link show type carp | "
                  f"grep -c 'carp state {state}'; :", 300).out
    return int(text)


def ours_at_10_ms(rig, book, row, starts):
    transitions, share = 0, []
    for _ in range(starts):
        rig.segment("a", "b")
        rig.sh("modprobe carp")
        for node, skew in (("a", 2), ("b", 3)):
            rig.batch(node, carps(skew), 900)
            rig.sh("sleep 1")
        assert states(rig, "a", "MASTER") == GROUPS
        before = serials(rig, "a") + serials(rig, "b")
        share.append(rig.load(2000) / 2e9)
        transitions += serials(rig, "a") + serials(rig, "b") - before
        rig.clear()
    book.put(row, f"carp, {GROUPS} groups at 2/256 s", "share of the processor",
             median(share) * 100, "%")
    book.judge(row, f"carp, {GROUPS} groups: transitions in {starts} starts",
               transitions, 0, "")
    return median(share)


def keepalived_at_10_ms(rig, book, row, start):
    """@start: seconds that each member is given, of which it needs all."""
    rig.segment("a", "b")
    processes = []
    for node, priority in (("a", 150), ("b", 100)):
        text = "global_defs {\n\tvrrp_version 3\n}\n" + "".join(
            INSTANCE.format(vhid=vhid, priority=priority)
            for vhid in range(1, GROUPS + 1))
        rig.sh(f"cat >/tmp/keepalived.{node} <<'END'\n{text}END")
        processes.append(rig.spawn(node, Keepalived.daemon(node)))
        rig.sh(f"sleep {start}", 900)
    share = rig.load(2000) / 2e9
    # A parent and its child, twice.
    assert rig.sh("pgrep -c -x keepalived", check=False).out.strip() == "4"
    number = sum(process.output().count("Entering") for process in processes)
    rig.sh("pkill -KILL -x keepalived; :")
    rig.clear()
    book.put(row, f"keepalived, {GROUPS} groups at 10 ms",
             "share of the processor", share * 100, "%")
    book.put(row, f"keepalived, {GROUPS} groups at 10 ms",
             f"state changes in {2 * start} s, in which they started", number,
             "")
    return share


def groups(size):
    vlans, each = size
    for vlan in range(1, vlans + 1):
        for vhid in range(1, each + 1):
            yield vlan, vhid, f"c{vlan}.{vhid}"


def links(size):
    """The VLANs, which are the parents."""
    return [f"link add link eth0 name v{vlan} type vlan id {vlan}\n"
            f"link set v{vlan} up" for vlan in range(1, size[0] + 1)]


def devices(size, kind):
    """Lines that make them, of a carp with its advskew or of another kind."""
    for vlan, vhid, name in groups(size):
        if kind == "dummy":
            yield f"link add {name} type dummy"
        else:
            yield (f"link add {name} link v{vlan} type carp vhid {vhid} "
                   f"advskew {kind} pass changeme")
        yield f"addr add 10.{vlan}.0.{vhid}/32 dev {name}"
        yield f"link set {name} up"


def timed(rig, command):
    """Seconds of the guest's time that a command for the shell takes."""
    text = rig.sh(f"start=${{EPOCHREALTIME/./}}\n{command} || exit\n"
                  "echo $((${EPOCHREALTIME/./} - start))", 3000).out
    return int(text) / 1e6


def timed_batch(rig, node, lines):
    rig.write("/tmp/batch", lines)
    return timed(rig, f"ip -n {node} -batch /tmp/batch")


def taken(rig):
    """By the kernel, in kB: what it has for files is no part of it."""
    return int(rig.sh("sleep 5; echo 3 >/proc/sys/vm/drop_caches\n"
                      "awk '/^(Slab|Percpu|VmallocUsed):/ { n += $2 } "
                      "END { print n }' /proc/meminfo", 300).out)


def memory(new_rig, book, row, size):
    """What a carp device needs that a dummy does not: each in a boot of its own,
    as what a kernel has freed it may keep."""
    number, each = size[0] * size[1], {}
    for kind in ("dummy", "0"):
        with new_rig(memory=2048) as rig:
            rig.segment("a")
            rig.sh("modprobe carp")
            rig.batch("a", links(size))
            before = taken(rig)
            took = timed_batch(rig, "a", devices(size, kind))
            each[kind] = (taken(rig) - before) / number
            who = "dummy" if kind == "dummy" else "carp"
            book.put(row, who, f"to create {number}", took, "s")
            book.put(row, who, "memory of each", each[kind], "KiB")
    book.judge(row, "memory of a carp device besides that of a dummy",
               each["0"] - each["dummy"], 8, "KiB")


def thousands(rig, book, row, size, routes=0):
    number = size[0] * size[1]
    who = f"carp, {number} groups at 1 s on {size[0]} parents"
    rig.segment("a", "b")
    rig.sh("modprobe carp")
    for node, skew in (("a", 0), ("b", 100)):
        rig.batch(node, links(size))
        timed_batch(rig, node, devices(size, skew))
        rig.sh("sleep 5")
    assert states(rig, "a", "MASTER") == number, "a is not MASTER of all"
    if routes:
        timed_batch(rig, "b", (
            f"route add 2001:db8:{i >> 16:x}:{i & 0xffff:x}::/64 dev lo"
            for i in range(routes)))
    serial = serials(rig, "a") + serials(rig, "b")
    share = rig.load(5000) / 5e9
    book.put(row, who, "share of the processor", share * 100, "%")
    book.judge(row, f"{who}: transitions",
               serials(rig, "a") + serials(rig, "b") - serial, 0, "")
    cut_thousands(rig, book, row, who, number)
    book.put(row, who, "to dump them", timed(
        rig, "ip -n b -d link show type carp >/dev/null"), "s")
    book.put(row, who, "to delete them", timed_batch(
        rig, "b", (f"link del {name}" for _, _, name in groups(size))), "s")
    rig.clear()


def cut_thousands(rig, book, row, who, number):
    rig.sh("date +%s%N >/tmp/cut; ip -n seg link set pa down; sleep 5")
    last = rig.sh(
        "nsenter --net=/run/netns/b -- carpconfig -j -v >/tmp/links\n"
        "python3 - <<'END'\nimport json\ncut = int(open('/tmp/cut').read())\n"
        "links = json.load(open('/tmp/links'))\n"
        "print(sum(link['state'] == 'MASTER' for link in links), "
        "max(link['history'][-1]['time'] for link in links) - cut)\nEND",
        900).out.split()
    book.judge(row, f"{who}: of them taken over", int(last[0]), number, "",
               least=True)
    book.judge(row, f"{who}: all taken over after a cut, above the dead time",
               int(last[1]) / 1e6 - DEAD_MS, 50, "ms")


def measure(new_rig, book, quick):
    row = "scale"
    with new_rig(memory=512) as rig:
        ours = ours_at_10_ms(rig, book, row, 1 if quick else 10)
        theirs = keepalived_at_10_ms(rig, book, row, 3 if quick else 15)
        book.judge(row, f"{GROUPS} groups: carp's share by keepalived's",
                   ours / theirs, 0.1, "times")
    size = QUICK if quick else FULL
    memory(new_rig, book, row, size)
    with new_rig(memory=512) as rig:
        thousands(rig, book, row, PARENTS)
    for routes in (0,) if quick else (0, 100000):
        with new_rig(memory=3072) as rig:
            thousands(rig, book, row + (", 100,000 IPv6 routes" if routes
                                        else ""), size, routes)


def one_thousand(rig, book, row, samples):
    length = 32 if rig.family == 4 else 128
    net = "10.2.{}.{}" if rig.family == 4 else "2001:db8:2::{:x}:{:x}"
    rig.segment("a", "b")
    rig.sh("modprobe carp")
    for node, skew in (("a", 0), ("b", 100)):
        rig.batch(node, [
            f"link add carp0 link eth0 type carp vhid 1 advskew {skew} "
            "pass changeme", "link set carp0 up"] + [
            f"addr add {net.format(i // 250, i % 250 + 1)}/{length} dev carp0"
            for i in range(MANY_VIPS)])
        rig.out(node, "sysctl -qw net.carp.preempt=0")
    rig.sh("sleep 20")
    # After such a silence what follows is another burst: an advertisement that
    # happens to come shortly before a takeover is not the takeover's.
    quiet_ms = 1
    watchers = [rig.spawn(node, f"{PROBE} watch eth0 {quiet_ms} "
                          f"{samples * 4200 + 3000}") for node in "ab"]
    rig.sh("sleep 1")
    for index in range(samples):
        node = "ba"[index % 2]
        # They are announced again after an interval or two.
        rig.out(node, "carpconfig carp0 state master; sleep 4")
    lines = [line.split() for watcher in watchers
             for line in watcher.wait(samples * 3 + 600).splitlines()]
    spans = [int(span) / 1e6 for _, _, announced, span in lines
             if int(announced) >= MANY_VIPS]
    assert len(spans) >= samples * 9 // 10, f"{len(spans)} of {samples}"
    rig.clear()
    return spans


def addresses(new_rig, book, quick):
    row = f"{MANY_VIPS} addresses in one group"
    samples = 20 if quick else 1000
    for family in (4, 6):
        with new_rig(memory=512, family=family) as rig:
            spans = one_thousand(rig, book, row, samples)
        who = f"carp, IPv{family}, {len(spans)} takeovers"
        book.keep(row, who, spans)
        book.put(row, who, "last one announced, median", median(spans), "ms")
        book.put(row, who, "last one announced, 99th percentile",
                 percentile(spans, 99), "ms")
        book.judge(row, f"{who}: 99th percentile", percentile(spans, 99), 5,
                   "ms")
