"""The frames of a PN532, byte by byte. They are those of NXP UM0701-02 as libraries quote them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.readers import pn532_frames as frames
from evse.readers.pn532_frames import Answer, FrameParser, Pn532Error, Sign, frame, uid_of

NO_CARD = "00 00 FF 03 FD D5 4B 00 E0 00"
FOUR_BYTES = "00 00 FF 0C F4 D5 4B 01 01 00 04 08 04 12 34 56 78 BA 00"
SEVEN_BYTES = "00 00 FF 0F F1 D5 4B 01 01 00 44 00 07 04 A1 B2 C3 D4 E5 80 40 00"


def parse(text: str) -> list[frames.Frame]:
    return FrameParser().feed(bytes.fromhex(text))


@pytest.mark.parametrize(
    ("command", "sent"),
    [
        (frames.SAM_CONFIGURATION, "00 00 FF 05 FB D4 14 01 14 01 02 00"),
        (frames.GET_FIRMWARE_VERSION, "00 00 FF 02 FE D4 02 2A 00"),
        (frames.RF_CONFIGURATION_RETRIES, "00 00 FF 06 FA D4 32 05 FF 01 10 E5 00"),
        (frames.IN_LIST_PASSIVE_TARGET, "00 00 FF 04 FC D4 4A 01 00 E1 00"),
    ],
)
def test_commands(command: bytes, sent: str) -> None:
    assert frame(command) == bytes.fromhex(sent)


def test_signs_to_the_chip() -> None:
    assert bytes.fromhex("00 00 FF 00 FF 00") == frames.ACK
    assert bytes.fromhex("00 00 FF FF 00 00") == frames.NACK
    assert bytes.fromhex("55 55" + "00" * 14) == frames.WAKE_UP


@pytest.mark.parametrize(
    ("received", "found"),
    [
        ("00 00 FF 00 FF 00", Sign.ACK),
        ("00 00 FF FF 00 00", Sign.NACK),
        ("00 00 FF 01 FF 7F 81 00", Sign.ERROR),
        ("00 00 FF 02 FE D5 15 16 00", Answer(0x15, b"")),
        ("00 00 FF 06 FA D5 03 32 01 06 07 E8 00", Answer(0x03, b"\x32\x01\x06\x07")),
        ("00 00 FF 02 FE D5 33 F8 00", Answer(0x33, b"")),
        (NO_CARD, Answer(0x4B, b"\x00")),
        (FOUR_BYTES, Answer(0x4B, bytes.fromhex("01 01 00 04 08 04 12 34 56 78"))),
        (SEVEN_BYTES, Answer(0x4B, bytes.fromhex("01 01 00 44 00 07 04 A1 B2 C3 D4 E5 80"))),
        # an extended frame of two bytes
        ("00 00 FF FF FF 00 02 FE D5 15 16 00", Answer(0x15, b"")),
        # fewer zeros around, or more
        ("00 FF 02 FE D5 15 16", Answer(0x15, b"")),
        ("00 00 00 00 00 FF 02 FE D5 15 16 00 00", Answer(0x15, b"")),
        ("00 FF 00 FF", Sign.ACK),
        # nonsense before, and starts that are none
        ("A5 5A FF 00 00 FF 02 FE D5 15 16 00", Answer(0x15, b"")),
        ("00 FF 02 FD 00 00 FF 02 FE D5 15 16 00", Answer(0x15, b"")),
        ("00 FF FF FF 00 02 FD 00 00 FF 02 FE D5 15 16 00", Answer(0x15, b"")),
        ("00 00 FF 02 FE D5 15 17 00", Sign.DAMAGED),
        ("00 00 FF FF FF 00 02 FE D5 15 17 00", Sign.DAMAGED),
    ],
)
def test_what_the_chip_sends(received: str, found: frames.Frame) -> None:
    assert parse(received) == [found]
    parser = FrameParser()
    one_by_one = [f for byte in bytes.fromhex(received) for f in parser.feed(bytes([byte]))]
    assert one_by_one == [found]


@pytest.mark.parametrize(
    "received",
    [
        "",
        "00",
        "00 00 FF",
        "00 00 FF 02",
        "00 00 FF 02 FE D5 15",
        "00 00 FF FF FF 00 02",
        "00 00 FF 02 FE D4 15 17 00",  # to the chip: an echo of the line
        "00 00 FF 01 FF D5 2B 00",  # an answer without a code
        "00 00 FF FF FF FF FF 02 00 00",  # longer than any frame
    ],
)
def test_nothing_yet_or_nothing_for_us(received: str) -> None:
    assert parse(received) == []


def test_ack_and_answer_in_one_piece_and_the_next_in_two() -> None:
    parser = FrameParser()
    both = frames.ACK + bytes.fromhex(FOUR_BYTES)
    assert [type(f) for f in parser.feed(both + frames.ACK[:3])] == [Sign, Answer]
    assert parser.feed(frames.ACK[3:]) == [Sign.ACK]
    parser.feed(bytes.fromhex(FOUR_BYTES)[:9])
    parser.reset()
    assert parser.feed(bytes.fromhex(NO_CARD)) == [Answer(0x4B, b"\x00")]


def test_a_damaged_frame_swallows_no_other() -> None:
    """Its length was damaged so that it reaches over the next frame."""
    damaged = bytes.fromhex("00 00 FF 09 F7 D5 15 16 00")
    found = FrameParser().feed(damaged + bytes.fromhex(NO_CARD))
    assert found == [Sign.DAMAGED, Answer(0x4B, b"\x00")]


@given(st.binary(min_size=1, max_size=263), st.binary(max_size=12), st.integers(1, 40))
def test_frames_of_any_length_between_noise(data: bytes, noise: bytes, piece: int) -> None:
    """Beyond 254 bytes they are extended. Noise that is no start costs nothing."""
    noise = noise.replace(b"\xff", b"")
    sent = noise + frame(b"\x41" + data, frames.CHIP_TO_HOST) + noise
    parser = FrameParser()
    found = [
        f for begin in range(0, len(sent), piece) for f in parser.feed(sent[begin : begin + piece])
    ]
    assert found == [Answer(0x41, data)]


@given(st.binary(max_size=600))
def test_any_bytes_are_survived(data: bytes) -> None:
    parser = FrameParser()
    parser.feed(data)
    parser.reset()
    assert parser.feed(frames.ACK) == [Sign.ACK]


def test_a_command_has_an_end() -> None:
    assert frame(bytes(264))[:8] == bytes.fromhex("00 00 FF FF FF 01 09 F6")
    with pytest.raises(ValueError, match="came 265 bytes, allowed 264"):
        frame(bytes(265))


@pytest.mark.parametrize(
    ("data", "uid"),
    [
        ("00", None),
        ("01 01 00 04 08 04 12 34 56 78", "12345678"),
        ("01 01 00 44 00 07 04 A1 B2 C3 D4 E5 80", "04A1B2C3D4E580"),
        ("01 01 00 84 00 0A 00 11 22 33 44 55 66 77 88 99", "00112233445566778899"),
        # with an ATS (ISO 14443-4)
        ("01 01 03 44 20 07 04 A1 B2 C3 D4 E5 80 06 75 77 81 02 80", "04A1B2C3D4E580"),
    ],
)
def test_the_uid(data: str, uid: str | None) -> None:
    assert uid_of(bytes.fromhex(data)) == uid


@pytest.mark.parametrize(
    "data", ["", "01", "01 01 00 04 08", "01 01 00 04 08 04 12 34 56", "01 01 00 04 08 03 12 34 56"]
)
def test_no_uid(data: str) -> None:
    with pytest.raises(Pn532Error, match=r"cut off after|no card has"):
        uid_of(bytes.fromhex(data))


def test_the_version() -> None:
    assert frames.version_of(bytes.fromhex("32010607")) == "PN532 1.6"
    with pytest.raises(Pn532Error, match="came 1 bytes, allowed 4"):
        frames.version_of(b"\x32")
