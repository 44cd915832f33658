"""The energy of a session by its source, in Home Assistant: from a site's meters to its sensors."""

from datetime import UTC, datetime
from typing import Any
from unittest.mock import AsyncMock

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from custom_components.evse_ocpp.central.charger import ChargerStatus
from custom_components.evse_ocpp.central.readings import Sample
from custom_components.evse_ocpp.const import CONF_CO2, DOMAIN
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.wallbox import Wallbox

from .site_scene import show, show_currents, site_data
from .support import plug_in, subentry_data

CO2 = "sensor.co2"
DRAWN_A = 10.0
DRAWN_W = 3 * DRAWN_A * 230


@pytest.fixture
def subentries() -> list[Any]:
    return [subentry_data(), site_data(**{CONF_CO2: CO2})]


@pytest.fixture
async def wallbox(deaf_hub: Hub, commands: AsyncMock) -> Wallbox:
    """A wallbox whose car draws 10 A on three phases, at a site that turns when it is told to."""
    for task in deaf_hub._sites._tasks.values():
        task.cancel()
    (wallbox,) = deaf_hub.wallboxes.values()
    plug_in(wallbox.charger, commands, ChargerStatus.CHARGING)
    wallbox.charger.start_transaction(1, "CARD", datetime.now(UTC), 0, "key")
    return wallbox


def tell(wallbox: Wallbox, register_wh: float) -> None:
    """Let the wallbox tell its meter."""
    now = datetime.now(UTC)
    transaction = wallbox.charger.connector(1).transaction
    assert transaction is not None
    samples = [
        Sample("Energy.Active.Import.Register", register_wh),
        Sample("Power.Active.Import", DRAWN_W),
        *(Sample("Current.Import", DRAWN_A, f"L{phase}") for phase in (1, 2, 3)),
    ]
    wallbox.charger.take_samples(1, transaction.id, samples, now, now)
    wallbox.charger.publish()


async def pass_time(hass: HomeAssistant, hub: Hub, freezer: Any, grid_a: float) -> None:
    """Let a minute pass, in which the grid gives so much on each phase."""
    (site,) = hub.sites.values()
    clock = site._monotonic()
    for second in range(60):
        freezer.tick(1)
        show_currents(hass, grid_a, grid_a, grid_a)
        site._monotonic = lambda now_s=clock + second + 1: now_s  # type: ignore[misc]
        await site.turn()


def shown(hass: HomeAssistant, key: str) -> str:
    found = er.async_get(hass).async_get_entity_id("sensor", DOMAIN, f"CP-1/1/{key}")
    assert found is not None, key
    state = hass.states.get(found)
    assert state is not None
    return state.state


@pytest.mark.usefixtures("all_enabled")
async def test_sun_and_grid_of_a_session(
    hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox, freezer: Any
) -> None:
    show(hass, CO2, 300, "g/kWh")
    tell(wallbox, 0)
    await pass_time(hass, deaf_hub, freezer, -1.0)
    tell(wallbox, 115)
    await pass_time(hass, deaf_hub, freezer, 5.0)
    tell(wallbox, 230)
    row = deaf_hub.sessions.last("CP-1", 1)
    assert row is not None
    assert row.sun_wh == pytest.approx(115 + 57.5, abs=2)
    assert row.battery_wh == 0
    assert row.co2_g == pytest.approx(0.3 * 57.5, abs=1)
    assert row.lost_feed_in == pytest.approx(row.sun_wh / 1000 * 0.08)
    await hass.async_block_till_done(wait_background_tasks=False)
    assert float(shown(hass, "session_sun_share")) == pytest.approx(75, abs=1)
    assert float(shown(hass, "session_sun_energy")) == pytest.approx(0.1725, abs=0.002)
    assert float(shown(hass, "session_grid_energy")) == pytest.approx(0.0575, abs=0.002)
    assert float(shown(hass, "session_battery_energy")) == 0
    assert float(shown(hass, "session_co2")) == pytest.approx(0.01725, abs=0.001)


async def test_a_wallbox_that_was_removed_has_no_origin(deaf_hub: Hub, wallbox: Wallbox) -> None:
    tell(wallbox, 0)
    row = deaf_hub.sessions.last("CP-1", 1)
    assert row is not None
    del deaf_hub.chargers["CP-1"]
    assert deaf_hub._sites.origin_of(row, 100.0) is None
    deaf_hub.chargers["CP-1"] = wallbox.charger
    deaf_hub._sites.all.clear()
    assert deaf_hub._sites.origin_of(row, 100.0) is None


async def test_sums_since_ever_are_shown_as_soon_as_they_are_on_disk(
    hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox, freezer: Any
) -> None:
    tell(wallbox, 0)
    await pass_time(hass, deaf_hub, freezer, -1.0)
    await hass.async_block_till_done(wait_background_tasks=False)  # choices are written at once
    tell(wallbox, 115)
    assert [float(shown(hass, f"energy_{source}")) for source in ("sun", "grid")] == [0, 0]
    await deaf_hub.reception.save(wallbox.charger)
    await hass.async_block_till_done(wait_background_tasks=False)
    assert float(shown(hass, "energy_sun")) == pytest.approx(0.115, abs=0.002)
    assert float(shown(hass, "energy_grid")) == pytest.approx(0, abs=0.002)
    assert float(shown(hass, "energy_battery")) == 0


async def test_sums_since_ever_outlive_purge_and_restart(
    hass: HomeAssistant, deaf_hub: Hub, wallbox: Wallbox, freezer: Any
) -> None:
    tell(wallbox, 0)
    await pass_time(hass, deaf_hub, freezer, -1.0)
    tell(wallbox, 115)
    transaction = wallbox.charger.connector(1).transaction
    assert transaction is not None
    wallbox.charger.stop_transaction(transaction.id, datetime.now(UTC), "Local", 115)
    await deaf_hub.reception.save(wallbox.charger)
    before = shown(hass, "energy_sun")
    assert await deaf_hub.sessions.purge(datetime.now(UTC)) == 1
    await hass.config_entries.async_reload(deaf_hub.entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=False)
    assert shown(hass, "energy_sun") == before
    assert float(before) == pytest.approx(0.115, abs=0.002)
