"""Readings → MeterValue (OCPP 1.6, 7.33, 7.43), in the `ocpp` package's snake case. Pure."""

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from evse.meters.reading import Phases
from evse.ocpp import timestamps
from evse.ocpp.port import ChargerReadings
from evse.ocpp.profiles import NOMINAL_V

Sample = tuple[float, str | None]
"""A value and the phase it belongs to (None: of all phases)."""

REGISTER = "Energy.Active.Import.Register"
"""The measurand that bills are made of."""

BOUNDARIES = ("Transaction.Begin", "Transaction.End")
"""The contexts in which a signed register is sent: a bill needs these two."""


def meter_value(
    at: datetime, measurands: Iterable[str], readings: ChargerReadings, phases: int, context: str
) -> dict[str, Any] | None:
    """The MeterValue of a connector with those `measurands` that are measured; None without any.

    `phases` is 1 or 3; `context` one of ReadingContext (7.36), e.g. Sample.Periodic.
    """
    wanted = tuple(measurands)
    sampled = [
        _sampled_value(value, measurand, unit, context, location, phase)
        for measurand in wanted
        for unit, location, samples in _measured(measurand)
        for value, phase in samples(readings, phases)
    ]
    if readings.signed is not None and REGISTER in wanted and context in BOUNDARIES:
        sampled.append(_signed(readings.signed, context))
    return {"timestamp": timestamps.text(at), "sampled_value": sampled} if sampled else None


def _signed(text: str, context: str) -> dict[str, Any]:
    """The register in the meter's own signed form, passed through as it is."""
    return {
        "value": text,
        "context": context,
        "format": "SignedData",
        "measurand": REGISTER,
        "location": "Outlet",
    }


def house_value(at: datetime, house_a: Phases, phases: int, context: str) -> dict[str, Any]:
    """The currents of the house's meter, sent as connector 0, location Inlet."""
    return {
        "timestamp": timestamps.text(at),
        "sampled_value": [
            _sampled_value(value, "Current.Import", "A", context, "Inlet", phase)
            for value, phase in _by_phase(house_a, phases, "")
        ],
    }


def _sampled_value(
    value: float, measurand: str, unit: str, context: str, location: str, phase: str | None
) -> dict[str, Any]:
    sampled = {
        "value": f"{value:.{_DECIMALS.get(unit, 1)}f}",
        "context": context,
        "measurand": measurand,
        "unit": unit,
        "location": location,
        "phase": phase,
    }
    return {key: value for key, value in sampled.items() if value}


def _by_phase(values: Phases | None, phases: int, suffix: str) -> Sequence[Sample]:
    if values is None:
        return ()
    return [(value, f"L{n}{suffix}") for n, value in enumerate(values[:phases], 1)]


def _total(value: float | None) -> Sequence[Sample]:
    return () if value is None else ((value, None),)


def _register(value: float | None) -> Sequence[Sample]:
    """Whole Wh, rounded down as in StartTransaction and StopTransaction: it never goes back."""
    return () if value is None else ((math.floor(value), None),)


def _offered_w(readings: ChargerReadings, phases: int) -> float:
    return readings.offered_a * sum((readings.voltage_v or (NOMINAL_V,) * 3)[:phases])


_NO_UNIT = ""
"""Frequency: UnitOfMeasure (7.45) has no hertz, so its unit goes without saying (7.31)."""

_DECIMALS = {"Wh": 0, _NO_UNIT: 2}
"""By unit; of everything else a tenth is finer than the meter."""


def _power(readings: ChargerReadings, phases: int) -> Sequence[Sample]:
    """The whole, and each phase where there are several."""
    by_phase = _by_phase(readings.power_phase_w, phases, "") if phases > 1 else ()
    return (*_total(readings.power_w), *by_phase)


_Measure = tuple[str, str, Callable[[ChargerReadings, int], Sequence[Sample]]]

_MEASURES: dict[str, _Measure] = {
    REGISTER: ("Wh", "Outlet", lambda r, _: _register(r.energy_wh)),
    "Energy.Active.Export.Register": ("Wh", "Outlet", lambda r, _: _register(r.export_wh)),
    "Power.Active.Import": ("W", "Outlet", _power),
    "Current.Import": ("A", "Outlet", lambda r, phases: _by_phase(r.current_a, phases, "")),
    "Voltage": ("V", "Outlet", lambda r, phases: _by_phase(r.voltage_v, phases, "-N")),
    "Current.Offered": ("A", "Outlet", lambda r, _: _total(r.offered_a)),
    "Power.Offered": ("W", "Outlet", lambda r, phases: _total(_offered_w(r, phases))),
    "Frequency": (_NO_UNIT, "Outlet", lambda r, _: _total(r.frequency_hz)),
    "Temperature": ("Celsius", "Body", lambda r, _: _total(r.temperature_c)),
}


def _measured(measurand: str) -> Iterable[_Measure]:
    """How a measurand is measured; nothing for one that is only kept (SoC)."""
    return (_MEASURES[measurand],) if measurand in _MEASURES else ()
