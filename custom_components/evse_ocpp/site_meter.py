"""States of Home Assistant → what the meters of a site show: power, current, state of charge.

A state that is no reading says why; nothing of it is guessed. A reading is as old as the last
report of its entity, also of one that said the same again.
"""

import math
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import product
from typing import NamedTuple

from homeassistant.const import (
    ATTR_UNIT_OF_MEASUREMENT,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import HomeAssistant, State
from homeassistant.util import dt as dt_util

from .central.charger import Charger
from .energy.model import NOMINAL_V, GridSample, Phases
from .site_settings import SiteSources

MOST_W, MOST_A = 100_000.0, 1000.0
"""No home has more: it is a register that was read wrongly."""
LOWEST_V, HIGHEST_V = 180.0, 265.0
"""Between phase and neutral: EN 50160 allows 207 to 253 V; a farm at the line's end has less."""
LAG_S = 30.0
"""Entities of one meter are reported together, but for those that tell changes only. One that is
behind the others for longer makes the whole as old as it is."""
AHEAD = timedelta(seconds=1)
"""A report from further in the future was stamped before the clock was set back: its age is not
known. It says nothing, or a meter that has died would look alive until the clock is there again."""
SAME_A = 1.0
"""Directions of currents that explain the sum as well as others, within this, are not told apart:
then import is believed."""

_WATTS = {"W": 1.0, "kW": 1000.0, "MW": 1_000_000.0, "mW": 0.001}
_AMPERES = {"A": 1.0, "mA": 0.001}
_VOLTS = {"V": 1.0, "mV": 0.001, "kV": 1000.0}
_PERCENT = {"%": 1.0}


class Reading(NamedTuple):
    """What one state shows, `at` its last report. Without a `value` the `problem` says why not:
    `missing`, `unavailable`, `not_a_number`, `wrong_unit` or `implausible`.
    """

    value: float | None
    at: datetime | None = None
    problem: str | None = None


def power_w(state: State | None, *, inverted: bool = False) -> Reading:
    """Read a power, in W."""
    reading = _read(state, _WATTS, MOST_W)
    return _negated(reading) if inverted else reading


def current_a(state: State | None, *, inverted: bool = False) -> Reading:
    """Read a current, in A."""
    reading = _read(state, _AMPERES, MOST_A)
    return _negated(reading) if inverted else reading


def voltage_v(state: State | None) -> Reading:
    """Read a voltage between phase and neutral, in V."""
    reading = _read(state, _VOLTS, HIGHEST_V)
    if reading.value is not None and reading.value < LOWEST_V:
        return Reading(None, reading.at, "implausible")
    return reading


def percent(state: State | None) -> Reading:
    """Read a state of charge; helpers without a unit are believed."""
    reading = _read(state, _PERCENT, 100.0, unit="%")
    if reading.value is not None and reading.value < 0:
        return Reading(None, reading.at, "implausible")
    return reading


def dimmed_w(state: State | None, when_on_w: float) -> float | None:
    """Return what all cars together may take by the grid operator's signal, None: all they want.

    A switch or a binary sensor that is on means `when_on_w`; a number is the power itself (W
    without a unit), and 0 no signal.
    """
    if state is None:
        return None
    if state.state == STATE_ON:
        return when_on_w
    told = _read(state, _WATTS, MOST_W, unit="W").value
    return told if told is not None and told > 0 else None


def is_signal(state: State | None) -> bool:
    """Whether a state is a word of the grid operator: on, off, or a power."""
    if state is None:
        return False
    if state.state in (STATE_ON, STATE_OFF):
        return True
    return _read(state, _WATTS, MOST_W, unit="W").value is not None


def is_told(state: State | None) -> bool:
    """Whether a state says anything at all."""
    return state is not None and state.state not in (STATE_UNAVAILABLE, STATE_UNKNOWN)


def grid_readings(hass: HomeAssistant, sources: SiteSources) -> dict[str, Reading]:
    """Return what each entity of the meter at the grid shows, import positive."""
    read: dict[str, Reading] = {}
    for entity_id in filter(None, (sources.grid_power, *sources.grid_powers)):
        read[entity_id] = power_w(hass.states.get(entity_id), inverted=sources.grid_inverted)
    if sources.grid_export is not None:  # it never has a direction of its own
        read[sources.grid_export] = power_w(hass.states.get(sources.grid_export))
        read[sources.grid_power or ""] = power_w(hass.states.get(sources.grid_power or ""))
    for entity_id in sources.grid_currents:
        read[entity_id] = current_a(hass.states.get(entity_id), inverted=sources.grid_inverted)
    return read


def grid_sample(hass: HomeAssistant, sources: SiteSources, now_s: float) -> GridSample | None:
    """Return what the meter at the grid shows; None while an entity of it shows nothing.

    `now_s`: the monotonic time of now, in which the sample has its age.
    """
    read = grid_readings(hass, sources)
    values = {name: reading.value for name, reading in read.items()}
    if not read or any(
        values[name] is None for name in read if name != sources.grid_power or _needs_sum(sources)
    ):
        return None
    at_s = _at_s(read.values(), now_s)
    if at_s is None:
        return None
    volts = voltages_v(hass, sources)
    currents = [values[name] or 0.0 for name in sources.grid_currents]
    powers = [values[name] or 0.0 for name in sources.grid_powers]
    total_w = values.get(sources.grid_power or "")
    if total_w is not None and sources.grid_export is not None:
        total_w -= values[sources.grid_export] or 0.0
    if powers:
        total_w = sum(powers)
        currents = [power / volt for power, volt in zip(powers, volts, strict=False)]
    elif currents and total_w is not None and min(currents) >= 0:
        currents = signed(currents, total_w, volts)
    phases = _phases(currents) if currents else None
    return GridSample(at_s, phases, total_w, volts)


def own_sample(charger: Charger, now_s: float) -> GridSample | None:
    """Return what the house meter of a wallbox of ours shows, as it tells it (docs/ocpp.md)."""
    currents = charger.house_current_a
    if charger.house_told_at is None or not charger.connected or currents[0] is None:
        return None
    age = dt_util.utcnow() - charger.house_told_at
    if age < -AHEAD:
        return None
    at_s = now_s - max(0.0, age.total_seconds())
    return GridSample(at_s, _phases([amps or 0.0 for amps in currents]))


def total(
    hass: HomeAssistant, entities: Iterable[str], read: Callable[[State | None], Reading]
) -> float | None:
    """Return the sum of those entities that show something; None: none of them does.

    Inverters are away at night, each on its own.
    """
    values = [read(hass.states.get(entity_id)).value for entity_id in entities]
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def voltages_v(hass: HomeAssistant, sources: SiteSources) -> Phases:
    """Return the voltages of L1 to L3; one that is not measured counts as nominal."""
    told = [voltage_v(hass.states.get(entity_id)).value for entity_id in sources.voltages]
    volts = [value or NOMINAL_V for value in told]
    if len(volts) == 1:
        volts *= 3
    return _phases(volts, NOMINAL_V)


def signed(currents: list[float], total_w: float, volts: Phases) -> list[float]:
    """Give currents that were told without a direction those which best explain the sum."""
    found: list[tuple[int, int, list[float]]] = []
    for signs in product((1, -1), repeat=len(currents)):
        flows_a = [sign * amps for sign, amps in zip(signs, currents, strict=True)]
        flow_w = sum(amps * volt for amps, volt in zip(flows_a, volts, strict=False))
        misfit = int(abs(flow_w - total_w) / NOMINAL_V / SAME_A)
        found.append((misfit, signs.count(-1), flows_a))
    return min(found)[2]


def _needs_sum(sources: SiteSources) -> bool:
    """Whether the sum is the meter, and not just a help for currents."""
    return not sources.grid_currents


def _at_s(read: Iterable[Reading], now_s: float) -> float | None:
    """Return when the sample was taken (see LAG_S, AHEAD); None: nobody knows.

    What shows nothing has no age: it is only a help, or there would be no sample.
    """
    now = dt_util.utcnow()
    told = [
        reading.at
        for reading in read
        if reading.value is not None and reading.at is not None and reading.at <= now + AHEAD
    ]
    if not told:
        return None
    oldest, newest = min(told), max(told)
    at = oldest if (newest - oldest).total_seconds() > LAG_S else newest
    return now_s - max(0.0, (now - at).total_seconds())


def _phases(values: list[float], missing: float = 0.0) -> Phases:
    first, second, third, *_ = (*values, missing, missing, missing)
    return first, second, third


def _negated(reading: Reading) -> Reading:
    return reading if reading.value is None else reading._replace(value=-reading.value)


def _read(
    state: State | None, units: dict[str, float], most: float, *, unit: str | None = None
) -> Reading:
    """Read a number with one of `units`; `unit`: what it has where it tells none."""
    if state is None:
        return Reading(None, None, "missing")
    at = state.last_reported
    if state.state in (STATE_UNAVAILABLE, STATE_UNKNOWN):
        return Reading(None, at, "unavailable")
    try:
        number = float(state.state)
    except ValueError:
        return Reading(None, at, "not_a_number")
    if not math.isfinite(number):
        return Reading(None, at, "not_a_number")
    factor = units.get(state.attributes.get(ATTR_UNIT_OF_MEASUREMENT) or unit or "")
    if factor is None:
        return Reading(None, at, "wrong_unit")
    if abs(number * factor) > most:
        return Reading(None, at, "implausible")
    return Reading(number * factor, at)
