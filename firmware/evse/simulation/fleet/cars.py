"""Cars that come and go at a light charge point."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass

from evse.simulation.fleet.charge_point import ChargePoint

REASONS = ("Local", "EVDisconnected")
PLUG_S = (0.5, 3.0)
"""From the plug to the card, s."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How long cars stay and stay away (shortest, longest), and what they charge with."""

    session_s: tuple[float, float] = (600.0, 3600.0)
    pause_s: tuple[float, float] = (60.0, 1800.0)
    sample_s: float = 30.0
    power_w: tuple[float, float] = (3_600.0, 11_000.0)
    cards: tuple[str, ...] = ("CARD1", "CARD2", "CARD3")


async def come_and_go(point: ChargePoint, habits: Habits, chance: random.Random) -> None:
    """Charge one car after the other, until cancelled.

    A central system that stops a transaction ends the stay of its car. While a car is away the
    register is told too, at the same interval.
    """
    while True:
        await _wait(point, chance.uniform(*habits.pause_s), habits.sample_s)
        if point.session is None:  # nobody has started it from afar
            point.tell_status("Preparing")
            await asyncio.sleep(chance.uniform(*PLUG_S))
        point.power_w = chance.uniform(*habits.power_w)
        card = chance.choice(habits.cards)
        if point.session is None:
            if point.connected.is_set():
                point.tell("Authorize", {"idTag": card})
            point.start(card)
        session = point.session
        end_s = time.monotonic() + chance.uniform(*habits.session_s)
        while point.session is session and (left_s := end_s - time.monotonic()) > 0:
            await asyncio.sleep(min(habits.sample_s, left_s))
            _sample(point)
        if point.session is session:
            point.stop(chance.choice(REASONS))


async def _wait(point: ChargePoint, seconds: float, sample_s: float) -> None:
    end_s = time.monotonic() + seconds
    while point.session is None and (left_s := end_s - time.monotonic()) > 0:
        await asyncio.sleep(min(sample_s, left_s))
        if left_s > sample_s:
            _sample(point)


def _sample(point: ChargePoint) -> None:
    """Send a sample, unless earlier ones wait still: what is old tells nobody anything."""
    if point.connected.is_set() and not point.waiting:
        point.sample()
