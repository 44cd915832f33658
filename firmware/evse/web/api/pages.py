"""The rows of the pages as JSON values: what a role sees of each, in its language.

What never changes of a row is made once for each language: all pages are some 300 rows, and the
control turns wait while they are made.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from evse.settings.fact import Button, Fact
from evse.settings.rows import ROWS, Row
from evse.settings.setting import Kind, Page, Role, Setting, Value
from evse.settings.words import allowed, help_text, label, option, page_name
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
    waiting = settings.waiting
    for page in Page:
        if page is Page.SIMULATION and settings["board.kind"] != SIMULATED:
            continue
        rows = [
            {
                **_described(row, language),
                "access": str(may(role, row.key)),
                **_now(row, settings, facts, waiting),
            }
            for row in ROWS
            if row.page is page and sees(role, row.key)
        ]
        if rows:
            yield {"page": str(page), "name": page_name(page, language), "rows": rows}


@cache
def prepare(language: str) -> None:
    """Make what never changes of all rows in a language, some 50 ms; for a thread."""
    for row in ROWS:
        _described(row, language)


@cache
def _described(row: Row, language: str) -> Mapping[str, Any]:
    """What never changes of a row."""
    told: dict[str, Any] = {
        "key": row.key,
        "label": label(row, language),
        "help": help_text(row, language),
    }
    match row:
        case Setting():
            return told | {
                "kind": "setting",
                "type": str(row.kind),
                "unit": row.unit,
                "min": row.minimum,
                "max": row.maximum,
                "options": _options(row, language),
                "allowed": allowed(row, language),
                "default": "" if row.secret else plain(row.default),
                "restart": row.reboot,
                "secret": row.secret,
                "safety": row.safety,
            }
        case Fact():
            return told | {
                "kind": "fact",
                "type": str(row.kind),
                "unit": row.unit,
                "options": _options(row, language),
            }
        case Button():
            return told | {"kind": "button", "argument": row.argument, "danger": row.danger}


def _options(row: Setting | Fact, language: str) -> list[dict[str, Any]]:
    if row.kind is Kind.BOOL:
        return [
            {"value": value, "text": option(row, str(value).lower(), language)}
            for value in (False, True)
        ]
    return [{"value": choice, "text": option(row, choice, language)} for choice in row.choices]


def _now(
    row: Row, settings: "Settings", facts: Mapping[str, Any], waiting: frozenset[str]
) -> dict[str, Any]:
    """What of a row is so at this instant."""
    match row:
        case Setting():
            value = settings[row.key]
            return {
                "value": "" if row.secret else plain(value),
                "origin": str(settings.origin(row.key)),
                "is_set": bool(value) if row.secret else value != row.default,
                "waiting": row.key in waiting,
            }
        case Fact():
            return {"value": facts.get(row.key)}
        case Button():
            return {}


def plain(value: Value) -> Any:
    """A value as JSON has it."""
    return list(value) if isinstance(value, tuple) else value
