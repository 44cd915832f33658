"""Readings → MeterValue (OCPP 1.6, 7.33, 7.43), in the `ocpp` package's snake case. Pure."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from evse.meters.reading import Phases
from evse.ocpp import timestamps
from evse.ocpp.port import ChargerReadings
from evse.ocpp.profiles import NOMINAL_V

Sample = tuple[float, str | None]
"""A value and the phase it belongs to (None: of all phases)."""


def meter_value(
    at: datetime, measurands: Iterable[str], readings: ChargerReadings, phases: int, context: str
) -> dict[str, Any] | None:
    """The MeterValue of a connector with those `measurands` that are measured; None without any.

    `phases` is 1 or 3; `context` one of ReadingContext (7.36), e.g. Sample.Periodic.
    """
    sampled = [
        _sampled_value(value, measurand, unit, context, location, phase)
        for measurand in measurands
        for unit, location, samples in _measured(measurand)
        for value, phase in samples(readings, phases)
    ]
    return {"timestamp": timestamps.text(at), "sampled_value": sampled} if sampled else None


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
    # A register of energy in whole Wh; of everything else a tenth is finer than the meter.
    number = f"{value:.0f}" if unit == "Wh" else f"{value:.1f}"
    sampled = {
        "value": number,
        "context": context,
        "measurand": measurand,
        "unit": unit,
        "location": location,
    }
    return sampled | {"phase": phase} if phase else sampled


def _by_phase(values: Phases | None, phases: int, suffix: str) -> Sequence[Sample]:
    if values is None:
        return ()
    return [(value, f"L{n}{suffix}") for n, value in enumerate(values[:phases], 1)]


def _total(value: float | None) -> Sequence[Sample]:
    return () if value is None else ((value, None),)


def _offered_w(readings: ChargerReadings, phases: int) -> float:
    return readings.offered_a * sum((readings.voltage_v or (NOMINAL_V,) * 3)[:phases])


_Measure = tuple[str, str, Callable[[ChargerReadings, int], Sequence[Sample]]]

_MEASURES: dict[str, _Measure] = {
    "Energy.Active.Import.Register": ("Wh", "Outlet", lambda r, _: _total(r.energy_wh)),
    "Power.Active.Import": ("W", "Outlet", lambda r, _: _total(r.power_w)),
    "Current.Import": ("A", "Outlet", lambda r, phases: _by_phase(r.current_a, phases, "")),
    "Voltage": ("V", "Outlet", lambda r, phases: _by_phase(r.voltage_v, phases, "-N")),
    "Current.Offered": ("A", "Outlet", lambda r, _: _total(r.offered_a)),
    "Power.Offered": ("W", "Outlet", lambda r, phases: _total(_offered_w(r, phases))),
    "Temperature": ("Celsius", "Body", lambda r, _: _total(r.temperature_c)),
}


def _measured(measurand: str) -> Iterable[_Measure]:
    """How a measurand is measured; nothing for one that is only kept (SoC)."""
    return (_MEASURES[measurand],) if measurand in _MEASURES else ()
