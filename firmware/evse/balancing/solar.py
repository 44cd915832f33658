"""Charging from the roof, for a wallbox that no Home Assistant guides.

What the house does not need of the roof's power goes to the car. Between 0 and the least current
(6 A) there is nothing, so the edge is decided by money: 6 A are offered while they gain more than
they cost (`solar_prices`), and above them the offer follows what is over. Starting, stopping and
another number of phases wait until the sun has spoken for it for a while, on
balance: each second counts for or against it. The rule gives a limit and no more; whatever else
limits the car holds at once, whatever this one waits for.
"""

import math
from dataclasses import dataclass, field, replace
from enum import StrEnum

from evse.balancing.house import HouseSample
from evse.balancing.power import CHARGING_A, Used, drawn_from, loads_w, volts
from evse.balancing.setting_checks import check_amount, check_used
from evse.balancing.solar_prices import Prices, better_by, break_even_share, lower_step_share
from evse.core.limits import Limit, Source

SILENCE_S = 60.0
"""Without a sample for so long nobody knows of any sun. Longer than load balancing's 10 s: nothing
is at risk but a few cents, and a stop for a short gap would cost more."""

FOLLOW_S = 2.0
"""A car needs so long to follow; so far a steady rise or fall of the surplus is continued."""

TREND_SAMPLES = 4
"""A trend is what all steps between so many samples share: clouds move, appliances jump."""

STEP_W = 60.0
"""A rise by less is not worth a change of the offer: 0.3 A on one phase."""

SETTLED_S = 6.0
"""The offer must have been the same for so long before something is learned about the car."""

UNUSED_MOST_A = 1.0
"""What a car leaves of its offer (it draws about 0.98 of it) is offered on top, at most this."""

_UNUSED_SHARE = 0.2
"""How much of a new observation is believed."""

FULL_WEIGHT = 0.1
"""A surplus that is beyond the break-even by this share of the least power counts fully."""

_PAUSED_SHARE = 0.3
"""Of the time that speaks for another number of phases: in a pause no charge is lost by it."""


class Mode(StrEnum):
    """What the user wants."""

    OFF = "off"
    """No charging."""
    SOLAR = "solar"
    """Only from the roof."""
    MINIMUM_SOLAR = "minimum_solar"
    """At least the least current, more from the roof."""
    FAST = "fast"
    """As fast as everything else allows: no solar rule."""


@dataclass(frozen=True, slots=True)
class SolarSettings:
    """`phases_used`: those connected now. `maximum_a`: the most that the wallbox offers.

    A board that can switch (`switches_phases`) makes `phases_used` what `wanted_phases` says, after
    it has stopped. `enable_s`, `disable_s`, `phase_s`: how long the sun must have spoken for a
    start, a stop, another number of phases. `run_s`, `pause_s`: the shortest run and pause.
    `switch_wait_s`: from the stop to the start on other phases. ValueError when no phase is used,
    or a number is negative or not finite.
    """

    mode: Mode = Mode.FAST
    prices: Prices = field(default_factory=Prices)
    phases_used: Used = (True, True, True)
    switches_phases: bool = False
    minimum_a: float = 6.0
    maximum_a: float = 32.0
    enable_s: float = 10.0
    disable_s: float = 60.0
    phase_s: float = 300.0
    run_s: float = 60.0
    pause_s: float = 30.0
    switch_wait_s: float = 60.0

    def __post_init__(self) -> None:
        check_used("phases_used", self.phases_used)
        for name in (
            *("minimum_a", "maximum_a", "enable_s", "disable_s", "phase_s"),
            *("run_s", "pause_s", "switch_wait_s"),
        ):
            check_amount(name, getattr(self, name))

    @property
    def connected(self) -> int:
        """How many phases are connected."""
        return sum(self.phases_used)


@dataclass(frozen=True, slots=True)
class SolarState:
    """What the rule remembers.

    `limit_a`: the offer since `offered_since_s`, 0 is a pause. `last_at_s`: the last valid sample.
    `recent`: the surplus of the last samples without the cars, as (s, W). `favour`: how much the
    last one spoke for the other of charging and pausing, −1 … 1; `favour_s`: for how long it has,
    on balance. `turned_at_s`: the last start or stop. `connected`: the phases then; `car_phases`:
    on how many of them the car draws, 0 while unknown; `most_phases`: and on three of them.
    `wanted`: on how many it should charge, `phase_favour_s`: for how long another number has been
    better. `free_at_s`: no start before, as phases were switched. `unused_a`: what the car leaves
    of its offer.
    """

    limit_a: float = 0.0
    offered_since_s: float = -math.inf
    last_at_s: float | None = None
    recent: tuple[tuple[float, float], ...] = ()
    favour: float = 0.0
    favour_s: float = 0.0
    turned_at_s: float = -math.inf
    connected: int = 0
    car_phases: int = 0
    most_phases: int = 0
    wanted: int = 0
    phase_favour_s: float = 0.0
    free_at_s: float = -math.inf
    unused_a: float = 0.0

    @classmethod
    def initial(cls) -> "SolarState":
        """Return the state before the first sample, and for another car."""
        return cls()

    @property
    def surplus_w(self) -> float:
        """What the roof had over at the last sample, W; negative: the house imports."""
        return self.recent[-1][1] if self.recent else 0.0

    @property
    def charging(self) -> bool:
        """Whether anything is offered."""
        return self.limit_a > 0


def on_sample(
    state: SolarState, sample: HouseSample, settings: SolarSettings, now_s: float
) -> SolarState:
    """Decide on one sample. An unreadable, repeated, future or too old one counts as silence."""
    surplus_w = -loads_w(sample, settings.phases_used)
    newer = state.last_at_s is None or sample.at_s > state.last_at_s
    if not (math.isfinite(surplus_w) and newer and 0 <= now_s - sample.at_s < SILENCE_S):
        return state
    if state.last_at_s is not None and sample.at_s - state.last_at_s >= SILENCE_S:
        state = _after_silence(state, sample.at_s)
    recent = (*state.recent, (sample.at_s, surplus_w))[-TREND_SAMPLES:]
    state = replace(state, last_at_s=sample.at_s, recent=recent)
    state = _learned(_connected(state, settings), sample, settings)
    state = _phases_chosen(state, sample, settings)
    state = _started_or_stopped(state, sample, settings)
    return _followed(state, sample, settings)


def limit(state: SolarState, settings: SolarSettings, now_s: float) -> Limit | None:
    """Return the limit of the cars together, None in mode FAST.

    A lease of SILENCE_S: without a meter SOLAR pauses, MINIMUM_SOLAR goes on with the minimum.
    """
    if settings.mode is Mode.FAST:
        return None
    without_a = settings.minimum_a if settings.mode is Mode.MINIMUM_SOLAR else 0.0
    last_at_s = state.last_at_s
    if settings.mode is Mode.OFF or last_at_s is None or now_s >= last_at_s + SILENCE_S:
        return Limit(Source.SOLAR, without_a, now_s, fallback_a=without_a)
    return Limit(Source.SOLAR, state.limit_a, last_at_s, last_at_s + SILENCE_S, without_a)


def wanted_phases(state: SolarState, settings: SolarSettings) -> int:
    """On how many phases to charge: another number than is connected asks the board to switch.

    Until it has, nothing is offered. A board that cannot switch is never asked.
    """
    return state.wanted if settings.switches_phases and state.wanted else settings.connected


def changes_at_s(state: SolarState, settings: SolarSettings) -> float | None:
    """When it starts (while it pauses) or stops at the earliest, if the sun stays as it is.

    None when it will not then, and in the modes that never do.
    """
    if settings.mode is not Mode.SOLAR or state.last_at_s is None:
        return None
    if not state.charging and state.wanted != state.connected:
        return max(state.free_at_s, state.turned_at_s + settings.pause_s)
    if state.favour <= 0:
        return None
    needed_s, least_s = _waits(state, settings)
    spoken_at_s = state.last_at_s + max(0.0, needed_s - state.favour_s) / state.favour
    free_at_s = -math.inf if state.charging else state.free_at_s
    return max(spoken_at_s, state.turned_at_s + least_s, free_at_s)


def _after_silence(state: SolarState, at_s: float) -> SolarState:
    """The lease has ended meanwhile, and nobody knows what the sun did."""
    turned_at_s = at_s if state.charging else state.turned_at_s
    return replace(
        state,
        limit_a=0.0,
        offered_since_s=at_s,
        recent=(),
        favour_s=0.0,
        turned_at_s=turned_at_s,
        phase_favour_s=0.0,
    )


def _connected(state: SolarState, settings: SolarSettings) -> SolarState:
    """Take notice of the phases that are connected now."""
    connected = settings.connected
    if state.connected == connected:
        return state
    return replace(
        state, connected=connected, wanted=connected, car_phases=0, favour_s=0.0, phase_favour_s=0.0
    )


def _learned(state: SolarState, sample: HouseSample, settings: SolarSettings) -> SolarState:
    """Learn on how many phases the car draws and what it leaves of a settled offer."""
    settled = sample.at_s - state.offered_since_s >= SETTLED_S
    drawn = drawn_from(sample.car_a, settings.phases_used)
    amps = [amps for amps, uses in zip(sample.car_a, drawn, strict=True) if uses]
    if not (state.charging and settled and min(amps) >= CHARGING_A):
        return state
    phases = len(amps)
    most = phases if state.connected > 1 else state.most_phases
    left_a = state.limit_a - max(amps)
    if not 0 <= left_a <= 2 * UNUSED_MOST_A:  # something else limits it
        left_a = state.unused_a
    unused_a = state.unused_a + _UNUSED_SHARE * (min(left_a, UNUSED_MOST_A) - state.unused_a)
    return replace(state, car_phases=phases, most_phases=most, unused_a=unused_a)


def _phases_chosen(state: SolarState, sample: HouseSample, settings: SolarSettings) -> SolarState:
    """Want another number of phases when it has been better for long enough; stop for it."""
    if not settings.switches_phases or state.wanted != state.connected:
        return state
    other = 1 if state.connected > 1 else 3
    apart_s = _apart_s(state)
    favour = better_by(
        state.surplus_w,
        _range_w(_phases(state), sample, settings),
        _range_w(min(other, state.most_phases or other), sample, settings),
        settings.prices,
    )
    favour_s = max(0.0, state.phase_favour_s + favour * apart_s)
    needed_s = settings.phase_s * (1.0 if state.charging else _PAUSED_SHARE)
    run_out = not state.charging or sample.at_s >= state.turned_at_s + settings.run_s
    if favour_s < needed_s or not run_out:
        return replace(state, phase_favour_s=favour_s)
    state = _turned(state, sample.at_s) if state.charging else state
    return replace(state, wanted=other, free_at_s=state.turned_at_s + settings.switch_wait_s)


def _started_or_stopped(
    state: SolarState, sample: HouseSample, settings: SolarSettings
) -> SolarState:
    """Start or stop when the sun has spoken for it for long enough."""
    at_s = sample.at_s
    if settings.mode is Mode.MINIMUM_SOLAR:
        may = state.wanted == state.connected and at_s >= state.free_at_s
        return state if state.charging or not may else _started(state, sample, settings)
    least_w = _range_w(_phases(state), sample, settings)[0]
    beyond_w = state.surplus_w - break_even_share(settings.prices) * least_w
    favour = max(-1.0, min(1.0, beyond_w / (FULL_WEIGHT * least_w))) if least_w else 1.0
    favour = -favour if state.charging else favour
    favour_s = max(0.0, state.favour_s + favour * _apart_s(state))
    state = replace(state, favour=favour, favour_s=favour_s)
    needed_s, least_s = _waits(state, settings)
    if favour_s < needed_s or at_s < state.turned_at_s + least_s:
        return state
    if state.charging:
        return _turned(state, at_s)
    if state.wanted != state.connected or at_s < state.free_at_s:
        return state
    return _started(state, sample, settings)


def _followed(state: SolarState, sample: HouseSample, settings: SolarSettings) -> SolarState:
    """Offer what will be over when the car has followed; at least the minimum while it charges."""
    if not state.charging:
        return state
    volts_of_all = _volts(sample, settings) * _phases(state)
    over_a = (state.surplus_w + _trend_w_s(state) * FOLLOW_S) / volts_of_all
    offer_a = over_a + state.unused_a if over_a > settings.minimum_a else settings.minimum_a
    offer_a = max(settings.minimum_a, min(settings.maximum_a, offer_a))
    more_w = (offer_a - state.limit_a) * volts_of_all
    edge = offer_a in {settings.minimum_a, settings.maximum_a} and offer_a != state.limit_a
    lower_w = -STEP_W * lower_step_share(settings.prices)
    if not edge and lower_w < more_w < STEP_W:
        return state
    return replace(state, limit_a=offer_a, offered_since_s=sample.at_s)


def _started(state: SolarState, sample: HouseSample, settings: SolarSettings) -> SolarState:
    return replace(_turned(state, sample.at_s), limit_a=settings.minimum_a)


def _turned(state: SolarState, at_s: float) -> SolarState:
    return replace(
        state,
        limit_a=0.0,
        offered_since_s=at_s,
        favour=0.0,
        favour_s=0.0,
        turned_at_s=at_s,
        phase_favour_s=0.0,
    )


def _waits(state: SolarState, settings: SolarSettings) -> tuple[float, float]:
    """How long the sun must have spoken for the next start or stop, and since the last one, s."""
    if state.charging:
        return settings.disable_s, settings.run_s
    return settings.enable_s, settings.pause_s


def _phases(state: SolarState) -> int:
    return state.car_phases or state.connected


def _range_w(phases: int, sample: HouseSample, settings: SolarSettings) -> tuple[float, float]:
    """What a car can draw on so many phases, W."""
    all_v = _volts(sample, settings) * phases
    return (settings.minimum_a * all_v, settings.maximum_a * all_v)


def _volts(sample: HouseSample, settings: SolarSettings) -> float:
    """The mean voltage of the connected phases."""
    used = [v for v, uses in zip(volts(sample), settings.phases_used, strict=True) if uses]
    return sum(used) / len(used)


def _apart_s(state: SolarState) -> float:
    """The time for which the last sample counts: since the one before."""
    return state.recent[-1][0] - state.recent[-2][0] if len(state.recent) > 1 else 0.0


def _trend_w_s(state: SolarState) -> float:
    """What all the last steps of the surplus have in common, W/s; 0 when they disagree."""
    if len(state.recent) < TREND_SAMPLES:
        return 0.0
    pairs = zip(state.recent, state.recent[1:], strict=False)
    slopes = [(after - before) / (to_s - from_s) for (from_s, before), (to_s, after) in pairs]
    return max(0.0, min(slopes)) + min(0.0, max(slopes))
