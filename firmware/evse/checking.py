"""The check of the house meter with a car that charges: runs it, and stores what it found.

What is decided is in `meters.commissioning`. The check only ever limits; so whatever it wants, no
fuse, cable or car gets more than it may.
"""

from collections.abc import Mapping
from typing import Any

from evse.clock import Clock
from evse.connector import Connector
from evse.core.limits import Limit, Source
from evse.meters import commissioning
from evse.meters.catalogue import CUSTOM
from evse.meters.commissioning import CheckSettings, CheckState, Result, Sample
from evse.meters.reading import MeterReading
from evse.meters.registers import POWERS
from evse.settings.meter_maps import register_map
from evse.settings.values import Settings

LEASE_S = 10.0
"""Without a sample for so long the check does not limit any more."""

ORIGIN = "the check of the house meter"
"""Who changes the settings, for the log."""


class Checking:
    """See the module. One check at a time."""

    def __init__(
        self, settings: Settings, clock: Clock, connectors: Mapping[int, Connector]
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._connectors = connectors
        self._number = 0
        self._state: CheckState | None = None
        self._fed_at_s = 0.0

    def start(self, number: int) -> None:
        """Begin with the car of a connector. ValueError when it does not charge, or another check
        goes on."""
        if self._state is not None and self._state.result is None:
            raise ValueError(f"the check goes on with connector {self._number}")
        connector = self._connectors.get(number)
        if connector is None:
            raise ValueError(f"connector: came {number}, allowed {_list(self._connectors)}")
        if not connector.controller.contactor:
            raise ValueError(f"connector {number}: no car charges; start a charge first")
        rule = CheckSettings(signed=self._tells_directions())
        self._number, self._state = number, commissioning.started(rule)
        self._fed_at_s = self._clock.monotonic()

    def _tells_directions(self) -> bool:
        """Whether the house meter does: by its powers, or by the currents of one typed in by hand,
        of which nobody knows."""
        shows = register_map(self._settings.values, "dlb").registers
        by_hand = self._settings["meter.dlb.model"] == CUSTOM
        return by_hand or any(power in shows for power in POWERS)

    def stop(self) -> None:
        """End it without a result."""
        self._state = None

    def house_metered(self, house: MeterReading, chargers: Mapping[int, MeterReading]) -> None:
        """A sample of the house, with those of the chargers of the same round."""
        if self._state is None or self._state.result is not None:
            return
        now_s = self._clock.monotonic()
        charger = chargers.get(self._number)
        sample = None
        if charger is not None:
            sample = Sample(house.at_s, house.current_a, charger.current_a)
            self._fed_at_s = now_s
        self._state = commissioning.advance(self._state, sample, now_s)

    def limit(self, number: int) -> Limit | None:
        """What the check lets a connector have; None for one that it does not use."""
        state = self._state
        if state is None or state.result is not None or number != self._number:
            return None
        until_s = self._fed_at_s + LEASE_S
        if self._clock.monotonic() >= until_s:
            return None
        return Limit(Source.CHECK, state.wanted_a, self._fed_at_s, until_s, state.settings.low_a)

    async def store(self) -> dict[str, str]:
        """Set what was found, which is in force at once; the settings that were changed.

        ValueError when nothing was found yet, or nothing that a setting can mend.
        """
        result = None if self._state is None else self._state.result
        if result is None or not (result.carries or result.reversed):
            raise ValueError("the check has found nothing yet that could be set")
        changed = {}
        for key, value in self._to_set(result).items():
            if self._settings[key] != value:
                await self._settings.set(key, value, ORIGIN)
                changed[key] = value
        return changed

    def _to_set(self, result: Result) -> dict[str, str]:
        order, inverted = commissioning.to_set(
            result, self._settings["meter.dlb.phase_order"], self._settings["meter.dlb.inverted"]
        )
        return {"meter.dlb.phase_order": order, "meter.dlb.inverted": inverted}

    def snapshot(self) -> dict[str, Any]:
        """How it stands, as JSON values."""
        state = self._state
        if state is None:
            return {"check": None}
        now_s = self._clock.monotonic()
        silent = state.result is None and now_s - self._fed_at_s >= commissioning.LONGEST_LEVEL_S
        told: dict[str, Any] = {
            "connector": self._number,
            "steps": len(state.steps),
            "most_steps": commissioning.MOST_STEPS,
            "wanted_a": state.wanted_a,
            "result": None,
            "silent": silent,
        }
        if state.result is not None:
            told["result"] = state.result.as_json()
            if state.result.carries or state.result.reversed:
                told["to_set"] = self._to_set(state.result)
        return {"check": told}


def _list(connectors: Mapping[int, Connector]) -> str:
    return " or ".join(map(str, connectors))
