"""The display of two rows, on a bus that decodes what the library sends."""

import pytest

from evse.panels.driver import PanelError
from evse.panels.indications import Indications
from evse.panels.lcd import RENEW_S, Lcd
from tests.firmware.panels.hd44780 import Display


class Bench:
    """The driver, the display and the time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.display = Display()
        self.now_s = 0.0
        monkeypatch.setattr("RPLCD.i2c.SMBus", self.display.bus)
        self.lcd = Lcd(1, 0x27, lambda: self.now_s)

    def show(self, first: str, second: str = "") -> list[str]:
        self.lcd.show(Indications((), (first.ljust(16), second.ljust(16))))
        return [row.rstrip() for row in self.display.rows]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(monkeypatch)


def test_text_arrives(bench: Bench) -> None:
    assert bench.show("Charging", "10.5 A 7.24 kWh") == ["Charging", "10.5 A 7.24 kWh"]
    assert bench.display.backlight


def test_the_last_column_is_used(bench: Bench) -> None:
    assert bench.show("0123456789abcdef", "fedcba9876543210") == [
        "0123456789abcdef",
        "fedcba9876543210",
    ]


def test_only_changed_characters_are_written(bench: Bench) -> None:
    bench.show("Charging", "10.5 A 7.24 kWh")
    bench.display.forget()
    assert bench.show("Charging", "10.6 A 7.25 kWh") == ["Charging", "10.6 A 7.25 kWh"]
    assert bench.display.written == 2
    bench.show("Charging", "10.6 A 7.25 kWh")
    assert bench.display.written == 2


def test_a_display_that_is_not_there_comes_later(bench: Bench) -> None:
    bench.display.works = False
    with pytest.raises(PanelError, match=r"the display at address 0x27 of /dev/i2c-1: .*I/O error"):
        bench.show("Available")
    bench.lcd.close()
    bench.display.works = True
    assert bench.show("Available") == ["Available", ""]


def test_a_display_that_fails_is_written_anew(bench: Bench) -> None:
    bench.show("Available", "OCPP")
    bench.display.works = False
    with pytest.raises(PanelError):
        bench.show("Preparing", "OCPP")
    bench.lcd.close()
    bench.display.works = True
    bench.display.reset()
    assert bench.show("Preparing", "OCPP") == ["Preparing", "OCPP"]
    assert bench.display.closed == 1


def test_a_disturbed_display_recovers_by_itself(bench: Bench) -> None:
    bench.show("Available", "OCPP")
    bench.display.reset()
    assert bench.show("Available", "OCPP") == ["", ""]
    bench.now_s = RENEW_S
    assert bench.show("Available", "OCPP") == ["Available", "OCPP"]


def test_closing_twice_is_harmless(bench: Bench) -> None:
    bench.show("Available")
    bench.lcd.close()
    bench.lcd.close()
    assert bench.display.closed == 1
