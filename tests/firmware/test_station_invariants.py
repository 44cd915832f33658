"""The invariants of docs/invariants.md seen from the world, on generated lives of a whole wallbox.

Cars come and go at two connectors, cards are held, the central system asks, parts fail, the disk
is full, the power goes. Whatever happens, the contactors, the currents and the stored transactions
are watched after each instant. The examples are the same in every run.
"""

import asyncio
import sqlite3
import tempfile
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st

from evse import station
from evse.core.faults import STOPPING, Clears, Fault
from evse.core.limits import Limit, Source
from evse.core.timing import EV_RELEASE_S, RESTART_WAIT_S
from evse.ocpp.port import IdTagInfo
from evse.simulation.world import MeterFault, MeterPlace
from tests.firmware.wallbox import Wallbox, Workshop, workshop

LONG_TURN_S = 0.1
"""The longest control turn of docs/invariants.md, to spare real time."""

FOLLOWS_S = 3 * LONG_TURN_S
"""A prompt car has followed the pilot after this time."""

SUPPLY_A = 40.0
BOX = (
    "installation.connectors=2",
    f"InstallationMaximumCurrent={SUPPLY_A}",
    "loadmanagement.dlb_function=DLB",
    "DlbMaximumCurrent=63",
    "DlbFallbackCurrent=20",
    "DlbSettleTime=2",
    "ConnectionTimeOut=15",
    "RestartTransactionAfterPowerLoss=true",
)
CARDS = {"A1": IdTagInfo("Accepted", "FAMILY"), "A2": IdTagInfo("Accepted", "FAMILY")}
CARDS |= {"X": IdTagInfo("Blocked"), "B1": IdTagInfo("Accepted")}
FULL = sqlite3.OperationalError("database or disk is full")
FAULTS = sorted(set(Fault) - {Fault.METER, Fault.OVER_CURRENT})  # those two: by other means, never

ACTS = (
    *("plug", "card") * 5,
    *("unplug", "remote_start", "fault", "repair", "acknowledge") * 2,
    *("stubborn", "remote_stop", "refuse", "network", "availability", "unlock", "house"),
    *("meter", "disk", "profile", "power_cut", "wait"),
)


@dataclass(frozen=True)
class Act:
    """Something happens at a connector, then `seconds` pass. `choice` is for what it needs more."""

    what: str
    number: int
    choice: int
    seconds: float


def life(random: Random) -> list[Act]:
    """What happens in one life; beside what is drawn, a charge is begun at each connector."""
    drawn = [
        Act(what, random.choice((1, 2)), random.randrange(60), random.choice((0.0, 0.2, 1.0, 4.0)))
        for what in random.choices(ACTS, k=16)
    ]
    return [
        *(Act(what, 1, 0, 1.0) for what in ("plug", "remote_start")),
        *drawn[:8],
        *(Act(what, 2, 1, 1.0) for what in ("plug", "card")),
        *drawn[8:],
    ]


LIVES = st.randoms(use_true_random=True).map(life)
"""From seeds: lists of acts that Hypothesis makes itself repeat few of them too often."""


@dataclass
class Watch:
    """What has to be remembered of one connector."""

    offered: deque[tuple[float, float]] = field(default_factory=deque)
    offer_ended_s: float = 0.0
    was_offered: bool = False
    was_closed: bool = False
    opened_s: float | None = None
    stubborn: bool = False


class Life:
    """One wallbox over all its power cuts."""

    def __init__(self, shop: Workshop, reached: Counter[str]) -> None:
        self.shop = shop
        self.reached = reached
        self.watches = {1: Watch(), 2: Watch()}
        self.over_supply_s = 0.0
        self.server_ids = 0
        self.blurred = False  # a power cut or a silent meter may cost the last of the energy

    @property
    def box(self) -> Wallbox:
        return self.shop.made[-1]

    async def live(self, acts: list[Act]) -> None:
        await self.shop(*BOX)
        self.box.central.cards = dict(CARDS)
        for act in acts:
            await getattr(self, act.what)(act)
            await self.box.run(act.seconds, self.look)
        await self.end()

    # ---- what may happen

    async def plug(self, act: Act) -> None:
        if not self.box.at(act.number).car_state.plugged:
            self.watches[act.number].stubborn = act.what == "stubborn"
            self.box.plug(
                act.number, max_a=(16.0, 32.0)[act.choice % 2], obedient=act.what != "stubborn"
            )

    stubborn = plug

    async def unplug(self, act: Act) -> None:
        if self.box.at(act.number).car_state.plugged:
            self.box.world.unplug(act.number)

    async def card(self, act: Act) -> None:
        await self.box.card(sorted(CARDS)[act.choice % 4], (None, act.number)[act.choice % 2])

    async def remote_start(self, act: Act) -> None:
        await self.box.station.remote_start((None, act.number)[act.choice % 2], "R1")

    async def remote_stop(self, act: Act) -> None:
        await self._answer(act.number, "Accepted")
        await self.box.station.remote_stop(self.server_ids)

    async def refuse(self, act: Act) -> None:
        await self._answer(act.number, "Invalid")

    async def _answer(self, number: int, status: str) -> None:
        if (record := self.box.station.running_transaction(number)) is not None:
            self.server_ids += 1
            info = IdTagInfo(status)
            self.box.station.transaction_answered(record.local_id, self.server_ids, info)

    async def fault(self, act: Act) -> None:
        self.box.world.inject(act.number, FAULTS[act.choice % len(FAULTS)])

    async def repair(self, act: Act) -> None:
        for fault in tuple(self.box.at(act.number).faults):
            self.box.world.repair(act.number, fault)
        await self.box.run(LONG_TURN_S)  # a welded contactor moves with the next command

    async def acknowledge(self, act: Act) -> None:
        for fault in self.box.station.connectors[act.number].controller.latched:
            try:
                self.box.station.acknowledge(fault, act.number, Clears.INSTALLER)
            except ValueError:
                self.reached["a fault that is still there"] += 1

    async def network(self, act: Act) -> None:
        self.box.central.set_network(bool(act.choice % 2))

    async def availability(self, act: Act) -> None:
        operative = bool(act.choice % 3)
        await self.box.station.change_availability((0, act.number)[act.choice % 2], operative)

    async def unlock(self, act: Act) -> None:
        unlocking = asyncio.create_task(self.box.station.unlock(act.number))
        while not unlocking.done():
            await self.box.run(LONG_TURN_S, self.look)
        self.reached[unlocking.result()] += 1

    async def house(self, act: Act) -> None:
        self.box.world.extra_a = (float(act.choice), 0.0, 5.0)

    async def meter(self, act: Act) -> None:
        self.blurred = True
        place = (MeterPlace.HOUSE, MeterPlace.CHARGER)[act.choice % 2]
        fault = (MeterFault.SILENT, MeterFault.NONE)[act.choice % 4 // 2]
        self.box.world.fail_meter(place, act.number, fault)

    async def disk(self, act: Act) -> None:
        self.box.central.error = (FULL, None)[act.choice % 2]
        self.reached["a full disk"] += act.choice % 2 == 0

    async def profile(self, act: Act) -> None:
        self.box.central.profiles = {act.number: Limit(Source.CENTRAL, float(act.choice))}

    async def wait(self, act: Act) -> None:
        await self.box.run(12.0, self.look)

    async def power_cut(self, act: Act) -> None:
        self.blurred = True
        before = self.box.central
        await self.shop.power_cut(*BOX)
        self.box.central.cards = before.cards
        # What the disk has, the next program knows; what was told stays told.
        self.box.central.started[:0] = before.started
        self.box.central.stopped[:0] = before.stopped
        for watch in self.watches.values():
            watch.offered.clear()
            watch.was_closed, watch.was_offered, watch.opened_s = False, False, None
            watch.offer_ended_s = self.over_supply_s = 0.0
        self.reached["a power cut"] += 1

    async def end(self) -> None:
        """Everything is repaired and unplugged: then every transaction is stored with its end."""
        self.box.central.error = None
        self.box.world.fail_meter(MeterPlace.HOUSE, 1, MeterFault.NONE)
        for number in (1, 2):
            act = Act("end", number, 0, 0.0)
            await self.repair(act)
            self.box.world.fail_meter(MeterPlace.CHARGER, number, MeterFault.NONE)
            await self.unplug(act)
        for _ in range(40):
            if not await self.box.transactions.open_transactions():
                break
            await self.box.run(1.0, self.look)
        assert await self.box.transactions.open_transactions() == []
        for number in (1, 2):
            assert not self.running(number)
            self.energy_is_told(number)

    # ---- what always holds

    def running(self, number: int) -> set[str]:
        """The transactions whose start is on disk and whose end is not."""
        central = self.box.central
        started = {r.local_id for r in central.started if r.connector_id == number}
        return started - {r.local_id for r in central.stopped}

    def look(self) -> None:
        now_s = self.box.clock.monotonic()
        for number, watch in self.watches.items():
            self.remember(number, watch, now_s)
            self.i9_only_recorded_transactions_charge(number)
            self.i1_closed_only_in_order(number, watch, now_s)
            self.i10_restart_wait(number, watch, now_s)
            self.i2_no_car_takes_more_than_it_is_offered(number, watch, now_s)
            self.i2_offered_within_every_limit(number)
        self.i2_all_together_within_the_supply_line(now_s)

    def remember(self, number: int, watch: Watch, now_s: float) -> None:
        offered_a = self.box.offered_a(number)
        watch.offered.append((now_s, offered_a))
        while watch.offered[0][0] < now_s - FOLLOWS_S:
            watch.offered.popleft()
        if watch.was_offered and offered_a == 0:
            watch.offer_ended_s = now_s
        watch.was_offered = offered_a > 0
        if self.box.closed(1) and self.box.closed(2):
            self.reached["both charge"] += 1

    def i9_only_recorded_transactions_charge(self, number: int) -> None:
        running = self.running(number)
        assert len(running) <= 1  # starts and ends alternate
        assert self.box.closed(number) <= len(running) or self.welded(number)
        if self.box.status(number) in {"Charging", "SuspendedEV", "SuspendedEVSE"}:
            assert running

    def i1_closed_only_in_order(self, number: int, watch: Watch, now_s: float) -> None:
        if not self.box.closed(number) or self.welded(number):
            return
        controller = self.box.station.connectors[number].controller
        assert STOPPING.isdisjoint(controller.faults)
        released_s = now_s - watch.offer_ended_s
        assert controller.offered_a > 0 or released_s <= EV_RELEASE_S + LONG_TURN_S

    def i10_restart_wait(self, number: int, watch: Watch, now_s: float) -> None:
        closed = self.box.station.connectors[number].controller.contactor
        if closed and not watch.was_closed:
            self.reached["a closing"] += 1
            if watch.opened_s is not None:
                self.reached["a closing again"] += 1
                assert now_s - watch.opened_s >= RESTART_WAIT_S - 1e-6
        if watch.was_closed and not closed:
            watch.opened_s = now_s
        watch.was_closed = closed

    def i2_no_car_takes_more_than_it_is_offered(
        self, number: int, watch: Watch, now_s: float
    ) -> None:
        if not watch.stubborn:
            most_a = max(offered_a for _, offered_a in watch.offered)
            assert self.box.at(number).car_state.current_a <= most_a + 1e-6

    def i2_offered_within_every_limit(self, number: int) -> None:
        connector = self.box.station.connectors[number]
        turned_s = connector.controller.stepped_at_s
        for limit in connector.limits:
            assert connector.controller.offered_a <= limit.amps_at(turned_s)

    def i2_all_together_within_the_supply_line(self, now_s: float) -> None:
        """One turn long the first connector may not have heard yet that it has to share."""
        if sum(self.box.offered_a(number) for number in (1, 2)) <= SUPPLY_A:
            self.over_supply_s = now_s
        assert now_s - self.over_supply_s <= LONG_TURN_S + 1e-6

    def energy_is_told(self, number: int) -> None:
        """No energy twice, and without power cuts and silent meters all of it."""
        ended = [r for r in self.box.central.stopped if r.connector_id == number]
        register_wh = 0
        for record in ended:
            assert register_wh <= record.meter_start_wh <= record.meter_stop_wh
            register_wh = record.meter_stop_wh
        assert register_wh <= self.box.at(number).register_wh
        if not self.blurred and ended and not self.welded_once(number):
            told_wh = sum(r.meter_stop_wh - r.meter_start_wh for r in ended)
            assert told_wh >= self.box.at(number).register_wh - len(ended)
            self.reached["all energy told"] += told_wh > 0

    def welded(self, number: int) -> bool:
        return Fault.CONTACTOR_WELDED in self.box.at(number).faults

    def welded_once(self, number: int) -> bool:
        return Fault.CONTACTOR_WELDED in self.box.station.connectors[number].controller.latched


def test_invariants_hold_whatever_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(station, "TURN_S", LONG_TURN_S)
    reached: Counter[str] = Counter()

    async def live(acts: list[Act]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with workshop(Path(folder)) as shop:
                await Life(shop, reached).live(acts)

    @settings(
        derandomize=True,
        deadline=None,
        database=None,
        max_examples=30,
        phases=(Phase.generate,),  # a life does not get simpler by a smaller seed
    )
    @given(LIVES)
    def explore(acts: list[Act]) -> None:
        note("\n".join(map(str, acts)))
        asyncio.run(live(acts))

    explore()
    expected = {
        "a closing",
        "a closing again",
        "both charge",
        "a full disk",
        "a power cut",
        "all energy told",
    }
    assert expected <= {what for what, times in reached.items() if times > 0}, reached
