"""The meters of the trade: a table in `catalogue.toml`, read and checked. Pure but for the file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from evse.lines.connection import BAUDRATES, MODBUS_TCP_PORT, PARITIES, STOP_BITS
from evse.meters.formats import NumberFormat, WordOrder
from evse.meters.registers import (
    CURRENTS,
    FUNCTION_CODES,
    MAX_BLOCK,
    NOT_FITTED,
    POWERS,
    VOLTAGES,
    Block,
    Quantity,
    Register,
    RegisterMap,
)

CUSTOM = "custom"
"""The choice of a model by which the registers are those typed in by hand."""

LONGEST_READ = 125
"""Registers in one answer (Modbus application protocol, 6.3)."""

Parity = Literal["N", "E", "O"]
Confidence = Literal["high", "medium", "low"]

_PHASES: Mapping[str, tuple[Quantity, Quantity, Quantity]] = {
    "voltage": VOLTAGES,
    "current": CURRENTS,
    "power": POWERS,
}
_SINGLE: Mapping[str, Quantity] = {
    "power_total": Quantity.POWER,
    "energy_import": Quantity.ENERGY,
    "energy_export": Quantity.EXPORT,
    "frequency": Quantity.FREQUENCY,
}
_ROWS = (*_PHASES, *_SINGLE)


class CatalogueError(ValueError):
    """An entry that cannot be; the text names meter and key, what came, and what is allowed."""


@dataclass(frozen=True, slots=True)
class FactoryLine:
    """How a meter talks on RS-485 when it is new; None: not known."""

    baudrate: int | None
    parity: Parity
    stopbits: int
    unit: int | None


@dataclass(frozen=True, slots=True)
class Identification:
    """A register that tells the model: a number, or a text of `text_registers` registers.

    `codes`: what it shows (of a text: how it begins), and the model's name.
    """

    function_code: int
    address: int
    format: NumberFormat | None
    text_registers: int
    codes: Mapping[int | str, str]

    @property
    def count(self) -> int:
        """Registers to read."""
        return self.text_registers if self.format is None else self.format.width

    def name(self, words: list[int]) -> str | None:
        """The model by what was read; None for one that is not of this kind."""
        raw = b"".join(word.to_bytes(2, "big") for word in words)
        if self.format is not None:
            return self.codes.get(int.from_bytes(raw, "big"))
        text = raw.decode("ascii", "replace")
        return next((n for code, n in self.codes.items() if text.startswith(str(code))), None)


@dataclass(frozen=True, slots=True)
class Model:
    """One kind of meter. `line` is None for a meter that speaks Modbus TCP only."""

    id: str
    name: str
    models: tuple[str, ...]
    phases: int
    line: FactoryLine | None
    unit: int | None
    port: int
    function_code: int
    word_order: WordOrder
    longest_read: int
    readable: tuple[Block, ...]
    rest_s: float
    ratio: Register | None
    registers: Mapping[Quantity, Register]
    identification: Identification | None
    confidence: Confidence
    notes: tuple[str, ...]

    @property
    def measures_currents(self) -> bool:
        """Whether load can be balanced with it."""
        return Quantity.CURRENT_L1 in self.registers

    def register_map(self) -> RegisterMap:
        """Its map. Raises ValueError for a meter that measures no currents."""
        if not self.measures_currents:
            raise ValueError(f"{self.name}: measures no currents, which the wallbox needs")
        return RegisterMap(
            self.function_code,
            self.registers,
            self.word_order,
            self.longest_read,
            self.readable,
            self.rest_s,
            self.ratio,
        )


@cache
def catalogue() -> Mapping[str, Model]:
    """Every meter by its id, in the order of the file. Raises CatalogueError."""
    text = files("evse.meters").joinpath("catalogue.toml").read_text(encoding="utf-8")
    return parse(tomllib.loads(text))


def model_of(name: str) -> Model:
    """The meter with this id. Raises CatalogueError, which lists all ids."""
    try:
        return catalogue()[name]
    except KeyError:
        allowed = ", ".join(catalogue())
        raise CatalogueError(f"model: came {name!r}, allowed {allowed}") from None


def parse(document: Mapping[str, Any]) -> dict[str, Model]:
    """The meters of a document. Raises CatalogueError."""
    return {name: _Entry(name, table).model() for name, table in document.items()}


class _Entry:
    """One table of the file, whose keys are taken out one by one; none may be left."""

    def __init__(self, name: str, table: object) -> None:
        if not isinstance(table, dict):
            raise CatalogueError(f"{name}: came {table!r}, allowed a table")
        self._name = name
        self._left = dict(table)

    def model(self) -> Model:
        tcp = self._table("tcp", required=False)
        line = None if tcp is not None else self._line()
        function_code = self._whole("function_code", FUNCTION_CODES)
        unit = line.unit if line else self._in(tcp or {}, "tcp.unit", range(248), None)
        model = Model(
            id=self._name,
            name=self._text("name"),
            models=self._texts("models"),
            phases=self._whole("phases", (1, 3)),
            line=line,
            unit=unit,
            port=self._in(tcp or {}, "tcp.port", range(1, 65536), MODBUS_TCP_PORT) or 0,
            function_code=function_code,
            word_order=self._choice("word_order", ("big", "little")),  # type: ignore[arg-type]
            longest_read=self._whole("longest_read", range(1, LONGEST_READ + 1), MAX_BLOCK),
            readable=self._blocks(),
            rest_s=self._whole("rest_ms", range(1001), 0) / 1000,
            ratio=self._single(self._left.pop("ratio"), "ratio") if "ratio" in self._left else None,
            registers=self._registers(),
            identification=self._identification(),
            confidence=self._choice("confidence", ("high", "medium", "low")),  # type: ignore[arg-type]
            notes=self._texts("notes"),
        )
        if not self._texts("sources"):
            raise self._wrong("sources", [], "where the facts come from")
        if self._left:
            key, value = self._left.popitem()
            raise self._wrong(key, value, "no such key")
        return model

    def _wrong(self, key: str, came: object, allowed: str) -> CatalogueError:
        return CatalogueError(f"{self._name}.{key}: came {came!r}, allowed {allowed}")

    def _in(
        self, table: Mapping[str, Any], key: str, allowed: Any, default: int | None
    ) -> int | None:
        value = table.get(key.rpartition(".")[2], default)
        if value is default or (type(value) is int and value in allowed):
            return value
        words = f"{allowed[0]} … {allowed[-1]}" if isinstance(allowed, range) else str(allowed)
        raise self._wrong(key, value, words)

    def _whole(self, key: str, allowed: Any, default: int | None = None) -> int:
        found = self._in(self._left, key, allowed, default)
        self._left.pop(key, None)
        if found is None:
            raise self._wrong(key, None, "a whole number")
        return found

    def _text(self, key: str) -> str:
        value = self._left.pop(key, None)
        if not isinstance(value, str) or not value:
            raise self._wrong(key, value, "a text")
        return value

    def _choice(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self._text(key)
        if value not in allowed:
            raise self._wrong(key, value, ", ".join(allowed))
        return value

    def _texts(self, key: str) -> tuple[str, ...]:
        value = self._left.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self._wrong(key, value, "a list of texts")
        return tuple(value)

    def _table(self, key: str, *, required: bool = True) -> dict[str, Any] | None:
        value = self._left.pop(key, None)
        if value is None and not required:
            return None
        if not isinstance(value, dict):
            raise self._wrong(key, value, "a table")
        return value

    def _line(self) -> FactoryLine:
        table = self._table("line") or {}
        parity = table.get("parity")
        if parity not in PARITIES:
            raise self._wrong("line.parity", parity, ", ".join(PARITIES))
        stopbits = self._in(table, "line.stopbits", STOP_BITS, None)
        if stopbits is None:
            raise self._wrong("line.stopbits", None, "1 or 2")
        return FactoryLine(
            self._in(table, "line.baudrate", BAUDRATES, None),
            parity,
            stopbits,
            self._in(table, "line.unit", range(1, 248), None),
        )

    def _blocks(self) -> tuple[Block, ...]:
        rows = self._left.pop("blocks", [])
        try:
            return tuple(Block(int(address), int(count)) for address, count in rows)
        except (TypeError, ValueError) as error:
            raise self._wrong("blocks", rows, "a list of [first register, count]") from error

    def _registers(self) -> dict[Quantity, Register]:
        found: dict[Quantity, Register] = {}
        for key in _ROWS:
            table = self._table(key, required=False)
            if table is None:
                continue
            if key in _SINGLE:
                found[_SINGLE[key]] = self._single(table, key)
                continue
            for number, quantity in enumerate(_PHASES[key], start=1):
                if f"l{number}" in table:
                    found[quantity] = self._register(table, key, f"l{number}")
        return found

    def _single(self, table: Mapping[str, Any], key: str) -> Register:
        return self._register(table, key, "register")

    def _register(self, table: Mapping[str, Any], key: str, where: str) -> Register:
        address = self._in(table, f"{key}.{where}", range(NOT_FITTED), None)
        scale = table.get("scale", 1)
        if address is None:
            raise self._wrong(f"{key}.{where}", None, f"0 … {NOT_FITTED - 1}")
        if type(scale) not in {int, float} or not scale > 0:
            raise self._wrong(f"{key}.scale", scale, "a number above 0")
        return Register(address, self._format(table, key), float(scale))

    def _format(self, table: Mapping[str, Any], key: str) -> NumberFormat:
        try:
            return NumberFormat(table["format"])
        except (KeyError, ValueError) as error:
            words = ", ".join(NumberFormat)
            raise self._wrong(f"{key}.format", table.get("format"), words) from error

    def _identification(self) -> Identification | None:
        table = self._table("identify", required=False)
        codes = self._table("codes", required=False) or {}
        if table is None:
            return None
        length = self._in(table, "identify.text_registers", range(1, LONGEST_READ + 1), 0) or 0
        address = self._in(table, "identify.register", range(NOT_FITTED), None)
        function_code = self._in(table, "identify.function_code", FUNCTION_CODES, None)
        if address is None or function_code is None or not codes:
            raise self._wrong("identify", table, "function_code, register and codes")
        number_format = None if length else self._format(table, "identify")
        try:
            named = {code if length else int(code, 0): name for code, name in codes.items()}
        except ValueError as error:
            raise self._wrong("codes", codes, "numbers, as 0x0070") from error
        return Identification(function_code, address, number_format, length, named)
