"""Connection and cable."""

from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from homeassistant.core import HomeAssistant

from custom_components.evse_ocpp.central.charger import ChargerStatus
from custom_components.evse_ocpp.steering import Steering
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


@pytest.mark.usefixtures("all_enabled")
@pytest.mark.parametrize(
    ("status", "fault"),
    [(ChargerStatus.FAULTED, "on"), (ChargerStatus.CHARGING, "off")],
)
async def test_fault(
    hass: HomeAssistant, wallbox: Wallbox, status: ChargerStatus, fault: str
) -> None:
    wallbox.charger.take_status(1, status, "OtherError", datetime.now(UTC))
    wallbox.charger.publish()
    assert hass.states.is_state("binary_sensor.garage_fault", fault)


@pytest.mark.usefixtures("all_enabled")
@pytest.mark.parametrize(("obeyed", "shown"), [(None, "unknown"), (True, "on"), (False, "off")])
async def test_whether_limits_are_obeyed(
    hass: HomeAssistant, wallbox: Wallbox, obeyed: bool | None, shown: str
) -> None:
    """Row 23: a limit that was accepted and ignored must show."""
    with patch.object(Steering, "obeyed", new=obeyed):
        wallbox.charger.publish()
    assert hass.states.is_state("binary_sensor.garage_obeys_limits", shown)
