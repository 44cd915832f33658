"""The group's bus on RS-485: the master asks each member in turn, in Modbus RTU.

Frames and registers are those of `rs485_frames`. In one exchange the master hands over its newest
grant and takes the member's newest report. A member speaks only when it was asked, and not when
somebody else has begun to; every frame is found by its checksum, for no pause can be relied on.

The master asks all members each half second. It waits for an answer as long as this member has
lately taken; one that does not answer is asked again each 2 s only, when the others had their
turn. What is urgent goes before the turn, to several members at once.
"""

import asyncio
import contextlib
import random
import secrets
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from evse.lines.connection import SerialConnection
from evse.lines.wires import Wire, open_wire
from evse.sharing import rs485_frames as frames
from evse.sharing.bus import MASTER, Envelope, Finding, Kind
from evse.sharing.party import Party
from evse.sharing.rs485_frames import Announcement, Answer, Ask, Query, Shown

OPEN_S = 2.0
"""Real time to open the port, s."""

ROUND_S = 0.5
"""Each member is asked about so often, s; what is urgent at once."""

JITTER = 0.1
"""Part of a round by which it is shorter or longer: two masters that were started by the same
power cut would speak at once for ever, and neither would hear the other."""

PATIENCE_S = 0.15
"""For the answer of a member of which nothing is known yet, s, beyond the time of the bytes: the
16 ms of a USB adapter at both ends, and a slow computer."""

PATIENCE_MINIMUM_S = 0.03
PATIENCE_MAXIMUM_S = 0.25

DEAD_AFTER = 3
"""So many unanswered requests in a row, and a member is asked less often."""

DEAD_EACH_S = 2.0
"""How often a member that does not answer is asked, s."""

TURNAROUND_S = 0.01
"""Pause after a message to all, s: nobody answers it, and all must have read it."""

BABBLE_S = 0.05
"""The master waits no longer than this for silence, s: on a line that is never silent, too."""

PAUSE_S = 0.02
"""A pause that ends a cut frame, s: a user process cannot measure 3.5 characters."""

LISTEN_S = 1.0
"""A member looks so often whether its master is silent, s."""

_GAP_CHARACTERS = 3.5
_GAP_MINIMUM_S = 0.00175
"""The silence between two frames (Modbus over serial line V1.02, 2.5.1.1)."""

_KEPT = 2 * frames.LONGEST_BYTES

Shows = Callable[[], Shown]


@dataclass(slots=True)
class Patience:
    """How long to wait for a member, learned from how long it took (RFC 6298, in short)."""

    timeout_s: float = PATIENCE_S
    missed_in_row: int = 0
    _mean_s: float | None = None
    _deviation_s: float = 0.0

    def answered(self, after_s: float) -> None:
        """It answered so long after its bytes could have been there."""
        if self._mean_s is None:
            self._mean_s, self._deviation_s = after_s, after_s / 2
        else:
            self._deviation_s += (abs(after_s - self._mean_s) - self._deviation_s) / 4
            self._mean_s += (after_s - self._mean_s) / 8
        wanted_s = self._mean_s + 4 * self._deviation_s
        self.timeout_s = min(max(wanted_s, PATIENCE_MINIMUM_S), PATIENCE_MAXIMUM_S)
        self.missed_in_row = 0

    def missed(self) -> None:
        """It did not answer in time."""
        self.timeout_s = min(2 * self.timeout_s, PATIENCE_MAXIMUM_S)
        self.missed_in_row += 1

    @property
    def is_dead(self) -> bool:
        """Whether it is to be asked less often."""
        return self.missed_in_row >= DEAD_AFTER


class Rs485Master:
    """Asks the members; a `Carrier`."""

    def __init__(self, connection: SerialConnection, units: range) -> None:
        """`units`: those of the members."""
        self._connection = connection
        self._units = units
        self._number = secrets.randbelow(0xFFFF) + 1
        self._exchange = secrets.randbelow(0xFF)
        self._patience = {unit: Patience() for unit in units}
        self._asked_at_s = dict.fromkeys(units, 0.0)
        self._overheard = bytearray()

    def __str__(self) -> str:
        return str(self._connection)

    async def carry(self, party: Party) -> None:
        """See `Carrier`."""
        async with _open(self._connection) as wire:
            party.opened()
            while True:
                until_s = _now_s() + ROUND_S * random.uniform(1 - JITTER, 1 + JITTER)
                for unit in self._units:
                    if not self._patience[unit].is_dead:
                        await self._turn(wire, party, unit)
                await self._ask_dead(wire, party, until_s)
                await self._rest(wire, party, until_s)

    async def _turn(self, wire: Wire, party: Party, unit: int) -> None:
        """Ask one member, after what is urgent."""
        await self._hurry(wire, party)
        await self._ask(wire, party, unit)

    async def _ask_dead(self, wire: Wire, party: Party, until_s: float) -> None:
        """Ask those that did not answer of late, as long as there is time, but at least one."""
        dead = [unit for unit in self._units if self._patience[unit].is_dead]
        for unit in sorted(dead, key=lambda unit: self._asked_at_s[unit]):
            if _now_s() - self._asked_at_s[unit] < DEAD_EACH_S:
                return
            await self._turn(wire, party, unit)
            if _now_s() + PATIENCE_MAXIMUM_S > until_s:
                return

    async def _rest(self, wire: Wire, party: Party, until_s: float) -> None:
        """Listen until the next round, and see to what is urgent."""
        while await self._listen_until(wire, party, until_s):
            await self._hurry(wire, party)

    async def _listen_until(self, wire: Wire, party: Party, until_s: float) -> bool:
        """Listen until then, or until something is urgent; whether it is. Raises OSError."""
        listening = asyncio.create_task(self._listen(wire, party))
        try:
            hurried = await party.outbox.hurried(until_s)
        finally:
            listening.cancel()
            await asyncio.wait([listening])
        if not listening.cancelled():
            listening.result()  # raises why the line is lost
        return hurried

    async def _hurry(self, wire: Wire, party: Party) -> None:
        """Tell what is urgent: to all at once, then to each, for only an answer is sure."""
        while urgent := party.outbox.urgent():
            party.outbox.calm()
            if len(urgent) > 1:
                await self._announce(wire, party, urgent)
            for envelope in urgent:
                if party.outbox.urgent():
                    break
                await self._ask(wire, party, envelope.recipient)

    async def _announce(self, wire: Wire, party: Party, urgent: list[Envelope]) -> None:
        grants = [(envelope.recipient, party.seal(envelope)) for envelope in urgent]
        for frame in frames.announcements(self._number, grants):
            await self._wait_for_silence(wire, party)
            await wire.send(frame)
            await asyncio.sleep(len(frame) * _character_s(self._connection) + TURNAROUND_S)

    async def _ask(self, wire: Wire, party: Party, unit: int) -> None:
        """One exchange with a member of the group."""
        if unit not in self._patience:
            return
        await self._wait_for_silence(wire, party)
        grant = party.outbox.waiting(Kind.GRANT, unit)
        self._exchange = self._exchange % 0xFF + 1
        sealed = party.seal(grant) if grant else b""
        request = frames.ask(unit, self._number, self._exchange, sealed)
        patience, began_s = self._patience[unit], _now_s()
        bytes_s = (len(request) + frames.ANSWER_BYTES) * _character_s(self._connection)
        received = bytearray()
        self._asked_at_s[unit] = began_s
        try:
            async with asyncio.timeout(bytes_s + patience.timeout_s):
                await wire.send(request)
                while (answer := frames.answer_of(bytes(received), unit, self._exchange)) is None:
                    received += await wire.receive()
        except TimeoutError:
            patience.missed()
            self._unanswered(party, unit, bytes(received).replace(request, b""))
            return
        patience.answered(max(0.0, _now_s() - began_s - bytes_s))
        if grant:
            party.outbox.told(grant)
        if answer.sealed:
            party.heard(Kind.REPORT, unit, MASTER, answer.sealed)

    def _unanswered(self, party: Party, unit: int, received: bytes) -> None:
        """No answer; `received` is what came instead."""
        counters = party.counted(unit)
        counters.timeouts += not received
        counters.nonsense += bool(received)
        self._overhear(party, received)

    # -------------------------------------------------------------- what was not asked for

    async def _listen(self, wire: Wire, party: Party) -> None:
        """Hear what others say, until cancelled. Raises OSError."""
        while True:
            try:
                async with asyncio.timeout(LISTEN_S):
                    received = await wire.receive()
            except TimeoutError:
                self._overheard.clear()
            else:
                self._overhear(party, received)

    async def _wait_for_silence(self, wire: Wire, party: Party) -> None:
        """Wait until nobody speaks, and hear what was said."""
        until_s = _now_s() + BABBLE_S
        while _now_s() < until_s:
            try:
                async with asyncio.timeout(_gap_s(self._connection)):
                    received = await wire.receive()
            except TimeoutError:
                break
            self._overhear(party, received)
        self._overheard.clear()

    def _overhear(self, party: Party, received: bytes) -> None:
        """Late answers of members; and whoever asks here is a second master."""
        self._overheard += received
        del self._overheard[:-_KEPT]
        while found := frames.first_frame(bytes(self._overheard)):
            frame, end = found
            del self._overheard[:end]
            match frame:
                case Ask(unit, master, _, sealed) if master != self._number:
                    party.found(Finding.SECOND_MASTER)
                    if sealed:
                        party.heard(Kind.GRANT, MASTER, unit, sealed)
                case Announcement(master, grants) if master != self._number:
                    party.found(Finding.SECOND_MASTER)
                    for unit, sealed in grants:
                        party.heard(Kind.GRANT, MASTER, unit, sealed)
                case Answer(unit, _, sealed) if sealed and unit in self._patience:
                    party.heard(Kind.REPORT, unit, MASTER, sealed)
        if frames.foreign_query(bytes(self._overheard)):
            self._overheard.clear()
            party.found(Finding.SECOND_MASTER)


class Rs485Member:
    """Answers its master; a `Carrier`."""

    def __init__(self, connection: SerialConnection, shows: Shows | None = None) -> None:
        """`shows`: what standard tools are shown; without it they see that it is unknown."""
        self._connection = connection
        self._shows = shows or Shown
        self._master: int | None = None
        self._former_masters: deque[int] = deque(maxlen=8)

    def __str__(self) -> str:
        return str(self._connection)

    async def carry(self, party: Party) -> None:
        """See `Carrier`."""
        received = bytearray()
        async with _open(self._connection) as wire:
            party.opened()
            while True:
                try:
                    async with asyncio.timeout(PAUSE_S if received else LISTEN_S):
                        received += await wire.receive()
                except TimeoutError:
                    damaged = frames.is_damaged_ask(bytes(received), party.unit)
                    party.counted(MASTER).nonsense += damaged
                    party.awaited(MASTER)
                    received.clear()
                del received[:-_KEPT]
                while found := frames.first_frame(bytes(received), party.unit):
                    frame, end = found
                    del received[:end]
                    if answer := self._take(party, frame):
                        await self._answer(wire, answer, received)

    def _take(self, party: Party, frame: frames.Frame) -> bytes:
        """Do what a frame says; the answer to it, empty when there is none."""
        match frame:
            case Ask(unit, master, exchange, sealed):
                self._know(party, master)
                if unit != party.unit:
                    return b""
                if sealed:
                    party.heard(Kind.GRANT, MASTER, unit, sealed)
                return frames.answer(unit, exchange, _report(party))
            case Announcement(master, grants):
                self._know(party, master)
                for recipient, sealed in grants:
                    party.heard(Kind.GRANT, MASTER, recipient, sealed)
            case Answer(unit, _, sealed) if sealed:  # an echo of ours, or another with our number
                party.heard(Kind.REPORT, unit, MASTER, sealed)
            case Query():
                master_counters = party.counted(MASTER)
                registers = frames.registers_of(
                    party.unit, self._shows(), _report(party), master_counters, _now_s()
                )
                return frames.answer_to_query(frame, registers)
        return b""

    async def _answer(self, wire: Wire, answer: bytes, received: bytearray) -> None:
        """Answer after the pause between frames, unless the line has gone on."""
        if received:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_gap_s(self._connection)):
                received += await wire.receive()
        if not received:
            await wire.send(answer)

    def _know(self, party: Party, master: int) -> None:
        """Two masters take turns; one that was started anew has a new number and stays."""
        if master == self._master:
            return
        if master in self._former_masters:
            party.found(Finding.SECOND_MASTER)
        if self._master is not None:
            self._former_masters.append(self._master)
        self._master = master


def _report(party: Party) -> bytes:
    """The newest report, which stays until there is a newer one: an answer may be lost."""
    report = party.outbox.waiting(Kind.REPORT, MASTER)
    return party.seal(report) if report else b""


@contextlib.asynccontextmanager
async def _open(connection: SerialConnection) -> AsyncIterator[Wire]:
    """The open port. Raises OSError."""
    async with asyncio.timeout(OPEN_S):
        wire = await open_wire(connection)
    try:
        wire.discard()
        yield wire
    finally:
        wire.close()


def _character_s(connection: SerialConnection) -> float:
    """One character: start bit, eight data bits, parity, stop bits."""
    return (9 + (connection.parity != "N") + connection.stopbits) / connection.baudrate


def _gap_s(connection: SerialConnection) -> float:
    return max(_GAP_CHARACTERS * _character_s(connection), _GAP_MINIMUM_S)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
