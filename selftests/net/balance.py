#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""balance.py COMMAND DEVICE VIP COUNT: many clients of one virtual address

  echo  each of the client addresses on DEVICE pings VIP once
  ask   with MODE PASS VHID... after it: each asks for VIP's MAC address, ARP or
        neighbour discovery, from a MAC address of its own; the addresses need
        not exist

The addresses are those of addresses_for(). They do so for each line of input.
One line of JSON then says how many were answered never, once and more often;
how many were told another MAC address than that of the vhid which
net.carp.arpbalance MODE chooses for them ("wrong"); how many different ones are
chosen ("due"); and what the frames that answered had for an Ethernet source
("from").

  balance.py clients VIP COUNT: those addresses, one a line
  balance.py serve ID: answers on TCP and UDP port 7 with ID, for ever
  balance.py talk VIP COUNT: opens a TCP connection from each address, says who
        serves it; for each line of input, asks again and says how many still
        get the same answer from each
  balance.py fetch VIP ADDRESS...: a hundred kilobytes to each address over TCP
  balance.py listen GROUP DEVICE: waits for one datagram
"""

import collections
import hashlib
import ipaddress
import json
import selectors
import socket
import struct
import sys
import time

from inject import checksum

ETH_P_ALL, ETH_P_IP, ETH_P_ARP, ETH_P_IPV6 = 3, 0x0800, 0x0806, 0x86dd
PACKET_ADD_MEMBERSHIP, PACKET_MR_PROMISC, SOL_PACKET = 1, 1, 263
PACKET_OUTGOING, SO_RCVBUFFORCE = 4, 33
PORT = 7
# Seconds without an answer until no more are waited for.
QUIET = 0.5
M32 = 0xffffffff


def addresses_for(vip, count):
    """Addresses of clients: 192.0.2.20 ..., 2001:db8::1:0 ..., not @vip."""
    vip = ipaddress.ip_address(vip)
    if vip.version == 4:
        first = ipaddress.ip_address("192.0.2.20")
    else:
        first = ipaddress.ip_address("2001:db8::1:0")
    found = []
    while len(found) < int(count):
        if first != vip:
            found.append(first)
        first += 1
    return found


def clients(vip, count):
    print(*addresses_for(vip, count), sep="\n")


def client_mac(index):
    return bytes((2, 0x10, 0x47, 0x3b, index >> 8, (index * 7) & 0xff))


def sniffer(device):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                         socket.htons(ETH_P_ALL))
    sock.bind((device, 0))
    request = struct.pack("iHH8s", socket.if_nametoindex(device),
                          PACKET_MR_PROMISC, 0, b"")
    sock.setsockopt(SOL_PACKET, PACKET_ADD_MEMBERSHIP, request)
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 24)
    return sock


def send_echo(address, vip, number):
    if address.version == 4:
        family, proto, kind = socket.AF_INET, socket.IPPROTO_ICMP, 8
    else:
        family, proto, kind = socket.AF_INET6, socket.IPPROTO_ICMPV6, 128
    packet = struct.pack("!BBHHH", kind, 0, 0, 0x6361, number)
    if address.version == 4:
        packet = struct.pack("!BBHHH", kind, 0, checksum(packet), 0x6361,
                             number)
    with socket.socket(family, socket.SOCK_RAW, proto) as sock:
        sock.bind((str(address), 0))
        sock.sendto(packet, (vip, 0))


def is_echo(frame, vip):
    """(client, None) of an echo reply from @vip, or None."""
    ethertype = struct.unpack_from("!H", frame, 12)[0]
    if ethertype == ETH_P_IP and frame[23] == 1 and frame[34] == 0:
        source, dest = frame[26:30], frame[30:34]
    elif ethertype == ETH_P_IPV6 and frame[20] == 58 and frame[54] == 129:
        source, dest = frame[22:38], frame[38:54]
    else:
        return None
    if source != vip.packed:
        return None
    return ipaddress.ip_address(dest), None


def send_question(sock, address, vip, mac):
    if vip.version == 4:
        frame = b"\xff" * 6 + mac + struct.pack(
            "!HHHBBH", ETH_P_ARP, 1, ETH_P_IP, 6, 4, 1)
        frame += mac + address.packed + bytes(6) + vip.packed
    else:
        group = ipaddress.ip_address("ff02::1:ff00:0").packed[:13] + \
            vip.packed[13:]
        body = struct.pack("!BBHI", 135, 0, 0, 0) + vip.packed + \
            b"\x01\x01" + mac
        pseudo = address.packed + group + struct.pack("!II", len(body), 58)
        body = body[:2] + struct.pack("!H", checksum(pseudo + body)) + body[4:]
        frame = b"\x33\x33" + group[12:] + mac + struct.pack(
            "!HIHBB", ETH_P_IPV6, 0x60000000, len(body), 58, 255)
        frame += address.packed + group + body
    sock.send(frame)


def is_answer(frame, vip):
    """(client, MAC address told) of an answer, or None."""
    ethertype = struct.unpack_from("!H", frame, 12)[0]
    if ethertype == ETH_P_ARP and frame[20:22] == b"\x00\x02" and \
            frame[28:32] == vip.packed:
        return ipaddress.ip_address(frame[38:42]), frame[22:28]
    if ethertype == ETH_P_IPV6 and frame[20] == 58 and frame[54] == 136 and \
            frame[62:78] == vip.packed and frame[38] != 0xff:
        return ipaddress.ip_address(frame[38:54]), frame[80:86]
    return None


def collect(sock, heard):
    """Call heard(frame) with all frames until none has been of use for long."""
    end = time.monotonic() + QUIET
    while (left := end - time.monotonic()) > 0:
        sock.settimeout(left)
        try:
            frame, where = sock.recvfrom(2048)
        except socket.timeout:
            return
        if where[2] != PACKET_OUTGOING and heard(frame):
            end = time.monotonic() + QUIET


def one_round(device, addresses, send, read, due):
    """Let send(sock) ask, count what read(frame) knows as answers."""
    answers, sources = collections.Counter(), collections.Counter()
    wrong = set()

    def heard(frame):
        answer = read(frame)
        if answer is None:
            return False
        client, mac = answer
        answers[client] += 1
        sources[frame[6:12].hex(":")] += 1
        if mac != due.get(client):
            wrong.add(client)
        return True

    with sniffer(device) as sock:
        send(sock)
        collect(sock, heard)
    counts = collections.Counter(min(answers[a], 2) for a in addresses)
    print(json.dumps({
        "never": counts[0], "once": counts[1], "more": counts[2],
        "wrong": len(wrong), "due": len(set(due.values())),
        "from": dict(sorted(sources.items()))}), flush=True)


def echo(device, vip, count):
    addresses = addresses_for(vip, count)
    target = ipaddress.ip_address(vip)

    def send(_):
        for number, address in enumerate(addresses):
            send_echo(address, vip, number)

    for _ in sys.stdin:
        one_round(device, addresses, send,
                  lambda frame: is_echo(frame, target), {})


def mac_hash(passphrase, mac):
    """NetBSD's, as on a little-endian host."""
    key = passphrase.encode()[:19].ljust(20, b"\0")
    block = bytes(b ^ 0x36 for b in key.ljust(64, b"\0"))
    words = struct.unpack("<5I", hashlib.sha1(block + b"\2\1").digest())
    a = (0x9e3779b9 + int.from_bytes(mac[:4], "little")) & M32
    b = ((words[0] ^ words[1]) + int.from_bytes(mac[4:], "little")) & M32
    c = ((words[2] ^ words[3]) + int.from_bytes(key[:4], "little")) & M32
    for right, left, last in (13, 8, 13), (12, 16, 5), (3, 10, 15):
        a = (a - b - c & M32) ^ c >> right
        b = (b - c - a & M32) ^ (a << left & M32)
        c = (c - a - b & M32) ^ b >> last
    return c


def chosen(index, address, mode, passphrase, vhids):
    """The MAC address that a client is to be told."""
    number = 0
    if mode == "2":
        number = mac_hash(passphrase, client_mac(index))
    else:
        for word in struct.unpack(f"!{len(address.packed) // 4}I",
                                  address.packed):
            number ^= word
    return bytes((0, 0, 0x5e, 0, 1, vhids[number % len(vhids)]))


def ask(device, vip, count, mode, passphrase, *vhids):
    addresses = addresses_for(vip, count)
    target = ipaddress.ip_address(vip)
    vhids = sorted(int(vhid) for vhid in vhids)
    due = {address: chosen(index, address, mode, passphrase, vhids)
           for index, address in enumerate(addresses)}

    def send(sock):
        for index, address in enumerate(addresses):
            send_question(sock, address, target, client_mac(index))

    for _ in sys.stdin:
        one_round(device, addresses, send,
                  lambda frame: is_answer(frame, target), due)


def serve(name):
    listener = socket.create_server(("::", PORT), family=socket.AF_INET6,
                                    dualstack_ipv6=True, backlog=256)
    chooser = selectors.DefaultSelector()
    chooser.register(listener, selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        for key, _ in chooser.select():
            if key.fileobj is listener:
                chooser.register(listener.accept()[0], selectors.EVENT_READ)
                continue
            try:
                data = key.fileobj.recv(4096)
                if data == b"fetch\n":
                    key.fileobj.setblocking(True)
                    key.fileobj.sendall(bytes(100000))
                elif data:
                    key.fileobj.sendall(name.encode())
            except OSError:
                data = b""
            if data in (b"", b"fetch\n"):
                chooser.unregister(key.fileobj)
                key.fileobj.close()


def connect(address, vip):
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    sock = socket.socket(family)
    sock.settimeout(5)
    sock.bind((str(address), 0))
    sock.connect((vip, PORT))
    return sock


def talk(vip, count):
    served = []
    for address in addresses_for(vip, count):
        sock = connect(address, vip)
        sock.sendall(b"?")
        served.append((sock, sock.recv(100).decode()))
    while True:
        print(json.dumps(collections.Counter(name for _, name in served)),
              flush=True)
        if not sys.stdin.readline():
            return
        still = []
        for sock, name in served:
            try:
                sock.settimeout(0.3)
                sock.sendall(b"?")
                if sock.recv(100).decode() == name:
                    still.append((sock, name))
            except OSError:
                pass
        served = still


def fetch(vip, *addresses):
    failed = 0
    for address in addresses:
        try:
            with connect(ipaddress.ip_address(address), vip) as sock:
                sock.sendall(b"fetch\n")
                size = 0
                while data := sock.recv(1 << 16):
                    size += len(data)
            failed += size != 100000
        except OSError as error:
            print(f"# {address}: {error}")
            failed += 1
    return failed != 0


def listen(group, device):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((group, PORT))
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, struct.pack(
        "=4s4si", socket.inet_aton(group), bytes(4),
        socket.if_nametoindex(device)))
    print("ready", flush=True)
    print(sock.recv(100).decode(), flush=True)


if __name__ == "__main__":
    sys.exit({function.__name__: function for function in (
        clients, echo, ask, serve, talk, fetch, listen)}[sys.argv[1]](
            *sys.argv[2:]))
