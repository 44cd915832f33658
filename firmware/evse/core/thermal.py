"""Heat: the current goes down by steps above threshold 1, and ends at threshold 2.

ETEK manual 5.8.1.8 (temperature thresholds 1 and 2, charging current to reduce temperature,
calibration), Cabur manual 7.1.2 (ERR ROT: relays, ERR OCT: socket or plug). A sensor that shows
what cannot be is a fault of its own, with a current that heats next to nothing.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass, replace

from evse.core import timing
from evse.core.faults import Fault
from evse.core.limits import Limit, Source
from evse.core.pilot import MINIMUM_A
from evse.core.signals import Reading

PLAUSIBLE_C = (-35.0, 125.0)
"""What the inside of a wallbox can be; a broken or shorted sensor reads −40 °C, or far above."""

RECOVER_K = 5.0
"""The temperature must fall so far below threshold 1 before current is given back."""

SENSOR_LOST_A = MINIMUM_A
"""The current without a temperature: 6 A heat a wallbox of 32 A by a thirtieth of its rating."""


@dataclass(frozen=True, slots=True)
class ThermalSettings:
    """`reduce_at_c`, `stop_at_c`: thresholds 1 and 2. `step_percent`: by which share the current
    falls in each step. `calibration_k` is added to what the sensors say. `relay_sensor`,
    `plug_sensor`: they are fitted. ValueError unless threshold 1 is below threshold 2.
    """

    relay_sensor: bool = False
    plug_sensor: bool = False
    reduce_at_c: float = 70.0
    stop_at_c: float = 90.0
    step_percent: float = 10.0
    calibration_k: float = 0.0

    def __post_init__(self) -> None:
        if not self.reduce_at_c < self.stop_at_c:
            raise ValueError(
                f"temperature thresholds: came {self.reduce_at_c} and {self.stop_at_c} °C, "
                "allowed: the first below the second"
            )


@dataclass(frozen=True, slots=True)
class ThermalState:
    """`limit_a`: what the heat allows, infinity when it is cool; `stepped_at_s`: since when.

    `present`: the faults of the last sensible reading.
    """

    limit_a: float = math.inf
    stepped_at_s: float = -math.inf
    present: frozenset[Fault] = frozenset()


def on_reading(
    state: ThermalState,
    reading: Reading,
    raised: frozenset[Fault],
    offered_a: float,
    settings: ThermalSettings,
    now_s: float,
) -> ThermalState:
    """Take a fresh reading. `raised`: the faults in force; `offered_a`: what is signalled now."""
    sensors = (
        (Fault.OVER_TEMPERATURE, settings.relay_sensor, reading.temperature_c),
        (Fault.PLUG_TEMPERATURE, settings.plug_sensor, reading.plug_temperature_c),
    )
    present: set[Fault] = set()
    hottest_c, all_seen = -math.inf, True
    for fault, fitted, raw_c in sensors:
        if not fitted:
            continue
        if raw_c is None or not PLAUSIBLE_C[0] <= raw_c <= PLAUSIBLE_C[1]:
            all_seen = False  # so nothing can be seen to be cool again
            present |= {Fault.TEMPERATURE_SENSOR} | ({fault} & raised)
            continue
        celsius = raw_c + settings.calibration_k
        hottest_c = max(hottest_c, celsius)
        if celsius >= (settings.reduce_at_c if fault in raised else settings.stop_at_c):
            present.add(fault)
    seen = state if state.present == present else replace(state, present=frozenset(present))
    return _step(seen, hottest_c, all_seen, offered_a, settings, now_s)


def limits(state: ThermalState, raised: Collection[Fault], now_s: float) -> tuple[Limit, ...]:
    """Return what the heat allows; nothing while it is cool. `raised`: the faults in force."""
    found = []
    if Fault.TEMPERATURE_SENSOR in raised:
        found.append(Limit(Source.TEMPERATURE, SENSOR_LOST_A, now_s))
    if math.isfinite(state.limit_a):
        found.append(Limit(Source.TEMPERATURE, state.limit_a, state.stepped_at_s))
    return tuple(found)


def _step(
    state: ThermalState,
    hottest_c: float,
    all_seen: bool,
    offered_a: float,
    settings: ThermalSettings,
    now_s: float,
) -> ThermalState:
    """One step down while it is hot, one up while it is cool; the heat needs time to follow."""
    if now_s - state.stepped_at_s < timing.THERMAL_STEP_S:
        return state
    share = 1.0 - settings.step_percent / 100.0
    if hottest_c >= settings.reduce_at_c and offered_a > 0:
        lower_a = max(MINIMUM_A, min(state.limit_a, offered_a) * share)
        return replace(state, limit_a=lower_a, stepped_at_s=now_s)
    cool = all_seen and hottest_c < settings.reduce_at_c - RECOVER_K
    if cool and math.isfinite(state.limit_a):
        higher_a = state.limit_a / share
        # Where it does not limit any more there is no limit.
        binding = offered_a <= 0 or state.limit_a <= offered_a
        return replace(state, limit_a=higher_a if binding else math.inf, stepped_at_s=now_s)
    return state
