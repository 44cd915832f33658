"""The connection with the central system: page BACKEND of the manual (5.8.1.6) and OCPP 1.6, 9."""

from evse.settings.setting import Kind, Roles, Setting

BACKEND = Roles.spelt("RW", "RW", "R")
SECRET = Roles.spelt("RW", "RW", "UV")
FACT = Roles.spelt("R", "R", "R")
BUILDER = Roles.spelt("RW", "R", "R")

_LOCAL_LIST = "LocalAuthListManagement"
_SMART_CHARGING = "SmartCharging"
FEATURE_PROFILES = (
    "Core",
    "FirmwareManagement",
    _LOCAL_LIST,
    "Reservation",
    _SMART_CHARGING,
    "RemoteTrigger",
)
"""The feature profiles there are, spelt as in OCPP 1.6, 3.2."""

MEASURANDS = (
    "Energy.Active.Import.Register",
    "Energy.Active.Export.Register",
    "Power.Active.Import",
    "Current.Import",
    "Voltage",
    "Frequency",
    "Current.Offered",
    "Power.Offered",
    "Temperature",
    "SoC",  # kept and read back; never sent, for the pilot of IEC 61851-1 tells no state of charge
)
"""The measurands which may be chosen, spelt as in OCPP 1.6, 7.31."""


def _measurands(key: str, ocpp_key: str, label: str, default: tuple[str, ...]) -> Setting:
    return Setting(key, Kind.LIST, default, label, BACKEND, choices=MEASURANDS, ocpp_key=ocpp_key)


def _seconds(
    key: str, ocpp_key: str, label: str, default: int, minimum: int = 0, maximum: int = 86_400
) -> Setting:
    return Setting(key, Kind.INT, default, label, BACKEND, minimum, maximum, "s", ocpp_key=ocpp_key)


def _fact(
    key: str, ocpp_key: str, label: str, value: bool | int | str, profile: str = ""
) -> Setting:
    kind = {bool: Kind.BOOL, int: Kind.INT, str: Kind.STR}[type(value)]
    return Setting(
        key, kind, value, label, FACT, ocpp_key=ocpp_key, ocpp_readonly=True, ocpp_profile=profile
    )


CONNECTION = (
    Setting(
        "ocpp.url",
        Kind.STR,
        "",
        "Backend url",
        BACKEND,
        maximum=512,
        pattern=r"|wss?://[^\s/?#]+[^\s?#]*",
        form="ws://host:port/path or wss://host:port/path, or empty",
        manual=("OCPP Address",),
    ),
    Setting(
        "ocpp.identity",
        Kind.STR,
        "",  # made on the first start
        "Chargepoint ID",
        BACKEND,
        maximum=48,
        pattern=r"[A-Za-z0-9_.:*|=+@\-]*",
        form="letters, digits and _.:*|=+@-",
    ),
    Setting(
        # The table also has Ocpp-J-2.0; the page's note 3 knows 1.6 only, as this program.
        "ocpp.mode",
        Kind.ENUM,
        "OCPP-J-1.6",
        "Ocpp Mode",
        BACKEND,
        choices=("OCPP-J-1.6",),
    ),
    Setting(
        "ocpp.password",
        Kind.STR,
        "",
        "Authorization key",
        SECRET,
        maximum=40,
        pattern=r"|.{16,40}",  # OCPP 1.6 security whitepaper, AuthorizationKey
        form="16 to 40 characters, or empty",
        ocpp_key="AuthorizationKey",
        secret=True,
    ),
    _seconds("ocpp.ping_interval_s", "WebSocketPingInterval", "Websocket ping interval", 30),
    _seconds("ocpp.heartbeat_interval_s", "HeartbeatInterval", "Heartbeat interval (s)", 900, 1),
)

METER_VALUES = (
    _seconds(
        "ocpp.meter_value_sample_interval_s",
        "MeterValueSampleInterval",
        "Meter value sample interval (s)",
        10,
    ),
    _seconds(
        "ocpp.clock_aligned_data_interval_s",
        "ClockAlignedDataInterval",
        "Clock aligned data interval(s)",
        0,
    ),
    _measurands(
        "ocpp.meter_values_sampled_data",
        "MeterValuesSampledData",
        "Meter values sampled data",
        (
            "Energy.Active.Import.Register",
            "Power.Active.Import",
            "Current.Import",
            "Voltage",
            "Current.Offered",
        ),
    ),
    _measurands(
        "ocpp.meter_values_aligned_data",
        "MeterValuesAlignedData",
        "Meter values aligned data",
        ("Energy.Active.Import.Register",),
    ),
    _measurands(
        "ocpp.stop_txn_sampled_data", "StopTxnSampledData", "Sampled data of StopTransaction", ()
    ),
    _measurands(
        "ocpp.stop_txn_aligned_data",
        "StopTxnAlignedData",
        "Clock aligned data of StopTransaction",
        (),
    ),
)

TRANSACTIONS = (
    _seconds("ocpp.connection_timeout_s", "ConnectionTimeOut", "Connection time-out", 120, 1),
    Setting(
        "ocpp.transaction_message_attempts",
        Kind.INT,
        3,
        "Attempts for a transaction message",
        BACKEND,
        1,
        100,
        ocpp_key="TransactionMessageAttempts",
    ),
    _seconds(
        "ocpp.transaction_message_retry_interval_s",
        "TransactionMessageRetryInterval",
        "Interval between these attempts",
        60,
    ),
    Setting(
        # A key that OCPP 1.6 (9.1.19) demands. A reset ends this process, which cannot fail, so
        # a second attempt never comes.
        "ocpp.reset_retries",
        Kind.INT,
        0,
        "Reset retries",
        BACKEND,
        0,
        10,
        ocpp_key="ResetRetries",
    ),
    Setting(
        "ocpp.unlock_connector_on_ev_side_disconnect",
        Kind.BOOL,
        True,
        "Unlock connector on EV side disconnect",
        FACT,
        ocpp_key="UnlockConnectorOnEVSideDisconnect",
        ocpp_readonly=True,
    ),
)

STATUS = (
    _seconds(
        "ocpp.minimum_status_duration_s",
        "MinimumStatusDuration",
        "Shortest status told",
        0,
        maximum=600,
    ),
    Setting(
        "ocpp.send_error_status_notifications",
        Kind.BOOL,
        True,
        "Send error status notifications",
        BACKEND,
        ocpp_key="SendErrorStatusNotifications",
    ),
    Setting(
        "ocpp.change_availability",
        Kind.BOOL,
        True,
        "Change availability",
        BACKEND,
        ocpp_key="ChangeAvailability",
    ),
)

LENGTHS = tuple(
    _fact(f"ocpp.{key}_max_length", f"{ocpp_key}MaxLength", f"Entries of {ocpp_key}", length)
    for key, ocpp_key, length in (
        ("meter_values_sampled_data", "MeterValuesSampledData", len(MEASURANDS)),
        ("meter_values_aligned_data", "MeterValuesAlignedData", len(MEASURANDS)),
        ("stop_txn_sampled_data", "StopTxnSampledData", len(MEASURANDS)),
        ("stop_txn_aligned_data", "StopTxnAlignedData", len(MEASURANDS)),
        ("connector_phase_rotation", "ConnectorPhaseRotation", 3),  # the wallbox and two sockets
        ("supported_feature_profiles", "SupportedFeatureProfiles", 6),  # all there are
    )
)

FACTS = (
    Setting(
        # Whoever builds the wallbox may leave one out; no central system may.
        "ocpp.supported_feature_profiles",
        Kind.LIST,
        FEATURE_PROFILES,
        "Feature profiles",
        BUILDER,
        choices=FEATURE_PROFILES,
        ocpp_key="SupportedFeatureProfiles",
        ocpp_readonly=True,
    ),
    _fact(
        "ocpp.local_auth_list_max_length",
        "LocalAuthListMaxLength",
        "Entries in the local authorization list",
        10_000,
        _LOCAL_LIST,
    ),
    _fact(
        # 150 bytes each at the most, in a frame of at most 64 KiB.
        "ocpp.send_local_list_max_length",
        "SendLocalListMaxLength",
        "Entries in one SendLocalList",
        400,
        _LOCAL_LIST,
    ),
    Setting(
        "ocpp.reserve_connector_zero_supported",
        Kind.BOOL,
        True,
        "Reservation of whichever connector is free",
        BUILDER,
        ocpp_key="ReserveConnectorZeroSupported",
        ocpp_readonly=True,
        ocpp_profile="Reservation",
    ),
    _fact("ocpp.get_configuration_max_keys", "GetConfigurationMaxKeys", "Keys in one request", 100),
    _fact(
        "ocpp.charge_profile_max_stack_level",
        "ChargeProfileMaxStackLevel",
        "Highest stack level",
        20,
        _SMART_CHARGING,
    ),
    _fact(
        "ocpp.charging_schedule_allowed_charging_rate_unit",
        "ChargingScheduleAllowedChargingRateUnit",
        "Units of a charging schedule",
        "Current,Power",
        _SMART_CHARGING,
    ),
    _fact(
        "ocpp.charging_schedule_max_periods",
        "ChargingScheduleMaxPeriods",
        "Periods in a charging schedule",
        48,
        _SMART_CHARGING,
    ),
    _fact(
        "ocpp.max_charging_profiles_installed",
        "MaxChargingProfilesInstalled",
        "Charging profiles installed at a time",
        50,
        _SMART_CHARGING,
    ),
    _fact(
        # The contactors of the boards so far switch all phases together.
        "ocpp.connector_switch_3_to_1_phase_supported",
        "ConnectorSwitch3to1PhaseSupported",
        "Phases can be switched while charging",
        False,
        _SMART_CHARGING,
    ),
)

ROWS = CONNECTION + METER_VALUES + TRANSACTIONS + STATUS + LENGTHS + FACTS
