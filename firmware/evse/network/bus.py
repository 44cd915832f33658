"""The system's D-Bus: calls with a time-out, plain Python values, errors that say who did what.

https://dbus.freedesktop.org/doc/dbus-specification.html. The address is the system bus's, or what
DBUS_SYSTEM_BUS_ADDRESS says.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from dbus_fast import BusType, DBusError, InvalidAddressError, Message, MessageType, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.errors import AuthError

from evse.network.reason import Reason, reason_of

_log = logging.getLogger(__name__)

CALL_TIMEOUT_S = 10.0
"""Real time for one call, s: polkit and a modem take their time, an answer never takes so long."""

PROPERTIES = "org.freedesktop.DBus.Properties"
_OBJECT_MANAGER = "org.freedesktop.DBus.ObjectManager"
_NOBODY = {
    "org.freedesktop.DBus.Error.ServiceUnknown",
    "org.freedesktop.DBus.Error.NameHasNoOwner",
    "org.freedesktop.DBus.Error.Spawn.ServiceNotFound",
}

Objects = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Every object of a service: path → interface → property → value."""


class BusError(Exception):
    """A call failed; `reason` says which and why. `absent`: nobody offers the service."""

    def __init__(self, reason: Reason | str, *, absent: bool = False) -> None:
        self.reason = reason_of(reason)
        super().__init__(str(self.reason))
        self.absent = absent


class SystemBus:
    """A connection that is made when it is needed, and anew after it was lost."""

    def __init__(self) -> None:
        self._bus: MessageBus | None = None
        self._connecting = asyncio.Lock()
        self._loss: asyncio.Task[None] | None = None

    async def call(
        self,
        service: str,
        path: str,
        interface: str,
        member: str,
        signature: str = "",
        *body: Any,
    ) -> list[Any]:
        """Call a method; the answer's values without their variants. Raises BusError."""
        message = Message(
            destination=service,
            path=path,
            interface=interface,
            member=member,
            signature=signature,
            body=list(body),
        )
        bus = await self._connected()
        try:
            async with asyncio.timeout(CALL_TIMEOUT_S):
                reply = await bus.call(message)
        except TimeoutError:
            raise BusError(Reason("silent", {"service": service, "call": member})) from None
        except (OSError, EOFError, DBusError) as error:
            self.close()
            raise BusError(f"{service}: {member}: the D-Bus was lost: {error}") from error
        if reply is None or reply.message_type is MessageType.ERROR:
            raise _refusal(service, member, reply)
        return [plain(value) for value in reply.body]

    async def objects(self, service: str, path: str) -> Objects:
        """Every object of `service`, whose object manager is at `path`. Raises BusError."""
        answer = await self.call(service, path, _OBJECT_MANAGER, "GetManagedObjects")
        objects: Objects = answer[0]
        return objects

    async def properties(self, service: str, path: str, interface: str) -> dict[str, Any]:
        """Every property of an interface. Raises BusError."""
        answer = await self.call(service, path, PROPERTIES, "GetAll", "s", interface)
        found: dict[str, Any] = answer[0]
        return found

    async def set_property(
        self, service: str, path: str, interface: str, name: str, value: Variant
    ) -> None:
        """Set a property. Raises BusError."""
        await self.call(service, path, PROPERTIES, "Set", "ssv", interface, name, value)

    def close(self) -> None:
        """Close the connection; the next call makes another."""
        if self._bus is not None:
            self._bus.disconnect()
        self._bus = None

    async def _connected(self) -> MessageBus:
        for _ in range(2):
            # The loop hears of a loss first: what is written to a lost connection leaves errors in
            # the library that nobody fetches, and of which Python complains.
            await asyncio.sleep(0)
        async with self._connecting:
            if self._bus is not None and self._bus.connected:
                return self._bus
            self._bus = None
            try:
                async with asyncio.timeout(CALL_TIMEOUT_S):
                    self._bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
            except (OSError, EOFError, TimeoutError, InvalidAddressError, AuthError) as error:
                words = str(error) or "no answer"
                raise BusError(Reason("no_dbus", {"words": words}), absent=True) from error
            self._loss = asyncio.ensure_future(_hear_of_the_loss(self._bus))
            return self._bus


async def _hear_of_the_loss(bus: MessageBus) -> None:
    """Take the error with which a connection ends: the calls under way have been told it too."""
    try:
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
    except (OSError, EOFError, DBusError) as error:
        _log.debug("the D-Bus was lost: %r", error)


def _refusal(service: str, member: str, reply: Message | None) -> BusError:
    if reply is None:
        return BusError(f"{service}: {member}: no answer")
    if reply.error_name in _NOBODY:
        return BusError(Reason("no_service", {"service": service}), absent=True)
    words = reply.body[0] if reply.body else reply.error_name
    return BusError(f"{service}: {member}: {words}")


def plain(value: Any) -> Any:
    """`value` with every variant replaced by what is in it."""
    match value:
        case Variant():
            return plain(value.value)
        case dict():
            return {key: plain(each) for key, each in value.items()}
        case list() | tuple():
            return [plain(each) for each in value]
    return value
