"""The house of the fast Home Assistant: how far its time may leap, and what its meters tell."""

import asyncio
import random
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from scripts.harness import fast_house as fast
from scripts.harness.leaping_time import LeapingLoop, LeapingTime


@dataclass
class Point:
    """A wallbox as the house sees it."""

    linked: bool = True
    session: object = None
    waiting: list[object] = field(default_factory=list)
    flowing_w: float = 0.0

    @property
    def connected(self) -> Any:
        return SimpleNamespace(is_set=lambda: self.linked)


class States(dict[str, tuple[str, dict[str, Any]]]):
    """Of Home Assistant: the last one of each entity."""

    def async_set(self, entity_id: str, state: str, attributes: dict[str, Any]) -> None:
        self[entity_id] = state, attributes


def house(*points: Point, exact: bool = False) -> fast.House:
    hass = SimpleNamespace(states=States())
    clock = LeapingTime(fast.EPOCH)
    return fast.House(clock, hass, None, random.Random(1), list(points), exact=exact)


@pytest.mark.parametrize(
    ("points", "exact", "step_s"),
    [
        ([Point(), Point()], False, fast.IDLE_STEP_S),
        ([Point(), Point(session=object())], False, fast.CHARGE_STEP_S),
        ([Point(), Point(linked=False)], False, 0.0),
        ([Point(session=object(), waiting=[object()])], False, 0.0),
        ([Point()], True, 0.0),
    ],
)
def test_time_leaps_as_far_as_nobody_minds(points: list[Point], exact: bool, step_s: float) -> None:
    assert house(*points, exact=exact).step_s() == step_s


def test_meters_tell_what_wallboxes_draw_and_what_an_hour_costs() -> None:
    """Also in the night that has an hour twice."""
    empty, full = house(Point()), house(Point(flowing_w=7000.0))

    async def main(the_house: fast.House) -> None:
        meter = asyncio.create_task(the_house.meter())
        await asyncio.sleep(16 * fast.DAY_S)
        meter.cancel()

    for each in (empty, full):
        each.clock.step_s = lambda: 600.0
        with asyncio.Runner(loop_factory=lambda each=each: LeapingLoop(each.clock)) as runner:
            runner.run(main(each))
    drawn_w = [int(each.hass.states[fast.GRID][0]) for each in (empty, full)]
    assert drawn_w[1] - drawn_w[0] == 7000
    price, attributes = full.hass.states[fast.PRICE]
    rows = attributes["raw_today"] + attributes["raw_tomorrow"]
    now = full.clock.now().isoformat()
    (row,) = (row for row in rows if row["start"] <= now < row["end"])
    assert float(price) == row["value"]
