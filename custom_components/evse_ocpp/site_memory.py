"""What a site learned of the house and the cars outlives a restart."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval

from .const import DOMAIN
from .database import Database
from .energy import planning
from .energy.controller import SiteController

_LOGGER = logging.getLogger(__name__)

EVERY = timedelta(minutes=15)
"""How much of it a power cut may cost."""
_KIND: Final = "site"


class SiteMemory:
    """Keeps in the database what the controllers learned, by the subentry of their site."""

    def __init__(self, hass: HomeAssistant, database: Database) -> None:
        self.hass = hass
        self._database = database
        self._stored: dict[str, dict[str, Any]] = {}
        self._controllers: dict[str, SiteController] = {}
        self._end: Callable[[], None] | None = None

    async def load(self) -> None:
        """Read what was kept; before any site is made. StorageError or TimeoutError."""
        self._stored = await self._database.documents(_KIND)

    @callback
    def follow(self, subentry_id: str, controller: SiteController) -> None:
        """Give a site what it knew, and keep what it learns."""
        self._controllers[subentry_id] = controller
        if (stored := self._stored.pop(subentry_id, None)) is not None:
            try:
                controller.planning = planning.from_dict(stored)
            except (KeyError, TypeError, ValueError):
                _LOGGER.exception("What was learned of a site is damaged and left out")
        if self._end is None:
            self._end = async_track_time_interval(self.hass, self._on_timer, EVERY)

    async def save(self) -> None:
        """Write all; a failure costs only what was learned, and the next time makes up for it."""
        for subentry_id, controller in tuple(self._controllers.items()):
            try:
                document = planning.to_dict(controller.planning)
                await self._database.put_document(_KIND, subentry_id, document)
            except OSError as error:
                _LOGGER.warning("What was learned of a site could not be stored: %s", error)

    async def forget(self, subentry_id: str) -> None:
        """Forget a site that was removed."""
        self._controllers.pop(subentry_id, None)
        await self._database.delete_document(_KIND, subentry_id)

    async def close(self) -> None:
        """Write all for the last time."""
        if self._end is not None:
            self._end()
            self._end = None
        await self.save()
        self._controllers.clear()

    @callback
    def _on_timer(self, _: datetime) -> None:
        self.hass.async_create_task(self.save(), f"{DOMAIN} what sites learned")
