"""The group's key as a code that people can read out and type. Pure but for the random key.

Seven groups of four characters of Crockford's base 32 (no I, L, O, U): 26 carry the key of 128
bits, two check them. The checks are those of a Reed-Solomon code over the field of 32 elements:
they find any two wrong characters and any two that changed places, and of a single wrong one they
tell the group in which it stands. O is read as 0, I and L as 1; hyphens and spaces do not count.
"""

import secrets
from collections.abc import Iterable

from evse.sharing.seal import KEY_BYTES

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ = {character: value for value, character in enumerate(_ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_GROUP = 4
_DATA = 26
_LENGTH = _DATA + 2


class CodeError(ValueError):
    """A text that is no code. It tells where the text is wrong, never what stands there."""


def new_key() -> bytes:
    """A random key of 16 bytes."""
    return secrets.token_bytes(KEY_BYTES)


def code_of(key: bytes) -> str:
    """The code of a key, as `ABCD-EFGH-…`. Raises ValueError for a key of another length."""
    if len(key) != KEY_BYTES:
        raise ValueError(f"key: came {len(key)} bytes, allowed {KEY_BYTES}")
    number = int.from_bytes(key, "big")
    values = [number >> 5 * place & 31 for place in reversed(range(_DATA))]
    text = "".join(_ALPHABET[value] for value in values + _checks(values))
    return "-".join(text[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP))


def key_of(code: str) -> bytes:
    """The key in a code. Raises CodeError."""
    characters = code.upper().replace("-", "").replace(" ", "")
    for at, character in enumerate(characters):
        if character not in _READ:
            raise CodeError(f"code: character {at + 1} (group {at // _GROUP + 1}) is in no code")
    if len(characters) != _LENGTH:
        raise CodeError(f"code: came {len(characters)} characters, allowed {_LENGTH}")
    values = [_READ[character] for character in characters]
    _check(values)
    number = 0
    for value in values[:_DATA]:
        number = number << 5 | value
    if number >> 8 * KEY_BYTES:
        raise CodeError("code: group 1 is in no code")
    return number.to_bytes(KEY_BYTES, "big")


def _check(values: list[int]) -> None:
    """Raises CodeError, which names the group when only one character can be wrong."""
    total, weighted = _sums(values)
    if not total and not weighted:
        return
    place = (_LOG[weighted] - _LOG[total]) % 31 if total and weighted else _LENGTH
    if place < _LENGTH:
        raise CodeError(f"code: a character is mistyped, probably in group {place // _GROUP + 1}")
    raise CodeError("code: it is mistyped in more than one place")


# The field of 32 elements: sums are XOR; products are sums of logarithms to the base of 2.


def _powers() -> Iterable[int]:
    value = 1
    for _ in range(31):
        yield value
        value <<= 1
        value ^= 0b100101 if value & 32 else 0  # x⁵ + x² + 1, of which 2 is a primitive root


_POWER = tuple(_powers())
_LOG = {value: exponent for exponent, value in enumerate(_POWER)}


def _product(a: int, b: int) -> int:
    return _POWER[(_LOG[a] + _LOG[b]) % 31] if a and b else 0


def _sums(values: Iterable[int]) -> tuple[int, int]:
    """The sum of the characters, and the sum weighted by 2^place; both are 0 in a good code."""
    total = weighted = 0
    for place, value in enumerate(values):
        total ^= value
        weighted ^= _product(value, _POWER[place])
    return total, weighted


def _checks(values: list[int]) -> list[int]:
    """The two characters which make both sums 0 when they stand behind `values`."""
    total, weighted = _sums(values)
    first, second = _POWER[_DATA], _POWER[_DATA + 1]
    inverse = _POWER[-_LOG[first ^ second] % 31]
    last = _product(weighted ^ _product(first, total), inverse)
    return [total ^ last, last]
