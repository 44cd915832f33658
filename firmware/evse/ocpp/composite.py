"""GetCompositeSchedule (OCPP 1.6, 5.7): what the profiles will allow in the time to come. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from evse.ocpp.profiles import NOMINAL_V, Installed, Period, limit_at


@dataclass(frozen=True, slots=True)
class Composite:
    """A schedule of `duration_s` from `start`; the limits of `periods` are in `unit` (A or W)."""

    start: datetime
    duration_s: int
    unit: str
    periods: tuple[Period, ...]


def composite(
    installed: Collection[Installed],
    connector_id: int,
    start: datetime,
    duration_s: int,
    unit: str,
    transaction_started_at: datetime | None,
    station_limit_a: float,
    phases: int = 3,
    sharing: int = 1,
) -> Composite:
    """The limits of a connector (0: the wallbox) from `start` on.

    Where no profile holds, and wherever a profile allows more, it is the station's own limit.
    Neighbours that are equal are merged. All `phases` are told, as the wallbox switches none off.
    """
    end = start + timedelta(seconds=duration_s)
    periods: list[Period] = []
    at: datetime | None = start
    while at is not None and at < end:
        limit = limit_at(
            installed, connector_id, at, transaction_started_at or start, phases, sharing
        )
        amps = station_limit_a if limit.amps is None else min(limit.amps, station_limit_a)
        value = round(amps if unit == "A" else amps * NOMINAL_V * phases, 1)
        period = Period(round((at - start).total_seconds()), value, phases)
        if periods and periods[-1].start_s == period.start_s:
            periods.pop()  # it lasted less than a second, the unit of a schedule
        if not periods or periods[-1].limit != value:
            periods.append(period)
        at = limit.until
    return Composite(start, duration_s, unit, tuple(periods))
