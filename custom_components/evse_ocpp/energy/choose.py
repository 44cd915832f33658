"""Which stretches of time a car is charged in, so that it costs least. Pure; no clock, no dates.

A car may be charged for a part of a stretch, so the cheapest way is greedy and exact: each stretch
offers its energy at one or two costs (what the sun gives, and the rest), and the cheapest are taken
until nothing is missing; of equal ones the latest. A stretch of unknown price comes first: what can
wait until its price is known, waits. Into how few runs it is joined is decided in `runs`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .runs import Part, join

SHORTEST_RUN_S = 600.0
"""A run that would be shorter is joined to another, or made longer with less power; a gap that
would be shorter is filled."""

TOLERANCE_WH = 1.0


class Piece(NamedTuple):
    """A stretch (seconds) with a `price` per kWh, None: not known. `room_w`: the most that the car
    can have in it. `sun_w`: what the roof is expected to have left. `forced`: charged in any case.
    """

    start_s: float
    end_s: float
    price: float | None
    room_w: float
    sun_w: float = 0.0
    forced: bool = False

    @property
    def hours(self) -> float:
        """How long it lasts."""
        return (self.end_s - self.start_s) / 3600.0


class Chosen(NamedTuple):
    """A stretch in which it is charged with `power_w`, `from_sun_w` of it from the roof."""

    start_s: float
    end_s: float
    power_w: float
    price: float | None
    from_sun_w: float

    def cost(self, feed_in: float) -> float | None:
        """Return what it costs; sun costs what feeding it in would have brought."""
        if self.price is None:
            return None
        grid_w = self.power_w - self.from_sun_w
        kwh_h = (self.end_s - self.start_s) / 3.6e6
        return (grid_w * self.price + self.from_sun_w * feed_in) * kwh_h


@dataclass(slots=True)
class _Use:
    """How much of a piece is used: `power_w` for `share` of its time."""

    piece: Piece
    power_w: float = 0.0
    share: float = 0.0


class _Offer(NamedTuple):
    """Energy of a piece at one cost. `rank` orders offers; `base_w` is below it."""

    rank: tuple[int, float, float, int]
    piece_index: int
    base_w: float
    power_w: float


def choose(
    pieces: Sequence[Piece],
    need_wh: float,
    least_w: float,
    feed_in: float,
    most_starts: int | None = None,
) -> tuple[Chosen, ...]:
    """Return the cheapest stretches, in order, that together give `need_wh`; all if that is less.

    `pieces` are in order. No power but 0 lies below `least_w`. `feed_in` is per kWh.
    """
    usable = [piece if piece.room_w >= least_w else piece._replace(room_w=0.0) for piece in pieces]
    uses = [_Use(piece) for piece in usable]
    left_wh = _force(uses, need_wh)
    if most_starts is None:
        _take_cheapest(uses, left_wh, least_w, feed_in)
    elif left_wh > TOLERANCE_WH:
        for use, share in zip(uses, _joined(uses, need_wh, feed_in, most_starts), strict=True):
            use.power_w, use.share = (use.piece.room_w, share) if share else (0.0, 0.0)
    return _placed(uses)


def energy_wh(chosen: Sequence[Chosen]) -> float:
    """Return what is charged in all of them."""
    return sum(each.power_w * (each.end_s - each.start_s) / 3600.0 for each in chosen)


def price_of_full(piece: Piece, feed_in: float) -> float:
    """Return the mean price of charging with all that a piece has room for; unknown: the least."""
    if piece.price is None:
        return -1e6
    sun_w = min(piece.sun_w, piece.room_w)
    return (sun_w * feed_in + (piece.room_w - sun_w) * piece.price) / max(1.0, piece.room_w)


def _force(uses: Sequence[_Use], need_wh: float) -> float:
    """Take what is charged in any case, the earliest first; return what is still missing."""
    for use in uses:
        whole_wh = use.piece.room_w * use.piece.hours
        if use.piece.forced and whole_wh > 0.0 and need_wh > TOLERANCE_WH:
            use.power_w, use.share = use.piece.room_w, min(1.0, need_wh / whole_wh)
            need_wh -= whole_wh * use.share
    return need_wh


def _take_cheapest(uses: Sequence[_Use], left_wh: float, least_w: float, feed_in: float) -> None:
    offers = [
        offer
        for index, use in enumerate(uses)
        if not use.share
        for offer in _offers(index, use.piece, least_w, feed_in)
    ]
    offers.sort()
    rest = iter(offers)
    for offer in rest:
        if left_wh <= TOLERANCE_WH:
            return
        left_wh -= _take(uses[offer.piece_index], offer, left_wh)
        if left_wh > TOLERANCE_WH:
            continue
        if _is_short(uses, offer.piece_index):
            _lengthen(uses, offer, least_w, rest)
        else:
            _bridge(uses, offer.piece_index)


def _offers(index: int, piece: Piece, least_w: float, feed_in: float) -> list[_Offer]:
    """Return the energy of a piece by what it costs: up to the sun, then the rest.

    Less than `least_w` cannot be charged, so a little sun is had only together with the grid.
    """
    room_w, sun_w, price = piece.room_w, piece.sun_w, piece.price
    if room_w <= 0.0:
        return []
    if price is None:
        return [_Offer((0, 0.0, -piece.start_s, 0), index, 0.0, room_w)]
    base_w = max(least_w, min(sun_w, room_w))
    if sun_w <= 0.0 or price <= feed_in or base_w >= room_w:
        mean = price_of_full(piece, feed_in)
        return [_Offer((1, mean, -piece.start_s, 0), index, 0.0, room_w)]
    covered_w = min(sun_w, base_w)
    mean = (covered_w * feed_in + (base_w - covered_w) * price) / base_w
    return [
        _Offer((1, mean, -piece.start_s, 0), index, 0.0, base_w),
        _Offer((1, price, -piece.start_s, 1), index, base_w, room_w - base_w),
    ]


def _take(use: _Use, offer: _Offer, most_wh: float) -> float:
    """Take an offer, or a part: of a base less of its time, of the rest less of its power."""
    wh = min(most_wh, offer.power_w * use.piece.hours)
    if offer.base_w:
        use.power_w, use.share = offer.base_w + wh / use.piece.hours, 1.0
    else:
        use.power_w, use.share = offer.power_w, wh / (offer.power_w * use.piece.hours)
    return wh


def _is_short(uses: Sequence[_Use], index: int) -> bool:
    """Tell whether the part of a piece that was taken last stands alone and is short."""
    use = uses[index]
    beside = any(uses[each].share for each in (index - 1, index + 1) if 0 <= each < len(uses))
    seconds = use.share * (use.piece.end_s - use.piece.start_s)
    return use.share < 1.0 and not beside and seconds < SHORTEST_RUN_S


def _bridge(uses: Sequence[_Use], index: int) -> None:
    """Leave no short gap within a run, nor one for nothing: stop earlier at its end instead."""
    use, last = uses[index], index
    if use.share >= 1.0 or not index or not uses[index - 1].share:
        return
    while last + 1 < len(uses) and uses[last + 1].share:
        last += 1
    end = uses[last]
    seconds = (1.0 - use.share) * (use.piece.end_s - use.piece.start_s)
    gap_wh = use.power_w * seconds / 3600.0
    end_wh = end.power_w * end.piece.hours * end.share
    alike = use.piece.price == end.piece.price and use.piece.sun_w == end.piece.sun_w
    fits = last > index and gap_wh < end_wh and not end.piece.forced
    if fits and (alike or seconds < SHORTEST_RUN_S):
        use.share = 1.0
        end.share *= 1.0 - gap_wh / end_wh


def _lengthen(uses: Sequence[_Use], offer: _Offer, least_w: float, rest: Iterator[_Offer]) -> None:
    """Do not start for a few minutes: charge with less power, or beside another run."""
    use = uses[offer.piece_index]
    wh = use.power_w * use.piece.hours * use.share
    seconds = min(SHORTEST_RUN_S, use.piece.end_s - use.piece.start_s)
    slow_w = wh * 3600.0 / seconds
    if slow_w >= least_w:
        use.power_w, use.share = slow_w, seconds / (use.piece.end_s - use.piece.start_s)
        return
    before = (use.power_w, use.share)
    use.power_w, use.share = 0.0, 0.0
    for other in rest:
        if _takes_beside(uses, other, wh):
            return
    use.power_w, use.share = before


def _takes_beside(uses: Sequence[_Use], offer: _Offer, wh: float) -> bool:
    """Take energy from an offer, if that lengthens a run and does not begin another."""
    at = offer.piece_index
    if offer.power_w * uses[at].piece.hours < wh:
        return False
    beside = any(uses[each].share for each in (at - 1, at + 1) if 0 <= each < len(uses))
    runs = uses[at].share > 0.0
    if runs is not bool(offer.base_w) or not (runs or beside):
        return False
    _take(uses[at], offer, wh)
    return True


def _joined(
    uses: Sequence[_Use], need_wh: float, feed_in: float, most_starts: int
) -> Sequence[float]:
    """Choose at most `most_starts` runs; return the used share of each piece."""
    parts = [
        Part(
            use.piece.room_w * use.piece.hours,
            price_of_full(use.piece, feed_in),
            forced=use.piece.forced and use.piece.room_w > 0.0,
        )
        for use in uses
    ]
    return join(parts, need_wh, most_starts)


def _placed(uses: Sequence[_Use]) -> tuple[Chosen, ...]:
    """Lay the used part of a piece beside its neighbours; alone it comes first, to have slack."""
    placed = []
    for index, use in enumerate(uses):
        if not use.share:
            continue
        piece = use.piece
        seconds = use.share * (piece.end_s - piece.start_s)
        before = index > 0 and uses[index - 1].share > 0.0
        after = index + 1 < len(uses) and uses[index + 1].share > 0.0
        start_s = piece.end_s - seconds if after and not before else piece.start_s
        sun_w = min(piece.sun_w, use.power_w)
        placed.append(Chosen(start_s, start_s + seconds, use.power_w, piece.price, sun_w))
    return tuple(placed)
