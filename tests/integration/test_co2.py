"""CO₂ of the grid, as entities tell it."""

import pytest
from homeassistant.core import State

from custom_components.evse_ocpp.co2 import grams_per_kwh


@pytest.mark.parametrize(
    ("state", "unit", "grams"),
    [
        ("312", "gCO2eq/kWh", 312.0),
        ("312", "g CO₂/kWh", 312.0),
        ("312", None, 312.0),
        ("0.312", "kg/kWh", 312.0),
        ("0.312", "t/MWh", 312.0),
        ("312", "kgCO2/MWh", 312.0),
        ("0", "gCO2eq/kWh", 0.0),
        ("-1", "g/kWh", None),
        ("9000", "g/kWh", None),
        ("nan", "g/kWh", None),
        ("unknown", "g/kWh", None),
        ("61", "%", None),
    ],
)
def test_units(state: str, unit: str | None, grams: float | None) -> None:
    attributes = {"unit_of_measurement": unit} if unit else {}
    told = grams_per_kwh(State("sensor.co2", state, attributes))
    assert told == (None if grams is None else pytest.approx(grams))


def test_no_entity() -> None:
    assert grams_per_kwh(None) is None
