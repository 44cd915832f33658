"""The show: a house with sun, battery, tariff, two wallboxes, two people, and weeks behind it.

`Show` sets it up around a household, all at once for the demo or part by part for a test, and has
the hands that plug cars and hold cards to the readers.

    show = Show(household, begins_s=13 * 3600, weeks=2)
    with show.running():
        show.set_up()
        show.settle()
        show.come(household.name, ANNA)
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from evse.clock import SystemClock
from evse.simulation.world import World, WorldSettings
from scripts.harness import fill_past, past
from scripts.harness.home_assistant import HarnessError, wait_until
from scripts.harness.house import Household
from scripts.harness.past import ANNA, BEN, OWNERS, Owner
from scripts.harness.solar_day import (
    SITE_NAME,
    ZONE,
    Background,
    SolarDay,
    save_energy_preferences,
    set_up_site,
)

DASHBOARD = "/evse-ocpp"
"""Where the integration's own dashboard is, once `show_dashboards` has made it."""
FIRST_NAME, SECOND_NAME = "Garage", "Carport"
WEEKS = 26
"""So far back the past goes; a test needs less."""
OPTIONS: dict[str, Any] = {"fallback_current": 6, "lease_duration": 60, "maximum_current": 16}
WALLBOX: dict[str, Any] = {
    "dlb__maximum_current_a": 100,  # the site keeps the fuse, not the wallbox
    "simulation__house": "quiet",  # roof.py has the house
    "MeterValueSampleInterval": 10,
}
ANNAS_CAR: dict[str, Any] = {"phases": 3, "max_a": 16, "battery_wh": 40_000}
BENS_CAR: dict[str, Any] = {"phases": 1, "max_a": 16, "battery_wh": 25_000}
CARS = {ANNA.id_tag: ANNAS_CAR, BEN.id_tag: BENS_CAR}
SHOWN_S = 60
SETTLED_S = 25.0
"""A site gives room that it saw free for 20 s (energy/budgets.py)."""


class Show:
    """See the module. Its first wallbox is the household's, the second one is added."""

    def __init__(
        self,
        household: Household,
        *,
        second: str = SECOND_NAME,
        weeks: int = WEEKS,
        **day: Any,
    ) -> None:
        """`second` names the second wallbox, `weeks` is how far back the past goes.

        `day`: how SolarDay passes.
        """
        self.household = household
        self.page = household.home_assistant
        self.fast = day.get("speed", 1.0) > 1
        self.second = second
        self.past = past.make(datetime.now(ZONE), weeks)
        self.day = SolarDay(household, **day)
        self._site_at_s = -math.inf

    @property
    def names(self) -> tuple[str, str]:
        """Of both wallboxes."""
        return (self.household.name, self.second)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let the day go on meanwhile: the meters, which a site needs, show something."""
        with Background(self.day):
            yield

    def set_up(self) -> None:
        """Set all up in a household that runs, while the day does."""
        self.add_people()
        if self.second not in self.household.wallboxes:
            self.add_second()
        # Before there is a site: its counters begin with what is known when it comes.
        self.fill_sessions()
        self.add_site()
        self.fill_statistics()
        self.show_dashboards()

    # The parts.

    def add_second(self) -> None:
        """Add the second wallbox, at once if the household runs."""
        self.household.add_wallbox(self.second, **WALLBOX)

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
        self._site_at_s = time.monotonic()

    def settle(self) -> None:
        """Wait until a new site gives room: a car that comes before that waits for a minute."""
        time.sleep(max(0.0, self._site_at_s + SETTLED_S - time.monotonic()))

    def fill_sessions(self) -> None:
        """Put sessions into the integration's database, of people that are known."""
        fill_past.write_sessions(self.household, self.names, self.past, self._people())
        self.reload()

    def fill_statistics(self) -> None:
        """Put the past into the statistics, and the house onto the energy dashboard."""
        for name in self.names:  # those of the site come a moment after it
            self.await_entity(name, "energy_sun")
        fill_past.write_powers(self.household, self.past, SITE_NAME)
        fill_past.write_statistics(self.household, self.names, self.past)
        save_energy_preferences(self.household)

    def show_dashboards(self) -> None:
        """Have the dashboard in the sidebar, and both wallboxes on the energy dashboard."""
        devices = [self.await_entity(name, "energy") for name in self.names]
        done = self.page.walk(
            "/api/config/config_entries/options/flow",
            {"handler": self.household.entry_id},
            {"next_step_id": "dashboards"},
            {"sidebar": True, "energy_devices": devices},
        )
        if done["type"] != "create_entry":
            raise HarnessError(f"the dashboards were not made: {done}")

    def await_entity(self, name: str, key: str) -> str:
        """Wait for an entity of a wallbox by its translation key; return its id."""
        what = f"{key} of {name}"
        return str(wait_until(lambda: self.household.entities_of(name).get(key), what, SHOWN_S))

    def reload(self) -> None:
        """Let the integration read its database anew; both wallboxes come back by themselves."""
        self.page.api("POST", f"/api/config/config_entries/entry/{self.household.entry_id}/reload")
        wait_until(lambda: all(map(self.household.connected, self.names)), "both are back", SHOWN_S)

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
        entity_id = self.await_entity(name, "mode")

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

    def seed_registers(self) -> None:
        """Let the meters of wallboxes that never ran show what they counted in the past."""
        for name, register_wh in zip(self.names, self.past.registers_wh, strict=True):
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
