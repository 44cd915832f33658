"""The buttons of the pages: `POST actions/KEY` presses one (ETEK manual, 5.8.1.4 to 5.8.1.9)."""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from aiohttp import web

from evse.settings.fact import Button
from evse.settings.rows import ROWS
from evse.settings.setting import Permission, Role
from evse.web.answers import json_answer
from evse.web.api import factory_reset, session
from evse.web.api.commands import ask
from evse.web.api.exports import Exports
from evse.web.api.permissions import may, role_of
from evse.web.api.shapes import TRUTH, some
from evse.web.api.update import BUTTON as UPDATE
from evse.web.api.update import from_url
from evse.web.endpoint import ALL, PREFIX, ApiError, Call, Endpoint

if TYPE_CHECKING:
    from evse.web.context import Context

Done = dict[str, Any]
Press = Callable[[Call], Awaitable[Done | web.Response]]
"""Does what a button says; what is to be told besides `done`, or a whole answer."""

_PASSWORDS = f"{PREFIX}/passwords"
_ARGUMENT = {"type": "string", "maxLength": 512, "writeOnly": True}
_REST: Mapping[str, Any] = {
    "type": "object",
    "properties": {"done": TRUTH},
    "required": ["done"],
}


def endpoints(context: "Context", exports: Exports) -> list[Endpoint]:
    """The one endpoint for all buttons."""
    presses = _presses(context, exports)
    buttons = {row.key: row for row in ROWS if isinstance(row, Button)}

    async def press(call: Call) -> Done | web.Response:
        key = call.path["key"]
        button = buttons.get(key)
        if button is None or may(role_of(call), key) is Permission.NONE:
            raise ApiError(404, "unknown", f"there is no button {key}", "key", key)
        if may(role_of(call), key) is not Permission.READ_WRITE:
            raise ApiError(403, "forbidden", f"{key}: {call.role} may not press it", "key", key)
        answer = await presses[key](call)
        if button.argument != "secret" and key != UPDATE:  # these are noted where they are done
            context.audit.note(key, _argument(call) or None)
        return answer if isinstance(answer, web.Response) else {"done": True, **answer}

    return [
        Endpoint(
            "POST",
            "/api/v1/actions/{key}",
            press,
            "Press a button of a page",
            roles=ALL,
            parameters={"key": {"type": "string", "maxLength": 80}},
            takes=some(argument=_ARGUMENT, own_password=_ARGUMENT, exported=TRUTH),
            gives=_REST,
        )
    ]


def _presses(context: "Context", exports: Exports) -> dict[str, Press]:
    """What each button does, by its key."""
    return {
        **_system(context, exports),
        **_whitelist(context),
        "manufacturer.simulate_swipe_card": partial(_swipe, context),
        "manufacturer.debug": _debug,
        "loadmanagement.set_zero": partial(_set_zero, context),
        "loadmanagement.download_register_list": _register_list,
    }


def _argument(call: Call) -> str:
    argument: str = call.body.get("argument", "")
    return argument.strip()


# ---------------------------------------------------------------- page SYSTEM


def _system(context: "Context", exports: Exports) -> dict[str, Press]:
    async def update(call: Call) -> Done:
        """By the typed address, else by that of the setting."""
        url = _argument(call) or context.settings["system.firmware_update_url"]
        if not url:
            raise ApiError(422, "missing", "argument: the address of the update", "argument", "")
        await from_url(context, url)
        return {}

    async def reset(call: Call) -> Done:
        exported = call.body.get("exported", False) or exports.recent(call.origin)
        if not exported:
            raise ApiError(
                409,
                "export_first",
                "take the settings with you first (GET settings/export), or say exported=true",
                "exported",
                False,
                "true",
            )
        await factory_reset.reset(context, role_of(call), call.origin)
        context.station.reset(hard=True)
        return {}

    async def soft(_: Call) -> Done:
        context.station.reset(hard=False)
        return {}

    async def restart(_: Call) -> Done:
        context.station.reset(hard=True)
        return {}

    return {
        "system.firmware_update": update,
        "system.factory_reset": reset,
        "system.soft_reset": soft,
        "system.restart": restart,
        **{f"system.{role}_password": _set_password(context, role) for role in Role},
    }


def _set_password(context: "Context", role: Role) -> Press:
    """As PUT passwords: whoever sets one proves with his own that it is he."""
    change = next(each.handler for each in session.endpoints(context) if each.path == _PASSWORDS)

    async def press(call: Call) -> Done | web.Response:
        own = call.body.get("own_password", "")
        body = {"role": str(role), "password": _argument(call), "own_password": own}
        given = await change(replace(call, body=body))
        if not isinstance(given, web.Response):
            return {"session": given}
        # Who has set his own goes on with another session: its cookie comes along.
        answer = json_answer({"done": True, "session": json.loads(str(given.text))})
        answer.cookies.update(given.cookies)
        return answer

    return press


# ------------------------------------------------------------- page WHITELIST


def _whitelist(context: "Context") -> dict[str, Press]:
    def typed(command: str) -> Press:
        async def press(call: Call) -> Done:
            return await ask(context, command, tag=_argument(call))

        return press

    def plain(command: str) -> Press:
        async def press(_: Call) -> Done:
            return await ask(context, command)

        return press

    return {
        "whitelist.learning_mode": plain("cards-learn"),
        "whitelist.insert": typed("cards-insert"),
        "whitelist.search": typed("cards-search"),
        "whitelist.delete": typed("cards-delete"),
        "whitelist.clear_cache": plain("cards-clear-cache"),
    }


# --------------------------------------- pages MANUFACTURER and LOADMANAGEMENT


async def _swipe(context: "Context", call: Call) -> Done:
    """As if this card were held to the reader."""
    return await ask(context, "card", uid=_argument(call))


async def _debug(_: Call) -> Done:
    """Log more, or as before again; until the next start."""
    log = logging.getLogger("evse")
    more = log.level != logging.DEBUG
    log.setLevel(logging.DEBUG if more else logging.NOTSET)
    return {"debug": more}


async def _set_zero(context: "Context", _: Call) -> Done:
    """Every connector's: the manual's wallbox has one."""
    for number in context.station.connectors:
        await ask(context, "meter-zero", connector=number)
    return {}


async def _register_list(_: Call) -> Done:
    return {"url": "/api/v1/meters/registers.csv"}
