"""Connection and cable."""

from datetime import UTC, datetime

import pytest
from homeassistant.core import HomeAssistant

from custom_components.evse_ocpp.central.charger import ChargerStatus
from custom_components.evse_ocpp.wallbox import Wallbox


@pytest.mark.parametrize(
    ("status", "cable"),
    [
        (ChargerStatus.AVAILABLE, "off"),
        (ChargerStatus.PREPARING, "on"),
        (ChargerStatus.CHARGING, "on"),
        (ChargerStatus.FINISHING, "on"),
        (ChargerStatus.FAULTED, "unknown"),
    ],
)
async def test_cable(
    hass: HomeAssistant, wallbox: Wallbox, status: ChargerStatus, cable: str
) -> None:
    wallbox.charger.take_status(1, status, "NoError", datetime.now(UTC))
    wallbox.charger.publish()
    assert hass.states.is_state("binary_sensor.garage_cable", cable)


async def test_connection_is_always_known(hass: HomeAssistant, wallbox: Wallbox) -> None:
    assert hass.states.is_state("binary_sensor.garage_connection", "on")
    wallbox.charger.link_down()
    wallbox.charger.publish()
    assert hass.states.is_state("binary_sensor.garage_connection", "off")
    assert hass.states.is_state("binary_sensor.garage_cable", "unavailable")
