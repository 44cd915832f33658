"""What the cards ask by websocket: all there is, one connector as it goes on, its plan."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import AsyncMock

import pytest
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.evse_ocpp.cards import Card
from custom_components.evse_ocpp.central.charger import ChargerStatus
from custom_components.evse_ocpp.central.readings import Sample
from custom_components.evse_ocpp.energy.goal import Goal
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.site import Site
from custom_components.evse_ocpp.wallbox import Wallbox

from .site_scene import show_currents, site_data
from .support import device_of, plug_in, set_up, subentry_data


class Browser:
    """A page with cards: its commands, and what it was told of a subscription."""

    def __init__(self, client: Any) -> None:
        self._client = client

    async def ask(self, kind: str, **data: Any) -> dict[str, Any]:
        await self._client.send_json_auto_id({"type": f"evse_ocpp/{kind}", **data})
        answer: dict[str, Any] = await self._client.receive_json()
        return answer

    async def follow(self, device_id: str, language: str = "en") -> dict[str, Any]:
        """Follow a connector; return what is told at once."""
        answer = await self.ask("subscribe", device_id=device_id, language=language)
        assert answer["success"], answer
        return await self.told()

    async def told(self) -> dict[str, Any]:
        message = await self._client.receive_json()
        assert message["type"] == "event", message
        event: dict[str, Any] = message["event"]
        return event


@pytest.fixture
def subentries() -> list[dict[str, Any]]:
    return [subentry_data(), site_data()]


@pytest.fixture
async def browser(
    deaf_hub: Hub, socket_enabled: None, hass_ws_client: WebSocketGenerator
) -> Browser:
    return Browser(await hass_ws_client())


async def test_all_there_is(hass: HomeAssistant, wallbox: Wallbox, browser: Browser) -> None:
    answer = (await browser.ask("list"))["result"]
    (told,) = answer["wallboxes"]
    (site,) = answer["sites"]
    assert told["connectors"] == [
        {"connector_id": 1, "device_id": device_of(hass).id, "name": "Garage"}
    ]
    assert told["site_id"] == site["site_id"]
    assert site["name"] == "Home"
    assert answer["currency"] == "EUR"


async def test_numbers_of_cards_are_for_administrators(
    hass: HomeAssistant, deaf_hub: Hub, browser: Browser, hass_admin_user: MockUser
) -> None:
    hass.states.async_set("person.anna", "home", {"friendly_name": "Anna"})
    await deaf_hub.async_set_card(Card("04A1", "Anna’s card", "person.anna"), Card("04B2", "guest"))
    answer = (await browser.ask("list"))["result"]
    assert answer["cards"] == [
        {"id_tag": "04A1", "name": "Anna’s card", "person": "person.anna"},
        {"id_tag": "04B2", "name": "guest", "person": None},
    ]
    assert answer["people"] == [{"person": "person.anna", "name": "Anna"}]
    hass_admin_user.groups = []
    answer = (await browser.ask("list"))["result"]
    assert answer["cards"] == []
    assert len(answer["people"]) == 1


async def test_a_connector_is_told_at_once_and_when_it_changes(
    hass: HomeAssistant, wallbox: Wallbox, browser: Browser
) -> None:
    told = await browser.follow(device_of(hass).id)
    assert (told["identity"], told["name"], told["loaded"]) == ("CP-1", "Garage", True)
    assert told["connected"] is True
    assert told["why"]["key"] == "no_car"
    assert told["session"] is None
    wallbox.charger.take_status(1, ChargerStatus.CHARGING, "NoError", datetime.now(UTC))
    wallbox.charger.start_transaction(1, "04A1B2C3", datetime.now(UTC), 0, "key")
    now = datetime.now(UTC)
    wallbox.charger.take_samples(1, None, [Sample("Power.Active.Import", 7360.4)], now, now)
    wallbox.charger.publish()
    told = await browser.told()
    assert told["power_w"] == 7360
    assert told["session"]["running"] is True
    assert told["session"]["card"] == "…B2C3"
    assert told["why"]["key"] != "no_car"
