"""A car at the end of the cable: how it hears the pilot, draws current and fills up. Pure.

The car that regulators are measured with: it follows the pilot after 2 s, rises by 2 A/s, falls
by 12 A/s and draws 0.98 of what it is offered. Electrical side: SAE J1772 (R2 = 2740 Ω,
R3 = 1300 Ω, 270 Ω with ventilation, a diode, 1 kΩ in the charger); IEC 61851-1 annex B for the
proximity resistors.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from evse.core.pilot import offered_a
from evse.meters.reading import Phases

STOP_REACTION_S = 0.5
"""From the end of the PWM to the first fall of the current, s: cars stop faster than they rise."""

STOP_RELEASE_S = 2.5
"""From the end of the PWM to S2 open, s. IEC 61851-1 table A.6 sequence 10.1 allows 3 s."""

SOURCE_OHM = 1000.0
SUPPLY_V = 12.0
DIODE_V = 0.7
READY_OHM = {"B": 2740.0, "C": 882.0, "D": 246.0}
"""What the car puts between pilot and earth: R2; R2 with R3 or with 270 Ω in parallel."""

CABLE_OHM = {13: 1500.0, 20: 680.0, 32: 220.0, 63: 100.0}
"""Proximity resistor by the cable's ampacity, A (IEC 61851-1 table B.2)."""


@dataclass(frozen=True, slots=True)
class Car:
    """What a car is. Currents per phase; `battery_wh` is what it takes until it is full."""

    phases: int = 3
    max_a: float = 16.0
    battery_wh: float = 60_000.0
    wants: bool = True
    reaction_s: float = 2.0
    start_delay_s: float = 2.0
    ramp_up_a_per_s: float = 2.0
    ramp_down_a_per_s: float = 12.0
    share_of_offer: float = 0.98
    obedient: bool = True
    """False: goes on drawing its last current when the PWM ends, and never opens S2."""
    ventilation: bool = False
    """True: asks for state D instead of C."""
    sleeps_after_s: float | None = None
    """Falls asleep when it was offered nothing for so long; None: never."""


class CarMode(StrEnum):
    """What the car is doing, for people."""

    UNPLUGGED = "unplugged"
    IDLE = "idle"  # plugged, wants no energy
    WAITING = "waiting"  # wants energy, S2 open
    CHARGING = "charging"  # S2 closed
    FULL = "full"
    ASLEEP = "asleep"


@dataclass(frozen=True, slots=True)
class CarState:
    """Where a car is. `current_a` is per phase in use. `offers` are the pilot's changes
    `(at_s, offered_a)`, the first of them the one that the car follows; `since_s` is the instant at
    which PWM came or went."""

    plugged: bool = False
    s2_closed: bool = False
    asleep: bool = False
    current_a: float = 0.0
    taken_wh: float = 0.0
    offers: tuple[tuple[float, float], ...] = ()
    since_s: float = 0.0

    @property
    def offered_now_a(self) -> float:
        """What the pilot says at this instant, whether the car follows already or not."""
        return self.offers[-1][1] if self.offers else 0.0


def plugged_in(now_s: float) -> CarState:
    """The state of a car whose plug has just gone in."""
    return CarState(plugged=True, since_s=now_s)


def is_full(car: Car, state: CarState) -> bool:
    """Whether the battery takes no more."""
    return state.taken_wh >= car.battery_wh


def mode(car: Car, state: CarState) -> CarMode:
    """What the car is doing."""
    if not state.plugged:
        return CarMode.UNPLUGGED
    if state.s2_closed:
        return CarMode.CHARGING
    if is_full(car, state):
        return CarMode.FULL
    if state.asleep:
        return CarMode.ASLEEP
    return CarMode.WAITING if car.wants else CarMode.IDLE


def step(
    car: Car,
    state: CarState,
    duty_percent: float,
    supply_v: Phases,
    now_s: float,
    dt_s: float,
) -> CarState:
    """One step of `dt_s` that ends at `now_s`; `supply_v` is 0 V while the contactor is open."""
    if not state.plugged:
        return state
    state = _sleep(car, _hear(car, state, duty_percent, now_s), duty_percent, now_s)
    state = _switch(car, state, now_s)
    flows = state.s2_closed and supply_v[0] > 0
    target_a = _target_a(car, state, now_s)
    state = replace(state, current_a=_ramp(car, state.current_a, target_a, dt_s) if flows else 0.0)
    return replace(state, taken_wh=state.taken_wh + power_w(car, state, supply_v) * dt_s / 3600)


def currents_a(car: Car, state: CarState, supply_v: Phases) -> Phases:
    """What the car draws from each phase, A; nothing from a phase without voltage."""
    amps = [state.current_a if volts > 0 else 0.0 for volts in supply_v]
    return (amps[0], amps[1], amps[2]) if car.phases == 3 else (amps[0], 0.0, 0.0)


def power_w(car: Car, state: CarState, supply_v: Phases) -> float:
    """What the car draws in all, W."""
    pairs = zip(supply_v, currents_a(car, state, supply_v), strict=True)
    return sum(volts * amps for volts, amps in pairs)


def _hear(car: Car, state: CarState, duty_percent: float, now_s: float) -> CarState:
    """Note a change of the pilot; forget those which the car has followed."""
    offer_a = offered_a(duty_percent)
    if offer_a != state.offered_now_a:
        came_or_went = (offer_a > 0) != (state.offered_now_a > 0)
        state = replace(
            state,
            offers=(*state.offers, (now_s, offer_a)),
            since_s=now_s if came_or_went else state.since_s,
        )
    heard = [i for i, (at_s, _) in enumerate(state.offers) if at_s + car.reaction_s <= now_s]
    return replace(state, offers=state.offers[heard[-1] :]) if heard else state


def _sleep(car: Car, state: CarState, duty_percent: float, now_s: float) -> CarState:
    """Fall asleep on steady +12 V; state F (0 %) wakes, as does a new plug."""
    if duty_percent == 0:
        return replace(state, asleep=False)
    bored = (
        car.sleeps_after_s is not None
        and state.offered_now_a == 0
        and now_s - state.since_s >= car.sleeps_after_s
    )
    return replace(state, asleep=state.asleep or bored)


def _switch(car: Car, state: CarState, now_s: float) -> CarState:
    """Close or open S2, the car's "ready"."""
    offered = state.offered_now_a > 0
    for_s = now_s - state.since_s
    ready = car.wants and not is_full(car, state) and not state.asleep
    if state.s2_closed:
        done = not ready and state.current_a == 0
        told = not offered and for_s >= STOP_RELEASE_S
        return replace(state, s2_closed=not (done or (told and car.obedient)))
    return replace(state, s2_closed=ready and offered and for_s >= car.start_delay_s)


def _target_a(car: Car, state: CarState, now_s: float) -> float:
    """The current which the car is heading for."""
    if not (state.s2_closed and car.wants) or is_full(car, state):
        return 0.0
    stopped = state.offered_now_a == 0 and now_s - state.since_s >= STOP_REACTION_S
    if not car.obedient and state.offered_now_a == 0:
        return state.current_a
    followed = bool(state.offers) and state.offers[0][0] + car.reaction_s <= now_s
    if stopped or not followed:
        return 0.0
    return min(car.max_a, state.offers[0][1] * car.share_of_offer)


def _ramp(car: Car, current_a: float, target_a: float, dt_s: float) -> float:
    if target_a > current_a:
        return min(target_a, current_a + car.ramp_up_a_per_s * dt_s)
    return max(target_a, current_a - car.ramp_down_a_per_s * dt_s)


def pilot_ohm(car: Car, state: CarState) -> float | None:
    """The car's resistor at the pilot; None when nothing is plugged."""
    if not state.plugged:
        return None
    if not state.s2_closed:
        return READY_OHM["B"]
    return READY_OHM["D" if car.ventilation else "C"]


def pilot_voltages(
    ohm: float | None, duty_percent: float, *, diode: bool = True
) -> tuple[float, float]:
    """What a front-end measures at the pilot: `(high_v, low_v)`, V; equal while there is no PWM.

    Without its diode the car loads the negative half as well.
    """
    high_v, low_v = SUPPLY_V, -SUPPLY_V
    if ohm is not None:
        divider = ohm / (ohm + SOURCE_OHM)
        high_v = DIODE_V + (SUPPLY_V - DIODE_V) * divider if diode else SUPPLY_V * divider
        low_v = -SUPPLY_V if diode else -SUPPLY_V * divider
    if duty_percent >= 100:
        return (high_v, high_v)
    return (low_v, low_v) if duty_percent <= 0 else (high_v, low_v)
