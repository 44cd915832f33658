"""An RS-485 line with many parties: what one writes, all others hear, at the pace of the line.

Each party has a pseudo terminal of its own. A thread moves the bytes, one character time after the
other; where two speak at once both are spoilt. On demand a party's wires are cut, its adapter is
pulled out, there is noise, and adapters hear their own words.
"""

import contextlib
import os
import random
import select
import tempfile
import threading
import time
import tty
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

STEP_S = 0.001
"""Bytes are handed over so often, as a UART's buffer is emptied."""


@dataclass
class Station:
    """One party. `cut`: its wires are off the line. `sending`: what it has written."""

    link: Path
    master: int = -1
    end: int = -1
    cut: bool = False
    sending: deque[int] = field(default_factory=deque)

    @property
    def path(self) -> str:
        return str(self.link)


class LineHub:
    """See the module. `noise` is the chance of a stray byte in each free character time.

    `said` are all bytes that were on the line, with the number of who said them; None: a clash.
    """

    def __init__(self, folder: Path, parties: int, baudrate: int, bits: int, seed: int) -> None:
        self.stations = [Station(folder / f"ttyRS485-{number}") for number in range(parties)]
        self.character_s = bits / baudrate
        self.noise = 0.0
        self.echo = False
        self.said: list[tuple[int | None, int]] = []
        self.clashes = 0
        self._random = random.Random(seed)
        self._guard = threading.RLock()
        self._over = False
        self._moved_s = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="line-hub", daemon=True)

    def start(self) -> None:
        for number in range(len(self.stations)):
            self.plug_in(number)
        self._thread.start()

    def stop(self) -> None:
        self._over = True
        self._thread.join(timeout=5.0)
        for number in range(len(self.stations)):
            self.pull_out(number)

    def plug_in(self, number: int) -> None:
        """Put a party's adapter in: the same path leads to it."""
        with self._guard:
            station = self.stations[number]
            station.master, station.end = os.openpty()
            tty.setraw(station.end)
            os.set_blocking(station.master, False)
            station.link.unlink(missing_ok=True)
            station.link.symlink_to(os.ttyname(station.end))
            station.sending.clear()

    def pull_out(self, number: int) -> None:
        """Pull a party's adapter out: who holds the port loses it."""
        with self._guard:
            station = self.stations[number]
            if station.master >= 0:
                os.close(station.master)
                os.close(station.end)
            station.master = station.end = -1
            station.link.unlink(missing_ok=True)

    def inject(self, data: bytes) -> None:
        """Let a stranger say something, at once and whole."""
        with self._guard:
            self._hand_over(dict.fromkeys(range(len(self.stations)), data))

    def _run(self) -> None:
        while not self._over:
            with self._guard:
                masters = [s.master for s in self.stations if s.master >= 0]
                idle = not any(station.sending for station in self.stations)
            if idle and not self.noise:
                with contextlib.suppress(OSError, ValueError):  # it was just pulled out
                    select.select(masters, [], [], 0.02)
                self._moved_s = max(self._moved_s, time.monotonic() - STEP_S)
            else:
                time.sleep(STEP_S)
            with self._guard:
                self._fetch()
                self._move()

    def _fetch(self) -> None:
        """Take what the parties have written."""
        for station in self.stations:
            if station.master < 0:
                continue
            with contextlib.suppress(BlockingIOError, OSError):
                station.sending += os.read(station.master, 4096)

    def _move(self) -> None:
        """Move all characters whose time is over."""
        now_s = time.monotonic()
        heard: dict[int, bytearray] = {number: bytearray() for number in range(len(self.stations))}
        while self._moved_s + self.character_s <= now_s:
            self._moved_s += self.character_s
            self._move_one(heard)
        self._hand_over({number: bytes(data) for number, data in heard.items() if data})

    def _move_one(self, heard: dict[int, bytearray]) -> None:
        spoken = {
            number: station.sending.popleft()
            for number, station in enumerate(self.stations)
            if station.sending
        }
        on_line = {number: c for number, c in spoken.items() if not self.stations[number].cut}
        for number, character in spoken.items():
            if self.echo:
                heard[number].append(character)
        if not on_line:
            if self._random.random() < self.noise:
                self._hear(heard, None, self._random.randrange(256))
            return
        character = 0xFF
        for value in on_line.values():
            character &= value
        speaker = next(iter(on_line)) if len(on_line) == 1 else None
        self.clashes += speaker is None
        self.said.append((speaker, character))
        self._hear(heard, speaker, character)

    def _hear(self, heard: dict[int, bytearray], speaker: int | None, character: int) -> None:
        for number, station in enumerate(self.stations):
            if number != speaker and not station.cut:
                heard[number].append(character)

    def _hand_over(self, heard: dict[int, bytes]) -> None:
        for number, data in heard.items():
            if self.stations[number].master >= 0:
                with contextlib.suppress(BlockingIOError, OSError):  # nobody reads there
                    os.write(self.stations[number].master, data)


@contextlib.contextmanager
def line_hub(
    parties: int, baudrate: int = 115_200, bits: int = 10, seed: int = 1
) -> Iterator[LineHub]:
    """A line with so many parties; `hub.stations[number].path` are their ports."""
    with tempfile.TemporaryDirectory(prefix="line-") as folder:
        hub = LineHub(Path(folder), parties, baudrate, bits, seed)
        hub.start()
        try:
            yield hub
        finally:
            hub.stop()
