"""The emulated OpenEVSE, byte for byte, as a host sees it that knows nothing of our driver."""

import os
import select
import time
import tty
from collections.abc import Callable, Iterator

import pytest

from tests.firmware.emulators.openevse import EAGER, SLEEPING, OpenEvse, openevse, xor

SPEED = 4.0


class Terminal:
    """The other end of the serial line."""

    def __init__(self, device: OpenEvse) -> None:
        self.device = device
        self.descriptor = os.open(device.tty, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self.descriptor)
        self.received = b""

    def send(self, data: str) -> None:
        os.write(self.descriptor, data.encode())

    def lines(self, seconds: float = 0.2, *, until_answered: bool = False) -> list[str]:
        """What comes within `seconds`, without CR; with the answer and what follows at once."""
        end_s = time.monotonic() + seconds
        while (left_s := end_s - time.monotonic()) > 0:
            if select.select([self.descriptor], [], [], left_s)[0]:
                self.received += os.read(self.descriptor, 1024)
            if until_answered and b"K" in self.received and self.received.endswith(b"\r"):
                until_answered, end_s = False, min(end_s, time.monotonic() + 0.02)
        whole, _, self.received = self.received.rpartition(b"\r")
        return whole.decode("latin-1").split("\r") if whole else []

    def answers(self, request: str, within_s: float = 30.0) -> list[str]:
        """OK and NK to `request`, which comes with its own checksum or none."""
        self.lines(0.01)
        self.send(request + "\r")
        lines = self.lines(within_s, until_answered=True)
        return [line for line in lines if line[1:3] in ("OK", "NK")]

    def ask(self, command: str) -> str:
        """The answer to a command without its checksum, which must be right."""
        (line,) = self.answers(f"${command}^{xor('$' + command)}")
        text, _, digits = line.rpartition("^")
        assert digits == xor(text)
        return text[1:]

    def until(self, happened: Callable[[], bool], within_s: float = 30.0) -> None:
        end_s = time.monotonic() + within_s
        while not happened():
            assert time.monotonic() < end_s
            time.sleep(0.005)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    with openevse(speed=SPEED, boot_s=0.1) as device:
        line = Terminal(device)
        line.lines(0.06)
        yield line
        os.close(line.descriptor)


def test_a_boot_tells_state_00_and_then_itself() -> None:
    with openevse(boot_s=0.1) as device:
        line = Terminal(device)
        told: list[str] = []
        line.until(lambda: told.extend(line.lines(0.05)) or len(told) >= 2)
        assert told[:2] == ["$AT 00 00 32 0000^30", "$AB 00 8.2.3.EU^20"]
        os.close(line.descriptor)


@pytest.mark.parametrize(
    ("request_", "answers"),
    [
        ("$GS^30", ["$OK 01 0 01 0000^10"]),
        ("$GC^20", ["$OK 6 80 32 32^1E"]),
        ("$GC", ["$OK 6 80 32 32^1E"]),
        ("$GC*AE", ["$OK 6 80 32 32^1E"]),
        ("$GE :7F^" + xor("$GE :7F"), ["$OK 32 0021 :7F^" + xor("$OK 32 0021 :7F")]),
        ("$GE :00^" + xor("$GE :00"), ["$OK 32 0021^" + xor("$OK 32 0021")]),
        ("$GC^21", ["$NK^21"]),
        ("$GC :05^21", ["$NK^21"]),
        ("$XX :05", ["$NK :05^" + xor("$NK :05")]),
        ("$GS$GS^3junk$GC", ["$OK 6 80 32 32^1E"]),
        ("GS^30", []),
        ("$FP 0 0 " + "x" * 23, ["$OK^20"]),
        ("$FP 0 0 " + "x" * 24, []),
        ("$a b c d e f g h i j k", ["$NK^21"]),
        ("$GT", ["$OK 165 165 165 165 165 85^" + xor("$OK 165 165 165 165 165 85")]),
        ("$GP", ["$OK 312 -2560 -2560^" + xor("$OK 312 -2560 -2560")]),
    ],
)
def test_frames(terminal: Terminal, request_: str, answers: list[str]) -> None:
    assert terminal.answers(request_, 30.0 if answers else 0.2) == answers


def test_what_stock_builds_refuse(terminal: Terminal) -> None:
    for command in ("S3 1", "G3", "SH 1", "GH", "S4 1", "G4", "SB", "S2 1", "T0 1"):
        assert terminal.ask(command) == "NK"


def test_what_came_with_rapi_6(terminal: Terminal) -> None:
    for rapi, answer in (("5.2.1", "NK"), ("6.0.0", "OK 1 1 0")):
        terminal.device.board.rapi = rapi
        assert terminal.ask("GR") == answer
        assert terminal.ask("FC") == answer[:2]


def test_a_line_that_nobody_reads_loses(terminal: Terminal) -> None:
    for _ in range(300):
        terminal.send("$GT\r")
    time.sleep(0.1)
    terminal.lines(0.1)
    assert terminal.ask("GC") == "OK 6 80 32 32"


def test_volatile_and_stored_current(terminal: Terminal) -> None:
    assert terminal.ask("SC 16 V") == "OK 16"
    assert terminal.ask("GC") == "OK 6 80 16 32"
    assert terminal.ask("SC 40 V") == "NK 32"
    assert terminal.ask("SC 5 V") == "NK 6"
    assert terminal.device.board.eeprom.writes == 0
    terminal.device.reboot()
    terminal.lines(0.2)
    assert terminal.ask("GC") == "OK 6 80 32 32"
    assert terminal.ask("SC 20") == "OK 20"
    terminal.device.reboot()
    terminal.lines(0.2)
    assert terminal.ask("GC") == "OK 6 80 20 20"


def test_the_supervision_of_the_host(terminal: Terminal) -> None:
    board = terminal.device.board
    assert terminal.ask("GY") == "OK 0 0 0"
    assert terminal.ask("SC 16 V") == "OK 16"
    assert terminal.ask("SY 5 6") == "OK 5 6 0"
    assert terminal.ask("SY") == "OK 5 6 0"
    terminal.until(lambda: board.trigger == 2)
    assert board.amps == 6
    assert terminal.ask("SY") == "NK 5 6 2"
    assert terminal.ask("SY 164") == "NK 5 6 2"
    assert terminal.ask("SY 165") == "OK 5 6 1"
    assert board.amps == 32  # not what it was
    assert terminal.ask("SY") == "OK 5 6 1"
    terminal.device.reboot()
    terminal.lines(0.2)
    assert terminal.ask("GY").startswith("OK 5 6")
    assert terminal.ask("SY 0 0") == "OK 0 0 0"


def test_it_never_raises_to_its_fallback_and_takes_none_below_6_a(terminal: Terminal) -> None:
    board = terminal.device.board
    terminal.ask("SC 10 V")
    terminal.ask("SY 1 16")
    terminal.until(lambda: board.trigger == 2)
    assert board.amps == 10
    terminal.ask("SY 1 0")
    terminal.until(lambda: board.trigger == 2)
    assert board.amps == 6


def test_sleep_gives_time_and_disabling_does_not(terminal: Terminal) -> None:
    device, board = terminal.device, terminal.device.board
    device.plug()
    terminal.until(lambda: board.relay and device.current_a > 10)
    terminal.send("$FS\r")
    terminal.until(lambda: board.state == SLEEPING)
    assert board.relay
    terminal.until(lambda: not board.relay)
    assert board.now_s - board.slept_at_s >= EAGER.reaction_s  # the vehicle's own time
    assert terminal.ask("GS").split()[1::2] == ["fe", "03"]  # the pilot field is left behind
    device.unplug()
    time.sleep(0.05)
    assert terminal.ask("GS").split()[1::3] == ["fe", "0000"]
    device.plug()
    assert terminal.ask("FE") == "OK"
    terminal.until(lambda: board.relay)
    assert terminal.ask("FD") == "OK"
    assert not board.relay
    assert terminal.ask("G0") == "OK 2"
    assert terminal.ask("GS").split()[1] == "ff"


def test_a_vehicle_that_goes_on_is_cut_off_after_3_s(terminal: Terminal) -> None:
    stubborn = {name: getattr(EAGER, name) for name in EAGER.__dataclass_fields__}
    terminal.device.plug(type(EAGER)(**{**stubborn, "obedient": False}))
    board = terminal.device.board
    terminal.until(lambda: board.relay and terminal.device.current_a > 10)
    terminal.send("$FS\r")
    terminal.until(lambda: not board.relay)
    assert board.now_s - board.slept_at_s >= 3.0


def test_changes_are_told_unasked(terminal: Terminal) -> None:
    terminal.device.plug()
    lines: list[str] = []
    terminal.until(lambda: lines.extend(terminal.lines(0.05)) or " 0140" in "".join(lines))
    told = [line[1:].partition("^")[0].split() for line in lines]
    assert [line[:3] for line in told if line[1] == "03"] == [["AT", "03", "03"]]
    assert told[-1][4] == "0140"
    assert all(line[0] == "AT" for line in told)


def test_hot_it_halves_and_does_not_rise(terminal: Terminal) -> None:
    terminal.device.heat(660)
    terminal.until(lambda: terminal.device.board.amps == 16)
    assert terminal.ask("SC 20 V") == "NK 16"
    assert terminal.ask("SC 10 V") == "OK 10"
    assert terminal.ask("SY 1 6") == "OK 1 6 0"
    terminal.until(lambda: terminal.device.board.trigger == 2)
    assert terminal.ask("SY 165") == "NK 1 6 2"
