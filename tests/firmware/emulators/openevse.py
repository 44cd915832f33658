"""An OpenEVSE board behind a pseudo terminal, with a vehicle at its cable.

`with openevse() as board:` serves `board.tty` from a thread of its own, for drivers in this process
or in another. Frames and behaviour: OpenEVSE firmware 8.2.3 (rapi_proc.cpp,
J1772EvseController.cpp), stock build without limits and authorization lock.
"""

import contextlib
import os
import random
import select
import threading
import time
import tty
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from evse.core.pilot import duty_percent
from evse.simulation.car import Car, CarState, plugged_in, step

UNKNOWN, A, B, C, D = range(5)
SLEEPING, DISABLED = 0xFE, 0xFF
HARD_FAULT, GROUND_TRIPPED, RELAY, GFI_TRIPPED, CONNECTED = 0x02, 0x20, 0x40, 0x80, 0x100
TOLD_FLAGS = 0x0008 | 0x0100 | 0x0010 | 0x2000 | 0x0002
"""Their changes are told by $AT."""
LEVEL_2, AUTO_LEVEL_OFF = 0x0001, 0x0020

MINIMUM_A = 6
LEVEL_1_A = 16
DEBOUNCE_S, DEBOUNCE_A_S = 0.250, 0.025
RELEASE_S = 3.0
HOT = 650
"""Tenths of °C: half the current."""
EAGER = Car(start_delay_s=0.1, reaction_s=0.1, ramp_up_a_per_s=200.0, ramp_down_a_per_s=200.0)
"""A vehicle for quick tests: it hears the pilot at once."""


class Pilot(Enum):
    HIGH = "+12 V"
    LOW = "-12 V"
    PWM = "PWM"


@dataclass
class Eeprom:
    """What survives a restart. `heartbeat` is interval in s and fallback in A."""

    current_a: int = 32
    flags: int = LEVEL_2 | AUTO_LEVEL_OFF
    heartbeat: tuple[int, int] = (0, 0)
    trips: list[int] = field(default_factory=lambda: [0, 0, 0])
    writes: int = 0


Switches = dict[str, bool | int]


@dataclass
class Line:
    """What is wrong with the serial line between `begin` and `end`.

    `switches`: `silent` True; or noise_every, lose_every, late_every, cut_every, wrong_every n:
    each n-th answer is hit. A late answer comes after `late_s` of real time.
    """

    switches: Switches = field(default_factory=dict)
    late_s: float = 0.7
    bad: bool = False

    def begin(self, **switches: bool | int) -> None:
        """From now on, with other `switches` if there are any."""
        self.switches, self.bad = switches or self.switches, True

    def end(self) -> None:
        self.bad = False

    @property
    def silent(self) -> bool:
        return self.bad and bool(self.switches.get("silent"))

    def hits(self, what: str, number: int) -> bool:
        """Whether the answer of this number is to suffer `what`."""
        every = self.switches.get(f"{what}_every", 0)
        return self.bad and bool(every) and number % every == 0


class Board:
    """The board itself: stepped by time, asked by lines; `say` sends a frame to the host."""

    def __init__(self, say: Callable[[str], None], firmware: str, rapi: str, boot_s: float) -> None:
        self.say = say
        self.firmware, self.rapi, self.boot_s = firmware, rapi, boot_s
        self.eeprom = Eeprom()
        self.hardware_a = 80
        self.temperatures = [312, -2560, -2560]
        self.missing: set[str] = set()
        self.fault: int | None = None
        self.car = EAGER
        self.car_state = CarState()
        self.now_s = 0.0
        self.boot()

    def boot(self) -> None:
        """Power-up: everything volatile is lost."""
        self.state = self.pilot_field = UNKNOWN
        self.pilot = Pilot.HIGH
        self.relay = self.hard_fault = self.tripped = False
        self.flags = 0
        self.amps = self.eeprom.current_a
        self.trigger = 0
        self.echo = False
        self.hot = False
        self.locked, self.lock_mode = False, "A"
        self.booted_at_s: float | None = self.now_s + self.boot_s
        self.slept_at_s = self.closed_at_s = self.pulsed_at_s = self.now_s
        self.seen = {"state": (UNKNOWN, self.now_s), "pilot": (UNKNOWN, self.now_s)}
        self.told: tuple[int, ...] = ()
        self.tell(force=True)

    # ------------------------------------------------------------- its turns

    @property
    def vflags(self) -> int:
        return (
            self.flags
            | (RELAY if self.relay else 0)
            | (HARD_FAULT if self.hard_fault else 0)
            | (GFI_TRIPPED if self.tripped else 0)
        )

    @property
    def duty_percent(self) -> float:
        if self.pilot is Pilot.PWM:
            return duty_percent(float(self.amps))
        return 100.0 if self.pilot is Pilot.HIGH else 0.0

    def turn(self, now_s: float) -> None:
        """One turn of its loop, at `now_s`."""
        volts = (230.0,) * 3 if self.relay else (0.0,) * 3
        dt_s, self.now_s = now_s - self.now_s, now_s
        self.car_state = step(self.car, self.car_state, self.duty_percent, volts, now_s, dt_s)
        if self.booted_at_s is not None:
            if now_s >= self.booted_at_s:
                self.booted_at_s = None
                self.say(f"AB {self.state:02x} {self.firmware}")
                self.pulsed_at_s = now_s
            return
        if self.hard_fault:
            if self.pilot is not Pilot.LOW and not self.car_state.plugged:
                self.hard_fault, self.state, self.fault = False, UNKNOWN, None
            return
        if self.state == DISABLED:
            return
        self.flags = CONNECTED if self.car_state.plugged else 0
        if self.state == SLEEPING:
            self._sleep()
        else:
            self._look()
            self._supervise()
            self._throttle()
        self.tell()

    def _sleep(self) -> None:
        charging = self._seen_level() in (C, D)
        over = self.now_s - self.slept_at_s >= RELEASE_S
        if self.relay and (not charging or self.car_state.current_a <= 1.0 or over):
            self.relay = False

    def _seen_level(self) -> int:
        if not self.car_state.plugged:
            return A
        if not self.car_state.s2_closed:
            return B
        return D if self.car.ventilation else C

    def _look(self) -> None:
        """State A, B, C from the pilot, each after its debounce; faults at once."""
        before = self.state
        if self.fault is not None:
            self.state = self.fault
            if before != self.fault:
                self._trip(self.fault)
            return
        if before > D:
            self.pilot, self.state, before = Pilot.HIGH, UNKNOWN, UNKNOWN
        level = self._seen_level()
        state = B if level == C and self.pilot is not Pilot.PWM else level
        if self._lasted("state", state, DEBOUNCE_A_S if state == A else DEBOUNCE_S):
            self.state = state
        if self._lasted("pilot", level, DEBOUNCE_S) or self.state != before:
            self.pilot_field = level
        if self.state != before:
            self._enter()

    def _lasted(self, what: str, value: int, hold_s: float) -> bool:
        last, since_s = self.seen[what]
        if last != value:
            self.seen[what] = (value, self.now_s)
            return False
        return self.now_s - since_s >= hold_s

    def _enter(self) -> None:
        self.relay = self.state == C
        self.pilot = Pilot.PWM if self.state in (B, C) else Pilot.HIGH
        self.hard_fault = self.state == D
        if self.state == C:
            self.closed_at_s = self.now_s

    def _trip(self, fault: int) -> None:
        self.relay, self.pilot = False, Pilot.HIGH
        self.hard_fault = fault in (0x05, 0x09, 0x0A, 0x0B)
        self.tripped = self.tripped or fault == 0x06
        counter = {0x06: 0, 0x07: 1, 0x08: 2}.get(fault)
        if counter is not None:
            self.eeprom.trips[counter] += 1

    def _supervise(self) -> None:
        interval_s, fallback_a = self.eeprom.heartbeat
        if interval_s and self.now_s - self.pulsed_at_s > (interval_s * 1000 % 65536) / 1000:
            self.amps = min(self.amps, max(MINIMUM_A, fallback_a))
            self.trigger = 2
            self.pulsed_at_s = self.now_s

    def _throttle(self) -> None:
        hot = max(self.temperatures) >= (620 if self.hot else HOT)
        if hot != self.hot:
            self.amps = max(MINIMUM_A, self.eeprom.current_a // 2) if hot else self.eeprom.current_a
        self.hot = hot

    def tell(self, *, force: bool = False) -> None:
        """$AT, when something of it changed and it does not contradict itself."""
        connected = bool(self.flags & CONNECTED)
        contradicts = (self.state == A and connected) or (self.state in (B, C) and not connected)
        told = (self.state, self.pilot_field, self.amps, self.vflags & TOLD_FLAGS)
        if force or (self.state != UNKNOWN and not contradicts and told != self.told):
            self.say(f"AT {self.state:02x} {self.pilot_field:02x} {self.amps} {self.vflags:04x}")
            self.told = told

    # ------------------------------------------------------------ its answers

    def answer(self, line: str) -> None:
        """Take a line from `$` to before CR."""
        if self.booted_at_s is not None:
            return
        tokens = _tokens(line)
        if tokens is None:
            self.say("NK")
            return
        sequence = 0
        if len(tokens) > 1 and tokens[-1].startswith(":"):
            sequence = int(tokens.pop()[1:3] or "0", 16)
        ok, values = self._command(tokens[0], tokens[1:])
        words = ["OK" if ok else "NK", *([values] if values else [])]
        if sequence:
            words.append(f":{sequence:02X}")
        self.say(" ".join(words))
        if not self.hard_fault:
            self.tell()

    def _command(self, head: str, values: list[str]) -> tuple[bool, str]:
        newer = head in _SINCE_RAPI_6 and int(self.rapi.split(".")[0]) < 6
        if newer or head in self.missing:
            return False, ""
        if head in _QUESTIONS and not values:
            return True, _QUESTIONS[head](self)
        name = f"_{head.lower()}"
        handler = getattr(self, name, None) if head in _ORDERS else None
        return handler(values) if handler else (False, "")

    def _fe(self, values: list[str]) -> tuple[bool, str]:
        if self.state in (SLEEPING, DISABLED):
            self.state, self.pilot = UNKNOWN, Pilot.HIGH
            self.seen["state"] = (UNKNOWN, self.now_s)
        return True, ""

    def _fd(self, values: list[str]) -> tuple[bool, str]:
        self.state, self.pilot, self.relay = DISABLED, Pilot.LOW, False
        return True, ""

    def _fs(self, values: list[str]) -> tuple[bool, str]:
        if self.state != SLEEPING:
            self.state, self.pilot, self.slept_at_s = SLEEPING, Pilot.HIGH, self.now_s
        return True, ""

    def _fr(self, values: list[str]) -> tuple[bool, str]:
        self.boot()
        return True, ""

    def _sc(self, values: list[str]) -> tuple[bool, str]:
        if not 1 <= len(values) <= 2:
            return False, ""
        amps, volatile = int(values[0]), len(values) == 2
        if self.hot and amps > self.amps:
            return False, str(self.amps)
        most_a = self.eeprom.current_a if volatile else self.maximum_a
        self.amps = max(MINIMUM_A, min(amps, most_a))
        if not volatile:
            self.eeprom.current_a = self.amps
            self.eeprom.writes += 1
        return self.amps == amps, str(self.amps)

    @property
    def maximum_a(self) -> int:
        return self.hardware_a if self.eeprom.flags & LEVEL_2 else LEVEL_1_A

    def _sl(self, values: list[str]) -> tuple[bool, str]:
        if values not in (["1"], ["2"], ["A"]):
            return False, ""
        if values == ["A"]:
            self.eeprom.flags &= ~AUTO_LEVEL_OFF
        else:
            level_2 = LEVEL_2 if values == ["2"] else 0
            self.eeprom.flags = self.eeprom.flags & ~LEVEL_2 | level_2 | AUTO_LEVEL_OFF
            self.amps = min(self.eeprom.current_a, self.maximum_a)
        self.eeprom.writes += 1
        return True, ""

    def _sy(self, values: list[str]) -> tuple[bool, str]:
        ok = True
        if not values:
            ok = self.trigger != 2
            self.pulsed_at_s = self.now_s
        elif len(values) == 1:
            ok = values == ["165"]
            if ok and self.trigger == 2:
                ok = self._restore()
                self.trigger = 1 if ok else 2
        else:
            heartbeat = (int(values[0]), int(values[1]))
            if heartbeat[0] == 0 and self.trigger:
                ok = self._restore()
            self.eeprom.writes += heartbeat != self.eeprom.heartbeat
            self.eeprom.heartbeat, self.trigger, self.pulsed_at_s = heartbeat, 0, self.now_s
        return ok, self.heartbeat

    def _restore(self) -> bool:
        if not self.hot:
            self.amps = self.eeprom.current_a
        return not self.hot

    @property
    def elapsed_s(self) -> int:
        return int(self.now_s - self.closed_at_s) if self.relay else 0

    @property
    def current_ma(self) -> int:
        return round(self.car_state.current_a * 1000) if self.relay else 0

    @property
    def heartbeat(self) -> str:
        return f"{self.eeprom.heartbeat[0]} {self.eeprom.heartbeat[1]} {self.trigger}"

    def _ff(self, values: list[str]) -> tuple[bool, str]:
        bits = {"D": 0x02, "V": 0x04, "G": 0x08, "R": 0x10, "F": 0x200, "T": 0x400, "B": 0x8000}
        if len(values) != 2 or values[1] not in "01" or values[0] not in (*bits, "E"):
            return False, ""
        if values[0] == "E":
            self.echo = True  # the firmware's own mistake: also by 0
        else:
            off = bits[values[0]] if values[1] == "0" else 0
            self.eeprom.flags = self.eeprom.flags & ~bits[values[0]] | off
            self.eeprom.writes += 1
        return True, ""

    def _s5(self, values: list[str]) -> tuple[bool, str]:
        if values in (["A"], ["M"]):
            self.lock_mode = values[0]
            return True, ""
        if self.lock_mode != "M" or values not in (["0"], ["1"]):
            return False, ""
        self.locked = values == ["1"]
        return True, ""

    def _accept(self, values: list[str]) -> tuple[bool, str]:
        return bool(values), ""

    def _fc(self, values: list[str]) -> tuple[bool, str]:
        self.eeprom.trips = [0, 0, 0]
        return True, ""

    _sr = _fo = _f0 = _fb = _fp = _sv = _sk = _st = _s1 = _accept


_SINCE_RAPI_6 = frozenset({"GZ", "GR", "SR", "FC", "FO"})
_ORDERS = (
    _SINCE_RAPI_6
    | frozenset({"FE", "FD", "FS", "FR", "FF", "F0", "FB", "FP"})
    | frozenset({"SC", "SL", "SY", "SV", "SK", "ST", "S1", "S5"})
)
"""All others, as $S3 $SH $S4 $SB $S2 $T0, are answered NK in stock builds."""

_QUESTIONS: dict[str, Callable[[Board], str]] = {
    "GS": lambda b: f"{b.state:02x} {b.elapsed_s} {b.pilot_field:02x} {b.vflags:04x}",
    "GG": lambda b: f"{b.current_ma} 240000",
    "GU": lambda b: f"{round(b.car_state.taken_wh * 3600)} {round(b.car_state.taken_wh)}",
    "GE": lambda b: f"{b.amps} {b.eeprom.flags:04x}",
    "GC": lambda b: f"{MINIMUM_A} {b.maximum_a} {b.amps} {min(b.eeprom.current_a, b.maximum_a)}",
    "GF": lambda b: " ".join(f"{count:x}" for count in b.eeprom.trips),
    "GP": lambda b: " ".join(map(str, b.temperatures)),
    "GT": lambda b: "165 165 165 165 165 85",
    "GV": lambda b: f"{b.firmware} {b.rapi}",
    "G0": lambda b: "2" if b.pilot is Pilot.LOW else str(int(bool(b.flags & CONNECTED))),
    "GD": lambda b: "0 0 0 0",
    "GY": lambda b: b.heartbeat,
    "GA": lambda b: "220 0",
    "G5": lambda b: f"{int(b.locked)} {b.lock_mode}",
    "GZ": lambda b: "5000 1000",
    "GR": lambda b: "1 1 0",
}


def xor(text: str) -> str:
    value = 0
    for character in text:
        value ^= ord(character)
    return f"{value:02X}"


def _tokens(line: str) -> list[str] | None:
    """The tokens of a line; None when its checksum is wrong or they are too many."""
    for index, mark in enumerate(line):
        if mark in "^*":
            text, digits = line[:index], line[index + 1 : index + 3]
            right = xor(text) if mark == "^" else f"{sum(map(ord, text)) & 0xFF:02X}"
            if digits.upper() != right:
                return None
            line = text
            break
    tokens = line[1:].split(" ")
    return tokens if len(tokens) <= 10 else None


class OpenEvse:
    """The board, its serial line and the thread between them. Methods may be called anywhere."""

    def __init__(self, *, firmware: str, rapi: str, boot_s: float, speed: float) -> None:
        self.line = Line()
        self.requests: list[str] = []
        self._random = random.Random(1)
        self._lock = threading.RLock()
        self._stop = threading.Event()
        self._received = ""
        self._answers = 0
        self._outgoing: list[tuple[float, bytes]] = []
        self.board = Board(self._say, firmware, rapi, boot_s)
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.tty = os.ttyname(self._slave)
        self._started_s = time.monotonic()
        self.speed = speed

    # -------------------------------------------------------------- the world

    def plug(self, car: Car = EAGER) -> None:
        with self._lock:
            self.board.car, self.board.car_state = car, plugged_in(self.board.now_s)

    def unplug(self) -> None:
        with self._lock:
            self.board.car_state = CarState()

    def reboot(self) -> None:
        """The watchdog restarts the board."""
        with self._lock:
            self.board.boot()

    def trip(self, fault: int | None) -> None:
        """Bring a fault state about; None ends it."""
        with self._lock:
            self.board.fault = fault

    def heat(self, tenths_c: int) -> None:
        with self._lock:
            self.board.temperatures[0] = tenths_c

    @property
    def current_a(self) -> float:
        """What the vehicle draws per phase, A."""
        return self.board.car_state.current_a

    # ------------------------------------------------------------ serial line

    def _say(self, frame: str) -> None:
        """Send a frame, as well as the line can."""
        line, text = self.line, f"${frame}"
        if line.silent:
            return
        self._answers += 1

        number = self._answers
        if line.hits("lose", number):
            return
        if line.hits("wrong", number) and frame.startswith(("OK", "NK")):
            last = frame.rsplit(" ", maxsplit=1)[-1]
            text = f"$OK zz -1{f' {last}' if last.startswith(':') else ''}"
        data = f"{text}^{xor(text)}\r".encode()
        if line.hits("cut", number):
            data = data[: len(data) // 2]
        if line.hits("noise", number):
            spot = self._random.randrange(len(data))
            junk = bytes(self._random.randrange(256) for _ in range(8))
            data = junk + data[:spot] + bytes([data[spot] ^ 0x20]) + data[spot + 1 :]
        late_s = line.late_s if line.hits("late", number) else 0.0
        self._outgoing.append((time.monotonic() + late_s, data))

    def _take(self, data: bytes) -> None:
        for character in data.decode("latin-1"):
            if character == "$":
                self._received = character
            elif self._received and character == "\r":
                line, self._received = self._received, ""
                self.requests.append(line[1:].split("^")[0].split(" :")[0])
                if self.board.echo:
                    self._outgoing.append((0.0, f"{line}\r".encode()))
                self.board.answer(line)
            elif self._received:
                self._received += character
                if len(self._received) > 31:
                    self._received = ""

    def serve(self) -> None:
        """Turns of 5 ms until `close`."""
        while not self._stop.is_set():
            ready, _, _ = select.select([self._master], [], [], 0.005)
            data = os.read(self._master, 1024) if ready else b""
            with self._lock:
                self.board.turn((time.monotonic() - self._started_s) * self.speed)
                if not self.line.silent:
                    self._take(data)
                now_s = time.monotonic()
                due = [data for at_s, data in self._outgoing if at_s <= now_s]
                self._outgoing = [item for item in self._outgoing if item[0] > now_s]
            for data in due:
                with contextlib.suppress(BlockingIOError):  # nobody reads: lost, as on a wire
                    os.write(self._master, data)

    def close(self) -> None:
        self._stop.set()

    def release(self) -> None:
        os.close(self._master)
        os.close(self._slave)


@contextlib.contextmanager
def openevse(
    *,
    firmware: str = "8.2.3.EU",
    rapi: str = "5.2.1",
    boot_s: float = 0.3,
    speed: float = 1.0,
) -> Iterator[OpenEvse]:
    """A board that serves its `tty` until the end of the context.

    `boot_s`: how long it is silent after a (re)start. `speed`: seconds of board and vehicle in one
    real second; the line's delays are real.
    """
    device = OpenEvse(firmware=firmware, rapi=rapi, boot_s=boot_s, speed=speed)
    thread = threading.Thread(target=device.serve, daemon=True)
    thread.start()
    try:
        yield device
    finally:
        device.close()
        thread.join(timeout=5)
        device.release()
