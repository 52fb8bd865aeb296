#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""inject.py DEVICE [NAMESPACE:CARP] [KEY=VALUE...] <FRAMES: raw frames out of DEVICE

A line of standard input is a frame, the words of the command line being its
defaults; # begins a comment, which names it in complaints:

    ipackets                  # a good advertisement
    badttl ttl=254            # ... of somebody behind a router
    ipackets>MASTER advbase=255 advskew=255

The first word says what the device CARP in NAMESPACE shall count: one counter, or
"one+another", each by one and no other; or "none"; and its state after that, if it shall change;
else not even the transition serial may. With "-" nothing is looked at.

Keys, with their defaults:
  eth_dst=01:00:5e:00:00:12 eth_src=00:00:5e:00:01:VHID ethertype=0800 vlan=
  src=192.0.2.9 dst=224.0.0.18 ttl=255 tos=16 frag=4000 proto=112 ipversion=4
  options=HEX  ihl=, iplen=, ipsum= (right unless given)
  version=2 type=1 vhid=1 advskew=200 authlen=7 demote=0 advbase=1
  counter=0123456789abcdef pass=changeme vips=192.0.2.100,...
  signed=COUNTER (what is signed, not what is sent)  sum=HEX  digest=HEX
  lladdr=MAC        what is signed, as by OpenBSD with a MAC of one's own
  payload=HEX       in place of the CARP header
  cut=N             the frame ends after N bytes
  trailer=HEX       after the end of the IP packet
  file=FILE         begin with a frame of this capture: the first advertisement
  number=N          ... or the N-th one
  byte=OFFSET^HEX   change one byte of the frame
  repair=ip,carp    then make these checksums right

With family=6 on the command line the packet is IPv6, and the defaults are
  eth_dst=33:33:00:00:00:12 ethertype=86dd src=fe80::9 dst=ff02::12 tos=0
  ipversion=6 vips=2001:db8::100
options= are then extension headers, each with the number of the one after it;
proto= is that of the first; iplen= is the payload length. One key more:
  pseudo=1          the checksum covers the pseudo-header, as NetBSD's
"""

import hashlib
import hmac
import socket
import struct
import sys
import time

from carp_link import Carp

ETH_LEN, IP_LEN, IP6_LEN, CARP_LEN = 14, 20, 40, 36
PROTOCOL = 112
LIMIT = 2
QUIET = 0.02

DEFAULTS = dict(
    eth_dst="01:00:5e:00:00:12", ethertype="0800", src="192.0.2.9",
    dst="224.0.0.18", ttl="255", tos="16", frag="4000", proto="112",
    ipversion="4", options="", version="2", type="1", vhid="1",
    advskew="200", authlen="7", demote="0", advbase="1",
    counter="0123456789abcdef", vips="192.0.2.100", trailer="", number="1")
DEFAULTS["pass"] = "changeme"
DEFAULTS6 = dict(
    DEFAULTS, eth_dst="33:33:00:00:00:12", ethertype="86dd", src="fe80::9",
    dst="ff02::12", tos="0", ipversion="6", vips="2001:db8::100")


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def packed(address):
    if ":" in address:
        return socket.inet_pton(socket.AF_INET6, address)
    return socket.inet_aton(address)


def digest(keys):
    addresses = {packed(a) for a in keys["vips"].split(",") if a}
    # IPv4 before IPv6.
    ordered = sorted(addresses, key=lambda a: (len(a), a))
    message = (b"\2\1" + mac(keys.get("lladdr", "")) +
               bytes([int(keys["vhid"])]) + b"".join(ordered) +
               bytes.fromhex(keys.get("signed", keys["counter"])))
    return hmac.new(keys["pass"].encode(), message, hashlib.sha1).digest()


def carp(keys):
    if "payload" in keys:
        return bytes.fromhex(keys["payload"])
    first = int(keys["version"]) << 4 | int(keys["type"])
    head = bytes([first] + [int(keys[k]) for k in (
        "vhid", "advskew", "authlen", "demote", "advbase")])
    tail = bytes.fromhex(keys["counter"])
    tail += bytes.fromhex(keys["digest"]) if "digest" in keys else digest(keys)
    if "sum" in keys:
        return head + bytes.fromhex(keys["sum"]) + tail
    before = b""
    if "pseudo" in keys:
        before = (packed(keys["src"]) + packed(keys["dst"]) +
                  struct.pack("!II", CARP_LEN, PROTOCOL))
    right = checksum(before + head + bytes(2) + tail)
    return head + struct.pack("!H", right) + tail


def ip6(keys, payload):
    payload = bytes.fromhex(keys["options"]) + payload
    first = int(keys["ipversion"]) << 28 | int(keys["tos"]) << 20
    return struct.pack("!IHBB", first, int(keys.get("iplen", len(payload))),
                       int(keys["proto"]), int(keys["ttl"])) + packed(
        keys["src"]) + packed(keys["dst"]) + payload


def ip(keys, payload):
    if ":" in keys["src"]:
        return ip6(keys, payload)
    options = bytes.fromhex(keys["options"])
    length = IP_LEN + len(options)
    words = int(keys.get("ihl", length // 4))
    head = struct.pack(
        "!BBHHHBBH", int(keys["ipversion"]) << 4 | words, int(keys["tos"]),
        int(keys.get("iplen", length + len(payload))), 0,
        int(keys["frag"], 16), int(keys["ttl"]), int(keys["proto"]), 0)
    tail = (socket.inet_aton(keys["src"]) + socket.inet_aton(keys["dst"]) +
            options)
    right = struct.pack("!H", checksum(head + tail))
    right = bytes.fromhex(keys["ipsum"]) if "ipsum" in keys else right
    return head[:10] + right + tail + payload


def ethernet(keys, payload):
    source = keys.get("eth_src", f"00:00:5e:00:01:{int(keys['vhid']):02x}")
    tag = b""
    if "vlan" in keys:
        tag = struct.pack("!HH", 0x8100, int(keys["vlan"]))
    return (mac(keys["eth_dst"]) + mac(source) + tag +
            bytes.fromhex(keys["ethertype"]) + payload)


def is_advertisement(frame, ethertype):
    at = ETH_LEN + (6 if ethertype == "86dd" else 9)
    return (len(frame) >= ETH_LEN + IP_LEN and frame[at] == PROTOCOL and
            frame[12:14].hex() == ethertype)


def captured(path, number, ethertype):
    """The @number-th advertisement of a capture, of one family"""
    with open(path, "rb") as file:
        data = file.read()
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    at = 24
    while at < len(data):
        length, = struct.unpack_from(order + "I", data, at + 8)
        frame = data[at + 16:at + 16 + length]
        number -= is_advertisement(frame, ethertype)
        if number == 0:
            return frame
        at += 16 + length
    raise SystemExit(f"{path}: no such advertisement")


def changed(frame, text):
    at, bits = text.split("^")
    frame = bytearray(frame)
    frame[int(at)] ^= int(bits, 16)
    return bytes(frame)


def repaired(frame, what):
    frame = bytearray(frame)
    if "ip" in what:
        frame[24:26] = bytes(2)
        frame[24:26] = struct.pack("!H", checksum(bytes(frame[14:34])))
    if "carp" in what:
        at = ETH_LEN + (IP6_LEN if frame[12] == 0x86 else IP_LEN)
        frame[at + 6:at + 8] = bytes(2)
        right = checksum(bytes(frame[at:at + CARP_LEN]))
        frame[at + 6:at + 8] = struct.pack("!H", right)
    return bytes(frame)


def build(keys):
    if "file" in keys:
        frame = captured(keys["file"], int(keys["number"]), keys["ethertype"])
    else:
        frame = ethernet(keys, ip(keys, carp(keys)))
    if "byte" in keys:
        frame = changed(frame, keys["byte"])
    if "repair" in keys:
        frame = repaired(frame, keys["repair"].split(","))
    if "cut" in keys:
        frame = frame[:int(keys["cut"])]
    return frame + bytes.fromhex(keys["trailer"])


def moved(before, after):
    return {name: after[name] - before[name] for name in after
            if after[name] != before[name]}


class Judge:
    """Looks at what a device makes of a frame"""

    def __init__(self, where):
        self.carp = Carp(*where.split(":"))
        self.before = self.carp.read()

    def verdict(self, wanted):
        """Nothing, or a complaint"""
        counter, _, state = wanted.partition(">")
        expected = {} if counter == "none" else dict.fromkeys(
            counter.split("+"), 1)
        end = time.monotonic() + LIMIT
        while True:
            time.sleep(QUIET if counter == "none" else 0.001)
            after = self.carp.read()
            difference = moved(self.before[2], after[2])
            if set(expected) <= set(difference) or time.monotonic() > end:
                break
        (old, old_serial, _), (new, serial, _) = self.before, after
        self.before = after
        if state:
            # What a new master sends and counts is not of interest here.
            difference = {k: v for k, v in difference.items()
                          if k in expected or k.startswith("bad")}
        if difference != expected:
            return f"wanted {counter}, moved {difference or 'nothing'}"
        if state and new != state:
            return f"wanted {state}, is {new}"
        if not state and serial != old_serial:
            return f"state changed from {old} to {new}"
        return None


def main(device, *words):
    judge = None
    if words and ":" in words[0] and "=" not in words[0]:
        judge = Judge(words[0])
        words = words[1:]
    words = dict(word.split("=", 1) for word in words)
    defaults = DEFAULTS6 if words.get("family") == "6" else DEFAULTS
    common = dict(defaults, **words)
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    sock.bind((device, 0))
    complaints = frames = 0
    for line in sys.stdin:
        line, _, name = line.partition("#")
        if not line.strip():
            continue
        wanted, *words = line.split()
        keys = dict(common, **dict(word.split("=", 1) for word in words))
        sock.send(build(keys))
        frames += 1
        complaint = judge.verdict(wanted) if wanted != "-" else None
        if complaint:
            complaints += 1
            print(f"{name.strip() or line.strip()}: {complaint}")
    if not frames:
        print("no frame was sent")
    return 1 if complaints or not frames else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
