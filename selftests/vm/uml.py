# SPDX-License-Identifier: GPL-2.0-only
"""A guest that is a process: user-mode Linux, see selftests/debug.

One processor, no network to the outside, no QMP: for files of selftests/net. It
boots in seconds, with all the checks of a debug kernel. In virtual time it jumps
over idle time, as QEMU does for Guest.
"""

import os
import socket
import subprocess
import tempfile

from guest import Guest


class Uml(Guest):
    def _launch(self, log):
        self._lines = [socket.socketpair() for _ in range(2)]
        ends = [theirs.fileno() for _, theirs in self._lines]
        command = ["setpriv", "--pdeathsig", "KILL",
                   self.image.file("vmlinuz"), f"mem={self.memory}M",
                   f"initrd={self.image.initrd}", "con=null", "con0=null,fd:2",
                   "stderr=1", "quiet", "loglevel=4", "panic=-1", "oops=panic",
                   f"guest.name={self.name}",
                   f"umid={os.path.basename(tempfile.mktemp())}"]
        command += [f"ubd{letter}r={self.image.file(name)}.sqfs" for letter,
                    name in (("a", "root"), ("b", "modules"))]
        command += [f"ssl{number}=fd:{end},fd:{end}"
                    for number, end in enumerate(ends)]
        command += self.words.split()
        if self.virtual_time:
            command.append("time-travel")
        with open(self.console, "wb") as console:
            self.qemu = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=console,
                pass_fds=ends)
        for _, theirs in self._lines:
            theirs.close()

    def _open_lines(self, end):
        self._agent, self._stream = [ours for ours, _ in self._lines]


def guest_class(image):
    """What boots @image."""
    return Uml if "-carp-uml" in image.release else Guest
