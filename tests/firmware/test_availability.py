"""Who is in service is what was wanted, as soon as nobody is disturbed by it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

from evse.availability import Availability
from evse.connector import Connector
from evse.core.session import Phase, SessionState
from evse.storage.database import Database
from evse.storage.values import Values


@dataclass
class Place:
    """As much of a connector as its availability sees."""

    id: int
    idle: bool = True
    operative: bool = True
    session: SessionState = field(default_factory=SessionState)


@pytest.fixture
async def values(tmp_path: Path) -> AsyncIterator[Values]:
    database = await Database.open(tmp_path / "evse.sqlite")
    yield Values(database)
    await database.close()


def _of(values: Values, *places: Place) -> Availability:
    return Availability({each.id: cast("Connector", each) for each in places}, values)


@pytest.mark.parametrize(
    ("asked", "busy", "answer", "operative"),
    [
        (1, (), "Accepted", (False, True)),
        (1, (1,), "Scheduled", (True, True)),
        (0, (), "Accepted", (False, False)),
        (0, (2,), "Scheduled", (False, True)),
        (3, (), "Rejected", (True, True)),
    ],
)
async def test_who_is_busy_stays_until_it_is_free(
    values: Values,
    asked: int,
    busy: tuple[int, ...],
    answer: str,
    operative: tuple[bool, bool],
) -> None:
    places = [Place(number, idle=number not in busy) for number in (1, 2)]
    availability = _of(values, *places)
    assert await availability.change(asked, operative=False) == answer
    assert tuple(each.operative for each in places) == operative
    for each in places:
        each.idle = True
        availability.turned(cast("Connector", each))
        assert each.operative is availability.wanted(each.id)


async def test_a_start_puts_it_in_force_but_for_a_charge_that_goes_on(values: Values) -> None:
    await _of(values, Place(1), Place(2)).change(0, operative=False)
    free, charging = Place(1), Place(2, idle=False, session=SessionState(phase=Phase.CHARGING))
    availability = _of(values, free, charging)
    await availability.restore()
    availability.take_up()
    assert (free.operative, charging.operative) == (False, True)


async def test_nothing_comes_into_service_while_the_program_ends(values: Values) -> None:
    place = Place(1)
    availability = _of(values, place)
    availability.rest()
    availability.turned(cast("Connector", place))
    assert await availability.change(1, operative=True) == "Scheduled"
    assert not place.operative
