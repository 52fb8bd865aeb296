# SPDX-License-Identifier: GPL-2.0-only
"""An Ethernet segment for QEMU guests, and its sniffer.

A hub runs in a thread of the test. Each guest's network card is a pair of unix
datagram sockets: no privileges, no network of the host, any number of guests.
Every frame is kept with the time it came in, by one clock for all guests, and
written to a pcapng file, one interface per port.

    hub = Hub("seg", "/tmp/x", pcapng="/tmp/x/seg.pcapng")
    hub.add("a")                       # -> Guest(nics=[(hub, mac)]) does this
    mark = hub.now()
    frame = hub.wait(lambda f: f.carp and f.port == "b", since=mark, limit=5)
    hub.cut("a", "b")                  # frames from a no longer reach b
    hub.cut("a")                       # a's cable is out, both ways
    hub.join("a")
    hub.loss("a", "b", 10)             # percent
"""

import collections
import os
import random
import selectors
import socket
import struct
import threading
import time

ANY = "*"
# What waits for a guest that does not empty its socket, and for how long: a
# real card's ring overflows too.
BACKLOG_FRAMES = 512
BACKLOG_NS = 500_000_000


def patience():
    """By how much to stretch a time limit on this host now. Limits say when to
    give up; what a test is about it measures."""
    return min(6.0, max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)))


def mac_str(raw):
    return ":".join(f"{byte:02x}" for byte in raw)


def ip_str(raw):
    return socket.inet_ntop(
        socket.AF_INET if len(raw) == 4 else socket.AF_INET6, raw)


# Where the options of a neighbour discovery message begin.
ND_OPTIONS = {133: 8, 134: 16, 135: 24, 136: 24, 137: 40}
ND_SOLICIT, ND_ADVERT = 135, 136


class Frame:
    """One frame as it entered the hub: t in ns, port is the sender's name."""

    def __init__(self, t, port, data):
        self.t = t
        self.port = port
        self.data = data
        self.dst = mac_str(data[0:6])
        self.src = mac_str(data[6:12])
        self.type = int.from_bytes(data[12:14], "big")

    @property
    def arp(self):
        """(operation, sender MAC, sender IP, target MAC, target IP)"""
        if self.type != 0x0806 or len(self.data) < 42:
            return None
        oper, sha, spa, tha, tpa = struct.unpack_from("!H6s4s6s4s",
                                                      self.data, 20)
        return Arp(oper, mac_str(sha), ip_str(spa), mac_str(tha), ip_str(tpa))

    @property
    def ip(self):
        """Of either family; extension headers are part of the payload."""
        if self.type == 0x86DD and len(self.data) >= 54:
            head = self.data[14:]
            size, proto, limit = struct.unpack_from("!HBB", head, 4)
            return Ip(ip_str(head[8:24]), ip_str(head[24:40]), proto, limit,
                      head[40:40 + size])
        if self.type != 0x0800 or len(self.data) < 34:
            return None
        head = self.data[14:]
        size = (head[0] & 15) * 4
        return Ip(ip_str(head[12:16]), ip_str(head[16:20]), head[9], head[8],
                  head[size:int.from_bytes(head[2:4], "big")])

    @property
    def nd(self):
        """Neighbour discovery: what, about whom, and the link-layer address
        in its option, if any; bound is the address that has it then."""
        ip = self.ip
        if not ip or ip.proto != 58 or not ip.payload or ":" not in ip.src:
            return None
        kind = ip.payload[0]
        at = ND_OPTIONS.get(kind)
        if not at or len(ip.payload) < at:
            return None
        target = ip_str(ip.payload[8:24]) if kind >= ND_SOLICIT else None
        mac = None
        options = ip.payload[at:]
        while len(options) >= 8 and options[1]:
            if options[0] in (1, 2):
                mac = mac_str(options[2:8])
            options = options[options[1] * 8:]
        return Nd(kind, target, ip.src if kind <= ND_SOLICIT else target, mac,
                  ip.payload[4])

    @property
    def carp(self):
        """The advertisement in it; VRRP packets have the same protocol number
        but not this length."""
        ip = self.ip
        if not ip or ip.proto != 112 or len(ip.payload) != 36:
            return None
        body = ip.payload
        if body[0] != 0x21 or body[3] != 7:
            return None
        return Advert(body[1], body[2], body[4], body[5], ip.src,
                      int.from_bytes(body[8:16], "big"))

    def gratuitous(self, address):
        """An ARP frame by which @address says where it is now, or an
        unsolicited neighbour advertisement with override."""
        arp, nd = self.arp, self.nd
        if nd:
            return (nd.kind == ND_ADVERT and nd.target == address and
                    nd.flags & 0x60 == 0x20)
        return bool(arp and arp.spa == address and arp.tpa == address)

    def echo(self, kind, address):
        """An ICMP echo request (8) to, or reply (0) from, @address."""
        ip = self.ip
        if ip and ip.proto == 58 and ip.payload and ":" in address:
            peer = ip.dst if kind == 8 else ip.src
            return ip.payload[0] == (128 if kind == 8 else 129) and \
                peer == address
        if not ip or ip.proto != 1 or not ip.payload:
            return False
        peer = ip.dst if kind == 8 else ip.src
        return ip.payload[0] == kind and peer == address

    def __str__(self):
        what = self.arp or self.carp or self.nd or self.ip
        if isinstance(what, Ip):
            what = f"{what.src} > {what.dst} proto {what.proto}"
        return (f"{self.t / 1e9:.6f} from {self.port}: {self.src} > {self.dst}"
                f" {what or hex(self.type)}")


Arp = collections.namedtuple("Arp", "oper sha spa tha tpa")
Ip = collections.namedtuple("Ip", "src dst proto ttl payload")
Nd = collections.namedtuple("Nd", "kind target bound mac flags")
Advert = collections.namedtuple("Advert",
                                "vhid advskew demote advbase source counter")


class Pcapng:
    """Writes frames; an interface is described at its first frame."""

    def __init__(self, path):
        self.file = open(path, "wb")
        self.ports = {}
        self.offset = time.time_ns() - time.monotonic_ns()
        self._block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))

    def _block(self, kind, body):
        body += bytes(-len(body) % 4)
        size = struct.pack("<I", len(body) + 12)
        self.file.write(struct.pack("<I", kind) + size + body + size)

    @staticmethod
    def _option(code, value):
        return (struct.pack("<HH", code, len(value)) + value +
                bytes(-len(value) % 4))

    def write(self, frame):
        if frame.port not in self.ports:
            self.ports[frame.port] = len(self.ports)
            self._block(1, struct.pack("<HHI", 1, 0, 0) +
                        self._option(2, frame.port.encode()) +
                        self._option(9, b"\x09") + self._option(0, b""))
        t = frame.t + self.offset
        size = len(frame.data)
        self._block(6, struct.pack("<IIIII", self.ports[frame.port], t >> 32,
                                   t & 0xFFFFFFFF, size, size) + frame.data)

    def flush(self):
        self.file.flush()


class Hub:
    def __init__(self, name, directory, pcapng=None):
        self.name = name
        self.directory = directory
        self.frames = []
        self.dropped = collections.Counter()
        self._ports = {}
        self._loss = {}
        self._backlog = collections.defaultdict(collections.deque)
        self._random = random.Random(1)
        self._news = threading.Condition()
        self._pcapng = Pcapng(pcapng) if pcapng else None
        self._selector = selectors.DefaultSelector()
        self._wake_r, self._wake_w = os.pipe()
        self._selector.register(self._wake_r, selectors.EVENT_READ, None)
        self._closing = False
        self._thread = threading.Thread(target=self._run, daemon=True,
                                        name=f"hub {name}")
        self._thread.start()

    @staticmethod
    def now():
        return time.monotonic_ns()

    def _paths(self, port):
        base = os.path.join(self.directory, f"{self.name}.{port}")
        return base + ".hub", base + ".vm"

    def add(self, port):
        """Make @port if need be. Return the options of QEMU's -netdev."""
        hub, vm = self._paths(port)
        with self._news:
            if port not in self._ports:
                sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
                sock.setblocking(False)
                sock.bind(hub)
                self._ports[port] = sock
                self._selector.register(sock, selectors.EVENT_READ, port)
        os.write(self._wake_w, b"x")
        if os.path.exists(vm):
            os.unlink(vm)
        return (f"dgram,local.type=unix,local.path={vm},"
                f"remote.type=unix,remote.path={hub}")

    def loss(self, source, target, percent):
        """Lose that share of what @source sends to @target; ANY is both."""
        with self._news:
            self._loss[source, target] = percent

    def cut(self, source, target=None):
        """One way from @source to @target; without it, all of @source's."""
        if target is None:
            self.loss(source, ANY, 100)
            self.loss(ANY, source, 100)
        else:
            self.loss(source, target, 100)

    def join(self, source, target=None):
        with self._news:
            if target is None:
                self._loss.pop((source, ANY), None)
                self._loss.pop((ANY, source), None)
            else:
                self._loss.pop((source, target), None)

    def heal(self):
        """Undo every cut and loss."""
        with self._news:
            self._loss.clear()

    def inject(self, data, port="test"):
        """Send a frame to every port, as if from a host called @port."""
        with self._news:
            self._forward(port, data)
            self._news.notify_all()

    def select(self, match=None, since=0, until=None):
        """The frames so far for which @match holds."""
        with self._news:
            frames = list(self.frames)
        return [f for f in frames if f.t >= since and
                (until is None or f.t <= until) and
                (match is None or match(f))]

    def wait(self, match, since=None, limit=10.0, count=1):
        """The @count-th frame from @since on for which @match holds.

        Without @since, from now on. Raises TimeoutError after @limit seconds,
        more on a busy host.
        """
        since = self.now() if since is None else since
        end = time.monotonic() + limit * patience()
        seen = 0
        at = self._first_index(since)
        with self._news:
            while True:
                for frame in self.frames[at:]:
                    at += 1
                    if frame.t >= since and match(frame):
                        seen += 1
                        if seen == count:
                            return frame
                left = end - time.monotonic()
                if left <= 0:
                    raise TimeoutError(
                        f"hub {self.name}: no such frame in {limit} s")
                self._news.wait(left)

    def _first_index(self, since):
        with self._news:
            at = len(self.frames)
            while at and self.frames[at - 1].t >= since:
                at -= 1
            return at

    def close(self):
        self._closing = True
        os.write(self._wake_w, b"x")
        self._thread.join(5)

    def _run(self):
        while not self._closing:
            events = self._selector.select(
                0.001 if any(self._backlog.values()) else None)
            with self._news:
                for key, _ in events:
                    if key.data is None:
                        os.read(self._wake_r, 64)
                    else:
                        self._drain(key.data)
                self._retry()
                if events:
                    self._news.notify_all()
            if self._pcapng:
                self._pcapng.flush()
        for sock in self._ports.values():
            sock.close()

    def _drain(self, port):
        for _ in range(64):
            try:
                data = self._ports[port].recv(70000)
            except BlockingIOError:
                return
            if len(data) >= 14:
                self._forward(port, data)

    def _forward(self, source, data):
        frame = Frame(self.now(), source, data)
        self.frames.append(frame)
        if self._pcapng:
            self._pcapng.write(frame)
        for target in self._ports:
            if target == source or self._lost(source, target):
                continue
            queue = self._backlog[target]
            if queue or not self._send(target, data):
                if len(queue) < BACKLOG_FRAMES:
                    queue.append((frame.t, data))
                else:
                    self.dropped[target] += 1

    def _lost(self, source, target):
        if not self._loss:
            return False
        percent = max(self._loss.get(pair, 0) for pair in
                      ((source, target), (source, ANY), (ANY, target)))
        return self._random.random() * 100 < percent

    def _send(self, target, data):
        """False if it should be tried again; a dead guest hears nothing."""
        try:
            self._ports[target].sendto(data, self._paths(target)[1])
        except BlockingIOError:
            return False
        except (FileNotFoundError, ConnectionRefusedError):
            pass
        return True

    def _retry(self):
        old = self.now() - BACKLOG_NS
        for target, queue in self._backlog.items():
            while queue:
                if not self._send(target, queue[0][1]):
                    if queue[0][0] >= old:
                        break
                    self.dropped[target] += 1
                queue.popleft()
