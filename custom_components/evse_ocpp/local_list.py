"""A charger's own list of cards, with which it decides while it is not connected.

What to send is decided by pure functions. The list is written whole once, then only what changed;
a charger that lost it, or got another, is seen by its version number, and gets it whole again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .cards import Card
from .central.charger import Charger
from .central.commands import Commands, LocalEntry

PROFILE = "LocalAuthListManagement"
_ENABLED_KEYS = ("LocalAuthListEnabled", "LocalAuthListCtrlr.Enabled")
_LENGTH_KEYS = ("SendLocalListMaxLength", "LocalAuthListCtrlr.ItemsPerMessage")
_CAPACITY_KEYS = ("LocalAuthListMaxLength", "LocalAuthListCtrlr.Entries#maxLimit")
DEFAULT_LENGTH = 20
"""Cards in one message, where the charger does not say how many it takes."""
MAX_CHARGER_ID_TAG = 20
"""CiString20Type of OCPP 1.6: what is longer no charger takes, and it would refuse the whole."""
MAX_VERSION = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Written:
    """What a charger confirmed: the version of its list, and each entry as a comparable text."""

    version: int
    entries: Mapping[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Return what `from_dict` needs, as JSON values."""
        return {"version": self.version, "entries": dict(self.entries)}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Written":
        """Restore it; KeyError, TypeError or ValueError when `stored` is damaged."""
        return cls(int(stored["version"]), dict(stored["entries"]))


@dataclass(frozen=True, slots=True)
class Message:
    """One SendLocalList."""

    version: int
    entries: tuple[LocalEntry, ...]
    full: bool


def supported(charger: Charger) -> bool:
    """Tell whether a charger says that it keeps a list, and that it is switched on."""
    if charger.feature_profiles and PROFILE not in charger.feature_profiles:
        return False
    return any(_value(charger, key).lower() == "true" for key in _ENABLED_KEYS)


def entries_for(charger: Charger, cards: Iterable[Card], now: datetime) -> list[LocalEntry]:
    """Return the list that a charger should have, as long as it can be for it."""
    entries = [
        LocalEntry(card.id_tag, card.status(now), card.expires_at)
        for card in cards
        if len(card.id_tag) <= MAX_CHARGER_ID_TAG
    ]
    capacity = _number(charger, _CAPACITY_KEYS)
    return entries if capacity is None else entries[:capacity]


def messages(
    charger: Charger, wanted: Sequence[LocalEntry], written: Written | None, version: int
) -> list[Message]:
    """Return what to send to a charger whose list has `version`; nothing where it is right."""
    texts = _texts(wanted)
    known = written is not None and written.version == version
    if written is not None and known:
        changes = [entry for entry in wanted if written.entries.get(entry.id_tag) != _text(entry)]
        changes += [LocalEntry(gone, None) for gone in written.entries if gone not in texts]
    elif wanted or written is not None:
        changes = list(wanted)
    else:
        return []  # nobody ever wanted a list: what the charger has is not ours to overwrite
    if known and not changes:
        return []
    length = _number(charger, _LENGTH_KEYS) or DEFAULT_LENGTH
    parts = [changes[start : start + length] for start in range(0, len(changes), length)] or [[]]
    highest = max(version, written.version if written else 0, 0)
    first = highest + 1 if highest + len(parts) <= MAX_VERSION else 1
    return [
        Message(first + number, tuple(part), full=not known and number == 0)
        for number, part in enumerate(parts)
    ]


async def push(
    commands: Commands, charger: Charger, wanted: Sequence[LocalEntry], written: Written | None
) -> Written | None:
    """Bring a charger's list up to date; CommandError when it refused.

    Return what it has now; None where it keeps no list, or nothing had to be written.
    """
    version = await commands.local_list_version()
    charger.local_list_version = version
    if version < 0:
        return None
    to_send = messages(charger, wanted, written, version)
    for message in to_send:
        await commands.send_local_list(message.version, message.entries, full=message.full)
        charger.local_list_version = message.version
    return Written(to_send[-1].version, _texts(wanted)) if to_send else None


def _texts(entries: Iterable[LocalEntry]) -> dict[str, str]:
    return {entry.id_tag: _text(entry) for entry in entries}


def _text(entry: LocalEntry) -> str:
    return f"{entry.status} {entry.expires_at.isoformat() if entry.expires_at else ''}".strip()


def _value(charger: Charger, key: str) -> str:
    found = charger.configuration.get(key)
    return ((found and found.value) or "").strip()


def _number(charger: Charger, keys: Iterable[str]) -> int | None:
    for key in keys:
        if (value := _value(charger, key)).isdecimal() and int(value) > 0:
            return int(value)
    return None
