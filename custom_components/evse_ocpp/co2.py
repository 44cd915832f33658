"""How much CO₂ a kilowatt-hour from the grid has made, as an entity tells it. Pure."""

import math
import re

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import State

_UNIT = re.compile(r"(?P<mass>k?g|t)?\s*(CO₂|CO2)?\s*(eq)?\s*/\s*(?P<energy>[kM]Wh)", re.IGNORECASE)
_GRAMS = {"g": 1.0, "kg": 1000.0, "t": 1_000_000.0}
_PER_KWH = {"kwh": 1.0, "mwh": 0.001}
_HIGHEST = 3000.0
"""g/kWh; oil shale has about 1200."""


def grams_per_kwh(state: State | None) -> float | None:
    """Return g CO₂ (equivalent) per kWh; None when the state tells none.

    Units as Electricity Maps (`gCO2eq/kWh`) and the national services have them: g, kg or t, per
    kWh or MWh; without a unit the number is taken as it is.
    """
    if state is None:
        return None
    unit = _UNIT.fullmatch(str(state.attributes.get(ATTR_UNIT_OF_MEASUREMENT) or "g/kWh").strip())
    if unit is None:
        return None
    try:
        number = float(state.state)
    except ValueError:
        return None
    grams = number * _GRAMS[(unit["mass"] or "g").lower()] * _PER_KWH[unit["energy"].lower()]
    return grams if math.isfinite(grams) and 0 <= grams <= _HIGHEST else None
