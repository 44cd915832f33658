"""Actions with files: a wallbox's diagnostics come to us, a firmware goes to it."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import voluptuous as vol
from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
from yarl import URL

from . import files
from .actions import async_hub_of, device_action, instant, wrong
from .central.admission import Outcome
from .central.commands import LogKind
from .const import DOMAIN
from .devices import Place
from .entity import commands_of
from .hub import Hub

SCHEMES = ("http", "https", "ftp", "ftps", "sftp")
MAX_WAIT_S = 3600
DEFAULT_WAIT_S = 300
FIRMWARE_OFFERED = timedelta(hours=24)
"""Wallboxes fetch at night, or try again for hours."""


def _url(value: object) -> str:
    text = cv.string(value)
    url = URL(text)
    if url.scheme not in SCHEMES or not url.host:
        raise vol.Invalid(f"an address that begins with one of {', '.join(SCHEMES)}")
    return text


def _utc(local: datetime | None) -> datetime | None:
    return None if local is None else dt_util.as_local(local).astimezone(UTC)


async def base_url_for(hub: Hub, identity: str) -> str:
    """Return our own URL as the wallbox reaches it, near the address that it connected from."""
    addresses = (
        attempt.address
        for attempt in reversed(hub.server.attempts)
        if attempt.outcome is Outcome.ADMITTED and attempt.identity == identity
    )
    return await files.async_base_url(hub.hass, next(addresses, None))


async def get_diagnostics(call: ServiceCall, place: Place) -> ServiceResponse:
    """Have the wallbox upload its log; return where it is, or with an address just its name."""
    wallbox = place.wallbox
    commands = commands_of(wallbox, "GetDiagnostics")
    kind = LogKind(call.data["kind"])
    since, until = _utc(call.data.get("since")), _utc(call.data.get("until"))
    if (url := call.data.get("url")) is not None:
        name = await commands.get_log(url, kind, since=since, until=until)
        return {"file_name": name}
    wait_s: int = call.data["wait"]
    path, upload = files.async_server(call.hass).expect(
        wallbox.charger.identity, timedelta(seconds=wait_s)
    )
    base_url = await base_url_for(async_hub_of(call.hass, place), wallbox.charger.identity)
    name = await commands.get_log(f"{base_url}{path}", kind, since=since, until=until)
    if name is None:
        raise _failed("no_diagnostics", place)
    try:
        async with asyncio.timeout(wait_s):
            stored = await upload.received
    except TimeoutError:
        raise _failed("no_upload", place) from None
    size = await call.hass.async_add_executor_job(lambda: stored.stat().st_size)
    return {
        "file_name": name,
        "path": str(stored),
        "size": size,
        "url": files.signed_path(call.hass, stored),
    }


def _failed(key: str, place: Place) -> HomeAssistantError:
    status = place.wallbox.charger.diagnostics_status or "–"
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={"charger": place.wallbox.name, "status": status},
    )


async def update_firmware(call: ServiceCall, place: Place) -> ServiceResponse:
    """Have the wallbox load and install a firmware: a file of ours, or from an address."""
    url, file = call.data.get("url"), call.data.get("file")
    if (url is None) == (file is None):
        raise wrong("file_or_url")
    certificate, signature = call.data.get("signing_certificate"), call.data.get("signature")
    if (certificate is None) != (signature is None):
        raise wrong("signature_and_certificate")
    commands = commands_of(place.wallbox, "UpdateFirmware")
    if file is not None:
        path = await _firmware(call, file)
        hub = async_hub_of(call.hass, place)
        base_url = await base_url_for(hub, place.wallbox.charger.identity)
        url = base_url + files.async_server(call.hass).offer(path, FIRMWARE_OFFERED)
    at = _utc(call.data.get("at")) or dt_util.utcnow()
    await commands.update_firmware(
        str(url), at, signing_certificate=certificate, signature=signature
    )
    return {"url": str(url)}


async def _firmware(call: ServiceCall, name: str) -> Path:
    where = files.folder(call.hass, files.FIRMWARE)
    path = where / name
    inside = path.parent == where and name not in ("", ".", "..")
    if not inside or not await call.hass.async_add_executor_job(path.is_file):
        there = await call.hass.async_add_executor_job(files.stored, call.hass, files.FIRMWARE)
        names = ", ".join(sorted(each.name for each in there)) or "–"
        raise wrong("no_firmware", file=name, folder=where, files=names)
    return path


ACTIONS = (
    device_action(
        "get_diagnostics",
        get_diagnostics,
        {
            vol.Optional("kind", default=LogKind.DIAGNOSTICS.value): vol.In(
                [kind.value for kind in LogKind]
            ),
            vol.Optional("since"): instant,
            vol.Optional("until"): instant,
            vol.Optional("url"): _url,
            vol.Optional("wait", default=DEFAULT_WAIT_S): vol.All(
                vol.Coerce(int), vol.Range(min=1, max=MAX_WAIT_S)
            ),
        },
        SupportsResponse.OPTIONAL,
    ),
    device_action(
        "update_firmware",
        update_firmware,
        {
            vol.Optional("file"): cv.string,
            vol.Optional("url"): _url,
            vol.Optional("at"): instant,
            vol.Optional("signing_certificate"): cv.string,
            vol.Optional("signature"): cv.string,
        },
        SupportsResponse.OPTIONAL,
    ),
)
