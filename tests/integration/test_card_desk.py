"""Cards at the wallbox: the question whose an unknown one is, its answers, and the local lists."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import AsyncMock, patch

import pytest
from homeassistant.components.repairs import RepairsFlowManager
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

from custom_components.evse_ocpp.card_desk import LIST_KIND
from custom_components.evse_ocpp.card_flow import MAX_QUESTIONS
from custom_components.evse_ocpp.cards import Card, CardPolicy
from custom_components.evse_ocpp.central.charger import ConfigurationKey
from custom_components.evse_ocpp.central.commands import CommandRefused, LocalEntry
from custom_components.evse_ocpp.central.happenings import HappeningKind
from custom_components.evse_ocpp.const import CONF_CARD_POLICY, DOMAIN
from custom_components.evse_ocpp.database import StorageError
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.sending import START_ID_TAG
from custom_components.evse_ocpp.wallbox import Wallbox

from .support import IDENTITY


def read_card(wallbox: Wallbox, id_tag: str = "04A1B2C3") -> None:
    now = datetime.now(UTC)
    wallbox.charger.happened(HappeningKind.CARD_READ, 0, now, id_tag=id_tag, status="Accepted")


def questions(hass: HomeAssistant) -> list[ir.IssueEntry]:
    return [
        issue
        for issue in ir.async_get(hass).issues.values()
        if issue.domain == DOMAIN and issue.translation_key == "unknown_card"
    ]


def notifications(hass: HomeAssistant) -> list[dict[str, Any]]:
    return list(hass.data.get("persistent_notification", {}).values())


@pytest.fixture
async def repairs(hass: HomeAssistant) -> RepairsFlowManager:
    assert await async_setup_component(hass, "repairs", {})
    await hass.async_block_till_done()
    manager: RepairsFlowManager = hass.data["repairs"]["flow_manager"]
    return manager


async def ask(repairs: RepairsFlowManager, hass: HomeAssistant, choice: str) -> dict[str, Any]:
    (issue,) = questions(hass)
    menu = await repairs.async_init(DOMAIN, data={"issue_id": issue.issue_id})
    assert menu["menu_options"] == ["allow", "guest", "refuse"]
    form = await repairs.async_configure(menu["flow_id"], {"next_step_id": choice})
    assert form["type"] is FlowResultType.FORM
    return dict(form)


async def test_unknown_card_is_asked_about_once(
    hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox
) -> None:
    read_card(wallbox)
    read_card(wallbox, "04a1b2c3")
    (issue,) = questions(hass)
    assert issue.translation_placeholders == {"card": "04A1B2C3", "wallbox": "Garage"}
    (notification,) = notifications(hass)
    assert notification["title"] == "New card"
    assert "04A1B2C3 was held up to Garage" in notification["message"]


async def test_known_and_own_tags_are_no_question(
    hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox
) -> None:
    await deaf_hub.async_set_card(Card("A", "Anna"))
    for id_tag in ("a", START_ID_TAG):
        read_card(wallbox, id_tag)
    assert questions(hass) == []


async def test_a_card_with_markdown_is_shown_without(
    hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox
) -> None:
    read_card(wallbox, "![x](http://evil/p)")
    (issue,) = questions(hass)
    (notification,) = notifications(hass)
    assert issue.translation_placeholders is not None
    for shown in (issue.translation_placeholders["card"], notification["message"]):
        assert "![" not in shown
        assert "http://" not in shown


async def test_questions_are_bounded(hass: HomeAssistant, wallbox: Wallbox) -> None:
    for number in range(MAX_QUESTIONS * 2):
        read_card(wallbox, f"CARD{number}")
    assert len(questions(hass)) == MAX_QUESTIONS


async def test_question_outlives_a_reload_but_not_the_entry(
    hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox
) -> None:
    read_card(wallbox)
    await hass.config_entries.async_reload(deaf_hub.entry.entry_id)
    assert len(questions(hass)) == 1
    await hass.config_entries.async_remove(deaf_hub.entry.entry_id)
    assert questions(hass) == []


@pytest.mark.parametrize(
    ("choice", "answer", "card"),
    [
        ("allow", {"name": " Anna "}, {"name": "Anna"}),
        ("allow", {"person": "person.anna"}, {"name": "Anna K.", "person": "person.anna"}),
        (
            "allow",
            {"name": "Anna", "until": "2036-01-01 12:00:00"},
            {"name": "Anna", "expires_at": datetime(2036, 1, 1, 20, tzinfo=UTC)},
        ),
        (
            "guest",
            {"name": "Bo", "until": "2036-01-01 12:00:00"},
            {"name": "Bo", "guest": True, "expires_at": datetime(2036, 1, 1, 20, tzinfo=UTC)},
        ),
        ("refuse", {"name": "Lost"}, {"name": "Lost", "blocked": True}),
    ],
)
async def test_answers(
    hass: HomeAssistant,
    repairs: RepairsFlowManager,
    deaf_hub: Hub,
    wallbox: Wallbox,
    choice: str,
    answer: dict[str, Any],
    card: dict[str, Any],
) -> None:
    hass.states.async_set("person.anna", "home", {"friendly_name": "Anna K."})
    wallbox.charger.start_transaction(1, "04A1B2C3", dt_util.utcnow(), 0, "key")
    await deaf_hub.reception.save(wallbox.charger)
    read_card(wallbox)
    form = await ask(repairs, hass, choice)
    result = await repairs.async_configure(form["flow_id"], answer)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert deaf_hub.cards.all == (Card("04A1B2C3", **card),)
    assert (questions(hass), notifications(hass)) == ([], [])
    session = deaf_hub.sessions.last(IDENTITY, 1)
    assert session is not None
    assert (session.name, session.person) == (card["name"], card.get("person"))


@pytest.mark.parametrize(
    ("choice", "answer", "errors"),
    [
        ("allow", {"name": "  "}, {"name": "name_missing"}),
        ("allow", {"person": "person.gone"}, {"name": "name_missing"}),
        ("allow", {"name": "A", "until": "2020-01-01 12:00:00"}, {"until": "in_the_past"}),
        ("guest", {"name": "", "until": "2036-01-01 12:00:00"}, {"name": "name_missing"}),
        ("refuse", {"name": " "}, {"name": "name_missing"}),
    ],
)
async def test_wrong_answers_are_asked_again(
    hass: HomeAssistant,
    repairs: RepairsFlowManager,
    deaf_hub: Hub,
    wallbox: Wallbox,
    choice: str,
    answer: dict[str, Any],
    errors: dict[str, str],
) -> None:
    read_card(wallbox)
    form = await ask(repairs, hass, choice)
    result = await repairs.async_configure(form["flow_id"], answer)
    assert result["errors"] == errors
    good = {"name": "Anna", **({} if choice == "refuse" else {"until": "2036-01-01 12:00:00"})}
    result = await repairs.async_configure(form["flow_id"], good)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_answer_that_cannot_be_stored(
    hass: HomeAssistant, repairs: RepairsFlowManager, deaf_hub: Hub, wallbox: Wallbox
) -> None:
    read_card(wallbox)
    form = await ask(repairs, hass, "refuse")
    with patch.object(deaf_hub.cards, "put", side_effect=StorageError("full")):
        result = await repairs.async_configure(form["flow_id"], {"name": "Lost"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_stored")
    assert len(questions(hass)) == 1


async def test_policy_of_the_entry(hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox) -> None:
    assert deaf_hub.reception.authorize(wallbox.charger, "04A1B2C3") == "Accepted"
    hass.config_entries.async_update_entry(
        deaf_hub.entry, options={**deaf_hub.entry.options, CONF_CARD_POLICY: CardPolicy.KNOWN}
    )
    await hass.async_block_till_done()
    assert deaf_hub.reception.authorize(wallbox.charger, "04A1B2C3") == "Invalid"


@pytest.fixture
def keeps_a_list(wallbox: Wallbox, commands: AsyncMock) -> AsyncMock:
    """It remembers the version that was written last."""

    def written(version: int, *_: object, **__: object) -> None:
        commands.local_list_version.return_value = version

    commands.local_list_version.return_value = 0
    commands.send_local_list.side_effect = written
    wallbox.charger.configuration["LocalAuthListEnabled"] = ConfigurationKey("true", readonly=True)
    return commands


async def settle(hass: HomeAssistant, wallbox: Wallbox) -> None:
    """Let the pushing be over, which is a background task; the steering is one without end."""
    wallbox.charger.publish()
    await hass.async_block_till_done()
    for _ in range(20):  # the database has a thread of its own
        await asyncio.sleep(0.005)


async def test_list_follows_the_cards(
    hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox, keeps_a_list: AsyncMock
) -> None:
    await settle(hass, wallbox)
    keeps_a_list.send_local_list.assert_not_awaited()  # no card, no list
    await deaf_hub.async_set_card(Card("A", "Anna"))
    await settle(hass, wallbox)
    keeps_a_list.send_local_list.assert_awaited_once_with(1, (LocalEntry("A"),), full=True)
    keeps_a_list.send_local_list.reset_mock()
    for _ in range(3):
        await settle(hass, wallbox)
    keeps_a_list.send_local_list.assert_not_awaited()
    await deaf_hub.cards.remove("A")
    await settle(hass, wallbox)
    keeps_a_list.send_local_list.assert_awaited_once_with(2, (LocalEntry("A", None),), full=False)


async def test_list_is_looked_at_once_for_each_connection(
    hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox, keeps_a_list: AsyncMock
) -> None:
    await deaf_hub.async_set_card(Card("A", "Anna"))
    await settle(hass, wallbox)
    keeps_a_list.local_list_version.reset_mock()
    wallbox.charger.link_down()
    await settle(hass, wallbox)
    keeps_a_list.local_list_version.assert_not_awaited()
    wallbox.charger.link_up(keeps_a_list, dt_util.utcnow() + timedelta(seconds=9))
    await settle(hass, wallbox)
    keeps_a_list.local_list_version.assert_awaited_once()
    assert keeps_a_list.send_local_list.await_count == 1


async def test_refused_list_is_tried_again(
    hass: HomeAssistant,
    deaf_hub: Hub,
    wallbox: Wallbox,
    keeps_a_list: AsyncMock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    keeps_a_list.send_local_list.side_effect = CommandRefused("SendLocalList", "VersionMismatch")
    await deaf_hub.async_set_card(Card("A", "Anna"))
    await settle(hass, wallbox)
    assert "its list of cards is old" in caplog.text
    keeps_a_list.send_local_list.side_effect = None
    await deaf_hub.async_set_card(Card("B", "Bob"))
    await settle(hass, wallbox)
    keeps_a_list.send_local_list.assert_awaited_with(
        1, (LocalEntry("A"), LocalEntry("B")), full=True
    )


async def test_damaged_memory_of_a_list_is_no_memory(
    hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox, keeps_a_list: AsyncMock
) -> None:
    await deaf_hub.storage.database.put_document(LIST_KIND, IDENTITY, {"version": "three"})
    await deaf_hub.async_set_card(Card("A", "Anna"))
    await settle(hass, wallbox)
    keeps_a_list.send_local_list.assert_awaited_once_with(1, (LocalEntry("A"),), full=True)


async def test_who_left_meanwhile_gets_no_list(
    hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox, keeps_a_list: AsyncMock
) -> None:
    wallbox.charger.link_down()
    await deaf_hub.card_desk.push(wallbox.charger)
    keeps_a_list.local_list_version.assert_not_awaited()


async def test_removed_wallbox_leaves_nothing(
    hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox, keeps_a_list: AsyncMock
) -> None:
    await deaf_hub.async_set_card(Card("A", "Anna"))
    await settle(hass, wallbox)
    database = deaf_hub.storage.database
    assert await database.get_document(LIST_KIND, IDENTITY) is not None
    hass.config_entries.async_remove_subentry(deaf_hub.entry, wallbox.subentry_id)
    await hass.async_block_till_done()
    assert await database.get_document(LIST_KIND, IDENTITY) is None
    read_card(wallbox)
    assert questions(hass) == []
