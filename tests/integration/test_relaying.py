"""A wallbox with a second back office: the relay runs with the entry, and keeps to the choices."""

from typing import Any
from unittest.mock import AsyncMock, create_autospec, patch

import pytest
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.evse_ocpp.central import relay as relay_module
from custom_components.evse_ocpp.central.commands import CommandRefused, NotConnected
from custom_components.evse_ocpp.central.relay import Relay
from custom_components.evse_ocpp.central.relay_calls import Mode
from custom_components.evse_ocpp.const import (
    CONF_RELAY_IDENTITY,
    CONF_RELAY_MODE,
    CONF_RELAY_PASSWORD,
    CONF_RELAY_URL,
)
from custom_components.evse_ocpp.energy.allowance import Reason
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.problems import Problem
from custom_components.evse_ocpp.relay_store import DatabaseRelayStore
from custom_components.evse_ocpp.relaying import WallboxSite
from custom_components.evse_ocpp.wallbox import Wallbox

from .central.second_office import SecondOffice
from .repair_dialogue import issues
from .support import IDENTITY, connected, set_up, subentry_data, until


@pytest.fixture
async def office(socket_enabled: None) -> Any:
    """A second back office that listens."""
    office = SecondOffice()
    await office.open()
    yield office
    await office.close()
    assert not office.violations


@pytest.fixture
def subentries(office: SecondOffice) -> list[dict[str, Any]]:
    """A wallbox with a second back office."""
    return [
        subentry_data(
            **{
                CONF_RELAY_URL: f"ws://127.0.0.1:{office.port}/cs",
                CONF_RELAY_IDENTITY: "EMPLOYER-7",
                CONF_RELAY_PASSWORD: "a-password-of-theirs",
                CONF_RELAY_MODE: "full",
            }
        )
    ]


async def test_a_session_reaches_the_second_back_office(hub: Hub, office: SecondOffice) -> None:
    (wallbox,) = hub.wallboxes.values()
    async with connected(hub) as client:
        await client.boot()
        await client.status("Available")
        await until(lambda: wallbox.relay and wallbox.relay.connected)
        await client.start()
        await until(lambda: office.all("StartTransaction"))
    assert office.requests[0][0] == "/cs/EMPLOYER-7"
    assert office.all("StartTransaction")[0]["idTag"] == "CARD1"


async def test_what_waits_outlives_a_restart(
    hass: HomeAssistant, entry: MockConfigEntry, hub: Hub, office: SecondOffice
) -> None:
    await office.close()
    async with connected(hub) as client:
        await client.boot()
        await client.start()
    await hass.config_entries.async_unload(entry.entry_id)
    await office.open()
    await set_up(hass, entry)
    await until(lambda: office.all("StartTransaction"))


async def test_changed_settings_apply_live_and_forget_what_waits(
    hass: HomeAssistant, entry: MockConfigEntry, hub: Hub, office: SecondOffice
) -> None:
    (wallbox,) = hub.wallboxes.values()
    (subentry,) = entry.subentries.values()
    await office.close()
    async with connected(hub) as client:
        await client.boot()
        await client.start()
        await until(lambda: wallbox.relay and wallbox.relay.waiting)
        data = {key: value for key, value in subentry.data.items() if "relay" not in key}
        hass.config_entries.async_update_subentry(entry, subentry, data=data)
        await until(lambda: wallbox.relay is None)
        assert wallbox.charger.connected, "the wallbox itself stays connected"
    store = DatabaseRelayStore(hub.storage.database, IDENTITY)
    assert await store.load() == ([], {})


async def test_a_removed_wallbox_takes_its_relay_along(
    hass: HomeAssistant, entry: MockConfigEntry, hub: Hub, office: SecondOffice
) -> None:
    (wallbox,) = hub.wallboxes.values()
    await until(lambda: wallbox.relay and wallbox.relay.connected)
    (subentry_id,) = entry.subentries
    hass.config_entries.async_remove_subentry(entry, subentry_id)
    await until(lambda: wallbox.relay is None)


async def test_an_outage_that_lasts_is_told_until_it_is_over(
    hass: HomeAssistant, hub: Hub, office: SecondOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    (wallbox,) = hub.wallboxes.values()
    await until(lambda: wallbox.relay and wallbox.relay.connected)
    for pause in ("RETRY_FIRST_S", "RETRY_MAX_S"):
        monkeypatch.setattr(relay_module, pause, 0.01)
    await office.close()
    await until(lambda: wallbox.relay and wallbox.relay.problem)
    assert not issues(hass)
    monkeypatch.setattr(relay_module, "UNREACHABLE_S", 0.0)
    await until(lambda: issues(hass))
    (issue,) = issues(hass).values()
    assert issue.translation_key == Problem.RELAY_FAILS
    assert issue.translation_placeholders
    assert f"127.0.0.1:{office.port}/cs: " in issue.translation_placeholders["detail"]
    await office.open()
    await until(lambda: not issues(hass))
    assert wallbox.relay
    assert wallbox.relay.connected


async def test_a_queue_that_cannot_be_read_is_told(wallbox: Wallbox) -> None:
    store = create_autospec(DatabaseRelayStore, instance=True)
    store.load.side_effect = OSError("the disk is gone")
    site = WallboxSite(wallbox)
    relay = Relay(wallbox.charger, "ws://host", "A", None, store, Mode.FULL, site)
    with pytest.raises(OSError, match="the disk is gone"):
        await relay.run()
    assert relay.problem == "the disk is gone"


async def test_their_start_keeps_to_our_choices(wallbox: Wallbox, commands: AsyncMock) -> None:
    site = WallboxSite(wallbox)
    await site.remote_start(1, "THEIRS")
    commands.remote_start.assert_awaited_once_with(1, "THEIRS", 16.0, 180)
    await wallbox.steering.set_charging(False)
    with pytest.raises(CommandRefused):
        await site.remote_start(1, "THEIRS")
    wallbox.charger.link_down()
    with pytest.raises(NotConnected):
        await site.remote_start(1, "THEIRS")


async def test_they_cannot_end_a_pause_which_is_being_out_of_service(
    wallbox: Wallbox, commands: AsyncMock
) -> None:
    site, steering = WallboxSite(wallbox), wallbox.steering
    await site.change_availability(0, operative=False)
    await site.change_availability(0, operative=True)
    assert commands.change_availability.await_count == 2
    with patch.object(steering, "blocks", lambda connector_id: connector_id in (0, 1)):
        for connector_id in (0, 1):
            with pytest.raises(CommandRefused):
                await site.change_availability(connector_id, operative=True)
        await site.change_availability(2, operative=True)
    wallbox.charger.link_down()
    with pytest.raises(NotConnected):
        await site.change_availability(1, operative=True)


@pytest.mark.parametrize(
    ("theirs_a", "allowed_a", "reason"),
    [
        (None, 16.0, Reason.USER_LIMIT),
        (32.0, 16.0, Reason.USER_LIMIT),
        (10.0, 10.0, Reason.BACK_OFFICE),
        (5.9, 0.0, Reason.BACK_OFFICE),
        (0.0, 0.0, Reason.BACK_OFFICE),
    ],
)
async def test_their_limit_can_only_lower_ours(
    wallbox: Wallbox, theirs_a: float | None, allowed_a: float, reason: Reason
) -> None:
    site = WallboxSite(wallbox)
    site.outside_limit(theirs_a)
    allowed = wallbox.steering.allowance(1)
    assert (allowed.limit_a, allowed.reason) == (allowed_a, reason)
    site.outside_limit(None)
    assert wallbox.steering.allowance(1).limit_a == 16.0
