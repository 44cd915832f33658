"""Dividing one supply: never more than it carries, fair, and nobody waits for ever."""

import itertools
from collections import defaultdict
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.sharing.allocation import (
    LEARN_S,
    ROTATION_S,
    AllocationSettings,
    AllocationState,
    Asks,
    Party,
    Policy,
    allocate,
)
from tests.firmware.core.bench import DETERMINISTIC

EXACT_A = 1e-6
L1, L2, L3 = ((True, False, False), (False, True, False), (False, False, True))
ALL = (True, True, True)
SETTINGS = AllocationSettings()


def car(number: int, **values) -> Party:
    values = {"asks": Asks.CHARGING, "maximum_a": 32.0} | values
    return Party((number, 1), **values)


def cars(count: int, **values) -> list[Party]:
    return [car(number, **values) for number in range(1, count + 1)]


def even(amps: float):
    return (amps, amps, amps)


def shares(parties, budget_a, settings=SETTINGS, state=None, now_s=0.0):
    grants, _ = allocate(parties, budget_a, settings, state or AllocationState(), now_s)
    return [grants[party.key] for party in parties]


class Group:
    """Turns of the allocator; cars draw what they are granted, within what they can use."""

    def __init__(self, parties, budget_a, settings=SETTINGS):
        self.parties = {party.key: party for party in parties}
        self.budget_a = budget_a
        self.settings = settings
        self.state = AllocationState()
        self.now_s = 0.0
        self.uses_a = {}
        self.energy_as = defaultdict(float)
        self.starts = defaultdict(int)

    def turn(self, every_s=1.0):
        before = {key: party.granted_a for key, party in self.parties.items()}
        grants, self.state = allocate(
            list(self.parties.values()), self.budget_a, self.settings, self.state, self.now_s
        )
        for key, amps in grants.items():
            self.starts[key] += before[key] == 0.0 < amps
            drawn_a = min(amps, self.uses_a.get(key, 80.0))
            self.energy_as[key] += drawn_a * every_s
            self.parties[key] = replace(self.parties[key], granted_a=amps, drawn_a=drawn_a)
        self.now_s += every_s
        return grants

    def run(self, seconds, every_s=1.0):
        for _ in range(round(seconds / every_s)):
            self.turn(every_s)
        return [self.parties[key].granted_a for key in self.parties]


def jain(values):
    values = list(values)
    return sum(values) ** 2 / (len(values) * sum(value**2 for value in values))


# ------------------------------------------------------------------- the even split


@pytest.mark.parametrize(("count", "amps"), [(1, 32.0), (2, 16.0), (3, 32 / 3), (4, 8.0), (5, 6.4)])
def test_the_manual_one_car_32_two_16_three_10(count, amps):
    """ETEK manual 4."""
    assert shares(cars(count), even(32.0)) == pytest.approx([amps] * count)


def test_two_connectors_of_one_wallbox_are_two_parties():
    one, two = Party((1, 1), Asks.CHARGING, 32.0), Party((1, 2), Asks.CHARGING, 32.0)
    assert shares([one, two], even(32.0)) == pytest.approx([16.0, 16.0])


@pytest.mark.parametrize(
    ("parties", "budget_a", "expected"),
    [
        # A small car's rest goes to the large one.
        ([car(1, maximum_a=10.0), car(2)], even(32.0), [10.0, 22.0]),
        # Single-phase cars on different phases do not hold each other down.
        ([car(1, phases=L1), car(2, phases=L2)], even(32.0), [32.0, 32.0]),
        ([car(1, phases=L1), car(2, phases=L1)], even(32.0), [16.0, 16.0]),
        # Three phases share with one of them; the others rise beside it.
        ([car(1), car(2, phases=L1), car(3, phases=L2)], even(32.0), [16.0, 16.0, 16.0]),
        ([car(1), car(2, phases=L1), car(3, phases=L2)], (20.0, 40.0, 50.0), [10.0, 10.0, 30.0]),
        ([car(1, phases=L3), car(2)], (9.0, 9.0, 30.0), [21.0, 9.0]),
        # Different minima.
        ([car(1, minimum_a=8.0), car(2)], even(15.0), [8.0, 7.0]),
        # Nothing for those who don't ask, or can't use the least.
        ([car(1, asks=Asks.NOTHING), car(2)], even(32.0), [0.0, 32.0]),
        ([car(1, maximum_a=5.9), car(2)], even(32.0), [0.0, 32.0]),
        # A car that takes nothing has its minimum when nobody else needs it, the rest beside it.
        ([car(1, asks=Asks.LITTLE), car(2, maximum_a=16.0)], even(20.0), [6.0, 14.0]),
        ([car(1, asks=Asks.LITTLE), car(2), car(3)], even(12.0), [0.0, 6.0, 6.0]),
        # The minimum for all comes before more for one.
        ([car(1), car(2), car(3)], even(18.5), [18.5 / 3] * 3),
        ([car(1), car(2), car(3)], even(17.0), [8.5, 8.5, 0.0]),
        ([car(1)], even(5.9), [0.0]),
        ([car(1)], even(-3.0), [0.0]),
        ([], even(32.0), []),
        # An agreed share is kept for its owner, on all phases, whether he asks or not.
        ([car(1, asks=Asks.NOTHING, guaranteed_a=8.0), car(2)], even(32.0), [0.0, 24.0]),
        ([car(1, phases=L1, guaranteed_a=8.0), car(2, phases=L2)], even(32.0), [32.0, 24.0]),
        ([car(1), car(2), car(3, guaranteed_a=10.0)], even(20.0), [10.0, 0.0, 10.0]),
    ],
)
def test_the_split(parties, budget_a, expected):
    assert shares(parties, budget_a) == pytest.approx(expected)


# ------------------------------------------------------------------- what cars don't use


def test_what_a_car_leaves_is_given_to_the_other_after_the_time_of_learning():
    group = Group(cars(2), even(32.0))
    group.uses_a = {(1, 1): 10.0}
    assert group.run(LEARN_S) == pytest.approx([16.0, 16.0])
    assert group.run(3) == pytest.approx([11.3, 20.7])
    assert group.run(300) == pytest.approx([11.3, 20.7])


def test_a_car_that_wants_more_again_has_it_within_two_turns():
    group = Group(cars(2), even(32.0))
    group.uses_a = {(1, 1): 8.0}
    group.run(60)
    group.uses_a = {}
    assert group.run(2) == pytest.approx([16.0, 16.0])


def test_a_tapering_car_gives_back_what_it_leaves_down_to_its_minimum():
    group = Group(cars(2), even(32.0))
    for amps in (14.0, 10.0, 6.0, 3.0, 1.0):
        group.uses_a = {(1, 1): amps}
        group.run(2 * LEARN_S + 2)
        first_a, second_a = (party.granted_a for party in group.parties.values())
        assert first_a == pytest.approx(max(6.0, min(16.0, 1.03 * amps + 1.0)))
        assert second_a == pytest.approx(32.0 - first_a)


@pytest.mark.parametrize("part", [0.94, 0.97, 1.0])
def test_a_car_that_draws_a_little_less_than_told_still_rises_to_its_share(part):
    group = Group(cars(1), even(32.0))
    group.turn()
    for _ in range(300):
        granted_a = group.parties[1, 1].granted_a
        group.uses_a = {(1, 1): part * granted_a}
        group.turn()
    assert group.parties[1, 1].granted_a == pytest.approx(32.0)


def test_what_nobody_else_wants_is_offered_to_a_small_car_all_the_same():
    group = Group(cars(2, maximum_a=32.0), even(63.0))
    group.uses_a = {(1, 1): 10.0}
    assert group.run(120) == pytest.approx([31.0, 32.0])


def test_a_rise_that_is_not_worth_it_is_left():
    group = Group(cars(2), even(20.0))
    group.run(5)
    group.budget_a = even(20.9)
    assert group.run(5) == pytest.approx([10.0, 10.0])
    group.budget_a = even(21.1)
    assert group.run(5) == pytest.approx([10.55, 10.55])
    group.budget_a = even(21.0)
    assert group.run(1) == pytest.approx([10.5, 10.5])


# ------------------------------------------------------------------- the queue


def test_four_wallboxes_at_20_a_take_turns():
    """Three at a time; each has three quarters of the time, in long spells."""
    group = Group(cars(4), even(20.0))
    seen = set()
    for _ in range(8):
        amps = group.run(ROTATION_S, every_s=5.0)
        assert sorted(amps) == pytest.approx([0.0, 20 / 3, 20 / 3, 20 / 3])
        seen.add(amps.index(0.0))
    assert seen == {0, 1, 2, 3}
    assert jain(group.energy_as.values()) > 0.97
    assert max(group.starts.values()) <= 3


@pytest.mark.parametrize(("count", "budget_a"), [(2, 10.0), (5, 12.5), (9, 21.0), (32, 32.0)])
def test_equals_get_equally_much_in_the_long_run(count, budget_a):
    group = Group(cars(count), even(budget_a))
    group.run(count * 4 * ROTATION_S, every_s=20.0)
    assert jain(group.energy_as.values()) >= 0.98
    slots = budget_a // 6
    assert max(group.starts.values()) <= 4 * slots + 1  # no turn is shorter than the rotation


def test_who_comes_waits_for_the_end_of_a_turn_and_then_starts_in_the_same_step():
    group = Group([car(1)], even(10.0))
    group.run(600)
    group.parties[2, 1] = car(2, asks=Asks.TO_START)
    assert group.run(200) == [10.0, 0.0]
    assert group.state.waiting == ((2, 1),)
    assert group.run(101) == [0.0, 10.0]
    assert group.state.waiting == ((1, 1),)


def test_room_is_made_in_the_step_in_which_a_car_starts():
    group = Group([car(1)], even(20.0))
    group.run(60)
    group.parties[2, 1] = car(2, asks=Asks.TO_START)
    assert group.run(1) == pytest.approx([10.0, 10.0])


def test_first_come_keeps_its_place():
    settings = AllocationSettings(policy=Policy.FIRST_COME)
    group = Group([car(2)], even(10.0), settings)
    group.run(10)
    group.parties[1, 1] = car(1)
    assert group.run(4 * ROTATION_S, every_s=10.0) == [10.0, 0.0]
    del group.parties[2, 1]
    assert group.run(1) == [10.0]


def test_the_higher_priority_starts_at_once_and_equals_take_turns():
    settings = AllocationSettings(policy=Policy.PRIORITY)
    group = Group(cars(2), even(10.0), settings)
    group.run(60)
    group.parties[3, 1] = car(3, priority=1)
    assert group.run(1) == [0.0, 0.0, 10.0]
    assert group.run(4 * ROTATION_S, every_s=10.0) == [0.0, 0.0, 10.0]
    del group.parties[3, 1]
    group.run(8 * ROTATION_S, every_s=10.0)
    assert min(group.energy_as[key] for key in group.parties) > 0


def test_priority_counts_only_where_it_is_the_policy():
    assert shares([car(1), car(2, priority=9)], even(10.0)) == [10.0, 0.0]


def test_a_car_paused_for_lack_waits_for_lasting_room():
    """No flapping while the house goes up and down around the minimum."""
    group = Group(cars(2), even(13.0))
    group.run(10)
    for _ in range(20):
        group.budget_a = even(11.0)
        assert sorted(group.run(20)) == [0.0, 11.0]
        group.budget_a = even(13.0)
        assert sorted(group.run(20)) == [0.0, 13.0]
    assert sorted(group.run(61)) == [6.5, 6.5]


def test_a_full_car_makes_room_at_once_for_one_that_waits():
    group = Group(cars(2), even(10.0))
    group.run(5)
    group.parties[1, 1] = replace(group.parties[1, 1], asks=Asks.LITTLE)
    assert group.run(1) == [0.0, 10.0]


def test_cars_behind_one_that_does_not_fit_start_on_other_phases():
    parties = [car(1, phases=L1), car(2), car(3, phases=L2)]
    assert shares(parties, (8.0, 32.0, 32.0)) == pytest.approx([8.0, 0.0, 32.0])


def test_a_rotation_of_seconds_is_refused():
    with pytest.raises(ValueError, match=r"rotation_s: came 5\.0, allowed: 60 s"):
        AllocationSettings(rotation_s=5.0)


# ------------------------------------------------------------------- what always holds

PARTIES = st.builds(
    Party,
    key=st.just((0, 0)),
    asks=st.sampled_from(Asks),
    maximum_a=st.sampled_from([0.0, 5.0, 6.0, 10.0, 16.0, 20.0, 32.0, 80.0]),
    phases=st.sampled_from([ALL, ALL, L1, L2, L3, (True, True, False)]),
    minimum_a=st.sampled_from([6.0, 6.0, 8.0, 10.0]),
    drawn_a=st.none() | st.floats(0, 40),
    granted_a=st.sampled_from([0.0, 6.0, 12.0, 32.0]),
    guaranteed_a=st.sampled_from([0.0, 0.0, 0.0, 6.0, 8.0]),
    priority=st.integers(0, 2),
)
BUDGETS = st.tuples(*[st.floats(-10, 200) | st.sampled_from([0.0, 6.0, 20.0, 32.0])] * 3)
HISTORIES = st.lists(
    st.tuples(st.lists(PARTIES, max_size=12), BUDGETS, st.sampled_from([0.5, 20.0, 1000.0])),
    min_size=1,
    max_size=6,
)


@DETERMINISTIC
@given(HISTORIES, st.sampled_from(Policy))
def test_i17_an_allocation_never_exceeds_the_budget(history, policy):
    """Nothing, or within the party's bounds; and what is guaranteed to others stays free."""
    settings, state, now_s = AllocationSettings(policy=policy), AllocationState(), 0.0
    for drawn, budget_a, step_s in history:
        parties = [replace(party, key=(number, 1)) for number, party in enumerate(drawn, 1)]
        grants, state = allocate(parties, budget_a, settings, state, now_s)
        now_s += step_s
        for party in parties:
            amps = grants[party.key]
            bounds = party.least_a - EXACT_A <= amps <= max(party.maximum_a, party.least_a)
            assert amps == 0.0 or (party.candidate and bounds)
        reserved = [
            sum(
                max(grants[p.key] if p.phases[i] else 0.0, p.guaranteed_a if counts else 0.0)
                for p in parties
            )
            for i in range(3)
            for counts in (sum(p.guaranteed_a for p in parties) <= min(budget_a),)
        ]
        for amps, left_a in zip(reserved, budget_a, strict=True):
            assert amps <= max(0.0, left_a) + EXACT_A


@DETERMINISTIC
@given(st.lists(PARTIES, max_size=8), BUDGETS)
def test_the_order_in_which_parties_are_given_does_not_matter(drawn, budget_a):
    parties = [replace(party, key=(number, 1)) for number, party in enumerate(drawn, 1)]
    expected = allocate(parties, budget_a, SETTINGS, AllocationState(), 0.0)[0]
    for order in itertools.islice(itertools.permutations(parties), 0, 24, 5):
        grants = allocate(order, budget_a, SETTINGS, AllocationState(), 0.0)[0]
        assert grants == pytest.approx(expected)


@DETERMINISTIC
@given(st.lists(PARTIES, min_size=1, max_size=8), BUDGETS)
def test_nothing_is_left_that_somebody_could_use(drawn, budget_a):
    """Max-min: whoever is below his maximum has a full phase on which nobody has more than he."""
    parties = [
        replace(party, key=(number, 1), guaranteed_a=0.0, granted_a=0.0)
        for number, party in enumerate(drawn, 1)
    ]
    grants = allocate(parties, budget_a, SETTINGS, AllocationState(), 0.0)[0]
    used_a = [sum(grants[p.key] for p in parties if p.phases[i]) for i in range(3)]
    for party in parties:
        amps = grants[party.key]
        if 0.0 < amps < party.maximum_a - EXACT_A:
            assert any(
                used_a[i] >= budget_a[i] - EXACT_A
                and all(
                    grants[p.key] <= max(amps, p.minimum_a) + EXACT_A
                    for p in parties
                    if p.phases[i]
                )
                for i in range(3)
                if party.phases[i]
            )
