"""Stores what must not be lost, however long the disk does not take it."""

import logging
import sqlite3
from collections.abc import Awaitable, Callable

from evse.clock import Clock

_log = logging.getLogger(__name__)

STORE_RETRY_S = 5.0
"""Between two attempts to store what must not be lost, s: a disk may be full for a while."""


async def until_stored(clock: Clock, what: str, store: Callable[[], Awaitable[None]]) -> None:
    """Call `store` until the disk takes it; `what` is for the log."""
    failed = False
    while True:
        try:
            await store()
        except sqlite3.Error as error:
            if not failed:
                _log.error("%s cannot be stored, it is tried again: %s", what, error)
            failed = True
            await clock.sleep(STORE_RETRY_S)
        else:
            if failed:
                _log.info("%s is stored at last", what)
            return
