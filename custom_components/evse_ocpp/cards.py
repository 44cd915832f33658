"""The cards at the wallboxes: whose they are, until when, and which ones may charge."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from .central.charger import Charger
from .database import Database
from .sending import ID_TAG_KEY, START_ID_TAG

MAX_ID_TAG_CHARS = 255
"""OCPP allows 20 (1.6) and 36 (2.0.1); some chargers send more (lbbrhzn/ocpp #2075)."""
FREE_TAG_KEY = "FreeChargingTagID"
"""Configuration key: by which tag a wallbox charges where free charging is on (our firmware's)."""
CSV_COLUMNS = ("id_tag", "name", "person", "guest", "blocked", "expires_at")


class CardPolicy(StrEnum):
    """Which cards may charge. Blocked and expired ones never may."""

    ALL = "all"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Card:
    """A card. `person` is an entity id, None for nobody's; `expires_at` is aware UTC."""

    id_tag: str
    name: str
    person: str | None = None
    guest: bool = False
    blocked: bool = False
    expires_at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse what is no card; ValueError names the field."""
        if not 0 < len(self.id_tag.strip()) <= MAX_ID_TAG_CHARS or not self.id_tag.isprintable():
            raise ValueError(f"id_tag: {self.id_tag!r}; 1 to {MAX_ID_TAG_CHARS} visible characters")
        if not self.name.strip():
            raise ValueError("name: it is empty")

    def status(self, now: datetime) -> str:
        """Return the AuthorizationStatus (OCPP 1.6, section 7.2)."""
        if self.blocked:
            return "Blocked"
        return "Expired" if self.expires_at is not None and self.expires_at <= now else "Accepted"


class Cards:
    """All cards of one config entry, in memory and in the database.

    Numbers of cards are compared without regard to case, as OCPP says (CiString).
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cards: dict[str, Card] = {}
        self._listeners: list[Callable[[], None]] = []
        self.policy = CardPolicy.ALL

    async def load(self) -> None:
        """Read the cards; StorageError or TimeoutError when that fails."""
        rows = await self._database.execute(
            "SELECT id_tag, name, person, guest, blocked, expires_at FROM card ORDER BY name"
        )
        self._cards = {
            id_tag.casefold(): Card(
                id_tag,
                name,
                person,
                bool(guest),
                bool(blocked),
                datetime.fromtimestamp(expires_at, UTC) if expires_at is not None else None,
            )
            for id_tag, name, person, guest, blocked, expires_at in rows
        }

    @property
    def all(self) -> tuple[Card, ...]:
        """All cards by name."""
        return tuple(sorted(self._cards.values(), key=lambda card: card.name.casefold()))

    def get(self, id_tag: str | None) -> Card | None:
        """Return a card, None if it is unknown."""
        return self._cards.get((id_tag or "").casefold())

    def name(self, id_tag: str | None) -> str | None:
        """Return what the user calls a card, None if it is unknown."""
        card = self.get(id_tag)
        return card.name if card else None

    def status(self, charger: Charger, id_tag: str, now: datetime) -> str:
        """Return the AuthorizationStatus of a card that was read.

        Our own tags are always accepted: with them Home Assistant starts a charge itself.
        """
        if is_ours(charger, id_tag):
            return "Accepted"
        if (card := self.get(id_tag)) is not None:
            return card.status(now)
        return "Accepted" if self.policy is CardPolicy.ALL else "Invalid"

    async def put(self, *cards: Card) -> None:
        """Add or change cards, all or none; they are on disk when this returns."""
        await self._database.run(
            lambda connection: connection.executemany(
                "INSERT OR REPLACE INTO card "
                "(id_tag, name, person, guest, blocked, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (
                        card.id_tag,
                        card.name,
                        card.person,
                        card.guest,
                        card.blocked,
                        card.expires_at.timestamp() if card.expires_at else None,
                    )
                    for card in cards
                ],
            )
        )
        self._cards |= {card.id_tag.casefold(): card for card in cards}
        self._tell()
        await self._database.renew_copy()

    async def remove(self, id_tag: str) -> bool:
        """Forget a card; return whether it was known. Its sessions keep its name."""
        await self._database.execute("DELETE FROM card WHERE id_tag = ?", (id_tag,))
        known = self._cards.pop(id_tag.casefold(), None)
        self._tell()
        await self._database.renew_copy()
        return known is not None

    def listen(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` when a card or the policy changed; return the way to end it."""
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback)

    def set_policy(self, policy: CardPolicy) -> None:
        """Choose which cards may charge."""
        if policy is not self.policy:
            self.policy = policy
            self._tell()

    def _tell(self) -> None:
        for callback in tuple(self._listeners):
            callback()


def is_ours(charger: Charger, id_tag: str) -> bool:
    """Tell whether a tag is no card: we start a charge with it, or the wallbox frees itself."""
    return id_tag.casefold() in our_tags(charger)


def our_tags(charger: Charger) -> frozenset[str]:
    """Return the tags of a charger that are no cards, casefolded."""
    keys = (charger.configuration.get(key) for key in (ID_TAG_KEY, FREE_TAG_KEY))
    tags = [START_ID_TAG, *(key.value for key in keys if key is not None and key.value)]
    return frozenset(tag.casefold() for tag in tags)


def to_csv(cards: Iterable[Card]) -> str:
    """Return cards as a table, which `from_csv` reads."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(CSV_COLUMNS)
    for card in cards:
        expires_at = card.expires_at.isoformat() if card.expires_at else ""
        flags = ("yes" if flag else "" for flag in (card.guest, card.blocked))
        table.writerow([card.id_tag, card.name, card.person or "", *flags, expires_at])
    return text.getvalue()


def from_csv(text: str) -> list[Card]:
    """Read a table of cards; ValueError names row and field. Only id_tag and name must be there.

    Commas and semicolons separate, as spreadsheets of several countries do.
    """
    text = text.lstrip("\ufeff")
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    table = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    columns = {(name or "").strip().lower() for name in table.fieldnames or ()}
    if missing := {"id_tag", "name"} - columns:
        raise ValueError(f"row 1: the column {' and '.join(sorted(missing))} is missing")
    cards: list[Card] = []
    for number, row in enumerate(table, start=2):
        try:
            cards.append(_card_in(row))
        except ValueError as error:
            raise ValueError(f"row {number}: {error}") from error
    return cards


def _card_in(row: Mapping[str | None, str | list[str] | None]) -> Card:
    fields = {
        (key or "").strip().lower(): value.strip()
        for key, value in row.items()
        if isinstance(value, str)
    }
    card = Card(
        fields.get("id_tag", ""),
        fields.get("name", ""),
        fields.get("person") or None,
        _flag(fields, "guest"),
        _flag(fields, "blocked"),
    )
    if not (until := fields.get("expires_at")):
        return card
    try:
        expires_at = datetime.fromisoformat(until)
    except ValueError:
        raise ValueError(f"expires_at: {until!r}; a date and time as 2026-12-31T18:00") from None
    return replace(card, expires_at=expires_at.astimezone(UTC))


_FLAGS = {"": False, "no": False, "false": False, "0": False, "yes": True, "true": True, "1": True}


def _flag(fields: Mapping[str, str], name: str) -> bool:
    flag = _FLAGS.get(fields.get(name, "").lower())
    if flag is None:
        raise ValueError(f"{name}: {fields[name]!r}; yes, no, or empty")
    return flag
