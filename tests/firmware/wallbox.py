"""A whole wallbox on virtual time: the station on a simulated world, and a central system that
says what the test sets. Settings, transactions and values are in a real database.

A power cut is `power_cut()`: whatever was not on disk is gone, the world and its cars stay.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from evse.core.limits import Limit
from evse.core.session import Phase
from evse.lines.failure import Failure
from evse.lines.modbus import ModbusLines
from evse.metering import Metering
from evse.meters.reading import MeterError, MeterReading
from evse.ocpp.port import IdTagInfo
from evse.settings.values import Settings
from evse.simulation.car import Car
from evse.simulation.world import Connector as WorldConnector
from evse.simulation.world import MeterFault, MeterPlace, MeterSample, World
from evse.station import Station
from evse.storage.database import Database
from evse.storage.transactions import TransactionRecord, Transactions
from evse.storage.values import Values
from evse.wiring import boards_of, world_of
from tests.firmware.virtual_clock import VirtualClock

EPOCH = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ACCEPTED = IdTagInfo("Accepted")
PROMPT = Car(reaction_s=0.0, start_delay_s=0.0, ramp_up_a_per_s=100.0, ramp_down_a_per_s=1000.0)
"""A car that follows the pilot at once, so that little virtual time is needed."""

TURN_S = 0.05
"""The control turn in these tests, s: the longest with which a contactor opens within 100 ms."""

CALM = ("simulation.house=quiet", "loadmanagement.dlb_function=Disable")
TWO = "installation.connectors=2"
FREE = "authorization.free_charging=true"
FAMILY = IdTagInfo("Accepted", parent_id_tag="FAMILY")


@dataclass
class FakeCentral:
    """Answers as the test sets, stores what has to be on disk, and keeps what it was told."""

    transactions: Transactions
    connected: bool = True
    queue_full: bool = False
    cards: dict[str, IdTagInfo | None] = field(default_factory=dict)  # the others are accepted
    profiles: dict[int, Limit] = field(default_factory=dict)
    error: Exception | None = None  # raised instead of storing
    may_store: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[str] = field(default_factory=list)
    attempts: int = 0
    started: list[TransactionRecord] = field(default_factory=list)
    stopped: list[TransactionRecord] = field(default_factory=list)
    statuses: list[tuple[int, str, str]] = field(default_factory=list)
    limits: list[tuple[int, str, float]] = field(default_factory=list)
    house: list[tuple[float, float, float]] = field(default_factory=list)
    station: Station | None = None

    def __post_init__(self) -> None:
        self.may_store.set()

    async def authorize(self, id_tag: str) -> IdTagInfo | None:
        self.asked.append(id_tag)
        if not self.connected:
            return None
        return self.cards.get(id_tag, ACCEPTED)

    async def transaction_started(self, record: TransactionRecord) -> None:
        await self._store()
        await self.transactions.start(record, {})
        self.started.append(record)

    async def transaction_stopped(self, record: TransactionRecord) -> None:
        await self._store()
        await self.transactions.stop(record, {})
        self.stopped.append(record)

    async def _store(self) -> None:
        self.attempts += 1
        await self.may_store.wait()
        if self.error is not None:
            raise self.error

    def status_changed(self, connector_id: int) -> None:
        report = self.station.status(connector_id)
        self.statuses.append((connector_id, report.status, report.error_code))

    def house_current_changed(self, house_a: tuple[float, float, float]) -> None:
        self.house.append(house_a)

    def limit_changed(self, connector_id: int, winner: Limit) -> None:
        self.limits.append((connector_id, winner.source, winner.amps))

    def limit(self, connector_id: int, now: datetime, now_s: float) -> Limit | None:
        return self.profiles.get(connector_id)

    def set_network(self, up: bool) -> None:
        self.connected = up

    def told(self, connector_id: int) -> list[str]:
        """The statuses that it was told of a connector, in order."""
        return [status for number, status, _ in self.statuses if number == connector_id]


@dataclass(frozen=True)
class WorldMeter:
    """A meter of the world, read directly; it fails when the world says so."""

    clock: VirtualClock
    world: World
    place: MeterPlace
    connector_id: int = 1

    async def read(self) -> MeterReading:
        if self.world.meter_fault(self.place, self.connector_id) is not MeterFault.NONE:
            raise MeterError(Failure.TIMEOUT, "no answer within 1 s")
        self.world.advance(self.clock.monotonic())
        sample, energy_wh = self._sample()
        return MeterReading(
            self.clock.monotonic(), sample.current_a, sample.voltage_v, sample.power_w, energy_wh
        )

    def _sample(self) -> tuple[MeterSample, float | None]:
        if self.place is MeterPlace.HOUSE:
            return self.world.house_sample(), None
        register_wh = self.world.connectors[self.connector_id].register_wh
        return self.world.charger_sample(self.connector_id), register_wh


class Wallbox:
    """See the module; made by a `Workshop`."""

    def __init__(
        self, state_dir: Path, clock: VirtualClock, database: Database, settings: Settings
    ) -> None:
        self.state_dir = state_dir
        self.clock = clock
        self.database = database
        self.settings = settings
        self.transactions = Transactions(database)
        self.values = Values(database)
        self.world = world_of(settings, clock, state_dir)
        self.boards: dict[int, Any] = dict(boards_of(settings, self.world, clock, ModbusLines()))
        self.central = FakeCentral(self.transactions)
        self.station = Station(settings, clock, self.boards, self.transactions, self.values)
        self.metering = Metering(
            clock,
            settings["meter.interval_s"],
            {
                number: WorldMeter(clock, self.world, MeterPlace.CHARGER, number)
                for number in self.world.connectors
            },
            WorldMeter(clock, self.world, MeterPlace.HOUSE),
            self.station.charger_metered,
            self.station.house_metered,
        )
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    async def open(cls, state_dir: Path, *overrides: str, epoch: datetime = EPOCH) -> "Wallbox":
        """A wallbox that does not run yet."""
        database = await Database.open(state_dir / "evse.sqlite")
        settings = await Settings.load(Values(database), overrides=overrides)
        return cls(state_dir, VirtualClock(epoch), database, settings)

    async def start(self) -> None:
        """Run, until the first control turn has been made."""
        self.station.join(self.central)
        self.central.station = self.station
        await self.station.restore()
        self._tasks = [
            asyncio.create_task(self.station.run()),
            asyncio.create_task(self.metering.run()),
        ]
        while not self.central.statuses:
            self._look_for_crashes()
            await asyncio.sleep(0)
        await self._settle()

    async def stop(self) -> None:
        """End at once, as when the power goes."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.database.close()

    async def run(self, seconds: float, look: Callable[[], None] = lambda: None) -> None:
        """Let `seconds` pass, and `look` after whatever happened at an instant."""
        end_s = self.clock.monotonic() + seconds
        await self._settle()
        while (due_s := self.clock.next_due_s()) is not None and due_s <= end_s:
            self.clock.advance(max(0.0, due_s - self.clock.monotonic()))
            await self._settle()
            look()
        self.clock.advance(end_s - self.clock.monotonic())
        await self._settle()

    async def until(self, condition: Callable[[], Any], within_s: float = 15.0) -> float:
        """Run until it holds; how long that took, s."""
        start_s = self.clock.monotonic()
        while not condition():
            passed_s = self.clock.monotonic() - start_s
            assert passed_s < within_s, f"not within {within_s} s; {self.central.statuses[-3:]}"
            await self.run(TURN_S)
        return round(self.clock.monotonic() - start_s, 6)

    async def soon(self, call: Any, within_s: float = 30.0) -> Any:
        """The result of a call that needs time to pass."""
        task = asyncio.ensure_future(call)
        await self.until(task.done, within_s)
        return task.result()

    def _look_for_crashes(self) -> None:
        for task in self._tasks:
            if task.done():
                task.result()

    async def _settle(self) -> None:
        """Let everybody act who can act now, and the disk do what it was asked for."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(0)
        while loop._ready or self.database._writer.locked():  # noqa: ASYNC110
            await asyncio.sleep(0)
        self._look_for_crashes()

    # ---- what people do, and what can be seen

    def plug(self, number: int = 1, car: Car = PROMPT, cable_a: int = 32, **changes: Any) -> None:
        self.world.plug(number, replace(car, **changes), cable_a)

    async def card(self, uid: str, connector_id: int | None = None) -> None:
        await self.station.card(connector_id, uid)

    async def charge(self, number: int = 1, uid: str = "A1", **car: Any) -> None:
        """Plug in, hold a card to the reader, and see energy flow."""
        self.plug(number, **car)
        await self.until(lambda: self.status(number) == "Preparing")
        await self.card(uid, number)
        await self.until(lambda: self.status(number) == "Charging")

    def status(self, number: int = 1) -> str:
        return self.station.status(number).status

    def phase(self, number: int = 1) -> Phase:
        return self.station.connectors[number].session.phase

    def offered_a(self, number: int = 1) -> float:
        return self.station.connectors[number].controller.offered_a

    def closed(self, number: int = 1) -> bool:
        return self.at(number).contactor_closed

    def at(self, number: int = 1) -> WorldConnector:
        return self.world.connectors[number]


@dataclass
class Workshop:
    """Makes wallboxes in one folder and switches them off."""

    state_dir: Path
    made: list[Wallbox] = field(default_factory=list)

    async def __call__(self, *overrides: str, epoch: datetime = EPOCH) -> Wallbox:
        wallbox = await Wallbox.open(self.state_dir, *CALM, *overrides, epoch=epoch)
        self.made.append(wallbox)
        await wallbox.start()
        return wallbox

    async def power_cut(self, *overrides: str, dark_s: float = 60.0) -> Wallbox:
        """The last wallbox as it comes up again after `dark_s`."""
        before = self.made.pop()
        before.world.save()
        await before.stop()
        return await self(*overrides, epoch=before.clock.utcnow() + timedelta(seconds=dark_s))


@contextlib.asynccontextmanager
async def workshop(state_dir: Path) -> AsyncIterator[Workshop]:
    """A workshop which is tidied up."""
    shop = Workshop(state_dir)
    try:
        yield shop
    finally:
        for wallbox in shop.made:
            await wallbox.stop()
