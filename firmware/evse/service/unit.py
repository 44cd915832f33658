"""What systemd, udev and polkit read: the unit of the service, the rules of its devices and of
what it may have others do. Pure.

Sources: systemd.service(5), systemd.exec(5), systemd.resource-control(5), udev(7); the kernel's
Documentation/admin-guide/devices.txt for the numbers of devices.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from evse.app import RESTART_EXIT_STATUS
from evse.update.slots import LAUNCH

GROUPS = ("dialout", "gpio", "i2c", "spi", "input")
"""Groups that own the devices of a wallbox, where a distribution has them."""

WATCHDOG_S = 10
"""systemd ends the program after so long without completed control turns. The board has let go by
then (its lease is 3 s); shorter would shoot a program that waits for a slow memory card."""

STOP_S = 30
"""To end: 8 s for running cars, 15 s for the ends of transactions, and the mechanics."""

_PATH = re.compile(r"/[A-Za-z0-9._+@=-]+(/[A-Za-z0-9._+@=-]+)*")
_USER = re.compile(r"[a-z_][a-z0-9_-]{0,30}")
_HOMES = ("/home", "/root", "/run/user")

# Numbers are those of devices.txt: a name would be looked up when the service starts, and the
# driver of an adapter that is plugged in later is not there yet.
_DEVICES = (
    ("char-4", "ttyS"),
    ("char-166", "ttyACM"),
    ("char-188", "ttyUSB"),
    ("char-204", "ttyAMA, ttySC"),
    ("char-207", "ttymxc"),
    ("char-13", "input"),
    ("char-89", "i2c"),
    ("char-153", "spidev"),
    ("char-gpiochip", "numbered at the start of the system"),
    ("char-hidraw", "numbered at the start of the system"),
    ("char-iio", "numbered at the start of the system"),
    ("/dev/watchdog", "service.watchdog_device"),
    ("/dev/watchdog0", "the same by its newer name"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the service is installed, and as whom it runs.

    Raises ValueError, naming the option, for what systemd's files could not carry as it stands.
    """

    prefix: PurePosixPath
    user: str
    config: PurePosixPath
    state: PurePosixPath
    slots: PurePosixPath | None = None
    """The folder of the slots of a wallbox that updates itself; None: the program of `prefix`."""

    def __post_init__(self) -> None:
        for option in ("prefix", "config", "state", "slots"):
            path = getattr(self, option)
            if path is None:
                continue
            if not _PATH.fullmatch(str(path)) or ".." in path.parts:
                raise ValueError(
                    f"--{option}: came {str(path)!r}, allowed an absolute path of letters, digits "
                    "and ._+@=-"
                )
        if len(self.state.parts) < 3:
            raise ValueError(
                f"--state: came {str(self.state)!r}, allowed a folder of its own as /var/lib/evse"
            )
        if not _USER.fullmatch(self.user) or self.user == "root":
            raise ValueError(
                f"--user: came {self.user!r}, allowed a name of lower-case letters, digits, _ and -"
                ", but not root"
            )

    @property
    def program(self) -> PurePosixPath:
        """The command `evse`: that of the prefix, or the launcher of the slots."""
        return self.prefix / "bin" / "evse" if self.slots is None else self.slots / LAUNCH

    @property
    def written(self) -> tuple[PurePosixPath, ...]:
        """The folders which the program writes: an update of itself is one into the slots."""
        return (self.state,) if self.slots is None else (self.state, self.slots)

    @property
    def in_a_home(self) -> bool:
        """Whether a part of it lies where `ProtectHome=true` would hide it."""
        paths = (self.prefix, self.config, *self.written)
        return any(path.is_relative_to(home) for path in paths for home in _HOMES)


def unit(place: Place, groups: Collection[str]) -> str:
    """The text of `evse.service`. `groups`: those of GROUPS that this system has."""
    where = f"--config {place.config} --state {place.state}"
    present = " ".join(group for group in GROUPS if group in groups)
    devices = "\n".join(f"# {what}\nDeviceAllow={device} rw" for device, what in _DEVICES)
    return f"""\
# Written by `evse install`. Changes belong into a drop-in: systemctl edit evse
[Unit]
Description=EVSE wallbox
# Charging waits for no network: where it is missing, so would the current be.
After=network.target
# A wallbox is started again for ever; a wrong configuration heals when the file is mended.
StartLimitIntervalSec=0

[Service]
Type=notify
User={place.user}
{f"SupplementaryGroups={present}" if present else "# no group of devices on this system"}
ExecStart={place.program} run {where}
# A board without a watchdog of its own goes on with the last current: it is stopped as soon as the
# program is dead, for whatever reason.
ExecStopPost=-{place.program} board stop {where}
# Fed by completed control turns. On a miss the program is aborted, and prints where it hung.
WatchdogSec={WATCHDOG_S}
Environment=PYTHONFAULTHANDLER=1
LimitCORE=0
Restart=always
RestartSec=2
# {RESTART_EXIT_STATUS}: start me again, the end after a reset by the central system.
RestartForceExitStatus={RESTART_EXIT_STATUS}
SuccessExitStatus={RESTART_EXIT_STATUS}
TimeoutStartSec=60
TimeoutStopSec={STOP_S}
# Control turns are short and must come in time.
Nice=-10
OOMScoreAdjust=-800

# Password and cards are nobody else's business.
UMask=0077
ReadWritePaths={" ".join(map(str, place.written))}
ProtectSystem=strict
ProtectHome={"read-only" if place.in_a_home else "true"}
PrivateTmp=true
ProtectProc=invisible
ProtectClock=true
ProtectControlGroups=true
ProtectHostname=true
ProtectKernelLogs=true
ProtectKernelModules=true
# Not ProtectKernelTunables: it makes /sys read-only, and the pilot's PWM is set there.
NoNewPrivileges=true
# The local page is where people look for it: ports 443 and 80.
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
AmbientCapabilities=CAP_NET_BIND_SERVICE
RestrictSUIDSGID=true
RestrictRealtime=true
RestrictNamespaces=true
LockPersonality=true
MemoryDenyWriteExecute=true
RemoveIPC=true
KeyringMode=private
# Netlink: the addresses of this computer. CAN: between wallboxes.
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_CAN
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM
DevicePolicy=closed
{devices}

[Install]
WantedBy=multi-user.target
"""


_POLKIT_ACTIONS = (
    "org.freedesktop.NetworkManager.network-control",
    "org.freedesktop.NetworkManager.enable-disable-wifi",
    "org.freedesktop.NetworkManager.wifi.scan",
    "org.freedesktop.NetworkManager.wifi.share.protected",
    "org.freedesktop.NetworkManager.settings.modify.system",
    "org.freedesktop.NetworkManager.settings.modify.hostname",
    "org.freedesktop.timedate1.set-ntp",
    "org.freedesktop.timedate1.set-time",
    "org.freedesktop.timedate1.set-timezone",
)
"""What the service may have NetworkManager and the system's clock do, by the names of polkit."""


def polkit_rules(place: Place) -> str:
    """The text of `60-evse.rules` of polkit(8): the service's user sets network and clock."""
    actions = ",\n        ".join(f'"{action}"' for action in _POLKIT_ACTIONS)
    return f"""\
// Written by `evse install`. The wallbox's page sets the network and the clock.
polkit.addRule(function (action, subject) {{
    var allowed = [
        {actions}
    ];
    if (subject.user === "{place.user}" && allowed.indexOf(action.id) >= 0) {{
        return polkit.Result.YES;
    }}
}});
"""


def udev_rules(place: Place, groups: Collection[str]) -> str:
    """The text of `60-evse.rules`. A device whose group is missing belongs to the service's own."""

    def group(wanted: str) -> str:
        return wanted if wanted in groups else place.user

    return f"""\
# Written by `evse install`.
#
# Serial adapters have names that stay in /dev/serial/by-id/ (by-path for adapters without a serial
# number): use these in the settings, for ttyUSB0 and ttyUSB1 change places.

# FTDI chips keep what they receive for 16 ms; 1 ms lets three times as many requests through.
ACTION=="add", SUBSYSTEM=="usb-serial", DRIVER=="ftdi_sio", ATTR{{latency_timer}}="1"

# Card readers that type, and those that are asked.
SUBSYSTEM=="input", KERNEL=="event*", GROUP="{group("input")}", MODE="0660"
SUBSYSTEM=="hidraw", GROUP="{group("input")}", MODE="0660"

SUBSYSTEM=="gpio", KERNEL=="gpiochip*", GROUP="{group("gpio")}", MODE="0660"
SUBSYSTEM=="i2c-dev", GROUP="{group("i2c")}", MODE="0660"
SUBSYSTEM=="spidev", GROUP="{group("spi")}", MODE="0660"

# The kernel tells of a chip, and again when a channel of it is exported; the files are root's.
SUBSYSTEM=="pwm", ACTION=="add|change", RUN+="/bin/sh -c 'chgrp -R {group("gpio")} /sys%p && \
chmod -R g=u /sys%p'"

SUBSYSTEM=="watchdog", GROUP="{place.user}", MODE="0660"
SUBSYSTEM=="misc", KERNEL=="watchdog", GROUP="{place.user}", MODE="0660"
"""


def groups_of(group_file: Path) -> frozenset[str]:
    """The names of the groups in a file as /etc/group. Raises OSError."""
    lines = group_file.read_text(encoding="utf-8").splitlines()
    return frozenset(line.partition(":")[0] for line in lines if ":" in line)
