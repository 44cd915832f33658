"""The simulated house: real minutes, invented seconds, always the same for the same seed."""

from itertools import pairwise

import pytest

from evse.simulation.house import (
    APPLIANCES,
    DATA_START_MINUTE_OF_DAY,
    PHASE_SHARES,
    QUIET_A,
    House,
    HouseKind,
    load_a,
    voltage_v,
)

FIRST_MINUTE_W, FIRST_MINUTE_V = 4216.0, 234.84


def test_the_base_is_the_measured_minute_spread_over_the_phases() -> None:
    base_a = FIRST_MINUTE_W / FIRST_MINUTE_V
    extra = [a - base_a * share for a, share in zip(load_a(House(), 0), PHASE_SHARES, strict=True)]
    steps = {appliance.current_a for appliance in APPLIANCES}
    assert sum(PHASE_SHARES) == pytest.approx(1.0)
    assert voltage_v(House(), 0) == FIRST_MINUTE_V
    for amps in extra:
        assert abs(amps) < 1e-9 or any(abs(amps - one) < 1e-9 for one in steps)


def test_the_same_seed_gives_the_same_house_and_another_seed_another() -> None:
    hours = range(0, 6 * 3600, 7)
    first, again, other = (
        [load_a(House(seed=seed), second) for second in hours] for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_appliances_switch_within_a_minute() -> None:
    evening = [load_a(House(), second)[1] for second in range(4 * 3600)]
    jumps = [abs(b - a) for a, b in pairwise(evening)]
    hob = next(a for a in APPLIANCES if a.name == "hob")
    assert sum(abs(jump - hob.current_a) < 1.0 for jump in jumps) > 20


def test_the_start_minute_shifts_data_and_appliances_alike() -> None:
    assert load_a(House(start_minute=60), 10) == load_a(House(), 3610)


def test_the_data_begin_again_after_three_days() -> None:
    assert voltage_v(House(), 3 * 86_400) == FIRST_MINUTE_V


def test_a_quiet_house() -> None:
    house = House(HouseKind.QUIET)
    assert {load_a(house, t) for t in range(0, 86_400, 997)} == {QUIET_A}
    assert voltage_v(house, 5) == 230.0


def test_a_kettle_is_used_in_its_hours() -> None:
    kettle = next(a for a in APPLIANCES if a.name == "kettle")
    start_s = (24 * 60 - DATA_START_MINUTE_OF_DAY) * 60  # midnight
    night = range(start_s + 3600, start_s + 5 * 3600, 10)
    for second in night:  # nobody is up: L1 and L2 carry the base alone
        l1, l2, _ = load_a(House(), second)
        assert l1 / l2 == pytest.approx(PHASE_SHARES[0] / PHASE_SHARES[1])
    morning = [load_a(House(), s)[0] for s in range(start_s + 6 * 3600, start_s + 9 * 3600)]
    steps = [b - a for a, b in pairwise(morning)]
    assert any(abs(one - kettle.current_a) < 1.0 for one in steps)
