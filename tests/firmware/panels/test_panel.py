"""The panel as a task, and which devices the settings fit."""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

from evse.core.status import ChargePointStatus as Status
from evse.panels import panel as panel_module
from evse.panels.belt import Belt
from evse.panels.driver import Driver, PanelError
from evse.panels.fitted import drivers_of, lamp_addresses, panel_of
from evse.panels.gpio import Buzzer, LampLines, LineAddress
from evse.panels.indications import Indications
from evse.panels.lcd import Lcd
from evse.panels.panel import RETRY_S, Look, Panel
from evse.panels.shown import Notice, Shown, from_json
from evse.settings.panels import ROWS
from evse.settings.setting import SettingError
from evse.settings.table import BY_KEY
from evse.settings.values import Settings
from tests.firmware.panels.scene import CHARGING, shown
from tests.firmware.virtual_clock import VirtualClock


class Device:
    """Remembers what it showed; fails, or hangs, as the test says."""

    def __init__(self, name: str = "the device") -> None:
        self.name = name
        self.shown: list[Indications] = []
        self.fails = False
        self.closed = 0
        self.go_on = threading.Event()
        self.go_on.set()

    def show(self, indications: Indications) -> None:
        self.go_on.wait(60)
        if self.fails:
            raise PanelError(f"{self.name}: unplugged")
        self.shown.append(indications)

    def close(self) -> None:
        self.closed += 1


class Bench:
    """A panel on virtual time."""

    def __init__(self, *devices: Device) -> None:
        self.clock = VirtualClock()
        self.facts = shown()
        self.devices = devices
        self.panel = Panel(Look.ETEK, lambda: self.facts, devices, self.clock)

    async def pass_time(self, seconds: float) -> None:
        """Virtual seconds, in turns of the panel, and real time for the threads."""
        for _ in range(round(seconds / panel_module.TURN_S)):
            await until(self._served)
            await self.clock.pass_time(panel_module.TURN_S)
        await until(self._served)

    def _served(self) -> bool:
        """Whether the panel waits for its next turn with each device that does not hang."""
        waiting = sum(not waiter.done() for *_, waiter in self.clock._sleepers)
        return waiting >= sum(device.go_on.is_set() for device in self.devices)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.panel.run())
        await self.pass_time(0.1)
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def until(seen: Callable[[], object]) -> None:
    """Wait until a thread has done it."""
    async with asyncio.timeout(60):
        while not seen():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


def first_row(device: Device) -> str:
    return device.shown[-1].lines[0].strip()


async def test_it_writes_on_change_only() -> None:
    device = Device()
    bench = Bench(device)
    async with bench.running():
        await bench.pass_time(1.0)
        assert [indications.lines[0].strip() for indications in device.shown] == ["Available"]
        bench.facts = shown(CHARGING)
        await bench.pass_time(1.0)
        assert first_row(device) == "Charging"
        assert len(device.shown) <= 22


async def test_it_is_dark_at_the_end() -> None:
    device = Device()
    bench = Bench(device)
    async with bench.running():
        pass
    await until(lambda: device.closed == 1)


async def test_a_dead_device_is_tried_again_and_stops_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    dead, alive = Device("the display"), Device("the belt")
    dead.fails = True
    bench = Bench(dead, alive)
    with caplog.at_level(logging.INFO, "evse.panels"):
        async with bench.running():
            await bench.pass_time(2 * RETRY_S)
            bench.facts = shown({"status": Status.FINISHING})
            await bench.pass_time(0.1)
            assert first_row(alive) == "Finishing"
            dead.fails = False
            await bench.pass_time(RETRY_S + 0.2)
            assert first_row(dead) == "Finishing"
    told = [record.message for record in caplog.records]
    assert told.count("the display shows nothing: the display: unplugged") == 1
    assert told.count("the display works again") == 1


async def test_a_device_that_hangs_delays_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(panel_module, "ANSWER_S", 0.02)
    hung, alive = Device("the display"), Device()
    hung.go_on.clear()
    bench = Bench(hung, alive)
    async with bench.running():
        bench.facts = shown(CHARGING)
        began_s = time.monotonic()
        await bench.pass_time(0.5)
        assert time.monotonic() - began_s < 30
        assert first_row(alive) == "Charging"
        assert hung.shown == []
        await until(lambda: "the display has not answered" in caplog.text)
        hung.go_on.set()
        await bench.pass_time(0.2)
        assert first_row(hung) == "Charging"
    assert caplog.text.count("the display has not answered") == 1


async def test_a_notice_is_heard_and_seen() -> None:
    device = Device()
    bench = Bench(device)
    async with bench.running():
        bench.panel.notice(Notice.REFUSED)
        await bench.pass_time(1.0)
    sounds = [indications.sound for indications in device.shown]
    assert [on for on, before in zip(sounds, [None, *sounds], strict=False) if on != before] == [
        False,
        True,
        False,
        True,
        False,
    ]
    assert "Card refused" in {indications.lines[0].strip() for indications in device.shown}


async def test_without_devices_it_is_over_at_once() -> None:
    async with asyncio.timeout(60):
        await Panel(Look.ETEK, Shown, ()).run()


def test_the_snapshot_is_what_is_shown() -> None:
    bench = Bench()
    bench.panel.notice(Notice.ACCEPTED)
    told = bench.panel.snapshot()
    assert told["look"] == "etek"
    assert from_json(told) == bench.panel.shown()
    assert bench.panel.shown().box.notice is Notice.ACCEPTED


# -------------------------------------------------------------------- settings


def settings(**changes: Any) -> Settings:
    values = {row.key: row.default for row in ROWS}
    values |= {f"panel.{name}": value for name, value in changes.items()}
    return cast("Settings", values)


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({}, []),
        ({"lcd1602": True}, [Lcd]),
        ({"lamps": "blue=pwmchip0:0,green=gpiochip0:27"}, [LampLines]),
        ({"belt": "spi", "buzzer": "gpiochip0:25"}, [Belt, Buzzer]),
        ({"belt": "ws281x"}, [Belt]),
    ],
)
def test_what_the_settings_fit(changes: dict[str, Any], kinds: list[type[Driver]]) -> None:
    assert [type(driver) for driver in drivers_of(settings(**changes))] == kinds


def test_the_look_is_that_of_the_settings() -> None:
    assert panel_of(settings(), Shown).look is Look.ETEK
    assert panel_of(settings(look="cabur"), Shown).look is Look.CABUR


async def test_no_panel_opens_no_device() -> None:
    panel = panel_of(settings(look="none", lcd1602=True), Shown)
    async with asyncio.timeout(60):
        await panel.run()


def test_the_lines_of_the_lamps() -> None:
    assert lamp_addresses("blue=pwmchip0:1,belt.red=gpiochip3:4", active_low=True) == {
        "blue": LineAddress("pwmchip0", 1, True),
        "belt.red": LineAddress("gpiochip3", 4, True),
    }


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("panel.look", "vintage"),
        ("panel.lcd_address", "0x48"),
        ("panel.lamps", "blue"),
        ("panel.lamps", "blue=gpiochip0"),
        ("panel.buzzer", "25"),
        ("panel.belt_leds", 0),
        ("panel.belt_leds", 445),
    ],
)
def test_wrong_settings_are_refused(key: str, value: object) -> None:
    with pytest.raises(SettingError, match=key):
        BY_KEY[key].parse(value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("panel.lcd_address", "0x3F"),
        ("panel.lamps", "blue=pwmchip0:0,wifi.red=gpiochip0:1"),
        ("panel.lamps", ""),
        ("panel.buzzer", "gpiochip0:25"),
    ],
)
def test_right_settings_are_taken(key: str, value: object) -> None:
    assert BY_KEY[key].parse(value) == value


def test_lcd1602_is_the_manufacturers_alone() -> None:
    roles = BY_KEY["panel.lcd1602"].roles
    assert [roles.manufacturer, roles.operator, roles.user] == ["RW", "UV", "UV"]
