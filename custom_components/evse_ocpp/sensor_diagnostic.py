"""What helps to find a fault: of the wallbox, of its connection, and of how it obeys."""

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import UnitOfElectricCurrent, UnitOfEnergy, UnitOfTime
from homeassistant.util import dt as dt_util

from .central.charger import Connector
from .commissioning_report import Outcome
from .sensor_charging import slug
from .sensor_description import told
from .wallbox import Wallbox

# ChargePointErrorCode of OCPP 1.6, section 7.6; what is none of them is "other_error".
ERRORS = (
    "connector_lock_failure",
    "ev_communication_error",
    "ground_failure",
    "high_temperature",
    "internal_error",
    "local_list_conflict",
    "no_error",
    "over_current_failure",
    "over_voltage",
    "power_meter_failure",
    "power_switch_failure",
    "reader_failure",
    "reset_failure",
    "under_voltage",
    "weak_signal",
    "other_error",
)


def _error(_: Wallbox, connector: Connector) -> str | None:
    if connector.error_code is None:
        return None
    error = slug(connector.error_code)
    return error if error in ERRORS else "other_error"


def _rounded(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds)


DIAGNOSTIC = (
    told("identity", lambda wallbox, _: wallbox.charger.identity, per_connector=False),
    told(
        "error",
        _error,
        device_class=SensorDeviceClass.ENUM,
        options=list(ERRORS),
    ),
    told("vendor_error", lambda _, connector: connector.vendor_error_code),
    told(
        "register",
        lambda _, connector: connector.readings.register_wh,
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=3,
    ),
    told(
        "fallback_current",
        lambda wallbox, _: wallbox.charger.fallback_a,
        device_class=SensorDeviceClass.CURRENT,
        native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
        suggested_display_precision=1,
        per_connector=False,
    ),
    told(
        "clock_offset",
        lambda wallbox, _: _rounded(wallbox.charger.clock_offset_s),
        device_class=SensorDeviceClass.DURATION,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_display_precision=0,
        per_connector=False,
    ),
    told(
        "violations",
        lambda wallbox, _: wallbox.charger.violations.total(),
        state_class=SensorStateClass.TOTAL_INCREASING,
        per_connector=False,
    ),
    told(
        "connections",
        lambda wallbox, _: wallbox.charger.connection_count,
        state_class=SensorStateClass.TOTAL_INCREASING,
        per_connector=False,
    ),
    told(
        "connected_since",
        lambda wallbox, _: wallbox.charger.connected_since,
        device_class=SensorDeviceClass.TIMESTAMP,
        per_connector=False,
    ),
    told("ocpp_version", lambda wallbox, _: wallbox.charger.ocpp_version, per_connector=False),
    told("firmware", lambda wallbox, _: wallbox.charger.firmware_version, per_connector=False),
    told(
        "firmware_status",
        lambda wallbox, _: wallbox.charger.firmware_status,
        per_connector=False,
    ),
    told(
        "persistent_writes",
        lambda wallbox, _: wallbox.charger.persistent_writes.today(dt_util.utcnow()),
        state_class=SensorStateClass.TOTAL_INCREASING,
        available_offline=True,
        per_connector=False,
    ),
    told("refusal", lambda wallbox, _: wallbox.steering.refusals.problem, per_connector=False),
    told(
        "commissioning_outcome",
        lambda wallbox, _: (report := wallbox.commissioning.report) and report.outcome.value,
        device_class=SensorDeviceClass.ENUM,
        options=[outcome.value for outcome in Outcome],
        available_offline=True,
        per_connector=False,
    ),
    told(
        "commissioned",
        lambda wallbox, _: wallbox.charger.control.tested_at,
        device_class=SensorDeviceClass.TIMESTAMP,
        available_offline=True,
        per_connector=False,
    ),
)
