# SPDX-License-Identifier: GPL-2.0-only
"""What may not be traded away, between real guests on stock sysctls: the
virtual address, who answers for it, and who may speak in its name.

Every test also judges every frame of both segments, see watch.py.
"""

import json
import socket
import struct

from lab import member, serve, test
from watch import VIP, VMAC, Watch, become, force

SEGMENTS = ("seg", "side")
BROADCAST = "ff:ff:ff:ff:ff:ff"


def hosts(lab, **options):
    return lab.guests("a", "b", "client", segments=SEGMENTS, **options)


def elect(a, b, vips=(f"{VIP}/24",)):
    """a is MASTER without waiting for it, b is BACKUP."""
    member(a, skew=0, vips=vips)
    force(a, "master")
    member(b, skew=100, vips=vips)
    become(b, "BACKUP")


def own_mac(lab, guest):
    return lab.mac(guest.name)


def raw(mac):
    return bytes.fromhex(mac.replace(":", ""))


def arp_request(to, sha, spa, tpa):
    """A question, as the frame that asks it."""
    return (raw(to) + raw(sha) + b"\x08\x06" +
            struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) +
            raw(sha) + socket.inet_aton(spa) + bytes(6) +
            socket.inet_aton(tpa) + bytes(18))


def carp(guest):
    """What the tool says of carp0, with its counters."""
    link, = json.loads(guest.out("carpconfig -j -s carp0"))
    return link


# -- the judge ----------------------------------------------------------------

def all_noticed(lab, forged, watch):
    """{verdict: (segment, port, frame)}: each frame gets its verdict."""
    for verdict, (segment, port, frame) in forged.items():
        try:
            with watch():
                lab.segment(segment).inject(frame, port)
        except AssertionError as error:
            assert verdict in str(error), f"{verdict}: {error}"
        else:
            raise AssertionError(f"not noticed: {verdict}")


@test
def forged_frames_do_not_escape_the_judge(lab):
    a, _, _ = hosts(lab)
    forged = {
        "another MAC": ("seg", "a", arp_request(
            BROADCAST, lab.mac("a"), VIP, "192.0.2.9")),
        "not from a MASTER": ("seg", "a", arp_request(
            BROADCAST, VMAC, "192.0.2.9", "192.0.2.8")),
        "no member": ("seg", "client", arp_request(
            BROADCAST, VMAC, VIP, VIP)),
        "on another segment": ("side", "a.1", arp_request(
            BROADCAST, lab.mac("a", 1), VIP, "192.0.2.9")),
    }
    all_noticed(lab, forged, lambda: Watch(lab, a))


# -- 1: visible, and nobody hears of addresses -------------------------------

@test(limit=180, long=True)
def a_hundred_failovers_leave_the_vip_visible_and_address_monitors_silent(lab):
    a, b, _ = hosts(lab)
    with Watch(lab, a, b):
        elect(a, b)
        monitors = [guest.spawn("exec ip monitor address") for guest in (a, b)]
        # What they must hear, that is, on another device.
        for guest, monitor in zip((a, b), monitors):
            guest.until("ip addr add 198.51.100.99/32 dev lo; ip addr del "
                        "198.51.100.99/32 dev lo; sleep 0.1; "
                        f"[ -s {monitor.log} ]", 5)
        master, backup = a, b
        for turn in range(100):
            mark = lab.hub.now()
            if turn % 5:
                look = f"ip addr show carp0 | grep -q ' {VIP}/24 ' || exit"
                master.sh(f"ip link set carp0 down; {look if turn < 20 else ''}"
                          "\nip link set carp0 up")
            else:
                master.sh("carpconfig carp0 state backup")
                backup.sh("carpconfig carp0 state master")
            lab.hub.wait(lambda f: f.gratuitous(VIP) and
                         f.port == backup.name, mark, 5)
            master, backup = backup, master
        for guest, monitor in zip((a, b), monitors):
            assert f" {VIP}/24 " in guest.out("ip addr show carp0")
            assert carp(guest)["serial"] >= 100
            heard = [line for line in monitor.kill().splitlines()
                     if " inet" in line and " lo " not in line]
            assert not heard, heard


@test
def the_vip_is_visible_before_the_first_up_and_with_allow_0(lab):
    a, _, _ = hosts(lab)
    visible = f"ip addr show carp0 | grep -q ' {VIP}/24 '"
    with Watch(lab, a):
        a.sh("carpconfig carp0 create carpdev eth0; "
             f"ip addr add {VIP}/24 dev carp0; {visible}")
        a.sh(f"carpconfig carp0 vhid 1; ip link set carp0 up; {visible}")
        become(a, "MASTER")
        a.sh(f"{visible}; sysctl -qw net.carp.allow=0; {visible}")
        become(a, "INIT")
        a.sh(f"{visible}; ip link set carp0 down; {visible}")


# -- 2: who answers -----------------------------------------------------------

def answers(lab, mark, asked):
    return [f for f in lab.hub.select(lambda f: f.arp, since=mark)
            if f.arp.oper == 2 and f.arp.spa == VIP and f.arp.tpa == asked]


@test
def only_the_master_answers_arp_and_with_the_virtual_mac(lab):
    a, b, client = hosts(lab)
    me, mac = lab.address("client"), lab.mac("client")
    with Watch(lab, a, b):
        elect(a, b)
        for master in (a, b):
            if master is b:
                a.sh("carpconfig carp0 state backup")
                force(b, "master")
            mark = lab.hub.now()
            client.sh(f"arping -q -c 2 -I eth0 {VIP}")
            # Asked at their real MACs too, as a host does to confirm, and as
            # a host does that looks whether the address is free.
            for guest in (a, b):
                lab.hub.inject(arp_request(own_mac(lab, guest), mac, me, VIP))
            lab.hub.inject(arp_request(VMAC, mac, me, VIP))
            # Answered last of all: the others have been by then.
            for guest in (a, b):
                client.until(f"arping -q -c 1 -I eth0 {lab.address(guest.name)}")
            got = answers(lab, mark, me)
            assert len(got) >= 4, f"{len(got)} answers of {master}"
            for frame in got:
                assert frame.port == master.name, str(frame)
                assert frame.arp.sha == frame.src == VMAC, str(frame)
            assert client.sh(f"arping -q -D -c 1 -I eth0 {VIP}",
                             check=False).status == 1, "free, for a prober"


@test
def a_second_segment_hears_nothing_of_the_vip(lab):
    a, b, client = hosts(lab)
    with Watch(lab, a, b):
        for number, guest in enumerate((a, b, client), 1):
            guest.sh("ip link set eth1 up; "
                     f"ip addr add 198.51.100.{number}/24 dev eth1")
        elect(a, b)
        side = lab.segment("side")
        mark = side.now()
        client.sh(f"arping -c 1 -w 1 -I eth1 {VIP} && exit 1; "
                  f"arping -D -c 1 -w 1 -I eth1 {VIP}")
        client.until("arping -q -c 1 -I eth1 198.51.100.1 && "
                     "arping -q -c 1 -I eth1 198.51.100.2")
        # The master itself talks from the VIP to somebody over there.
        a.sh("ip neigh flush dev eth1; "
             f"ping -c 1 -W 2 -I {VIP} 198.51.100.3", check=False)
        asked = side.wait(lambda f: f.port == "a.1" and f.arp and
                          f.arp.tpa == "198.51.100.3", mark, 3)
        assert asked.arp.spa == "198.51.100.1", str(asked)


# -- 3: not master, not local, silent ----------------------------------------

def reaches_the_master(lab, host, where):
    """From @host over the wire to a, and back."""
    mark = lab.hub.now()
    try:
        host.sh(f"ping -c 1 -W 2 {VIP}")
        name = host.out(f"socat -u -T 5 TCP:{VIP}:7,connect-timeout=5 -")
    except Exception as error:
        raise AssertionError(f"{where}: {error}") from None
    assert name == "a", f"{where}: {name} answered"
    lab.hub.wait(lambda f: f.port == host.name and f.echo(8, VIP), mark, 1)
    lab.hub.wait(lambda f: f.port == "a" and f.echo(0, VIP), mark, 1)
    for target in (VIP, "192.0.2.77", lab.address("client")):
        route = host.out(f"ip route get {target}")
        assert f"dev eth0 src {lab.address(host.name)}" in route, \
            f"{where}: {route}"


@test(limit=150, long=True)
def in_every_state_but_master_the_vip_is_reached_over_the_wire(lab):
    a, b, _ = hosts(lab)
    with Watch(lab, a, b):
        member(a)
        force(a, "master")
        serve(a)
        b.sh("carpconfig carp0 create carpdev eth0; "
             f"ip addr add {VIP}/24 dev carp0")
        reaches_the_master(lab, b, "before the first up, without a vhid")
        b.sh("ip link set carp0 up")
        reaches_the_master(lab, b, "up without a vhid")
        b.sh("ip link set carp0 down; "
             "carpconfig carp0 vhid 1 advskew 100 pass changeme")
        reaches_the_master(lab, b, "before the first up")
        b.sh("sysctl -qw net.carp.allow=0; ip link set carp0 up")
        become(b, "INIT")
        reaches_the_master(lab, b, "up with allow=0")
        b.sh("sysctl -qw net.carp.allow=1")
        become(b, "BACKUP")
        reaches_the_master(lab, b, "BACKUP")
        b.sh("sysctl -qw net.carp.allow=0")
        reaches_the_master(lab, b, "allow=0 in BACKUP")
        b.sh("ip link set carp0 down")
        reaches_the_master(lab, b, "after down")
        b.sh("sysctl -qw net.carp.allow=1; ip link set carp0 up")
        become(b, "BACKUP")
        b.sh("ip addr add 203.0.113.1/24 dev carp0; "
             "ip addr del 203.0.113.1/24 dev carp0")
        reaches_the_master(lab, b, "BACKUP, after other addresses were added")
        # It has been MASTER and is no longer.
        a.sh("carpconfig carp0 state backup")
        force(b, "master")
        b.sh("carpconfig carp0 state backup")
        force(a, "master")
        reaches_the_master(lab, b, "BACKUP again")


@test
def a_backup_without_another_address_has_none(lab):
    a, b, client = hosts(lab)
    with Watch(lab, a, b):
        elect(a, b)
        b.sh("ip addr flush dev eth0")
        for target in (VIP, lab.address("client"), "203.0.113.5"):
            refused = b.sh(f"ping -c 1 -W 1 {target}", check=False)
            assert "unreachable" in refused.err + refused.out, refused
        # With a way out, and nothing else to fall back to, Linux takes any
        # address it has.
        b.sh("ip route add default dev eth0")
        b.sh(f"ping -c 2 -i 0.2 -W 1 {lab.address('client')} && exit 1; "
             f"arping -c 1 -w 1 -I eth0 -s {VIP} {lab.address('client')} &&"
             "exit 1; true")
        client.sh(f"ping -c 1 -W 2 {VIP}")


# What a server has open when it ceases to be MASTER: it goes on sending on a
# TCP and a UDP socket, then ends one TCP connection with FIN and one with RST.
OLD_SOCKETS = """
import socket, struct, sys, time, os
vip, client = sys.argv[1:]
server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind((vip, 7000))
server.listen()
datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
datagrams.bind((vip, 7001))
open("/tmp/listening", "w").close()
streams = [server.accept()[0] for _ in range(2)]
for stream in streams:
    stream.setblocking(False)
refused = set()
def chatter(until):
    while not os.path.exists(until):
        for send in [s.send for s in streams] + [
                lambda data: datagrams.sendto(data, (client, 9))]:
            try:
                send(b"x" * 100)
            except BlockingIOError:
                pass
            except OSError as error:
                refused.add(error.errno)
        time.sleep(0.02)
chatter("/tmp/end")
streams[0].close()
streams[1].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                      struct.pack("ii", 1, 0))
streams[1].close()
server.close()
chatter("/tmp/stop")
print("refused", sorted(refused))
"""


@test
def sockets_bound_to_the_vip_fall_silent_with_the_master(lab):
    a, b, client = hosts(lab)
    with Watch(lab, a, b):
        elect(a, b)
        a.sh("rm -f /tmp/end /tmp/stop /tmp/listening\n"
             "cat >/tmp/sockets.py <<'END'\n" + OLD_SOCKETS + "END")
        server = a.spawn("exec python3 /tmp/sockets.py "
                         f"{VIP} {lab.address('client')}")
        a.until("[ -e /tmp/listening ]", 10)
        mark = lab.hub.now()
        for _ in range(2):
            client.spawn(f"exec socat -u TCP:{VIP}:7000 OPEN:/dev/null")
        lab.hub.wait(lambda f: f.ip and f.ip.src == VIP and f.ip.proto == 17,
                     mark, 10, count=20)
        a.sh("carpconfig carp0 state backup")
        silent = lab.hub.now()
        b.sh("carpconfig carp0 state master")
        dropped = carp(a)["stats"]["srcdrop"]
        a.until("[ $(carpconfig -j -s carp0 | jq .[0].stats.srcdrop) -gt "
                f"{dropped + 20} ]", 10)
        a.sh("touch /tmp/end")
        a.until("[ $(carpconfig -j -s carp0 | jq .[0].stats.srcdrop) -gt "
                f"{dropped + 40} ]", 10)
        # Retransmissions of data and of the FIN come later and later.
        a.until("[ $(ss -Htn state fin-wait-1 | wc -l) -ge 1 ]", 3)
        a.until("ss -Htnoi state fin-wait-1 | grep -q 'backoff:[2-9]'", 10)
        a.sh("touch /tmp/stop")
        told = server.wait(10)
        assert "101" in told, f"ENETUNREACH was expected: {told}"
        late = lab.hub.select(lambda f: f.port == "a" and f.ip and
                              f.ip.src == VIP, since=silent + 100_000_000)
        assert not late, str(late[0])


# Sends what is asked for on carp0, as an Ethernet frame from the virtual MAC.
RAW = """
import socket
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("carp0", 0))
for kind in (b"\\x08\\x00", b"\\x08\\x06", b"\\x86\\xdd", b"\\x88\\xb5"):
    try:
        s.send(b"\\xff" * 6 + bytes.fromhex("00005e000101") + kind + bytes(46))
    except OSError as error:
        print(error)
"""


@test
def a_backup_sends_nothing_with_the_virtual_mac_whatever_is_tried(lab):
    a, b, client = hosts(lab)
    with Watch(lab, a, b):
        elect(a, b)
        mark = lab.hub.now()
        b.sh(f"arping -c 1 -w 1 -U -I carp0 -s {VIP} {VIP}\n"
             f"arping -c 1 -w 1 -I carp0 -s {VIP} {lab.address('client')}\n"
             f"ping -c 1 -W 1 -I carp0 {lab.address('client')}\n"
             f"ping -c 1 -W 1 -I {VIP} {lab.address('client')}\n"
             "ping -c 1 -W 1 ff02::1%carp0\n"
             f"ip route add 203.0.113.0/24 dev carp0 src {VIP}\n"
             "ping -c 1 -W 1 203.0.113.1\n"
             f"ip neigh replace 203.0.113.2 lladdr {lab.mac('client')} "
             "dev carp0 nud permanent\nping -c 1 -W 1 203.0.113.2\n"
             f"nft add table ip t\nnft 'add chain ip t p {{ type nat hook "
             "postrouting priority 100; }}'\n"
             f"nft add rule ip t p ip daddr 192.0.2.77 snat to {VIP}\n"
             f"ip neigh replace 192.0.2.77 lladdr {lab.mac('client')} dev eth0"
             "\nping -c 1 -W 1 192.0.2.77\n"
             f"cat >/tmp/raw.py <<'END'\n{RAW}END\npython3 /tmp/raw.py",
             check=False)
        # And frames to the virtual MAC end there, whoever sent them.
        before = carp(b)["stats"]
        client.sh(f"ping -c 3 -i 0.2 -W 2 {VIP}")
        request = lab.hub.wait(lambda f: f.echo(8, VIP), mark, 1)
        assert request.dst == VMAC, str(request)
        assert not lab.hub.select(lambda f: f.port == "b" and
                                  f.src == VMAC, since=mark)
        assert carp(b)["state"] == "BACKUP"
        after = carp(b)["stats"]
        assert after["notmaster"] >= before["notmaster"] + 3, after


# -- 5: seen on carp0, counted, one MAC, never the default source -------------

@test
def the_device_shows_and_counts_both_directions(lab):
    a, b, client = hosts(lab)
    count = "cat /sys/class/net/carp0/statistics/{rx,tx}_packets"
    with Watch(lab, a, b):
        elect(a, b)
        dump = a.spawn("exec tcpdump -l -n -e -i carp0 icmp or tcp or udp")
        a.until(f"grep -q 'listening on carp0' {dump.log}", 10)
        serve(a)
        before = [int(n) for n in a.out(count).split()]
        client.sh(f"ping -c 5 -i 0.2 -W 2 {VIP}; "
                  f"ping -c 2 -i 0.2 -s 4000 -W 2 {VIP}; "
                  f"socat -u TCP:{VIP}:7 -")
        # What a sends of its own accord in the name of the VIP.
        a.sh(f"ping -c 3 -i 0.2 -W 2 -I {VIP} {lab.address('client')}")
        after = [int(n) for n in a.out(count).split()]
        client_ip = lab.address("client")
        # It reads what waits for it a while after, and nothing once it ends.
        a.until(f"[ $(grep -c '{client_ip} > {VIP}: ICMP echo reply' "
                f"{dump.log}) -ge 3 ]", 10)
        seen = dump.kill("INT")
        for arrow in (f"{client_ip} > {VIP}: ICMP echo request",
                      f"{VIP} > {client_ip}: ICMP echo reply",
                      f"{VIP} > {client_ip}: ICMP echo request",
                      f"{client_ip} > {VIP}: ICMP echo reply"):
            assert seen.count(arrow) >= 3, f"{arrow}\n{seen}"
        assert "Flags [S]" in seen and "Flags [S.]" in seen, seen
        for line in seen.splitlines():
            if f" {VIP}" in line and f"{VIP} > " in line:
                assert line.split()[1] == VMAC, line
        assert after[0] - before[0] >= 15, (before, after)
        assert after[1] - before[1] >= 15, (before, after)


@test
def a_sniffer_decodes_our_advertisements(lab):
    a, _, client = hosts(lab)
    with Watch(lab, a):
        dump = client.spawn("exec tcpdump -l -n -v -T carp -i eth0 "
                            "ip proto 112")
        client.until(f"grep -q 'listening on eth0' {dump.log}", 10)
        mark = lab.hub.now()
        member(a, skew=77)
        force(a, "master")
        sent = lab.hub.wait(lambda f: f.port == "a" and f.carp, mark, 5,
                            count=2).carp
        client.until(f"[ $(grep -c CARPv2 {dump.log}) -ge 2 ]", 5)
        told = dump.kill("INT")
        assert (f"{lab.address('a')} > 224.0.0.18: CARPv2-advertise 36: "
                f"vhid=1 advbase=1 advskew=77 authlen=7 "
                f"counter={sent.counter}") in told, told
        assert "ttl 255" in told and "bad" not in told, told


ORDERS = {
    "own address, then the VIP":
        "ip addr add {own} dev eth0; {create}; {vip}; {up}",
    "VIP and up, then own address":
        "{create}; {vip}; {up}; {master}; ip addr add {own} dev eth0",
    "VIP, own address, up":
        "{create}; {vip}; ip addr add {own} dev eth0; {up}",
    "own address away and back":
        "ip addr add {own} dev eth0; {create}; {vip}; {up}; {master}; "
        "ip addr del {own} dev eth0; ip addr add {own} dev eth0",
    "parent down and up":
        "ip addr add {own} dev eth0; {create}; {vip}; {up}; "
        "ip link set eth0 down; ip link set eth0 up",
    "device down and up":
        "ip addr add {own} dev eth0; {create}; {vip}; {up}; "
        "ip link set carp0 down; ip link set carp0 up",
}


@test(limit=180)
def an_addressed_host_never_takes_the_vip_as_default_source(lab):
    a, _, client = hosts(lab)
    own, peer = lab.address("a"), lab.address("client")
    with Watch(lab, a):
        for name, order in ORDERS.items():
            a.sh("ip link del carp0 2>/dev/null; ip addr flush dev eth0")
            a.sh(order.format(
                own=f"{own}/24", create="carpconfig carp0 create carpdev eth0;"
                " carpconfig carp0 vhid 1 pass changeme",
                vip=f"ip addr add {VIP}/24 dev carp0",
                up="ip link set carp0 up",
                master="carpconfig carp0 state master"))
            for state in ("BACKUP", "MASTER"):
                a.sh("carpconfig carp0 state " + state.lower())
                become(a, state)
                mark = lab.hub.now()
                for target in (peer, "192.0.2.77"):
                    route = a.out(f"ip route get {target}")
                    assert f" src {own} " in route, f"{name}, {state}: {route}"
                a.sh(f"ping -c 1 -W 2 {peer}")
                asked = lab.hub.wait(lambda f: f.port == "a" and
                                     f.echo(8, peer), mark, 2)
                assert asked.ip.src == own, f"{name}, {state}: {asked}"
    client.sh(f"ping -c 1 -W 2 {VIP}")


# -- 6: any subnet, any parent ---------------------------------------------------

@test
def the_vip_may_lie_in_another_subnet_than_the_parent(lab):
    a, b, client = hosts(lab)
    far, alone = "198.51.100.1", "203.0.113.9"
    with Watch(lab, a, b, vips=(far, alone)):
        elect(a, b, vips=(f"{far}/24", f"{alone}/32"))
        # A client of that subnet, and one that only has a route.
        client.sh("ip addr add 198.51.100.50/24 dev eth0; "
                  f"ip route add {alone}/32 dev eth0")
        for master in (a, b):
            if master is b:
                a.sh("ip link set carp0 down")
                become(b, "MASTER")
            for vip in (far, alone):
                mark = lab.hub.now()
                client.sh(f"ping -c 2 -i 0.2 -W 2 {vip}")
                lab.hub.wait(lambda f: f.port == master.name and
                             f.echo(0, vip), mark, 1)


@test
def the_parents_need_no_address(lab):
    a, b, client = hosts(lab)
    for guest in (a, b):
        guest.sh("ip addr flush dev eth0")
    with Watch(lab, a, b):
        elect(a, b)
        mark = lab.hub.now()
        client.sh(f"ping -c 2 -i 0.2 -W 2 {VIP}")
        lab.hub.wait(lambda f: f.port == "a" and f.echo(0, VIP), mark, 1)
        a.sh("ip link set carp0 down")
        become(b, "MASTER")
        mark = lab.hub.now()
        client.sh(f"ping -c 2 -i 0.2 -W 2 {VIP}")
        lab.hub.wait(lambda f: f.port == "b" and f.echo(0, VIP), mark, 1)


@test(limit=180)
def two_masters_without_addresses_heal_whatever_rp_filter_is(lab):
    a, b, _ = hosts(lab)
    for guest in (a, b):
        guest.sh("ip addr flush dev eth0")
    with Watch(lab, a, b):
        elect(a, b)
        for rp_filter in (0, 1, 2):
            for guest in (a, b):
                guest.sh(f"sysctl -qw net.ipv4.conf.all.rp_filter={rp_filter} "
                         f"net.ipv4.conf.eth0.rp_filter={rp_filter}")
            lab.hub.cut("a", "b")
            lab.hub.cut("b", "a")
            force(b, "master")
            assert carp(a)["state"] == "MASTER"
            lab.hub.join("a", "b")
            lab.hub.join("b", "a")
            healed = lab.hub.now()
            become(b, "BACKUP", 5)
            turn = carp(b)["history"][-1]
            assert turn["reason"] == "more frequent advertisement received"
            # b yields to the first that it hears, one interval at most.
            heard = lab.hub.wait(lambda f: f.port == "a" and f.carp, healed, 3)
            again = lab.hub.select(lambda f: f.port == "b" and f.carp,
                                   since=heard.t + 50_000_000)
            assert not again, f"rp_filter {rp_filter}: {again[0]}"
            assert (heard.t - healed) / 1e9 < 1.3, str(heard)
            assert carp(a)["state"] == "MASTER"


# -- 7: told without being asked ---------------------------------------------------

@test
def link_monitor_tells_the_state_reached_and_history_keeps_sixteen(lab):
    _, b, _ = hosts(lab)
    with Watch(lab, b):
        member(b)
        become(b, "MASTER")
        monitor = b.spawn("exec ip -d monitor link dev carp0")
        ours = b.spawn("exec carpconfig monitor -j carp0")
        b.until("ip link set carp0 alias $RANDOM; sleep 0.1; "
                f"[ -s {monitor.log} ]", 5)
        before = carp(b)["serial"]
        b.sh("for i in 1 2 3 4 5 6 7 8 9 10; do carpconfig carp0 state backup;"
             " carpconfig carp0 state master; done; "
             "carpconfig carp0 state backup")
        last = f"sed -n 's/.*carp state /state /p' {monitor.log} | tail -n 1"
        b.until(f"{last} | grep -q 'state BACKUP '", 5)
        become(b, "MASTER")
        b.until(f"{last} | grep -q 'state MASTER '", 5)
        link = carp(b)
        assert link["serial"] == before + 22, (before, link["serial"])
        history = link["history"]
        assert [t["serial"] for t in history] == \
            list(range(before + 7, before + 23)), history
        assert [t["to"] for t in history] == ["BACKUP", "MASTER"] * 8
        assert [t["from"] for t in history] == ["MASTER", "BACKUP"] * 8
        times = [t["time"] for t in history]
        assert times == sorted(times), times
        assert {t["reason"] for t in history[:-1]} == {"user requested"}
        assert history[-1]["reason"] == link["reason"] == "master timed out"
        b.until(f"[ $(grep -c serial {ours.log}) -ge 22 ]", 5)
        told = [json.loads(line)["serial"]
                for line in ours.kill().splitlines()]
        assert told[-22:] == list(range(before + 1, before + 23)), told
