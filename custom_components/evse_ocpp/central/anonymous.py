"""A charger that dials without an identity, and says who it is in its BootNotification.

Some firmwares leave the end of the path empty (lbbrhzn/ocpp #1749).
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from .frames import Call, FrameError, pack_error, parse
from .identity import harmless
from .link import Link, LinkClosed

PATIENCE_S = 30.0
"""A charger that starts sends its BootNotification at once."""
MAX_MESSAGES = 5
SERIALS = ("chargePointSerialNumber", "chargeBoxSerialNumber")


async def introduction(link: Link) -> tuple[str, str | bytes] | None:
    """Return the serial number of the BootNotification that comes, and the message itself.

    None when none came in time. Other calls are refused meanwhile: they come again.
    """
    try:
        async with asyncio.timeout(PATIENCE_S):
            for _ in range(MAX_MESSAGES):
                text = await link.recv()
                try:
                    frame = parse(text)
                except FrameError:
                    continue
                if not isinstance(frame, Call):
                    continue
                if frame.action == "BootNotification":
                    return serial_in(frame.payload), text
                await link.send(pack_error(frame.message_id, "SecurityError", "who are you?"))
    except (LinkClosed, TimeoutError):
        return None
    return None


def serial_in(payload: Mapping[str, Any]) -> str:
    """Return the serial number in a BootNotification of 1.6 or 2.0.1; empty when there is none."""
    station = payload.get("chargingStation")
    candidates = [payload.get(name) for name in SERIALS]
    if isinstance(station, Mapping):
        candidates.append(station.get("serialNumber"))
    return next((harmless(each) for each in candidates if isinstance(each, str) and each), "")
