"""The show: a house with sun, battery, tariff, two wallboxes, two people, and weeks behind it.

`Show` sets it up around a household, all at once for the demo or part by part for a test, and has
the hands that plug cars and hold cards to the readers.

    show = Show(household, begins_s=13 * 3600)
    with show.running():
        show.set_up(weeks=2)
        show.come(household.name, ANNA)
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from typing import Any

from evse.clock import SystemClock
from evse.simulation.world import World, WorldSettings
from scripts.harness import past, roof
from scripts.harness.home_assistant import HarnessError, wait_until
from scripts.harness.house import Household
from scripts.harness.past import ANNA, BEN, OWNERS, Owner, Past, PastSession
from scripts.harness.solar_day import (
    CURRENCY,
    ZONE,
    Background,
    SolarDay,
    counter,
    import_hours,
    save_energy_preferences,
    set_up_site,
)

FIRST_NAME, SECOND_NAME = "Garage", "Carport"
WEEKS = 9
"""So far back the past goes: two whole months at least."""
OPTIONS: dict[str, Any] = {"fallback_current": 6, "maximum_current": 16}
WALLBOX: dict[str, Any] = {
    "dlb__maximum_current_a": 100,  # the site keeps the fuse, not the wallbox
    "simulation__house": "quiet",  # roof.py has the house
    "MeterValueSampleInterval": 10,
}
ANNAS_CAR: dict[str, Any] = {"phases": 3, "max_a": 16, "battery_wh": 40_000}
BENS_CAR: dict[str, Any] = {"phases": 1, "max_a": 16, "battery_wh": 25_000}
CARS = {ANNA.id_tag: ANNAS_CAR, BEN.id_tag: BENS_CAR}
SHOWN_S = 60


class Show:
    """See the module. Its first wallbox is the household's, the second one is added."""

    def __init__(
        self,
        household: Household,
        *,
        second: str = SECOND_NAME,
        speed: float = 1.0,
        begins_s: float | None = None,
        counter_speed: float | None = None,
        **second_settings: object,
    ) -> None:
        """`speed`, `begins_s` and `counter_speed` are those of SolarDay."""
        self.household = household
        self.page = household.home_assistant
        self.fast = speed > 1
        self.second = second
        self._second_settings = WALLBOX | second_settings
        self.day = SolarDay(household, speed=speed, begins_s=begins_s, counter_speed=counter_speed)

    @property
    def names(self) -> tuple[str, str]:
        """Of both wallboxes."""
        return (self.household.name, self.second)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let the day go on meanwhile: the meters, which a site needs, show something."""
        with Background(self.day):
            yield

    def set_up(self, *, weeks: int = WEEKS) -> Past:
        """Set all up in a household that runs, while the day does; return what lies behind."""
        self.add_people()
        if self.second not in self.household.wallboxes:
            self.add_second()
        self.add_site()
        return self.fill_past(weeks)

    # The parts.

    def add_second(self) -> None:
        """Add the second wallbox, at once if the household runs."""
        self.household.add_wallbox(self.second, **self._second_settings)

    def add_people(self) -> None:
        """Add two people, and the cards of all."""
        known = self._people()
        for owner in OWNERS:
            if owner.person is not None and owner.person not in known:
                self.page.websocket(
                    type="person/create", name=owner.person, user_id=None, device_trackers=[]
                )
        people = self._people()
        for owner in OWNERS:
            whose = {} if owner.person is None else {"person": people[owner.person]}
            self.page.act("evse_ocpp.set_card", id_tag=owner.id_tag, name=owner.name, **whose)

    def add_site(self) -> None:
        """Add the site with sun, battery and prices; the day must be running."""
        set_up_site(self.household, fast=self.fast)

    def fill_past(self, weeks: int = WEEKS) -> Past:
        """Put sessions into the integration's database, and the past into the statistics."""
        made = past.make(datetime.now(ZONE), weeks)
        self._write_sessions(made)
        begins = made.hours[0].start
        for name in roof.COUNTERS:
            import_hours(
                self.page, counter(name), begins, [hour.house[name] for hour in made.hours]
            )
        for number, name in enumerate(self.names):
            entities = self.household.entities_of(name)
            for key, amounts in _counted(made, number).items():
                if key in entities:
                    unit = CURRENCY if key == COST else "kWh"
                    import_hours(self.page, entities[key], begins, amounts, unit)
        devices = [self.household.entities_of(name)["energy"] for name in self.names]
        save_energy_preferences(self.household, *devices)
        self.reload()
        return made

    def reload(self) -> None:
        """Let the integration read its database anew; both wallboxes come back by themselves."""
        self.page.api("POST", f"/api/config/config_entries/entry/{self.household.entry_id}/reload")
        for name in self.names:
            wait_until(lambda: self.household.connected(name), f"{name} is back", SHOWN_S)  # noqa: B023

    # The hands.

    def come(self, name: str, owner: Owner, **car: Any) -> None:
        """Plug the owner's car in and hold the card to the reader; `car` changes the car."""
        wallbox = self.household.wallboxes[name]
        if self._is_plugged(name):
            return
        wallbox.request(command="plug", **(CARS.get(owner.id_tag, ANNAS_CAR) | car))
        wallbox.request(command="card", uid=owner.id_tag)

    def go(self, name: str) -> None:
        """The car at a wallbox leaves."""
        if self._is_plugged(name):
            self.household.wallboxes[name].request(command="unplug")

    def choose(self, name: str, mode: str) -> None:
        """Choose the charging mode of a wallbox."""
        entity_id = self.household.entities_of(name)["mode"]

        def offered() -> bool:
            state = self.page.api("GET", f"/api/states/{entity_id}")
            return mode in (state["attributes"].get("options") or ())

        wait_until(offered, f"{mode} among the modes of {name}", SHOWN_S)
        self.page.act("select.select_option", entity_id=entity_id, option=mode)

    def plan(self, name: str, amount_kwh: float, ready_by: str = "07:00") -> None:
        """Set a goal for the next departure, a local time of each day."""
        self.page.act(
            "evse_ocpp.set_plan",
            device_id=self.page.device(name),
            plan="work",
            amount=amount_kwh,
            unit="kwh",
            ready_by=ready_by,
        )

    def seed_registers(self, made: Past) -> None:
        """Let the meters of wallboxes that never ran show what they counted in the past."""
        for name, register_wh in zip(self.names, made.registers_wh, strict=True):
            folder = self.household.wallboxes[name].folder
            folder.mkdir(parents=True, exist_ok=True)
            world = World(SystemClock(), WorldSettings(), folder)
            world.connectors[1].register_wh = register_wh
            world.save()

    # What they need.

    def _is_plugged(self, name: str) -> bool:
        world = self.household.wallboxes[name].request(command="status")["world"]
        return bool(world["connectors"]["1"]["plugged"])

    def _people(self) -> dict[str, str]:
        """Return {name: entity_id} of all people."""
        states = self.page.api("GET", "/api/states")
        return {
            str(state["attributes"]["friendly_name"]): str(state["entity_id"])
            for state in states
            if state["entity_id"].startswith("person.")
        }

    def _write_sessions(self, made: Past) -> None:
        """Write past sessions beside Home Assistant; it shares its database (SQLite, WAL)."""
        folder = self.page.folder / ".storage"
        file = folder / f"evse_ocpp.{self.household.entry_id}.db"
        people = self._people()
        identities = [self.household.identity_of(name) for name in self.names]
        rows = [
            _row(number, session, identities[session.wallbox], people)
            for number, session in enumerate(made.sessions)
        ]
        names = list(rows[0])
        marks = ", ".join(f":{name}" for name in names)
        insert = f"INSERT OR REPLACE INTO session ({', '.join(names)}) VALUES ({marks})"  # noqa: S608
        with closing(sqlite3.connect(file, timeout=SHOWN_S)) as database, database:
            database.executemany(insert, rows)


COST = "cost_total"


def _counted(made: Past, number: int) -> dict[str, list[float]]:
    """What the counters of a wallbox counted in each hour, by their translation keys."""
    counted = {
        f"energy_{source}": [hour.wallboxes[number][source] for hour in made.hours]
        for source in past.SOURCES
    }
    every = [sum(hour.wallboxes[number].values()) for hour in made.hours]
    return counted | {"energy": every, COST: [hour.cost[number] for hour in made.hours]}


def _row(
    number: int, session: PastSession, identity: str, people: dict[str, str]
) -> dict[str, object]:
    """A session as the integration's database has it."""
    energy_wh, owner = session.energy_wh, session.owner
    return {
        "uid": f"show-{number}",
        "identity": identity,
        "connector_id": 1,
        "started_at": session.started_at.timestamp(),
        "ended_at": session.ended_at.timestamp(),
        "energy_wh": round(energy_wh, 1),
        "id_tag": owner.id_tag,
        "name": owner.name,
        "person": None if owner.person is None else people[owner.person],
        "reason": "EVDisconnected",
        "meter_start_wh": round(session.register_wh),
        "meter_stop_wh": round(session.register_wh + energy_wh),
        "cost": round(session.cost, 4),
        "unpriced_wh": 0.0,
        "currency": CURRENCY,
        "recovered": 0,
        "unattributed": 0,
        "sun_wh": round(session.source_wh["sun"], 1),
        "battery_wh": round(session.source_wh["battery"], 1),
        "co2_g": round(session.co2_g, 1),
        "lost_feed_in": round(session.lost_feed_in, 4),
    }
