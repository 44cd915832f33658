"""The invariants of the controller (docs/invariants.md), and histories for them to watch.

A history is a list of spells: for some turns of some length car, board and session stay as they
are. Every invariant watches every turn of the same histories.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pytest

from evse.core import timing, wakeup
from evse.core.controller import acknowledge, all_limits
from evse.core.faults import Clears, Fault
from evse.core.limits import Limit, Source
from evse.core.pilot import DIODE_LOW_V, PilotLevel, duty_percent
from evse.core.signals import Command
from evse.core.state import ControllerSettings, ControllerState
from tests.firmware.core.bench import Bench, standing

BOUND_OF_A_LEASE_S = 10.0
EPSILON_S = 1e-9


@dataclass(frozen=True)
class Spell:
    """What holds for `seconds`, in turns of `turn_ms`."""

    car: PilotLevel = PilotLevel.C
    seconds: float = 1.0
    turn_ms: int = 20
    permitted: bool = True
    amps: float = 16.0
    lease_s: float | None = None
    fallback_a: float = 6.0
    diode: bool = True
    mirror: bool | None = None
    silent: bool = False
    faults: frozenset[Fault] = frozenset()
    temperature_c: float | None = 25.0
    voltage_v: float = 230.0
    drawn: float = 0.98
    leaks: bool = False
    proximity_ohm: float = 680.0
    lock_holds: bool = True
    unlock: bool = False


History = tuple[ControllerSettings, Iterable[Spell]]


@dataclass
class Turn:
    """One turn as a watcher sees it."""

    bench: Bench
    before: ControllerState
    command: Command
    out_of_charging_since_s: float | None
    opened_at_s: float | None
    offer_ended_at_s: float | None
    pulses: int
    state: ControllerState = field(init=False)

    def __post_init__(self) -> None:
        self.state = self.bench.state

    @property
    def closing(self) -> bool:
        return self.command.close_contactor and not self.before.contactor


def wants_energy(bench: Bench, level: PilotLevel) -> bool:
    return level is PilotLevel.C or (level is PilotLevel.D and bench.settings.ventilation_allowed)


def arrange(bench: Bench, spell: Spell) -> None:
    bench.car, bench.diode, bench.turn_ms = spell.car, spell.diode, spell.turn_ms
    bench.mirror, bench.silent, bench.board_faults = spell.mirror, spell.silent, spell.faults
    bench.permitted, bench.leaks, bench.drawn = spell.permitted, spell.leaks, spell.drawn
    bench.temperature_c = bench.plug_temperature_c = spell.temperature_c
    bench.voltage_v = (spell.voltage_v,) * 3
    bench.unlock = spell.unlock
    if not bench.settings.captive_cable:
        bench.proximity_ohm = spell.proximity_ohm
    expires_at_s = None if spell.lease_s is None else bench.now_s + spell.lease_s
    lease = Limit(Source.CENTRAL, spell.amps, bench.now_s, expires_at_s, spell.fallback_a)
    bench.limits = (standing(40.0), lease)


def turns(history: History) -> Iterator[Turn]:
    """Play a history and give each turn."""
    settings, spells = history
    bench = Bench(settings=settings, meters=True)
    out_since_s = opened_at_s = offer_ended_at_s = None
    pulses = 0
    for spell in (Spell(car=PilotLevel.A, seconds=3.0), *spells):  # the self-test comes first
        arrange(bench, spell)
        for _ in range(max(1, round(spell.seconds * 1000 / spell.turn_ms))):
            before = bench.state
            if settings.socket_lock:
                bench.lock_closed = before.lock and spell.lock_holds
            command = bench.turn()
            if not bench.silent:
                out = not wants_energy(bench, bench.car)
                out_since_s = (out_since_s or bench.now_s) if out else None
            if before.contactor and not command.close_contactor:
                opened_at_s = bench.now_s
            if before.offered_a > 0 and bench.state.offered_a == 0:
                offer_ended_at_s = bench.now_s
            in_f = bench.state.wake_up.stage is wakeup.Stage.STATE_F
            began = in_f and before.wake_up.stage is not wakeup.Stage.STATE_F
            pulses = pulses + began if bench.state.offered_a > 0 else 0
            yield Turn(bench, before, command, out_since_s, opened_at_s, offer_ended_at_s, pulses)


def i1_closed_only_in_order(turn: Turn) -> None:
    if not turn.command.close_contactor:
        return
    assert wants_energy(turn.bench, turn.state.level)
    assert not turn.state.stopped
    offered = turn.state.offered_a > 0 and turn.bench.permitted
    released_s = turn.bench.now_s - (turn.offer_ended_at_s or 0.0)
    assert offered or released_s < timing.EV_RELEASE_S


def i1_closing_only_with_everything(turn: Turn) -> None:
    if not turn.closing:
        return
    reading = turn.bench.reading
    assert turn.bench.permitted
    assert not turn.state.forbidden
    assert turn.state.offered_a >= 6.0
    assert turn.bench.now_s - reading.at_s <= timing.READING_MAX_AGE_S
    if turn.bench.settings.socket_lock:
        assert reading.lock_closed
    if not turn.bench.settings.switches_itself:
        assert reading.pilot_low_v <= DIODE_LOW_V
        assert not reading.contactor_closed


def i2_offered_within_every_limit(turn: Turn) -> None:
    now_s = turn.bench.now_s
    for limit in all_limits(turn.state, turn.bench.limits, now_s):
        assert turn.state.offered_a <= limit.amps_at(now_s)
    settings = turn.bench.settings
    if not settings.captive_cable and not settings.switches_itself:
        assert turn.state.offered_a <= (turn.state.cable_a or 0.0)


def i3_expired_leases_hold_their_fallback(turn: Turn) -> None:
    for limit in turn.bench.limits:
        if limit.expires_at_s is not None and turn.bench.now_s >= limit.expires_at_s:
            assert turn.state.offered_a <= limit.fallback_a


def i4_open_in_time(turn: Turn) -> None:
    since_s = turn.out_of_charging_since_s
    if since_s is None:
        return
    if turn.bench.now_s - since_s >= timing.LEAVE_CHARGING_HOLD_S + EPSILON_S:
        assert not turn.command.close_contactor


def i5_latched_stays(turn: Turn) -> None:
    assert turn.before.latched <= turn.state.latched
    for fault in turn.state.latched - turn.before.latched:
        for authority in (Clears.ITSELF, Clears.UNPLUG):
            with pytest.raises(PermissionError):
                acknowledge(turn.state, fault, authority, turn.bench.now_s)


def i6_nothing_or_at_least_6_a(turn: Turn) -> None:
    offered_a = turn.state.offered_a
    assert offered_a == 0.0 or 6.0 <= offered_a <= 80.0
    if turn.state.wake_up.pulsing:
        assert turn.command.duty_percent in {0.0, 100.0}
    else:
        expected = duty_percent(offered_a) if offered_a else 100.0
        assert turn.command.duty_percent == expected


def i8_bounded_lease(turn: Turn) -> None:
    assert 0.0 < turn.command.lease_s <= BOUND_OF_A_LEASE_S


def i10_restart_wait(turn: Turn) -> None:
    itself = turn.bench.settings.switches_itself
    again = turn.state.offered_a > 0 and turn.before.offered_a == 0 if itself else turn.closing
    if again and turn.opened_at_s is not None:
        assert turn.bench.now_s - turn.opened_at_s >= timing.RESTART_WAIT_S - EPSILON_S


def i11_stop_takes_the_offer_at_once(turn: Turn) -> None:
    if not turn.bench.permitted or turn.state.forbidden:
        assert turn.command.duty_percent == 100.0


def i12_no_offer_without_a_passed_self_test(turn: Turn) -> None:
    if turn.state.offered_a > 0 and turn.bench.settings.residual_test:
        assert turn.state.residual.passed
    assert not (turn.command.test_residual and turn.command.close_contactor)


def i13_a_live_plug_is_held(turn: Turn) -> None:
    live = turn.command.close_contactor or turn.bench.reading.contactor_closed
    if turn.bench.settings.socket_lock and live:
        assert turn.command.lock


def i14_a_car_is_woken_without_current_and_at_most_twice(turn: Turn) -> None:
    if turn.state.wake_up.pulsing:
        assert not turn.command.close_contactor
        assert turn.bench.settings.wake_up
    assert turn.pulses <= wakeup.PULSES


INVARIANTS = (
    i1_closed_only_in_order,
    i1_closing_only_with_everything,
    i2_offered_within_every_limit,
    i3_expired_leases_hold_their_fallback,
    i4_open_in_time,
    i5_latched_stays,
    i6_nothing_or_at_least_6_a,
    i8_bounded_lease,
    i10_restart_wait,
    i11_stop_takes_the_offer_at_once,
    i12_no_offer_without_a_passed_self_test,
    i13_a_live_plug_is_held,
    i14_a_car_is_woken_without_current_and_at_most_twice,
)


@dataclass
class Reached:
    """What histories got to: without it an invariant has watched nothing."""

    turns: int = 0
    closing_again: int = 0
    hot_openings: int = 0
    derated: int = 0
    pulses: int = 0
    failed_tests: int = 0
    overloads: int = 0
    heat: int = 0
    latched: set[Fault] = field(default_factory=set)
    raised: set[Fault] = field(default_factory=set)

    def note(self, turn: Turn) -> None:
        self.turns += 1
        self.closing_again += turn.closing and turn.opened_at_s is not None
        self.hot_openings += turn.state.hot_openings > turn.before.hot_openings
        self.derated += turn.command.close_contactor and turn.state.offered_a == 6.0
        self.pulses += turn.state.wake_up.pulsing and not turn.before.wake_up.pulsing
        self.overloads += turn.state.overload.limit_a is not None
        self.heat += not math.isinf(turn.state.thermal.limit_a)
        if turn.state.ledger.raised is not turn.before.ledger.raised:
            self.raised.update(turn.state.faults)
            self.latched.update(turn.state.latched)


def watch(history: History, reached: Reached) -> None:
    """Play a history under the eyes of every invariant."""
    for turn in turns(history):
        for invariant in INVARIANTS:
            invariant(turn)
        reached.note(turn)
