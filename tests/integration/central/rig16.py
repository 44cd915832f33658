"""A charger, the commands to it, and its end of the link, without a socket: for tests of calls."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from custom_components.evse_ocpp.central.charger import Charger
from custom_components.evse_ocpp.central.v16_outbound import Commands16

from .schemas16 import assert_true_call

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

Answer = dict[str, Any] | Exception
Called = tuple[str, dict[str, Any]]


class Link:
    """The charger's end: answers by action, or by a function of the payload."""

    def __init__(self) -> None:
        self.calls: list[Called] = []
        self.answers: dict[str, Answer | Callable[[dict[str, Any]], Answer]] = {}

    async def __call__(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        assert_true_call(action, payload)
        self.calls.append((action, payload))
        answer = self.answers.get(action, {"status": "Accepted"})
        if callable(answer):
            answer = answer(payload)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Rig:
    """All of it; `told` are the happenings as (kind, details)."""

    def __init__(self) -> None:
        self.link = Link()
        self.charger = Charger("CP-1")
        self.charger.connector(1)
        self.commands = Commands16(self.charger, self.link, lambda: NOW)
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.charger.listen(lambda each: self.told.append((each.kind, dict(each.details))))

    @property
    def calls(self) -> list[Called]:
        return self.link.calls
