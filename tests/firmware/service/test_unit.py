"""The texts for systemd and udev: what depends on the place, and what systemd itself says of it."""

import shutil
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from evse.app import REST_TIMEOUT_S, RESTART_EXIT_STATUS
from evse.core.timing import COMMAND_LEASE_S
from evse.service.unit import STOP_S, WATCHDOG_S, Place, groups_of, polkit_rules, udev_rules, unit
from evse.station import FAREWELL_S, RESET_WAIT_S
from evse.update.launcher import END_S, PROBE_S

EVERY_GROUP = frozenset({"dialout", "gpio", "i2c", "spi", "input", "video"})


def place(
    prefix: str = "/opt/evse",
    state: str = "/var/lib/evse",
    config: str = "/etc/evse.toml",
    slots: str | None = None,
) -> Place:
    paths = (PurePosixPath(config), PurePosixPath(state))
    return Place(PurePosixPath(prefix), "box", *paths, PurePosixPath(slots) if slots else None)


@pytest.mark.parametrize(
    "line",
    [
        "Type=notify",
        "User=box",
        "SupplementaryGroups=dialout gpio i2c spi input",
        "ExecStart=/opt/evse/bin/evse run --config /etc/evse.toml --state /var/lib/evse",
        "ExecStopPost=-/opt/evse/bin/evse board stop --config /etc/evse.toml --state /var/lib/evse",
        f"RestartForceExitStatus={RESTART_EXIT_STATUS}",
        "Restart=always",
        "ReadWritePaths=/var/lib/evse",
        "ProtectSystem=strict",
        "NoNewPrivileges=true",
        "CapabilityBoundingSet=CAP_NET_BIND_SERVICE",
    ],
)
def test_the_unit_has(line: str) -> None:
    assert line in unit(place(), EVERY_GROUP).splitlines()


@pytest.mark.parametrize(
    "line",
    [
        "ExecStart=/srv/evse/launch run --config /etc/evse.toml --state /var/lib/evse",
        "ExecStopPost=-/srv/evse/launch board stop --config /etc/evse.toml --state /var/lib/evse",
        "ReadWritePaths=/var/lib/evse /srv/evse",
        "ProtectHome=true",
    ],
)
def test_with_slots_the_launcher_is_run_and_may_write_them(line: str) -> None:
    assert line in unit(place(slots="/srv/evse"), EVERY_GROUP).splitlines()


def test_slots_in_a_home_are_not_hidden() -> None:
    text = unit(place(slots="/home/pi/slots"), ())
    assert "ProtectHome=read-only" in text.splitlines()


def test_the_guardian_of_a_trial_outwaits_an_orderly_end() -> None:
    """It ends a version by the same signal, and shoots later than systemd would."""
    assert END_S > STOP_S


def test_the_launcher_has_time_to_look_for_a_slot_that_starts() -> None:
    """Of neither slot anything is known, and the first one hangs."""
    lines = unit(place(slots="/srv/evse"), ()).splitlines()
    (start,) = (line for line in lines if line.startswith("TimeoutStartSec="))
    assert int(start.partition("=")[2]) > 2 * PROBE_S


@pytest.mark.parametrize("slots", ["srv/evse", "/srv/../evse", "/srv/e vse"])
def test_slots_that_cannot_be(slots: str) -> None:
    with pytest.raises(ValueError, match=r"--slots: came .*, allowed an absolute path"):
        place(slots=slots)


@pytest.mark.parametrize(
    ("prefix", "state", "hidden"),
    [
        ("/opt/evse", "/var/lib/evse", "true"),
        ("/home/pi/evse", "/var/lib/evse", "read-only"),
        ("/opt/evse", "/root/state", "read-only"),
    ],
)
def test_homes_are_hidden_unless_it_lives_there(prefix: str, state: str, hidden: str) -> None:
    assert f"ProtectHome={hidden}" in unit(place(prefix, state), ()).splitlines()


def test_groups_that_are_missing_are_not_asked_for() -> None:
    assert "SupplementaryGroups=dialout\n" in unit(place(), {"dialout"})
    assert "SupplementaryGroups" not in unit(place(), ())


def test_the_times_fit_those_of_the_program() -> None:
    """systemd waits for the board's lease before it shoots, and for the longest orderly end."""
    assert WATCHDOG_S > 2 * COMMAND_LEASE_S
    assert STOP_S >= REST_TIMEOUT_S + RESET_WAIT_S + FAREWELL_S


def test_devices_belong_to_groups_that_are_there() -> None:
    rules = udev_rules(place(), {"dialout", "input"})
    assert 'SUBSYSTEM=="spidev", GROUP="box"' in rules
    assert 'SUBSYSTEM=="hidraw", GROUP="input"' in rules
    assert 'DRIVER=="ftdi_sio", ATTR{latency_timer}="1"' in rules
    logical = rules.replace("\\\n", "").splitlines()
    assert all(line.startswith(("#", "ACTION", "SUBSYSTEM")) or not line for line in logical)


def test_groups_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "group"
    path.write_text("root:x:0:\ndialout:x:20:box\n\n")
    assert groups_of(path) == {"root", "dialout"}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    program = tmp_path / "bin/evse"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    path = tmp_path / "evse.service"
    text = unit(place(str(tmp_path), str(tmp_path / "state")), {"dialout"})
    path.write_text(text.replace("User=box", "User=daemon"))
    command = ["systemd-analyze", "verify", "--man=no", str(path)]
    said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert (said.returncode, said.stderr) == (0, "")


def test_polkit_lets_the_services_user_set_network_and_clock_and_nobody_else() -> None:
    rules = polkit_rules(place())
    assert 'subject.user === "box"' in rules
    assert rules.count('"org.freedesktop.') == 9
    assert rules.count("{") == rules.count("}")
