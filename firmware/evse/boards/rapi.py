"""RAPI, the serial protocol of OpenEVSE boards: its frames, and what stands in them. Pure.

A request is `$CC arguments^XX` and CR: XX is the XOR of all characters before the `^`, in hex. The
older `*XX` is their sum. ` :SS` before the checksum numbers a request; its answer, `$OK …` or
`$NK …`, repeats the number. Between answers the board tells changes unasked (`$AT`, `$AB`, `$AN`).

Source: OpenEVSE firmware rapi_proc.h, rapi_proc.cpp, J1772EvseController.h (RAPI 5 and 6).
"""

import string
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Self

BAUDRATE = 115200
REQUEST_MAXIMUM = 31
"""Characters from `$` to the last one before CR; the board drops a longer line without a word."""
LINE_MAXIMUM = 63
"""No line of a board is longer; what is, has lost its end."""

ACKNOWLEDGE = 165
"""The argument of `$SY` which acknowledges a missed pulse."""
MISSED = 2
"""The trigger of the heartbeat supervision between a missed pulse and its acknowledgement."""
NOT_FITTED = -2560
"""The temperature, in 0.1 °C, of a sensor that is not there."""

_CHECKSUM_MARKS = "^*"


class RapiError(Exception):
    """A frame is damaged, or says what cannot be; the text names the field and what came."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame without its checksum, as `Frame("OK", ("16", "0020"), 1)`."""

    head: str
    values: tuple[str, ...] = ()
    sequence: int | None = None

    @property
    def is_answer(self) -> bool:
        """Whether it answers a request: OK or NK."""
        return self.head in {"OK", "NK"}


def encode(command: str, sequence: int | None = None) -> bytes:
    """The frame of `command`, as "SC 16 V", numbered `sequence` (1 to 255), with CR.

    ValueError for what the board would not understand: more than 31 characters, a character that
    frames are made of, a number out of range.
    """
    if not command or not command.isascii() or set("$^*:\r") & set(command):
        raise ValueError(f"RAPI command: came {command!r}, allowed ASCII without $ ^ * : and CR")
    if sequence is not None and not 1 <= sequence <= 0xFF:
        raise ValueError(f"RAPI sequence: came {sequence!r}, allowed 1 to 255")
    text = f"${command}" if sequence is None else f"${command} :{sequence:02X}"
    framed = f"{text}^{_xor(text):02X}"
    if len(framed) > REQUEST_MAXIMUM:
        raise ValueError(f"RAPI command {command!r} makes {len(framed)} characters, allowed 31")
    return framed.encode("ascii") + b"\r"


def decode(line: str) -> Frame:
    """The frame in `line`, from `$` to before CR. RapiError when it is damaged."""
    cut = max(line.rfind(mark) for mark in _CHECKSUM_MARKS)
    text, digits = line[:cut], line[cut + 1 :]
    if cut < 0 or not text.startswith("$"):
        raise RapiError(f"RAPI frame without checksum: {line!r}")
    expected = _xor(text) if line[cut] == "^" else _sum(text)
    if len(digits) != 2 or _number("checksum", digits, 16) != expected:
        raise RapiError(f"RAPI frame {line!r}: checksum {digits!r}, right is {expected:02X}")
    head, *values = text[1:].split() or [""]
    sequence = None
    if values and values[-1].startswith(":"):
        sequence = _number("sequence", values.pop()[1:], 16)
    return Frame(head, tuple(values), sequence)


class Decoder:
    """Finds the frames in what arrives, in whatever pieces it does.

    A `$` begins a frame anew, and what stands outside of frames is no matter. `damaged` counts
    frames which were not understood.
    """

    def __init__(self) -> None:
        self.damaged = 0
        self._line: str | None = None  # None outside of a frame

    def feed(self, data: bytes) -> list[Frame]:
        """Take in what arrived; return the frames which it completes."""
        frames = []
        for character in data.decode("latin-1"):
            if character == "$":
                self.damaged += self._line is not None
                self._line = character
            elif self._line is None:
                continue
            elif character == "\r":
                frames.extend(self._ended(self._line))
            elif len(self._line) < LINE_MAXIMUM:
                self._line += character
            else:
                self.damaged += 1
                self._line = None
        return frames

    def _ended(self, line: str) -> list[Frame]:
        self._line = None
        try:
            return [decode(line)]
        except RapiError:
            self.damaged += 1
            return []


class State(IntEnum):
    """The state of the board (`$GS`, `$AT`), and of the pilot alone."""

    UNKNOWN = 0x00
    A = 0x01
    B = 0x02
    C = 0x03
    D = 0x04
    DIODE = 0x05
    GFCI_TRIP = 0x06
    NO_GROUND = 0x07
    STUCK_RELAY = 0x08
    GFI_SELF_TEST = 0x09
    OVER_TEMPERATURE = 0x0A
    OVER_CURRENT = 0x0B
    RELAY_CLOSURE = 0x0E
    PP_SHORT = 0x0F
    PP_MISSING = 0x10
    EEPROM = 0x11
    SLEEPING = 0xFE
    DISABLED = 0xFF


class Flag(IntFlag):
    """The vflags of `$GS` and `$AT`, as far as they matter here."""

    HARD_FAULT = 0x0002
    RELAY_CLOSED = 0x0040
    CONNECTED = 0x0100


class Setting(IntFlag):
    """The settings flags of `$GE`, as far as they matter here."""

    LEVEL_2 = 0x0001
    DIODE_CHECK_OFF = 0x0002
    VENTILATION_CHECK_OFF = 0x0004
    GROUND_CHECK_OFF = 0x0008
    RELAY_CHECK_OFF = 0x0010
    AUTO_LEVEL_OFF = 0x0020
    PP_AMPACITY = 0x0040
    """From RAPI 6 on; before, the board's automatic start is off."""
    GFI_TEST_OFF = 0x0200
    TEMPERATURE_CHECK_OFF = 0x0400


CHECKS_OFF = (
    Setting.DIODE_CHECK_OFF
    | Setting.VENTILATION_CHECK_OFF
    | Setting.GROUND_CHECK_OFF
    | Setting.RELAY_CHECK_OFF
    | Setting.GFI_TEST_OFF
    | Setting.TEMPERATURE_CHECK_OFF
)


@dataclass(frozen=True, slots=True)
class Status:
    """What the board is doing. `state` and `pilot` are numbers of `State`, or of a newer firmware.

    `offered_a` stands in `$AT` alone.
    """

    state: int
    pilot: int
    flags: Flag
    offered_a: int | None = None

    @classmethod
    def of_answer(cls, values: tuple[str, ...]) -> Self:
        """From `$GS`: state, elapsed s, pilot, vflags. RapiError."""
        state, elapsed_s, pilot, flags = _fields("$GS", values, 4)
        _number("elapsed time", elapsed_s)
        return cls(_byte("state", state), _byte("pilot", pilot), _flags(flags))

    @classmethod
    def of_change(cls, values: tuple[str, ...]) -> Self:
        """From `$AT`: state, pilot, amps, vflags. RapiError."""
        state, pilot, amps, flags = _fields("$AT", values, 4)
        return cls(_byte("state", state), _byte("pilot", pilot), _flags(flags), _amps(amps))

    @property
    def relay_closed(self) -> bool:
        """Whether the board has closed its contactor."""
        return Flag.RELAY_CLOSED in self.flags

    @property
    def connected(self) -> bool:
        """Whether a vehicle is there; seen in every state but DISABLED."""
        return Flag.CONNECTED in self.flags

    @property
    def faulty(self) -> bool:
        """Whether the state is a fault."""
        return State.D < self.state < State.SLEEPING


@dataclass(frozen=True, slots=True)
class Currents:
    """The answer to `$GC`, A."""

    minimum_a: int
    hardware_a: int
    offered_a: int
    maximum_a: int

    @classmethod
    def of_answer(cls, values: tuple[str, ...]) -> Self:
        """RapiError when the currents can't be."""
        came = cls(*(_amps(value) for value in _fields("$GC", values, 4)))
        if not 0 < came.minimum_a <= came.maximum_a:
            raise RapiError(f"RAPI $GC: came {' '.join(values)}, allowed 0 < minimum <= maximum")
        return came


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The answer to `$SY` and `$GY`: the supervision of the host. `trigger` is 2 when MISSED."""

    interval_s: int
    fallback_a: int
    trigger: int

    @classmethod
    def of_answer(cls, values: tuple[str, ...]) -> Self:
        """RapiError."""
        return cls(*(_number("heartbeat", value) for value in _fields("$GY", values, 3)))


@dataclass(frozen=True, slots=True)
class Version:
    """The answer to `$GV`, as `8.2.3.EU` and `5.2.1`."""

    firmware: str
    rapi: str

    @classmethod
    def of_answer(cls, values: tuple[str, ...]) -> Self:
        """RapiError."""
        version = cls(*_fields("$GV", values, 2))
        _number("RAPI version", version.rapi.partition(".")[0])
        return version

    @property
    def major(self) -> int:
        """The first number of the RAPI version: what answers look like."""
        return int(self.rapi.partition(".")[0])


def settings_of(values: tuple[str, ...]) -> Setting:
    """The settings flags in an answer to `$GE`. RapiError."""
    amps, flags = _fields("$GE", values, 2)
    _number("amps", amps)
    return Setting(_number("flags", flags, 16))


def temperatures_c(values: tuple[str, ...]) -> tuple[float, ...]:
    """The temperatures in an answer to `$GP`, °C, without the sensors that are not fitted."""
    tenths = [_number("temperature", value, sign="-") for value in _fields("$GP", values, 3)]
    return tuple(value / 10 for value in tenths if value != NOT_FITTED)


def trips_of(values: tuple[str, ...]) -> tuple[int, int, int]:
    """How often residual current, ground and relay have tripped, from `$GF`. RapiError."""
    residual, ground, relay = (
        _number("trip counter", value, 16) for value in _fields("$GF", values, 3)
    )
    return residual, ground, relay


def amps_of(values: tuple[str, ...]) -> int:
    """The current in force after `$SC`, A; it stands in the OK and in the NK. RapiError."""
    (amps,) = _fields("$SC", values, 1)
    return _amps(amps)


def _fields(what: str, values: tuple[str, ...], count: int) -> tuple[str, ...]:
    if len(values) != count:
        raise RapiError(f"RAPI {what}: came {' '.join(values)!r}, allowed {count} values")
    return values


def _number(what: str, text: str, base: int = 10, sign: str = "") -> int:
    """The number in `text`, with `sign` before it or without one."""
    digits = string.hexdigits if base == 16 else string.digits
    if not text.removeprefix(sign) or set(text.removeprefix(sign)) - set(digits):
        kind = "hex digits" if base == 16 else "a whole number"
        raise RapiError(f"RAPI {what}: came {text!r}, allowed {kind}")
    return int(text, base)


def _amps(text: str) -> int:
    """A current, which is a byte on the board. One that cannot be is not in force: it would pass
    for less than what is wanted."""
    amps = _number("current", text)
    if amps > 0xFF:
        raise RapiError(f"RAPI current: came {text!r}, allowed 0 … 255 A")
    return amps


def _byte(what: str, text: str) -> int:
    if len(text) != 2:
        raise RapiError(f"RAPI {what}: came {text!r}, allowed two hex digits")
    return _number(what, text, 16)


def _flags(text: str) -> Flag:
    if len(text) != 4:
        raise RapiError(f"RAPI vflags: came {text!r}, allowed four hex digits")
    return Flag(_number("vflags", text, 16))


def _xor(text: str) -> int:
    value = 0
    for character in text:
        value ^= ord(character)
    return value & 0xFF


def _sum(text: str) -> int:
    return sum(map(ord, text)) & 0xFF
