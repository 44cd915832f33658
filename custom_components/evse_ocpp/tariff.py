"""What a kilowatt-hour costs: the price of now, and of the time in which energy flowed.

`PriceHistory` is pure. `Tariff` feeds it from an entity of Home Assistant, such as the price sensor
of an energy supplier or a number which the user sets.
"""

import re
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

KEPT = timedelta(days=2)
"""Energy of a longer time, which comes in one lump, has the oldest price that is known."""
START_UP = timedelta(minutes=10)
"""Whoever gives the price may start later than this integration: his first one holds back then."""
MAX_CHANGES = 1000
"""A price that changes every five minutes makes 576 of them."""

_UNIT = re.compile(r"(?P<money>[^/]*)/\s*(?P<energy>[kM]?Wh)", re.IGNORECASE)
_PER_KWH = {"wh": 1000.0, "kwh": 1.0, "mwh": 0.001}
_HUNDREDTHS = frozenset(
    {"ct", "c", "cent", "cents", "¢", "c€", "€c", "p", "penny", "pence", "øre", "öre", "ore", "rp"}
)


class Share(NamedTuple):
    """What an amount of energy costs: `cost` for the part of it whose price is known."""

    cost: float
    unpriced_wh: float


class Priced(Protocol):
    """Who knows what energy cost."""

    def share(self, energy_wh: float, start: datetime, end: datetime) -> Share:
        """Return the cost of energy that flowed evenly from `start` to `end`."""
        ...


class PriceHistory:
    """The prices of the last days (money per kWh; None: unknown), each from its instant on."""

    def __init__(self) -> None:
        self._changes: deque[tuple[datetime, float | None]] = deque(maxlen=MAX_CHANGES)

    @property
    def price(self) -> float | None:
        """The newest price."""
        return self._changes[-1][1] if self._changes else None

    def set(self, price: float | None, at: datetime) -> None:
        """Note the price from `at` on; instants come in order."""
        if self._changes and self._changes[-1][1] == price:
            return
        if len(self._changes) == 1 and self.price is None and at - self._changes[0][0] <= START_UP:
            self._changes.clear()
        self._changes.append((at, price))
        while len(self._changes) > 1 and self._changes[1][0] < at - KEPT:
            self._changes.popleft()

    def share(self, energy_wh: float, start: datetime, end: datetime) -> Share:
        """Return the cost of energy that flowed evenly from `start` to `end`."""
        if not self._changes:
            return Share(0.0, energy_wh)
        whole_s = (end - start).total_seconds()
        if whole_s <= 0:
            start, whole_s = end, 0.0
        cost = unpriced_wh = 0.0
        for since, until, price in self._periods(start, end):
            part = (until - since).total_seconds() / whole_s if whole_s else 1.0
            if price is None:
                unpriced_wh += energy_wh * part
            else:
                cost += energy_wh * part / 1000 * price
        return Share(cost, unpriced_wh)

    def _periods(
        self, start: datetime, end: datetime
    ) -> list[tuple[datetime, datetime, float | None]]:
        """Return the pieces of a time with one price each; the first price holds also before."""
        periods: list[tuple[datetime, datetime, float | None]] = []
        for since, price in reversed(self._changes):
            if since <= start:
                return [*periods, (start, end, price)]
            if since < end:
                periods.append((since, end, price))
                end = since
        return [*periods, (start, end, self._changes[0][1])]


class Tariff:
    """The prices that an entity shows; without an entity no price is known.

    `currency` is that of Home Assistant; the entity's unit may be a hundredth of it, and per Wh,
    kWh or MWh.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        self.hass = hass
        self.history = PriceHistory()
        self.entity_id: str | None = None
        self._unsubscribe: Callable[[], None] | None = None

    @property
    def currency(self) -> str:
        """The currency of all costs (ISO 4217)."""
        return self.hass.config.currency

    @callback
    def follow(self, entity_id: str | None) -> None:
        """Take the prices from another entity from now on."""
        if entity_id == self.entity_id and self._unsubscribe is not None:
            return
        self.close()
        self.entity_id = entity_id
        if entity_id is None:
            self.history = PriceHistory()
            return
        self._unsubscribe = async_track_state_change_event(self.hass, entity_id, self._on_state)
        self.history.set(price_of(self.hass.states.get(entity_id)), dt_util.utcnow())

    @callback
    def close(self) -> None:
        """Follow no entity any more."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None

    def share(self, energy_wh: float, start: datetime, end: datetime) -> Share:
        """Return the cost of energy that flowed evenly from `start` to `end`."""
        return self.history.share(energy_wh, start, end)

    @callback
    def _on_state(self, event: Event[EventStateChangedData]) -> None:
        self.history.set(price_of(event.data["new_state"]), dt_util.utcnow())


def price_of(state: State | None) -> float | None:
    """Return the price per kWh in the currency's main unit; None when a state is no price.

    Without a unit the number is taken as it is: helpers often have none. Prices may be negative.
    """
    if state is None:
        return None
    try:
        number = float(state.state)
    except ValueError:
        return None
    if not -1e6 < number < 1e6:  # also not a number, and infinite
        return None
    factor = per_kwh(state.attributes.get(ATTR_UNIT_OF_MEASUREMENT))
    return None if factor is None else number * factor


def per_kwh(unit: object) -> float | None:
    """Return what makes a number of a unit (`ct/kWh`, `EUR/MWh`) the currency's main unit per kWh.

    Without a unit 1; None when it is no unit of a price.
    """
    found = _UNIT.fullmatch(str(unit or "/kWh").strip())
    if found is None:
        return None
    factor = _PER_KWH[found["energy"].lower()]
    return factor / (100 if found["money"].strip().lower() in _HUNDREDTHS else 1)
