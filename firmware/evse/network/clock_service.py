"""The system's clock by systemd's timedate1: time zone, NTP, and the time set by hand.

org.freedesktop.timedate1(5). Timers of this program count on the monotonic clock and are not
touched by any of it.
"""

import asyncio
from datetime import datetime
from typing import Any

from evse.network.bus import SystemBus

NTP_STOP_TRIES = 20
NTP_STOP_PAUSE_S = 0.25
"""The NTP service needs a moment to end, and until then the time cannot be set: 5 s, then it is
tried all the same."""

_SERVICE = "org.freedesktop.timedate1"
_PATH = "/org/freedesktop/timedate1"


class ClockService:
    """See the module. Everything raises BusError."""

    def __init__(self, bus: SystemBus) -> None:
        self._bus = bus

    async def read(self) -> dict[str, Any]:
        """See `NetworkPort.time`, without `available`."""
        told = await self._bus.properties(_SERVICE, _PATH, _SERVICE)
        return {
            "now": datetime.now().astimezone().isoformat(timespec="seconds"),
            "time_zone": told.get("Timezone"),
            "ntp": told.get("NTP"),
            "synchronized": told.get("NTPSynchronized"),
            "can_ntp": bool(told.get("CanNTP", False)),
        }

    async def set_ntp(self, *, on: bool) -> None:
        """Turn the synchronization with a time server on or off."""
        await self._call("SetNTP", "bb", on)

    async def set_time_zone(self, name: str) -> None:
        """Set the time zone, e.g. Europe/Berlin."""
        await self._call("SetTimezone", "sb", name)

    async def set_time(self, at: datetime) -> None:
        """Set the clock to the aware instant `at`. This ends NTP, which would refuse it."""
        await self.set_ntp(on=False)
        for _ in range(NTP_STOP_TRIES):
            if not (await self.read())["ntp"]:
                break
            await asyncio.sleep(NTP_STOP_PAUSE_S)
        await self._call("SetTime", "xbb", round(at.timestamp() * 1_000_000), False)

    async def _call(self, member: str, signature: str, *values: Any) -> None:
        """Call a method, whose last argument says that nobody is there to type a password."""
        await self._bus.call(_SERVICE, _PATH, _SERVICE, member, signature, *values, False)
