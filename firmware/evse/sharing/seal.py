"""The seal of a message: who has the group's key wrote it, and it came as it was written. Pure.

The seal is the first eight bytes of HMAC-SHA256 over group, kind, sender, recipient and message.
A group without a key, which only a wired bus may have, uses the empty key: then the seal is a
checksum that anyone can make, and units with and without a key still tell each other apart.
Against old messages that are sent once more it does not help; their readers have counters.
"""

import hmac

from evse.sharing.bus import Envelope, Kind

SEAL_BYTES = 8
KEY_BYTES = 16
NO_KEY = b""

_VERSION = b"evse sharing 1"
_GROUP_BYTES = 4


class SealError(ValueError):
    """A message that nobody with our key has written, or that was damaged on its way."""


def group_of(key: bytes) -> bytes:
    """The group's number, 4 bytes that tell nothing of its key: by it others are passed over."""
    return hmac.digest(key, _VERSION, "sha256")[:_GROUP_BYTES]


def seal(key: bytes, envelope: Envelope) -> bytes:
    """Return the message with its seal behind it. `key`: 16 bytes, or `NO_KEY`."""
    return envelope.message + _seal(key, envelope)


def unseal(key: bytes, kind: Kind, sender: int, recipient: int, sealed: bytes) -> Envelope:
    """Return what was sealed. Raises SealError."""
    try:
        envelope = Envelope(kind, sender, recipient, sealed[:-SEAL_BYTES])
    except ValueError as error:
        raise SealError(str(error)) from error
    if not hmac.compare_digest(_seal(key, envelope), sealed[-SEAL_BYTES:]):
        raise SealError(f"{kind.name.lower()} of unit {sender}: the seal is not that of our key")
    return envelope


def _seal(key: bytes, envelope: Envelope) -> bytes:
    address = bytes((envelope.kind, envelope.sender, envelope.recipient))
    sealed = _VERSION + group_of(key) + address + envelope.message
    return hmac.digest(key, sealed, "sha256")[:SEAL_BYTES]
