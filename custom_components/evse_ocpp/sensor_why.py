"""Why the current is what it is, in a sentence, and when that will change."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity
from homeassistant.core import callback

from .central.charger import Connector
from .energy.why import Why
from .entity import EvseEntity
from .hub import Hub
from .sensor_description import EvseSensorDescription
from .sentences import sentence, why_of
from .site import Site
from .wallbox import Wallbox

NUMBERS_S = 60.0
"""While only the numbers of a sentence change it is said anew at most so often: each state is kept
in the recorder, and the sun changes with each second."""


@dataclass(frozen=True, kw_only=True)
class WhyDescription(EvseSensorDescription):
    """Describes the sensor of the sentence; its value is a `Why`."""


def why_sensors(hub: Hub) -> tuple[WhyDescription, EvseSensorDescription]:
    """Return the rows."""

    def why(wallbox: Wallbox, connector: Connector) -> Why:
        return why_of(hub.site_of(wallbox), wallbox, connector)

    def next_change(wallbox: Wallbox, connector: Connector) -> datetime | None:
        then = why(wallbox, connector).then
        at = None if then is None else then.values.get("time")
        return at.replace(second=0, microsecond=0) if isinstance(at, datetime) else None

    return (
        WhyDescription(key="why", translation_key="why", available_offline=True, value_fn=why),
        EvseSensorDescription(
            key="next_change",
            translation_key="next_change",
            device_class=SensorDeviceClass.TIMESTAMP,
            available_offline=True,
            entity_registry_enabled_default=False,
            value_fn=next_change,
        ),
    )


class WhySensor(EvseEntity, SensorEntity):
    """The sentence; what it is made of stands in its attributes."""

    entity_description: WhyDescription
    _said_at_s: float | None = None
    _why: Why | None = None

    def __init__(
        self,
        wallbox: Wallbox,
        connector_id: int,
        description: WhyDescription,
        *,
        hub: Hub,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._hub = hub
        self._monotonic = monotonic
        super().__init__(wallbox, connector_id, description)

    async def async_added_to_hass(self) -> None:
        """Follow the wallbox, and the sites: one of them decides about it."""
        await super().async_added_to_hass()

        @callback
        def follow(site: Site) -> None:
            self.async_on_remove(site.subscribe(lambda: self._on_decision(site)))

        self.async_on_remove(self._hub.async_on_site(follow))

    @callback
    def _on_decision(self, site: Site) -> None:
        if self._hub.site_of(self.wallbox) is site:
            self._on_change()

    def _read(self) -> bool:
        """Say it anew when the sentence is another one, else not too often."""
        why: Why = self.entity_description.value_fn(self.wallbox, self.connector)
        said, now_s = self._why, self._monotonic()
        if said is not None and self._said_at_s is not None:
            same = (why.key, why.then is None) == (said.key, said.then is None)
            if why == said or (same and now_s - self._said_at_s < NUMBERS_S):
                return False
        self._why, self._said_at_s, self._attr_available = why, now_s, True
        return True

    def _show(self, value: Any) -> None:
        """Nothing: the sentence is made when it is asked for, in the language of then."""

    @property
    def native_value(self) -> str | None:
        """The sentence."""
        return None if self._why is None else sentence(self.hass, self._why)

    @property
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """What the sentence is made of: numbers unrounded, instants as ISO 8601."""
        why = self._why
        if why is None:
            return {}
        then = None if why.then is None else why.then.values.get("time")
        values = {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in why.values.items()
        }
        return {
            "key": str(why.key),
            "reason": why.reason,
            "next_change": then.isoformat() if isinstance(then, datetime) else None,
            **values,
        }
