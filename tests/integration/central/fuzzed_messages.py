"""A connection of the central system which is told a million things, nearly all of them wrong.

    PYTHONPATH=. python tests/integration/central/fuzzed_messages.py 1.6 --count 100000 --seed 1

Real `Connection`, translator and charger model over a link in memory, on virtual time. What comes:
the recorded exchanges and messages made from the schemas, spoilt as values or as text, and spoilt
answers to our calls of all kinds. What may come out is in `Promise`; what else came is printed as a
line of JSON. `scripts/trials/fuzz_ocpp_16.py` and `fuzz_ocpp_201.py` run it.
"""

import argparse
import asyncio
import json
import math
import time
import traceback
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any

from jsonschema import Draft6Validator, ValidationError

from custom_components.evse_ocpp.central.admission import LinkSettings
from custom_components.evse_ocpp.central.call_health import CallHealth
from custom_components.evse_ocpp.central.charger import Charger
from custom_components.evse_ocpp.central.charger_record import Missed
from custom_components.evse_ocpp.central.commands import CommandError, Commands, LocalEntry, LogKind
from custom_components.evse_ocpp.central.connection import Connection
from custom_components.evse_ocpp.central.frames import Call, FrameError, parse
from custom_components.evse_ocpp.central.link import LinkClosed
from custom_components.evse_ocpp.central.server import TRANSLATORS
from scripts.harness.process_cost import resident_mib
from scripts.harness.spoilt import Shape, pack, shape_of, spoilt, spoilt_text
from scripts.trials import trend
from scripts.trials.broken import Broken
from tests.integration.central.virtual_loop import VirtualLoop

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
FRAMES_A_LINK = 2000
MAX_RECORD_BYTES = 64 * 1024
"""Of what is stored of a charger: 16 connectors with two sessions each, and what it is called."""
MAX_POWER_W = 3e6
"""What a meter may say of three phases (`v16_measurands`)."""
MAX_TOLD_CHARS = 20_000
"""Of a happening: a certificate request is the longest."""
EXCHANGES = Path(__file__).parent / "exchanges"
PACKAGES = {"1.6": "ocpp.v16", "2.0.1": "ocpp.v201"}
CODES = {
    "NotImplemented",
    "NotSupported",
    "InternalError",
    "ProtocolError",
    "SecurityError",
    "FormationViolation",
    "FormatViolation",
    "PropertyConstraintViolation",
    "OccurenceConstraintViolation",
    "OccurrenceConstraintViolation",
    "TypeConstraintViolation",
    "GenericError",
    "RpcFrameworkError",
    "MessageTypeNotSupported",
}
INCOMING = {
    "Authorize",
    "BootNotification",
    "ClearedChargingLimit",
    "DataTransfer",
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "Get15118EVCertificate",
    "GetCertificateStatus",
    "Heartbeat",
    "LogStatusNotification",
    "MeterValues",
    "NotifyChargingLimit",
    "NotifyCustomerInformation",
    "NotifyDisplayMessages",
    "NotifyEVChargingNeeds",
    "NotifyEVChargingSchedule",
    "NotifyEvent",
    "NotifyMonitoringReport",
    "NotifyReport",
    "PublishFirmwareStatusNotification",
    "ReportChargingProfiles",
    "ReservationStatusUpdate",
    "SecurityEventNotification",
    "SignCertificate",
    "SignedFirmwareStatusNotification",
    "StartTransaction",
    "StatusNotification",
    "StopTransaction",
    "TransactionEvent",
}
KNOWN: dict[str, list[Any]] = {
    "connectorId": [0, 1, 1, 1, 2, 16],
    "evseId": [0, 1, 1, 2],
    "id": [0, 1, 1, 2],
    "transactionId": [1, 2, 3, "1", "T1", "T2"],
    "requestId": [1, 2, 3],
    "seqNo": [0, 1, 2, 3],
    "idTag": ["CARD1"],
    "value": ["0", "1234.5", "16", 230, 11000.0, "-1", ""],
    "measurand": ["Energy.Active.Import.Register", "Power.Active.Import", "Current.Import"],
    "meterStart": [0, 1000, 10**9],
    "meterStop": [0, 2000, 10**9],
    "eventType": ["Started", "Updated", "Ended"],
    "tbc": [False, True],
}


class Promise:
    """What was promised, and what was wrong: the first of each kind, in words.

    Each call is answered once, under its id, by a true answer or a CALLERROR of the specification;
    nothing is logged as an error; our own commands end as `Commands` says; the model stays small,
    can be stored and restored, and holds numbers; another charger's is not touched.
    """

    def __init__(self, version: str) -> None:
        self.broken = Broken()
        self.obeyed = self.refused = 0
        self.actions: Counter[str] = Counter()
        self._package = PACKAGES[version]
        self._true = lru_cache(2000)(self._judge)

    def answer(self, call: Call, frames: list[list[Any]], text: str | bytes) -> None:
        """Judge what a call was answered."""
        self.actions[call.action[:40] if call.action in INCOMING else "unknown"] += 1
        if len(frames) != 1:
            self.broken.note(f"{len(frames)} answers to a {call.action[:40]}", repr(text)[:2000])
        elif frames[0][0] == 3:
            if why := self._true(call.action, json.dumps(frames[0][2])):
                self.broken.note(f"{call.action}: {why}", f"{frames[0]} to {text!r}"[:2500])
        else:
            self.refusal(frames[0], text)

    def refusal(self, frame: list[Any], text: str | bytes) -> None:
        """Judge a CALLERROR."""
        if frame[0] != 4 or len(frame) != 5 or frame[2] not in CODES or len(frame[3]) > 255:
            self.broken.note("no CALLERROR", f"{frame} to {text!r}"[:2500])

    def _judge(self, action: str, answer: str) -> str:
        try:
            validator(self._package, f"{action}Response").validate(json.loads(answer))
        except ValidationError as error:
            return error.message[:200]
        return ""

    def model(self, charger: Charger) -> None:
        """Judge what a charger has become."""
        record = json.dumps(charger.to_dict(), allow_nan=False)
        if len(record) > MAX_RECORD_BYTES:
            self.broken.note("the record grows", f"{len(record)} bytes: {record[:2000]}")
        # After an orderly end: after a kill what flows may have gone on, and is marked.
        restored = Charger.from_dict(charger.identity, json.loads(record), missed=Missed.NOTHING)
        if (again := json.dumps(restored.to_dict())) != record:
            self.broken.note("stored and restored", f"{record}\n{again}")
        for connector in charger.connectors.values():
            total_wh, power_w = connector.meter.total_wh, connector.readings.power_w or 0.0
            if not (0 <= total_wh < math.inf and abs(power_w) <= MAX_POWER_W):
                self.broken.note("numbers", f"{total_wh} Wh, {power_w} W")


@lru_cache
def validator(package: str, name: str) -> Draft6Validator:
    """Return what checks a message of a version."""
    return Draft6Validator(schema(package, name))


def schema(package: str, name: str) -> dict[str, Any]:
    """Return a schema of the package `ocpp`."""
    text = (files(package) / "schemas" / f"{name}.json").read_text("utf-8-sig")
    found: dict[str, Any] = json.loads(text)
    return found


class Site:
    """Admits everybody; what it stores must be storable."""

    def __init__(self) -> None:
        self.chargers: dict[str, Charger] = {}

    def link_settings(self, identity: str) -> LinkSettings:
        """Let all in."""
        return LinkSettings(passwordless=bool(identity))

    def password_accepted(self, identity: str, password: str) -> bool:
        """Know no password."""
        return not identity and not password

    def unknown_admitted(self, attempt: object) -> None:
        """Pair nobody."""

    def authorize(self, charger: Charger, id_tag: str) -> str:
        """Accept every card."""
        return "Accepted" if charger and id_tag else "Invalid"

    async def save(self, charger: Charger) -> None:
        """Store nothing."""
        json.dumps(charger.to_dict(), allow_nan=False)


class Says:
    """What the charger says: of the exchanges and of the schemas, good and spoilt."""

    def __init__(self, version: str, random: Random) -> None:
        package = PACKAGES[version]
        self.random = random
        request = "" if version == "1.6" else "Request"
        names = {each.name for each in (files(package) / "schemas").iterdir()}
        self._calls: list[tuple[str, Shape]] = []
        self._answers: dict[str, Shape] = {}
        for name in sorted(names):
            action = name.removesuffix(".json").removesuffix("Response").removesuffix("Request")
            if name == f"{action}Response.json":
                self._answers[action] = shape_of(schema(package, f"{action}Response"), KNOWN)
            elif name == f"{action}{request}.json" and action in INCOMING:
                self._calls.append((action, shape_of(schema(package, name[:-5]), KNOWN)))
        self._recorded = recorded() if version == "1.6" else []
        self._number = 0

    def call(self, now: datetime) -> bytes:
        """Return the next frame with a call, spoilt or not."""
        random = self.random
        self._number += 1
        if self._recorded and random.random() < 0.3:
            action, payload = random.choice(self._recorded)
        else:
            action, shape = random.choice(self._calls)
            payload = shape(random)
        stamp = (now + timedelta(seconds=random.choice((0, -1, -60)))).strftime(
            "%Y-%m-%dT%H:%M:%SZ"
        )
        payload = dated(payload, stamp, random)
        return self._spoilt([2, f"m{self._number}", action, payload])

    def answer(self, message_id: str, action: str) -> bytes:
        """Return an answer to a call of ours, spoilt or not, or to none."""
        random = self.random
        if random.random() < 0.1:
            return self._spoilt(
                [4, message_id, random.choice(("InternalError", "x" * 999)), "", {}]
            )
        shape = self._answers.get(action)
        return self._spoilt([3, message_id, shape(random) if shape else {}])

    def _spoilt(self, frame: list[Any]) -> bytes:
        random, fate = self.random, self.random.random()
        if fate < 0.25:
            return pack(frame)
        if fate < 0.75:
            frame[-1] = spoilt(frame[-1], random)
            if random.random() < 0.2:
                frame[-1] = spoilt(frame[-1], random)
            return pack(frame)
        if fate < 0.8:
            return pack(spoilt(frame, random))
        return spoilt_text(pack(frame), random)


def recorded() -> list[tuple[str, Any]]:
    """Return the calls of the recorded exchanges."""
    exchanges = [json.loads(path.read_text()) for path in sorted(EXCHANGES.glob("*.json"))]
    steps = [step for exchange in exchanges for step in exchange["steps"]]
    return [(step["call"][0], step["call"][1]) for step in steps if "call" in step]


def dated(value: Any, stamp: str, random: Random) -> Any:
    """Return a payload with time stamps of now in it, as often as not."""
    if isinstance(value, dict):
        return {
            key: stamp
            if key == "timestamp" and random.random() < 0.6
            else dated(each, stamp, random)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [dated(each, stamp, random) for each in value]
    return stamp if isinstance(value, str) and value.startswith("$") else value


class Wire:
    """The charger's end of the link: says the next thing when the last has been worked in."""

    gone = False

    def __init__(
        self, says: Says, promise: Promise, utcnow: Callable[[], datetime], frames: int
    ) -> None:
        self._says = says
        self._promise = promise
        self._utcnow = utcnow
        self._random = says.random
        self._left = frames
        self._last: bytes | None = None
        self._answers: list[list[Any]] = []
        self._asked: list[tuple[str, str]] = []
        self.said = 0

    async def recv(self) -> bytes:
        """Judge the answer to what was said last; say something else."""
        self._judge()
        await asyncio.sleep(0)
        if not self._left:
            raise LinkClosed("all is said")
        self._left -= 1
        self.said += 1
        if self._asked and self._random.random() < 0.6:
            self._last = self._says.answer(*self._asked.pop())
        else:
            self._last = self._says.call(self._utcnow())
        return self._last

    def _judge(self) -> None:
        text, answers = self._last, self._answers
        self._answers = []
        if text is None:
            return
        try:
            frame = parse(text)
        except FrameError as error:
            if error.message_id is None and answers:
                self._promise.broken.note("an answer to nothing", f"{answers} to {text!r}")
            elif error.message_id is not None:
                self._promise.refusal(answers[0] if answers else [], text)
            return
        mine = [each for each in answers if each[1] == getattr(frame, "message_id", None)]
        if isinstance(frame, Call):
            self._promise.answer(frame, mine, text)
        elif answers:
            self._promise.broken.note("an answer to an answer", f"{answers} to {text!r}")

    async def send(self, text: str) -> None:
        """Take an answer, or a call."""
        frame = json.loads(text)
        if frame[0] == 2:
            self._asked.append((frame[1], frame[2]))
            del self._asked[:-3]
        else:
            self._answers.append(frame)

    async def ping(self) -> Awaitable[object]:
        """Answer at once."""
        pong: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        pong.set_result(None)
        return pong

    async def close(self, code: int, reason: str) -> None:
        """Do nothing."""

    def abort(self) -> None:
        """Do nothing."""


async def commands(charger: Charger, promise: Promise, random: Random) -> None:
    """Ask the charger for all kinds of things until cancelled."""
    while True:
        await asyncio.sleep(random.choice((0.1, 1, 10)))
        if (asked := charger.commands) is None:
            continue
        try:
            await random.choice(ASKED)(asked)
            promise.obeyed += 1
        except (CommandError, ValueError):
            promise.refused += 1
        except Exception:
            promise.broken.raised(traceback.format_exc())


SOON = START + timedelta(hours=1)
ASKED: tuple[Callable[[Commands], Awaitable[object]], ...] = (
    lambda c: c.set_fallback(6),
    lambda c: c.set_lease(1, 16, 60),
    lambda c: c.clear_profiles(),
    lambda c: c.composite_schedule(1, 600, "A"),
    lambda c: c.remote_start(1, "CARD1", 16, 60),
    lambda c: c.remote_stop(1),
    lambda c: c.reserve(1, 1, "CARD1", SOON),
    lambda c: c.cancel_reservation(1),
    lambda c: c.local_list_version(),
    lambda c: c.send_local_list(2, [LocalEntry("CARD1"), LocalEntry("CARD2", None)], full=True),
    lambda c: c.clear_cache(),
    lambda c: c.read_configuration(),
    lambda c: c.read_configuration(["HeartbeatInterval", "A.B"]),
    lambda c: c.change_configuration("MeterValueSampleInterval", "10"),
    lambda c: c.change_configuration("SampledDataCtrlr.TxUpdatedInterval", "10"),
    lambda c: c.change_availability(1, operative=False),
    lambda c: c.unlock(1),
    lambda c: c.reset(hard=False),
    lambda c: c.trigger("MeterValues", 1),
    lambda c: c.refresh(),
    lambda c: c.data_transfer("vendor", "m", "d"),
    lambda c: c.update_firmware("http://127.0.0.1:1/f", SOON),
    lambda c: c.get_log("http://127.0.0.1:1/l", LogKind.SECURITY, since=START),
    lambda c: c.certificate_signed("PEM"),
    lambda c: c.installed_certificates(),
)
"""Commands with arguments that are good."""


async def fuzz(version: str, count: int, seed: int) -> dict[str, Any]:
    """Say `count` things; return what came of it."""
    promise, says, memory_mib = Promise(version), Says(version, Random(seed)), [resident_mib()]
    began_s = time.monotonic()
    with promise.broken.listening():
        done = await talk(version, count, says, promise, memory_mib)
    return {
        "inputs": done,
        "crashes": promise.broken.crashes,
        "found": promise.broken.kinds,
        "actions": len(promise.actions),
        "commands": [promise.obeyed, promise.refused],
        "inputs_per_s": round(done / (time.monotonic() - began_s)),
        "memory_mib": [trend.early(memory_mib), memory_mib[-1]],
    }


async def talk(
    version: str, count: int, says: Says, promise: Promise, memory_mib: list[float]
) -> int:
    """Say `count` things over link after link; return how many were said."""
    loop, random = asyncio.get_running_loop(), says.random

    def utcnow() -> datetime:
        return START + timedelta(seconds=loop.time())

    def told(happening: Any) -> None:
        if len(repr(dict(happening.details))) > MAX_TOLD_CHARS:
            promise.broken.note(f"long: {happening.kind}", repr(happening.details))

    site, neighbour = Site(), Charger("CP-2")
    neighbour.start_transaction(1, "TAG", START, 0, "key")
    before = json.dumps(neighbour.to_dict())
    site.chargers = {"CP-2": neighbour}
    charger, done, health = Charger("CP-1"), 0, CallHealth()
    while done < count:
        site.chargers["CP-1"] = charger
        charger.listen(told)
        wire = Wire(says, promise, utcnow, min(FRAMES_A_LINK, count - done))
        connection = Connection(
            wire,
            charger,
            lambda call, it=charger: TRANSLATORS[f"ocpp{version}"](it, site, site, call, utcnow),
            utcnow,
            health,
        )
        asking = asyncio.create_task(commands(charger, promise, random))
        try:
            await connection.run()
        except Exception:
            promise.broken.raised(traceback.format_exc())
        charger.link_down(utcnow())
        charger.publish()
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        promise.model(charger)
        done += max(1, wire.said)
        fresh = random.random() < 0.3
        charger = Charger("CP-1") if fresh else Charger.from_dict("CP-1", charger.to_dict())
        memory_mib.append(resident_mib())
    if json.dumps(neighbour.to_dict()) != before:
        promise.broken.note("a neighbour", "was changed")
    return done


def main() -> None:
    """Run it and print what came of it as a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("version", choices=PACKAGES)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        print(json.dumps(runner.run(fuzz(args.version, args.count, args.seed))))


if __name__ == "__main__":
    main()
