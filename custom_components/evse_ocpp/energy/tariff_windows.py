"""A tariff with fixed windows ("nights 0.21, weekends 0.24, else 0.32") as slots of prices."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, tzinfo

from .prices import Slot, between, paint
from .window import windows_between

EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class TariffWindow:
    """`price` per kWh from `start` to `stop` (local) of the days that are `weekdays` (0: Monday).

    It may go over midnight, and belongs to the day on which it begins; `start == stop` is the whole
    day. Raises ValueError for a weekday that is none.
    """

    price: float
    start: time = time()
    stop: time = time()
    weekdays: frozenset[int] = EVERY_DAY

    def __post_init__(self) -> None:
        wrong = self.weekdays - EVERY_DAY
        if wrong or not self.weekdays:
            raise ValueError(
                f"TariffWindow.weekdays: {sorted(self.weekdays)}; allowed are 0 (Monday) to 6, "
                "at least one."
            )


def slots(
    windows: Iterable[TariffWindow], start: datetime, end: datetime, zone: tzinfo
) -> tuple[Slot, ...]:
    """Return the prices from `start` to `end` (aware), cut there. Of windows that overlap the last
    counts, so the first may be the price of all other times. Clock changes are as in `window`.
    """
    first, last = start.astimezone(zone), end.astimezone(zone)
    layers = [
        Slot(opens, closes, window.price)
        for window in windows
        for opens, closes in windows_between(window.start, window.stop, first, last)
        if opens.astimezone(zone).weekday() in window.weekdays
    ]
    return between(paint(layers), start, end)
