"""The total energy of a connector, of whose meter Home Assistant keeps a second record.

The meter is in our database. Where that was lost, it and its copy, or all since the copy, the file
in which Home Assistant keeps the last states still has it, with the register that it had counted
from. So the total goes on from where it was: statistics would take one that falls for a new meter.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from homeassistant.components.sensor import SensorEntity
from homeassistant.helpers.restore_state import ExtraStoredData, RestoreEntity

from .central.energy_meter import EnergyMeter
from .entity import EvseEntity
from .sensor_description import EvseSensorDescription

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KeptMeter(ExtraStoredData):
    """A meter, and whose it is: a wallbox that was removed and added again begins anew."""

    subentry_id: str
    meter: Mapping[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"subentry_id": self.subentry_id, "meter": self.meter}


class EnergySensor(EvseEntity, RestoreEntity, SensorEntity):
    """The total energy of a connector."""

    entity_description: EvseSensorDescription

    @property
    def extra_restore_state_data(self) -> KeptMeter:
        """What Home Assistant is to keep."""
        return KeptMeter(self.wallbox.subentry_id, self.connector.meter.to_dict())

    async def async_added_to_hass(self) -> None:
        """Follow the wallbox, once its meter is as far as it was."""
        kept = await self._kept()
        max_power_w = self.wallbox.charger.max_power_w
        ahead = kept is not None and self.connector.meter.go_on_from(kept, max_power_w)
        await super().async_added_to_hass()
        if ahead:
            self.wallbox.charger.publish()  # so it is stored

    async def _kept(self) -> EnergyMeter | None:
        if (data := await self.async_get_last_extra_data()) is None:
            return None
        try:
            kept = KeptMeter(**data.as_dict())
            if kept.subentry_id != self.wallbox.subentry_id:
                return None
            return EnergyMeter.from_dict(dict(kept.meter))
        except (KeyError, TypeError, ValueError):
            _LOGGER.warning("%s: what was kept of its meter is damaged", self.entity_id)
            return None

    def _show(self, value: Any) -> None:
        self._attr_native_value = value
