"""On which page each row stands, in which order, and which rows can harm somebody. Pure.

The rows of the manual stand as in its table 5.8.2, with those that only its pages have; the others
follow them on the page that their key belongs to.
"""

from collections.abc import Mapping

from evse.settings.setting import Page


def _keys(prefix: str, names: str) -> tuple[str, ...]:
    return tuple(prefix + name for name in names.split())


MANUAL: Mapping[Page, tuple[str, ...]] = {
    Page.STATE: _keys(
        "state.",
        "chargepoint_id backend_state chargepoint_state charging_time wlan_ip lan_ip"
        " access_point_operator voltage_l1_v voltage_l2_v voltage_l3_v current_l1_a current_l2_a"
        " current_l3_a power_w energy_kwh output_current_limit_a signaled_current_a dlb_max_a"
        " dlb_l1_a dlb_l2_a dlb_l3_a temperature_c contactor_cycles plug_cycles serial",
    ),
    Page.NETWORK: _keys(
        "network.",
        "ethernet wifi cellular dhcp ip mask gateway dns ssid ssid_password apn",
    ),
    Page.INSTALLATION: _keys(
        "installation.",
        "chargepoint_type connection_mode slave_number phases output_current_limit_a"
        " max_output_current_a permanently_locked_cable",
    )
    + _keys("protection.", "check_car_overload stop_limit_percent"),
    Page.SYSTEM: _keys(
        "system.",
        "software_version serial firmware_update_url firmware_update factory_reset soft_reset"
        " restart manufacturer_login manufacturer_password operator_login operator_password"
        " user_login user_password log_password",
    ),
    Page.BACKEND: (
        *_keys(
            "ocpp.",
            "identity url mode send_error_status_notifications meter_values_sampled_data"
            " meter_value_sample_interval_s clock_aligned_data_interval_s heartbeat_interval_s",
        ),
        "authorization.authorize_remote_tx_requests",
        "ocpp.change_availability",
        "installation.time_zone",
    ),
    Page.WHITELIST: _keys("whitelist.", "learning_mode insert search delete clear_cache"),
    Page.MANUFACTURER: (
        *_keys("manufacturer.", "vendor model serial"),
        "installation.cable",
        "protection.rcmu",
        *_keys(
            "meter.internal.",
            "function_code register_voltage_l1 register_voltage_l2 register_voltage_l3"
            " register_current_l1 register_current_l2 register_current_l3 register_power"
            " register_energy format_voltage format_current format_power format_energy",
        ),
        *_keys(
            "protection.",
            "voltage_monitoring max_voltage_v min_voltage_v temperature_calibration"
            " high_voltage_hysteresis_v low_voltage_hysteresis_v temperature_threshold_1_c"
            " temperature_reduction_percent temperature_threshold_2_c pause_in_state_d"
            " contactor_lifetime plug_lifetime",
        ),
        "panel.lcd1602",
        *_keys("manufacturer.", "written_offer_address url simulate_swipe_card debug"),
    ),
    Page.LOADMANAGEMENT: (
        "loadmanagement.dlb_function",
        "dlb.maximum_current_a",
        "dlb.pid",
        "installation.maximum_current_a",
        *_keys(
            "meter.dlb.",
            "function_code register_current_l1 register_current_l2 register_current_l3"
            " format_current",
        ),
        *_keys("loadmanagement.", "set_zero download_register_list meters_list_url"),
    ),
    Page.AUTHORIZATION: _keys(
        "authorization.",
        "rfid_reader free_charging free_charging_tag_id free_charging_mode start_time stop_time"
        " charging_reservation start_charging_delay time_delay_s"
        " stop_transaction_on_ev_side_disconnect restart_after_power_loss enable_local_whitelist"
        " tag_id_function whitelist_expire_mode if_in_doubt_allow_charging local_pre_authorize"
        " local_authorize_offline disallow_charging_if_ocpp_queue_is_full cache_enabled",
    ),
}

_OTHERS: Mapping[str, Page] = {
    "state.": Page.STATE,
    "network.": Page.NETWORK,
    "installation.": Page.INSTALLATION,
    "sharing.": Page.INSTALLATION,
    "manufacturer.": Page.MANUFACTURER,
    "protection.": Page.MANUFACTURER,
    "board.": Page.MANUFACTURER,
    "reader.": Page.MANUFACTURER,
    "panel.": Page.MANUFACTURER,
    "meter.internal.": Page.MANUFACTURER,
    "meter.": Page.LOADMANAGEMENT,
    "dlb.": Page.LOADMANAGEMENT,
    "loadmanagement.": Page.LOADMANAGEMENT,
    "solar.": Page.LOADMANAGEMENT,
    "ocpp.": Page.BACKEND,
    "authorization.": Page.AUTHORIZATION,
    "whitelist.": Page.WHITELIST,
    "system.": Page.SYSTEM,
    "update.": Page.SYSTEM,
    "time.": Page.SYSTEM,
    "web.": Page.SYSTEM,
    "mqtt.": Page.SYSTEM,
    "service.": Page.SYSTEM,
    "simulation.": Page.SIMULATION,
}
"""By the beginning of the key; the first that fits."""

_HARMFUL = (
    "protection.",
    "board.",
    "meter.",
    "dlb.maximum",
    "dlb.fallback",
    "dlb.breaker",
    "loadmanagement.dlb_function",
    "sharing.limit",
    "sharing.guaranteed",
    "sharing.accept_unsealed",
    "sharing.phase",
    "installation.connection_mode",
    "installation.slave_number",
    "installation.product",
    "installation.power_system",
    "installation.phases",
    "installation.cable",
    "installation.max",
    "installation.output_current_limit",
)
"""What protects, what measures, and what says how much the wires carry."""

_PAGES = {key: page for page, keys in MANUAL.items() for key in keys}


def page_of(key: str) -> Page:
    """The page of a row. Raises KeyError for a key that belongs to none."""
    if key in _PAGES:
        return _PAGES[key]
    for prefix, page in _OTHERS.items():
        if key.startswith(prefix):
            return page
    raise KeyError(f"{key}: no page has rows of this name; see evse/settings/layout.py")


def can_harm(key: str) -> bool:
    """Whether a wrong value of this setting can harm somebody."""
    return key.startswith(_HARMFUL)
