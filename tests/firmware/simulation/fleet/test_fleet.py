"""A fleet at a central system: cars come and go, and in the end everything was told."""

import asyncio

import pytest

from evse.simulation.fleet import cars, charge_point
from evse.simulation.fleet.cars import Habits
from evse.simulation.fleet.fleet import Fleet
from tests.firmware.simulation.fleet.central import central_system

QUICK = Habits(session_s=(0.1, 0.2), pause_s=(0.05, 0.1), sample_s=0.03, cards=("A",))


@pytest.fixture(autouse=True)
def _prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cars, "PLUG_S", (0.0, 0.01))
    monkeypatch.setattr(charge_point, "REDIAL_S", (0.01, 0.02))


async def test_all_transactions_are_told_from_start_to_end() -> None:
    async with central_system() as central:
        fleet = Fleet.of(central.url, ["a", "b", "c"], {"a": "p"}, habits=QUICK, connect_per_s=1000)
        running = asyncio.create_task(fleet.run())
        await central.seen("StopTransaction", 4)
        seen = fleet.summary()
        assert seen["connected"] == seen["wallboxes"] == 3
        assert await fleet.end_sessions()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    actions = central.actions()
    assert actions.count("StartTransaction") == actions.count("StopTransaction") >= 4
    assert {"Authorize", "MeterValues"} <= set(actions)
    last = fleet.summary()
    assert (last["charging"], last["waiting"], last["power_kw"]) == (0, 0, 0.0)
    assert last["answers"] == len(actions)
    assert central.headers["a"]
    assert not central.headers["b"]


async def test_a_car_that_is_stopped_from_afar_goes_and_the_next_one_comes() -> None:
    async with central_system() as central:
        habits = Habits(session_s=(60, 60), pause_s=(0.01, 0.02), sample_s=0.02)
        fleet = Fleet.of(central.url, ["a"], {}, habits=habits, connect_per_s=1000)
        running = asyncio.create_task(fleet.run())
        await central.seen("StartTransaction")
        await central.call("a", "RemoteStopTransaction", {"transactionId": 1})
        await central.seen("StartTransaction", 2)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_lost_link_is_counted_and_comes_back() -> None:
    async with central_system() as central:
        fleet = Fleet.of(central.url, ["a"], {}, habits=QUICK, connect_per_s=1000)
        running = asyncio.create_task(fleet.run())
        await central.seen("StatusNotification")
        await central.links["a"].close()
        await central.seen("BootNotification", 2)
        await central.seen("StatusNotification", 3)
        assert fleet.summary()["links_lost"] == 1
        assert fleet.summary()["reconnection_ms"]["max"] > 0
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
