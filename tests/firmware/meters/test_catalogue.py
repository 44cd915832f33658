"""The catalogue of meters: complete, checked, and byte by byte that of the reference (1.2, 1.5)."""

import copy
import tomllib
from importlib.resources import files

import pytest

from evse.lines.frames import Request, RtuFraming, registers
from evse.meters.catalogue import CatalogueError, catalogue, model_of, parse
from evse.meters.reading import reading
from evse.meters.registers import POWERS, VOLTAGES, Block, Quantity, decode_all

TEXT = files("evse.meters").joinpath("catalogue.toml").read_text(encoding="utf-8")
FRAMING = RtuFraming()
ALL = list(catalogue().values())
WITH_CURRENTS = [model for model in ALL if model.measures_currents]
named = pytest.mark.parametrize("model", WITH_CURRENTS, ids=lambda model: model.id)


def frame(text: str) -> bytes:
    return bytes.fromhex(text)


def test_the_catalogue_has_the_meters_of_the_reference() -> None:
    assert len(ALL) == 22
    assert {model.id for model in ALL if not model.measures_currents} == {"eastron_sdm72d_m"}


@named
def test_a_meter_has_a_map_that_can_be_read(model) -> None:
    register_map = model.register_map()
    fast, slow = register_map.plan()
    assert all(block.count <= model.longest_read for block in (*fast, *slow))
    assert Quantity.ENERGY in register_map.registers
    three = {q for row in (VOLTAGES, POWERS) for q in row} & set(model.registers)
    assert len(three) in ({2} if model.phases == 1 else {3, 6})


@named
def test_every_value_of_a_meter_comes_through_its_own_coding(model) -> None:
    """Formats, scales and word order; with 230 V, 10 A, 2.3 kW a phase, and export on L2."""
    register_map = model.register_map()
    values = {
        quantity: {"V": 230.0, "A": 10.0, "W": 2300.0, "k": 1234.5, "H": 50.0}[quantity[0]]
        for quantity in register_map.registers
    }
    if Quantity.POWER_L2 in values:
        values[Quantity.POWER_L2] = -2300.0
    words: dict[int, int] = {}
    for quantity, register in register_map.registers.items():
        coded = register.words(values[quantity], register_map.word_order)
        words.update(zip(register.addresses, coded, strict=True))
    result = reading(decode_all(register_map, words), register_map, 0.0)
    assert result.voltage_v[0] == pytest.approx(230.0)
    exports = Quantity.POWER_L2 in values
    assert result.current_a[:2] == pytest.approx(
        (10.0, 0.0 if model.phases == 1 else -10.0 if exports else 10.0)
    )
    assert result.energy_wh == pytest.approx(1_234_500.0, rel=1e-4)


@pytest.mark.parametrize(
    ("name", "block", "request_frame"),
    [
        ("eastron_sdm630_v2", (0x0000, 18), "01 04 00 00 00 12 70 07"),
        ("eastron_sdm630_v2", (0x0000, 6), "01 04 00 00 00 06 70 08"),
        ("eastron_sdm630_v2", (0x0034, 2), "01 04 00 34 00 02 30 05"),
        ("chint_dtsu666", (0x2006, 6), "01 03 20 06 00 06 2E 09"),
        ("abb_b23", (0x5B00, 6), "01 03 5B 00 00 06 D6 EC"),
        ("abb_b23", (0x5000, 4), "01 03 50 00 00 04 55 09"),
    ],
)
def test_requests_are_those_of_the_reference(name: str, block, request_frame: str) -> None:
    """Hardware reference 1.5"""
    register_map = model_of(name).register_map()
    wanted = Block(*block)
    assert any(wanted.holds(register) for register in register_map.registers.values())
    request = Request(1, register_map.function_code, wanted.address, wanted.count)
    assert FRAMING.frame(request) == frame(request_frame)


@pytest.mark.parametrize(
    ("name", "quantity", "data", "value"),
    [
        ("eastron_sdm630_v2", "V-L1", "43 66 33 33", 230.2),
        ("eastron_sdm630_v2", "V-L2", "43 65 CC CD", 229.8),
        ("eastron_sdm630_v2", "V-L3", "43 67 19 9A", 231.1),
        ("chint_dtsu666", "V-L1", "45 0F E0 00", 230.2),
        ("carlo_gavazzi_em340", "V-L1", "08 FE 00 00", 230.2),
        ("shelly_pro_3em", "V-L1", "33 33 43 66", 230.2),
    ],
)
def test_registers_are_decoded_as_the_reference_has_it(name, quantity, data, value) -> None:
    """Hardware reference 1.5"""
    register_map = model_of(name).register_map()
    register = register_map.registers[Quantity(quantity)]
    words = registers(b"\x04\x04" + frame(data))
    shown = register.value(
        dict(zip(register.addresses, words, strict=True)), register_map.word_order
    )
    assert shown == pytest.approx(value, abs=1e-4)


def test_whole_answers_are_decoded_as_the_reference_has_it() -> None:
    """Hardware reference 1.5"""
    request = Request(1, 4, 0, 6)
    answer = FRAMING.answer(frame("01 04 0C 43 66 33 33 43 65 CC CD 43 67 19 9A A2 9B"), request)
    assert answer is not None
    values = decode_all(
        model_of("eastron_sdm630_v2").register_map(), dict(enumerate(registers(answer)))
    )
    assert list(values) == list(VOLTAGES)
    assert list(values.values()) == pytest.approx([230.2, 229.8, 231.1], abs=1e-4)
    assert FRAMING.answer(frame("01 04 04 08 FE 00 00 98 14"), Request(1, 4, 0, 2)) is not None


@pytest.mark.parametrize(
    ("name", "words", "model"),
    [
        ("eastron_sdm630_v2", [0x0070], "SDM630-Modbus V2"),
        ("eastron_sdm630_v2", [0x0089], None),
        ("eastron_sdm72d_m_2", [0x0089], "SDM72D-M-2"),
        ("abb_b23", [0x4232, 0x3320], "B23"),
        ("abb_b21", [0x4232, 0x3320], None),
        ("carlo_gavazzi_em340", [1650], "EM24 E1"),
        ("shelly_pro_3em", [0x5350, 0x454D, 0x2D30, 0x3033, 0x4345, 0x4245], "Pro 3EM"),
    ],
)
def test_a_meter_is_known_by_its_code(name: str, words: list[int], model: str | None) -> None:
    assert model_of(name).identification.name(words) == model


def test_an_unknown_model_is_told_with_all_that_are_known() -> None:
    with pytest.raises(CatalogueError, match=r"model: came 'sdm6300', allowed .*eastron_sdm630_v2"):
        model_of("sdm6300")


def _broken(key: str, value: object) -> dict[str, object]:
    document = copy.deepcopy(tomllib.loads(TEXT))
    table = document["chint_dtsu666"]
    *path, last = key.split(".")
    for part in path:
        table = table[part]
    if value is None:
        del table[last]
    else:
        table[last] = value
    return document


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("function_code", 5, r"chint_dtsu666.function_code: came 5, allowed \(3, 4\)"),
        ("function_code", None, "function_code: came None"),
        ("word_order", "middle", "word_order: came 'middle', allowed big, little"),
        ("name", "", "name: came '', allowed a text"),
        ("phases", 2, "phases: came 2"),
        ("longest_read", 126, r"longest_read: came 126, allowed 1 … 125"),
        ("rest_ms", -1, r"rest_ms: came -1"),
        ("blocks", [[1]], r"blocks: came \[\[1\]\], allowed a list"),
        ("voltage.l1", 65535, r"voltage.l1: came 65535, allowed 0 … 65534"),
        ("voltage.format", "real", "voltage.format: came 'real', allowed float, int16"),
        ("voltage.scale", 0, "voltage.scale: came 0, allowed a number above 0"),
        ("frequency.register", True, "frequency.register: came True"),
        ("line.parity", "X", "line.parity: came 'X', allowed N, E, O"),
        ("line.stopbits", None, "line.stopbits: came None"),
        ("line.baudrate", 9601, "line.baudrate: came 9601"),
        ("sources", [], "sources: came"),
        ("colour", "white", "colour: came 'white', allowed no such key"),
        ("ratio.format", "int", "ratio.format: came 'int'"),
    ],
)
def test_a_wrong_entry_is_named(key: str, value: object, text: str) -> None:
    with pytest.raises(CatalogueError, match=text):
        parse(_broken(key, value))
