"""Sums over sessions by whose they are and where they were charged, made by the database.

A house has some thousands of sessions, and a page of them is shown at a time; so their sums are
made in SQL, in groups of which every other sum can be added up. What runs is ahead of the file:
`as_now` looks at the file as if it were written.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Self

from .session_record import ROUNDING_WH, SessionFilter, SessionRow, write_sessions


class OwnerKind(StrEnum):
    """Whose a session is: a person's, else of a card that is nobody's, else nobody's."""

    PERSON = "person"
    CARD = "card"
    NOBODY = "nobody"


class Owner(NamedTuple):
    """Whose sessions are. `id`: the entity id of a person, or the number of a card, in capitals."""

    kind: OwnerKind
    id: str = ""

    @classmethod
    def parse(cls, key: str) -> Self:
        """Read a key as `key` writes it; ValueError for anything else."""
        kind, _, owner_id = key.partition(":")
        if kind not in (*OwnerKind,) or (kind == OwnerKind.NOBODY) is bool(owner_id):
            raise ValueError(f"owner: {key!r}; allowed: person:…, card:…, nobody")
        return cls.of(OwnerKind(kind), owner_id)

    @classmethod
    def of(cls, kind: OwnerKind, owner_id: str) -> Self:
        """Return an owner; numbers of cards are the same in any case (OCPP: CiString)."""
        return cls(kind, owner_id.upper() if kind is OwnerKind.CARD else owner_id)

    @property
    def key(self) -> str:
        """The owner as one word: `person:person.anna`, `card:04A1B2C3` or `nobody`."""
        return f"{self.kind}:{self.id}" if self.id else str(self.kind)


def owner_of(person: str | None, id_tag: str | None, ours: frozenset[str]) -> Owner:
    """Return whose a session is; `ours`: tags (casefolded) that are no cards."""
    if person is not None:
        return Owner.of(OwnerKind.PERSON, person)
    if id_tag is None or id_tag.casefold() in ours:
        return Owner(OwnerKind.NOBODY)
    return Owner.of(OwnerKind.CARD, id_tag)


@dataclass(frozen=True, slots=True)
class Wanted(SessionFilter):
    """Which sessions are wanted: also those of `places` (identity and connector; connector 0 for
    sessions of which only the end was told), and of one `owner`. `ours` as in `owner_of`.
    """

    places: Sequence[tuple[str, int]] | None = None
    owner: Owner | None = None
    ours: frozenset[str] = frozenset()

    def where(self) -> tuple[str, list[object]]:
        """Return the condition of an SQL query, and its parameters."""
        condition, values = SessionFilter.where(self)
        if self.places is not None:
            each = " OR ".join(["(identity = ? AND connector_id = ?)"] * len(self.places)) or "0"
            condition += f" AND ({each})"
            values += [part for place in self.places for part in place]
        if self.owner is None:
            return condition, values
        if self.owner.kind is OwnerKind.PERSON:
            return f"{condition} AND person = ?", [*values, self.owner.id]
        tags = sorted(self.ours) if self.owner.kind is OwnerKind.NOBODY else [self.owner.id]
        listed = f"id_tag COLLATE NOCASE IN ({', '.join('?' * len(tags))})"
        if self.owner.kind is OwnerKind.NOBODY:
            listed = f"(id_tag IS NULL OR {listed})"
        return f"{condition} AND person IS NULL AND {listed}", [*values, *tags]


class Group(NamedTuple):
    """Sums of the sessions of one owner at one connector in one currency. `cost` and `sun_wh` of
    those of which they are known; None: of none. `name`: of the card, as it was called last.
    """

    person: str | None
    id_tag: str | None
    name: str | None
    identity: str
    connector_id: int
    currency: str | None
    sessions: int
    energy_wh: float
    cost: float | None
    sun_wh: float | None
    last_at: float


_KNOWN_COST = (
    "CASE WHEN currency IS NULL OR (unpriced_wh > 0 AND unpriced_wh >= max(0, energy_wh - "
    f"coalesce(sun_wh, 0) - coalesce(battery_wh, 0)) - {ROUNDING_WH}) THEN NULL ELSE cost END"
)
"""`SessionRow.known_cost`."""
_TAG = "CASE WHEN person IS NULL THEN upper(id_tag) END"
"""Whose card it was does not matter once it is a person's."""


def groups(connection: sqlite3.Connection, wanted: SessionFilter) -> list[Group]:
    """Return the sums of sessions, in groups."""
    where, values = wanted.where()
    found = connection.execute(
        # Beside max(), SQLite takes `name` from the row that has it.
        f"SELECT person, {_TAG}, name, identity, connector_id, currency, count(*), "  # noqa: S608
        f"sum(energy_wh), sum({_KNOWN_COST}), sum(sun_wh), max(started_at) FROM session "
        f"WHERE {where} GROUP BY person, {_TAG}, identity, connector_id, currency",
        values,
    )
    return [Group(*row) for row in found]


def as_now[T](
    connection: sqlite3.Connection,
    ahead: Iterable[SessionRow],
    look: Callable[[sqlite3.Connection], T],
) -> T:
    """Return what `look` sees as if the sessions that are `ahead` of the file were in it.

    They are not written: they belong to the state of their charger, and are kept with it.
    """
    connection.execute("SAVEPOINT look")
    try:
        write_sessions(connection, ahead)
        return look(connection)
    finally:
        connection.execute("ROLLBACK TO look")
        connection.execute("RELEASE look")


class Total(NamedTuple):
    """What groups come to. `cost` by currency; `currency`: that in which most energy was charged.

    `cost` and `sun_wh` are of the sessions of which they are known; `sun_wh` None: of none.
    """

    sessions: int
    energy_wh: float
    cost: Mapping[str, float]
    currency: str | None
    sun_wh: float | None


def total(some: Iterable[Group]) -> Total:
    """Add up groups."""
    sessions, energy_wh = 0, 0.0
    sun_wh: float | None = None
    cost: dict[str, float] = {}
    charged_wh: dict[str, float] = {}
    for group in some:
        sessions += group.sessions
        energy_wh += group.energy_wh
        if group.sun_wh is not None:
            sun_wh = (sun_wh or 0.0) + group.sun_wh
        if group.currency is not None and group.cost is not None:
            cost[group.currency] = cost.get(group.currency, 0.0) + group.cost
            charged = charged_wh.get(group.currency, 0.0) + group.energy_wh
            charged_wh[group.currency] = charged
    currency = max(charged_wh, key=charged_wh.__getitem__, default=None)
    return Total(sessions, energy_wh, cost, currency, sun_wh)
