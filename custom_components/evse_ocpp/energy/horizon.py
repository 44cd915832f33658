"""The time to come, cut into stretches: prices, sun, and what the fuses will leave. Pure.

One `Horizon` serves one planning of all points of a site, one after the other: what a plan takes is
taken from what the fuses and the sun have left for the next. Instants are POSIX seconds in here.
"""

import math
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from itertools import pairwise
from typing import NamedTuple

from .choose import Chosen, Piece
from .house_profile import Expected
from .model import (
    NOMINAL_V,
    NOTHING,
    Phases,
    PointSettings,
    SiteNow,
    SiteSettings,
)
from .prices import Slot, mean

FINEST_S = 900.0
"""Prices by five minutes are joined to quarters of an hour: no car is started for less."""

HOUR_S = 3600.0

USABLE_SHARE = 0.95
"""Of what the fuse leaves: limits rise only when it was free for a while."""

UNKNOWN_SHARE = 0.9
"""Of the power, where the price is not known: what waits for the latest start needs a margin."""

MAIN = ""


class Fuse(NamedTuple):
    """Limits of a circuit, or of the main fuse: per phase, and of its sum."""

    limit_a: float
    limit_w: float | None = None


@dataclass(slots=True)
class Stretch:
    """`price`: per kWh, None: not known. `house`: what is expected of it. `used_a`, `used_w`: what
    plans take already, per circuit and phase of the site, and in all. `sun_w`: what is left of it.
    """

    start_s: float
    end_s: float
    price: float | None
    house: Expected
    sun_w: float
    used_w: float = 0.0
    used_a: dict[str, list[float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Horizon:
    """Stretches in order, without a gap, from now on."""

    site: SiteSettings
    stretches: Sequence[Stretch]
    flat: bool = False

    def pieces(
        self, point: PointSettings, most_w: float, phases: tuple[int, ...], until_s: float
    ) -> tuple[Piece, ...]:
        """Return what a point that can take `most_w` on these phases may have until then."""
        chain = chain_of(self.site, point)
        found = []
        for stretch in self.stretches:
            if stretch.start_s >= until_s:
                break
            room_w = _room_a(stretch, chain, phases) * NOMINAL_V * len(phases)
            room_w = min(room_w * USABLE_SHARE, self._left_w(stretch))
            unknown = stretch.price is None or self.flat
            share = UNKNOWN_SHARE if unknown else 1.0
            end_s = min(stretch.end_s, until_s)
            price, sun_w = stretch.price, stretch.sun_w
            found.append(Piece(stretch.start_s, end_s, price, min(most_w * share, room_w), sun_w))
        return tuple(found)

    def reserve(
        self, point: PointSettings, chosen: Iterable[Chosen], phases: tuple[int, ...]
    ) -> None:
        """Take what a plan needs from what is left for others."""
        chain = chain_of(self.site, point)
        left = deque(chosen)
        for stretch in self.stretches:
            while left and left[0].end_s <= stretch.start_s:
                left.popleft()
            for each in left:
                if each.start_s >= stretch.end_s:
                    break
                both_s = min(stretch.end_s, each.end_s) - max(stretch.start_s, each.start_s)
                _use(stretch, chain, each, both_s, phases)

    def _left_w(self, stretch: Stretch) -> float:
        """What a contract or a capacity tariff leaves, W."""
        limits = [each for each in (self.site.contract_w, self.site.capacity_w) if each is not None]
        if not limits:
            return float("inf")
        house_w = sum(stretch.house.current_a) * NOMINAL_V
        return max(0.0, min(limits) - house_w - stretch.used_w)


def look_ahead(
    site: SiteSettings,
    now: SiteNow,
    expected: Sequence[Expected],
    edges: Iterable[datetime],
    until: datetime,
) -> Horizon:
    """Cut the time from now to `until`, also at `edges`.

    Where prices are known on both sides of a gap, their mean counts in it. Without any price, that
    of the day counts at all times: then there is nothing to choose but the sun, and the latest
    start.
    """
    start_s, until_s = now.at.timestamp(), until.timestamp()
    prices = _no_finer(now.prices.slots, start_s, until_s)
    sun = _seconds(now.sun.slots, start_s, until_s)
    cuts = {start_s, until_s, *(edge.timestamp() for edge in edges)}
    cuts.update(edge for each in (*prices, *sun) for edge in each[:2])
    hour_s = (start_s // HOUR_S + 1) * HOUR_S
    while hour_s < until_s:
        cuts.add(hour_s)
        hour_s += HOUR_S
    known = [slot for slot in now.prices.slots if slot.end > now.at]
    guess = mean(known) if known else site.sun.day_price
    known_until_s = prices[-1][1] if prices else start_s
    ordered = sorted(cut for cut in cuts if start_s <= cut <= until_s)
    price_of, sun_of = _Walk(prices), _Walk(sun)
    stretches = []
    for begin_s, end_s in pairwise(ordered):
        price = price_of.at(begin_s)
        if price is None and (not known or begin_s < known_until_s):
            price = guess
        house = expected[_hour_of_week(begin_s, now.at.tzinfo)]
        sun_w = max(0.0, (sun_of.at(begin_s) or 0.0) - house.load_w)
        stretches.append(Stretch(begin_s, end_s, price, house, sun_w))
    if not site.has_meter:
        reserve_a = site.house_reserve_a
        for stretch in stretches:
            stretch.house = Expected((reserve_a, reserve_a, reserve_a), stretch.house.load_w)
    return Horizon(site, stretches, flat=not known)


def _use(
    stretch: Stretch,
    chain: Mapping[str, Fuse],
    chosen: Chosen,
    seconds: float,
    phases: tuple[int, ...],
) -> None:
    """Take what is charged for so long from what a stretch has."""
    share = seconds / (stretch.end_s - stretch.start_s)
    stretch.used_w += chosen.power_w * share
    stretch.sun_w = max(0.0, stretch.sun_w - chosen.from_sun_w * share)
    amps = chosen.power_w * share / (NOMINAL_V * len(phases))
    for fuse in chain:
        used = stretch.used_a.setdefault(fuse, [0.0, 0.0, 0.0])
        for phase in phases:
            used[phase] += amps


def chain_of(site: SiteSettings, point: PointSettings) -> Mapping[str, Fuse]:
    """Return the fuses above a point, from its circuit to the main one."""
    circuits = {circuit.id: circuit for circuit in site.circuits}
    chain: dict[str, Fuse] = {}
    below = point.circuit
    while below in circuits and below not in chain:
        circuit = circuits[below]
        chain[circuit.id] = Fuse(circuit.limit_a, circuit.limit_w)
        below = circuit.parent
    chain[MAIN] = Fuse(site.fuse_a)
    return chain


def _room_a(
    stretch: Stretch,
    chain: Mapping[str, Fuse],
    phases: tuple[int, ...],
) -> float:
    """What the fuses above a point leave on its phases, A."""
    room_a = math.inf
    for name, fuse in chain.items():
        used = stretch.used_a.get(name, NOTHING)
        house: Phases = stretch.house.current_a if name == MAIN else NOTHING
        for phase in phases:
            room_a = min(room_a, fuse.limit_a - max(0.0, house[phase]) - used[phase])
        if fuse.limit_w is not None:
            left_w = fuse.limit_w - sum(used) * NOMINAL_V
            room_a = min(room_a, left_w / (NOMINAL_V * len(phases)))
    return max(0.0, room_a)


class _Walk:
    """Looks up the value of instants that come in order."""

    def __init__(self, slots: Sequence[tuple[float, float, float]]) -> None:
        self._slots = slots
        self._index = 0

    def at(self, instant_s: float) -> float | None:
        slots = self._slots
        while self._index < len(slots) and slots[self._index][1] <= instant_s:
            self._index += 1
        if self._index < len(slots) and slots[self._index][0] <= instant_s:
            return slots[self._index][2]
        return None


def _seconds(
    slots: Iterable[Slot], start_s: float, until_s: float
) -> list[tuple[float, float, float]]:
    cut = ((slot.start.timestamp(), slot.end.timestamp(), slot.value) for slot in slots)
    return [each for each in cut if each[0] < until_s and each[1] > start_s]


def _no_finer(
    slots: Iterable[Slot], start_s: float, until_s: float
) -> list[tuple[float, float, float]]:
    """Join slots that are shorter than a quarter of an hour to quarters, with their mean."""
    found = _seconds(slots, start_s, until_s)
    if all(end_s - begin_s >= FINEST_S for begin_s, end_s, _ in found):
        return found
    quarters: dict[float, list[float]] = {}
    for begin_s, end_s, value in found:
        at_s = begin_s // FINEST_S * FINEST_S
        while at_s < end_s:
            seconds = min(end_s, at_s + FINEST_S) - max(begin_s, at_s)
            sums = quarters.setdefault(at_s, [0.0, 0.0])
            sums[0] += value * seconds
            sums[1] += seconds
            at_s += FINEST_S
    return [
        (at_s, at_s + FINEST_S, total / seconds)
        for at_s, (total, seconds) in sorted(quarters.items())
    ]


def _hour_of_week(at_s: float, zone: tzinfo | None) -> int:
    local = datetime.fromtimestamp(at_s, zone or UTC)
    return local.weekday() * 24 + local.hour
