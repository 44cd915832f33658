"""The buttons of page WHITELIST (5.8.1.7)."""

from evse.settings.fact import Argument, Button
from evse.settings.setting import Page, Roles

EVERYONE = Roles.spelt("RW", "RW", "RW")


def _button(name: str, label: str, argument: Argument = "", *, danger: bool = False) -> Button:
    return Button(f"whitelist.{name}", Page.WHITELIST, label, EVERYONE, argument, danger)


BUTTONS = (
    _button("learning_mode", "Local whitelist learning mode"),
    _button("insert", "Insert whitelist", "text"),
    _button("search", "Search whitelist", "text"),
    # The table calls it a mere button, the page has a box for the number.
    _button("delete", "Delete whitelist", "text"),
    _button("clear_cache", "Clear cache"),
)
