"""The blueprint that e-mails the monthly statement, by Home Assistant’s own SMTP integration."""

import io
import shutil
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from pypdf import PdfReader
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.evse_ocpp import files
from custom_components.evse_ocpp.cards import Card
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.wallbox import Wallbox

from .mailbox import Mailbox

BLUEPRINT = Path(__file__).parents[2] / "blueprints/automation/evse_ocpp" / "monthly_statement.yaml"
BOSS = "accounts@example.org"
BY_ENTITY = find_spec("homeassistant.components.smtp.config_flow") is not None
"""Whether this Home Assistant has `smtp.send_message`; before, SMTP was set up in YAML."""


@pytest.fixture
async def charged(hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox, freezer: Any) -> Hub:
    """A charge of Anna's and one of Ben's in November; it is the second of December, 07:59."""
    await hass.config.async_set_time_zone("Europe/Rome")
    for name, day in (("Anna", 24), ("Ben", 25)):
        person = f"person.{name.lower()}"
        hass.states.async_set(person, "home", {"friendly_name": name})
        await deaf_hub.async_set_card(Card(name, f"{name}’s", person))
        freezer.move_to(datetime(2026, 11, day, 12, tzinfo=UTC))
        transaction = wallbox.charger.start_transaction(1, name, dt_util.utcnow(), 1000, name)
        freezer.tick(3600)
        wallbox.charger.stop_transaction(transaction.id, dt_util.utcnow(), "Local", 9500.0)
    await deaf_hub.reception.save(wallbox.charger)
    freezer.move_to(datetime(2026, 12, 2, 6, 59, tzinfo=UTC))
    return deaf_hub


@pytest.fixture
async def mailbox(
    hass: HomeAssistant, socket_enabled: None, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Mailbox]:
    monkeypatch.setattr("socket.getfqdn", lambda: "home.example.org")  # smtplib would ask a DNS
    async with Mailbox() as box:
        yield box
    for state in hass.states.async_all(AUTOMATION):  # or its timers would outlive the test
        await hass.services.async_call(
            AUTOMATION, "turn_off", {"entity_id": state.entity_id}, blocking=True
        )


async def set_up_mail(hass: HomeAssistant, mailbox: Mailbox) -> dict[str, Any]:
    """Set up SMTP as this Home Assistant has it; return the blueprint's inputs for it."""
    server = {
        "server": "127.0.0.1",
        "port": mailbox.port,
        "sender": "home@example.org",
        "encryption": "none",
        "verify_ssl": False,
    }
    if not BY_ENTITY:
        hass.config.allowlist_external_dirs = {str(files.folder(hass, files.EXPORTS))}
        platform = {"platform": "smtp", "name": "mail", "recipient": [BOSS], **server}
        assert await async_setup_component(hass, "notify", {"notify": [platform]})
        await hass.async_block_till_done()
        return {"older_action": "notify.mail"}
    recipient = {
        "data": {},
        "subentry_type": "recipient",
        "title": "Accounts",
        "unique_id": BOSS,
    }
    entry = MockConfigEntry(domain="smtp", title="Mail", data=server, subentries_data=[recipient])
    entry.add_to_hass(hass)
    assert await async_setup_component(hass, "media_source", {})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    (state,) = hass.states.async_all("notify")
    return {"mail": [state.entity_id]}


async def automate(hass: HomeAssistant, **inputs: Any) -> None:
    """Make the automation of the blueprint, as a user does."""
    target = Path(hass.config.path("blueprints", "automation", "evse_ocpp", BLUEPRINT.name))
    target.parent.mkdir(parents=True)
    shutil.copy(BLUEPRINT, target)
    use = {"path": f"evse_ocpp/{BLUEPRINT.name}", "input": inputs}
    config = {AUTOMATION: [{"id": "it", "alias": "It", "use_blueprint": use}]}
    assert await async_setup_component(hass, AUTOMATION, config)
    await hass.async_block_till_done()
    assert hass.states.get("automation.it").state == "on"


async def pass_time(hass: HomeAssistant, freezer: Any, to: datetime) -> None:
    freezer.move_to(to)
    async_fire_time_changed(hass, to)
    await hass.async_block_till_done()


EIGHT = datetime(2026, 12, 2, 7, 0, 1, tzinfo=UTC)


@pytest.mark.usefixtures("charged")
async def test_statements_come_by_mail(hass: HomeAssistant, mailbox: Mailbox, freezer: Any) -> None:
    await automate(
        hass,
        **await set_up_mail(hass, mailbox),
        format="both",
        recipient="Example Ltd\nFleet",
        reference="HH-AK 2026",
        price=0.3,
    )
    assert mailbox.mails == []
    await pass_time(hass, freezer, EIGHT)
    (mail,) = mailbox.mails
    assert mail.recipients == (BOSS,)
    assert mail.message["Subject"] == "Charging statement 2026-11"
    body = mail.message.get_body(("plain",))
    assert body is not None
    assert list(filter(None, body.get_content().splitlines())) == [
        "Anna: 1 sessions, 8.5 kWh, 2.55 EUR",
        "Ben: 1 sessions, 8.5 kWh, 2.55 EUR",
    ]
    attached = {part.get_filename(): part for part in mail.message.iter_attachments()}
    assert [name.rsplit("-", 1)[0] + name[-4:] for name in sorted(attached)] == [
        "statement-2026-11-anna.csv",
        "statement-2026-11-anna.pdf",
        "statement-2026-11-ben.csv",
        "statement-2026-11-ben.pdf",
    ]
    for name, part in attached.items():
        content = part.get_payload(decode=True)
        assert content == (files.folder(hass, files.EXPORTS) / name).read_bytes()
        if name.endswith("pdf"):
            text = PdfReader(io.BytesIO(content)).pages[0].extract_text()
            assert "Example Ltd" in text
            assert "2.55 EUR" in text


@pytest.mark.usefixtures("charged")
async def test_it_is_sent_once_a_month(hass: HomeAssistant, mailbox: Mailbox, freezer: Any) -> None:
    await automate(hass, **await set_up_mail(hass, mailbox), people=["person.anna"])
    for at, count in (
        (EIGHT, 1),
        (datetime(2026, 12, 3, 7, 0, 1, tzinfo=UTC), 1),
        (datetime(2027, 1, 1, 7, 0, 1, tzinfo=UTC), 1),  # not before the day
        (datetime(2027, 1, 2, 7, 0, 1, tzinfo=UTC), 1),  # nothing was charged in December
    ):
        await pass_time(hass, freezer, at)
        assert len(mailbox.mails) == count, at


@pytest.mark.usefixtures("charged")
async def test_it_says_that_nothing_was_charged_when_asked_to(
    hass: HomeAssistant, mailbox: Mailbox, freezer: Any
) -> None:
    await automate(
        hass, **await set_up_mail(hass, mailbox), people=["person.anna"], send_empty=True
    )
    await pass_time(hass, freezer, datetime(2027, 1, 2, 7, 0, 1, tzinfo=UTC))
    (mail,) = mailbox.mails
    body = mail.message.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == "Anna: 0 sessions, 0.0 kWh"


@pytest.mark.usefixtures("charged")
async def test_what_was_missed_is_sent_after_the_start(
    hass: HomeAssistant, mailbox: Mailbox, freezer: Any
) -> None:
    inputs = await set_up_mail(hass, mailbox)
    freezer.move_to(datetime(2026, 12, 9, 15, tzinfo=UTC))
    hass.set_state(CoreState.not_running)
    await automate(hass, **inputs)
    assert mailbox.mails == []
    await hass.async_start()
    await hass.async_block_till_done()
    assert len(mailbox.mails) == 1


@pytest.mark.usefixtures("charged")
async def test_it_can_be_run_by_hand(hass: HomeAssistant, mailbox: Mailbox) -> None:
    await automate(hass, **await set_up_mail(hass, mailbox), day=28)
    await hass.services.async_call(
        AUTOMATION, "trigger", {"entity_id": "automation.it"}, blocking=True
    )
    assert len(mailbox.mails) == 1


@pytest.mark.skipif(BY_ENTITY, reason="attachments are media here, which need no list")
@pytest.mark.usefixtures("charged")
async def test_without_the_list_home_assistant_says_what_is_missing(
    hass: HomeAssistant, mailbox: Mailbox, freezer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    inputs = await set_up_mail(hass, mailbox)
    hass.config.allowlist_external_dirs = set()
    await automate(hass, **inputs)
    await pass_time(hass, freezer, EIGHT)
    assert mailbox.mails == []
    assert "remote_path_not_allowed" in caplog.text
