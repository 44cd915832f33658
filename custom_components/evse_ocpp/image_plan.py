"""The plan of a wallbox as a picture: what each hour costs, and when the car is charged."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from homeassistant.components.image import ImageEntity
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from .energy.prices import Prices
from .entity import EvseDescription, EvseEntity
from .hub import EvseOcppConfigEntry, Hub
from .plan_chart import ChartTexts, draw
from .texts import text
from .wallbox import Wallbox

_EVERY = timedelta(minutes=15)
"""The line of now moves on, and prices may have come."""


class PlanChart(EvseEntity, ImageEntity):
    """Drawn when somebody looks; its instant tells when there is something new to see."""

    _attr_content_type = "image/svg+xml"
    entity_description: Any

    def __init__(
        self,
        hass: HomeAssistant,
        entry: EvseOcppConfigEntry,
        wallbox: Wallbox,
        connector_id: int,
        description: EvseDescription,
    ) -> None:
        ImageEntity.__init__(self, hass)
        EvseEntity.__init__(self, wallbox, connector_id, description)
        self._hub: Hub = entry.runtime_data

    async def async_added_to_hass(self) -> None:
        """Follow the wallbox and the clock."""
        await super().async_added_to_hass()
        end: Callable[[], None] = async_track_time_interval(self.hass, self._on_time, _EVERY)
        self.async_on_remove(end)

    def _show(self, value: Any) -> None:  # noqa: ARG002 - it is drawn when it is asked for
        self._attr_image_last_updated = dt_util.utcnow()

    @callback
    def _on_time(self, _: datetime) -> None:
        self._attr_image_last_updated = dt_util.utcnow()
        self.async_write_ha_state()

    async def async_image(self) -> bytes:
        """Draw it as it is now."""
        hass, site = self.hass, self._hub.site_of(self.wallbox)
        texts = ChartTexts(
            title=text(hass, "plan_chart", "title", wallbox=self.wallbox.name),
            unit=f"{hass.config.currency}/kWh",
            no_prices=text(hass, "plan_chart", "no_prices"),
            due=text(hass, "plan_chart", "due"),
        )
        return draw(
            Prices() if site is None else site.prices,
            self.wallbox.plan_book.plan(self.connector.id),
            dt_util.now(),
            dt_util.get_default_time_zone(),
            texts,
        ).encode()
