"""The OpenEVSE driver charges through an emulated board, and gets over whatever happens to it."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from evse.boards import openevse as openevse_board
from evse.boards import openevse_stop
from evse.boards.board import Board, BoardError, HostLoss
from evse.boards.openevse import OpenEvseBoard
from evse.clock import SystemClock
from evse.core.faults import Fault
from evse.core.pilot import PilotLevel, duty_percent
from evse.core.signals import Command, Reading
from evse.simulation.clock import AcceleratedClock
from tests.firmware.emulators.openevse import (
    AUTO_LEVEL_OFF,
    DISABLED,
    EAGER,
    LEVEL_2,
    SLEEPING,
    Car,
    OpenEvse,
    Pilot,
    Switches,
    openevse,
)

SPEED = 3.0
"""Of clock, board and vehicle; not of the line, whose tests run at 1."""
TURN_S = 0.05
LEASE_S = 1.0
SHORT_HEARTBEAT_S = 2
STEADY = Command(100.0, close_contactor=False, lock=False, lease_s=LEASE_S)
RELEASE = Command(100.0, close_contactor=True, lock=False, lease_s=LEASE_S)
STATE_F = Command(0.0, close_contactor=False, lock=False, lease_s=LEASE_S)


def offer(amps: float) -> Command:
    return Command(duty_percent(amps), close_contactor=True, lock=False, lease_s=LEASE_S)


class Host:
    """A control loop with a turn of 50 ms, and the driver's own task."""

    def __init__(self, device: OpenEvse, **options: object) -> None:
        self.device = device
        self.clock = AcceleratedClock(device.speed)
        self.time = asyncio.create_task(self.clock.run())
        self.driver = OpenEvseBoard(device.tty, self.clock, **options)  # type: ignore[arg-type]
        board: Board = self.driver
        assert board.capabilities.switches_itself
        self.command: Command | None = STEADY
        self.reading: Reading | None = None
        self.error = ""
        self.service = asyncio.create_task(self.driver.run())
        self.loop = asyncio.create_task(self._turns())

    async def _turns(self) -> None:
        while True:
            try:
                self.reading = await self.driver.read()
                self.error = ""
            except BoardError as error:
                self.error = str(error)
            if self.command is not None:
                await self.driver.apply(self.command)
            await self.clock.sleep(TURN_S)

    async def until(self, happened: Callable[[], bool], within_s: float = 5.0) -> float:
        """How long it took; fails when it did not happen."""
        began_s = self.clock.monotonic()
        while not happened():
            assert self.clock.monotonic() - began_s < within_s, self._describe()
            await asyncio.sleep(0.005)
        return self.clock.monotonic() - began_s

    def _describe(self) -> str:
        board = self.device.board
        return (
            f"state {board.state:02x}, {board.amps} A, relay {board.relay}, {self.reading}, "
            f"{self.error}, requests {self.device.requests[-20:]}"
        )

    async def charging(self, amps: int, within_s: float = 5.0) -> None:
        board = self.device.board
        await self.until(lambda: board.relay and board.amps == amps, within_s)
        await self.until(lambda: self.says(PilotLevel.C) and self.fresh, within_s)

    def says(self, level: PilotLevel) -> bool:
        return self.reading is not None and self.reading.level is level

    @property
    def fresh(self) -> bool:
        return (
            self.reading is not None
            and self.clock.monotonic() - self.reading.at_s
            <= self.driver.capabilities.reading_max_age_s
        )

    def kill(self) -> None:
        """As a crash: nothing is cleaned up, only the kernel takes the port away."""
        self.loop.cancel()
        self.service.cancel()

    async def end(self) -> None:
        self.kill()
        self.time.cancel()
        await asyncio.gather(self.loop, self.service, self.time, return_exceptions=True)


@pytest.fixture
def device() -> Iterator[OpenEvse]:
    with openevse(speed=SPEED) as emulated:
        time.sleep(0.15)  # it has started before anybody asks
        yield emulated


@contextlib.asynccontextmanager
async def hosting(device: OpenEvse, **options: object) -> AsyncIterator[Host]:
    host = Host(device, **options)
    try:
        yield host
    finally:
        await host.end()


# ------------------------------------------------------------------ one charge


async def test_a_charge(device: OpenEvse) -> None:
    async with hosting(device) as host:
        await host.until(lambda: host.says(PilotLevel.A))
        assert device.board.state == SLEEPING
        device.plug()
        await host.until(lambda: host.says(PilotLevel.B))
        assert not host.reading.contactor_closed
        host.command = offer(16.9)
        await host.charging(16)
        await host.until(lambda: device.current_a == pytest.approx(16 * 0.98))
        await host.until(lambda: host.reading.contactor_closed)
        assert host.reading.temperature_c == 31.2
        assert host.reading.faults == frozenset()
        assert host.reading.cable_a is None
        host.command = offer(10.0)
        assert await host.until(lambda: device.board.amps == 10) < 0.3
        host.command = RELEASE
        await host.until(lambda: device.board.pilot is Pilot.HIGH)
        assert device.board.relay  # the vehicle has its time
        await host.until(lambda: not host.reading.contactor_closed)
        assert device.current_a == 0.0
        assert host.says(PilotLevel.B)
        host.command = STEADY
        device.unplug()
        await host.until(lambda: host.says(PilotLevel.A))
        assert device.board.state == SLEEPING
        await host.driver.close()
        assert device.board.state == DISABLED
        assert host.service.done()


async def test_nothing_is_written_to_the_eeprom_twice(device: OpenEvse) -> None:
    for _ in range(2):
        async with hosting(device) as host:
            await host.until(lambda: host.says(PilotLevel.A))
            device.plug()
            host.command = offer(16.0)
            await host.charging(16)
            await host.driver.close()
            device.unplug()
    assert device.board.eeprom.writes == 1  # the heartbeat, once
    assert device.board.eeprom.current_a == 32


async def test_the_service_level_is_set_when_it_is_another(device: OpenEvse) -> None:
    device.board.eeprom.flags = 0
    async with hosting(device) as host:
        await host.until(lambda: host.says(PilotLevel.A))
        assert device.board.eeprom.flags == LEVEL_2 | AUTO_LEVEL_OFF
        assert device.requests.count("SL 2") == 1


async def test_checks_that_are_off_are_told_and_left(
    device: OpenEvse, caplog: pytest.LogCaptureFixture
) -> None:
    device.board.eeprom.flags |= 0x000A
    async with hosting(device) as host:
        await host.until(lambda: host.says(PilotLevel.A))
        await host.clock.sleep(2.0)
    told = [r.message for r in caplog.records if "switched off" in r.message]
    assert len(told) == 1
    assert "DIODE_CHECK_OFF" in told[0]
    assert "GROUND_CHECK_OFF" in told[0]
    assert device.board.eeprom.flags & 0x000A == 0x000A


@pytest.mark.parametrize(("amps", "told"), [(6.0, 6), (6.99, 6), (31.99, 31), (63.0, 32)])
async def test_whole_amperes_rounded_down_within_the_board(
    device: OpenEvse, amps: float, told: int
) -> None:
    device.plug()
    async with hosting(device) as host:
        host.command = offer(amps)
        await host.charging(told)


async def test_now_opens_at_once_and_lets_the_vehicle_be_seen_after(device: OpenEvse) -> None:
    device.plug()
    async with hosting(device) as host:
        host.command = offer(16.0)
        await host.charging(16)
        host.command = STEADY
        assert await host.until(lambda: not device.board.relay) < 0.3
        await host.until(lambda: device.board.state == SLEEPING)
        device.unplug()
        await host.until(lambda: host.says(PilotLevel.A))


async def test_state_f_is_held(device: OpenEvse) -> None:
    async with hosting(device) as host:
        host.command = STATE_F
        await host.until(lambda: device.board.pilot is Pilot.LOW)
        await host.clock.sleep(0.5)
        assert device.board.pilot is Pilot.LOW


# ---------------------------------------------------------- before and after us


async def test_the_first_contact_stops_the_board(device: OpenEvse) -> None:
    device.plug()
    await asyncio.sleep(1.0 / SPEED)
    assert device.board.relay  # as boards do without a host
    async with hosting(device) as host:
        host.command = None
        await host.until(lambda: not device.board.relay)
        orders = [request for request in device.requests if request[0] in "FS"]
        assert orders[0] == "FS"
        assert host.reading is None or not host.says(PilotLevel.A)


async def test_a_killed_host_leaves_6_a_within_the_stated_time(device: OpenEvse) -> None:
    device.plug()
    async with hosting(device, heartbeat_s=SHORT_HEARTBEAT_S) as host:
        assert host.driver.capabilities.host_loss == HostLoss(6.0, SHORT_HEARTBEAT_S + 1.0)
        host.command = offer(16.0)
        await host.charging(16)
        await host.clock.sleep(2.0 * SHORT_HEARTBEAT_S)
        assert device.board.trigger != 2
        host.kill()
        await host.until(lambda: device.board.amps == 6, SHORT_HEARTBEAT_S + 1.0)
        assert device.board.relay


async def test_the_next_host_finds_it_at_6_a_and_brings_the_current_back(device: OpenEvse) -> None:
    await test_a_killed_host_leaves_6_a_within_the_stated_time(device)
    async with hosting(device, heartbeat_s=SHORT_HEARTBEAT_S) as host:
        host.command = offer(13.0)
        await host.charging(13)
        await host.clock.sleep(2.0 * SHORT_HEARTBEAT_S)
        assert device.board.amps == 13
        assert device.board.trigger != 2


def test_the_stated_time_of_a_board_as_it_is_set_up() -> None:
    capabilities = OpenEvseBoard("/dev/null", SystemClock()).capabilities
    assert capabilities.host_loss == HostLoss(6.0, 6.0)
    assert capabilities.resolution_a == 1.0
    assert capabilities.temperature
    assert not capabilities.bench_only


async def test_a_lapsed_lease_turns_the_board_off(device: OpenEvse) -> None:
    device.plug()
    async with hosting(device, heartbeat_s=SHORT_HEARTBEAT_S) as host:
        host.command = offer(16.0)
        await host.charging(16)
        host.command = None
        await host.until(lambda: not device.board.relay, LEASE_S + 3.5)
        await host.until(lambda: device.board.state == DISABLED, 1.0)
        pulses = device.requests.count("SY")
        await host.clock.sleep(2.0)
        assert device.requests.count("SY") == pulses
        assert device.board.state == DISABLED
        host.command = offer(16.0)
        await host.charging(16)
        await host.clock.sleep(2.0)
        assert device.board.amps == 16


async def test_a_vehicle_that_does_not_let_go_is_cut_off_when_the_lease_ends(
    device: OpenEvse,
) -> None:
    device.plug(Car(**{**vars_of(EAGER), "obedient": False}))
    async with hosting(device) as host:
        host.command = offer(16.0)
        await host.charging(16)
        host.command = None
        await host.until(lambda: not device.board.relay, LEASE_S + 4.0)


def vars_of(car: Car) -> dict[str, object]:
    return {name: getattr(car, name) for name in car.__dataclass_fields__}


async def test_close_without_service_stops_the_board_too(device: OpenEvse) -> None:
    device.plug()
    async with hosting(device) as host:
        host.command = offer(16.0)
        await host.charging(16)
        host.kill()
        await host.driver.close()
        assert device.board.state == DISABLED
        assert not device.board.relay


# --------------------------------------------------------------------- restart


async def test_after_a_reboot_the_wanted_current_is_back(device: OpenEvse) -> None:
    device.plug()
    async with hosting(device) as host:
        host.command = offer(10.0)
        await host.charging(10)
        device.reboot()
        assert device.board.amps == 32
        await host.until(lambda: not device.board.relay)
        await host.charging(10)
        assert host.error == ""


async def test_an_unseen_reboot_is_found_by_the_status() -> None:
    """The board begins to charge by itself; its $AB and $AT are lost."""
    with openevse() as device:
        await _reboots_unseen(device)


async def _reboots_unseen(device: OpenEvse) -> None:
    device.plug()
    async with hosting(device) as host:
        await host.until(lambda: host.says(PilotLevel.B))
        device.line.begin(lose_every=1)
        device.reboot()
        await host.until(lambda: device.board.relay, 2.0)
        device.line.end()
        await host.until(lambda: not device.board.relay, 4.0)
        await host.until(lambda: host.fresh and not host.reading.contactor_closed)
        await host.until(lambda: device.board.state == SLEEPING)


async def test_a_reboot_is_no_unplugging(device: OpenEvse) -> None:
    device.plug()
    async with hosting(device) as host:
        host.command = offer(10.0)
        await host.charging(10)
        levels = set()
        device.reboot()
        for _ in range(100):
            levels.add(host.reading.level)
            await host.clock.sleep(0.02)
        assert levels <= {PilotLevel.B, PilotLevel.C}


async def test_too_hot_to_rise_is_asked_again(device: OpenEvse) -> None:
    device.plug()
    async with hosting(device) as host:
        host.command = offer(20.0)
        await host.charging(20)
        device.heat(660)
        await host.until(lambda: device.board.amps == 16)
        await host.clock.sleep(1.0)
        assert device.board.amps == 16
        await host.until(lambda: host.reading.temperature_c == 66.0)
        device.heat(500)
        await host.until(lambda: device.board.amps == 20)


async def test_a_board_that_takes_no_other_current_is_a_fault(device: OpenEvse) -> None:
    device.plug()
    async with hosting(device) as host:
        host.command = offer(20.0)
        await host.charging(20)
        device.board.missing = {"SC"}
        host.command = offer(10.0)
        await host.until(lambda: host.reading.faults == {Fault.BOARD_FAULT})
        assert host.reading.note == "takes no lower current"
        await host.until(lambda: device.board.state == SLEEPING and not device.board.relay)
        device.board.missing = set()
        await host.charging(10)
        await host.until(lambda: not host.reading.faults)


# ------------------------------------------------------------------- bad lines


BAD = [
    {"noise_every": 3},
    {"lose_every": 3},
    {"late_every": 4},
    {"cut_every": 3},
    {"wrong_every": 3},
]
DEAD = [
    {"silent": True},
    {"noise_every": 1},
    {"cut_every": 1},
    {"wrong_every": 1},
    {"late_every": 1},
]


async def together(scenario: Callable[[OpenEvse], Awaitable[None]], faults: list[Switches]) -> None:
    """The scenario in real time on one board a fault, at once; the fault is named when it fails."""

    async def one(switches: Switches) -> None:
        with openevse() as device:
            device.plug()
            device.line.switches = switches
            try:
                await scenario(device)
            except AssertionError as error:
                raise AssertionError(f"{switches}: {error}") from error

    async with asyncio.TaskGroup() as group:
        for switches in faults:
            group.create_task(one(switches))


async def test_a_bad_line_does_not_end_a_charge() -> None:
    await together(_charges_on, BAD)


async def _charges_on(device: OpenEvse) -> None:
    async with hosting(device) as host:
        host.command = offer(10.0)
        await host.charging(10)
        device.line.begin()
        for _ in range(60):
            await host.clock.sleep(0.05)
            assert device.board.relay
            assert host.says(PilotLevel.C)
            assert host.fresh
        host.command = offer(14.0)
        await host.until(lambda: device.board.amps == 14, 3.0)
        device.line.end()
        host.command = RELEASE
        await host.until(lambda: not device.board.relay)


async def test_a_dead_line_ages_the_reading_and_comes_back() -> None:
    await together(_ages_and_comes_back, DEAD)


async def _ages_and_comes_back(device: OpenEvse) -> None:
    async with hosting(device) as host:
        host.command = offer(10.0)
        await host.charging(10)
        device.line.begin()
        await host.until(lambda: not host.fresh)
        device.line.end()
        await host.charging(10)


async def test_a_missed_pulse_is_acknowledged_and_the_current_sent_again() -> None:
    await together(_acknowledges_a_missed_pulse, [{"silent": True}])


async def test_a_long_silence_opens_the_port_anew_and_stops_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(openevse_board, "SILENCE_S", 1.0)
    await together(_stops_first, [{"silent": True}])


async def _acknowledges_a_missed_pulse(device: OpenEvse) -> None:
    async with hosting(device, heartbeat_s=1) as host:
        host.command = offer(10.0)
        await host.charging(10)
        device.line.begin()
        await host.until(lambda: device.board.trigger == 2, 3.0)
        device.line.end()
        assert device.board.amps == 6
        await host.until(lambda: device.board.trigger != 2, 3.0)
        await host.charging(10)
        at = device.requests.index("SY 165")
        assert device.requests[at + 1] == "SC 10 V"
        assert device.board.relay


async def _stops_first(device: OpenEvse) -> None:
    async with hosting(device, heartbeat_s=1) as host:
        host.command = offer(10.0)
        await host.charging(10)
        device.line.begin()
        await host.until(lambda: host.error != "", 8.0)
        assert device.tty in host.error
        begun = len(device.requests)
        device.line.end()
        await host.charging(10)
        orders = [request for request in device.requests[begun:] if request[0] == "F"]
        assert orders[:2] == ["FS", "FE"]


async def test_an_echoing_board(device: OpenEvse) -> None:
    """The board repeats what it hears before it answers; that can't be switched off again."""
    device.board.echo = True
    device.plug()
    async with hosting(device) as host:
        host.command = offer(12.0)
        await host.charging(12)
        assert host.error == ""


async def test_a_device_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openevse_stop, "RETRY_S", 0.01)
    driver = OpenEvseBoard("/dev/no-such-board", SystemClock())
    task = asyncio.create_task(driver.run())
    await asyncio.sleep(0.2)
    with pytest.raises(BoardError, match="/dev/no-such-board cannot be opened"):
        await driver.read()
    await driver.close()
    assert task.done()


async def test_a_board_that_is_too_old() -> None:
    with openevse(rapi="4.0.1", speed=SPEED) as device:
        async with hosting(device) as host:
            await host.until(lambda: "RAPI 4.0.1" in host.error)


# ---------------------------------------------------------------------- faults


@pytest.mark.parametrize(("state", "fault"), [(0x06, Fault.RESIDUAL_CURRENT), (0x05, Fault.DIODE)])
async def test_a_fault_of_the_board(device: OpenEvse, state: int, fault: Fault) -> None:
    device.plug()
    async with hosting(device) as host:
        host.command = offer(10.0)
        await host.charging(10)
        device.trip(state)
        await host.until(lambda: host.reading.faults == {fault})
        assert host.reading.note == f"state {state:02X}"
        assert not host.reading.contactor_closed
        host.command = STEADY
        await host.clock.sleep(0.5)
        assert host.reading.faults == {fault}  # asleep the board would forget it
        device.trip(None)
        device.unplug()
        await host.until(lambda: host.reading.faults == frozenset() and host.says(PilotLevel.A))
        await host.until(lambda: device.board.state == SLEEPING)


async def test_state_d_is_a_level(device: OpenEvse) -> None:
    device.plug(Car(**{**vars_of(EAGER), "ventilation": True}))
    async with hosting(device) as host:
        host.command = offer(10.0)
        await host.until(lambda: host.says(PilotLevel.D))
        assert host.reading.faults == frozenset()
        assert not host.reading.contactor_closed


async def test_a_socket_whose_board_reads_the_cable() -> None:
    with openevse(rapi="6.0.0", speed=SPEED) as device:
        device.board.eeprom.flags |= 0x0040
        device.board.eeprom.current_a = 20
        device.plug()
        async with hosting(device, captive_cable=False) as host:
            await host.until(lambda: host.reading is not None and host.reading.cable_a == 20.0)


async def test_a_board_built_without_supervision_and_sensors(device: OpenEvse) -> None:
    device.board.missing = {"GP", "GY", "SY"}
    device.plug()
    async with hosting(device) as host:
        assert host.driver.capabilities.host_loss is not None
        host.command = offer(10.0)
        await host.charging(10)
        assert host.driver.capabilities.host_loss is None
        assert not host.driver.capabilities.temperature
        assert host.reading.temperature_c is None


async def test_a_board_held_by_a_hard_fault_recovers_by_unplugging(device: OpenEvse) -> None:
    device.plug(Car(**{**vars_of(EAGER), "ventilation": True}))
    async with hosting(device) as host:
        host.command = offer(10.0)
        await host.until(lambda: host.says(PilotLevel.D))
        await host.driver.close()
    assert device.board.state == DISABLED
    async with hosting(device) as host:
        await host.until(lambda: host.reading is not None)
        device.unplug()
        await host.until(lambda: host.says(PilotLevel.A) and not host.reading.faults)


async def test_a_socket_whose_board_does_not(
    device: OpenEvse, caplog: pytest.LogCaptureFixture
) -> None:
    async with hosting(device, captive_cable=False) as host:
        await host.until(lambda: host.says(PilotLevel.A))
        assert host.reading.cable_a is None
    assert "does not read the socket's cable" in caplog.text
