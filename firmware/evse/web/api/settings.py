"""The settings: read, changed, exported and imported, each row as its permissions say."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from aiohttp import web

from evse.settings import exchange
from evse.settings.exchange import MAX_CHARACTERS, Contents, Form, NotAllowedError, Plan
from evse.settings.rows import row
from evse.settings.setting import Permission, Role, Setting, Value
from evse.settings.table import BY_KEY
from evse.settings.values import ConfigurationError
from evse.web.api.downloads import attachment
from evse.web.api.facts import facts
from evse.web.api.pages import PAGES, pages, plain, prepare
from evse.web.api.permissions import may, read_only, role_of, sees, unknown
from evse.web.api.refusals import told_in
from evse.web.api.shapes import NUMBER, TEXT, TRUTH, by_name, loose, many, maybe, one_of, shape
from evse.web.endpoint import STAFF, ApiError, Call, Endpoint

if TYPE_CHECKING:
    from evse.web.api.exports import Exports
    from evse.web.context import Context

PATH = "/api/v1/settings"

OCTETS = "application/octet-stream"
"""Of a file that a browser only keeps."""

_SUFFIXES = {Form.MANUAL: "json", Form.EVSE: "toml"}
_TRIAL = maybe(shape(ends_in_s=NUMBER))

NETWORK = "network."
"""The keys which hold on trial, so that nobody locks himself out."""

_VALUE = {"type": ["string", "number", "boolean", "array"], "items": TEXT}
_CHANGES = {**by_name(_VALUE), "minProperties": 1, "maxProperties": 500}


def endpoints(context: "Context", exports: "Exports") -> list[Endpoint]:
    """All about settings."""
    return [*_rows(context), *_exchange(context, exports)]


def _rows(context: "Context") -> list[Endpoint]:
    async def listed(call: Call) -> dict[str, Any]:
        role = role_of(call)
        told = facts(context, min(context.station.connectors), context.network.snapshot())
        await asyncio.to_thread(prepare, call.language)
        return {
            "pages": list(pages(context.settings, told, role, call.language)),
            "waiting": waiting(context, role),
        }

    async def change(call: Call) -> dict[str, Any]:
        role, changes = role_of(call), call.body["changes"]
        check_may_write(role, changes)
        with told_in(call.language):
            if not call.body.get("confirm_safety", False):
                _check_harmless(context.settings.checked(changes))
            done = await _change(context, changes, call.origin)
        return {**done, "restart_needed": bool(waiting(context, role))}

    return [
        Endpoint(
            "GET",
            PATH,
            listed,
            "Every row of every page that the role sees",
            gives=PAGES,
        ),
        Endpoint(
            "PUT",
            PATH,
            change,
            "Change settings, all or none; what can harm somebody asks for confirm_safety",
            takes=loose({"changes": _CHANGES}, {"confirm_safety": TRUTH}),
            gives=shape(changed=many(TEXT), restart_needed=TRUTH, trial=_TRIAL),
        ),
    ]


def _exchange(context: "Context", exports: "Exports") -> list[Endpoint]:
    async def export(call: Call) -> web.Response:
        form, secrets = Form(call.query["format"]), call.query["secrets"]
        if secrets and call.role not in STAFF:
            raise ApiError(403, "role", f"secrets are not for the role {call.role}", "secrets")
        content = exchange.export(context.settings, form, role_of(call), secrets=secrets)
        exports.note(call.origin)
        context.audit.note("settings.export", str(form) + " with secrets" * secrets)
        name = f"settings-{context.settings['manufacturer.serial']}.{_SUFFIXES[form]}"
        return attachment(_plain(name), OCTETS, content.encode())

    async def import_(call: Call) -> dict[str, Any]:
        role = role_of(call)
        with told_in(call.language):
            # Beside the control turns: a file may be long, and full of what nobody knows.
            contents = await asyncio.to_thread(exchange.read, call.body["content"])
            plan = _plan(context, contents, role, call.language)
        told: dict[str, Any] = {
            "differences": [asdict(each) for each in plan.differences],
            "unknown": list(plan.unknown),
            "warnings": list(plan.warnings),
            "applied": call.body["apply"],
            "restart_needed": bool(waiting(context, role)),
            "trial": None,
        }
        if not call.body["apply"]:
            return told
        if not call.body.get("confirm_safety", False):
            _check_harmless(plan.values)
        done = await _change(context, plan.values, call.origin)
        context.audit.note("settings.import", len(plan.values))
        return told | {
            "trial": done["trial"],
            "restart_needed": bool(waiting(context, role)),
        }

    form = one_of(*Form)
    return [
        Endpoint(
            "GET",
            f"{PATH}/export",
            export,
            "All that the role sees as a file: in the manual's form, or in ours, TOML",
            parameters={
                "format": {**form, "default": str(Form.EVSE)},
                "secrets": {**TRUTH, "default": False},
            },
            gives=OCTETS,
        ),
        Endpoint(
            "POST",
            f"{PATH}/import",
            import_,
            "What a file would change, and with apply=true change it, all or nothing",
            takes=loose(
                {"content": {"type": "string", "maxLength": MAX_CHARACTERS}, "apply": TRUTH},
                {"confirm_safety": TRUTH},
            ),
            gives=shape(
                differences=many(shape(key=TEXT, label=TEXT, old=TEXT, new=TEXT, safety=TRUTH)),
                unknown=many(TEXT),
                warnings=many(TEXT),
                applied=TRUTH,
                restart_needed=TRUTH,
                trial=_TRIAL,
            ),
        ),
    ]


def _plan(context: "Context", contents: Contents, role: Role, language: str) -> Plan:
    """What a file would change; what the role may not see counts as unknown.

    Raises ConfigurationError, and ApiError for what the role may only read.
    """
    hidden = [key for key in contents.values if not sees(role, key)]
    seen = {key: value for key, value in contents.values.items() if key not in hidden}
    visible = replace(contents, values=seen, unknown=(*contents.unknown, *hidden))
    try:
        return exchange.plan(context.settings, visible, role, language)
    except ConfigurationError as error:
        for wrong in error.errors:
            if isinstance(wrong, NotAllowedError):
                raise read_only(wrong.key, role) from error
        raise


def _plain(name: str) -> str:
    """A name of a file that every system can have."""
    return re.sub(r"[^A-Za-z0-9.\-]", "_", name)


def waiting(context: "Context", role: Role) -> list[str]:
    """The keys whose values hold after a restart only, as far as the role sees them."""
    return sorted(key for key in context.settings.waiting if sees(role, key))


def check_may_write(role: Role, keys: Mapping[str, object]) -> None:
    """Raise ApiError for the first row that `role` may not write."""
    for key in keys:
        permission = may(role, key)
        if permission is Permission.NONE:
            raise unknown(key)
        if permission is not Permission.READ_WRITE or not isinstance(row(key), Setting):
            raise read_only(key, role)


def _check_harmless(values: Mapping[str, Value]) -> None:
    """Raise ApiError when a wrong one of these new values can harm somebody."""
    harmful = [BY_KEY[key] for key in values if BY_KEY[key].safety]
    if harmful:
        first, names = harmful[0], ", ".join(setting.key for setting in harmful)
        raise ApiError(
            409,
            "confirm_safety",
            f"a wrong value of {names} can harm people or wiring: say confirm_safety=true",
            first.key,
            None if first.secret else plain(values[first.key]),
            first.allowed,
        )


async def _change(context: "Context", changes: Mapping[str, object], origin: str) -> dict[str, Any]:
    """Change all of it; with something of the network in it, on trial."""
    if not any(key.startswith(NETWORK) for key in changes):
        return {"changed": list(await context.settings.set_many(changes, origin)), "trial": None}
    answer = await context.network.apply(changes, origin)
    trial = answer["trial"]
    return {
        "changed": list(answer["changed"]),
        "trial": trial and {"ends_in_s": trial["ends_in_s"]},
    }
