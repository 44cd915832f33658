"""The wallbox says in the local network that it is there: `_evse-ocpp._tcp` by mDNS (RFC 6763).

A Home Assistant finds it so, and pairs with it without anybody typing an address. The TXT record
(all texts):

    serial    serial number            product   vendor and model      version   of this program
    path      of the API               claimed   "1" when passwords are set
    fp        SHA-256 fingerprint of the certificate, in hexadecimal digits

It says nothing that is secret, and nothing that is read here is trusted.
"""

import asyncio
import contextlib
import ipaddress
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ifaddr
from zeroconf import Error as ZeroconfError
from zeroconf import InterfaceChoice, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from evse import __version__
from evse.clock import Clock
from evse.network.host import LABEL_BYTES, host_of

_log = logging.getLogger(__name__)

SERVICE = "_evse-ocpp._tcp.local."

LOOK_S = 5.0
"""Addresses and announcement are looked at so often, s."""

END_TIMEOUT_S = 3.0
"""Real time to say goodbye, s."""

Interfaces = Sequence[str] | InterfaceChoice


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is said. `name`: of the wallbox, for people; `host`: its name in the network."""

    name: str
    host: str
    port: int
    serial: str
    product: str
    version: str
    claimed: bool
    fingerprint: str
    path: str = "/api/v1"

    @property
    def txt(self) -> dict[str, str]:
        """The TXT record."""
        return {
            "serial": self.serial,
            "product": self.product,
            "version": self.version,
            "path": self.path,
            "claimed": "1" if self.claimed else "0",
            "fp": self.fingerprint,
        }


def announcement_of(
    settings: Mapping[str, Any], port: int, *, claimed: bool, fingerprint: str
) -> Announcement:
    """The announcement by the values of all settings; `port` is the one where HTTPS is served."""
    return Announcement(
        name=settings["ocpp.identity"],
        host=host_of(settings["network.hostname"], settings["ocpp.identity"]),
        port=port,
        serial=settings["manufacturer.serial"],
        product=f"{settings['manufacturer.vendor']} {settings['manufacturer.model']}".strip(),
        version=__version__,
        claimed=claimed,
        fingerprint=fingerprint,
    )


def service_of(said: Announcement, addresses: Sequence[str]) -> ServiceInfo:
    """The service as zeroconf registers it."""
    name = said.name.encode()[:LABEL_BYTES].decode("utf-8", "ignore")
    return ServiceInfo(
        SERVICE,
        f"{name}.{SERVICE}",
        port=said.port,
        properties=said.txt,
        server=f"{said.host}.local.",
        parsed_addresses=list(addresses),
    )


def own_addresses() -> tuple[str, ...]:
    """The addresses at which others reach this machine: all IPv4 but loopback, and global IPv6."""
    found: set[str] = set()
    for adapter in ifaddr.get_adapters():
        for each in adapter.ips:
            text = each.ip if isinstance(each.ip, str) else each.ip[0]
            address = ipaddress.ip_address(text)
            if not (address.is_loopback or (address.version == 6 and address.is_link_local)):
                found.add(text)
    return tuple(sorted(found))


class Announcer:
    """Keeps the announcement right while the network, the certificate and the owner change."""

    def __init__(
        self,
        clock: Clock,
        said: Callable[[], Announcement | None],
        addresses: Callable[[], tuple[str, ...]] = own_addresses,
        interfaces: Interfaces = InterfaceChoice.All,
    ) -> None:
        """`said`: what to say now; None says nothing, as without a web page to find."""
        self._clock = clock
        self._said = said
        self._addresses = addresses
        self._interfaces = interfaces
        self._zeroconf: AsyncZeroconf | None = None
        self._told: tuple[Announcement, tuple[str, ...]] | None = None
        self._complaint = ""

    async def run(self) -> None:
        """Announce until cancelled; a network without multicast is tried again and again."""
        try:
            while True:
                await self._look()
                await self._clock.sleep(LOOK_S)
        finally:
            await self._end()

    async def _look(self) -> None:
        said, addresses = self._said(), self._addresses()
        wanted = (said, addresses) if said is not None and addresses else None
        if wanted == self._told:
            return
        try:
            # Another address may be one of another interface, which an open socket does not know.
            await self._end()
            if wanted is not None:
                await self._begin(*wanted)
        except (OSError, ZeroconfError) as error:
            await self._end()
            if str(error) != self._complaint:
                _log.warning("the wallbox cannot be announced in the network: %r", error)
            self._complaint = str(error)
            return
        self._told, self._complaint = wanted, ""

    async def _begin(self, said: Announcement, addresses: tuple[str, ...]) -> None:
        self._zeroconf = AsyncZeroconf(interfaces=self._interfaces)
        info = service_of(said, addresses)
        task = await self._zeroconf.async_register_service(info, allow_name_change=True)
        await task
        _log.info("announced as %s at %s", info.name, ", ".join(addresses))

    async def _end(self) -> None:
        zeroconf, self._zeroconf, self._told = self._zeroconf, None, None
        if zeroconf is not None:
            with contextlib.suppress(TimeoutError, OSError, ZeroconfError):  # others will notice
                async with asyncio.timeout(END_TIMEOUT_S):
                    await zeroconf.async_unregister_all_services()
            await zeroconf.async_close()
