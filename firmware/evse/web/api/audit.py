"""Who did what, and taking a change of a setting back."""

import json
from typing import Any

from evse.settings.rows import ROWS, permission, row
from evse.settings.setting import Permission, Role
from evse.settings.table import UnknownSettingError
from evse.storage.audit import KeptEntry
from evse.web.audit import UndoError
from evse.web.context import Context
from evse.web.endpoint import PREFIX, STAFF, ApiError, Call, Endpoint, Schema
from evse.web.events import label_of

_ENTRY: Schema = {
    "type": "object",
    "required": ["id", "at", "role", "origin", "key", "label", "old", "new", "undone"],
    "properties": {
        "id": {"type": "integer"},
        "at": {"type": "string", "format": "date-time"},
        "role": {"type": "string", "description": "empty: nobody who was logged in"},
        "origin": {"type": "string"},
        "key": {"type": "string", "description": "of a setting or button, or what happened"},
        "label": {"type": "string"},
        "old": {"description": "null: there is none, or it is secret"},
        "new": {"description": "likewise"},
        "undone": {"type": "boolean"},
    },
}

_PAGE: Schema = {
    "type": "object",
    "required": ["count", "entries"],
    "properties": {
        "count": {"type": "integer"},
        "entries": {"type": "array", "items": _ENTRY},
    },
}


def endpoints(context: Context) -> list[Endpoint]:
    """The endpoints of the audit log."""

    async def listed(call: Call) -> dict[str, Any]:
        hidden = _hidden(call.role)
        count, entries = await context.audit.page(call.query["offset"], call.query["limit"], hidden)
        return {"count": count, "entries": [_told(kept, call.language) for kept in entries]}

    async def undo(call: Call) -> dict[str, Any]:
        kept = await context.audit.entry(call.path["id"])
        if kept is None or kept.entry.key in _hidden(call.role):
            raise ApiError(404, "not_found", "there is no such entry", field="id")
        if not _writes(call.role, kept.entry.key):
            raise ApiError(403, "role", f"the role {call.role} may not set {kept.entry.key}")
        try:
            await context.audit.undo(kept)
        except UndoError as error:
            raise ApiError(409, "undo", str(error)) from error
        return {"key": kept.entry.key, "value": json.loads(kept.entry.old or "null")}

    path = f"{PREFIX}/audit"
    return [
        Endpoint(
            "GET",
            path,
            listed,
            "Who did what, the newest first",
            _PAGE,
            roles=STAFF,
            parameters={
                "offset": {"type": "integer", "minimum": 0, "maximum": 100_000, "default": 0},
                "limit": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50},
            },
        ),
        Endpoint(
            "POST",
            f"{path}/{{id}}/undo",
            undo,
            "Set a setting to what it was before an entry",
            {
                "type": "object",
                "required": ["key", "value"],
                "properties": {"key": {"type": "string"}, "value": {}},
            },
            roles=STAFF,
            parameters={"id": {"type": "integer", "minimum": 1, "maximum": 2**53}},
        ),
    ]


def _hidden(role: Role | None) -> list[str]:
    """The keys of the rows which a role does not see."""
    if role is None:
        return [each.key for each in ROWS]
    return [each.key for each in ROWS if permission(each, role) is Permission.NONE]


def _writes(role: Role | None, key: str) -> bool:
    """Whether a role may set what an entry is about; true for what is no row."""
    try:
        found = row(key)
    except UnknownSettingError:
        return True
    return role is not None and permission(found, role) is Permission.READ_WRITE


def _told(kept: KeptEntry, language: str) -> dict[str, Any]:
    entry = kept.entry
    return {
        "id": kept.number,
        "at": entry.at.isoformat(),
        "role": entry.role,
        "origin": entry.origin,
        "key": entry.key,
        "label": label_of(entry.key, language),
        "old": None if entry.old is None else json.loads(entry.old),
        "new": None if entry.new is None else json.loads(entry.new),
        "undone": kept.undone,
    }
