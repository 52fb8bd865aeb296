#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""seesaw.py DEVICE [REST]: says goodbye and comes back, as fast as it can, until killed.

Two frames of one MASTER, advskew 0 and the goodbye of it, in turn: whoever hears
them yields and takes over at each. After a hundred it stops for REST seconds, if
given: in user-mode Linux time passes only while nobody is busy.
"""

import socket
import sys
import time

import inject


def main(device, rest=None):
    keys = dict(inject.DEFAULTS, advbase="0", advskew="1",
                eth_src="00:00:5e:00:01:01")
    frames = (inject.build(keys),
              inject.build(dict(keys, advbase="255", advskew="255")))
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
        wire.bind((device, 0))
        while True:
            for frame in frames * 100:
                wire.send(frame)
            if rest:
                time.sleep(float(rest))


if __name__ == "__main__":
    main(*sys.argv[1:])
