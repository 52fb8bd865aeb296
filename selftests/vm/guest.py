# SPDX-License-Identifier: GPL-2.0-only
"""A guest: Debian's kernel and our module in QEMU, obeying the test.

    guest = Guest("a", Image(), directory, nics=[(hub, "02:00:00:00:00:0a")])
    guest.start(); guest.wait_ready()
    guest.sh("ip link set eth0 up")          # raises CommandFailed
    guest.sh("ping -c1 192.0.2.1", check=False).status
    guest.until("carpconfig carp0 | grep -q MASTER", limit=5)
    ping = guest.spawn("ping -i 0.1 192.0.2.1")   # ping.kill(), ping.output()
    guest.kill()                             # SIGKILL: the plug is pulled
    guest.pause(); guest.resume()            # frozen: its clock stands still
    guest.stall(); guest.unstall()           # starved: its clock jumps
    guest.complaints()                       # what its kernel complained about

Durations are measured with the hub's clock, never with a guest's.
"""

import base64
import collections
import json
import os
import queue
import re
import signal
import socket
import subprocess
import threading
import time

from hub import patience
from kinds import kind_of

HERE = os.path.dirname(os.path.abspath(__file__))

# A guest whose console shows one of these has failed, whatever the test says.
COMPLAINT = re.compile(
    r"WARNING:|BUG:|Oops|KASAN|UBSAN|KCSAN|Call Trace|\bINFO: .*(lock|RCU|hung)"
    r"|lockdep|possible (circular|recursive|irq)|suspicious RCU"
    r"|inconsistent lock state|unregister_netdevice: waiting|refcount_t"
    r"|blocked for more than|rcu.*stall|scheduling while atomic|kernel panic"
    r"|general protection|Unable to handle|list_(add|del) corruption"
    r"|leaked|memory leak|netdevice .* still|segfault"
    r"|deprecated workqueue", re.IGNORECASE)

BOOT_LIMIT = 180
Result = collections.namedtuple("Result", "status out err")


# Of a script that is data for the most part its ends say what it was.
SHOWN = 500
# Bytes that are written by one request.
CHUNK = 1 << 16


def brief(script):
    script = script.strip()
    if len(script) <= 2 * SHOWN:
        return script
    return f"{script[:SHOWN]} [...] {script[-SHOWN:]}"


class GuestDied(Exception):
    """The guest is gone and the test did not ask for it."""


class CommandFailed(Exception):
    def __init__(self, guest, script, result):
        text = (result.err + result.out).strip()
        super().__init__(f"{guest}: status {result.status} of: {brief(script)}"
                         f"\n{text}")
        self.result = result


class Image:
    """What guests boot: built and fetched by image.sh as far as is needed.

    The initrd is pinned for the life of the object, so that a guest booted
    again later in a run has the same module, whatever was built meanwhile.
    """

    def __init__(self, directory, kernel=None):
        kernel = kernel or os.environ.get("KERNEL")
        command = [os.path.join(HERE, "image.sh")]
        run = subprocess.run(command + ([kernel] if kernel else []),
                             stdin=subprocess.DEVNULL, check=True,
                             stdout=subprocess.PIPE, text=True)
        self.path = run.stdout.strip()
        self.release = os.path.basename(self.path)
        self.kind = kind_of(self.release)
        self.initrd = os.path.join(directory, f"initrd.{os.getpid()}")
        if os.path.exists(self.initrd):
            os.unlink(self.initrd)
        os.link(self.file("initrd"), self.initrd)

    def file(self, name):
        return os.path.join(self.path, name)

    def close(self):
        os.unlink(self.initrd)


class Process:
    """A command left running in the guest."""

    def __init__(self, guest, pid, log):
        self.guest = guest
        self.pid = pid
        self.log = log

    def output(self):
        return self.guest.sh(f"cat {self.log}").out

    def running(self):
        return self.guest.sh(f"kill -0 {self.pid}", check=False).status == 0

    def kill(self, sig="TERM", limit=5):
        """Signal it and its children, wait, return what it printed."""
        self.guest.sh(f"kill -{sig} -- -{self.pid} 2>/dev/null; "
                      f"for i in {{1..{int(limit * 10)}}}; do "
                      f"kill -0 {self.pid} 2>/dev/null || exit 0; sleep 0.05; "
                      f"done; kill -KILL -- -{self.pid}", check=False)
        return self.output()

    def wait(self, limit=30):
        self.guest.until(f"! kill -0 {self.pid} 2>/dev/null", limit)
        return self.output()


class Guest:
    def __init__(self, name, image, sockets, logs, nics=(), memory=256,
                 cpus=1, virtual_time=False, words=""):
        self.name = name
        self.image = image
        self.nics = list(nics)
        self.memory = max(memory, image.kind.memory)
        self.cpus = max(cpus, image.kind.cpus)
        self.virtual_time = virtual_time and image.kind.virtual_time
        # More for the kernel's command line.
        self.words = f"{image.kind.words} {words}"
        self.qemu = None
        self.boots = 0
        self._sockets = sockets
        self._logs = logs
        self._expected_death = False
        self._scanned = 0

    def __str__(self):
        return self.name

    # -- life ---------------------------------------------------------------

    @property
    def alive(self):
        return self.qemu is not None and self.qemu.poll() is None

    def start(self):
        """Start QEMU. Call from the thread that lives as long as the guest."""
        assert not self.alive
        self.boots += 1
        self.console = os.path.join(self._logs,
                                    f"{self.name}.{self.boots}.console")
        self._scanned = 0
        self._title = ""
        self._expected_death = False
        with open(self.console + ".qemu", "wb") as log:
            self._launch(log)

    def _launch(self, log):
        # QEMU goes with the test, however that ends.
        self.qemu = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL"] + self._command(),
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def _socket(self, what):
        path = os.path.join(self._sockets, f"{self.name}.{what}")
        if os.path.exists(path):
            os.unlink(path)
        return path

    def _command(self):
        append = ("console=ttyS0 quiet loglevel=4 panic=-1 oops=panic nokaslr "
                  "apparmor=0 audit=0 random.trust_cpu=on cryptomgr.notests "
                  # A starved host stops the guest and makes its clock jump.
                  "no_timer_check rcupdate.rcu_cpu_stall_timeout=300 "
                  # What QEMU translated is of use again at the same address.
                  "norandmaps "
                  f"guest.name={self.name} {self.words}")
        command = [
            "qemu-system-x86_64", "-accel", "tcg",
            # It copies byte by byte what a kernel believes to be fast strings.
            "-cpu", "max,erms=off,fsrm=off",
            # Without ACPI a kernel is told of one processor in each socket.
            "-smp", f"cpus={self.cpus},sockets={self.cpus}", "-m", str(self.memory), "-nodefaults",
            "-no-user-config", "-display", "none", "-no-reboot",
            "-kernel", self.image.file("vmlinuz"),
            "-initrd", self.image.initrd, "-append", append,
            "-serial", f"file:{self.console}",
            "-qmp", f"unix:{self._socket('qmp')},server=on,wait=off",
            "-device", "virtio-serial-pci"]
        if self.virtual_time:
            command += ["-icount", "shift=0,sleep=off"]
        for disk in ("root", "modules"):
            command += ["-drive", "if=virtio,format=raw,readonly=on,file="
                        + self.image.file(disk + ".sqfs")]
        for port in ("agent", "stream"):
            command += ["-chardev", f"socket,id={port},server=on,wait=off,"
                        f"path={self._socket(port)}",
                        "-device",
                        f"virtserialport,chardev={port},name=carp.{port}"]
        for index, (hub, mac) in enumerate(self.nics):
            port = self.name if index == 0 else f"{self.name}.{index}"
            command += ["-netdev", hub.add(port).replace(
                            "dgram,", f"dgram,id=net{index},", 1),
                        "-device",
                        f"virtio-net-pci,netdev=net{index},mac={mac},romfile="]
        return command

    def _connect(self, what, end):
        path = os.path.join(self._sockets, f"{self.name}.{what}")
        sock = socket.socket(socket.AF_UNIX)
        while True:
            try:
                sock.connect(path)
                return sock
            except (FileNotFoundError, ConnectionRefusedError):
                if not self.alive or time.monotonic() > end:
                    raise GuestDied(self._obituary("QEMU does not run"))
                time.sleep(0.01)

    def _open_lines(self, end):
        self._agent = self._connect("agent", end)
        self._stream = self._connect("stream", end)
        self._qmp = self._connect("qmp", end)
        self._qmp_file = self._qmp.makefile("rb")
        self._qmp_file.readline()
        self.qmp("qmp_capabilities")

    def wait_ready(self, limit=BOOT_LIMIT):
        """Wait until the guest takes commands."""
        limit *= self.image.kind.slow
        self._open_lines(time.monotonic() + limit)
        self._answers = {0: queue.Queue()}
        self._next = 1
        self._lock = threading.Lock()
        threading.Thread(target=self._read_answers, daemon=True,
                         args=(self._agent.makefile("rb"), self._answers),
                         name=f"agent {self.name}").start()
        self._answer(0, limit, "boot")
        return self

    def boot(self):
        self.start()
        return self.wait_ready()

    def kill(self):
        """The crash: no goodbye of any kind."""
        self._expected_death = True
        if self.alive:
            self.qemu.send_signal(signal.SIGKILL)
        if self.qemu:
            self.qemu.wait()

    def shutdown(self, limit=30):
        """An orderly end, as systemd's last step does it."""
        self._expected_death = True
        try:
            self.sh("sync; echo o >/proc/sysrq-trigger", check=False)
        except GuestDied:
            # It was faster than its answer.
            pass
        self.qemu.wait(limit)

    def qmp(self, command, **arguments):
        self._qmp.sendall(json.dumps(
            {"execute": command, "arguments": arguments}).encode() + b"\n")
        while True:
            line = self._qmp_file.readline()
            if not line:
                raise GuestDied(self._obituary(f"no answer to {command}"))
            answer = json.loads(line)
            if "error" in answer:
                raise RuntimeError(f"{self}: {command}: {answer['error']}")
            if "return" in answer:
                return answer["return"]

    def pause(self):
        """Freeze it with its clock: it will not know that time passed."""
        self.qmp("stop")

    def resume(self):
        self.qmp("cont")

    def carrier(self, index, on):
        """Of its network card @index; its driver is told by an interrupt."""
        self.qmp("set_link", name=f"net{index}", up=on)

    def stall(self):
        """Take its CPU away: when it goes on, its clock has jumped."""
        self.qemu.send_signal(signal.SIGSTOP)

    def unstall(self):
        self.qemu.send_signal(signal.SIGCONT)

    # -- commands -------------------------------------------------------------

    def _read_answers(self, file, answers):
        try:
            while True:
                head = file.readline().split()
                if len(head) != 4:
                    break
                ident, status, out, err = map(int, head)
                result = Result(status, file.read(out).decode(errors="replace"),
                                file.read(err).decode(errors="replace"))
                answers[ident].put(result)
        except (OSError, ValueError):
            pass
        for waiting in list(answers.values()):
            waiting.put(None)

    def _answer(self, ident, limit, what):
        try:
            result = self._answers[ident].get(timeout=limit)
        except queue.Empty:
            raise TimeoutError(
                f"{self}: not done within {limit} s: {brief(what)}") from None
        self._answers.pop(ident)
        if result is None:
            raise GuestDied(self._obituary(f"during: {brief(what)}"))
        return result

    def sh(self, script, limit=30, check=True):
        """Run @script with bash; Result(status, out, err)."""
        limit *= self.image.kind.slow
        data = script.encode()
        with self._lock:
            ident = self._next
            self._next += 1
            self._answers[ident] = queue.Queue()
            try:
                self._agent.sendall(b"%d %d\n" % (ident, len(data)) + data)
            except OSError:
                raise GuestDied(self._obituary(f"before: {brief(script)}")) from None
        result = self._answer(ident, limit, script)
        if check and result.status:
            raise CommandFailed(self, script, result)
        return result

    def out(self, script, limit=30):
        """What @script prints, without the newline at the end."""
        return self.sh(script, limit).out.rstrip("\n")

    def files(self, list_them):
        """{path: bytes} of the files that the script @list_them lists."""
        text = self.sh(f"{list_them} |\nwhile read -r f; do\n"
                       "echo \"$f $(base64 -w0 <\"$f\")\"; done", limit=300).out
        lines = (line.partition(" ") for line in text.splitlines())
        return {path: base64.b64decode(data) for path, _, data in lines}

    def write(self, path, data):
        """A file of any size: a script may have 128 kB, being one argument."""
        self.sh(f": >{path}")
        for at in range(0, len(data), CHUNK):
            text = base64.b64encode(data[at:at + CHUNK]).decode()
            self.sh(f"base64 -d >>{path} <<'END'\n{text}\nEND")

    def clock_offset(self, probes=10):
        """(offset, error) in ns: what to add to the guest's real time to get
        the hub's, by the quickest of some questions."""
        best = None
        for _ in range(probes):
            before = time.monotonic_ns()
            theirs = int(self.sh("").out)
            error = (time.monotonic_ns() - before) // 2
            if best is None or error < best[1]:
                best = (before + error - theirs, error)
        return best

    def until(self, condition, limit=10):
        """Wait in the guest until @condition, a shell command, is true."""
        limit *= patience()
        inside = limit * self.image.kind.slow
        result = self.sh(
            f"end=$((${{EPOCHREALTIME/./}} + {int(inside * 1e6)}))\n"
            f"until {{ {condition}\n}} >/tmp/until.out 2>&1; do\n"
            # It may have stood still since it looked.
            "  [ -z \"$late\" ] || { cat /tmp/until.out; exit 1; }\n"
            "  [ ${EPOCHREALTIME/./} -lt $end ] || late=1\n"
            "  sleep 0.05\n"
            "done", limit=limit * 3 + 30, check=False)
        if result.status not in (0, 1):
            raise CommandFailed(self, condition, result)
        if result.status:
            raise TimeoutError(f"{self}: not within {inside:.0f} s: "
                               f"{condition.strip()}\n{result.out}{result.err}")

    def spawn(self, script):
        """Leave @script running; its output is kept."""
        pid = self.out("log=$(mktemp /tmp/spawn.XXXXXX)\n"
                       "cat >$log.sh <<'END_OF_SCRIPT'\n" + script +
                       "\nEND_OF_SCRIPT\n"
                       # What "&" starts would ignore SIGINT.
                       "setsid env --default-signal=INT,QUIT bash $log.sh "
                       ">$log 2>&1 </dev/null &\necho $! $log")
        return Process(self, *pid.split())

    def stream(self, script, on_line, limit):
        """Run @script, hand each line that it prints to @on_line as it comes.

        Return the exit status. One stream at a time.
        """
        mark = f"=end-of-stream-{time.monotonic_ns()}="
        done = []

        def run():
            try:
                done.append(self.sh(
                    f"{{ {script}\n}} </dev/null >/dev/carp.stream 2>&1\n"
                    f"status=$?; printf '\\n{mark}\\n' >/dev/carp.stream; "
                    "exit $status", limit, check=False).status)
            except (TimeoutError, GuestDied) as error:
                done.append(error)
                self._stream.shutdown(socket.SHUT_RDWR)

        runner = threading.Thread(target=run, daemon=True)
        runner.start()
        with self._stream.makefile("r", errors="replace") as lines:
            for line in lines:
                line = line.rstrip("\n")
                if line == mark:
                    break
                if line:
                    on_line(line)
        runner.join(limit * self.image.kind.slow + 5)
        if not done or isinstance(done[0], Exception):
            raise done[0] if done else TimeoutError(f"{self}: {script}")
        return done[0]

    # -- complaints -----------------------------------------------------------

    def _obituary(self, what):
        tail = ""
        if os.path.exists(self.console):
            with open(self.console, errors="replace") as file:
                tail = "".join(file.readlines()[-12:])
        return f"{self}: guest is gone, {what}\n{tail}"

    def complaints(self):
        """New lines on the console that no healthy kernel prints."""
        if not self.boots:
            return []
        with open(self.console, "rb") as file:
            file.seek(self._scanned)
            new = file.read()
        # A line still being written is left for the next time.
        cut = len(new) if not self.alive else new.rfind(b"\n") + 1
        self._scanned += cut
        lines = new[:cut].decode(errors="replace").splitlines()
        found = []
        for line in lines:
            # carp_lib.sh says where each test begins.
            if "] carp: test " in line:
                self._title = " in" + line.partition("carp: test")[2]
            elif COMPLAINT.search(line):
                found.append(f"{self}{self._title}: {line}")
        if not self.alive and not self._expected_death:
            found.append(f"{self}: guest died")
        return found
