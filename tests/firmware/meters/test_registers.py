"""The register map of the ETEK manual, 5.8.1.8 and 5.8.1.9."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.meters.registers import (
    CURRENTS,
    DLB_METER,
    INTERNAL_METER,
    MAX_BLOCK,
    NOT_FITTED,
    Block,
    NumberFormat,
    Quantity,
    Register,
    RegisterMap,
    decode,
    decode_all,
    encode,
    fitted,
    plan_blocks,
)


@pytest.mark.parametrize(
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
def test_every_format_of_the_manual(text: str, words: list[int], value: float) -> None:
    number_format = NumberFormat(text)
    assert decode(words, number_format) == value
    assert encode(value, number_format) == words
    assert decode(words[::-1], number_format, "little") == value


def test_the_manual_has_ten_formats() -> None:
    assert len(NumberFormat) == 10


@given(st.sampled_from(NumberFormat), st.floats(-30, 30), st.sampled_from(["big", "little"]))
def test_what_is_encoded_is_decoded(number_format: NumberFormat, value: float, order) -> None:
    back = decode(encode(value, number_format, order), number_format, order)
    resolution = 0.5 / number_format.per_unit
    assert math.isclose(back, value, rel_tol=1e-6, abs_tol=resolution * 1.0001)


@pytest.mark.parametrize(
    ("value", "text"),
    [(40_000, "int16"), (3300, "int16*0.01"), (3e9, "int32"), (1e39, "float")],
)
def test_a_value_too_big_for_its_format_is_refused(value: float, text: str) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        encode(value, NumberFormat(text))


FLOAT = NumberFormat.FLOAT


@pytest.mark.parametrize(
    ("addresses", "max_gap", "blocks"),
    [
        ((0, 2, 4), 16, [(0, 6)]),
        ((4, 0, 2), 16, [(0, 6)]),  # in any order
        ((0, 18), 16, [(0, 20)]),  # 16 registers between: read along
        ((0, 19), 16, [(0, 2), (19, 2)]),
        ((0, 18), 0, [(0, 2), (18, 2)]),
        ((7, 7), 16, [(7, 2)]),  # the manual's own misprint: one number for two phases
        (tuple(range(0, 60, 2)), 16, [(0, MAX_BLOCK), (MAX_BLOCK, 10)]),
        ((), 16, []),
    ],
)
def test_neighbours_are_read_in_one_request(addresses, max_gap, blocks) -> None:
    planned = plan_blocks([Register(address, FLOAT) for address in addresses], max_gap)
    assert planned == tuple(Block(*block) for block in blocks)


@given(st.lists(st.integers(0, 400), max_size=12), st.integers(0, 30))
def test_every_register_is_read_and_no_request_is_too_long(addresses, max_gap) -> None:
    registers = [Register(address, FLOAT) for address in addresses]
    blocks = plan_blocks(registers, max_gap)
    assert all(block.count <= MAX_BLOCK for block in blocks)
    for register in registers:
        assert any(
            block.address <= register.addresses.start
            and register.addresses.stop <= block.address + block.count
            for block in blocks
        )


def test_the_internal_meter_takes_two_requests() -> None:
    assert plan_blocks(INTERNAL_METER.registers.values()) == (Block(21248, 18), Block(21288, 14))


def test_the_default_meters_are_those_of_the_manual() -> None:
    assert INTERNAL_METER.function_code == 4
    assert INTERNAL_METER.registers[Quantity.ENERGY] == Register(21300, FLOAT)
    assert DLB_METER.function_code == 3
    assert DLB_METER.registers[Quantity.CURRENT_L1] == Register(2318, FLOAT)


def test_65535_means_not_fitted() -> None:
    assert set(fitted(CURRENTS, (2318, NOT_FITTED, NOT_FITTED), FLOAT)) == {Quantity.CURRENT_L1}


@pytest.mark.parametrize(
    ("function_code", "addresses", "text"),
    [
        (5, (0, 2, 4), "function code: came 5, allowed 3 or 4"),
        (3, (NOT_FITTED, 2, 4), "register A-L1: not fitted"),
        (3, (0, 65534, 4), "register A-L2: came 65534, allowed 0 … 65533"),
        (3, (0, 2, -1), "register A-L3: came -1"),
    ],
)
def test_a_map_that_cannot_be_read_is_refused(function_code, addresses, text) -> None:
    with pytest.raises(ValueError, match=text):
        RegisterMap(function_code, fitted(CURRENTS, addresses, FLOAT))


def test_a_meter_is_decoded_from_its_registers() -> None:
    register_map = RegisterMap(3, fitted(CURRENTS, (0, 1, 2), NumberFormat.INT16_TENTH))
    assert decode_all(register_map, {0: 10, 1: 20, 2: 0xFFFF}) == {
        Quantity.CURRENT_L1: 1.0,
        Quantity.CURRENT_L2: 2.0,
        Quantity.CURRENT_L3: -0.1,
    }
