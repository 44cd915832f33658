"""Keys that a USB reader types, and numbers of cards that people type, in every notation.

Promised: a number of a card or None, a UID or a UidError; every UID is found again by each way to
write it.
"""

from evse.readers.keyboard import MAX_KEYS, TypedNumber
from evse.readers.uid import (
    ByteOrder,
    Notation,
    Radix,
    UidError,
    forms,
    is_facility,
    is_uid,
    of_bytes,
    of_decimal,
)
from scripts.trials.fuzzing import Stream, Target, promise, trial

NOTATIONS = [Notation(radix, order) for radix in Radix for order in ByteOrder]
DIGITS = bytes(range(2, 12)) + b"\x1c"


def entry(data: bytes) -> None:
    """A byte: keys, a text, or the bytes of a card."""
    stream = Stream(data)
    which = stream.byte()
    notation = NOTATIONS[which >> 2 & 3]
    if which & 3 == 0:
        typed_keys(stream)
    elif which & 3 == 1:
        typed_text(notation, stream.rest().decode("utf-8", "replace"))
    else:
        card(notation, stream.rest())


def typed_keys(stream: Stream) -> None:
    """Events of a keyboard, with pauses."""
    number, at_s = TypedNumber(), 0.0
    while stream.more:
        code = stream.byte()
        at_s += 2.0 if code & 0x80 else 0.01
        typed = number.press(code & 0x7F, at_s)
        promise(typed is None or len(typed) <= MAX_KEYS, "more keys than are kept")
        uid = of_decimal(typed) if typed and typed.isdecimal() else None
        promise(uid is None or is_uid(uid), f"{uid} is no number of a card")


def typed_text(notation: Notation, text: str) -> None:
    """What somebody typed into a field."""
    is_facility(text)
    notation.means(text, "04A1B2C3")
    try:
        uid = notation.uid(text)
    except UidError as error:
        promise(len(str(error)) < 400, "a refusal without end")
        return
    promise(is_uid(uid), f"{uid} is no number of a card")
    promise(notation.uid(notation.id_tag(uid)) == uid, f"{uid} is another after its idTag")
    promise(notation.means(text, uid), f"{text!r} does not mean what it is read as")


def card(notation: Notation, data: bytes) -> None:
    """A UID as a reader read it."""
    try:
        uid = of_bytes(data)
    except UidError:
        return
    tag = notation.id_tag(uid)
    promise(len(tag) <= 20, f"{tag} is too long for an idTag")
    promise(notation.uid(tag) == uid, f"{uid} is another after its idTag {tag}")
    for name, written in forms(uid).items():
        if Radix.HEX in name and ByteOrder.BIG_ENDIAN in name:
            promise(NOTATIONS[0].uid(written) == uid, f"{written} ({name}) is not {uid}")


TARGET = Target(
    entry,
    seeds=[
        b"\0\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x1c",
        b"\x0104:A1:B2:C3",
        b"\x0577677251",
        b"\x01012,34567",
        b"\x02\x04\xa1\xb2\xc3",
        b"\x06\x04\xa1\xb2\xc3\xd4\xe5\xf6",
        b"\x0a" + bytes(range(10)),
    ],
    words=[b"0", b",", b":", DIGITS, "\u0664".encode(), "²".encode()],
    longest=120,
)

run = trial(__name__)
