"""What may come from the bus between wallboxes: CAN frames, frames on RS-485, datagrams of the LAN.

Promised: nothing is raised but SealError and MessageError; nothing comes out of a bus whose seal is
not that of the key; what is put together from pieces stays short.
"""

from evse.lines.frames import crc16
from evse.sharing import can_frames, lan, rs485_frames
from evse.sharing.bus import Envelope, Kind
from evse.sharing.messages import MessageError, decode, encode
from evse.sharing.seal import KEY_BYTES, NO_KEY, SealError, group_of, seal, unseal
from scripts.trials.fuzzing import Stream, Target, promise, trial

KEY = bytes(range(KEY_BYTES))
LONGEST_LINE = 512


def entry(data: bytes) -> None:
    """A byte: which bus, and whether the group has a key. Then what comes from the wire."""
    stream = Stream(data)
    which = stream.byte()
    key = KEY if which & 4 else NO_KEY
    if which & 3 == 0:
        from_can(stream, key)
    elif which & 3 == 1:
        from_rs485(stream, key)
    elif which & 3 == 2:
        from_lan(stream.rest())
    else:
        from_lan(datagram_of(stream))


def from_can(stream: Stream, key: bytes) -> None:
    """Frames with any identifier; fragments of a message may be cut rightly."""
    assemblies: dict[int, can_frames.Assembly] = {}
    now_s = 0.0
    while stream.more:
        how, identifier = stream.byte(), 0x180 + stream.byte()
        now_s += 0.3 if how & 0x40 else 0.001
        address = can_frames.address_of(identifier)
        if address is None:
            continue
        pieces = [stream.take(how & 15)]
        if how & 0x80:
            message = stream.take(2 * (how & 31))
            pieces = can_frames.fragments(how & 15, sealed_by(key, *address, message))
        assembly = assemblies.setdefault(identifier, can_frames.Assembly())
        for piece in pieces:
            whole = assembly.add(piece[:8], now_s)
            if whole is not None:
                understood(key, *address, whole)


def from_rs485(stream: Stream, key: bytes) -> None:
    """Pieces of a line: raw, with a right checksum, or whole frames of the group."""
    line = b""
    while stream.more and len(line) < LONGEST_LINE:
        how = stream.byte()
        piece = stream.take(how >> 2)
        if how & 3 == 1:
            piece += crc16(piece)
        elif how & 3 == 2:
            piece = rs485_frames.ask(how >> 3, 7, how, piece[:56][: len(piece[:56]) // 2 * 2])
        elif how & 3 == 3:
            piece = b"".join(rs485_frames.announcements(7, [(how >> 3, piece[:56])]))
        line += piece
    for unit in (None, 1, 2, 32):
        found = rs485_frames.first_frame(line, unit)
        if found is None:
            continue
        frame, end = found
        promise(0 < end <= len(line), "a frame that ends behind the line")
        if isinstance(frame, rs485_frames.Ask):
            understood(key, Kind.GRANT, 1, frame.unit, frame.sealed)
        elif isinstance(frame, rs485_frames.Answer):
            understood(key, Kind.REPORT, frame.unit, 1, frame.sealed)
        elif isinstance(frame, rs485_frames.Announcement):
            for recipient, sealed in frame.grants:
                understood(key, Kind.GRANT, 1, recipient, sealed)
    rs485_frames.answer_of(line, 2, 7)
    rs485_frames.foreign_query(line)
    rs485_frames.is_damaged_ask(line, 2)


def from_lan(datagram: bytes) -> None:
    """A datagram of anybody."""
    if lan.group_in(datagram) is None:
        return
    for kind, sender, recipient, sealed in lan.messages_in(datagram) or ():
        promise(sealed in datagram, "a message that did not stand there")
        understood(KEY, kind, sender, recipient, sealed)


def datagram_of(stream: Stream) -> bytes:
    """One with right header and lengths, some of whose messages are sealed by our key."""
    messages = []
    for _ in range(stream.byte() % 4):
        how, sender, recipient = stream.byte(), stream.byte(), stream.byte()
        kind = Kind(how % 2 + 1)
        sealed = stream.take(how >> 2)
        if how & 2:
            sealed = sealed_by(KEY, kind, sender, recipient, sealed)
        messages.append((kind, sender, recipient, sealed))
    found = list(lan.datagrams(group_of(KEY), messages))
    return found[0] if found else b""


def sealed_by(key: bytes, kind: Kind, sender: int, recipient: int, message: bytes) -> bytes:
    """A message with its seal, or as it is when it can have none."""
    try:
        return seal(key, Envelope(kind, sender, recipient, message))
    except ValueError:
        return message


def understood(key: bytes, kind: Kind, sender: int, recipient: int, sealed: bytes) -> None:
    """As `Party.heard` and whoever is behind it take a message."""
    try:
        envelope = unseal(key, kind, sender, recipient, sealed)
        promise(seal(key, envelope) == sealed, "a seal that is not that of the key")
        message = decode(envelope.message)
    except (SealError, MessageError) as error:
        promise(bool(str(error)), "an error without words")
        return
    promise(decode(encode(message)) == message, f"{message} is another after its bytes")


TARGET = Target(
    entry,
    seeds=[
        bytes([0x00]) + bytes([0x88 | 0x80, 2]) + bytes.fromhex("1102000100000007") * 5,
        bytes([0x01]) + b"\x79" + bytes(30) + b"\x7a" + bytes(30) + b"\x7b" + bytes(30),
        bytes([0x07, 1, 0x7A, 1, 2]) + bytes(30),
        bytes([0x02]) + b"ES\x01\x00" + group_of(KEY),
    ],
    words=[b"ES\x01", group_of(KEY), b"\x11", b"\x12"],
    longest=400,
)

run = trial(__name__)
