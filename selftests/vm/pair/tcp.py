# SPDX-License-Identifier: GPL-2.0-only
"""TCP to a virtual address, and through a pair of gateways, is TCP.

The arithmetic is checked on what "tcpdump -S -i carp0" prints, so that it is
also that both directions of every session are to be seen there.
"""

import re

from lab import member, test
from watch import VIP, VMAC, Watch, become, force

SEGMENTS = ("seg", "side")
INSIDE = "198.51.100.100"


# -- what TCP promises -----------------------------------------------------------

LINE = re.compile(r"IP (\S+) > (\S+): Flags \[([^]]*)\](?:, seq (\d+)(?::(\d+))?)?"
                  r"(?:, ack (\d+))?.*length (\d+)")


def after(a, b):
    """How much @a comes after @b; sequence numbers wrap."""
    return ((a - b + (1 << 31)) & 0xFFFFFFFF) - (1 << 31)


class Half:
    """One direction of a connection, in the order in which it was seen."""

    def __init__(self):
        self.isn = None
        self.next = None
        self.acked = None
        self.bytes = 0
        self.fin = False
        self.reset = False

    def send(self, line, flags, seq, end, length):
        assert not self.reset or "R" in flags, f"after its own RST: {line}"
        if "S" in flags:
            assert self.isn in (None, seq), f"another ISN: {line}"
            self.isn = seq
            self.next = seq + 1 & 0xFFFFFFFF if self.next is None else self.next
            return
        assert self.next is not None, f"no SYN before: {line}"
        if "R" in flags:
            self.reset = True
        if seq is None:
            return
        assert end is None or after(end, seq) == length, f"length: {line}"
        end = (seq + length + ("F" in flags)) & 0xFFFFFFFF
        assert after(seq, self.next) <= 0, f"a hole before: {line}"
        assert not self.fin or after(end, self.next) <= 0, \
            f"more after FIN: {line}"
        self.fin |= "F" in flags
        if after(end, self.next) > 0:
            self.bytes += after(end, self.next) - ("F" in flags)
            self.next = end

    def acknowledge(self, line, ack, peer):
        """@peer sent what is acknowledged."""
        assert after(ack, peer.next) <= 0, f"not sent yet: {line}"
        assert self.acked is None or after(ack, self.acked) >= 0, \
            f"taken back: {line}"
        self.acked = ack


def trace(text):
    """(client, server) -> their Halves, of a whole trace; or it complains."""
    found = {}
    for line in text.splitlines():
        match = LINE.search(line)
        if not match:
            continue
        source, target, flags = match.group(1, 2, 3)
        seq, end, ack, length = (None if n is None else int(n)
                                 for n in match.group(4, 5, 6, 7))
        if flags == "S" and (source, target) not in found:
            assert ack is None, f"ACK in a first SYN: {line}"
            found[source, target] = Half(), Half()
        if (source, target) in found:
            sender, receiver = found[source, target]
        else:
            assert (target, source) in found, f"no SYN seen: {line}"
            receiver, sender = found[target, source]
        sender.send(line, flags, seq, end, length)
        if ack is not None and "R" not in flags:
            assert receiver.next is not None, f"nothing to ACK: {line}"
            sender.acknowledge(line, ack, receiver)
            if "S" in flags:
                assert ack == receiver.isn + 1 & 0xFFFFFFFF, line
    return found


# Sends n bytes, gets n back; ends the first connection with FIN and the second
# with RST, from the side that "who" says.
PEER = """
import socket, struct, sys
role, vip, who, size = sys.argv[1:4] + [int(sys.argv[4])]
data = bytes(i * 7 % 251 for i in range(size))

def receive(s):
    got = b""
    while len(got) < size:
        more = s.recv(65536)
        assert more, "closed too early"
        got += more
    assert got == data, "changed on the way"

def end(s, how):
    if how == "RST":
        if role == who:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                         struct.pack("ii", 1, 0))
            s.close()
            return
        try:
            assert s.recv(1) == b"never", "FIN and not RST"
        except ConnectionResetError:
            pass
    elif role == who:
        s.shutdown(socket.SHUT_WR)
        assert s.recv(1) == b""
    else:
        assert s.recv(1) == b""
        s.close()

if role == "server":
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((vip, 7000))
    listener.listen()
    print("listening", flush=True)
for how in ("FIN", "RST"):
    if role == "server":
        s = listener.accept()[0]
        receive(s)
        s.sendall(data)
    else:
        s = socket.create_connection((vip, 7000), 20)
        s.sendall(data)
        receive(s)
    # A server that ends it with RST must know that all has arrived.
    if who == "server":
        if role == "server":
            assert s.recv(1) == b"k"
        else:
            s.sendall(b"k")
    end(s, how)
print("done")
"""


def put(guest, name, text):
    guest.sh(f"cat >/tmp/{name} <<'END'\n{text}END")


def conversation(a, client, who, size):
    """Both ways, both ends; what tcpdump on carp0 printed."""
    dump = a.spawn("exec tcpdump -S -n -tt -l -B 8192 -i carp0 "
                   "tcp or icmp")
    a.until(f"grep -q 'listening on' {dump.log}", 10)
    server = a.spawn(f"exec python3 /tmp/peer.py server {VIP} {who} {size}")
    a.until(f"grep -q listening {server.log}", 10)
    client.sh(f"python3 /tmp/peer.py client {VIP} {who} {size}", limit=60)
    assert "done" in server.wait(20)
    a.until("[ -z \"$(ss -Htn sport = :7000 | grep -v TIME-WAIT)\" ]", 10)
    # It has read all that was before this.
    client.sh(f"ping -c 1 -w 10 {VIP}")
    a.until(f"grep -q 'ICMP echo reply' {dump.log}", 10)
    text = dump.kill("INT", 10)
    assert re.search(r"^0 packets dropped by kernel", text, re.M), text[-300:]
    return text


@test(limit=180)
def a_tcp_session_to_the_vip_adds_up(lab):
    a, b, client = lab.guests("a", "b", "client", segments=SEGMENTS)
    size = 200000
    with Watch(lab, a, b):
        member(a)
        force(a, "master")
        for guest in (a, client):
            put(guest, "peer.py", PEER)
        for who in ("client", "server"):
            text = conversation(a, client, who, size)
            sessions = list(trace(text).values())
            assert len(sessions) == 2, text
            (near, far), (reset_near, reset_far) = sessions
            for half in (far, reset_far):
                assert half.bytes == size, (half.bytes, text)
            for half in (near, reset_near):
                assert half.bytes == size + (who == "server"), half.bytes
            assert near.fin and far.fin and not (near.reset or far.reset)
            # Each has acknowledged all of the other, the FIN included.
            assert near.acked == far.next and far.acked == near.next
            one, other = ((reset_near, reset_far) if who == "client" else
                          (reset_far, reset_near))
            assert one.reset and not other.reset and not one.fin
    # That the checker minds: one acknowledgement of what was never sent.
    forged = re.sub(r"(Flags \[\.\], ack )(\d+)", lambda m: m[1] + str(
        int(m[2]) + 5000000 & 0xFFFFFFFF), text, count=1)
    try:
        trace(forged)
    except AssertionError:
        return
    raise AssertionError("a forged acknowledgement was not noticed")


ECHO = """
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], 7001))
print("listening", flush=True)
while True:
    data, peer = s.recvfrom(65536)
    s.sendto(data[::-1], peer)
"""
ASK = """
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(3)
for size in (8000, 2000, 20000):
    data = bytes(i * 7 % 251 for i in range(size))
    # A busy emulator drops a fragment now and then.
    for attempt in range(5):
        s.sendto(data, (sys.argv[1], 7001))
        try:
            got = s.recv(65536)
        except socket.timeout:
            continue
        assert got == data[::-1], size
        break
    else:
        sys.exit(f"{size} bytes: no answer")
"""


def fragment(frame, source):
    return frame.ip and frame.ip.src == source and frame.ip.proto == 17 and \
        int.from_bytes(frame.data[20:22], "big") & 0x3FFF


@test
def fragments_of_a_datagram_are_sent_and_received(lab):
    a, b, client = lab.guests("a", "b", "client", segments=SEGMENTS)
    with Watch(lab, a, b):
        member(a)
        force(a, "master")
        put(a, "echo.py", ECHO)
        server = a.spawn(f"exec python3 /tmp/echo.py {VIP}")
        a.until(f"grep -q listening {server.log}", 10)
        mark = lab.hub.now()
        put(client, "ask.py", ASK)
        client.sh(f"python3 /tmp/ask.py {VIP}")
        for source in (VIP, lab.address("client")):
            sent = lab.hub.select(lambda f: fragment(f, source), since=mark)
            assert len(sent) >= 6 + 2 + 14, f"{len(sent)} from {source}"
            if source == VIP:
                assert {f.src for f in sent} == {VMAC}
            else:
                assert {f.dst for f in sent} == {VMAC}


SEND = """
import socket, sys
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind((sys.argv[1], 7000))
listener.listen()
print("listening", flush=True)
s = listener.accept()[0]
s.sendall(bytes(300000))
s.close()
"""


def frag_needed(frame):
    ip = frame.ip
    return ip and ip.proto == 1 and ip.dst == VIP and ip.payload[:2] == b"\3\4"


def from_vip(frame):
    return frame.ip and frame.ip.src == VIP and frame.ip.proto == 6


@test
def a_router_s_small_mtu_is_learned_by_a_session_of_the_vip(lab):
    a, router, client = lab.guests("a", "b", "client", segments=SEGMENTS)
    with Watch(lab, a, others=()):
        router.sh("sysctl -qw net.ipv4.ip_forward=1; ip link set eth1 up mtu "
                  "1280; ip addr add 198.51.100.2/24 dev eth1")
        client.sh("ip link set eth0 down; ip link set eth1 up; "
                  "ip addr add 198.51.100.3/24 dev eth1; "
                  "ip route add default via 198.51.100.2")
        a.sh(f"ip route add 198.51.100.0/24 via {lab.address('b')}")
        member(a)
        force(a, "master")
        put(a, "send.py", SEND)
        server = a.spawn(f"exec python3 /tmp/send.py {VIP}")
        a.until(f"grep -q listening {server.log}", 10)
        mark = lab.hub.now()
        size = client.out(f"socat -u -T 20 TCP:{VIP}:7000 - | wc -c", limit=60)
        assert size == "300000", size
        told = lab.hub.select(frag_needed, since=mark)
        assert told, "the router never complained"
        assert told[0].dst == VMAC, str(told[0])
        big = [f for f in lab.hub.select(from_vip, since=mark)
               if len(f.data) > 1294]
        assert big and len(big) < 60, f"{len(big)} packets were too big"
        last = told[-1].t
        fits = [f for f in lab.hub.select(from_vip, since=last)
                if len(f.data) == 1294]
        assert len(fits) > 100, f"{len(fits)} packets of the right size"


# -- through a pair of gateways -------------------------------------------------------

PACED = """
import socket, sys, time
listener = socket.socket()
listener.bind(("", 7000))
listener.listen()
print("listening", flush=True)
s = listener.accept()[0]
with open("/tmp/data", "rb") as file:
    while True:
        data = file.read(32768)
        if not data:
            break
        s.sendall(data)
        time.sleep(0.05)
s.close()
"""


def gateway(guest, number, skew):
    guest.sh("sysctl -qw net.ipv4.ip_forward=1; ip link set eth1 up; "
             f"ip addr add 198.51.100.{number}/24 dev eth1")
    member(guest, skew=skew)
    guest.sh("carpconfig carp1 create carpdev eth1; carpconfig carp1 vhid 2 "
             f"advskew {skew} pass changeme {INSIDE}/24 up")


def carries(frame, port):
    """Data of the transfer, sent on by the gateway at @port."""
    return frame.port == port and frame.ip and frame.ip.proto == 6 and \
        len(frame.data) > 500


@test(limit=240)
def a_forwarded_transfer_survives_the_masters_death(lab):
    a, b, client = lab.guests("a", "b", "client", segments=SEGMENTS)
    server, = lab.guests("server", segments=("side",), address=False)
    side = "198.51.100.4"
    with Watch(lab, a, b, others=()) as front, \
            Watch(lab, a, b, vips=(INSIDE,), vmac="00:00:5e:00:01:02",
                  dev="carp1", home="side", others=()) as back:
        gateway(a, 1, 0)
        for dev in ("carp0", "carp1"):
            force(a, "master", dev)
        gateway(b, 2, 100)
        for dev in ("carp0", "carp1"):
            become(b, "BACKUP", dev=dev)
        server.sh(f"ip addr add {side}/24 dev eth0; "
                  f"ip route add default via {INSIDE}; "
                  "head -c 4000000 /dev/urandom >/tmp/data")
        digest = server.out("sha256sum </tmp/data")
        put(server, "paced.py", PACED)
        paced = server.spawn("exec python3 /tmp/paced.py")
        server.until(f"grep -q listening {paced.log}", 10)
        client.sh(f"ip route add 198.51.100.0/24 via {VIP}")
        mark = lab.hub.now()
        copy = client.spawn(f"socat -u TCP:{side}:7000 - | sha256sum")
        lab.hub.wait(lambda f: carries(f, "a"), mark, 20, count=300)
        assert not lab.hub.select(lambda f: carries(f, "b"), since=mark)
        back.close(a)
        front.kill(a)
        lab.hub.wait(lambda f: carries(f, "b"), mark, 30, count=300)
        got = copy.wait(90).strip()
        assert got == digest, f"{got} is not {digest}"
        for dev in ("carp0", "carp1"):
            become(b, "MASTER", dev=dev)
