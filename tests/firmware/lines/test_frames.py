"""Frames byte for byte: what real devices and their hosts send."""

import pytest

from evse.lines.frames import Request, RtuFraming, TcpFraming, crc16, refusal, registers

RTU = RtuFraming()

# what, request, its bytes
REQUESTS = [
    ("SDM630 V, I, P", Request(1, 4, 0, 18), "01 04 00 00 00 12 70 07"),
    ("DTSU666 voltages", Request(1, 3, 0x2006, 6), "01 03 20 06 00 06 2E 09"),
    ("ABB voltages", Request(1, 3, 0x5B00, 6), "01 03 5B 00 00 06 D6 EC"),
    ("ABB energy", Request(1, 3, 0x5000, 4), "01 03 50 00 00 04 55 09"),
    ("simpleEVSE configuration", Request(1, 3, 2000, 18), "01 03 07 D0 00 12 C5 4A"),
    ("simpleEVSE status", Request(1, 3, 1000, 10), "01 03 03 E8 00 0A 45 BD"),
    ("simpleEVSE status, rev 15", Request(1, 3, 1000, 7), "01 03 03 E8 00 07 84 78"),
    ("simpleEVSE 16 A fine", Request(1, 6, 1000, 1600), "01 06 03 E8 06 40 0B EA"),
    ("simpleEVSE off", Request(1, 6, 1000, 0), "01 06 03 E8 00 00 09 BA"),
    ("EKEPC2 state", Request(255, 3, 141, 1), "FF 03 00 8D 00 01 01 FF"),
    ("EKEPC2 start", Request(255, 6, 89, 1), "FF 06 00 59 00 01 8D C7"),
    ("EKEPC2 duty 2672", Request(255, 6, 109, 2672), "FF 06 00 6D 0A 70 0A 8D"),
]

SIMPLE_EVSE_CONFIGURATION = (
    "01 03 24 00 20 00 01 00 05 00 01 00 00 02 09 00 00 00 00 FF FF 00 03 00 06 00 0A 00 10 "
    "00 19 00 20 00 30 00 3F 00 50 42 EE"
)

SDM_REQUEST = Request(1, 4, 0, 6)
SDM_ANSWER = bytes.fromhex("01 04 0C 43 66 33 33 43 65 CC CD 43 67 19 9A A2 9B")
SDM_REGISTERS = [0x4366, 0x3333, 0x4365, 0xCCCD, 0x4367, 0x199A]


@pytest.mark.parametrize(("request_", "frame"), [r[1:] for r in REQUESTS], ids=lambda x: str(x)[:9])
def test_a_request(request_: Request, frame: str) -> None:
    assert RTU.frame(request_) == bytes.fromhex(frame)


def test_an_answer_is_found_at_every_arrival_and_never_before_it_is_whole() -> None:
    for length in range(len(SDM_ANSWER)):
        assert RTU.answer(SDM_ANSWER[:length], SDM_REQUEST) is None
    pdu = RTU.answer(SDM_ANSWER, SDM_REQUEST)
    assert pdu is not None
    assert registers(pdu) == SDM_REGISTERS
    assert refusal(pdu) is None


@pytest.mark.parametrize(
    "noise",
    [b"\x00", b"\xff" * 7, b"\x01", b"\x01\x04", b"\x01\x04\x0c\x43", b"\x01\x84", SDM_ANSWER[:9]],
    ids=bytes.hex,
)
def test_noise_before_and_behind_an_answer_is_passed_over(noise: bytes) -> None:
    pdu = RTU.answer(noise + SDM_ANSWER + noise, SDM_REQUEST)
    assert pdu is not None
    assert registers(pdu) == SDM_REGISTERS


def test_one_wrong_bit_anywhere_is_seen() -> None:
    for bit in range(8 * len(SDM_ANSWER)):
        spoiled = bytearray(SDM_ANSWER)
        spoiled[bit // 8] ^= 1 << bit % 8
        assert RTU.answer(bytes(spoiled), SDM_REQUEST) is None


def test_an_answer_to_another_request_is_passed_over() -> None:
    late = RTU.frame(Request(1, 6, 1000, 0))
    assert RTU.answer(late, Request(1, 6, 1000, 0)) == late[1:6]
    assert RTU.answer(late, Request(1, 6, 1000, 1)) is None
    assert RTU.answer(SDM_ANSWER, Request(1, 4, 0, 5)) is None
    assert RTU.answer(SDM_ANSWER, Request(2, 4, 0, 6)) is None
    assert RTU.answer(SDM_ANSWER, Request(1, 3, 0, 6)) is None
    assert RTU.other(SDM_ANSWER) == (1, SDM_ANSWER[1:-2])


@pytest.mark.parametrize(
    ("request_", "frame", "code"),
    [
        (Request(1, 4, 0, 1), "01 84 02 C2 C1", 2),
        (Request(1, 3, 0, 1), "01 83 02 C0 F1", 2),
        (Request(1, 3, 0, 1), "01 83 03 01 31", 3),
    ],
)
def test_a_refusal(request_: Request, frame: str, code: int) -> None:
    pdu = RTU.answer(bytes.fromhex(frame), request_)
    assert pdu is not None
    assert refusal(pdu) == code


def test_the_captured_answers_have_good_checksums() -> None:
    for text in (
        SIMPLE_EVSE_CONFIGURATION,
        "01 03 14 00 20 00 00 00 01 00 05 00 00 00 12 00 01 00 00 00 00 00 00 21 C5",
        "01 04 04 08 FE 00 00 98 14",
        "01 10 03 E8 00 01 02 06 40 80 28",
    ):
        frame = bytes.fromhex(text)
        assert crc16(frame[:-2]) == frame[-2:]


def test_tcp_answers_are_told_apart_by_their_number() -> None:
    framing, request_ = TcpFraming(), Request(7, 3, 100, 1)
    first = framing.frame(request_)
    second = framing.frame(request_)
    assert second == bytes.fromhex("0002 0000 0006 07 03 0064 0001")

    def answered(frame: bytes, word: int) -> bytes:
        return frame[:4] + bytes.fromhex("0005 07 03 02") + word.to_bytes(2, "big")

    both = answered(first, 1) + answered(second, 2)
    pdu = framing.answer(both, request_)
    assert pdu is not None
    assert registers(pdu) == [2]
    assert framing.answer(answered(first, 1), request_) is None
    assert not framing.is_broken(both)
    assert framing.is_broken(both[:-1])
    assert framing.answer(b"HTTP/1.1 400 Bad Request", request_) is None


@pytest.mark.parametrize(
    ("unit", "address", "operand", "text"),
    [
        (256, 0, 0, "unit of a request: came 256"),
        (1, -1, 0, "address"),
        (1, 0, 70000, r"operand of a request: came 70000, allowed 0 … 65535"),
    ],
)
def test_what_fits_into_no_frame(unit: int, address: int, operand: int, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        Request(unit, 6, address, operand)
