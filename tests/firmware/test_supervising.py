"""What is watched at a connector: the settings on one side, what the board can on the other."""

import itertools
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from evse.boards.board import Capabilities
from evse.core.mains import MainsSettings
from evse.core.overload import OverloadSettings
from evse.core.state import ControllerSettings
from evse.core.thermal import ThermalSettings
from evse.settings.consistency import contradictions
from evse.settings.table import BY_KEY
from evse.settings.values import Settings
from evse.supervising import controller_settings, watching
from tests.firmware.settings_store import NoStore

BARE = Capabilities(
    name="bare", maximum_a=32.0, captive_cable=False, socket_lock=False, host_loss=None
)
FULL = replace(
    BARE,
    socket_lock=True,
    temperature=True,
    plug_temperature=True,
    residual_test=True,
    state_f=True,
)


async def of(board: Capabilities, *overrides: str) -> ControllerSettings:
    return controller_settings(await Settings.load(NoStore(), overrides=overrides), board)


@pytest.mark.parametrize(
    ("board", "overrides", "expected"),
    [
        # What only the board can say.
        (BARE, (), {"captive_cable": False, "socket_lock": False, "switches_itself": False}),
        (replace(BARE, captive_cable=True), (), {"captive_cable": True}),
        (FULL, (), {"socket_lock": True}),
        (replace(BARE, switches_itself=True), (), {"switches_itself": True}),
        (replace(BARE, reading_max_age_s=3.0), (), {"reading_max_age_s": 3.0}),
        # What both have to say.
        (FULL, (), {"permanently_locked": False}),
        (FULL, ("PermanentlyLockedCable=true",), {"permanently_locked": True}),
        (BARE, ("PermanentlyLockedCable=true",), {"permanently_locked": False}),
        (FULL, (), {"residual_test": True}),
        (FULL, ("protection.rcmu=false",), {"residual_test": False}),
        (BARE, (), {"residual_test": False}),
        (FULL, (), {"wake_up": True}),
        (FULL, ("protection.wake_up=false",), {"wake_up": False}),
        (BARE, (), {"wake_up": False}),
        # What the settings say.
        (FULL, (), {"ventilation_allowed": False}),
        (FULL, ("protection.pause_in_state_d=false",), {"ventilation_allowed": True}),
        (FULL, (), {"earthed": True}),
        (
            FULL,
            ("installation.power_system=IT", "installation.phases=1P+N230V"),
            {"earthed": False},
        ),
        (FULL, (), {"overload": None}),
        (
            FULL,
            ("protection.check_car_overload=true", "protection.stop_limit_percent=150"),
            {"overload": OverloadSettings(150.0)},
        ),
        (FULL, (), {"contactor_lifetime": 30_000, "plug_lifetime": 10_000}),
        (
            FULL,
            ("protection.contactor_lifetime=0", "protection.plug_lifetime=7"),
            {"contactor_lifetime": 0, "plug_lifetime": 7},
        ),
        (FULL, ("protection.voltage_monitoring=false",), {"mains": None}),
        (FULL, (), {"mains": MainsSettings(3, 265.0, 180.0, 250.0, 200.0)}),
        (
            FULL,
            (
                "installation.phases=1P+N230V",
                "protection.max_voltage_v=260",
                "protection.min_voltage_v=190",
                "protection.high_voltage_hysteresis_v=255",
                "protection.low_voltage_hysteresis_v=195",
            ),
            {"mains": MainsSettings(1, 260.0, 190.0, 255.0, 195.0)},
        ),
        (FULL, (), {"thermal": ThermalSettings(True, True, 70.0, 90.0, 10.0, 0.0)}),
        (BARE, (), {"thermal": ThermalSettings(False, False, 70.0, 90.0, 10.0, 0.0)}),
        (
            replace(BARE, temperature=True),
            (
                "protection.temperature_threshold_1_c=50",
                "protection.temperature_threshold_2_c=60",
                "protection.temperature_reduction_percent=20",
                "protection.temperature_calibration=-25",
            ),
            {"thermal": ThermalSettings(True, False, 50.0, 60.0, 20.0, -2.5)},
        ),
    ],
)
async def test_settings_and_board_together(
    board: Capabilities, overrides: tuple[str, ...], expected: dict[str, object]
) -> None:
    made = await of(board, *overrides)
    assert {name: getattr(made, name) for name in expected} == expected


async def test_what_the_manual_sets_is_what_the_core_takes_by_itself() -> None:
    """ETEK manual 5.8.1.8: one table, and no second one in the core."""
    made = await of(FULL)
    assert made.mains == MainsSettings()
    assert made.thermal == ThermalSettings(relay_sensor=True, plug_sensor=True)


BOUNDED = (
    "max_voltage_v",
    "min_voltage_v",
    "high_voltage_hysteresis_v",
    "low_voltage_hysteresis_v",
    "temperature_threshold_1_c",
    "temperature_threshold_2_c",
)


def _least_usual_most(key: str) -> tuple[object, ...]:
    setting = BY_KEY[f"protection.{key}"]
    return (setting.minimum, setting.default, setting.maximum)


async def test_whatever_settings_do_not_contradict_each_other_can_be_watched() -> None:
    """The core raises for an impossible order: that must never reach a control turn."""
    settings = await Settings.load(NoStore(), overrides=("protection.check_car_overload=true",))
    taken = refused = 0
    for values in itertools.product(*map(_least_usual_most, BOUNDED)):
        proposed = {f"protection.{key}": v for key, v in zip(BOUNDED, values, strict=True)}
        if contradictions({**settings.values, **proposed}):
            refused += 1
            continue
        settings._values.update(proposed)
        controller_settings(settings, FULL)
        taken += 1
    assert taken > 30
    assert refused > 300


async def test_the_bounds_of_the_temperature_reduction_can_be_watched() -> None:
    setting = BY_KEY["protection.temperature_reduction_percent"]
    for value in (setting.minimum, setting.maximum):
        assert (await of(FULL, f"{setting.key}={value}")).thermal.step_percent == value


@pytest.mark.parametrize("percent", [110.0, 110.1, 120.0, 200.0])
async def test_every_stop_limit_that_can_be_set_can_be_watched(percent: float) -> None:
    setting = BY_KEY["protection.stop_limit_percent"]
    assert setting.minimum == 110
    assert setting.maximum == 200
    made = await of(FULL, "protection.check_car_overload=true", f"{setting.key}={percent}")
    assert made.overload == OverloadSettings(percent)


async def test_what_is_watched_is_made_anew_only_when_something_changed() -> None:
    settings = await Settings.load(NoStore())
    board: Any = SimpleNamespace(capabilities=BARE)
    current = watching(settings, board)
    first = current()
    assert current() is first
    await settings.set("protection.pause_in_state_d", False, "test")
    changed = current()
    assert changed.ventilation_allowed is not first.ventilation_allowed
    assert current() is changed
    board.capabilities = FULL  # known exactly from the first contact on
    assert current().socket_lock
    board.capabilities = BARE
    assert current() == changed
