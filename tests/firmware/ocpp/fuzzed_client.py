"""The wallbox's OCPP client, and a hostile central system on a link in memory.

The real client with its database, profiles and jobs beside a station that is told what to say. What
may come out is in `Promise`. `scripts/trials/fuzz_ocpp_wallbox.py` runs it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from random import Random
from typing import Any, cast

from jsonschema import Draft4Validator, ValidationError

from evse.ocpp.charge_point import CallRefused, ChargePoint, Counters, NoAnswer
from evse.ocpp.client import OcppClient
from evse.ocpp.frames import BadFrame, Call, parse
from evse.ocpp.schemas import SchemaViolation, check_call
from evse.settings.values import Settings
from evse.simulation.clock import AcceleratedClock
from evse.storage.database import Database
from evse.storage.transactions import TransactionRecord, new_local_id
from evse.storage.values import Values
from scripts.harness.spoilt import DATES, Shape, pack, shape_of, spoilt, spoilt_text
from scripts.trials.broken import Broken
from tests.firmware.ocpp.conftest import DEFAULT_ANSWERS, FakeStation

SPEED = 200.0
"""Simulated seconds a second: heartbeats and intervals come."""
ANSWER_S = 30.0
"""In which a call is answered, of a machine that others work on."""
CODES = {
    "NotImplemented",
    "NotSupported",
    "ProtocolError",
    "SecurityError",
    "FormationViolation",
    "PropertyConstraintViolation",
    "OccurenceConstraintViolation",
    "TypeConstraintViolation",
    "GenericError",
}
"""Of CALLERROR, without InternalError: that is a fault of ours."""

NOWHERE = "http://[::1]:1/x"
KNOWN: dict[str, list[Any]] = {
    "connectorId": [0, 1, 1, 1, 2, -1],
    "transactionId": [7, 7, 1],
    "idTag": ["CARD", "TAG-1"],
    "location": [NOWHERE, "ftp://[::1]:1/", "sftp://[::1]:1/x", "file:///etc/passwd", "", "x:"],
    "remoteLocation": [NOWHERE, "ftps://[::1]:1/"],
    "chargingProfileId": [1, 2, 3],
    "stackLevel": [0, 1, 2],
    "startPeriod": [0, 0, 60, 3600],
    "reservationId": [7, 1],
    "listVersion": [1, 2, 3],
    "requestId": [1, 2],
    "currentTime": list(DATES),
    "interval": [0, 1, 300, -1],
    "retrieveDate": list(DATES),
}


class Promise:
    """What was promised, and what was wrong: the first of each kind.

    Each call is answered once, by a true answer or a CALLERROR that does not blame us; what we say
    by ourselves follows the schemas; nothing is logged as an error; a transaction goes on; what was
    stored loads again.
    """

    def __init__(self) -> None:
        self.broken = Broken()
        self.actions: Counter[str] = Counter()

    def answered(self, call: Call, frames: list[list[Any]], sent: bytes) -> None:
        """Judge what a call was answered."""
        action = call.action if isinstance(call.action, str) else ""
        self.actions[action if f"{action}Response" in SCHEMAS else "unknown"] += 1
        if len(frames) != 1:
            self.broken.note(f"{len(frames)} answers to {action[:40]}", repr(sent))
        elif frames[0][0] == 4:
            if frames[0][2] not in CODES or len(frames[0][3]) > 255:
                self.broken.note(
                    f"{action[:40]}: CALLERROR {frames[0][2]}", f"{frames[0]} to {sent!r}"
                )
        elif why := untrue(action, json.dumps(frames[0][2])):
            self.broken.note(f"{action}: {why}", f"{frames[0]} to {sent!r}")


SCHEMAS = {
    file.name.removesuffix(".json"): json.loads(file.read_text(encoding="utf-8-sig"))
    for file in (resources.files("ocpp.v16") / "schemas").iterdir()
    if file.name.endswith(".json")
}


@cache
def _judge(action: str) -> Draft4Validator:
    """By decimals: as binary fractions, 0.3 is no multiple of 0.1."""
    schema = json.dumps(SCHEMAS[f"{action}Response"])
    return Draft4Validator(json.loads(schema, parse_float=Decimal))


@lru_cache(2000)
def untrue(action: str, answer: str) -> str:
    """Return why an answer does not follow its schema; "" if it does."""
    try:
        _judge(action).validate(json.loads(answer, parse_float=Decimal))
    except ValidationError as error:
        return error.message[:200]
    return ""


class Says:
    """What the central system says."""

    def __init__(self, random: Random) -> None:
        self.random = random
        calls = {
            name for name in SCHEMAS if f"{name}Response" in SCHEMAS and name not in DEFAULT_ANSWERS
        } | {"DataTransfer"}
        self._calls = [(name, shape_of(SCHEMAS[name], KNOWN)) for name in sorted(calls)]
        self._answers: dict[str, Shape] = {
            name: shape_of(SCHEMAS[f"{name}Response"], KNOWN) for name in DEFAULT_ANSWERS
        }
        self._keys = sorted(_configuration_keys())
        self._number = 0

    def call(self) -> bytes:
        """Return the next call, spoilt or not."""
        random = self.random
        self._number += 1
        action, shape = random.choice(self._calls)
        payload = shape(random)
        if action in {"ChangeConfiguration", "GetConfiguration"} and random.random() < 0.9:
            key = random.choice(self._keys)
            payload["key"] = [key] if action == "GetConfiguration" else key
        return self._spoilt([2, f"m{self._number}", action, payload])

    def answer(self, message_id: str, action: str) -> bytes:
        """Return an answer to a call of the wallbox, spoilt or not."""
        random = self.random
        if random.random() < 0.1:
            return self._spoilt([4, message_id, "InternalError", "x" * 300, {}])
        shape = self._answers.get(action)
        return self._spoilt([3, message_id, shape(random) if shape else {}])

    def _spoilt(self, frame: list[Any]) -> bytes:
        random, fate = self.random, self.random.random()
        if fate < 0.4:
            return pack(frame)
        if fate < 0.75:
            frame[-1] = spoilt(frame[-1], random)
            return pack(frame)
        if fate < 0.8:
            return pack(spoilt(frame, random))
        return spoilt_text(pack(frame), random)


def _configuration_keys() -> set[str]:
    from evse.settings.rows import ROWS

    keys = {row.ocpp_key for row in ROWS if getattr(row, "ocpp_key", None)}
    return keys | {"HeartbeatInterval", "MeterValueSampleInterval", "AuthorizationKey", "Nothing"}


class Wire:
    """The link: says the next thing when the last call is answered."""

    def __init__(self, says: Says, promise: Promise, frames: int) -> None:
        self._says = says
        self._promise = promise
        self._left = frames
        self._answers: list[list[Any]] = []
        self._asked: list[tuple[str, str]] = []
        self._ids: list[str] = []
        self._heard = asyncio.Event()
        self.said = 0

    async def send(self, frame: str) -> None:
        """Take an answer, or a call of the wallbox, which must follow its schema."""
        message = json.loads(frame)
        if message[0] != 2:
            self._answers.append(message)
            self._heard.set()
            return
        self._asked.append((message[1], message[2]))
        try:
            check_call(message[2], message[3])
        except SchemaViolation as violation:
            self._promise.broken.note(f"our {message[2]}: {violation}", frame)

    async def close(self) -> None:
        """Say no more."""
        self._left = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self._left:
            self._left -= 1
            self.said += 1
            self._heard.clear()
            self._answers = []
            answering = bool(self._asked) and self._says.random.random() < 0.7
            sent = self._says.answer(*self._asked.pop(0)) if answering else self._says.call()
            if self._repeats(sent):
                continue
            yield sent
            await asyncio.sleep(0)
            await self._judge(sent)

    def _repeats(self, sent: bytes) -> bool:
        """Whether it has the id of a call which may still be in hand: that is passed over."""
        with suppress(BadFrame):
            if isinstance(message := parse(sent), Call):
                repeats = message.unique_id in self._ids
                self._ids = [*self._ids[-50:], message.unique_id]
                return repeats
        return False

    async def _judge(self, sent: bytes) -> None:
        try:
            message = parse(sent)
        except BadFrame as bad:
            if bad.reply is not None:
                await self._wait(sent)
            return
        if not isinstance(message, Call):
            return
        await self._wait(sent)
        mine = [each for each in self._answers if each[1] == message.unique_id]
        self._promise.answered(message, mine, sent)

    async def _wait(self, sent: bytes) -> None:
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._heard.wait()
        except TimeoutError:
            self._promise.broken.note("no answer", repr(sent))


async def live(folder: Path, says: Says, promise: Promise, frames: int) -> int:
    """Start the client on what it stored, talk with it, end it; return how much was said."""
    database = await Database.open(folder / "evse.db")
    clock = AcceleratedClock(SPEED)
    settings = await Settings.load(Values(database))
    client = await OcppClient.load(settings, database, clock, FakeStation(), folder)
    wire = Wire(says, promise, frames)
    charge_point = ChargePoint(
        "box", cast("Any", wire), client._link._profiles, Counters(), lambda: True
    )
    client._link._charge_point = charge_point
    tasks = [
        asyncio.create_task(_whatever_comes(client._converse(charge_point))),
        asyncio.create_task(_whatever_comes(client._maintenance.run())),
        asyncio.create_task(_charge(client, says.random, clock)),
    ]
    try:
        await charge_point.serve()
        client.limit(1, datetime.now(UTC), clock.monotonic())
        for task in tasks[2:]:
            if task.done() and (error := task.exception()):
                promise.broken.raised("".join(traceback.format_exception(error)))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await database.close()
    return wire.said


async def _whatever_comes(work: Any) -> None:
    """Do a part of the client as `OcppClient` does; what it raises ends in the log."""
    try:
        await work
    except (NoAnswer, CallRefused):
        return
    except Exception:
        logging.getLogger("evse.trial").exception("a part of the client ended")


async def _charge(client: OcppClient, random: Random, clock: AcceleratedClock) -> None:
    """Do what a station does meanwhile, until cancelled."""
    while True:
        await clock.sleep(random.choice((1, 5, 60)))
        await client.authorize("CARD")
        client.status_changed(1)
        if client._transactions.at(1) is not None:
            continue
        record = TransactionRecord(new_local_id(), 1, "CARD", None, 0, datetime.now(UTC))
        with suppress(ValueError):
            await client.transaction_started(record)


def stored_mib(folder: Path) -> float:
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file()) / 2**20
