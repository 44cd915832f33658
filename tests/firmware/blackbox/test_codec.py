"""JSON that gives back every bit, and refuses what does not fit."""

import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field, make_dataclass
from enum import Enum, IntEnum, StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.blackbox.codec import CodecError, codec_of, fingerprint, first_difference
from evse.core.faults import Fault
from evse.core.limits import Limit, Source
from evse.core.signals import Command, Reading
from evse.core.state import ControllerSettings, ControllerState, Event, Inputs
from tests.firmware.core.bench import DETERMINISTIC


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Rank(IntEnum):
    LOW = 1


class Pair(Enum):
    ONE = (1, 2)


@dataclass(frozen=True, slots=True)
class Cat:
    lives: int


@dataclass(frozen=True, slots=True)
class Dog:
    name: str


@dataclass(frozen=True, slots=True)
class Everything:
    number: float = 0.0
    count: int = 0
    truth: bool = False
    text: str = ""
    maybe: float | None = None
    colour: Colour = Colour.RED
    rank: Rank = Rank.LOW
    pair: Pair = Pair.ONE
    many: tuple[float, ...] = ()
    three: tuple[float, int, str] = (0.0, 0, "")
    colours: frozenset[Colour] = frozenset()
    by_colour: Mapping[Colour, float] = field(default_factory=dict)
    by_name: Mapping[str, tuple[Cat, ...]] = field(default_factory=dict)
    pet: Cat | Dog | None = None
    scalar: bool | int | float | str = 0
    sets: frozenset[tuple[str, int]] = frozenset()


def through_json(value: Any, annotation: Any) -> Any:
    codec = codec_of(annotation)
    text = json.dumps(codec.encode(value, ""), allow_nan=False)
    return codec.decode(json.loads(text), "")


def bits(value: float) -> bytes:
    return struct.pack(">d", value)


@pytest.mark.parametrize(
    "number",
    [
        0.0,
        -0.0,
        0.1,
        1 / 3,
        5e-324,
        1.7976931348623157e308,
        math.inf,
        -math.inf,
        math.nan,
        -math.nan,
        struct.unpack(">d", bytes.fromhex("7ff8000000000abc"))[0],
    ],
)
def test_every_bit_of_a_float_is_kept(number: float) -> None:
    assert bits(through_json(number, float)) == bits(number)


@DETERMINISTIC
@given(st.floats(allow_nan=True, allow_infinity=True))
def test_every_float_is_kept(number: float) -> None:
    assert bits(through_json(number, float)) == bits(number)


def test_a_whole_number_where_a_float_is_allowed_stays_whole() -> None:
    assert type(through_json(16, float)) is int


@pytest.mark.parametrize(
    "value",
    [
        Everything(),
        Everything(maybe=2.5, pet=Cat(9), scalar=True, many=(1.0, -0.0), truth=True),
        Everything(pet=Dog("π ≠ \n"), scalar="text", colours=frozenset(Colour), count=10**40),
        Everything(
            scalar=2.5,
            by_colour={Colour.BLUE: math.inf},
            by_name={"": (Cat(1), Cat(2)), "x": ()},
            sets=frozenset({("a", 1), ("b", 2)}),
        ),
        Everything(three=(1.5, 2, "x"), colour=Colour.BLUE),
    ],
)
def test_what_is_decoded_is_what_was_encoded(value: Everything) -> None:
    decoded = through_json(value, Everything)
    assert decoded == value
    assert type(decoded.scalar) is type(value.scalar)
    codec = codec_of(Everything)
    assert first_difference(codec.encode(value, ""), codec.encode(decoded, "")) is None


NUMBERS = st.floats(allow_nan=False)
READINGS = st.builds(
    Reading,
    at_s=NUMBERS,
    pilot_high_v=NUMBERS,
    proximity_ohm=st.none() | NUMBERS,
    faults=st.frozensets(st.sampled_from(Fault)),
    note=st.text(),
)


@DETERMINISTIC
@given(st.from_type(Command) | READINGS)
def test_generated_signals(value: Any) -> None:
    codec = codec_of(type(value))
    encoded = codec.encode(value, "")
    assert first_difference(encoded, codec.encode(through_json(value, type(value)), "")) is None


@pytest.mark.parametrize("kind", [ControllerState, ControllerSettings, Inputs, Command, Event])
def test_the_types_of_the_core_have_exact_json(kind: Any) -> None:
    assert codec_of(kind).schema


def test_a_state_of_the_core() -> None:
    state = ControllerState.initial(1.25, frozenset({Fault.CONTACTOR_WELDED}))
    assert through_json(state, ControllerState) == state


def test_the_order_of_sets_does_not_show() -> None:
    codec = codec_of(frozenset[Fault])
    forwards = codec.encode(frozenset(Fault), "")
    assert forwards == codec.encode(frozenset(reversed(list(Fault))), "") == sorted(forwards)


LIMIT = {"source": "DLB", "amps": 8.0, "set_at_s": 0.0, "expires_at_s": None, "fallback_a": 6.0}


@pytest.mark.parametrize(
    ("annotation", "value", "text"),
    [
        (Limit, LIMIT | {"volts": 1}, "limit.volts: came 1, allowed only source, amps"),
        (Limit, {"source": "DLB"}, "limit: came .* allowed an object with source.*amps is missing"),
        (Limit, LIMIT | {"source": "SUN"}, "limit.source: came 'SUN', allowed BOARD, CABLE"),
        (Limit, LIMIT | {"source": ["DLB"]}, "limit.source: came"),
        (Limit, LIMIT | {"amps": "8"}, "limit.amps: came '8', allowed a number"),
        (Limit, LIMIT | {"amps": [8]}, r"limit.amps: came \[8\], allowed a number"),
        (Limit, LIMIT | {"amps": "nan:xyz"}, "limit.amps: came 'nan:xyz'"),
        (Limit, LIMIT | {"amps": True}, "limit.amps: came True"),
        (Limit, LIMIT | {"amps": -1.0}, "limit: came .* allowed what Limit takes: limit of dlb"),
        (Limit, 5, "limit: came 5, allowed an object with source"),
        (bool, 1, "came 1, allowed true or false"),
        (int, True, "came True, allowed a whole number"),
        (int, 1.0, "came 1.0"),
        (str, None, "came None, allowed a text"),
        (tuple[float, ...], {}, "came {}, allowed a list of any number of elements"),
        (tuple[float, float], [1.0], "allowed a list of 2 elements"),
        (tuple[int, ...], [1, "2"], r"limit\[1\]: came '2'"),
        (frozenset[int], {}, "allowed a list"),
        (Mapping[Colour, int], {"GREEN": 1}, "came 'GREEN', allowed RED, BLUE"),
        (Mapping[str, int], {"a": "b"}, "limit.a: came 'b'"),
        (Mapping[str, int], [], "allowed an object"),
        (Cat | Dog, {"Cow": {}}, "allowed an object with Cat or Dog"),
        (Cat | Dog, {}, "allowed an object with Cat or Dog"),
        (Cat | Dog, {"Dog": {"name": 1}}, "limit.name: came 1"),
    ],
)
def test_refused_with_the_field_what_came_and_what_is_allowed(
    annotation: Any, value: Any, text: str
) -> None:
    with pytest.raises(CodecError, match=text):
        codec_of(annotation).decode(value, "limit")


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (float, "1"),
        (bool, 1),
        (Colour, "red"),
        (Limit, Cat(1)),
        (tuple[int, ...], [1]),
        (frozenset[int], {1}),
        (Mapping[str, int], [("a", 1)]),
        (Cat | Dog, "cat"),
        (Everything, Everything(count=True)),
    ],
)
def test_a_value_that_is_not_of_its_declared_type_is_not_encoded(
    annotation: Any, value: Any
) -> None:
    with pytest.raises(CodecError, match="allowed"):
        codec_of(annotation).encode(value, "")


@pytest.mark.parametrize(
    ("annotation", "text"),
    [
        (bytes, "bytes"),
        (list[int], "list"),
        (Mapping[int, int], "mapping from"),
        (make_dataclass("Box", [("lid", complex)]), "Box.lid: .*complex"),
        (make_dataclass("Box", [("lid", int, field(init=False))]), "Box.lid: .*not given"),
    ],
)
def test_a_type_without_exact_json_is_named(annotation: Any, text: str) -> None:
    with pytest.raises(TypeError, match=text):
        codec_of(annotation)


def versions() -> list[Any]:
    """One dataclass and what a later version may make of it."""
    colour = Enum("Colour", {"RED": "red", "BLUE": "blue"})
    return [
        make_dataclass("Box", [("lid", int), ("colour", Colour)]),
        make_dataclass("Box", [("cover", int), ("colour", Colour)]),
        make_dataclass("Box", [("lid", float), ("colour", Colour)]),
        make_dataclass("Box", [("lid", int | None), ("colour", Colour)]),
        make_dataclass("Box", [("lid", int), ("colour", Colour), ("size", int)]),
        make_dataclass("Box", [("colour", Colour), ("lid", int)]),
        make_dataclass("Box", [("lid", int), ("colour", Enum("Colour", {"RED": "red"}))]),
        make_dataclass("Box", [("lid", int), ("colour", Enum("Colour", {"RED": 1, "BLUE": 2}))]),
        make_dataclass("Box", [("lid", int), ("colour", tuple[colour, ...])]),
    ]


def test_the_fingerprint_tells_every_change_of_the_types() -> None:
    prints = [fingerprint(version) for version in versions()]
    assert len(set(prints)) == len(prints)
    assert fingerprint(make_dataclass("Box", [("lid", int), ("colour", Colour)])) == prints[0]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 2}]}, None),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, None),
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, ("a[1].b", 2, 3)),
        ({"a": 0.0}, {"a": -0.0}, ("a", 0.0, -0.0)),
        ({"a": 16}, {"a": 16.0}, ("a", 16, 16.0)),
        ({"a": True}, {"a": 1}, ("a", True, 1)),
        ({"a": 1}, {}, ("a", 1, None)),
        ({"a": None}, {}, ("a", None, None)),
        ({}, {"a": 1}, ("a", None, 1)),
        ([1], [1, 2], ("", [1], [1, 2])),
        (0.1 + 0.2, 0.3, ("", 0.1 + 0.2, 0.3)),
        ("nan", "nan", None),
    ],
)
def test_the_first_difference(one: Any, other: Any, expected: Any) -> None:
    assert repr(first_difference(one, other)) == repr(expected)


def test_sources_are_written_by_their_names() -> None:
    assert codec_of(Limit).encode(Limit(Source.DLB, 8), "")["source"] == "DLB"
