"""What may be asked about the settings of the wallbox over its local socket: `evse settings …`.

Whoever reaches the socket is the computer's administrator and may do what the manufacturer may.
"""

import functools
import sqlite3
from dataclasses import asdict
from typing import Any

from evse.local.requests import Request
from evse.local.server import Handler
from evse.settings import exchange
from evse.settings.exchange import HIDDEN, Form, Plan
from evse.settings.setting import Role
from evse.settings.table import SETTINGS, find
from evse.settings.values import Settings

ROLE = Role.MANUFACTURER
ORIGIN = "evse settings"


def settings_handlers(settings: Settings) -> dict[str, Handler]:
    """All commands about settings, by their names in `requests.SETTINGS_COMMANDS`."""

    async def get(request: Request) -> dict[str, Any]:
        keys = request.fields["keys"] or [setting.key for setting in SETTINGS]
        return {"settings": [_in_force(settings, key) for key in keys]}

    async def set_(request: Request) -> dict[str, Any]:
        changed = await settings.set_many(request.fields["values"], ORIGIN)
        return _changed(settings, changed)

    async def export(request: Request) -> dict[str, Any]:
        form = Form(request.fields["form"])
        return {"content": exchange.export(settings, form, ROLE, secrets=request.fields["secrets"])}

    async def import_(request: Request) -> dict[str, Any]:
        contents = exchange.contents_of(request.fields["values"])
        plan = exchange.plan(settings, contents, ROLE)
        if not request.fields["apply"]:
            return _planned(plan)
        changed = await exchange.carry_out(settings, plan, f"{ORIGIN} import")
        return _planned(plan) | _changed(settings, changed)

    async def defaults(request: Request) -> dict[str, Any]:
        keys = request.fields["keys"] or None
        changed = await settings.reset_to_defaults(keys, f"{ORIGIN} defaults")
        return _changed(settings, changed)

    handlers = {
        "settings-get": get,
        "settings-set": set_,
        "settings-export": export,
        "settings-import": import_,
        "settings-defaults": defaults,
    }
    return {name: _stored(handler) for name, handler in handlers.items()}


def _in_force(settings: Settings, name: str) -> dict[str, Any]:
    """A setting as it is; of a secret only whether it is set. Raises UnknownSettingError."""
    setting = find(name)
    value = settings.values[setting.key]
    return {
        "key": setting.key,
        "value": (HIDDEN if value else "") if setting.secret else value,
        "text": (HIDDEN if value else "") if setting.secret else setting.text(value),
        "origin": str(settings.origin(setting.key)),
        "waiting": setting.key in settings.waiting,
    }


def _planned(plan: Plan) -> dict[str, Any]:
    return {
        "differences": [asdict(each) for each in plan.differences],
        "unknown": list(plan.unknown),
        "warnings": list(plan.warnings),
    }


def _changed(settings: Settings, changed: tuple[str, ...]) -> dict[str, Any]:
    """What a change did. `waiting`: the settings that need a restart, also from before."""
    return {"changed": list(changed), "waiting": sorted(settings.waiting)}


def _stored(handler: Handler) -> Handler:
    """The handler, with a disk that fails as an error of the request."""

    @functools.wraps(handler)
    async def handle(request: Request) -> dict[str, Any]:
        try:
            return await handler(request)
        except sqlite3.Error as error:
            raise ValueError(
                f"nothing was changed, the settings cannot be stored: {error}"
            ) from error

    return handle
