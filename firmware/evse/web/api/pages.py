"""The rows of the pages as JSON values: what a role sees of each, in its language."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from evse.settings.fact import Button, Fact
from evse.settings.rows import ROWS, Row
from evse.settings.setting import Kind, Page, Role, Setting, Value
from evse.settings.words import help_text, label, option, page_name
from evse.web.api.permissions import may, sees
from evse.web.api.shapes import (
    ANYTHING,
    NUMBER,
    TEXT,
    TRUTH,
    Schema,
    loose,
    many,
    maybe,
    one_of,
    shape,
)
from evse.wiring import SIMULATED

if TYPE_CHECKING:
    from evse.settings.values import Settings

_OPTION = shape(value=ANYTHING, text=TEXT)
ROW: Schema = loose(
    {
        "key": TEXT,
        "kind": one_of("setting", "fact", "button"),
        "label": TEXT,
        "help": TEXT,
        "access": one_of("RW", "R"),
    },
    {
        "type": one_of(*Kind),
        "unit": TEXT,
        "min": maybe(NUMBER),
        "max": maybe(NUMBER),
        "options": many(_OPTION),
        "allowed": TEXT,
        "value": ANYTHING,
        "default": ANYTHING,
        "origin": TEXT,
        "restart": TRUTH,
        "secret": TRUTH,
        "is_set": TRUTH,
        "safety": TRUTH,
        "waiting": TRUTH,
        "argument": TEXT,
        "danger": TRUTH,
    },
)
PAGES: Schema = shape(
    pages=many(shape(page=one_of(*Page), name=TEXT, rows=many(ROW))), waiting=many(TEXT)
)


def pages(
    settings: "Settings", facts: Mapping[str, Any], role: Role, language: str
) -> Iterator[dict[str, Any]]:
    """Every page on which `role` sees something, in the manual's order."""
    for page in Page:
        if page is Page.SIMULATION and settings["board.kind"] != SIMULATED:
            continue
        rows = [
            _row(row, settings, facts, role, language)
            for row in ROWS
            if row.page is page and sees(role, row.key)
        ]
        if rows:
            yield {"page": str(page), "name": page_name(page, language), "rows": rows}


def _row(
    row: Row, settings: "Settings", facts: Mapping[str, Any], role: Role, language: str
) -> dict[str, Any]:
    told = {
        "key": row.key,
        "label": label(row, language),
        "help": help_text(row, language),
        "access": str(may(role, row.key)),
    }
    match row:
        case Setting():
            return told | _setting(row, settings, language)
        case Fact():
            return told | {
                "kind": "fact",
                "type": str(row.kind),
                "unit": row.unit,
                "options": _options(row, row.choices, language),
                "value": facts.get(row.key),
            }
        case Button():
            return told | {"kind": "button", "argument": row.argument, "danger": row.danger}


def _setting(row: Setting, settings: "Settings", language: str) -> dict[str, Any]:
    value = settings[row.key]
    return {
        "kind": "setting",
        "type": str(row.kind),
        "unit": row.unit,
        "min": row.minimum,
        "max": row.maximum,
        "options": _options(row, row.choices, language),
        "allowed": row.allowed,
        "value": "" if row.secret else plain(value),
        "default": "" if row.secret else plain(row.default),
        "origin": str(settings.origin(row.key)),
        "restart": row.reboot,
        "secret": row.secret,
        "is_set": bool(value) if row.secret else value != row.default,
        "safety": row.safety,
        "waiting": row.key in settings.waiting,
    }


def _options(row: Row, choices: tuple[str, ...], language: str) -> list[dict[str, Any]]:
    if isinstance(row, (Setting, Fact)) and row.kind is Kind.BOOL:
        return [
            {"value": value, "text": option(row, str(value).lower(), language)}
            for value in (False, True)
        ]
    return [{"value": choice, "text": option(row, choice, language)} for choice in choices]


def plain(value: Value) -> Any:
    """A value as JSON has it."""
    return list(value) if isinstance(value, tuple) else value
