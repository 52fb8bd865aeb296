# SPDX-License-Identifier: GPL-2.0-only
"""The kinds of kernel that guests boot, and what follows from them.

A kernel that checks itself (selftests/debug) needs more memory, and time: every
limit of host and guest is stretched by its kind's factor, here and nowhere else.
"""

import collections

# The factor for time limits, the least memory in MiB and processors that it
# needs, whether time may be virtual, words for its command line, and whether
# kmemleak and gcov are in it.
Kind = collections.namedtuple(
    "Kind", "slow memory cpus virtual_time words leaks coverage")

DEBIAN = Kind(slow=1, memory=0, cpus=1, virtual_time=True, words="",
              leaks=False, coverage=False)
UML = Kind(slow=2, memory=512, cpus=1, virtual_time=True,
           words="panic_on_warn=1 kunit.enable=0", leaks=True, coverage=True)
CHECKING = {
    "uml": UML,
    "uml4": UML,
    # In virtual time its processors take turns, after some instructions each, and
    # idle time costs nothing; side by side they run in real time, see torture.py.
    # Interpreting ACPI takes them most of a minute. Without it they have no clock to
    # check that of two sockets by, and would do without timers finer than a tick.
    "smp": Kind(slow=8, memory=1024, cpus=2, virtual_time=True,
                words="panic_on_warn=1 kunit.enable=0 acpi=off tsc=reliable",
                leaks=True, coverage=True),
}


def kind_of(release):
    """Of the kernel that calls itself @release, see selftests/debug/kernel.sh."""
    return CHECKING.get(release.rpartition("-carp-")[2], DEBIAN)
