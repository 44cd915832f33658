"""What a charger was granted and what it may hold: never less than anything it may have taken."""

import math

import pytest

from custom_components.evse_ocpp.energy.allowance import Reason
from custom_components.evse_ocpp.energy.granted import SITE_LEASE_S, Granted, Held, in_steps
from custom_components.evse_ocpp.energy.model import Grant


@pytest.mark.parametrize(
    ("limit_a", "told_a"), [(9.44, 9.4), (9.4, 9.4), (0.3 * 20, 6.0), (5.99, 5.9), (0.0, 0.0)]
)
def test_limits_are_told_in_tenths_rounded_down(limit_a: float, told_a: float) -> None:
    assert in_steps(limit_a) == told_a


def test_a_site_that_gives_no_word_in_time_is_silent() -> None:
    granted = Granted()
    assert granted.at(0.0) is None
    assert granted.take({1: Grant(9.44, Reason.FUSE)}, 10.0)
    told = granted.at(9.9)
    assert told is not None
    assert told[1].limit_a == 9.4
    assert granted.at(10.0) == {}
    assert not granted.take({1: Grant(9.44, Reason.FUSE)}, 20.0)
    assert granted.at(19.9) == told
    assert granted.take(None, 0.0)
    assert granted.at(19.9) is None


def test_only_what_is_to_be_done_is_an_order() -> None:
    granted = Granted()
    granted.take({1: Grant(9.0, Reason.FUSE, values={"house_w": 1.0})}, 10.0)
    before = granted.orders
    assert granted.take({1: Grant(9.0, Reason.FUSE, values={"house_w": 2.0})}, 10.0)
    assert granted.orders == before
    granted.take({1: Grant(9.0, Reason.FUSE, phases=1)}, 10.0)
    assert granted.orders != before


@pytest.mark.parametrize(
    ("chosen_s", "granted", "lease_s"),
    [
        (180.0, Granted(), 180.0),
        (180.0, Granted({}), SITE_LEASE_S),
        (180.0, Granted({1: Grant(9.0, Reason.FUSE)}, 10.0), SITE_LEASE_S),
        (30.0, Granted({}), 30.0),
    ],
)
def test_below_a_site_a_limit_is_short(chosen_s: float, granted: Granted, lease_s: float) -> None:
    assert granted.lease_s(chosen_s) == lease_s


class TestHeld:
    def test_nothing_told_is_the_standing_limit(self) -> None:
        assert Held().most_a(0.0, standing_a=6.0, linked=True) == 6.0

    def test_a_lower_limit_counts_only_once_it_is_confirmed(self) -> None:
        """Leases, end of charger-quirks: an unanswered order may have been taken, or not."""
        held = Held()
        held.asked(16.0, 180.0)
        held.accepted(16.0, 180.0, 0.0)
        held.asked(6.0, 190.0)
        assert held.most_a(10.0, standing_a=6.0, linked=True) == 16.0
        held.accepted(6.0, 190.0, 11.0)
        assert held.most_a(11.0, standing_a=6.0, linked=True) == 6.0
        assert (held.told_a, held.told_at_s) == (6.0, 11.0)

    def test_a_higher_limit_counts_as_soon_as_it_is_sent(self) -> None:
        held = Held()
        held.accepted(6.0, 180.0, 0.0)
        held.asked(16.0, 181.0)
        assert held.most_a(1.0, standing_a=6.0, linked=True) == 16.0
        assert held.most_a(181.0, standing_a=6.0, linked=True) == 6.0

    def test_a_charger_that_is_away_may_have_dropped_a_pause(self) -> None:
        held = Held()
        held.accepted(0.0, 180.0, 0.0)
        assert held.most_a(1.0, standing_a=6.0, linked=True) == 0.0
        assert held.most_a(1.0, standing_a=6.0, linked=False) == 6.0

    def test_what_does_not_end_by_itself_is_held_for_ever(self) -> None:
        held = Held()
        held.accepted(13.0, math.inf, 0.0)
        assert held.most_a(1e6, standing_a=6.0, linked=False) == 13.0

    def test_a_renewal_keeps_the_instant_of_the_change(self) -> None:
        held = Held()
        held.accepted(10.0, 180.0, 5.0)
        held.accepted(10.0, 240.0, 65.0)
        assert held.told_at_s == 5.0
        held.over()
        assert held.told_a is None
