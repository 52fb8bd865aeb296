# SPDX-License-Identifier: GPL-2.0-only
"""IPv6 between real guests: who speaks for the address, takeover that waits for
no lock, goodbyes, TCP, gateways that advertise themselves, and a kernel without.

Neighbour discovery is judged as ARP is, in every frame.
"""

import re
import socket
import struct

import kmod
from hub import ND_ADVERT, ND_SOLICIT
from lab import borrow, member, seconds, test
from watch import VIP, VMAC, Watch, become, force

rules = borrow("rules")
takeover = borrow("takeover")

VIP6 = "2001:db8::100"
SEGMENTS = ("seg", "side")


class Watch6(Watch):
    def binding(self, frame, home):
        nd = frame.nd
        if nd and nd.kind == ND_SOLICIT and nd.target in self.vips and \
                frame.ip.src == "::" and frame.port != "client":
            return "asks whether a VIP is free"
        mac = nd and self.vips.get(nd.bound)
        if mac and not home:
            return "ND says a VIP is on another segment"
        if mac and not (frame.src == mac and nd.mac in (None, mac)):
            return "ND binds a VIP to another MAC"
        return super().binding(frame, home)


def own(lab, guest):
    """Its address on eth0."""
    return lab.address(guest.name).replace("192.0.2.", "2001:db8::")


def hosts(lab, **options):
    guests = lab.guests("a", "b", "client", segments=SEGMENTS, **options)
    for guest in guests:
        guest.sh(f"ip addr add {own(lab, guest)}/64 dev eth0 nodad")
    return guests


def six(vips):
    """For carpconfig."""
    return [f"inet6 {vip}/64" if ":" in vip else f"{vip}/24" for vip in vips]


def elect(a, b, vips=(VIP6,)):
    """a is MASTER without waiting for it, b is BACKUP."""
    member(a, skew=0, vips=six(vips))
    force(a, "master")
    member(b, skew=100, vips=six(vips))
    become(b, "BACKUP")


def packed(address):
    return socket.inet_pton(socket.AF_INET6, address)


def icmp6(to, mac, source, target, payload):
    """A frame with a correct checksum."""
    pseudo = packed(source) + packed(target) + struct.pack(
        "!II", len(payload), 58)
    total = sum(struct.unpack(f"!{(len(pseudo) + len(payload)) // 2}H",
                              pseudo + payload))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    payload = payload[:2] + struct.pack("!H", ~total & 0xFFFF) + payload[4:]
    return (rules.raw(to) + rules.raw(mac) + b"\x86\xdd" +
            struct.pack("!IHBB", 6 << 28, len(payload), 58, 255) +
            packed(source) + packed(target) + payload)


def solicitation(to, mac, source, target):
    option = b"" if source == "::" else b"\x01\x01" + rules.raw(mac)
    return icmp6(to, mac, source, target, bytes([ND_SOLICIT]) + bytes(7) +
                 packed(target) + option)


def advertisement(mac, said):
    """That VIP6 is at @said."""
    return icmp6("33:33:00:00:00:01", mac, VIP6, "ff02::1",
                 bytes([ND_ADVERT, 0, 0, 0, 0x20, 0, 0, 0]) + packed(VIP6) +
                 b"\x02\x01" + rules.raw(said))


# -- 2: who answers, and what is never said -----------------------------------

@test
def forged_neighbour_discovery_does_not_escape_the_judge(lab):
    a, _, _ = hosts(lab)
    real = lab.mac("a")
    forged = {
        "another MAC": ("seg", "a", advertisement(VMAC, real)),
        "ND binds": ("seg", "a", advertisement(real, VMAC)),
        "is free": ("seg", "a", solicitation(VMAC, VMAC, "::", VIP6)),
        "no member": ("seg", "client", advertisement(VMAC, VMAC)),
        "not from a MASTER": ("seg", "a", advertisement(VMAC, VMAC)),
        "on another segment": ("side", "a.1", advertisement(real, real)),
    }
    rules.all_noticed(lab, forged, lambda: Watch6(lab, a, vips=(VIP6,)))


@test(limit=400, long=True)
def a_hundred_dual_stack_failovers_bind_no_vip_to_a_wrong_mac(lab):
    a, b, client = hosts(lab)
    vips = (VIP, VIP6)
    with Watch6(lab, a, b, vips=vips):
        elect(a, b, vips)
        for vip in vips:
            client.spawn(f"exec ping -i 0.1 {vip}")
        # Asked anew all the time, by the members as well.
        client.spawn("while :; do ip neigh flush dev eth0; sleep 0.3; done")
        for guest in (a, b):
            guest.spawn(f"while :; do ping -c 1 -W 1 {VIP6}; "
                        f"ping -c 1 -W 1 {VIP}; sleep 0.2; done")
        master, backup = a, b
        for turn in range(100):
            mark = lab.hub.now()
            if turn % 2:
                master.sh("ip link set carp0 down\nip link set carp0 up")
            else:
                master.sh("carpconfig carp0 state backup")
                backup.sh("carpconfig carp0 state master")
            for vip in vips:
                lab.hub.wait(lambda f: f.gratuitous(vip) and
                             f.port == backup.name, mark, 5)
            master, backup = backup, master
        for vip in vips:
            mark = lab.hub.now()
            lab.hub.wait(lambda f: f.port == master.name and f.echo(0, vip),
                         mark, 5)
        for guest in (a, b):
            assert f" {VIP6}/64 " in guest.out("ip addr show carp0")
            assert rules.carp(guest)["serial"] >= 100


@test
def only_the_master_answers_solicitations_and_with_the_virtual_mac(lab):
    a, b, client = hosts(lab)
    me, mac = own(lab, client), lab.mac("client")
    with Watch6(lab, a, b, vips=(VIP6,)):
        elect(a, b)
        for master in (a, b):
            if master is b:
                a.sh("carpconfig carp0 state backup")
                force(b, "master")
            mark = lab.hub.now()
            for _ in range(2):
                assert VMAC == client.out(
                    f"ndisc6 -1 -q {VIP6} eth0").lower()
            # Asked at their real MACs too, as a host does to confirm.
            for guest in (a, b):
                lab.hub.inject(solicitation(lab.mac(guest.name), mac, me,
                                            VIP6))
            lab.hub.inject(solicitation(VMAC, mac, me, VIP6))
            # And as one does that looks whether the address is free.
            lab.hub.inject(solicitation("33:33:ff:00:01:00", mac, "::", VIP6),
                           "client")
            # Answered last of all: the others have been by then.
            for guest in (a, b):
                client.sh(f"ndisc6 -1 -q {own(lab, guest)} eth0")
            got = lab.hub.select(lambda f: f.nd and f.nd.kind == ND_ADVERT and
                                 f.nd.target == VIP6 and f.nd.flags & 0x40,
                                 since=mark)
            assert len(got) >= 3, f"{len(got)} answers of {master}"
            for frame in got:
                assert frame.port == master.name, str(frame)
                # Who asks at the right MAC is not told it again.
                assert frame.src == VMAC, str(frame)
                assert frame.nd.mac in (None, VMAC), str(frame)
            assert [f for f in got if f.nd.mac], "none with an option"


@test
def a_second_segment_hears_nothing_of_the_ipv6_vip(lab):
    a, b, client = hosts(lab)
    with Watch6(lab, a, b, vips=(VIP6,)):
        for number, guest in enumerate((a, b, client), 1):
            guest.sh("ip link set eth1 up; ip addr add "
                     f"2001:db8:1::{number}/64 dev eth1 nodad")
        elect(a, b)
        side = lab.segment("side")
        mark = side.now()
        client.sh("ndisc6 -1 -q 2001:db8:1::1 eth1 && "
                  "ndisc6 -1 -q 2001:db8:1::2 eth1")
        # It takes an announcement on eth0 for an answer.
        client.sh(f"ndisc6 -1 -q -r 1 {VIP6} eth1", check=False)
        side.wait(lambda f: f.port == "client.1" and f.nd and
                  f.nd.kind == ND_SOLICIT and f.nd.target == VIP6, mark, 3)
        answers = side.select(lambda f: f.nd and f.nd.kind == ND_ADVERT and
                              f.nd.target == VIP6, since=mark)
        assert not answers, str(answers[0])
        # The master itself talks from the VIP to somebody over there, whose MAC
        # it has learned if it was asked from that address.
        a.sh("ip neigh flush dev eth1\n"
             f"ping -c 1 -W 2 -I {VIP6} 2001:db8:1::3", check=False)
        asked = side.wait(lambda f: f.port == "a.1" and f.nd and
                          f.nd.target == "2001:db8:1::3", mark, 3)
        assert asked.nd.mac == lab.mac("a", 1), str(asked)


# -- 3: not master, silent ------------------------------------------------------

@test(long=True)
def sockets_bound_to_the_ipv6_vip_fall_silent_with_the_master(lab):
    a, b, client = hosts(lab)
    sockets = rules.OLD_SOCKETS.replace(
        "socket.socket()", "socket.socket(socket.AF_INET6)").replace(
        "AF_INET,", "AF_INET6,")
    dropped = "carpconfig -j -s carp0 | jq .[0].stats.srcdrop"
    with Watch6(lab, a, b, vips=(VIP6,)):
        elect(a, b)
        a.sh("rm -f /tmp/end /tmp/stop /tmp/listening\n"
             f"cat >/tmp/sockets.py <<'END'\n{sockets}END")
        server = a.spawn(f"exec python3 /tmp/sockets.py {VIP6} "
                         f"{own(lab, client)}")
        a.until("[ -e /tmp/listening ]", 10)
        mark = lab.hub.now()
        for _ in range(2):
            client.spawn(f"exec socat -u TCP6:[{VIP6}]:7000 OPEN:/dev/null")
        lab.hub.wait(lambda f: f.ip and f.ip.src == VIP6 and f.ip.proto == 17,
                     mark, 10, count=20)
        a.sh("carpconfig carp0 state backup")
        silent = lab.hub.now()
        b.sh("carpconfig carp0 state master")
        before = int(a.out(dropped))
        a.until(f"[ $({dropped}) -gt {before + 20} ]", 10)
        a.sh("touch /tmp/end")
        a.until(f"[ $({dropped}) -gt {before + 40} ]", 10)
        a.until("ss -Htnoi state fin-wait-1 | grep -q 'backoff:[2-9]'", 10)
        a.sh("touch /tmp/stop")
        told = server.wait(10)
        assert "101" in told, f"ENETUNREACH was expected: {told}"
        late = lab.hub.select(lambda f: f.port == "a" and f.ip and
                              f.ip.src == VIP6, since=silent + 100_000_000)
        assert not late, str(late[0])


@test
def an_ipv6_backup_sends_nothing_with_the_virtual_mac(lab):
    a, b, client = hosts(lab)
    there = own(lab, client)
    with Watch6(lab, a, b, vips=(VIP6,)):
        elect(a, b)
        mark = lab.hub.now()
        b.sh(f"ping -c 1 -W 1 -I carp0 {there}\n"
             f"ping -c 1 -W 1 -I {VIP6} {there}\n"
             "ping -c 1 -W 1 ff02::1%carp0\nrdisc6 -1 -r 1 -w 500 carp0\n"
             "ndisc6 -1 -r 1 -w 500 2001:db8::55 carp0\n"
             f"ip -6 route add 2001:db8:3::/64 dev carp0 src {VIP6}\n"
             "ping -c 1 -W 1 2001:db8:3::1\n"
             f"ip neigh replace 2001:db8:3::2 lladdr {lab.mac('client')} "
             "dev carp0 nud permanent\nping -c 1 -W 1 2001:db8:3::2\n"
             "nft add table ip6 t\nnft 'add chain ip6 t p { type nat hook "
             "postrouting priority 100; }'\n"
             f"nft add rule ip6 t p ip6 daddr 2001:db8::77 snat to {VIP6}\n"
             f"ip neigh replace 2001:db8::77 lladdr {lab.mac('client')} "
             "dev eth0\nping -c 1 -W 1 2001:db8::77\n"
             "ip link set carp0 allmulticast on\n"
             "ip link set carp0 down\nip link set carp0 up", check=False)
        before = rules.carp(b)["stats"]["notmaster"]
        client.sh(f"ping -c 3 -i 0.2 -W 2 {VIP6}")
        request = lab.hub.wait(lambda f: f.echo(8, VIP6) and
                               f.port == "client", mark, 1)
        assert request.dst == VMAC, str(request)
        assert not lab.hub.select(lambda f: f.port == "b" and
                                  f.src == VMAC, since=mark)
        assert rules.carp(b)["stats"]["notmaster"] >= before + 3


# -- 4: takeover waits for no lock ---------------------------------------------------

@test(long=True)
def an_ipv6_vip_stays_hidden_when_the_link_is_ready_too_late(lab):
    """b's kernel learns that carp0 is up when it is BACKUP again: it would ask for
    what is tentative then, within a second, and be sure after another.
    """
    hold = "/sys/module/late/parameters/hold"
    a, b, _ = hosts(lab)
    with Watch6(lab, a, b, vips=(VIP6,)):
        elect(a, b)
        kmod.load(lab, b, "late")
        lab.hub.cut("a")
        b.until(f"grep -q Y {hold}", 20)
        mark = lab.hub.now()
        lab.hub.join("a")
        lab.hub.wait(lambda f: f.port == "a" and f.carp, mark, 10)
        # For "ip" RTNL is held. Tentative, without detection and permanent.
        b.until(f"grep -q '^{packed(VIP6).hex()} .* c2 *carp0$' "
                "/proc/net/if_inet6", 10)
        b.sh(f"echo 0 >{hold}; rmmod late", limit=60)
        lab.hub.wait(lambda f: f.port == "a" and f.carp, lab.hub.now(), 20,
                     count=4)
        shown = b.out("carpconfig carp0; ip -6 -o addr show dev carp0")
        assert "carp: BACKUP " in shown and f"{VIP6}/64" in shown and \
            "tentative" in shown, shown


def takes_over_without_locks(lab, vips):
    a, b, client = hosts(lab)
    client.sh("ip route add 2001:db8:9::/48 dev eth0")
    with Watch6(lab, a, b, vips=vips, others=()):
        elect(a, b)
        for guest in (a, b):
            takeover.add(guest, vips[1:], 128)
        takeover.settle(a, b)
        takeover.takes_over_both_ways(lab, a, b, client, vips)


@test(limit=240, long=True)
def ipv6_takeover_waits_for_no_lock_with_one_vip(lab):
    takes_over_without_locks(lab, [VIP6])


@test(limit=400, long=True)
def ipv6_takeover_waits_for_no_lock_with_a_thousand_vips(lab):
    takes_over_without_locks(lab, [VIP6] + [
        f"2001:db8:9::{n:x}" for n in range(1, takeover.MANY)])


# -- 8: goodbye ---------------------------------------------------------------

@test(limit=400)
def the_peer_takes_over_at_once_however_an_ipv6_master_leaves(lab):
    a, b, client = hosts(lab)
    with Watch6(lab, a, b, vips=(VIP6,), others=()):
        elect(a, b)
        for way, back in takeover.WAYS.items():
            def once():
                takeover.settle(a, b)
                mark = lab.hub.now()
                a.sh(way)
                took = takeover.goodbye(lab, mark, way)
                become(b, "MASTER")
                assert "master bowed out" in b.out("carpconfig -j carp0")
                client.sh(f"ping -c 1 -W 2 {VIP6}")
                if back:
                    a.sh(back)
                else:
                    a.sh("modprobe carp")
                    member(a, vips=six([VIP6]))
                if "eth0" in way:
                    # Which does not keep what is not carp's.
                    a.sh(f"ip addr add {own(lab, a)}/64 dev eth0 nodad")
                become(a, "BACKUP")
                return took
            takeover.at_once(once, way)


@test(limit=300)
def the_peer_takes_over_at_once_when_an_ipv6_master_powers_off(lab):
    a, b, _ = hosts(lab)
    with Watch6(lab, a, b, vips=(VIP6,), others=()) as watch:
        elect(a, b)
        watch.close(a)
        mark = lab.hub.now()
        takeover.go_down(a, takeover.POWEROFF)
        took = takeover.goodbye(lab, mark, "poweroff")
        become(b, "MASTER")
        assert took < 0.5, f"{took:.3f} s"


# -- 10: TCP ----------------------------------------------------------------------

# The client guest is a router too: a link with a smaller MTU lies between it
# and a host "far" behind.
FAR = """
ip netns add mid; ip netns add far
ip link add m0 type veth peer name c0 netns mid
ip -n mid link add f0 type veth peer name m0 netns far
ip link set m0 mtu 1280 up; ip -n mid link set c0 mtu 1280 up
ip -n mid link set f0 up; ip -n far link set m0 up
ip addr add 2001:db8:a::1/64 dev m0 nodad
ip -n mid addr add 2001:db8:a::2/64 dev c0 nodad
ip -n mid addr add 2001:db8:b::1/64 dev f0 nodad
ip -n far addr add 2001:db8:b::2/64 dev m0 nodad
ip -n far route add default via 2001:db8:b::1
ip -n mid route add default via 2001:db8:a::1
ip route add 2001:db8:b::/64 via 2001:db8:a::2
ip netns exec mid sysctl -qw net.ipv6.conf.all.forwarding=1
sysctl -qw net.ipv6.conf.all.forwarding=1
"""
# What it sends is a known pattern; 400 kB each way.
SIZE = 400_000
PATTERN = f"yes 0123456789abcde | head -c {SIZE}"


@test(limit=180, long=True)
def tcp_to_the_ipv6_vip_behaves_as_tcp(lab):
    a, b, client = hosts(lab)
    with Watch6(lab, a, b, vips=(VIP6,), others=()):
        elect(a, b)
        client.sh(FAR)
        a.sh(f"ip route add 2001:db8:b::/64 via {own(lab, client)}")
        a.spawn(f"exec socat TCP6-LISTEN:7,fork,reuseaddr SYSTEM:'{PATTERN}'")
        a.spawn("exec socat TCP6-LISTEN:8,fork,reuseaddr EXEC:cat")
        a.until("[ $(ss -Hltn | grep -cE ':(7|8) ') = 2 ]", 5)
        expected = client.out(f"{PATTERN} | md5sum")
        mark = lab.hub.now()
        for where in ("", "ip netns exec far "):
            got = client.out(f"{where}socat -u TCP6:[{VIP6}]:7 - | md5sum", 60)
            assert got == expected, f"{where}: {got}"
            got = client.out(f"{PATTERN} | {where}socat -t 10 - "
                             f"TCP6:[{VIP6}]:8 | md5sum", 60)
            assert got == expected, f"{where}: back: {got}"
            client.sh(f"{where}ping -c 2 -i 0.2 -s 4000 -W 2 {VIP6}")
        # The far host's was learnt from "packet too big", sent to the VIP.
        lab.hub.wait(lambda f: f.port == "client" and f.ip and
                     f.ip.proto == 58 and f.ip.dst == VIP6 and
                     f.ip.payload[0] == 2, mark, 1)
        assert "mtu 1280" in a.out(f"ip -6 route get 2001:db8:b::2 "
                                   f"from {VIP6}")
        # Reset by a closed port, and by an abort in the middle.
        refused = client.sh(f"socat -u TCP6:[{VIP6}]:9 -", check=False)
        assert "refused" in refused.err, refused
        client.sh(f"socat -u TCP6:[{VIP6}]:7,linger=0 - | head -c 10000")
        a.until("[ -z \"$(ss -Htn state established)\" ]", 5)


# -- 10: gateways, found by their router advertisements -----------------------------

# While it is MASTER, from the link-local VIP; else the kernel refuses the source.
ADVERTISE = """
import socket, struct, time
vip = ("fe80::77", 0, 0, socket.if_nametoindex("carp0"))
mac = bytes.fromhex("00005e000101")
prefix = socket.inet_pton(socket.AF_INET6, "2001:db8::")
ra = (struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 30, 0, 0) + b"\\1\\1" + mac +
      struct.pack("!BBBBIII", 3, 4, 64, 0xc0, 600, 600, 0) + prefix)
while True:
    s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, vip[3])
    try:
        s.bind(vip)
        s.sendto(ra, ("ff02::1", 0, 0, vip[3]))
    except OSError:
        pass
    s.close()
    time.sleep(0.5)
"""
# A session that says a number after the other and wants each back.
SESSION = """
import socket, sys, time
s = socket.create_connection(("2001:db8:f::9", 7), 10)
s.settimeout(30)
got = s.makefile("rb")
n = 0
while True:
    n += 1
    s.sendall(b"%d\\n" % n)
    line = got.readline()
    assert int(line) == n, line
    print(n, flush=True)
    time.sleep(0.05)
"""


def gateway(guest, skew):
    """carp0 towards the hosts, carp1 towards the server."""
    guest.sh("ip link set eth1 up; sysctl -qw net.ipv6.conf.all.forwarding=1 "
             "net.carp.preempt=0\n"
             f"cat >/tmp/ra.py <<'END'\n{ADVERTISE}END")
    member(guest, skew=skew, vips=["inet6 fe80::77/64", "inet6 2001:db8::1:1/64"])
    guest.sh("carpconfig carp1 create carpdev eth1; carpconfig carp1 vhid 2 "
             f"advskew {skew} pass changeme inet6 2001:db8:f::1/64 "
             "inet6 fe80::77/64; carpconfig carp1 up")
    guest.spawn("exec python3 /tmp/ra.py")


@test(limit=240)
def hosts_keep_their_default_route_through_a_failover_of_gateways(lab):
    a, b, client = lab.guests("a", "b", "client", segments=SEGMENTS)
    client.sh("sysctl -qw net.ipv6.conf.all.forwarding=0 "
              "net.ipv6.conf.eth0.accept_ra=1\n"
              "ip netns add srv; ip link set eth1 netns srv; "
              "ip -n srv link set eth1 up; "
              "ip -n srv addr add 2001:db8:f::9/64 dev eth1 nodad; "
              "ip -n srv route add default via 2001:db8:f::1")
    client.spawn("exec ip netns exec srv socat TCP6-LISTEN:7,fork EXEC:cat")
    with Watch6(lab, a, b, vips=("fe80::77", "2001:db8::1:1"),
                others=()) as watch:
        gateway(a, 0)
        for dev in ("carp0", "carp1"):
            force(a, "master", dev)
        gateway(b, 100)
        for dev in ("carp0", "carp1"):
            become(b, "BACKUP", dev=dev)
        route = "ip -6 route show default | grep -q 'via fe80::77 dev eth0'"
        client.until(route, 10)
        client.until("ping -c 1 -W 1 2001:db8:f::9", 10)
        session = client.spawn(f"cat >/tmp/s.py <<'END'\n{SESSION}END\n"
                               "exec python3 /tmp/s.py")
        told = f"tail -n 1 {session.log}"
        client.until(f"[ $({told}) -ge 20 ]", 10)
        routes = client.spawn("exec ip -6 monitor route")
        watch.kill(a)
        before = int(client.out(told))
        for dev in ("carp0", "carp1"):
            become(b, "MASTER", dev=dev)
        client.until(f"[ $({told}) -ge {before + 20} ]", 20)
        client.sh(f"{route} && ping -c 1 -W 2 2001:db8:f::9")
        assert VMAC in client.out("ip neigh show fe80::77")
        assert session.running(), session.output()
        numbers = [int(n) for n in session.output().split()]
        assert numbers == list(range(1, len(numbers) + 1)), numbers
        lost = re.findall(r"Deleted default.*", routes.kill())
        assert not lost, lost


# -- a kernel whose IPv6 is switched off --------------------------------------------

# What a host says of itself, to all; the NIC of who has no IPv6 would not take it
# from the group.
ADVERTISES = """python3 - <<EOF
import socket
raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
raw.bind(("eth0", 0))
own, other = (socket.inet_pton(socket.AF_INET6, a)
              for a in ("fe80::9", "2001:db8::9"))
raw.send(bytes.fromhex("ffffffffffff" "020000000009" "86dd")
         + bytes.fromhex("60000000" "0018" "3aff") + own
         + socket.inet_pton(socket.AF_INET6, "ff02::1")
         + bytes.fromhex("88000000" "20000000") + other)
EOF"""


@test(limit=240)
def without_ipv6_the_module_loads_and_ipv4_works(lab):
    # What the test before left there would be on the wire.
    lab.guests("a", "b", segments=SEGMENTS)
    plain, client = lab.guests("plain", words="ipv6.disable=1")[0], \
        lab.guests("client", segments=SEGMENTS)[0]
    assert plain.sh("[ -e /proc/sys/net/ipv6 ]", check=False).status
    with Watch(lab, plain, others=()):
        member(plain)
        become(plain, "MASTER")
        client.sh(f"ping -c 2 -i 0.2 -W 2 {VIP}")
        client.sh(ADVERTISES)
        client.sh(f"ping -c 2 -i 0.2 -W 2 {VIP}")
        for command in ("carpconfig carp0 inet6 2001:db8::100/64",
                        "ip addr add 2001:db8::100/64 dev carp0"):
            refused = plain.sh(command, check=False)
            assert refused.status, command
            assert re.search("not (supported|available)|IPv6|permission",
                             refused.err, re.I), refused
        assert rules.carp(plain)["state"] == "MASTER"
        plain.sh("carpconfig carp0 state backup; ip link set carp0 down; "
                 "ip link set carp0 up")
        become(plain, "MASTER")
        client.sh(f"ping -c 1 -W 2 {VIP}")
        plain.sh("rmmod carp; modprobe carp")
