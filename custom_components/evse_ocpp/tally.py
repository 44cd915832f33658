"""What each connector has charged since ever, by source, and what it cost.

A tally is counted in the transaction that writes sessions: what a power cut takes from the one it
takes from the other, and no energy is counted twice. It stays when old sessions are purged.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from .session_record import SessionRow, write_sessions

type TallyKey = tuple[str, int]
"""Identity of the charger, and connector; 0 is that of sessions whose connector is unknown."""

COUNT_KNOWN = """
WITH newest (currency) AS (
    SELECT currency FROM session WHERE currency IS NOT NULL ORDER BY started_at DESC LIMIT 1
)
INSERT OR IGNORE INTO tally
SELECT
    identity,
    connector_id,
    TOTAL(sun_wh),
    TOTAL(battery_wh),
    TOTAL(MAX(0, energy_wh - sun_wh - IFNULL(battery_wh, 0))),
    TOTAL(CASE WHEN session.currency = newest.currency THEN cost END),
    newest.currency
FROM session LEFT JOIN newest
GROUP BY identity, connector_id
"""
"""Gives each connector that has none the tally of its sessions that are known."""
SCHEMA = f"""
CREATE TABLE tally (
    identity TEXT NOT NULL,
    connector_id INTEGER NOT NULL,
    sun_wh REAL NOT NULL,
    battery_wh REAL NOT NULL,
    grid_wh REAL NOT NULL,
    cost REAL NOT NULL,
    currency TEXT,
    PRIMARY KEY (identity, connector_id)
);
{COUNT_KNOWN}
"""
"""It begins with the sessions that are known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Sums over all sessions of a connector.

    Only what a site told the source of is in `sun_wh`, `battery_wh` and `grid_wh`; they never fall.
    `cost` leaves out energy without a known price, and falls while prices are negative; in another
    `currency` it begins anew.
    """

    sun_wh: float = 0.0
    battery_wh: float = 0.0
    grid_wh: float = 0.0
    cost: float = 0.0
    currency: str | None = None

    def plus(self, before: Self, after: Self) -> Self:
        """Return it with what became of a session: the sums of that alone, before and after."""
        # An old session that is only given to somebody brings no cost, and no currency of then.
        same = after.cost == before.cost or after.currency in (None, self.currency)
        return type(self)(
            sun_wh=self.sun_wh + max(0.0, after.sun_wh - before.sun_wh),
            battery_wh=self.battery_wh + max(0.0, after.battery_wh - before.battery_wh),
            grid_wh=self.grid_wh + max(0.0, after.grid_wh - before.grid_wh),
            cost=(self.cost if same else 0.0) + (after.cost - before.cost),
            currency=(self.currency or after.currency) if same else after.currency,
        )


def of_session(row: SessionRow) -> Tally:
    """Return the sums of one session."""
    return Tally(
        sun_wh=row.sun_wh or 0.0,
        battery_wh=row.battery_wh or 0.0,
        grid_wh=row.grid_wh or 0.0,
        cost=row.cost,
        currency=row.currency,
    )


def read_tallies(connection: sqlite3.Connection) -> dict[TallyKey, Tally]:
    """Return the tallies of all connectors."""
    found = connection.execute("SELECT * FROM tally")
    return {(identity, connector_id): _tally(sums) for identity, connector_id, *sums in found}


def write_and_count(
    connection: sqlite3.Connection, rows: Iterable[SessionRow]
) -> dict[TallyKey, Tally]:
    """Insert or replace sessions, and return the tallies that this changed, as they are now."""
    rows = list(rows)
    changed: dict[TallyKey, Tally] = {}
    for row in rows:
        key = row.identity, row.connector_id
        before = changed.get(key) or _read(connection, key)
        after = before.plus(_of_written(connection, row.uid), of_session(row))
        if after != before:
            changed[key] = after
    write_sessions(connection, rows)
    _write(connection, changed)
    return changed


def _read(connection: sqlite3.Connection, key: TallyKey) -> Tally:
    found = connection.execute(
        "SELECT * FROM tally WHERE identity = ? AND connector_id = ?", key
    ).fetchone()
    return Tally() if found is None else _tally(found[len(key) :])


def _tally(sums: Sequence[Any]) -> Tally:
    sun_wh, battery_wh, grid_wh, cost, currency = sums
    return Tally(
        sun_wh=sun_wh, battery_wh=battery_wh, grid_wh=grid_wh, cost=cost, currency=currency
    )


def _of_written(connection: sqlite3.Connection, uid: str) -> Tally:
    """Return the sums of a session as it was written last."""
    found = connection.execute(
        "SELECT sun_wh, battery_wh, energy_wh, cost FROM session WHERE uid = ?", [uid]
    ).fetchone()
    if found is None:
        return Tally()
    sun_wh, battery_wh, energy_wh, cost = found
    grid_wh = 0.0 if sun_wh is None else max(0.0, energy_wh - sun_wh - (battery_wh or 0.0))
    return Tally(sun_wh=sun_wh or 0.0, battery_wh=battery_wh or 0.0, grid_wh=grid_wh, cost=cost)


def _write(connection: sqlite3.Connection, tallies: Mapping[TallyKey, Tally]) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO tally VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (*key, each.sun_wh, each.battery_wh, each.grid_wh, each.cost, each.currency)
            for key, each in tallies.items()
        ],
    )
