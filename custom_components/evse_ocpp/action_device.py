"""Actions on one wallbox: settings, profiles, reservations, its cards and sessions, restarts."""

from datetime import UTC, timedelta
from typing import Any, Final

import voluptuous as vol
from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util

from . import acts, local_list
from .actions import async_hub_of, device_action, instant, positive_duration, wrong
from .central.charger import MAX_CONNECTORS
from .central.v16_profiles import PROFILE_IDS
from .devices import Place
from .entity import commands_of

ATTR_CONNECTOR: Final = "connector_id"
MAX_RESERVATION_ID = 2**31 - 1
MAX_SCHEDULE_S = 7 * 86_400
PURPOSES = (
    "ChargePointMaxProfile",
    "TxDefaultProfile",
    "TxProfile",
    "ChargingStationMaxProfile",
    "ChargingStationExternalConstraints",
)
_OUR_IDS = range(min(PROFILE_IDS.values()), max(PROFILE_IDS.values()) + 100)
"""Modulo 1000, as `v16_profiles` adds 1000 for each stack level."""
_CONNECTOR = {
    vol.Optional(ATTR_CONNECTOR): vol.All(vol.Coerce(int), vol.Range(min=0, max=MAX_CONNECTORS)),
}


def _text(longest: int) -> vol.All:
    return vol.All(cv.string, vol.Length(min=1, max=longest))


def _where(call: ServiceCall, place: Place) -> int:
    """Return the connector that is meant: the given one (0: the whole wallbox), else the device."""
    return int(call.data.get(ATTR_CONNECTOR, place.connector_id))


# Settings.


async def get_configuration(call: ServiceCall, place: Place) -> ServiceResponse:
    """Read settings anew, and return them."""
    keys: list[str] = call.data.get("keys", [])
    charger = place.wallbox.charger
    await commands_of(place.wallbox, "GetConfiguration").read_configuration(keys)
    return {
        "configuration": {
            name: {"value": key.value, "readonly": key.readonly}
            for name, key in sorted(charger.configuration.items())
            if not keys or name in keys
        },
        "unknown_keys": [key for key in keys if key not in charger.configuration],
    }


async def set_configuration(call: ServiceCall, place: Place) -> ServiceResponse:
    """Write a setting; return whether it takes a restart."""
    commands = commands_of(place.wallbox, "ChangeConfiguration")
    restart = await commands.change_configuration(call.data["key"], call.data["value"])
    return {"restart_required": bool(restart)}


# Charging profiles.


async def set_charging_profile(call: ServiceCall, place: Place) -> ServiceResponse:
    """Send a profile as it is; the ids of our own ones are not free."""
    profile: dict[str, Any] = call.data["profile"]
    profile_id = profile.get("chargingProfileId", profile.get("id"))
    if isinstance(profile_id, bool) or not isinstance(profile_id, int):
        raise wrong("profile_without_id")
    _refuse_ours(profile_id)
    commands = commands_of(place.wallbox, "SetChargingProfile")
    try:
        await commands.set_profile(_where(call, place), profile)
    finally:
        place.wallbox.steering.forget()  # it may have replaced one of ours
    return None


async def clear_charging_profile(call: ServiceCall, place: Place) -> ServiceResponse:
    """Clear the profiles that fit; return whether there were any."""
    profile_id: int | None = call.data.get("profile_id")
    connector_id: int | None = call.data.get(ATTR_CONNECTOR)
    purpose: str | None = call.data.get("purpose")
    stack_level: int | None = call.data.get("stack_level")
    if profile_id is not None:
        _refuse_ours(profile_id)
    elif purpose is None and stack_level is None:
        raise wrong("clears_everything")
    try:
        cleared = await commands_of(place.wallbox, "ClearChargingProfile").clear_profiles(
            profile_id=profile_id,
            connector_id=connector_id,
            purpose=purpose,
            stack_level=stack_level,
        )
    finally:
        place.wallbox.steering.forget()  # ours may be among them: they are written again at once
    return {"cleared": cleared}


def _refuse_ours(profile_id: int) -> None:
    if profile_id % 1000 in _OUR_IDS:
        raise wrong("own_profile", id=profile_id, first=_OUR_IDS[0], last=_OUR_IDS[-1])


async def get_composite_schedule(call: ServiceCall, place: Place) -> ServiceResponse:
    """Return what the wallbox says that it will offer."""
    schedule = await commands_of(place.wallbox, "GetCompositeSchedule").composite_schedule(
        _where(call, place), call.data["duration"], call.data.get("unit")
    )
    return {
        "unit": schedule.unit,
        "start": schedule.start.isoformat() if schedule.start else None,
        "periods": [
            {"start": period.start_s, "limit": period.limit, "phases": period.phases}
            for period in schedule.periods
        ],
    }


# Reservations, cards and sessions.


async def reserve(call: ServiceCall, place: Place) -> ServiceResponse:
    """Keep a connector free for a card; return the reservation's id."""
    until = dt_util.as_local(call.data["until"]).astimezone(UTC)
    if until <= dt_util.utcnow():
        raise wrong("in_the_past", field="until", value=until.isoformat())
    known = place.wallbox.charger.reservations
    reservation_id = call.data.get("reservation_id", max(known, default=0) + 1)
    commands = commands_of(place.wallbox, "ReserveNow")
    await commands.reserve(_where(call, place), reservation_id, call.data["id_tag"], until)
    return {"reservation_id": reservation_id}


async def cancel_reservation(call: ServiceCall, place: Place) -> ServiceResponse:
    """Give a reservation up."""
    commands = commands_of(place.wallbox, "CancelReservation")
    await commands.cancel_reservation(call.data["reservation_id"])
    return None


async def send_local_list(call: ServiceCall, place: Place) -> ServiceResponse:
    """Write our cards to the wallbox's own list, whole; return its version."""
    charger = place.wallbox.charger
    commands = commands_of(place.wallbox, "SendLocalList")
    desk = async_hub_of(call.hass, place).card_desk
    if not local_list.supported(charger):
        raise wrong("no_local_list", charger=place.wallbox.name)
    await desk.write_whole(charger, commands)
    return {"version": charger.local_list_version}


async def clear_cache(_: ServiceCall, place: Place) -> ServiceResponse:
    """Make the wallbox forget the cards that it remembers by itself."""
    await commands_of(place.wallbox, "ClearCache").clear_cache()
    return None


async def start_session(call: ServiceCall, place: Place) -> ServiceResponse:
    """Charge as with the charging switch; with a card, the session is the card's."""
    wallbox = place.wallbox
    steering = wallbox.steering
    connector = wallbox.charger.connector(place.connector_id)
    id_tag: str | None = call.data.get("id_tag")
    if id_tag is not None:
        if connector.transaction is not None:
            raise wrong("session_runs", charger=wallbox.name)
        limit_a = float(steering.allowance(place.connector_id).limit_a or 0.0)
        commands = commands_of(wallbox, "RemoteStartTransaction")
        lease_s = steering.settings.lease_s
        await commands.remote_start(place.connector_id, id_tag, limit_a, lease_s)
    await steering.set_charging(True)
    return None


async def boost(call: ServiceCall, place: Place) -> ServiceResponse:
    """Charge fast for a time, whatever the mode; zero ends it."""
    await acts.boost(place.wallbox, call.data["duration"], dt_util.now())
    until = place.wallbox.steering.choices.boost_until
    return {"until": None if until is None else until.isoformat()}


async def stop_session(_: ServiceCall, place: Place) -> ServiceResponse:
    """End the running session."""
    connector = place.wallbox.charger.connector(place.connector_id)
    await acts.end_session(place.wallbox, connector)
    return None


# The device.


async def trigger(call: ServiceCall, place: Place) -> ServiceResponse:
    """Ask the wallbox to send a message now."""
    commands = commands_of(place.wallbox, "TriggerMessage")
    await commands.trigger(call.data["message"], call.data.get(ATTR_CONNECTOR))
    return None


async def data_transfer(call: ServiceCall, place: Place) -> ServiceResponse:
    """Send what only its maker knows, and return the answer."""
    answer = await commands_of(place.wallbox, "DataTransfer").data_transfer(
        call.data["vendor_id"], call.data.get("message_id"), call.data.get("data")
    )
    return {"status": answer.status, "data": answer.data}


async def reset(call: ServiceCall, place: Place) -> ServiceResponse:
    """Restart the wallbox."""
    await commands_of(place.wallbox, "Reset").reset(call.data["hard"])
    return None


async def unlock(_: ServiceCall, place: Place) -> ServiceResponse:
    """Release the cable."""
    await commands_of(place.wallbox, "UnlockConnector").unlock(place.connector_id)
    return None


async def change_availability(call: ServiceCall, place: Place) -> ServiceResponse:
    """Take a connector, or with 0 the whole wallbox, into or out of service."""
    commands = commands_of(place.wallbox, "ChangeAvailability")
    await commands.change_availability(_where(call, place), call.data["operative"])
    return None


_OPTIONAL = SupportsResponse.OPTIONAL
_ONLY = SupportsResponse.ONLY
_SHORT = vol.Range(max=timedelta(days=1))
_ID = vol.All(vol.Coerce(int), vol.Range(min=0, max=MAX_RESERVATION_ID))

ACTIONS = (
    device_action(
        "get_configuration",
        get_configuration,
        {vol.Optional("keys"): vol.All(cv.ensure_list, [_text(500)])},
        _ONLY,
    ),
    device_action(
        "set_configuration",
        set_configuration,
        {vol.Required("key"): _text(500), vol.Required("value"): vol.All(cv.string)},
        _OPTIONAL,
    ),
    device_action(
        "set_charging_profile",
        set_charging_profile,
        {vol.Required("profile"): dict, **_CONNECTOR},
    ),
    device_action(
        "clear_charging_profile",
        clear_charging_profile,
        {
            vol.Optional("profile_id"): _ID,
            vol.Optional("purpose"): vol.In(PURPOSES),
            vol.Optional("stack_level"): vol.All(vol.Coerce(int), vol.Range(min=0, max=100)),
            **_CONNECTOR,
        },
        _OPTIONAL,
    ),
    device_action(
        "get_composite_schedule",
        get_composite_schedule,
        {
            vol.Optional("duration", default=3600): vol.All(
                vol.Coerce(int), vol.Range(min=1, max=MAX_SCHEDULE_S)
            ),
            vol.Optional("unit"): vol.In(("A", "W")),
            **_CONNECTOR,
        },
        _ONLY,
    ),
    device_action(
        "reserve",
        reserve,
        {
            vol.Required("id_tag"): _text(36),
            vol.Required("until"): instant,
            vol.Optional("reservation_id"): _ID,
            **_CONNECTOR,
        },
        _OPTIONAL,
    ),
    device_action("cancel_reservation", cancel_reservation, {vol.Required("reservation_id"): _ID}),
    device_action("send_local_list", send_local_list, response=_OPTIONAL),
    device_action("clear_cache", clear_cache),
    device_action("start_session", start_session, {vol.Optional("id_tag"): _text(36)}),
    device_action(
        "boost",
        boost,
        {vol.Optional("duration", default=acts.BOOST): vol.All(positive_duration, _SHORT)},
        _OPTIONAL,
    ),
    device_action("stop_session", stop_session),
    device_action("trigger", trigger, {vol.Required("message"): _text(50), **_CONNECTOR}),
    device_action(
        "data_transfer",
        data_transfer,
        {
            vol.Required("vendor_id"): _text(255),
            vol.Optional("message_id"): _text(50),
            vol.Optional("data"): cv.string,
        },
        _OPTIONAL,
    ),
    device_action("reset", reset, {vol.Optional("hard", default=False): cv.boolean}),
    device_action("unlock", unlock),
    device_action(
        "change_availability",
        change_availability,
        {vol.Required("operative"): cv.boolean, **_CONNECTOR},
    ),
)
