"""Who did what: changes of settings with what they were before, log-ins, actions, exports.

The server says who acts while a handler runs (`acting`), and the audit sees by itself every setting
that changes then. What is changed otherwise, by the central system or a command, is noted as such.
The server keeps the notes on disk before it answers; those of others are kept soon after.
"""

import asyncio
import json
import logging
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime

from evse.settings.setting import Role
from evse.settings.table import BY_KEY
from evse.settings.values import Settings
from evse.storage.audit import AuditTable, Entry, KeptEntry

_log = logging.getLogger(__name__)

KEPT_AFTER_S = 5.0
"""What was not done over the API is on disk so much later, s."""

MAX_PENDING = 1000
"""Notes that wait for a disk which takes nothing; of more, the newest are lost."""


@dataclass(slots=True)
class Actor:
    """Who acts, in one call. `role`: "" for nobody who is logged in; `undoes`: the entry that is
    taken back. `noted`: that something was done stands in the log."""

    role: str
    origin: str
    undoes: int | None = None
    noted: bool = False


_OUTSIDE = Actor("", "central system or command line")

_ACTOR: ContextVar[Actor] = ContextVar("actor", default=_OUTSIDE)


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """What is changed within was done by `actor`."""
    token = _ACTOR.set(actor)
    try:
        yield
    finally:
        _ACTOR.reset(token)


class UndoError(Exception):
    """An entry that cannot be taken back; the text says why."""


class Audit:
    """See the module."""

    def __init__(self, table: AuditTable, settings: Settings) -> None:
        self._table = table
        self._settings = settings
        self._before = dict(settings.values)
        self._pending: list[Entry] = []
        self._keeping = asyncio.Lock()  # so that the notes stay in their order
        settings.subscribe(self._changed)

    def note(self, event: str, new: object = None, role: Role | None = None) -> None:
        """Something was done now: `event` names it ("session.opened"), `new` says more.

        `role`: of who has logged in just now, and did not act as such yet.
        """
        _log.info("%s by %s", event, _ACTOR.get().origin)
        self._add(event, None, None if new is None else json.dumps(new), role)

    async def keep(self) -> None:
        """Put on disk what was noted. Raises `sqlite3.Error`, and tries again the next time."""
        async with self._keeping:
            noted = tuple(self._pending)
            if noted:
                await self._table.add(noted)
                del self._pending[: len(noted)]

    async def keep_if_possible(self) -> None:
        """`keep`; what the disk does not take is kept later."""
        try:
            await self.keep()
        except sqlite3.Error as error:
            _log.warning("who changed what cannot be stored, it is tried again: %s", error)

    async def run(self) -> None:
        """Keep what others than the API do, until cancelled."""
        while True:
            await asyncio.sleep(KEPT_AFTER_S)
            await self.keep_if_possible()

    async def page(
        self, offset: int, limit: int, hidden: Collection[str]
    ) -> tuple[int, list[KeptEntry]]:
        """The number of entries whose key is not `hidden`, and some of them, the newest first."""
        await self.keep()
        return await self._table.page(offset, limit, hidden)

    async def entry(self, number: int) -> KeptEntry | None:
        """One entry; None when there is none of this number."""
        await self.keep()
        return await self._table.entry(number)

    async def undo(self, kept: KeptEntry) -> None:
        """Set a setting to what it was before an entry; whoever may do so acts.

        Raises UndoError, and what `Settings.set` raises.
        """
        entry = kept.entry
        setting = BY_KEY.get(entry.key)
        if setting is None or setting.secret or entry.old is None or entry.new is None:
            raise UndoError("only a change of a setting that is no secret can be undone")
        if kept.undone:
            raise UndoError("it is undone already")
        now = json.dumps(self._settings[setting.key])
        if now != entry.new:
            raise UndoError(f"{setting.key} was changed since then: it is {now} now")
        actor = _ACTOR.get()
        with acting(Actor(actor.role, actor.origin, kept.number)):
            await self._settings.set(setting.key, json.loads(entry.old), actor.origin)

    def _changed(self, key: str) -> None:
        old, new = self._before[key], self._settings[key]
        self._before[key] = new
        if BY_KEY[key].secret:
            self._add(key, None, None)
        else:
            self._add(key, json.dumps(old), json.dumps(new))

    def _add(self, key: str, old: str | None, new: str | None, role: Role | None = None) -> None:
        if len(self._pending) >= MAX_PENDING:
            _log.error("%s: that it was done cannot be kept", key)
            return
        actor = _ACTOR.get()
        actor.noted = True
        self._pending.append(
            Entry(datetime.now(UTC), role or actor.role, actor.origin, key, old, new, actor.undoes)
        )
