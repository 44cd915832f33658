"""Foreign profiles found and cleared, and the schedule as the charger tells it (rows 32, 36)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.evse_ocpp.central.commands import (
    CommandRefused,
    CompositeSchedule,
    Period,
)

from .rig16 import Rig


@pytest.fixture
def rig() -> Rig:
    return Rig()


@pytest.mark.parametrize(("status", "were"), [("Accepted", True), ("Unknown", False)])
async def test_quirk_36_profiles_of_others_are_cleared(rig: Rig, status: str, were: bool) -> None:
    rig.link.answers["ClearChargingProfile"] = {"status": status}
    assert await rig.commands.clear_profiles(purpose="TxDefaultProfile", stack_level=3) is were
    payload = {"chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 3}
    assert rig.calls == [("ClearChargingProfile", payload)]


async def test_all_profiles(rig: Rig) -> None:
    await rig.commands.clear_profiles()
    assert rig.calls == [("ClearChargingProfile", {})]


@pytest.mark.parametrize(
    ("told", "unit"), [("A", "A"), ("W", "W"), ("Current", "A"), ("Power", "W")]
)
async def test_quirk_32_units_in_other_words(rig: Rig, told: str, unit: str) -> None:
    rig.link.answers["GetCompositeSchedule"] = {
        "status": "Accepted",
        "scheduleStart": "2026-03-01T12:00:00Z",
        "chargingSchedule": {
            "chargingRateUnit": told,
            "chargingSchedulePeriod": [
                {"startPeriod": 0, "limit": 6.0, "numberPhases": 3},
                {"startPeriod": "60", "limit": "16"},
            ],
        },
    }
    schedule = await rig.commands.composite_schedule(1, 300, "A")
    periods = (Period(0, 6.0, 3), Period(60, 16.0))
    start = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    assert schedule == CompositeSchedule(unit, start, periods)
    payload = {"connectorId": 1, "duration": 300, "chargingRateUnit": "A"}
    assert rig.calls == [("GetCompositeSchedule", payload)]


@pytest.mark.parametrize(
    "schedule",
    [
        None,
        {},
        {"chargingRateUnit": "hp", "chargingSchedulePeriod": []},
        {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0}]},
        {"chargingRateUnit": "A", "chargingSchedulePeriod": [None]},
    ],
)
async def test_what_is_no_schedule(rig: Rig, schedule: dict[str, Any] | None) -> None:
    answer = {"status": "Accepted", "chargingSchedule": schedule}
    rig.link.answers["GetCompositeSchedule"] = answer
    with pytest.raises(CommandRefused, match="no readable schedule"):
        await rig.commands.composite_schedule(0, 60)
