"""A person who chooses something at Home Assistant now and then, and looks at the energies.

What was chosen, and was answered, must be there after whatever comes; of what was not answered
either the old or the new. No energy that was seen once may be lower later.
"""

from __future__ import annotations

import asyncio
import http.client
import random
from collections.abc import Iterator
from typing import Any

from scripts.harness.charging_day import ChargingDay
from scripts.harness.home_assistant import HarnessError
from scripts.harness.kept import Kept

PAUSE_S = (0.05, 0.6)
LIMITS_A = (6, 16)
PLANS_KWH = (1, 60)
AWAY = (OSError, HarnessError, http.client.HTTPException, ValueError)
"""What a request raises when the power goes in the midst of it."""

Key = tuple[str, str]
"""What was chosen (limit, plan, card), and of which wallbox or card."""


class Chooser:
    """The person; `wrong` has a sentence for each energy that fell."""

    def __init__(self, day: ChargingDay, chance: random.Random) -> None:
        self.wrong: list[str] = []
        self.choices = 0
        self._day = day
        self._chance = chance
        self._allowed: dict[Key, set[Any]] = {}
        self._seen_kwh: dict[str, float] = {}

    async def live(self, end: asyncio.Event) -> None:
        """Look and choose until the end, or until nobody answers any more."""
        try:
            while not end.is_set():
                await self.look()
                await self.choose()
                await asyncio.sleep(self._chance.uniform(*PAUSE_S))
        except AWAY:
            if not end.is_set():
                await end.wait()

    async def look(self) -> None:
        """Look at all energies."""
        for car in self._day.cars:
            kwh = await asyncio.to_thread(self._day.page.number, car.energy_id)
            if kwh is None:
                continue
            before = self._seen_kwh.get(car.name, kwh)
            if kwh < before:
                self.wrong.append(f"{car.name}: {kwh} kWh are shown after {before}")
            self._seen_kwh[car.name] = kwh

    async def choose(self) -> None:
        """Choose one thing; when this returns it was answered."""
        page, car = self._day.page, self._chance.choice(self._day.cars)
        identity = car.point.identity
        key: Key
        value: float | str
        match kind := self._chance.choice(("limit", "plan", "card")):
            case "limit":
                key, value = (kind, identity), self._chance.randint(*LIMITS_A)
                action, data = "number.set_value", {"entity_id": car.limit_id, "value": value}
            case "plan":
                key, value = (kind, identity), self._chance.randint(*PLANS_KWH)
                data = {"device_id": car.device_id, "plan": "work", "ready_by": "07:00"}
                action, data = "evse_ocpp.set_plan", {**data, "amount": value}
            case _:
                key, value = (kind, f"CARD{self._chance.randint(1, 3)}"), f"{self._chance.random()}"
                action, data = "evse_ocpp.set_card", {"id_tag": key[1], "name": value}
        self._allowed.setdefault(key, {None}).add(value)
        await asyncio.to_thread(lambda: page.act(action, **data))
        self._allowed[key] = {value}
        self.choices += 1

    def unkept(self, kept: Kept) -> Iterator[str]:
        """Tell what was chosen and is not on disk."""
        for (kind, whose), allowed in self._allowed.items():
            value: Any
            match kind:
                case "limit":
                    value = kept.limits_a.get(whose)
                case "plan":
                    value = kept.plans_kwh.get(whose, {}).get("work")
                case _:
                    value = kept.cards.get(whose)
            if None in allowed:  # nothing was ever answered: anything goes
                continue
            if value not in allowed:
                yield f"{kind} of {whose}: {value} is on disk, chosen was {allowed}"
            self._allowed[kind, whose] = {value}
