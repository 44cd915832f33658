"""What is watched and when it ends a charge: pages MANUFACTURER (5.8.1.8) and INSTALLATION."""

from evse.settings.setting import Kind, Roles, Setting

MANUFACTURER = Roles.spelt("RW", "R", "R")
HIDDEN = Roles.spelt("RW", "UV", "UV")
INSTALLER = Roles.spelt("RW", "RW", "R")


def _switch(key: str, default: bool, label: str, roles: Roles = MANUFACTURER) -> Setting:
    return Setting(f"protection.{key}", Kind.BOOL, default, label, roles)


def _number(key: str, default: float, label: str, low: float, high: float, unit: str) -> Setting:
    return Setting(f"protection.{key}", Kind.FLOAT, default, label, MANUFACTURER, low, high, unit)


ROWS = (
    _switch("voltage_monitoring", True, "Voltage monitoring"),
    _number("max_voltage_v", 265.0, "Max voltage (V)", 230, 300, "V"),
    _number("min_voltage_v", 180.0, "Min voltage (V)", 100, 230, "V"),
    _number(
        "high_voltage_hysteresis_v",
        250.0,
        "High voltage hysteresis threshold (V)",
        220,
        300,
        "V",
    ),
    _number(
        "low_voltage_hysteresis_v", 200.0, "Low voltage hysteresis threshold (V)", 100, 240, "V"
    ),
    Setting(
        "protection.temperature_calibration",
        Kind.INT,
        0,
        "Temperature calibration",
        HIDDEN,
        -200,
        200,
        "0.1 K",
    ),
    _number("temperature_threshold_1_c", 70.0, "Temperature threshold 1 (°C)", 30, 100, "°C"),
    _number(
        "temperature_reduction_percent",
        10.0,
        "Charging current to reduce temperature (%)",
        5,
        50,
        "%",
    ),
    _number("temperature_threshold_2_c", 90.0, "Temperature threshold 2 (°C)", 40, 110, "°C"),
    _switch("pause_in_state_d", True, "Pause/ prevent charging in state D"),
    _switch("rcmu", True, "RCMU"),
    _switch("wake_up", True, "Wake a sleeping car"),
    # The manual's page and table have these two the other way round; EN 62196-1 tests a plug for
    # 10 000 insertions, a contactor outlives it.
    Setting(
        "protection.contactor_lifetime",
        Kind.INT,
        30_000,
        "Contactor Life Time",
        MANUFACTURER,
        0,
        10_000_000,
        "cycles",
    ),
    Setting(
        "protection.plug_lifetime",
        Kind.INT,
        10_000,
        "Plug Life Time",
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
        "Stop Limit (%)",
        INSTALLER,
        110,
        200,
        "%",
    ),
)
