"""What the answers to a charger have in common, whatever OCPP version it speaks."""

import asyncio
from datetime import datetime
from typing import Protocol

from .charger import Charger
from .frames import CallRefusal

HEARTBEAT_S = 60
"""Keeps links alive through routers which forget idle ones after a minute (lbbrhzn/ocpp #2030)."""
SAVE_TIMEOUT_S = 10.0
"""Shorter than a charger waits for an answer; it sends the message again."""


class Store(Protocol):
    """Where the chargers' state is kept."""

    async def save(self, charger: Charger) -> None:
        """Write a charger's state and its ended sessions; OSError if that fails.

        When it returns, they outlive a power cut.
        """


async def save_first(store: Store, charger: Charger) -> None:
    """Store before the answer; else the charger is refused, and sends the message again."""
    try:
        async with asyncio.timeout(SAVE_TIMEOUT_S):
            await store.save(charger)
    except (OSError, TimeoutError) as error:
        raise CallRefusal("InternalError", "the transaction could not be stored") from error


def time_text(instant: datetime) -> str:
    """Write an instant with Z and without fractions, which every charger reads (evcc #15535)."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
