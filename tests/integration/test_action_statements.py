"""The action that writes monthly statements: of whom, of when, where, and every error in words."""

import asyncio
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import voluptuous as vol
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
from pypdf import PdfReader

from custom_components.evse_ocpp import action_statements, files
from custom_components.evse_ocpp.cards import Card
from custom_components.evse_ocpp.const import DOMAIN
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.wallbox import Wallbox

from .support import IDENTITY, content


@pytest.fixture
async def charged(hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox, freezer: Any) -> Hub:
    """What was charged in October and November; it is the fifth of December.

    Anna's card is hers, the guest's nobody's; one session was started by Home Assistant. The first
    one of Anna's began in October by the local time, and in September by that of Greenwich.
    """
    await hass.config.async_set_time_zone("Europe/Rome")
    hass.states.async_set("person.anna", "home", {"friendly_name": "Anna K."})
    hass.states.async_set("person.ben", "home", {"friendly_name": "Ben"})
    await deaf_hub.async_set_card(Card("04A1", "Anna’s", "person.anna"), Card("04FF", "Guest"))
    wallbox.charger.booted(
        "EVSE", "One", "EV-4711", "1.0", dt_util.utcnow(), meter_type="EM340", meter_serial="22"
    )
    meter_wh = 1000.0
    for at, tag in (
        (datetime(2026, 9, 30, 22, 30, tzinfo=UTC), "04A1"),
        (datetime(2026, 11, 3, 12, tzinfo=UTC), "04A1"),
        (datetime(2026, 11, 4, 12, tzinfo=UTC), "04FF"),
        (datetime(2026, 11, 5, 12, tzinfo=UTC), "HomeAssistant"),
        (datetime(2026, 11, 6, 12, tzinfo=UTC), "=04B2C3D4"),
    ):
        freezer.move_to(at)
        deaf_hub.tariff.history.set(0.5, at)
        transaction = wallbox.charger.start_transaction(1, tag, at, int(meter_wh), str(at))
        freezer.tick(3600)
        meter_wh += 8000
        wallbox.charger.stop_transaction(transaction.id, dt_util.utcnow(), "Local", meter_wh)
    await deaf_hub.reception.save(wallbox.charger)
    freezer.move_to(datetime(2026, 12, 5, 12, tzinfo=UTC))
    return deaf_hub


async def export(hass: HomeAssistant, **data: Any) -> dict[str, Any]:
    answer: dict[str, Any] = await hass.services.async_call(
        DOMAIN, "export_statement", data, blocking=True, return_response=True
    )
    return answer


def text_of(told: dict[str, Any]) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content(told))).pages)


@pytest.mark.usefixtures("charged")
async def test_everybody_gets_a_statement_of_the_last_month(hass: HomeAssistant) -> None:
    answer = await export(hass)
    assert answer["month"] == "2026-11"
    assert {each["owner"]: each["name"] for each in answer["statements"]} == {
        "person:person.anna": "Anna K.",
        "card:04FF": "Guest",
        "card:=04B2C3D4": "…C3D4",
        "nobody": "Without card",
    }
    anna = answer["statements"][0]
    path = Path(hass.config.path("evse_ocpp/exports")) / anna["attachment"]["filename"]
    assert anna == {
        "owner": "person:person.anna",
        "name": "Anna K.",
        "format": "pdf",
        "url": anna["url"],
        "path": str(path),
        "attachment": {
            "filename": path.name,
            "media_source": {
                "media_content_id": f"media-source://evse_ocpp/{path.name}",
                "media_content_type": "application/pdf",
            },
        },
        "sessions": 1,
        "running": 0,
        "energy": 8.0,
        "unpriced_energy": 0.0,
        "cost": 4.0,
        "currency": "EUR",
        "costs": {"EUR": 4.0},
    }
    told = text_of(anna)
    for expected in ("Anna K.", "November 2026", "EVSE One", "EV-4711", "EM340 22", "4.00 EUR"):
        assert expected in told


@pytest.mark.parametrize("month", ["2026-10", "2026-10-17", "2026-10-17T08:00:00"])
@pytest.mark.usefixtures("charged")
async def test_a_month_begins_when_it_does_here(hass: HomeAssistant, month: str) -> None:
    answer = await export(hass, month=month)
    assert answer["month"] == "2026-10"
    assert [each["sessions"] for each in answer["statements"]] == [1]
    assert (await export(hass, month="2026-09"))["statements"][0]["sessions"] == 0


@pytest.mark.parametrize(
    ("asked", "owners"),
    [
        ({"person": "person.anna"}, {"person:person.anna": 1}),
        (
            {"person": ["person.anna", "person.ben"]},
            {"person:person.anna": 1, "person:person.ben": 0},
        ),
        ({"id_tag": "04ff"}, {"card:04FF": 1}),
        ({"id_tag": ["=04b2c3d4", "04A1"]}, {"card:=04B2C3D4": 1, "card:04A1": 1}),
        ({"person": "person.ben", "id_tag": "04FF"}, {"person:person.ben": 0, "card:04FF": 1}),
        ({"person": [], "id_tag": [], "month": "2026-12"}, {"all": 0}),
    ],
)
@pytest.mark.usefixtures("charged")
async def test_owners_are_chosen(
    hass: HomeAssistant, asked: dict[str, Any], owners: dict[str, int]
) -> None:
    statements = (await export(hass, **asked))["statements"]
    assert {each["owner"]: each["sessions"] for each in statements} == owners
    assert len({each["path"] for each in statements}) == len(owners)
    for each in statements:
        is_said = "There were no charging sessions in this month." in text_of(each)
        assert is_said is (each["sessions"] == 0)


@pytest.mark.usefixtures("charged")
async def test_both_formats_and_their_addresses(
    hass: HomeAssistant, hass_client_no_auth: Any
) -> None:
    statements = (await export(hass, person="person.anna", format="both"))["statements"]
    assert [each["format"] for each in statements] == ["pdf", "csv"]
    client = await hass_client_no_auth()
    for each in statements:
        fetched = await client.get(each["url"])
        assert await fetched.read() == content(each)
    table = content(statements[1]).decode("utf-8-sig")
    assert table.splitlines()[1].startswith("Anna K.,2026-11-03T13:00:00+01:00,")


@pytest.mark.usefixtures("charged")
async def test_terms(hass: HomeAssistant) -> None:
    (told,) = (
        await export(
            hass,
            person="person.anna",
            language="de",
            recipient="Example Ltd\r\n\n\x071 Example Street\n" + "x\n" * 6,
            reference="HH-AK\t2026",
            price=0.3,
        )
    )["statements"]
    text = text_of(told)
    assert (told["cost"], told["currency"]) == (2.4, "EUR")
    for expected in (
        "Ladeabrechnung",
        "Example Ltd",
        "1 Example Street",
        "2,40 EUR",
        "HH-AK 2026",
    ):
        assert expected in text
    assert text.count("\nx") == 6


@pytest.mark.usefixtures("charged")
async def test_made_again_it_takes_the_place_of_the_one_before(hass: HomeAssistant) -> None:
    (first,) = (await export(hass, person="person.anna"))["statements"]
    written = content(first)
    (again,) = (await export(hass, person=["person.anna"], month="2026-11"))["statements"]
    assert again["path"] == first["path"]
    assert len(content(again)) == len(written)
    (other,) = (await export(hass, person="person.anna", price=0.3))["statements"]
    assert other["path"] != first["path"]
    names = {path.name for path in Path(first["path"]).parent.iterdir()}
    assert names == {Path(each["path"]).name for each in (first, other)}


@pytest.mark.usefixtures("charged")
async def test_two_clicks_at_once_are_no_error(hass: HomeAssistant) -> None:
    answers = await asyncio.gather(*(export(hass, person="person.anna") for _ in range(8)))
    assert len({each["statements"][0]["path"] for each in answers}) == 1


@pytest.mark.usefixtures("charged")
async def test_nothing_is_left_of_what_could_not_be_written(hass: HomeAssistant) -> None:
    with patch.object(Path, "replace", side_effect=OSError), pytest.raises(HomeAssistantError):
        await export(hass)
    assert list(files.folder(hass, files.EXPORTS).iterdir()) == []


async def test_wallboxes_are_chosen_and_a_removed_one_is_named(
    hass: HomeAssistant, charged: Hub
) -> None:
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), charged.entry.entry_id)
    (device,) = (each for each in devices if (DOMAIN, IDENTITY) in each.identifiers)
    answer = await export(hass, device_id=device.id, person="person.anna")
    assert answer["statements"][0]["sessions"] == 1
    with patch.object(charged, "wallboxes", {}):
        (told,) = (await export(hass, person="person.anna"))["statements"]
    assert IDENTITY in text_of(told)


async def test_what_goes_on_is_told(hass: HomeAssistant, charged: Hub, wallbox: Wallbox) -> None:
    wallbox.charger.start_transaction(1, "04A1", dt_util.utcnow(), 90_000, "run")
    await charged.reception.save(wallbox.charger)
    (told,) = (await export(hass, month="2026-12", person="person.anna"))["statements"]
    assert (told["sessions"], told["running"]) == (1, 1)
    assert "Provisional" in text_of(told)


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"month": "2026-13"}, "wrong_month"),
        ({"month": "2027-01"}, "wrong_month"),
        ({"month": "1026-01"}, "wrong_month"),
        ({"month": "last"}, "wrong_month"),
        ({"month": ""}, "wrong_month"),
        ({"person": "person.nobody"}, "unknown_person"),
        ({"id_tag": "04EE"}, "unknown_card"),
        ({"device_id": "none"}, "no_wallbox"),
        ({"config_entry_id": "none"}, "no_server"),
    ],
)
@pytest.mark.usefixtures("charged")
async def test_what_cannot_be_meant(hass: HomeAssistant, data: dict[str, Any], key: str) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        await export(hass, **data)
    assert caught.value.translation_key == key


@pytest.mark.usefixtures("charged")
async def test_an_address_that_is_too_long_is_refused(hass: HomeAssistant) -> None:
    with pytest.raises(vol.Invalid, match="9 lines; at most 8 are allowed"):
        await export(hass, recipient="a line\n" * 9)


@pytest.mark.usefixtures("charged")
async def test_a_card_that_is_named_twice_has_one_statement(hass: HomeAssistant) -> None:
    assert len((await export(hass, id_tag=["04a1", "04A1"]))["statements"]) == 1


@pytest.mark.usefixtures("charged")
async def test_a_full_disk_is_told(hass: HomeAssistant) -> None:
    with (
        patch.object(action_statements, "_write", side_effect=OSError(28, "No space left")),
        pytest.raises(HomeAssistantError) as caught,
    ):
        await export(hass)
    assert caught.value.translation_key == "not_stored"


async def test_without_a_server_it_says_so(hass: HomeAssistant, deaf_hub: Hub) -> None:
    await hass.config_entries.async_unload(deaf_hub.entry.entry_id)
    with pytest.raises(ServiceValidationError) as caught:
        await export(hass)
    assert caught.value.translation_key == "no_server"
