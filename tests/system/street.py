"""What is physical around one fuse: a house, and cars at foreign charge points, second by second.

The cars follow the newest limit that holds at their charge point after 2 s. A profile that has
ended by the clock no longer holds: then the one below it does (OCPP 1.6, section 3.13.1).
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from scripts.harness.home_assistant import HomeAssistant
from tests.foreign.point import ForeignPoint

VOLTS = 230.0
REACTION_S = 2.0
DRAWS = 0.98
NO_LIMIT_A = 32.0
BACK_S = 5.0
"""The promise: so long after a step of the house all is below the fuse again."""
BUSY_S = 3.0
"""What real processes on two busy cores may add to it."""
_ORDER = ("TxProfile", "TxDefaultProfile")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class ForeignCar:
    """A three-phase car at a foreign charge point of OCPP 1.6, which starts and tells by itself."""

    def __init__(self, point: ForeignPoint, maximum_a: float = 16.0) -> None:
        self.point = point
        self.maximum_a = maximum_a
        self.amps = 0.0
        self.energy_wh = 5000.0
        self.transaction_id: int | None = None
        self._offers: list[tuple[float, float]] = []

    def plug_in(self) -> None:
        """Boot, and begin a transaction with a card."""
        self.point.answer(
            GetConfiguration={
                "configurationKey": [
                    {"key": "MeterValueSampleInterval", "readonly": False, "value": "10"}
                ]
            }
        )
        self.point.call(
            "BootNotification", {"chargePointVendor": "Foreign", "chargePointModel": "One"}
        )
        self._status("Available")
        self._status("Preparing")
        started = self.point.call(
            "StartTransaction",
            {"connectorId": 1, "idTag": "CARD1", "meterStart": 5000, "timestamp": _now()},
        )
        self.transaction_id = started["transactionId"]
        self._status("Charging")

    @property
    def offered_a(self) -> float:
        """What the profiles that hold now offer."""
        newest: dict[str, dict[str, Any]] = {}
        for payload in self.point.asked("SetChargingProfile"):
            profile = payload["csChargingProfiles"]
            newest[profile["chargingProfilePurpose"]] = profile
        for purpose in _ORDER:
            profile = newest.get(purpose)
            if profile is None or not self._holds(profile):
                continue
            return float(profile["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"])
        return NO_LIMIT_A

    def _holds(self, profile: dict[str, Any]) -> bool:
        if profile.get("transactionId") not in (None, self.transaction_id):
            return False
        schedule = profile["chargingSchedule"]
        if "duration" not in schedule or "startSchedule" not in schedule:
            return True
        begins = datetime.fromisoformat(schedule["startSchedule"])
        duration_s = float(schedule["duration"])
        return (datetime.now(UTC) - begins).total_seconds() < duration_s

    def second(self, now_s: float) -> None:
        """Let the car do what it was offered two seconds ago."""
        self._offers.append((now_s, self.offered_a))
        old = [offer for offer in self._offers if offer[0] <= now_s - REACTION_S]
        self._offers = self._offers[len(old) - 1 :] if old else self._offers
        aim_a = min(self.maximum_a, (old or self._offers)[-1][1]) * DRAWS
        aim_a = 0.0 if aim_a < 6.0 * DRAWS else aim_a
        self.energy_wh += 3 * VOLTS * self.amps / 3600
        self.amps = max(aim_a, self.amps - 12.0) if aim_a < self.amps else min(aim_a, self.amps + 2)

    def tell(self) -> None:
        """Send what a charge point sends each ten seconds."""
        currents = [
            {
                "value": f"{self.amps:.1f}",
                "measurand": "Current.Import",
                "unit": "A",
                "phase": phase,
            }
            for phase in ("L1", "L2", "L3")
        ]
        register = {"measurand": "Energy.Active.Import.Register", "unit": "Wh"}
        values = [*currents, register | {"value": str(int(self.energy_wh))}]
        self.point.call(
            "MeterValues",
            {
                "connectorId": 1,
                "transactionId": self.transaction_id,
                "meterValue": [{"timestamp": _now(), "sampledValue": values}],
            },
        )

    def _status(self, status: str) -> None:
        self.point.call(
            "StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": status}
        )


class GridMeter:
    """Three sensors of a meter at the grid, as another integration would show them."""

    ENTITIES = ("sensor.grid_l1", "sensor.grid_l2", "sensor.grid_l3")

    def __init__(self, page: HomeAssistant) -> None:
        self._page = page

    def show(self, amps: tuple[float, float, float]) -> None:
        """Show what flows in from the grid now."""
        for number, (entity_id, value) in enumerate(zip(self.ENTITIES, amps, strict=True), 1):
            self._page.api(
                "POST",
                f"/api/states/{entity_id}",
                {
                    "state": f"{value:.2f}",
                    "attributes": {
                        "friendly_name": f"Grid L{number}",
                        "device_class": "current",
                        "state_class": "measurement",
                        "unit_of_measurement": "A",
                    },
                    # The same value again is news all the same: it was measured anew.
                    "force_update": True,
                },
            )


def add_site(page: HomeAssistant, entry_id: str, fuse_a: float) -> None:
    """Add the site "Street" with its fuse and the three sensors of its meter."""
    sensors = ("grid_current_l1", "grid_current_l2", "grid_current_l3")
    page.add_site(
        entry_id,
        basics={
            "name": "Street",
            "fuse_current": str(int(fuse_a)),
            "phases": "3",
            "meter_kind": "phase_currents",
        },
        meter=dict(zip(sensors, GridMeter.ENTITIES, strict=True)),
    )


class Overload:
    """For how long a fuse was exceeded without a break, s: the longest stretch by phase."""

    def __init__(self, fuse_a: float) -> None:
        self.fuse_a = fuse_a
        self.longest_s = 0.0
        self.highest_a = 0.0
        self._since_s: float | None = None

    def look(self, amps: tuple[float, float, float]) -> None:
        """Take what flows now."""
        now_s = time.monotonic()
        self.highest_a = max(self.highest_a, *amps)
        if max(amps) <= self.fuse_a:
            self._since_s = None
            return
        if self._since_s is None:
            self._since_s = now_s
        self.longest_s = max(self.longest_s, now_s - self._since_s)
