"""What a charger tells on: that something changed, what happened, and which calls were answered."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from .happenings import Happening, HappeningKind
from .listeners import Listeners


class News:
    """The listeners of one charger, of three kinds."""

    def __init__(self, identity: str) -> None:
        self._subscribers = Listeners[[]](identity)
        self._listeners = Listeners[[Happening]](identity)
        self._call_subscribers = Listeners[[str, dict[str, Any], dict[str, Any]]](identity)

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` after each message that was worked in; return the way to end it."""
        return self._subscribers.add(callback)

    def publish(self) -> None:
        """Tell the subscribers that something may have changed."""
        self._subscribers.tell()

    def listen(self, callback: Callable[[Happening], None]) -> Callable[[], None]:
        """Call `callback` with each happening; return the way to end it."""
        return self._listeners.add(callback)

    def happened(
        self, kind: HappeningKind, connector_id: int, at: datetime, **details: Any
    ) -> None:
        """Tell the listeners what happened."""
        self._listeners.tell(Happening(kind, connector_id, at, details))

    def subscribe_calls(
        self, callback: Callable[[str, dict[str, Any], dict[str, Any]], None]
    ) -> Callable[[], None]:
        """Call `callback(action, payload, answer)` after each call of the charger that was answered
        with a result; return the way to end it.
        """
        return self._call_subscribers.add(callback)

    def answered(self, action: str, payload: dict[str, Any], answer: dict[str, Any]) -> None:
        """Note that a call of the charger was answered with a result."""
        self._call_subscribers.tell(action, payload, answer)
