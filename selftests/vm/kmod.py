# SPDX-License-Identifier: GPL-2.0-only
"""The modules of kmod/, built for the guests' kernel and put into guests."""

import contextlib
import glob
import os
import shutil
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def build(lab, name):
    """The module's path; built once in a run."""
    work = os.path.join(lab.logs, "kmod")
    path = os.path.join(work, name + ".ko")
    if os.path.exists(path):
        return path
    # Another guest of the run may be about to do the same.
    made = tempfile.mkdtemp(prefix="kmod.", dir=lab.logs)
    shutil.copytree(os.path.join(HERE, "kmod"), made, dirs_exist_ok=True)
    headers = os.path.join(os.path.abspath(lab.image.path), "root/usr/src",
                           "linux-headers-" + lab.image.release)
    arch = ["ARCH=um"] if "-carp-uml" in lab.image.release else []
    make = subprocess.run(
        ["make", "-C", headers, f"M={made}", "CONFIG_MODULE_SIG_ALL=",
         "CONFIG_DEBUG_INFO_BTF_MODULES="] + arch + ["modules"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True)
    assert not make.returncode, make.stdout
    # All of them were built.
    subprocess.run(["strip", "--strip-debug"] + glob.glob(made + "/*.ko"),
                   check=True)
    try:
        os.rename(made, work)
    except OSError:
        shutil.rmtree(made)
    return path


def load(lab, guest, name, words=""):
    with open(build(lab, name), "rb") as file:
        guest.write(f"/tmp/{name}.ko", file.read())
    guest.sh(f"insmod /tmp/{name}.ko {words}", limit=60)


@contextlib.contextmanager
def held(lab, guest, queues=True):
    """Nobody else gets RTNL or, with @queues, a system workqueue in @guest
    meanwhile."""
    load(lab, guest, "hold", "" if queues else "queues=0")
    try:
        yield
        state = guest.out("cat /sys/module/hold/parameters/{hold,ran}")
        assert state == "Y\n0", f"hold, ran: {state}"
    finally:
        if guest.alive:
            guest.sh("echo 0 >/sys/module/hold/parameters/hold; rmmod hold")
