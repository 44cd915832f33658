"""The most by which phases may differ (VDE-AR-N 4100: 4.6 kVA, 20 A)."""

import math
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.balancing.unbalance import UnbalanceSettings, room_a
from tests.firmware.balancing.samples import ALL, NOTHING, ONLY_L1, on_l1, sample
from tests.firmware.core.bench import DETERMINISTIC

INF = math.inf


@pytest.mark.parametrize(
    ("used", "others_a", "car_a", "room"),
    [
        (ONLY_L1, NOTHING, NOTHING, (20.0, INF, INF)),
        (ONLY_L1, NOTHING, on_l1(16.0), (20.0, INF, INF)),  # what it draws is taken out
        (ONLY_L1, (5.0, 0.0, 3.0), NOTHING, (15.0, INF, INF)),  # L2 is the least
        (ONLY_L1, (5.0, 12.0, 8.0), NOTHING, (23.0, INF, INF)),  # it fills a valley
        (ONLY_L1, (0.0, 30.0, 0.0), NOTHING, (20.0, INF, INF)),  # the house alone is uneven
        (ONLY_L1, (26.0, 0.0, 0.0), NOTHING, (-6.0, INF, INF)),
        (ONLY_L1, (0.0, -8.0, 0.0), NOTHING, (12.0, INF, INF)),  # a roof on one phase
        ((False, True, False), (4.0, 4.0, 0.0), NOTHING, (INF, 16.0, INF)),
        (ALL, (26.0, 0.0, 0.0), NOTHING, (INF, INF, INF)),  # a balanced car changes nothing
        (ALL, (26.0, 0.0, 0.0), (9.8, 10.0, 9.9), (INF, INF, INF)),
        (ALL, (2.0, 0.0, 0.0), (10.0, 0.2, 0.0), (18.0, INF, INF)),  # found out when it draws
        ((True, True, False), NOTHING, NOTHING, (20.0, 20.0, INF)),
        # A single-phase car of 10 A and a three-phase one of 10 A: half of L1 is unbalanced.
        (ALL, NOTHING, (20.0, 10.0, 10.0), (40.0, INF, INF)),
        (ONLY_L1, (math.nan, 0.0, 0.0), NOTHING, (0.0, INF, INF)),
        (ONLY_L1, (3.0, math.nan, 1.0), NOTHING, (17.0, INF, INF)),
    ],
)
def test_room(used, others_a, car_a, room):
    shown = sample(others_a, car_a)
    assert room_a(shown, UnbalanceSettings(20.0, used)) == pytest.approx(room)


def test_without_a_limit_there_is_room():
    assert room_a(sample((60.0, 0.0, 0.0)), UnbalanceSettings(0.0, ONLY_L1)) == (INF, INF, INF)


def test_a_house_of_one_phase_has_no_balance():
    settings = UnbalanceSettings(20.0, ONLY_L1, phases_metered=ONLY_L1)
    assert room_a(sample(on_l1(3.0)), settings) == (INF, INF, INF)


@pytest.mark.parametrize(
    "wrong",
    [
        {"unbalance_a": -1.0},
        {"unbalance_a": math.nan},
        {"phases_used": (False, False, False)},
        {"phases_metered": (False, False, False)},
    ],
)
def test_settings_that_make_no_sense_are_refused_by_name(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        UnbalanceSettings(**wrong)


AMPS = st.floats(-30, 60)


@DETERMINISTIC
@given(
    st.tuples(AMPS, AMPS, AMPS),
    st.sampled_from([ONLY_L1, (False, False, True), (True, True, False), ALL]),
    st.sampled_from([(16.0, 16.0, 16.0), (10.0, 5.0, 5.0), (8.0, 6.5, 7.0)]),
    st.floats(1, 40),
)
def test_i20_cars_put_no_phase_further_above_another(others_a, used, shares, unbalance_a):
    """Drawing in their proportion as much as they may, in the very sample."""
    car_a = tuple(amps if uses else 0.0 for amps, uses in zip(shares, used, strict=True))
    room = room_a(sample(others_a, car_a), UnbalanceSettings(unbalance_a, used))
    scale = min(max(0.0, r) / a for r, a in zip(room, car_a, strict=True) if a)
    scale = min(scale, 10.0)  # no bound: ten times as much
    after_a = [o + scale * a for o, a in zip(others_a, car_a, strict=True)]
    for one, other in permutations(range(3), 2):
        alike = car_a[other] >= 0.9 * car_a[one]
        if scale > 0 and car_a[one] and not alike:
            assert after_a[one] - after_a[other] <= unbalance_a + 1e-6
