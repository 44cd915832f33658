"""The group's bus on CAN, by python-can. Identifiers and fragments are those of `can_frames`.

The system sets up the interface: `ip link set can0 up type can bitrate 250000 restart-ms 1000`.
Without `restart-ms` a controller that is bus-off stays so: no program can restart it by its socket.
"""

import asyncio
import errno
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from evse.sharing.bus import Envelope
from evse.sharing.can_frames import IDS, Assembly, address_of, fragments, id_of, pace_s
from evse.sharing.connection import CanConnection
from evse.sharing.party import LINE, Party

if TYPE_CHECKING:
    import can

FULL_S = 0.5
"""Real time for which the interface's queue may be full, s; then what waits is thrown away. It
stays full while nobody confirms our frames: we are alone, or the wires are cut."""

RETRY_S = 0.002
"""Between two attempts to put a frame into a full queue, s: four frames at 250 kbit/s."""

POLL_S = 0.005
"""How often an interface is asked which cannot wake us (python-can's virtual one), s."""

_AT_ONCE = 256
"""Frames fetched before others have their turn."""

_UNITS_MASK = 0x7C0  # of the identifiers 0x180 … 0x1BF and 0x200 … 0x23F
_BUS_OFF = 0x40  # CAN_ERR_BUSOFF of linux/can/error.h


class Can:
    """See the module; a `Carrier`."""

    def __init__(self, connection: CanConnection) -> None:
        self._connection = connection
        self._pace_s = pace_s(connection.bitrate)
        self._numbers: defaultdict[int, int] = defaultdict(int)
        self._assemblies: defaultdict[int, Assembly] = defaultdict(Assembly)

    def __str__(self) -> str:
        return str(self._connection)

    async def carry(self, party: Party) -> None:
        """See `Carrier`."""
        bus = _open(self._connection)
        party.opened()
        tasks = [
            asyncio.create_task(self._listen(bus, party)),
            asyncio.create_task(self._speak(bus, party)),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()  # raises why the bus is lost
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            bus.shutdown()

    # ---------------------------------------------------------------- speaking

    async def _speak(self, bus: "can.BusABC", party: Party) -> None:
        """Send what is due, until the bus is lost. Raises OSError."""
        while True:
            await party.outbox.due(self._pace_s)
            for envelope in party.outbox.take():
                party.awaited(envelope.recipient)
                try:
                    async with asyncio.timeout(FULL_S):
                        await self._send(bus, envelope, party)
                except TimeoutError:
                    party.stuck("nobody confirms our frames: alone on the bus, or a wire is cut")
                    break  # the rest is stale before the queue has room

    async def _send(self, bus: "can.BusABC", envelope: Envelope, party: Party) -> None:
        identifier = id_of(envelope.kind, envelope.sender, envelope.recipient)
        self._numbers[identifier] = number = (self._numbers[identifier] + 1) % 16
        for data in fragments(number, party.seal(envelope)):
            while True:
                if _put(bus, identifier, data):
                    break
                await asyncio.sleep(RETRY_S)

    # --------------------------------------------------------------- listening

    async def _listen(self, bus: "can.BusABC", party: Party) -> None:
        """Hear the others, until the bus is lost. Raises OSError."""
        loop = asyncio.get_running_loop()
        lost: asyncio.Future[None] = loop.create_future()

        def take() -> None:
            try:
                self._fetch(bus, party)
            except OSError as error:
                if not lost.done():
                    lost.set_exception(error)

        try:
            descriptor = bus.fileno()
        except NotImplementedError:  # virtual
            while not lost.done():
                take()
                await asyncio.sleep(POLL_S)
            return await lost
        loop.add_reader(descriptor, take)
        try:
            await lost
        finally:
            loop.remove_reader(descriptor)

    def _fetch(self, bus: "can.BusABC", party: Party) -> None:
        """Take the frames that have come. Raises OSError when the bus is lost."""
        import can

        for _ in range(_AT_ONCE):
            try:
                frame = bus.recv(0)
            except can.CanError as error:
                if error.error_code is not None:
                    raise OSError(error.error_code, str(error)) from error
                party.counted(LINE).nonsense += 1  # on the virtual bus: not even a frame
                return
            if frame is None:
                return
            if frame.is_error_frame:
                party.counted(LINE).nonsense += 1
                if frame.arbitration_id & _BUS_OFF:
                    raise OSError(errno.ENETDOWN, "the controller is bus-off")
            elif not (frame.is_extended_id or frame.is_remote_frame or frame.is_fd):
                self._take(frame.arbitration_id, bytes(frame.data), party)

    def _take(self, identifier: int, data: bytes, party: Party) -> None:
        address = address_of(identifier)
        if address is None:
            return
        kind, sender, recipient = address
        assembly = self._assemblies[identifier]
        before = assembly.lost
        sealed = assembly.add(data, asyncio.get_running_loop().time())
        party.counted(sender).nonsense += assembly.lost - before
        if sealed is not None:
            party.heard(kind, sender, recipient, sealed)


def _open(connection: CanConnection) -> "can.BusABC":
    """The open bus, which lets the group's frames through. Raises OSError."""
    try:
        import can
    except ImportError as error:
        raise OSError("CAN needs python-can: install evse-firmware[can]") from error
    options: dict[str, Any] = {"fd": False} if connection.interface == "udp_multicast" else {}
    try:
        return can.Bus(
            interface=connection.interface,
            channel=connection.channel,
            ignore_config=True,
            can_filters=[
                {"can_id": base, "can_mask": _UNITS_MASK, "extended": False}
                for base in IDS.values()
            ],
            **options,
        )
    except (can.CanError, ImportError, ValueError) as error:
        raise OSError(f"{connection} cannot be opened: {error}") from error


def _put(bus: "can.BusABC", identifier: int, data: bytes) -> bool:
    """Hand one frame to the interface; False when its queue is full. Raises OSError."""
    import can

    try:
        bus.send(can.Message(arbitration_id=identifier, data=data, is_extended_id=False), 0)
    except can.CanError as error:
        cause = error.__cause__
        code = error.error_code or (cause.errno if isinstance(cause, OSError) else None)
        if code in {None, errno.ENOBUFS, errno.EAGAIN}:
            return False
        raise OSError(code, str(error)) from error
    return True
