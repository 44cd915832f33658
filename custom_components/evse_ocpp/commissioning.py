"""Runs the commissioning test on one wallbox, with a car plugged in; about three minutes.

The steering lends the charger for that time. However the test ends - done, cancelled, link lost -
the charger goes back with a limit that is safe, no pause and no leftover of the test; only a test
that ran to its end changes `charger.control`.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from .central.charger import Charger
from .central.commands import CommandError, Commands
from .central.connector import PLUGGED
from .central.control import Unit
from .central.limits import limit_a_of
from .central.obedience import ASKED_S
from .central.quirks import CURRENT_KEYS, TOLD, Quirk, quirks_of
from .central.trial import Trial
from .central.trial_methods import Bench
from .central.trial_steps import Check, Finding, Note, Step
from .commissioning_bench import LinkLost, Workbench
from .commissioning_leftovers import Leftovers
from .commissioning_report import Outcome, Report, outcome_of
from .steering import Steering

_LOGGER = logging.getLogger(__name__)

LONGEST_S = 900.0
"""A charger that accepts and ignores everything takes longest; then the test is given up."""
USUAL_S = 180.0
RESTORE_S = 30.0
MAX_LEVEL_KEYS = ("ChargeProfileMaxStackLevel", "SmartChargingCtrlr.ProfileStackLevel")
UNITS_KEYS = ("ChargingScheduleAllowedChargingRateUnit", "SmartChargingCtrlr.RateUnit")
"""Of OCPP 1.6 and 2.0.1; the former says Current or Power, the latter A or W."""
PHASE_SWITCH_KEYS = (
    "ConnectorSwitch3to1PhaseSupported",
    "ACPhaseSwitchingSupported",
    "SmartChargingCtrlr.Phases3to1",
)
"""The second is of Charge Amps (row 33), the third of OCPP 2.0.1."""


class Impossible(Exception):  # noqa: N818 - says what is the matter
    """The test cannot begin; `reason` is a key of the exceptions `commissioning_…`."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the commissioning test cannot begin: {reason}")
        self.reason = reason


class Commissioning:
    """The commissioning test of one wallbox. `report` is the last one."""

    def __init__(
        self,
        charger: Charger,
        steering: Steering,
        report: Report | None,
        *,
        left: Leftovers | None = None,
        keep: Callable[[], None],
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        utcnow: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`keep` is called when `report`, `left` or the charger's control has changed.

        `left`: of a test in an earlier life of this program.
        """
        self.report = report
        self._left = left
        self._clearing: asyncio.Task[None] | None = None
        self._cleared_up_by: Commands | None = None
        self._charger = charger
        self._steering = steering
        self._keep = keep
        self._monotonic = monotonic
        self._sleep = sleep
        self._utcnow = utcnow
        self._task: asyncio.Task[Report] | None = None
        self._doing: Check | None = None
        self._began_s = 0.0
        charger.subscribe(self._look)

    @property
    def running(self) -> bool:
        """Whether a test is under way, or one that was cut off is cleared up."""
        return any(task is not None and not task.done() for task in (self._task, self._clearing))

    @property
    def left(self) -> Leftovers | None:
        """What a test has changed and not taken back yet; to be stored."""
        return self._left

    @property
    def progress(self) -> float:
        """How far it is, from 0 to 1, by the usual time."""
        passed_s = self._monotonic() - self._began_s
        return min(passed_s / USUAL_S, 0.95) if self.running else 1.0

    @property
    def to_repeat(self) -> bool:
        """Whether the firmware is another one than at the last test."""
        return self._charger.control.outdated(self._charger.firmware_version)

    @property
    def can_switch_phases(self) -> bool:
        """Whether the charger says that it can charge by one or three phases."""
        configuration = self._charger.configuration
        told = (configuration.get(key) for key in PHASE_SWITCH_KEYS)
        may = self._charger.phases == 3 and Quirk.NO_PHASE_SWITCHING not in self._quirks
        return may and any(key is not None and (key.value or "").lower() == "true" for key in told)

    @property
    def hints(self) -> tuple[Quirk, ...]:
        """What the owner of this brand is to know before a test."""
        return tuple(quirk for quirk in TOLD if quirk in self._quirks)

    @property
    def _quirks(self) -> frozenset[Quirk]:
        return quirks_of(self._charger.vendor, self._charger.model)

    @property
    def limit_a(self) -> float:
        """The most that the test commands: the least of all limits at its beginning."""
        return self._steering.most_a

    async def schedule_a(self) -> float | None:
        """Ask what is offered to the car at present (A per phase); None: it does not tell."""
        charger = self._charger
        if charger.commands is None:
            return None
        connector = next(iter(charger.connectors.values()))
        try:
            schedule = await charger.commands.composite_schedule(connector.id, ASKED_S)
        except CommandError:
            return None
        return limit_a_of(schedule, charger, connector)

    def check(self) -> int:
        """Return the connector with the car; Impossible if there is none, or no room to test."""
        charger = self._charger
        if self.running:
            raise Impossible("running")
        if not charger.connected:
            raise Impossible("not_connected")
        for connector in charger.connectors.values():
            if connector.transaction or connector.status in PLUGGED:
                break
        else:
            raise Impossible("no_car")
        if not self._bench(clear_foreign=False, switch_phases=False).possible:
            raise Impossible("limit_too_low")
        return connector.id

    def start(
        self, *, clear_foreign: bool = False, switch_phases: bool = False
    ) -> asyncio.Task[Report]:
        """Begin in the background; Impossible when it cannot.

        `clear_foreign`: clear the profiles that others left. `switch_phases`: try that as well, if
        the charger says it can.
        """
        connector_id = self.check()
        bench = self._bench(
            clear_foreign=clear_foreign, switch_phases=switch_phases and self.can_switch_phases
        )
        self._began_s = self._monotonic()
        self._task = asyncio.create_task(
            self._run(connector_id, bench), name=f"commissioning {self._charger.identity}"
        )
        return self._task

    def cancel(self) -> None:
        """End it; what held before holds again."""
        if self._task is not None:
            self._task.cancel()

    async def stop(self) -> None:
        """End it and wait until the charger was given back."""
        self.cancel()
        if self._clearing is not None:
            self._clearing.cancel()
        for task in (self._task, self._clearing):
            if task is not None:
                with suppress(asyncio.CancelledError):
                    await task

    def _bench(self, *, clear_foreign: bool, switch_phases: bool) -> Bench:
        charger = self._charger
        told = _told(charger, MAX_LEVEL_KEYS)
        words = _told(charger, UNITS_KEYS).lower()
        no_watts, no_amperes = words in {"current", "a"}, words in {"power", "w"}
        return Bench(
            self.limit_a,
            charger.control,
            int(told) if told.isdecimal() else None,
            tuple(unit for unit, out in ((Unit.A, no_amperes), (Unit.W, no_watts)) if not out),
            tuple(
                (key, factor)
                for key, factor in CURRENT_KEYS.items()
                if (known := charger.configuration.get(key)) is not None and not known.readonly
            ),
            charger.phases,
            clear_foreign,
            switch_phases,
            Quirk.NO_CHANGE_AVAILABILITY not in self._quirks,
        )

    async def _run(self, connector_id: int, bench: Bench) -> Report:
        charger, at = self._charger, self._utcnow()
        trial, findings = Trial(bench), list[Finding]()
        left = self._left
        if left is None or left.connector_id != connector_id:
            left = self._left = Leftovers(connector_id)
        work = self._workbench(bench.limit_a, left)
        outcome, reason = Outcome.CANCELLED, None
        async with self._steering.lent(self.cancel):
            try:
                async with asyncio.timeout(LONGEST_S):
                    await self._carry_out(trial, work, findings)
                outcome = outcome_of(trial)
                if trial.control is not None:
                    charger.control = replace(
                        trial.control, firmware_version=charger.firmware_version, tested_at=at
                    )
            except (LinkLost, TimeoutError) as error:
                outcome, reason = Outcome.INTERRUPTED, str(error) or "time is up"
            finally:
                await self._give_back(work)
                self.report = Report(
                    at,
                    self._monotonic() - self._began_s,
                    charger.firmware_version,
                    outcome,
                    tuple(findings),
                    reason,
                )
                self._keep()
                charger.publish()
        return self.report

    async def _carry_out(self, trial: Trial, work: Workbench, findings: list[Finding]) -> None:
        """Do the steps of the test, and send it what came of them."""
        await work.begin()
        steps = trial.run()
        answer: object = None
        with suppress(StopIteration):
            while True:
                step: Step = steps.send(answer)
                if isinstance(step, Note):
                    findings.append(step.finding)
                    self._doing, answer = step.finding.check, None
                    self._charger.publish()
                else:
                    answer = await work.do(step)

    async def _give_back(self, work: Workbench) -> None:
        """Leave the charger with its limits, whatever the test did to it.

        What it does not take now it gets with the next connection.
        """
        fallback_a, safe_a = self._steering.settings.fallback_a, self._steering.safe_a
        with suppress(CommandError, LinkLost, TimeoutError):
            async with asyncio.timeout(RESTORE_S):
                if await work.tidy(fallback_a, safe_a):
                    self._left = None

    # What a test left that was cut off.

    def _look(self) -> None:
        """Clear up once for each connection, until all of it was answered."""
        commands = self._charger.commands
        if self._left is None or commands in (None, self._cleared_up_by) or self.running:
            return
        self._cleared_up_by = commands
        self._clearing = asyncio.create_task(
            self._clear_up(self._left), name=f"clearing up {self._charger.identity}"
        )

    async def _clear_up(self, left: Leftovers) -> None:
        async with self._steering.lent(lambda: None):  # a choice waits: it is soon over
            await self._give_back(self._workbench(self._steering.safe_a, left))
        if self._left is None:
            _LOGGER.info("%s: a test that was cut off is cleared up", self._charger.identity)
            self._keep()

    def _workbench(self, limit_a: float, left: Leftovers) -> Workbench:
        return Workbench(
            self._charger, limit_a, self._monotonic, self._sleep, self._utcnow, left, self._keep
        )


def _told(charger: Charger, keys: Iterable[str]) -> str:
    """Return what the charger says of the first of these keys that it has; else nothing."""
    for key in keys:
        if (known := charger.configuration.get(key)) is not None:
            return (known.value or "").strip()
    return ""
