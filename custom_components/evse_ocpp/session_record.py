"""One charging session as it is kept for ever: its row in the database, read and written."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from .energy.origins import Origin

SCHEMA = """
CREATE TABLE session (
    uid TEXT PRIMARY KEY,
    identity TEXT NOT NULL,
    connector_id INTEGER NOT NULL,
    started_at REAL NOT NULL,
    ended_at REAL,
    energy_wh REAL NOT NULL,
    id_tag TEXT,
    name TEXT,
    person TEXT,
    reason TEXT,
    meter_start_wh REAL,
    meter_stop_wh REAL,
    cost REAL NOT NULL,
    unpriced_wh REAL NOT NULL,
    currency TEXT,
    recovered INTEGER NOT NULL,
    unattributed INTEGER NOT NULL
);
CREATE INDEX session_by_start ON session (started_at);
CREATE INDEX session_by_charger ON session (identity, connector_id, started_at);
CREATE INDEX session_by_person ON session (person, started_at);
"""
"""Instants are Unix seconds (UTC). The first schema: later columns come by migrations."""
SOURCES = """
ALTER TABLE session ADD COLUMN sun_wh REAL;
ALTER TABLE session ADD COLUMN battery_wh REAL;
ALTER TABLE session ADD COLUMN co2_g REAL;
ALTER TABLE session ADD COLUMN lost_feed_in REAL
"""
"""NULL: not known, as of all sessions before there were sites."""
ROUNDING_WH = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """One session. Times are aware UTC; `ended_at` None: it runs.

    `name` and `person` (an entity id) are those of the card when it was read. `cost` is in
    `currency`; it leaves out `unpriced_wh`, the energy for which no price was known. `recovered`:
    its start was not seen. `unattributed`: only its end was told, of which connector is unknown.

    `sun_wh` and `battery_wh` are parts of the energy; the rest is from the grid. None where no site
    told of them. They are not in `cost`: it is what was bought, and `lost_feed_in` what they would
    have brought if they had been fed in. `co2_g` None: not known of all of the energy.
    """

    uid: str
    identity: str
    connector_id: int
    started_at: datetime
    ended_at: datetime | None = None
    energy_wh: float = 0.0
    id_tag: str | None = None
    name: str | None = None
    person: str | None = None
    reason: str | None = None
    meter_start_wh: float | None = None
    meter_stop_wh: float | None = None
    cost: float = 0.0
    unpriced_wh: float = 0.0
    currency: str | None = None
    recovered: bool = False
    unattributed: bool = False
    sun_wh: float | None = None
    battery_wh: float | None = None
    co2_g: float | None = None
    lost_feed_in: float | None = None

    @property
    def bought_wh(self) -> float:
        """The energy from the grid; all of it where no site told of something else."""
        return max(0.0, self.energy_wh - (self.sun_wh or 0.0) - (self.battery_wh or 0.0))

    @property
    def grid_wh(self) -> float | None:
        """The energy from the grid, None where no site told of it."""
        return None if self.sun_wh is None else self.bought_wh

    @property
    def sun_share(self) -> float | None:
        """The part of the energy that came from the sun, 0 to 1; None: not known, or no energy."""
        if self.sun_wh is None or self.energy_wh <= 0:
            return None
        return min(1.0, self.sun_wh / self.energy_wh)

    @property
    def known_cost(self) -> float | None:
        """The cost, None when the price of all of the energy that was bought is unknown."""
        unpriced = 0 < self.unpriced_wh >= self.bought_wh - ROUNDING_WH
        return None if self.currency is None or unpriced else self.cost

    def with_origin(self, origin: Origin | None) -> "SessionRow":
        """Return it with where its next energy came from; None: nobody told, so from the grid.

        CO₂ that is not known of some energy is that of the session so far.
        """
        co2_g = None if origin is None else origin.co2_g
        before_g = 0.0 if self.energy_wh <= 0 else self.co2_g
        if co2_g is None and before_g and origin is not None and self.bought_wh > 0:
            co2_g = origin.share.grid_wh * before_g / self.bought_wh
        total_g = None if co2_g is None or before_g is None else before_g + co2_g
        if origin is None:
            return replace(self, co2_g=total_g)
        return replace(
            self,
            sun_wh=(self.sun_wh or 0.0) + origin.share.sun_wh,
            battery_wh=(self.battery_wh or 0.0) + origin.share.battery_wh,
            co2_g=total_g,
            lost_feed_in=(self.lost_feed_in or 0.0) + origin.lost_feed_in,
        )


_NAMES = tuple(each.name for each in fields(SessionRow))
_WRITE = (
    f"INSERT OR REPLACE INTO session ({', '.join(_NAMES)}) "  # noqa: S608 - our own names
    f"VALUES ({', '.join(f':{name}' for name in _NAMES)})"
)
_TIMES = ("started_at", "ended_at")
_FLAGS = ("recovered", "unattributed")


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """Which sessions are wanted; None: any. `start` counts from, `end` up to, by their starts."""

    start: datetime | None = None
    end: datetime | None = None
    identities: Sequence[str] | None = None
    connector_id: int | None = None
    id_tag: str | None = None
    person: str | None = None
    running: bool | None = None

    def where(self) -> tuple[str, list[object]]:
        """Return the condition of an SQL query, and its parameters."""
        conditions: list[str] = []
        values: list[object] = []
        for condition, value in (
            ("started_at >= ?", self.start and self.start.timestamp()),
            ("started_at < ?", self.end and self.end.timestamp()),
            ("connector_id = ?", self.connector_id),
            ("id_tag = ? COLLATE NOCASE", self.id_tag),
            ("person = ?", self.person),
        ):
            if value is not None:
                conditions.append(condition)
                values.append(value)
        if self.running is not None:
            conditions.append("ended_at IS NULL" if self.running else "ended_at IS NOT NULL")
        if self.identities is not None:
            conditions.append(f"identity IN ({', '.join('?' * len(self.identities))})")
            values += self.identities
        return " AND ".join(conditions) or "1", values


def write_sessions(connection: sqlite3.Connection, rows: Iterable[SessionRow]) -> None:
    """Insert or replace sessions."""
    connection.executemany(_WRITE, [_to_columns(row) for row in rows])


def find_sessions(
    connection: sqlite3.Connection, wanted: SessionFilter, *, limit: int = -1
) -> list[SessionRow]:
    """Return sessions, the newest first; at most `limit` of them (-1: all)."""
    where, values = wanted.where()
    found = connection.execute(
        f"SELECT {', '.join(_NAMES)} FROM session WHERE {where} "  # noqa: S608 - our own names
        "ORDER BY started_at DESC, uid LIMIT ?",
        [*values, limit],
    )
    return [_from_columns(row) for row in found]


def last_sessions(connection: sqlite3.Connection, count: int) -> list[SessionRow]:
    """Return those sessions of each connector that began last, the oldest first."""
    found = connection.execute(
        f"SELECT {', '.join(_NAMES)} FROM (SELECT *, row_number() OVER "  # noqa: S608 - our names
        "(PARTITION BY identity, connector_id ORDER BY started_at DESC) AS place FROM session) "
        "WHERE place <= ? ORDER BY started_at",
        [count],
    )
    return [_from_columns(row) for row in found]


def delete_sessions(connection: sqlite3.Connection, wanted: SessionFilter) -> list[SessionRow]:
    """Delete sessions, and return them."""
    gone = find_sessions(connection, wanted)
    where, values = wanted.where()
    connection.execute(f"DELETE FROM session WHERE {where}", values)  # noqa: S608 - our own names
    return gone


def attribute_sessions(
    connection: sqlite3.Connection, uids: Iterable[str], name: str, person: str | None
) -> None:
    """Give sessions a name and a person, and leave all else of them as it is."""
    connection.executemany(
        "UPDATE session SET name = ?, person = ? WHERE uid = ?",
        [(name, person, uid) for uid in uids],
    )


def _to_columns(row: SessionRow) -> dict[str, object]:
    columns = asdict(row)
    for name in _TIMES:
        columns[name] = columns[name] and columns[name].timestamp()
    return columns


def _from_columns(row: Sequence[Any]) -> SessionRow:
    columns = dict(zip(_NAMES, row, strict=True))
    for name in _TIMES:
        if columns[name] is not None:
            columns[name] = datetime.fromtimestamp(columns[name], UTC)
    for name in _FLAGS:
        columns[name] = bool(columns[name])
    return SessionRow(**columns)
