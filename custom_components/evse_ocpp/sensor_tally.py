"""What a connector has charged since ever, by source, and its cost: for long-term statistics."""

from collections.abc import Callable, Mapping
from typing import Any

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import UnitOfEnergy

from .central.charger import Connector
from .features import Feature
from .sensor_description import EvseSensorDescription
from .sessions import Sessions
from .tally import Tally
from .wallbox import Wallbox

_SOURCES: Mapping[str, Callable[[Tally], float]] = {
    "sun": lambda tally: tally.sun_wh,
    "battery": lambda tally: tally.battery_wh,
    "grid": lambda tally: tally.grid_wh,
}


def tally_sensors(sessions: Sessions, currency: str) -> tuple[EvseSensorDescription, ...]:
    """Return the rows: sources where a site tells them, cost where there was a price."""

    def energy(read: Callable[[Tally], float]) -> Callable[[Wallbox, Connector], Any]:
        return lambda wallbox, connector: round(
            read(sessions.tally(wallbox.charger.identity, connector.id)), 1
        )

    def cost(wallbox: Wallbox, connector: Connector) -> float:
        tally = sessions.tally(wallbox.charger.identity, connector.id)
        return round(tally.cost, 4) if tally.currency == currency else 0.0

    return (
        *(
            EvseSensorDescription(
                key=f"energy_{source}",
                translation_key=f"energy_{source}",
                device_class=SensorDeviceClass.ENERGY,
                state_class=SensorStateClass.TOTAL_INCREASING,
                native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
                suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
                suggested_display_precision=1,
                available_offline=True,
                feature=Feature.SITE,
                value_fn=energy(read),
            )
            for source, read in _SOURCES.items()
        ),
        EvseSensorDescription(
            key="cost_total",
            translation_key="cost_total",
            device_class=SensorDeviceClass.MONETARY,
            state_class=SensorStateClass.TOTAL,  # with negative prices it falls
            native_unit_of_measurement=currency,
            suggested_display_precision=2,
            available_offline=True,
            feature=Feature.PRICE,
            value_fn=cost,
        ),
    )
