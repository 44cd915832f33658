"""Every row of the local web page: settings, facts and buttons, in the manual's order."""

from collections.abc import Iterator
from dataclasses import replace

from evse.settings import state, system, whitelist
from evse.settings.fact import Argument, Button, Fact
from evse.settings.layout import MANUAL
from evse.settings.setting import Page, Permission, Role, Setting
from evse.settings.table import SETTINGS, UnknownSettingError
from evse.settings.words import help_of

__all__ = ["ROWS", "Argument", "Button", "Fact", "Row", "permission", "row"]

Row = Setting | Fact | Button

_FACTS = tuple(replace(each, help=help_of(each.key)) for each in (*state.FACTS, *system.FACTS))
_BUTTONS = tuple(
    replace(each, help=help_of(each.key)) for each in (*system.BUTTONS, *whitelist.BUTTONS)
)


def _ordered() -> Iterator[Row]:
    """Page by page: as the manual has them, then the others as they are in their tables."""
    found: tuple[Row, ...] = (*SETTINGS, *_FACTS, *_BUTTONS)
    rows = {each.key: each for each in found}
    for page in Page:
        first = MANUAL.get(page, ())
        yield from (rows[key] for key in first)
        yield from (each for each in rows.values() if each.page is page and each.key not in first)


ROWS: tuple[Row, ...] = tuple(_ordered())

_BY_KEY = {each.key: each for each in ROWS}


def row(key: str) -> Row:
    """The row called `key`. Raises UnknownSettingError."""
    if key not in _BY_KEY:
        raise UnknownSettingError(key, _BY_KEY)
    return _BY_KEY[key]


def permission(row: Row, role: Role) -> Permission:
    """What a role may do with a row: see it, change or press it, or nothing."""
    return row.roles.of(role)
