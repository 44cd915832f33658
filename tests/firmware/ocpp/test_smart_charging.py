"""Charging profiles over the wire: the lease a central system keeps, and its end."""

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ocpp.exceptions import InternalError
from ocpp.v16 import call

from evse.core.limits import Source
from evse.ocpp import smart_charging
from evse.storage.values import Values


def profile(
    limit: float, purpose: str = "TxDefaultProfile", id_: int = 1, **more: Any
) -> dict[str, Any]:
    schedule: dict[str, Any] = {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
        "startSchedule": more.pop("start", "2026-01-01T00:00:00Z"),
    }
    if "duration" in more:
        schedule["duration"] = more.pop("duration")
    return {
        "chargingProfileId": id_,
        "stackLevel": 0,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Absolute",
        "chargingSchedule": schedule,
        **more,
    }


def limit_a(wallbox: Any, later_s: float = 0, connector_id: int = 1) -> float | None:
    now = wallbox.clock.utcnow() + timedelta(seconds=later_s)
    limit = wallbox.client.limit(connector_id, now, wallbox.clock.monotonic())
    assert limit is None or limit.source is Source.CENTRAL
    return limit.amps if limit else None


async def put(central: Any, raw: dict[str, Any], connector_id: int = 1) -> str:
    return str((await central.ask(call.SetChargingProfile(connector_id, raw))).status)


async def test_lease_over_a_fallback(
    central: Any, wallbox: Any, eventually: Any, begun: Any, ended: Any
) -> None:
    """Behaviours 57, 58: TxProfile with a duration over a TxDefaultProfile, until the end."""
    assert limit_a(wallbox) is None
    assert await put(central, profile(6)) == "Accepted"
    assert limit_a(wallbox) == 6
    assert await put(central, profile(16, "TxProfile", 2)) == "Rejected"
    record = begun()
    await wallbox.client.transaction_started(record)
    await eventually(lambda: wallbox.station.asked)
    start = (wallbox.clock.utcnow() - timedelta(seconds=5)).isoformat()
    lease = profile(16, "TxProfile", 2, start=start, duration=185, transactionId=7)
    assert await put(central, lease | {"transactionId": 8}) == "Rejected"
    assert await put(central, lease) == "Accepted"
    assert limit_a(wallbox) == 16
    assert limit_a(wallbox, later_s=181) == 6
    assert limit_a(wallbox) == 16  # the clock was set back: asked anew
    await wallbox.client.transaction_stopped(ended(record))
    assert limit_a(wallbox) == 6


async def test_profiles_survive_a_power_cut(central: Any, wallbox: Any, make_wallbox: Any) -> None:
    """Behaviour 58: cleared ones stay cleared."""
    assert await put(central, profile(6)) == "Accepted"
    assert await put(central, profile(20, "ChargePointMaxProfile", 3), 0) == "Accepted"
    assert await put(central, profile(8, id_=4), 0) == "Accepted"
    cleared = await central.ask(call.ClearChargingProfile(id=1))
    assert cleared.status == "Accepted"
    await wallbox.kill()
    again = await make_wallbox()
    assert limit_a(again) == 8


@pytest.mark.parametrize("by_remote_start", [False, True])
@pytest.mark.parametrize(("id_", "left_a"), [(1, None), (2, 6)])
async def test_a_replaced_profile_stays_replaced_after_a_power_cut(
    central: Any,
    wallbox: Any,
    make_wallbox: Any,
    begun: Any,
    ended: Any,
    by_remote_start: bool,
    id_: int,
    left_a: float | None,
) -> None:
    """Behaviour 58: a TxProfile takes the place of the stored TxDefaultProfile that has its id."""
    assert await put(central, profile(6, id_=1)) == "Accepted"
    lease = profile(16, "TxProfile", id_)
    if by_remote_start:
        await central.ask(call.RemoteStartTransaction("CARD", 1, lease))
    record = begun()
    await wallbox.client.transaction_started(record)
    if not by_remote_start:
        assert await put(central, lease) == "Accepted"
    await wallbox.client.transaction_stopped(ended(record))
    assert limit_a(wallbox) == left_a
    await wallbox.kill()
    assert limit_a(await make_wallbox()) == left_a


@pytest.mark.parametrize(
    ("criteria", "status", "left_a"),
    [
        ({"id": 1}, "Accepted", 20),
        ({"id": 9}, "Unknown", 6),
        ({"connector_id": 1}, "Accepted", 20),
        ({"charging_profile_purpose": "TxDefaultProfile"}, "Accepted", 20),
        ({"charging_profile_purpose": "ChargePointMaxProfile"}, "Accepted", 6),
        ({"stack_level": 3}, "Unknown", 6),
        ({"connector_id": 1, "stack_level": 0}, "Accepted", 20),
        ({}, "Accepted", None),
    ],
)
async def test_clear_charging_profile(
    central: Any, wallbox: Any, criteria: Any, status: str, left_a: float | None
) -> None:
    """Behaviour 63."""
    await put(central, profile(6))
    await put(central, profile(20, "ChargePointMaxProfile", 3), 0)
    answer = await central.ask(call.ClearChargingProfile(**criteria))
    assert answer.status == status
    assert limit_a(wallbox) == left_a


@pytest.mark.parametrize(
    ("raw", "connector_id"),
    [
        (profile(6), 9),
        (profile(6, "ChargePointMaxProfile"), 1),
        (profile(6, chargingProfileKind="Recurring"), 1),
        (profile(6, stackLevel=99), 1),
        (profile(6, validTo="tomorrow"), 1),
    ],
)
async def test_rejected_profiles(
    central: Any, wallbox: Any, raw: dict[str, Any], connector_id: int
) -> None:
    """Behaviour 57."""
    assert await put(central, raw, connector_id) == "Rejected"
    assert limit_a(wallbox) is None


async def test_at_most_so_many_profiles(central: Any, wallbox: Any) -> None:
    most = wallbox.settings["ocpp.max_charging_profiles_installed"]
    levels = wallbox.settings["ocpp.charge_profile_max_stack_level"] + 1
    # Their status is told, too, if the conversation begins only now.
    wallbox.station.statuses |= {2: "Available", 3: "Available"}
    wallbox.station.errors |= {2: "NoError", 3: "NoError"}
    wallbox.station.connector_ids = (1, 2, 3)
    for number in range(most):
        connector, level = divmod(number, levels)
        raw = profile(6, id_=number, stackLevel=level, validTo="2027-01-01T00:00:00Z")
        connector_id = connector if connector < 2 else 0
        purpose = "TxDefaultProfile" if connector < 2 else "ChargePointMaxProfile"
        raw["chargingProfilePurpose"] = purpose
        assert await put(central, raw, connector_id) == "Accepted"
    raw = profile(6, "ChargePointMaxProfile", id_=most, stackLevel=levels - 1)
    assert await put(central, raw, 0) == "Rejected"
    assert await put(central, profile(7, "ChargePointMaxProfile", id_=most - 1), 0) == "Accepted"


async def test_remote_start_with_a_profile(central: Any, wallbox: Any, begun: Any) -> None:
    """Behaviour 62: for the transaction it starts, from its first moment; for no other card's."""
    wrong = call.RemoteStartTransaction("CARD", 1, profile(10))
    assert (await central.ask(wrong)).status == "Rejected"
    right = call.RemoteStartTransaction("CARD", 1, profile(10, "TxProfile"))
    assert (await central.ask(right)).status == "Accepted"
    assert limit_a(wallbox) is None
    await wallbox.client.transaction_started(begun(id_tag="card"))
    assert limit_a(wallbox) == 10
    assert (await central.ask(right)).status == "Rejected"  # 40: there is a transaction


async def test_profile_of_a_rejected_remote_start_is_forgotten(
    central: Any, wallbox: Any, begun: Any
) -> None:
    wallbox.station.answer = False
    start = call.RemoteStartTransaction("CARD", 1, profile(10, "TxProfile"))
    assert (await central.ask(start)).status == "Rejected"
    await wallbox.client.transaction_started(begun())
    assert limit_a(wallbox) is None


async def test_get_composite_schedule(central: Any, wallbox: Any) -> None:
    """Behaviour 61."""
    await put(central, profile(10))
    for connector_id, limit in ((1, 10), (0, 32)):
        answer = await central.ask(call.GetCompositeSchedule(connector_id, 60))
        assert answer.status == "Accepted"
        assert answer.charging_schedule["charging_rate_unit"] == "A"
        assert answer.charging_schedule["duration"] == 60
        periods = answer.charging_schedule["charging_schedule_period"]
        assert periods == [{"start_period": 0, "limit": limit, "number_phases": 3}]
        start = datetime.fromisoformat(answer.schedule_start)
        assert abs(start - wallbox.clock.utcnow()) < timedelta(seconds=10)
        assert start.tzinfo == UTC
    assert (await central.ask(call.GetCompositeSchedule(9, 60))).status == "Rejected"


async def test_limit_is_worked_out_at_changes_only(
    central: Any, wallbox: Any, monkeypatch: Any
) -> None:
    """It is asked for every 20 ms."""
    await put(central, profile(10))
    calls: list[Any] = []

    def counted(*arguments: Any) -> Any:
        calls.append(arguments)
        return original(*arguments)

    original = smart_charging.limit_at
    monkeypatch.setattr(smart_charging, "limit_at", counted)
    for _ in range(100):
        assert limit_a(wallbox) == 10
    assert len(calls) == 1


async def test_what_cannot_be_stored_is_not_accepted(
    central: Any, wallbox: Any, monkeypatch: Any
) -> None:
    """Behaviour 58: a full disk; what holds is what a power cut would leave."""
    assert await put(central, profile(6)) == "Accepted"

    async def full(*_: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Values, "save_charging_profiles", full)
    assert await put(central, profile(16)) == "Rejected"
    assert limit_a(wallbox) == 6
    with pytest.raises(InternalError):
        await central.ask(call.ClearChargingProfile(id=1))
    assert limit_a(wallbox) == 6


async def test_a_remote_start_keeps_its_profile_on_a_full_disk(
    central: Any, wallbox: Any, begun: Any, monkeypatch: Any
) -> None:
    """Behaviour 62: the transaction is not offered more because its profile replaced another."""
    assert await put(central, profile(16, id_=2)) == "Accepted"
    await central.ask(call.RemoteStartTransaction("CARD", 1, profile(8, "TxProfile", 2)))

    async def full(*_: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Values, "save_charging_profiles", full)
    await wallbox.client.transaction_started(begun())
    assert limit_a(wallbox) == 8
