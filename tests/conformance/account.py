"""What a central system was told of transactions, and what is wrong with it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.conformance.central import Call

REGISTER = "Energy.Active.Import.Register"

STORING_S = timedelta(seconds=1)
"""A sample may be taken while the end of its transaction is being stored."""


@dataclass(slots=True)
class Transaction:
    """One transaction as it was told. Energies are the meter's register, Wh."""

    number: int
    start: Call
    values: list[Call] = field(default_factory=list)
    stop: Call | None = None

    @property
    def connector(self) -> int:
        """Where."""
        return int(self.start.payload["connectorId"])

    @property
    def start_wh(self) -> int:
        """`meterStart`."""
        return int(self.start.payload["meterStart"])

    @property
    def stop_wh(self) -> int:
        """`meterStop`; that of the start while there is none."""
        return int(self.stop.payload["meterStop"]) if self.stop else self.start_wh

    @property
    def reason(self) -> str:
        """Why it ended."""
        return str(self.stop.payload.get("reason", "Local")) if self.stop else ""

    @property
    def registers_wh(self) -> list[float]:
        """The register in the meter values, in the order in which they came."""
        return [
            float(sample["value"])
            for call in self.values
            for value in call.payload["meterValue"]
            for sample in value["sampledValue"]
            if sample.get("measurand", REGISTER) == REGISTER
        ]

    @property
    def times(self) -> list[datetime]:
        """The instants of start, meter values and stop, in the order in which they came."""
        stamps = [self.start.payload["timestamp"]]
        stamps += [
            value["timestamp"] for call in self.values for value in call.payload["meterValue"]
        ]
        stamps += [self.stop.payload["timestamp"]] if self.stop else []
        return [datetime.fromisoformat(stamp) for stamp in stamps]


@dataclass(slots=True)
class Account:
    """All transactions in the order of their starts. `repeated`: calls which came again with their
    message id, because the answer was lost; they count once."""

    transactions: list[Transaction] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    repeated: int = 0

    def booked_wh(self, connector: int) -> int:
        """The energy of all transactions of a connector."""
        own = [each for each in self.transactions if each.connector == connector]
        return sum(each.stop_wh - each.start_wh for each in own)


def account(calls: Iterable[Call]) -> Account:
    """Sort the calls by transaction.

    Its faults: a call that came again but other than before, a transaction told twice, not ended,
    or ended twice, and whatever comes before its start or after its end.
    """
    told = Account()
    seen: dict[str, Call] = {}
    by_number: dict[int, Transaction] = {}
    for call in calls:
        before = seen.setdefault(call.message_id, call)
        if before is call:
            _take(call, told, by_number)
            continue
        told.repeated += 1
        if (before.action, before.payload) != (call.action, call.payload):
            told.faults.append(f"came again, but changed: {before.payload} → {call.payload}")
    told.transactions = list(by_number.values())
    starts = [str(sorted(each.start.payload.items())) for each in told.transactions]
    told.faults += [f"told twice: {start}" for start in starts if starts.count(start) > 1]
    told.faults += [f"not ended: {t.start.payload}" for t in told.transactions if t.stop is None]
    return told


def _take(call: Call, told: Account, by_number: dict[int, Transaction]) -> None:
    if call.action == "StartTransaction":
        given = int(call.answer["transactionId"])
        by_number[given] = Transaction(given, call)
        return
    number = call.payload.get("transactionId")
    if call.action not in {"StopTransaction", "MeterValues"} or number is None:
        return
    transaction = by_number.get(number)
    if transaction is None:
        told.faults.append(f"{call.action} of transaction {number}, which has not begun")
    elif transaction.stop is not None:
        told.faults.append(f"{call.action} after the end of transaction {number}: {call.payload}")
    elif call.action == "StopTransaction":
        transaction.stop = call
    else:
        transaction.values.append(call)


def energy_faults(transactions: Sequence[Transaction]) -> list[str]:
    """Where a register goes back: within a transaction, or from one to the next of a connector."""
    found = []
    at_wh: dict[int, float] = {}
    for each in transactions:
        for wh in (each.start_wh, *each.registers_wh, each.stop_wh):
            if wh < at_wh.get(each.connector, 0):
                found.append(
                    f"transaction {each.number} ({each.reason}): "
                    f"the register goes from {at_wh[each.connector]:g} to {wh:g} Wh"
                )
            at_wh[each.connector] = wh
    return found


def time_faults(transactions: Sequence[Transaction]) -> list[str]:
    """Where time goes back within a transaction by more than `STORING_S`."""
    return [
        f"transaction {each.number} ({each.reason}): the time goes from {before} to {after}"
        for each in transactions
        for before, after in zip(each.times, each.times[1:], strict=False)
        if after < before - STORING_S
    ]
