"""Who may rise now (rows 34, 42, 43): within what others have confirmed to have given up."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.evse_ocpp.energy.allowance import Reason
from custom_components.evse_ocpp.energy.lines import Line, Party
from custom_components.evse_ocpp.energy.model import Asks
from custom_components.evse_ocpp.energy.sequence import STUCK_S, granted, since_s, with_the_stuck


def party(each, held_a, granted_a=None, **more):
    granted_a = held_a if granted_a is None else granted_a
    more = {"granted_a": granted_a, "held_a": held_a} | more
    return Party(each, Asks.CHARGING, None, (0, 1, 2), 6.0, 16.0, **more)


def both(room_a):
    return [Line(room_a, {"a": 1.0, "b": 1.0}, Reason.FUSE)]


@pytest.mark.parametrize(
    ("held", "targets", "expected"),
    [
        ((10.0, 10.0), (6.0, 14.0), (6.0, 10.0)),  # not before the other has gone down
        ((6.0, 10.0), (6.0, 14.0), (6.0, 14.0)),
        ((8.0, 10.0), (6.0, 14.0), (6.0, 12.0)),  # as far as it has
        ((0.0, 16.0), (6.0, 14.0), (0.0, 14.0)),  # a start needs its whole minimum
        ((0.0, 14.0), (6.0, 14.0), (6.0, 14.0)),
        ((10.0, 10.0), (10.3, 9.7), (10.0, 9.7)),  # not worth it
        ((12.0, 12.0), (6.0, 0.0), (6.0, 0.0)),  # above the room only down
    ],
)
def test_down_at_once_and_up_within_what_is_free(held, targets, expected):
    parties = [party("a", held[0]), party("b", held[1])]
    wanted = dict(zip("ab", targets, strict=True))
    grants = granted(wanted, {}, parties, both(20.0))
    assert (grants["a"], grants["b"]) == pytest.approx(expected)


def test_small_rises_are_joined_to_one_that_is_worth_it():
    parties = [party("a", 8.0), party("b", 8.4)]
    grants = granted({"a": 8.4, "b": 8.8}, {}, parties, both(17.2))
    assert grants == pytest.approx({"a": 8.8, "b": 8.4})


def test_what_is_offered_on_top_is_borne_by_no_line():
    grants = granted(
        {"a": 10.0, "b": 10.0}, {"a": 0.5}, [party("a", 6.0), party("b", 10)], both(20)
    )
    assert grants == pytest.approx({"a": 10.5, "b": 10.0})


def test_a_car_at_its_minimum_draws_less_and_is_not_paused_while_it_waits_to_rise():
    """A third was paused and has not confirmed it yet."""
    parties = [party("a", 5.9, 6.1), party("b", 5.9, 6.1), party("c", 5.9, 6.1)]
    lines = [Line(16.7, dict.fromkeys("abc", 1.0), Reason.FUSE)]
    grants = granted({"a": 8.3, "b": 8.3}, {"a": 0.2, "b": 0.2}, parties, lines)
    assert grants == {"a": 6.1, "b": 6.1, "c": 0.0}


def test_who_is_held_back_goes_down_only():
    parties = [party("a", 8.0), party("b", 8.0)]
    grants = granted({"a": 10.0, "b": 6.0}, {}, parties, both(20.0), {"a", "b"})
    assert grants == {"a": 8.0, "b": 6.0}


def test_who_does_not_confirm_is_waited_for_and_then_made_room_for():
    parties = [party("a", 14.0, 8.0), party("b", 8.0)]
    since = since_s({}, parties, 100.0)
    assert since == {"a": 100.0}
    lines = both(20.0)
    assert with_the_stuck(lines, parties, since, 100.0 + STUCK_S - 1) == tuple(lines)
    assert with_the_stuck(lines, parties, since, 100.0 + STUCK_S)[0].room_a == 14.0
    assert since_s(since, [party("a", 8.0)], 120.0) == {}


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(*[st.sampled_from([0.0, 6.0, 7.3, 11.0, 16.0])] * 3, st.integers(1, 7)),
        min_size=1,
        max_size=5,
    ),
    st.lists(st.floats(0.0, 50.0), min_size=3, max_size=3),
)
def test_i40_whatever_is_granted_what_all_may_draw_fits_or_falls(points, rooms):
    parties = [
        party(f"{index}", held_a, granted_a)
        for index, (held_a, granted_a, _, _) in enumerate(points)
    ]
    lines = [
        Line(
            room_a,
            {f"{i}": 1.0 for i, point in enumerate(points) if point[3] >> phase & 1},
            Reason.FUSE,
        )
        for phase, room_a in enumerate(rooms)
    ]
    targets = {f"{index}": target_a for index, (_, _, target_a, _) in enumerate(points)}
    grants = granted(targets, {}, parties, lines)
    held = {each.id: each.held_a for each in parties}
    for line in lines:
        may_draw_a = sum(max(grants[each], held[each]) for each in line.weights)
        held_a = sum(held[each] for each in line.weights)
        assert may_draw_a <= max(line.room_a, held_a) + 1e-6
    for each in parties:
        assert grants[each.id] == 0.0 or each.least_a <= grants[each.id] <= each.most_a
