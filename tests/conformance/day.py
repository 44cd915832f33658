"""A scripted day of a wallbox under a foreign central system, each a process of its own.

    python -m tests.conformance.day [--central ocpp-rpc] [--hour-s 3600] [--speed 60]

Cards, remote starts, offline hours, charging profiles, reservations, diagnostics, firmware, resets.
An hour of the script lasts `--hour-s` of simulated time; short ones show the same, but for their
length. The day goes on after a chapter that fails; what is said at its end is JSON.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

from scripts.harness.home_assistant import HarnessError
from tests.conformance.account import energy_faults, time_faults
from tests.conformance.bench import Bench, NotThere
from tests.conformance.central import COMMANDS, Central, CentralError
from tests.conformance.chapters import Chapters
from tests.conformance.files import Files

ROUNDING_WH = 1.0
"""Each register that is told is whole Wh; so much may be lost from one transaction to the next."""


@dataclass(slots=True)
class Outcome:
    """What a day showed. `faults`: of chapters and accounts; `missing`: chapters whose profile the
    wallbox does not have."""

    central: str
    faults: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    calls: int = 0
    asked: int = 0
    actions: list[str] = field(default_factory=list)
    transactions: int = 0
    repeated: int = 0
    booked_wh: int = 0
    metered_wh: float = 0.0


class Day:
    """The day of one wallbox."""

    def __init__(self, bench: Bench, chapters: Chapters) -> None:
        self.bench = bench
        self.chapters = chapters

    def live(self, outcome: Outcome) -> None:
        """All chapters; one that fails is told, and the next begins from a tidy wallbox."""
        for chapter in self.chapters.all:
            try:
                chapter()
            except NotThere as what:
                outcome.missing.append(f"{chapter.__name__}: no {what}")
            except (AssertionError, CentralError, HarnessError, KeyError, IndexError) as error:
                outcome.faults.append(f"{chapter.__name__}: {type(error).__name__} {error}")
                if chapter == self.chapters.boot:
                    return
                self._tidy(outcome)
        try:
            self._settle(outcome)
        except HarnessError as error:
            outcome.faults.append(f"the accounts: {error}")

    def _tidy(self, outcome: Outcome) -> None:
        """After a failed chapter: no cars, and a network."""
        try:
            self.bench.sim("network", up=True)
            cars = self.bench.sim("status")["world"]["connectors"]
            for connector in (1, 2):
                if cars[str(connector)]["plugged"]:
                    self.bench.sim("unplug", connector=connector)
                self.bench.told_status(connector, "Available")
        except (CentralError, HarnessError) as error:
            outcome.faults.append(f"tidying: {error}")

    def _settle(self, outcome: Outcome) -> None:
        """The accounts of the day."""
        account, record = self.bench.account(), self.bench.central.record
        outcome.faults += account.faults
        outcome.faults += energy_faults(account.transactions) + time_faults(account.transactions)
        outcome.transactions, outcome.repeated = len(account.transactions), account.repeated
        for connector in (1, 2):
            booked, metered = account.booked_wh(connector), self.bench.register_wh(connector)
            number = sum(each.connector == connector for each in account.transactions)
            outcome.booked_wh += booked
            outcome.metered_wh += metered
            if abs(booked - metered) > ROUNDING_WH * number:
                outcome.faults.append(
                    f"connector {connector}: {booked} Wh told in {number} transactions, "
                    f"{metered:.1f} Wh metered"
                )
        outcome.calls, outcome.asked = len(record.calls), record.asked
        outcome.actions = sorted({call.action for call in record.calls})


def run(folder: Path, central_name: str, hour_s: float, speed: float) -> Outcome:
    """One day. Raises UnavailableError where the central system cannot be had."""
    folder.mkdir(parents=True, exist_ok=True)
    outcome = Outcome(central_name)
    with Central(central_name, folder / "central.log") as central, Files() as files:
        bench = Bench(folder / "wallbox", central, speed)
        try:
            Day(bench, Chapters(bench, files, hour_s)).live(outcome)
        finally:
            bench.wallbox.kill()
            outcome.violations = central.record.violations
    return outcome


def main() -> None:
    """Print the outcome; exit status 1 with faults or violations."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--central", choices=tuple(COMMANDS), default="python-ocpp")
    parser.add_argument("--hour-s", type=float, default=60.0)
    parser.add_argument("--speed", type=float, default=20.0)
    parser.add_argument("--folder", type=Path, help="keep state and logs here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="evse-day-") as temporary:
        folder = options.folder or Path(temporary)
        outcome = run(folder, options.central, options.hour_s, options.speed)
    print(json.dumps(asdict(outcome), indent=1))
    raise SystemExit(bool(outcome.faults or outcome.violations))


if __name__ == "__main__":
    main()
