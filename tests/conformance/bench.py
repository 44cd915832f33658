"""A real wallbox process and a foreign central system, with the means to steer both."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from scripts.harness.home_assistant import HarnessError
from scripts.harness.wallbox import Wallbox
from tests.conformance.account import Account, account
from tests.conformance.central import Answer, Call, Central

RESTART_STATUS = 75
PASSWORD = "0123456789abcdef"

CARDS = {
    "04AAAAAA": {"status": "Accepted", "parentIdTag": "FAMILY"},
    "04BBBBBB": {"status": "Accepted", "parentIdTag": "FAMILY"},
    "04CCCCCC": {"status": "Accepted"},
    "04DDDDDD": {"status": "Blocked"},
    "DESK": {"status": "Accepted"},
}
ANNA, BERTA, CARLO, BLOCKED, DESK = CARDS
"""Anna and Berta are of one group; DESK is the operator's, for remote starts."""


class NotThere(Exception):  # noqa: N818
    """The wallbox says that it has no such profile."""


class Bench:
    """Waits are of real time unless they say otherwise."""

    patience_s = 90.0

    def __init__(self, folder: Path, central: Central, speed: float, **settings: object) -> None:
        """`folder`: of the wallbox's state; `settings` as those of `Wallbox`."""
        self.central = central
        common: dict[str, Any] = {
            "ocpp__url": central.url,
            "ocpp__identity": "conformance",
            "ocpp__password": PASSWORD,
            "installation__connectors": 2,
            "simulation__speed": speed,
            "simulation__house": "quiet",
        }
        self.wallbox = Wallbox(folder, **(common | settings))
        central.know(**CARDS)

    # ------------------------------------------------------------- the wallbox

    def sim(self, command: str, **fields: Any) -> dict[str, Any]:
        """One command of `evse sim`."""
        return self.wallbox.request(command=command, **fields)

    def press(self, fault: str, connector: int) -> None:
        """Acknowledge a fault whose cause is gone, again until the wallbox saw that."""

        def taken() -> bool:
            try:
                self.sim("press", fault=fault, connector=connector)
            except HarnessError as refusal:
                if "is still detected" not in str(refusal):
                    raise
                return False
            return True

        self.wait(taken, f"the acknowledgement of {fault}")

    def pass_s(self, simulated_s: float) -> None:
        """Let simulated time pass."""
        end_s = self._elapsed_s() + simulated_s
        while self._elapsed_s() < end_s:
            time.sleep(0.1)

    def _elapsed_s(self) -> float:
        return float(self.sim("status")["world"]["elapsed_s"])

    def register_wh(self, connector: int) -> float:
        """The meter, which the simulation knows best."""
        world = self.sim("status")["world"]
        return float(world["connectors"][str(connector)]["register_wh"])

    def start(self) -> None:
        """Start the process, and wait until the central system has its BootNotification."""
        boots = len(self.calls("BootNotification"))
        self.wallbox.start()
        self.wait(lambda: len(self.calls("BootNotification")) > boots, "a BootNotification")

    def start_again(self) -> None:
        """It was reset: wait for its end, and start it as a service would."""
        if (status := self.wallbox.wait(self.patience_s)) != RESTART_STATUS:
            raise AssertionError(f"the wallbox ended with status {status}, not {RESTART_STATUS}")
        self.start()

    # ------------------------------------------------------- the central system

    def ask(self, action: str, want: str = "Accepted", **payload: Any) -> Answer:
        """Send a call, whose answer has the status `want`.

        Raises NotThere for a CALLERROR which says that the wallbox has no such call.
        """
        answer = self.central.ask(action, **payload)
        if answer.error in {"NotSupported", "NotImplemented"} and answer.error != want:
            raise NotThere(action)
        if answer.status != want:
            raise AssertionError(f"{action} {payload}: {answer.status} {answer.what}, not {want}")
        return answer

    def wait(self, read: Any, what: str) -> Any:
        """The first truthy result of `read`."""
        return self.central.wait(read, what, self.patience_s)

    def calls(self, action: str, **fields: Any) -> list[Call]:
        """The wallbox's calls so far, those which have these fields."""
        return [
            call
            for call in tuple(self.central.record.calls)
            if call.action == action and fields.items() <= call.payload.items()
        ]

    def told_status(self, connector: int, status: str) -> None:
        """Wait until the last StatusNotification of a connector is this one."""

        def holds() -> bool:
            told = self.calls("StatusNotification", connectorId=connector)
            return bool(told) and told[-1].payload["status"] == status

        self.wait(holds, f"status {status} of connector {connector}")

    def account(self) -> Account:
        """The transactions so far."""
        return account(tuple(self.central.record.calls))

    def charging(self, connector: int) -> int:
        """Wait for a transaction at a connector that is told and under way; its number."""

        def number() -> int | None:
            running = [t for t in self.account().transactions if t.connector == connector]
            return running[-1].number if running and running[-1].stop is None else None

        found = self.wait(number, f"a transaction at connector {connector}")
        self.told_status(connector, "Charging")
        return int(found)

    def ended(self, number: int, reason: str) -> None:
        """Wait for the end of a transaction, with this reason."""

        def stopped() -> str | None:
            own = [t for t in self.account().transactions if t.number == number]
            return own[0].reason if own and own[0].stop else None

        came = self.wait(stopped, f"the end of transaction {number}")
        if came != reason:
            raise AssertionError(f"transaction {number} ended with {came}, not {reason}")
