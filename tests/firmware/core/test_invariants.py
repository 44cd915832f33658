"""The invariants of the controller on generated histories (docs/invariants.md).

A history is a list of spells: for some turns of some length car, board and session stay as they
are. Every invariant watches every turn of the same histories.
"""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.core import timing
from evse.core.controller import acknowledge
from evse.core.faults import LATCHED, Clears, Fault
from evse.core.limits import Limit, Source
from evse.core.pilot import DIODE_LOW_V, PilotLevel, duty_percent
from evse.core.signals import Command
from evse.core.state import ControllerSettings, ControllerState
from tests.firmware.core.bench import DETERMINISTIC, Bench, standing

BOUND_OF_A_LEASE_S = 10.0


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


def mostly(usual, *others):
    """Draw `usual` in most cases, so that histories get as far as charging."""
    return st.sampled_from((usual,) * 6 + others)


SPELL = {
    "car": st.sampled_from([*(PilotLevel.C,) * 5, PilotLevel.B, *PilotLevel]),
    "permitted": mostly(True, False),
    "amps": mostly(16.0, 0.0, 5.9, 6.0, 52.0, 100.0),
    "lease_s": mostly(None, 0.01, 1.0, 5.0),
    "fallback_a": st.sampled_from([0.0, 6.0, 10.0, 32.0]),
    "diode": mostly(True, False),
    "mirror": mostly(None, None, None, True, False),
    "silent": mostly(False, False, True),
    "faults": mostly(frozenset(), *(frozenset({fault}) for fault in sorted(Fault))),
}
SPELLS = st.one_of(
    st.builds(
        Spell,
        seconds=st.sampled_from([0.05, 0.1, 0.7, 2.0]),
        turn_ms=st.sampled_from([7, 20, 33, 50, 100]),
        **SPELL,
    ),
    st.builds(Spell, seconds=st.sampled_from([6.5, 32.0]), turn_ms=st.just(100), **SPELL),
)
HISTORIES = st.tuples(
    st.builds(
        ControllerSettings,
        captive_cable=st.booleans(),
        ventilation_allowed=st.booleans(),
    ),
    st.lists(SPELLS, min_size=4, max_size=9),
)


@dataclass
class Turn:
    """One turn as a watcher sees it."""

    bench: Bench
    before: ControllerState
    command: Command
    out_of_charging_since_s: float | None
    opened_at_s: float | None
    offer_ended_at_s: float | None
    latched_before: frozenset[Fault]
    state: ControllerState = field(init=False)

    def __post_init__(self) -> None:
        self.state = self.bench.state

    @property
    def closing(self) -> bool:
        return self.command.close_contactor and not self.before.contactor


def wants_energy(bench: Bench, level: PilotLevel) -> bool:
    return level is PilotLevel.C or (level is PilotLevel.D and bench.settings.ventilation_allowed)


def turns(history):
    """Play a history and give each turn."""
    settings, spells = history
    bench = Bench(settings=settings, proximity_ohm=None if settings.captive_cable else 680.0)
    out_since_s = opened_at_s = offer_ended_at_s = None
    for spell in (Spell(), *spells):  # a second in C first, so that charging is the usual case
        bench.car, bench.diode, bench.turn_ms = spell.car, spell.diode, spell.turn_ms
        bench.mirror, bench.silent, bench.board_faults = spell.mirror, spell.silent, spell.faults
        bench.permitted = spell.permitted
        expires_at_s = None if spell.lease_s is None else bench.now_s + spell.lease_s
        lease = Limit(Source.CENTRAL, spell.amps, bench.now_s, expires_at_s, spell.fallback_a)
        bench.limits = (standing(40.0), lease)
        for _ in range(max(1, round(spell.seconds * 1000 / spell.turn_ms))):
            before = bench.state
            command = bench.turn()
            if not bench.silent:
                out = not wants_energy(bench, bench.car)
                out_since_s = (out_since_s or bench.now_s) if out else None
            if before.contactor and not command.close_contactor:
                opened_at_s = bench.now_s
            if before.offered_a > 0 and bench.state.offered_a == 0:
                offer_ended_at_s = bench.now_s
            yield Turn(
                bench,
                before,
                command,
                out_since_s,
                opened_at_s,
                offer_ended_at_s,
                before.latched,
            )


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
    assert turn.state.offered_a >= 6.0
    assert reading.pilot_low_v <= DIODE_LOW_V
    assert not reading.contactor_closed
    assert turn.bench.now_s - reading.at_s <= timing.READING_MAX_AGE_S


def i2_offered_within_every_limit(turn: Turn) -> None:
    for limit in turn.bench.limits:
        assert turn.state.offered_a <= limit.amps_at(turn.bench.now_s)
    if not turn.bench.settings.captive_cable:
        assert turn.state.offered_a <= (turn.state.cable_a or 0.0)


def i3_expired_leases_hold_their_fallback(turn: Turn) -> None:
    for limit in turn.bench.limits:
        if limit.expires_at_s is not None and turn.bench.now_s >= limit.expires_at_s:
            assert turn.state.offered_a <= limit.fallback_a


def i4_open_in_time(turn: Turn) -> None:
    since_s = turn.out_of_charging_since_s
    if since_s is not None and turn.bench.now_s - since_s >= timing.LEAVE_CHARGING_HOLD_S + 1e-9:
        assert not turn.command.close_contactor


def i5_latched_stays(turn: Turn) -> None:
    assert turn.latched_before <= turn.state.latched
    for fault in turn.state.latched:
        for authority in (Clears.ITSELF, Clears.UNPLUG):
            with pytest.raises(PermissionError):
                acknowledge(turn.state, fault, authority, turn.bench.now_s)


def i6_nothing_or_at_least_6_a(turn: Turn) -> None:
    offered_a = turn.state.offered_a
    assert offered_a == 0.0 or 6.0 <= offered_a <= 80.0
    expected = duty_percent(offered_a) if offered_a else 100.0
    assert turn.command.duty_percent == expected


def i8_bounded_lease(turn: Turn) -> None:
    assert 0.0 < turn.command.lease_s <= BOUND_OF_A_LEASE_S


def i10_restart_wait(turn: Turn) -> None:
    if turn.closing and turn.opened_at_s is not None:
        assert turn.bench.now_s - turn.opened_at_s >= timing.RESTART_WAIT_S - 1e-9


def i11_stop_takes_the_offer_at_once(turn: Turn) -> None:
    if not turn.bench.permitted or turn.state.stopped:
        assert turn.command.duty_percent == 100.0


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
)


def test_invariants_hold_in_every_turn():
    latched = set()
    reached = {"closing again": False, "hot opening": False, "derated": False}

    @DETERMINISTIC
    @given(HISTORIES)
    def explore(history):
        for turn in turns(history):
            for invariant in INVARIANTS:
                invariant(turn)
            latched.update(turn.state.latched)
            reached["closing again"] |= turn.closing and turn.opened_at_s is not None
            reached["hot opening"] |= turn.state.hot_openings > 0
            reached["derated"] |= turn.command.close_contactor and turn.state.offered_a == 6.0

    explore()
    assert all(reached.values()), f"the histories never got to: {reached}"
    assert latched == LATCHED
