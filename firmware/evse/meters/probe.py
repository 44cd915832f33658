"""Finding the meters on a line: formats and addresses in turn, and what each of them is.

Only questions are sent that read. All devices of a line talk in one format, so the search ends with
the first in which somebody answers.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from evse.doctor.devices import Format, Probe
from evse.doctor.line import Heard
from evse.doctor.questions import ANSWERED, DAMAGED, ModbusQuestion, Outcome, frames_in
from evse.doctor.search import Line
from evse.lines.connection import BAUDRATES, PARITIES
from evse.meters.catalogue import Model, catalogue
from evse.meters.recognise import Recognised, recognised
from evse.meters.registers import VOLTAGES

Tell = Callable[[str], None]

UNITS = tuple(range(1, 11))
ALL_UNITS = tuple(range(1, 248))

_SEARCH_S = 0.2
_ANSWER_S = 0.5
"""For the first byte of an answer, s: of somebody who may be there, and of who is."""

_GAP_S = 0.02
_LONG_GAP_S = 0.1
"""Silence before a question, s; the long one for a meter that wants it (Eastron)."""

_CROWD_POLLS = 6
_CROWD_LISTEN_S = 0.06
_CROWDED = 2
"""So often an address is asked, and listened to afterwards, whether two devices answer there; so
many answers have to show it: one is followed by another, or comes damaged."""

_NOBODY = 247
"""An address that hardly any device has: what comes damaged there as well is noise."""

_PRESENCE = (Probe(4, 0, 2), Probe(3, 141, 1))
"""Whoever refuses is there too."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is tried, in this order. `thorough`: addresses at which every meter's own question is
    asked, for those that say nothing instead of refusing."""

    formats: Sequence[Format]
    units: Sequence[int]
    thorough: Sequence[int] = (1, 2)


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody at an address. `crowded`: two devices answer there; nothing else is known then.

    `good` of `asked` questions were answered in the end.
    """

    unit: int
    format: Format
    recognised: Recognised | None
    crowded: bool = False
    good: int = 0
    asked: int = 0


@dataclass(slots=True)
class Probed:
    """What a search has brought. `noise`: bytes came that were no answers, in these formats."""

    found: list[Found] = field(default_factory=list)
    tried: list[Format] = field(default_factory=list)
    noise: list[Format] = field(default_factory=list)


def formats(expected: Format | None, *, full: bool) -> tuple[Format, ...]:
    """The formats to try: what is expected, then the factory formats of the catalogue, the most
    frequent first; with `full` all that there are."""
    counted: dict[Format, int] = {}
    for model in catalogue().values():
        if model.line is not None and model.line.baudrate is not None:
            factory = Format(model.line.baudrate, model.line.parity, model.line.stopbits)
            counted[factory] = counted.get(factory, 0) + 1
    likely = sorted(counted, key=lambda each: -counted[each])
    likely += [Format(rate) for rate in (9600, 19200, 38400, 2400, 115200)]
    every = [Format(rate, parity) for rate in reversed(BAUDRATES) for parity in PARITIES]
    first = [] if expected is None else [expected]
    return tuple(dict.fromkeys((*first, *likely, *(every if full else ()))))


class MeterSearch:
    """One search on one line. Raises PortError, as the line does."""

    def __init__(self, line: Line, tell: Tell) -> None:
        self._line = line
        self._tell = tell

    def run(self, plan: Plan) -> Probed:
        """Try the formats until somebody answers; then once more with every meter's question."""
        probed = Probed()
        for presence, units in ((_PRESENCE, plan.units), (_own_questions(), plan.thorough)):
            for each in plan.formats:
                if not self._line.tune(each):
                    continue
                if each not in probed.tried:
                    probed.tried.append(each)
                self._try(probed, each, units, presence)
                if probed.found:
                    probed.found.sort(key=lambda found: found.unit)
                    return probed
        return probed

    def _try(
        self, probed: Probed, line: Format, units: Iterable[int], presence: Sequence[Probe]
    ) -> None:
        for unit in units:
            self._tell(f"{line}: address {unit}")
            outcomes = [self._present(unit, probe) for probe in presence]
            heard = next((each for each in outcomes if each in ANSWERED), None)
            if heard is None and not set(outcomes) & DAMAGED:
                continue
            found = self._look(unit, line, answers=heard is not None)
            if found is None:
                probed.noise = list(dict.fromkeys((*probed.noise, line)))
                continue
            probed.found.append(found)

    def _present(self, unit: int, probe: Probe) -> Outcome:
        """How the address answers; what came damaged may be whole the next time."""
        outcome = self._ask(unit, probe, _SEARCH_S, _GAP_S).judged.outcome
        if outcome in DAMAGED:
            outcome = self._ask(unit, probe, _SEARCH_S, _LONG_GAP_S).judged.outcome
        return outcome

    def _look(self, unit: int, line: Format, *, answers: bool) -> Found | None:
        """Who is at an address where something was heard; None when it was noise only."""
        self._tell(f"{line}: somebody is at address {unit}")
        good = shown = 0
        for _ in range(_CROWD_POLLS):
            heard = self._ask(unit, _PRESENCE[0], _ANSWER_S, _LONG_GAP_S)
            after = frames_in(self._line.listen(_CROWD_LISTEN_S))
            others = [frame for frame in (*heard.judged.others, *after) if frame[0] == unit]
            good += heard.judged.outcome in ANSWERED
            shown += bool(others) or heard.judged.outcome in DAMAGED
        if shown >= _CROWDED and self._present(_NOBODY, _PRESENCE[0]) not in DAMAGED:
            return Found(unit, line, None, crowded=True, good=good, asked=_CROWD_POLLS)
        if not answers and not good:
            return None

        def ask(function_code: int, address: int, count: int) -> list[int] | None:
            return self._read(unit, Probe(function_code, address, count))

        return Found(unit, line, recognised(ask), good=good, asked=_CROWD_POLLS)

    def _read(self, unit: int, probe: Probe) -> list[int] | None:
        for gap_s in (_GAP_S, _LONG_GAP_S):
            judged = self._ask(unit, probe, _ANSWER_S, gap_s).judged
            if judged.outcome is Outcome.GOOD:
                return list(judged.registers)
            if judged.outcome is Outcome.EXCEPTION:
                return None
        return None

    def _ask(self, unit: int, probe: Probe, answer_s: float, gap_s: float) -> Heard:
        return self._line.ask(ModbusQuestion(unit, probe), answer_s, gap_s)


def _own_questions() -> tuple[Probe, ...]:
    """The voltage of every meter of the catalogue, each once."""
    asked = []
    for model in catalogue().values():
        if (register := model.registers.get(VOLTAGES[0])) is not None:
            probe = Probe(model.function_code, register.address, register.format.width)
            asked.append(probe)
    return tuple(dict.fromkeys(asked))


def is_as_set(found: Found, wanted: Model) -> bool:
    """Whether the meter found is the one that is set, or one that cannot be told from it."""
    return found.recognised is not None and wanted in found.recognised.models
