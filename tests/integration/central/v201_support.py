"""What the tests of OCPP 2.0.1 share: the schemas, and a charger's end of a link in one object."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft6Validator

from custom_components.evse_ocpp.central.charger import Charger
from custom_components.evse_ocpp.central.happenings import Happening
from custom_components.evse_ocpp.central.v201_inbound import Inbound201
from custom_components.evse_ocpp.central.v201_outbound import Commands201

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
STAMP = "2026-03-01T12:00:00Z"
ACCEPTED = {"status": "Accepted"}


@cache
def schema(name: str) -> dict[str, Any]:
    text = (files("ocpp.v201") / "schemas" / f"{name}.json").read_text("utf-8-sig")
    return json.loads(text)


@cache
def _validator(name: str) -> Draft6Validator:
    return Draft6Validator(schema(name))


def check_request(action: str, payload: dict[str, Any]) -> None:
    """Raise when a call of ours breaks the schema."""
    _validator(f"{action}Request").validate(payload)


def check_response(action: str, payload: dict[str, Any]) -> None:
    """Raise when an answer of ours breaks the schema."""
    _validator(f"{action}Response").validate(payload)


class Site:
    """Admission and store in one."""

    def __init__(self) -> None:
        self.chargers: dict[str, Charger] = {}
        self.saved: list[str] = []
        self.failure: Exception | None = None
        self.status = "Accepted"
        self.asked: list[str] = []

    def authorize(self, charger: Charger, id_tag: str) -> str:
        self.asked.append(id_tag)
        return self.status

    async def save(self, charger: Charger) -> None:
        if self.failure:
            raise self.failure
        self.saved.append(charger.identity)


class Station:
    """A charger's end: its messages are worked in, and our calls get `answers`.

    An answer is a payload, an exception, or a function of the request. Everything of ours is
    checked against the schemas.
    """

    def __init__(self, total_cost: Callable[..., float | None] | None = None) -> None:
        self.now = NOW
        self.site = Site()
        self.charger = Charger("CP-1")
        self.charger.connector(1)
        self.happenings: list[Happening] = []
        self.charger.listen(self.happenings.append)
        self.answers: dict[str, Any] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._total_cost = total_cost
        self.connect()

    def connect(self) -> None:
        """Begin a new connection; what the charger's model knows stays."""
        self.inbound = Inbound201(
            self.charger, self.site, self.site, lambda: self.now, total_cost=self._total_cost
        )
        self.commands = Commands201(self.charger, self._call, lambda: self.now, self.inbound)

    async def _call(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        check_request(action, payload)
        self.calls.append((action, payload))
        answer = self.answers.get(action, ACCEPTED)
        answer = answer(payload) if callable(answer) else answer
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def says(self, action: str, **payload: Any) -> dict[str, Any]:
        answer = await self.inbound.handle(action, payload)
        check_response(action, answer)
        return answer

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @property
    def stamp(self) -> str:
        return self.now.strftime("%Y-%m-%dT%H:%M:%SZ")

    async def status(self, word: str, evse_id: int = 1, connector_id: int = 1) -> None:
        await self.says(
            "StatusNotification",
            timestamp=self.stamp,
            connectorStatus=word,
            evseId=evse_id,
            connectorId=connector_id,
        )

    async def event(
        self, kind: str, seq_no: int, info: dict[str, Any] | None = None, **fields: Any
    ) -> dict[str, Any]:
        """Send a TransactionEvent of transaction T1 at EVSE 1; a field None is left out."""
        payload = {
            "eventType": kind,
            "timestamp": self.stamp,
            "triggerReason": "ChargingStateChanged",
            "seqNo": seq_no,
            "evse": {"id": 1, "connectorId": 1},
            "transactionInfo": {"transactionId": "T1"} | (info or {}),
        } | fields
        return await self.says(
            "TransactionEvent", **{name: each for name, each in payload.items() if each is not None}
        )

    def kinds(self) -> list[str]:
        return [each.kind.value for each in self.happenings]


def card(tag: str = "04A1B2C3", kind: str = "ISO14443") -> dict[str, Any]:
    return {"idToken": tag, "type": kind}


def register(value: float, context: str = "Sample.Periodic", at: str = STAMP) -> dict[str, Any]:
    """A meterValue with the energy register."""
    sampled = {"value": value, "measurand": "Energy.Active.Import.Register", "context": context}
    return {"timestamp": at, "sampledValue": [sampled]}


async def settle() -> None:
    """Let tasks go on that wait for what was just told."""
    for _ in range(5):
        await asyncio.sleep(0)
