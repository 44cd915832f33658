"""What a whole wallbox knows again after a power cut: transactions, samples, latched faults.

The numbers in the names are those of ocpp16-behaviours (16 to 48) and of docs/invariants.md (I…).
"manual" is the ETEK EKEPC3 manual, 5.8.2.1.
"""

import sqlite3
from itertools import pairwise

import pytest

from evse.core.faults import Clears, Fault
from evse.core.session import Phase
from evse.simulation.world import MeterFault
from tests.firmware.wallbox import TWO, Wallbox, Workshop

# ---- power cuts


async def test_35_an_open_transaction_ends_with_power_loss_at_the_register(
    make_wallbox: Workshop,
) -> None:
    """What flowed after the last stored sample is on the meter, and belongs to the session."""
    wallbox = await make_wallbox()
    await wallbox.charge(max_a=16.0)
    await wallbox.run(38.0)
    (stored,) = await wallbox.transactions.open_transactions()
    register_wh = int(wallbox.at().register_wh)
    assert register_wh > stored.last_wh > stored.meter_start_wh
    wallbox = await make_wallbox.power_cut()
    await wallbox.until(lambda: wallbox.central.stopped)
    (ended,) = wallbox.central.stopped
    assert (ended.local_id, ended.reason) == (stored.local_id, "PowerLoss")
    assert (ended.meter_stop_wh, ended.stopped_at) == (register_wh, stored.last_at)
    await wallbox.run(5.0)
    assert wallbox.phase() is Phase.PLUGGED  # the plug needs a new card
    assert not wallbox.closed()


@pytest.mark.parametrize("other_wh", [-60.0, 40_000_000.0])
async def test_35_another_meters_register_ends_no_transaction(
    make_wallbox: Workshop, other_wh: float
) -> None:
    """A meter that was exchanged in the dark: the session ends at its last sample."""
    wallbox = await make_wallbox()
    await wallbox.charge(max_a=16.0)
    await wallbox.run(35.0)
    (stored,) = await wallbox.transactions.open_transactions()
    wallbox.at().register_wh += other_wh
    wallbox.world.save()
    wallbox = await make_wallbox.power_cut()
    await wallbox.until(lambda: wallbox.central.stopped)
    assert wallbox.central.stopped[0].meter_stop_wh == stored.last_wh


async def test_35_without_a_meter_it_ends_at_its_last_sample(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox()
    await wallbox.charge()
    await wallbox.run(15.0)
    (stored,) = await wallbox.transactions.open_transactions()
    wallbox.at().meter_fault = MeterFault.SILENT
    wallbox = await make_wallbox.power_cut()
    await wallbox.until(lambda: wallbox.central.stopped, 25.0)
    (ended,) = wallbox.central.stopped
    assert (ended.meter_stop_wh, ended.stopped_at) == (stored.last_wh, stored.last_at)


async def test_manual_restart_transaction_after_power_loss(make_wallbox: Workshop) -> None:
    resume = "RestartTransactionAfterPowerLoss=true"
    wallbox = await make_wallbox(resume)
    await wallbox.charge()
    (record,) = wallbox.central.started
    wallbox = await make_wallbox.power_cut(resume)
    await wallbox.until(lambda: wallbox.status() == "Charging")
    await wallbox.run(2.0)
    assert wallbox.station.running_transaction(1).local_id == record.local_id
    await wallbox.card("A1")
    await wallbox.until(lambda: wallbox.central.stopped)
    assert not wallbox.central.started
    assert wallbox.central.stopped[0].meter_stop_wh > record.meter_start_wh


async def test_a_car_that_left_in_the_dark_ends_its_transaction_at_the_last_sample(
    make_wallbox: Workshop,
) -> None:
    resume = "RestartTransactionAfterPowerLoss=true"
    wallbox = await make_wallbox(resume)
    await wallbox.charge()
    await wallbox.run(15.0)
    (stored,) = await wallbox.transactions.open_transactions()
    wallbox.world.unplug(1)
    wallbox.at().meter_fault = MeterFault.SILENT
    wallbox = await make_wallbox.power_cut(resume)
    await wallbox.until(lambda: wallbox.central.stopped, 25.0)
    (ended,) = wallbox.central.stopped
    assert ended.reason == "EVDisconnected"
    assert ended.meter_stop_wh == stored.last_wh > stored.meter_start_wh


@pytest.mark.parametrize(
    ("wh_each_s", "apart_s"), [(0.0, 10), (9.0, 10), (25.0, 4), (60.0, 2), (150.0, 1)]
)
async def test_a_sample_is_stored_each_10_s_or_100_wh(
    wallbox: Wallbox, wh_each_s: float, apart_s: int
) -> None:
    """The most that a power cut costs; `wh_each_s` beside the 1 Wh each second of the car."""
    await wallbox.charge(phases=1, max_a=16.0)
    instants = set()
    for _ in range(41):
        wallbox.at().register_wh += wh_each_s
        await wallbox.run(1.0)
        (stored,) = await wallbox.transactions.open_transactions()
        if stored.last_at:
            instants.add(stored.last_at)
            assert stored.last_wh <= wallbox.at().register_wh
    ordered = sorted(instants)
    gaps_s = [(b - a).total_seconds() for a, b in pairwise(ordered)]
    assert gaps_s
    assert set(gaps_s) == {apart_s}


async def test_a_full_disk_costs_samples_but_not_the_charge(
    wallbox: Wallbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    await wallbox.charge()
    monkeypatch.setattr(wallbox.transactions, "sample", full)
    monkeypatch.setattr(wallbox.central, "authorize", full)
    await wallbox.card("B2")
    await wallbox.run(25.0)
    assert wallbox.status() == "Charging"
    assert "database or disk is full" in caplog.text


# ---- faults over a restart


async def test_i5_a_latched_fault_outlasts_a_power_cut(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox(TWO)
    wallbox.world.inject(2, Fault.RESIDUAL_CURRENT)
    await wallbox.run(1.0)
    wallbox.world.repair(2, Fault.RESIDUAL_CURRENT)
    wallbox = await make_wallbox.power_cut(TWO)
    assert (wallbox.status(1), wallbox.status(2)) == ("Available", "Faulted")
    await wallbox.run(0.1)
    wallbox.station.acknowledge(Fault.RESIDUAL_CURRENT, 2, Clears.LOCAL)
    await wallbox.run(0.1)
    wallbox = await make_wallbox.power_cut(TWO)
    assert wallbox.status(2) == "Available"


async def test_i5_a_latched_fault_that_cannot_be_stored_is_tried_again(
    make_wallbox: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    wallbox = await make_wallbox()
    save = wallbox.values.save_latched_faults

    async def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(wallbox.values, "save_latched_faults", full)
    wallbox.world.inject(1, Fault.RESIDUAL_CURRENT)
    await wallbox.run(1.0)
    wallbox.world.repair(1, Fault.RESIDUAL_CURRENT)
    monkeypatch.setattr(wallbox.values, "save_latched_faults", save)
    await wallbox.run(6.0)
    wallbox = await make_wallbox.power_cut()
    assert wallbox.status() == "Faulted"


async def test_a_fault_of_a_newer_program_is_not_fatal(make_wallbox: Workshop) -> None:
    wallbox = await make_wallbox()
    await wallbox.values.save_latched_faults(1, ["Gremlins", "ResidualCurrent"])
    wallbox = await make_wallbox.power_cut()
    assert wallbox.status() == "Faulted"
