"""The wallbox program through days in minutes, with cars that come and go by themselves.

    python -m scripts.harness.fast_wallbox run --state FOLDER …

What `evse` is given, it is given. Where nothing happens its clock takes longer steps than a real
one may: this is for what grows with time, not for what is decided within a turn. It needs the
simulated board.
"""

from __future__ import annotations

import asyncio
import random
from datetime import datetime
from pathlib import Path

from evse import __main__ as program
from evse import app, wiring
from evse.clock import Clock
from evse.settings.values import Settings
from evse.simulation.car import Car
from evse.simulation.clock import AcceleratedClock
from evse.simulation.world import World

SPEED = 1e6
"""More than any machine can do: the clock goes as fast as its steps allow."""

EVENT_STEP_S = 0.1
"""While a plug moves: the longest step of a real one, s."""

CHARGE_STEP_S = 2.0
"""While a car charges: below the lease of the board's commands, s."""

IDLE_STEP_S = 60.0
"""While nobody is there, s."""

AROUND_EVENT_S = 40.0
STAY_H, GONE_H = (0.3, 1.0), (2.0, 8.0)
CABLE_A = 32


class LeapingClock(AcceleratedClock):
    """Simulated time whose longest step can be chosen while it runs."""

    def __init__(self, epoch: datetime | None = None) -> None:
        """Begin with the steps of events, for the start is one."""
        super().__init__(SPEED, EVENT_STEP_S, epoch)

    def leap(self, step_s: float) -> None:
        """Take steps of at most so long from now on."""
        self._max_step_s = step_s


class BusyWorld(World):
    """A world in which cars come and go at the first connector."""

    async def run(self) -> None:
        """Run it, and the cars."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(super().run())
            tasks.create_task(self._come_and_go(random.Random(1)))

    async def _come_and_go(self, chance: random.Random) -> None:
        clock = self._clock
        if not isinstance(clock, LeapingClock):
            raise TypeError(f"clock: came {clock!r}, allowed is a LeapingClock")
        await clock.sleep(AROUND_EVENT_S)
        while True:
            await self._wait(clock, chance.uniform(*GONE_H), IDLE_STEP_S)
            self.plug(1, Car(battery_wh=chance.uniform(2_000, 30_000)), CABLE_A)
            await clock.sleep(AROUND_EVENT_S)
            await self._wait(clock, chance.uniform(*STAY_H), CHARGE_STEP_S)
            self.unplug(1)
            await clock.sleep(AROUND_EVENT_S)

    async def _wait(self, clock: LeapingClock, hours: float, step_s: float) -> None:
        clock.leap(step_s)
        await clock.sleep(hours * 3600)
        clock.leap(EVENT_STEP_S)


def _clock_of(_: Settings) -> Clock:
    return LeapingClock()


def _world_of(settings: Settings, clock: Clock, state_dir: Path) -> World:
    world = _usual_world_of(settings, clock, state_dir)
    world.__class__ = BusyWorld  # it is made of the settings, and only its `run` differs
    return world


_usual_world_of = wiring.world_of


def main() -> None:
    """Be `evse`, with that clock and that world."""
    setattr(app, "clock_of", _clock_of)  # noqa: B010 - not exported there
    setattr(app, "world_of", _world_of)  # noqa: B010
    program.main()


if __name__ == "__main__":
    main()
