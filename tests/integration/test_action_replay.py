"""A past day is played again from the recorder: what it was, what it would have been, errors."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
import voluptuous as vol
from homeassistant.components.recorder import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
)

from custom_components.evse_ocpp import action_replay, recorded
from custom_components.evse_ocpp.const import (
    CONF_PRICE,
    CONF_PRICE_WINDOWS,
    CONF_SOLAR,
    DOMAIN,
)
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.session_record import SessionRow
from custom_components.evse_ocpp.site_settings import SiteSources

from .site_scene import POWER, power_data, site_data
from .support import IDENTITY, subentry_data

SOLAR, PRICE = "sensor.roof", "sensor.price"
ALL_DAY = {"price": 0.3, "start": "00:00", "stop": "00:00", "weekdays": list(range(7))}
DAY_KWH = 11.04
"""Three hours at 3 × 16 A would be 33 kWh; this is what the car took: an hour of it."""


@pytest.fixture
def quiet_database() -> None:
    """Each statement in the log would take longer than the statement."""
    logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)


@pytest.fixture(autouse=True)
def recorder(quiet_database: None, recorder_mock: Recorder) -> Recorder:
    """A real recorder; it must be there before Home Assistant is."""
    return recorder_mock


@pytest.fixture
def subentries() -> list[Any]:
    return [subentry_data(), power_data(**{CONF_SOLAR: [SOLAR], CONF_PRICE: PRICE})]


@pytest.fixture
def start() -> datetime:
    return dt_util.start_of_local_day() - timedelta(days=1)


@pytest.fixture
def car(hass: HomeAssistant, deaf_hub: Hub) -> str:
    """The power sensor of the wallbox."""
    entity_id = er.async_get(hass).async_get_entity_id("sensor", DOMAIN, f"{IDENTITY}/1/power")
    assert entity_id is not None
    return entity_id


async def remember(
    hass: HomeAssistant,
    start: datetime,
    shown: dict[str, tuple[str, Callable[[float], float]]],
    hours: float = 24,
) -> None:
    """Let entities have shown something every ten minutes; by hours of the day."""
    for step in range(round(hours * 6)):
        at = start + timedelta(minutes=10 * step)
        for entity_id, (unit, value) in shown.items():
            attributes = {"unit_of_measurement": unit, "state_class": "measurement"}
            if unit == "W":
                attributes["device_class"] = "power"
            told = value(step / 6) + step * 1e-6
            hass.states.async_set(entity_id, str(told), attributes, True, timestamp=at.timestamp())
    await async_wait_recording_done(hass)


def a_day(car: str) -> dict[str, tuple[str, Callable[[float], float]]]:
    """A car fast at 18:00, when a kilowatt-hour is dear, and a roof that gives 6 kW at noon."""

    def car_w(hour: float) -> float:
        return 11040.0 if 18 <= hour < 19 else 0.0

    def solar_w(hour: float) -> float:
        return 6000.0 if 10 <= hour < 16 else 0.0

    return {
        car: ("W", car_w),
        SOLAR: ("W", solar_w),
        POWER: ("W", lambda hour: 400.0 + car_w(hour) - solar_w(hour)),
        PRICE: ("EUR/kWh", lambda hour: 0.40 if hour >= 17 else 0.20),
    }


async def plugged_in(hub: Hub, start: datetime) -> None:
    """The car stood there from 9:00 to 21:00."""
    row = SessionRow(
        uid="u",
        identity=IDENTITY,
        connector_id=1,
        started_at=(start + timedelta(hours=9)).astimezone(UTC),
        ended_at=(start + timedelta(hours=21)).astimezone(UTC),
        energy_wh=DAY_KWH * 1000,
    )

    async def find(wanted: Any, **_: Any) -> list[SessionRow]:
        return [row] if wanted.start <= row.started_at < wanted.end else []

    hub.sessions.find = find  # type: ignore[method-assign]


async def what_if(hass: HomeAssistant, start: datetime, **data: Any) -> Any:
    data = {"date": start.date().isoformat(), **data}
    return await hass.services.async_call(
        DOMAIN, "what_if", data, blocking=True, return_response=True
    )


async def test_solar_would_have_been_cheaper(
    hass: HomeAssistant, deaf_hub: Hub, car: str, start: datetime
) -> None:
    await remember(hass, start, a_day(car))
    await plugged_in(deaf_hub, start)
    answer = await what_if(hass, start, mode="solar")
    was, would = answer["as_it_was"], answer["what_if"]
    assert was["energy"] == pytest.approx(DAY_KWH, rel=0.01)
    assert was["cost"] == pytest.approx(DAY_KWH * 0.40, rel=0.02)
    assert (was["sun"], was["starts"]) == (0, 1)
    assert would["energy"] == pytest.approx(DAY_KWH, rel=0.01)
    assert would["sun"] > 0.9 * DAY_KWH
    assert would["cost"] < 0.1 * was["cost"]
    assert would["starts"] >= 1
    assert would["over_fuse_seconds"] == 0
    (wallbox,) = would["wallboxes"]
    assert wallbox["energy"] == would["energy"]
    assert wallbox["goal_missed"] is False


async def test_a_plan_of_the_day_would_have_been_ready(
    hass: HomeAssistant, deaf_hub: Hub, car: str, start: datetime
) -> None:
    await remember(hass, start, a_day(car))
    await plugged_in(deaf_hub, start)
    answer = await what_if(
        hass, start, mode="plan", goal_energy=8, goal_time="16:00:00", fuse=25, minimum_current=6
    )
    (wallbox,) = answer["what_if"]["wallboxes"]
    assert wallbox["energy"] == pytest.approx(8.0, rel=0.03)
    assert not wallbox["goal_missed"]
    assert wallbox["cost"] < 8 * 0.21


@pytest.mark.parametrize(
    "subentries",
    [[subentry_data(), power_data(**{CONF_PRICE_WINDOWS: [ALL_DAY]})]],
)
async def test_hourly_statistics_and_fixed_prices_are_enough(
    hass: HomeAssistant, deaf_hub: Hub, car: str, start: datetime
) -> None:
    """Long-term statistics are kept when the states are gone."""
    await plugged_in(deaf_hub, start)
    noon = start + timedelta(hours=12)
    hourly = {
        POWER: [(start + timedelta(hours=hour), 500.0) for hour in range(24)],
        car: [(start + timedelta(hours=hour), 0.0) for hour in range(24)],
    }

    def statistics(_: Any, __: Any, period: str, *___: Any) -> Any:
        return hourly if period == "hour" else {}

    with patch.object(recorded, "_statistics", statistics):
        answer = await what_if(hass, noon, mode="fast", limit=10)
    assert answer["as_it_was"]["energy"] == 0
    assert answer["as_it_was"]["grid_import"] == pytest.approx(12.0)
    assert answer["what_if"]["cost"] == pytest.approx(DAY_KWH * 0.3, rel=0.01)


async def test_five_minute_statistics_go_before_states(
    hass: HomeAssistant, start: datetime, car: str
) -> None:
    start = dt_util.utcnow().replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
    await remember(hass, start, {POWER: ("W", lambda _: 700.0)}, hours=1)
    for minute in range(0, 60, 5):
        do_adhoc_statistics(hass, start=start + timedelta(minutes=minute))
    await async_wait_recording_done(hass)
    end = start + timedelta(hours=1)
    with patch.object(recorded, "_states", side_effect=AssertionError):
        found = await recorded.async_read(hass, {POWER: action_replay._watts}, start, end)
    assert {round(value) for _, value in found[POWER]} == {700}
    assert len(found[POWER]) >= 6


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"site": "Elsewhere"}, "which_site"),
        ({"date": "2099-01-01"}, "not_past"),
        ({"goal_energy": 8}, "goal_needs_both"),
        ({}, "no_history"),
    ],
)
async def test_what_cannot_be_played_is_told(
    hass: HomeAssistant, car: str, start: datetime, data: dict[str, Any], key: str
) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        await what_if(hass, start, **data)
    assert caught.value.translation_key == key
    if key == "no_history":
        assert caught.value.translation_placeholders == {
            "entity": POWER,
            "date": start.date().isoformat(),
        }


async def test_no_recorder_and_a_slow_one(
    hass: HomeAssistant, deaf_hub: Hub, car: str, start: datetime
) -> None:
    with (
        patch.object(action_replay, "async_read", side_effect=TimeoutError),
        pytest.raises(HomeAssistantError) as slow,
    ):
        await what_if(hass, start)
    assert slow.value.translation_key == "recorder_slow"
    with (
        patch.object(action_replay, "RECORDER", "not_there"),
        pytest.raises(ServiceValidationError) as none,
    ):
        await what_if(hass, start)
    assert none.value.translation_key == "no_recorder"


@pytest.mark.parametrize("field", [{"limit": 3}, {"mode": "window"}, {"cheap_hours": 25}])
async def test_bad_settings_are_refused(
    hass: HomeAssistant, car: str, start: datetime, field: dict[str, Any]
) -> None:
    with pytest.raises(vol.Invalid):
        await what_if(hass, start, **field)


def told_at(start: datetime, value: float) -> list[tuple[datetime, float]]:
    return [(start, value)]


@pytest.mark.parametrize(
    ("sources", "shown", "grid_w", "grid_a"),
    [
        (SiteSources(grid_power="p", grid_inverted=True), {"p": 500.0}, -500.0, ()),
        (SiteSources(grid_power="p", grid_export="e"), {"p": 0.0, "e": 700.0}, -700.0, ()),
        (
            SiteSources(grid_powers=("a", "b", "c")),
            {"a": 230.0, "b": 460.0, "c": -230.0},
            460.0,
            (1.0, 2.0, -1.0),
        ),
        (
            SiteSources(grid_currents=("a", "b", "c"), grid_inverted=True),
            {"a": 1.0, "b": 2.0, "c": -1.0},
            -460.0,
            (-1.0, -2.0, 1.0),
        ),
    ],
)
def test_each_kind_of_meter_is_read(
    start: datetime,
    sources: SiteSources,
    shown: dict[str, float],
    grid_w: float,
    grid_a: tuple[float, ...],
) -> None:
    found = {each: told_at(start, value) for each, value in shown.items()}
    assert shown.keys() <= action_replay._readers(sources).keys()
    assert action_replay._grid_w(sources, found) == told_at(start, grid_w)
    assert [series[0][1] for series in action_replay._grid_a(sources, found)] == list(grid_a)


@pytest.mark.parametrize(
    ("subentries", "key"),
    [
        (
            [subentry_data(), site_data(meter_kind="wallbox", own_meter=IDENTITY)],
            "no_history",
        ),
        ([site_data()], "site_without_wallbox"),
    ],
)
async def test_a_site_that_cannot_be_played_is_told(
    hass: HomeAssistant, deaf_hub: Hub, start: datetime, key: str
) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        await what_if(hass, start)
    assert caught.value.translation_key == key


@pytest.mark.parametrize("subentries", [[subentry_data(), power_data()]])
async def test_a_session_of_two_days_counts_what_it_took_on_this_one(
    hass: HomeAssistant, deaf_hub: Hub, car: str, start: datetime
) -> None:
    """Without prices the energy is told as unpriced."""
    row = SessionRow(
        uid="u",
        identity=IDENTITY,
        connector_id=1,
        started_at=(start - timedelta(hours=5)).astimezone(UTC),
        ended_at=(start + timedelta(hours=5)).astimezone(UTC),
        energy_wh=40_000,
    )

    async def find(_: Any) -> list[SessionRow]:
        return [row, replace(row, uid="v", connector_id=7)]

    deaf_hub.sessions.find = find  # type: ignore[method-assign]
    shown = {POWER: told_at(start, 2400.0), car: told_at(start, 2000.0)}
    later = {each: [(start + timedelta(hours=hour), values[0][1]) for hour in range(5)]
             for each, values in shown.items()}  # fmt: skip
    with patch.object(action_replay, "async_read", return_value=later):
        answer = await what_if(hass, start)
    (wallbox,) = answer["what_if"]["wallboxes"]
    assert wallbox["energy"] == pytest.approx(10.0, rel=0.3)
    assert wallbox["unpriced_energy"] == wallbox["energy"]
