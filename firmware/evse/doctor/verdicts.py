"""What the findings mean, and what to do about it, in words. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from evse.doctor.devices import EKEPC2
from evse.doctor.findings import Device, Examination, Tried
from evse.doctor.questions import Outcome, frames_in

COLLISION_SHARE = 0.8
"""Two devices at one address spoil nearly every answer; interference spoils some."""

BREAK_SHARE = 0.8
"""A line that lies the wrong way round is read as bytes without a stop bit: mostly 00 and FF."""

SLOW_S = 0.3
"""From such times of answer on a line with a few devices is not read each second any more."""

LATENCY_MS = 2
"""An FTDI adapter that keeps bytes for longer slows every answer."""


class Code(StrEnum):
    """A verdict's name for machines."""

    GOOD = "good"
    NOTHING = "nothing"
    ECHO = "echo"
    SWAPPED = "swapped"
    WRONG_RATE = "wrong-rate"
    COLLISION = "collision"
    OTHER_MASTER = "other-master"
    DAMAGED = "damaged"
    LOSSES = "losses"
    REFUSES = "refuses"
    SETUP = "setup"
    UNKNOWN = "unknown-device"
    ADDRESS = "address"
    SLOW = "slow"
    LATENCY = "latency"
    PORT = "port"


HINTS = frozenset({Code.GOOD, Code.UNKNOWN, Code.ADDRESS, Code.SLOW, Code.LATENCY})
"""What is good, or could be better; all others are problems."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is the case, and what to do about it. `unit`: whom it is about, None: the line."""

    code: Code
    text: str
    unit: int | None = None

    @property
    def is_problem(self) -> bool:
        """Whether the line cannot be used as it is."""
        return self.code not in HINTS


def verdicts(examination: Examination) -> list[Verdict]:
    """What is to be said of a line, problems first."""
    found = [*_line(examination)]
    for device in examination.devices:
        found += _device(device)
    if not examination.devices and not any(verdict.is_problem for verdict in found):
        found += _silent(examination.trials)
    if not any(verdict.is_problem for verdict in found):
        found.append(Verdict(Code.GOOD, "all devices answer every question"))
    return sorted(found, key=lambda verdict: not verdict.is_problem)


# ------------------------------------------------------------------------- the line


def _line(examination: Examination) -> Iterator[Verdict]:
    trials, devices = examination.trials, examination.devices
    strange = [frame for tried in trials for frame in (*frames_in(tried.unasked), *tried.foreign)]
    if strange:
        yield Verdict(Code.OTHER_MASTER, _other_master(strange[0]))
    if any(tried.echo for tried in trials):
        yield Verdict(Code.ECHO, _ECHO if devices else _ECHO_ALONE)
    for tried in trials:
        if not is_inverted(tried.noise):
            for unit in tried.garbled:
                yield Verdict(Code.COLLISION, _collision(unit), unit)
    if (examination.latency_ms or 0) > LATENCY_MS:
        yield Verdict(Code.LATENCY, _LATENCY.format(examination.latency_ms))


def _silent(trials: list[Tried]) -> Iterator[Verdict]:
    """Nobody has answered, and nothing else explains it."""
    noise = b"".join(tried.unasked + tried.noise for tried in trials)
    if not noise:
        yield Verdict(Code.NOTHING, _NOTHING)
    elif is_inverted(noise) or is_broken(noise):
        yield Verdict(Code.SWAPPED, _SWAPPED)
    else:
        yield Verdict(Code.WRONG_RATE, _WRONG_RATE)


def is_inverted(noise: bytes) -> bool:
    """Whether the bytes are frames with every bit the wrong way round."""
    return bool(frames_in(bytes(byte ^ 0xFF for byte in noise)))


def is_broken(noise: bytes) -> bool:
    """Whether the line seems to be at rest the wrong way round."""
    return noise.count(0x00) + noise.count(0xFF) >= BREAK_SHARE * len(noise)


def _other_master(frame: bytes) -> str:
    return (
        f"frames come that nobody here asked for (heard: {frame[:8].hex(' ')}): another master is "
        "on the line, as an ETEK controller that reads meters by itself, another controller, or an "
        "inverter. A line has one master: separate them"
    )


_ECHO = (
    "the adapter hears what it sends: its receiver stays on while it drives the line. Switch echo "
    "off at the adapter, or take one that does so by itself"
)
_ECHO_ALONE = (
    "the adapter hears what it sends, and nobody else: it works, so look at the wires to the "
    "devices, and at their power"
)
_LATENCY = (
    "the adapter keeps what it received for {} ms: evse install makes that 1 ms (udev rule), then "
    "plug it anew"
)
_NOTHING = (
    "nothing at all came back. In this order: is the device powered; are A, B and ground at the "
    "right terminals; is its address among those tried (--full tries all, or --units); is Modbus "
    "enabled in it: a simpleEVSE has it off when new, and takes five pulses of input AN to ground "
    "within 3 s of power-up. A device whose A and B are swapped is silent too"
)
_SWAPPED = "what comes is upside down: swap the wires A and B (makers do not agree which is which)"
_WRONG_RATE = (
    "bytes come, but no frame in any format that was tried: another baud rate or parity (--full "
    "tries all), or interference without anybody answering"
)


def _collision(unit: int | None) -> str:
    if unit == EKEPC2.every_unit:
        return (
            "the answers are garbled: every EKEPC2 answers at this address, and several do so at "
            "once. Connect them one by one, and give each its own address (register 100)"
        )
    return (
        "the answers have the right length but are garbled: two devices have this address. Connect "
        "them one by one, and give each its own"
    )


# ----------------------------------------------------------------------- one device


def _device(device: Device) -> Iterator[Verdict]:
    tally, unit = device.tally, device.unit
    if device.kind is None:
        yield Verdict(Code.UNKNOWN, _UNKNOWN, unit)
    if device.kind is EKEPC2 and unit == EKEPC2.every_unit:
        yield Verdict(Code.ADDRESS, _FACTORY_ADDRESS, unit)
    for text in device.advice:
        yield Verdict(Code.SETUP, text, unit)
    yield from _answers(device)
    slowest_s = tally.time_s(95)
    if slowest_s is not None and slowest_s > SLOW_S:
        yield Verdict(
            Code.SLOW, f"it takes {1000 * slowest_s:.0f} ms to answer: read it rarely", unit
        )


def _answers(device: Device) -> Iterator[Verdict]:
    """What its answers in the test of quality say."""
    tally, unit = device.tally, device.unit
    lost = tally.outcomes[Outcome.SILENCE]
    refused = tally.outcomes[Outcome.EXCEPTION] if device.kind is not None else 0
    of = f"of {tally.polls} answers"
    if tally.polls and tally.outcomes[Outcome.CHECKSUM] >= COLLISION_SHARE * tally.polls:
        yield Verdict(Code.COLLISION, _collision(unit), unit)
    elif tally.damaged:
        yield Verdict(Code.DAMAGED, f"{tally.damaged} {of} came damaged: {_DAMAGED}", unit)
    if lost:
        yield Verdict(Code.LOSSES, f"{lost} {of} did not come: {_LOSSES}", unit)
    if refused:
        yield Verdict(Code.REFUSES, f"{refused} {of} were refusals: {_REFUSES}", unit)


_UNKNOWN = (
    "it is in none of the tables: as a meter it can be used once its registers are entered "
    "(`evse settings list meter`)"
)
_FACTORY_ADDRESS = (
    "it has the factory's address: before a second one comes to this line, give each its own "
    "(register 100)"
)
_DAMAGED = (
    "are both ends of the line terminated with 120 Ω, do all devices share one ground, is the "
    "cable twisted, and away from mains cables"
)
_LOSSES = "a loose wire, a weak supply of the device, or somebody else who talks on this line"
_REFUSES = "the device is busy with something else; another master, or a person at its buttons"
