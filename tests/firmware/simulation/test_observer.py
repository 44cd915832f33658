"""The observer's sums, by which the wallbox is judged."""

import pytest

from evse.simulation.observer import Observation, observe

LIMIT_A = 25.0
QUIET = (1.0, 1.0, 1.0)
NO_CAR = (0.0, 0.0, 0.0)


def watch(seconds: float, house_a, car_a, seen: Observation | None = None, offered_a=(16.0,)):
    seen = seen or Observation()
    for _ in range(round(seconds / 0.1)):
        seen = observe(seen, 0.1, house_a, car_a, offered_a, 0.5, LIMIT_A)
    return seen


def test_an_overload_counts_while_the_car_draws() -> None:
    seen = watch(8.0, (26.0, 10.0, 10.0), (10.0, 0.0, 0.0))
    assert seen.over_limit_s == pytest.approx(8.0)
    assert seen.longest_over_s == pytest.approx(8.0)
    assert seen.beyond_reaction_s == pytest.approx(3.0, abs=0.11)
    assert seen.maximum_a == 26.0


@pytest.mark.parametrize(
    ("house_a", "car_a"),
    [
        ((40.0, 1.0, 1.0), NO_CAR),  # the house alone
        ((40.0, 20.0, 20.0), (0.0, 16.0, 16.0)),  # the house alone, on a phase without the car
        ((25.0, 1.0, 1.0), (10.0, 0.0, 0.0)),  # just at the limit
        ((40.0, 1.0, 1.0), (0.4, 0.0, 0.0)),  # no more than a charger's own consumption
    ],
)
def test_what_the_wallbox_cannot_avoid_is_no_overload(house_a, car_a) -> None:
    assert watch(10.0, house_a, car_a).over_limit_s == 0.0


def test_each_stretch_has_its_own_reaction_time() -> None:
    seen = Observation()
    for _ in range(3):
        seen = watch(4.0, (30.0, 1.0, 1.0), (10.0, 0.0, 0.0), seen)
        seen = watch(1.0, (20.0, 1.0, 1.0), (10.0, 0.0, 0.0), seen)
    assert seen.over_limit_s == pytest.approx(12.0)
    assert seen.longest_over_s == pytest.approx(4.0)
    assert seen.beyond_reaction_s == 0.0


def test_changes_of_the_offer_are_counted_but_not_the_first_sight() -> None:
    seen = watch(1.0, QUIET, NO_CAR, offered_a=(16.0, 0.0))
    assert seen.offer_changes == 0
    seen = watch(1.0, QUIET, NO_CAR, seen, offered_a=(10.0, 0.0))
    seen = watch(1.0, QUIET, NO_CAR, seen, offered_a=(10.0, 6.0))
    assert seen.offer_changes == 2


def test_time_and_energy() -> None:
    seen = watch(2.0, QUIET, (10.0, 10.0, 10.0))
    seen = watch(3.0, QUIET, NO_CAR, seen)
    assert seen.observed_s == pytest.approx(5.0)
    assert seen.charging_s == pytest.approx(2.0)
    assert seen.energy_wh == pytest.approx(25.0)
