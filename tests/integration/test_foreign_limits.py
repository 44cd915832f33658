"""Limits of others (row 36): shown, told as a repair, and cleared while our own one holds."""

from datetime import UTC, datetime, timedelta
from unittest.mock import AsyncMock, call

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from custom_components.evse_ocpp.central.charger import ChargerStatus
from custom_components.evse_ocpp.central.commands import CommandRefused, NotConnected
from custom_components.evse_ocpp.central.control import Control, Method, Purpose
from custom_components.evse_ocpp.central.obedience import Obedience
from custom_components.evse_ocpp.foreign_limits import clear_foreign, may_clear
from custom_components.evse_ocpp.problems import Problem
from custom_components.evse_ocpp.wallbox import Wallbox
from custom_components.evse_ocpp.watch import FOREIGN_LIMIT

from .central.simulated_charger import Behaviour
from .repair_dialogue import issues, open_issue
from .steered import Scene

LEFT = (("ChargePointMaxProfile", 5, 8.0), ("TxDefaultProfile", 9, 7.0))
STANDING = Method(Purpose.TX_DEFAULT_PROFILE)


def purposes(scene: Scene) -> set[tuple[str, int]]:
    return {(purpose, level) for _, purpose, level in scene.wallbox.profiles}


@pytest.mark.parametrize("tells_offer", [True, False])
async def test_quirk_36_foreign_limits_are_cleared_while_ours_holds(tells_offer):
    scene = Scene(Behaviour(foreign=LEFT, tells_offer=tells_offer, car_a=7))
    await scene.begin()
    await scene.charge(20)
    assert scene.charger.suspects[FOREIGN_LIMIT] == "8 A"
    assert may_clear(scene.charger, scene.steering)
    scene.wallbox.told.clear()
    await clear_foreign(scene.charger, scene.steering)
    told = [
        (action, payload.get("csChargingProfiles", payload)["chargingProfilePurpose"])
        for action, payload in scene.wallbox.told
    ]
    assert told == [
        ("SetChargingProfile", "TxProfile"),
        ("ClearChargingProfile", "ChargePointMaxProfile"),
        ("ClearChargingProfile", "TxDefaultProfile"),
        ("SetChargingProfile", "TxDefaultProfile"),
    ]
    assert purposes(scene) == {("TxProfile", 0), ("TxDefaultProfile", 0)}
    assert FOREIGN_LIMIT not in scene.charger.suspects
    await scene.charge(20)
    assert scene.steering.watch.foreign_limit_a(1) is None
    assert FOREIGN_LIMIT not in scene.charger.suspects
    scene.stays_safe()


async def test_quirk_36_nothing_is_cleared_when_our_own_limit_is_not_taken():
    scene = Scene(Behaviour(foreign=LEFT))
    await scene.begin()
    await scene.charge(12)
    object.__setattr__(scene.wallbox.behaviour, "accepts", frozenset())
    with pytest.raises(CommandRefused):
        await clear_foreign(scene.charger, scene.steering)
    assert {(purpose, level) for purpose, level, _ in LEFT} <= purposes(scene)


async def test_quirk_36_the_purpose_of_our_lease_is_never_cleared():
    scene = Scene(Behaviour(foreign=LEFT[:1]))
    scene.charger.control = Control(lease=STANDING, fallback=STANDING)
    await scene.begin()
    await scene.steering.set_charging(on=False)
    await scene.charge(12)
    scene.wallbox.told.clear()
    await clear_foreign(scene.charger, scene.steering)
    cleared = [each for action, each in scene.wallbox.told if action == "ClearChargingProfile"]
    assert cleared == [{"chargingProfilePurpose": "ChargePointMaxProfile"}]
    assert ("TxDefaultProfile", 0) in purposes(scene)
    assert scene.wallbox.persistent_zeros() == []


async def test_quirk_36_what_was_found_stays_until_a_session_shows_none():
    scene = Scene(Behaviour(foreign=LEFT[:1]))
    await scene.begin()
    await scene.charge(12)
    scene.wallbox._end("Local")
    await scene.charge(2)
    assert scene.steering.watch.foreign_limit_a(1) is None
    assert FOREIGN_LIMIT in scene.charger.suspects
    assert not may_clear(scene.charger, scene.steering)
    del scene.wallbox.profiles[0, "ChargePointMaxProfile", 5]
    scene.wallbox.start()
    await scene.charge(20)
    assert FOREIGN_LIMIT not in scene.charger.suspects


async def test_a_reason_that_the_wallbox_tells_is_no_foreign_limit():
    scene = Scene(Behaviour(foreign=LEFT[:1]))
    await scene.begin()
    scene.connector.limited_by = "dlb"
    await scene.charge(12)
    assert scene.steering.watch.foreign_limit_a(1) is None
    assert FOREIGN_LIMIT not in scene.charger.suspects


async def test_a_car_that_rests_is_offered_nothing():
    scene = Scene(Behaviour())
    await scene.begin()
    scene.connector.offered_a = 0.0
    scene.charger.take_status(1, ChargerStatus.SUSPENDED_EV, None, scene.wallbox.now)
    obedience, at = Obedience(), scene.wallbox.now
    obedience.changed(16, at)
    obedience.look(scene.connector, 3, at + timedelta(seconds=60))
    assert obedience.foreign_a is None


def test_a_lower_limit_of_ours_ends_what_was_foreign() -> None:
    obedience = Obedience(foreign_a=8.0)
    obedience.changed(16, datetime.now(UTC))
    assert obedience.foreign_a == 8
    obedience.changed(6, datetime.now(UTC))
    assert obedience.foreign_a is None


async def test_a_wallbox_that_is_away_is_told_nothing():
    scene = Scene(Behaviour())
    scene.charger.commands = None
    with pytest.raises(NotConnected):
        await clear_foreign(scene.charger, scene.steering)


# In Home Assistant.


@pytest.fixture
def limited(wallbox: Wallbox, monkeypatch: pytest.MonkeyPatch) -> Wallbox:
    """A wallbox in a session, with a limit of 8 A that is not ours."""
    wallbox.charger.start_transaction(1, "TAG", datetime.now(UTC), 0, "key")
    wallbox.charger.suspects[FOREIGN_LIMIT] = "8 A"
    wallbox.steering.watch._obedience[1] = Obedience(16.0, foreign_a=8.0)
    wallbox.charger.publish()
    return wallbox


async def test_quirk_36_it_is_what_limits(hass: HomeAssistant, limited: Wallbox) -> None:
    state = hass.states.get("sensor.garage_limited_by")
    assert state is not None
    assert state.state == "foreign_limit"


async def test_quirk_36_the_repair_clears_it(
    hass: HomeAssistant, limited: Wallbox, commands: AsyncMock
) -> None:
    manager, menu = await open_issue(hass, Problem.FOREIGN_LIMIT)
    assert menu["menu_options"] == ["clear_foreign", "start_test"]
    form = await manager.async_configure(menu["flow_id"], {"next_step_id": "clear_foreign"})
    assert form["description_placeholders"] == {"name": "Garage", "detail": "8 A"}
    commands.clear_profiles.side_effect = CommandRefused("ClearChargingProfile", "NotSupported")
    form = await manager.async_configure(form["flow_id"], {})
    assert form["errors"] == {"base": "command_failed"}
    limited.charger.suspects[FOREIGN_LIMIT] = "8 A"
    commands.clear_profiles.side_effect = None
    result = await manager.async_configure(form["flow_id"], {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert commands.clear_profiles.await_args_list[-2:] == [
        call(purpose="ChargePointMaxProfile"),
        call(purpose="TxDefaultProfile"),
    ]
    assert Problem.FOREIGN_LIMIT not in issues(hass)


async def test_quirk_36_nothing_is_cleared_once_the_session_is_over_or_a_test_runs(
    hass: HomeAssistant, limited: Wallbox, commands: AsyncMock
) -> None:
    manager, menu = await open_issue(hass, Problem.FOREIGN_LIMIT)
    form = await manager.async_configure(menu["flow_id"], {"next_step_id": "clear_foreign"})
    limited.commissioning.start()
    form = await manager.async_configure(form["flow_id"], {})
    assert form["errors"] == {"base": "commissioning_running"}
    await limited.commissioning.stop()
    limited.charger.suspects[FOREIGN_LIMIT] = "8 A"
    limited.charger.connector(1).transaction = None
    result = await manager.async_configure(form["flow_id"], {})
    assert result["reason"] == "problem_gone"
    limited.charger.publish()
    _, form = await open_issue(hass, Problem.FOREIGN_LIMIT)
    assert form["step_id"] == "start_test"
    commands.clear_profiles.assert_not_awaited()
