"""Configuration keys: OCPP 1.6 section 9, and each wallbox setting as a vendor key."""

from dataclasses import replace
from typing import Any

import pytest
from ocpp.v16 import call

from evse.ocpp import configuration
from evse.ocpp.configuration import change_configuration, configuration_keys
from evse.settings.setting import Kind, Permission
from evse.settings.table import BY_OCPP_KEY, SETTINGS
from evse.settings.values import Settings
from tests.firmware.settings_store import NoStore

RW, R = False, True
SECTION_9 = {
    # 9.1 Core
    "AllowOfflineTxForUnknownId": (Kind.BOOL, RW),
    "AuthorizationCacheEnabled": (Kind.BOOL, RW),
    "AuthorizeRemoteTxRequests": (Kind.BOOL, RW),
    "ClockAlignedDataInterval": (Kind.INT, RW),
    "ConnectionTimeOut": (Kind.INT, RW),
    "ConnectorPhaseRotation": (Kind.STR, RW),
    "ConnectorPhaseRotationMaxLength": (Kind.INT, R),
    "GetConfigurationMaxKeys": (Kind.INT, R),
    "HeartbeatInterval": (Kind.INT, RW),
    "LocalAuthorizeOffline": (Kind.BOOL, RW),
    "LocalPreAuthorize": (Kind.BOOL, RW),
    "MaxEnergyOnInvalidId": (Kind.INT, RW),
    "MeterValuesAlignedData": (Kind.LIST, RW),
    "MeterValuesAlignedDataMaxLength": (Kind.INT, R),
    "MeterValuesSampledData": (Kind.LIST, RW),
    "MeterValuesSampledDataMaxLength": (Kind.INT, R),
    "MeterValueSampleInterval": (Kind.INT, RW),
    "MinimumStatusDuration": (Kind.INT, RW),
    "NumberOfConnectors": (Kind.INT, R),
    "ResetRetries": (Kind.INT, RW),
    "StopTransactionOnEVSideDisconnect": (Kind.BOOL, RW),
    "StopTransactionOnInvalidId": (Kind.BOOL, RW),
    "StopTxnAlignedData": (Kind.LIST, RW),
    "StopTxnAlignedDataMaxLength": (Kind.INT, R),
    "StopTxnSampledData": (Kind.LIST, RW),
    "StopTxnSampledDataMaxLength": (Kind.INT, R),
    "SupportedFeatureProfilesMaxLength": (Kind.INT, R),
    "TransactionMessageAttempts": (Kind.INT, RW),
    "TransactionMessageRetryInterval": (Kind.INT, RW),
    "WebSocketPingInterval": (Kind.INT, RW),
    # The plug is always unlocked when the car lets go of it, so this can only be read.
    "UnlockConnectorOnEVSideDisconnect": (Kind.BOOL, R),
    # 9.2 Local Auth List Management
    "LocalAuthListEnabled": (Kind.BOOL, RW),
    "LocalAuthListMaxLength": (Kind.INT, R),
    "SendLocalListMaxLength": (Kind.INT, R),
    # 9.3 Reservation
    "ReserveConnectorZeroSupported": (Kind.BOOL, R),
    # 9.4 Smart Charging
    "ChargeProfileMaxStackLevel": (Kind.INT, R),
    "ChargingScheduleMaxPeriods": (Kind.INT, R),
    "ConnectorSwitch3to1PhaseSupported": (Kind.BOOL, R),
    "MaxChargingProfilesInstalled": (Kind.INT, R),
}
OPTIONAL = {"BlinkRepeat", "LightIntensity"}
"""The lamps follow ETEK's and Cabur's tables, of which a central system can change nothing."""


@pytest.fixture
async def settings() -> Settings:
    return await Settings.load(NoStore())


@pytest.mark.parametrize("key", SECTION_9)
def test_keys_of_section_9(key: str) -> None:
    """Behaviours 12, 13: the right type, and readonly as in the specification."""
    row = BY_OCPP_KEY[key.lower()]
    assert (row.ocpp_key, row.kind, row.ocpp_readonly) == (key, *SECTION_9[key])


def test_lists_that_are_facts() -> None:
    for key in ("SupportedFeatureProfiles", "ChargingScheduleAllowedChargingRateUnit"):
        assert BY_OCPP_KEY[key.lower()].ocpp_readonly
    assert not OPTIONAL & {row.ocpp_key for row in SETTINGS}


async def test_lists_keep_within_their_max_length(settings: Settings) -> None:
    """Each measurand once: what comes twice counts once."""
    for key in ("MeterValuesSampledData", "StopTxnAlignedData"):
        row = BY_OCPP_KEY[key.lower()]
        longest = settings[BY_OCPP_KEY[f"{key}MaxLength".lower()].key]
        twice = ",".join(row.choices * 2)
        assert await change_configuration(settings, key, twice) == ("Accepted", "")
        assert len(settings[row.key]) == longest
    four = "0.RST,1.RST,2.RST,3.RST"
    assert (await change_configuration(settings, "ConnectorPhaseRotation", four))[0] == "Rejected"
    assert (await change_configuration(settings, "ConnectorPhaseRotation", four[:11]))[0] == (
        "Accepted"
    )


@pytest.mark.parametrize("row", [r for r in SETTINGS if r.ocpp_key], ids=lambda row: row.ocpp_key)
async def test_each_key_reads_back_as_it_was_set(settings: Settings, row: Any) -> None:
    """Behaviours 12, 13: what was read may be written, or can only be read."""
    ((entry,), unknown) = configuration_keys(settings, [row.ocpp_key.upper()])
    assert not unknown
    assert entry["key"] == row.ocpp_key
    assert row.secret is ("value" not in entry)
    if row.secret:
        return
    assert len(entry["value"]) <= 500
    status, why = await change_configuration(settings, row.ocpp_key, entry["value"])
    if row.ocpp_readonly:
        assert (status, why) == ("Rejected", f"{row.ocpp_key}: can only be read")
    else:
        assert status in ("Accepted", "RebootRequired"), why
        assert configuration_keys(settings, [row.ocpp_key])[0] == [entry]


NOT_OF_THE_KIND = {
    Kind.BOOL: ("2", "yes", ""),
    Kind.INT: ("1.5", "ten", "", "99999999999999999999", "-99999"),
    Kind.FLOAT: ("nan", "inf", "many", "", "1e9"),
    Kind.ENUM: ("Neither",),
    Kind.LIST: ("Taste", "Voltage,,"),
}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (row.ocpp_key, value)
        for row in SETTINGS
        if row.ocpp_key and not row.ocpp_readonly
        for value in NOT_OF_THE_KIND.get(row.kind, ())
    ],
)
async def test_a_value_that_does_not_fit_is_rejected(
    settings: Settings, key: str, value: str
) -> None:
    """Behaviour 13."""
    before = dict(settings.values)
    status, why = await change_configuration(settings, key, value)
    assert status == "Rejected"
    assert "allowed is" in why
    assert settings.values == before


async def test_what_holds_after_a_restart_says_so(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = replace(BY_OCPP_KEY["cponame"], reboot=True)
    monkeypatch.setitem(configuration.BY_OCPP_KEY, "cponame", row)
    assert await change_configuration(settings, "CpoName", "Rossi") == ("RebootRequired", "")


async def test_get_configuration_answers_a_page(settings: Settings) -> None:
    """Of more than GetConfigurationMaxKeys the first; without keys all, more than 20."""
    most = settings["ocpp.get_configuration_max_keys"]
    every, _ = configuration_keys(settings, None)
    assert len(every) > 20
    names = [entry["key"] for entry in every] * 2
    page, _ = configuration_keys(settings, names)
    assert [entry["key"] for entry in page] == names[:most]
    assert configuration_keys(settings, ["Nonsense"]) == ([], ["Nonsense"])


def test_what_the_operator_may_not_see_or_change_the_central_system_may_not_either() -> None:
    """But AuthorizationCacheEnabled, which OCPP 1.6 demands to be RW."""
    for row in SETTINGS:
        if row.ocpp_key:
            assert row.roles.operator is not Permission.NONE
            if row.ocpp_key != "AuthorizationCacheEnabled" and not row.ocpp_readonly:
                assert row.roles.operator is Permission.READ_WRITE, row.key


async def test_all_keys_fit_into_a_frame(central: Any, wallbox: Any) -> None:
    """Behaviour 12: central systems commonly take 64 KiB."""
    answer = await central.ask(call.GetConfiguration())
    assert len(answer.configuration_key) == len(BY_OCPP_KEY)
    assert max(len(frame) for frame in central.frames) < 30_000
