"""What the rest of the program sees of the network, and the machine that has none to offer.

Nothing here raises for a machine without NetworkManager, D-Bus or an adapter: each answer says
`available` and, when that is false, why in `reason`.
"""

import asyncio
import socket
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

import ifaddr

from evse.network.reason import Reason, reason_of
from evse.settings.values import Settings

Answer = dict[str, Any]
"""JSON values with `available` (bool) and `reason` (str, "" when available), and what was asked.

`reason` is English; `reason.localized` says it in another language, by `code` and `values`.
"""


Addresses = tuple[str | None, str | None]
"""IPv4 of the LAN and of the Wi-Fi."""

ADDRESSES_S = 5.0
"""The kernel is asked for them so often, s: a panel looks at the snapshot many times a second."""


def refused(reason: Reason, **rest: Any) -> Answer:
    """The answer of what cannot be done now, because of `reason`."""
    return {"available": False, **reason.as_json(), **rest}


def done(**rest: Any) -> Answer:
    """The answer of what was done."""
    return {"available": True, "reason": "", "code": "", "values": {}, **rest}


class NetworkPort(Protocol):
    """The network as the page, the API and the panel use it."""

    def snapshot(self) -> Answer:
        """The network as it was seen last, from memory.

        {available, reason, hostname, ethernet: {enabled, state, ip}, wifi: {mode: "off" | "client"
        | "hotspot", ssid, signal_percent, ip, joined}, cellular: {state, operator, signal_percent,
        ip}, hotspot: {open, ssid, address, closes_in_s, client}, trial: {ends_in_s, applied} |
        null, last_trial: {confirmed, reason, code, values} | null}
        """

    def hotspot_label(self) -> dict[str, str]:
        """What lets a phone into the hotspot, for the panel and the label: {ssid, key, qr, url}."""

    async def scan(self) -> Answer:
        """Look for Wi-Fi networks: {networks: [{ssid, security, signal_percent, dbm}]}."""

    async def apply(self, changes: Mapping[str, object], origin: str) -> Answer:
        """Set `network.*` to `changes`, on trial: {changed: [keys], trial: {ends_in_s} | null}.

        `origin` is whose change it is, for the log. Raises ConfigurationError, SettingError or
        UnknownSettingError for values that cannot be; then nothing is changed.
        """

    async def confirm(self, address: str = "") -> Answer:
        """Somebody reached the wallbox over the changed network: it stays.

        `address` is the wallbox's own at which the request came in; "" when it is not known.
        """

    async def keep(self) -> None:
        """What the settings say now stays, without a confirmation: after a factory reset."""

    async def hotspot(self, on: bool) -> Answer:
        """Open the hotspot (or prolong it), or close it: the snapshot's `hotspot`.

        When it is open, with what lets a phone in (see `hotspot_label`).
        """

    def admits(self, local: str, remote: str) -> bool:
        """Whether a request from `remote` at the wallbox's address `local` may be answered.

        False for everybody but the first client of the hotspot. To be asked for each request.
        """

    async def card(self, tag: str) -> bool:
        """Open the hotspot when `tag` is the network configuration card; whether it is."""

    async def time(self) -> Answer:
        """The system's clock: {now, time_zone, ntp, synchronized, can_ntp}."""

    async def set_time(
        self, at: datetime | None = None, ntp: bool | None = None, time_zone: str | None = None
    ) -> Answer:
        """Change what is given: the instant (this ends NTP), NTP on or off, the time zone."""

    async def run(self) -> None:
        """Follow settings and network until cancelled."""


class Unavailable:
    """A `NetworkPort` for a machine whose network the wallbox leaves alone, for `reason`.

    Settings of the network can be kept; they change nothing.
    """

    def __init__(self, settings: Settings, reason: Reason | str) -> None:
        self._settings = settings
        self.reason = reason_of(reason)
        self._addresses = kernel_addresses()

    def snapshot(self) -> Answer:
        """See `NetworkPort`: the addresses are the kernel's, the rest is not known."""
        return nothing_seen(self.reason, self._addresses)

    def hotspot_label(self) -> dict[str, str]:
        """See `NetworkPort`: there is nothing to get into."""
        return {}

    async def scan(self) -> Answer:
        """See `NetworkPort`."""
        return refused(self.reason, networks=[])

    async def apply(self, changes: Mapping[str, object], origin: str) -> Answer:
        """See `NetworkPort`: kept, without a trial, for nothing can become unreachable by it."""
        changed = await self._settings.set_many(changes, origin)
        return refused(self.reason, changed=list(changed), trial=None)

    async def confirm(self, address: str = "") -> Answer:  # noqa: ARG002
        """See `NetworkPort`."""
        return refused(self.reason)

    async def keep(self) -> None:
        """See `NetworkPort`: there is no trial."""

    async def hotspot(self, on: bool) -> Answer:  # noqa: ARG002
        """See `NetworkPort`."""
        return refused(self.reason)

    def admits(self, local: str, remote: str) -> bool:  # noqa: ARG002
        """See `NetworkPort`: there is no hotspot."""
        return True

    async def card(self, tag: str) -> bool:  # noqa: ARG002
        """See `NetworkPort`: no card opens anything."""
        return False

    async def time(self) -> Answer:
        """See `NetworkPort`."""
        return refused(self.reason, **nothing_of_the_clock())

    async def set_time(
        self,
        at: datetime | None = None,  # noqa: ARG002
        ntp: bool | None = None,  # noqa: ARG002
        time_zone: str | None = None,  # noqa: ARG002
    ) -> Answer:
        """See `NetworkPort`."""
        return refused(self.reason, **nothing_of_the_clock())

    async def run(self) -> None:
        """See `NetworkPort`: there is nothing to follow but the addresses."""
        while True:
            await asyncio.sleep(ADDRESSES_S)
            self._addresses = kernel_addresses()


def nothing_seen(reason: Reason, addresses: Addresses = (None, None)) -> Answer:
    """A snapshot without NetworkManager, because of `reason`."""
    lan, wlan = addresses
    return refused(
        reason,
        hostname=socket.gethostname(),
        ethernet={"enabled": None, "state": "unknown", "ip": lan},
        wifi={
            "mode": "off",
            "ssid": None,
            "signal_percent": None,
            "ip": wlan,
            "joined": wlan is not None,
        },
        cellular={"state": "unknown", "operator": None, "signal_percent": None, "ip": None},
        hotspot={
            "open": False,
            "ssid": None,
            "address": None,
            "closes_in_s": None,
            "client": None,
        },
        trial=None,
        last_trial=None,
    )


def nothing_of_the_clock() -> Answer:
    """The fields of `NetworkPort.time` that only the system's clock service knows."""
    return {
        "now": datetime.now().astimezone().isoformat(timespec="seconds"),
        "time_zone": None,
        "ntp": None,
        "synchronized": None,
        "can_ntp": False,
    }


def kernel_addresses() -> Addresses:
    """The first IPv4 addresses of a wired and of a wireless interface, by the kernel's names.

    Names begin with "en" or "eth", or with "wl" (systemd.net-naming-scheme).
    """
    found: dict[str, str] = {}
    for adapter in ifaddr.get_adapters():
        for medium, beginnings in (("lan", ("en", "eth")), ("wlan", ("wl",))):
            if adapter.name.startswith(beginnings):
                for address in adapter.ips:
                    if address.is_IPv4 and isinstance(address.ip, str):
                        found.setdefault(medium, address.ip)
    return found.get("lan"), found.get("wlan")
