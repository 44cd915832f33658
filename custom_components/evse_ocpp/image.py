"""The URL to enter at a wallbox, as a QR code for the maker's app."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import segno
from homeassistant.components.image import ImageEntity, ImageEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .address import charger_url, entry_url
from .entity import EvseDescription, EvseEntity, async_add_described
from .features import Feature
from .hub import EvseOcppConfigEntry
from .image_plan import PlanChart
from .sensor_plan import outline
from .wallbox import Wallbox

PARALLEL_UPDATES = 0

_PIXELS_PER_MODULE = 8
_QUIET_MODULES = 4
"""ISO/IEC 18004: the free margin without which readers miss the code."""


@dataclass(frozen=True, kw_only=True)
class EvseImageDescription(EvseDescription, ImageEntityDescription):
    """Describes an image."""


IMAGES = (
    EvseImageDescription(
        key="url",
        translation_key="url",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        per_connector=False,
        available_offline=True,
        value_fn=lambda _, __: None,
    ),
    EvseImageDescription(
        key="plan_chart",
        translation_key="plan_chart",
        per_connector=False,
        available_offline=True,
        feature=Feature.SITE,
        value_fn=lambda wallbox, _: outline(wallbox.plan_book.plan(1)),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: EvseOcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the image of each wallbox."""

    def make(
        wallbox: Wallbox, connector_id: int, description: EvseImageDescription
    ) -> EvseImage | PlanChart:
        if description.key == "plan_chart":
            return PlanChart(hass, entry, wallbox, connector_id, description)
        return EvseImage(hass, entry, wallbox, connector_id, description)

    async_add_described(entry, async_add_entities, make, IMAGES)


class EvseImage(EvseEntity, ImageEntity):
    """A QR code; the password is not in it, for an image is seen by every user."""

    _attr_content_type = "image/png"
    entity_description: EvseImageDescription

    def __init__(
        self,
        hass: HomeAssistant,
        entry: EvseOcppConfigEntry,
        wallbox: Wallbox,
        connector_id: int,
        description: EvseImageDescription,
    ) -> None:
        ImageEntity.__init__(self, hass)
        EvseEntity.__init__(self, wallbox, connector_id, description)
        self._entry = entry
        self._attr_image_last_updated = dt_util.utcnow()

    def _show(self, value: Any) -> None:
        """Show nothing: the picture is drawn when it is asked for."""

    async def async_image(self) -> bytes:
        """Draw the code of the URL as it is now."""
        secure = self.wallbox.settings.security.startswith("tls")
        url = await entry_url(self.hass, self._entry, secure=secure)
        full_url = charger_url(url, self.wallbox.charger.identity)
        return await self.hass.async_add_executor_job(_png, full_url)


def _png(content: str) -> bytes:
    png = BytesIO()
    code = segno.make_qr(content)
    code.save(png, kind="png", scale=_PIXELS_PER_MODULE, border=_QUIET_MODULES)
    return png.getvalue()
