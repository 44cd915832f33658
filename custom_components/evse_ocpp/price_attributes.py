"""Prices of the hours to come, out of the attributes of an entity. Pure.

There is no common form, but few words for the same things: a list of rows, each with a start, often
an end, and a price; or plain numbers for a whole day; or an attribute per hour. So one table of
these words reads them all, also those of templates. What was read where:

- Nord Pool (custom-components/nordpool): `raw_today`, `raw_tomorrow` of {start, end, value}
- Energi Data Service (MTrab/energidataservice): the same of {hour, price}; `forecast`
- Strømligning (MTrab/stromligning): `prices` of {start, end, price}
- ENTSO-e (JaccoR/hass-entso-e): `prices`, `prices_today`, `prices_tomorrow` of {time, price}
- EPEX Spot, aWATTar (mampfes/ha_epex_spot): `data` of {start_time, end_time, price_per_kwh}, of
  older versions price_ct_per_kwh or price_eur_per_mwh
- Octopus Energy (BottlecapDave/HomeAssistant-OctopusEnergy): `rates` of {start, end, value_inc_vat}
- Amber (Home Assistant): `forecasts` of {start_time, end_time, per_kwh}; starts a second late
- Frank Energie (bajansen/home-assistant-frank_energie): `prices` of {from, till, price}
- Zonneplan (fsaris/home-assistant-zonneplan-one): `forecast` of {datetime, electricity_price} in
  ten-millionths
- GE-Spot (enoch85/ge-spot): `today_interval_prices`, `tomorrow_interval_prices` of {time, value}
- Tibber (Danielhiversen/home_assistant_tibber_custom) and many templates: `today`, `tomorrow` of
  numbers, or of {startsAt, total}
- OMIE (luuuis/hass_omie): `today_hours`, `tomorrow_hours` of {instant: price}
- PVPC (Home Assistant): `price_00h` to `price_23h`, `price_next_day_00h` …
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise

from .energy.prices import Slot

_TODAY = ("raw_today", "prices_today", "today_interval_prices", "today_hours", "today")
_TOMORROW = tuple(name.replace("today", "tomorrow") for name in _TODAY)
_OTHERS = ("prices", "rates", "forecasts", "data", "forecast", "today_hourly_prices")
_LISTS = (*_TODAY, *_TOMORROW, *_OTHERS, "tomorrow_hourly_prices")
_STARTS = ("start", "start_time", "startsAt", "starts_at", "from", "hour", "time", "datetime")
_MORE_STARTS = ("valid_from", "start_date", "timestamp", "date")
_ENDS = ("end", "end_time", "till", "valid_to")
_PRICES: Mapping[str, float | None] = {
    "value": None,
    "price": None,
    "total": 1.0,
    "price_per_kwh": 1.0,
    "per_kwh": 1.0,
    "value_inc_vat": 1.0,
    "price_ct_per_kwh": 0.01,
    "price_eur_per_mwh": 0.001,
    "electricity_price": 1e-7,
}
"""The word for the price, and what makes it money per kWh; None: it has the entity's unit."""
_PVPC_HOUR = re.compile(r"price_(?P<tomorrow>next_day_)?(?P<hour>[0-2]\d)h(?P<again>_d)?")
_LONGEST = timedelta(hours=4)
"""What has no end lasts to the next start, but a gap longer than any tariff's slot is a gap."""
_HIGHEST = 1000.0
"""Money per kWh beyond which a number was something else, in any currency."""
_MOST_ROWS = 2000
"""Ten days of five minutes are more than anybody publishes."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was read: slots in order, and how many rows were no price."""

    slots: tuple[Slot, ...] = ()
    skipped: int = 0


def read(attributes: Mapping[str, object], factor: float, zone: tzinfo, today: date) -> Found:
    """Return the prices that attributes tell, per kWh; none when there are none.

    `factor` makes numbers of the entity's unit money per kWh. Instants without a zone are of
    `zone`, as are the days of plain numbers, of which the first is `today`.
    """
    rows: list[_Row | None] = []
    for name in _LISTS:
        held = attributes.get(name)
        if isinstance(held, Mapping):
            held = [{"start": start, "price": price} for start, price in held.items()]
        if not isinstance(held, Sequence) or isinstance(held, str) or not held:
            continue
        if all(isinstance(each, Mapping) for each in held):
            rows.extend(_row(each, factor, zone) for each in held[:_MOST_ROWS])
        elif name in (*_TODAY, *_TOMORROW):
            day = today + timedelta(days=name in _TOMORROW)
            rows.extend(_numbers(held, factor, zone, day))
    rows.extend(_by_hour(attributes, factor, zone, today))
    return _found(rows)


def rows_read(held: object, factor: float, zone: tzinfo) -> Found:
    """Return the prices of a list of rows, as actions answer it."""
    if not isinstance(held, Sequence) or isinstance(held, str):
        return Found()
    rows = held[:_MOST_ROWS]
    return _found(
        [_row(each, factor, zone) if isinstance(each, Mapping) else None for each in rows]
    )


type _Row = tuple[datetime, datetime | None, float]


def _row(row: Mapping[str, object], factor: float, zone: tzinfo) -> _Row | None:
    """Read one row; None when it is no price."""
    start = next((row[key] for key in (*_STARTS, *_MORE_STARTS) if key in row), None)
    end = next((row[key] for key in _ENDS if key in row), None)
    for key, own_factor in _PRICES.items():
        if key in row:
            price = _money(row[key], factor if own_factor is None else own_factor)
            begins = _instant(start, zone)
            if price is None or begins is None:
                return None
            return begins, _instant(end, zone), price
    return None


def _numbers(
    held: Sequence[object], factor: float, zone: tzinfo, day: date
) -> Iterator[_Row | None]:
    """Read the plain numbers of a local day, which may have 23 or 25 hours of 60, 30 or 15 min."""
    midnight, next_midnight = (
        datetime.combine(each, time(), zone).astimezone(UTC)
        for each in (day, day + timedelta(days=1))
    )
    hours = (next_midnight - midnight) / timedelta(hours=1)
    slots_per_hour = len(held) / hours
    if slots_per_hour not in (1, 2, 4):
        # A provider that always gives 24 or 96 leaves unclear which hour is meant on such a day.
        slots_per_hour = next((each for each in (1, 2, 4) if len(held) == 24 * each), 0)
        if not slots_per_hour:
            yield from (None for _ in held[:_MOST_ROWS])
            return
    length = timedelta(hours=1) / slots_per_hour
    for number, value in enumerate(held):
        start = midnight + number * length
        price = _money(value, factor)
        if price is None:
            yield None
        elif start < next_midnight:
            yield start, start + length, price


def _by_hour(
    attributes: Mapping[str, object], factor: float, zone: tzinfo, today: date
) -> Iterator[_Row | None]:
    """Read an attribute per local hour; `_d`: the second of its name, in autumn."""
    for name, value in attributes.items():
        found = _PVPC_HOUR.fullmatch(name)
        if found is None or int(found["hour"]) > 23:
            continue
        day = today + timedelta(days=found["tomorrow"] is not None)
        fold = int(found["again"] is not None)
        start = datetime.combine(day, time(int(found["hour"]), fold=fold), zone)
        price = _money(value, factor)
        begins = start.astimezone(UTC)
        yield None if price is None else (begins, begins + timedelta(hours=1), price)


def _found(rows: Iterable[_Row | None]) -> Found:
    """Put rows in order; of two of the same start the first counts, an end never overlaps."""
    by_start: dict[datetime, _Row] = {}
    skipped = 0
    for row in rows:
        if row is None or (row[1] is not None and row[1] <= row[0]):
            skipped += 1
        else:
            by_start.setdefault(row[0], row)
    ordered = [by_start[start] for start in sorted(by_start)]
    usual = _usual_length(ordered)
    slots = []
    for number, (start, told_end, price) in enumerate(ordered):
        following = ordered[number + 1][0] if number + 1 < len(ordered) else None
        end = told_end or start + usual
        if following is not None and (end > following or told_end is None):
            end = following if following - start <= _LONGEST else end
        slots.append(Slot(start, end, price))
    return Found(tuple(slots), skipped)


def _usual_length(rows: Sequence[_Row]) -> timedelta:
    """Return how long a row without an end lasts that has none after it: as long as others do."""
    steps = [after[0] - before[0] for before, after in pairwise(rows)]
    return min(steps, default=timedelta(hours=1))


def _instant(value: object, zone: tzinfo) -> datetime | None:
    """Return the full minute of an instant, in UTC: all arithmetic is true on days of 23 hours."""
    if isinstance(value, datetime):
        instant = value
    elif isinstance(value, str):
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            return None
    else:
        return None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=zone)
    try:
        return instant.astimezone(UTC).replace(second=0, microsecond=0)
    except OverflowError:
        return None


def _money(value: object, factor: float) -> float | None:
    """Return a price per kWh; None for what is none. Prices may be negative."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        price = float(value) * factor
    except ValueError:
        return None
    return price if math.isfinite(price) and abs(price) <= _HIGHEST else None
