"""What the integration has on disk, read from outside while no Home Assistant runs."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class KeptSession:
    """One session: registers in Wh, and whether it `ended`; `duration_s` is 0 until then.

    `met`: nobody told its start, it was met in its midst or by its end.
    """

    start_wh: int
    energy_wh: int
    ended: bool
    duration_s: float
    met: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """The database of one config entry.

    `sessions`, `limits_a` and `plans_kwh` (amount of each goal by its id) by the wallbox's
    identity; `cards`: names by number. `integrity` is SQLite's own verdict, "ok" when it is sound.
    """

    sessions: dict[str, list[KeptSession]] = field(default_factory=dict)
    limits_a: dict[str, float] = field(default_factory=dict)
    plans_kwh: dict[str, dict[str, float]] = field(default_factory=dict)
    cards: dict[str, str] = field(default_factory=dict)
    integrity: str = "ok"


def database_of(folder: Path, entry_id: str) -> Path:
    """Return the place of an entry's database in Home Assistant's folder."""
    return folder / ".storage" / f"evse_ocpp.{entry_id}.db"


def read(database: Path) -> Kept:
    """Read a database by a copy: reading it in place would take its log in, as a start does."""
    with tempfile.TemporaryDirectory() as folder:
        for suffix in ("", "-wal"):
            file = database.with_name(database.name + suffix)
            if file.exists():
                shutil.copy(file, Path(folder, f"kept.db{suffix}"))
        with closing(sqlite3.connect(Path(folder, "kept.db"))) as connection:
            return _read(connection)


def _read(connection: sqlite3.Connection) -> Kept:
    def rows(sql: str) -> list[tuple[Any, ...]]:
        return connection.execute(sql).fetchall()

    ((verdict,),) = rows("PRAGMA quick_check(1)")
    kept = Kept(integrity=verdict)
    sql = (
        "SELECT identity, meter_start_wh, energy_wh, started_at, ended_at,"
        " recovered OR unattributed FROM session"
    )
    for identity, start_wh, energy_wh, started_at, ended_at, met in rows(sql):
        duration_s = 0.0 if ended_at is None else ended_at - started_at
        session = KeptSession(
            round(start_wh or 0), round(energy_wh), ended_at is not None, duration_s, bool(met)
        )
        kept.sessions.setdefault(identity, []).append(session)
    for identity, state in rows("SELECT identity, state FROM charger"):
        kept.limits_a[identity] = json.loads(state)["choices"]["limit_a"]
    for identity, value in rows("SELECT key, value FROM document WHERE kind = 'goals'"):
        goals = json.loads(value)["goals"]
        kept.plans_kwh[identity] = {goal["id"]: goal["amount"] for goal in goals}
    kept.cards.update(rows("SELECT id_tag, name FROM card"))
    return kept
