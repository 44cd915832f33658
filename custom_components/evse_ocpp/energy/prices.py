"""What a kilowatt-hour will cost, and what the sun will give: slots of time. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class Slot(NamedTuple):
    """A stretch of time (aware instants) with one value: money per kWh, W, or g CO₂ per kWh."""

    start: datetime
    end: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Prices:
    """Known prices, in order and without overlap; gaps are times whose price is not known."""

    slots: tuple[Slot, ...] = ()


@dataclass(frozen=True, slots=True)
class SunForecast:
    """What the roof will give (W), in order and without overlap."""

    slots: tuple[Slot, ...] = ()


@dataclass(frozen=True, slots=True)
class Cheap:
    """When it is cheap: at most `limit` per kWh (None: no such limit), and the `hours` cheapest of
    each day (None: no such number). Without both it never is.
    """

    limit: float | None = None
    hours: float | None = None
