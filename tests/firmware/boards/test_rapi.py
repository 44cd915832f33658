"""RAPI: the frames of OpenEVSE boards."""

import pytest

from evse.boards import rapi
from evse.boards.rapi import (
    Currents,
    Decoder,
    Flag,
    Frame,
    Heartbeat,
    RapiError,
    Setting,
    Status,
    Version,
    decode,
    encode,
)

REQUESTS = [
    *("$GV^35", "$GS^30", "$GE^26", "$GC^20", "$GG^24", "$GU^36", "$GF^25", "$GP^33", "$GT^37"),
    *("$G0^53", "$GY^3A", "$GD^27", "$GA^22", "$FE^27", "$FD^26", "$FS^31", "$FR^30", "$SY^2E"),
    "$SC 16^13",
    "$SC 16 V^65",
    "$SY 5 6^2D",
    "$SY 165^3C",
    "$SL 2^29",
    "$FB 7^37",
    "$F0 1^43",
    "$S5 A^23",
    "$FP 0 0 Hello^50",
]
ANSWERS = [
    ("$OK^20", Frame("OK")),
    ("$NK^21", Frame("NK")),
    ("$OK 01 0 01 0000^10", Frame("OK", ("01", "0", "01", "0000"))),
    ("$OK 03 125 03 0140^13", Frame("OK", ("03", "125", "03", "0140"))),
    ("$OK 6 80 16 32^18", Frame("OK", ("6", "80", "16", "32"))),
    ("$OK 16 0020^25", Frame("OK", ("16", "0020"))),
    ("$OK 16^07", Frame("OK", ("16",))),
    ("$AT 01 01 32 0000^30", Frame("AT", ("01", "01", "32", "0000"))),
    ("$AB 00 8.2.3.EU^20", Frame("AB", ("00", "8.2.3.EU"))),
    ("$SC 16 V :01^7E", Frame("SC", ("16", "V"), 1)),
]


@pytest.mark.parametrize("line", REQUESTS)
def test_requests_are_written_as_the_board_has_them(line: str) -> None:
    command = line[1:].rpartition("^")[0]
    assert encode(command) == line.encode() + b"\r"
    head, *values = command.split()
    assert decode(line) == Frame(head, tuple(values))


def test_a_request_with_a_number() -> None:
    assert encode("SC 16 V", 1) == b"$SC 16 V :01^7E\r"


@pytest.mark.parametrize(("line", "frame"), ANSWERS)
def test_answers(line: str, frame: Frame) -> None:
    assert decode(line) == frame
    assert decode(line[:-2] + line[-2:].lower()) == frame


def test_the_additive_checksum_is_understood() -> None:
    assert decode(f"$OK 16*{sum(b'$OK 16') & 0xFF:02X}") == Frame("OK", ("16",))


@pytest.mark.parametrize(
    "line", ["$OK 16", "$OK 16^08", "$OK 16^7", "$OK 16^007", "$OK 16^xx", "$OK 16*07", "^00", ""]
)
def test_a_wrong_checksum(line: str) -> None:
    with pytest.raises(RapiError, match="RAPI"):
        decode(line)


def test_the_limit_of_31_characters() -> None:
    command = "FP 0 0 " + "x" * 20
    assert len(encode(command)) == 31 + 1
    with pytest.raises(ValueError, match="makes 32 characters, allowed 31"):
        encode(command + "x")
    with pytest.raises(ValueError, match="allowed 31"):
        encode(command, 1)


@pytest.mark.parametrize("command", ["", "FP 0 0 $", "FP 0 0 ^", "FP 0 0 a:b", "FP 0 0 ü", "FE\r"])
def test_a_command_that_is_no_frame(command: str) -> None:
    with pytest.raises(ValueError, match="RAPI command"):
        encode(command)


@pytest.mark.parametrize("sequence", [0, -1, 256])
def test_a_number_out_of_range(sequence: int) -> None:
    with pytest.raises(ValueError, match="allowed 1 to 255"):
        encode("GS", sequence)


@pytest.mark.parametrize("piece", [1, 2, 3, 7, 1000])
def test_frames_in_pieces_among_junk(piece: int) -> None:
    arrived = b"\xff\x00^20\r$OK^2$OK^20\rjunk\r\n$AT 01 01 32 0000^30\r$OK^21\r$NK^21\r$OK"
    decoder = Decoder()
    frames = [
        frame
        for start in range(0, len(arrived), piece)
        for frame in decoder.feed(arrived[start : start + piece])
    ]
    assert frames == [Frame("OK"), Frame("AT", ("01", "01", "32", "0000")), Frame("NK")]
    assert decoder.damaged == 2  # one cut by the next, one with a wrong checksum


def test_a_line_without_end_is_dropped() -> None:
    decoder = Decoder()
    assert decoder.feed(b"$" + b"x" * 1000 + b"\r$OK^20\r") == [Frame("OK")]
    assert decoder.damaged == 1


def test_values_with_names() -> None:
    status = Status.of_answer(("03", "125", "03", "0140"))
    assert (status.state, status.pilot, status.offered_a) == (3, 3, None)
    assert status.flags == Flag.RELAY_CLOSED | Flag.CONNECTED
    assert status.relay_closed
    assert status.connected
    assert not status.faulty
    assert Status.of_change(("0a", "01", "32", "0002")) == Status(10, 1, Flag.HARD_FAULT, 32)
    assert Status.of_change(("0a", "01", "32", "0002")).faulty
    assert Currents.of_answer(("6", "80", "16", "32")) == Currents(6, 80, 16, 32)
    assert Heartbeat.of_answer(("5", "6", "2")) == Heartbeat(5, 6, rapi.MISSED)
    assert Version.of_answer(("8.2.3.EU", "5.2.1")).major == 5
    assert rapi.temperatures_c(("312", "-2560", "-15")) == (31.2, -1.5)
    assert rapi.temperatures_c(("-2560", "-2560", "-2560")) == ()
    assert rapi.trips_of(("0", "a", "ff")) == (0, 10, 255)
    assert rapi.settings_of(("16", "0023")) == (
        Setting.LEVEL_2 | Setting.DIODE_CHECK_OFF | Setting.AUTO_LEVEL_OFF
    )
    assert rapi.amps_of(("16",)) == 16


@pytest.mark.parametrize(
    ("parse", "values", "says"),
    [
        (Status.of_answer, ("03", "125"), "allowed 4 values"),  # before RAPI 5
        (Status.of_answer, ("3", "125", "03", "0140"), "state: came '3'"),
        (Status.of_answer, ("03", "x", "03", "0140"), "elapsed time: came 'x'"),
        (Status.of_answer, ("03", "1", "zz", "0140"), "pilot: came 'zz'"),
        (Status.of_answer, ("03", "1", "03", "140"), "vflags: came '140'"),
        (Status.of_change, ("03", "03", "ten", "0140"), "current: came 'ten'"),
        (Status.of_change, ("03", "03", "-16", "0140"), "current: came '-16'"),
        (Currents.of_answer, ("6", "80", "16"), "allowed 4 values"),
        (Currents.of_answer, ("6", "80", "16", "5"), "0 < minimum <= maximum"),
        (Currents.of_answer, ("0", "80", "16", "32"), "0 < minimum <= maximum"),
        (Currents.of_answer, ("6", "80", "-16", "32"), "current: came '-16'"),
        (Currents.of_answer, ("6", "80", "16", "256"), "allowed 0 … 255 A"),
        (Heartbeat.of_answer, ("5", "-6", "0"), "heartbeat: came '-6'"),
        (Heartbeat.of_answer, ("5", "6"), "allowed 3 values"),
        (Version.of_answer, ("8.2.3", "x.1"), "RAPI version: came 'x'"),
        (rapi.temperatures_c, ("1", "2", ""), "temperature: came ''"),
        (rapi.trips_of, ("0", "0", "g"), "trip counter: came 'g'"),
        (rapi.settings_of, ("16", "xyz"), "flags: came 'xyz'"),
        (rapi.amps_of, (), "allowed 1 values"),
        (rapi.amps_of, ("-1",), "current: came '-1'"),
    ],
)
def test_nonsense_is_named(parse, values: tuple[str, ...], says: str) -> None:
    with pytest.raises(RapiError, match=says):
        parse(values)
