"""Happenings as event entities, on the bus, and in the logbook."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from homeassistant.core import Event, HomeAssistant
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.evse_ocpp.cards import Card
from custom_components.evse_ocpp.central.happenings import HappeningKind
from custom_components.evse_ocpp.const import DOMAIN
from custom_components.evse_ocpp.event import EVENTS
from custom_components.evse_ocpp.happening_data import EVENT, TOLD
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.logbook import async_describe_events
from custom_components.evse_ocpp.wallbox import Wallbox

from .support import device_of

pytestmark = pytest.mark.usefixtures("all_enabled")
AT = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)


def test_every_told_kind_has_an_entity() -> None:
    assert {kind for event in EVENTS for kind in event.event_types} == {str(kind) for kind in TOLD}


@pytest.mark.parametrize(
    ("entity", "kind", "details"),
    [
        ("cable_event", HappeningKind.PLUGGED, {}),
        ("card_event", HappeningKind.CARD_READ, {"id_tag": "04A1", "status": "Accepted"}),
        ("fault_event", HappeningKind.FAULT, {"error_code": "GroundFailure"}),
        ("wallbox_event", HappeningKind.BOOTED, {"model": "One"}),
    ],
)
async def test_event_tells_kind_and_details(
    hass: HomeAssistant,
    wallbox: Wallbox,
    entity: str,
    kind: HappeningKind,
    details: dict[str, Any],
) -> None:
    wallbox.charger.happened(kind, 1, AT, **details)
    shown = hass.states.get(f"event.garage_{entity}")
    assert shown is not None
    assert shown.attributes["event_type"] == kind
    assert shown.attributes.items() >= {**details, "connector": 1}.items()


async def test_session_event_has_energy_and_reason(hass: HomeAssistant, wallbox: Wallbox) -> None:
    charger = wallbox.charger
    transaction = charger.start_transaction(1, "04A1", AT, 1000, "key")
    charger.stop_transaction(transaction.id, AT + timedelta(hours=1), "EVDisconnected", 3345)
    charger.happened(HappeningKind.SESSION_ENDED, 1, AT, transaction=transaction)
    shown = hass.states.get("event.garage_session_event")
    assert shown is not None
    assert shown.attributes["event_type"] == "session_ended"
    assert shown.attributes["energy_kwh"] == 2.345
    assert shown.attributes["reason"] == "EVDisconnected"
    assert shown.attributes["id_tag"] == "04A1"


async def test_card_has_the_name_that_the_user_gave_it(
    hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox
) -> None:
    await deaf_hub.async_set_card(Card("04A1", "Blue card"))
    wallbox.charger.happened(HappeningKind.CARD_READ, 0, AT, id_tag="04A1", status="Accepted")
    shown = hass.states.get("event.garage_card_event")
    assert shown is not None
    assert (shown.attributes["id_tag"], shown.attributes["card"]) == ("04A1", "Blue card")


async def test_event_of_another_connector_is_not_shown_here(
    hass: HomeAssistant, wallbox: Wallbox
) -> None:
    wallbox.charger.connector(2)
    wallbox.charger.publish()
    await hass.async_block_till_done(wait_background_tasks=False)
    wallbox.charger.happened(HappeningKind.PLUGGED, 2, AT)
    first = hass.states.get("event.garage_cable_event")
    assert first is not None
    assert first.state == "unknown"
    plugged = [
        state.entity_id
        for state in hass.states.async_all("event")
        if state.attributes["event_type"] == "plugged"
    ]
    assert len(plugged) == 1


async def test_bus_event_names_the_device(hass: HomeAssistant, wallbox: Wallbox) -> None:
    fired = async_capture_events(hass, EVENT)
    wallbox.charger.happened(
        HappeningKind.SECURITY_EVENT, 0, AT, type="InvalidFirmwareSignature", tech_info=None
    )
    wallbox.charger.happened(HappeningKind.CERTIFICATE_REQUEST, 0, AT, csr="-----BEGIN")
    await hass.async_block_till_done(wait_background_tasks=False)
    (event,) = fired  # a request for a certificate is no event for people
    assert event.data["device_id"] == device_of(hass).id
    assert event.data["type"] == "security_event"
    assert event.data["security_event"] == "InvalidFirmwareSignature"


def described(hass: HomeAssistant, data: dict[str, Any]) -> dict[str, str]:
    """Return what the logbook shows."""
    describe = Mock()
    async_describe_events(hass, describe)
    domain, event_type, function = describe.call_args.args
    assert (domain, event_type) == (DOMAIN, EVENT)
    shown: dict[str, str] = function(Event(EVENT, data))
    return shown


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"type": "plugged"}, "Cable plugged in"),
        ({"type": "session_ended", "energy_kwh": 2.3, "id_tag": "A"}, "Session ended: 2.3 kWh, A"),
        ({"type": "card_read", "id_tag": "A", "card": "Blue card"}, "Card read: Blue card"),
        ({"type": "fault", "error_code": "GroundFailure"}, "Fault: GroundFailure"),
        ({"type": "of a later version"}, "of a later version"),
    ],
)
@pytest.mark.usefixtures("wallbox")
async def test_logbook(hass: HomeAssistant, data: dict[str, Any], message: str) -> None:
    shown = described(hass, {"identity": "CP-1", "device_id": device_of(hass).id, **data})
    assert shown == {"name": "Garage", "message": message}


@pytest.mark.usefixtures("wallbox")
async def test_logbook_of_a_device_that_is_gone(hass: HomeAssistant) -> None:
    shown = described(hass, {"identity": "CP-9", "type": "plugged"})
    assert shown["name"] == "CP-9"
