"""What a charger measured: sampled values of one instant, reduced to readings."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

Phases = tuple[float | None, float | None, float | None]

UNKNOWN: Phases = (None, None, None)
_PHASE = {"L1": 0, "L1-N": 0, "L2": 1, "L2-N": 1, "L3": 2, "L3-N": 2}
_LINE_TO_LINE = {"L1-L2": 0, "L2-L3": 1, "L3-L1": 2}

NOMINAL_V = 230.0
STEP_S, NO_STEP_S = 60.0, 600.0
"""Over how many s power is derived from energy: registers have steps of 10 to 100 Wh, so it is
taken from step to step; where none comes for 10 minutes, nothing flows."""


class Sample(NamedTuple):
    """One sampled value in the base unit of its measurand (W, Wh, A, V, °C, %)."""

    measurand: str
    value: float
    phase: str | None = None
    context: str | None = None
    location: str | None = None


@dataclass(slots=True)
class Summary:
    """The samples of one instant by measurand; fields are None or unknown where none came."""

    power_w: float | None = None
    current_a: Phases = UNKNOWN
    voltage_v: Phases = UNKNOWN
    register_wh: float | None = None
    offered_a: float | None = None
    temperature_c: float | None = None
    soc_percent: float | None = None
    others: dict[str, float] = field(default_factory=dict)


class _Energy(NamedTuple):
    """What our own meter showed at an instant."""

    total_wh: float
    at: datetime


@dataclass(slots=True)
class Readings:
    """The newest values of a connector; None where the charger has not said it.

    `at` is when it was measured. `power_derived`: from voltage and current, or from the energy,
    since the charger sends no power. `register_wh` is the charger's own register, as it came.
    `others`: what few chargers measure, by measurand in its base unit.
    """

    at: datetime | None = None
    power_w: float | None = None
    power_derived: bool = False
    current_a: Phases = UNKNOWN
    voltage_v: Phases = UNKNOWN
    register_wh: float | None = None
    temperature_c: float | None = None
    soc_percent: float | None = None
    others: dict[str, float] = field(default_factory=dict)
    _energy: _Energy | None = None

    def take(
        self, summary: Summary, at: datetime, *, flowing: bool, metered_wh: float = 0.0
    ) -> None:
        """Take what was measured at `at`. `flowing` False: no energy can flow, whatever it says.

        `metered_wh`: what our own meter of the connector shows then.
        """
        self.at = at
        for name in ("register_wh", "temperature_c", "soc_percent"):
            value = getattr(summary, name)
            if value is not None:
                setattr(self, name, value)
        if summary.others:
            self.others.update(summary.others)
        if summary.voltage_v != UNKNOWN:
            self.voltage_v = summary.voltage_v
        if summary.current_a != UNKNOWN:
            self.current_a = summary.current_a
        if summary.power_w is not None:
            self.power_w, self.power_derived = summary.power_w, False
        elif self.power_w is None or self.power_derived:
            self._derive_power(summary, _Energy(metered_wh, at))
        if not flowing:
            self.stop_flow()

    def stop_flow(self) -> None:
        """Set power and currents to 0: no energy flows, but no sample will say so."""
        if self.power_w is None:
            self.power_derived = True
        self.power_w = 0.0
        self.current_a = _zeroed(self.current_a)
        self._energy = None

    def _derive_power(self, summary: Summary, now: _Energy) -> None:
        """Make up for a power that the charger does not send: Σ U·I, else dE/dt."""
        if summary.current_a != UNKNOWN:
            self.power_w = derived_power_w(self.voltage_v, self.current_a)
            self.power_derived = True
        elif self.current_a == UNKNOWN and summary.register_wh is not None:
            if self._energy is None or now.at < self._energy.at:  # our clock was set back
                self._energy = now
            elif (power_w := _mean_power_w(self._energy, now)) is not None:
                self.power_w, self.power_derived = power_w, True
                self._energy = now


@dataclass(slots=True)
class _Values:
    whole: float | None = None
    phased: list[float | None] = field(default_factory=lambda: [None, None, None])


def summarize(samples: Iterable[Sample], phases: int) -> Summary:
    """Reduce the samples of one instant.

    Phases are labelled in many ways (lbbrhzn/ocpp `process_phases`): L1 is L1-N, a line-to-line
    voltage is divided by √3, N alone is no phase. A voltage or current without a phase counts for
    each of the charger's `phases`. Values of the neutral and of a transaction's begin (which some
    chargers send together with a periodic one, #1709) are left out.
    """
    by_measurand: dict[str, _Values] = {}
    for measurand, value, phase, context, _ in samples:
        if measurand == "Energy.Active.Import.Register" and context == "Transaction.Begin":
            continue
        values = by_measurand.get(measurand)
        if values is None:
            values = by_measurand[measurand] = _Values()
        if phase is None:
            values.whole = value
        elif phase in _PHASE:
            values.phased[_PHASE[phase]] = value
        elif phase in _LINE_TO_LINE and measurand == "Voltage":
            values.phased[_LINE_TO_LINE[phase]] = value / math.sqrt(3)
    return Summary(
        power_w=_total(by_measurand.get("Power.Active.Import")),
        current_a=_per_phase(by_measurand.get("Current.Import"), phases),
        voltage_v=_per_phase(by_measurand.get("Voltage"), phases),
        register_wh=_total(by_measurand.get("Energy.Active.Import.Register")),
        offered_a=_least(by_measurand.get("Current.Offered")),
        temperature_c=_total(by_measurand.get("Temperature")),
        soc_percent=_total(by_measurand.get("SoC")),
        others={
            measurand: other
            for measurand in by_measurand.keys() & _OTHERS.keys()
            if (other := _OTHERS[measurand](by_measurand[measurand])) is not None
        },
    )


def derived_power_w(voltage_v: Phases, current_a: Phases) -> float | None:
    """Return Σ U·I over the phases whose current is known, with 230 V where no voltage is."""
    powers = [
        (NOMINAL_V if volts is None else volts) * amps
        for volts, amps in zip(voltage_v, current_a, strict=True)
        if amps is not None
    ]
    return sum(powers) if powers else None


def _mean_power_w(before: _Energy, now: _Energy) -> float | None:
    """Return dE/dt; None until a step of the register shows it."""
    elapsed_s, energy_wh = (now.at - before.at).total_seconds(), now.total_wh - before.total_wh
    if elapsed_s >= NO_STEP_S or (elapsed_s >= STEP_S and energy_wh > 0):
        return energy_wh * 3600 / elapsed_s
    return None


def _total(values: _Values | None) -> float | None:
    if values is None:
        return None
    known = [value for value in values.phased if value is not None]
    return values.whole if values.whole is not None else sum(known) if known else None


def _mean(values: _Values) -> float | None:
    if values.whole is not None:
        return values.whole
    known = [value for value in values.phased if value is not None]
    return sum(known) / len(known) if known else None


_OTHERS: dict[str, Callable[[_Values], float | None]] = {
    "Energy.Active.Export.Register": _total,
    "Frequency": _mean,
    "Power.Factor": _mean,
    "Power.Reactive.Import": _total,
}


def _least(values: _Values | None) -> float | None:
    if values is None:
        return None
    if values.whole is not None:
        return values.whole
    return min((value for value in values.phased if value is not None), default=None)


def _per_phase(values: _Values | None, phases: int) -> Phases:
    if values is None:
        return UNKNOWN
    if values.whole is None or values.phased != [None, None, None]:
        return values.phased[0], values.phased[1], values.phased[2]
    return (values.whole, None, None) if phases == 1 else (values.whole,) * 3


def _zeroed(phases: Phases) -> Phases:
    first, second, third = (None if value is None else 0.0 for value in phases)
    return first, second, third
