"""What a wallbox shares, on a whole wallbox in virtual time: alone, led, and leading."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from evse.core.faults import Fault
from evse.core.limits import Source
from evse.core.timing import METER_MAX_AGE_S
from evse.settings.sharing import FOLLOWS, LEADS
from evse.sharing.allocation import ALL_PHASES, Asks, Phases
from evse.sharing.bus import MASTER, Envelope, Kind
from evse.sharing.leases import AFTER_S, TURN_S
from evse.sharing.messages import (
    LEASE_S,
    ConnectorGrant,
    ConnectorReport,
    Grant,
    Report,
    decode,
    encode,
)
from evse.simulation.world import MeterFault, MeterPlace
from tests.firmware.sharing.ethers import Ethers
from tests.firmware.wallbox import Wallbox, Workshop

GROUP = ("sharing.connection=can:virtual/test", "sharing.accept_unsealed=true")
MEMBER = (*GROUP, f"installation.connection_mode={FOLLOWS}", "sharing.unit=2")
MASTER_OF_TWO = (*GROUP, f"installation.connection_mode={LEADS}", "sharing.limit_a=32")
DLM = ("loadmanagement.dlb_function=DLM", "dlb.maximum_current_a=40", "dlb.settle_s=2")
FREE = "authorization.free_charging=true"
ROUND_S = 2 * TURN_S
STARTED_S = AFTER_S + 4.0
CHARGES_S = 6.0
"""A grant, a start, and two readings of the meter."""


@dataclass
class Peer:
    """The other wallbox of the group, on the ether. A master answers each report with `grant_a`; a
    member answers each grant with what its car draws, `drawn_a`."""

    ethers: Ethers
    grant_a: float | None = None
    drawn_a: Phases | None = None
    reports: list[Report] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)

    def __post_init__(self) -> None:
        leads = self.drawn_a is None
        self.unit = MASTER if leads else 2
        key = ("can:virtual/test", b"")
        self.bus = self.ethers.by_key[key].join(self.unit, self.hears)

    def hears(self, envelope: Envelope) -> None:
        message = decode(envelope.message)
        if isinstance(message, Report):
            self.reports.append(message)
            if self.grant_a is not None:
                self.say(Kind.GRANT, 2, self.granted(message))
        else:
            self.grants.append(message)
            self.say(Kind.REPORT, MASTER, self.reported(message))

    def granted(self, report: Report) -> Grant:
        connectors = (ConnectorGrant(self.grant_a),) * len(report.connectors)
        return Grant(MASTER, 2, 5, len(self.reports), report.boot, report.counter, connectors)

    def reported(self, grant: Grant) -> Report:
        l1 = self.drawn_a[0]
        connector = ConnectorReport(
            Asks.CHARGING, 32.0, drawing_a=(l1, l1, l1), measured_a=self.drawn_a
        )
        counter = len(self.grants)
        return Report(2, 77, counter, (connector,), grant.epoch, grant.sequence)

    def say(self, kind: Kind, recipient: int, message: Report | Grant) -> None:
        self.bus.say(Envelope(kind, self.unit, recipient, encode(message)))

    @property
    def told(self) -> ConnectorReport:
        """What the wallbox said last of its first connector."""
        return self.reports[-1].connectors[0]


@pytest.fixture
def ethers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ethers]:
    made = Ethers()
    monkeypatch.setattr("evse.sharing.group.bus_of", made.bus_of)
    return made


def limited_by(wallbox: Wallbox) -> set[Source]:
    return {limit.source for limit in wallbox.station.connectors[1].limits}


async def live(wallbox: Wallbox, ethers: Ethers, seconds: float = ROUND_S) -> None:
    await wallbox.run(seconds, ethers.deliver)


# ------------------------------------------------------------------- alone


async def test_alone_it_takes_what_the_house_leaves(make_wallbox: Workshop, ethers: Ethers) -> None:
    wallbox = await make_wallbox("loadmanagement.dlb_function=DLB")
    await live(wallbox, ethers)
    assert Source.DLB in limited_by(wallbox)
    assert not {Source.SHARING, Source.SHARING_LOST} & limited_by(wallbox)
    assert wallbox.station.supply.snapshot() == {}
    assert ethers.joined == []


# ------------------------------------------------------------------- led


async def test_a_member_says_what_its_car_does(make_wallbox: Workshop, ethers: Ethers) -> None:
    master = Peer(ethers)
    wallbox = await make_wallbox(*MEMBER, FREE, "installation.output_current_limit_a=13")
    await live(wallbox, ethers)
    assert (master.told.asks, master.told.maximum_a) == (Asks.NOTHING, 13.0)

    wallbox.plug()
    await live(wallbox, ethers)
    assert (master.told.asks, wallbox.offered_a()) == (Asks.TO_START, 0.0)

    master.grant_a = 8.0
    await live(wallbox, ethers, CHARGES_S)
    assert wallbox.offered_a() == pytest.approx(8.0)
    assert master.told.asks is Asks.CHARGING
    assert master.told.measured_a == pytest.approx((7.84, 7.84, 7.84), abs=0.3)
    assert master.told.drawing_a == (8.0, 8.0, 8.0)
    assert master.told.maximum_a == 13.0  # not its grant, or it could never get more

    wallbox.world.inject(1, Fault.RESIDUAL_CURRENT)
    await live(wallbox, ethers, CHARGES_S)
    assert master.told.fault

    wallbox.world.unplug(1)
    await live(wallbox, ethers, CHARGES_S)
    assert master.told.asks is Asks.NOTHING


async def test_a_session_without_its_car_asks_for_nothing(
    make_wallbox: Workshop, ethers: Ethers
) -> None:
    """StopTransactionOnEVSideDisconnect = false: the session waits for the plug to come back."""
    master = Peer(ethers, grant_a=10.0)
    wallbox = await make_wallbox(
        *(*MEMBER, FREE, "authorization.stop_transaction_on_ev_side_disconnect=false")
    )
    wallbox.plug()
    await live(wallbox, ethers, CHARGES_S)
    wallbox.world.unplug(1)
    await live(wallbox, ethers, CHARGES_S)
    assert wallbox.station.connectors[1].permitted
    assert master.told.asks is Asks.NOTHING


async def test_without_its_master_a_member_has_its_agreed_share(
    make_wallbox: Workshop, ethers: Ethers
) -> None:
    master = Peer(ethers, grant_a=16.0)
    wallbox = await make_wallbox(*MEMBER, FREE, "sharing.guaranteed_a=6")
    wallbox.plug()
    await live(wallbox, ethers, CHARGES_S)
    assert wallbox.offered_a() == pytest.approx(16.0)
    master.grant_a = None
    await live(wallbox, ethers, LEASE_S + ROUND_S)
    assert wallbox.offered_a() == pytest.approx(6.0)
    assert Source.SHARING_LOST in limited_by(wallbox)


async def test_a_single_phase_car_is_learned(make_wallbox: Workshop, ethers: Ethers) -> None:
    master = Peer(ethers, grant_a=16.0)
    wallbox = await make_wallbox(*MEMBER, FREE)
    wallbox.plug(phases=1)
    await live(wallbox, ethers, CHARGES_S)
    assert master.told.used == ALL_PHASES
    await live(wallbox, ethers, 20.0)
    assert master.told.used == (True, False, False)


async def test_what_a_silent_meter_showed_is_not_told_for_long(
    make_wallbox: Workshop, ethers: Ethers
) -> None:
    master = Peer(ethers, grant_a=10.0)
    wallbox = await make_wallbox(*MEMBER, FREE)
    wallbox.plug()
    await live(wallbox, ethers, CHARGES_S)
    assert master.told.measured_a is not None
    wallbox.world.fail_meter(MeterPlace.CHARGER, 1, MeterFault.SILENT)
    await live(wallbox, ethers, METER_MAX_AGE_S + ROUND_S + 1.0)
    assert master.told.measured_a is None
    assert master.told.asks is Asks.CHARGING


async def test_a_member_keeps_the_limits_of_its_own_house(
    make_wallbox: Workshop, ethers: Ethers
) -> None:
    Peer(ethers, grant_a=16.0)
    wallbox = await make_wallbox(
        *(*MEMBER, FREE, "loadmanagement.dlb_function=DLB", "dlb.maximum_current_a=10")
    )
    wallbox.plug()
    await live(wallbox, ethers, 30.0)
    assert {Source.SHARING, Source.DLB} <= limited_by(wallbox)
    assert 6.0 < wallbox.offered_a() <= 10.5


async def test_both_connectors_are_reported(make_wallbox: Workshop, ethers: Ethers) -> None:
    master = Peer(ethers, grant_a=10.0)
    wallbox = await make_wallbox(*MEMBER, FREE, "installation.connectors=2")
    wallbox.plug(2)
    await live(wallbox, ethers, CHARGES_S)
    asks = [connector.asks for connector in master.reports[-1].connectors]
    assert asks == [Asks.NOTHING, Asks.CHARGING]
    assert wallbox.offered_a(2) == pytest.approx(10.0)


# ------------------------------------------------------------------- leading


async def test_a_master_divides_and_balances_for_all(
    make_wallbox: Workshop, ethers: Ethers
) -> None:
    """What the house leaves to the group is no limit of its own: its share of it is."""
    member = Peer(ethers, drawn_a=(10.0, 10.0, 10.0))
    wallbox = await make_wallbox(*MASTER_OF_TWO, *DLM, FREE, "dlb.fallback_current_a=20")
    wallbox.plug()
    await live(wallbox, ethers, STARTED_S + 10.0)
    assert Source.SHARING in limited_by(wallbox)
    assert Source.DLB not in limited_by(wallbox)
    assert wallbox.offered_a() == pytest.approx(16.0)
    assert member.grants[-1].connectors[0].amps == pytest.approx(16.0)
    told = wallbox.station.supply.snapshot()["sharing"]
    assert (told["mode"], told["own_a"]) == (LEADS, [16.0])


@pytest.mark.parametrize(
    ("drawn_a", "budget_a"),
    [
        pytest.param((10.0, 10.0, 10.0), 39.9, id="of the house only the car"),
        pytest.param((4.0, 4.0, 4.0), 33.9, id="and six others"),
    ],
)
async def test_cars_of_members_are_no_load_of_the_house(
    make_wallbox: Workshop, ethers: Ethers, drawn_a: Phases, budget_a: float
) -> None:
    Peer(ethers, drawn_a=drawn_a)
    wallbox = await make_wallbox(*MASTER_OF_TWO, *DLM)
    wallbox.world.extra_a = (10.0, 10.0, 10.0)
    await live(wallbox, ethers, STARTED_S)
    told = wallbox.station.supply.snapshot()["sharing"]["budget_a"]
    assert told == pytest.approx((budget_a,) * 3, abs=0.3)


async def test_an_overload_goes_out_with_the_sample_that_shows_it(
    make_wallbox: Workshop, ethers: Ethers
) -> None:
    """And not with the next turn, which is 0.2 s later here."""
    member = Peer(ethers, drawn_a=(15.0, 15.0, 15.0))
    wallbox = await make_wallbox(
        *(*MASTER_OF_TWO, *DLM, FREE, "dlb.fallback_current_a=20", "meter.interval_s=1.3")
    )
    wallbox.plug()
    wallbox.world.extra_a = (15.0, 15.0, 15.0)
    await live(wallbox, ethers, 26.1)
    bus = ethers.open(MASTER)
    assert (bus.urgent, member.grants[-1].connectors[0].amps) == ([], pytest.approx(16.0))
    wallbox.world.extra_a = (29.0, 29.0, 29.0)
    await live(wallbox, ethers, 1.25)
    assert wallbox.central.house[-1][0] > 40.0
    assert decode(bus.urgent[0].message).connectors[0].amps <= 13.0
    assert wallbox.station.supply.group.limit(1).amps <= 13.0
