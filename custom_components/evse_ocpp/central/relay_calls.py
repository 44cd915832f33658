"""What a second back office may ask of a charger, and what it never may.

Read-only: harmless questions, answered from the model. Full: also starts, stops, reservations, the
cable, availability, and limits, which only ever lower ours. A setting of the charger is never
written for it: an unknown vendor key may be the very limit that protects the house.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from .charger import Charger
from .commands import CommandError, CommandRefused, Commands, CommandUnanswered, NotConnected
from .fields import as_integer, as_text, as_time, required
from .frames import CallRefusal
from .relay_limits import RelayLimits
from .relay_queue import RelayQueue
from .transaction import TransactionId

SECRET_WORDS = (
    "password",
    "passwd",
    "passphrase",
    "psk",
    "secret",
    "token",
    "credential",
    "authorizationkey",
    "apikey",
    "pincode",
    "private",
)
"""Parts of the names of configuration keys whose values stay here."""
TRIGGERS = frozenset({"BootNotification", "Heartbeat", "StatusNotification", "MeterValues"})

Answer = dict[str, Any]


class Mode(StrEnum):
    """What the other side may do."""

    READ_ONLY = "read_only"
    FULL = "full"


class RelaySite(Protocol):
    """What a relay asks of the wallbox's owner. Both keep within the owner's own limits."""

    async def remote_start(self, connector_id: int, id_tag: str) -> None:
        """Start a transaction with the limit that holds here; CommandError when refused."""

    async def change_availability(self, connector_id: int, operative: bool) -> None:
        """Take a connector (0: all) out of service or back; CommandError when refused."""

    def outside_limit(self, limit_a: float | None) -> None:
        """Take a further limit (A per phase, None: none) that holds until the next one."""


class RelayCalls:
    """Answers the other side's calls. `trigger` sends one of TRIGGERS for a connector or all."""

    def __init__(
        self,
        charger: Charger,
        queue: RelayQueue,
        mode: Mode,
        site: RelaySite,
        limits: RelayLimits,
        trigger: Callable[[str], None],
        utcnow: Callable[[], datetime],
    ) -> None:
        self._charger = charger
        self._queue = queue
        self._site = site
        self._limits = limits
        self._trigger = trigger
        self._utcnow = utcnow
        reading: dict[str, Callable[[Answer], Answer | Awaitable[Answer]]] = {
            "GetConfiguration": self._get_configuration,
            "TriggerMessage": self._trigger_message,
            "GetLocalListVersion": lambda _: {"listVersion": -1},  # the list here is the owner's
        }
        steering: dict[str, Callable[[Answer], Answer | Awaitable[Answer]]] = {
            "RemoteStartTransaction": self._remote_start,
            "RemoteStopTransaction": self._remote_stop,
            "UnlockConnector": self._unlock,
            "ReserveNow": self._reserve,
            "CancelReservation": self._cancel,
            "ChangeAvailability": self._availability,
            "SetChargingProfile": self._set_profile,
            "ClearChargingProfile": self._clear_profile,
        }
        self._handlers = reading | (steering if mode is Mode.FULL else {})

    async def handle(self, action: str, payload: Answer) -> Answer:
        """Answer one call; what is not allowed here is refused as OCPP provides for it."""
        if (handler := self._handlers.get(action)) is None:
            return refusal(action)
        answer = handler(payload)
        return answer if isinstance(answer, dict) else await answer

    def _get_configuration(self, payload: Answer) -> Answer:
        wanted = payload.get("key")
        known = self._charger.configuration
        names = [str(each) for each in wanted] if isinstance(wanted, list) and wanted else known
        shown = [name for name in names if name in known]
        return {
            "configurationKey": [
                {"key": name, "readonly": True}
                | ({} if secret(name) else {"value": (known[name].value or "")[:500]})
                for name in shown
            ],
            "unknownKey": [name[:50] for name in names if name not in known],
        }

    def _trigger_message(self, payload: Answer) -> Answer:
        message = required(payload, "requestedMessage", as_text)
        if message not in TRIGGERS:
            return {"status": "NotImplemented"}
        self._trigger(message)
        return {"status": "Accepted"}

    async def _remote_start(self, payload: Answer) -> Answer:
        id_tag = required(payload, "idTag", as_text)
        connector_id = _connector(payload, default=min(self._charger.connectors, default=1))
        return await _status(self._site.remote_start(connector_id, id_tag))

    async def _remote_stop(self, payload: Answer) -> Answer:
        ours = self._ours(required(payload, "transactionId", as_integer))
        if ours is None:
            return {"status": "Rejected"}
        return await _status(self._commands("RemoteStopTransaction").remote_stop(ours))

    async def _unlock(self, payload: Answer) -> Answer:
        unlocking = self._commands("UnlockConnector").unlock(_connector(payload))
        return await _status(unlocking, "Unlocked", "UnlockFailed")

    async def _reserve(self, payload: Answer) -> Answer:
        reserving = self._commands("ReserveNow").reserve(
            _connector(payload, minimum=0),
            required(payload, "reservationId", as_integer),
            required(payload, "idTag", as_text),
            required(payload, "expiryDate", as_time),
        )
        known = ("Faulted", "Occupied", "Rejected", "Unavailable")
        return await _status(reserving, passed_on=known)

    async def _cancel(self, payload: Answer) -> Answer:
        reservation_id = required(payload, "reservationId", as_integer)
        return await _status(self._commands("CancelReservation").cancel_reservation(reservation_id))

    async def _availability(self, payload: Answer) -> Answer:
        kind = required(payload, "type", as_text)
        if kind not in ("Operative", "Inoperative"):
            raise CallRefusal("PropertyConstraintViolation", "type: Operative or Inoperative")
        connector_id = _connector(payload, minimum=0)
        return await _status(self._site.change_availability(connector_id, kind == "Operative"))

    def _set_profile(self, payload: Answer) -> Answer:
        profile = payload.get("csChargingProfiles")
        if not isinstance(profile, dict):
            raise CallRefusal("PropertyConstraintViolation", "csChargingProfiles: an object")
        try:
            self._limits.set(_connector(payload, minimum=0), profile, self._utcnow())
        except (KeyError, TypeError, ValueError):
            return {"status": "Rejected"}
        self.apply_limit()
        return {"status": "Accepted"}

    def _clear_profile(self, payload: Answer) -> Answer:
        found = self._limits.clear(payload)
        self.apply_limit()
        return {"status": "Accepted" if found else "Unknown"}

    def apply_limit(self) -> datetime | None:
        """Pass on the limit that holds now; return when it changes, None if it never does."""
        limit_a, until = self._limits.at(
            self._utcnow(), phases=self._charger.phases, started=self._started()
        )
        self._site.outside_limit(limit_a)
        return until

    def _started(self) -> datetime | None:
        running = (each.transaction for each in self._charger.connectors.values())
        return min((each.started_at for each in running if each is not None), default=None)

    def _commands(self, action: str) -> Commands:
        if self._charger.commands is None:
            raise CallRefusal("GenericError", f"{action}: the charger is not connected")
        return self._charger.commands

    def _ours(self, their_id: int) -> TransactionId | None:
        text = self._queue.ours(their_id)
        running = (each.transaction for each in self._charger.connectors.values())
        return next((each.id for each in running if each and str(each.id) == text), None)


def secret(name: str) -> bool:
    """Tell whether a configuration key of this name may hold a secret."""
    plain = "".join(character for character in name.casefold() if character.isalnum())
    return any(word in plain for word in SECRET_WORDS)


def refusal(action: str) -> Answer:
    """Return the answer by which OCPP 1.6 refuses `action`; CallRefusal where there is none."""
    if action in _NO_STATUS:
        raise CallRefusal("NotSupported", f"{action[:50]!r} is not passed on")
    return {"status": _REFUSALS.get(action, "Rejected")}


_REFUSALS = {
    "UnlockConnector": "UnlockFailed",
    "DataTransfer": "UnknownVendorId",
    "ClearChargingProfile": "Unknown",
    "SendLocalList": "Failed",
    "TriggerMessage": "Rejected",
}
_NO_STATUS = frozenset({"GetDiagnostics", "UpdateFirmware"})
"""Their answers have no status, so only CALLERROR refuses them."""


def _connector(payload: Mapping[str, Any], minimum: int = 1, default: int | None = None) -> int:
    if default is not None and payload.get("connectorId") is None:
        return default
    connector_id = required(payload, "connectorId", as_integer)
    if connector_id < minimum:
        raise CallRefusal("PropertyConstraintViolation", f"connectorId: {minimum} or more")
    return connector_id


async def _status(
    command: Awaitable[None],
    good: str = "Accepted",
    bad: str = "Rejected",
    passed_on: tuple[str, ...] = (),
) -> Answer:
    """Wait for a command and return its outcome; the charger's own word where that is allowed."""
    try:
        await command
    except CommandRefused as error:
        return {"status": error.answer if error.answer in passed_on else bad}
    except (CommandUnanswered, NotConnected, CommandError):
        return {"status": bad}
    return {"status": good}
