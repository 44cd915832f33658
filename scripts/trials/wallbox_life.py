"""What people and the central system do at a wallbox, one thing after another, and what they know.

Everything is noted before it is asked for, and confirmed when the wallbox has answered: after a
power cut what was confirmed must be there, and what was under way may be.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from evse.core.faults import LATCHED, Fault
from evse.local.client import ControlError, request
from scripts.harness.card_wallbox import CardWallbox
from scripts.harness.light_central import LightCentral

STORED_S = 0.5
"""A fault that was seen for so long is on disk; it is stored behind the control turn's back."""

LATCHING = (Fault.RESIDUAL_CURRENT,)
"""What happens here. (A welded contactor would let a car charge outside of all sessions.)"""
SETTINGS = ("ocpp.meter_value_sample_interval_s", "ocpp.connection_timeout_s")
"""Changed together, to the same value: one without the other would be half a change."""

TAGS = tuple(f"04{number:06X}" for number in range(12))
THINK_S = 0.25
"""Between two things, s, at most."""


T = TypeVar("T")


Thing = Callable[[], Coroutine[Any, Any, None]]


@dataclass
class Known(Generic[T]):
    """A value that was confirmed, and one that was asked for and may be in force."""

    confirmed: T
    asked: T

    def is_fine(self, found: T) -> bool:
        """Whether what was found is one of both; it is the confirmed one from now on."""
        fine = found in (self.confirmed, self.asked)
        self.confirmed = self.asked = found
        return fine


@dataclass
class Life:
    """Lives at one wallbox until cancelled. `wrong`: what it saw that must not be."""

    box: CardWallbox
    central: LightCentral
    draw: random.Random
    wrong: list[str] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)
    interval_s: Known[int] = field(default_factory=lambda: Known(0, 0))
    cards: Known[frozenset[str]] = field(default_factory=lambda: Known(frozenset(), frozenset()))
    list_version: Known[int] = field(default_factory=lambda: Known(0, 0))
    operative: Known[bool] = field(default_factory=lambda: Known(True, True))
    latched: dict[str, float] = field(default_factory=dict)
    """Faults that nobody has acknowledged, with the time at which they were first seen."""

    @property
    def identity(self) -> str:
        """Of the wallbox."""
        return str(self.box.settings["ocpp.identity"])

    async def ask(self, command: str, **fields: Any) -> dict[str, Any]:
        """Return the answer. ControlError when there is none, or it is refused."""
        answer = await request(self.box.folder, {"command": command, **fields})
        if not answer["ok"]:
            raise ControlError(f"{command}: {answer['error']}")
        return answer

    async def run(self, *, charging: bool) -> None:
        """Do one thing after another until cancelled; `charging`: nothing that keeps a car from it.

        What is refused, as a second plug is, or has no answer any more, is left.
        """
        things: dict[Thing, int] = {
            self._charge: 6,
            self._unplug: 1,
            self._set: 3,
            self._import: 1,
            self._card: 3,
            self._network: 2,
            self._local_list: 2,
            self._look: 4,
        }
        if charging:
            await self._do(self._make_ready)
        else:
            things |= {self._fault: 3, self._acknowledge: 3, self._availability: 2}
        while True:
            (thing,) = self.draw.choices(list(things), list(things.values()))
            await self._do(thing)
            await asyncio.sleep(self.draw.uniform(0, THINK_S))

    async def _do(self, thing: Thing) -> None:
        with suppress(ControlError):
            await thing()
            name = thing.__name__.strip("_")
            self.done[name] = self.done.get(name, 0) + 1

    async def _make_ready(self) -> None:
        """End what keeps cars from charging."""
        for fault in LATCHING:
            await self.ask("clear", fault=fault)
        await self._acknowledge()
        if not self.operative.confirmed:
            await self._availability()

    async def _charge(self) -> None:
        """Plug in and begin, or hold a card to the reader of a wallbox that charges."""
        connector = (await self.ask("status"))["connectors"]["1"]
        if connector["phase"] == "idle":
            await self.ask("plug", max_a=32, start_delay_s=0, reaction_s=0)
            await asyncio.sleep(self.draw.uniform(0, 0.3))
        if connector["transaction"] is None or self.draw.random() < 0.1:
            await self.ask("card", uid=TAGS[0])
        await asyncio.sleep(self.draw.uniform(0, 1.5))

    async def _unplug(self) -> None:
        await self.ask("unplug")

    async def _set(self) -> None:
        self.interval_s.asked = self.draw.randint(10, 9999)
        await self.ask("settings-set", values=dict.fromkeys(SETTINGS, self.interval_s.asked))
        self.interval_s.confirmed = self.interval_s.asked

    async def _import(self) -> None:
        self.interval_s.asked = self.draw.randint(10, 9999)
        values = dict.fromkeys(SETTINGS, self.interval_s.asked)
        await self.ask("settings-import", values=values, apply=True)
        self.interval_s.confirmed = self.interval_s.asked

    async def _card(self) -> None:
        tag, known = self.draw.choice(TAGS), self.cards.confirmed
        if tag in known:
            self.cards.asked = known - {tag}
            await self.ask("cards-delete", tag=tag)
        else:
            self.cards.asked = known | {tag}
            await self.ask("cards-insert", tag=tag)
        self.cards.confirmed = self.cards.asked

    async def _network(self) -> None:
        await self.ask("network", up=False)
        await asyncio.sleep(self.draw.uniform(0, 1))
        if self.draw.random() < 0.7:
            await self.ask("network", up=True)

    async def _fault(self) -> None:
        fault = self.draw.choice(LATCHING)
        await self.ask("fault", fault=fault)
        await asyncio.sleep(0.4)
        await self._look()
        await self.ask("clear", fault=fault)

    async def _acknowledge(self) -> None:
        for fault in list(self.latched):
            await self.ask("clear", fault=fault)
            self.latched.pop(fault)  # from now on it may be gone
            await self.ask("press", fault=fault, authority="installer")

    async def _local_list(self) -> None:
        self.list_version.asked = self.list_version.confirmed + 1
        cards = [{"idTag": tag, "idTagInfo": {"status": "Accepted"}} for tag in TAGS[:3]]
        payload = {
            "listVersion": self.list_version.asked,
            "updateType": "Full",
            "localAuthorizationList": cards,
        }
        answer = await self.central.call(self.identity, "SendLocalList", payload)
        if answer == {"status": "Accepted"}:
            self.list_version.confirmed = self.list_version.asked

    async def _availability(self) -> None:
        self.operative.asked = not self.operative.confirmed
        kind = "Operative" if self.operative.asked else "Inoperative"
        payload = {"connectorId": 1, "type": kind}
        answer = await self.central.call(self.identity, "ChangeAvailability", payload)
        if answer is not None and answer["status"] in {"Accepted", "Scheduled"}:
            self.operative.confirmed = self.operative.asked

    async def _look(self) -> None:
        """Note which faults are latched; look for what must never be."""
        status = await self.ask("status")
        connector, world = status["connectors"]["1"], status["world"]["connectors"]["1"]
        now_s = time.monotonic()
        for fault in connector["faults"]:
            if fault in LATCHED:
                self.latched.setdefault(fault, now_s)
        closed = world["contactor_closed"] and Fault.CONTACTOR_WELDED not in world["faults"]
        for reason in {*connector["faults"]} & {*LATCHING}:
            if closed:
                self.wrong.append(f"{self.identity}: the contactor is closed with {reason}")
        if closed and connector["transaction"] is None:
            self.wrong.append(f"{self.identity}: the contactor is closed without a transaction")

    async def check(self) -> None:
        """After a power cut: what was confirmed is there."""
        stored_by_s, status = time.monotonic() - STORED_S, await self.ask("status")
        faults = set(status["connectors"]["1"]["faults"])
        for fault, seen_s in list(self.latched.items()):
            if seen_s <= stored_by_s and fault not in faults:
                self._miss("latched faults", sorted(self.latched), sorted(faults))
                del self.latched[fault]
        answer = await self.ask("settings-get", keys=list(SETTINGS))
        values = [setting["value"] for setting in answer["settings"]]
        if len(set(values)) != 1 and self.interval_s.confirmed:
            self._miss("settings", "one change of both", values)
        if self.interval_s.asked:
            self._compare("settings", self.interval_s, values[0])
        told = (await self.ask("cards-list"))["cards"]
        self._compare("whitelist", self.cards, frozenset(card["uid"] for card in told))

    async def check_online(self) -> None:
        """What the central system has confirmed, as soon as it is connected again."""
        answer = await self.central.call(self.identity, "GetLocalListVersion", {})
        if answer is not None:
            self._compare("local list", self.list_version, max(0, answer["listVersion"]))

    def _compare(self, what: str, known: Known[Any], found: Any) -> None:
        wanted = (known.confirmed, known.asked)
        if not known.is_fine(found):
            self._miss(what, wanted, found)

    def _miss(self, what: str, wanted: Any, found: Any) -> None:
        self.wrong.append(f"{self.identity}: {what}: {wanted} was confirmed, there is {found}")
