"""The file that says how Linux I/O is wired: every field checked, and named when it is wrong."""

import re
from pathlib import Path

import pytest

from evse.boards.linux_io.adc import Channel, Divider
from evse.boards.linux_io.board import LinuxIo, LockLines, MonitorLines, Watchdog
from evse.boards.linux_io.lines import Line
from evse.boards.linux_io.wiring import wiring_of

LEAST = """
pwm_chip = "/sys/class/pwm/pwmchip0"
pwm_channel = 0
adc = "/sys/bus/iio/devices/iio:device0"
gpio_chip = "/dev/gpiochip0"

[pilot_high]
number = 0

[pilot_low]
number = 1
factor = -5
offset_v = 20.5

[contactor]
id = 17

[mirror]
id = 27
active_low = true
"""

REST = """
[proximity]
supply_v = 5
series_ohm = 330.0
channel = { number = 2 }

[lock]
close = { id = 3 }
open = { id = 4 }
feedback = { id = 5, active_low = true }

[monitor]
trip = { id = 6 }
test = { id = 7 }

[watchdog]
within_s = 0.5
line = { id = 8 }
"""


def wiring(folder: Path, text: str, maximum_a: float = 32.0) -> LinuxIo:
    file = folder / "wiring.toml"
    file.write_text(text)
    return wiring_of(str(file), maximum_a)


def test_what_must_be_there_is_enough(tmp_path: Path) -> None:
    assert wiring(tmp_path, LEAST, 16.0) == LinuxIo(
        maximum_a=16.0,
        pwm_chip=Path("/sys/class/pwm/pwmchip0"),
        pwm_channel=0,
        adc=Path("/sys/bus/iio/devices/iio:device0"),
        pilot_high=Channel(0),
        pilot_low=Channel(1, factor=-5.0, offset_v=20.5),
        gpio_chip="/dev/gpiochip0",
        contactor=Line(17),
        mirror=Line(27, active_low=True),
    )


def test_everything_that_can_be_there(tmp_path: Path) -> None:
    found = wiring(tmp_path, f"pwm_inverted = true\n{LEAST}{REST}")
    assert found.pwm_inverted
    assert found.proximity == Divider(Channel(2), supply_v=5.0, series_ohm=330.0)
    assert found.lock == LockLines(Line(3), Line(4), Line(5, active_low=True))
    assert found.monitor == MonitorLines(Line(6), Line(7))
    assert found.watchdog == Watchdog(Line(8), 0.5)
    assert found.outputs == (Line(17), Line(3), Line(4), Line(7), Line(8))
    assert found.inputs == (Line(27, active_low=True), Line(5, active_low=True), Line(6))


def test_whole_numbers_are_numbers_and_the_monitor_needs_no_test(tmp_path: Path) -> None:
    found = wiring(tmp_path, LEAST + "[monitor.trip]\nid = 6\n")
    assert found.monitor == MonitorLines(Line(6), None)
    assert isinstance(found.pilot_low.factor, float)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("pwm_channel = 0", "", "pwm_channel: is missing"),
        ("[contactor]\nid = 17", "", "contactor: is missing"),
        ("number = 1", "", "pilot_low.number: is missing"),
        ("id = 17", "", "contactor.id: is missing"),
        ("pwm_channel = 0", "pwm_channel = true", "pwm_channel: came True, allowed int"),
        ("pwm_channel = 0", 'pwm_channel = "0"', "pwm_channel: came '0', allowed int"),
        ("pwm_channel = 0", "pwm_channel = 0.5", "pwm_channel: came 0.5, allowed int"),
        ("factor = -5", "factor = false", "pilot_low.factor: came False, allowed float"),
        ("factor = -5", 'factor = "5"', "pilot_low.factor: came '5', allowed float"),
        ("active_low = true", "active_low = 1", "mirror.active_low: came 1, allowed bool"),
        ("active_low = true", "active_low = 'yes'", "mirror.active_low: came 'yes', allowed bool"),
        ('gpio_chip = "/dev/gpiochip0"', "gpio_chip = 0", "gpio_chip: came 0, allowed str"),
        ('adc = "/sys/bus/iio/devices/iio:device0"', "adc = 5", "adc: came 5, allowed Path"),
        ("id = 17", "id = 17\ncolour = 1", "contactor.colour: is unknown, allowed id, active_low"),
        ("pwm_channel = 0", "pwm_channel = 0\npwm_chanel = 1", "pwm_chanel: is unknown, allowed "),
        ("pwm_channel = 0", "pwm_channel = 0\nlock = 5", "lock: came 5, allowed a table"),
        ("pwm_channel = 0", "pwm_channel = ", "Invalid value"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    text = LEAST.replace(old, new, 1)
    assert text != LEAST
    with pytest.raises(ValueError, match=re.escape(named)) as caught:
        wiring(tmp_path, text)
    assert str(caught.value).startswith(f"board.wiring, {tmp_path / 'wiring.toml'}: ")


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ("[lock]\nclose = { id = 3 }\nopen = { id = 4 }\n", "lock.feedback: is missing"),
        ("[watchdog]\nwithin_s = 'soon'\nline = { id = 8 }\n", "watchdog.within_s: came 'soon'"),
        ("[monitor]\ntrip = 6\n", "monitor.trip: came 6, allowed a table"),
        (
            "[proximity]\nsupply_v = 5\nseries_ohm = 330\nchannel = { numbr = 2 }\n",
            "proximity.channel.numbr: is unknown, allowed number, factor, offset_v",
        ),
    ],
)
def test_what_is_wrong_deeper_in_is_named(tmp_path: Path, more: str, named: str) -> None:
    with pytest.raises(ValueError, match=re.escape(named)):
        wiring(tmp_path, LEAST + more)


def test_a_line_may_be_given_by_its_name(tmp_path: Path) -> None:
    assert wiring(tmp_path, LEAST.replace("id = 17", 'id = "GPIO17"')).contactor == Line("GPIO17")


@pytest.mark.parametrize("new", ["id = 4.5", "id = true", "id = []"])
def test_a_line_is_nothing_else(tmp_path: Path, new: str) -> None:
    with pytest.raises(ValueError, match=r"contactor\.id: came"):
        wiring(tmp_path, LEAST.replace("id = 17", new))


def test_the_rating_is_not_a_matter_of_wires(tmp_path: Path) -> None:
    """It is `installation.max_output_current_a`: one truth, and nobody believes in another."""
    with pytest.raises(ValueError, match="maximum_a"):
        wiring(tmp_path, f"maximum_a = 63.0\n{LEAST}")


@pytest.mark.parametrize(
    ("name", "error"), [("missing.toml", FileNotFoundError), ("", IsADirectoryError)]
)
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str, error: type[OSError]) -> None:
    with pytest.raises(error):
        wiring_of(f"{tmp_path}/{name}", 32.0)


def test_bytes_that_are_no_text_are_named(tmp_path: Path) -> None:
    file = tmp_path / "wiring.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match=r"board\.wiring, "):
        wiring_of(str(file), 32.0)


@pytest.mark.parametrize(
    "more",
    [
        pytest.param(REST.replace("id = 7", "id = 17"), id="the monitor's test on the contactor"),
        pytest.param(REST.replace("id = 4", "id = 3"), id="both sides of the bridge"),
        pytest.param("[watchdog]\nwithin_s = -1\nline = { id = 8 }\n", id="a time below zero"),
        pytest.param(
            "[proximity]\nsupply_v = 5\nseries_ohm = 0\nchannel = { number = 2 }\n",
            id="a divider without a resistor",
        ),
    ],
)
def test_wires_that_cannot_be_are_named(tmp_path: Path, more: str) -> None:
    with pytest.raises(ValueError, match=r"board\.wiring"):
        wiring(tmp_path, LEAST + more)
