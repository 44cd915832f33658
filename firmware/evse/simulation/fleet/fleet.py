"""A fleet: its charge points, their cars, and what is told of all of them together."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ssl import SSLContext
from typing import Any

from evse.simulation.fleet.cars import Habits, come_and_go
from evse.simulation.fleet.charge_point import ChargePoint
from evse.simulation.fleet.figures import Figures
from evse.simulation.fleet.identities import password_of

ATTEMPTS = 5
"""A message that was refused so often is dropped: the fleet shall go on, whatever is refused."""

KEPT = 100
"""Calls and transactions that each remembers."""

DRAIN_S = 15.0
"""In the end, for the last StopTransactions."""


@dataclass
class Fleet:
    """Charge points with one central system; `run` connects them and lets cars come and go."""

    points: Sequence[ChargePoint]
    habits: Habits = field(default_factory=Habits)
    figures: Figures = field(default_factory=Figures)
    connect_per_s: float = 20.0
    seed: int = 1
    _links: list[asyncio.Task[None]] = field(default_factory=list)
    _cars: list[asyncio.Task[None]] = field(default_factory=list)
    _told: tuple[float, int] = (0.0, 0)

    @classmethod
    def of(
        cls,
        url: str,
        identities: Sequence[str],
        passwords: Mapping[str, str],
        password: str | None = None,
        *,
        ssl: SSLContext | None = None,
        habits: Habits | None = None,
        connect_per_s: float = 20.0,
        seed: int = 1,
    ) -> Fleet:
        """Return a fleet with these identities, each with a register of its own."""
        figures, chance = Figures(), random.Random(seed)
        points = [
            ChargePoint(
                url,
                identity,
                password_of(identity, passwords, password),
                register_wh=chance.uniform(0, 5_000_000),
                watcher=figures.watcher(),
                ssl=ssl,
                attempts=ATTEMPTS,
                keep=KEPT,
            )
            for identity in identities
        ]
        return cls(points, habits or Habits(), figures, connect_per_s, seed)

    async def run(self) -> None:
        """Connect one after the other, then go on until cancelled."""
        chance = random.Random(self.seed)
        try:
            for point in self.points:
                own = random.Random(chance.random())
                self._links.append(asyncio.create_task(point.run()))
                self._cars.append(asyncio.create_task(come_and_go(point, self.habits, own)))
                await asyncio.sleep(1 / self.connect_per_s)
            await asyncio.gather(*self._links)
        finally:
            await _end([*self._cars, *self._links])

    async def end_sessions(self) -> bool:
        """Let all cars leave, and tell it; return whether all of it was told in time."""
        await _end(self._cars)
        for point in self.points:
            point.stop()
        drained = (point.drained(DRAIN_S) for point in self.points)
        return all(await asyncio.gather(*drained))

    def summary(self) -> dict[str, Any]:
        """Return what there is to tell now: JSON values, units in the names."""
        figures, now_s = self.figures, time.monotonic()
        before_s, before = self._told
        self._told = (now_s, figures.answers)
        rate = (figures.answers - before) / (now_s - before_s) if before_s else 0.0
        return {
            "wallboxes": len(self.points),
            "connected": sum(point.connected.is_set() for point in self.points),
            "charging": sum(point.session is not None for point in self.points),
            "power_kw": round(sum(point.flowing_w for point in self.points) / 1000, 1),
            "waiting": sum(len(point.waiting) for point in self.points),
            "answers": figures.answers,
            "answers_per_s": round(rate, 1),
            "answer_ms": figures.latencies.as_ms(),
            "links_lost": figures.links_lost,
            "reconnection_ms": figures.reconnections.as_ms(),
            "refused": dict(figures.refused),
            "dropped": dict(figures.dropped),
            "problems": dict(figures.problems),
        }


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
