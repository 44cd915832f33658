"""The key of this one device: it proves that somebody stands before it, or holds its label.

Made at the first start, kept in the state folder, and the same for ever. Whoever knows it may claim
a wallbox that nobody has claimed, and pair it with a central system. Four groups of five characters
of Crockford's base 32 (no I, L, O, U): 95 random bits and one character that finds mistyping
(Luhn's check modulo 32). O is read as 0, I and L as 1; hyphens and spaces do not count.
"""

import hmac
import logging
import secrets
from pathlib import Path

from evse.storage.files import write_private

_log = logging.getLogger(__name__)

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ = {character: value for value, character in enumerate(_ALPHABET)} | {"O": 0, "I": 1, "L": 1}

GROUP = 5
LENGTH = 20

FILE = "device-key"


class DeviceKeyError(ValueError):
    """A text that is no device key. It tells what is wrong, never what stands there."""


def new_key() -> str:
    """A random key."""
    values = [secrets.randbelow(len(_ALPHABET)) for _ in range(LENGTH - 1)]
    values.append(-_luhn([*values, 0]) % len(_ALPHABET))
    return _grouped("".join(_ALPHABET[value] for value in values))


def read_key(text: str) -> str:
    """A key as it is printed, from what somebody typed. Raises DeviceKeyError."""
    characters = text.upper().replace("-", "").replace(" ", "")
    for at, character in enumerate(characters):
        if character not in _READ:
            raise DeviceKeyError(
                f"device_key: character {at + 1} (group {at // GROUP + 1}) is in no device key"
            )
    if len(characters) != LENGTH:
        raise DeviceKeyError(f"device_key: came {len(characters)} characters, allowed {LENGTH}")
    values = [_READ[character] for character in characters]
    if _luhn(values):
        raise DeviceKeyError("device_key: a character is mistyped, or two have changed places")
    return _grouped("".join(_ALPHABET[value] for value in values))


def _luhn(values: list[int]) -> int:
    """Luhn's sum modulo 32, the last character with weight 1; 0 for a good key."""
    base, total = len(_ALPHABET), 0
    for place, value in enumerate(reversed(values)):
        addend = value * (2 if place % 2 else 1)
        total += addend // base + addend % base
    return total % base


def _grouped(characters: str) -> str:
    return "-".join(characters[at : at + GROUP] for at in range(0, LENGTH, GROUP))


class DeviceKey:
    """The key of this device as it is printed: "K7M2Q-…"."""

    def __init__(self, text: str) -> None:
        """Raises DeviceKeyError."""
        self.text = read_key(text)

    @classmethod
    def load(cls, state_dir: Path) -> "DeviceKey":
        """The key in the state folder, made when there is none. Raises OSError.

        A damaged file is moved aside: a wallbox has to charge, though its label is useless then.
        """
        path = state_dir / FILE
        try:
            return cls(path.read_text(encoding="ascii").strip())
        except FileNotFoundError:
            pass  # the first start
        except ValueError as error:
            _log.error("%s is damaged (%s): a new label is needed", path, error)
            path.replace(path.with_name(f"{FILE}.damaged"))
        key = cls(new_key())
        write_private(path, f"{key.text}\n".encode())
        return key

    def matches(self, typed: str) -> bool:
        """Whether this is the key; takes the same time for every wrong one.

        Raises DeviceKeyError for what is no device key at all.
        """
        return hmac.compare_digest(self.text, read_key(typed))

    def matches_text(self, text: str) -> bool:
        """`matches` for any text."""
        try:
            return self.matches(text)
        except DeviceKeyError:
            return False
