"""Sites and circuits as the flows store them."""

from typing import Any

from custom_components.evse_ocpp.const import (
    CONF_FUSE_A,
    CONF_GRID_POWER,
    CONF_LIMIT_A,
    CONF_METER_KIND,
    CONF_PARENT,
    CONF_PHASES,
    CONF_SITE,
    SUBENTRY_CIRCUIT,
    SUBENTRY_SITE,
)

SITE, GARAGE, PANEL = "site-1", "circuit-garage", "circuit-panel"
GRID = "sensor.grid"


def site_data(subentry_id: str = SITE, name: str = "Home", **data: Any) -> dict[str, Any]:
    return {
        "subentry_id": subentry_id,
        "subentry_type": SUBENTRY_SITE,
        "title": name,
        "unique_id": None,
        "data": {
            CONF_FUSE_A: 25.0,
            CONF_PHASES: 3,
            CONF_METER_KIND: "power",
            CONF_GRID_POWER: GRID,
            **data,
        },
    }


def circuit_data(
    subentry_id: str = GARAGE, parent: str = SITE, name: str = "Garage", **data: Any
) -> dict[str, Any]:
    return {
        "subentry_id": subentry_id,
        "subentry_type": SUBENTRY_CIRCUIT,
        "title": name,
        "unique_id": None,
        "data": {CONF_LIMIT_A: 16.0, CONF_PARENT: parent, CONF_SITE: SITE, **data},
    }
