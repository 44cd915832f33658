"""A row of the pages as JSON values, for `evse settings list --json`."""

from typing import Any

from evse.settings.fact import Button, Fact
from evse.settings.rows import Row
from evse.settings.setting import Role, Setting


def described(row: Row) -> dict[str, Any]:
    """What the table says of a row.

    `kind`: setting, fact or button; `type`: of its value, of a button what it wants to be given.
    A secret has no default. `roles`: RW, R or UV (hidden) of each role.
    """
    common: dict[str, Any] = {
        "key": row.key,
        "kind": _kind(row),
        "page": str(row.page),
        "label": row.label,
        "manual": list(row.manual),
        "help": row.help,
        "roles": {str(role): str(row.roles.of(role)) for role in Role},
    }
    empty: dict[str, Any] = {
        "unit": "",
        "min": None,
        "max": None,
        "default": None,
        "options": [],
        "ocpp_key": None,
        "restart": False,
        "secret": False,
        "safety": False,
    }
    return common | empty | _own(row)


def _kind(row: Row) -> str:
    match row:
        case Setting():
            return "setting"
        case Fact():
            return "fact"
        case Button():
            return "button"


def _own(row: Row) -> dict[str, Any]:
    """What only rows of its kind have."""
    match row:
        case Button():
            return {"type": row.argument or "none", "secret": row.argument == "secret"}
        case Fact():
            return {"type": str(row.kind), "unit": row.unit, "options": list(row.choices)}
        case Setting():
            default = list(row.default) if isinstance(row.default, tuple) else row.default
            return {
                "type": str(row.kind),
                "unit": row.unit,
                "min": row.minimum,
                "max": row.maximum,
                "default": None if row.secret else default,
                "options": list(row.choices),
                "allowed": row.allowed,
                "ocpp_key": row.ocpp_key,
                "restart": row.reboot,
                "secret": row.secret,
                "safety": row.safety,
            }
