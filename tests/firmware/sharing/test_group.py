"""A wallbox's part in a group: it follows the settings without a restart, and bad messages, other
keys and a falling budget do no harm. Members and masters themselves are tested apart."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest

from evse.core import timing
from evse.core.limits import Source
from evse.core.timing import EV_FOLLOW_S
from evse.settings.sharing import ALONE, FOLLOWS, LEADS
from evse.settings.values import Settings
from evse.sharing.allocation import Asks, Phases
from evse.sharing.bus import MASTER, Envelope, Kind
from evse.sharing.connector import Need
from evse.sharing.group import Group, group_settings
from evse.sharing.leases import AFTER_S, OVER_S, SILENT_S, TURN_S
from evse.sharing.messages import LEASE_S, ConnectorReport, Report, decode, encode
from evse.sharing.pairing import code_of
from tests.firmware.settings_store import NoStore
from tests.firmware.sharing.ethers import Ethers
from tests.firmware.sharing.in_memory import InMemoryBus
from tests.firmware.virtual_clock import VirtualClock

LIMIT_A = 32.0
STARTED_S = AFTER_S + EV_FOLLOW_S + 4.0
STEP_S = 0.25
KEY = code_of(bytes(range(16)))
OTHER_KEY = code_of(bytes(range(1, 17)))


@dataclass
class Wallbox:
    """A wallbox whose car draws 0.98 of what the group allows."""

    settings: Settings
    clock: VirtualClock
    asks: Asks = Asks.CHARGING
    budget_a: Phases | None = None
    drawn: list[tuple[int, Phases]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.group = Group(
            self.settings, self.clock, self._needs, lambda: self.budget_a, self._drawn
        )

    def _drawn(self, unit: int, _at_s: float, amps: Phases) -> None:
        self.drawn.append((unit, amps))

    def _needs(self) -> list[Need]:
        amps = 0.98 * self.amps
        need = Need(self.asks, 32.0, measured_a=(amps, amps, amps))
        return [need] * self.settings["installation.connectors"]

    @property
    def source(self) -> Source | None:
        limit = self.group.limit(1)
        return None if limit is None else limit.source

    @property
    def amps(self) -> float:
        """What the group allows; nothing to one that is alone, for here it has no car."""
        limit = self.group.limit(1)
        return 0.0 if limit is None else limit.amps_at(self.clock.monotonic())

    async def set(self, **values: object) -> None:
        for name, value in values.items():
            await self.settings.set(name.replace("__", "."), value, "a test")


class Company:
    """Wallboxes on one clock."""

    def __init__(self, ethers: Ethers) -> None:
        self.clock = VirtualClock()
        self.ethers = ethers
        self.wallboxes: list[Wallbox] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def join(self, unit: int, *overrides: str, units: int = 3) -> Wallbox:
        settings = await Settings.load(
            NoStore(),
            overrides=(
                f"installation.connection_mode={LEADS if unit == MASTER else FOLLOWS}",
                f"installation.slave_number={units - 1}",
                f"sharing.unit={unit}",
                f"sharing.key={KEY}",
                f"sharing.limit_a={LIMIT_A}",
                "sharing.connection=lan:239.255.76.1:5076",
                "loadmanagement.dlb_function=Disable",
                *overrides,
            ),
        )
        wallbox = Wallbox(settings, self.clock)
        self.wallboxes.append(wallbox)
        self.tasks.append(asyncio.create_task(wallbox.group.run()))
        return wallbox

    async def live(self, seconds: float) -> None:
        """Let time pass; in it nobody is allowed what another one may still have."""
        for _ in range(round(seconds / STEP_S)):
            await self.clock.pass_time(STEP_S)
            self.ethers.deliver()
            assert sum(wallbox.amps for wallbox in self.wallboxes) <= LIMIT_A + 1e-6

    @property
    def amps(self) -> list[float]:
        return [wallbox.amps for wallbox in self.wallboxes]


@pytest.fixture
def ethers(monkeypatch: pytest.MonkeyPatch) -> Ethers:
    made = Ethers()
    monkeypatch.setattr("evse.sharing.group.bus_of", made.bus_of)
    return made


@pytest.fixture
async def company(ethers: Ethers) -> AsyncIterator[Company]:
    made = Company(ethers)
    yield made
    for task in made.tasks:
        task.cancel()
    for result in await asyncio.gather(*made.tasks, return_exceptions=True):
        assert isinstance(result, asyncio.CancelledError | None), result


@pytest.fixture
async def three(company: Company) -> Company:
    for unit in (1, 2, 3):
        await company.join(unit)
    await company.live(STARTED_S)
    assert company.amps == pytest.approx([10.6] * 3)
    return company


# ------------------------------------------------------------------- roles without a restart


async def test_who_is_alone_has_no_limit_of_a_group(company: Company) -> None:
    wallbox = await company.join(1, f"installation.connection_mode={ALONE}")
    await company.live(1.0)
    assert (wallbox.group.limit(1), wallbox.group.bus, wallbox.group.snapshot()) == (None, None, {})


async def test_before_its_first_turn_a_wallbox_has_its_agreed_share(company: Company) -> None:
    wallbox = await company.join(2, "sharing.guaranteed_a=8")
    assert (wallbox.amps, wallbox.source) == (8.0, Source.SHARING_LOST)


async def test_a_member_leaves_and_comes_back(three: Company) -> None:
    leaver = three.wallboxes[2]
    await leaver.set(installation__connection_mode=ALONE)
    await three.live(OVER_S - 2.0)
    assert three.amps == pytest.approx([10.6, 10.6, 0.0])
    await three.live(4.0 + EV_FOLLOW_S)
    assert three.amps == pytest.approx([16.0, 16.0, 0.0])
    await leaver.set(installation__connection_mode=FOLLOWS)
    await three.live(OVER_S + 2 * EV_FOLLOW_S)
    assert three.amps == pytest.approx([10.6] * 3)


async def test_another_wallbox_becomes_the_master(three: Company) -> None:
    former, _, next_one = three.wallboxes
    await former.set(installation__connection_mode=ALONE, sharing__unit=3)
    await three.live(LEASE_S)
    assert three.amps == [0.0, 0.0, 0.0]
    assert three.wallboxes[1].source is Source.SHARING_LOST
    await next_one.set(
        installation__connection_mode=ALONE,
        sharing__unit=1,
        installation__slave_number=2,
    )
    await next_one.set(installation__connection_mode=LEADS)
    await former.set(installation__connection_mode=FOLLOWS)
    await three.live(OVER_S + STARTED_S)
    assert (former.group.leads, next_one.group.leads) == (False, True)
    assert three.amps == pytest.approx([10.6] * 3)


async def test_the_installer_gives_the_group_less(three: Company) -> None:
    await three.wallboxes[0].set(sharing__limit_a=20)
    await three.live(OVER_S + STARTED_S + timing.DLB_RESTART_WAIT_S)
    assert three.amps == pytest.approx([6.6] * 3)


async def test_who_has_another_key_is_left_alone_until_all_have_it(three: Company) -> None:
    master, second, third = three.wallboxes
    for member in (second, third):
        await member.set(sharing__key=OTHER_KEY)
    await three.live(LEASE_S)
    assert (second.source, third.source) == (Source.SHARING_LOST,) * 2
    await master.set(sharing__key=OTHER_KEY)
    await three.live(OVER_S + STARTED_S)
    assert three.amps == pytest.approx([10.6] * 3)


async def test_settings_of_others_change_no_part(three: Company) -> None:
    before = list(three.ethers.joined)
    await three.wallboxes[0].set(dlb__maximum_current_a=40)
    await three.live(1.0)
    assert three.ethers.joined == before


async def test_a_part_that_fails_ends_the_group(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wallbox then ends and is started again: a group must not go on without its bus."""

    async def lost(_bus: InMemoryBus) -> None:
        raise RuntimeError("a fault of the program")

    monkeypatch.setattr(InMemoryBus, "run", lost)
    await company.join(1)
    (group,) = company.tasks
    company.tasks.clear()
    with pytest.raises(RuntimeError, match="a fault of the program"):
        await asyncio.wait_for(group, 60.0)


# ------------------------------------------------------------------- agreed shares


@pytest.mark.parametrize(
    ("share_a", "connectors", "shares_a"),
    [
        (0.0, 1, (0.0,)),
        (8.0, 1, (8.0,)),
        (6.3, 1, (6.0,)),
        (0.0, 2, (0.0, 0.0)),
        (16.0, 2, (8.0, 8.0)),
        (13.0, 2, (6.5, 6.5)),
        (8.0, 2, (8.0, 0.0)),
    ],
)
async def test_the_share_of_a_wallbox_is_that_of_its_connectors_together(
    share_a: float, connectors: int, shares_a: tuple[float, ...]
) -> None:
    settings = await Settings.load(
        NoStore(),
        overrides=(
            f"sharing.guaranteed_a={share_a}",
            f"installation.connectors={connectors}",
        ),
    )
    told = tuple(connector.guaranteed_a for connector in group_settings(settings).connectors)
    assert told == shares_a


async def test_shares_that_fill_the_limit_leave_room_for_two_connectors_each(
    company: Company,
) -> None:
    for unit in (1, 2):
        await company.join(unit, "sharing.guaranteed_a=16", "installation.connectors=2", units=2)
    await company.live(STARTED_S)
    assert all(wallbox.amps >= 8.0 for wallbox in company.wallboxes)
    findings = company.wallboxes[0].group.snapshot()["findings"]
    assert "share_differs" not in {finding["found"] for finding in findings}


# ------------------------------------------------------------------- bad messages


def report_of(unit: int, measured_a: Phases = (10.0, 8.0, 6.0), **values: object) -> Report:
    connector = ConnectorReport(Asks.CHARGING, 32.0, measured_a=measured_a)
    return Report(unit, 77, 1, (replace(connector, **values),))


@pytest.mark.parametrize(
    ("message", "why"),
    [
        pytest.param(b"\xff" * 34, "", id="nonsense"),
        pytest.param(encode(report_of(3)), "in the name of unit 3", id="another's name"),
    ],
)
@pytest.mark.parametrize("recipient", [1, 2])
async def test_what_cannot_be_is_logged_once_and_does_nothing(
    three: Company, recipient: int, message: bytes, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    intruder = three.ethers.by_key[_ether(three)].join(0, lambda _envelope: None)
    caplog.set_level(logging.WARNING)
    for _ in range(20):
        kind = Kind.REPORT if recipient == MASTER else Kind.GRANT
        intruder.say(Envelope(kind, 9, recipient, message))
        await three.live(TURN_S)
    told = [record.message for record in caplog.records if "unit 9" in record.message]
    assert len(told) == 1
    assert why in told[0]
    assert three.amps == pytest.approx([10.6] * 3)


def _ether(company: Company) -> tuple[str, bytes]:
    return next(iter(company.ethers.by_key))


async def test_what_members_draw_is_told_by_the_houses_phases(company: Company) -> None:
    """A stranger's car is a load of the house: nobody leaves room for it."""
    master = await company.join(1, units=2)
    await company.live(1.0)
    bus = company.ethers.by_key[_ether(company)].join(2, lambda _envelope: None)
    turned = report_of(2, rotation=3)  # STR: L2, L3, L1 of the house at its terminals
    unmetered = replace(report_of(2, measured_a=None), counter=2)
    for message in (turned, unmetered):
        bus.say(Envelope(Kind.REPORT, 2, MASTER, encode(message)))
        company.ethers.deliver()
    bus.say(Envelope(Kind.REPORT, 9, MASTER, encode(report_of(9))))
    company.ethers.deliver()
    assert master.drawn == [(2, (6.0, 10.0, 8.0)), (2, (0.0, 0.0, 0.0))]


async def test_a_finding_is_logged_once_though_its_value_changes(
    company: Company, caplog: pytest.LogCaptureFixture
) -> None:
    master = await company.join(1, "sharing.guaranteed_a=10")
    for tenths in range(40):
        master.budget_a = (20.0 + tenths / 10,) * 3
        await company.live(TURN_S)
    assert sum("less_than_shares" in record.message for record in caplog.records) == 1


# ------------------------------------------------------------------- a falling budget


@pytest.mark.parametrize(
    ("before_a", "after_a", "urgent"),
    [
        pytest.param((32.0,) * 3, (20.0,) * 3, True, id="less"),
        pytest.param((32.0,) * 3, (32.0, 32.0, 20.0), True, id="less in one phase"),
        pytest.param((32.0,) * 3, (32.0,) * 3, False, id="the same"),
        pytest.param((20.0,) * 3, (32.0,) * 3, False, id="more"),
        pytest.param(None, (20.0,) * 3, False, id="it was not known"),
        pytest.param((32.0,) * 3, None, False, id="it is not known"),
    ],
)
async def test_less_is_granted_at_once(
    company: Company,
    before_a: Phases | None,
    after_a: Phases | None,
    urgent: bool,
) -> None:
    master, member = [await company.join(unit, units=2) for unit in (1, 2)]
    master.budget_a = before_a
    await company.live(STARTED_S)
    amps, bus = member.amps, company.ethers.open(MASTER)
    bus.urgent.clear()
    master.budget_a = after_a
    for wallbox in (master, member):
        wallbox.group.hurry()
    company.ethers.deliver()
    assert [decode(envelope.message).urgent for envelope in bus.urgent] == [True] * urgent
    assert (member.amps < amps) is urgent
    await company.live(TURN_S)


async def test_without_any_part_there_is_nobody_to_hurry(company: Company) -> None:
    wallbox = await company.join(1, f"installation.connection_mode={ALONE}")
    await company.live(1.0)
    wallbox.group.hurry()
    assert company.ethers.joined == []


# ------------------------------------------------------------------- what is told


async def test_what_is_told_of_a_group(three: Company) -> None:
    master, second, third = (wallbox.group for wallbox in three.wallboxes)
    told = json.loads(json.dumps(master.snapshot()))
    assert (told["own_a"], told["findings"]) == ([10.6], [])
    assert {unit: seen["granted_a"] for unit, seen in told["members"].items()} == {
        "2": [10.6],
        "3": [10.6],
    }
    for member in (second, third):
        told = json.loads(json.dumps(member.snapshot()))
        assert told == {"granted_a": [10.6], "places": [0], "two_masters": False}


async def test_a_silent_member_is_found(three: Company, caplog: pytest.LogCaptureFixture) -> None:
    three.ethers.by_key[_ether(three)].cut.add(3)
    await three.live(SILENT_S + 2 * TURN_S)
    assert "silent" in caplog.text
    assert three.wallboxes[0].group.snapshot()["members"]["3"]["silent"]
