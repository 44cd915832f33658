"""When a new version is good: its settings are loaded, every board has answered, and every
connector has completed control turns after that. Then, and only then, it stays.
"""

from collections.abc import Callable, Iterable

TURNS = 10
"""A connector completes so many turns with a board that answers; one alone may be luck."""


class Health:
    """What a program that has just started has shown so far. It exists when the settings do."""

    def __init__(self, connector_ids: Iterable[int], when_healthy: Callable[[], None]) -> None:
        """`when_healthy` is called once."""
        self._turns = dict.fromkeys(connector_ids, 0)
        self._when_healthy = when_healthy
        self._healthy = False

    @property
    def missing(self) -> tuple[int, ...]:
        """The connectors that have not shown it yet."""
        return tuple(number for number, turns in self._turns.items() if turns < TURNS)

    def turned(self, connector_id: int, *, answers: bool) -> None:
        """A connector has completed a control turn; `answers`: its board does.

        A board that falls silent begins anew.
        """
        if self._healthy:
            return
        self._turns[connector_id] = self._turns[connector_id] + 1 if answers else 0
        if not self.missing:
            self._healthy = True
            self._when_healthy()
