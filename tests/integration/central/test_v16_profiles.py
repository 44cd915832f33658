"""How each method says a limit: section "A limit that ends by itself", rows 24 to 27, 32 and 33."""

from datetime import UTC, datetime

import pytest

from custom_components.evse_ocpp.central.control import Kind, Method, Purpose, Unit
from custom_components.evse_ocpp.central.v16_profiles import profile_for, profile_id, target

NOW = datetime(2026, 3, 1, 12, 0, 0, 999, tzinfo=UTC)
TX = Method(Purpose.TX_PROFILE)
DEFAULT = Method(Purpose.TX_DEFAULT_PROFILE)
MAX = Method(Purpose.CHARGE_POINT_MAX_PROFILE)


def schedule(method, limit_a=10.0, duration_s=60.0, **more):
    return profile_for(method, 1, limit_a, duration_s, NOW, **more)["chargingSchedule"]


@pytest.mark.parametrize("purpose", [Purpose.TX_PROFILE, Purpose.TX_DEFAULT_PROFILE])
def test_trap_1_a_relative_lease_ends_by_valid_to_and_never_by_duration(purpose):
    profile = profile_for(Method(purpose, kind=Kind.RELATIVE), 1, 10, 180, NOW)
    assert profile["chargingProfileKind"] == "Relative"
    assert profile["validTo"] == "2026-03-01T12:03:00Z"
    assert not {"duration", "startSchedule"} & profile["chargingSchedule"].keys()


def test_trap_2_and_quirk_25_an_absolute_lease_begins_in_the_past_of_the_chargers_clock():
    assert schedule(TX, duration_s=60)["startSchedule"] == "2026-03-01T11:59:30Z"
    assert schedule(TX, duration_s=60)["duration"] == 90


@pytest.mark.parametrize("method", [TX, DEFAULT, MAX])
def test_what_stands_has_no_end(method):
    profile = profile_for(method, 1, 10, None, NOW)
    assert "duration" not in profile["chargingSchedule"]
    assert "validTo" not in profile


def test_quirk_24_the_station_s_maximum_is_absolute_and_of_connector_0():
    method = Method(Purpose.CHARGE_POINT_MAX_PROFILE, kind=Kind.RELATIVE)
    profile = profile_for(method, 2, 10, None, NOW)
    assert profile["chargingProfileKind"] == "Absolute"
    assert profile["chargingSchedule"]["startSchedule"] < "2026"
    assert target(method, 2) == 0


def test_quirk_26_each_level_and_purpose_has_an_id_of_its_own():
    methods = [
        Method(purpose, stack_level=level, whole_station=whole)
        for purpose in (Purpose.TX_PROFILE, Purpose.TX_DEFAULT_PROFILE)
        for level in (0, 1, 8)
        for whole in (False, True)
    ]
    ids = {profile_id(method, connector) for method in methods for connector in (1, 2)}
    assert len(ids) == 2 * 3 * 3
    assert profile_for(methods[-1], 1, 8, None, NOW)["stackLevel"] == 8


@pytest.mark.parametrize("method", [DEFAULT, MAX])
@pytest.mark.parametrize("limit_a", [0.0, 5.9])
@pytest.mark.parametrize("duration_s", [None, 60.0])
def test_i29_no_pause_is_ever_written_where_it_would_outlast_the_transaction(
    method, limit_a, duration_s
):
    with pytest.raises(ValueError, match="limit_a"):
        profile_for(method, 1, limit_a, duration_s, NOW)


def test_a_key_is_no_profile():
    with pytest.raises(ValueError, match="G_MaxCurrent"):
        profile_for(Method(Purpose.KEY, key="G_MaxCurrent"), 1, 10, None, NOW)


def test_quirk_32_watts_are_whole_and_rounded_down():
    method = Method(Purpose.TX_PROFILE, Unit.W)
    told = schedule(method, limit_w=7050.9)
    assert told["chargingRateUnit"] == "W"
    assert told["chargingSchedulePeriod"][0]["limit"] == 7050
    with pytest.raises(ValueError, match="limit_w"):
        schedule(method)


def test_quirk_33_phases_are_named_only_to_switch_them():
    assert "numberPhases" not in schedule(TX)["chargingSchedulePeriod"][0]
    assert schedule(TX, switch_to=1)["chargingSchedulePeriod"][0]["numberPhases"] == 1
    assert "numberPhases" not in schedule(MAX, switch_to=1)["chargingSchedulePeriod"][0]


def test_the_transaction_is_named_in_its_own_profiles_only():
    assert profile_for(TX, 1, 10, 60, NOW, -16)["transactionId"] == -16
    assert "transactionId" not in profile_for(DEFAULT, 1, 10, 60, NOW, 5)
