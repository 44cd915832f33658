"""Joins a plan into few runs: at most so many stretches without a break, at the least cost. Pure.

For a value of each Wh, which runs are worth most is a small dynamic programme; the value is halved
in until enough is charged. What is then too much is cut off the dearest ends, and what is missing
in the solution just below is added at the cheapest. A single run is searched through exactly.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

HALVINGS = 24
TOLERANCE_WH = 1.0


class Part(NamedTuple):
    """A stretch with the energy that fits in and its price; `forced`: it is in one of the runs."""

    energy_wh: float
    price: float
    forced: bool = False


def join(parts: Sequence[Part], need_wh: float, most_runs: int) -> list[float]:
    """Return the share of each part that is used, in at most `most_runs` runs, so that `need_wh`
    comes together at the least price; everything, if that is not enough.
    """
    if sum(part.energy_wh for part in parts) <= need_wh + TOLERANCE_WH:
        return [1.0 if part.energy_wh > 0.0 else 0.0 for part in parts]
    low, high = _around(parts, need_wh, most_runs)
    candidates = [_cut(parts, high, need_wh), _extend(parts, low, need_wh, most_runs)]
    candidates.extend(_single_runs(parts, need_wh))
    enough = [each for each in candidates if _energy(parts, each) >= need_wh - TOLERANCE_WH]
    if not enough:
        return max(candidates, key=lambda each: _energy(parts, each))
    return min(enough, key=lambda each: _cost(parts, each))


def _around(
    parts: Sequence[Part], need_wh: float, most_runs: int
) -> tuple[list[float], list[float]]:
    """Return the last solution that charges too little, and the first that charges enough."""
    prices = [part.price for part in parts]
    low, high = min(prices) - 1.0, max(prices) + 1e4
    below, above = [0.0] * len(parts), _worth(parts, high, most_runs)
    for _ in range(HALVINGS):
        value = (low + high) / 2.0
        shares = _worth(parts, value, most_runs)
        if _energy(parts, shares) >= need_wh:
            high, above = value, shares
        else:
            low, below = value, shares
        if high - low < 1e-6:
            break
    return below, above


def _worth(parts: Sequence[Part], value: float, most_runs: int) -> list[float]:
    """Choose at most `most_runs` runs whose energy is worth most more than it costs.

    States are 0 (before the first run), 1 (in it), 2 (after it), 3 (in the second) and so on.
    """
    states = 2 * most_runs + 1
    worst = -1e18
    best = [0.0] + [worst] * (states - 1)
    came_from: list[list[int]] = []
    for part in parts:
        gain = part.energy_wh * (value - part.price) if part.energy_wh > 0.0 else worst
        if part.forced:
            gain += 1e12
        step, origins = [worst] * states, [0] * states
        for state in range(states):
            origin = state
            if state and best[state - 1] > best[origin]:
                origin = state - 1
            step[state] = best[origin] + (gain if state % 2 else 0.0)
            origins[state] = origin
        best = step
        came_from.append(origins)
    state = max(range(states), key=lambda each: best[each])
    shares = [0.0] * len(parts)
    for index in range(len(parts) - 1, -1, -1):
        shares[index] = float(state % 2)
        state = came_from[index][state]
    return shares


def _cut(parts: Sequence[Part], shares: Sequence[float], need_wh: float) -> list[float]:
    """Take what is too much off the dearest ends of runs; of equal ones the earliest."""
    cut = list(shares)
    too_much = _energy(parts, cut) - need_wh
    while too_much > TOLERANCE_WH:
        ends = [each for each in _ends(cut) if not parts[each].forced]
        if not ends:
            break
        dearest = max(ends, key=lambda each: (parts[each].price, -each))
        wh = parts[dearest].energy_wh * cut[dearest]
        taken = min(wh, too_much)
        cut[dearest] *= 1.0 - taken / wh
        too_much -= taken
        if cut[dearest] > 0.0:
            break
    return cut


def _extend(
    parts: Sequence[Part], shares: Sequence[float], need_wh: float, most_runs: int
) -> list[float]:
    """Add what is missing beside the runs where it is cheapest, or as another run."""
    grown = list(shares)
    missing = need_wh - _energy(parts, grown)
    while missing > TOLERANCE_WH:
        free = [each for each, part in enumerate(parts) if not grown[each] and part.energy_wh > 0.0]
        if _runs(grown) >= most_runs:
            free = [each for each in free if _beside(grown, each)]
        if not free:
            break
        cheapest = min(free, key=lambda each: (parts[each].price, -each))
        grown[cheapest] = min(1.0, missing / parts[cheapest].energy_wh)
        missing -= parts[cheapest].energy_wh * grown[cheapest]
    return grown


def _single_runs(parts: Sequence[Part], need_wh: float) -> Iterator[list[float]]:
    """Yield the best single run that begins with a part, and the best that ends with one."""
    if any(part.forced for part in parts):
        return
    indices = range(len(parts))
    forwards: Callable[[int], range] = lambda first: range(first, len(parts))  # noqa: E731
    backwards: Callable[[int], range] = lambda last: range(last, -1, -1)  # noqa: E731
    for order in (forwards, backwards):
        runs = [run for run in (_run(parts, need_wh, order(each)) for each in indices) if run]
        if runs:
            yield min(runs, key=lambda each: _cost(parts, each))


def _run(parts: Sequence[Part], need_wh: float, order: range) -> list[float] | None:
    """Charge part after part until it is enough; None if a part without room comes before that."""
    shares = [0.0] * len(parts)
    for each in order:
        if parts[each].energy_wh <= 0.0:
            return None
        shares[each] = min(1.0, need_wh / parts[each].energy_wh)
        need_wh -= parts[each].energy_wh
        if need_wh <= 0.0:
            return shares
    return None


def _ends(shares: Sequence[float]) -> list[int]:
    return [
        each
        for each, share in enumerate(shares)
        if share
        and (each == 0 or each == len(shares) - 1 or not shares[each - 1] or not shares[each + 1])
    ]


def _beside(shares: Sequence[float], index: int) -> bool:
    before = index > 0 and shares[index - 1] > 0.0
    return before or (index + 1 < len(shares) and shares[index + 1] > 0.0)


def _runs(shares: Sequence[float]) -> int:
    return sum(
        1 for each, share in enumerate(shares) if share and (each == 0 or not shares[each - 1])
    )


def _energy(parts: Sequence[Part], shares: Sequence[float]) -> float:
    return sum(part.energy_wh * share for part, share in zip(parts, shares, strict=True))


def _cost(parts: Sequence[Part], shares: Sequence[float]) -> float:
    return sum(
        part.energy_wh * share * part.price for part, share in zip(parts, shares, strict=True)
    )
