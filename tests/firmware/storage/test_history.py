"""The view on the transactions which the history shows."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from evse.storage.database import Database
from evse.storage.history import ChargeHistory, Wanted
from tests.firmware.history.ledger import NOW, charge, put

HOUR = timedelta(hours=1)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(tmp_path / "evse.db")
    yield database
    await database.close()


@pytest.fixture
async def history(database: Database) -> ChargeHistory:
    """Four charges, an hour and a kWh more each."""
    for number, (card, connector) in enumerate([("A", 1), ("B", 2), ("a", 1), ("B", 1)], start=1):
        await put(database, NOW + number * HOUR, 1000 * number, card, connector)
    return ChargeHistory(database)


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Wanted(), [1, 2, 3, 4]),
        (Wanted(since=NOW + 2 * HOUR), [2, 3, 4]),
        (Wanted(until=NOW + 2 * HOUR), [1]),
        (Wanted(NOW + 2 * HOUR, NOW + 4 * HOUR), [2, 3]),
        (Wanted(since=(NOW + 3 * HOUR).astimezone(timezone(9 * HOUR))), [3, 4]),
        (Wanted(id_tag="A"), [1, 3]),
        (Wanted(connector_id=1), [1, 3, 4]),
        (Wanted(id_tag="b", connector_id=1), [4]),
        (Wanted(id_tag="' OR 1=1 --"), []),
    ],
)
async def test_only_what_is_wanted_is_found_and_summed(
    history: ChargeHistory, wanted: Wanted, numbers: list[int]
) -> None:
    assert [each.number for each in await history.all(wanted)] == numbers
    assert [each.number for each in await history.page(wanted, 0, 9)] == numbers[::-1]
    assert await history.totals(wanted) == (len(numbers), 1000 * sum(numbers))


async def test_pages_follow_each_other_and_a_number_stays(
    history: ChargeHistory, database: Database
) -> None:
    pages = [await history.page(Wanted(), offset, 3) for offset in (0, 3, 6)]
    assert [[each.number for each in page] for page in pages] == [[4, 3, 2], [1], []]
    await put(database, NOW)  # a clock that was put back changes no number and no order
    assert [each.number for each in await history.page(Wanted(), 0, 2)] == [5, 4]


async def test_a_charge_under_way_has_what_was_stored_of_it(database: Database) -> None:
    await put(database, NOW, 1234, over=False)
    (running,) = await ChargeHistory(database).all(Wanted())
    assert (running.ended_at, running.reason, running.energy_wh) == (None, None, 1234)
    assert running.duration_s(NOW + HOUR) == 3600


async def test_a_meter_that_was_changed_takes_nothing_away(database: Database) -> None:
    await put(database, NOW, -4000)
    history = ChargeHistory(database)
    assert [each.energy_wh for each in await history.all(Wanted())] == [0]
    assert await history.totals(Wanted()) == (1, 0)
    assert charge(meter_start_wh=9000).energy_wh == 0


def test_a_clock_that_was_put_back_makes_no_negative_duration() -> None:
    assert charge(ended_at=NOW - HOUR).duration_s(NOW) == 0


async def test_an_instant_without_a_calendar_is_refused(history: ChargeHistory) -> None:
    first = datetime.min.replace(tzinfo=timezone(14 * HOUR))
    with pytest.raises(ValueError, match="since: came 0001-01-01T00:00:00"):
        await history.totals(Wanted(since=first))
