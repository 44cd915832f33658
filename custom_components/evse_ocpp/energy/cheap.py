"""When it is cheap enough to charge: below a price, or in the cheapest hours of each day. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from .allowance import Reason
from .model import Demand
from .prices import Cheap, Prices, Slot, between, cheapest, of_day, slot_at

DAYS = 2
"""Today and tomorrow: further than that no day-ahead price reaches."""


def times(prices: Prices, cheap: Cheap, at: datetime) -> tuple[Slot, ...]:
    """Return the cheap slots from `at` (local, aware) to the end of tomorrow, in order.

    The cheapest hours are those of a local day as far as its prices are known, so a day of 23 or 25
    hours has as many as any other.
    """
    chosen: set[Slot] = set()
    for days in range(DAYS):
        today = of_day(prices.slots, at.date() + timedelta(days), at.tzinfo)
        by_price = [slot for slot in today if cheap.limit is not None and slot.value <= cheap.limit]
        by_rank = cheapest(today, cheap.hours) if cheap.hours else ()
        chosen.update(by_price)
        whole = {slot.start for slot in by_price}
        chosen.update(slot for slot in by_rank if slot.start not in whole)
    return between(sorted(chosen), at, at + timedelta(DAYS))


def demand(
    cheap_times: Sequence[Slot], prices: Prices, cheap: Cheap, limit_a: float, at: datetime
) -> Demand:
    """Return what a point in mode CHEAP asks for at `at`: all, or nothing until it is cheap."""
    current = slot_at(cheap_times, at)
    values: dict[str, float | str] = {}
    if (price := prices.at(at)) is not None:
        values["price"] = price.value
    if cheap.limit is not None:
        values["limit"] = cheap.limit
    if cheap.hours is not None:
        values["hours"] = cheap.hours
    if current is not None:
        end = _end_of_run(cheap_times, current)
        return Demand(most_a=limit_a, reason=Reason.PRICE, changes_at=end, values=values)
    following = next((slot.start for slot in cheap_times if slot.start > at), None)
    return Demand(reason=Reason.PRICE, changes_at=following, values=_with_next(values, following))


def _with_next(
    values: Mapping[str, float | str], following: datetime | None
) -> Mapping[str, float | str]:
    return values if following is None else {**values, "next_start": following.isoformat()}


def _end_of_run(slots: Sequence[Slot], current: Slot) -> datetime:
    end = current.end
    for slot in slots:
        if slot.start == end:
            end = slot.end
    return end
