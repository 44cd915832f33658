"""SampledValue (OCPP 1.6, section 7.43) → Sample in the base unit, or a reason to drop it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from .charger import Charger
from .readings import Sample

DEFAULT_MEASURAND = "Energy.Active.Import.Register"


class _Rule(NamedTuple):
    """Factors to the base unit by unit; the range in which a value is believed."""

    factors: dict[str, float]
    minimum: float
    maximum: float


_RULES = {
    "Energy.Active.Import.Register": _Rule({"Wh": 1.0, "kWh": 1000.0}, 0.0, 1e11),
    "Power.Active.Import": _Rule({"W": 1.0, "kW": 1000.0}, -1e3, 1e6),
    "Current.Import": _Rule({"A": 1.0}, -1.0, 1000.0),
    "Current.Offered": _Rule({"A": 1.0}, 0.0, 1000.0),
    "Voltage": _Rule({"V": 1.0}, 0.0, 1000.0),
    "Temperature": _Rule({"Celsius": 1.0, "Celcius": 1.0}, -60.0, 200.0),
    "SoC": _Rule({"Percent": 1.0, "%": 1.0}, 0.0, 100.0),
    "Energy.Active.Export.Register": _Rule({"Wh": 1.0, "kWh": 1000.0}, 0.0, 1e11),
    "Frequency": _Rule({"Hertz": 1.0, "Hz": 1.0}, 0.0, 100.0),
    "Power.Factor": _Rule({}, -1.0, 1.0),
    "Power.Reactive.Import": _Rule({"var": 1.0, "kvar": 1000.0}, -1e6, 1e6),
}
"""The measurands which we use. OCPP 1.6 itself spells "Celcius" (errata)."""


def samples_in(sampled_values: list[Any], charger: Charger) -> Iterator[Sample]:
    """Yield what can be believed of one sampledValue array; count the rest."""
    for sampled in sampled_values:
        if not isinstance(sampled, dict):
            charger.violated("sampledValue")
            continue
        measurand = sampled.get("measurand", DEFAULT_MEASURAND)
        rule = _RULES.get(measurand) if isinstance(measurand, str) else None
        if rule is None:
            if not measurand or not isinstance(measurand, str):
                charger.violated("sampledValue.measurand")
            continue
        value = _value(sampled, rule, charger)
        if value is not None:
            yield Sample(
                measurand,
                value,
                _text(sampled.get("phase")),
                _text(sampled.get("context")),
                _text(sampled.get("location")),
            )


def _value(sampled: dict[str, Any], rule: _Rule, charger: Charger) -> float | None:
    unit = sampled.get("unit")
    if charger.energy_unit is not None and "Wh" in rule.factors:
        unit = charger.energy_unit
    factor = 1.0 if unit is None else rule.factors.get(str(unit))
    if factor is None:
        charger.violated("sampledValue.unit")  # the base unit is what was meant, or nothing is
        factor = 1.0
    try:
        value = float(sampled["value"]) * factor
    except (KeyError, TypeError, ValueError):
        charger.violated("sampledValue.value")
        return None
    if not rule.minimum <= value <= rule.maximum:  # NaN neither
        charger.violated("sampledValue.value")
        return None
    return value


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
