"""The charges that were, and those under way, as the history shows them: a view on the table of
transactions, which nothing here changes."""

import asyncio
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from evse.storage.database import Database

_METER_WH = "coalesce(meter_stop_wh, last_wh, meter_start_wh)"


@dataclass(frozen=True, slots=True)
class Charge:
    """One charge. `number` counts from the wallbox's first one on. Energies are the meter's
    register in Wh, instants aware in UTC.

    `start_mode` is a `core.session.Origin`, "" where none was kept; `reason` one of OCPP 1.6, 7.36.
    While it runs, `ended_at`, `reason` and `stop_id_tag` are None and `meter_wh` is what was stored
    last, at most 10 s or 100 Wh ago.
    """

    number: int
    connector_id: int
    id_tag: str
    started_at: datetime
    start_mode: str
    meter_start_wh: int
    meter_wh: int
    ended_at: datetime | None
    reason: str | None
    stop_id_tag: str | None

    @property
    def energy_wh(self) -> int:
        """What it took; 0 when the meter was changed meanwhile for one that shows less."""
        return max(0, self.meter_wh - self.meter_start_wh)

    def duration_s(self, now: datetime) -> int:
        """From its start to its end, or to `now` while it runs."""
        return max(0, round(((self.ended_at or now) - self.started_at).total_seconds()))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which charges are meant: those that start from `since` on and before `until` (both aware),
    with this idTag (in any case), at this connector. None: whichever."""

    since: datetime | None = None
    until: datetime | None = None
    id_tag: str | None = None
    connector_id: int | None = None


class ChargeHistory:
    """See the module. Raises `sqlite3.Error` as `Database` does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, wanted: Wanted, offset: int, limit: int) -> list[Charge]:
        """At most `limit` charges from `offset` on, the newest first."""
        return await self._select(wanted, "ORDER BY number DESC LIMIT ? OFFSET ?", (limit, offset))

    async def all(self, wanted: Wanted) -> list[Charge]:
        """Every one of them, the oldest first."""
        return await self._select(wanted, "ORDER BY number", ())

    async def totals(self, wanted: Wanted) -> tuple[int, int]:
        """How many there are, and what they took together, Wh."""
        where, parameters = _where(wanted)
        rows = await self._database.read(
            f"SELECT count(*), coalesce(sum(max(0, {_METER_WH} - meter_start_wh)), 0)"  # noqa: S608 - ours
            f" FROM transactions {where}",
            parameters,
        )
        return rows[0][0], rows[0][1]

    async def _select(self, wanted: Wanted, rest: str, more: Iterable[object]) -> list[Charge]:
        where, parameters = _where(wanted)
        rows = await self._database.read(
            "SELECT rowid AS number, connector_id, id_tag, started_at, start_mode, meter_start_wh,"  # noqa: S608 - ours
            f" {_METER_WH} AS meter_wh, stopped_at, reason, stop_id_tag"
            f" FROM transactions {where} {rest}",
            (*parameters, *more),
        )
        # Years of charges are many rows: a thread leaves the control turns their time.
        return await asyncio.to_thread(lambda: [_charge(row) for row in rows])


def _where(wanted: Wanted) -> tuple[str, tuple[object, ...]]:
    """The condition and its values. Instants are compared as they are stored: texts in UTC.

    Raises ValueError.
    """
    conditions: dict[str, object] = {
        "started_at >= ?": wanted.since and _stored("since", wanted.since),
        "started_at < ?": wanted.until and _stored("until", wanted.until),
        "id_tag = ? COLLATE NOCASE": wanted.id_tag,
        "connector_id = ?": wanted.connector_id,
    }
    given = {condition: value for condition, value in conditions.items() if value is not None}
    where = f"WHERE {' AND '.join(given)}" if given else ""
    return where, tuple(given.values())


def _stored(field: str, at: datetime) -> str:
    """An instant as it is stored. ValueError where there is no calendar."""
    try:
        return at.astimezone(UTC).isoformat()
    except OverflowError:
        raise ValueError(f"{field}: came {at.isoformat()}, allowed 0002 … 9998") from None


def _charge(row: sqlite3.Row) -> Charge:
    number, connector_id, id_tag, started_at, mode, start_wh, wh, ended_at, *end = row
    return Charge(
        number,
        connector_id,
        id_tag,
        datetime.fromisoformat(started_at),
        mode,
        start_wh,
        wh,
        ended_at and datetime.fromisoformat(ended_at),
        *end,
    )
