"""Who has taken the settings with him lately: a factory reset asks for that first."""

import time
from collections.abc import Callable

RECENT_S = 900.0
"""So long an export counts, s: a look at the file, and the way back to the button."""


class Exports:
    """When each caller made his last export. `monotonic` is in s."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._made_s: dict[str, float] = {}

    def note(self, origin: str) -> None:
        """`origin` makes an export now."""
        now_s = self._monotonic()
        self._made_s = {who: at_s for who, at_s in self._made_s.items() if now_s - at_s < RECENT_S}
        self._made_s[origin] = now_s

    def recent(self, origin: str) -> bool:
        """Whether `origin` has made one lately."""
        made_s = self._made_s.get(origin)
        return made_s is not None and self._monotonic() - made_s < RECENT_S
