"""Problems of a wallbox: raised once, withdrawn when gone, and mended from the repair."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from unittest.mock import AsyncMock, create_autospec

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir

from custom_components.evse_ocpp.central.charger import ChargerStatus, ConfigurationKey
from custom_components.evse_ocpp.central.commands import CommandRefused
from custom_components.evse_ocpp.central.control import PauseBy
from custom_components.evse_ocpp.central.relay import Relay
from custom_components.evse_ocpp.const import CONF_ENERGY_UNIT, DOMAIN
from custom_components.evse_ocpp.energy.orders import SetLease
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.problem_repairs import REMEDIES
from custom_components.evse_ocpp.problems import FIXABLE, Problem
from custom_components.evse_ocpp.refusals import CERTAIN_FROM
from custom_components.evse_ocpp.wallbox import Wallbox

from .repair_dialogue import issues, open_issue


def cause(wallbox: Wallbox, problem: Problem) -> None:
    """Let the wallbox show the problem."""
    charger = wallbox.charger
    match problem:
        case Problem.CLOCK:
            charger.suspects["clock"] = "3600"
        case Problem.INTERVAL:
            charger.suspects["interval"] = "300"
        case Problem.NO_ENERGY:
            charger.suspects["no_energy"] = ""
        case Problem.ENERGY_UNIT:
            charger.suspects["energy_unit"] = "kWh"
        case Problem.CALL_HELD:
            charger.quarantine.restarts["GetConfiguration"] = 2
        case Problem.FIRMWARE_CHANGED:
            charger.firmware_version = "2.0"
            charger.control = replace(
                charger.control, tested_at=datetime.now(UTC), firmware_version="1.0"
            )
        case Problem.FOREIGN_LIMIT:
            charger.suspects["foreign_limit"] = "8 A"
        case Problem.LIMIT_STAYS:
            charger.control = replace(charger.control, lease_ends_itself=False)
        case Problem.NO_PAUSE:
            charger.control = replace(charger.control, pause_by=PauseBy.NOTHING)
            wallbox.steering.choices = replace(wallbox.steering.choices, charging=False)
            charger.start_transaction(1, "TAG", datetime.now(UTC), 0, "key")
        case Problem.LIMITS_REFUSED:
            lease = SetLease(1, 16.0, None)
            for _ in range(CERTAIN_FROM):
                wallbox.steering.refusals.refused(lease, "the charger refused it", 0.0)
        case Problem.RELAY_FAILS:
            wallbox.relay = create_autospec(
                Relay,
                instance=True,
                unreachable=True,
                url="wss://me:secret@office/cs",
                problem="refused",
            )
    charger.publish()


CAUSED = [problem for problem in Problem if problem is not Problem.LIMITS_IGNORED]


@pytest.mark.parametrize("problem", CAUSED)
async def test_problem_is_raised_once_and_goes_with_the_wallbox(
    hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox, problem: Problem
) -> None:
    assert not issues(hass)
    cause(wallbox, problem)
    (issue,) = issues(hass).values()
    assert issue.translation_key == problem
    assert issue.is_fixable is (problem in FIXABLE)
    wallbox.charger.publish()
    assert issues(hass)[problem] is issue
    hass.config_entries.async_remove_subentry(deaf_hub.entry, wallbox.subentry_id)
    await hass.async_block_till_done()
    assert not issues(hass)


async def test_limits_that_are_not_obeyed_are_a_problem_until_the_test_runs(
    hass: HomeAssistant, wallbox: Wallbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row 23 of the quirks: the test is what finds another way, once there is a car."""
    monkeypatch.setattr(Wallbox, "obeyed", False)
    wallbox.charger.publish()
    manager, form = await open_issue(hass, Problem.LIMITS_IGNORED)
    assert form["step_id"] == "start_test"
    form = await manager.async_configure(form["flow_id"], {})
    assert form["errors"] == {"base": "commissioning_no_car"}
    wallbox.charger.take_status(1, ChargerStatus.PREPARING, "NoError", datetime.now(UTC))
    result = await manager.async_configure(form["flow_id"], {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert wallbox.commissioning.running
    wallbox.charger.publish()
    assert not issues(hass)
    await wallbox.commissioning.stop()
    wallbox.charger.publish()
    assert set(issues(hass)) == {Problem.LIMITS_IGNORED}


async def test_remedy_that_did_not_help_is_offered_again(
    hass: HomeAssistant, wallbox: Wallbox
) -> None:
    cause(wallbox, Problem.CLOCK)
    manager, menu = await open_issue(hass, Problem.CLOCK)
    form = await manager.async_configure(menu["flow_id"], {"next_step_id": "resync"})
    await manager.async_configure(form["flow_id"], {})
    assert not issues(hass)
    wallbox.charger.publish()
    assert set(issues(hass)) == {Problem.CLOCK}


def test_what_is_fixable_has_remedies() -> None:
    assert REMEDIES.keys() == FIXABLE


async def test_problem_that_is_over_is_withdrawn(hass: HomeAssistant, wallbox: Wallbox) -> None:
    cause(wallbox, Problem.CLOCK)
    cause(wallbox, Problem.INTERVAL)
    del wallbox.charger.suspects["clock"]
    wallbox.charger.publish()
    assert set(issues(hass)) == {Problem.INTERVAL}


async def test_detail_that_changes_does_not_raise_it_again(
    hass: HomeAssistant, wallbox: Wallbox
) -> None:
    """Each heartbeat measures another offset; the registry tells the browser of each change."""
    told: list[Any] = []
    cause(wallbox, Problem.CLOCK)
    hass.bus.async_listen(ir.EVENT_REPAIRS_ISSUE_REGISTRY_UPDATED, told.append)
    wallbox.charger.suspects["clock"] = "3601"
    wallbox.charger.publish()
    await hass.async_block_till_done()
    assert not told


@pytest.mark.parametrize(
    ("choice", "call"),
    [
        ("resync", ("trigger", ("Heartbeat",), {})),
        ("restart", ("reset", (), {"hard": False})),
        ("set_time_zone", ("change_configuration", ("TimeZone", "US/Pacific"), {})),
    ],
)
async def test_wrong_clock_has_remedies(
    hass: HomeAssistant, wallbox: Wallbox, commands: AsyncMock, choice: str, call: Any
) -> None:
    wallbox.charger.configuration["TimeZone"] = ConfigurationKey("UTC", readonly=False)
    cause(wallbox, Problem.CLOCK)
    manager, menu = await open_issue(hass, Problem.CLOCK)
    assert menu["menu_options"] == ["resync", "restart", "set_time_zone"]
    form = await manager.async_configure(menu["flow_id"], {"next_step_id": choice})
    assert form["description_placeholders"] == {"name": "Garage", "detail": "3600"}
    result = await manager.async_configure(form["flow_id"], {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    name, args, kwargs = call
    getattr(commands, name).assert_awaited_once_with(*args, **kwargs)


async def test_time_zone_is_offered_only_where_there_is_one(
    hass: HomeAssistant, wallbox: Wallbox
) -> None:
    cause(wallbox, Problem.CLOCK)
    _, menu = await open_issue(hass, Problem.CLOCK)
    assert menu["menu_options"] == ["resync", "restart"]


@pytest.mark.parametrize(
    ("version", "key"),
    [
        (None, "MeterValueSampleInterval"),
        ("1.6", "MeterValueSampleInterval"),
        ("2.0.1", "SampledDataCtrlr.TxUpdatedInterval"),
    ],
)
async def test_long_interval_is_written_after_errors(
    hass: HomeAssistant, wallbox: Wallbox, commands: AsyncMock, version: str | None, key: str
) -> None:
    wallbox.charger.ocpp_version = version
    cause(wallbox, Problem.INTERVAL)
    manager, form = await open_issue(hass, Problem.INTERVAL)
    assert form["step_id"] == "set_interval"
    commands.change_configuration.side_effect = CommandRefused("ChangeConfiguration", "Rejected")
    form = await manager.async_configure(form["flow_id"], {})
    assert form["errors"] == {"base": "command_failed"}
    wallbox.charger.commands = None
    form = await manager.async_configure(form["flow_id"], {})
    assert form["errors"] == {"base": "not_connected"}
    wallbox.charger.commands = commands
    commands.change_configuration.side_effect = None
    result = await manager.async_configure(form["flow_id"], {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    commands.change_configuration.assert_awaited_with(key, "10")


async def test_restart_of_a_wallbox_that_is_away(hass: HomeAssistant, wallbox: Wallbox) -> None:
    cause(wallbox, Problem.CLOCK)
    manager, menu = await open_issue(hass, Problem.CLOCK)
    form = await manager.async_configure(menu["flow_id"], {"next_step_id": "restart"})
    wallbox.charger.commands = None
    form = await manager.async_configure(form["flow_id"], {})
    assert form["errors"] == {"base": "not_connected"}


async def test_wrong_unit_is_overridden(
    hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox
) -> None:
    """Row 15 of the quirks: the label says Wh and the value is kWh."""
    cause(wallbox, Problem.ENERGY_UNIT)
    manager, form = await open_issue(hass, Problem.ENERGY_UNIT)
    await manager.async_configure(form["flow_id"], {})
    await hass.async_block_till_done()
    (subentry,) = deaf_hub.entry.subentries.values()
    assert subentry.data[CONF_ENERGY_UNIT] == "kWh"
    assert wallbox.charger.energy_unit == "kWh"
    assert not issues(hass)


async def test_held_call_is_tried_again(hass: HomeAssistant, wallbox: Wallbox) -> None:
    cause(wallbox, Problem.CALL_HELD)
    manager, form = await open_issue(hass, Problem.CALL_HELD)
    assert form["description_placeholders"]["detail"] == "GetConfiguration"
    await manager.async_configure(form["flow_id"], {})
    assert not wallbox.charger.quarantine.held
    assert not issues(hass)


async def test_results_of_the_former_firmware_may_be_kept(
    hass: HomeAssistant, wallbox: Wallbox
) -> None:
    cause(wallbox, Problem.FIRMWARE_CHANGED)
    manager, menu = await open_issue(hass, Problem.FIRMWARE_CHANGED)
    form = await manager.async_configure(menu["flow_id"], {"next_step_id": "keep_control"})
    assert form["description_placeholders"]["detail"] == "2.0"
    await manager.async_configure(form["flow_id"], {})
    assert wallbox.charger.control.firmware_version == "2.0"
    assert not issues(hass)


async def test_problem_that_went_while_its_issue_was_shown(
    hass: HomeAssistant, wallbox: Wallbox
) -> None:
    cause(wallbox, Problem.ENERGY_UNIT)
    wallbox.charger.suspects.clear()  # and no message since
    _, result = await open_issue(hass, Problem.ENERGY_UNIT)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "problem_gone"


async def test_problems_are_not_told_of_before_anything_came(
    hass: HomeAssistant, deaf_hub: Hub
) -> None:
    assert deaf_hub.wallboxes
    assert not [each for each in ir.async_get(hass).issues if each[0] == DOMAIN]
