"""Two charge points of other makers' libraries and a wallbox of ours, below one fuse of 25 A.

All of them are processes, and so is Home Assistant with the site; the house, and the cars at the
foreign charge points, are what is simulated (street.py). Invariant I40: they stay below the fuse.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scripts.environments import UnavailableError
from scripts.harness.home_assistant import HarnessError, wait_until
from scripts.harness.house import CHARGER_NAME, Household
from tests.foreign.point import ForeignPoint
from tests.system.street import BACK_S, BUSY_S, ForeignCar, GridMeter, Overload, add_site

FUSE_A = 25.0
FOREIGN = {"Foreign one": "em-ocpp-chargepoint-simulator", "Foreign two": "ocpp-rpc"}
TOLD_S = 10.0
FALLBACK_A = 6.0

Phases = tuple[float, float, float]


class Street:
    """One fuse with its cars; each `second` all that is physical moves on."""

    def __init__(self, house: Household, cars: list[ForeignCar]) -> None:
        self.house = house
        self.cars = cars
        self.meter = GridMeter(house.home_assistant)
        self.house_a: Phases = (2.0, 3.0, 1.0)
        self.overload = Overload(FUSE_A)
        self.metering = True
        self._told_s = [0.0] * len(cars)

    def drawn(self) -> list[float]:
        """What each car draws per phase, A; the last one is that of our wallbox."""
        world = self.house.wallbox.request(command="status")["world"]
        return [car.amps for car in self.cars] + [float(world["connectors"]["1"]["car_a"][0])]

    def run(self, seconds: float, until: Callable[[], bool] = lambda: False) -> bool:
        """Let time pass; return whether `until` came true before its end."""
        end_s = time.monotonic() + seconds
        while (now_s := time.monotonic()) < end_s:
            for number, car in enumerate(self.cars):
                car.second(now_s)
                if now_s - self._told_s[number] >= TOLD_S and self.house.home_assistant.running:
                    self._told_s[number] = now_s
                    car.tell()
            cars_a = sum(self.drawn())
            total: Phases = tuple(amps + cars_a for amps in self.house_a)  # type: ignore[assignment]
            self.overload.look(total)
            if self.metering and self.house.home_assistant.running:
                self.meter.show(total)
            if until():
                return True
            time.sleep(max(0.0, 1.0 - (time.monotonic() - now_s)))
        return False

    def charging(self) -> int:
        """How many cars draw at least their minimum."""
        return sum(amps >= 0.9 * 6.0 for amps in self.drawn())


@pytest.fixture
def street(household: Callable[..., Household], tmp_path: Path) -> Iterator[Street]:
    house = household(dlb__maximum_current_a=100, dlb__fallback_current_a=32, wanted=())
    house.start(fallback_current=int(FALLBACK_A), lease_duration=60, maximum_current=16)
    page = house.home_assistant
    points: list[ForeignPoint] = []
    try:
        for name, library in FOREIGN.items():
            identity = name.lower().replace(" ", "-")
            address, password = page.add_charger(
                house.entry_id, identity, name=name, maximum_current=16
            )
            try:
                points.append(
                    ForeignPoint(
                        library,
                        address.rsplit("/", 1)[0],
                        identity,
                        password,
                        "ocpp1.6",
                        tmp_path / f"{identity}.log",
                    )
                )
            except UnavailableError as error:
                pytest.skip(str(error))
        made = Street(house, [ForeignCar(point) for point in points])
        made.meter.show((2.0, 3.0, 1.0))
        add_site(page, house.entry_id, FUSE_A)
        yield made
    finally:
        for point in points:
            point.__exit__()


def test_three_makers_share_one_fuse(street: Street) -> None:
    house, page = street.house, street.house.home_assistant
    for car in street.cars:
        car.plug_in()
    page.act("switch.turn_on", entity_id=house.entities["free_charging"])
    house.wallbox.request(command="plug", max_a=16)

    # All three charge: 6 A each and more, and never above the fuse for longer than promised.
    assert street.run(150, lambda: street.charging() == 3), street.drawn()
    street.run(20)
    assert street.overload.longest_s <= BACK_S + BUSY_S, street.overload.highest_a
    assert all(amps <= 16 for amps in street.drawn())

    # A kettle on L1: not all three fit any more, and the sum is back in time.
    street.overload = Overload(FUSE_A)
    street.house_a = (12.0, 3.0, 1.0)
    street.run(30)
    assert 1 <= street.charging() <= 2, street.drawn()
    assert street.overload.longest_s <= BACK_S + BUSY_S

    # It is over; the third car comes back.
    street.house_a = (2.0, 3.0, 1.0)
    assert street.run(120, lambda: street.charging() == 3), street.drawn()
    assert street.overload.longest_s <= BACK_S + BUSY_S
    why = page.state(page.entities(CHARGER_NAME)["why"])
    assert why not in ("unknown", "unavailable")

    # The meter falls silent: within ten seconds no car has more than its fallback.
    street.metering = False
    street.run(10 + BUSY_S + 3)
    assert max(street.drawn()) <= FALLBACK_A, street.drawn()
    assert street.charging() == 3, "charging goes on"
    wait_until(
        lambda: page.state(page.entities("Street")["site_meter_lost"]) == "on", "meter lost", 10
    )
    street.metering = True
    assert street.run(60, lambda: max(street.drawn()) > FALLBACK_A), street.drawn()

    # Home Assistant dies: the leases end by themselves, in the fallback.
    page.kill()
    assert street.run(75, lambda: max(street.drawn()) <= FALLBACK_A), street.drawn()
    with pytest.raises((HarnessError, OSError)):
        page.state("sun.sun")
