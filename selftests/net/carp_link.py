#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""carp_link.py <REQUESTS: rtnetlink as no tool would say it

A line of standard input is a request and what shall become of it: "ok", or an
errno, and after # what the kernel's sentence has to contain.

    EINVAL new carp0 lower=eth0 key=text:twenty-characters-long # only 19

  new NAME lower=DEVICE [ATTRIBUTE=VALUE]...   create (RTM_NEWLINK, exclusive)
  set NAME [ATTRIBUTE=VALUE]...                change

ATTRIBUTE is a name in ATTRIBUTES or a number. VALUE is a number ("5" is a u8,
"5/4" has four bytes), bytes ("hex:00ff", "text:abc") or a list of nodes
("nodes:VHID:ADVSKEW,VHID"). lower, mtu, address (hex)
and netns (a file) are attributes of every link.

    carp_link.py dump: every byte of a dump of all links, to standard output

As a module it reads a device's state and counters, also of another namespace.
"""

import ctypes
import errno
import os
import socket
import struct
import sys

RTM_NEWLINK, RTM_GETLINK = 16, 18
NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 0x1, 0x4, 0x300
NLM_F_EXCL, NLM_F_CREATE = 0x200, 0x400
NLM_F_CAPPED, NLM_F_ACK_TLVS = 0x100, 0x200
NLMSG_ERROR, NLMSG_DONE = 2, 3
IFLA_ADDRESS, IFLA_IFNAME, IFLA_MTU, IFLA_LINK = 1, 3, 4, 5
IFLA_LINKINFO, IFLA_NET_NS_FD, IFLA_LINK_NETNSID = 18, 28, 37
IFLA_INFO_KIND, IFLA_INFO_DATA, IFLA_INFO_XSTATS = 1, 2, 3
SOL_NETLINK, NETLINK_CAP_ACK, NETLINK_EXT_ACK = 270, 10, 11
CLONE_NEWNET = 0x40000000

ATTRIBUTES = {name: number for number, name in enumerate(
    "unspec vhid advbase advskew key key_set state reason serial history "
    "pad peer peer6 cksum6 form demotion demote demoted demotestyle syncgroup "
    "announce track balancing hash nodes".split())}
STATES = ("INIT", "BACKUP", "MASTER")
COUNTERS = (
    "ipackets ipackets6 badif badttl hdrops badsum badver badlen badauth "
    "badvhid looped opackets opackets6 oerrors preempt grace notmaster "
    "arpdrop srcdrop conflicts".split())
FIRST_COUNTER = 2
CARP_NODES_NODE, CARP_NODE_VHID, CARP_NODE_ADVSKEW = 1, 2, 3
NLA_F_NESTED = 0x8000


def attribute(number, data):
    length = 4 + len(data)
    return struct.pack("=HH", length, number) + data + bytes(-length % 4)


def attributes(data):
    """{number: payload} of a run of attributes"""
    found = {}
    while len(data) >= 4:
        length, number = struct.unpack_from("=HH", data)
        found[number & 0x3fff] = data[4:length]
        data = data[(length + 3) & ~3:]
    return found


def enter(namespace):
    """Change the network namespace of this process; an open file or a path"""
    libc = ctypes.CDLL(None, use_errno=True)
    file = open(namespace) if isinstance(namespace, str) else namespace
    if libc.setns(file.fileno(), CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), f"setns {namespace}")


class Refused(Exception):
    def __init__(self, number, sentence):
        super().__init__(sentence)
        self.errno = number
        self.sentence = sentence


class Rtnetlink:
    """A socket, in the namespace of this process or in a named one"""

    def __init__(self, namespace=None):
        with open("/proc/self/ns/net") as home:
            if namespace:
                enter(f"/run/netns/{namespace}")
            self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
            if namespace:
                enter(home)
        for option in (NETLINK_CAP_ACK, NETLINK_EXT_ACK):
            self.socket.setsockopt(SOL_NETLINK, option, 1)

    def send(self, kind, flags, ifindex=0, payload=b""):
        body = struct.pack("=BxHiII", 0, 0, ifindex, 0, 0) + payload
        head = struct.pack("=IHHII", 16 + len(body), kind,
                           flags | NLM_F_REQUEST, 1, 0)
        self.socket.send(head + body)

    def messages(self):
        """(kind, flags, payload) of what comes next"""
        data = self.socket.recv(1 << 18)
        while len(data) >= 16:
            length, kind, flags = struct.unpack_from("=IHH", data)
            yield kind, flags, data[16:length]
            data = data[(length + 3) & ~3:]

    def request(self, kind, flags, ifindex=0, payload=b""):
        """The answer, or Refused"""
        self.send(kind, flags, ifindex, payload)
        for got, got_flags, body in self.messages():
            if got != NLMSG_ERROR:
                return body
            number, = struct.unpack_from("=i", body)
            if not number:
                return body
            sentence = ""
            if got_flags & NLM_F_ACK_TLVS:
                sentence = attributes(body[20:]).get(1, b"").decode()
            raise Refused(-number, sentence.rstrip("\0"))

    def dump(self):
        """The bytes of all links"""
        self.send(RTM_GETLINK, NLM_F_DUMP)
        while True:
            for kind, _, body in self.messages():
                if kind == NLMSG_DONE:
                    return
                yield body


class Carp:
    """What a device says of itself"""

    def __init__(self, namespace, name):
        self.link = Rtnetlink(namespace)
        self.name = name

    def read(self):
        """(state, serial, {counter: value})"""
        body = self.link.request(
            RTM_GETLINK, 0, 0, attribute(IFLA_IFNAME,
                                         self.name.encode() + b"\0"))
        info = attributes(attributes(body[16:])[IFLA_LINKINFO])
        data = attributes(info[IFLA_INFO_DATA])
        stats = attributes(info[IFLA_INFO_XSTATS])
        number, = struct.unpack("=I", data[ATTRIBUTES["state"]])
        serial, = struct.unpack("=I", data[ATTRIBUTES["serial"]])
        counters = {name: struct.unpack("=Q", stats[FIRST_COUNTER + i])[0]
                    for i, name in enumerate(COUNTERS)}
        return STATES[number], serial, counters


def node(text):
    """VHID or VHID:ADVSKEW"""
    vhid, _, advskew = text.partition(":")
    data = attribute(CARP_NODE_VHID, bytes([int(vhid)]))
    if advskew:
        data += attribute(CARP_NODE_ADVSKEW, bytes([int(advskew)]))
    return data


def value(text):
    """The bytes of an attribute"""
    how, _, rest = text.partition(":")
    if how == "hex":
        return bytes.fromhex(rest)
    if how == "text":
        return rest.encode()
    if how == "nodes":
        return b"".join(attribute(CARP_NODES_NODE | NLA_F_NESTED, node(one))
                        for one in rest.split(","))
    number, _, width = text.partition("/")
    return int(number).to_bytes(int(width or 1), sys.byteorder)


def payload(name, words):
    outer = attribute(IFLA_IFNAME, name.encode() + b"\0")
    data = b""
    for word in words:
        key, text = word.split("=", 1)
        if key == "lower":
            index = int(text) if text.isdigit() else socket.if_nametoindex(text)
            outer += attribute(IFLA_LINK, struct.pack("=I", index))
        elif key == "mtu":
            outer += attribute(IFLA_MTU, struct.pack("=I", int(text)))
        elif key == "address":
            outer += attribute(IFLA_ADDRESS, bytes.fromhex(text))
        elif key == "netns":
            # Left open: the number has to mean something to the kernel.
            file = os.open(text, os.O_RDONLY)
            outer += attribute(IFLA_NET_NS_FD, struct.pack("=I", file))
        else:
            number = ATTRIBUTES.get(key) or int(key)
            if key == "nodes":
                number |= NLA_F_NESTED
            data += attribute(number, value(text))
    info = attribute(IFLA_INFO_KIND, b"carp") + attribute(IFLA_INFO_DATA, data)
    return outer + attribute(IFLA_LINKINFO, info)


def attempt(link, what, name, *words):
    """errno, 0 if all is well, and sentence"""
    flags = NLM_F_ACK
    if what == "new":
        flags |= NLM_F_CREATE | NLM_F_EXCL
    try:
        link.request(RTM_NEWLINK, flags, 0, payload(name, words))
    except Refused as refusal:
        return refusal.errno, refusal.sentence
    return 0, ""


def main():
    link = Rtnetlink()
    complaints = requests = 0
    for line in sys.stdin:
        request, _, fragment = line.strip().partition("#")
        if not request:
            continue
        wanted, *words = request.split()
        requests += 1
        number, sentence = attempt(link, *words)
        expected = 0 if wanted == "ok" else getattr(errno, wanted)
        if number != expected or fragment.strip() not in sentence:
            complaints += 1
            print(f"{line.strip()}: {errno.errorcode.get(number, 'ok')} "
                  f"{sentence}")
    return 1 if complaints or not requests else 0


def dump():
    for body in Rtnetlink().dump():
        sys.stdout.buffer.write(body)
    return 0


if __name__ == "__main__":
    if sys.argv[1:] not in ([], ["dump"]):
        sys.exit(__doc__)
    sys.exit(dump() if sys.argv[1:] else main())
