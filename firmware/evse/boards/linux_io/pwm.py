"""One hardware PWM channel of the kernel, which makes the pilot's square wave.

Source: Linux Documentation/driver-api/pwm.rst. The duty may never exceed the period, the polarity
changes only while the channel is disabled, and the level of a disabled channel is undefined: so it
stays enabled for the steady levels too.
"""

import time
from pathlib import Path

PERIOD_NS = 1_000_000
"""IEC 61851-1: 1 kHz."""

_EXPORT_S = 1.0
"""For the channel's folder to appear and be ours: udev sets its permissions after the kernel."""
_EXPORT_LOOK_S = 0.02


class SysfsPwm:
    """Channel `channel` of the chip whose folder is `chip`, as /sys/class/pwm/pwmchip0.

    `inverted`: the front end turns the signal round. All methods raise OSError, `open` ValueError
    too when the kernel's files say what cannot be.
    """

    def __init__(self, chip: Path, channel: int, *, inverted: bool = False) -> None:
        self._chip = chip
        self._channel = channel
        self._folder = chip / f"pwm{channel}"
        self._polarity = "inversed" if inverted else "normal"
        self._duty_ns: int | None = None

    def open(self, duty_percent: float) -> None:
        """Export the channel and let it run with `duty_percent`. It may wait a second for udev."""
        if not self._folder.is_dir():
            (self._chip / "export").write_text(str(self._channel))
            _wait_for(self._folder / "duty_cycle")
        if self._read("polarity") != self._polarity:
            self._write("enable", 0)
            self._write("polarity", self._polarity)
        self._set(PERIOD_NS, _duty_ns(duty_percent))
        self._write("enable", 1)

    def set_duty(self, duty_percent: float) -> None:
        """Change the duty cycle, 0 to 100 %; nothing is written when it is the same."""
        duty_ns = _duty_ns(duty_percent)
        if duty_ns != self._duty_ns:
            self._write("duty_cycle", duty_ns)
            self._duty_ns = duty_ns

    def _set(self, period_ns: int, duty_ns: int) -> None:
        """Both at once, in the order which keeps the duty within the period all the time."""
        order = [("period", period_ns), ("duty_cycle", duty_ns)]
        if period_ns < int(self._read("period")):
            order.reverse()
        for name, value in order:
            self._write(name, value)
        self._duty_ns = duty_ns

    def _read(self, name: str) -> str:
        return (self._folder / name).read_text().strip()

    def _write(self, name: str, value: int | str) -> None:
        (self._folder / name).write_text(str(value))


def _duty_ns(duty_percent: float) -> int:
    if not 0 <= duty_percent <= 100:
        raise ValueError(f"duty cycle: came {duty_percent!r} %, allowed 0 to 100")
    return round(PERIOD_NS * duty_percent / 100)


def _wait_for(path: Path) -> None:
    end_s = time.monotonic() + _EXPORT_S
    while time.monotonic() < end_s:
        if path.exists():
            try:
                with path.open("r+"):
                    return
            except PermissionError:
                pass
        time.sleep(_EXPORT_LOOK_S)
    raise OSError(f"{path} did not appear within {_EXPORT_S} s of the export")
