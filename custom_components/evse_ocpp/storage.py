"""What is kept of one config entry: its database, and when the wallboxes are written to it.

Transactions are written before they are answered. Meters can wait for minutes, as they catch up
with the charger's register; a person's choice is written at once.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.storage import STORAGE_DIR, Store

from .card_flow import async_withdraw_all_questions
from .central.charger_record import Missed
from .const import DOMAIN
from .database import Database
from .features import Feature
from .issues import async_clear_damaged_database, async_show_storage
from .session_record import SessionRow
from .tally import Tally, TallyKey
from .wallbox import Wallbox

_LOGGER = logging.getLogger(__name__)

SAVE_DELAY_S = 300
"""How much of a meter a power cut may cost: the charger's register makes up for it."""
FIRST_COPY_S, NEXT_COPY_S = 600, 86_400
"""When the database is copied: once Home Assistant has settled, and daily. A card wears by it as by
a few minutes of the recorder."""
NEW_COPY_S = 60
"""And so soon after a meter was written for the first time: of it a copy of any age will do, as the
wallbox's own register tells what has come since."""
_OLD_STORAGE_VERSION = 1
_RUN, _COMPLETE = "run", "complete"
"""The document which is there while nothing was lost: all was written when this program ended."""


def database_path(hass: HomeAssistant, entry: ConfigEntry) -> Path:
    """Return the place of the entry's database."""
    return Path(hass.config.path(STORAGE_DIR, f"{DOMAIN}.{entry.entry_id}.db"))


async def async_remove(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Delete all that was kept of an entry, also files that were set aside as damaged."""

    def delete(path: Path) -> None:
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink(missing_ok=True)

    async_clear_damaged_database(hass, entry)
    async_show_storage(hass, entry, None)
    async_withdraw_all_questions(hass, entry)
    await hass.async_add_executor_job(delete, database_path(hass, entry))
    await _old_storage(hass, entry).async_remove()


def _old_storage(hass: HomeAssistant, entry: ConfigEntry) -> Store[dict[str, Any]]:
    """Return the JSON file in which the chargers' states were kept before the database."""
    return Store(
        hass, _OLD_STORAGE_VERSION, f"{DOMAIN}.{entry.entry_id}", private=True, atomic_writes=True
    )


class Storage:
    """Writes wallboxes to the database of their entry.

    `changed_sessions` returns those of a charger that are not written yet; `sessions_written` is
    told when they are, and which tallies that changed. `on_damaged` gets the place of a file that
    was set aside.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        *,
        on_damaged: Callable[[Path], None],
        changed_sessions: Callable[[str], Sequence[SessionRow]] = lambda _: (),
        sessions_written: Callable[
            [Sequence[SessionRow], Mapping[TallyKey, Tally]], None
        ] = lambda _, __: None,
    ) -> None:
        self.hass = hass
        self.entry = entry
        self.database = Database(database_path(hass, entry), on_damaged)
        self._changed_sessions = changed_sessions
        self._sessions_written = sessions_written
        self._unsaved: dict[str, Wallbox] = {}
        self._cancel_timer: Callable[[], None] | None = None
        self._cancel_copy: Callable[[], None] | None = None
        self._copied_meters: set[tuple[str, int]] = set()
        """Those of which a copy was made, or will be, since the start: (identity, connector)."""
        self._copy_is_due = False
        self._running = False

    async def open(self) -> dict[str, dict[str, Any]]:
        """Open the database and return what was kept of each wallbox by its identity.

        `missed` in it tells what may have happened after it was written. StorageError or
        TimeoutError when that cannot be done.
        """
        await self.database.open()
        old = _old_storage(self.hass, self.entry)
        for identity, state in (await old.async_load() or {}).items():
            # With the old file the times of the charging window were always shown.
            features = [*state.get("features", ()), Feature.WINDOW]
            await self.database.put_charger(identity, state | {"features": features})
        await old.async_remove()
        ended_well = await self.database.get_document(_RUN, _COMPLETE) is not None
        missed = Missed.NOTHING if ended_well else Missed.WHAT_RAN
        if self.database.begun_anew:
            missed = Missed.ANYTHING
        await self.database.delete_document(_RUN, _COMPLETE)
        kept = await self.database.chargers()
        return {identity: state | {"missed": missed} for identity, state in kept.items()}

    def start(self) -> None:
        """Write from now on; before, a hub that cannot start would overwrite what another kept."""
        self._running = True
        self._copy_in(FIRST_COPY_S)

    async def close(self) -> None:
        """Write what waits, and close; once more is harmless."""
        was_running, self._running = self._running, False
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None
        if self._cancel_copy is not None:
            self._cancel_copy()
            self._cancel_copy = None
        try:
            if was_running:
                await self._save_unsaved()
                if self._copy_is_due:
                    await self._copy()
                if self.database.is_open:
                    await self.database.put_document(_RUN, _COMPLETE, {})
        finally:
            await self.database.close()

    async def save(self, wallbox: Wallbox) -> None:
        """Write a wallbox and its sessions.

        StorageError or TimeoutError when it is not on disk; the user is told of it until one is.
        """
        self._unsaved.pop(wallbox.charger.identity, None)
        identity = wallbox.charger.identity
        sessions = self._changed_sessions(identity)
        try:
            tallies = await self.database.put_charger(identity, wallbox.to_dict(), sessions)
        except OSError as error:
            self.save_later(wallbox)
            async_show_storage(self.hass, self.entry, error)
            raise
        async_show_storage(self.hass, self.entry, None)
        self._sessions_written(sessions, tallies)
        self._copy_new_meters(wallbox)

    @callback
    def save_later(self, wallbox: Wallbox) -> None:
        """Write a wallbox within `SAVE_DELAY_S`.

        What is asked for again does not wait again: a charge would never be written.
        """
        if not self._running:
            return
        self._unsaved[wallbox.charger.identity] = wallbox
        if self._cancel_timer is None:
            self._cancel_timer = async_call_later(self.hass, SAVE_DELAY_S, self._on_timer)

    @callback
    def save_soon(self, wallbox: Wallbox) -> None:
        """Write what a person chose: it must outlive a power cut right afterwards."""
        if self._running:
            self._unsaved[wallbox.charger.identity] = wallbox
            self.entry.async_create_task(self.hass, self._save_unsaved(), f"{DOMAIN} save a choice")

    async def forget(self, identity: str) -> None:
        """Delete the state of a wallbox that was removed; its sessions stay."""
        self._unsaved.pop(identity, None)
        await self.database.delete_charger(identity)

    def _copy_new_meters(self, wallbox: Wallbox) -> None:
        connectors = wallbox.charger.connectors.values()
        begun = {(wallbox.charger.identity, each.id) for each in connectors if each.meter.begun}
        if not self._copied_meters.issuperset(begun):
            self._copied_meters |= begun
            self._copy_is_due = True
            if self._running:
                self._copy_in(NEW_COPY_S)

    def _copy_in(self, pause_s: float) -> None:
        if self._cancel_copy is not None:
            self._cancel_copy()
        self._cancel_copy = async_call_later(self.hass, pause_s, self._on_copy)

    async def _on_copy(self, _: datetime) -> None:
        self._cancel_copy = None
        self._copy_in(NEXT_COPY_S)
        await self._copy()

    async def _copy(self) -> None:
        self._copy_is_due = False
        try:
            await self.database.keep_copy()
        except OSError as error:
            _LOGGER.error("The database could not be copied: %s", error)  # noqa: TRY400

    async def _on_timer(self, _: datetime) -> None:
        self._cancel_timer = None
        await self._save_unsaved()

    async def _save_unsaved(self) -> None:
        """Write all that waits; they share a commit, and the event loop has turns between them."""
        waiting, self._unsaved = tuple(self._unsaved.values()), {}
        saves: list[asyncio.Task[None]] = []
        for wallbox in waiting:
            saves.append(self.hass.async_create_task(self.save(wallbox), f"{DOMAIN} save"))
            await asyncio.sleep(0)
        for outcome in await asyncio.gather(*saves, return_exceptions=True):
            if isinstance(outcome, OSError):
                _LOGGER.error("A wallbox could not be stored: %s", outcome)
            elif isinstance(outcome, BaseException):
                raise outcome
