"""Whatever is killed, the charge goes on safely, and no energy and no transaction is lost."""

import sqlite3
import time
from collections.abc import Callable

import pytest

from scripts.harness.home_assistant import wait_until
from scripts.harness.house import Household
from tests.system.test_one_charge import car_a, charge, offered_a, set_current, state, world

LEASE_S = 60
FALLBACK_A = 7


def register_kwh(house: Household) -> float:
    return float(world(house)["connectors"]["1"]["register_wh"]) / 1000


def counted_kwh(house: Household, key: str) -> float:
    entity_id = house.entities[key]
    return wait_until(lambda: house.home_assistant.number(entity_id), key, 20)


def assert_all_counted(house: Household) -> None:
    """Home Assistant's total comes to agree with the meter to the resolution of OCPP, 1 Wh."""
    metered = register_kwh(house)
    wait_until(
        lambda: counted_kwh(house, "energy") == pytest.approx(metered, abs=0.003),
        f"a total of {metered:.4f} kWh in Home Assistant",
        20,
    )


def transaction(house: Household) -> dict | None:
    return house.wallbox.request(command="status")["connectors"]["1"]["transaction"]


def test_home_assistant_is_killed_and_comes_back(household: Callable[..., Household]) -> None:
    house = household()
    house.start(lease_duration=LEASE_S, fallback_current=FALLBACK_A, maximum_current=32)
    charge(house)
    set_current(house, 12)
    wait_until(lambda: offered_a(house) == 12, "12 A", 10)
    wait_until(lambda: car_a(house) > 11, "12 A drawn", 20)
    before = transaction(house)

    house.home_assistant.kill()
    killed = time.monotonic()
    time.sleep(5)
    assert offered_a(house) == 12, "the lease holds while it lasts"
    house.home_assistant.start()
    wait_until(house.connected, "connection", 60)
    wait_until(lambda: state(house, "status") == "charging", "its values are back", 10)
    assert time.monotonic() - killed < LEASE_S
    assert transaction(house) == before, "the same transaction goes on"
    wait_until(lambda: (house.home_assistant.number(house.entities["power"]) or 0) > 7000, "power")
    # One sample after the other: what was charged meanwhile is counted.
    wait_until(
        lambda: (
            counted_kwh(house, "session_energy") == pytest.approx(register_kwh(house), abs=0.03)
        ),
        "the session's energy",
        30,
    )
    assert counted_kwh(house, "energy") == pytest.approx(register_kwh(house), abs=0.03)

    # Gone for longer than the lease: the agreed fallback current, and no more.
    house.home_assistant.kill()
    wait_until(lambda: offered_a(house) == FALLBACK_A, "the fallback current", LEASE_S + 10, 1)
    wait_until(lambda: car_a(house) < FALLBACK_A, "the car at the fallback current", 10)
    house.home_assistant.start()
    wait_until(lambda: offered_a(house) == 12, "the chosen current again", 60)
    assert transaction(house) == before

    # At the end both agree to the watt-hour that OCPP can tell.
    house.wallbox.request(command="unplug")
    wait_until(lambda: state(house, "status") == "available", "status available", 30)
    assert_all_counted(house)


def test_the_wallbox_is_killed_and_comes_back(household: Callable[..., Household]) -> None:
    house = household()
    house.start()
    charge(house)
    wait_until(lambda: car_a(house) > 10, "current", 30)
    wait_until(lambda: counted_kwh(house, "session_energy") > 0.01, "some energy", 30)
    first = transaction(house)
    time.sleep(3)

    house.wallbox.kill()
    house.wallbox.start()
    wait_until(house.connected, "connection", 30)
    # RestartTransactionAfterPowerLoss is off: the old one is ended, free charging begins anew.
    wait_until(
        lambda: (transaction(house) or first)["local_id"] != first["local_id"], "a new one", 30
    )
    wait_until(lambda: car_a(house) > 10, "the car charges again", 40)
    wait_until(lambda: state(house, "status") == "charging", "status", 20)
    house.wallbox.request(command="unplug")
    wait_until(lambda: state(house, "status") == "available", "status available", 30)
    assert_all_counted(house)
    ended = transactions_of(house)
    assert [row["reason"] for row in ended] == ["PowerLoss", "EVDisconnected"]
    assert all(row["server_id"] is not None for row in ended), "both were told"
    assert waiting_messages(house) == 0
    # What a power cut may cost is the time since the last stored sample: 10 s or 100 Wh.
    booked = sum(row["meter_stop_wh"] - row["meter_start_wh"] for row in ended)
    assert booked == pytest.approx(register_kwh(house) * 1000, abs=110)


def test_what_happens_offline_is_told_afterwards(household: Callable[..., Household]) -> None:
    house = household()
    house.start()
    charge(house)
    wait_until(lambda: car_a(house) > 10, "current", 30)
    house.wallbox.request(command="network", up=False)
    wait_until(lambda: state(house, "connected") == "off", "the lost connection", 30)
    assert state(house, "status") == "unavailable"
    assert state(house, "charging") == "on", "the homeowner's choices stay visible"
    time.sleep(3)
    house.wallbox.request(command="unplug")
    wait_until(lambda: transaction(house) is None, "the end of the transaction", 15)
    house.wallbox.request(command="power-cut")
    house.wallbox.wait(10)
    house.wallbox.start()
    wait_until(house.connected, "connection", 40)
    wait_until(lambda: waiting_messages(house) == 0, "everything told", 30)
    assert [row["reason"] for row in transactions_of(house)] == ["EVDisconnected"]
    assert_all_counted(house)


def test_a_wallbox_that_is_ended_lets_the_car_go_first(household: Callable[..., Household]) -> None:
    """A contactor that opens under load wears: 10,000 cycles is its life (ETEK manual 5.8.1.8)."""
    house = household()
    house.start()
    charge(house)
    wait_until(lambda: car_a(house) > 10, "current", 30)
    assert house.wallbox.stop() == 0
    log = house.wallbox.log_end(100_000)
    assert "contactor opens" in log
    assert "under load" not in log


def rows(house: Household, sql: str) -> list[sqlite3.Row]:
    """Read the wallbox's database beside its process."""
    with sqlite3.connect(f"file:{house.wallbox.folder}/evse.sqlite?mode=ro", uri=True) as database:
        database.row_factory = sqlite3.Row
        return database.execute(sql).fetchall()


def transactions_of(house: Household) -> list[sqlite3.Row]:
    return rows(house, "SELECT * FROM transactions ORDER BY started_at")


def waiting_messages(house: Household) -> int:
    return len(rows(house, "SELECT id FROM outbox"))
