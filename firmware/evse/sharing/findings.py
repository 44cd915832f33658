"""What a master has found out about its group, for the people who care for it."""

from dataclasses import dataclass
from enum import StrEnum


class Found(StrEnum):
    """What it is; `Finding` says of whom."""

    STARTING = "starting"
    """The master does not know yet what everybody may be drawing: nobody gets more. `value`: how
    many units it waits for."""
    SILENT = "silent"
    """The unit is not heard; its last grant, then its agreed share stay reserved."""
    TWO_MASTERS = "two_masters"
    """Another master grants in this group: nobody gets more than his agreed share."""
    SAME_ADDRESS = "same_address"
    """Two wallboxes use the unit's number; only one of them gets current."""
    DRAWS_TOO_MUCH = "draws_too_much"
    """The unit's connector draws more than it may, the others make room. `value`: A."""
    KEY_TROUBLE = "key_trouble"
    """The unit hears messages whose seal is not of its key."""
    STRANGER = "stranger"
    """A unit reports that is not of this group."""
    SHARE_DIFFERS = "share_differs"
    """The unit has another agreed share than agreed here, the larger counts. `value`: its, A."""
    TOO_LITTLE_FOR_ALL = "too_little_for_all"
    """The supply does not carry the minimum of all connectors: they take turns. `value`: how many
    can charge at once."""
    LESS_THAN_SHARES = "less_than_shares"
    """The house leaves less than what is agreed: wallboxes that hear no master may overload it.
    `value`: what is left, A."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`unit` and `connector` are 0 when it is about the whole group or wallbox."""

    found: Found
    unit: int = 0
    connector: int = 0
    value: float = 0.0
