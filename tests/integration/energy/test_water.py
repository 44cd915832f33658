"""Fair division over lines (load-control.md, 7), against its definition."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.evse_ocpp.energy.allowance import Reason
from custom_components.evse_ocpp.energy.lines import Line, Party
from custom_components.evse_ocpp.energy.model import Asks
from custom_components.evse_ocpp.energy.water import divide, level


def party(each, most_a=16.0, least_a=6.0, **more):
    return Party(each, Asks.CHARGING, None, (0, 1, 2), least_a, most_a, **more)


def line(room_a, **weights):
    return Line(room_a, weights, Reason.FUSE)


@pytest.mark.parametrize(
    ("parties", "lines", "expected"),
    [
        ([party("a")], [], {"a": 16.0}),
        ([party("a"), party("b")], [line(20.0, a=1, b=1)], {"a": 10.0, "b": 10.0}),
        ([party("a", 8.0), party("b")], [line(20.0, a=1, b=1)], {"a": 8.0, "b": 12.0}),
        ([party("a", wants_a=8.0), party("b")], [line(20.0, a=1, b=1)], {"a": 8.0, "b": 12.0}),
        # What nobody can use is spread.
        ([party("a", wants_a=8.0), party("b")], [line(30.0, a=1, b=1)], {"a": 14.0, "b": 16.0}),
        ([party("a"), party("b")], [line(12.0, a=1), line(30.0, a=1, b=1)], {"a": 12.0, "b": 16.0}),
        ([party("a"), party("b", priority=1)], [line(20.0, a=1, b=1)], {"a": 6.0, "b": 14.0}),
        (
            [party("a", urgent=True), party("b", priority=1)],
            [line(20.0, a=1, b=1)],
            {"a": 14.0, "b": 6.0},
        ),
        # A car on one phase of three has a third of the power.
        ([party("a"), party("b")], [line(12.0, a=1 / 3, b=1)], {"a": 9.0, "b": 9.0}),
    ],
)
def test_shares(parties, lines, expected):
    assert divide(parties, lines) == pytest.approx(expected)


def test_one_that_takes_nothing_gets_its_minimum_and_only_what_is_left_besides():
    full = Party("a", Asks.LITTLE, None, (0,), 6.0, 16.0)
    assert divide([full, party("b")], [line(20.0, a=1, b=1)]) == pytest.approx(
        {"a": 6.0, "b": 14.0}
    )


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    st.lists(st.floats(6.0, 32.0), min_size=1, max_size=5),
    st.lists(st.tuples(st.floats(0.0, 90.0), st.integers(1, 31)), min_size=1, max_size=4),
)
def test_nobody_could_have_more_without_taking_it_from_one_that_has_no_more(most, limits):
    parties = [party(f"{index}", most_a) for index, most_a in enumerate(most)]
    lines = [
        line(
            room_a + 6.0 * len(parties),
            **{each.id: 1.0 for index, each in enumerate(parties) if mask >> index & 1},
        )
        for room_a, mask in limits
    ]
    amps = divide(parties, lines)
    for each in lines:
        assert sum(amps[one] for one in each.weights) <= each.room_a + 1e-6
    for one in parties:
        if amps[one.id] < one.most_a - 1e-6:
            full = [
                each
                for each in lines
                if one.id in each.weights
                and sum(amps[other] for other in each.weights) >= each.room_a - 1e-6
            ]
            assert any(amps[one.id] >= max(amps[o] for o in each.weights) - 1e-6 for each in full)


def test_a_level():
    bounds = [(6.0, 16.0, 1.0), (6.0, 10.0, 2.0)]
    assert level(bounds, 36.0) == math.inf
    assert level(bounds, 27.0) == pytest.approx(9.0)
    assert level(bounds, 33.0) == pytest.approx(13.0)
    assert level(bounds, 5.0) == 6.0
