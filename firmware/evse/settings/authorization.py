"""Who may charge, and how a transaction ends: page AUTHORIZATION of the manual (5.8.2.1)."""

from evse.settings.setting import Kind, Roles, Setting

OPERATOR = Roles.spelt("RW", "RW", "R")
EVERYONE = Roles.spelt("RW", "RW", "RW")


def _switch(key: str, ocpp_key: str, label: str, default: bool, roles: Roles) -> Setting:
    return Setting(f"authorization.{key}", Kind.BOOL, default, label, roles, ocpp_key=ocpp_key)


def _wall_time(key: str, ocpp_key: str, label: str) -> Setting:
    return Setting(
        f"authorization.{key}",
        Kind.STR,
        "00:00",
        label,
        EVERYONE,
        pattern=r"([01]\d|2[0-3]):[0-5]\d",
        form="HH:MM from 00:00 to 23:59; twice the same is the whole day",
        ocpp_key=ocpp_key,
    )


ROWS = (
    _switch("free_charging", "FreeCharging", "Free charging", False, OPERATOR),
    Setting(
        "authorization.free_charging_tag_id",
        Kind.STR,
        "FREECHARGING",
        "Free charging tag ID",
        OPERATOR,
        1,
        20,  # OCPP 1.6, 7.28: idTag is a CiString20
        ocpp_key="FreeChargingTagID",
    ),
    Setting(
        "authorization.free_charging_mode",
        Kind.ENUM,
        "WithoutOcpp",
        "Free charging authorization mode",
        OPERATOR,
        choices=("WithOcpp", "WithoutOcpp"),
        ocpp_key="FreeChargingAuthorizationMode",
    ),
    _switch("charging_reservation", "ChargingReservation", "Charging reservation", False, EVERYONE),
    _wall_time("start_time", "StartTimeCharging", "Start time charging"),
    _wall_time("stop_time", "StopTimeCharging", "Stop time charging"),
    _switch("start_charging_delay", "StartChargingDelay", "Start charging delay", False, EVERYONE),
    Setting(
        "authorization.time_delay_s",
        Kind.INT,
        600,
        "Time delay (s)",
        EVERYONE,
        0,
        600,
        "s",
        ocpp_key="TimeDelay",
    ),
    _switch(
        # The manual's choice "IC card" / "IC card/Pull charging plug" is this very key.
        "stop_transaction_on_ev_side_disconnect",
        "StopTransactionOnEVSideDisconnect",
        "Stop transaction mode",
        True,
        OPERATOR,
    ),
    _switch(
        "stop_transaction_on_invalid_id",
        "StopTransactionOnInvalidId",
        "Stop transaction of a card that turns out invalid",
        True,
        OPERATOR,
    ),
    _switch(
        "restart_after_power_loss",
        "RestartTransactionAfterPowerLoss",
        "Restart transaction after power loss",
        False,
        OPERATOR,
    ),
    Setting(
        # OCPP 1.6, 3.5.4: enough for a car to drive away, where its transaction isn't stopped.
        "authorization.max_energy_on_invalid_id_wh",
        Kind.INT,
        0,
        "Energy for a card that turns out invalid",
        OPERATOR,
        0,
        100_000,
        "Wh",
        ocpp_key="MaxEnergyOnInvalidId",
    ),
    Setting(
        # The list that the central system sends, not the wallbox's own (EnableLocalWhitelist).
        "authorization.local_auth_list_enabled",
        Kind.BOOL,
        True,
        "Local authorization list of the backend",
        OPERATOR,
        ocpp_key="LocalAuthListEnabled",
        ocpp_profile="LocalAuthListManagement",
    ),
    _switch(
        "whitelist_expire_mode",
        "OcppWhitelistExpireMode",
        "Ocpp whitelist expire mode",
        True,
        OPERATOR,
    ),
    Setting(
        # The manual assumes the largest system time of its computer, the year 2038. A wallbox may
        # live longer, so it is counted from the central system's last word.
        "authorization.whitelist_expire_days",
        Kind.INT,
        3650,
        "Assumed validity of a cached card without expiry date",
        OPERATOR,
        1,
        36_500,
        "d",
        ocpp_key="OcppWhitelistExpireDays",
    ),
    _switch(
        # The manual's name for OCPP's AllowOfflineTxForUnknownId.
        "if_in_doubt_allow_charging",
        "AllowOfflineTxForUnknownId",
        "in doubt allow charging",
        False,
        EVERYONE,
    ),
    _switch(
        "authorize_remote_tx_requests",
        "AuthorizeRemoteTxRequests",
        "Authorize Remote Txrequests",
        False,
        OPERATOR,
    ),
    _switch("local_pre_authorize", "LocalPreAuthorize", "Local pre authorize", False, EVERYONE),
    _switch(
        "local_authorize_offline",
        "LocalAuthorizeOffline",
        "Local authorize if offline",
        True,
        OPERATOR,
    ),
    _switch(
        # The manual's spelling.
        "disallow_charging_if_ocpp_queue_is_full",
        "DissallowChargingIfOcppQueueIsFull",
        "Dissallow charging if ocpp queue is full",
        False,
        OPERATOR,
    ),
    _switch(
        "cache_enabled",
        "AuthorizationCacheEnabled",
        "Authorization cache enabled",
        True,
        Roles.spelt("RW", "R", "R"),
    ),
)
