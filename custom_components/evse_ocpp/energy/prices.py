"""What a kilowatt-hour will cost, and what the sun will give: slots of time. Pure.

Providers publish hours and quarters, twice, out of order, with holes, and once a year 23 or 25 of
them. `Prices.of` and `SunForecast.of` bring that into order; instants are kept in UTC, so that no
arithmetic meets a clock change, and local days are cut with the zone in hand (`of_day`).
"""

import heapq
import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import NamedTuple, Self


class Slot(NamedTuple):
    """A stretch of time (aware instants) with one value: money per kWh, W, or g CO₂ per kWh."""

    start: datetime
    end: datetime
    value: float

    @property
    def hours(self) -> float:
        """How long it lasts."""
        return (self.end - self.start).total_seconds() / 3600.0


@dataclass(frozen=True, slots=True)
class Prices:
    """Known prices, in order and without overlap; gaps are times whose price is not known."""

    slots: tuple[Slot, ...] = ()

    @classmethod
    def of(cls, slots: Iterable[Slot]) -> Self:
        """Order what a provider gave; see `in_order`."""
        return cls(in_order(slots))

    def at(self, instant: datetime) -> Slot | None:
        """Return the slot of an instant; None if its price is not known."""
        return slot_at(self.slots, instant)

    @property
    def until(self) -> datetime | None:
        """Return the end of what is known; None if nothing is."""
        return self.slots[-1].end if self.slots else None


@dataclass(frozen=True, slots=True)
class SunForecast:
    """What the roof will give (W), in order and without overlap."""

    slots: tuple[Slot, ...] = ()

    @classmethod
    def of(cls, slots: Iterable[Slot]) -> Self:
        """Order what a forecast gave; see `in_order`."""
        return cls(in_order(slots))


@dataclass(frozen=True, slots=True)
class Cheap:
    """When it is cheap: at most `limit` per kWh (None: no such limit), and the `hours` cheapest of
    each day (None: no such number). Without both it never is.
    """

    limit: float | None = None
    hours: float | None = None


def in_order(slots: Iterable[Slot]) -> tuple[Slot, ...]:
    """Sort slots and take away what overlaps: the one that begins later counts, of two that begin
    together the last given. Values that are no number, and slots without length, are left out.

    Raises ValueError for an instant without a time zone.
    """
    return paint(sorted(slots, key=lambda slot: _utc(slot.start)))


def paint(layers: Iterable[Slot]) -> tuple[Slot, ...]:
    """Lay slots over each other: at each instant the last that covers it counts."""
    kept = [
        Slot(_utc(start), _utc(end), float(value))
        for start, end, value in layers
        if math.isfinite(value)
    ]
    edges = sorted({edge for slot in kept for edge in (slot.start, slot.end)})
    waiting = sorted(range(len(kept)), key=lambda each: kept[each].start, reverse=True)
    top: list[int] = []  # of the layers that have begun, the negative index: the last on top
    seen: list[Slot] = []
    last_layer = None
    for start, end in pairwise(edges):
        while waiting and kept[waiting[-1]].start <= start:
            heapq.heappush(top, -waiting.pop())
        while top and kept[-top[0]].end <= start:
            heapq.heappop(top)
        if not top:
            last_layer = None
            continue
        if last_layer == top[0]:
            seen[-1] = seen[-1]._replace(end=end)
        else:
            seen.append(Slot(start, end, kept[-top[0]].value))
        last_layer = top[0]
    return tuple(seen)


def slot_at(slots: Sequence[Slot], instant: datetime) -> Slot | None:
    """Find the slot of an instant in ordered slots."""
    index = bisect_right(slots, instant, key=lambda slot: slot.start) - 1
    return slots[index] if index >= 0 and instant < slots[index].end else None


def local_day(day: date, zone: tzinfo | None) -> tuple[datetime, datetime]:
    """Return begin and end (UTC) of a local day of 23, 24 or 25 hours."""
    begin = datetime.combine(day, time(), zone)
    return begin.astimezone(UTC), datetime.combine(day + timedelta(1), time(), zone).astimezone(UTC)


def between(slots: Iterable[Slot], start: datetime, end: datetime) -> tuple[Slot, ...]:
    """Cut ordered slots to a stretch of time."""
    return tuple(
        Slot(max(slot.start, start), min(slot.end, end), slot.value)
        for slot in slots
        if slot.start < end and slot.end > start
    )


def of_day(slots: Iterable[Slot], day: date, zone: tzinfo | None) -> tuple[Slot, ...]:
    """Cut ordered slots to a local day."""
    return between(slots, *local_day(day, zone))


def mean(slots: Iterable[Slot]) -> float | None:
    """Return the mean value over time; None of nothing."""
    total, hours = 0.0, 0.0
    for slot in slots:
        total += slot.value * slot.hours
        hours += slot.hours
    return total / hours if hours else None


def cheapest(slots: Iterable[Slot], hours: float) -> tuple[Slot, ...]:
    """Return the cheapest `hours` of ordered slots, in order; of equal ones the earlier.

    The dearest of them is cut at its end, so that it comes to `hours` exactly, if so much is known.
    """
    chosen, left = [], timedelta(hours=max(0.0, hours))
    for slot in sorted(slots, key=lambda slot: (slot.value, slot.start)):
        if not left:
            break
        chosen.append(slot._replace(end=min(slot.end, slot.start + left)))
        left -= chosen[-1].end - chosen[-1].start
    return tuple(sorted(chosen))


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"Slot: {instant.isoformat()} has no time zone; it needs one.")
    return instant.astimezone(UTC)
