"""How registers code numbers: the ETEK manual's formats (5.8.2), and those of other meters."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.meters.formats import MANUAL_FORMATS, NumberFormat, decode, encode
from tests.firmware.core.bench import DETERMINISTIC

OF_THE_MANUAL = pytest.mark.parametrize(
    ("text", "words", "value"),
    [
        ("float", [0x4366, 0x8000], 230.5),
        ("int16", [0xFFFF], -1.0),
        ("int16", [230], 230.0),
        ("int16*0.1", [2305], 230.5),
        ("int16*0.01", [1234], 12.34),
        ("int16*0.001", [0x8000], -32.768),
        ("int32", [0x0001, 0x0000], 65536.0),
        ("int32*0.1", [0xFFFF, 0xFFFE], -0.2),
        ("int32*0.01", [0, 16000], 160.0),
        ("int32*0.001", [0, 6001], 6.001),
        ("int32*0.0001", [0, 12345], 1.2345),
    ],
)
BEYOND_IT = pytest.mark.parametrize(
    ("text", "words", "value"),
    [
        ("uint16", [0xFFFE], 65534.0),
        ("uint32", [0xFFFF, 0xFFFE], 4294967294.0),
        ("int64", [0xFFFF, 0xFFFF, 0xFFFF, 0xFFFE], -2.0),
        ("uint64", [0, 0, 0x0001, 0x0002], 65538.0),
        ("float64", [0x40C3, 0x8800, 0, 0], 10000.0),
    ],
)


@OF_THE_MANUAL
def test_every_format_of_the_manual(text: str, words: list[int], value: float) -> None:
    """ETEK manual, 5.8.2"""
    both_ways(text, words, value)


@BEYOND_IT
def test_every_format_beyond_it(text: str, words: list[int], value: float) -> None:
    both_ways(text, words, value)


def both_ways(text: str, words: list[int], value: float) -> None:
    number_format = NumberFormat(text)
    assert decode(words, number_format) == value
    assert encode(value, number_format) == words
    assert decode(words[::-1], number_format, "little") == value
    assert encode(value, number_format, "little") == words[::-1]


def test_the_manual_has_ten_formats() -> None:
    assert [each.partition("*")[0] for each in MANUAL_FORMATS] == [
        "float",
        *["int16"] * 4,
        *["int32"] * 5,
    ]


@DETERMINISTIC
@given(st.sampled_from(NumberFormat), st.floats(-30, 30), st.sampled_from(["big", "little"]))
def test_what_is_encoded_is_decoded(number_format: NumberFormat, value: float, order) -> None:
    value = abs(value) if number_format.startswith("u") else value
    back = decode(encode(value, number_format, order), number_format, order)
    resolution = 0.5 / number_format.per_unit
    assert math.isclose(back, value, rel_tol=1e-6, abs_tol=resolution * 1.0001)


@pytest.mark.parametrize(
    ("raw", "text", "scale", "value"),
    [
        (2305, "int32", 0.1, 230.5),  # 2305 × 0.1 is 230.50000000000003
        (16230, "int32", 0.001, 16.23),
        (4999, "uint16", 0.01, 49.99),
        (3.5, "float", 1000, 3500.0),
        (2302.0, "float", 0.1, 230.2),
    ],
)
def test_a_scale_is_exact(raw: float, text: str, scale: float, value: float) -> None:
    number_format = NumberFormat(text)
    words = encode(raw, number_format)
    assert decode(words, number_format, scale=scale) == value
    assert encode(value, number_format, scale=scale) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("float", [0x7FC0, 0]),
        ("float", [0xFFFF, 0xFFFF]),
        ("float64", [0x7FF8, 0, 0, 0]),
        ("int16*0.1", [0x7FFF]),
        ("uint16", [0xFFFF]),
        ("int32", [0x7FFF, 0xFFFF]),
        ("int32*0.1", [0x7FFF, 0x0000]),  # Carlo Gavazzi: the high word alone
        ("uint32", [0xFFFF, 0xFFFF]),
        ("int64", [0x7FFF, 0xFFFF, 0xFFFF, 0xFFFF]),
        ("uint64", [0xFFFF] * 4),
    ],
)
def test_not_available_is_no_number(text: str, words: list[int]) -> None:
    assert math.isnan(decode(words, NumberFormat(text)))
    assert math.isnan(decode(words[::-1], NumberFormat(text), "little"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (40_000, "int16"),
        (3300, "int16*0.01"),
        (3e9, "int32"),
        (1e39, "float"),
        (-1, "uint16"),
        (2**64, "uint64"),
    ],
)
def test_a_value_too_big_for_its_format_is_refused(value: float, text: str) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        encode(value, NumberFormat(text))
