"""Backups: the file of the database holds still while it is copied, and charging goes on."""

from homeassistant.core import HomeAssistant

from custom_components.evse_ocpp.backup import async_post_backup, async_pre_backup
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.wallbox import Wallbox


async def test_file_holds_still(hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox) -> None:
    path = deaf_hub.storage.database.path
    await async_pre_backup(hass)
    before = path.read_bytes()
    for number in range(1200):
        await deaf_hub.storage.database.put_document("test", "key", {"number": number})
    await deaf_hub.reception.save(wallbox.charger)
    assert path.read_bytes() == before
    await async_post_backup(hass)
    for number in range(5):
        await deaf_hub.storage.database.put_document("test", "key", {"number": number})
    assert path.read_bytes() != before


async def test_without_a_server_there_is_nothing_to_do(hass: HomeAssistant, deaf_hub: Hub) -> None:
    await hass.config_entries.async_unload(deaf_hub.entry.entry_id)
    await async_pre_backup(hass)
    await async_post_backup(hass)
    assert not deaf_hub.storage.database.is_open
