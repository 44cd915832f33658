"""Feeds the watchdogs, and only while every connector completes its control turns.

That the process lives is not enough: a connector whose board or store hangs would charge on with
nobody at the wheel. So each watchdog is fed by turns, never by a timer.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

FEEDS_PER_INTERVAL = 4
"""A watchdog is fed at most so often in its interval; systemd asks for twice (sd_notify(3))."""


class Watchdog(Protocol):
    """What ends the program when it is not fed for `interval_s` s of real time; None: never."""

    @property
    def interval_s(self) -> float | None:
        """Seconds."""

    def feed(self) -> None:
        """The program lives."""


class Liveness:
    """The connectors' turns, and the watchdogs that are fed by them."""

    def __init__(
        self,
        connector_ids: Iterable[int],
        watchdogs: Sequence[Watchdog],
        when_all_turned: Callable[[], None] = lambda: None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`when_all_turned` is called once, when every connector has completed its first turn.

        `now`: real time, s. The watchdogs live in it, however fast a simulation runs.
        """
        self._all = frozenset(connector_ids)
        self._now = now
        self._first: set[int] = set()
        self._when_all_turned = when_all_turned
        self._bowls: list[_Bowl] = []
        for watchdog in watchdogs:
            self.watch(watchdog)

    def watch(self, watchdog: Watchdog) -> None:
        """Feed one more, from now on."""
        if watchdog.interval_s is not None:
            every_s = watchdog.interval_s / FEEDS_PER_INTERVAL
            self._bowls.append(_Bowl(watchdog, every_s, self._now()))

    def turned(self, connector_id: int) -> None:
        """A connector has completed a control turn: read, decided, commanded."""
        if self._first != self._all:
            self._first.add(connector_id)
            if self._first == self._all:
                self._when_all_turned()
        now_s = self._now()
        for bowl in self._bowls:
            bowl.turned(connector_id, self._all, now_s)


class _Bowl:
    """One watchdog: when it was fed, and who has turned since it is hungry again.

    Turns before that say nothing: a connector may hang by now.
    """

    def __init__(self, watchdog: Watchdog, every_s: float, now_s: float) -> None:
        self._watchdog = watchdog
        self._every_s = every_s
        self._fed_at_s = now_s - every_s  # the first complete round may feed
        self._since: set[int] = set()

    def turned(self, connector_id: int, everyone: frozenset[int], now_s: float) -> None:
        if now_s - self._fed_at_s < self._every_s:
            return
        self._since.add(connector_id)
        if self._since == everyone:
            self._watchdog.feed()
            self._fed_at_s = now_s
            self._since.clear()
