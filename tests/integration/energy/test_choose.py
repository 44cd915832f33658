"""The cheapest stretches, against exact searches written another way."""

import math
import random
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.evse_ocpp.energy.choose import Piece, choose, energy_wh
from custom_components.evse_ocpp.energy.runs import Part, join

HOUR = 3600.0
LEAST_W, FULL_W = 4000.0, 11_000.0
FEED_IN = 0.08


def pieces(*prices, room_w=FULL_W, sun_w=0.0, **more) -> list[Piece]:
    return [
        Piece(index * HOUR, (index + 1) * HOUR, price, room_w, sun_w, **more)
        for index, price in enumerate(prices)
    ]


def cost(chosen) -> float:
    return sum(each.cost(FEED_IN) for each in chosen)


def hours(chosen) -> list[tuple[float, float]]:
    return [(round(each.start_s / HOUR, 3), round(each.end_s / HOUR, 3)) for each in chosen]


@pytest.mark.parametrize(
    ("prices", "need_wh", "expected"),
    [
        ((0.3, 0.1, 0.2, 0.4), 11_000, [(1, 2)]),
        ((0.3, 0.1, 0.2, 0.4), 16_500, [(1, 2), (2, 2.5)]),  # beside the run
        ((0.2, 0.3, 0.1, 0.4), 16_500, [(0, 0.5), (2, 3)]),  # alone: first, to have slack
        ((0.2, 0.2, 0.2, 0.2), 16_500, [(2.5, 3), (3, 4)]),  # of equal ones the latest
        ((-0.1, 0.1, -0.2, 0.4), 11_000, [(2, 3)]),
        ((0.3, 0.1, None, None), 11_000, [(3, 4)]),  # what can wait for its price waits
        ((0.3, 0.1, None, None), 27_500, [(1.5, 2), (2, 3), (3, 4)]),  # only the shortfall
        ((0.3, 0.1, 0.2, 0.4), 99_000, [(0, 1), (1, 2), (2, 3), (3, 4)]),
        ((0.3, 0.1, 0.2, 0.4), 0.0, []),
    ],
)
def test_chosen(prices, need_wh, expected):
    assert hours(choose(pieces(*prices), need_wh, LEAST_W, FEED_IN)) == expected


def test_a_few_minutes_are_no_run_of_their_own():
    three_minutes = 550.0
    found = choose(pieces(0.2, 0.3, 0.4, 0.1), 11_000 + three_minutes, LEAST_W, FEED_IN)
    assert hours(found)[-2:] == [(2.95, 3), (3, 4)]
    slower = choose(pieces(0.2, 0.3, 0.4, 0.1), 11_000 + 800, LEAST_W, FEED_IN)
    assert hours(slower) == [(0, 0.167), (3, 4)]
    assert slower[0].power_w == pytest.approx(4800)
    assert energy_wh(slower) == pytest.approx(11_800)


def test_below_the_minimum_there_is_no_room():
    tight = [*pieces(0.1, room_w=3000.0), *pieces(0.1, 0.2)[1:]]
    assert hours(choose(tight, 5500, LEAST_W, FEED_IN)) == [(1, 1.5)]


def test_forced_comes_first():
    warm = [*pieces(0.1, 0.2, 0.3)[:2], pieces(0.1, 0.2, 0.3, forced=True)[2]]
    assert hours(choose(warm, 16_500, LEAST_W, FEED_IN)) == [(0, 0.5), (2, 3)]
    assert hours(choose(warm, 5_500, LEAST_W, FEED_IN)) == [(2, 2.5)]


def exact_cost(given_pieces, quanta: int, quantum_wh: float) -> float:
    """The least cost of charging so many quanta: a dynamic programme over pieces and energy."""
    best = [0.0] + [math.inf] * quanta
    for piece in given_pieces:
        powers = [] if piece.room_w < LEAST_W else [LEAST_W, piece.room_w]
        powers += [piece.sun_w] if LEAST_W < piece.sun_w < piece.room_w else []
        corners = [(0.0, 0.0)]
        for power_w in powers:
            sun_w = min(power_w, piece.sun_w)
            per_h = (sun_w * FEED_IN + (power_w - sun_w) * piece.price) / 1000.0
            corners.append((power_w * piece.hours, per_h * piece.hours))
        most = int(max(wh for wh, _ in corners) // quantum_wh)
        of_piece = [_mixed(corners, each * quantum_wh) for each in range(most + 1)]
        best = [
            min(best[total - own] + of_piece[own] for own in range(min(total, most) + 1))
            for total in range(quanta + 1)
        ]
    return best[-1]


def _mixed(corners, wh: float) -> float:
    """The least cost of energy in one piece, running by turns at two of its powers."""
    least = math.inf
    for one in corners:
        if one[0] == wh:
            least = min(least, one[1])
    for low, high in combinations(sorted(corners), 2):
        if low[0] <= wh <= high[0] and low[0] < high[0]:
            share = (wh - low[0]) / (high[0] - low[0])
            least = min(least, low[1] + share * (high[1] - low[1]))
    return least


_price = st.sampled_from([-0.1, 0.0, 0.05, 0.08, 0.15, 0.2, 0.25, 0.3, 0.4])
_room = st.sampled_from([0.0, 3000.0, 4000.0, 6000.0, 11_000.0])
_sun = st.sampled_from([0.0, 1000.0, 3000.0, 5000.0, 9000.0])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(_price, _room, _sun), min_size=1, max_size=7), st.integers(3, 60))
def test_no_exact_search_finds_a_cheaper_way(rows, quanta):
    many = [
        Piece(index * HOUR, (index + 1) * HOUR, price, room_w, sun_w)
        for index, (price, room_w, sun_w) in enumerate(rows)
    ]
    possible_wh = sum(piece.room_w for piece in many if piece.room_w >= LEAST_W)
    need_wh = min(quanta * 1000.0, possible_wh // 1000.0 * 1000.0)
    found = choose(many, need_wh, LEAST_W, FEED_IN)
    assert energy_wh(found) == pytest.approx(need_wh, abs=2.0)
    assert all(one.end_s <= other.start_s for one, other in pairwise(found))
    assert all(each.power_w >= LEAST_W - 1e-6 for each in found)
    # The last minutes are never a run of their own: at most ten, at the dearest price of all.
    short = 0.0017 * LEAST_W / 6.0 * 0.5
    exact = exact_cost(many, round(need_wh / 1000.0), 1000.0)
    assert cost(found) <= exact + 0.005 * abs(exact) + short


# ------------------------------------------------------------------- few runs


def exact_runs(parts, need_wh: float, most_runs: int) -> float:
    """All sets of parts with few enough runs, one end of a run cut: the cheapest costs this."""
    least = math.inf
    usable = [each for each, part in enumerate(parts) if part.energy_wh > 0]
    for size in range(1, len(usable) + 1):
        for chosen in combinations(usable, size):
            runs = 1 + sum(after - before > 1 for before, after in pairwise(chosen))
            excess = sum(parts[each].energy_wh for each in chosen) - need_wh
            if runs > most_runs or excess < -1e-6:
                continue
            total = sum(parts[each].energy_wh * parts[each].price for each in chosen)
            for each in chosen:
                inner = each - 1 in chosen and each + 1 in chosen
                if not inner and excess <= parts[each].energy_wh:
                    least = min(least, total - excess * parts[each].price)
    return least


def runs_of(shares) -> int:
    return sum(1 for before, now in pairwise([0.0, *shares]) if now and not before)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([0, 2000, 7000, 11_000]), _price), min_size=1, max_size=9),
    st.integers(1, 60),
    st.integers(1, 3),
)
def test_few_runs_are_few_and_enough(rows, kwh, most_runs):
    parts = [Part(float(wh), price) for wh, price in rows]
    need_wh = kwh * 1000.0
    shares = join(parts, need_wh, most_runs)
    got_wh = sum(part.energy_wh * share for part, share in zip(parts, shares, strict=True))
    exact = exact_runs(parts, need_wh, most_runs)
    if math.isfinite(exact):
        assert got_wh == pytest.approx(need_wh, abs=2.0)
        assert runs_of(shares) <= most_runs
        if most_runs == 1:
            total = sum(p.energy_wh * s * p.price for p, s in zip(parts, shares, strict=True))
            assert total <= exact + 1.0
    else:
        assert got_wh <= need_wh + 1.0


@pytest.mark.parametrize("most_runs", [1, 2, 3])
def test_few_runs_cost_little_more_than_the_cheapest_of_all_sets(most_runs):
    chance, dearer = random.Random(most_runs), []
    for _ in range(40):
        walk = [chance.uniform(0.15, 0.35)]
        for _ in range(11):
            walk.append(min(0.5, max(0.05, walk[-1] + chance.gauss(0.0, 0.05))))
        parts = [Part(chance.uniform(6000, 11_000), price) for price in walk]
        need_wh = chance.uniform(8000, 60_000)
        shares = join(parts, need_wh, most_runs)
        total = sum(p.energy_wh * s * p.price for p, s in zip(parts, shares, strict=True))
        dearer.append(total / exact_runs(parts, need_wh, most_runs) - 1.0)
    assert sum(dearer) / len(dearer) <= 0.005
    assert max(dearer) <= 0.06


def test_forced_parts_are_in_one_of_the_runs():
    parts = [Part(1000.0, 0.1), Part(1000.0, 0.3), Part(1000.0, 0.3), Part(1000.0, 0.4, True)]
    assert join(parts, 1500.0, 1) == pytest.approx([0.0, 0.0, 0.5, 1.0])
    assert join(parts, 2000.0, 2) == pytest.approx([1.0, 0.0, 0.0, 1.0])


def test_two_starts_instead_of_four():
    alternating = pieces(0.1, 0.3, 0.11, 0.3, 0.12, 0.3, 0.13, 0.4)
    freely = choose(alternating, 44_000, LEAST_W, FEED_IN)
    joined = choose(alternating, 44_000, LEAST_W, FEED_IN, most_starts=2)
    assert len(freely) == 4
    assert energy_wh(joined) == pytest.approx(44_000)
    gaps = sum(one.end_s < other.start_s for one, other in pairwise(joined))
    assert gaps == 1
