"""SampledValue of OCPP 2.0.1 (part 2, 2.43) → Sample, by the rules which 1.6 has.

What differs: the value is a number, the unit stands in `unitOfMeasure` beside a power of ten.
"""

from collections.abc import Iterable
from typing import Any

from .charger import Charger
from .fields import as_integer, optional
from .readings import Sample
from .v16_measurands import samples_in as plain_samples_in

MAX_EXPONENT = 9
"""Of the multiplier; more is a fault of the firmware: no station counts in TWh."""
_REGISTER = "Energy.Active.Import.Register"


def samples_in(sampled_values: list[Any], charger: Charger) -> list[Sample]:
    """Return what can be believed of one sampledValue array; count the rest."""
    return list(plain_samples_in([_plain(each, charger) for each in sampled_values], charger))


def register_wh(samples: Iterable[Sample], context: str | None = None) -> float | None:
    """Return the last register (Wh) of that context, or of any; None: none came."""
    registers = [
        each.value
        for each in samples
        if each.measurand == _REGISTER and each.phase is None and context in {None, each.context}
    ]
    return registers[-1] if registers else None


def _plain(sampled: object, charger: Charger) -> object:
    """Return a sampled value as OCPP 1.6 has it; what is no object is left as it is."""
    if not isinstance(sampled, dict):
        return sampled
    measure = sampled.get("unitOfMeasure")
    if measure is None:
        return sampled
    if not isinstance(measure, dict):
        charger.violated("sampledValue.unitOfMeasure")
        return sampled
    plain = sampled | {"unit": measure.get("unit")}
    multiplier = measure.get("multiplier")
    if multiplier is not None:
        plain["value"] = _scaled(sampled.get("value"), multiplier, charger)
    return plain


def _scaled(value: object, multiplier: object, charger: Charger) -> object:
    exponent = optional({"multiplier": multiplier}, "multiplier", as_integer, charger)
    if exponent is None:
        return None  # a value of unknown size is none
    if abs(exponent) > MAX_EXPONENT:
        charger.violated("multiplier")
        return None
    try:
        number = float(value)  # type: ignore[arg-type]
        return number * 10**exponent if exponent >= 0 else number / 10**-exponent
    except (TypeError, ValueError, OverflowError):
        return None  # counted by whoever reads the value
