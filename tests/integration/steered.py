"""A simulated wallbox with a car, its steering and its commissioning, on virtual time."""

import asyncio
from collections.abc import Callable
from typing import Any

from custom_components.evse_ocpp.central.transaction import TransactionId
from custom_components.evse_ocpp.central.trial_steps import Check, Verdict
from custom_components.evse_ocpp.commissioning import Commissioning
from custom_components.evse_ocpp.commissioning_leftovers import Leftovers
from custom_components.evse_ocpp.commissioning_report import Report
from custom_components.evse_ocpp.energy.allowance import Choices
from custom_components.evse_ocpp.steering import Steering, SteeringSettings

from .central.simulated_charger import VOLTS, Behaviour, SimulatedCharger


class Scene:
    """A wallbox with a car that charges, its steering, and its commissioning."""

    def __init__(
        self,
        behaviour: Behaviour,
        limit_a: float = 16.0,
        fallback_a: float = 6.0,
        *,
        speaks: type[SimulatedCharger] = SimulatedCharger,
    ):
        self.wallbox = speaks(behaviour)
        self.charger = self.wallbox.charger
        self.connector = self.wallbox.connector
        self.kept = 0
        self.stored: dict[str, Any] | None = None
        self.stopped: dict[int, TransactionId] = {}
        self.at: dict[float, Callable[[], object]] = {}
        self.limit_a, self.fallback_a = limit_a, fallback_a
        self._begin(None)

    def _begin(self, left: Leftovers | None) -> None:
        self.steering = Steering(
            self.charger,
            Choices(limit_a=self.limit_a),
            SteeringSettings(fallback_a=self.fallback_a, lease_s=180),
            local_now=lambda: self.wallbox.now,
            choices_changed=lambda _: self._keep_stopped(),
            stopped=self.stopped,
            monotonic=self.wallbox.monotonic,
        )
        self.commissioning = Commissioning(
            self.charger,
            self.steering,
            None,
            left=left,
            keep=self._keep,
            monotonic=self.wallbox.monotonic,
            sleep=self.sleep,
            utcnow=lambda: self.wallbox.now,
        )

    def _keep(self) -> None:
        self.kept += 1
        self.stored = self.commissioning.left and self.commissioning.left.to_dict()

    def _keep_stopped(self) -> None:
        self.stopped = dict(self.steering.stopped)

    def begin_anew(self) -> None:
        """Let a new Home Assistant take over, which knows what was stored and no more."""
        self._begin(None if self.stored is None else Leftovers.from_dict(self.stored))

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)
        await self.wallbox.sleep(seconds)
        for moment, action in list(self.at.items()):
            if self.wallbox.monotonic() >= moment:
                del self.at[moment]
                action()

    async def charge(self, turns: int = 12) -> None:
        for _ in range(turns):
            await self.steering.turn()
            await self.wallbox.sleep(5)

    async def begin(self) -> None:
        self.wallbox.plug_in()
        self.wallbox.start()
        await self.charge(6)

    async def test(self, **how) -> Report:
        await self.begin()
        return await self.commissioning.start(**how)

    def verdict(self, check: Check) -> Verdict:
        report = self.commissioning.report
        assert report is not None
        return [each.verdict for each in report.findings if each.check is check][-1]

    def stays_safe(self) -> None:
        assert self.wallbox.most_a <= 16.0
        assert self.wallbox.most_w <= 16.0 * self.wallbox.behaviour.car_phases * VOLTS
        assert self.wallbox.persistent_zeros() == []
