"""The calendar: window, reservations, sessions."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant

from custom_components.evse_ocpp.central.connector import Reservation
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.sending import START_ID_TAG
from custom_components.evse_ocpp.wallbox import Wallbox

pytestmark = pytest.mark.usefixtures("all_enabled")
CALENDAR = "calendar.garage_charging_calendar"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def _now(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(NOW)
    await hass.config.async_set_time_zone("UTC")


async def events(hass: HomeAssistant, days: int = 2) -> list[dict[str, Any]]:
    answer = await hass.services.async_call(
        "calendar",
        "get_events",
        {
            "entity_id": CALENDAR,
            "start_date_time": (NOW - timedelta(days=1)).isoformat(),
            "end_date_time": (NOW + timedelta(days=days)).isoformat(),
        },
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    found: Any = answer[CALENDAR]
    return list(found["events"])


async def test_empty(hass: HomeAssistant, wallbox: Wallbox) -> None:
    assert hass.states.is_state(CALENDAR, "off")
    assert await events(hass) == []


async def test_windows_of_the_coming_days(hass: HomeAssistant, wallbox: Wallbox) -> None:
    await wallbox.steering.set_window(enabled=True, start=time(11), stop=time(13, 30))
    assert hass.states.is_state(CALENDAR, "on")
    shown = await events(hass)
    assert [event["start"] for event in shown] == [
        f"2026-03-0{day}T11:00:00+00:00" for day in (2, 3, 4)
    ]
    assert {event["summary"] for event in shown} == {"Charging window"}


async def test_next_window_is_the_state(hass: HomeAssistant, wallbox: Wallbox) -> None:
    await wallbox.steering.set_window(enabled=True, start=time(23), stop=time(7))
    shown = hass.states.get(CALENDAR)
    assert shown is not None
    assert shown.state == "off"
    assert shown.attributes["start_time"] == "2026-03-02 23:00:00"


async def test_reservation(hass: HomeAssistant, wallbox: Wallbox) -> None:
    charger = wallbox.charger
    charger.reservations[7] = Reservation(7, 1, "04A1", NOW + timedelta(hours=2))
    charger.reservations[8] = Reservation(8, 1, "OLD", NOW - timedelta(hours=2))
    charger.publish()
    assert hass.states.is_state(CALENDAR, "on")
    (event,) = await events(hass)
    assert event["summary"] == "Reserved for card 04A1"
    assert event["end"] == "2026-03-02T14:00:00+00:00"


async def test_sessions(hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox) -> None:
    """As they are kept, also those of before a restart."""
    charger, start = wallbox.charger, NOW - timedelta(hours=5)
    transaction = charger.start_transaction(1, "04A1", start, 1000, "key")
    charger.stop_transaction(transaction.id, NOW - timedelta(hours=3), None, 9400)
    charger.start_transaction(1, START_ID_TAG, NOW, 9400, "next")  # it names no card
    await deaf_hub.reception.save(charger)
    past, running = await events(hass)
    assert (past["summary"], past["description"]) == ("Charged 8.4 kWh", "04A1")
    assert past["end"] == "2026-03-02T09:00:00+00:00"
    assert running["end"] > running["start"]
    assert "description" not in running or running["description"] is None
