"""The values of page STATE (5.8.1.1), and of Cabur's page "Charger state" (8.1.2, step 3)."""

from evse.settings.fact import Fact
from evse.settings.setting import Kind, Page


def _fact(name: str, kind: Kind, label: str, unit: str = "", manual: tuple[str, ...] = ()) -> Fact:
    return Fact(f"state.{name}", Page.STATE, kind, label, unit, manual=manual)


ETEK = (
    _fact("chargepoint_id", Kind.STR, "Chargepoint ID"),
    _fact("backend_state", Kind.STR, "Backend State"),
    _fact("chargepoint_state", Kind.STR, "Chargepoint state"),
    _fact("charging_time", Kind.STR, "Charging Time"),
    _fact("wlan_ip", Kind.STR, "WLAN IP"),
    _fact("lan_ip", Kind.STR, "LAN IP"),
    _fact("access_point_operator", Kind.STR, "Access point operator"),
    _fact("voltage_l1_v", Kind.FLOAT, "Voltage L1 (V)", "V", ("Grid Voltage",)),
    _fact("voltage_l2_v", Kind.FLOAT, "Voltage L2 (V)", "V"),
    _fact("voltage_l3_v", Kind.FLOAT, "Voltage L3 (V)", "V"),
    _fact("current_l1_a", Kind.FLOAT, "Current L1 (A)", "A"),
    _fact("current_l2_a", Kind.FLOAT, "Current L2 (A)", "A"),
    _fact("current_l3_a", Kind.FLOAT, "Current L3 (A)", "A"),
    _fact("power_w", Kind.FLOAT, "Power (W)", "W"),
    _fact("energy_kwh", Kind.FLOAT, "Energy (kWh)", "kWh"),
    _fact("output_current_limit_a", Kind.FLOAT, "Output current limit (A)", "A"),
    _fact("signaled_current_a", Kind.FLOAT, "Signaled Current (A)", "A"),
    _fact("dlb_max_a", Kind.FLOAT, "DLB Max (A)", "A"),
    _fact("dlb_l1_a", Kind.FLOAT, "Dlb(A- L1)(A)", "A"),
    _fact("dlb_l2_a", Kind.FLOAT, "Dlb(A- L2)(A)", "A"),
    _fact("dlb_l3_a", Kind.FLOAT, "Dlb(A- L3)(A)", "A"),
    _fact("temperature_c", Kind.FLOAT, "Temperature (°C)", "°C"),
    _fact("contactor_cycles", Kind.INT, "Contactur Cycles"),
    _fact("plug_cycles", Kind.INT, "Plug Cycles"),
    _fact("serial", Kind.STR, "Charge contoller serial", manual=("Serial Number",)),
)
"""In the order and the spelling of the table 5.8.2."""

CABUR = (
    _fact("software_version", Kind.STR, "Software Version"),
    _fact("grid_frequency_hz", Kind.FLOAT, "Grid Frequency", "Hz"),
    _fact("output_current_a", Kind.FLOAT, "Output Current", "A"),
    _fact("active_power_kw", Kind.FLOAT, "Active Power", "kW"),
    _fact("charging_duration_min", Kind.INT, "Charging Duration", "min"),
    _fact("system_time", Kind.STR, "System Time"),
    _fact("relay_temperature_c", Kind.FLOAT, "Relay Temperature", "°C"),
    _fact("environment_temperature_c", Kind.FLOAT, "Environment Temperature", "°C"),
    _fact("cp_voltage_v", Kind.FLOAT, "CP Voltage", "V"),
    _fact("fan_status", Kind.STR, "Fan Status"),
)

FACTS = ETEK + CABUR
