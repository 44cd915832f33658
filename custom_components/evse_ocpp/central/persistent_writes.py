"""How often limits that outlast a transaction are written: few, since each write wears the flash.

A handful a day does no harm, one every few seconds may destroy a charger within days (row 34 of the
quirks; lbbrhzn/ocpp `docs/Charge_automation.md`). Limits that end with the transaction are free.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

SPACING_S = 30.0
MIN_RISE_A = 1.0
MAX_PER_DAY = 50
"""Above this only lower limits are written, which keep the fuse; a rise waits for the next day."""


@dataclass(slots=True)
class PersistentWrites:
    """The writes of one charger: how many on `day` (UTC), and the last one."""

    day: date | None = None
    count: int = 0
    last_at: datetime | None = None

    def today(self, now: datetime) -> int:
        """Return how many there were on the day of `now` (aware UTC)."""
        return self.count if self.day == now.date() else 0

    def allow(
        self, limit_a: float, held_a: float | None, now: datetime, *, spaced: bool = True
    ) -> bool:
        """Tell whether `limit_a` may be written over `held_a` (None: unknown) at `now`.

        Lower always may: it is for safety, and bounded by the rises. The same again renews it.
        `spaced` False: a person's rare choice, which only the day's share bounds.
        """
        if held_a is not None:
            if limit_a < held_a:
                return True
            if spaced and 0 < limit_a - held_a < MIN_RISE_A:
                return False
        last_at = self.last_at
        if spaced and last_at is not None and 0 <= (now - last_at).total_seconds() < SPACING_S:
            return False
        return self.today(now) < MAX_PER_DAY

    def wrote(self, now: datetime) -> None:
        """Count a write which the charger accepted."""
        self.count, self.day, self.last_at = self.today(now) + 1, now.date(), now

    def to_dict(self) -> dict[str, Any]:
        """Return what `from_dict` needs, as JSON values."""
        return {
            "day": self.day.isoformat() if self.day else None,
            "count": self.count,
            "last_at": self.last_at.isoformat() if self.last_at else None,
        }

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        """Restore it; KeyError, TypeError or ValueError when `stored` is damaged."""
        day, last_at = stored["day"], stored["last_at"]
        return cls(
            date.fromisoformat(day) if day else None,
            int(stored["count"]),
            datetime.fromisoformat(last_at) if last_at else None,
        )
