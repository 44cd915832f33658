"""Keeps the trial of a change of the network: on disk before the change is, off it when it is over.

The rules are in `trial`. After a power cut, or any other end that was none, the next start undoes
the change; an orderly restart ("Save & restart" of the manual) begins the trial anew.
"""

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from evse.clock import Clock
from evse.network import trial as trials
from evse.network.reason import Reason
from evse.network.trial import Medium, Trial, Values
from evse.settings.values import ConfigurationError, Settings

_log = logging.getLogger(__name__)

STORE_TIMEOUT_S = 2.0
"""At the end of the program, real s, to note that a trial goes on after it."""

NOTE = "network.trial"
"""The name of the note: {"before": values, "orderly": whether the program ended as it should}."""

_ORIGIN = "network trial"


class TrialNotes(Protocol):
    """What `storage.notes.Notes` does. Raises `sqlite3.Error`."""

    async def read(self, name: str) -> Any:
        """What was kept."""

    async def keep(self, name: str, value: object) -> None:
        """Keep it, on disk before this returns."""

    async def forget(self, name: str) -> None:
        """Keep nothing."""


class Trying:
    """See the module. `trial` is the one that goes on, `last` the end of the one before.

    `undone` is told that the change of a trial is taken back. Methods that store raise
    `sqlite3.Error`; what they decided holds, and `turn` stores it later.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        notes: TrialNotes,
        undone: Callable[[Trial], None] = lambda _trial: None,
    ) -> None:
        self.trial: Trial | None = None
        self.last: dict[str, Any] | None = None
        self._settings = settings
        self._clock = clock
        self._notes = notes
        self._undone = undone
        self._confirmed: Values = trials.values_of(settings.values)
        self._undoing: Values | None = None  # until it is stored

    @property
    def values(self) -> dict[str, Any]:
        """Every setting, those of the network as they are to be in force."""
        return {**self._settings.values, **(self._undoing or {})}

    @property
    def busy(self) -> bool:
        """Whether there is something to do soon."""
        return self.trial is not None or self._undoing is not None

    async def take_up(self) -> None:
        """Begin anew, or undo, the trial that the last run left."""
        note = await self._notes.read(NOTE)
        if note is None:
            return
        current = trials.values_of(self._settings.values)
        # A note of another version may know other settings.
        before = {key: value for key, value in note["before"].items() if key in current}
        self._confirmed = current | before
        self.trial = trials.begin(self._confirmed, current, self._clock.monotonic())
        if self.trial is not None and not note["orderly"]:
            self.undo(Reason("program_ended"))

    async def note_the_end(self) -> None:
        """The program ends as it should: the trial goes on after it."""
        if self.trial is not None:
            with contextlib.suppress(sqlite3.Error, TimeoutError):  # then the start undoes it
                async with asyncio.timeout(STORE_TIMEOUT_S):
                    await self._note(self.trial.before, orderly=True)

    async def turn(self, *, reachable: bool, hotspot: bool) -> None:
        """Begin what the settings have begun, end what is over.

        `reachable`: the network is there to be changed; without it a change is simply kept.
        `hotspot`: it is open.
        """
        await self._look(reachable=reachable, hotspot=hotspot)
        if self.trial is not None:
            reason = trials.why_undo(self.trial, self._clock.monotonic())
            if reason is not None:
                self.undo(reason)
        if self._undoing is not None:
            await self._store_undone(self._undoing)

    async def apply(
        self, changes: Mapping[str, object], origin: str, *, reachable: bool, hotspot: bool
    ) -> tuple[str, ...]:
        """Change settings of the network, on trial; the keys changed. See `NetworkPort.apply`."""
        if reachable and not self.busy:
            # Before the change itself: a power cut between the two must not leave it.
            await self._note(self._confirmed, orderly=False)
        try:
            merged = {**(self._undoing or {}), **changes}
            changed = await self._settings.set_many(merged, origin)
            await self._look(reachable=reachable, hotspot=hotspot)
        finally:
            if reachable and not self.busy:
                await self._notes.forget(NOTE)
        return changed

    async def confirm(
        self, address: str, addresses: Mapping[Medium, tuple[str, ...]]
    ) -> Reason | None:
        """Keep what is tried; why not, None when it is kept. See `trial.why_not_confirmed`."""
        if self.trial is None:
            return Reason("no_trial")
        reason = trials.why_not_confirmed(self.trial, address, addresses)
        if reason is None:
            await self.keep()
            self.last = {"confirmed": True, "reason": "", "code": "", "values": {}}
        return reason

    def undo(self, reason: Reason) -> None:
        """Take the change of the trial back, because of `reason`; the next turn stores it."""
        trial = self.trial
        if trial is None:
            return
        _log.warning("the change of the network is undone: %s", reason)
        self.trial, self._undoing = None, trial.before
        self.last = {"confirmed": False, **reason.as_json()}
        self._undone(trial)

    async def keep(self) -> None:
        """What is tried is confirmed; it stays on trial when that cannot be stored."""
        trial, before = self.trial, self._confirmed
        if trial is None:
            return
        self.trial, self._confirmed = None, trial.tried
        try:
            await self._notes.forget(NOTE)
        except sqlite3.Error:
            self.trial, self._confirmed = trial, before
            raise
        _log.info("the change of the network is confirmed")

    async def _look(self, *, reachable: bool, hotspot: bool) -> None:
        """Notice a change of the settings, by whatever way it came."""
        current = trials.values_of(self._settings.values)
        known = self.trial.tried if self.trial else self._confirmed
        if current == known or self._undoing is not None:
            return
        if not reachable:
            self._confirmed, self.trial = current, None
            return
        through = hotspot or (self.trial is not None and self.trial.hotspot)
        now_s = self._clock.monotonic()
        self.trial = trials.begin(self._confirmed, current, now_s, hotspot=through)
        if self.trial is None:
            await self._notes.forget(NOTE)
            return
        self.last = None
        _log.info("the network is changed; to be confirmed within %.0f s", trials.TRIAL_S)
        await self._note(self._confirmed, orderly=False)

    async def _store_undone(self, before: Values) -> None:
        try:
            await self._settings.set_many(before, _ORIGIN)
        except ConfigurationError as error:
            # They were in force, so only a setting of another page can speak against them.
            _log.error("the network is as before, but not its settings: %s", error)
            return
        self._undoing = None
        await self._notes.forget(NOTE)

    async def _note(self, before: Values, *, orderly: bool) -> None:
        await self._notes.keep(NOTE, {"before": dict(before), "orderly": orderly})
