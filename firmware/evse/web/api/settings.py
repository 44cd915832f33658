"""The settings: read, changed, exported and imported, each row as its permissions say."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from evse.settings.rows import row
from evse.settings.setting import Permission, Role, Setting
from evse.settings.table import BY_KEY
from evse.web.api.facts import facts
from evse.web.api.pages import PAGES, pages
from evse.web.api.permissions import may, read_only, role_of, unknown
from evse.web.api.shapes import NUMBER, TEXT, TRUTH, by_name, loose, many, maybe, shape
from evse.web.endpoint import ApiError, Call, Endpoint

if TYPE_CHECKING:
    from evse.web.api.exports import Exports
    from evse.web.context import Context

NETWORK = "network."
"""The keys which hold on trial, so that nobody locks himself out."""

_VALUE = {"type": ["string", "number", "boolean", "array"], "items": TEXT}
_CHANGES = {**by_name(_VALUE), "minProperties": 1, "maxProperties": 500}


def endpoints(context: "Context", exports: "Exports") -> list[Endpoint]:
    """All about settings."""

    async def listed(call: Call) -> dict[str, Any]:
        role = role_of(call)
        told = facts(context, min(context.station.connectors), context.network.snapshot())
        return {
            "pages": list(pages(context.settings, told, role, call.language)),
            "waiting": waiting(context, role),
        }

    async def change(call: Call) -> dict[str, Any]:
        role, changes = role_of(call), call.body["changes"]
        check_may_write(role, changes)
        if not call.body.get("confirm_safety", False):
            _check_harmless(context, changes)
        return {
            **await _change(context, changes, call.origin),
            "restart_needed": bool(waiting(context, role)),
        }

    return [
        Endpoint(
            "GET",
            "/api/v1/settings",
            listed,
            "Every row of every page that the role sees",
            gives=PAGES,
        ),
        Endpoint(
            "PUT",
            "/api/v1/settings",
            change,
            "Change settings, all or none; what can harm somebody asks for confirm_safety",
            takes=loose({"changes": _CHANGES}, {"confirm_safety": TRUTH}),
            gives=shape(
                changed=many(TEXT),
                restart_needed=TRUTH,
                trial=maybe(shape(ends_in_s=NUMBER)),
            ),
        ),
    ]


def waiting(context: "Context", role: Role) -> list[str]:
    """The keys whose values hold after a restart only, as far as the role sees them."""
    return sorted(key for key in context.settings.waiting if may(role, key) is not Permission.NONE)


def check_may_write(role: Role, keys: Mapping[str, object]) -> None:
    """Raise ApiError for the first row that `role` may not write."""
    for key in keys:
        permission = may(role, key)
        if permission is Permission.NONE:
            raise unknown(key)
        if permission is not Permission.READ_WRITE or not isinstance(row(key), Setting):
            raise read_only(key, role)


def _check_harmless(context: "Context", changes: Mapping[str, object]) -> None:
    """Raise ApiError when a wrong value of what changes can harm somebody.

    Raises ConfigurationError for values that cannot be.
    """
    harmful = [BY_KEY[key] for key in context.settings.checked(changes) if BY_KEY[key].safety]
    if harmful:
        first, names = harmful[0], ", ".join(setting.key for setting in harmful)
        raise ApiError(
            409,
            "confirm_safety",
            f"a wrong value of {names} can harm people or wiring: say confirm_safety=true",
            first.key,
            None if first.secret else changes[first.key],
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
