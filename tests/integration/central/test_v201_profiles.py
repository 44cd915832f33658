"""Charging profiles in the words of OCPP 2.0.1."""

import pytest

from custom_components.evse_ocpp.central.control import Kind, Method, Purpose, Unit
from custom_components.evse_ocpp.central.v16_profiles import profile_for
from custom_components.evse_ocpp.central.v201_profiles import profile_201

from .v201_support import NOW, check_request

PURPOSES = [each for each in Purpose if each is not Purpose.KEY]


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("unit", list(Unit))
@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("duration_s", [None, 180.0])
def test_every_method_is_a_profile_of_201(purpose, unit, kind, duration_s):
    method = Method(purpose, unit, kind, stack_level=1)
    profile = profile_201(profile_for(method, 1, 10.0, duration_s, NOW, "T1", 2300.0))
    check_request("SetChargingProfile", {"evseId": 1, "chargingProfile": profile})
    assert ("transactionId" in profile) is (purpose is Purpose.TX_PROFILE)


def test_quirk_24_the_stations_maximum_is_absolute():
    method = Method(Purpose.CHARGE_POINT_MAX_PROFILE, kind=Kind.RELATIVE)
    profile = profile_201(profile_for(method, 1, 10.0, None, NOW, limit_w=2300.0))
    assert profile["chargingProfilePurpose"] == "ChargingStationMaxProfile"
    assert profile["chargingProfileKind"] == "Absolute"
    [schedule] = profile["chargingSchedule"]
    assert schedule["startSchedule"] == "2020-01-01T00:00:00Z"
    assert schedule["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 10.0}]
    assert schedule["id"] == profile["id"]
