"""The network and the clock of the wallbox: what there is, Wi-Fi scan, trial, hotspot, time."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from evse.network.reason import localized
from evse.ocpp import timestamps
from evse.web.api.permissions import reading, writing
from evse.web.api.shapes import INSTANT, TEXT, TRUTH, Schema, shape, some
from evse.web.endpoint import STAFF, ApiError, Call, Endpoint
from evse.web.guard import local_address_of

if TYPE_CHECKING:
    from evse.web.context import Context

_ANSWER: Schema = {
    "type": "object",
    "properties": {"available": TRUTH, "reason": TEXT},
    "required": ["available", "reason"],
}
"""What the network says always has these, and more beside them."""

_KEY = frozenset({"key", "qr"})
"""What of the hotspot's label lets in; for ever, for the key never changes."""

_ZONE: Schema = {"type": "string", "maxLength": 60}


def endpoints(context: "Context") -> list[Endpoint]:
    """All about network and time."""
    return [*_network(context), *_time(context)]


def _network(context: "Context") -> list[Endpoint]:
    async def snapshot(call: Call) -> dict[str, Any]:
        told = context.network.snapshot()
        if call.role in STAFF:
            told = told | {"hotspot": told["hotspot"] | context.network.hotspot_label()}
        return localized(told, call.language)

    async def scan(call: Call) -> dict[str, Any]:
        return localized(await context.network.scan(), call.language)

    async def confirm(call: Call) -> dict[str, Any]:
        answer = await context.network.confirm(local_address_of(call.request))
        answer = localized(answer, call.language)
        if not answer["available"]:
            raise ApiError(409, "not_confirmed", answer["reason"])
        return answer

    async def hotspot(call: Call) -> dict[str, Any]:
        answer = await context.network.hotspot(call.body["on"])
        if call.role not in STAFF:  # who may change the Wi-Fi reads the key from the label
            answer = {name: value for name, value in answer.items() if name not in _KEY}
        return localized(answer, call.language)

    return [
        Endpoint(
            "GET",
            "/api/v1/network",
            snapshot,
            "The network as it is",
            roles=reading("network.ssid"),
            gives=_ANSWER,
        ),
        Endpoint(
            "POST",
            "/api/v1/network/scan",
            scan,
            "Look for Wi-Fi networks",
            roles=writing("network.ssid"),
            gives=_ANSWER,
        ),
        Endpoint(
            "POST",
            "/api/v1/network/confirm",
            confirm,
            "A changed network stays: this request came over it",
            roles=writing("network.dhcp"),
            gives=_ANSWER,
        ),
        Endpoint(
            "POST",
            "/api/v1/network/hotspot",
            hotspot,
            "Open or close the hotspot",
            roles=writing("network.wifi"),
            takes=shape(on=TRUTH),
            gives=_ANSWER,
        ),
    ]


def _time(context: "Context") -> list[Endpoint]:
    async def time(call: Call) -> dict[str, Any]:
        return localized(await context.network.time(), call.language)

    async def set_time(call: Call) -> dict[str, Any]:
        at = instant(call.body["at"], "at") if "at" in call.body else None
        answer = await context.network.set_time(
            at, call.body.get("ntp"), call.body.get("time_zone")
        )
        return localized(answer, call.language)

    return [
        Endpoint(
            "GET",
            "/api/v1/time",
            time,
            "The clock, its time zone, and whether it is set from the network",
            roles=reading("time.ntp"),
            gives=_ANSWER,
        ),
        Endpoint(
            "PUT",
            "/api/v1/time",
            set_time,
            "Set the clock (which ends NTP), NTP on or off, the time zone",
            roles=writing("time.ntp"),
            takes=some(at=INSTANT, ntp=TRUTH, time_zone=_ZONE),
            gives=_ANSWER,
        ),
    ]


def instant(text: str, field: str) -> datetime:
    """The instant that ISO 8601 writes so; without an offset it is UTC. Raises ApiError."""
    try:
        return timestamps.parse(text)
    except ValueError:
        allowed = "an instant as 2026-11-26T18:30:00Z"
        raise ApiError(
            422, "invalid", f"{field}: came {text!r}, allowed is {allowed}", field, text, allowed
        ) from None
