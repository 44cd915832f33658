"""A contact with an OpenEVSE board that answers anything, refuses, falls silent and restarts.

Promised: nothing comes out but RapiError; the board is never enabled with more than is wanted
behind it, as far as it has told the truth, and never told a higher current than is wanted.
"""

from evse.boards.openevse_contact import Contact
from evse.boards.openevse_rules import Mode, Wanted, faults_of, level_of
from evse.boards.rapi import Frame, RapiError
from evse.boards.rapi_port import RapiLineError
from scripts.trials.fuzzing import InstantClock, Stream, Target, at_once, promise, trial

WANTS = tuple(Wanted(mode, amps) for mode in Mode for amps in (6, 16))
ANSWERS = {
    "GV": "8.2.3.EU 5.2.1",
    "GS": "03 125 03 0140",
    "GC": "6 80 16 32",
    "GY": "5 6 0",
    "GP": "231 -2560 -2560",
    "GF": "0 0 0",
    "GE": "32 0021",
    "SY": "5 6 0",
    "SC": "16",
}
STATES = ("00", "01", "02", "03", "04", "05", "06", "0E", "FE", "FF", "7A")
FLAGS = ("0000", "0140", "0100", "0040", "0002", "ffff")
NUMBERS = ("0", "5", "6", "16", "32", "80", "255", "256", "-1", "99999999999", "x", "")
HEARTBEAT_S = 5


class Port:
    """The board: answers from the input, and what it was told last."""

    def __init__(self, stream: Stream) -> None:
        self.want = Wanted(Mode.SLEEPING, 6)
        self.contact: Contact | None = None
        self._stream = stream

    async def request(self, command: str, *, numbered: bool = True) -> Frame:  # noqa: ARG002
        """As `RapiPort.request`."""
        self._judge(command)
        how = self._stream.byte()
        if how == 0xFF:
            raise RapiLineError("the port is gone")
        if how == 0xFE:
            raise RapiError(f"no answer to ${command}")
        values = ANSWERS.get(command.partition(" ")[0], "").split()
        if command.startswith("SC ") and how & 4 == 0:
            values = [command.split()[1]]  # it obeys
        for _ in range(how & 3):
            chosen = (*NUMBERS, *STATES, *FLAGS)[self._stream.byte() % 29]
            at = self._stream.byte() % (len(values) + 1)
            values[at : at + 1] = [chosen] if chosen else []
        return Frame("NK" if how & 0x30 == 0x30 else "OK", tuple(values))

    async def ask(self, command: str, *, numbered: bool = True) -> tuple[str, ...]:
        """As `RapiPort.ask`."""
        answer = await self.request(command, numbered=numbered)
        if answer.head != "OK":
            raise RapiError(f"the board refuses ${command}")
        return answer.values

    def _judge(self, command: str) -> None:
        contact = self.contact
        if command == Mode.ENABLED.value:
            amps = None if contact is None else contact.amps
            told = f"enabled with {amps} A behind it, wanted is {self.want}"
            promise(self.want.mode is Mode.ENABLED, told)
            promise(amps is not None and amps <= self.want.amps, told)
        if command.startswith("SC "):
            promise(int(command.split()[1]) <= self.want.amps, f"told {command} for {self.want}")


def entry(data: bytes) -> None:
    """Turns: what is wanted, what is done, and what the board tells unasked."""
    stream, clock = Stream(data), InstantClock()
    contact = Contact("board", clock, HEARTBEAT_S, lambda: None)
    port = Port(stream)
    port.contact = contact
    while stream.more:
        how = stream.byte()
        port.want = WANTS[how % len(WANTS)]
        clock.now_s += (how >> 5) / 4
        try:
            at_once(turn(contact, port, how >> 3 & 3))
        except RapiError as error:
            promise(bool(str(error)), "an error without words")
        if stream.byte() & 7 == 7:
            contact.told(Frame("AB", ("00", "5.0.1")))
        if (unasked := stream.byte()) & 1:
            state, pilot = STATES[unasked % len(STATES)], STATES[stream.byte() % len(STATES)]
            amps, flags = NUMBERS[stream.byte() % len(NUMBERS)], FLAGS[unasked % len(FLAGS)]
            contact.told(Frame("AT", (state, pilot, amps, flags)))
        if contact.status is not None:
            faults_of(contact.status)
            level_of(contact.status, contact.unknown_for_s)
            promise(contact.unknown_for_s >= 0, "unknown for less than no time")
        promise(contact.temperature_c is None or contact.temperature_c > -256, "a sensor not there")


async def turn(contact: Contact, port: Port, which: int) -> None:
    """As `OpenEvseBoard._turn`: what is most urgent, then a question."""
    if not contact.synchronized:
        await contact.synchronize(port)  # type: ignore[arg-type]
    if which == 0:
        await contact.pulse(port, port.want)  # type: ignore[arg-type]
    await contact.obey(port, port.want)  # type: ignore[arg-type]
    if which == 1:
        await contact.ask_status(port)  # type: ignore[arg-type]
        await contact.obey(port, port.want)  # type: ignore[arg-type]
    elif which == 2:
        await contact.ask_next(port)  # type: ignore[arg-type]


TARGET = Target(
    entry,
    seeds=[
        bytes([0x28]) + bytes(14) + bytes([9, 0, 0, 0, 0]) * 10,
        bytes([0x29]) + bytes(14) + bytes([17, 0, 0, 1, 3, 3, 0]) * 10,
        bytes([0x30]) + b"\0\1\2\4" * 30,
    ],
    words=[b"\xff", b"\xfe", b"\7"],
    longest=300,
)

run = trial(__name__)
