"""The charts: what was sampled, in steps that a screen can show. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from evse.history.sampling import MOST_POINTS
from evse.storage.chart_samples import KEPT_MINUTES, Samples, Slot

MOST_HOURS = KEPT_MINUTES // 60


@dataclass(frozen=True, slots=True)
class Window:
    """What a chart shows: `points` steps of `step_minutes`, from `first_minute` (since 1970)."""

    first_minute: int
    step_minutes: int
    points: int

    @property
    def last_minute(self) -> int:
        """The last minute in it."""
        return self.first_minute + self.step_minutes * self.points - 1


def window(hours: int, minute: int) -> Window:
    """The window of the last `hours`, up to the step in which `minute` is; ValueError for others
    than 1 … 744.

    Steps begin at multiples of their length, so that a chart does not shimmer from one look to the
    next.
    """
    if not 1 <= hours <= MOST_HOURS:
        raise ValueError(f"hours: came {hours}, allowed 1 … {MOST_HOURS}")
    step = -(-hours * 60 // MOST_POINTS)
    points = -(-hours * 60 // step)
    last_step = minute // step
    return Window((last_step - points + 1) * step, step, points)


def chart(
    shown: Window, slots: Iterable[Slot], waiting: Iterable[Samples], names: Iterable[str]
) -> dict[str, Any]:
    """The chart as JSON values: means by series, None where nothing is known.

    `waiting`: minutes which are not stored yet. Series outside of `names`, as those of a connector
    which there is no more, follow them.
    """
    sums = {(each.series, each.slot): (each.total, each.count) for each in slots}
    for minute in waiting:
        if shown.first_minute <= minute.minute <= shown.last_minute:
            slot = (minute.minute - shown.first_minute) // shown.step_minutes
            for series, value in minute.values.items():
                total, count = sums.get((series, slot), (0.0, 0))
                sums[series, slot] = (total + value, count + 1)
    every = tuple(dict.fromkeys((*names, *sorted(series for series, _ in sums))))
    return {
        "from": datetime.fromtimestamp(60 * shown.first_minute, UTC).isoformat(),
        "step_s": 60 * shown.step_minutes,
        "series": {series: _line(series, shown.points, sums) for series in every},
    }


def _line(
    series: str, points: int, sums: Mapping[tuple[str, int], tuple[float, int]]
) -> list[float | None]:
    found = (sums.get((series, slot)) for slot in range(points))
    return [None if each is None else round(each[0] / each[1], 2) for each in found]
