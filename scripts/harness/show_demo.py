"""`scripts/demo`: the show in a browser. A day passes in ten minutes, and the next one follows.

Sun, house and battery run ahead of the clock. Wallboxes, cars and Home Assistant keep to real time,
as do prices, by which plans are made, and all counters: where energy came from is only believed of
what can have flowed. With `slow` all keep to it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evse.app import RESTART_EXIT_STATUS
from scripts.harness.home_assistant import NAME, PASSWORD, HarnessError
from scripts.harness.house import Household
from scripts.harness.past import ANNA, BEN
from scripts.harness.roof import DAY_S
from scripts.harness.show import DASHBOARD, FIRST_NAME, OPTIONS, WALLBOX, Show
from scripts.harness.solar_day import DAY_BEGINS_S, DAY_ENDS_S

SHOW_DAY_S = 600.0
"""In so many seconds passes a day of the show, from sunrise to sunset; nights are left out."""
BEGINS_S = 9.5 * 3600
FAST: dict[str, Any] = {
    "speed": (DAY_ENDS_S - DAY_BEGINS_S) / SHOW_DAY_S,
    "begins_s": BEGINS_S,
    "counter_speed": 1.0,
    "clouds_last": 4.0,  # else they are over before anybody has seen them
    "nights": False,
}
PLANNED_KWH = 20
RESTART_S = 10

Say = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Turn:
    """At `hour` of the day, `act`."""

    hour: float
    tells: str
    act: Callable[[Show], None]


PROGRAMME = (
    Turn(7.5, "Anna drives to work", lambda show: show.go(show.names[0])),
    Turn(12.2, "Anna is back", lambda show: show.come(show.names[0], ANNA)),
    Turn(16.0, "Anna drives to the shops", lambda show: show.go(show.names[0])),
    Turn(17.5, "Anna is back", lambda show: show.come(show.names[0], ANNA)),
    Turn(18.0, "Ben drives away", lambda show: show.go(show.names[1])),
    Turn(20.0, "Ben is back", lambda show: show.come(show.names[1], BEN)),
)
"""What happens each day. When the show begins both cars come."""


def due(before_s: float, now_s: float) -> list[Turn]:
    """What happens between two seconds of the day; `now_s` before `before_s`: midnight passed."""
    end_s = now_s if now_s >= before_s else now_s + DAY_S
    return [
        turn
        for days in (0, 1)
        for turn in PROGRAMME
        if before_s < turn.hour * 3600 + days * DAY_S <= end_s
    ]


def make_show(
    folder: Path, home_assistant: Path, *, slow: bool, page_port: int, language: str
) -> Show:
    """Return the show, not started, whose state is in `folder`."""
    household = Household(
        folder,
        home_assistant,
        page_port=page_port,
        language=language,
        wanted=(),
        name=FIRST_NAME,
        **WALLBOX,
    )
    show = Show(household) if slow else Show(household, **FAST)
    show.add_second()
    return show


def start(show: Show) -> None:
    """Start all programs, the first time with all that lies behind."""
    new = show.household.is_new
    if new:
        show.seed_registers()
    show.household.start(**OPTIONS)
    with show.running():
        if new:
            show.set_up()
            first, second = show.names
            show.choose(first, "minimum_solar")
            show.choose(second, "solar")
            show.plan(second, PLANNED_KWH)


def live_show(show: Show, say: Say) -> None:
    """Keep the show going until Ctrl-C, and the wallboxes running as their services would."""
    began_s = time.monotonic()
    start(show)
    url, folder = show.page.url, show.household.folder
    say(f"open {url}{DASHBOARD} — no log-in on this computer", bold=True)
    say(f"ready after {time.monotonic() - began_s:.0f} s; energy dashboard: {url}/energy")
    say(f"account: {NAME}, password: {PASSWORD}; state: {folder}")
    if show.fast:
        say(f"a day passes in {SHOW_DAY_S / 60:g} minutes, and the next one follows")
    say("Ctrl-C ends the demo")
    with show.running():
        show.settle()
        for name, owner in zip(show.names, (ANNA, BEN), strict=True):
            show.come(name, owner)
    say("both cars are there")
    while True:
        try:
            _play(show, say)
        except HarnessError:
            if all(wallbox.running for wallbox in show.household.wallboxes.values()):
                raise
        _restart(show.household, say)


def _play(show: Show, say: Say) -> None:
    """Go on with day and programme while all wallboxes run."""
    before_s = show.day.second

    def goes_on() -> bool:
        nonlocal before_s
        for turn in due(before_s, show.day.second):
            minutes = int(turn.hour * 60)
            say(f"{minutes // 60:02d}:{minutes % 60:02d}  {turn.tells}")
            turn.act(show)
        before_s = show.day.second
        return all(wallbox.running for wallbox in show.household.wallboxes.values())

    show.day.run(goes_on)


def _restart(household: Household, say: Say) -> None:
    """Start a wallbox anew that asked for it (OCPP Reset)."""
    for name, wallbox in household.wallboxes.items():
        if wallbox.running:
            continue
        if (status := wallbox.wait(RESTART_S)) != RESTART_EXIT_STATUS:
            raise HarnessError(f"{name} ended with status {status}:\n{wallbox.log_end()}")
        say(f"{name} restarts, as it was told")
        wallbox.start()
