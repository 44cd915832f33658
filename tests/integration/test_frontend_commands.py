"""What the cards ask by websocket: all there is, one connector as it goes on, its plan."""

from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockUser,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.evse_ocpp.cards import Card
from custom_components.evse_ocpp.central.charger import ChargerStatus
from custom_components.evse_ocpp.central.readings import Sample
from custom_components.evse_ocpp.const import DOMAIN
from custom_components.evse_ocpp.energy.goal import Goal
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.site_entity import site_identifier
from custom_components.evse_ocpp.wallbox import Wallbox

from .site_scene import site_data
from .support import device_of, subentry_data


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

    async def refused(self, kind: str, **data: Any) -> str:
        """Ask for what is refused; return the code of the error."""
        answer = await self.ask(kind, **data)
        assert answer["success"] is False, answer
        code: str = answer["error"]["code"]
        return code

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


@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "No car"), ("de-AT", "Kein"), ("xx", "No car")]
)
async def test_the_sentence_is_in_the_reader_s_language(
    hass: HomeAssistant, wallbox: Wallbox, browser: Browser, language: str, sentence: str
) -> None:
    told = await browser.follow(device_of(hass).id, language)
    assert told["why"]["sentence"].startswith(sentence)


async def test_who_unsubscribes_hears_no_more(
    hass: HomeAssistant, wallbox: Wallbox, browser: Browser
) -> None:
    answer = await browser.ask("subscribe", device_id=device_of(hass).id)
    await browser.told()
    before = len(hass.bus.async_listeners())
    client = browser._client
    await client.send_json_auto_id({"type": "unsubscribe_events", "subscription": answer["id"]})
    assert (await client.receive_json())["success"]
    wallbox.charger.link_down(datetime.now(UTC))
    wallbox.charger.publish()
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=2), fire_all=True)
    assert (await browser.ask("list"))["success"]  # and no event before it
    assert len(hass.bus.async_listeners()) <= before


async def test_a_plan_is_told_when_it_is_asked_for(
    hass: HomeAssistant, wallbox: Wallbox, browser: Browser
) -> None:
    due = datetime.now(UTC) + timedelta(hours=9)
    await wallbox.plan_book.put(Goal("work", 20.0, ready_at=due), datetime.now(UTC))
    answer = await browser.ask("plan", device_id=device_of(hass).id, language="it")
    assert [goal["plan"] for goal in answer["result"]["goals"]] == ["work"]


class TestOfWhatIsNone:
    """What a card may be pointed at by hand, and what becomes of a device."""

    @pytest.fixture(params=["subscribe", "plan"])
    def kind(self, request: pytest.FixtureRequest) -> str:
        return str(request.param)

    @pytest.mark.parametrize("device_id", ["", "nope", "0" * 32, "../../etc"])
    async def test_no_device(self, browser: Browser, kind: str, device_id: str) -> None:
        assert await browser.refused(kind, device_id=device_id) == "not_found"

    async def test_a_device_of_somebody_else(
        self, hass: HomeAssistant, browser: Browser, kind: str
    ) -> None:
        other = MockConfigEntry(domain="other")
        other.add_to_hass(hass)
        device = dr.async_get(hass).async_get_or_create(
            config_entry_id=other.entry_id, identifiers={("other", "CP-1")}
        )
        assert await browser.refused(kind, device_id=device.id) == "not_found"

    async def test_a_site(
        self, hass: HomeAssistant, deaf_hub: Hub, browser: Browser, kind: str
    ) -> None:
        (site,) = deaf_hub.sites.values()
        (_, identifier) = site_identifier(site)
        device_id = device_of(hass, identifier).id
        assert await browser.refused(kind, device_id=device_id) == "not_found"

    async def test_a_site_beside_a_wallbox_that_is_called_so(
        self, hass: HomeAssistant, deaf_hub: Hub, browser: Browser, kind: str
    ) -> None:
        data = subentry_data("site")
        hass.config_entries.async_add_subentry(
            deaf_hub.entry, ConfigSubentry(**{**data, "data": MappingProxyType(data["data"])})
        )
        await self.test_a_site(hass, deaf_hub, browser, kind)

    async def test_a_wallbox_that_was_removed(
        self, hass: HomeAssistant, wallbox: Wallbox, deaf_hub: Hub, browser: Browser, kind: str
    ) -> None:
        device_id = device_of(hass).id
        hass.config_entries.async_remove_subentry(deaf_hub.entry, wallbox.subentry_id)
        await hass.async_block_till_done()
        assert await browser.refused(kind, device_id=device_id) == "not_found"

    @pytest.mark.parametrize(
        "data", [{}, {"device_id": 7}, {"device_id": "x", "language": 5}, {"device_id": None}]
    )
    async def test_what_is_no_question(
        self, browser: Browser, kind: str, data: dict[str, Any]
    ) -> None:
        if "language" in data or data == {"device_id": 7}:  # a number is a word too
            assert await browser.refused(kind, **data) == "not_found"
        else:
            assert await browser.refused(kind, **data) == "invalid_format"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"start": "0001-01-01T00:00:00+14:00"}, "invalid_format"),
        ({"end": "9999-12-31T23:59:59-12:00"}, "invalid_format"),
        ({"start": "2026-13-01"}, "invalid_format"),
        ({"start": "2026-02-01", "end": "2026-01-01"}, "home_assistant_error"),
        ({"device_ids": ["nope"]}, "home_assistant_error"),
        ({"device_ids": ["x"] * 101}, "invalid_format"),
        ({"owner": "person:"}, "invalid_format"),
        ({"owner": "nobody:x"}, "invalid_format"),
        ({"limit": 0}, "invalid_format"),
        ({"offset": -1}, "invalid_format"),
        ({"offset": 10**30}, "invalid_format"),
        ({"entry_id": ""}, "home_assistant_error"),
    ],
)
async def test_sessions_that_cannot_be_meant(
    browser: Browser, data: dict[str, Any], code: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await browser.ask("sessions", **data)
    assert (answer["success"], answer["error"]["code"]) == (False, code)
    assert "Traceback" not in caplog.text


async def test_while_its_server_does_not_run(
    hass: HomeAssistant, deaf_hub: Hub, browser: Browser
) -> None:
    """A page may ask before the integration is there, and need not ask again."""
    entry, device_id = deaf_hub.entry, device_of(hass).id
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert await browser.refused("plan", device_id=device_id) == "not_loaded"
    assert (await browser.ask("list"))["result"]["wallboxes"] == []
    told = await browser.follow(device_id)
    assert (told["loaded"], told["name"]) == (False, "Garage")
    assert await hass.config_entries.async_setup(entry.entry_id)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=2), fire_all=True)
    assert (await browser.told())["loaded"] is True


async def test_a_connector_whose_server_does_not_run(
    hass: HomeAssistant, wallbox: Wallbox, deaf_hub: Hub, browser: Browser
) -> None:
    wallbox.charger.take_status(2, ChargerStatus.AVAILABLE, "NoError", datetime.now(UTC))
    wallbox.charger.publish()
    device_id = device_of(hass, "CP-1/2").id
    assert await hass.config_entries.async_unload(deaf_hub.entry.entry_id)
    assert (await browser.follow(device_id))["connector_id"] == 2


async def test_without_any_entry_there_is_nothing(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    hass_ws_client: WebSocketGenerator,
    socket_enabled: None,
) -> None:
    """The commands are there before the first wallbox, so that a dashboard can say what to do."""
    assert await async_setup_component(hass, DOMAIN, {})
    answer = await Browser(await hass_ws_client()).ask("list")
    assert answer["result"]["wallboxes"] == []
