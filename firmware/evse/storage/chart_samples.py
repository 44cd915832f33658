"""The table of what the charts show: one mean a minute and series, for a month."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evse.storage.database import Database

KEPT_MINUTES = 31 * 24 * 60
"""How long samples are kept, minutes: the longest month. A wallbox with a house meter and one
connector has six series: some 270 000 rows, 18 MB."""


@dataclass(frozen=True, slots=True)
class Samples:
    """The means of one minute by series; `minute` counts from 1970 on, in UTC."""

    minute: int
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Slot:
    """What a series had in one step of a chart: the sum of its means and their number."""

    slot: int
    series: str
    total: float
    count: int


class ChartSamples:
    """See the module. Raises `sqlite3.Error` as `Database` does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, samples: Iterable[Samples]) -> None:
        """Store some minutes at once, and let go what is older than KEPT_MINUTES before them.

        A minute that comes again, as after a clock was put back, takes the place of the first.
        """
        rows = [
            (each.minute, series, value)
            for each in samples
            for series, value in each.values.items()
        ]
        if not rows:
            return
        newest = max(minute for minute, _, _ in rows)
        async with self._database.transaction() as connection:
            await connection.executemany(
                "INSERT OR REPLACE INTO chart_samples (minute, series, value) VALUES (?, ?, ?)",
                rows,
            )
            await connection.execute(
                "DELETE FROM chart_samples WHERE minute <= ?", (newest - KEPT_MINUTES,)
            )

    async def slots(self, first_minute: int, last_minute: int, step_minutes: int) -> list[Slot]:
        """What there is from the first minute to the last, in steps counted from the first."""
        rows = await self._database.read(
            "SELECT (minute - ?) / ? AS slot, series, sum(value), count(*) FROM chart_samples"
            " WHERE minute BETWEEN ? AND ? GROUP BY slot, series",
            (first_minute, step_minutes, first_minute, last_minute),
        )
        return [Slot(*row) for row in rows]
