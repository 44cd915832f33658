"""Exact JSON for the frozen dataclasses of the core, made from their type annotations.

What is decoded is what was encoded, to the last bit of every float; JSON written in one process
decodes in another. No field is named here, so the core may change: `fingerprint` then changes too,
and tells that older JSON does not fit. Supported are dataclasses, enums, bool, int, float, str,
None, unions, tuples, frozensets and mappings of these.
"""

import contextlib
import hashlib
import json
import math
import struct
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any

Json = Any
"""null, bool, int, float (finite), str, list and dict of these."""


class CodecError(ValueError):
    """A value or JSON that does not fit its type: names the field, what came, what is allowed."""

    def __init__(self, where: str, came: object, allowed: str) -> None:
        text = repr(came)
        shown = text if len(text) <= 80 else f"{text[:77]}…"
        super().__init__(f"{where or 'value'}: came {shown}, allowed {allowed}")


@dataclass(frozen=True, slots=True)
class Codec:
    """How values of one type become JSON and back.

    `encode(value, where)`, `decode(json, where)`: both raise CodecError; `where` is the field's
    name in it. `schema` describes the type with all its parts. `fields`: those of a dataclass.
    """

    encode: Callable[[Any, str], Json]
    decode: Callable[[Json, str], Any]
    schema: str
    fields: Mapping[str, "Codec"] = field(default_factory=dict)


@cache
def codec_of(annotation: Any) -> Codec:
    """Return the codec of a type. TypeError, naming the field, for a type without exact JSON."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation in _SCALARS:
        return _scalar(annotation)
    if annotation is float:
        return Codec(_encode_float, _decode_float, "float")
    if origin in {typing.Union, types.UnionType}:
        return _union(arguments)
    if origin is tuple:
        return _tuple(arguments)
    if origin is frozenset:
        return _frozenset(arguments[0])
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(*arguments)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return _enum(annotation)
    if isinstance(annotation, type) and is_dataclass(annotation):
        return _dataclass(annotation)
    raise TypeError(f"{annotation!r} has no exact JSON")


def fingerprint(*annotations: Any) -> str:
    """Return what changes whenever a field, a type or an enum's member of these types changes."""
    schema = "\n".join(codec_of(annotation).schema for annotation in annotations)
    return hashlib.sha256(schema.encode()).hexdigest()[:16]


def first_difference(one: Json, other: Json, where: str = "") -> tuple[str, Json, Json] | None:
    """Return where two encoded values differ first, and both sides there; None: nowhere.

    Exact: 0.0 is not −0.0, and 16 is not 16.0.
    """
    if isinstance(one, dict) and isinstance(other, dict):
        keys: list[Any] = [*one, *(key for key in other if key not in one)]
        ours, theirs = one, other
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        keys = list(range(len(one)))
        ours, theirs = dict(enumerate(one)), dict(enumerate(other))
    else:
        return (
            None if type(one) is type(other) and repr(one) == repr(other) else (where, one, other)
        )
    for key in keys:
        inner = _inside(where, key)
        found = first_difference(ours.get(key), theirs.get(key), inner)
        if found is None and (key in ours) is not (key in theirs):
            return inner, ours.get(key), theirs.get(key)
        if found is not None:
            return found
    return None


def _inside(where: str, key: object) -> str:
    if isinstance(key, int):
        return f"{where}[{key}]"
    return f"{where}.{key}" if where else str(key)


_SCALARS: dict[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    str: "a text",
    type(None): "null",
    None: "null",
}


def _scalar(annotation: Any) -> Codec:
    kind = type(None) if annotation is None else annotation

    def same(value: Any, where: str) -> Any:
        if type(value) is not kind:
            raise CodecError(where, value, _SCALARS[kind])
        return value

    return Codec(same, same, kind.__name__)


_FLOAT = "a number, or inf, -inf, nan as a text"


def _encode_float(value: Any, where: str) -> Json:
    if type(value) is int:  # 16 instead of 16.0 is a float to the type checker, and stays an int
        return value
    if type(value) is not float:
        raise CodecError(where, value, "a number")
    if math.isfinite(value):
        return value
    bits = struct.pack(">d", value)
    known = repr(value)
    return known if struct.pack(">d", float(known)) == bits else f"nan:{bits.hex()}"


def _decode_float(value: Json, where: str) -> float:
    if type(value) in {int, float}:
        return typing.cast("float", value)
    match value:
        case "inf" | "-inf" | "nan":
            return float(value)
        case str() if value.startswith("nan:"):
            with contextlib.suppress(ValueError, struct.error):
                (number,) = struct.unpack(">d", bytes.fromhex(value[4:]))
                return float(number)
    raise CodecError(where, value, _FLOAT)


def _enum(kind: type[Enum]) -> Codec:
    names = ", ".join(kind.__members__)

    def encode(value: Any, where: str) -> Json:
        if type(value) is not kind:
            raise CodecError(where, value, names)
        return value.name

    def decode(value: Json, where: str) -> Enum:
        if not isinstance(value, str) or value not in kind.__members__:
            raise CodecError(where, value, names)
        return kind[value]

    members = ", ".join(f"{member.name}={member.value!r}" for member in kind)
    return Codec(encode, decode, f"{kind.__name__}{{{members}}}")


def _union(arguments: tuple[Any, ...]) -> Codec:
    """Optional values are the value or null; of several types each says which it is."""
    others = [argument for argument in arguments if argument is not type(None)]
    if len(others) == 1:
        return _optional(codec_of(others[0]))
    codecs: dict[str, Any] = {
        getattr(argument, "__name__", str(argument)): argument for argument in arguments
    }
    if len(codecs) != len(arguments) or not all(isinstance(kind, type) for kind in arguments):
        raise TypeError(f"a union of {arguments!r} has no exact JSON: its types must tell apart")
    names = " or ".join(codecs)

    def encode(value: Any, where: str) -> Json:
        name = type(value).__name__
        if type(value) is not codecs.get(name):
            raise CodecError(where, value, names)
        return {name: codec_of(codecs[name]).encode(value, where)}

    def decode(value: Json, where: str) -> Any:
        if (
            not isinstance(value, dict)
            or len(value) != 1
            or (name := next(iter(value))) not in codecs
        ):
            raise CodecError(where, value, f"an object with {names}")
        return codec_of(codecs[name]).decode(value[name], where)

    return Codec(encode, decode, " | ".join(codec_of(kind).schema for kind in arguments))


def _optional(inner: Codec) -> Codec:
    return Codec(
        lambda value, where: None if value is None else inner.encode(value, where),
        lambda value, where: None if value is None else inner.decode(value, where),
        f"{inner.schema} | None",
    )


def _tuple(arguments: tuple[Any, ...]) -> Codec:
    open_ended = len(arguments) == 2 and arguments[1] is Ellipsis
    codecs = [codec_of(argument) for argument in arguments if argument is not Ellipsis]

    size = "any number of" if open_ended else str(len(codecs))

    def each(value: Any, kind: Any, where: str) -> list[tuple[Codec, Any, str]]:
        if type(value) is not kind or not (open_ended or len(value) == len(codecs)):
            raise CodecError(where, value, f"a {kind.__name__} of {size} elements")
        inner = codecs * len(value) if open_ended else codecs
        return [
            (codec, part, f"{where}[{i}]")
            for i, (codec, part) in enumerate(zip(inner, value, strict=True))
        ]

    dots = ", ..." if open_ended else ""
    return Codec(
        lambda value, where: [codec.encode(v, at) for codec, v, at in each(value, tuple, where)],
        lambda value, where: tuple(
            codec.decode(v, at) for codec, v, at in each(value, list, where)
        ),
        f"tuple[{', '.join(codec.schema for codec in codecs)}{dots}]",
    )


def _frozenset(argument: Any) -> Codec:
    inner = codec_of(argument)

    def encode(value: Any, where: str) -> Json:
        if type(value) is not frozenset:
            raise CodecError(where, value, "a frozenset")
        # A set's own order differs from process to process.
        return sorted((inner.encode(item, where) for item in value), key=json.dumps)

    def decode(value: Json, where: str) -> frozenset[Any]:
        if type(value) is not list:
            raise CodecError(where, value, "a list")
        return frozenset(inner.decode(item, f"{where}[{i}]") for i, item in enumerate(value))

    return Codec(encode, decode, f"frozenset[{inner.schema}]")


def _mapping(key_type: Any, value_type: Any) -> Codec:
    keys, values = codec_of(key_type), codec_of(value_type)
    as_text = isinstance(key_type, type) and (key_type is str or issubclass(key_type, Enum))
    if not as_text:
        raise TypeError(f"a mapping from {key_type!r} has no exact JSON; from enums and str it has")

    def encode(value: Any, where: str) -> Json:
        if not isinstance(value, Mapping):
            raise CodecError(where, value, "a mapping")
        return {
            (name := keys.encode(key, where)): values.encode(item, _inside(where, name))
            for key, item in value.items()
        }

    def decode(value: Json, where: str) -> dict[Any, Any]:
        if not isinstance(value, dict):
            raise CodecError(where, value, "an object")
        return {
            keys.decode(name, where): values.decode(item, _inside(where, name))
            for name, item in value.items()
        }

    return Codec(encode, decode, f"Mapping[{keys.schema}, {values.schema}]")


def _dataclass(kind: type) -> Codec:
    hints = typing.get_type_hints(kind)
    codecs = {row.name: _field(kind, row, hints[row.name]) for row in fields(kind)}
    names = ", ".join(codecs) or "no field"

    def encode(value: Any, where: str) -> Json:
        if type(value) is not kind:
            raise CodecError(where, value, f"a {kind.__name__}")
        return {
            name: codec.encode(getattr(value, name), _inside(where, name))
            for name, codec in codecs.items()
        }

    def decode(value: Json, where: str) -> Any:
        if not isinstance(value, dict):
            raise CodecError(where, value, f"an object with {names}")
        for name in value:
            if name not in codecs:
                raise CodecError(_inside(where, name), value[name], f"only {names}")
        for name in codecs:
            if name not in value:
                raise CodecError(where, value, f"an object with {names}; {name} is missing")
        given = {
            name: codec.decode(value[name], _inside(where, name)) for name, codec in codecs.items()
        }
        try:
            return kind(**given)
        except ValueError as error:  # by the dataclass's own checks
            raise CodecError(where, value, f"what {kind.__name__} takes: {error}") from error

    inside = ", ".join(f"{name}: {codec.schema}" for name, codec in codecs.items())
    return Codec(encode, decode, f"{kind.__name__}({inside})", codecs)


def _field(kind: type, row: "Field[Any]", annotation: Any) -> Codec:
    if not row.init:
        raise TypeError(
            f"{kind.__name__}.{row.name}: has no exact JSON, it is not given at the making"
        )
    try:
        return codec_of(annotation)
    except TypeError as error:
        raise TypeError(f"{kind.__name__}.{row.name}: {error}") from error
