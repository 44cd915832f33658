"""Charging while it is cheap: below a limit, or in the cheapest hours of a local day."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.evse_ocpp.energy import cheap
from custom_components.evse_ocpp.energy.allowance import Reason
from custom_components.evse_ocpp.energy.prices import Cheap, Prices, Slot

ROME = ZoneInfo("Europe/Rome")
VALUES = {2: 0.10, 3: 0.05, 4: 0.12, 13: -0.02, 14: 0.08, 20: 0.50}


def hourly(first: datetime, hours: int) -> Prices:
    at = first.astimezone(UTC)
    hour = timedelta(hours=1)
    instants = [at + each * hour for each in range(hours)]
    return Prices.of(
        Slot(each, each + hour, VALUES.get(each.astimezone(ROME).hour, 0.30)) for each in instants
    )


DAY = datetime(2026, 3, 10, tzinfo=ROME)
TODAY = hourly(DAY, 24)


def starts(rule: Cheap, at: datetime = DAY, prices: Prices = TODAY) -> list[int]:
    return [slot.start.astimezone(ROME).hour for slot in cheap.times(prices, rule, at)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Cheap(), []),
        (Cheap(limit=0.08), [3, 13, 14]),
        (Cheap(limit=0.0), [13]),
        (Cheap(hours=2.0), [3, 13]),
        (Cheap(hours=2.5), [3, 13, 14]),
        (Cheap(limit=0.0, hours=2.0), [3, 13]),
        (Cheap(limit=0.1, hours=2.0), [2, 3, 13, 14]),
    ],
)
def test_times(rule, expected):
    assert starts(rule) == expected


def test_each_day_has_its_own_cheapest_hours():
    assert starts(Cheap(hours=2.0), prices=hourly(DAY, 48)) == [3, 13, 3, 13]
    spring = datetime(2026, 3, 29, tzinfo=ROME)
    assert starts(Cheap(hours=2.0), spring, hourly(spring, 23)) == [3, 13]


def asked(rule: Cheap, hour: int, minute: int = 0, prices: Prices = TODAY):
    at = DAY.replace(hour=hour, minute=minute)
    return cheap.demand(cheap.times(prices, rule, DAY), prices, rule, 16.0, at)


def test_demand_tells_price_limit_and_what_is_next():
    now = asked(Cheap(limit=0.12), 2, 30)
    assert (now.most_a, now.reason) == (16.0, Reason.PRICE)
    assert now.changes_at == DAY.replace(hour=5)
    assert now.values == {"price": 0.10, "limit": 0.12}
    wait = asked(Cheap(limit=0.12), 5)
    assert (wait.most_a, wait.changes_at) == (0.0, DAY.replace(hour=13))
    assert wait.values["next_start"] == "2026-03-10T12:00:00+00:00"
    over = asked(Cheap(hours=1.0), 21)
    assert (over.most_a, over.changes_at, over.values) == (0.0, None, {"price": 0.3, "hours": 1.0})


def test_without_prices_it_waits():
    nothing = asked(Cheap(limit=0.1), 3, prices=Prices())
    assert (nothing.most_a, nothing.reason, nothing.values) == (0.0, Reason.PRICE, {"limit": 0.1})
