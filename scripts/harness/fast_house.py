"""A Home Assistant with the integration, a site and three wallboxes, through days in minutes.

    PYTHONPATH=.:firmware .venv/ha-newest/bin/python -m scripts.harness.fast_house DAYS FOLDER

Time leaps (leaping_time.py) over what nobody waits for. The wallboxes are light ones, on real
websockets in the same process. Sun, house and prices change as they do in a house; people choose
another mode and plan a departure each day; each day the link of a wallbox breaks, each third day
the entry is loaded anew. Each night, when no car charges, a line of JSON tells what the program
holds, and what was counted.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import logging
import math
import os
import random
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from scripts.harness.leaping_time import LeapingLoop, LeapingTime, timers_of

DOMAIN = "evse_ocpp"
ZONE = ZoneInfo("Europe/Rome")
EPOCH = datetime(2026, 10, 9, 22, 30, tzinfo=UTC)
"""After midnight there; summer time ends on the sixteenth day."""

SITE = "site-of-the-house"
IDENTITIES = ("CP-1", "CP-2", "CP-3")
PASSWORD = "k7mq2xw9h4trc6n8evb3"
MODES = ("fast", "solar", "minimum_solar", "cheap", "plan", "window")
GRID, SOLAR, PRICE, CO2 = "sensor.grid", "sensor.solar", "sensor.price", "sensor.co2"

DAY_S = 86_400.0
CHARGE_STEP_S = 5.0
"""While a car charges: half of the lease that a site gives."""

IDLE_STEP_S = 60.0
"""While nobody charges: between two samples of a wallbox."""

BEAT_S = 5.0
"""How often the meters of the house tell."""

LOAD_DAYS = 3
"""After so many the entry is loaded anew: what is left over by that shows soon."""

SETTLE_S = 30.0
"""Until all that was told is counted."""

DRAIN_S = 600.0
SESSION_S, PAUSE_S, SAMPLE_S = (400.0, 1600.0), (3 * 3600.0, 10 * 3600.0), 60.0
POWER_W = (3_600.0, 11_000.0)


@dataclass
class House:
    """The house around Home Assistant. `points` are its wallboxes (ChargePoint)."""

    clock: LeapingTime
    hass: Any
    entry: Any
    chance: random.Random
    points: list[Any] = field(default_factory=list)
    cloud: float = 0.5
    exact: bool = False
    """Whether time must not leap further than to what comes next."""

    def step_s(self) -> float:
        """Return how far time may leap now."""
        if self.exact or any(
            not point.connected.is_set() or point.waiting for point in self.points
        ):
            return 0.0
        charging = any(point.session is not None for point in self.points)
        return CHARGE_STEP_S if charging else IDLE_STEP_S

    async def meter(self) -> None:
        """Tell what the house takes, and what the sun and the market give, until cancelled."""
        hour = -1
        while True:
            now = self.clock.now().astimezone(ZONE)
            if now.hour != hour:
                hour = now.hour
                self._tell_prices(now)
                self.cloud = self.chance.uniform(0.1, 1.0)
            height = math.sin(math.pi * (now.hour + now.minute / 60 - 6) / 14)
            solar_w = 8_000 * max(0.0, height) * self.cloud
            load_w = self.chance.uniform(300, 2_500)
            grid_w = load_w - solar_w + sum(point.flowing_w for point in self.points)
            self._show(SOLAR, round(solar_w), "W")
            self._show(GRID, round(grid_w), "W")
            await asyncio.sleep(BEAT_S)

    def _tell_prices(self, now: datetime) -> None:
        begin = now.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
        starts = [begin + timedelta(hours=hour) for hour in range(48)]
        prices = [round(0.25 + 0.1 * math.sin(each.hour) + each.day / 1000, 4) for each in starts]
        rows = [
            {
                "start": each.isoformat(),
                "end": (each + timedelta(hours=1)).isoformat(),
                "value": price,
            }
            for each, price in zip(starts, prices, strict=True)
        ]
        price = prices[int((now - starts[0]).total_seconds() / 3600)]
        self._show(PRICE, price, "EUR/kWh", raw_today=rows[:24], raw_tomorrow=rows[24:])
        self._show(CO2, self.chance.randint(100, 500), "g/kWh")

    def _show(self, entity_id: str, value: object, unit: str, **attributes: object) -> None:
        self.hass.states.async_set(
            entity_id, str(value), {"unit_of_measurement": unit, **attributes}
        )

    async def people(self, day: int) -> None:
        """Do what people do in a day: other modes, a departure, a link that breaks."""
        for identity in IDENTITIES:
            await self._act(
                "select",
                "select_option",
                entity_id=self.entity_id("select", f"{identity}/mode"),
                option=MODES[(day + IDENTITIES.index(identity)) % len(MODES)],
            )
        ready = self.clock.now() + timedelta(hours=self.chance.uniform(8, 20))
        await self._act(
            DOMAIN,
            "set_plan",
            device_id=self.device_id(IDENTITIES[day % 3]),
            amount=self.chance.randint(4, 20),
            unit="kwh",
            ready_by=ready.isoformat(),
        )
        await asyncio.sleep(self.chance.uniform(3600, 8 * 3600))
        self.chance.choice(self.points).hang_up()

    async def quiet(self) -> None:
        """Wait until no car charges and all is told and counted."""
        while any(  # noqa: ASYNC110 - each of them has its own reasons
            point.session is not None or point.waiting for point in self.points
        ):
            await asyncio.sleep(SETTLE_S)
        await asyncio.sleep(SETTLE_S)

    async def _act(self, domain: str, service: str, **data: Any) -> None:
        wants = self.hass.services.supports_response(domain, service).value != "none"
        await self.hass.services.async_call(
            domain, service, data, blocking=True, return_response=wants
        )

    def entity_id(self, platform: str, unique_id: str) -> str:
        """Return the entity of ours with that id."""
        from homeassistant.helpers import entity_registry

        found = entity_registry.async_get(self.hass).async_get_entity_id(
            platform, DOMAIN, unique_id
        )
        if found is None:
            raise LookupError(f"unique_id: came {unique_id}, which no {platform} has")
        return str(found)

    def device_id(self, identity: str) -> str:
        """Return the device of a wallbox."""
        from homeassistant.helpers import device_registry, entity_registry

        entity = entity_registry.async_get(self.hass).async_get(
            self.entity_id("select", f"{identity}/mode")
        )
        device = device_registry.async_get(self.hass).async_get(entity.device_id)
        return str(device.id)

    def meters_kwh(self) -> dict[str, float]:
        """Return what the energy entity of each wallbox shows."""
        states = {
            identity: self.hass.states.get(self.entity_id("sensor", f"{identity}/1/energy")).state
            for identity in IDENTITIES
        }
        return {
            identity: float(state) if _is_number(state) else math.nan
            for identity, state in states.items()
        }


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def held(house: House, folder: Path, loop: asyncio.AbstractEventLoop) -> dict[str, float]:
    """Return how much of everything the program holds now, after it has tidied up."""
    from scripts.harness.process_cost import cost

    for _ in range(3):
        gc.collect()
    now = cost(os.getpid())
    database = folder / ".storage" / f"{DOMAIN}.{house.entry.entry_id}.db"
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        tables = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        ]
        rows = {
            f"rows of {name}": connection.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0]
            for name in tables
        }
    return {
        "memory": now.resident_mib,
        "blocks": sys.getallocatedblocks(),
        "objects": len(gc.get_objects()),
        "handles": now.handles,
        "threads": now.threads,
        "tasks": len(asyncio.all_tasks(loop)),
        "timers": timers_of(loop),
        "listeners": sum(house.hass.bus.async_listeners().values()),
        "states": len(house.hass.states.async_all()),
        "database": sum(each.stat().st_size for each in database.parent.glob(f"{DOMAIN}*")) / 1e3,
        **rows,
    }


@asynccontextmanager
async def home(clock: LeapingTime, folder: Path, chance: random.Random) -> AsyncIterator[House]:
    """Start Home Assistant and the entry, with the meters of the house."""
    from homeassistant import loader
    from homeassistant.helpers import frame, translation
    from pytest_homeassistant_custom_component.common import (
        MockConfigEntry,
        async_test_home_assistant,
    )

    async with async_test_home_assistant(
        asyncio.get_running_loop(), config_dir=str(folder)
    ) as hass:
        frame.async_setup(hass)
        hass.data.pop(loader.DATA_CUSTOM_COMPONENTS)  # this package's parent has it
        await hass.config.async_set_time_zone(ZONE.key)
        hass.config.currency = "EUR"
        await translation.async_load_integrations(hass, {"homeassistant"})
        entry = MockConfigEntry(
            domain=DOMAIN,
            title="OCPP 9000",
            data={"port": 0, "interface": "127.0.0.1", "path": "/ocpp"},
            options=dict(_ours("const").DEFAULT_OPTIONS),
            minor_version=2,
            subentries_data=[_site(), *map(_wallbox, IDENTITIES)],
        )
        entry.add_to_hass(hass)
        house = House(clock, hass, entry, chance)
        clock.step_s = house.step_s
        meter = asyncio.create_task(house.meter())
        try:
            if not await hass.config_entries.async_setup(entry.entry_id):
                raise RuntimeError(f"the entry is {entry.state}")
            yield house
            house.exact = True
            await hass.config_entries.async_unload(entry.entry_id)
        finally:
            house.exact = True
            meter.cancel()
            await hass.async_stop(force=True)


def _ours(module: str) -> Any:
    return import_module(f"custom_components.{DOMAIN}.{module}")


def _site() -> dict[str, Any]:
    return {
        "subentry_id": SITE,
        "subentry_type": "site",
        "title": "Home",
        "unique_id": None,
        "data": {
            "fuse_current": 40.0,
            "phases": 3,
            "meter_kind": "power",
            "grid_power": GRID,
            "solar_power": [SOLAR],
            "price_entity": PRICE,
            "feed_in_price": 0.08,
            "co2_entity": CO2,
            # Time leaps by as much while nobody charges.
            "meter_timeout": 2 * IDLE_STEP_S,
        },
    }


def _wallbox(identity: str) -> dict[str, Any]:
    return {
        "subentry_type": "charger",
        "title": identity,
        "unique_id": identity,
        "data": {
            "maximum_current": 16,
            "phases": 3,
            "passwordless": False,
            "password_hash": _ours("credentials").hash_password(PASSWORD),
            "supply": SITE,
        },
    }


async def days(clock: LeapingTime, count: int, folder: Path) -> None:
    """Let days pass; a line for each, and one after the end."""
    from evse.simulation.fleet.cars import Habits, come_and_go
    from evse.simulation.fleet.charge_point import ChargePoint

    chance, loop = random.Random(1), asyncio.get_running_loop()
    habits = Habits(SESSION_S, PAUSE_S, SAMPLE_S, POWER_W)
    async with home(clock, folder, chance) as house, asyncio.TaskGroup() as tasks:
        server = house.entry.runtime_data.server
        url = f"ws://127.0.0.1:{server.port}/ocpp"
        house.points = [ChargePoint(url, each, PASSWORD, keep=20) for each in IDENTITIES]
        running = [tasks.create_task(point.run()) for point in house.points]
        for point in house.points:
            await point.connected.wait()
        cars = [
            tasks.create_task(come_and_go(point, habits, random.Random(point.identity)))
            for point in house.points
        ]
        for day in range(1, count + 1):
            await house.people(day)
            await asyncio.sleep(max(0.0, day * DAY_S - clock.elapsed_s))
            await house.quiet()
            _tell(day, house, held(house, folder, loop))
            if day % LOAD_DAYS == 0:
                await _load_anew(house)
        for car in cars:
            car.cancel()
        for point in house.points:
            point.stop()
            await point.drained(DRAIN_S)
            point.sample()
            await point.drained(DRAIN_S)
        await asyncio.sleep(SETTLE_S)
        _tell(count, house, {}, ended=True)
        for task in running:
            task.cancel()


async def _load_anew(house: House) -> None:
    house.exact = True
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    house.exact = False
    server = house.entry.runtime_data.server
    for point in house.points:
        point.url = f"ws://127.0.0.1:{server.port}/ocpp/{point.identity}"


def _tell(day: int, house: House, things: dict[str, float], **more: object) -> None:
    told = {
        "day": day,
        "elapsed_s": house.clock.elapsed_s,
        "cpu_s": time.process_time(),
        "held": things,
        "registers_wh": {point.identity: point.measure() for point in house.points},
        "meters_kwh": house.meters_kwh(),
        "connections": sum(point.connections for point in house.points),
        "objects": Counter(type(each).__name__ for each in gc.get_objects()).most_common(400),
        **more,
    }
    print(json.dumps(told), flush=True)


def main() -> None:
    """Run it; the log goes to stderr."""
    parser = argparse.ArgumentParser(description="A Home Assistant through days in minutes.")
    parser.add_argument("days", type=int)
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    (args.folder / ".storage").mkdir(exist_ok=True)
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    clock = LeapingTime(EPOCH)
    clock.install()
    with asyncio.Runner(loop_factory=lambda: LeapingLoop(clock)) as runner:
        runner.run(days(clock, args.days, args.folder))


if __name__ == "__main__":
    main()
