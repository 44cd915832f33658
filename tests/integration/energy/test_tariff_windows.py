"""Fixed tariff windows as slots: weekdays, midnight, clock changes."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.evse_ocpp.energy.tariff_windows import TariffWindow, slots

ROME = ZoneInfo("Europe/Rome")
DAY = TariffWindow(0.32)
NIGHT = TariffWindow(0.20, time(23), time(7))
WEEKEND = TariffWindow(0.24, weekdays=frozenset({5, 6}))


def priced(windows, first: str, hours: float) -> list[tuple[str, float]]:
    start = datetime.fromisoformat(first).replace(tzinfo=ROME)
    end = datetime.fromtimestamp(start.timestamp() + hours * 3600, ROME)
    found = slots(windows, start, end, ROME)
    return [(each.start.astimezone(ROME).strftime("%a %H:%M"), each.value) for each in found]


def test_the_last_that_covers_it_counts():
    assert priced([DAY, NIGHT, WEEKEND], "2026-03-13T00:00", 72) == [
        ("Fri 00:00", 0.20),
        ("Fri 07:00", 0.32),
        ("Fri 23:00", 0.20),
        ("Sat 00:00", 0.24),
        ("Sun 00:00", 0.24),
    ]


def test_a_night_belongs_to_the_day_on_which_it_begins():
    only_friday = TariffWindow(0.1, time(22), time(6), frozenset({4}))
    assert priced([only_friday], "2026-03-13T00:00", 72) == [("Fri 22:00", 0.1)]
    assert priced([only_friday], "2026-03-14T05:00", 24) == [("Sat 05:00", 0.1)]


@pytest.mark.parametrize(("night", "hours"), [("2026-03-28", 7.0), ("2026-10-24", 9.0)])
def test_the_night_of_a_clock_change_is_as_long_as_it_is(night, hours):
    start = datetime.fromisoformat(f"{night}T12:00").replace(tzinfo=ROME)
    found = slots([NIGHT], start, start + timedelta(days=1), ROME)
    assert sum(each.hours for each in found) == pytest.approx(hours)
    assert found[-1].end.astimezone(ROME).hour == 7


def test_without_windows_nothing_is_known():
    assert priced([], "2026-03-13T00:00", 24) == []
    assert priced([TariffWindow(0.2, time(1), time(2))], "2026-03-13T03:00", 20) == []


@pytest.mark.parametrize("weekdays", [frozenset(), frozenset({7}), frozenset({-1, 2})])
def test_a_weekday_that_is_none_is_refused(weekdays):
    with pytest.raises(ValueError, match=r"TariffWindow.weekdays"):
        TariffWindow(0.2, weekdays=weekdays)
