"""What a page shows besides settings: values to read (facts) and buttons."""

from dataclasses import dataclass
from typing import Literal

from evse.settings.setting import Kind, Page, Roles

READ_BY_ALL = Roles.spelt("R", "R", "R")

Argument = Literal["", "text", "secret", "file"]
"""What a button wants to be given: nothing, a text, a secret text, or a file."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A value that is only read. `label` is the manual's, `manual` has further labels of it."""

    key: str
    page: Page
    kind: Kind
    label: str
    unit: str = ""
    help: str = ""
    roles: Roles = READ_BY_ALL
    choices: tuple[str, ...] = ()
    manual: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Button:
    """Something to do. Who may press it has the permission RW in `roles`.

    `danger`: it cannot be undone, so that it has to be meant.
    """

    key: str
    page: Page
    label: str
    roles: Roles
    argument: Argument = ""
    danger: bool = False
    help: str = ""
    manual: tuple[str, ...] = ()
