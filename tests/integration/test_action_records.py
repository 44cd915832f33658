"""Actions with what is kept: sessions are listed, written and deleted; cards are kept."""

from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util

from custom_components.evse_ocpp.cards import Card
from custom_components.evse_ocpp.database import StorageError
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.wallbox import Wallbox

from .support import act, content

LATER = datetime(2036, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
async def sessions(hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox, freezer: Any) -> Hub:
    """Two sessions: Anna's two days ago, and one of an unknown card yesterday."""
    await hass.config.async_set_time_zone("Europe/Rome")
    hass.states.async_set("person.anna", "home", {"friendly_name": "Anna K."})
    deaf_hub.tariff.history.set(0.5, datetime(2026, 11, 1, tzinfo=UTC))
    await deaf_hub.async_set_card(Card("A", "Anna", "person.anna"))
    for day, tag in ((24, "A"), (25, "=B")):
        freezer.move_to(datetime(2026, 11, day, 12, tzinfo=UTC))
        transaction = wallbox.charger.start_transaction(1, tag, dt_util.utcnow(), 1000, tag)
        freezer.tick(3600)
        now = dt_util.utcnow()
        wallbox.charger.stop_transaction(transaction.id, now, "Local", 3000.0)
    await deaf_hub.reception.save(wallbox.charger)
    return deaf_hub


async def test_sessions_are_listed(hass: HomeAssistant, sessions: Hub) -> None:
    answer = await act(hass, "list_sessions")
    assert [each["card"] for each in answer["sessions"]] == ["=B", "A"]
    assert (answer["energy"], answer["cost"], answer["unpriced_energy"]) == (4.0, 2.0, 0.0)
    told = answer["sessions"][1]
    told.pop("uid")
    assert told == {
        "charger": "Garage",
        "connector": 1,
        "started_at": "2026-11-24T13:00:00+01:00",
        "ended_at": "2026-11-24T14:00:00+01:00",
        "energy": 2.0,
        "meter_start": 1.0,
        "meter_stop": 3.0,
        "card": "A",
        "name": "Anna",
        "person": "person.anna",
        "reason": "Local",
        "cost": 1.0,
        "currency": "EUR",
        "unpriced_energy": 0.0,
        "sun_energy": None,
        "battery_energy": None,
        "grid_energy": None,
        "co2": None,
        "lost_feed_in": None,
        "recovered": False,
        "unattributed": False,
    }


@pytest.mark.parametrize(
    ("data", "count"),
    [
        ({"limit": 1}, 1),
        ({"start": "2026-11-25 00:00:00"}, 1),
        ({"end": "2026-11-24 13:00:00"}, 0),
        ({"id_tag": "a"}, 1),
        ({"person": "person.anna"}, 1),
        ({"person": "person.bob"}, 0),
    ],
)
async def test_sessions_are_chosen(
    hass: HomeAssistant, sessions: Hub, device_id: str, data: dict[str, Any], count: int
) -> None:
    answer = await act(hass, "list_sessions", **data)
    assert len(answer["sessions"]) == count
    answer = await act(hass, "list_sessions", device_id=device_id, **data)
    assert len(answer["sessions"]) == count


async def test_table_of_sessions(
    hass: HomeAssistant, sessions: Hub, hass_client_no_auth: Any
) -> None:
    answer = await act(hass, "export_sessions")
    assert answer["sessions"] == 2
    _, line, *_ = content(answer).decode("utf-8-sig").splitlines()
    assert line.endswith(
        ",Garage,1,2026-11-24T13:00:00+01:00,2026-11-24T14:00:00+01:00,2.000,1.000,3.000,"
        "A,Anna,Anna K.,Local,1.0000,EUR,0.000,,,,,,"
    )
    client = await hass_client_no_auth()
    fetched = await client.get(answer["url"])
    assert await fetched.read() == content(answer)


@pytest.mark.parametrize("language", [None, "de", "it"])
async def test_statement_of_sessions(
    hass: HomeAssistant, sessions: Hub, language: str | None
) -> None:
    data = {} if language is None else {"language": language}
    answer = await act(hass, "export_sessions", format="pdf", person="person.anna", **data)
    assert answer["sessions"] == 1
    assert content(answer).startswith(b"%PDF")


async def test_old_sessions_are_deleted(hass: HomeAssistant, sessions: Hub, device_id: str) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        await act(hass, "purge_sessions", before="2026-11-25", confirm="2026-11-26")
    assert caught.value.translation_key == "not_confirmed"
    data = {"before": "2026-11-25", "confirm": "2026-11-25", "device_id": device_id}
    assert await act(hass, "purge_sessions", **data) == {"deleted": 1}
    assert len((await act(hass, "list_sessions"))["sessions"]) == 1


async def test_cards_are_set_listed_and_removed(hass: HomeAssistant, deaf_hub: Hub) -> None:
    assert await act(hass, "set_card", id_tag="A") == {
        "id_tag": "A",
        "name": "A",
        "person": None,
        "guest": False,
        "blocked": False,
        "expires_at": None,
    }
    await act(hass, "set_card", id_tag="a", name="Anna", person="person.anna")
    await act(hass, "set_card", id_tag="A", guest=True, expires_at=LATER.isoformat())
    await act(hass, "set_card", id_tag="A", blocked=True)
    card = Card("A", "Anna", "person.anna", guest=True, blocked=True, expires_at=LATER)
    assert deaf_hub.cards.all == (card,)
    await act(hass, "set_card", id_tag="A", person=None, expires_at=None)
    answer = await act(hass, "list_cards")
    assert answer["cards"][0]["person"] is None
    await act(hass, "remove_card", id_tag="a")
    assert deaf_hub.cards.all == ()
    assert await act(hass, "import_cards", csv=answer["csv"]) == {"cards": 1}
    assert deaf_hub.cards.name("A") == "Anna"


async def test_card_gets_its_sessions(hass: HomeAssistant, sessions: Hub) -> None:
    await act(hass, "set_card", id_tag="=b", name="Bob", person="person.bob")
    answer = await act(hass, "list_sessions", person="person.bob")
    assert [each["name"] for each in answer["sessions"]] == ["Bob"]


@pytest.mark.parametrize(
    ("name", "data", "key"),
    [
        ("list_sessions", {"start": "2026-01-02", "end": "2026-01-01"}, "start_after_end"),
        ("list_sessions", {"device_id": "none"}, "no_wallbox"),
        ("list_sessions", {"config_entry_id": "none"}, "no_server"),
        ("set_card", {"id_tag": "A", "name": " "}, "no_card"),
        ("set_card", {"id_tag": "A\n"}, "no_card"),
        ("remove_card", {"id_tag": "A"}, "unknown_card"),
        ("import_cards", {"csv": "nothing"}, "no_cards"),
    ],
)
async def test_records_that_cannot_be_meant(
    hass: HomeAssistant, deaf_hub: Hub, name: str, data: dict[str, Any], key: str
) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        await act(hass, name, **data)
    assert caught.value.translation_key == key


async def test_several_servers(hass: HomeAssistant, deaf_hub: Hub) -> None:
    with (
        patch.object(
            hass.config_entries, "async_loaded_entries", return_value=[deaf_hub.entry] * 2
        ),
        pytest.raises(ServiceValidationError) as caught,
    ):
        await act(hass, "list_cards")
    assert caught.value.translation_key == "which_server"


@pytest.mark.parametrize("error", [StorageError("disk full"), TimeoutError()])
async def test_what_cannot_be_stored(hass: HomeAssistant, deaf_hub: Hub, error: Exception) -> None:
    with (
        patch.object(deaf_hub.cards, "put", side_effect=error),
        pytest.raises(HomeAssistantError) as caught,
    ):
        await act(hass, "set_card", id_tag="A")
    assert caught.value.translation_key == "not_stored"


async def test_actions_are_there_without_a_server(hass: HomeAssistant, deaf_hub: Hub) -> None:
    await hass.config_entries.async_unload(deaf_hub.entry.entry_id)
    with pytest.raises(ServiceValidationError) as caught:
        await act(hass, "list_cards")
    assert caught.value.translation_key == "no_server"
