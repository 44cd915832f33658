"""Invariant I7 on generated houses: not above what is left, and not up before it settled."""

import math
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from evse.balancing.dlb import DlbSettings, DlbState, HouseSample, limit, on_sample
from evse.balancing.memory import NOISE_A
from evse.core.limits import Source
from tests.firmware.core.bench import DETERMINISTIC

EXACT_A = 1e-9


@dataclass(frozen=True)
class Spell:
    """The appliances draw `others_a`, sampled `count` times every `every_s`, or garbage."""

    others_a: tuple[float, float, float]
    every_s: float
    count: int
    follows: float  # the part of its limit which the car draws
    valid: bool


PHASE_A = st.floats(-20, 40) | st.sampled_from([0.0, 10.0, 18.0, 19.5, 24.0])
SPELLS = st.builds(
    Spell,
    others_a=st.tuples(PHASE_A, PHASE_A, PHASE_A) | PHASE_A.map(lambda amps: (amps,) * 3),
    every_s=st.sampled_from([0.2, 1.0, 1.0, 3.7, 9.9, 12.0]),
    count=st.integers(1, 90),
    follows=st.sampled_from([0.0, 0.5, 0.98, 1.0]),
    valid=st.sampled_from([True] * 5 + [False]),
)
SETTINGS = st.builds(
    DlbSettings,
    maximum_a=st.sampled_from([16.0, 25.0, 63.0]),
    fallback_a=st.sampled_from([0.0, 6.0, 10.0]),
    settle_s=st.sampled_from([5.0, 20.0]),
    restart_wait_s=st.sampled_from([1.0, 60.0]),
    phases_used=st.sampled_from([(True, True, True), (True, False, False)]),
)


def samples(settings, spells):
    """Give (now_s, free_a or None for garbage, state before, state after) of each sample."""
    state, now_s = DlbState.initial(), 0.0
    for spell in spells:
        for _ in range(spell.count):
            now_s += spell.every_s
            allowed_a = limit(state, settings, now_s).amps_at(now_s)
            car_a = tuple(spell.follows * allowed_a * used for used in settings.phases_used)
            house_a = tuple(o + c for o, c in zip(spell.others_a, car_a, strict=True))
            if not spell.valid:
                house_a = (math.nan, *house_a[1:])
            before = state
            state = on_sample(state, HouseSample(now_s, house_a, car_a), settings, now_s)
            used = zip(spell.others_a, settings.phases_used, strict=True)
            free_a = settings.maximum_a - max(others_a for others_a, uses in used if uses)
            yield now_s, free_a if spell.valid else None, before, state


def test_i7_dlb_keeps_the_fuse_and_settles():
    seen = {"rise": 0, "fall": 0, "pause": 0, "restart": 0, "lost": 0}

    @DETERMINISTIC
    @given(SETTINGS, st.lists(SPELLS, min_size=1, max_size=8))
    def explore(settings, spells):
        free = []
        for now_s, free_a, before, after in samples(settings, spells):
            was = limit(before, settings, now_s)
            now = limit(after, settings, now_s)
            seen["lost"] += was.source is Source.METER_LOST
            if free_a is None:
                assert now == was
                continue
            if now.source is Source.METER_LOST:  # the same for minutes: frozen
                free.clear()
                continue
            free.append((now_s, free_a))
            allowed_a = now.amps_at(now_s)
            # Within what is left, in the very sample, but for what is no more than noise and what
            # the car is known to leave; nothing, or at least the minimum.
            unused_a = min(0.05 * allowed_a, 1.0)
            above_a = NOISE_A + settings.margin_a + EXACT_A
            assert allowed_a <= max(0.0, free_a) + unused_a + above_a
            if free_a < settings.minimum_a - above_a:
                assert allowed_a == 0.0
            # What lasts is no noise: in the mean of 10 s there is no overload.
            lately = [amps for at_s, amps in free if at_s > now_s - 10.0]
            if len(lately) >= 10 and max(lately) - min(lately) < EXACT_A:
                still_a = max(settings.minimum_a, free_a) + unused_a + settings.margin_a
                assert allowed_a <= still_a + 0.2 * NOISE_A
            assert allowed_a <= settings.maximum_a
            assert allowed_a == 0.0 or allowed_a >= settings.minimum_a
            # A rise only to what was free for the whole settling time, without a silence in it.
            was_a = was.amps_at(now_s)
            if allowed_a > was_a and now.source is Source.DLB:
                window = [amps for at_s, amps in free if at_s >= now_s - settings.settle_s]
                assert allowed_a <= max(settings.minimum_a, min(window) + NOISE_A) + unused_a
                assert now_s - free[0][0] >= settings.settle_s - EXACT_A
            seen["rise"] += allowed_a > was_a > 0.0
            seen["fall"] += allowed_a < was_a
            seen["pause"] += allowed_a == 0.0 < was_a
            seen["restart"] += was_a == 0.0 < allowed_a

    explore()
    assert all(seen.values()), f"the houses never got to: {seen}"


@DETERMINISTIC
@given(SETTINGS, st.lists(SPELLS, min_size=1, max_size=8))
def test_i7_a_restart_waits(settings, spells):
    lack_s = -math.inf
    for now_s, free_a, before, after in samples(settings, spells):
        if free_a is not None and free_a < settings.minimum_a:
            lack_s = now_s
        was = limit(before, settings, now_s)
        if was.source is Source.DLB and was.amps == 0.0 < after.limit_a:
            assert now_s - lack_s >= settings.restart_wait_s - EXACT_A


@DETERMINISTIC
@given(SETTINGS, st.lists(SPELLS, min_size=1, max_size=8), st.floats(0, 1e6))
def test_i7_silence_ends_in_the_fallback(settings, spells, silent_s):
    for _, _, _, state in samples(settings, spells):
        if state.last_at_s is None:
            continue
        now_s = state.last_at_s + settings.silence_s + silent_s
        lost = limit(state, settings, now_s)
        assert (lost.source, lost.amps_at(now_s)) == (Source.METER_LOST, settings.fallback_a)
        kept = limit(state, settings, state.last_at_s)
        assert kept.amps_at(now_s) == settings.fallback_a
