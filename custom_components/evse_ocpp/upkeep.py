"""Keeps devices, entities, repairs and storage up to date with what one wallbox tells."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from homeassistant.core import callback

from .device_registration import async_register_devices
from .features import Feature
from .issues import async_clear_issues_of, async_show_problems
from .problems import Problem
from .wallbox import Wallbox

if TYPE_CHECKING:
    from .hub import Hub


class Upkeep:
    """What was last made of one wallbox, and so what a change of it is."""

    def __init__(self, hub: "Hub", wallbox: Wallbox) -> None:
        self._hub = hub
        self._wallbox = wallbox
        self._shape: object = None
        self._to_keep: object = None
        self._counting_idle = wallbox.charger.counting_idle
        self._troubles: Collection[Problem] = ()

    @callback
    def look(self) -> None:
        """Follow what has changed since the last look."""
        hub, wallbox = self._hub, self._wallbox
        wallbox.notice_features()
        if Feature.PRICE not in wallbox.features and self._has_price:
            wallbox.features.add(Feature.PRICE)
        if self._shape != (shape := wallbox.shape):
            self._shape = shape
            async_register_devices(hub.hass, hub.entry, wallbox)
            hub.async_tell_shape(wallbox)
            if wallbox.charger.connected:
                async_clear_issues_of(hub.hass, hub.entry, wallbox.charger.identity)
        if self._to_keep != (to_keep := wallbox.to_keep):
            self._to_keep = to_keep
            hub.storage.save_later(wallbox)
        if self._counting_idle != (counting_idle := wallbox.charger.counting_idle):
            self._counting_idle = counting_idle
            hub.storage.save_soon(wallbox)  # after a power cut it must be known
        self._troubles = async_show_problems(hub.hass, hub.entry, wallbox, self._troubles)

    @property
    def _has_price(self) -> bool:
        """Whether somebody tells what the energy of the wallbox costs."""
        site = self._hub.site_of(self._wallbox)
        of_site = site is not None and site.price_source.is_set
        return of_site or self._hub.tariff.entity_id is not None
