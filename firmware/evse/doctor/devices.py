"""What the doctor can recognise, and where it looks for it: tables, no code but their rows.

A device says what it is by registers that only it has: a type code where there is one, else values
that must be mains voltage and frequency. Addresses are those on the wire (0-based). Sources: the
maker's article on the EKEPC2's RS-485 and evcc etek.go; openWB evse.py; evcc phoenix-ev-ser.go; for
meters volkszaehler/mbmd meters/rs485, EVerest GenericPowermeter models, Tinkerforge
meters_modbus_tcp, mbmap-library and the vendors' tables in OpenEMS.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from evse.lines.connection import BAUDRATES, PARITIES


class Role(StrEnum):
    """What a device is for."""

    BOARD = "charge controller"
    METER = "meter"
    READER = "card reader"


@dataclass(frozen=True, slots=True)
class Format:
    """How bytes stand on the line; always 8 bits."""

    baudrate: int
    parity: str = "N"
    stopbits: int = 1

    def __str__(self) -> str:
        return f"{self.baudrate} 8{self.parity}{self.stopbits}"

    def duration_s(self, count: int) -> float:
        """How long `count` bytes take: start bit, 8 bits, parity, stop bits each."""
        return count * (9 + (self.parity != "N") + self.stopbits) / self.baudrate


@dataclass(frozen=True, slots=True)
class Probe:
    """Registers to read."""

    function_code: int
    address: int
    count: int = 1


@dataclass(frozen=True, slots=True)
class Check:
    """A value that lies between `low` and `high` in this device, and hardly in any other.

    `code` is the format of `struct`, high byte first, `low_word_first` the order of its words;
    `offset` counts registers within the probe. `names`: what the value is called; with `only_named`
    it must be one of these. `label`: what an unnamed value is called, "" if it is no name.
    """

    probe: Probe
    low: float
    high: float
    code: str = ">H"
    offset: int = 0
    low_word_first: bool = False
    names: Mapping[int, str] = field(default_factory=dict)
    only_named: bool = False
    label: str = ""


@dataclass(frozen=True, slots=True)
class Advice:
    """Registers that should all hold `wanted`; else `text` is what to tell."""

    probe: Probe
    wanted: int
    text: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A device that can be recognised: when all its checks hold.

    `gap_s`: silence on the line that it wants before a question. `own_unit`: the register with its
    address, for a device that answers to `every_unit` as well.
    """

    name: str
    role: Role
    checks: tuple[Check, ...]
    gap_s: float = 0.02
    every_unit: int | None = None
    own_unit: Probe | None = None
    advice: tuple[Advice, ...] = ()


def _float(function_code: int, address: int, low: float, high: float) -> Check:
    return Check(Probe(function_code, address, 2), low, high, ">f")


def _volts(function_code: int, address: int, scale: float = 1.0) -> Check:
    return _float(function_code, address, 80 / scale, 300 / scale)


def _hertz(function_code: int, address: int, scale: float = 1.0) -> Check:
    return _float(function_code, address, 40 / scale, 70 / scale)


_GAVAZZI_VOLTS = Check(Probe(4, 0x0000, 2), 800, 3000, ">i", low_word_first=True)
_EASTRON_CODE = Probe(3, 0xFC02)
_EASTRON_CODES = {
    0x0070: "SDM630",
    0x0079: "SDM630MCT v2",
    0x0089: "SDM72D-M-2",
    0x0084: "SDM72D-M",
    0x0200: "SDM72D-M",
}
_ABB_CODES = {0x42323120: "B21", 0x42323320: "B23", 0x42323420: "B24"}

EKEPC2 = Kind(
    "ETEK EKEPC2",
    Role.BOARD,
    (
        Check(Probe(3, 140), 1000, 9999, names={1002: "v1.1", 2310: "v1.2"}, label="version {}"),
        Check(Probe(3, 141), 0, 19),
        Check(Probe(3, 109), 0, 9000),
        Check(Probe(3, 100), 1, 255),
    ),
    every_unit=255,
    own_unit=Probe(3, 100),
    advice=(
        Advice(
            Probe(3, 90, 7),
            65535,
            "it reads meters by itself (registers 90 to 96), which makes it a second master: set "
            "them to 65535",
        ),
        Advice(
            Probe(3, 114),
            0,
            "it balances the load by itself (register 114): set it to 0, the wallbox does that",
        ),
    ),
)

SIMPLE_EVSE_FORMAT = Format(9600)

_SIMPLE_EVSE_STATE = Probe(3, 1000, 7)

KINDS = (
    EKEPC2,
    Kind(
        "simpleEVSE / EVSE-WB / EVSE-DIN",
        Role.BOARD,
        (
            Check(_SIMPLE_EVSE_STATE, 1, 99, offset=5, label="revision {}"),
            Check(_SIMPLE_EVSE_STATE, 1, 5, offset=2),
            Check(_SIMPLE_EVSE_STATE, 1, 3, offset=6),
        ),
        gap_s=0.1,
    ),
    Kind(
        "Phoenix Contact EV-SER",
        Role.BOARD,
        (Check(Probe(4, 24000), ord("A") * 256, ord("F") * 256 + 255),),
    ),
    Kind(
        "Eastron",
        Role.METER,
        (Check(_EASTRON_CODE, 0, 0xFFFF, names=_EASTRON_CODES, only_named=True),),
        gap_s=0.1,
    ),
    Kind(
        "Eastron SDM120, SDM230 or early SDM630",
        Role.METER,
        (_volts(4, 0x0000), _hertz(4, 0x0046)),
        gap_s=0.1,
    ),
    Kind(
        "ABB",
        Role.METER,
        (Check(Probe(3, 0x8960, 2), 0, 2**32, ">I", names=_ABB_CODES, only_named=True),),
    ),
    Kind(
        "Carlo Gavazzi EM340, EM330, ET340 or EM540",
        Role.METER,
        (_GAVAZZI_VOLTS, Check(Probe(4, 0x0033), 400, 700)),
    ),
    Kind(
        "Carlo Gavazzi EM24",
        Role.METER,
        (_GAVAZZI_VOLTS, Check(Probe(4, 0x0037), 400, 700)),
    ),
    Kind(
        "Carlo Gavazzi EM111, EM112 or ET112",
        Role.METER,
        (_GAVAZZI_VOLTS, Check(Probe(4, 0x000F), 400, 700)),
    ),
    Kind("Phoenix Contact EEM-350, or an early EM24", Role.METER, (_GAVAZZI_VOLTS,)),
    Kind("Chint DTSU666", Role.METER, (_volts(3, 0x2006, 0.1), _hertz(3, 0x2044, 0.01))),
    Kind("Chint DDSU666", Role.METER, (_volts(3, 0x2000), _hertz(3, 0x200E))),
    Kind("Inepro PRO380, PRO1 or WAGO 879", Role.METER, (_volts(3, 0x5002), _hertz(3, 0x5008))),
    Kind("Orno OR-WE-516 or OR-WE-517", Role.METER, (_volts(3, 0x000E), _hertz(3, 0x0014))),
    Kind("Schneider iEM3000 series", Role.METER, (_volts(3, 0x0BD3), _hertz(3, 0x0C25))),
    Kind("Janitza B23, UMG 96RM or UMG 604", Role.METER, (_volts(3, 0x4A38), _hertz(3, 0x4A6A))),
    Kind("Finder 7M.38", Role.METER, (_volts(4, 0x09C4), _hertz(4, 0x0A18))),
    Kind(
        "meter with the map of the EKEPC3 manual (5.8.1.8)",
        Role.METER,
        (_volts(4, 0x5300), _float(4, 0x530E, 0, 1000)),
    ),
)
"""In the order of asking: what has a type code before what is only guessed by its values."""

OPEN_EVSE = Kind("OpenEVSE", Role.BOARD, ())
PN532 = Kind("NXP", Role.READER, ())
"""Without registers: they are known by the answer to a question of their own."""


@dataclass(frozen=True, slots=True)
class Presence:
    """A question that finds out whether anybody is at an address; a refusal is an answer too.

    Three, because simple devices say nothing at all where they have no register. `only`: the one
    format in which such a device talks.
    """

    probe: Probe
    only: Format | None = None


PRESENCE = (
    Presence(Probe(3, 141)),  # the EKEPC2, and every device that refuses as the standard has it
    Presence(Probe(4, 0, 2)),  # meters
    Presence(_SIMPLE_EVSE_STATE, SIMPLE_EVSE_FORMAT),
)

ASCII_BAUDRATE = 115200
"""OpenEVSE (RAPI) and the PN532 talk at this rate, and nobody else of these tables."""

LIKELY = (
    Format(9600),
    Format(9600, "E"),
    Format(19200, "E"),
    Format(19200),
    Format(38400),
    Format(2400),
    Format(ASCII_BAUDRATE),
)
"""The factory formats of all kinds above, the most frequent first."""

ALL_FORMATS = (
    *LIKELY,
    *(
        each
        for baudrate in reversed(BAUDRATES)
        for parity in PARITIES
        for each in (Format(baudrate, parity),)
        if each not in LIKELY
    ),
)

QUICK_UNITS = (1, 2, 255)
LIKELY_UNITS = (*range(1, 11), 255)
ALL_UNITS = (*range(1, 248), 255)
"""Addresses. 255, to which every EKEPC2 answers, is asked last, and not at all when one of that
kind answered before: two of them would answer at once."""
