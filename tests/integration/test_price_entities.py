"""Prices of a site in Home Assistant: entities, actions, fixed windows."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.evse_ocpp.energy.tariff_windows import TariffWindow
from custom_components.evse_ocpp.price_entities import PriceSource, price_problem
from custom_components.evse_ocpp.tariff import Share

NOW = datetime(2026, 3, 2, 11, 5, tzinfo=UTC)
PRICE = "sensor.price"
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
async def _now(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(NOW)
    await hass.config.async_set_time_zone("UTC")


def rows(*prices: float, first: int = 11) -> list[dict[str, Any]]:
    start = NOW.replace(minute=0)
    return [
        {"time": (start + (first - 11 + number) * HOUR).isoformat(), "price": price}
        for number, price in enumerate(prices)
    ]


def source(hass: HomeAssistant, **more: Any) -> tuple[PriceSource, list[int]]:
    changes: list[int] = []
    made = PriceSource(hass, PRICE, on_change=lambda: changes.append(1), **more)
    made.start()
    return made, changes


async def test_follows_an_entity_and_keeps_what_is_known(hass: HomeAssistant) -> None:
    hass.states.async_set(PRICE, "20", {"unit_of_measurement": "ct/kWh", "prices": rows(20, 30)})
    prices, changes = source(hass)
    assert [slot.value for slot in prices.prices.slots] == pytest.approx([0.2, 0.3])
    assert prices.price == pytest.approx(0.2)
    assert prices.problem is None
    hass.states.async_set(
        PRICE, "20", {"unit_of_measurement": "ct/kWh", "prices": rows(20, 30, 10)}
    )
    await hass.async_block_till_done()
    assert [slot.value for slot in prices.prices.slots] == pytest.approx([0.2, 0.3, 0.1])
    assert changes
    hass.states.async_set(PRICE, "unavailable")
    await hass.async_block_till_done()
    assert len(prices.prices.slots) == 3
    assert prices.problem is None  # the next hour is known
    prices.close()


async def test_only_the_present_price(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    hass.states.async_set(PRICE, "0.31", {"unit_of_measurement": "EUR/kWh"})
    prices, _ = source(hass)
    assert prices.problem is None
    assert prices.price == 0.31
    freezer.tick(2 * HOUR)
    assert prices.price == 0.31
    hass.states.async_set(PRICE, "unavailable")
    assert prices.problem == "price_missing"
    prices.close()


@pytest.mark.parametrize(
    ("state", "unit", "problem"),
    [
        (None, None, "price_missing"),
        ("unavailable", "EUR/kWh", "price_missing"),
        ("unknown", "EUR/kWh", "price_missing"),
        ("3", "kW", "price_unit"),
        ("0.3", None, "price_no_forecast"),
    ],
)
def test_problems_of_an_entity(
    hass: HomeAssistant, state: str | None, unit: str | None, problem: str
) -> None:
    if state is not None:
        hass.states.async_set(PRICE, state, {"unit_of_measurement": unit} if unit else {})
    assert price_problem(hass, PRICE) == problem


async def test_octopus_tells_tomorrow_by_another_event(hass: HomeAssistant) -> None:
    today, tomorrow = (f"event.octopus_{day}_day_rates" for day in ("current", "next"))
    rates = [
        {"start": NOW.replace(minute=0), "end": NOW.replace(minute=30), "value_inc_vat": 0.2},
        {
            "start": NOW.replace(minute=30),
            "end": NOW.replace(minute=0) + HOUR,
            "value_inc_vat": 0.1,
        },
    ]
    later = [{**each, "start": each["start"] + HOUR, "end": each["end"] + HOUR} for each in rates]
    hass.states.async_set(today, NOW.isoformat(), {"rates": rates})
    made = PriceSource(hass, today)
    made.start()
    hass.states.async_set(tomorrow, NOW.isoformat(), {"rates": later})
    await hass.async_block_till_done()
    assert [slot.value for slot in made.prices.slots] == [0.2, 0.1, 0.2, 0.1]
    made.close()


async def test_fixed_windows(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    windows = [TariffWindow(0.32), TariffWindow(0.21, time(22), time(6))]
    prices = PriceSource(hass, None, windows)
    prices.start()
    assert prices.is_set
    assert prices.price == 0.32
    freezer.tick(12 * HOUR)
    assert prices.price == 0.21
    assert prices.problem is None
    assert prices.prices.until is not None
    assert prices.prices.until - datetime.now(UTC) > timedelta(days=7)
    prices.close()


async def test_cost_of_energy(hass: HomeAssistant) -> None:
    hass.states.async_set(PRICE, "0.2", {"prices": rows(0.2, 0.4)})
    prices, _ = source(hass)
    start = NOW.replace(minute=0)
    assert prices.share(1000, start, start + 2 * HOUR) == Share(pytest.approx(0.3), 0.0)
    assert prices.share(1000, start, start + 4 * HOUR) == Share(
        pytest.approx(0.15), pytest.approx(500)
    )
    assert prices.share(1000, start, start) == Share(pytest.approx(0.2), 0.0)
    assert prices.share(1000, start - HOUR, start - HOUR) == Share(0.0, 1000)
    prices.close()


def registered(hass: HomeAssistant, platform: str, unique_id: str, device: str = "Home") -> str:
    entry = MockConfigEntry(domain=platform)
    entry.add_to_hass(hass)
    made = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={(platform, unique_id)}, name=device
    )
    return (
        er.async_get(hass)
        .async_get_or_create("sensor", platform, unique_id, config_entry=entry, device_id=made.id)
        .entity_id
    )


def _row(start: datetime, price: float) -> dict[str, Any]:
    return {"start": start.isoformat(), "end": (start + HOUR).isoformat(), "price": price}


START = NOW.replace(hour=11, minute=0)
ANSWERS: dict[str, tuple[str, str, Any]] = {
    "nordpool": ("get_price_indices_for_date", "SE3-current_price", {"SE3": [_row(START, 200)]}),
    "nordpool of 2025.4": (
        "get_prices_for_date",
        "SE3-current_price",
        {"SE3": [_row(START, 200)]},
    ),
    "tibber": (
        "get_prices",
        "4711",
        {
            "prices": {
                "Cabin": [{"start_time": START.isoformat(), "price": 0.9}],
                "Home": [{"start_time": START.isoformat(), "price": 0.2}],
            }
        },
    ),
    "energyzero": ("get_energy_prices", "1", {"prices": [{"timestamp": str(START), "price": 0.2}]}),
    "easyenergy": (
        "get_energy_usage_prices",
        "1",
        {"prices": [{"timestamp": str(START), "price": 0.2}]},
    ),
}


@pytest.mark.parametrize(("name", "answer"), ANSWERS.items(), ids=ANSWERS)
async def test_asks_those_that_tell_only_when_asked(
    hass: HomeAssistant, name: str, answer: tuple[str, str, Any]
) -> None:
    action, unique_id, told = answer
    platform = name.partition(" ")[0]
    asked: list[dict[str, Any]] = []

    async def handle(call: ServiceCall) -> Any:
        asked.append(dict(call.data))
        if len(asked) > 1:  # tomorrow is not published
            raise ServiceValidationError("no data")
        return told

    hass.services.async_register(platform, action, handle, supports_response=SupportsResponse.ONLY)
    entity_id = registered(hass, platform, unique_id)
    hass.states.async_set(entity_id, "unknown")
    assert price_problem(hass, entity_id) is None
    made = PriceSource(hass, entity_id)
    made.start()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [slot.value for slot in made.prices.slots] == pytest.approx([0.2])
    assert len(asked) == 2
    assert "2026-03-02" in str(asked[0])
    assert "2026-03-03" in str(asked[1])
    made.close()


async def test_asks_each_quarter_while_tomorrow_is_due(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    asked: list[str] = []

    async def handle(call: ServiceCall) -> Any:
        asked.append(call.data["start"])
        day = datetime.fromisoformat(call.data["start"])
        published = day.day == 2 or freezer().hour >= 14
        return {"prices": {"Home": [{"start_time": day.isoformat(), "price": 1}] * published}}

    hass.services.async_register(
        "tibber", "get_prices", handle, supports_response=SupportsResponse.ONLY
    )
    made = PriceSource(hass, registered(hass, "tibber", "1"))
    made.start()
    await hass.async_block_till_done(wait_background_tasks=True)
    counts = {}
    for _ in range(16):
        freezer.tick(timedelta(minutes=15, seconds=1))
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)
        counts[freezer().hour] = len(asked) // 2
    assert counts[12] == 2  # at the start, and an hour later
    assert counts[13] == 6  # each quarter: they could be out
    assert counts[14] == 7  # there they are
    made.close()


async def test_nobody_answers(hass: HomeAssistant) -> None:
    async def handle(_: ServiceCall) -> Any:
        raise ServiceValidationError("no")

    hass.services.async_register(
        "tibber", "get_prices", handle, supports_response=SupportsResponse.ONLY
    )
    made = PriceSource(hass, registered(hass, "tibber", "1"))
    made.start()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert made.prices.slots == ()
    assert made.problem == "price_missing"
    made.close()
