# SPDX-License-Identifier: GPL-2.0-only
"""What is measured side by side: two members, a and b, that share rig.vip.

Each knows how to start, who holds the address, how the one who does leaves in
order, and for how long a member waits for another that has fallen silent.
"""

from rig import LENGTHS, PORT, PROBE

SECOND = 10**9
UNIT = SECOND // 256


class Contender:
    """@name is what the table calls it."""

    def start(self, rig):
        """Both members; the processes of daemons."""
        rig.segment("a", "b", "client")
        processes = []
        for node in "ab":
            rig.spawn(node, f"{PROBE} echo {rig.vip} {PORT}")
            processes.append(self.begin(rig, node))
            if node == "a":
                rig.until(self.holds(rig, "a"), 30)
        self.settle(rig)
        return processes

    def settle(self, rig):
        """Both are there and one of them has it."""
        rig.until(f"{{ {self.holds(rig, 'a')}; a=$?; {self.holds(rig, 'b')}; "
                  "b=$?; [ $a$b = 01 ] || [ $a$b = 10 ]; }")

    def holder(self, rig):
        self.settle(rig)
        held = rig.sh(self.holds(rig, "a"), check=False).status == 0
        return ("a", "b") if held else ("b", "a")

    def holds(self, rig, node):
        """A condition for the shell."""
        return (f"ip -n {node} -o addr | grep -q ' {rig.vip}/'")


def stop(rig):
    """No member is left, whichever it was."""
    rig.sh("for name in keepalived ucarp probe; do pkill -KILL -x $name; done; :")
    rig.clear()


class Carp(Contender):
    """@a and @b are (advbase, advskew); @vip where it is not the rig's."""

    def __init__(self, a=(1, 0), b=(1, 100), vhid=1, vip=None):
        self.parameters = {"a": a, "b": b}
        self.name = f"carp {a[0]}/{a[1]} {b[0]}/{b[1]}"
        self.vhid = vhid
        self.vip = vip
        self.device = f"carp{vhid - 1}"

    def begin(self, rig, node):
        base, skew = self.parameters[node]
        rig.sh("modprobe carp")
        rig.batch(node, [
            f"link add {self.device} link eth0 type carp vhid {self.vhid} "
            f"advbase {base} advskew {skew} pass changeme",
            f"addr add {self.vip or rig.vip}/{LENGTHS[rig.family]} "
            f"dev {self.device}",
            f"link set {self.device} up"])

    def holds(self, rig, node):
        return (f"ip -n {node} -d -o link show dev {self.device} | "
                "grep -q 'carp state MASTER'")

    def leave(self, node):
        return f"ip -n {node} link set {self.device} down"

    def back(self, node):
        return f"ip -n {node} link set {self.device} up"

    def dead_time(self, node):
        base, skew = self.parameters[node]
        return 3 * base * SECOND + skew * UNIT if base else 3 * skew * UNIT


class Keepalived(Contender):
    """@interval in seconds; as it comes, or with its best documented settings."""

    CONFIG = """
global_defs {{
	vrrp_version 3
	{options}
}}
vrrp_instance bench {{
	state BACKUP
	interface eth0
	virtual_router_id 1
	priority {priority}
	advert_int {interval}
	{vmac}
	virtual_ipaddress {{
		{vip}/{length}
	}}
}}
"""
    PRIORITIES = {"a": 150, "b": 100}

    def __init__(self, interval=1, best=False, vmac=False):
        self.interval = interval
        self.best = best
        self.vmac = vmac
        self.name = f"keepalived {interval} s" + (
            ", rt priority" if best else "") + (", vmac" if vmac else "")

    def begin(self, rig, node):
        text = self.CONFIG.format(
            options="vrrp_rt_priority 50\n\tvrrp_priority -20" if self.best
            else "", priority=self.PRIORITIES[node], interval=self.interval,
            vmac="use_vmac\n\tvmac_xmit_base" if self.vmac else "",
            vip=rig.vip, length=LENGTHS[rig.family])
        rig.sh(f"cat >/tmp/keepalived.{node} <<'END'\n{text}END")
        return rig.spawn(node, self.daemon(node))

    @staticmethod
    def daemon(node):
        return (f"keepalived -n -l -P -f /tmp/keepalived.{node} "
                f"-p /tmp/keepalived.{node}.pid -r /tmp/vrrp.{node}.pid")

    def back(self, node):
        return (f"setsid nsenter --net=/run/netns/{node} -- "
                f"{self.daemon(node)} >/dev/null 2>&1 </dev/null &")

    def leave(self, node):
        return f"kill -TERM $(cat /tmp/keepalived.{node}.pid)"

    def dead_time(self, node):
        interval = int(self.interval * SECOND)
        return 3 * interval + (256 - self.PRIORITIES[node]) * interval // 256


class Ucarp(Contender):
    """Its least interval is a second."""

    SKEWS = {"a": 0, "b": 100}
    name = "ucarp 1/0 1/100"

    def begin(self, rig, node):
        rig.sh(f"printf '#!/bin/sh\\nip addr add {rig.vip}/24 dev eth0\\n' "
               ">/tmp/up; chmod +x /tmp/up\n"
               f"printf '#!/bin/sh\\nip addr del {rig.vip}/24 dev eth0\\n' "
               ">/tmp/down; chmod +x /tmp/down\n" + self.back(node, rig.vip))

    def back(self, node, vip="192.0.2.100"):
        address = {"a": "192.0.2.1", "b": "192.0.2.2"}[node]
        return (f"setsid nsenter --net=/run/netns/{node} -- ucarp -i eth0 "
                f"-s {address} -v 1 -p changeme -a {vip} -b 1 "
                f"-k {self.SKEWS[node]} -z -u /tmp/up -d /tmp/down "
                ">/dev/null 2>&1 </dev/null & "
                f"echo $! >/tmp/ucarp.{node}.pid")

    def leave(self, node):
        # By then its child has the number.
        return f"kill -TERM $(cat /tmp/ucarp.{node}.pid)"

    def dead_time(self, node):
        return 3 * SECOND + self.SKEWS[node] * UNIT
