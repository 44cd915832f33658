"""The firmware of a wallbox: what runs, and the newest file that lies ready for it.

Makers publish no versions that could be asked for, so the user puts the file into the folder
`evse_ocpp/firmware` of Home Assistant's configuration.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from homeassistant.components.update import (
    UpdateDeviceClass,
    UpdateEntity,
    UpdateEntityDescription,
    UpdateEntityFeature,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .action_files import base_url_for
from .const import DOMAIN
from .entity import (
    EvseDescription,
    EvseEntity,
    async_add_described,
    command_errors,
    commands_of,
)
from .features import Feature
from .files import FIRMWARE, async_server, stored
from .firmware_files import firmwares_for, order_of
from .hub import EvseOcppConfigEntry, Hub
from .wallbox import Wallbox

PARALLEL_UPDATES = 1
SCAN_INTERVAL = timedelta(minutes=10)
"""How soon a file that was put into the folder is seen."""

_OFFERED_FOR = timedelta(days=1)
"""Wallboxes try again, and some install at night."""
_PERCENT = {
    "DownloadScheduled": 0,
    "Downloading": 20,
    "DownloadPaused": 20,
    "Downloaded": 50,
    "SignatureVerified": 55,
    "InstallScheduled": 55,
    "Installing": 60,
    "InstallRebooting": 90,
}
"""FirmwareStatus of OCPP 1.6 and 2.0.1 while it goes on; OCPP tells steps only."""


@dataclass(frozen=True, kw_only=True)
class EvseUpdateDescription(EvseDescription, UpdateEntityDescription):
    """Describes an update."""


UPDATES = (
    EvseUpdateDescription(
        key="firmware",
        translation_key="firmware",
        device_class=UpdateDeviceClass.FIRMWARE,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        per_connector=False,
        feature=Feature.FIRMWARE_UPDATE,
        value_fn=lambda wallbox, _: (
            wallbox.charger.firmware_version,
            wallbox.charger.firmware_status,
        ),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001
    entry: EvseOcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the firmware of each wallbox."""
    hub = entry.runtime_data

    def make(wallbox: Wallbox, connector_id: int, description: EvseUpdateDescription) -> EvseUpdate:
        return EvseUpdate(hub, wallbox, connector_id, description)

    async_add_described(entry, async_add_entities, make, UPDATES)


class EvseUpdate(EvseEntity, UpdateEntity):
    """The firmware of one wallbox."""

    _attr_should_poll = True  # the folder; the wallbox itself tells what it does
    _attr_supported_features = (
        UpdateEntityFeature.INSTALL
        | UpdateEntityFeature.PROGRESS
        | UpdateEntityFeature.SPECIFIC_VERSION
    )
    entity_description: EvseUpdateDescription

    def __init__(
        self, hub: Hub, wallbox: Wallbox, connector_id: int, description: EvseUpdateDescription
    ) -> None:
        self._hub = hub
        self._files: dict[str, Path] = {}
        super().__init__(wallbox, connector_id, description)

    async def async_added_to_hass(self) -> None:
        """Follow the wallbox, and look into the folder."""
        await super().async_added_to_hass()
        await self.async_update()

    async def async_update(self) -> None:
        """Look which files there are."""
        found = await self.hass.async_add_executor_job(stored, self.hass, FIRMWARE)
        self._files = firmwares_for(self.wallbox.charger.model, found)
        self._show(self._value)

    def _show(self, value: Any) -> None:
        installed, status = value
        self._attr_installed_version = installed
        newest = next(iter(self._files), None)
        newer = newest and order_of(newest) > order_of(installed or "")
        self._attr_latest_version = newest if newer else installed
        self._attr_update_percentage = _PERCENT.get(status)
        self._attr_in_progress = status in _PERCENT

    def version_is_newer(self, latest_version: str, installed_version: str) -> bool:
        """Compare as the files are: makers do not follow one scheme."""
        return order_of(latest_version) > order_of(installed_version)

    async def async_install(
        self,
        version: str | None,
        backup: bool,  # noqa: ARG002 - a wallbox has none
        **_kwargs: Any,
    ) -> None:
        """Have the wallbox fetch and install a version; HomeAssistantError when it refuses."""
        await self.async_update()
        wanted = version or self._attr_latest_version or ""
        if wanted not in self._files:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="no_firmware_file",
                translation_placeholders={
                    "charger": self.wallbox.name,
                    "version": wanted,
                    "versions": ", ".join(self._files) or "–",
                },
            )
        base_url = await base_url_for(self._hub, self.wallbox.charger.identity)
        path = async_server(self.hass).offer(self._files[wanted], _OFFERED_FOR)
        with command_errors(self.wallbox):
            commands = commands_of(self.wallbox, "UpdateFirmware")
            await commands.update_firmware(f"{base_url}{path}", dt_util.utcnow())
