"""The check of the house meter with a car: right in every house, or not sure; never wrong."""

import json
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.meters.commissioning import (
    LEVELS_S,
    LONGEST_LEVEL_S,
    WINDOW_S,
    CheckSettings,
    CheckState,
    Finding,
    Result,
    Sample,
    advance,
    started,
    to_set,
)
from evse.meters.correction import PHASE_ORDERS, corrected, correction_of
from evse.meters.reading import MeterReading
from evse.settings.table import SETTINGS
from tests.firmware.core.bench import DETERMINISTIC
from tests.firmware.meters.noisy_house import NOISE, NoisyHouse, truth

LONGEST_S = 300.0
DEFAULTS = {setting.key: setting.default for setting in SETTINGS}


def check(house: NoisyHouse, settings: CheckSettings | None = None) -> tuple[Result, float]:
    """The result, and after how many seconds it came."""
    state, now_s = started(settings), 0.0
    while state.result is None:
        assert now_s < LONGEST_S, "it never ends"
        state = advance(state, house.sample(now_s, state.wanted_a), now_s)
        now_s += house.period_s
    return state.result, now_s


# ------------------------------------------------------------------ a quiet house


@pytest.mark.parametrize("period_s", [0.2, 1.0])
@pytest.mark.parametrize("phases", [(1,), (1, 2), (1, 2, 3)])
def test_a_meter_that_is_right_is_good_within_a_minute(phases, period_s: float) -> None:
    result, took_s = check(NoisyHouse(car_phases=phases, period_s=period_s))
    assert result.is_good
    assert (result.car_phases, result.following) == (phases, phases)
    assert took_s <= 70
    assert result.confidence == 1.0


@pytest.mark.parametrize("carries", PHASE_ORDERS)
def test_a_car_on_one_phase_shows_which_phase_carries_it(carries: str) -> None:
    result, _ = check(NoisyHouse(carries=carries))
    theirs = int(carries[0])
    assert result.carries == ((1, theirs),)
    assert result.findings == {Finding.GOOD if theirs == 1 else Finding.SWAPPED}


@pytest.mark.parametrize("turned", [{1}, {2}, {3}, {1, 3}, {1, 2, 3}])
def test_turned_transformers_are_named(turned: set[int]) -> None:
    house = NoisyHouse(car_phases=(1, 2, 3), turned=frozenset(turned))
    result, _ = check(house)
    assert result.findings == {Finding.REVERSED}
    assert set(result.reversed) == turned


def test_swapped_and_turned_at_once() -> None:
    result, _ = check(NoisyHouse(carries="312", turned=frozenset({3})))
    assert result.findings == {Finding.SWAPPED, Finding.REVERSED}
    assert (result.carries, result.reversed) == (((1, 3),), (3,))
    told = json.loads(json.dumps(result.as_json()))
    assert (told["good"], told["carries"], told["reversed"]) == (False, {"1": 3}, [3])
    assert told["findings"] == ["phases_swapped", "transformer_reversed"]


@pytest.mark.parametrize("missing", [{1}, {2, 3}, {1, 2, 3}])
def test_transformers_on_another_cable_are_named(missing: set[int]) -> None:
    result, _ = check(NoisyHouse(car_phases=(1, 2, 3), missing=frozenset(missing)))
    assert result.findings == {Finding.MISSING}
    assert set(result.missing) == missing


def test_of_a_car_on_one_phase_nobody_knows_which_is_missing() -> None:
    result, _ = check(NoisyHouse(missing=frozenset({1})))
    assert result.findings == {Finding.MISSING}
    assert (result.missing, result.following) == ((), ())


@pytest.mark.parametrize("scale", [0.6, 1.4, 1.9])
def test_a_wrong_scale_is_told(scale: float) -> None:
    result, _ = check(NoisyHouse(car_phases=(1, 2, 3), scale=scale))
    assert result.findings == {Finding.SCALE}
    assert result.gains == pytest.approx((scale, scale, scale), abs=0.1)


def test_a_frozen_meter_is_told() -> None:
    result, _ = check(NoisyHouse(frozen=True))
    assert result.findings == {Finding.FROZEN}


def test_a_car_that_does_not_follow_is_told() -> None:
    result, _ = check(NoisyHouse(car_follows=False))
    assert result.findings == {Finding.CAR_IDLE}


def test_silent_meters_are_told() -> None:
    state = started()
    for now_s in range(100):
        state = advance(state, None, float(now_s))
    assert state.result is not None
    assert state.result.findings == {Finding.METER_SILENT}


def test_a_gap_in_the_samples_prolongs_the_level() -> None:
    state, house = started(), NoisyHouse()
    for now_s in range(int(LONGEST_LEVEL_S) - 5):
        sample = house.sample(float(now_s), state.wanted_a) if now_s > 25 else None
        state = advance(state, sample, float(now_s))
    assert state.result is None
    assert state.level == 1


def test_a_meter_without_directions_has_no_turned_transformers() -> None:
    unsigned = CheckSettings(signed=False)
    right, _ = check(NoisyHouse(car_phases=(1, 2, 3), signed=False), unsigned)
    assert right.is_good
    house = NoisyHouse(car_phases=(1, 2, 3), signed=False, sun_a=60.0, cloudy=0.0)
    exporting, _ = check(house, unsigned)
    assert Finding.EXPORTING in exporting.findings
    assert exporting.reversed == ()


# ------------------------------------------------------------------ the pattern


def test_the_levels_last_long_enough_and_end_low() -> None:
    state, house, told = started(), NoisyHouse(), []
    now_s = 0.0
    while state.result is None:
        state = advance(state, house.sample(now_s, state.wanted_a), now_s)
        told.append((now_s, state.wanted_a))
        now_s += 1.0
    levels = [told[0]]
    levels += [b for a, b in pairwise(told) if a[1] != b[1]]
    lasted_s = [b[0] - a[0] for a, b in pairwise(levels)]
    assert min(lasted_s) >= 8
    assert [amps for _, amps in levels[:4]] == [6.0, 12.0, 6.0, 12.0]
    assert state.wanted_a == 6.0
    assert min(LEVELS_S) >= 8


def test_a_decided_check_stays_as_it_is() -> None:
    house, state = NoisyHouse(), started()
    for now_s in range(80):
        state = advance(state, house.sample(float(now_s), state.wanted_a), float(now_s))
    assert advance(state, house.sample(99.0, 6.0), 99.0) is state


@pytest.mark.parametrize("levels", [(6.0, 7.0), (0.0, 12.0), (12.0, 6.0)])
def test_levels_that_cannot_be_told_apart_are_refused(levels) -> None:
    with pytest.raises(ValueError, match=r"high_a: came \d+, allowed 2 A above low_a"):
        CheckSettings(*levels)


# ------------------------------------------------------------------ noisy houses


@DETERMINISTIC
@given(
    seed=st.integers(0, 10_000),
    noise=st.sampled_from(sorted(NOISE)),
    carries=st.sampled_from(PHASE_ORDERS),
    turned=st.frozensets(st.sampled_from([1, 2, 3])),
    missing=st.frozensets(st.sampled_from([1, 2, 3]), max_size=1),
    car_phases=st.sampled_from([(1,), (2,), (1, 2), (1, 2, 3)]),
)
def test_it_is_right_or_not_sure(seed, noise, carries, turned, missing, car_phases) -> None:
    house = NoisyHouse(
        seed,
        carries=carries,
        turned=turned,
        missing=missing,
        car_phases=car_phases,
        **NOISE[noise],
    )
    result, took_s = check(house)
    assert took_s <= 220
    if Finding.NOT_SURE in result.findings:
        return
    findings, turned_ones, following = truth(house)
    assert result.findings == findings
    assert (set(result.reversed), set(result.following)) == (turned_ones, following)


@pytest.mark.parametrize(
    ("noise", "least"),
    [("evening", 95), ("clouds", 95), ("cooking", 80), ("hob in time", 40), ("everything", 0)],
)
def test_most_houses_are_decided(noise: str, least: int) -> None:
    """Of 100 houses; in the others too much goes on."""
    decided = 0
    for seed in range(100):
        result, _ = check(NoisyHouse(seed, car_phases=(1, 2, 3), **NOISE[noise]))
        decided += Finding.NOT_SURE not in result.findings
    assert decided >= least


# ------------------------------------------------------------------ what to set


@pytest.mark.parametrize("before", ["123", "231", "132"])
@pytest.mark.parametrize("carries", ["".join(each) for each in permutations("123")])
@pytest.mark.parametrize("turned", [frozenset(), frozenset({1}), frozenset({2, 3})])
def test_what_to_set_makes_the_meter_right(before: str, carries: str, turned) -> None:
    """A car on L1, then a second check with what the first one said."""

    def seen(order: str, inverted: str, house: NoisyHouse):
        values = DEFAULTS | {"meter.dlb.phase_order": order, "meter.dlb.inverted": inverted}
        correction = correction_of(values, "dlb")
        state, now_s = started(), 0.0
        while state.result is None:
            raw = house.sample(now_s, state.wanted_a)
            reading = corrected(MeterReading(now_s, raw.house_a), correction)
            state = advance(state, Sample(now_s, reading.current_a, raw.car_a), now_s)
            now_s += 1.0
        return state.result

    def house() -> NoisyHouse:
        return NoisyHouse(carries=carries, turned=turned)

    first = seen(before, "000", house())
    order, inverted = to_set(first, before, "000")
    assert seen(order, inverted, house()).is_good
    assert order[0] == carries[0]
    assert order in PHASE_ORDERS


def test_a_three_phase_car_changes_directions_only() -> None:
    result, _ = check(NoisyHouse(car_phases=(1, 2, 3), carries="213", turned=frozenset({2})))
    assert to_set(result, "123", "000") == ("123", "010")


def test_the_state_is_small() -> None:
    """It keeps one level and the end of that before it."""
    state, house = started(), NoisyHouse(period_s=0.1)
    most = 0
    for n in range(400):
        state: CheckState = advance(state, house.sample(n / 10, state.wanted_a), n / 10)
        most = max(most, len(state.samples))
    assert most <= 10 * (max(LEVELS_S) + WINDOW_S) + 1
