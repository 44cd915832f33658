"""The step “Dashboards” of the options: what is shown is what is there, and a tick changes it."""

from typing import Any

import pytest
from homeassistant.components.lovelace.const import LOVELACE_DATA
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component

from custom_components.evse_ocpp import dashboards, energy_dashboard
from custom_components.evse_ocpp.dashboards import URL_PATH, Sidebar
from custom_components.evse_ocpp.dashboards_flow import CONF_ENERGY, CONF_SIDEBAR
from custom_components.evse_ocpp.hub import Hub

ENERGY = "sensor.garage_total_energy"


@pytest.fixture
async def lovelace(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, "lovelace", {})


@pytest.fixture
def energy(hass: HomeAssistant) -> None:
    hass.config.components.add("energy")


async def open_step(hass: HomeAssistant, hub: Hub) -> Any:
    menu = await hass.config_entries.options.async_init(hub.entry.entry_id)
    return await hass.config_entries.options.async_configure(
        menu["flow_id"], {"next_step_id": "dashboards"}
    )


async def submit(hass: HomeAssistant, form: Any, **entered: Any) -> Any:
    return await hass.config_entries.options.async_configure(form["flow_id"], entered)


def filled_in(form: Any) -> dict[str, Any]:
    return {str(field): field.default() for field in form["data_schema"].schema}


@pytest.mark.usefixtures("lovelace", "energy")
async def test_one_click_adds_and_one_takes_away(hass: HomeAssistant, hub: Hub) -> None:
    options = dict(hub.entry.options)
    form = await open_step(hass, hub)
    assert filled_in(form) == {CONF_SIDEBAR: False, CONF_ENERGY: []}
    done = await submit(hass, form, **{CONF_SIDEBAR: True, CONF_ENERGY: [ENERGY]})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert await dashboards.async_state(hass) is Sidebar.THERE
    assert [each["name"] for each in await energy_dashboard.async_items(hass)] == ["Garage"]

    form = await open_step(hass, hub)
    assert filled_in(form) == {CONF_SIDEBAR: True, CONF_ENERGY: [ENERGY]}
    await submit(hass, form, **filled_in(form))  # as it is: nothing changes
    assert await dashboards.async_state(hass) is Sidebar.THERE

    form = await open_step(hass, hub)
    await submit(hass, form, **{CONF_SIDEBAR: False, CONF_ENERGY: []})
    assert await dashboards.async_state(hass) is Sidebar.ABSENT
    assert await energy_dashboard.async_items(hass) == []
    assert hub.entry.options == options


@pytest.mark.parametrize("with_power", [False, True], ids=["2025.4", "2026.10"])
@pytest.mark.usefixtures("lovelace", "energy")
async def test_it_shows_what_will_be_added(
    hass: HomeAssistant, hub: Hub, monkeypatch: pytest.MonkeyPatch, with_power: bool
) -> None:
    monkeypatch.setattr(energy_dashboard, "takes_power", lambda _: with_power)
    form = await open_step(hass, hub)
    (option,) = form["data_schema"].schema[CONF_ENERGY].config["options"]
    assert option["value"] == ENERGY
    assert option["label"] == f"Garage: {ENERGY}{', sensor.garage_power' if with_power else ''}"
    told_of_power = "not their power" in form["description_placeholders"]["notes"]
    assert told_of_power is not with_power


@pytest.mark.usefixtures("lovelace")
async def test_the_title_is_in_the_language_of_home_assistant(
    hass: HomeAssistant, hub: Hub
) -> None:
    hass.config.language = "de"
    await submit(hass, await open_step(hass, hub), **{CONF_SIDEBAR: True})
    assert hass.data[LOVELACE_DATA].dashboards[URL_PATH].config["title"] == "Laden"


@pytest.mark.parametrize("own", [{"views": [{"title": "Mine"}]}, {"strategy": "mine"}])
@pytest.mark.usefixtures("lovelace")
async def test_a_dashboard_made_ones_own_is_not_thrown_away(
    hass: HomeAssistant, hub: Hub, own: dict[str, Any]
) -> None:
    await dashboards.async_add(hass, "Charging")
    await hass.data[LOVELACE_DATA].dashboards[URL_PATH].async_save(own)
    form = await open_step(hass, hub)
    assert filled_in(form) == {CONF_SIDEBAR: True}
    form = await submit(hass, form, **{CONF_SIDEBAR: False})
    assert form["errors"] == {CONF_SIDEBAR: "dashboard_changed"}
    assert filled_in(form) == {CONF_SIDEBAR: False}
    done = await submit(hass, form, **{CONF_SIDEBAR: True})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert await hass.data[LOVELACE_DATA].dashboards[URL_PATH].async_load(True) == own


async def test_an_address_that_is_taken(hass: HomeAssistant, hub: Hub) -> None:
    taken = {"mode": "yaml", "title": "T", "filename": "own.yaml"}
    configuration = {"lovelace": {"dashboards": {URL_PATH: taken}}}
    assert await async_setup_component(hass, "lovelace", configuration)
    form = await open_step(hass, hub)
    form = await submit(hass, form, **{CONF_SIDEBAR: True})
    assert form["errors"] == {CONF_SIDEBAR: "dashboard_taken"}
    done = await submit(hass, form, **{CONF_SIDEBAR: False})
    assert done["type"] is FlowResultType.CREATE_ENTRY


async def test_yaml_mode_says_what_to_write(hass: HomeAssistant, hub: Hub) -> None:
    assert await async_setup_component(hass, "lovelace", {"lovelace": {"mode": "yaml"}})
    form = await open_step(hass, hub)
    notes = form["description_placeholders"]["notes"]
    assert "configuration.yaml" in notes
    assert dashboards.YAML.format(title="Charging") in notes
    assert dashboards.YAML_FILE in notes
    await submit(hass, form, **{CONF_SIDEBAR: True})  # it is possible there all the same
    assert await dashboards.async_state(hass) is Sidebar.THERE


async def test_what_this_home_assistant_does_not_have_is_said(
    hass: HomeAssistant, hub: Hub
) -> None:
    form = await open_step(hass, hub)
    assert filled_in(form) == {}
    notes = form["description_placeholders"]["notes"]
    for told in ("keeps no dashboards", dashboards.YAML_FILE, "has no energy dashboard"):
        assert told in notes
    assert (await submit(hass, form))["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.usefixtures("energy")
async def test_no_wallbox_to_add_is_said(hass: HomeAssistant, hub: Hub) -> None:
    er.async_get(hass).async_update_entity(ENERGY, disabled_by=er.RegistryEntryDisabler.USER)
    form = await open_step(hass, hub)
    assert filled_in(form) == {}
    assert "no wallbox yet" in form["description_placeholders"]["notes"]


@pytest.mark.usefixtures("energy")
async def test_a_wallbox_that_comes_while_the_step_is_open(hass: HomeAssistant, hub: Hub) -> None:
    registry = er.async_get(hass)
    registry.async_update_entity(ENERGY, disabled_by=er.RegistryEntryDisabler.USER)
    form = await open_step(hass, hub)
    registry.async_update_entity(ENERGY, disabled_by=None)
    assert (await submit(hass, form))["type"] is FlowResultType.CREATE_ENTRY
    assert await energy_dashboard.async_items(hass) == []


async def test_a_server_that_does_not_run(hass: HomeAssistant, hub: Hub) -> None:
    await hass.config_entries.async_unload(hub.entry.entry_id)
    step = await open_step(hass, hub)
    assert (step["type"], step["reason"]) == (FlowResultType.ABORT, "not_running")
