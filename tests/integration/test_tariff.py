"""Prices: what an entity shows as price, and the cost of energy over time."""

from datetime import UTC, datetime, timedelta

import pytest
from homeassistant.core import HomeAssistant, State

from custom_components.evse_ocpp.tariff import KEPT, PriceHistory, Share, Tariff, price_of

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("state", "unit", "price"),
    [
        ("0.31", "EUR/kWh", 0.31),
        ("0.31", "€/kWh", 0.31),
        ("31", "ct/kWh", 0.31),
        ("31", "Cent / kWh", 0.31),
        ("310", "EUR/MWh", 0.31),
        ("0.00031", "EUR/Wh", 0.31),
        ("24.5", "p/kWh", 0.245),
        ("190", "öre/kWh", 1.9),
        ("0.31", None, 0.31),
        ("-0.02", "EUR/kWh", -0.02),
        ("0", "EUR/kWh", 0.0),
        ("31", "%", None),
        ("0.31", "EUR", None),
        ("31", "EUR/m³", None),
        ("unavailable", "EUR/kWh", None),
        ("nan", "EUR/kWh", None),
        ("inf", "EUR/kWh", None),
        ("", None, None),
    ],
)
def test_price_of_an_entity(state: str, unit: str | None, price: float | None) -> None:
    attributes = {} if unit is None else {"unit_of_measurement": unit}
    found = price_of(State("sensor.price", state, attributes))
    assert found == (price if price is None else pytest.approx(price))


def test_no_entity_has_no_price() -> None:
    assert price_of(None) is None


@pytest.mark.parametrize(
    ("changes", "start", "end", "share"),
    [
        pytest.param([], 0, 1, Share(0, 1000), id="never known"),
        pytest.param([(0, 0.3)], 0, 1, Share(0.3, 0), id="one price"),
        pytest.param([(-5, 0.3), (0.5, 0.1)], 0, 1, Share(0.2, 0), id="changed half-way"),
        pytest.param([(-5, 0.3), (0.5, None)], 0, 1, Share(0.15, 500), id="lost half-way"),
        pytest.param([(-5, None), (0.75, 0.4)], 0, 1, Share(0.1, 750), id="came late"),
        pytest.param([(0, None), (0.1, 0.3)], -5, 1, Share(0.3, 0), id="its source starts later"),
        pytest.param([(0, 0.1), (0.5, None), (0.6, 0.3)], 0, 1, Share(0.17, 100), id="a gap"),
        pytest.param([(0.5, 0.3)], 0, 1, Share(0.3, 0), id="the first one holds before"),
        pytest.param([(0, 0.3), (2, 0.9)], 0, 1, Share(0.3, 0), id="changed afterwards"),
        pytest.param([(0, 0.3), (1, 0.9)], 1, 1, Share(0.9, 0), id="all at once"),
        pytest.param([(0, 0.3)], 2, 1, Share(0.3, 0), id="clock set back"),
        pytest.param([(0, 0.3), (0.5, 0.3), (0.7, 0.3)], 0, 1, Share(0.3, 0), id="repeated"),
        pytest.param([(0, -0.1)], 0, 1, Share(-0.1, 0), id="negative"),
    ],
)
def test_energy_is_priced_with_its_time(
    changes: list[tuple[float, float | None]], start: float, end: float, share: Share
) -> None:
    history = PriceHistory()
    for hours, price in changes:
        history.set(price, NOON + hours * HOUR)
    cost, unpriced_wh = history.share(1000, NOON + start * HOUR, NOON + end * HOUR)
    assert cost == pytest.approx(share.cost)
    assert unpriced_wh == pytest.approx(share.unpriced_wh)


def test_old_prices_are_forgotten() -> None:
    history = PriceHistory()
    for hours in range(200):
        history.set(float(hours), NOON + hours * HOUR)
    assert len(history._changes) == KEPT // HOUR + 2
    assert history.price == 199.0


async def test_tariff_follows_its_entity(hass: HomeAssistant, freezer: object) -> None:
    hass.config.currency = "CHF"
    hass.states.async_set("sensor.price", "30", {"unit_of_measurement": "Rp/kWh"})
    tariff = Tariff(hass)
    tariff.follow("sensor.price")
    assert (tariff.history.price, tariff.currency) == (0.3, "CHF")
    hass.states.async_set("sensor.price", "20", {"unit_of_measurement": "Rp/kWh"})
    await hass.async_block_till_done()
    assert tariff.history.price == 0.2
    hass.states.async_remove("sensor.price")
    await hass.async_block_till_done()
    assert tariff.history.price is None
    hass.states.async_set("sensor.other", "0.4")
    tariff.follow("sensor.other")
    assert tariff.history.price == 0.4
    tariff.follow("sensor.other")
    tariff.follow(None)
    assert tariff.history.price is None
    assert tariff.share(500, NOON, NOON + HOUR) == Share(0, 500)
    tariff.close()
