"""The group's bus over the local network: UDP datagrams, always sealed.

A datagram has a header and one or more messages; all numbers are unsigned, of one byte.

    header    "ES", version (1), count of messages, group (4 bytes, see `seal.group_of`)
    message   kind (1 report, 2 grant), sender, recipient, length, sealed message (length bytes)

It goes to one multicast group or broadcast address, with a time to live of 1, or to each
configured peer. Where it came from is not looked at: who has the key belongs to the group, nobody
else does. Datagrams of other groups on the same port are passed over.

Load: 32 units at one datagram each 0.5 s, 31 of a hundred bytes and one of at most 2 × 1400, are
below 100 kbit/s by multicast.
"""

import asyncio
import contextlib
import ipaddress
import socket
import struct
from collections.abc import Iterator

from evse.lines.connection import ConnectionStringError
from evse.sharing.bus import Envelope, Kind
from evse.sharing.connection import LanConnection
from evse.sharing.party import LINE, Party
from evse.sharing.seal import KEY_BYTES, group_of

PACE_S = 0.5
"""Each unit says what it has to say at most so often, s; what is urgent at once."""

REJOIN_S = 30.0
"""Deaf for so long, s, it joins its group anew: an interface that went and came has left it."""

VERSION = 1

_MAGIC = b"ES"
_HEADER = struct.Struct(">2sBB4s")
_ADDRESS = struct.Struct(">BBBB")
_LARGEST = 1400
"""Bytes of a datagram: it travels in one piece on every network."""

_RECEIVE = 2048
_AT_ONCE = 256  # datagrams fetched before others have their turn
_IP_MULTICAST_ALL = 49  # linux/in.h; Python does not name it

Message = tuple[Kind, int, int, bytes]
"""Kind, sender, recipient, sealed message."""


def datagrams(group: bytes, messages: list[Message]) -> Iterator[bytes]:
    """The datagrams that carry `messages`, as few as possible."""
    bodies = [_ADDRESS.pack(*address, len(sealed)) + sealed for *address, sealed in messages]
    while bodies:
        count, size = 0, _HEADER.size
        while count < min(len(bodies), 255) and size + len(bodies[count]) <= _LARGEST:
            size += len(bodies[count])
            count += 1
        yield _HEADER.pack(_MAGIC, VERSION, count, group) + b"".join(bodies[:count])
        del bodies[:count]


def group_in(datagram: bytes) -> bytes | None:
    """The group of a datagram, None when it is none of ours or of another version."""
    if len(datagram) < _HEADER.size:
        return None
    magic, version, _, group = _HEADER.unpack_from(datagram)
    return group if (magic, version) == (_MAGIC, VERSION) else None


def messages_in(datagram: bytes) -> list[Message] | None:
    """The messages of a datagram that has a group; None when it is damaged."""
    count = datagram[3]
    found: list[Message] = []
    at = _HEADER.size
    for _ in range(count):
        if at + _ADDRESS.size > len(datagram):
            return None
        kind, sender, recipient, length = _ADDRESS.unpack_from(datagram, at)
        at += _ADDRESS.size + length
        if at > len(datagram) or kind not in set(Kind):
            return None
        found.append((Kind(kind), sender, recipient, datagram[at - length : at]))
    return found if at == len(datagram) else None


class Lan:
    """See the module; a `Carrier`."""

    def __init__(self, connection: LanConnection, key: bytes) -> None:
        """Raises ConnectionStringError without a key: on a network anyone can send."""
        if len(key) != KEY_BYTES:
            raise ConnectionStringError(
                f"{connection}: came no key, allowed only with the group's key "
                "(evse sharing pair on the master, evse sharing join on the others)"
            )
        self._connection = connection
        self._group = group_of(key)
        self._heard_at_s = 0.0

    def __str__(self) -> str:
        return str(self._connection)

    async def carry(self, party: Party) -> None:
        """See `Carrier`."""
        loop = asyncio.get_running_loop()
        with contextlib.closing(_socket_of(self._connection)) as opened:
            party.opened()
            self._heard_at_s = loop.time()
            loop.add_reader(opened, self._take, opened, party)
            try:
                await self._send(opened, party)
            finally:
                loop.remove_reader(opened)

    async def _send(self, opened: socket.socket, party: Party) -> None:
        """Send what is due. Raises OSError when nothing of it could be sent."""
        while True:
            await party.outbox.due(PACE_S)
            if asyncio.get_running_loop().time() - self._heard_at_s > REJOIN_S:
                return  # silence is no fault of the network: it is opened anew without a word
            messages = [_message(envelope, party) for envelope in party.outbox.take()]
            tries = [
                _send_one(opened, datagram, peer)
                for datagram in datagrams(self._group, messages)
                for peer in self._connection.peers
            ]
            failures = [failure for failure in tries if failure]
            party.counted(LINE).nonsense += len(failures)
            if failures and len(failures) == len(tries):
                raise failures[0]

    def _take(self, opened: socket.socket, party: Party) -> None:
        """Fetch what has come."""
        for _ in range(_AT_ONCE):
            try:
                datagram = opened.recv(_RECEIVE)
            except BlockingIOError:
                return
            except OSError:  # an ICMP error for what was sent to a peer that does not listen
                party.counted(LINE).timeouts += 1
                return
            group = group_in(datagram)
            if group is not None and group != self._group:  # another group, or a wrong key
                party.counted(LINE).forged += 1
                continue
            messages = None if group is None else messages_in(datagram)
            if messages is None:
                party.counted(LINE).nonsense += 1
                continue
            for kind, sender, recipient, sealed in messages:
                if sender != party.unit:
                    self._heard_at_s = asyncio.get_running_loop().time()
                party.heard(kind, sender, recipient, sealed)


def _message(envelope: Envelope, party: Party) -> Message:
    party.awaited(envelope.recipient)
    return envelope.kind, envelope.sender, envelope.recipient, party.seal(envelope)


def _send_one(opened: socket.socket, datagram: bytes, peer: tuple[str, int]) -> OSError | None:
    """Send a datagram; why it could not be sent. One peer out of reach is not all of them."""
    try:
        opened.sendto(datagram, peer)
    except OSError as error:
        return error
    return None


def _socket_of(connection: LanConnection) -> socket.socket:
    """Our socket, bound and joined. Raises OSError."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        opened.setblocking(False)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        if connection.is_multicast:
            _join(opened, connection)
        else:
            opened.bind(("", connection.port))
    except OSError:
        opened.close()
        raise
    return opened


def _join(opened: socket.socket, connection: LanConnection) -> None:
    """Take part in the multicast group, together with others on this computer."""
    group, port = connection.peers[0]
    for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
        opened.setsockopt(socket.SOL_SOCKET, option, 1)
    opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
    opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)
    opened.setsockopt(socket.IPPROTO_IP, _IP_MULTICAST_ALL, 0)
    ours = _interface(connection.interface)
    opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, bytes(4) + ours)
    opened.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + ours)
    opened.bind((group, port))  # not to "": what is sent to us alone is none of the group's


def _interface(name: str) -> bytes:
    """Address and index of an interface as an ip_mreqn has them, both 0 for the system's choice.

    Raises OSError when there is none of this name.
    """
    if not name:
        return struct.pack("@4si", bytes(4), 0)
    try:
        return struct.pack("@4si", ipaddress.IPv4Address(name).packed, 0)
    except ValueError:
        return struct.pack("@4si", bytes(4), socket.if_nametoindex(name))
