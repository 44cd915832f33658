"""Charging from the roof without Home Assistant: what the user wants, prices, delays.

The defaults of the delays are those at which simulated days gained most with at most 1.5 starts an
hour (tests/bench/solar_day.py).
"""

from evse.settings.setting import Kind, Roles, Setting

EVERYONE = Roles.spelt("RW", "RW", "RW")
OPERATOR = Roles.spelt("RW", "RW", "R")


def _price(key: str, default: float, label: str, ocpp_key: str) -> Setting:
    """A price may be negative for an hour, not for longer."""
    return Setting(
        f"solar.{key}",
        Kind.FLOAT,
        default,
        label,
        OPERATOR,
        -100,
        500,
        "ct/kWh",
        ocpp_key=ocpp_key,
    )


def _seconds(key: str, default: int, label: str, ocpp_key: str) -> Setting:
    return Setting(
        f"solar.{key}", Kind.INT, default, label, OPERATOR, 0, 3600, "s", ocpp_key=ocpp_key
    )


ROWS = (
    Setting(
        "solar.mode",
        Kind.ENUM,
        "fast",
        "Charging from the sun",
        EVERYONE,
        choices=("off", "solar", "minimum_solar", "fast"),
        ocpp_key="SolarMode",
    ),
    _price("night_price_ct", 23.0, "Price of energy at night", "SolarNightPrice"),
    _price("day_price_ct", 30.0, "Price of energy by day", "SolarDayPrice"),
    _price("feed_in_ct", 8.0, "What energy earns that is fed into the grid", "SolarFeedIn"),
    _seconds("enable_s", 10, "Sun for so long before a start", "SolarEnableTime"),
    _seconds("disable_s", 60, "Lack of sun for so long before a stop", "SolarDisableTime"),
    _seconds("phase_s", 300, "Time before another number of phases", "SolarPhaseTime"),
    _seconds("run_s", 60, "Shortest run", "SolarMinimumRun"),
    _seconds("pause_s", 30, "Shortest pause", "SolarMinimumPause"),
    Setting(
        # Some cars need 45 s to forget the phases they had (BMW iX3, Cupra; WARP waits 60 s).
        "solar.switch_wait_s",
        Kind.INT,
        60,
        "Pause while phases are switched",
        OPERATOR,
        10,
        600,
        "s",
        ocpp_key="SolarSwitchWait",
    ),
)
