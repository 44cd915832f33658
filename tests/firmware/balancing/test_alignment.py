"""House and cars at the same instant, though the cars of other wallboxes are reported late."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.balancing import alignment
from evse.balancing.alignment import LONGEST_WAIT_S, OLD_S, Alignment, car_seen, house_seen
from evse.balancing.house import HouseSample, Phases, fuse_room_a
from tests.firmware.core.bench import DETERMINISTIC

MAXIMUM_A = 63.0
NOTHING: Phases = (0.0, 0.0, 0.0)


def all_phases(amps: float) -> Phases:
    return (amps, amps, amps)


def house(at_s: float, house_a: float, own_a: float = 0.0) -> HouseSample:
    return HouseSample(at_s, all_phases(house_a), all_phases(own_a))


def reports(unit: int, *told: tuple[float, float]) -> Alignment:
    state = Alignment()
    for at_s, amps in told:
        state = car_seen(state, unit, at_s, all_phases(amps))
    return state


def cars_a(samples: tuple[HouseSample, ...]) -> list[float]:
    return [sample.car_a[0] for sample in samples]


def test_without_other_wallboxes_a_sample_is_decided_on_at_once() -> None:
    sample = house(10.0, 20.0, own_a=6.0)
    state, ready = house_seen(Alignment(), sample, MAXIMUM_A, 10.0)
    assert (ready, state.waiting) == ((sample,), ())


def test_a_sample_waits_until_the_reports_are_surely_newer() -> None:
    state = reports(2, (9.9, 6.0))
    state, ready = house_seen(state, house(10.0, 20.0), MAXIMUM_A, 10.0)
    assert ready == ()
    state = car_seen(state, 2, 10.0 + OLD_S - 0.1, all_phases(6.0))
    state, ready = house_seen(state, house(11.4, 20.0), MAXIMUM_A, 11.4)
    assert ready == ()
    state = car_seen(state, 2, 10.0 + OLD_S, all_phases(6.0))
    state, ready = house_seen(state, house(11.6, 20.0), MAXIMUM_A, 11.6)
    assert [sample.at_s for sample in ready] == [10.0]
    assert [sample.at_s for sample in state.waiting] == [11.4, 11.6]


def test_it_waits_for_the_slowest_but_not_for_ever() -> None:
    state = reports(2, (10.0, 6.0), (12.0, 6.0))
    state = car_seen(state, 3, 10.1, all_phases(8.0))
    state, ready = house_seen(state, house(10.0, 20.0), MAXIMUM_A, 12.0)
    assert ready == ()
    late_s = 10.0 + LONGEST_WAIT_S
    state, ready = house_seen(state, house(late_s, 20.0), MAXIMUM_A, late_s)
    assert cars_a(ready) == [14.0]


def test_an_overload_is_answered_at_once_with_what_is_known() -> None:
    state = reports(2, (9.0, 6.0), (9.5, 7.0))
    state, _ = house_seen(state, house(9.8, 20.0), MAXIMUM_A, 9.8)
    state, ready = house_seen(state, house(10.0, 64.0, own_a=10.0), MAXIMUM_A, 10.0)
    assert ([sample.at_s for sample in ready], cars_a(ready)) == ([10.0], [17.0])
    assert state.waiting == ()  # an older sample must not be decided on after it


@pytest.mark.parametrize(
    ("told", "at_s", "drawn_a"),
    [
        pytest.param([(9.0, 4.0), (9.8, 8.0), (11.6, 8.0)], 10.0, 8.0, id="steady"),
        pytest.param([(9.8, 4.0), (10.4, 5.0), (11.5, 9.0)], 10.0, 9.0, id="it rises"),
        pytest.param([(9.8, 9.0), (10.4, 5.0), (11.5, 4.0)], 10.0, 9.0, id="it falls"),
        pytest.param([(9.8, 4.0), (11.5, 5.0), (12.0, 16.0)], 10.0, 5.0, id="newer counts not"),
        pytest.param([(9.0, 16.0), (9.8, 4.0), (11.5, 4.0)], 10.0, 4.0, id="older counts not"),
        pytest.param([(10.2, 4.0), (11.6, 5.0)], 10.0, 5.0, id="it came just now"),
    ],
)
def test_the_largest_report_that_may_be_of_the_instant_counts(
    told: list[tuple[float, float]], at_s: float, drawn_a: float
) -> None:
    now_s = at_s + OLD_S + 0.5
    state, ready = house_seen(reports(2, *told), house(at_s, 20.0), MAXIMUM_A, now_s)
    assert cars_a(ready) == [drawn_a]
    assert state.waiting == ()


def test_who_is_not_heard_any_more_draws_nothing_that_is_known() -> None:
    state = reports(2, (10.0, 16.0))
    _, ready = house_seen(state, house(14.9, 64.0), MAXIMUM_A, 14.9)
    assert cars_a(ready) == [16.0]
    state, ready = house_seen(state, house(15.1, 20.0), MAXIMUM_A, 15.1)
    assert (cars_a(ready), state.cars) == ([0.0], {})


def test_a_report_that_was_overtaken_is_passed_over() -> None:
    state = reports(2, (10.0, 6.0), (9.5, 16.0), (10.0, 16.0))
    assert state.cars[2] == ((10.0, all_phases(6.0)),)


def test_it_remembers_some_seconds_only() -> None:
    state = reports(2, *((float(second), 6.0) for second in range(1000)))
    for second in range(1000, 1010):
        state, _ = house_seen(state, house(float(second), 20.0), MAXIMUM_A, float(second))
    assert (len(state.cars), len(state.waiting)) == (0, 0)
    assert len(reports(2, *((float(second), 6.0) for second in range(1000))).cars[2]) <= 7


# ------------------------------------------------------------------- whole evenings


@dataclass(frozen=True)
class Member:
    """A wallbox whose meter is read each `reads_s` from `meter_s` on, and which reports each half
    second from `turn_s` on; a report is `bus_s` on its way."""

    meter_s: float
    reads_s: float
    turn_s: float
    bus_s: float

    def told(
        self, drawn_a: Callable[[float], float], end_s: float
    ) -> Iterator[tuple[float, float]]:
        """When its reports come, and what they say."""
        said_s = self.turn_s
        while said_s < end_s:
            read_s = self.meter_s + (said_s - self.meter_s) // self.reads_s * self.reads_s
            yield said_s + self.bus_s, drawn_a(read_s)
            said_s += 0.5


members = st.builds(
    Member,
    meter_s=st.floats(0.0, 1.0),
    reads_s=st.sampled_from([0.2, 0.5, 1.0]),
    turn_s=st.floats(0.0, 0.5),
    bus_s=st.floats(0.0, 0.4),
)


@DETERMINISTIC
@given(
    cars=st.lists(members, min_size=1, max_size=3),
    up_s=st.floats(8.0, 12.0),
    down_s=st.floats(22.0, 30.0),
    house_each_s=st.sampled_from([0.2, 1.0]),
    seed=st.integers(0, 1000),
)
def test_a_car_that_ramps_is_no_load_of_the_house(
    cars: list[Member], up_s: float, down_s: float, house_each_s: float, seed: int
) -> None:
    """Reports up to OLD_S old never make the room fall, while cars rise by 2 A/s and fall by 12."""

    def drawn_a(at_s: float) -> float:
        rising_a = min(16.0, max(0.0, 2.0 * (at_s - up_s)))
        return min(rising_a, max(6.0, 16.0 - 12.0 * max(0.0, at_s - down_s)))

    noise = random.Random(seed)
    base_a, end_s = 5.0, 36.0
    happens: list[tuple[float, int, float]] = [
        (at_s, unit, amps)
        for unit, member in enumerate(cars, 2)
        for at_s, amps in member.told(drawn_a, end_s)
    ]
    happens += [(step * house_each_s, 0, 0.0) for step in range(int(end_s / house_each_s))]
    state, decided = Alignment(), 0
    for at_s, unit, amps in sorted(happens):
        if unit:
            state = car_seen(state, unit, at_s, all_phases(amps))
            continue
        house_a = base_a + len(cars) * drawn_a(at_s) + noise.uniform(0.0, 0.1)
        state, ready = house_seen(state, house(at_s, house_a), MAXIMUM_A, at_s)
        for sample in ready:
            if sample.at_s < 3.0:  # nobody has reported yet
                continue
            decided += 1
            assert at_s - sample.at_s <= LONGEST_WAIT_S + house_each_s
            assert min(fuse_room_a(sample, MAXIMUM_A)) >= MAXIMUM_A - base_a - 0.1 - 1e-9
    assert decided >= (end_s - 8.0) / house_each_s


def test_how_old_reports_are_is_bounded_by_what_is_remembered() -> None:
    assert alignment._KEPT_S > LONGEST_WAIT_S > OLD_S + 0.5
