"""A wallbox without current for the tests of `cards`: outlets, a reader, a whitelist, a backend.

Connectors are plain sessions, the decision is the real one of `ocpp.authorization`, and errands run
when the test says so, as the answer of a central system comes when it likes.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ocpp.v16 import call_result

from evse.cards import Cards
from evse.core import session as core_session
from evse.core.reservation import Access, Reservation, access
from evse.core.session import (
    Phase,
    Plugged,
    SessionRules,
    SessionState,
    StartTransaction,
    Tick,
    Unplugged,
)
from evse.core.status import ChargePointStatus
from evse.ocpp.authorization import Authorization
from evse.ocpp.charge_point import CallRefused, NoAnswer
from evse.ocpp.port import IdTagInfo
from evse.settings.table import SETTINGS


class PlainSettings(dict[str, Any]):
    """The settings' defaults, with what the test changes."""

    def __init__(self, changes: dict[str, Any]) -> None:
        super().__init__({setting.key: setting.default for setting in SETTINGS} | changes)
        self.subscribers: list[Callable[[str], None]] = []

    def subscribe(self, callback: Callable[[str], None]) -> Callable[[], None]:
        self.subscribers.append(callback)
        return lambda: self.subscribers.remove(callback)

    def change(self, key: str, value: Any) -> None:
        self[key] = value
        for subscriber in self.subscribers:
            subscriber(key)


class StoppedClock:
    """It stands until the test moves it."""

    now_s = 0.0

    def monotonic(self) -> float:
        return self.now_s

    def utcnow(self) -> datetime:
        return datetime(2026, 3, 1, tzinfo=UTC)


class Cache:
    """Where the authorization keeps its cards: nowhere."""

    async def save_card(self, card: Any, keep: int) -> None:
        pass


@dataclass
class Outlet:
    """A connector as `Cards` sees it: a session, and whether it works."""

    id: int
    session: SessionState = field(default_factory=SessionState)
    works: bool = True
    started: list[str] = field(default_factory=list)
    on_start: Callable[[str], None] = lambda id_tag: None

    @property
    def status(self) -> ChargePointStatus:
        return ChargePointStatus.AVAILABLE if self.works else ChargePointStatus.FAULTED

    def handle(self, event: core_session.Event) -> None:
        self.session, actions = core_session.step(self.session, event, SessionRules(), 0.0)
        for action in actions:
            if isinstance(action, StartTransaction):
                self.started.append(action.id_tag)
                self.on_start(action.id_tag)

    def withdraw(self) -> None:
        if self.session.phase is Phase.AUTHORIZED:
            self.session = SessionState()


class Stand:
    """A wallbox without current: `outlets`, a reader, a whitelist, a backend."""

    def __init__(self, *, outlets: int = 1, **changes: Any) -> None:
        keys = {name.replace("__", "."): value for name, value in changes.items()}
        self.settings = PlainSettings(keys)
        self.clock = StoppedClock()
        self.connected = True
        self.answers: dict[str, str | None] = {}  # None: no answer; others are accepted
        self.groups: dict[str, str] = {}
        self.whitelist: set[str] = set()
        self.kept: dict[int, Reservation] = {}
        self.asked: list[str] = []
        self.told: list[bool] = []
        self.errands: list[Coroutine[Any, Any, None]] = []
        self.outlets = {number: Outlet(number) for number in range(1, outlets + 1)}
        self.authorization = Authorization(
            self.settings,  # type: ignore[arg-type]
            Cache(),  # type: ignore[arg-type]
            self.clock,  # type: ignore[arg-type]
            [],
            lambda id_tag: id_tag.casefold() in self.whitelist,
        )
        self.cards = Cards(
            self.outlets,  # type: ignore[arg-type]
            self.settings,  # type: ignore[arg-type]
            self.clock,  # type: ignore[arg-type]
            self,  # type: ignore[arg-type]
            lambda number: True,
            self.errands.append,
            self.access,
        )
        self.cards.subscribe(self.told.append)

    def access(self, number: int, id_tag: str, parent_id_tag: str | None) -> Access:
        keeper = self.kept.get(number)
        return access((keeper,) if keeper else (), id_tag, parent_id_tag)

    def reserve(self, number: int, id_tag: str = "MINE", group: str | None = None) -> None:
        until = self.clock.utcnow() + timedelta(hours=1)
        self.kept[number] = Reservation(number, number, id_tag, group, until)

    async def authorize(self, id_tag: str) -> IdTagInfo | None:
        return await self.authorization.authorize(id_tag, self)

    async def request(self, payload: Any) -> Any:
        self.asked.append(payload.id_tag)
        status = self.answers.get(payload.id_tag, "Accepted")
        if status is None:
            raise NoAnswer("Authorize: no answer")
        if status == "CallError":
            raise CallRefused("Authorize: InternalError")
        info = {"status": status, "parent_id_tag": self.groups.get(payload.id_tag)}
        return call_result.Authorize(info)

    def turn(self) -> None:
        for outlet in self.outlets.values():
            outlet.handle(Tick())
            self.cards.turned(outlet)  # type: ignore[arg-type]

    def run(self, errands: int = 100) -> None:
        """Let so many errands come to their end, in order; none of them waits for time."""
        for _ in range(min(errands, len(self.errands))):
            errand = self.errands.pop(0)
            with pytest.raises(StopIteration):
                errand.send(None)

    def plug(self, number: int = 1) -> None:
        self.outlets[number].handle(Plugged())
        self.turn()

    def unplug(self, number: int = 1) -> None:
        self.outlets[number].handle(Unplugged())
        self.turn()

    def card(self, uid: str = "CARD", number: int | None = None) -> None:
        self.cards.present(number, uid)
        self.run()
        self.turn()

    def phase(self, number: int = 1) -> Phase:
        return self.outlets[number].session.phase
