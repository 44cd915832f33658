"""Reads from a TOML file how Linux I/O is wired: one table a part, one key a field of `LinuxIo`."""

import dataclasses
import tomllib
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evse.boards.linux_io.board import LinuxIo


def wiring_of(file: str, maximum_a: float) -> LinuxIo:
    """Return the wiring in `file`; `maximum_a` A per phase are for what the contactor is built.

    Raises OSError when it cannot be read, and ValueError which names file, field, what came and
    what is allowed.
    """
    if not file:
        raise ValueError("board.wiring: is empty, allowed is the path of a TOML file")
    try:
        document = tomllib.loads(Path(file).read_text(encoding="utf-8"))
        made = _made(LinuxIo, _with_rating(document, maximum_a), "")
        _check(made)
    except ValueError as error:
        raise ValueError(f"board.wiring, {file}: {error}") from error
    wiring: LinuxIo = made
    return wiring


def _with_rating(document: Mapping[str, Any], maximum_a: float) -> dict[str, Any]:
    if "maximum_a" in document:
        raise ValueError("maximum_a: is no matter of wires: installation.max_output_current_a")
    return {**document, "maximum_a": maximum_a}


def _check(wiring: LinuxIo) -> None:
    """Raise ValueError for what each part may be, but not all of them together."""
    seen: set[int | str] = set()
    for line in (*wiring.outputs, *wiring.inputs):
        if line.id in seen:
            raise ValueError(f"line {line.id!r}: is wired twice, allowed once")
        seen.add(line.id)
    positive = {}
    if wiring.watchdog is not None:
        positive["watchdog.within_s"] = wiring.watchdog.within_s
    if wiring.proximity is not None:
        positive["proximity.supply_v"] = wiring.proximity.supply_v
        positive["proximity.series_ohm"] = wiring.proximity.series_ohm
    for name, value in positive.items():
        if not value > 0:
            raise ValueError(f"{name}: came {value!r}, allowed more than 0")


def _made(kind: Any, value: Any, name: str) -> Any:
    """The value of one field, as the type of the field wants it."""
    if isinstance(kind, types.UnionType):
        options = [option for option in typing.get_args(kind) if option is not types.NoneType]
        fits = (option for option in options if type(value) is option)
        kind = next(fits, options[0])
    if dataclasses.is_dataclass(kind):
        return _table(kind, value, name)
    if kind is Path and isinstance(value, str):
        return Path(value)
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
        return value
    raise ValueError(f"{name}: came {value!r}, allowed {getattr(kind, '__name__', kind)}")


def _table(kind: Any, value: Any, name: str) -> Any:
    if not isinstance(value, Mapping):
        raise ValueError(f"{name}: came {value!r}, allowed a table")  # noqa: TRY004 - input
    hints = typing.get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind)}
    prefix = f"{name}." if name else ""
    if unknown := sorted(set(value) - set(fields)):
        raise ValueError(f"{prefix}{unknown[0]}: is unknown, allowed {', '.join(fields)}")
    given = {key: _made(hints[key], item, f"{prefix}{key}") for key, item in value.items()}
    for key, field in fields.items():
        required = (
            field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        )
        if required and key not in given:
            raise ValueError(f"{prefix}{key}: is missing")
    return kind(**given)
