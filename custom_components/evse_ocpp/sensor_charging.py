"""What goes on at a connector: the car, its session, and by what it is limited."""

import re
from datetime import datetime

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import UnitOfEnergy, UnitOfTime
from homeassistant.util import dt as dt_util

from .central.charger import ChargerStatus, Connector
from .features import Feature
from .sensor_description import EvseSensorDescription
from .wallbox import Wallbox

# `unavailable` as a state would look like an entity which is not available.
STATUS = {status: status.value for status in ChargerStatus} | {
    ChargerStatus.UNAVAILABLE: "out_of_service"
}
# evcc and other energy managers know these words, and few of those of OCPP
# (evcc, util/homeassistant/connection.go).
CAR = {
    ChargerStatus.AVAILABLE: "disconnected",
    ChargerStatus.RESERVED: "disconnected",
    ChargerStatus.PREPARING: "connected",
    ChargerStatus.SUSPENDED_EV: "connected",
    ChargerStatus.SUSPENDED_EVSE: "connected",
    ChargerStatus.FINISHING: "connected",
    ChargerStatus.CHARGING: "charging",
}
# The limits of this project's firmware, the user's choices here, and what others may say.
LIMITED_BY = (
    "back_office",
    "board",
    "breaker",
    "cable",
    "capacity",
    "central",
    "check",
    "circuit",
    "contract",
    "dlb",
    "foreign_limit",
    "fuse",
    "grid_operator",
    "installation",
    "meter_lost",
    "no_plan",
    "none",
    "operator",
    "overload",
    "phase_loss",
    "phase_switch",
    "plan",
    "price",
    "schedule",
    "sharing",
    "sharing_lost",
    "site_silent",
    "solar",
    "temperature",
    "unbalance",
    "paused",
    "user_limit",
    "window",
    "other",
)
# Reasons of OCPP 1.6 (section 7.30) and of 2.0.1 (ReasonEnumType), where people can use them.
STOP_REASONS = (
    "de_authorized",
    "emergency_stop",
    "energy_limit_reached",
    "ev_disconnected",
    "hard_reset",
    "local",
    "power_loss",
    "reboot",
    "remote",
    "soc_limit_reached",
    "soft_reset",
    "stopped_by_ev",
    "time_limit_reached",
    "timeout",
    "unlock_command",
    "other",
)
_SECONDS_PER_MINUTE = 60
_NEXT_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def slug(ocpp_word: str) -> str:
    """Return a state for a word of OCPP: `EVDisconnected` → `ev_disconnected`."""
    return _NEXT_WORD.sub("_", ocpp_word).lower()


def _boost_until(wallbox: Wallbox, _: Connector) -> datetime | None:
    choices = wallbox.steering.choices
    return choices.boost_until if choices.boosted(dt_util.now()) else None


def _limited_by(wallbox: Wallbox, connector: Connector) -> str | None:
    """Return the limit which wins; the choice behind it, where it is ours or not told.

    Not told either is one that somebody else left: it shows by what is offered.
    """
    if wallbox.steering.watch.foreign_limit_a(connector.id) is not None:
        return "foreign_limit"
    if connector.limited_by in (None, "central"):
        reason = str(wallbox.steering.allowance(connector.id).reason)
        return reason if reason in LIMITED_BY else "other"
    return connector.limited_by if connector.limited_by in LIMITED_BY else "other"


def _session_duration_s(_: Wallbox, connector: Connector) -> int | None:
    """Return whole minutes, in s: a state for each second would only fill the history."""
    if (session := connector.session) is None:
        return None
    duration = (session.ended_at or dt_util.utcnow()) - session.started_at
    return int(duration.total_seconds()) // _SECONDS_PER_MINUTE * _SECONDS_PER_MINUTE


def stop_reason(told: str | None) -> str:
    """Return one of STOP_REASONS; OCPP leaves the reason away when it was `Local`."""
    reason = slug(told or "Local")
    return reason if reason in STOP_REASONS else "other"


def _stop_reason(_: Wallbox, connector: Connector) -> str | None:
    """Return why the last session ended."""
    session = connector.last_session
    return None if session is None else stop_reason(session.reason)


CHARGING = (
    EvseSensorDescription(
        key="status",
        translation_key="status",
        device_class=SensorDeviceClass.ENUM,
        options=list(STATUS.values()),
        value_fn=lambda _, connector: connector.status and STATUS[connector.status],
    ),
    EvseSensorDescription(
        key="car",
        translation_key="car",
        device_class=SensorDeviceClass.ENUM,
        options=["disconnected", "connected", "charging"],
        value_fn=lambda _, connector: connector.status and CAR.get(connector.status),
    ),
    EvseSensorDescription(
        key="session_energy",
        translation_key="session_energy",
        device_class=SensorDeviceClass.ENERGY,
        state_class=SensorStateClass.TOTAL_INCREASING,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=3,
        available_offline=True,
        value_fn=lambda _, connector: connector.session and connector.session.shown_wh,
    ),
    EvseSensorDescription(
        key="session_duration",
        translation_key="session_duration",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_unit_of_measurement=UnitOfTime.MINUTES,
        suggested_display_precision=0,
        entity_registry_enabled_default=False,
        value_fn=_session_duration_s,
    ),
    EvseSensorDescription(
        key="session_start",
        translation_key="session_start",
        device_class=SensorDeviceClass.TIMESTAMP,
        available_offline=True,
        entity_registry_enabled_default=False,
        value_fn=lambda _, connector: connector.session and connector.session.started_at,
    ),
    EvseSensorDescription(
        key="stop_reason",
        translation_key="stop_reason",
        device_class=SensorDeviceClass.ENUM,
        options=list(STOP_REASONS),
        available_offline=True,
        entity_registry_enabled_default=False,
        value_fn=_stop_reason,
    ),
    EvseSensorDescription(
        key="limited_by",
        translation_key="limited_by",
        device_class=SensorDeviceClass.ENUM,
        options=list(LIMITED_BY),
        value_fn=_limited_by,
    ),
    EvseSensorDescription(
        key="boost_until",
        translation_key="boost_until",
        device_class=SensorDeviceClass.TIMESTAMP,
        per_connector=False,
        available_offline=True,
        feature=Feature.SITE,
        entity_registry_enabled_default=False,
        value_fn=_boost_until,
    ),
)
