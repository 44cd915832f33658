"""The wallbox's part in a group: alone, its master, or one of its members, as the settings say.

A shell around the pure `master` and `member`: it has the bus, the clock and the random numbers. A
change of the settings ends one part and begins another; no restart is needed, and what the cars
may draw meanwhile is the agreed share.
"""

import asyncio
import logging
import math
import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from evse.balancing.house import Phases
from evse.balancing.phases import ROTATIONS, on_house, rotation
from evse.clock import Clock
from evse.core.limits import Limit, Source
from evse.core.pilot import MINIMUM_A
from evse.settings.sharing import ALONE, FOLLOWS, LEADS
from evse.settings.values import Settings
from evse.sharing import master, member
from evse.sharing.allocation import AllocationSettings, Policy
from evse.sharing.bus import MASTER, Bus, Envelope, Kind
from evse.sharing.bus import Finding as HeardOnBus
from evse.sharing.buses import bus_of
from evse.sharing.connector import ConnectorSettings, Need
from evse.sharing.findings import Finding, Found
from evse.sharing.leases import TURN_S
from evse.sharing.messages import Grant, MessageError, Report, decode, encode
from evse.sharing.pairing import key_of
from evse.sharing.seal import NO_KEY

_log = logging.getLogger(__name__)

BUS_FAILS_S = 10.0
"""A bus that cannot be used for so long is told as a fault; opening it anew takes a while."""

Needs = Callable[[], Sequence[Need]]
Budget = Callable[[], Phases | None]
Drawn = Callable[[int, float, Phases], None]


@dataclass(frozen=True, slots=True)
class GroupSettings:
    """What the settings say of the group; equal ones need no new part."""

    mode: str
    connection: str
    unit: int
    units: int
    key: bytes
    limit_a: float
    connectors: tuple[ConnectorSettings, ...]
    allocation: AllocationSettings
    without_meter_a: float | None


def group_settings(settings: Settings) -> GroupSettings:
    """Read the settings; they do not contradict each other."""
    three_phases = settings["installation.phases"].startswith("3P")
    connected = rotation(
        three_phases, settings["sharing.phase_rotation"], settings["sharing.phase_set"]
    )
    connectors = tuple(
        ConnectorSettings(
            guaranteed_a=share_a,
            rotation=list(ROTATIONS).index(connected),
            wired=(True, three_phases, three_phases),
            priority=settings["sharing.priority"],
        )
        for share_a in _shares_a(
            settings["sharing.guaranteed_a"], settings["installation.connectors"]
        )
    )
    balanced = settings["loadmanagement.dlb_function"] != "Disable"
    return GroupSettings(
        mode=settings["installation.connection_mode"],
        connection=settings["sharing.connection"],
        unit=settings["sharing.unit"],
        units=settings["installation.slave_number"] + 1,
        key=key_of(settings["sharing.key"]) if settings["sharing.key"] else NO_KEY,
        limit_a=settings["sharing.limit_a"],
        connectors=connectors,
        allocation=AllocationSettings(
            Policy(settings["sharing.policy"]), float(settings["sharing.rotation_s"])
        ),
        without_meter_a=settings["dlb.fallback_current_a"] if balanced else None,
    )


def _shares_a(share_a: float, connectors: int) -> tuple[float, ...]:
    """A wallbox's agreed share by connector, in the messages' steps of 0.5 A: even parts, or all of
    it to the first where a part is too little to charge with."""
    part_a = math.floor(2 * share_a / connectors) / 2
    if part_a >= MINIMUM_A:
        return (part_a,) * connectors
    return (math.floor(2 * share_a) / 2,) + (0.0,) * (connectors - 1)


class Group:
    """See the module. `limit` is asked in each control turn."""

    def __init__(
        self, settings: Settings, clock: Clock, needs: Needs, budget: Budget, drawn: Drawn
    ) -> None:
        """`needs`: of each connector now. `budget`: what the house leaves to the group. `drawn`:
        told what the cars of another unit draw, by the house's phases, and when."""
        self._settings = settings
        self._clock = clock
        self._needs = needs
        self._budget = budget
        self._drawn = drawn
        self._agreed = group_settings(settings)
        self._part: _Master | _Member | None = None
        self._changed = asyncio.Event()
        self._worked_at_s = clock.monotonic()
        settings.subscribe(lambda _key: self._look_for_changes())

    def _look_for_changes(self) -> None:
        if group_settings(self._settings) != self._agreed:
            self._changed.set()

    async def run(self) -> None:
        """Take part until cancelled."""
        while True:
            self._changed.clear()
            self._agreed = group_settings(self._settings)
            self._part = self._begin()
            tasks: list[asyncio.Task[Any]] = [asyncio.create_task(self._changed.wait())]
            if self._part is not None:
                _log.info("sharing: unit %d, %s", self._agreed.unit, self._agreed.mode)
                tasks += [
                    asyncio.create_task(self._part.bus.run()),
                    asyncio.create_task(self._turns(self._part)),
                ]
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                self._part = None

    def _begin(self) -> "_Master | _Member | None":
        agreed = self._agreed
        if agreed.mode == LEADS:
            return _Master(agreed, self._clock, self._needs, self._budget, self._drawn)
        if agreed.mode == FOLLOWS:
            return _Member(agreed, self._clock, self._needs)
        return None

    async def _turns(self, part: "_Master | _Member") -> None:
        while True:
            part.turn()
            await self._clock.sleep(TURN_S)

    # ------------------------------------------------------------------- what others ask

    @property
    def mode(self) -> str:
        """Alone, master or member, as the manual spells it."""
        return self._agreed.mode

    @property
    def leads(self) -> bool:
        """Whether this wallbox divides the current."""
        return self._agreed.mode == LEADS

    def hurry(self) -> None:
        """The budget has become less: grant anew at once."""
        if isinstance(self._part, _Master):
            self._part.hurry()

    def limit(self, connector_id: int) -> Limit | None:
        """What the group allows a connector; None for a wallbox that is alone."""
        if self._agreed.mode == ALONE:
            return None
        if self._part is None:  # between two parts
            agreed_a = self._agreed.connectors[connector_id - 1].guaranteed_a
            return Limit(Source.SHARING_LOST, agreed_a, fallback_a=agreed_a)
        return self._part.limit(connector_id)

    @property
    def bus(self) -> Bus | None:
        """The bus in use, None for a wallbox that is alone."""
        return None if self._part is None else self._part.bus

    @property
    def bus_fails(self) -> bool:
        """Whether the bus has not worked for a while, or two wallboxes have one address."""
        bus, now_s = self.bus, self._clock.monotonic()
        if bus is None or not bus.trouble or bus.quiet_left_s > 0:
            self._worked_at_s = now_s
        doubled = bus is not None and HeardOnBus.DUPLICATE_UNIT in bus.findings
        return doubled or now_s - self._worked_at_s > BUS_FAILS_S

    def snapshot(self) -> dict[str, Any]:
        """How the group is beside its bus, as JSON values."""
        return {} if self._part is None else self._part.snapshot()


class _Master:
    """The part of the group's master."""

    def __init__(
        self, agreed: GroupSettings, clock: Clock, needs: Needs, budget: Budget, drawn: Drawn
    ) -> None:
        shares = tuple(connector.guaranteed_a for connector in agreed.connectors)
        self._clock = clock
        self._needs = needs
        self._budget = budget
        self._drawn = drawn
        self._rule = master.MasterSettings(
            MASTER,
            (agreed.limit_a,) * 3,
            # The others are taken to be built alike; whose report says otherwise gets no less.
            dict.fromkeys(range(MASTER + 1, agreed.units + 1), shares),
            agreed.connectors,
            None if agreed.without_meter_a is None else (agreed.without_meter_a,) * 3,
            agreed.allocation,
        )
        epoch = secrets.randbelow(2**32 - 1) + 1
        self._state = master.MasterState.initial(self._rule, epoch, clock.monotonic())
        self._reading = _Reading()
        self._findings: tuple[Finding, ...] = ()
        self._last_budget_a: Phases | None = None
        self.bus: Bus = bus_of(agreed.connection, MASTER, agreed.units, agreed.key, self._hears)

    def _hears(self, envelope: Envelope) -> None:
        now_s = self._clock.monotonic()
        message = self._reading.message(envelope)
        if isinstance(message, Grant):
            self._state = master.on_foreign_grant(self._state, message, now_s, self._rule)
        elif message is not None:
            self._state = master.on_report(self._state, message, now_s, self._rule)
            if message.unit in self._rule.members:  # a stranger's car is a load of the house
                self._drawn(message.unit, now_s, _drawn_a(message))

    def turn(self) -> None:
        """Divide, and tell everybody."""
        self._last_budget_a = self._budget()
        turn = master.turn(
            self._state, self._last_budget_a, self._needs(), self._clock.monotonic(), self._rule
        )
        self._state = turn.state
        told = set(map(_subject, self._findings))
        for finding in turn.findings:
            if _subject(finding) not in told:
                _log.warning("sharing: %s", finding)
        self._findings = turn.findings
        for unit, grant in turn.grants.items():
            envelope = Envelope(Kind.GRANT, MASTER, unit, encode(grant))
            self.bus.say(envelope, urgent=grant.urgent)

    def hurry(self) -> None:
        """Grant anew, if there is less than at the last turn."""
        budget_a, before_a = self._budget(), self._last_budget_a
        if budget_a is None or before_a is None:
            return
        if any(now < before for now, before in zip(budget_a, before_a, strict=True)):
            self.turn()

    def limit(self, connector_id: int) -> Limit:
        return master.share(self._state, connector_id, self._clock.monotonic(), self._rule)

    def snapshot(self) -> dict[str, Any]:
        now_s = self._clock.monotonic()
        members = {
            str(unit): {
                "silent": seen.silent(now_s),
                "granted_a": list(seen.device.told_a),
                "report": asdict(seen.device.report),
            }
            for unit, seen in self._state.members.items()
            if seen.device is not None
        }
        return {
            "budget_a": self._last_budget_a,
            "own_a": [grant.amps for grant in self._state.own_grants],
            "members": members,
            "findings": [asdict(finding) for finding in self._findings],
        }


class _Member:
    """The part of a member."""

    def __init__(self, agreed: GroupSettings, clock: Clock, needs: Needs) -> None:
        self._clock = clock
        self._needs = needs
        self._rule = member.MemberSettings(agreed.unit, agreed.connectors)
        self._state = member.MemberState.initial(self._rule, secrets.randbelow(2**32 - 1) + 1)
        self._reading = _Reading()
        self.bus: Bus = bus_of(
            agreed.connection, agreed.unit, agreed.units, agreed.key, self._hears
        )

    def _hears(self, envelope: Envelope) -> None:
        message = self._reading.message(envelope)
        if isinstance(message, Grant):
            now_s = self._clock.monotonic()
            self._state = member.on_grant(self._state, message, now_s, self._rule)

    def turn(self) -> None:
        """Report."""
        wrong_key = HeardOnBus.KEY_TROUBLE in self.bus.findings
        now_s = self._clock.monotonic()
        self._state, report = member.turn(
            self._state, self._needs(), now_s, self._rule, key_trouble=wrong_key
        )
        self.bus.say(Envelope(Kind.REPORT, self._rule.unit, MASTER, encode(report)))

    def limit(self, connector_id: int) -> Limit:
        return member.share(self._state, connector_id, self._clock.monotonic(), self._rule)

    def snapshot(self) -> dict[str, Any]:
        now_s = self._clock.monotonic()
        places = [grant.place for grant in self._state.grants]
        return {
            "granted_a": [
                member.share(self._state, number, now_s, self._rule).amps_at(now_s)
                for number in range(1, len(self._rule.connectors) + 1)
            ],
            "places": places,
            "two_masters": member.two_masters(self._state, now_s),
        }


class _Reading:
    """Reads what comes; a unit that says nonsense each half second is logged once."""

    def __init__(self) -> None:
        self._wrong: dict[int, str] = {}

    def message(self, envelope: Envelope) -> Report | Grant | None:
        """The message, None when it cannot be read or is not its sender's."""
        try:
            message = _read(envelope)
        except MessageError as error:
            if self._wrong.get(envelope.sender) != str(error):
                _log.warning("sharing: unit %d: %s", envelope.sender, error)
            self._wrong[envelope.sender] = str(error)
            return None
        self._wrong.pop(envelope.sender, None)
        return message


def _read(envelope: Envelope) -> Report | Grant:
    """The message of an envelope. Raises MessageError, also when it is not its sender's."""
    message = decode(envelope.message)
    writer = message.master if isinstance(message, Grant) else message.unit
    if writer != envelope.sender:
        raise MessageError(f"it writes in the name of unit {writer}")
    return message


def _subject(finding: Finding) -> tuple[Found, int, int]:
    """What a finding is about, whatever its value."""
    return finding.found, finding.unit, finding.connector


def _drawn_a(report: Report) -> Phases:
    """What all cars of a unit draw by the house's phases. Where no meter tells, nothing: what such
    a car draws counts as the house's, so that less is left."""
    total = [0.0, 0.0, 0.0]
    for connector in report.connectors:
        if connector.measured_a is None:
            continue
        connected = list(ROTATIONS)[connector.rotation]
        for phase, drawn in enumerate(on_house(connector.measured_a, connected)):
            total[phase] += drawn
    return (total[0], total[1], total[2])
