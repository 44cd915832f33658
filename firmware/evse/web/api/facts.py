"""The read-only values of the pages, from the running wallbox.

They are those of page STATE (ETEK manual, 5.8.1.1) and of "Charger state" of the Cabur EV PLUS
(8.1.2, 3). What nobody measures is None, never a guess.
"""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from evse import __version__
from evse.connector import Connector
from evse.core.faults import Fault
from evse.core.timetable import zone
from evse.meters.correction import ZERO_KEYS, shown_energy_wh
from evse.meters.reading import MeterReading, Phases
from evse.registering import METER_SILENCE_S

if TYPE_CHECKING:
    from evse.web.context import Context


_DIGITS = {"_a": 1, "_v": 1, "_w": 0, "_kw": 3, "_kwh": 3, "_hz": 2, "_c": 1}
"""Decimal places by the unit at the end of a key: what the meters can tell apart."""


def facts(context: "Context", number: int, network: Mapping[str, Any]) -> dict[str, Any]:
    """Every read-only value by its key, for connector `number`. `network`: that port's snapshot."""
    connector = context.station.connectors[number]
    values = {
        **_wallbox(context, network),
        **_session(context, connector),
        **_measured(context, connector),
        **_house(context),
        **_hardware(connector),
    }
    return {key: _rounded(key, value) for key, value in values.items()}


def _wallbox(context: "Context", network: Mapping[str, Any]) -> dict[str, Any]:
    """What it is, and how it is connected."""
    settings, client = context.settings, context.client
    serial = settings["manufacturer.serial"]
    now = context.clock.utcnow().astimezone(zone(settings["installation.time_zone"]))
    return {
        "state.chargepoint_id": settings["ocpp.identity"],
        "state.backend_state": "Connected" if client.connected else "Not connected",
        "state.wlan_ip": _of(network, "wifi", "ip"),
        "state.lan_ip": _of(network, "ethernet", "ip"),
        "state.access_point_operator": _of(network, "cellular", "operator"),
        "state.serial": serial,
        "state.software_version": __version__,
        "state.system_time": f"{now:%H:%M:%S}",
        "system.software_version": __version__,
        "system.serial": serial,
    }


def _session(context: "Context", connector: Connector) -> dict[str, Any]:
    seconds = session_s(connector, context.clock.utcnow())
    return {
        "state.chargepoint_state": str(connector.status),
        "state.charging_time": None if seconds is None else _hours(seconds),
        "state.charging_duration_min": None if seconds is None else int(seconds // 60),
        "state.output_current_limit_a": context.settings["installation.output_current_limit_a"],
        "state.signaled_current_a": connector.controller.offered_a,
    }


def session_s(connector: Connector, now: datetime) -> float | None:
    """How long the running transaction lasts, s; None without one."""
    record = connector.transaction
    return None if record is None else max(0.0, (now - record.started_at).total_seconds())


def _hours(seconds: float) -> str:
    """As the manual shows it: 1:25:31."""
    minutes, whole_s = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{whole_s:02d}"


def _measured(context: "Context", connector: Connector) -> dict[str, Any]:
    """What the charger's own meter says."""
    meter = fresh_meter(context, connector)
    power_w = meter.power_w if meter else None
    current_a = meter.current_a if meter else None
    energy_wh = meter_wh(context, connector)
    return {
        **_phases("state.voltage", "v", meter.voltage_v if meter else None),
        **_phases("state.current", "a", current_a),
        "state.power_w": power_w,
        "state.energy_kwh": None if energy_wh is None else energy_wh / 1000,
        "state.grid_frequency_hz": meter.frequency_hz if meter else None,
        # Cabur's wallbox is mostly single-phase: of three, the most loaded says what the car takes.
        "state.output_current_a": None if current_a is None else max(current_a),
        "state.active_power_kw": None if power_w is None else power_w / 1000,
    }


def fresh_meter(context: "Context", connector: Connector) -> MeterReading | None:
    """The newest reading of the charger's meter; None when it says nothing about now."""
    meter = connector.meter
    silent = meter is None or context.clock.monotonic() - meter.at_s > METER_SILENCE_S
    return None if silent else meter


def meter_wh(context: "Context", connector: Connector) -> float | None:
    """The energy that people are shown, Wh, since the meter was set to zero; None: not read yet."""
    read_wh = connector.meter.energy_wh if connector.meter else None
    return shown_energy_wh(read_wh, context.settings[ZERO_KEYS[connector.id]])


def _house(context: "Context") -> dict[str, Any]:
    return {
        "state.dlb_max_a": context.settings["dlb.maximum_current_a"],
        **_phases("state.dlb", "a", context.station.house_current_a()),
    }


def _hardware(connector: Connector) -> dict[str, Any]:
    """What board, contactor and plug tell."""
    reading = connector.reading
    pilot_v = reading.pilot_high_v if math.isfinite(reading.at_s) else math.nan
    faults = connector.controller.faults
    return {
        "state.temperature_c": connector.temperature_c,
        "state.relay_temperature_c": connector.temperature_c,
        "state.environment_temperature_c": None,  # no board has a sensor outside of its relays
        "state.cp_voltage_v": pilot_v if math.isfinite(pilot_v) else None,
        # A fan of its own no board reports; that one does not turn it tells.
        "state.fan_status": "Fault" if Fault.FAN in faults else None,
        "state.contactor_cycles": connector.controller.contactor_cycles,
        "state.plug_cycles": connector.controller.plug_cycles,
    }


def _phases(key: str, unit: str, values: Phases | None) -> dict[str, float | None]:
    each = (None, None, None) if values is None else values
    return {f"{key}_l{phase}_{unit}": value for phase, value in enumerate(each, start=1)}


def _of(network: Mapping[str, Any], part: str, name: str) -> Any:
    """A value of a part of the network that may not be there; "" is none."""
    return (network.get(part) or {}).get(name) or None


def _rounded(key: str, value: Any) -> Any:
    if not isinstance(value, float):
        return value
    digits = _DIGITS.get(f"_{key.rpartition('_')[2]}", 3)
    return round(value, digits) if digits else round(value)
