"""The code of a key: what people mistype is found, and nothing of the key is told."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.sharing import pairing
from evse.sharing.pairing import CodeError, code_of, key_of, new_key
from tests.firmware.core.bench import DETERMINISTIC

KEY = bytes.fromhex("00112233445566778899aabbccddeeff")
CODE = code_of(KEY)
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@DETERMINISTIC
@given(st.binary(min_size=16, max_size=16))
def test_a_code_gives_the_key_back(key: bytes) -> None:
    code = code_of(key)
    assert key_of(code) == key
    assert [len(group) for group in code.split("-")] == [4] * 7


def test_new_keys_differ() -> None:
    assert len(new_key()) == 16
    assert new_key() != new_key()


@pytest.mark.parametrize(
    "typed",
    [
        CODE.lower(),
        CODE.replace("-", ""),
        CODE.replace("-", " "),
        f"  {CODE}\t".replace("\t", " "),
        CODE.replace("0", "o").replace("1", "l"),
        CODE.replace("0", "O").replace("1", "I"),
    ],
)
def test_it_may_be_typed_as_people_do(typed: str) -> None:
    assert key_of(typed) == KEY


def test_every_single_typo_is_found_and_its_group_named() -> None:
    for at, wrong in itertools.product(range(len(CODE)), ALPHABET):
        if CODE[at] in {"-", wrong}:
            continue
        with pytest.raises(CodeError, match=f"group {at // 5 + 1}$"):
            key_of(CODE[:at] + wrong + CODE[at + 1 :])


def test_every_swap_is_found() -> None:
    for a, b in itertools.combinations(range(len(CODE)), 2):
        if "-" in {CODE[a], CODE[b]} or CODE[a] == CODE[b]:
            continue
        swapped = list(CODE)
        swapped[a], swapped[b] = swapped[b], swapped[a]
        with pytest.raises(CodeError):
            key_of("".join(swapped))


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "came 0 characters, allowed 28"),
        (CODE[:-1], "came 27 characters"),
        (CODE + "0", "came 29 characters"),
        ("U" + CODE[1:], r"character 1 \(group 1\) is in no code"),
        (CODE[:5] + "*" + CODE[6:], r"character 5 \(group 2\) is in no code"),
    ],
)
def test_what_is_no_code_is_told(typed: str, told: str) -> None:
    with pytest.raises(CodeError, match=told):
        key_of(typed)


def test_a_number_beyond_128_bits_is_no_key() -> None:
    values = [8, *25 * [0]]
    code = "".join(ALPHABET[value] for value in values + pairing._checks(values))
    with pytest.raises(CodeError, match="group 1 is in no code"):
        key_of(code)


@pytest.mark.parametrize("key", [b"", bytes(15), bytes(17)])
def test_a_key_has_16_bytes(key: bytes) -> None:
    with pytest.raises(ValueError, match=f"came {len(key)} bytes"):
        code_of(key)


def test_an_error_tells_nothing_of_the_key() -> None:
    with pytest.raises(CodeError) as caught:
        key_of("Z" + CODE[1:])
    assert not any(group in str(caught.value) for group in CODE.split("-"))
