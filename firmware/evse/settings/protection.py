"""What is watched and when it ends a charge: pages MANUFACTURER (5.8.1.8) and INSTALLATION."""

from evse.settings.setting import Kind, Roles, Setting

MANUFACTURER = Roles.of("RW", "R", "R")
HIDDEN = Roles.of("RW", "UV", "UV")
INSTALLER = Roles.of("RW", "RW", "R")


def _switch(key: str, default: bool, label: str, roles: Roles = MANUFACTURER) -> Setting:
    return Setting(f"protection.{key}", Kind.BOOL, default, label, roles)


def _number(key: str, default: float, label: str, low: float, high: float, unit: str) -> Setting:
    return Setting(f"protection.{key}", Kind.FLOAT, default, label, MANUFACTURER, low, high, unit)


ROWS = (
    _switch("voltage_monitoring", True, "Voltage monitoring"),
    _number("max_voltage_v", 265.0, "Max voltage", 230, 300, "V"),
    _number("min_voltage_v", 180.0, "Min voltage", 100, 230, "V"),
    _number("high_voltage_hysteresis_v", 250.0, "High voltage hysteresis threshold", 220, 300, "V"),
    _number("low_voltage_hysteresis_v", 200.0, "Low voltage hysteresis threshold", 100, 240, "V"),
    Setting(
        "protection.temperature_calibration",
        Kind.INT,
        0,
        "Temperature calibration (tenths of a kelvin, added to what the sensors say)",
        HIDDEN,
        -200,
        200,
        "0.1 K",
    ),
    _number("temperature_threshold_1_c", 70.0, "Temperature threshold 1", 30, 100, "°C"),
    _number("temperature_reduction_percent", 10.0, "Current to reduce temperature", 5, 50, "%"),
    _number("temperature_threshold_2_c", 90.0, "Temperature threshold 2", 40, 110, "°C"),
    _switch("pause_in_state_d", True, "Pause/prevent charging in state D"),
    _switch("rcmu", True, "RCMU: residual current monitor fitted, tested before a charge"),
    _switch("wake_up", True, "Wake a sleeping car (pilot state F for 4 s, at most twice)"),
    # The manual's page and table have these two the other way round; EN 62196-1 tests a plug for
    # 10 000 insertions, a contactor outlives it.
    Setting(
        "protection.contactor_lifetime",
        Kind.INT,
        30_000,
        "ContactorLifeTime (0: not watched)",
        MANUFACTURER,
        0,
        10_000_000,
        "cycles",
    ),
    Setting(
        "protection.plug_lifetime",
        Kind.INT,
        10_000,
        "PlugLifeTime (0: not watched)",
        MANUFACTURER,
        0,
        10_000_000,
        "cycles",
    ),
    _switch("check_car_overload", False, "Check for car overload", INSTALLER),
    Setting(
        "protection.stop_limit_percent",
        Kind.FLOAT,
        120.0,
        "Stop Limit",
        INSTALLER,
        110,
        200,
        "%",
    ),
)
