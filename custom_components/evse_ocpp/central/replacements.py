"""When a newer connection may take the place of an older one. Pure: instants in monotonic seconds.

The newest connection of a charger wins, as the older may be half open (lorenzodonini/ocpp-go #358).
Two wallboxes with the same identity, though, would throw each other out without end.
"""

from collections import deque

MAX_REPLACEMENTS = 20
PERIOD_S = 60.0
"""A charger that has lost its connection so often within a minute has no use of one more."""


class Replacements:
    """The last replacements of each identity."""

    def __init__(self) -> None:
        self._at_s: dict[str, deque[float]] = {}

    def note(self, identity: str, now_s: float) -> None:
        """Note that a newer connection took over."""
        self._at_s.setdefault(identity, deque()).append(now_s)

    def too_many(self, identity: str, now_s: float) -> bool:
        """Tell whether the one that is there stays for now."""
        last = self._at_s.get(identity)
        while last and now_s - last[0] >= PERIOD_S:
            last.popleft()
        return last is not None and len(last) >= MAX_REPLACEMENTS
