"""How a charger that has connected is asked: spaced, one after the other, and never fatal."""

import asyncio
import logging
from collections.abc import Awaitable
from typing import Protocol

from .charger import Charger
from .commands import CommandError, CommandRefused, Commands

_LOGGER = logging.getLogger(__name__)

SETTLE_S = 1.0
"""A charger that boots tells the status of its connectors by itself after its first word."""
SPACING_S = 0.5


class Inbound(Protocol):
    """What has come from the charger on this connection."""

    status_seen: bool


async def settle() -> None:
    """Let the charger tell by itself what it does."""
    await asyncio.sleep(SETTLE_S)


async def space() -> None:
    """Leave it the time between two calls."""
    await asyncio.sleep(SPACING_S)


async def attempt(charger: Charger, command: Awaitable[object]) -> bool:
    """Await a command; return whether the charger refused it."""
    try:
        await command
    except CommandError as error:
        _LOGGER.info("%s: %s", charger.identity, error)
        return isinstance(error, CommandRefused)
    return False


async def ask_for_statuses(charger: Charger, inbound: Inbound, commands: Commands) -> None:
    """Ask for the status of all connectors, where one is unknown or none was told."""
    unknown = any(connector.status is None for connector in charger.connectors.values())
    if unknown or not inbound.status_seen:  # accepted before, it goes on without telling
        await attempt(charger, commands.trigger("StatusNotification"))
        await space()
