"""The report of a month: what each card, each day and each meter had. Pure.

A charge belongs, with all of its energy, to the day and the month in which it starts, by the clock
on the wall of the wallbox.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from evse.storage.history import Charge

FIRST_YEAR, LAST_YEAR = 2000, 2999

Names = Callable[[str], str]
"""The name of the card with an idTag, "" when it has none."""


@dataclass(frozen=True, slots=True)
class DaySum:
    """What the charges took that started on a day."""

    day: date
    charges: int
    energy_wh: int


@dataclass(frozen=True, slots=True)
class CardSum:
    """What a card charged in the month; `duration_s` is the time that it was plugged in."""

    card: str
    name: str
    charges: int
    energy_wh: int
    duration_s: int


@dataclass(frozen=True, slots=True)
class MeterSpan:
    """The register of a connector's meter, Wh: at the start of the first charge of the report, and
    at the end of the last. What lies between and is not in the charges, no charge accounts for."""

    connector_id: int
    start_wh: int
    end_wh: int


@dataclass(frozen=True, slots=True)
class Report:
    """A month; `card` when it is of that one alone. `charges` are in the order of their starts."""

    year: int
    month: int
    card: str | None
    energy_wh: int
    charges: tuple[Charge, ...]
    days: tuple[DaySum, ...]
    cards: tuple[CardSum, ...]
    meters: tuple[MeterSpan, ...]


def bounds(year: int, month: int, zone: tzinfo) -> tuple[datetime, datetime]:
    """When a month begins and when the next does, in UTC. ValueError for a month that is none."""
    for field, came, first, last in (
        ("year", year, FIRST_YEAR, LAST_YEAR),
        ("month", month, 1, 12),
    ):
        if not first <= came <= last:
            raise ValueError(f"{field}: came {came}, allowed {first} … {last}")
    begin = datetime(year, month, 1, tzinfo=zone)
    end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=zone)
    return begin.astimezone(UTC), end.astimezone(UTC)


def report(
    year: int,
    month: int,
    charges: Iterable[Charge],
    zone: tzinfo,
    names: Names,
    now: datetime,
    card: str | None = None,
) -> Report:
    """The report of a month from its charges, which are in the order of their starts.

    `now` is how far those have come that still run.
    """
    listed = tuple(charges)
    return Report(
        year,
        month,
        card,
        sum(charge.energy_wh for charge in listed),
        listed,
        _days(year, month, listed, zone),
        _cards(listed, names, now),
        _meters(listed),
    )


def _days(year: int, month: int, charges: Iterable[Charge], zone: tzinfo) -> tuple[DaySum, ...]:
    """Every day of the month, also those without a charge."""
    day, sums = date(year, month, 1), {}
    while day.month == month:
        sums[day] = (0, 0)
        day += timedelta(days=1)
    for charge in charges:
        started_on = charge.started_at.astimezone(zone).date()
        count, energy_wh = sums.get(started_on, (0, 0))
        sums[started_on] = (count + 1, energy_wh + charge.energy_wh)
    return tuple(DaySum(each, *sums[each]) for each in sorted(sums))


def _cards(charges: Iterable[Charge], names: Names, now: datetime) -> tuple[CardSum, ...]:
    """One sum a card, the largest energy first; the case of an idTag does not count."""
    of_card: dict[str, list[Charge]] = {}
    for charge in charges:
        of_card.setdefault(charge.id_tag.casefold(), []).append(charge)
    sums = (
        CardSum(
            own[0].id_tag,
            names(own[0].id_tag),
            len(own),
            sum(charge.energy_wh for charge in own),
            sum(charge.duration_s(now) for charge in own),
        )
        for own in of_card.values()
    )
    return tuple(sorted(sums, key=lambda each: (-each.energy_wh, each.card)))


def _meters(charges: Iterable[Charge]) -> tuple[MeterSpan, ...]:
    spans: dict[int, MeterSpan] = {}
    for charge in charges:
        number = charge.connector_id
        first = spans.get(number)
        start_wh = charge.meter_start_wh if first is None else first.start_wh
        spans[number] = MeterSpan(number, start_wh, charge.meter_wh)
    return tuple(spans[number] for number in sorted(spans))
