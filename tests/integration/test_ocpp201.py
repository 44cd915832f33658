"""A foreign wallbox of OCPP 2.0.1 in Home Assistant, from its first word to a charge's energy."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from homeassistant.core import HomeAssistant
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from custom_components.evse_ocpp.central import calls, setup_calls
from custom_components.evse_ocpp.hub import Hub

from .central.foreign_v201 import ForeignStation
from .support import IDENTITY, PASSWORD, until

CARD = {"id_token": "04A1B2C3", "type": "ISO14443"}


@pytest.fixture
async def station(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ForeignStation]:
    monkeypatch.setattr(calls, "SPACING_S", 0.0)
    monkeypatch.setattr(setup_calls, "SETTLE_S", 0.0)
    monkeypatch.setattr(setup_calls, "SPACING_S", 0.0)
    token = base64.b64encode(f"{IDENTITY}:{PASSWORD}".encode()).decode()
    websocket = await connect(
        f"ws://127.0.0.1:{hub.server.port}/ocpp/{IDENTITY}",
        subprotocols=["ocpp2.0.1"],  # type: ignore[list-item]
        additional_headers={"Authorization": f"Basic {token}"},
        proxy=None,
    )
    station = ForeignStation(IDENTITY, websocket)
    reader = asyncio.create_task(station.start())
    await station.boot()
    await station.status("Available")
    yield station
    await station.close()
    with suppress(ConnectionClosed):
        await reader


@pytest.mark.parametrize(("price", "cost"), [("0.5", 0.003), ("unknown", None)])
async def test_the_wallbox_is_told_what_a_charge_costs(
    hass: HomeAssistant, hub: Hub, station: ForeignStation, price: str, cost: float | None
) -> None:
    """Functional block I (OCPP 2.0.1, part 2): it shows the costs; without one, none is shown."""
    hass.states.async_set("sensor.price", price, {"unit_of_measurement": "EUR/kWh"})
    hub.tariff.follow("sensor.price")
    await station.event(
        "Started", "CablePluggedIn", "Charging", id_token=CARD, meter_value=station.values(0)
    )
    station.register_wh += 6
    told = await station.event("Ended", "EVDeparted", meter_value=station.values(0))
    assert told.total_cost == cost


def limits(station: ForeignStation, purpose: str) -> list[float]:
    profiles = [each["charging_profile"] for each in station.got("SetChargingProfile")]
    return [
        each["charging_schedule"][0]["charging_schedule_period"][0]["limit"]
        for each in profiles
        if each["charging_profile_purpose"] == purpose
    ]


async def test_a_day_of_a_201_wallbox(hass: HomeAssistant, station: ForeignStation) -> None:
    await until(lambda: hass.states.is_state("sensor.garage_status", "available"))
    await until(lambda: limits(station, "TxDefaultProfile") == [6])

    await station.status("Occupied")
    await until(lambda: hass.states.is_state("sensor.garage_status", "preparing"))
    for action in ("turn_off", "turn_on"):
        target = {"entity_id": "switch.garage_charging"}
        await hass.services.async_call("switch", action, target, blocking=True)
    await until(lambda: station.got("RequestStartTransaction"))
    await until(lambda: hass.states.is_state("sensor.garage_status", "charging"))
    await station.event(
        "Updated", "MeterValuePeriodic", "Charging", meter_value=station.values(7360)
    )
    await until(lambda: hass.states.is_state("sensor.garage_power", "7360.0"))

    await hass.services.async_call(
        "number",
        "set_value",
        {"entity_id": "number.garage_current_limit", "value": 10},
        blocking=True,
    )
    await until(lambda: limits(station, "TxProfile")[-1:] == [10])

    station.register_wh += 8
    await station.event(
        "Ended",
        "StopAuthorized",
        id_token=CARD,
        meter_value=station.values(0),
        info={"stopped_reason": "Local"},
    )
    await until(lambda: hass.states.is_state("sensor.garage_status", "finishing"))
    await station.status("Available")
    await until(lambda: hass.states.is_state("sensor.garage_status", "available"))
    energy = hass.states.get("sensor.garage_session_energy")
    assert energy is not None
    assert float(energy.state) == pytest.approx(0.008, abs=0.001)
