"""What the cards ask by websocket: which wallboxes there are, how one is, its plan, the sessions.

Every user may, as every user sees the entities of which most of it is made, and may list sessions
by an action. The list of all cards is for administrators, as it is by the action `list_cards`. The
answers are the shapes of card/src/feed.ts.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import voluptuous as vol
from homeassistant.components import websocket_api
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.const import ERR_NOT_FOUND
from homeassistant.components.websocket_api.decorators import async_response, websocket_command
from homeassistant.components.websocket_api.messages import event_message
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util

from . import devices
from .actions import async_hub, storage_errors
from .const import DOMAIN, SUBENTRY_CHARGER
from .frontend_feed import Speech, device_name, identifier_of, person_name, plan_detail
from .frontend_follow import Follower, async_place
from .frontend_sessions import Asked, async_sessions
from .frontend_shapes import Snapshot
from .hub import EvseOcppConfigEntry, Hub
from .sentences import SELECTOR
from .session_sums import Owner
from .site_entity import site_identifier
from .texts import async_options, spoken

NOT_LOADED = "not_loaded"
MOST_DEVICES, MOST_ROWS, MOST_OFFSET = 100, 500, 1_000_000
_DEVICE: dict[str | vol.Marker, Any] = {
    vol.Required("device_id"): cv.string,
    vol.Optional("language", default="en"): cv.string,
}


def _owner(value: object) -> Owner:
    try:
        return Owner.parse(cv.string(value))
    except ValueError as error:
        raise vol.Invalid(str(error)) from error


def _instant(value: object) -> datetime:
    """Read an instant; without an offset it is of the house."""
    try:
        return dt_util.as_local(cv.datetime(value))
    except OverflowError as error:  # of the first or last day that there is, in another zone
        raise vol.Invalid(f"{value!r} is out of range") from error


@callback
def async_register(hass: HomeAssistant) -> None:
    """Register all commands."""
    for command in (list_all, subscribe, plan, sessions):
        websocket_api.async_register_command(hass, command)


@callback
def async_hubs(hass: HomeAssistant) -> list[Hub]:
    """Return all servers that run."""
    entries: list[EvseOcppConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    return [entry.runtime_data for entry in entries]


@callback
@websocket_command({vol.Required("type"): "evse_ocpp/list"})
def list_all(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
    """Tell which wallboxes, sites, people and cards there are."""
    hubs = async_hubs(hass)
    people = {person for hub in hubs for person in hub.sessions.persons}
    cards = [card for hub in hubs for card in hub.cards.all] if connection.user.is_admin else []
    connection.send_result(
        msg["id"],
        {
            "wallboxes": [each for hub in hubs for each in _wallboxes(hass, hub)],
            "sites": [each for hub in hubs for each in _sites(hass, hub)],
            "people": _by_name(
                {"person": person, "name": person_name(hass, person)} for person in people
            ),
            "cards": _by_name(
                {"id_tag": card.id_tag, "name": card.name, "person": card.person} for card in cards
            ),
            "currency": hass.config.currency,
        },
    )


def _wallboxes(hass: HomeAssistant, hub: Hub) -> Iterable[dict[str, Any]]:
    for wallbox in hub.wallboxes.values():
        site = hub.site_of(wallbox)
        ids = {
            number: _device_id(hass, hub, wallbox.device_identifier(number))
            for number in wallbox.charger.connectors
        }
        yield {
            "entry_id": hub.entry.entry_id,
            "identity": wallbox.charger.identity,
            "name": wallbox.name,
            "site_id": None if site is None else site.config.subentry_id,
            "connectors": [
                {
                    "connector_id": number,
                    "device_id": device_id,
                    "name": device_name(hass, device_id, wallbox.name),
                }
                for number, device_id in ids.items()
                if device_id is not None
            ],
        }


def _sites(hass: HomeAssistant, hub: Hub) -> Iterable[dict[str, Any]]:
    for subentry_id, site in hub.sites.items():
        yield {
            "entry_id": hub.entry.entry_id,
            "site_id": subentry_id,
            "name": site.config.name,
            "device_id": _device_id(hass, hub, site_identifier(site)),
        }


def _device_id(hass: HomeAssistant, hub: Hub, identifier: tuple[str, str]) -> str | None:
    device = devices.async_device(hass, hub.entry.entry_id, identifier)
    return None if device is None else device.id


def _by_name(told: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(told, key=lambda each: str(each["name"]).casefold())


@websocket_command({vol.Required("type"): "evse_ocpp/subscribe", **_DEVICE})
@async_response
async def subscribe(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
    """Tell how a connector is, now and after each change."""
    if not _is_known(hass, connection, msg):
        return

    @callback
    def send(told: Snapshot) -> None:
        connection.send_message(event_message(msg["id"], told))

    follower = Follower(hass, msg["device_id"], send)
    # Before anything is waited for: the page may be closed meanwhile.
    connection.subscriptions[msg["id"]] = follower.stop
    language = spoken(msg["language"])
    texts = await async_options(hass, SELECTOR, language)
    connection.send_result(msg["id"])
    follower.start(Speech(language, texts))


@callback
@websocket_command({vol.Required("type"): "evse_ocpp/plan", **_DEVICE})
def plan(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
    """Tell goals, plan, prices and sun of a connector."""
    if not _is_known(hass, connection, msg):
        return
    place = async_place(hass, msg["device_id"])
    if place is None:
        connection.send_error(msg["id"], NOT_LOADED, "The integration of the device does not run")
        return
    connection.send_result(msg["id"], plan_detail(hass, place))


@websocket_command(
    {
        vol.Required("type"): "evse_ocpp/sessions",
        vol.Optional("start"): _instant,
        vol.Optional("end"): _instant,
        vol.Optional("device_ids"): vol.All([cv.string], vol.Length(max=MOST_DEVICES)),
        vol.Optional("owner"): _owner,
        vol.Optional("entry_id"): cv.string,
        vol.Optional("limit", default=50): vol.All(int, vol.Range(1, MOST_ROWS)),
        vol.Optional("offset", default=0): vol.All(int, vol.Range(0, MOST_OFFSET)),
    }
)
@async_response
async def sessions(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
    """Tell a page of sessions, and sums of all that fit."""
    entry_id = msg.get("entry_id")
    hubs = async_hubs(hass) if entry_id is None else [async_hub(hass, entry_id)]
    asked = Asked(
        start=msg.get("start"),
        end=msg.get("end"),
        device_ids=msg.get("device_ids"),
        owner=msg.get("owner"),
        limit=msg["limit"],
        offset=msg["offset"],
    )
    with storage_errors():
        connection.send_result(msg["id"], await async_sessions(hass, hubs, asked))


@callback
def _is_known(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> bool:
    """Tell whether a device is a connector of ours; else send that it is not."""
    device = dr.async_get(hass).async_get(msg["device_id"])
    if device is not None and _is_connector(hass, device):
        return True
    connection.send_error(msg["id"], ERR_NOT_FOUND, f"device_id: {msg['device_id']} is no wallbox")
    return False


def _is_connector(hass: HomeAssistant, device: dr.DeviceEntry) -> bool:
    """Whether a device is a wallbox's, not a site's or the people's; also while none is loaded."""
    identity, _, number = identifier_of(device).partition("/")
    if number and not number.isdecimal():
        return False
    return any(
        subentry.unique_id == identity and subentry.subentry_type == SUBENTRY_CHARGER
        for entry in hass.config_entries.async_entries(DOMAIN)
        for subentry in entry.subentries.values()
    )
