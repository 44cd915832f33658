"""Follows one connector for one card: tells what changed, at most once a second.

It outlives its server: while that is stopped or reloaded it says so, and goes on when the device's
wallbox is there again. So does one that was removed and comes back.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryChange
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from . import devices
from .actions import async_hub_of
from .const import DOMAIN
from .frontend_feed import Place, Speech, snapshot, unknown, unloaded
from .frontend_shapes import Snapshot
from .sensor_plan import outline
from .site import Site

SPACING_S: Final = 1.0
"""Least time between two snapshots of a card: people see no more, and phones have batteries."""


@callback
def async_place(hass: HomeAssistant, device_id: str) -> Place | None:
    """Return what a device stands for; None when it is none of ours, or its server does not run."""
    if (found := devices.async_find(hass, device_id)) is None:
        return None
    hub = async_hub_of(hass, found)
    return Place(
        hub, found.wallbox, found.wallbox.charger.connectors[found.connector_id], device_id
    )


class Follower:
    """Calls `send` with a snapshot of a device at the start, and with each that differs."""

    def __init__(
        self,
        hass: HomeAssistant,
        device_id: str,
        send: Callable[[Snapshot], None],
    ) -> None:
        self.hass = hass
        self._device_id = device_id
        self._speech = Speech("en", {})
        self._send = send
        self._stopped = False
        self._place: Place | None = None
        self._last: Snapshot | None = None
        self._looked_at_s = 0.0
        self._timer: CALLBACK_TYPE | None = None
        self._ends: list[CALLBACK_TYPE] = []
        self._attached: list[CALLBACK_TYPE] = []
        self._planned: tuple[Any, ...] = ()
        # Each follower's numbers are higher than those of all before it: the card may keep a plan.
        self._plan_revision = int(dt_util.utcnow().timestamp())

    @callback
    def start(self, speech: Speech) -> None:
        """Tell what is known now, and follow; nothing if it was stopped meanwhile."""
        if self._stopped:
            return
        self._speech = speech
        self._ends = [
            async_dispatcher_connect(self.hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._on_entry),
            self.hass.bus.async_listen(
                dr.EVENT_DEVICE_REGISTRY_UPDATED, self._on_device, self._is_ours
            ),
        ]
        self._attach()
        self._look()

    @callback
    def stop(self) -> None:
        """Follow nothing any more, for good."""
        self._stopped = True
        for ends in (self._ends, self._attached):
            while ends:
                ends.pop()()
        if self._timer is not None:
            self._timer()
            self._timer = None

    # What it follows.

    @callback
    def _attach(self) -> None:
        """Follow the wallbox that the device stands for now."""
        place, before = async_place(self.hass, self._device_id), self._place
        if place is not None and before is not None and place.connector is before.connector:
            return
        while self._attached:
            self._attached.pop()()
        self._place = place
        if place is None:
            return
        self._attached.append(place.wallbox.subscribe(self._on_change))
        self._attached.append(place.hub.async_on_site(self._follow_site))

    @callback
    def _follow_site(self, site: Site) -> None:
        """Follow each site: one of them decides about the wallbox, and that may change."""

        @callback
        def on_decision() -> None:
            if (place := self._place) is not None and place.hub.site_of(place.wallbox) is site:
                self._on_change()

        self._attached.append(site.subscribe(on_decision))

    @callback
    def _is_ours(self, data: dr.EventDeviceRegistryUpdatedData) -> bool:
        return data["device_id"] == self._device_id

    @callback
    def _on_device(self, _: Event[dr.EventDeviceRegistryUpdatedData]) -> None:
        self._attach()
        self._on_change()

    @callback
    def _on_entry(self, _: ConfigEntryChange, entry: ConfigEntry) -> None:
        if entry.domain == DOMAIN:
            self._attach()
            self._on_change()

    # What it tells.

    @callback
    def _on_change(self) -> None:
        """Look soon; what changes until then goes with it."""
        if self._timer is None:
            waits_s = self._looked_at_s + SPACING_S - self.hass.loop.time()
            self._timer = async_call_later(self.hass, max(0.0, waits_s), self._on_timer)

    @callback
    def _on_timer(self, _: datetime) -> None:
        self._timer = None
        self._look()

    @callback
    def _look(self) -> None:
        self._looked_at_s = self.hass.loop.time()
        now = self._snapshot()
        if now is not None and now != self._last:
            self._last = now
            self._send(now)

    def _snapshot(self) -> Snapshot | None:
        if (place := self._place) is not None:
            return snapshot(self.hass, place, self._speech, self._revision(place))
        if self._last is not None:
            return unloaded(self._last)
        device = dr.async_get(self.hass).async_get(self._device_id)
        return None if device is None else unknown(device)

    def _revision(self, place: Place) -> int:
        """Return a number that has grown if a chart of the plan would look different."""
        site, book = place.hub.site_of(place.wallbox), place.wallbox.plan_book
        planned = (
            book.goals(dt_util.utcnow()),
            outline(book.plan(place.connector.id)),
            None if site is None else site.prices.slots,
            None if site is None else site.sun.slots,
        )
        if planned != self._planned:
            self._planned = planned
            self._plan_revision += 1
        return self._plan_revision
