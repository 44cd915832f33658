"""Groups of real `evse` processes on one supply, and what each of them does, sample by sample.

    with group_of(3, rs485, folder) as group:
        group.start_all()
        story = show(group)          # cars come, a wallbox dies, a wire is cut, the master dies
        group.samples                # what was offered and drawn, twice a second

The wires:

RS-485  pseudo terminals on a `LineHub`; a cut takes a wallbox off the line.
CAN     python-can's `udp_multicast`. Its channels on one computer cannot be parted (it binds to
        every address), so here a cut is `evse sharing quiet`: the wallbox closes its bus.
LAN     each wallbox has a multicast group of its own and a switch carries the datagrams between
        them; a cut takes a wallbox's cable out of the switch. Its program does not see it.

A killed wallbox cannot be asked any more. What it offered last counts for as long as a board
follows a dead computer, and what its car drew until that has had its time to follow.
"""

import contextlib
import random
import secrets
import select
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from evse.core.timing import COMMAND_LEASE_S, EV_FOLLOW_S
from evse.settings.sharing import FOLLOWS, LEADS
from evse.sharing.leases import OVER_S
from evse.sharing.messages import LEASE_S
from evse.sharing.pairing import code_of, new_key
from scripts.harness.wallbox import Wallbox
from tests.firmware.emulators.line_hub import LineHub, line_hub

MASTER = 1
LIMIT_A = 32.0
SAMPLE_S = 0.4
"""Between two rounds of questions to all wallboxes; a question costs each some milliseconds."""

_STARTING = threading.BoundedSemaphore(2)
"""A start is a second's work for a core; of more at once all are late."""

COMES_S = 45.0
"""Within this a car is charging after it came, s: a master's start, others' cars that let go, and a
computer that has too much to do."""

LATE_S = 2.0
"""Beyond the time that is stated for something, s: the last report before it, a sample, and a slow
computer."""

SETTINGS: dict[str, object] = {
    "ocpp.url": "",
    "sharing.limit_a": LIMIT_A,
    "loadmanagement.dlb_function": "Disable",
    "authorization.free_charging": True,
    "authorization.rfid_reader": False,
    "simulation.house": "quiet",
}


class Wires(Protocol):
    """What connects the wallboxes."""

    def connection(self, unit: int) -> str:
        """The setting `sharing.connection` of a unit."""

    def cut(self, wallbox: Wallbox, unit: int, off: bool) -> None:
        """Cut the wires of a unit, or mend them."""


MakesWires = Callable[[int], AbstractContextManager[Wires]]
"""The wires for so many units."""


@dataclass(frozen=True, slots=True)
class Sample:
    """All wallboxes at an instant, s after the start. In the order of the units: offered A, what
    the car draws in its fullest phase, A, and the limiting source; "dead" after its death."""

    at_s: float
    offered_a: tuple[float, ...]
    drawn_a: tuple[float, ...]
    source: tuple[str, ...]

    @property
    def charging(self) -> int:
        """How many are offered something."""
        return sum(amps > 0 for amps in self.offered_a)


@dataclass
class Group:
    """Wallboxes 1 … `units`. `events`: what was done, and when, s after the start. `sampled` is
    told each sample; they are `sample_s` apart."""

    wallboxes: dict[int, Wallbox]
    wires: Wires
    sample_s: float = SAMPLE_S
    sampled: Callable[[Sample], None] = lambda _sample: None
    samples: list[Sample] = field(default_factory=list)
    events: list[tuple[float, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._began_s = time.monotonic()
        self._died_at_s: dict[int, float] = {}
        self._last: dict[int, tuple[float, float]] = dict.fromkeys(self.wallboxes, (0.0, 0.0))
        self._due_s = 0.0

    @property
    def now_s(self) -> float:
        """Seconds after the start."""
        return time.monotonic() - self._began_s

    # ------------------------------------------------------------------- what is done

    def start_all(self) -> None:
        """Start every wallbox; the time begins when all answer."""
        with ThreadPoolExecutor() as pool:
            list(pool.map(_start, self.wallboxes.values()))
        self._began_s = time.monotonic()

    def start(self, unit: int) -> float:
        """Start one again; when that was."""
        at_s = self._note(f"wallbox {unit} starts again")
        _start(self.wallboxes[unit])
        self._died_at_s.pop(unit, None)
        return at_s

    def kill(self, unit: int) -> float:
        """`kill -9`; when that was."""
        at_s = self._note(f"wallbox {unit} is killed")
        self.wallboxes[unit].kill()
        self._died_at_s[unit] = at_s
        return at_s

    def cut(self, unit: int) -> float:
        """Cut the wires of one; when that was."""
        at_s = self._note(f"wire of {unit} is cut")
        self.wires.cut(self.wallboxes[unit], unit, True)
        return at_s

    def mend(self, unit: int) -> float:
        """Connect one again; when that was."""
        at_s = self._note(f"wire of {unit} is mended")
        self.wires.cut(self.wallboxes[unit], unit, False)
        return at_s

    def plug(self, unit: int, **car: object) -> float:
        """A car that takes 32 A comes; when that was."""
        at_s = self._note(f"car at {unit}")
        self.wallboxes[unit].request(command="plug", **{"max_a": 32, **car})
        return at_s

    def _note(self, event: str) -> float:
        at_s = self.now_s
        self.events.append((at_s, event))
        return at_s

    # ------------------------------------------------------------------- what is seen

    def sample(self) -> Sample:
        """Ask everybody, at most each `sample_s`."""
        time.sleep(max(0.0, self._due_s - self.now_s))
        self._due_s = self.now_s + self.sample_s
        seen = [self._ask(unit) for unit in self.wallboxes]
        offered_a, drawn_a, source = zip(*seen, strict=True)
        sample = Sample(self.now_s, offered_a, drawn_a, source)
        self.samples.append(sample)
        self.sampled(sample)
        return sample

    def _ask(self, unit: int) -> tuple[float, float, str]:
        if unit in self._died_at_s:
            since_s = self.now_s - self._died_at_s[unit]
            offered_a, drawn_a = self._last[unit]
            return (
                offered_a if since_s < COMMAND_LEASE_S else 0.0,
                drawn_a if since_s < COMMAND_LEASE_S + EV_FOLLOW_S else 0.0,
                "dead",
            )
        status = self.wallboxes[unit].request(command="status")
        connector = status["connectors"]["1"]
        self._last[unit] = connector["offered_a"], max(status["world"]["connectors"]["1"]["car_a"])
        return *self._last[unit], connector["limited_by"]

    def until(self, seen: Callable[[Sample], bool], what: str, within_s: float) -> float:
        """Look until something is seen; when that was. AssertionError when it is not in time."""
        began_s = self.now_s
        while not seen(sample := self.sample()):
            assert sample.at_s < began_s + within_s, (
                f"{what}: not within {within_s:.0f} s; {sample}; {self._logs()}"
            )
        return sample.at_s

    def look(self, seconds: float) -> None:
        """Look for so long."""
        end_s = self.now_s + seconds
        while self.sample().at_s < end_s:
            pass

    def between(self, from_s: float, until_s: float) -> list[Sample]:
        """The samples of this time."""
        return [sample for sample in self.samples if from_s <= sample.at_s < until_s]

    def _logs(self) -> str:
        return "\n".join(wallbox.log_end(600) for wallbox in self.wallboxes.values())


def _start(wallbox: Wallbox) -> None:
    with _STARTING:
        wallbox.start()


# ------------------------------------------------------------------- the show


@dataclass(frozen=True, slots=True)
class Story:
    """When what happened, s after the start. `victim`: the member that was killed; `shares_a`: what
    all were offered then."""

    victim: int
    shares_a: tuple[float, ...]
    killed_s: float
    given_s: float
    cut_s: float
    fallen_s: float
    master_killed_s: float
    all_fallen_s: float
    back_s: float


CUT = 2
"""Whose wire is cut."""


def show(group: Group) -> Story:
    """Cars come one after the other; a member is killed, a wire cut, the master killed; and each
    time it gets well again. AssertionError when something does not happen in time."""
    units = len(group.wallboxes)
    _cars_come(group, units)
    at_once = min(units, int(LIMIT_A // 6))
    victim = max(unit for unit, amps in enumerate(group.sample().offered_a, 1) if amps > 0)
    group.look(3.0)
    shares_a = group.samples[-1].offered_a
    killed_s = group.kill(victim)

    def given(sample: Sample) -> bool:
        others_a = [amps for unit, amps in enumerate(sample.offered_a, 1) if unit != victim]
        return sum(others_a) >= sum(shares_a) - 1.0

    given_s = group.until(given, "its share goes to the others", OVER_S + COMES_S)
    group.look(2.0)
    group.start(victim)
    if units == 2:
        group.until(lambda sample: sample.charging == 2, "it charges again", COMES_S)
        group.look(2.0)
    cut_s = group.cut(CUT)
    fallen_s = group.until(_alone(CUT), "the cut one falls", LEASE_S + COMES_S)
    group.look(2.0)
    group.mend(CUT)
    group.until(lambda sample: sample.source[CUT - 1] == "sharing", "it is heard again", COMES_S)
    group.until(lambda sample: sample.charging == at_once, "all charge again", COMES_S)
    group.look(2.0)
    master_killed_s = group.kill(MASTER)
    members = range(2, units + 1)
    all_fallen_s = group.until(_alone(*members), "all members fall", LEASE_S + COMES_S)
    group.look(3.0)
    group.start(MASTER)
    back_s = group.until(lambda sample: sample.charging == at_once, "all are back", COMES_S)
    group.look(4.0)
    return Story(
        *(victim, shares_a, killed_s, given_s),
        *(cut_s, fallen_s, master_killed_s, all_fallen_s, back_s),
    )


def _cars_come(group: Group, units: int) -> None:
    """32, 16, 10 A (ETEK 5.8.1.3); the others all at once."""
    for cars in range(1, min(units, 3) + 1):
        share_a = LIMIT_A / cars
        group.plug(cars)
        group.until(_has(share_a, cars), f"{cars} cars have {share_a:.1f} A", COMES_S)
        group.look(2.0)
    for unit in range(4, units + 1):
        group.plug(unit)
    at_once = min(units, int(LIMIT_A // 6))
    group.until(lambda sample: sample.charging == at_once, "as many charge as can", COMES_S)


SHOWS: dict[str, tuple[int, str]] = {
    "rs485-2": (2, "rs485"),
    "rs485-3": (3, "rs485"),
    "rs485-8": (8, "rs485"),
    "can-3": (3, "can"),
    "lan-3": (3, "lan"),
}
"""The shows by name: how many wallboxes, on which of WIRES."""


def shows(folder: Path, names: Sequence[str] = tuple(SHOWS)) -> dict[str, tuple[Group, Story]]:
    """All of these shows at the same time: they wait, and need little of the computer."""

    def run(name: str) -> tuple[Group, Story]:
        units, wires = SHOWS[name]
        with group_of(units, WIRES[wires], folder / name) as group:
            group.start_all()
            return group, show(group)

    with ThreadPoolExecutor(len(names)) as pool:
        return dict(zip(names, pool.map(run, names), strict=True))


def _has(share_a: float, cars: int) -> Callable[[Sample], bool]:
    def seen(sample: Sample) -> bool:
        return all(abs(amps - share_a) < 0.2 for amps in sample.offered_a[:cars])

    return seen


def _alone(*units: int) -> Callable[[Sample], bool]:
    """These have lost their master and offer the agreed share, nothing."""

    def seen(sample: Sample) -> bool:
        return all(
            sample.offered_a[unit - 1] == 0 and sample.source[unit - 1] == "sharing_lost"
            for unit in units
        )

    return seen


# ------------------------------------------------------------------- the wires


@dataclass
class Rs485:
    """A line of pseudo terminals."""

    hub: LineHub

    def connection(self, unit: int) -> str:
        return f"serial:{self.hub.stations[unit - 1].path}?baudrate=115200"

    def cut(self, wallbox: Wallbox, unit: int, off: bool) -> None:
        self.hub.stations[unit - 1].cut = off


@contextlib.contextmanager
def rs485(units: int) -> Iterator[Wires]:
    """A line of so many parties."""
    with line_hub(units) as hub:
        yield Rs485(hub)


@dataclass
class Can:
    """A bus of python-can; `group` is its multicast address."""

    group: str

    def connection(self, unit: int) -> str:
        return f"can:udp_multicast/{self.group}"

    def cut(self, wallbox: Wallbox, unit: int, off: bool) -> None:
        wallbox.request(command="sharing-quiet", minutes=60 if off else 0)


@contextlib.contextmanager
def can(units: int) -> Iterator[Wires]:
    """A virtual CAN bus."""
    yield Can(f"239.74.{_octet()}.{_octet()}")


class Switch:
    """Carries datagrams between the multicast groups of the wallboxes; a thread does it.

    `loses`, `doubles`, `delays`: the chance of each datagram at each wallbox; one is late by up to
    `late_s`, so that others overtake it. `carried` are the last datagrams.
    """

    def __init__(self, units: int) -> None:
        network = f"239.255.{_octet()}"
        self.groups = {unit: f"{network}.{unit}" for unit in range(1, units + 1)}
        self.port = 20_000 + secrets.randbelow(20_000)
        self.pulled: set[int] = set()
        self.loses = self.doubles = self.delays = 0.0
        self.late_s = 3.0
        self.carried: deque[bytes] = deque(maxlen=500)
        self._late: list[tuple[float, int, bytes]] = []
        self._random = random.Random(1)
        self._over = False
        self._listening = {unit: self._joined(group) for unit, group in self.groups.items()}
        self._speaking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._speaking.bind(("", 0))
        self._thread = threading.Thread(target=self._run, name="switch", daemon=True)

    def connection(self, unit: int) -> str:
        return f"lan:{self.groups[unit]}:{self.port}"

    def cut(self, wallbox: Wallbox, unit: int, off: bool) -> None:
        (self.pulled.add if off else self.pulled.discard)(unit)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over = True
        self._thread.join(5.0)
        for each in (*self._listening.values(), self._speaking):
            each.close()

    def _joined(self, group: str) -> socket.socket:
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        opened.bind((group, self.port))
        anywhere = struct.pack("4sI", socket.inet_aton(group), socket.INADDR_ANY)
        opened.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, anywhere)
        return opened

    def _run(self) -> None:
        ours = self._speaking.getsockname()[1]
        units = {opened: unit for unit, opened in self._listening.items()}
        while not self._over:
            for opened in select.select(list(units), [], [], 0.02 if self._late else 0.1)[0]:
                datagram, (_, port) = opened.recvfrom(2048)
                if port != ours:
                    self._carry(units[opened], datagram)
            now_s = time.monotonic()
            due = [each for each in self._late if each[0] <= now_s]
            self._late = [each for each in self._late if each[0] > now_s]
            for _, unit, datagram in due:
                self.say(unit, datagram)

    def say(self, unit: int, datagram: bytes) -> None:
        """Let a wallbox hear something, unless its cable is pulled."""
        if unit not in self.pulled:
            self._speaking.sendto(datagram, (self.groups[unit], self.port))

    def _carry(self, sender: int, datagram: bytes) -> None:
        if sender in self.pulled:
            return
        self.carried.append(datagram)
        happens, now_s = self._random.random, time.monotonic()
        for unit in self.groups.keys() - {sender}:
            if happens() < self.loses:
                continue
            for _ in range(1 + (happens() < self.doubles)):
                if happens() < self.delays:
                    late = now_s + self._random.uniform(0, self.late_s), unit, datagram
                    self._late.append(late)
                else:
                    self.say(unit, datagram)


@contextlib.contextmanager
def lan(units: int) -> Iterator[Wires]:
    """A network with a switch."""
    switch = Switch(units)
    switch.start()
    try:
        yield switch
    finally:
        switch.stop()


def _octet() -> int:
    """Of an address which tests that run at the same time do not share."""
    return secrets.randbelow(250) + 1


WIRES: dict[str, MakesWires] = {"rs485": rs485, "can": can, "lan": lan}


@contextlib.contextmanager
def group_of(
    units: int, makes_wires: MakesWires, folder: Path, **master: object
) -> Iterator[Group]:
    """A group, not started. `master`: further settings of the master, dots as two underscores."""
    key = code_of(new_key())
    with makes_wires(units) as wires:
        wallboxes = {}
        for unit in range(1, units + 1):
            leads = unit == MASTER
            own: dict[str, Any] = {
                name.replace(".", "__"): value for name, value in SETTINGS.items()
            }
            own |= {
                "installation__connection_mode": LEADS if leads else FOLLOWS,
                "installation__slave_number": units - 1,
                "sharing__connection": wires.connection(unit),
                "sharing__unit": unit,
                "sharing__key": key,
            }
            own |= master if leads else {}
            wallboxes[unit] = Wallbox(folder / str(unit), **own)
        try:
            yield Group(wallboxes, wires)
        finally:
            for wallbox in wallboxes.values():
                with contextlib.suppress(ProcessLookupError):  # it has ended by itself
                    wallbox.kill()
