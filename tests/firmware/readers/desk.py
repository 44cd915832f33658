"""A wallbox's readers with their list of cards, on virtual time, and everything they cause."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from evse.readers.fitting import notation_of
from evse.readers.simulated import SimulatedReader
from evse.readers.swiping import Swiping
from evse.settings.values import Settings
from evse.storage.database import Database
from evse.storage.whitelist import WhitelistTable
from evse.whitelist.whitelist import Whitelist
from tests.firmware.settings_store import NoStore
from tests.firmware.virtual_clock import VirtualClock

WITHIN_S = 60.0
"""Real time for a disk, on a busy computer."""


class Desk:
    """Two simulated readers."""

    def __init__(self, settings: Settings, database: Database, whitelist: Whitelist) -> None:
        self.settings = settings
        self.database = database
        self.whitelist = whitelist
        self.clock = VirtualClock()
        self.door, self.wall = SimulatedReader(), SimulatedReader()
        self.presented: list[str] = []
        self.beeps: list[int] = []
        self.standby = True
        self.swiping = Swiping(
            (self.door, self.wall),
            whitelist,
            settings,
            self.clock,
            self.presented.append,
            self.beeps.append,
            lambda: self.standby,
        )

    async def hold(self, uid: str, reader: SimulatedReader | None = None) -> None:
        """Hold a card to a reader, and wait until it is served."""
        (reader or self.door).swipe(uid)
        async with asyncio.timeout(WITHIN_S):
            while not self.swiping._waiting._getters:  # type: ignore[attr-defined]  # noqa: ASYNC110
                await asyncio.sleep(0.001)

    async def set(self, key: str, value: object) -> None:
        """Change a setting."""
        await self.settings.set(key, value, "test")


@contextlib.asynccontextmanager
async def desk_at(folder: Path, *overrides: str) -> AsyncIterator[Desk]:
    """A desk at work."""
    database = await Database.open(folder / "evse.sqlite")
    settings = await Settings.load(NoStore(), overrides=overrides)
    whitelist = await Whitelist.load(
        WhitelistTable(database),
        lambda: notation_of(settings),
        lambda: settings["authorization.whitelist_capacity"],
    )
    desk = Desk(settings, database, whitelist)
    running = asyncio.create_task(desk.swiping.run())
    await desk.clock.pass_time(0)
    try:
        yield desk
        assert not running.done()
    finally:
        running.cancel()
        await asyncio.wait([running])
        await database.close()
