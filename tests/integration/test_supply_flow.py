"""A wallbox's supply and car: asked for, kept, and offered again."""

from dataclasses import replace
from typing import Any

import pytest
from homeassistant.config_entries import SOURCE_RECONFIGURE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData

from custom_components.evse_ocpp.const import (
    CONF_BATTERY_KWH,
    CONF_EFFICIENCY,
    CONF_KWH_PER_100_KM,
    CONF_MAXIMUM_A,
    CONF_MINIMUM_A,
    CONF_PHASE_SWITCHING,
    CONF_PHASES,
    CONF_PRIORITY,
    CONF_SITE,
    CONF_SOC_ENTITY,
    CONF_SUPPLY,
    CONF_WIRING,
    SUBENTRY_CHARGER,
    SUPPLY_NONE,
    WIRINGS_1,
)
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.site_settings import Supply, supply_of

from .sites import GARAGE, SITE, circuit_data, site_data
from .support import IDENTITY, subentry_data

CHOSEN = {
    CONF_SUPPLY: GARAGE,
    CONF_WIRING: "231",
    CONF_PRIORITY: 2.0,
    CONF_MINIMUM_A: 8.0,
}


@pytest.fixture
def subentries() -> list[dict[str, Any]]:
    return [subentry_data(), site_data(), circuit_data()]


async def begin(hass: HomeAssistant, hub: Hub, step: str) -> Any:
    wallbox = hub.wallbox(IDENTITY)
    subentries = hass.config_entries.subentries
    menu = await subentries.async_init(
        (hub.entry.entry_id, SUBENTRY_CHARGER),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": wallbox.subentry_id},
    )
    return await subentries.async_configure(menu["flow_id"], {"next_step_id": step})


async def enter(hass: HomeAssistant, form: Any, **user_input: Any) -> Any:
    return await hass.config_entries.subentries.async_configure(form["flow_id"], user_input)


def data(hub: Hub) -> Any:
    return hub.entry.subentries[hub.wallbox(IDENTITY).subentry_id].data


def defaults(form: Any) -> dict[str, Any]:
    return {str(marker): marker.default() for marker in form["data_schema"].schema}


async def test_a_wallbox_gets_its_supply(hass: HomeAssistant, deaf_hub: Hub) -> None:
    form = await begin(hass, deaf_hub, "supply")
    assert defaults(form) == {
        CONF_SUPPLY: SITE,  # the only one there is
        CONF_WIRING: "123",
        CONF_PRIORITY: 0,
        CONF_MINIMUM_A: 6.0,
    }
    form = await enter(hass, form, **{**CHOSEN, CONF_MINIMUM_A: 20.0})
    assert form["errors"] == {CONF_MINIMUM_A: "minimum_above_maximum"}
    assert form["description_placeholders"]["maximum"] == "16 A"
    assert defaults(form)[CONF_WIRING] == "231"
    result = await enter(hass, form, **CHOSEN)
    assert result["reason"] == "reconfigure_successful"
    assert data(deaf_hub).items() >= {**CHOSEN, CONF_SITE: SITE}.items()
    assert data(deaf_hub)[CONF_MAXIMUM_A] == 16  # the rest is untouched
    await hass.async_block_till_done()
    assert defaults(await begin(hass, deaf_hub, "supply")) == CHOSEN


async def test_a_wallbox_may_belong_to_no_site(hass: HomeAssistant, deaf_hub: Hub) -> None:
    form = await begin(hass, deaf_hub, "supply")
    await enter(hass, form, **{**CHOSEN, CONF_SUPPLY: SUPPLY_NONE})
    assert supply_of(deaf_hub.entry, data(deaf_hub)) == Supply(None)
    assert defaults(await begin(hass, deaf_hub, "supply"))[CONF_SUPPLY] == SUPPLY_NONE


async def test_what_is_gone_is_not_offered(hass: HomeAssistant, deaf_hub: Hub) -> None:
    await enter(hass, await begin(hass, deaf_hub, "supply"), **CHOSEN)
    hass.config_entries.async_remove_subentry(deaf_hub.entry, GARAGE)
    form = await begin(hass, deaf_hub, "supply")
    assert defaults(form)[CONF_SUPPLY] == SITE
    with pytest.raises(InvalidData):
        await enter(hass, form, **CHOSEN)


async def test_switching_phases_is_offered_where_it_was_seen(
    hass: HomeAssistant, deaf_hub: Hub
) -> None:
    charger = deaf_hub.wallbox(IDENTITY).charger
    charger.control = replace(charger.control, switches_phases=True)
    form = await begin(hass, deaf_hub, "supply")
    assert defaults(form)[CONF_PHASE_SWITCHING] is False
    await enter(hass, form, **CHOSEN, **{CONF_PHASE_SWITCHING: True})
    assert data(deaf_hub)[CONF_PHASE_SWITCHING] is True


async def test_the_car_is_asked_for(hass: HomeAssistant, deaf_hub: Hub) -> None:
    form = await begin(hass, deaf_hub, "car")
    car = {
        CONF_SOC_ENTITY: "sensor.car",
        CONF_BATTERY_KWH: 58.0,
        CONF_KWH_PER_100_KM: 17.0,
        CONF_EFFICIENCY: 90.0,
    }
    result = await enter(hass, form, **car)
    assert result["reason"] == "reconfigure_successful"
    assert car.items() <= data(deaf_hub).items()
    del car[CONF_SOC_ENTITY]
    await enter(hass, await begin(hass, deaf_hub, "car"), **car)
    assert CONF_SOC_ENTITY not in data(deaf_hub)  # what was emptied is gone
    assert data(deaf_hub)[CONF_MAXIMUM_A] == 16


class TestOnePhase:
    """A wallbox on one phase."""

    @pytest.fixture
    def subentries(self) -> list[dict[str, Any]]:
        return [subentry_data(**{CONF_PHASES: 1, CONF_WIRING: "231"}), site_data()]

    async def test_it_hangs_on_one(self, hass: HomeAssistant, deaf_hub: Hub) -> None:
        form = await begin(hass, deaf_hub, "supply")
        assert defaults(form)[CONF_WIRING] == WIRINGS_1[0]


class TestNoSite:
    """There is no site."""

    @pytest.fixture
    def subentries(self) -> list[dict[str, Any]]:
        return [subentry_data()]

    async def test_that_is_said(self, hass: HomeAssistant, deaf_hub: Hub) -> None:
        result = await begin(hass, deaf_hub, "supply")
        assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "no_site")


async def test_without_the_server_nothing_was_seen(hass: HomeAssistant, deaf_hub: Hub) -> None:
    entry, wallbox = deaf_hub.entry, deaf_hub.wallbox(IDENTITY)
    await hass.config_entries.async_unload(entry.entry_id)
    entry.runtime_data = None  # type: ignore[assignment]
    assert hass.config_entries.async_get_entry(entry.entry_id) is entry
    subentries = hass.config_entries.subentries
    menu = await subentries.async_init(
        (entry.entry_id, SUBENTRY_CHARGER),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": wallbox.subentry_id},
    )
    form = await subentries.async_configure(menu["flow_id"], {"next_step_id": "supply"})
    assert CONF_PHASE_SWITCHING not in defaults(form)
