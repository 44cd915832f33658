"""Connection and cable."""

from dataclasses import replace
from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from homeassistant.core import HomeAssistant

from custom_components.evse_ocpp.central.charger import ChargerStatus
from custom_components.evse_ocpp.features import Feature
from custom_components.evse_ocpp.wallbox import Wallbox
from custom_components.evse_ocpp.watch import Watch

from .support import subentry_data


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
    with patch.object(Watch, "obeyed", new=obeyed):
        wallbox.charger.publish()
    assert hass.states.is_state("binary_sensor.garage_obeys_limits", shown)


@pytest.mark.usefixtures("all_enabled")
@pytest.mark.parametrize("subentries", [[subentry_data(relay_url="ws://office/cs")]])
async def test_second_back_office(hass: HomeAssistant, wallbox: Wallbox) -> None:
    """It is there for those who have one, and goes with it."""
    assert wallbox.relay
    assert hass.states.is_state("binary_sensor.garage_second_back_office", "off")
    wallbox.relay.connected = True
    wallbox.charger.publish()
    assert hass.states.is_state("binary_sensor.garage_second_back_office", "on")
    wallbox.apply(replace(wallbox.settings, relay=None), wallbox.steering.settings)
    assert Feature.RELAY not in wallbox.features


@pytest.mark.usefixtures("all_enabled")
async def test_no_second_back_office(hass: HomeAssistant, wallbox: Wallbox) -> None:
    assert not wallbox.relay
    assert hass.states.get("binary_sensor.garage_second_back_office") is None
