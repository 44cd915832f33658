"""What is done to the serial lines, board and meters of a wallbox. Each fault begins and ends."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from scripts.harness.wired_wallbox import Place, RoughWire
from tests.firmware.emulators.modbus_slave import READ_INPUT, Bus, with_crc

BABBLE_EVERY_S = 0.01
FAR_TOO_MUCH_A = 5000.0


class Hits(StrEnum):
    """What the wallbox cannot rely on meanwhile: that decides what may be asked of it."""

    NOTHING = "nothing"
    """It bears the fault: charging goes on within the fuse."""
    METER = "meter"
    """It does not hear the house: the car may have the fallback after the silence."""
    TRUTH = "truth"
    """The house meter says something untrue that cannot be told from the truth."""
    BOARD = "board"
    """It cannot command the board."""


@dataclass(frozen=True, slots=True)
class LineFault:
    """One fault. `lasting_s`: between these. `begin` returns what ends it."""

    name: str
    hits: Hits
    lasting_s: tuple[float, float]
    begin: Callable[[Place, random.Random], Callable[[], None]]

    @property
    def slow(self) -> bool:
        """Whether it lasts, or what it has stopped is waited for."""
        return self.hits in (Hits.TRUTH, Hits.BOARD) or self.lasting_s == _LONG

    @property
    def silences(self) -> bool:
        """Whether nothing is heard of the house for longer than the meter's silence."""
        return self.hits is Hits.METER and self.lasting_s == _LONG


_SHORT, _LONG = (1.0, 4.0), (14.0, 20.0)


def _meter_wire(**chances: Any) -> Callable[[Place, random.Random], Callable[[], None]]:
    return lambda place, chance: _rough(place.meters, chance, chances)


def _board_wire(**chances: Any) -> Callable[[Place, random.Random], Callable[[], None]]:
    def begin(place: Place, chance: random.Random) -> Callable[[], None]:
        if place.board.bus is not None:
            return _rough(place.board.bus, chance, chances)
        assert place.board.line is not None
        place.board.line.begin(**_rapi_switches(chances))
        return place.board.line.end

    return begin


def _rough(bus: Bus, chance: random.Random, chances: dict[str, Any]) -> Callable[[], None]:
    before, bus.wire = bus.wire, RoughWire(chance=chance, **chances)

    def end() -> None:
        bus.wire = before

    return end


def _rapi_switches(chances: dict[str, Any]) -> dict[str, bool | int]:
    """The same for a RAPI line: each n-th answer suffers."""
    names = {"losses": "lose", "flips": "noise", "halves": "cut", "junk": "noise", "late": "late"}
    switches: dict[str, bool | int] = {
        f"{names[key]}_every": max(1, round(1 / value) if value <= 1 else 1)
        for key, value in chances.items()
        if key in names
    }
    return switches or {"silent": True}


def _pulled_out(of: Callable[[Place], Bus | None]) -> Any:
    def begin(place: Place, chance: random.Random) -> Callable[[], None]:
        bus = of(place)
        if bus is None:
            return _board_wire(silent=True)(place, chance)
        bus.pull_out()
        return bus.plug_in

    return begin


@contextmanager
def _speaking(bus: Bus, words: Callable[[], bytes], every_s: float) -> Iterator[None]:
    """Let somebody else speak on a line."""
    over = threading.Event()

    def speak() -> None:
        while not over.wait(every_s):
            bus.inject(words())

    thread = threading.Thread(target=speak, name="stranger", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(5.0)


def _babbling(place: Place, chance: random.Random) -> Callable[[], None]:
    """A broken transmitter fills the meters' line with rubbish."""
    return _stranger(place, lambda: chance.randbytes(chance.randint(1, 12)), BABBLE_EVERY_S)


def _another_master(place: Place, chance: random.Random) -> Callable[[], None]:
    """Somebody else asks the same meters: we hear the questions, and answers not meant for us."""

    def words() -> bytes:
        unit = chance.choice((1, 2, 3))
        question = bytes([unit, READ_INPUT, 0, chance.choice((0, 6, 30, 52)), 0, 6])
        amps = chance.randbytes(12)
        answer = with_crc(bytes([unit, READ_INPUT, 12]) + amps)
        return chance.choice((with_crc(question), answer, with_crc(question) + answer))

    return _stranger(place, words, 0.15)


def _stranger(place: Place, words: Callable[[], bytes], every_s: float) -> Callable[[], None]:
    speaking = _speaking(place.meters, words, every_s)
    speaking.__enter__()
    return lambda: (speaking.__exit__(None, None, None), None)[1]


def _house_meter(**fields: Any) -> Callable[[Place, random.Random], Callable[[], None]]:
    """Let the house meter be otherwise for a while."""

    def begin(place: Place, _chance: random.Random) -> Callable[[], None]:
        before = {name: getattr(place.house, name) for name in fields}
        for name, value in fields.items():
            setattr(place.house, name, value)

        def end() -> None:
            for name, value in before.items():
                setattr(place.house, name, value)

        return end

    return begin


def _meter_gone(place: Place, _chance: random.Random) -> Callable[[], None]:
    """The house meter has no power: the charger's own still answers."""
    place.meters.meters.remove(place.house)
    return lambda: place.meters.meters.append(place.house)


def _jump(place: Place, _chance: random.Random) -> Callable[[], None]:
    """It shows far more than can flow, for a moment."""
    place.plant.false_a = FAR_TOO_MUCH_A

    def end() -> None:
        place.plant.false_a = 0.0

    return end


def _register_back(place: Place, _chance: random.Random) -> Callable[[], None]:
    """The charger's meter has lost its register, or it has rolled over: it goes on from nothing."""
    place.charger.import_kwh = 0.0
    return lambda: None


def _register_jump(place: Place, chance: random.Random) -> Callable[[], None]:
    """For a moment the charger's meter shows a register of another decade."""
    jump_kwh = chance.choice((-1000.0, 65.536, 100_000.0))
    place.charger.import_kwh += jump_kwh

    def end() -> None:
        place.charger.import_kwh -= jump_kwh

    return end


def _reboot(place: Place, _chance: random.Random) -> Callable[[], None]:
    place.board.reboot()
    return lambda: None


def _board_of(place: Place) -> Bus | None:
    return place.board.bus


def _meters_of(place: Place) -> Bus | None:
    return place.meters


FAULTS = (
    LineFault("bit errors at the meters", Hits.NOTHING, _SHORT, _meter_wire(flips=0.3)),
    LineFault("nearly only bit errors", Hits.METER, _LONG, _meter_wire(flips=0.97)),
    LineFault("half frames at the meters", Hits.NOTHING, _SHORT, _meter_wire(halves=0.3)),
    LineFault(
        "lost and repeated answers", Hits.NOTHING, _SHORT, _meter_wire(losses=0.3, doubles=0.3)
    ),
    LineFault("bytes before the answers", Hits.NOTHING, _SHORT, _meter_wire(junk=0.5)),
    LineFault("late answers", Hits.METER, _SHORT, _meter_wire(late=10**6, late_s=0.3)),
    LineFault("a babbling party", Hits.METER, (3.0, 16.0), _babbling),
    LineFault("another master", Hits.NOTHING, (3.0, 16.0), _another_master),
    LineFault("meters' adapter pulled out", Hits.METER, (2.0, 16.0), _pulled_out(_meters_of)),
    LineFault("silent meter", Hits.METER, _LONG, _meter_gone),
    LineFault("frozen meter", Hits.METER, _LONG, _house_meter(frozen=True)),
    LineFault("meter turned round", Hits.TRUTH, _SHORT, _house_meter(turned=frozenset({1, 2, 3}))),
    LineFault("meter shows far too much", Hits.TRUTH, (0.3, 1.0), _jump),
    LineFault("meter's register back to nothing", Hits.NOTHING, _SHORT, _register_back),
    LineFault("meter's register jumps", Hits.NOTHING, (0.5, 3.0), _register_jump),
    LineFault("bit errors at the board", Hits.NOTHING, _SHORT, _board_wire(flips=0.3)),
    LineFault("half frames at the board", Hits.NOTHING, _SHORT, _board_wire(halves=0.3)),
    LineFault("lost answers of the board", Hits.NOTHING, _SHORT, _board_wire(losses=0.3)),
    LineFault("only rubbish from the board", Hits.BOARD, _LONG, _board_wire(flips=1.0)),
    LineFault("silent board", Hits.BOARD, _LONG, _board_wire(silent=True)),
    LineFault("board's adapter pulled out", Hits.BOARD, (2.0, 16.0), _pulled_out(_board_of)),
    LineFault("board restarts", Hits.BOARD, (1.6, 2.0), _reboot),
)
