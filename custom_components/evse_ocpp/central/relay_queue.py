"""What waits to be told to a second back office: in order, bounded, and kept over restarts.

The queue itself is pure. `changes` are what its store has to write; what was told before it was
ever written costs no write at all.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from .transaction import TransactionId

MAX_WAITING = 2000
"""Some two days of one charge after the other at a sample a minute; about 2 MB on disk."""
MAX_REFUSALS = 3
"""TransactionMessageAttempts of most chargers: then a message is given up (OCPP 1.6, 9.1.25)."""
MAX_TRANSACTIONS = 200
"""Transactions whose end never came are forgotten, the oldest first."""

METER_VALUES, START, STOP = "MeterValues", "StartTransaction", "StopTransaction"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One message that waits. `transaction_id`: ours, as text; None for samples outside of any.

    The payload is that of OCPP 1.6 without transactionId. `number` orders; it is never used again.
    """

    number: int
    at: datetime
    action: str
    transaction_id: str | None
    payload: dict[str, Any]
    refusals: int = 0


@dataclass(slots=True)
class Changes:
    """What is not in the store yet. `transactions`: all of them, None when they are unchanged."""

    put: list[Waiting] = field(default_factory=list)
    deleted: list[int] = field(default_factory=list)
    transactions: dict[str, int] | None = None

    def __bool__(self) -> bool:
        return bool(self.put or self.deleted or self.transactions is not None)


class RelayStore(Protocol):
    """Where the messages for one charger's second back office are kept."""

    async def load(self) -> tuple[Sequence[Waiting], Mapping[str, int]]:
        """Return what was written: the messages by number, and their transaction ids by ours."""

    async def write(self, changes: Changes) -> None:
        """Write all of it or nothing; OSError when it cannot be written."""


class RelayQueue:
    """The messages that wait, and which transaction has which id at the other side.

    `dropped` counts by action what was given up: too old, refused too often, or of a transaction
    which the other side has never seen.
    """

    def __init__(
        self, waiting: Collection[Waiting] = (), transactions: Mapping[str, int] | None = None
    ) -> None:
        self._waiting = {each.number: each for each in waiting}
        self._next_number = max(self._waiting, default=0) + 1
        self._theirs = dict(transactions or {})
        self._stored = set(self._waiting)
        self._deleted: list[int] = []
        self._dirty: set[int] = set()
        self._theirs_changed = False
        self.dropped: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def urgent(self) -> bool:
        """Whether there are changes that may not be lost: all but meter values."""
        dirty = (self._waiting[number].action for number in self._dirty)
        return self._theirs_changed or any(action != METER_VALUES for action in dirty)

    def add(
        self,
        at: datetime,
        action: str,
        transaction_id: TransactionId | None,
        payload: Mapping[str, Any],
    ) -> bool:
        """Append a message; return False where it is a repetition, or belongs to nothing told.

        A charger repeats what was not answered in time, so each transaction starts and ends once.
        """
        if transaction_id is not None:
            told = self.knows(transaction_id)
            if told == (action == START) or (action == STOP and self._has(STOP, transaction_id)):
                return False
        number, self._next_number = self._next_number, self._next_number + 1
        kept = {key: value for key, value in payload.items() if key != "transactionId"}
        self._waiting[number] = Waiting(
            number, at, action, None if transaction_id is None else str(transaction_id), kept
        )
        self._dirty.add(number)
        if len(self._waiting) > MAX_WAITING:
            self._drop_oldest()
        return True

    def knows(self, transaction_id: TransactionId) -> bool:
        """Tell whether the other side knows this transaction, or will."""
        return str(transaction_id) in self._theirs or self._has(START, transaction_id)

    def open_transactions(self) -> list[str]:
        """Return our ids of the transactions whose end neither was told nor waits, as text."""
        started = [each for each in self._waiting.values() if each.action == START]
        ids = [*self._theirs, *(each.transaction_id or "" for each in started)]
        ended = {each.transaction_id for each in self._waiting.values() if each.action == STOP}
        return [each for each in ids if each not in ended]

    def next(self) -> tuple[Waiting, dict[str, Any]] | None:
        """Return the oldest message and its payload with the other side's transaction id."""
        while self._waiting:
            message = next(iter(self._waiting.values()))
            if message.action == START or message.transaction_id is None:
                return message, message.payload
            if (theirs := self.theirs(message.transaction_id)) is not None:
                return message, message.payload | {"transactionId": theirs}
            self.drop(message)  # its start was refused for good
        return None

    def told(self, message: Waiting, their_id: int | None = None) -> None:
        """Take a message off that was accepted; `their_id` is the answer to a start."""
        self._take_off(message.number)
        ours = message.transaction_id or ""
        if message.action == START and their_id is not None:
            self._theirs[ours] = their_id
            while len(self._theirs) > MAX_TRANSACTIONS:
                del self._theirs[next(iter(self._theirs))]
            self._theirs_changed = True
        elif message.action == STOP and self._theirs.pop(ours, None) is not None:
            self._theirs_changed = True

    def refused(self, message: Waiting) -> bool:
        """Note a refusal; return whether it stays to be tried again."""
        refusals = message.refusals + 1
        if refusals >= MAX_REFUSALS:
            self.drop(message)
            return False
        self._waiting[message.number] = replace(message, refusals=refusals)
        self._dirty.add(message.number)
        return True

    def drop(self, message: Waiting) -> None:
        """Give a message up, and count it."""
        self.dropped[message.action] += 1
        self._take_off(message.number)
        if message.action == STOP and self._theirs.pop(message.transaction_id or "", 0):
            self._theirs_changed = True

    def theirs(self, transaction_id: TransactionId) -> int | None:
        """Return the other side's id of one of our transactions."""
        return self._theirs.get(str(transaction_id))

    def ours(self, their_id: int) -> str | None:
        """Return our id, as text, of the other side's transaction."""
        return next((ours for ours, theirs in self._theirs.items() if theirs == their_id), None)

    def take_changes(self) -> Changes:
        """Return what the store has to write, and regard it as written."""
        changes = Changes(
            [self._waiting[number] for number in sorted(self._dirty)],
            self._deleted,
            dict(self._theirs) if self._theirs_changed else None,
        )
        self._stored |= self._dirty
        self._dirty, self._deleted, self._theirs_changed = set(), [], False
        return changes

    def give_back(self, changes: Changes) -> None:
        """Note that `changes` could not be written after all."""
        still = {each.number for each in changes.put} & self._waiting.keys()
        self._dirty |= still
        self._deleted = [*changes.deleted, *self._deleted]
        self._theirs_changed |= changes.transactions is not None

    def _has(self, action: str, transaction_id: TransactionId) -> bool:
        return any(
            each.action == action and each.transaction_id == str(transaction_id)
            for each in self._waiting.values()
        )

    def _take_off(self, number: int) -> None:
        if self._waiting.pop(number, None) is None:
            return
        self._dirty.discard(number)
        if number in self._stored:
            self._stored.discard(number)
            self._deleted.append(number)

    def _drop_oldest(self) -> None:
        """Drop the oldest meter values: starts and stops carry the energy without them."""
        samples = (each for each in self._waiting.values() if each.action == METER_VALUES)
        self.drop(next(samples, None) or next(iter(self._waiting.values())))
