"""Add and change a circuit: what may be above it, and what is said of a smaller fuse there."""

from typing import Any

import pytest
from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER, ConfigEntry
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from custom_components.evse_ocpp.circuit_flow import supplies
from custom_components.evse_ocpp.const import (
    CONF_LIMIT_A,
    CONF_LIMIT_KW,
    CONF_PARENT,
    CONF_SITE,
    SUBENTRY_CIRCUIT,
)
from custom_components.evse_ocpp.hub import Hub

from .sites import GARAGE, PANEL, SITE, circuit_data, site_data
from .support import subentry_data

ENTERED = {CONF_NAME: "Carport", CONF_LIMIT_A: 20.0, CONF_PARENT: SITE}


@pytest.fixture
def subentries() -> list[dict[str, Any]]:
    return [subentry_data(), site_data(), circuit_data(), circuit_data(PANEL, GARAGE, "Panel")]


async def begin(hass: HomeAssistant, entry: ConfigEntry[Any], circuit_id: str | None = None) -> Any:
    context = (
        {"source": SOURCE_USER}
        if circuit_id is None
        else {"source": SOURCE_RECONFIGURE, "subentry_id": circuit_id}
    )
    return await hass.config_entries.subentries.async_init(
        (entry.entry_id, SUBENTRY_CIRCUIT), context=context
    )


async def enter(hass: HomeAssistant, form: Any, **user_input: Any) -> Any:
    return await hass.config_entries.subentries.async_configure(form["flow_id"], user_input)


async def test_a_circuit_is_added(hass: HomeAssistant, deaf_hub: Hub) -> None:
    form = await enter(hass, await begin(hass, deaf_hub.entry), **{**ENTERED, CONF_NAME: " "})
    assert form["errors"] == {CONF_NAME: "name_missing"}
    result = await enter(hass, form, **ENTERED, **{CONF_LIMIT_KW: 11.0})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    added = list(deaf_hub.entry.subentries.values())[-1]
    assert (added.title, added.subentry_type) == ("Carport", SUBENTRY_CIRCUIT)
    assert added.data == {
        CONF_LIMIT_A: 20.0,
        CONF_LIMIT_KW: 11.0,
        CONF_PARENT: SITE,
        CONF_SITE: SITE,
    }


@pytest.mark.parametrize(("parent", "above"), [(SITE, "25 A"), (GARAGE, "16 A")])
async def test_more_than_the_fuse_above_is_said(
    hass: HomeAssistant, deaf_hub: Hub, parent: str, above: str
) -> None:
    entered = {**ENTERED, CONF_LIMIT_A: 32.0, CONF_PARENT: parent}
    menu = await enter(hass, await begin(hass, deaf_hub.entry), **entered)
    assert menu["step_id"] == "above_parent"
    assert menu["description_placeholders"]["parent_limit"] == above
    form = await enter(hass, menu, next_step_id="user")
    names = {str(marker): marker for marker in form["data_schema"].schema}
    assert names[CONF_LIMIT_A].default() == 32.0  # what was entered is still there
    menu = await enter(hass, form, **entered)
    await enter(hass, menu, next_step_id="save")
    added = list(deaf_hub.entry.subentries.values())[-1]
    assert (added.data[CONF_LIMIT_A], added.data[CONF_SITE]) == (32.0, SITE)


async def test_a_circuit_is_changed(hass: HomeAssistant, deaf_hub: Hub) -> None:
    form = await begin(hass, deaf_hub.entry, PANEL)
    entered = {CONF_NAME: "Shed", CONF_LIMIT_A: 32.0, CONF_PARENT: GARAGE}
    menu = await enter(hass, form, **entered)
    form = await enter(hass, menu, next_step_id="reconfigure")
    names = {str(marker): marker for marker in form["data_schema"].schema}
    assert names[CONF_NAME].default() == "Shed"
    result = await enter(hass, form, **{**entered, CONF_LIMIT_A: 10.0})
    assert result["reason"] == "reconfigure_successful"
    panel = deaf_hub.entry.subentries[PANEL]
    assert (panel.title, panel.data[CONF_LIMIT_A]) == ("Shed", 10.0)


async def test_no_circuit_hangs_below_itself(deaf_hub: Hub) -> None:
    assert supplies(deaf_hub.entry) == {
        SITE: "Home",
        GARAGE: "Home › Garage",
        PANEL: "Home › Garage › Panel",
    }
    assert list(supplies(deaf_hub.entry, without=GARAGE)) == [SITE]
    assert list(supplies(deaf_hub.entry, without=PANEL)) == [SITE, GARAGE]


async def test_a_circuit_whose_parent_is_gone_is_offered_its_site(
    hass: HomeAssistant, deaf_hub: Hub
) -> None:
    hass.config_entries.async_remove_subentry(deaf_hub.entry, GARAGE)
    form = await begin(hass, deaf_hub.entry, PANEL)
    names = {str(marker): marker for marker in form["data_schema"].schema}
    assert names[CONF_PARENT].default() == SITE


class TestNoSite:
    """There is nothing that a circuit could hang below."""

    @pytest.fixture
    def subentries(self) -> list[dict[str, Any]]:
        return [circuit_data(), subentry_data()]

    async def test_that_is_said(self, hass: HomeAssistant, deaf_hub: Hub) -> None:
        result = await begin(hass, deaf_hub.entry)
        assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "no_site")
