"""What an OpenEVSE board shall do, and what its status means."""

import pytest

from evse.boards.openevse_rules import (
    Mode,
    Wanted,
    faults_of,
    held_by_fault,
    level_of,
    obeys,
    reads_cable,
    wanted,
)
from evse.boards.rapi import Currents, Flag, Setting, Status
from evse.core.faults import Fault
from evse.core.pilot import PilotLevel, duty_percent
from evse.core.signals import Command

CURRENTS = Currents(minimum_a=6, hardware_a=80, offered_a=32, maximum_a=25)
CONNECTED, CLOSED = Flag.CONNECTED, Flag.CONNECTED | Flag.RELAY_CLOSED
NOTHING = Flag(0)


def command(offered_a: float, *, close: bool, duty: float = 100.0) -> Command:
    percent = duty_percent(offered_a) if offered_a else duty
    return Command(percent, close_contactor=close, lock=False, lease_s=3.0)


@pytest.mark.parametrize(
    ("order", "age_s", "relay_closed", "mode", "amps"),
    [
        (None, 0.0, True, Mode.SLEEPING, 6),
        (command(16.0, close=False), 0.0, False, Mode.ENABLED, 16),
        (command(16.9, close=True), 3.0, True, Mode.ENABLED, 16),
        (command(32.0, close=True), 0.0, True, Mode.ENABLED, 20),  # wiring
        (command(6.0, close=True), 0.0, True, Mode.ENABLED, 6),
        (command(0, close=True), 0.0, True, Mode.SLEEPING, 6),
        (command(0, close=False), 0.0, True, Mode.DISABLED, 6),
        (command(0, close=False), 0.0, False, Mode.SLEEPING, 6),
        (command(0, close=False, duty=0.0), 0.0, False, Mode.DISABLED, 6),
        (command(16.0, close=True), 3.1, True, Mode.SLEEPING, 6),
        (command(16.0, close=True), 6.6, True, Mode.DISABLED, 6),
        (command(16.0, close=True), 3.1, False, Mode.DISABLED, 6),
    ],
)
def test_what_a_command_means(
    order: Command | None, age_s: float, relay_closed: bool, mode: Mode, amps: int
) -> None:
    assert wanted(order, age_s, CURRENTS, 20.0, relay_closed=relay_closed) == Wanted(mode, amps)


def test_what_the_board_can_is_the_limit() -> None:
    order = command(32.0, close=True)
    assert wanted(order, 0.0, CURRENTS, 32.0, relay_closed=True).amps == 25
    high = Currents(minimum_a=8, hardware_a=80, offered_a=32, maximum_a=25)
    nothing = wanted(command(7.0, close=True), 0.0, high, 32.0, relay_closed=True)
    assert nothing == Wanted(Mode.SLEEPING, 8)


@pytest.mark.parametrize("state", [0x05, 0x08, 0x0E, 0x11])
def test_a_fault_with_an_open_relay_is_left_alone(state: int) -> None:
    for mode in Mode:
        assert obeys(Status(state, 2, CONNECTED), mode)
    assert not obeys(Status(state, 2, CLOSED), Mode.SLEEPING)
    assert not obeys(Status(state, 2, CLOSED), Mode.DISABLED)


@pytest.mark.parametrize(
    ("state", "mode"),
    [(1, Mode.ENABLED), (3, Mode.ENABLED), (0xFE, Mode.SLEEPING), (0xFF, Mode.DISABLED)],
)
def test_each_state_obeys_one_mode(state: int, mode: Mode) -> None:
    assert [other for other in Mode if obeys(Status(state, 1, NOTHING), other)] == [mode]


@pytest.mark.parametrize(
    ("status", "unknown_for_s", "level"),
    [
        (Status(1, 1, NOTHING), 0.0, PilotLevel.A),
        (Status(2, 2, CONNECTED), 0.0, PilotLevel.B),
        (Status(2, 3, CONNECTED), 0.0, PilotLevel.C),  # asks, but there is no PWM yet
        (Status(3, 3, CLOSED), 0.0, PilotLevel.C),
        (Status(4, 4, CONNECTED), 0.0, PilotLevel.D),
        (Status(3, 4, CLOSED), 0.0, PilotLevel.D),  # ventilation check switched off
        (Status(0xFE, 3, CLOSED), 0.0, PilotLevel.C),  # has not let go yet
        (Status(0xFE, 3, CONNECTED), 0.0, PilotLevel.B),  # the pilot field is an old one
        (Status(0xFE, 3, NOTHING), 0.0, PilotLevel.A),
        (Status(0xFE, 1, CONNECTED), 0.0, PilotLevel.B),
        (Status(0xFF, 3, CONNECTED), 0.0, PilotLevel.B),
        (Status(5, 5, CONNECTED), 0.0, PilotLevel.B),
        (Status(5, 5, NOTHING), 0.0, PilotLevel.A),
        (Status(6, 3, CONNECTED), 0.0, PilotLevel.C),
        (Status(0, 0, NOTHING), 0.9, None),
        (Status(0, 0, NOTHING), 1.1, PilotLevel.E),
        (Status(2, 0, CONNECTED), 0.0, PilotLevel.B),
    ],
)
def test_levels(status: Status, unknown_for_s: float, level: PilotLevel | None) -> None:
    assert level_of(status, unknown_for_s) is level


@pytest.mark.parametrize(
    ("state", "fault"),
    [
        (0x05, Fault.DIODE),
        (0x06, Fault.RESIDUAL_CURRENT),
        (0x07, Fault.GROUND),
        (0x08, Fault.CONTACTOR_WELDED),
        (0x09, Fault.RESIDUAL_CURRENT),
        (0x0A, Fault.OVER_TEMPERATURE),
        (0x0B, Fault.OVER_CURRENT),
        (0x0C, Fault.BOARD_FAULT),
        (0x0E, Fault.CONTACTOR_FAILED),
        (0x0F, Fault.PROXIMITY),
        (0x10, Fault.PROXIMITY),
        (0x11, Fault.BOARD_FAULT),
        (0xFD, Fault.BOARD_FAULT),
    ],
)
def test_faults(state: int, fault: Fault) -> None:
    assert faults_of(Status(state, 1, NOTHING)) == ({fault}, f"state {state:02X}")


@pytest.mark.parametrize("state", [0, 1, 2, 3, 4, 0xFE, 0xFF])
def test_no_faults(state: int) -> None:
    assert faults_of(Status(state, 1, CLOSED)) == (frozenset(), "")


@pytest.mark.parametrize(
    ("status", "held"),
    [
        (Status(4, 4, CONNECTED | Flag.HARD_FAULT), True),
        (Status(0xFE, 2, CONNECTED | Flag.HARD_FAULT), True),
        (Status(0xFF, 2, CONNECTED | Flag.HARD_FAULT), False),
        (Status(0x06, 2, CONNECTED), True),
        (Status(0x06, 2, CLOSED), False),
        (Status(2, 2, CONNECTED), False),
    ],
)
def test_what_a_fault_holds(status: Status, held: bool) -> None:
    assert held_by_fault(status) is held
    assert obeys(status, Mode.SLEEPING) is held


def test_a_hard_fault_that_sleep_has_hidden() -> None:
    assert faults_of(Status(0xFE, 1, Flag.HARD_FAULT)) == ({Fault.BOARD_FAULT}, "hard fault")


def test_only_newer_boards_tell_whether_they_read_the_cable() -> None:
    assert reads_cable(Setting.PP_AMPACITY, 6)
    assert not reads_cable(Setting.PP_AMPACITY, 5)
    assert not reads_cable(Setting.LEVEL_2, 6)
