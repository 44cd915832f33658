"""Callbacks to whom something is told; a faulty one harms no other."""

import logging
from collections.abc import Callable

_LOGGER = logging.getLogger(__name__)


class Listeners[**P]:
    """The callbacks for one kind of news. `whose` names the charger in the log."""

    def __init__(self, whose: str) -> None:
        self._whose = whose
        self._callbacks: list[Callable[P, None]] = []

    def add(self, callback: Callable[P, None]) -> Callable[[], None]:
        """Add a callback; return the way to end it."""
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)

    def __len__(self) -> int:
        return len(self._callbacks)

    def tell(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Call all of them, in the order in which they came."""
        for callback in tuple(self._callbacks):
            try:
                callback(*args, **kwargs)
            except Exception:
                _LOGGER.exception("%s: a listener failed", self._whose)
