"""How fast one charger is read. Pure: instants are monotonic seconds.

A charger that floods is slowed down: its frames wait in its own TCP connection, and the loop has
time for all others. What changes devices, or is written to histories and databases for ever, weighs
in a bucket of its own, so that nobody fills a disk either. Dialling anew does not help there: that
bucket outlives the connection.
"""

from collections.abc import Mapping
from typing import Any

FRAMES_PER_S = 50.0
"""Ten times what a charger sends that replays a night without connection, call by call."""
BURST_FRAMES = 500.0
BYTES_PER_FRAME = 4096
"""A longer frame counts as several: reading it takes as long."""

_WEIGHTS = {
    "BootNotification": 50,
    "SignCertificate": 50,
    "Authorize": 10,
    "SecurityEventNotification": 10,
    "StartTransaction": 10,
    "StatusNotification": 5,
    "StopTransaction": 10,
}
"""In frames. A charger that comes back after a week offline tells some 20 sessions at once."""
_SESSION_EDGE = 10


def weight_of(action: str, payload: Mapping[str, Any]) -> int:
    """Return as how many frames a call counts among those that are kept for ever; 0: it is not."""
    if action == "TransactionEvent":
        return 0 if payload.get("eventType") == "Updated" else _SESSION_EDGE
    return _WEIGHTS.get(action, 0)


class Pace:
    """A bucket of frames which fills at FRAMES_PER_S, up to BURST_FRAMES.

    It owes no more than that either: a charger that dials anew without end would pile up a pause
    in which its link, and whether it is still there, goes unseen for minutes.
    """

    def __init__(self, now_s: float) -> None:
        self._left = BURST_FRAMES
        self._at_s = now_s

    def pause_s(self, now_s: float, frame_bytes: int, weight: int = 1) -> float:
        """Note a frame; return how long to wait before the next one is read."""
        filled = self._left + (now_s - self._at_s) * FRAMES_PER_S
        left = min(filled, BURST_FRAMES) - weight - frame_bytes // BYTES_PER_FRAME
        self._left = max(left, -BURST_FRAMES)
        self._at_s = now_s
        return max(0.0, -self._left / FRAMES_PER_S)
