"""`scripts/demo --solar`: a day of sun, live in a browser or as one accelerated day with a table.

On a fast day sun, house and battery run ahead; wallbox, car and Home Assistant keep to real time,
as do the prices, by which plans are made.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from evse.app import RESTART_EXIT_STATUS
from scripts.harness.dashboard import HISTORY_HOURS, make_dashboard
from scripts.harness.home_assistant import NAME, PASSWORD, HarnessError, wait_until
from scripts.harness.house import Household
from scripts.harness.solar_day import (
    DAY_BEGINS_S,
    DAY_ENDS_S,
    FUSE_A,
    SITE_NAME,
    ZONE,
    Background,
    SolarDay,
    Tally,
    fill_energy_dashboard,
    set_up_site,
)

FAST_DAY_S = 600
"""In so many seconds passes a fast day from sunrise to sunset."""
FAST_HISTORY_HOURS = 0.2
FAST_SPEED = (DAY_ENDS_S - DAY_BEGINS_S) / FAST_DAY_S
LONGEST_OVER_S = 8.0
LEAST_SUN = 0.5
SOLAR_WALLBOX: dict[str, Any] = {
    "dlb__maximum_current_a": 100,  # the site keeps the fuse, not the wallbox
    "simulation__house": "quiet",  # roof.py has the house
    "MeterValueSampleInterval": 10,
}
CAR: dict[str, Any] = {"command": "plug", "max_a": 16, "battery_wh": 60_000}


def start_day(household: Household, *, fast: bool) -> SolarDay:
    """Start both programs and the day; the first time the site is set up and the past filled in."""
    new = not (household.folder / "household.json").exists()
    household.start(fallback_current=6, lease_duration=60, maximum_current=16)
    speed, begins_s = (FAST_SPEED, float(DAY_BEGINS_S)) if fast else (1.0, None)
    day = SolarDay(household, speed=speed, begins_s=begins_s)
    with Background(day):
        if new:
            set_up_site(household, fast=fast)
            fill_energy_dashboard(household, fast=fast)
        choose(household, "solar")
        _plug(household)
    return day


def choose(household: Household, mode: str) -> None:
    """Choose the charging mode; without cards."""
    page, entities = household.home_assistant, household.entities
    page.act("switch.turn_on", entity_id=entities["free_charging"])
    wait_until(
        lambda: mode in _options(household), f"{mode} among the modes that can be chosen", 30
    )
    page.act("select.select_option", entity_id=entities["mode"], option=mode)


def _options(household: Household) -> list[str]:
    state = household.home_assistant.api("GET", f"/api/states/{household.entities['mode']}")
    return list(state["attributes"].get("options") or ())


def _plug(household: Household) -> None:
    world = household.wallbox.request(command="status")["world"]
    if not world["connectors"]["1"]["plugged"]:
        household.wallbox.request(**CAR)


def plan(household: Household, amount_kwh: float = 20) -> None:
    """Set the goal that the plan's chart shows, on the wallbox's page: tomorrow at seven."""
    page, entities = household.home_assistant, household.entities
    tomorrow = (datetime.now(ZONE) + timedelta(days=1)).date()
    page.act("number.set_value", entity_id=entities["plan_energy"], value=amount_kwh)
    due = f"{tomorrow.isoformat()} 07:00:00"
    page.act("datetime.set_value", entity_id=entities["plan_ready_by"], datetime=due)


def live_day(household: Household, *, fast: bool, say: Callable[..., None]) -> None:
    """Keep the day going until Ctrl-C, and the wallbox running as its service would."""
    new = not (household.folder / "household.json").exists()
    day = start_day(household, fast=fast)
    if new:
        plan(household)
    page = household.home_assistant
    path = make_dashboard(household, SITE_NAME, FAST_HISTORY_HOURS if fast else HISTORY_HOURS)
    say(f"open {page.url}{path} — no log-in on this computer", bold=True)
    say(f"energy dashboard: {page.url}/energy")
    say(f"account: {NAME}, password: {PASSWORD}; state: {household.folder}")
    if fast:
        say(f"a day of sun passes in {FAST_DAY_S / 60:g} minutes, and the next one follows")
    say("Ctrl-C ends the demo")
    while True:
        try:
            day.run(lambda: household.wallbox.running)
        except HarnessError:
            if household.wallbox.running:
                raise
        if (status := household.wallbox.wait(10)) != RESTART_EXIT_STATUS:
            raise HarnessError(f"the wallbox ended with status {status}")
        say("the wallbox restarts, as it was told")
        household.wallbox.start()


def run_day(folder: Path, home_assistant: Path) -> int:
    """One fast day in `folder`, charging in mode Solar only. 0 if the promises held, 1 if not."""
    household = Household(folder, home_assistant, **SOLAR_WALLBOX)
    began_s = time.monotonic()
    try:
        day = start_day(household, fast=True)
        print(f"ready after {time.monotonic() - began_s:.0f} s, at {_clock(day)}", flush=True)
        told = [int(day.second // 3600)]

        def goes_on() -> bool:
            if (hour := int(day.second // 3600)) != told[0]:
                told[0] = hour
                print(f"{_clock(day)}  {_why(household)}", flush=True)
            return day.second < DAY_ENDS_S

        day.run(goes_on)
    except HarnessError as error:
        print(error)
        print(household.wallbox.log_end())
        return 1
    finally:
        household.stop()
    return _print_table(day.tally, time.monotonic() - began_s)


def _why(household: Household) -> str:
    return household.home_assistant.state(household.entities["why"])


def _clock(day: SolarDay) -> str:
    hour, minute = divmod(int(day.second // 60), 60)
    return f"{hour:02d}:{minute:02d}"


def _print_table(tally: Tally, wall_s: float) -> int:
    sun, battery, grid = (each / 1000 for each in tally.sources_wh)
    total = sun + battery + grid
    share = sun / total if total else 0.0
    rows = {
        "charged": f"{total:.1f} kWh",
        "from the sun": f"{sun:.1f} kWh, {share:.0%}",
        "from the battery": f"{battery:.1f} kWh",
        "from the grid": f"{grid:.1f} kWh",
        "cost": f"{tally.cost:.2f} EUR",
        "starts": tally.starts,
        "highest phase": f"{tally.highest_a:.1f} A of {FUSE_A:g} A",
        "longest above the fuse": f"{tally.longest_over_s:.1f} s",
        "wall time": f"{wall_s:.0f} s",
    }
    width = max(map(len, rows))
    print()
    for name, value in rows.items():
        print(f"{name:<{width}}  {value}")
    held = tally.longest_over_s <= LONGEST_OVER_S and share > LEAST_SUN
    print(f"\n{'The promises held.' if held else 'A promise was broken.'}")
    return 0 if held else 1
