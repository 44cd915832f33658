"""The meters' rhythm: no drift, a failure costs one reading only and is told once."""

import asyncio
import logging
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from evse.lines.failure import Failure
from evse.metering import Metering
from evse.meters.reading import MeterError, MeterReading
from tests.firmware.virtual_clock import VirtualClock


class Meter:
    """Takes its time, and fails when it is told to."""

    def __init__(self, clock: VirtualClock, takes_s: float = 0.0) -> None:
        self.clock = clock
        self.takes_s = takes_s
        self.fails = False
        self.read_at_s: list[float] = []

    async def read(self) -> MeterReading:
        at_s = self.clock.monotonic()
        self.read_at_s.append(at_s)
        if self.takes_s:
            await self.clock.sleep(self.takes_s)
        if self.fails:
            raise MeterError(Failure.TIMEOUT, "meter 2: no answer within 1 s")
        return MeterReading(at_s, (1.0, 2.0, 3.0))


class Bench:
    """Two chargers and a house, and what was handed on."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.chargers = {1: Meter(self.clock), 2: Meter(self.clock)}
        self.house: Meter | None = Meter(self.clock)
        self.charger_readings: list[tuple[int, float]] = []
        self.house_readings: list[tuple[float, set[int]]] = []
        self.fast = True
        self._task: asyncio.Task[None] | None = None

    def start(self, interval_s: float = 1.0) -> None:
        metering = Metering(
            self.clock,
            interval_s,
            self.chargers,
            self.house,
            lambda number, reading: self.charger_readings.append((number, reading.at_s)),
            lambda house, chargers: self.house_readings.append((house.at_s, set(chargers))),
            fast=lambda: self.fast,
        )
        self._task = asyncio.create_task(metering.run())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    yield bench
    await bench.stop()


async def test_house_and_chargers_of_one_round_come_together(bench: Bench) -> None:
    bench.start()
    await bench.clock.pass_time(2.5)
    assert bench.house_readings == [(0.0, {1, 2}), (1.0, {1, 2}), (2.0, {1, 2})]
    assert bench.charger_readings == [(n, at_s) for at_s in (0.0, 1.0, 2.0) for n in (1, 2)]


@pytest.mark.parametrize("interval_s", [0.2, 1.0, 10.0])
async def test_readings_do_not_drift(bench: Bench, interval_s: float) -> None:
    bench.house.takes_s = interval_s / 3
    bench.start(interval_s)
    await bench.clock.pass_time(50.5 * interval_s)
    expected = [number * interval_s for number in range(51)]
    assert bench.house.read_at_s == pytest.approx(expected)


async def test_slow_meters_are_read_one_after_the_other_without_catching_up(bench: Bench) -> None:
    bench.house.takes_s = 1.5
    bench.start()
    await bench.clock.pass_time(5.0)
    assert bench.house.read_at_s == pytest.approx([0.0, 1.5, 3.0, 4.5])
    bench.house.takes_s = 0.0
    await bench.clock.pass_time(4.0)
    gaps_s = [b - a for a, b in zip(bench.house.read_at_s, bench.house.read_at_s[1:], strict=False)]
    assert min(gaps_s) >= 1.0 - 1e-9


@pytest.mark.parametrize(
    ("fails", "house_readings", "charger_readings"),
    [("house", [], [1, 2]), (1, [{2}], [2]), (2, [{1}], [1])],
)
async def test_a_failure_costs_its_own_reading_only(
    bench: Bench, fails, house_readings, charger_readings
) -> None:
    (bench.house if fails == "house" else bench.chargers[fails]).fails = True
    bench.start()
    await bench.clock.pass_time(0.5)
    assert [chargers for _, chargers in bench.house_readings] == house_readings
    assert [number for number, _ in bench.charger_readings] == charger_readings


async def test_without_a_house_meter_only_the_chargers_are_read(bench: Bench) -> None:
    bench.house = None
    bench.start()
    await bench.clock.pass_time(0.5)
    assert not bench.house_readings
    assert [number for number, _ in bench.charger_readings] == [1, 2]


async def test_a_failure_is_logged_once_and_its_end_once(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    bench.chargers[2].fails = True
    bench.start()
    await bench.clock.pass_time(5.0)
    assert caplog.messages == [
        "the meter of connector 2 cannot be read: meter 2: no answer within 1 s"
    ]
    bench.chargers[2].fails = False
    await bench.clock.pass_time(5.0)
    assert caplog.messages[1:] == ["the meter of connector 2 can be read again"]
    bench.house.fails = True
    await bench.clock.pass_time(5.0)
    assert caplog.messages[2:] == ["the house meter cannot be read: meter 2: no answer within 1 s"]


# ------------------------------------------------------------------ fast, slow, silent


class Slow(Meter):
    """A meter whose slow values take a while to fetch, `due` of them each second."""

    due = 2

    def __init__(self, clock: VirtualClock, takes_s: float) -> None:
        super().__init__(clock)
        self.refresh_s = takes_s
        self.refreshed_at_s: list[float] = []

    async def refresh(self) -> bool:
        now_s = self.clock.monotonic()
        if sum(now_s - at_s < 1.0 for at_s in self.refreshed_at_s) >= self.due:
            return False
        self.refreshed_at_s.append(now_s)
        if self.refresh_s:
            await self.clock.sleep(self.refresh_s)
        return True


async def test_without_a_car_the_meters_are_read_each_second(bench: Bench) -> None:
    bench.fast = False
    bench.start(0.2)
    await bench.clock.pass_time(3.5)
    assert bench.house.read_at_s == pytest.approx([0, 1, 2, 3])
    bench.fast = True
    await bench.clock.pass_time(1.75)
    assert bench.house.read_at_s[4:] == pytest.approx([4.0, 4.2, 4.4, 4.6, 4.8, 5.0, 5.2])


async def test_slow_values_are_fetched_between_the_rounds_and_delay_none(bench: Bench) -> None:
    bench.house = Slow(bench.clock, takes_s=0.06)
    bench.chargers[1] = Slow(bench.clock, takes_s=0.06)
    bench.start(0.2)
    await bench.clock.pass_time(20.1)
    assert bench.house.read_at_s == pytest.approx([0.2 * n for n in range(101)])
    for meter in (bench.house, bench.chargers[1]):
        assert 35 <= len(meter.refreshed_at_s) <= 40


async def test_where_no_time_is_left_a_slow_value_comes_twice_a_second(bench: Bench) -> None:
    bench.house = Slow(bench.clock, takes_s=0.1)
    bench.house.takes_s = 0.19
    bench.house.due = 100
    bench.start(0.2)
    await bench.clock.pass_time(20.0)
    gaps_s = [b - a for a, b in pairwise(bench.house.read_at_s)]
    assert max(gaps_s) == pytest.approx(0.29)
    assert len(gaps_s) / 20 >= 4
    assert max(b - a for a, b in pairwise(bench.house.refreshed_at_s)) <= 0.9


async def test_a_silent_meter_does_not_slow_down_the_others(bench: Bench) -> None:
    bench.house.takes_s = 1.0
    bench.house.fails = True
    bench.start(0.2)
    await bench.clock.pass_time(20.0)
    assert len(bench.house.read_at_s) <= 21
    assert len(bench.charger_readings) / 2 >= 20
