"""The meaning of what is heard after a question: frames from the sources, and damage."""

import pytest

from evse.doctor.devices import Probe
from evse.doctor.questions import (
    Judged,
    ModbusQuestion,
    Outcome,
    Pn532Question,
    Question,
    RapiQuestion,
    frames_in,
)

STATE = ModbusQuestion(255, Probe(3, 141))
VOLTS = ModbusQuestion(1, Probe(4, 0, 6))
ANSWER = bytes.fromhex("01 04 0C 43 66 33 33 43 65 CC CD 43 67 19 9A A2 9B")
WORDS = (0x4366, 0x3333, 0x4365, 0xCCCD, 0x4367, 0x199A)
REFUSED = bytes.fromhex("01 84 02 C2 C1")
OTHERS = bytes.fromhex("FF 06 00 59 00 01 8D C7")
VERSION = bytes.fromhex("00 00 FF 06 FA D5 03 32 01 06 07 E8 00")
ACK = bytes.fromhex("00 00 FF 00 FF 00")


@pytest.mark.parametrize(
    ("question", "payload"),
    [
        (STATE, "FF 03 00 8D 00 01 01 FF"),
        (VOLTS, "01 04 00 00 00 06 70 08"),
        (RapiQuestion(), b"$GV^35\r".hex()),
        (Pn532Question(), "55 55" + "00" * 14 + "00 00 FF 02 FE D4 02 2A 00"),
    ],
)
def test_what_is_sent(question: Question, payload: str) -> None:
    assert question.payload == bytes.fromhex(payload)


@pytest.mark.parametrize(
    ("received", "judged"),
    [
        (b"", Judged(Outcome.SILENCE)),
        (ANSWER, Judged(Outcome.GOOD, WORDS)),
        (b"\0" + ANSWER, Judged(Outcome.GOOD, WORDS)),
        (VOLTS.payload + ANSWER, Judged(Outcome.GOOD, WORDS, echo=True)),
        (VOLTS.payload, Judged(Outcome.SILENCE, echo=True)),
        (OTHERS + ANSWER, Judged(Outcome.GOOD, WORDS, others=(OTHERS,))),
        (OTHERS, Judged(Outcome.FOREIGN, others=(OTHERS,))),
        (REFUSED, Judged(Outcome.EXCEPTION, code=2)),
        (REFUSED[:-1] + b"\0", Judged(Outcome.CHECKSUM)),
        (ANSWER[:-1] + b"\0", Judged(Outcome.CHECKSUM)),
        (bytes([ANSWER[0] ^ 1]) + ANSWER[1:], Judged(Outcome.CHECKSUM)),
        (ANSWER[:3] + b"\xaa" * 20, Judged(Outcome.CHECKSUM)),
        (ANSWER[:10], Judged(Outcome.CUT)),
        (b"\x80\x13\xee", Judged(Outcome.NOISE)),
    ],
)
def test_modbus(received: bytes, judged: Judged) -> None:
    assert VOLTS.judge(received) == judged


@pytest.mark.parametrize(
    ("received", "outcome", "text"),
    [
        (b"", Outcome.SILENCE, ""),
        (b"$OK 8.2.3.EU 5.2.1^11\r", Outcome.GOOD, "firmware 8.2.3.EU, RAPI 5.2.1"),
        (b"x$AT 01 01 32 0000^30\r$OK 8.2.3.EU 5.2.1^11\r", Outcome.GOOD, "firmware 8.2.3.EU, "),
        (b"$OK 8.2.3.EU 5.2.1^11", Outcome.NOISE, ""),
        (b"$OK 8.2.3.EU 5.2.1^00\r", Outcome.CHECKSUM, ""),
        (b"$NK^21\r", Outcome.NOISE, ""),
        (b"\xff\x00\r", Outcome.NOISE, ""),
    ],
)
def test_rapi(received: bytes, outcome: Outcome, text: str) -> None:
    judged = RapiQuestion().judge(received)
    assert judged.outcome is outcome
    assert judged.text.startswith(text)


@pytest.mark.parametrize(
    ("received", "outcome", "text"),
    [
        (b"", Outcome.SILENCE, ""),
        (ACK + VERSION, Outcome.GOOD, "PN532 1.6"),
        (ACK, Outcome.CUT, ""),
        (ACK + VERSION[:-2] + b"\x01\0", Outcome.CUT, ""),
        (b"\x55\x55", Outcome.NOISE, ""),
    ],
)
def test_pn532(received: bytes, outcome: Outcome, text: str) -> None:
    judged = Pn532Question().judge(received)
    assert (judged.outcome, judged.text) == (outcome, text)


@pytest.mark.parametrize(
    ("data", "frames"),
    [
        (b"", ()),
        (ANSWER, (ANSWER,)),
        (b"\x01" + OTHERS + b"\x04" + ANSWER, (OTHERS, ANSWER)),
        (ANSWER[:-1], ()),
        (bytes(64), ()),
    ],
)
def test_frames_are_found_in_noise(data: bytes, frames: tuple[bytes, ...]) -> None:
    assert frames_in(data) == frames
