"""What is watched at a connector, as its board can and the settings say."""

from collections.abc import Callable

from evse.boards.board import Board, Capabilities
from evse.core.mains import MainsSettings
from evse.core.overload import OverloadSettings
from evse.core.state import ControllerSettings
from evse.core.thermal import ThermalSettings
from evse.settings.values import Settings


def watching(settings: Settings, board: Board) -> Callable[[], ControllerSettings]:
    """Return what gives the settings of a connector's controller at any instant.

    They are made anew when a setting changes, or when the board is known better.
    """
    made: dict[Capabilities, ControllerSettings] = {}

    def current() -> ControllerSettings:
        capabilities = board.capabilities
        if capabilities not in made:
            made.clear()
            made[capabilities] = controller_settings(settings, capabilities)
        return made[capabilities]

    settings.subscribe(lambda _key: made.clear())
    return current


def controller_settings(settings: Settings, board: Capabilities) -> ControllerSettings:
    """Return the settings of a connector's controller."""
    lock = board.socket_lock
    overload = OverloadSettings(settings["protection.stop_limit_percent"])
    return ControllerSettings(
        captive_cable=board.captive_cable,
        socket_lock=lock,
        permanently_locked=lock and settings["installation.permanently_locked_cable"],
        ventilation_allowed=not settings["protection.pause_in_state_d"],
        earthed=settings["installation.power_system"] != "IT",
        switches_itself=board.switches_itself,
        reading_max_age_s=board.reading_max_age_s,
        residual_test=board.residual_test and settings["protection.rcmu"],
        wake_up=board.state_f and settings["protection.wake_up"],
        mains=_mains(settings) if settings["protection.voltage_monitoring"] else None,
        overload=overload if settings["protection.check_car_overload"] else None,
        thermal=_thermal(settings, board),
        contactor_lifetime=settings["protection.contactor_lifetime"],
        plug_lifetime=settings["protection.plug_lifetime"],
    )


def _mains(settings: Settings) -> MainsSettings:
    return MainsSettings(
        phases=3 if settings["installation.phases"].startswith("3P") else 1,
        maximum_v=settings["protection.max_voltage_v"],
        minimum_v=settings["protection.min_voltage_v"],
        recover_high_v=settings["protection.high_voltage_hysteresis_v"],
        recover_low_v=settings["protection.low_voltage_hysteresis_v"],
    )


def _thermal(settings: Settings, board: Capabilities) -> ThermalSettings:
    return ThermalSettings(
        relay_sensor=board.temperature,
        plug_sensor=board.plug_temperature,
        reduce_at_c=settings["protection.temperature_threshold_1_c"],
        stop_at_c=settings["protection.temperature_threshold_2_c"],
        step_percent=settings["protection.temperature_reduction_percent"],
        calibration_k=settings["protection.temperature_calibration"] / 10.0,
    )
