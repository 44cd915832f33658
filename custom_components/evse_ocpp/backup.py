"""Backups: the databases hold still while they are copied. Charging and its records go on."""

import asyncio

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant

from .const import DOMAIN
from .database import Database


async def async_pre_backup(hass: HomeAssistant) -> None:
    """Let no database change its file until the backup is made."""
    await asyncio.gather(*(database.hold_still() for database in _databases(hass)))


async def async_post_backup(hass: HomeAssistant) -> None:
    """Go on as usual."""
    await asyncio.gather(*(database.let_go() for database in _databases(hass)))


def _databases(hass: HomeAssistant) -> list[Database]:
    return [
        entry.runtime_data.storage.database
        for entry in hass.config_entries.async_entries(DOMAIN)
        if entry.state is ConfigEntryState.LOADED
    ]
