"""The rules for our calls on one connection: one at a time, in order, with time-outs. Pure."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any, NamedTuple

CALL_TIMEOUT_S = 30.0
"""No charger that answers at all takes longer; OCPP leaves the time to us (OCPP-J, 4.1.1)."""
SETTLING_S = 20.0
"""So long after a BootNotification some chargers crash on calls that follow each other at once
(ABB, Grizzl-E: lbbrhzn/ocpp #1275, #442); afterwards there is no pause."""
SPACING_S = 0.25
"""From an answer to the next call meanwhile."""


class OwnCall(NamedTuple):
    """A call of ours."""

    message_id: str
    action: str
    payload: dict[str, Any]


@dataclass(slots=True)
class CallQueue:
    """The call in flight and those that wait. Instants are monotonic seconds.

    `settled_s`: until then the charger is spared, and no call goes out before `rest_until_s`.
    """

    in_flight: OwnCall | None = None
    sent_s: float = 0.0
    settled_s: float = 0.0
    rest_until_s: float = 0.0
    waiting: deque[OwnCall] = field(default_factory=deque)

    def booted(self, now_s: float) -> None:
        """Note that the charger has just started: calls are spaced for a while."""
        self.settled_s = now_s + SETTLING_S
        self.rest_until_s = now_s + SPACING_S

    def next(self, now_s: float) -> OwnCall | None:
        """Return the call to send now, which is in flight from here on."""
        if self.in_flight is not None or not self.waiting or now_s < self.rest_until_s:
            return None
        self.in_flight = self.waiting.popleft()
        self.sent_s = now_s
        return self.in_flight

    def wake_s(self) -> float | None:
        """Return when to look again without being told; None: when something happens."""
        if self.in_flight is not None:
            return self.sent_s + CALL_TIMEOUT_S
        return self.rest_until_s if self.waiting else None

    def answered(self, message_id: object, now_s: float) -> OwnCall | None:
        """Return the call which this answers; None when it is late, repeated, or nobody's."""
        if self.in_flight is None or self.in_flight.message_id != message_id:
            return None
        call, self.in_flight = self.in_flight, None
        if now_s < self.settled_s:
            self.rest_until_s = now_s + SPACING_S
        return call

    def expired(self, now_s: float) -> OwnCall | None:
        """Return the call in flight if its time is over; it is given up."""
        if self.in_flight is None or now_s < self.sent_s + CALL_TIMEOUT_S:
            return None
        call, self.in_flight = self.in_flight, None
        return call

    def withdraw(self, call: OwnCall) -> None:
        """Forget a call that nobody waits for any more, unless it is in flight."""
        if call in self.waiting:
            self.waiting.remove(call)

    def drain(self) -> list[OwnCall]:
        """Give up all calls, and return them."""
        calls = [self.in_flight, *self.waiting] if self.in_flight else [*self.waiting]
        self.in_flight = None
        self.waiting.clear()
        return calls
