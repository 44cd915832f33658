"""The contract's power (Cabur manual 10, steps 4 and 5)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.balancing.contract import ContractSettings, charger_w, room_a
from tests.firmware.balancing.samples import ALL, NOTHING, ONLY_L1, on_l1, sample
from tests.firmware.core.bench import DETERMINISTIC

INF = math.inf


def test_the_example_of_the_manual():
    """3.7 kW of the network, 2 kW of other loads: 1.7 kW for the car."""
    others_a = on_l1(2000 / 230)
    for car_a in (NOTHING, on_l1(7.0)):
        shown = sample(others_a, car_a)
        settings = ContractSettings(3.7, ONLY_L1)
        assert charger_w(shown, settings) == pytest.approx(1700)
        assert room_a(shown, settings)[0] == pytest.approx(1700 / 230)


@pytest.mark.parametrize(
    ("contract_kw", "used", "others_a", "room"),
    [
        (0.0, ALL, (40.0, 0.0, 0.0), (INF, INF, INF)),
        (6.9, ALL, NOTHING, (10.0, 10.0, 10.0)),
        (6.9, ALL, (15.0, 0.0, 0.0), (5.0, 5.0, 5.0)),  # the sum counts, not the phase
        (6.9, (True, False, False), (0.0, 15.0, 0.0), (15.0, INF, INF)),
        (2.3, ONLY_L1, on_l1(12.0), (-2.0, INF, INF)),  # the loads have priority
        (6.9, ALL, (-20.0, 0.0, 0.0), (10.0, 10.0, 10.0)),  # never more than the contract
        (6.9, ALL, (-5.0, 8.0, 0.0), (9.0, 9.0, 9.0)),  # counted over all phases
        (2.3, ONLY_L1, (1.0, math.nan, math.nan), (9.0, INF, INF)),  # a single-phase meter
        (2.3, ONLY_L1, (math.nan, 0.0, 0.0), (0.0, INF, INF)),
        (6.9, ALL, (0.0, math.nan, 0.0), (0.0, 0.0, 0.0)),
    ],
)
def test_room(contract_kw, used, others_a, room):
    assert room_a(sample(others_a), ContractSettings(contract_kw, used)) == pytest.approx(room)


def test_a_reversed_clamp_gives_no_more_than_the_contract():
    """The clamp shows 5 A of the house and 10 A of the car as −15 A."""
    shown = sample(on_l1(-25.0), on_l1(10.0))
    assert room_a(shown, ContractSettings(2.3, ONLY_L1))[0] == pytest.approx(10.0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"contract_kw": -1.0},
        {"contract_kw": math.nan},
        {"contract_kw": math.inf},
        {"phases_used": (False, False, False)},
    ],
)
def test_settings_that_make_no_sense_are_refused_by_name(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        ContractSettings(**wrong)


AMPS = st.floats(-30, 60)


@DETERMINISTIC
@given(
    st.tuples(AMPS, AMPS, AMPS),
    st.sampled_from([ALL, ONLY_L1, (False, True, False), (True, True, False)]),
    st.floats(0.5, 40),
)
def test_i20_loads_and_cars_together_stay_within_the_contract(others_a, used, contract_kw):
    """In the very sample, whatever the roof gives."""
    room = room_a(sample(others_a), ContractSettings(contract_kw, used))
    cars_w = sum(max(0.0, amps) * 230 for amps in room if amps < INF)
    loads_w = sum(others_a) * 230
    assert cars_w == 0 or loads_w + cars_w <= contract_kw * 1000 + 1e-6
    assert cars_w <= contract_kw * 1000 + 1e-6
