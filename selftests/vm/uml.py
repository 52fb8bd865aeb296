# SPDX-License-Identifier: GPL-2.0-only
"""A guest that is a process: user-mode Linux, see selftests/debug.

One processor, no network to the outside, no QMP: for files of selftests/net. It
boots in seconds, with all the checks of a debug kernel. In virtual time it jumps
over idle time, as QEMU does for Guest, and nothing but idle time counts: however
busy the host is, no timer is late.
"""

import os
import shlex
import socket
import subprocess
import tempfile

from guest import Guest

# A line takes 4 KB in. What does not fit stops it, and it goes on, but without
# an interrupt for what is sent later.
LINE_MAX = 3000


class Uml(Guest):
    def _launch(self, log):
        self._lines = [socket.socketpair() for _ in range(2)]
        ends = [theirs.fileno() for _, theirs in self._lines]
        command = ["setpriv", "--pdeathsig", "KILL",
                   self.image.file("vmlinuz"), f"mem={self.memory}M",
                   f"initrd={self.image.initrd}", "con=null", "con0=null,fd:2",
                   "stderr=1", "quiet", "loglevel=4", "panic=-1", "oops=panic",
                   f"guest.name={self.name}",
                   # Read as files of the host, they are there at once. For a
                   # disk it would wait, and virtual time leap meanwhile.
                   f"guest.disks={os.path.realpath(self.image.path)}",
                   f"umid={os.path.basename(tempfile.mktemp())}"]
        command += [f"ssl{number}=fd:{end},fd:{end}"
                    for number, end in enumerate(ends)]
        command += self.words.split()
        if self.virtual_time:
            command.append("time-travel=inf-cpu")
        with open(self.console, "wb") as console:
            self.qemu = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=console,
                pass_fds=ends)
        for _, theirs in self._lines:
            theirs.close()

    def _open_lines(self, end):
        self._agent, self._stream = [ours for ours, _ in self._lines]

    def sh(self, script, limit=30, check=True):
        if len(script.encode()) <= LINE_MAX:
            return super().sh(script, limit, check)
        # Quoting and UTF-8 make a piece longer, though not this much.
        size = LINE_MAX // 4
        path = super().sh("mktemp /tmp/script.XXXXXX").out.strip()
        for at in range(0, len(script), size):
            piece = shlex.quote(script[at:at + size])
            super().sh(f"printf %s {piece} >>{path}")
        return super().sh(f"exec bash {path}", limit, check)

    def files(self, list_them):
        """Through a directory of the host: now and then a line that has been
        given more than a few kB out is not taken up again either. It stays
        mounted, since hostfs loses its path when it is not.
        """
        with tempfile.TemporaryDirectory() as here:
            paths = self.out(
                f"mkdir -p /host.files && cd / &&\n"
                f"mount -t hostfs -o {here} host /host.files && n=0 &&\n"
                f"{{ {list_them}; }} | while read -r f; do\n"
                "cat \"$f\" >/host.files/$n && echo \"$f\" && n=$((n + 1))\n"
                "done", limit=300).splitlines()
            found = {}
            for number, path in enumerate(paths):
                with open(os.path.join(here, str(number)), "rb") as file:
                    found[path] = file.read()
            return found


def guest_class(image):
    """What boots @image."""
    return Uml if "-carp-uml" in image.release else Guest
