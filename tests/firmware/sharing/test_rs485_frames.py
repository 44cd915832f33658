"""The group's Modbus frames: as standard tools write them, and found among anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.lines.frames import crc16
from evse.sharing import rs485_frames as frames
from evse.sharing.bus import UnitCounters
from evse.sharing.rs485_frames import Announcement, Answer, Ask, Frame, Query, Shown
from tests.firmware.core.bench import DETERMINISTIC

SEALED = bytes(range(100, 134))
GRANTS = [(unit, bytes((unit,)) * 34) for unit in range(2, 10)]


def with_crc(text: str) -> bytes:
    body = bytes.fromhex(text)
    return body + crc16(body)


def test_a_request_is_function_23_of_the_standard() -> None:
    # Unit, function, read from, registers, write to, registers, bytes, master, length, sealed.
    assert frames.ask(7, 0xBEEF, 0x42, bytes.fromhex("0102 A1A2A3A4A5A6A7A8")) == with_crc(
        "07 17 0100 001D 0200 0007 0E BEEF 420A 0102 A1A2A3A4A5A6A7A8"
    )
    assert frames.ask(7, 0xBEEF, 0x42, b"") == with_crc("07 17 0100 001D 0200 0002 04 BEEF 4200")


def test_an_answer_is_function_23_of_the_standard() -> None:
    sealed = bytes.fromhex("0102 A1A2A3A4A5A6A7A8")
    assert frames.answer(7, 0x42, sealed) == with_crc("07 17 3A 420A" + sealed.hex() + 46 * "00")
    assert len(frames.answer(7, 0x42, b"")) == frames.ANSWER_BYTES


def test_an_announcement_is_function_16_to_all() -> None:
    (frame,) = frames.announcements(0xBEEF, [(2, b"ab"), (3, b"cdef")])
    assert frame == with_crc("00 10 0300 0006 0C BEEF 0202 6162 0304 63646566")


def test_announcements_are_as_few_as_fit() -> None:
    found: list[tuple[int, bytes]] = []
    for frame in frames.announcements(1, GRANTS):
        assert len(frame) <= frames.LONGEST_BYTES
        first = frames.first_frame(frame)
        assert first is not None
        announcement, end = first
        assert isinstance(announcement, Announcement)
        assert end == len(frame)
        found += announcement.grants
    assert found == GRANTS


WHOLE: list[tuple[bytes, Frame]] = [
    (frames.ask(7, 5, 9, SEALED), Ask(7, 5, 9, SEALED)),
    (frames.ask(8, 5, 9, b""), Ask(8, 5, 9, b"")),
    (frames.answer(7, 9, SEALED), Answer(7, 9, SEALED)),
    (next(frames.announcements(5, GRANTS[:2])), Announcement(5, tuple(GRANTS[:2]))),
    (with_crc("07 03 0000 0004"), Query(7, 3, 0, 4)),
    (with_crc("07 06 0010 1234"), Query(7, 6, 0x10, 0x1234)),
]


@DETERMINISTIC
@given(st.sampled_from(WHOLE), st.binary(max_size=60), st.binary(max_size=60))
def test_a_frame_is_found_among_noise(
    whole: tuple[bytes, Frame], before: bytes, after: bytes
) -> None:
    data, frame = whole
    assert frames.first_frame(before + data + after, 7) == (frame, len(before + data))


@DETERMINISTIC
@given(st.sampled_from(WHOLE), st.data())
def test_a_damaged_or_cut_frame_is_none(whole: tuple[bytes, Frame], data: st.DataObject) -> None:
    good, _ = whole
    bad = bytearray(good)
    bad[data.draw(st.integers(0, len(bad) - 1))] ^= data.draw(st.integers(1, 255))
    cut = good[: data.draw(st.integers(0, len(good) - 1))]
    for received in (bytes(bad), cut):
        assert frames.first_frame(received, 7) is None


@DETERMINISTIC
@given(st.binary(max_size=300))
def test_no_bytes_can_do_harm(received: bytes) -> None:
    for data in (received, b"\x07" + frames._ASK + received, frames._ANNOUNCE + received):
        frames.first_frame(data, 7)
        frames.first_frame(data)
        frames.answer_of(data, 7, 1)
        frames.foreign_query(data)


def test_others_answers_and_requests_are_not_ours() -> None:
    for data in (frames.answer(8, 9, SEALED), with_crc("08 03 0000 0004")):
        assert frames.first_frame(data, 7) is None
    assert frames.first_frame(frames.answer(8, 9, SEALED)) is not None


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (with_crc("07 17 0100 001D 0200 0002 04 BEEF 0003"), "a length without its bytes"),
        (with_crc("07 17 0100 001D 0200 0002 06 BEEF 0000 0000"), "count and bytes differ"),
        (with_crc("07 17 0100 001D 0200 0001 02 BEEF"), "no length"),
        (with_crc("07 17 0100 001D 0200 0000 00"), "nothing written"),
        (with_crc("07 17 3A 00FF" + 56 * "00"), "a report that is too long"),
        (with_crc("00 10 0300 0000 00"), "announcement without a master"),
        (with_crc("00 10 0300 0003 06 BEEF 0209 0000"), "announcement cut short"),
    ],
)
def test_what_contradicts_itself_is_no_frame(frame: bytes, told: str) -> None:
    assert frames.first_frame(frame, 7) is None, told


REGISTERS = frames.registers_of(
    7,
    Shown(2, (15.96, None, 6000.0), 16.0),
    bytes.fromhex("0102 A1A2A3A4A5A6A7A8"),
    UnitCounters(heard_at_s=99.0),
    100.5,
)


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("07 03 0000 0004", "07 03 08 4556 5347 0001 0007"),
        ("07 03 0010 0006", "07 03 0C 0002 00A0 FFFF EA60 00A0 000F"),
        ("07 03 0100 0003", "07 03 06 000A 0102 A1A2"),
        ("07 03 0000 0005", "07 83 02"),
        ("07 03 0200 0001", "07 83 02"),
        ("07 03 FFFF 0002", "07 83 02"),
        ("07 03 0000 0000", "07 83 03"),
        ("07 03 0000 007E", "07 83 03"),
        ("07 04 0000 0001", "07 84 01"),
        ("07 06 0000 0001", "07 86 01"),
    ],
)
def test_standard_tools_are_answered(asked: str, answered: str) -> None:
    found = frames.first_frame(with_crc(asked), 7)
    assert found is not None
    query, _ = found
    assert isinstance(query, Query)
    assert frames.answer_to_query(query, REGISTERS) == with_crc(answered)


def test_what_is_not_known_is_shown_as_such() -> None:
    registers = frames.registers_of(7, Shown(), b"", UnitCounters(), 100.0)
    assert [registers[at] for at in range(0x10, 0x16)] == 6 * [0xFFFF]
    assert registers[0x100] == 0


@pytest.mark.parametrize("asked", ["01 03 0000 0002", "21 04 1000 007D"])
def test_the_request_of_a_strange_master_is_recognised(asked: str) -> None:
    assert frames.foreign_query(b"\x55\xaa" + with_crc(asked) + b"\x00") is not None
    assert frames.foreign_query(b"\x55\xaa" + with_crc(asked)[:-1] + b"\x00") is None
