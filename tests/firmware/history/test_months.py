"""Reports of a month: its borders by the clock on the wall, and no energy lost or counted twice."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.history.months import CardSum, MeterSpan, bounds, report
from tests.firmware.core.bench import DETERMINISTIC
from tests.firmware.history.ledger import NOW, charge

ROME = ZoneInfo("Europe/Rome")
HOUR = timedelta(hours=1)


def names(card: str) -> str:
    return {"CARD": "Ada"}.get(card, "")


@pytest.mark.parametrize(
    ("year", "month", "begin", "end"),
    [
        (2026, 7, "2026-06-30T22:00", "2026-07-31T22:00"),
        (2026, 12, "2026-11-30T23:00", "2026-12-31T23:00"),
        (2026, 3, "2026-02-28T23:00", "2026-03-31T22:00"),  # 23 hours on the 29th
        (2026, 10, "2026-09-30T22:00", "2026-10-31T23:00"),  # 25 hours on the 25th
        (2028, 2, "2028-01-31T23:00", "2028-02-29T23:00"),
    ],
)
def test_a_month_is_that_of_the_wall(year: int, month: int, begin: str, end: str) -> None:
    assert bounds(year, month, ROME) == (
        datetime.fromisoformat(begin).replace(tzinfo=UTC),
        datetime.fromisoformat(end).replace(tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("year", "month", "words"),
    [
        (2026, 0, "month: came 0, allowed 1 … 12"),
        (2026, 13, "month: came 13, allowed 1 … 12"),
        (1999, 1, "year: came 1999, allowed 2000 … 2999"),
    ],
)
def test_a_month_that_is_none_is_refused(year: int, month: int, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        bounds(year, month, ROME)


@pytest.mark.parametrize(
    ("started_at", "day"),
    [
        (datetime(2026, 10, 24, 21, 59, tzinfo=UTC), date(2026, 10, 24)),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), date(2026, 10, 25)),  # the first 02:30
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), date(2026, 10, 25)),  # the second
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), date(2026, 10, 26)),
    ],
)
def test_a_charge_belongs_to_the_day_on_which_it_starts(started_at: datetime, day: date) -> None:
    made = report(2026, 10, [charge(started_at=started_at)], ROME, names, NOW)
    assert len(made.days) == 31
    assert [each.day for each in made.days if each.charges] == [day]


def test_cards_are_summed_in_any_case_the_most_energy_first() -> None:
    charges = [
        charge(1, id_tag="b1", meter_wh=2000),
        charge(2, id_tag="CARD", meter_wh=5000),
        charge(3, id_tag="B1", meter_wh=3000),
    ]
    made = report(2026, 11, charges, ROME, names, NOW)
    assert made.cards == (CardSum("CARD", "Ada", 1, 4000, 3600), CardSum("b1", "", 2, 3000, 7200))


def test_a_charge_under_way_counts_as_far_as_it_is() -> None:
    running = charge(ended_at=None, reason=None, meter_wh=1700)
    made = report(2026, 11, [running], ROME, names, NOW + 2 * HOUR)
    assert (made.energy_wh, made.cards[0].duration_s) == (700, 7200)


def test_the_meters_registers_go_from_the_first_start_to_the_last_end() -> None:
    charges = [
        charge(1, meter_start_wh=1000, meter_wh=2000),
        charge(2, connector_id=2, meter_start_wh=50, meter_wh=60),
        charge(3, meter_start_wh=2500, meter_wh=4000),
    ]
    made = report(2026, 11, charges, ROME, names, NOW)
    assert made.meters == (MeterSpan(1, 1000, 4000), MeterSpan(2, 50, 60))


@DETERMINISTIC
@given(
    zone=st.sampled_from(["Europe/Rome", "UTC", "Pacific/Auckland", "America/St_Johns"]),
    month=st.integers(1, 12),
    starts=st.lists(st.tuples(st.integers(0, 9_000_000), st.integers(0, 90_000)), max_size=20),
)
def test_days_and_cards_sum_up_to_the_month(
    zone: str, month: int, starts: list[tuple[int, int]]
) -> None:
    """Whatever starts within the bounds of a month is on one of its days."""
    begin, end = bounds(2026, month, ZoneInfo(zone))
    length_s = int((end - begin).total_seconds())
    charges = [
        charge(
            number,
            started_at=begin + timedelta(seconds=second % length_s),
            meter_wh=1000 + energy_wh,
            id_tag=f"C{number % 3}",
        )
        for number, (second, energy_wh) in enumerate(starts)
    ]
    made = report(2026, month, charges, ZoneInfo(zone), names, NOW)
    assert {day.day.month for day in made.days} == {month}
    for sums in (made.days, made.cards):
        assert sum(each.energy_wh for each in sums) == made.energy_wh
        assert sum(each.charges for each in sums) == len(charges)
