"""One connector: its board may fail or hang, and nothing is charged that is not on disk.

The numbers in the names are those of ocpp16-behaviours and of docs/invariants.md (I…).
"""

import asyncio
import logging
import sqlite3

import pytest

from evse import connector as connector_module
from evse.boards.board import BoardError
from evse.connector import STOP_WAIT_S
from evse.core.faults import Clears, Fault
from evse.core.session import Origin, Phase
from evse.core.timing import COMMAND_LEASE_S, READING_MAX_AGE_S
from evse.simulation.world import MeterFault
from evse.storage.retrying import STORE_RETRY_S
from tests.firmware.wallbox import TURN_S, Wallbox, Workshop

FULL = sqlite3.OperationalError("database or disk is full")


async def plugged_with_card(wallbox: Wallbox) -> None:
    wallbox.plug()
    await wallbox.until(lambda: wallbox.status() == "Preparing")
    await wallbox.card("A1")
    await wallbox.run(0.1)


# ---- what is not on disk is not charged


async def test_i9_the_contactor_waits_for_the_stored_start(wallbox: Wallbox) -> None:
    wallbox.central.may_store.clear()
    await plugged_with_card(wallbox)
    await wallbox.run(10.0, lambda: _assert_dead(wallbox))
    assert wallbox.status() == "Preparing"
    wallbox.central.may_store.set()
    await wallbox.until(lambda: wallbox.status() == "Charging")
    assert [(record.id_tag, record.start_mode) for record in wallbox.central.started] == [
        ("A1", Origin.CARD)
    ]


@pytest.mark.parametrize("plug_first", [True, False])
async def test_a_remote_start_is_stored_as_one(wallbox: Wallbox, plug_first: bool) -> None:
    """Cabur manual 8.1.2-7: the history has a start mode; a card's is in the test above."""
    if plug_first:
        wallbox.plug()
        await wallbox.until(lambda: wallbox.status() == "Preparing")
    assert await wallbox.station.remote_start(1, "A1")
    await wallbox.run(0.1)
    if not plug_first:
        wallbox.plug()
    await wallbox.until(lambda: wallbox.status() == "Charging")
    (record,) = await wallbox.transactions.open_transactions()
    assert record.start_mode == Origin.REMOTE


async def test_i9_a_start_that_cannot_be_stored_is_tried_again_and_charges_nothing(
    wallbox: Wallbox, caplog: pytest.LogCaptureFixture
) -> None:
    wallbox.central.error = FULL
    await plugged_with_card(wallbox)
    await wallbox.run(4 * STORE_RETRY_S, lambda: _assert_dead(wallbox))
    assert wallbox.central.attempts == 5
    assert caplog.text.count("the start of a transaction cannot be stored") == 1
    assert "database or disk is full" in caplog.text
    wallbox.central.error = None
    await wallbox.until(lambda: wallbox.status() == "Charging")
    assert len(wallbox.central.started) == 1
    assert len(await wallbox.transactions.open_transactions()) == 1


async def test_a_session_that_ends_before_its_start_was_stored_is_stored_whole(
    wallbox: Wallbox,
) -> None:
    wallbox.central.error = FULL
    await plugged_with_card(wallbox)
    wallbox.world.unplug(1)
    await wallbox.run(1.0)
    wallbox.plug()
    await wallbox.run(1.0)
    await wallbox.card("B2")
    wallbox.central.error = None
    await wallbox.until(lambda: wallbox.status() == "Charging", 30.0)
    first, second = wallbox.central.started
    (ended,) = wallbox.central.stopped
    assert (first.id_tag, second.id_tag) == ("A1", "B2")
    assert ended.local_id == first.local_id
    assert ended.meter_stop_wh == first.meter_start_wh
    assert ended.reason == "EVDisconnected"


async def test_an_end_that_cannot_be_stored_is_tried_again_and_holds_up_the_next_start(
    wallbox: Wallbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await wallbox.charge()
    wallbox.central.error = FULL
    wallbox.world.unplug(1)
    await wallbox.run(STOP_WAIT_S)
    wallbox.plug()
    await wallbox.run(1.0)
    await wallbox.card("B2")
    await wallbox.run(20.0, lambda: _assert_dead(wallbox))
    assert not wallbox.central.stopped
    wallbox.central.error = None
    await wallbox.until(lambda: wallbox.status() == "Charging")
    assert [record.reason for record in wallbox.central.stopped] == ["EVDisconnected"]
    assert caplog.text.count("the end of a transaction cannot be stored") == 1
    assert caplog.text.count("the end of a transaction is stored at last") == 1


async def test_without_a_meter_reading_there_is_no_start(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox()
    wallbox.world.connectors[1].meter_fault = MeterFault.SILENT
    wallbox.world.save()
    wallbox = await make_wallbox.power_cut()
    await plugged_with_card(wallbox)
    await wallbox.run(12.0, lambda: _assert_dead(wallbox))
    assert not wallbox.central.started
    assert wallbox.station.status(1).error_code == "PowerMeterFailure"
    wallbox.at().meter_fault = MeterFault.NONE
    await wallbox.until(lambda: wallbox.status() == "Charging")


# ---- the end of a transaction


async def test_30_meter_stop_is_read_after_the_contactor_opened(wallbox: Wallbox) -> None:
    await wallbox.charge()
    await wallbox.run(30.0)
    asked_at = wallbox.clock.utcnow()
    await wallbox.card("A1")
    await wallbox.until(lambda: wallbox.central.stopped)
    (ended,) = wallbox.central.stopped
    assert not wallbox.closed()
    assert ended.meter_stop_wh == int(wallbox.at().register_wh) > 80
    # It is stamped with the instant to which the register belongs, not that of the card.
    assert asked_at < ended.stopped_at
    assert (wallbox.clock.utcnow() - ended.stopped_at).total_seconds() < 0.2
    assert (ended.reason, ended.stop_id_tag) == ("Local", "A1")


async def test_a_stop_is_not_held_up_by_a_car_that_never_lets_go(wallbox: Wallbox) -> None:
    await wallbox.charge(obedient=False)
    await wallbox.card("A1")
    took_s = await wallbox.until(lambda: wallbox.central.stopped)
    assert 6.0 < took_s <= STOP_WAIT_S
    assert wallbox.station.connectors[1].controller.hot_openings == 1


async def test_a_stop_is_not_held_up_by_a_silent_meter(wallbox: Wallbox) -> None:
    await wallbox.charge()
    await wallbox.run(11.0)
    wallbox.at().meter_fault = MeterFault.SILENT
    await wallbox.card("A1")
    took_s = await wallbox.until(lambda: wallbox.central.stopped)
    assert took_s == pytest.approx(STOP_WAIT_S, abs=0.1)
    (ended,) = wallbox.central.stopped
    assert ended.meter_stop_wh > ended.meter_start_wh


@pytest.mark.parametrize("becomes_wh", [0.0, 5e8])
async def test_a_session_has_what_flowed_whatever_becomes_of_the_register(
    wallbox: Wallbox, caplog: pytest.LogCaptureFixture, becomes_wh: float
) -> None:
    """The meter was exchanged, has rolled over, or was read while its words changed."""
    await wallbox.charge()
    await wallbox.run(30.0)
    before_wh = wallbox.at().register_wh
    wallbox.at().register_wh = wallbox.at().metered_wh = becomes_wh
    await wallbox.run(60.0)
    flowed_wh = before_wh + wallbox.at().register_wh - becomes_wh
    await wallbox.card("A1")
    await wallbox.until(lambda: wallbox.central.stopped)
    (ended,) = wallbox.central.stopped
    assert ended.meter_stop_wh - ended.meter_start_wh == pytest.approx(flowed_wh, abs=10)
    assert "the meter's register goes from" in caplog.text


# ---- the board


class Broken:
    """Makes the calls of a board fail, one by one."""

    def __init__(self, wallbox: Wallbox, how: str) -> None:
        self.board = wallbox.boards[1]
        self.read, self.apply = self.board.read, self.board.apply
        self.how = how
        self.calls: tuple[str, ...] = ()
        self.board.read, self.board.apply = self._read, self._apply

    async def _read(self):
        await self._fail("read")
        return await self.read()

    async def _apply(self, command):
        await self._fail("apply")
        await self.apply(command)

    async def _fail(self, call: str) -> None:
        if call in self.calls and self.how == "hangs":
            await asyncio.get_running_loop().create_future()
        if call in self.calls:
            raise BoardError("no answer on /dev/ttyAMA0")


@pytest.mark.parametrize("how", ["raises", "hangs"])
@pytest.mark.parametrize("calls", [("read",), ("apply",), ("read", "apply")])
async def test_a_board_that_fails_stops_the_charge_and_is_logged_once(
    wallbox: Wallbox,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    how: str,
    calls: tuple[str, ...],
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(connector_module, "BOARD_TIMEOUT_S", 0.0)
    broken = Broken(wallbox, how)
    await wallbox.charge()
    broken.calls = calls
    took_s = await wallbox.until(lambda: wallbox.status() == "Faulted")
    assert took_s <= READING_MAX_AGE_S + 2 * TURN_S
    assert wallbox.station.status(1).vendor_error_code == "BoardSilent"
    await wallbox.until(lambda: not wallbox.closed(), COMMAND_LEASE_S + 1.0)
    await wallbox.run(10.0, lambda: _assert_dead(wallbox))
    assert caplog.text.count("the board does not answer") == 1
    assert ("no answer on /dev/ttyAMA0" if how == "raises" else "time-out") in caplog.text
    broken.calls = ()
    await wallbox.run(1.0)
    assert caplog.text.count("the board answers again") == 1
    assert not wallbox.station.connectors[1].controller.latched
    await wallbox.until(lambda: wallbox.status() == "Charging", 35.0)
    assert len(wallbox.central.started) == 1
    assert not wallbox.central.stopped


async def test_a_board_that_hangs_does_not_delay_the_other_connector(
    make_wallbox: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I4: open within 100 ms, whatever the other board does."""
    wallbox = await make_wallbox("installation.connectors=2")
    await wallbox.charge(2)
    broken = Broken(wallbox, "hangs")
    broken.calls = ("read", "apply")
    await wallbox.run(1.0)  # the time-out is real time, which does not pass here
    wallbox.world.unplug(2)
    assert await wallbox.until(lambda: not wallbox.closed(2)) <= 0.1


async def test_a_latched_fault_is_acknowledged_in_front_of_the_wallbox_only(
    wallbox: Wallbox, caplog: pytest.LogCaptureFixture
) -> None:
    """I5: no command of the central system ends it."""
    caplog.set_level(logging.INFO)
    await wallbox.charge()
    wallbox.world.inject(1, Fault.RESIDUAL_CURRENT)
    await wallbox.run(0.1)
    assert not wallbox.closed()
    with pytest.raises(ValueError, match="still detected"):
        wallbox.station.acknowledge(Fault.RESIDUAL_CURRENT, 1, Clears.LOCAL)
    wallbox.world.repair(1, Fault.RESIDUAL_CURRENT)
    wallbox.world.unplug(1)
    assert not await wallbox.station.remote_start(1, "A1")
    assert await wallbox.station.change_availability(1, operative=False) == "Scheduled"
    await wallbox.station.change_availability(1, operative=True)
    await wallbox.run(120.0)
    assert wallbox.status() == "Faulted"
    wallbox.station.acknowledge(Fault.RESIDUAL_CURRENT, 1, Clears.LOCAL)
    await wallbox.run(0.1)
    assert wallbox.status() == "Available"
    assert "fault ResidualCurrent is acknowledged (local)" in caplog.text


async def test_what_the_installer_must_repair_nobody_else_acknowledges(wallbox: Wallbox) -> None:
    wallbox.world.inject(1, Fault.CONTACTOR_WELDED)
    await wallbox.run(1.0)
    wallbox.world.repair(1, Fault.CONTACTOR_WELDED)
    await wallbox.run(1.0)
    with pytest.raises(PermissionError, match="installer"):
        wallbox.station.acknowledge(Fault.CONTACTOR_WELDED, 1, Clears.LOCAL)
    assert wallbox.status() == "Faulted"
    wallbox.station.acknowledge(Fault.CONTACTOR_WELDED, 1, Clears.INSTALLER)
    await wallbox.run(0.1)
    assert wallbox.status() == "Available"


@pytest.mark.parametrize(
    ("fault", "ends"),
    [
        (Fault.RESIDUAL_CURRENT, True),
        (Fault.DIODE, True),
        (Fault.GROUND, False),
        (Fault.OVER_TEMPERATURE, False),
        (Fault.METER, False),
    ],
)
async def test_18_a_fault_ends_the_transaction_when_somebody_has_to_come(
    wallbox: Wallbox, fault: Fault, ends: bool
) -> None:
    await wallbox.charge()
    wallbox.world.inject(1, fault)
    await wallbox.run(12.0)
    assert [record.reason for record in wallbox.central.stopped] == ["Other"] * ends
    assert (wallbox.phase() is Phase.CHARGING) is not ends
    assert wallbox.closed() is (fault is Fault.METER)


def _assert_dead(wallbox: Wallbox) -> None:
    assert not wallbox.closed()
    assert wallbox.at().duty_percent == 100.0
