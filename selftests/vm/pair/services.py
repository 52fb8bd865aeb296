# SPDX-License-Identifier: GPL-2.0-only
"""systemd and udev of Debian do what the admin guide says of them.

Member a runs under systemd, with udevd, and has what "make install" installs;
member b is a guest like any other. a preempts, so that it is MASTER unless it
is demoted.
"""

from lab import member, test
from watch import VMAC, become

# Of what systemd would start, nothing here needs these, and each takes an
# emulated CPU a second or more.
MASKED = """
getty.target systemd-udev-trigger.service systemd-sysusers.service
systemd-binfmt.service proc-sys-fs-binfmt_misc.automount
systemd-random-seed.service systemd-update-utmp.service
systemd-update-utmp-runlevel.service systemd-user-sessions.service
systemd-journal-flush.service systemd-modules-load.service
kmod-static-nodes.service systemd-remount-fs.service dev-hugepages.mount
dev-mqueue.mount sys-kernel-tracing.mount modprobe@configfs.service
modprobe@dm_mod.service modprobe@efi_pstore.service modprobe@fuse.service
modprobe@loop.service
"""
WORDS = " ".join(["guest.init=/lib/systemd/systemd", "net.ifnames=0",
                  "systemd.unit=multi-user.target"] +
                 ["systemd.mask=" + unit for unit in MASKED.split()])

# The drop-in is the guide's.
WEB = """
cat >/etc/systemd/system/web.service <<'END'
[Service]
ExecStart=/bin/sleep infinity
[Install]
WantedBy=multi-user.target
END
mkdir -p /etc/systemd/system/web.service.d
cat >/etc/systemd/system/web.service.d/carp.conf <<'END'
[Unit]
PartOf=carp-master@carp0.target
[Install]
WantedBy=
WantedBy=carp-master@carp0.target
END
systemctl disable -q web; systemctl daemon-reload; systemctl enable -q web
"""

# The guide's too, but for the passphrase and the service, which tells who had the
# address when it was stopped.
UNITS = """
mkdir -p -m 700 /etc/carp
echo changeme >/etc/carp/carp0.key
cat >/etc/systemd/system/served.service <<'END'
[Service]
ExecStart=/bin/sleep infinity
ExecStopPost=sh -c 'carpconfig carp0 >/run/at-stop 2>&1 || echo gone >/run/at-stop'
END
cat >/etc/systemd/system/carp0.service <<'END'
[Unit]
Wants=network-online.target
After=network-online.target served.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/carpconfig carp0 create carpdev eth0 vhid 1 \\
        passfile /etc/carp/carp0.key 192.0.2.100/24
ExecStop=/usr/sbin/carpconfig carp0 destroy
[Install]
WantedBy=multi-user.target
END
systemctl daemon-reload
"""

HOOK = """
cat >/etc/carp/hooks.d/10-web <<'END'
#!/bin/sh
echo "$CARP_IFNAME $CARP_STATE $CARP_REASON"
if [ "$CARP_STATE" = MASTER ]; then
	systemctl --no-block start hooked
else
	systemctl --no-block stop hooked
fi
END
chmod +x /etc/carp/hooks.d/10-web
cat >/run/systemd/system/hooked.service <<'END'
[Service]
ExecStart=/bin/sleep infinity
END
systemctl daemon-reload
"""

CHECK = """
cat >/etc/carp/check.d/web.conf <<'END'
DEVICE=carp0
COMMAND=test -e /run/well
INTERVAL=1
FALL=2
RISE=1
END
"""


def boot(lab):
    """Both, and a without units of the test before."""
    a, = lab.guests("a", words=WORDS, memory=384)
    b, = lab.guests("b")
    a.sh("systemctl is-system-running --wait", limit=180)
    return a, b


def elect(a, b):
    a.sh("sysctl -qw net.carp.preempt=1")
    member(a)
    become(a, "MASTER")
    member(b, skew=20)
    become(b, "BACKUP")


def unit_is(guest, unit, state, limit=20):
    guest.until(f"[ $(systemctl is-active {unit}) = {state} ]", limit)


def journal(guest, unit):
    return guest.out(f"journalctl -o cat -u {unit}")


def follows(a, b, unit, rounds):
    """@unit runs on a while that is MASTER; a gives way, and takes back."""
    unit_is(a, unit, "active")
    for _ in range(rounds):
        a.sh("carpconfig carp0 carpdemote 50")
        become(b, "MASTER")
        unit_is(a, unit, "inactive")
        a.sh("carpconfig carp0 -carpdemote 50")
        become(b, "BACKUP")
        unit_is(a, unit, "active")


@test(limit=400)
def udev_starts_and_stops_a_service_with_the_role(lab):
    a, b = boot(lab)
    a.sh(WEB)
    assert not a.out("ls /etc/systemd/system/multi-user.target.wants | "
                     "grep web || :"), "it is started at boot"
    elect(a, b)
    follows(a, b, "web", 3)
    assert VMAC in a.out("ip link show carp0"), "udev has changed the MAC"
    a.sh("carpconfig carp0 down")
    unit_is(a, "web", "inactive")
    a.sh("carpconfig carp0 up")
    unit_is(a, "web", "active")
    a.sh("carpconfig carp0 destroy")
    unit_is(a, "web", "inactive")
    assert journal(a, "web").count("Started web") == 5, journal(a, "web")
    a.sh("systemctl disable -q web")


def rename(guest, old, new):
    """Old kernels rename no device that is up."""
    guest.sh(f"ip link set {old} name {new} || {{ ip link set {old} down && "
             f"ip link set {old} name {new} up; }}")


@test(limit=400)
def the_target_follows_the_name(lab):
    a, b = boot(lab)
    elect(a, b)
    unit_is(a, "carp-master@carp0.target", "active")
    rename(a, "carp0", "vip0")
    unit_is(a, "carp-master@vip0.target", "active")
    unit_is(a, "carp-master@carp0.target", "inactive")
    rename(a, "vip0", "carp0")
    unit_is(a, "carp-master@carp0.target", "active")
    unit_is(a, "carp-master@vip0.target", "inactive")
    a.sh("carpconfig carp0 destroy")
    unit_is(a, "carp-master@carp0.target", "inactive")


@test(limit=400)
def the_hooks_unit_runs_the_programs(lab):
    a, b = boot(lab)
    a.sh(HOOK)
    elect(a, b)
    a.sh("systemctl start carp-hooks")
    follows(a, b, "hooked", 2)
    said = journal(a, "carp-hooks")
    assert "carp0 MASTER monitor started" in said, said
    assert said.count("carp0 BACKUP less demoted peer advertised") == 2, said
    # One that was killed is back, and tells how things are.
    a.sh("systemctl stop hooked; systemctl kill -s KILL carp-hooks")
    unit_is(a, "hooked", "active")
    # One that is stopped ends, and what its programs have started does not.
    a.sh("systemctl stop carp-hooks")
    assert a.out("systemctl is-active carp-hooks hooked || :") == \
        "inactive\nactive"
    a.sh("carpconfig carp0 carpdemote 50")
    become(b, "MASTER")
    a.sh("systemctl start carp-hooks")
    unit_is(a, "hooked", "inactive")
    a.sh("systemctl stop carp-hooks; rm /etc/carp/hooks.d/10-web")


@test(limit=400)
def a_unit_makes_the_device_and_says_goodbye_before_services_stop(lab):
    a, b = boot(lab)
    a.sh(UNITS)
    member(b, skew=100)
    a.sh("systemctl start served carp0; sysctl -qw net.carp.preempt=1")
    become(a, "MASTER")
    become(b, "BACKUP")
    # As in the transaction of a shutdown.
    a.sh("systemctl stop carp0 served")
    become(b, "MASTER")
    assert a.out("cat /run/at-stop") == "gone", a.out("cat /run/at-stop")
    reason = b.out("carpconfig -v carp0")
    assert "bowed out" in reason, reason
    # Another version of the module.
    a.sh("rmmod carp && systemctl start carp0")
    a.until("carpconfig carp0 | grep -q BACKUP")
    a.sh("systemctl stop carp0")


def demoted(guest, by):
    guest.until("[[ $(carpconfig -j carp0) == "
                f"*'\"demoted\": {by},'* ]]", 20)


@test(limit=400, long=True)
def a_check_demotes_and_leaves_nothing(lab):
    a, b = boot(lab)
    unit = "carp-check@web"
    a.sh(CHECK + ": >/run/well")
    elect(a, b)
    a.sh(f"systemctl start {unit}; rm /run/well")
    demoted(a, 240)
    become(b, "MASTER")
    a.sh(": >/run/well")
    demoted(a, 0)
    become(b, "BACKUP")
    # Stopped, and started again as after a boot.
    a.sh("rm /run/well")
    demoted(a, 240)
    a.sh(f"systemctl stop {unit}")
    demoted(a, 0)
    a.sh(f"[ ! -e /run/carp/check/web ] && systemctl start {unit}")
    demoted(a, 240)
    # Killed, it is cleaned up after, and comes back.
    a.sh(f"systemctl kill --kill-who=main -s KILL {unit}")
    demoted(a, 0)
    demoted(a, 240)
    a.sh(f": >/run/well; systemctl daemon-reexec; systemctl restart {unit}")
    demoted(a, 0)
    a.sh(f"systemctl stop {unit}")
    assert a.out("sysctl -n net.carp.demotion") == "0"
    assert a.out(f"systemctl is-failed {unit} || :") == "inactive"
    become(b, "BACKUP")
