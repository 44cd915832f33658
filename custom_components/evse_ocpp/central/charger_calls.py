"""How one call is made to a charger: unless it is held back, and what counts as accepted."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from .charger import Charger
from .commands import CallHeld, CommandRefused
from .connection import Caller

_ACCEPTED = ("Accepted",)
_DISTINCT = ("key", "requestedMessage")
"""Fields of which one value may restart a charger while others do not."""


class ChargerCalls:
    """The calls of one connection."""

    def __init__(self, charger: Charger, call: Caller, utcnow: Callable[[], datetime]) -> None:
        self._charger = charger
        self._call = call
        self._utcnow = utcnow

    async def _request(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Make a call and return its answer; CallHeld if the charger restarts on it."""
        quarantine, name = self._charger.quarantine, self._name_of(action, payload)
        if quarantine.holds(name):
            raise CallHeld(action, name)
        quarantine.sent(name, self._utcnow())
        try:
            answer = await self._call(action, payload)
        except CommandRefused:
            quarantine.answered(name)
            raise
        quarantine.answered(name)
        return answer

    async def _ask(
        self,
        action: str,
        payload: dict[str, Any],
        accepted: Collection[str] = _ACCEPTED,
    ) -> dict[str, Any]:
        """Make a call and return its answer, whose status is one of those `accepted`."""
        answer = await self._request(action, payload)
        status = str(answer.get("status", "no status"))[:50]
        if status not in accepted:
            raise CommandRefused(action, status)
        return answer

    def _name_of(self, action: str, payload: dict[str, Any]) -> str:
        """Return by which name the quarantine knows a call."""
        return name_of(action, payload)

    def _charger_now(self) -> datetime:
        return self._charger.clock.charger_time(self._utcnow())


def name_of(action: str, payload: dict[str, Any]) -> str:
    """Return by which name the quarantine knows a call."""
    for field in _DISTINCT:
        value = payload.get(field)
        if isinstance(value, list):
            value = value[0] if len(value) == 1 else None
        if value is not None:
            return f"{action} {value}"
    return action


def bounded(name: str, text: str, most: int) -> str:
    """Return a text that the message can carry; ValueError names the field."""
    if len(text) > most:
        raise ValueError(f"{name}: {len(text)} characters came, allowed are {most}")
    return text
