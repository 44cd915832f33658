"""`evse install` and `evse uninstall`: the service on this computer, and away again.

The program itself is where pip has put it; this makes what is around it: user, folders,
configuration, unit, rules for devices.
"""

from collections.abc import Callable
from pathlib import Path, PurePosixPath

from evse.service.changes import Changes, Entry, InstallError
from evse.service.config_template import config_template
from evse.service.unit import GROUPS, Place, groups_of, polkit_rules, udev_rules, unit
from evse.settings.table import SETTINGS

MANIFEST = "installed.json"
"""In the folder of the program: what `evse install` has changed."""

UNIT = PurePosixPath("/etc/systemd/system/evse.service")
ENABLED = PurePosixPath("/etc/systemd/system/multi-user.target.wants/evse.service")
RULES = PurePosixPath("/etc/udev/rules.d/60-evse.rules")
POLKIT_RULES = PurePosixPath("/etc/polkit-1/rules.d/60-evse.rules")

_SUBSYSTEMS = ("usb-serial", "input", "hidraw", "gpio", "i2c-dev", "spidev", "pwm", "watchdog")
_OWNERS = {"data": "yes"}
"""Marks in the manifest what is the owner's of the wallbox: it outlasts the service."""


def install(place: Place, changes: Changes) -> None:
    """Make the service, as far as it is not there. Raises InstallError."""
    _check(place, changes)
    group_file = changes.at(PurePosixPath("/etc/group"))
    groups = groups_of(group_file if group_file.exists() else Path("/etc/group"))
    with changes.recorded():
        if not changes.elsewhere:
            changes.user(place.user, place.state, **_OWNERS)
            for group in GROUPS:
                if group in groups:
                    changes.member(place.user, group)
        changes.folder(place.state, 0o700, place.user, **_OWNERS)
        if place.slots is not None:
            changes.folder(place.slots, 0o755, place.user)
        changes.first_file(place.config, config_template(SETTINGS), 0o640, place.user, **_OWNERS)
        changes.file(UNIT, unit(place, groups), 0o644)
        changes.link(ENABLED, UNIT)
        changes.file(RULES, udev_rules(place, groups), 0o644)
        changes.file(POLKIT_RULES, polkit_rules(place), 0o644)
        if changes.count:
            _reload(changes)
            changes.command("udevadm", "trigger", *(f"-s{name}" for name in _SUBSYSTEMS))


def uninstall(changes: Changes, *, purge: bool) -> None:
    """Undo what `install` has done, what is the owner's only with `purge`. Raises InstallError."""
    data = [PurePosixPath(entry["name"]) for entry in changes.entries if "data" in entry]
    with changes.recorded():
        changes.command("systemctl", "stop", "evse.service")
        for entry in reversed(changes.entries):
            if not purge and _stays(entry, data):
                continue
            if entry["kind"] == "folder" and "data" in entry:
                changes.empty(PurePosixPath(entry["name"]))
            changes.undo(entry)
        _reload(changes)


def _stays(entry: Entry, data: list[PurePosixPath]) -> bool:
    """Whether it is the owner's, or holds what is."""
    path = PurePosixPath(entry["name"])
    return "data" in entry or any(path in one.parents for one in data)


def _reload(changes: Changes) -> None:
    changes.command("systemctl", "daemon-reload")
    changes.command("udevadm", "control", "--reload")


def _check(place: Place, changes: Changes) -> None:
    """What must be so before anything is changed. Raises InstallError."""
    there = changes.elsewhere or changes.at(place.program).exists()
    if not there and place.slots is not None:
        raise InstallError(
            f"there is no {place.program}: put a bundle there first (evse bundle install FILE "
            f"--slots {place.slots} --trust KEY)"
        )
    if not there:
        raise InstallError(
            f"there is no {place.program}: install the program there first (python3 -m venv "
            f"{place.prefix}; {place.prefix}/bin/pip install …), or say --prefix"
        )
    state = changes.at(place.state)
    strange = state.is_dir() and any(state.iterdir()) and not (state / "evse.sqlite").exists()
    if strange:
        raise InstallError(
            f"--state: {place.state} has something else in it; allowed: a new or empty folder, or "
            "that of a wallbox"
        )


def next_steps(place: Place, tell: Callable[[str], None]) -> None:
    """What is left to do by hand."""
    tell(f"Set up the wallbox in {place.config} (evse settings list explains), then:")
    tell("  systemctl restart evse; journalctl -u evse -f")
