"""The register map of the ETEK manual, 5.8.1.8 and 5.8.1.9."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.meters.catalogue import model_of
from evse.meters.formats import NumberFormat
from evse.meters.registers import (
    CURRENTS,
    DLB_METER,
    INTERNAL_METER,
    MAX_BLOCK,
    NOT_FITTED,
    Block,
    Quantity,
    Register,
    RegisterMap,
    decode_all,
    fitted,
    plan_blocks,
)

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


EM340 = model_of("carlo_gavazzi_em340").register_map()
PRO380 = model_of("inepro_pro380").register_map()
DTSU666 = model_of("chint_dtsu666").register_map()


@pytest.mark.parametrize(
    ("register_map", "fast"),
    [
        (EM340, [(12, 12)]),
        (PRO380, [(20492, 14)]),  # the total lies between currents and powers, and is known
        (DTSU666, [(8204, 14)]),
        (DLB_METER, [(2318, 6)]),
        (model_of("schneider_iem3155").register_map(), [(2999, 6), (3053, 6)]),  # too far apart
        (model_of("carlo_gavazzi_em24").register_map(), [(12, 10), (22, 2)]),  # at most 11
    ],
)
def test_currents_and_their_directions_come_in_few_requests(register_map, fast) -> None:
    assert register_map.plan()[0] == tuple(Block(*block) for block in fast)


@pytest.mark.parametrize("register_map", [EM340, PRO380, DTSU666, INTERNAL_METER, DLB_METER])
def test_every_value_is_in_one_request_of_the_plan(register_map) -> None:
    fast, slow = register_map.plan()
    for quantity, register in register_map.registers.items():
        if quantity is Quantity.POWER and Quantity.POWER_L3 in register_map:
            continue  # the sum of the phases, which are read
        assert sum(block.holds(register) for block in (*fast, *slow)) == 1


def test_holes_are_read_along_only_where_they_are_known_to_be_there() -> None:
    registers = [Register(address, FLOAT) for address in (0, 4, 10)]
    assert plan_blocks(registers, readable=()) == (Block(0, 2), Block(4, 2), Block(10, 2))
    assert plan_blocks(registers, readable=(Block(0, 8),)) == (Block(0, 6), Block(10, 2))


def test_a_refused_request_becomes_smaller_until_it_is_one_value() -> None:
    whole = Block(21248, 18)
    parts = INTERNAL_METER.smaller(whole)
    assert parts == (Block(21248, 6), Block(21260, 6))
    assert INTERNAL_METER.smaller(parts[0]) == (Block(21248, 2), Block(21250, 2), Block(21252, 2))
    assert INTERNAL_METER.smaller(Block(21248, 2)) == ()
