"""The number of a card: its UID, all the ways to write it, and what typed text means. Pure.

Kept is always the same: the UID's bytes as read, as upper-case hexadecimal digits. Outside, the
number has the notation that the settings say: hexadecimal or decimal, in either order of the
bytes. Lengths are those of ISO 14443-3; the notations those of the ETEK EKEPC3 manual, 5.3, 5.4 and
5.8.2.1 (Tag ID function), and the imprints of 125 kHz cards.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

UID_BYTES = (4, 7, 10)
"""Single, double and triple size (ISO 14443-3, 6.5.4)."""

RANDOM_PREFIX = "08"
"""A UID of four bytes which begins so is made anew for each reading (ISO 14443-3, 6.5.4): phones,
and some bank cards."""

_SEPARATORS = re.compile(r"[\s:.-]+")
_FACILITY = re.compile(r"\s*(\d{1,3})\s*,\s*(\d{1,5})\s*", re.ASCII)
_FOUR_BYTES_DIGITS = 10
_SEVEN_BYTES_DIGITS = 17

ALLOWED = (
    "8, 14 or 20 hexadecimal digits, 7 without the leading zero, or 9 or 10 decimal digits "
    "of four bytes"
)


class UidError(ValueError):
    """A text that is no number of a card; it says what came and what is allowed."""

    def __init__(self, came: str, why: str = "") -> None:
        shown = repr(came if len(came) <= 40 else f"{came[:39]}…")
        super().__init__(f"tag: came {shown}, {why or f'allowed {ALLOWED}'}")


class ByteOrder(StrEnum):
    """In which order the bytes make a number (the manual's Tag ID function)."""

    BIG_ENDIAN = "BE"
    """The byte that was read first is the highest."""
    LITTLE_ENDIAN = "LE"
    """The byte that was read first is the lowest."""


class Radix(StrEnum):
    """The digits of a number."""

    HEX = "Hex"
    DECIMAL = "Decimal"


def of_bytes(data: bytes) -> str:
    """The UID that a reader read. Raises UidError for a length which no card has."""
    if len(data) not in UID_BYTES:
        raise UidError(data.hex().upper(), "allowed are the 4, 7 or 10 bytes of a UID")
    return data.hex().upper()


def is_uid(text: str) -> bool:
    """Whether `text` is a UID as it is kept."""
    return len(text) in {2 * size for size in UID_BYTES} and bool(
        re.fullmatch("[0-9A-F]+", text, re.ASCII)
    )


def is_random(uid: str) -> bool:
    """Whether the card gives another UID each time, so that nobody can be known by it."""
    return len(uid) == 8 and uid.startswith(RANDOM_PREFIX)


def swapped(uid: str) -> str:
    """The UID with its bytes in the other order."""
    return bytes.fromhex(uid)[::-1].hex().upper()


def of_decimal(digits: str) -> str | None:
    """The four bytes, big endian, that decimal digits mean; None when they are too many."""
    number = int(digits) if len(digits) <= _FOUR_BYTES_DIGITS else 1 << 32
    return f"{number:08X}" if number < 1 << 32 else None


@dataclass(frozen=True, slots=True)
class Notation:
    """How numbers of cards are written, to a central system and by people.

    Each text has one meaning, and `uid(id_tag(uid)) == uid` for every UID.
    """

    radix: Radix = Radix.HEX
    order: ByteOrder = ByteOrder.BIG_ENDIAN

    def id_tag(self, uid: str) -> str:
        """The idTag of a UID, at most 20 characters (CiString20; OCPP 1.6, 7.28).

        What is no UID stays as it is.
        Ten bytes stay hexadecimal: as decimal digits they are more than 20. Seven bytes give at
        least 11 decimal digits, so that they are never taken for four bytes.
        """
        if not is_uid(uid):
            return uid
        ordered = self._ordered(uid)
        if self.radix is Radix.HEX or len(uid) == 20:
            return ordered
        return str(int(ordered, 16)) if len(uid) == 8 else f"{int(ordered, 16):011d}"

    def uid(self, text: str) -> str:
        """The UID that `text` means, typed by a person or come as an idTag. Raises UidError.

        The number of digits decides. Decimal notation takes any digits for a decimal number,
        except 20 of them; a number is compared as a number, so leading zeros do not matter.
        """
        if _FACILITY.fullmatch(text):
            raise UidError(text, "which is only three of the four bytes; type all digits")
        digits = _SEPARATORS.sub("", text).upper()
        if digits.isdecimal() and digits.isascii() and self._is_decimal(len(digits)):
            ordered = _decimal(digits)
        else:
            ordered = f"0{digits}" if len(digits) == 7 else digits
        if ordered is None or not is_uid(ordered):
            raise UidError(text)
        return self._ordered(ordered)

    def means(self, text: str, uid: str) -> bool:
        """Whether `text` means this UID; "facility,number" means each with these last bytes."""
        if match := _FACILITY.fullmatch(text):
            facility, number = int(match[1]), int(match[2])
            return (
                len(uid) == 8
                and number < 1 << 16
                and int(self._ordered(uid), 16) & 0xFFFFFF == facility << 16 | number
            )
        try:
            return self.uid(text) == uid
        except UidError:
            return False

    def _is_decimal(self, digits: int) -> bool:
        if self.radix is Radix.DECIMAL:
            return 0 < digits <= _SEVEN_BYTES_DIGITS
        return digits in (9, 10, 11, 12, 13, 15, 16, 17)

    def _ordered(self, uid: str) -> str:
        return uid if self.order is ByteOrder.BIG_ENDIAN else swapped(uid)


def _decimal(digits: str) -> str | None:
    """Four bytes, or of more than ten digits seven; None when the number needs more."""
    if len(digits) <= _FOUR_BYTES_DIGITS:
        return of_decimal(digits)
    return f"{int(digits):014X}" if int(digits) < 1 << 56 else None


def is_facility(text: str) -> bool:
    """Whether `text` is written as "facility,number", which is only a part of a number."""
    return _FACILITY.fullmatch(text) is not None


def forms(uid: str) -> dict[str, str]:
    """Every way to write a UID, by what it is called. "short": without the leading zero."""
    written: dict[str, str] = {}
    for order in ByteOrder:
        for radix in Radix:
            written[f"{radix} {order}"] = Notation(radix, order).id_tag(uid)
        hexadecimal = written[f"{Radix.HEX} {order}"]
        if len(uid) == 8:
            if hexadecimal.startswith("0"):
                written[f"short {order}"] = hexadecimal[1:]
            number = int(hexadecimal, 16)
            written[f"10 digits {order}"] = f"{number:010d}"
            written[f"facility {order}"] = f"{number >> 16 & 0xFF:03d},{number & 0xFFFF:05d}"
    return written
