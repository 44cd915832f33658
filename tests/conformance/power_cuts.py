"""Kills a charging wallbox at random instants, starts it again, and settles the account at the end.

    python -m tests.conformance.power_cuts [--cuts 500] [--seed 1] [--speed 20]

A real process under a foreign central system: cars come and go, cards and remote starts begin and
end charges, the network is there or not. At a random instant, in three of ten cases while it is
still starting, the process gets SIGKILL, and is started again on its folder; whether transactions
go on then (RestartTransactionAfterPowerLoss) is random, too. At the end:

- each transaction that the wallbox has stored is told exactly once, none besides, each has one end
  and comes in order (`account`). A call whose answer was lost comes again with its message id: that
  is how a central system knows it, and it counts once;
- the right energy. What was stored at a cut is read from a copy of the database: the end of a
  transaction that was stored then is the one that is told, and one that ends by the power cut never
  ends below the last sample stored. What is not stored then is at most `UNSTORED_WH`: the register
  at the cut, which the simulated world has kept, less that sample;
- nothing is lost or counted twice: the register stands still from one transaction to the next, also
  where one has ended by a power cut.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from scripts.harness.home_assistant import HarnessError, wait_until
from tests.conformance.account import Transaction, energy_faults
from tests.conformance.bench import ANNA, BERTA, CARLO, DESK, Bench
from tests.conformance.central import COMMANDS, Central, CentralError

CONNECTORS = (1, 2)
START_UP_S = 1.2
"""(real) A cut in the start comes within this time after the process was begun."""

RUNNING_S = 4.0
"""(real) Any other, within this time after it was ready."""

SAMPLE_S = 10.0
"""A register is stored so often in a transaction (`evse.station.SAMPLE_EVERY_S`)."""

DELAY_S = 8.0
"""What may come on top: the meter's register is read each 1 … 3 s, and writing it takes real time,
which is much of a fast simulation."""

LATE_S = 0.2
"""(real) So late are the answers to starts and ends, that cuts come before them, too."""

CAR_W = 3 * 16 * 230
UNSTORED_WH = (SAMPLE_S + DELAY_S) * CAR_W / 3600
ROUNDING_WH = 1.0


@dataclass(frozen=True, slots=True)
class Stored:
    """A transaction in the wallbox's database, Wh. `stop_wh` is None while it is open."""

    connector: int
    start_wh: int
    last_wh: int
    stop_wh: int | None
    reason: str | None
    server_id: int | None


@dataclass(slots=True)
class Outcome:
    """What it showed. `repeated`: calls that came again; `open_at_cut`: transactions that a cut has
    met; `lost_wh`: what no transaction has counted, and the most that was not stored at one cut."""

    cuts: int = 0
    in_start: int = 0
    open_at_cut: int = 0
    offline_at_cut: int = 0
    transactions: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    calls: int = 0
    repeated: int = 0
    booked_wh: int = 0
    metered_wh: float = 0.0
    lost_wh: float = 0.0
    unstored_most_wh: float = 0.0
    took_s: float = 0.0
    faults: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)


def stored(folder: Path) -> dict[str, Stored]:
    """The transactions on disk by their local id, without touching the files of the wallbox."""
    with tempfile.TemporaryDirectory() as copy:
        for path in folder.glob("evse.sqlite*"):
            if not path.name.endswith("-shm"):
                shutil.copy(path, copy)
        database = sqlite3.connect(Path(copy) / "evse.sqlite")
        try:
            rows = database.execute(
                "SELECT local_id, connector_id, meter_start_wh, coalesce(last_wh, meter_start_wh),"
                " meter_stop_wh, reason, server_id FROM transactions"
            ).fetchall()
        except sqlite3.OperationalError:  # killed before the tables were made
            rows = []
        finally:
            database.close()
    return {row[0]: Stored(*row[1:]) for row in rows}


def registers_wh(folder: Path) -> dict[int, float]:
    """The meters, as the simulated world has kept them."""
    world = json.loads((folder / "simulation.json").read_text())
    return {number: float(world["connectors"][str(number)]["register_wh"]) for number in CONNECTORS}


class Household:
    """Those who charge: one random thing after the other, of what can be done just now."""

    def __init__(self, bench: Bench, chance: random.Random) -> None:
        self._bench = bench
        self._chance = chance
        self.network = True

    def act(self) -> None:
        """One step. HarnessError or CentralError when the power is cut meanwhile."""
        status = self._bench.sim("status")
        number = self._chance.choice(CONNECTORS)
        plugged = status["world"]["connectors"][str(number)]["plugged"]
        transaction = status["connectors"][str(number)]["transaction"]
        actions: list[Callable[[], Any]] = [self._toggle, self._wait, self._wait]
        if transaction is not None:
            card = transaction["id_tag"]
            actions += [lambda: self._card(number, card), lambda: self._stop(transaction)]
            actions += [self._wait] * 4
        else:
            card = self._chance.choice((ANNA, BERTA, CARLO))
            actions += [lambda: self._card(number, card)] * 3
            actions += [lambda: self._start(number)] * 2
        actions += [lambda: self._move(number, plugged)] * (1 if plugged else 5)
        self._chance.choice(actions)()

    def _wait(self) -> None:
        time.sleep(self._chance.uniform(0, 0.5))

    def _toggle(self) -> None:
        self.network = self._chance.random() < 0.7
        self._bench.sim("network", up=self.network)

    def _card(self, number: int, card: str) -> None:
        self._bench.sim("card", uid=card, connector=number)

    def _move(self, number: int, plugged: bool) -> None:
        if plugged:
            self._bench.sim("unplug", connector=number)
        else:
            self._bench.sim("plug", connector=number, max_a=16)

    def _start(self, number: int) -> None:
        if self.network:
            self._bench.central.ask("RemoteStartTransaction", connectorId=number, idTag=DESK)

    def _stop(self, transaction: dict[str, Any]) -> None:
        if self.network and transaction["server_id"] is not None:
            self._bench.central.ask("RemoteStopTransaction", transactionId=transaction["server_id"])


class Campaign:
    """The cuts, and what was on disk at each of them."""

    def __init__(self, bench: Bench, chance: random.Random, outcome: Outcome) -> None:
        self._bench = bench
        self._chance = chance
        self._outcome = outcome
        self._folder = bench.wallbox.folder
        self._ends: dict[str, int] = {}
        self._samples: dict[str, int] = {}
        self._household = Household(bench, chance)

    def cut(self) -> None:
        """Start it, let the household live, kill it; keep what is on disk then."""
        starting = self._chance.random() < 0.3
        self._household.network = True  # a cable that was pulled is plugged in with the power
        resume = self._chance.choice(("true", "false"))  # RestartTransactionAfterPowerLoss
        self._bench.wallbox.settings["authorization.restart_after_power_loss"] = resume
        if starting:
            self._kill_in_start(self._chance.uniform(0, START_UP_S))
        else:
            self._live(self._chance.uniform(0, RUNNING_S))
        self._outcome.cuts += 1
        self._outcome.in_start += starting
        self._outcome.offline_at_cut += not self._household.network
        if (self._folder / "evse.sqlite").exists():
            self._look()

    def _kill_in_start(self, after_s: float) -> None:
        self._bench.wallbox.spawn()
        time.sleep(after_s)
        self._bench.wallbox.kill()

    def _live(self, for_s: float) -> None:
        self._bench.wallbox.start()
        killer = threading.Timer(for_s, self._bench.wallbox.kill)
        killer.start()
        while killer.is_alive():
            try:
                self._household.act()
            except (HarnessError, CentralError):
                time.sleep(0.02)  # refused, or killed in the middle of it
        killer.join()

    def _look(self) -> None:
        """What is stored now can only become more."""
        at_wh = registers_wh(self._folder) if (self._folder / "simulation.json").exists() else {}
        now = stored(self._folder)
        if gone := (self._ends.keys() | self._samples.keys()) - now.keys():
            self._outcome.faults.append(f"cut {self._outcome.cuts}: not stored any more: {gone}")
        for local_id, row in now.items():
            if row.stop_wh is not None:
                self._ended(local_id, row)
                continue
            self._outcome.open_at_cut += 1
            self._samples[local_id] = row.last_wh
            unstored_wh = at_wh[row.connector] - row.last_wh
            self._outcome.unstored_most_wh = max(self._outcome.unstored_most_wh, unstored_wh)
            if not -ROUNDING_WH <= unstored_wh <= UNSTORED_WH:
                self._outcome.faults.append(
                    f"cut {self._outcome.cuts}: {unstored_wh:.1f} Wh not stored: {row}"
                )

    def _ended(self, local_id: str, row: Stored) -> None:
        """An end that is stored stays; it is not below the last sample."""
        stop_wh = row.stop_wh or 0
        sample_wh = self._samples.get(local_id, row.start_wh)
        if self._ends.setdefault(local_id, stop_wh) != stop_wh:
            self._outcome.faults.append(f"its end was {self._ends[local_id]} Wh: {row}")
        if stop_wh < sample_wh:
            self._outcome.faults.append(f"its last sample was {sample_wh} Wh: {row}")

    def settle(self) -> None:
        """Let all cars go, let everything be told; compare what was told with what is stored."""
        self._bench.start()
        for number in CONNECTORS:
            if self._bench.sim("status")["world"]["connectors"][str(number)]["plugged"]:
                self._bench.sim("unplug", connector=number)
        wait_until(self._at_rest, "the end of all transactions", self._bench.patience_s)
        wait_until(lambda: not self._waiting(), "an empty outbox", self._bench.patience_s)
        self._bench.wallbox.stop()
        self._look()
        self._compare(stored(self._folder), registers_wh(self._folder))

    def _at_rest(self) -> bool:
        connectors = self._bench.sim("status")["connectors"].values()
        return all(
            each["transaction"] is None and each["phase"] != "charging" for each in connectors
        )

    def _waiting(self) -> int:
        with sqlite3.connect(f"file:{self._folder}/evse.sqlite?mode=ro", uri=True) as database:
            return int(database.execute("SELECT count(*) FROM outbox").fetchone()[0])

    def _compare(self, rows: dict[str, Stored], at_wh: dict[int, float]) -> None:
        outcome, account = self._outcome, self._bench.account()
        outcome.faults += account.faults + energy_faults(account.transactions)
        told = {t.number: (t.connector, t.start_wh, t.stop_wh) for t in account.transactions}
        kept = {row.server_id: (row.connector, row.start_wh, row.stop_wh) for row in rows.values()}
        if told != kept or len(rows) != len(kept):
            outcome.faults.append(f"told and not stored: {_others(told, kept)}")
            outcome.faults.append(f"stored and not told: {_others(kept, told)}")
        outcome.transactions, outcome.repeated = len(told), account.repeated
        outcome.calls = len(self._bench.central.record.calls)
        for each in account.transactions:
            outcome.reasons[each.reason] = outcome.reasons.get(each.reason, 0) + 1
        for number in CONNECTORS:
            self._count(number, account.transactions, at_wh[number])

    def _count(self, number: int, transactions: list[Transaction], at_wh: float) -> None:
        """Nothing lies between the transactions of a connector."""
        own = [each for each in transactions if each.connector == number]
        booked_wh = sum(each.stop_wh - each.start_wh for each in own)
        self._outcome.booked_wh += booked_wh
        self._outcome.metered_wh += at_wh
        self._outcome.lost_wh += at_wh - booked_wh
        for each, then_wh in zip(own, [*(t.start_wh for t in own[1:]), at_wh], strict=True):
            if then_wh - each.stop_wh > ROUNDING_WH:
                self._outcome.faults.append(
                    f"transaction {each.number} ({each.reason}) ends at {each.stop_wh} Wh, "
                    f"the register is at {then_wh:.1f} Wh then"
                )


def _others(these: dict[int | None, Any] | dict[int, Any], those: Any) -> list[Any]:
    return [item for item in these.items() if item not in those.items()]


def run(folder: Path, central_name: str, cuts: int, seed: int, speed: float) -> Outcome:
    """One campaign. Raises UnavailableError where the central system cannot be had."""
    folder.mkdir(parents=True, exist_ok=True)
    outcome, began_s = Outcome(), time.monotonic()
    with Central(central_name, folder / "central.log") as central:
        settings = {"ocpp__connection_timeout_s": 600, "ocpp__meter_value_sample_interval_s": 15}
        bench = Bench(folder / "wallbox", central, speed, **settings)
        bench.patience_s = 90.0
        central.answer_late(StartTransaction=LATE_S, StopTransaction=LATE_S)
        campaign = Campaign(bench, random.Random(seed), outcome)
        try:
            while outcome.cuts < cuts:
                campaign.cut()
            campaign.settle()
        except (CentralError, HarnessError) as error:
            outcome.faults.append(f"after {outcome.cuts} cuts: {error}")
        finally:
            bench.wallbox.kill()
            outcome.violations = central.record.violations
    outcome.took_s = round(time.monotonic() - began_s)
    return outcome


def main() -> None:
    """Print the outcome; exit status 1 with faults or violations."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--central", choices=tuple(COMMANDS), default="python-ocpp")
    parser.add_argument("--cuts", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=20.0)
    parser.add_argument("--folder", type=Path, help="keep state and logs here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="evse-cuts-") as temporary:
        folder = options.folder or Path(temporary)
        outcome = run(folder, options.central, options.cuts, options.seed, options.speed)
    print(json.dumps(asdict(outcome), indent=1))
    raise SystemExit(bool(outcome.faults or outcome.violations))


if __name__ == "__main__":
    main()
