"""What is kept of the last minutes, and how little memory it takes."""

import math
import random
import tracemalloc
from dataclasses import fields, replace
from typing import Any

import pytest

from evse.blackbox.codec import codec_of, first_difference
from evse.blackbox.ring import KEEP_S, SEGMENT_S, Ring, shared
from evse.core.controller import acknowledge, step
from evse.core.faults import Clears, Fault
from evse.core.limits import Limit, Source
from evse.core.mains import Mains
from evse.core.signals import Reading
from evse.core.state import ControllerSettings, ControllerState, Inputs
from tests.firmware.blackbox.recorder import RecordedBench

MEMORY_BYTES = 8_000_000


def test_nothing_before_the_first_turn() -> None:
    ring = Ring()
    assert ring.segments() == ()
    assert ring.after is None


def test_segments_follow_each_other_and_the_oldest_go() -> None:
    bench = RecordedBench(turn_ms=100)
    bench.run(400.0)
    segments = bench.ring.segments()
    first, last = segments[0].turns[0], segments[-1].turns[-1]
    assert last.now_s == 400.0
    assert KEEP_S <= last.now_s - first.now_s <= KEEP_S + SEGMENT_S
    assert all(segment.continues for segment in segments)
    for segment in segments[:-1]:
        assert len(segment.turns) == SEGMENT_S * 10
    assert bench.ring.after is bench.state
    assert segments[1].state.stepped_at_s == segments[0].turns[-1].now_s


def test_a_turn_is_what_the_step_was_given_and_commanded() -> None:
    bench = RecordedBench()
    bench.charge()
    turn = bench.ring.segments()[-1].turns[-1]
    assert turn.now_s == bench.now_s
    assert turn.inputs == Inputs(bench.reading, bench.permitted, bench.limits)
    assert turn.command == bench.command


def test_a_state_that_somebody_else_set_begins_a_segment() -> None:
    bench = RecordedBench()
    bench.board_faults = frozenset({Fault.RESIDUAL_CURRENT})
    bench.run(1.0)
    bench.board_faults = frozenset()
    bench.run(1.0)
    bench.state = acknowledge(bench.state, Fault.RESIDUAL_CURRENT, Clears.LOCAL, bench.now_s)
    acknowledged = bench.state
    bench.run(1.0)
    segments = bench.ring.segments()
    assert [segment.continues for segment in segments] == [False, False]
    assert segments[1].state is acknowledged


def test_other_settings_begin_a_segment() -> None:
    bench = RecordedBench()
    bench.run(1.0)
    bench.settings = replace(bench.settings, ventilation_allowed=True)
    bench.run(1.0)
    bench.settings = replace(bench.settings)  # equal
    bench.run(1.0)
    segments = bench.ring.segments()
    assert [segment.settings.ventilation_allowed for segment in segments] == [False, True]
    assert [segment.continues for segment in segments] == [False, True]


def exact(value: Any) -> Any:
    return codec_of(type(value)).encode(value, "")


LIMITS = (Limit(Source.BOARD, 32.0), Limit(Source.DLB, 8.5, 1.0, 11.0, 6.0))
READING = Reading(1.5, 6.0, -12.0, faults=frozenset({Fault.DIODE}), note="state 14")


@pytest.mark.parametrize(
    "new",
    [
        Inputs(READING, True, LIMITS),
        Inputs(replace(READING, at_s=2.5), True, LIMITS),
        Inputs(replace(READING, pilot_low_v=math.nan), True, LIMITS),
        Inputs(replace(READING, note="", faults=frozenset()), False, LIMITS),
        Inputs(READING, True, LIMITS[:1]),
        Inputs(READING, True, (LIMITS[0], replace(LIMITS[1], set_at_s=2.0))),
        Inputs(READING, True, (replace(LIMITS[0], amps=32), LIMITS[1])),
        Inputs(READING, True, LIMITS, mains=Mains(1.0, (230.0, 0.0, -0.0))),
    ],
)
def test_sharing_changes_nothing_and_shares_what_is_the_same(new: Inputs) -> None:
    for old in (
        Inputs(replace(READING), True, tuple(map(replace, LIMITS))),
        Inputs(READING, True, LIMITS, mains=Mains(1.0, (230.0, -0.0, 0.0))),
    ):
        made = shared(new, old)
        assert first_difference(exact(made), exact(new)) is None
        for row in fields(new):
            one, other = getattr(made, row.name), getattr(old, row.name)
            same = first_difference(exact(new)[row.name], exact(old)[row.name]) is None
            assert (one is other) is same or one is None, row.name


def test_zero_and_minus_zero_are_not_shared() -> None:
    limit = Limit(Source.DLB, 0.0)
    assert shared(Limit(Source.DLB, 0.0), limit) is limit
    assert math.copysign(1.0, shared(Limit(Source.DLB, -0.0), limit).amps) == -1.0


def fill(ring: Ring, turns: int) -> None:
    """A charge as a wallbox sees it: noisy measurements, some limits new with each turn."""
    noise = random.Random(7)
    settings = ControllerSettings()
    state = ControllerState.initial(0.0)
    standing = (Limit(Source.BOARD, 32.0), Limit(Source.OPERATOR, 32.0))
    dlb, mains = Limit(Source.METER_LOST, 6.0), None
    closed = False
    for number in range(1, turns + 1):
        now_s = number * 0.02 + noise.uniform(0.0, 0.001)
        if number % 50 == 0:
            dlb = Limit(Source.DLB, noise.uniform(8.0, 20.0), now_s, now_s + 10.0, 6.0)
            mains = Mains(now_s, (230.1, 229.8, 231.2), (9.9, 9.8, 9.9))
        central = Limit(Source.CENTRAL, 16.0, now_s - 3.0, now_s + 100.0, 6.0)
        reading = Reading(
            at_s=now_s,
            pilot_high_v=noise.gauss(6.0, 0.03),
            pilot_low_v=noise.gauss(-12.0, 0.03),
            contactor_closed=closed,
            lock_closed=True,
            temperature_c=round(noise.gauss(40.0, 0.1), 1),
            plug_temperature_c=round(noise.gauss(35.0, 0.1), 1),
        )
        limits = (*standing, Limit(Source.INSTALLATION, 32.0), dlb, central)
        inputs = Inputs(reading, True, limits, mains=mains)
        done = step(state, inputs, settings, now_s)
        ring.add(state, inputs, settings, now_s, done)
        state, closed = done.state, done.command.close_contactor
    assert closed


def test_three_minutes_at_fifty_turns_a_second_take_less_than_8_mb() -> None:
    tracemalloc.start()
    try:
        ring = Ring()
        fill(ring, round((KEEP_S + SEGMENT_S) * 50))
        used_bytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sum(len(segment.turns) for segment in ring.segments()) >= KEEP_S * 50
    assert used_bytes < MEMORY_BYTES
