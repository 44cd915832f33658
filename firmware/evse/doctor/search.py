"""Finding the devices on a line: formats and addresses in turn, the likely ones first."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from evse.doctor.devices import (
    ASCII_BAUDRATE,
    OPEN_EVSE,
    PN532,
    PRESENCE,
    Advice,
    Format,
    Kind,
    Probe,
)
from evse.doctor.findings import Device, Tried
from evse.doctor.line import Heard
from evse.doctor.questions import (
    ANSWERED,
    ModbusQuestion,
    Outcome,
    Pn532Question,
    Question,
    RapiQuestion,
    frames_in,
)
from evse.doctor.recognise import recognised

Tell = Callable[[str], None]


class Line(Protocol):
    """What is asked of a line; see `line.SerialLine`."""

    def tune(self, line: Format) -> bool:
        """Set the format; False when there is none such."""

    def listen(self, seconds: float) -> bytes:
        """What comes while nobody is asked."""

    def ask(self, question: Question, answer_s: float, gap_s: float) -> Heard:
        """Ask and listen."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Real times, s: for an answer's first byte, of silence before a question, of listening.

    Devices answer within 5 to 100 ms; slower ones within the time for whom is known to be there.
    """

    search_s: float = 0.2
    answer_s: float = 0.5
    gap_s: float = 0.02
    listen_s: float = 0.5


@dataclass(frozen=True, slots=True)
class Plan:
    """What is tried, in this order."""

    formats: Sequence[Format]
    units: Sequence[int]


FOREIGN_KEPT = 100
"""So many frames of others are kept: one is enough to know."""

RECENT = 4
"""Answers to so many of the last questions are late, not strange."""


class Search:
    """One search on one line. Raises PortError, as the line does."""

    def __init__(self, line: Line, pace: Pace, tell: Tell) -> None:
        self._line = line
        self._pace = pace
        self._tell = tell
        self._asked: deque[Question] = deque(maxlen=RECENT)

    def run(self, plan: Plan) -> list[Tried]:
        """Try the formats until somebody answers: all devices of a line talk in one."""
        trials = []
        for each in plan.formats:
            if not self._line.tune(each):
                continue
            trials.append(self._try(each, plan.units))
            if trials[-1].devices or trials[-1].garbled:
                break
        return trials

    def _try(self, line: Format, units: Sequence[int]) -> Tried:
        self._tell(f"{line}: listening")
        tried = Tried(line, unasked=self._line.listen(self._pace.listen_s))
        if line.baudrate == ASCII_BAUDRATE:
            self._try_ascii(tried)
            if tried.devices:
                return tried  # such a line has one device
        for unit in units:
            if not any(_answers_everywhere(device, unit) for device in tried.devices):
                self._tell(f"{line}: address {unit}")
                self._try_unit(tried, unit, self._pace.search_s)
        for unit in sorted(tried.late - {device.unit for device in tried.devices}):
            self._try_unit(tried, unit, self._pace.answer_s)
        return tried

    def _try_ascii(self, tried: Tried) -> None:
        choices: tuple[tuple[Kind, Question], ...] = (
            (OPEN_EVSE, RapiQuestion()),
            (PN532, Pn532Question()),
        )
        for kind, question in choices:
            self._tell(f"{tried.format}: {kind.name}")
            for _ in range(2):  # the first exchange with a PN532 often fails
                judged = self._ask(tried, question, self._pace.answer_s).judged
                if judged.outcome is Outcome.GOOD:
                    name = f"{kind.name} {judged.text}"
                    tried.devices.append(Device(name, kind, None, question, self._pace.gap_s))
                    break

    def _try_unit(self, tried: Tried, unit: int, answer_s: float) -> None:
        """Whoever refuses is there too; what came damaged may be whole the next time."""
        for presence in PRESENCE:
            if presence.only not in (None, tried.format):
                continue
            question = ModbusQuestion(unit, presence.probe)
            outcomes: list[Outcome] = []
            while len(outcomes) < 2 and Outcome.SILENCE not in outcomes:
                outcomes.append(self._ask(tried, question, answer_s).judged.outcome)
                if outcomes[-1] in ANSWERED:
                    tried.devices.append(self._identify(tried, unit, presence.probe))
                    return
            if Outcome.CHECKSUM in outcomes and unit not in tried.garbled:
                tried.garbled.append(unit)

    def _identify(self, tried: Tried, unit: int, answered: Probe) -> Device:
        """The device at `unit`, where somebody has answered a question for `answered`."""
        self._tell(f"{tried.format}: somebody is at address {unit}")

        def read(probe: Probe) -> tuple[int, ...] | None:
            question = ModbusQuestion(unit, probe)
            for _ in range(3):
                judged = self._ask(tried, question, self._pace.answer_s).judged
                if judged.outcome in (*ANSWERED, Outcome.SILENCE):  # some say nothing, not no
                    return judged.registers or None
            return None

        found = recognised(read)
        if found is None:
            question = ModbusQuestion(unit, answered)
            return Device("unknown Modbus device", None, unit, question, self._pace.gap_s)
        kind, name = found
        question = ModbusQuestion(unit, kind.checks[0].probe)
        device = Device(name, kind, unit, question, max(kind.gap_s, self._pace.gap_s))
        own = read(kind.own_unit) if kind.own_unit and unit == kind.every_unit else None
        if own is not None:
            device.unit, device.question = own[0], ModbusQuestion(own[0], kind.checks[0].probe)
        device.advice = [each.text for each in kind.advice if _ignored(each, read)]
        return device

    def _ask(self, tried: Tried, question: Question, answer_s: float) -> Heard:
        heard = self._line.ask(question, answer_s, self._pace.gap_s)
        tried.heard(heard.judged, heard.received)
        self._sort(tried, heard)
        self._asked.append(question)
        return heard

    def _sort(self, tried: Tried, heard: Heard) -> None:
        """Tell frames of others from our own that come late."""
        for frame in (*frames_in(heard.before), *heard.judged.others):
            if any(
                isinstance(q, ModbusQuestion) and q.may_be_answered_by(frame) for q in self._asked
            ):
                tried.late.add(frame[0])
            elif len(tried.foreign) < FOREIGN_KEPT:
                tried.foreign.append(frame)

    def measure(self, tried: Tried, device: Device, polls: int) -> None:
        """Ask a device of this format `polls` times, and count how it answers."""
        for number in range(polls):
            self._tell(f"{device.name}: question {number + 1} of {polls}")
            heard = self._line.ask(device.question, self._pace.answer_s, device.gap_s)
            device.tally.add(heard.judged, heard.elapsed_s)
            self._sort(tried, heard)
            self._asked.append(device.question)


def _answers_everywhere(device: Device, unit: int) -> bool:
    """Whether a device, found at its own address, answers at this one as well."""
    return device.kind is not None and device.kind.every_unit == unit


def _ignored(advice: Advice, read: Callable[[Probe], tuple[int, ...] | None]) -> bool:
    words = read(advice.probe)
    return words is not None and any(word != advice.wanted for word in words)
