"""Prices of a site: what an entity shows and foretells, or fixed windows.

What is known of the future stays known when the entity is unavailable. An entity that shows only
the price of now gives one slot at a time.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers.event import (
    async_track_state_change_event,
    async_track_time_interval,
)
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from .energy.prices import Prices, Slot, between, paint
from .energy.tariff_windows import TariffWindow
from .energy.tariff_windows import slots as window_slots
from .price_actions import ask_of, async_ask
from .price_attributes import Found, read
from .tariff import Share, per_kwh, price_of

KEPT = timedelta(days=2)
"""Energy of the last days may still be told late, and has its price then."""
AHEAD = timedelta(days=8)
"""A weekly goal needs the prices of fixed windows for so long."""
ASK_EVERY = timedelta(minutes=15)
"""Prices of tomorrow come at about 13:00, without a sign of it where they have to be asked for."""
_QUARTER = timedelta(minutes=15)
_OCTOPUS_TODAY, _OCTOPUS_TOMORROW = "_current_day_rates", "_next_day_rates"
_HOUR = timedelta(hours=1)


def parse(state: State | None) -> Found:
    """Return the prices that the attributes of an entity tell, today's and later ones."""
    factor = per_kwh(state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)) if state else None
    if state is None or factor is None:
        return Found()
    now = dt_util.now()
    return read(state.attributes, factor, dt_util.get_default_time_zone(), now.date())


def price_problem(hass: HomeAssistant, entity_id: str) -> str | None:
    """Return what is wrong with an entity as a source of prices, as a translation's key.

    `price_missing`: it is not there or unavailable; `price_unit`: its unit is not that of a price;
    `price_no_forecast`: it tells only the price of now.
    """
    state = hass.states.get(entity_id)
    if state is None or state.state == "unavailable":
        return "price_missing"
    if per_kwh(state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)) is None:
        return "price_unit"
    if parse(state).slots or ask_of(hass, entity_id) is not None:
        return None
    return "price_missing" if price_of(state) is None else "price_no_forecast"


class PriceSource:
    """The prices of one site. `on_change` is called when they became others."""

    def __init__(
        self,
        hass: HomeAssistant,
        entity_id: str | None,
        windows: Sequence[TariffWindow] = (),
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self.hass = hass
        self.entity_id = entity_id
        self.windows = tuple(windows)
        self._on_change = on_change
        self._known = Prices()
        self._drawn_for: date | None = None
        self._ends: list[Callable[[], None]] = []
        self._asking: asyncio.Task[None] | None = None
        self._asked_at: datetime | None = None

    @callback
    def start(self) -> None:
        """Follow the entity from now on."""
        if self.entity_id is None:
            return
        followed = [self.entity_id, *_siblings(self.entity_id)]
        self._ends = [
            async_track_state_change_event(self.hass, followed, self._on_state),
            async_track_time_interval(self.hass, self._on_timer, ASK_EVERY),
        ]
        for entity_id in followed:
            self._take(self.hass.states.get(entity_id))
        # Whoever answers may start later than this integration.
        self._ends.append(async_at_started(self.hass, self._on_started))

    @callback
    def close(self) -> None:
        """Follow nothing any more."""
        while self._ends:
            self._ends.pop()()
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None

    @property
    def is_set(self) -> bool:
        """Whether there is an entity or a window."""
        return self.entity_id is not None or bool(self.windows)

    @property
    def prices(self) -> Prices:
        """What is known now, of the last two days and of all that is to come."""
        now = dt_util.utcnow()
        if self.windows and self.entity_id is None:
            self._draw_windows(now)
        elif self._known.at(now) is None and self.entity_id is not None:
            price = price_of(self.hass.states.get(self.entity_id))
            if price is not None:
                self._add((_present(now, price),))
        return self._known

    @property
    def price(self) -> float | None:
        """The price of now."""
        slot = self.prices.at(dt_util.utcnow())
        return None if slot is None else slot.value

    @property
    def problem(self) -> str | None:
        """What is wrong with the entity (see `price_problem`) while the next hour is not known.

        One that tells only the price of now is a choice, of which the form told, and no fault.
        """
        if self.entity_id is None or self._known.at(dt_util.utcnow() + _HOUR) is not None:
            return None
        problem = price_problem(self.hass, self.entity_id)
        return None if problem == "price_no_forecast" else problem

    def share(self, energy_wh: float, start: datetime, end: datetime) -> Share:
        """Return the cost of energy that flowed evenly from `start` to `end`."""
        if end <= start:
            slot = self.prices.at(end)
            return (
                Share(0.0, energy_wh) if slot is None else Share(energy_wh / 1000 * slot.value, 0.0)
            )
        whole_s = (end - start).total_seconds()
        cost, priced_wh = 0.0, 0.0
        for slot in between(self.prices.slots, start, end):
            part_wh = energy_wh * (slot.end - slot.start).total_seconds() / whole_s
            priced_wh += part_wh
            cost += part_wh / 1000 * slot.value
        unpriced_wh = energy_wh - priced_wh
        return Share(cost, 0.0 if abs(unpriced_wh) < 1e-6 else unpriced_wh)

    def _draw_windows(self, now: datetime) -> None:
        today = dt_util.as_local(now).date()
        if self._drawn_for == today:
            return
        zone = dt_util.get_default_time_zone()
        self._known = Prices(window_slots(self.windows, now - KEPT, now + AHEAD, zone))
        self._drawn_for = today

    @callback
    def _on_state(self, event: Event[EventStateChangedData]) -> None:
        self._take(event.data["new_state"])

    @callback
    def _take(self, state: State | None) -> None:
        """Note what a state tells; of one that is unavailable nothing is to be learned."""
        found = parse(state).slots
        if not found and (price := price_of(state)) is not None:
            found = (_present(dt_util.utcnow(), price),)
        self._add(found)

    def _add(self, slots: Sequence[Slot]) -> None:
        """Lay newer slots over what is known."""
        if not slots:
            return
        since = dt_util.utcnow() - KEPT
        kept = (slot for slot in paint((*self._known.slots, *slots)) if slot.end > since)
        known = Prices(tuple(kept))
        if known != self._known:
            self._known = known
            self._on_change()

    @callback
    def _on_started(self, _: HomeAssistant) -> None:
        self._ask_if_due()

    @callback
    def _on_timer(self, _: datetime) -> None:
        self._ask_if_due()

    @callback
    def _ask_if_due(self) -> None:
        """Ask each hour, and each quarter while the prices of tomorrow could be out but are not."""
        if self.entity_id is None or (self._asking is not None and not self._asking.done()):
            return
        if ask_of(self.hass, self.entity_id) is None:
            return
        now = dt_util.now()
        tomorrow = dt_util.start_of_local_day(now + timedelta(days=1))
        waits = now.hour >= 13 and self._known.at(tomorrow) is None
        if self._asked_at is not None and not waits and now - self._asked_at < _HOUR - _QUARTER / 2:
            return
        self._asked_at = now
        self._asking = self.hass.async_create_background_task(
            self._ask(self.entity_id, now.date()), "evse_ocpp prices"
        )

    async def _ask(self, entity_id: str, today: date) -> None:
        for day in (today, today + timedelta(days=1)):
            self._add(await async_ask(self.hass, entity_id, day))


def _present(now: datetime, price: float) -> Slot:
    """Return the slot of a price that is known for now only: to the end of the quarter."""
    minute = now.replace(second=0, microsecond=0)
    return Slot(minute, minute + timedelta(minutes=15 - minute.minute % 15), price)


def _siblings(entity_id: str) -> tuple[str, ...]:
    """Return other entities with the same prices of other days: Octopus has an event for each."""
    if entity_id.endswith(_OCTOPUS_TODAY):
        return (entity_id.removesuffix(_OCTOPUS_TODAY) + _OCTOPUS_TOMORROW,)
    return ()
