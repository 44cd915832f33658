"""Add and change a site: each part, each error then success, and what is said before it is kept."""

from typing import Any
from unittest.mock import patch

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER, ConfigEntry
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData

from custom_components.evse_ocpp.const import (
    CONF_BATTERY_INVERTED,
    CONF_BATTERY_POWER,
    CONF_BATTERY_SOC,
    CONF_CO2,
    CONF_CONTRACT_KW,
    CONF_DIMMING,
    CONF_FUSE_A,
    CONF_GRID_CURRENTS,
    CONF_GRID_EXPORT,
    CONF_GRID_INVERTED,
    CONF_GRID_POWER,
    CONF_GRID_POWERS,
    CONF_HOUSE_RESERVE_A,
    CONF_METER_KIND,
    CONF_METER_TIMEOUT_S,
    CONF_ONLY_SURPLUS,
    CONF_OWN_METER,
    CONF_PHASES,
    CONF_PRICE,
    CONF_PRICE_WINDOWS,
    CONF_SOLAR,
    CONF_SOLAR_INVERTED,
    CONF_SUN_FORECAST,
    CONF_UNBALANCE_A,
    SUBENTRY_SITE,
)
from custom_components.evse_ocpp.energy.tariff_windows import TariffWindow
from custom_components.evse_ocpp.features import Feature
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.site_forms import FORMS, SECTION_SUN
from custom_components.evse_ocpp.site_look import Pulse
from custom_components.evse_ocpp.site_settings import SiteConfig

from .sites import GRID, SITE, site_data
from .support import IDENTITY, subentry_data

BASICS = {
    CONF_NAME: "Home",
    CONF_FUSE_A: "25",
    CONF_PHASES: "3",
    CONF_METER_KIND: "power",
}
WATTS = {"unit_of_measurement": "W", "device_class": "power"}
METER = {CONF_GRID_POWER: GRID, CONF_GRID_INVERTED: False}


async def begin(hass: HomeAssistant, entry: ConfigEntry[Any]) -> Any:
    form = await hass.config_entries.subentries.async_init(
        (entry.entry_id, SUBENTRY_SITE), context={"source": SOURCE_USER}
    )
    assert form["step_id"] == "basics"
    return form


async def enter(hass: HomeAssistant, form: Any, **user_input: Any) -> Any:
    return await hass.config_entries.subentries.async_configure(form["flow_id"], user_input)


async def choose(hass: HomeAssistant, menu: Any, step: str) -> Any:
    assert menu["type"] is FlowResultType.MENU
    assert step in menu["menu_options"]
    return await enter(hass, menu, next_step_id=step)


async def to_parts(hass: HomeAssistant, entry: ConfigEntry[Any]) -> Any:
    form = await enter(hass, await begin(hass, entry), **BASICS)
    return await enter(hass, form, **METER)


async def change(hass: HomeAssistant, entry: ConfigEntry[Any], subentry_id: str = SITE) -> Any:
    menu = await hass.config_entries.subentries.async_init(
        (entry.entry_id, SUBENTRY_SITE),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": subentry_id},
    )
    assert menu["step_id"] == "parts"
    return menu


def report(menu: Any) -> str:
    told: str = menu["description_placeholders"]["report"]
    return told


def offered(form: Any) -> dict[str, Any]:
    """Return what a form is filled in with."""
    fields: dict[str, Any] = {}
    for marker in form["data_schema"].schema:
        suggested = (marker.description or {}).get("suggested_value")
        default = marker.default() if callable(marker.default) else None
        fields[str(marker)] = default if suggested is None else suggested
    return fields


async def test_a_site_is_checked_and_then_kept(hass: HomeAssistant, deaf_hub: Hub) -> None:
    hass.states.async_set(GRID, "3.2", {**WATTS, "unit_of_measurement": "kW"})
    hass.states.async_set("sensor.roof", "1500", WATTS)
    menu = await to_parts(hass, deaf_hub.entry)
    assert menu["menu_options"] == [*FORMS, "check"]
    form = await choose(hass, menu, "solar")
    sun = {
        str(marker): marker.default()
        for marker in form["data_schema"].schema[SECTION_SUN].schema.schema
    }
    menu = await enter(
        hass,
        form,
        **{
            CONF_SOLAR: ["sensor.roof"],
            CONF_SOLAR_INVERTED: False,
            CONF_SUN_FORECAST: True,
            SECTION_SUN: sun | {CONF_ONLY_SURPLUS: True},
        },
    )
    menu = await choose(hass, menu, "check")
    assert report(menu) == (
        "3.2 kW come from the grid now. The roof gives 1.5 kW. So the house and its cars take "
        "4.7 kW.\n\n- ⚠️ The meter shows the sum of three phases only. So the worst is taken: that "
        "all of it is on one phase, and cars get less than there may be."
    )
    result = await choose(hass, menu, "save")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    site = list(deaf_hub.entry.subentries.values())[-1]
    config = SiteConfig.of(deaf_hub.entry, site)
    assert (config.name, config.settings.fuse_a, config.settings.phases) == ("Home", 25.0, 3)
    assert config.settings.sun.only_surplus
    assert (config.sources.grid_power, config.sources.solar) == (GRID, ("sensor.roof",))


@pytest.mark.parametrize(
    ("field", "told", "error"),
    [
        (CONF_FUSE_A, "big", "invalid_fuse"),
        (CONF_FUSE_A, "5", "invalid_fuse"),
        (CONF_FUSE_A, "nan", "invalid_fuse"),
        (CONF_NAME, "  ", "name_missing"),
    ],
)
async def test_the_connection_is_asked_for_until_it_is_right(
    hass: HomeAssistant, deaf_hub: Hub, field: str, told: str, error: str
) -> None:
    form = await begin(hass, deaf_hub.entry)
    form = await enter(hass, form, **{**BASICS, field: told, CONF_CONTRACT_KW: 6.6})
    assert form["errors"] == {field: error}
    assert offered(form)[field] == told
    assert offered(form)[CONF_CONTRACT_KW] == 6.6
    form = await enter(hass, form, **{**BASICS, CONF_FUSE_A: "31,5 A"})
    assert form["step_id"] == "meter"
    assert form["errors"] == {}


KINDS = [
    ("none", {CONF_HOUSE_RESERVE_A: 12.0}),
    ("power", METER),
    ("two_powers", {CONF_GRID_POWER: GRID, CONF_GRID_EXPORT: "sensor.export"}),
    (
        "phase_powers",
        {**{key: f"sensor.{key}" for key in CONF_GRID_POWERS}, CONF_GRID_INVERTED: True},
    ),
    (
        "phase_currents",
        {**{key: f"sensor.{key}" for key in CONF_GRID_CURRENTS}, CONF_GRID_INVERTED: False},
    ),
]


@pytest.mark.parametrize(("kind", "entered"), KINDS)
async def test_each_kind_of_meter(
    hass: HomeAssistant, deaf_hub: Hub, kind: str, entered: dict[str, Any]
) -> None:
    form = await begin(hass, deaf_hub.entry)
    form = await enter(hass, form, **{**BASICS, CONF_METER_KIND: kind})
    menu = await choose(hass, await enter(hass, form, **entered), "check")
    directed = kind in ("power", "phase_powers", "phase_currents")
    assert ("invert_grid" in menu["menu_options"]) is directed
    await choose(hass, menu, "save")
    site = list(deaf_hub.entry.subentries.values())[-1]
    assert entered.items() <= site.data.items()


async def test_a_house_on_one_phase_has_one_entity(hass: HomeAssistant, deaf_hub: Hub) -> None:
    form = await begin(hass, deaf_hub.entry)
    form = await enter(
        hass, form, **{**BASICS, CONF_PHASES: "1", CONF_METER_KIND: "phase_currents"}
    )
    assert list(offered(form)) == [CONF_GRID_CURRENTS[0], CONF_GRID_POWER, CONF_GRID_INVERTED]


async def test_a_wallbox_can_be_the_meter(hass: HomeAssistant, deaf_hub: Hub) -> None:
    form = await begin(hass, deaf_hub.entry)
    with pytest.raises(InvalidData):  # it measures no house, so far as anybody knows
        await enter(hass, form, **{**BASICS, CONF_METER_KIND: "wallbox"})
    deaf_hub.wallbox(IDENTITY).features.add(Feature.HOUSE_METER)
    form = await begin(hass, deaf_hub.entry)
    form = await enter(hass, form, **{**BASICS, CONF_METER_KIND: "wallbox"})
    menu = await enter(hass, form, **{CONF_OWN_METER: IDENTITY})
    menu = await choose(hass, menu, "check")
    assert report(menu).startswith("Nothing is measured")
    await choose(hass, menu, "save")
    assert list(deaf_hub.entry.subentries.values())[-1].data[CONF_OWN_METER] == IDENTITY


async def test_an_entity_is_chosen_once(hass: HomeAssistant, deaf_hub: Hub) -> None:
    form = await begin(hass, deaf_hub.entry)
    form = await enter(hass, form, **{**BASICS, CONF_METER_KIND: "two_powers"})
    form = await enter(hass, form, **{CONF_GRID_POWER: GRID, CONF_GRID_EXPORT: GRID})
    assert form["errors"] == {CONF_GRID_EXPORT: "entity_twice"}
    menu = await enter(hass, form, **{CONF_GRID_POWER: GRID, CONF_GRID_EXPORT: "sensor.export"})
    form = await choose(hass, menu, "solar")
    values = {
        CONF_SOLAR_INVERTED: False,
        CONF_SUN_FORECAST: True,
        SECTION_SUN: {
            str(marker): marker.default()
            for marker in form["data_schema"].schema[SECTION_SUN].schema.schema
        },
    }
    form = await enter(hass, form, **values, **{CONF_SOLAR: ["sensor.roof", GRID]})
    assert form["errors"] == {CONF_SOLAR: "entity_twice"}
    menu = await enter(hass, form, **values, **{CONF_SOLAR: ["sensor.roof"]})
    form = await choose(hass, menu, "battery")
    rules = {key: value for key, value in offered(form).items() if value is not None}
    form = await enter(hass, form, **rules, **{CONF_BATTERY_POWER: "sensor.roof"})
    assert form["errors"] == {CONF_BATTERY_POWER: "entity_twice"}
    menu = await enter(hass, form, **rules, **{CONF_BATTERY_POWER: "sensor.battery"})
    assert menu["step_id"] == "parts"


class TestAnotherSite:
    """A site is there."""

    @pytest.fixture
    def subentries(self) -> list[dict[str, Any]]:
        return [subentry_data(), site_data()]

    async def test_two_sites_cannot_share_a_meter(self, hass: HomeAssistant, deaf_hub: Hub) -> None:
        form = await begin(hass, deaf_hub.entry)
        form = await enter(hass, form, **BASICS)
        form = await enter(hass, form, **METER)
        assert form["errors"] == {CONF_GRID_POWER: "meter_taken"}
        assert form["description_placeholders"]["other"] == "Home"
        menu = await enter(hass, form, **{**METER, CONF_GRID_POWER: "sensor.other"})
        assert menu["step_id"] == "parts"

    async def test_its_own_meter_is_no_other_ones(self, hass: HomeAssistant, deaf_hub: Hub) -> None:
        form = await choose(hass, await change(hass, deaf_hub.entry), "meter")
        menu = await enter(hass, form, **METER)
        assert menu["step_id"] == "parts"

    async def test_it_is_changed(self, hass: HomeAssistant, deaf_hub: Hub) -> None:
        menu = await change(hass, deaf_hub.entry)
        form = await choose(hass, menu, "basics")
        assert offered(form) == {**BASICS, CONF_CONTRACT_KW: None}
        menu = await enter(hass, form, **{**BASICS, CONF_NAME: "House", CONF_FUSE_A: "35"})
        form = await choose(hass, menu, "limits")
        values = {key: value for key, value in offered(form).items() if value is not None}
        menu = await enter(hass, form, **values, **{CONF_UNBALANCE_A: 20.0})
        result = await choose(hass, await choose(hass, menu, "check"), "save")
        assert result["reason"] == "reconfigure_successful"
        site = deaf_hub.entry.subentries[SITE]
        assert (site.title, site.data[CONF_FUSE_A]) == ("House", 35.0)
        assert site.data[CONF_UNBALANCE_A] == 20.0

    async def test_another_kind_of_meter_asks_for_its_entities(
        self, hass: HomeAssistant, deaf_hub: Hub
    ) -> None:
        form = await choose(hass, await change(hass, deaf_hub.entry), "basics")
        form = await enter(hass, form, **{**BASICS, CONF_METER_KIND: "two_powers"})
        assert form["step_id"] == "meter"
        assert offered(form) == {CONF_GRID_POWER: GRID, CONF_GRID_EXPORT: None}

    async def test_what_is_emptied_is_gone(self, hass: HomeAssistant, deaf_hub: Hub) -> None:
        entry, site = deaf_hub.entry, deaf_hub.entry.subentries[SITE]
        hass.config_entries.async_update_subentry(
            entry, site, data={**site.data, CONF_UNBALANCE_A: 20.0}
        )
        form = await choose(hass, await change(hass, entry), "limits")
        assert offered(form)[CONF_UNBALANCE_A] == 20.0
        values = {key: value for key, value in offered(form).items() if value is not None}
        del values[CONF_UNBALANCE_A]
        menu = await choose(hass, await enter(hass, form, **values), "check")
        await choose(hass, menu, "save")
        assert CONF_UNBALANCE_A not in deaf_hub.entry.subentries[SITE].data


@pytest.mark.parametrize(
    ("windows", "price", "error"),
    [
        ("0.32\nnonsense", None, "tariff_line"),
        ("Mo-Xy 0.2", None, "tariff_day"),
        ("26:00-27:00 0.2", None, "tariff_time"),
        ("0.32", "sensor.price", "two_tariffs"),
    ],
)
async def test_prices_are_asked_for_until_they_can_be_read(
    hass: HomeAssistant, deaf_hub: Hub, windows: str, price: str | None, error: str
) -> None:
    form = await choose(hass, await to_parts(hass, deaf_hub.entry), "tariff")
    values = {key: value for key, value in offered(form).items() if value is not None}
    chosen = {CONF_PRICE_WINDOWS: windows} | ({CONF_PRICE: price} if price else {})
    form = await enter(hass, form, **values, **chosen)
    assert form["errors"] == {CONF_PRICE_WINDOWS: error}
    assert offered(form)[CONF_PRICE_WINDOWS] == windows
    menu = await enter(hass, form, **values, **{CONF_PRICE_WINDOWS: "0.32\nSa-Su 0.21"})
    form = await choose(hass, menu, "tariff")
    assert offered(form)[CONF_PRICE_WINDOWS] == "0.32\nSa,Su 0.21"
    menu = await enter(hass, form, **values, **{CONF_PRICE_WINDOWS: "0.32\nSa,Su 0.21"})
    await choose(hass, await choose(hass, menu, "check"), "save")
    site = list(deaf_hub.entry.subentries.values())[-1]
    assert SiteConfig.of(deaf_hub.entry, site).sources.price_windows == (
        TariffWindow(0.32),
        TariffWindow(0.21, weekdays=frozenset({5, 6})),
    )


async def test_signs_are_turned_over(hass: HomeAssistant, deaf_hub: Hub) -> None:
    """The house exports 2 kW at night, and the full battery seems to charge."""
    hass.config.language = "en"
    hass.states.async_set(GRID, "-2000", WATTS)
    hass.states.async_set("sensor.roof", "0", WATTS)
    hass.states.async_set("sensor.battery", "-800", WATTS)
    hass.states.async_set("sensor.soc", "100", {"unit_of_measurement": "%"})
    hass.states.async_set("sun.sun", "below_horizon")
    menu = await to_parts(hass, deaf_hub.entry)
    form = await choose(hass, menu, "battery")
    rules = {key: value for key, value in offered(form).items() if value is not None}
    menu = await enter(
        hass,
        form,
        **rules,
        **{CONF_BATTERY_POWER: "sensor.battery", CONF_BATTERY_SOC: "sensor.soc"},
    )
    form = await choose(hass, menu, "solar")
    sun = {
        str(marker): marker.default()
        for marker in form["data_schema"].schema[SECTION_SUN].schema.schema
    }
    chosen = {CONF_SOLAR: ["sensor.roof"], CONF_SOLAR_INVERTED: False, CONF_SUN_FORECAST: True}
    menu = await choose(hass, await enter(hass, form, **chosen, **{SECTION_SUN: sun}), "check")
    assert "2.0 kW go into the grid now." in report(menu)
    assert "The sign of the meter seems to be wrong" in report(menu)
    assert "The battery is full and seems to charge with 800 W." in report(menu)
    menu = await choose(hass, menu, "invert_grid")
    assert "2.0 kW come from the grid now." in report(menu)
    assert "The sign of the meter" not in report(menu)
    menu = await choose(hass, menu, "invert_battery")
    assert "The battery gives 800 W. It is at 100 %." in report(menu)
    menu = await choose(hass, await choose(hass, menu, "invert_solar"), "parts")
    await choose(hass, await choose(hass, menu, "check"), "save")
    data = list(deaf_hub.entry.subentries.values())[-1].data
    inverted = (CONF_GRID_INVERTED, CONF_BATTERY_INVERTED, CONF_SOLAR_INVERTED)
    assert [data[key] for key in inverted] == [True, True, True]


async def test_what_cannot_be_read_is_named_in_the_language(
    hass: HomeAssistant, deaf_hub: Hub
) -> None:
    hass.config.language = "de"
    for phase, key in enumerate(CONF_GRID_CURRENTS, 1):
        amps = {"unit_of_measurement": "A", "friendly_name": f"Haus L{phase}"}
        hass.states.async_set(f"sensor.{key}", "unavailable" if phase == 3 else "4.1", amps)
    form = await begin(hass, deaf_hub.entry)
    form = await enter(hass, form, **{**BASICS, CONF_METER_KIND: "phase_currents"})
    entities = {key: f"sensor.{key}" for key in CONF_GRID_CURRENTS}
    menu = await enter(hass, form, **entities, **{CONF_GRID_INVERTED: False})
    menu = await choose(hass, menu, "check")
    assert report(menu) == "- ⚠️ Haus L3 (`sensor.grid_current_l3`) hat gerade keinen Wert."
    hass.states.async_set("sensor.grid_current_l3", "0.5", {"unit_of_measurement": "A"})
    menu = await choose(hass, menu, "check")
    assert report(menu).startswith(
        "Aus dem Netz kommen jetzt 2,0 kW. Je Phase: L1 4,1 A, L2 4,1 A, L3 0,5 A."
    )


class TestFallbacks:
    """What wallboxes may draw by themselves, against the fuse."""

    @pytest.fixture
    def subentries(self) -> list[dict[str, Any]]:
        return [subentry_data(f"CP-{n}", f"Box {n}") for n in range(1, 6)]

    async def test_they_are_counted_for_the_first_site(
        self, hass: HomeAssistant, deaf_hub: Hub
    ) -> None:
        """Five times 6 A are more than 25 A."""
        menu = await to_parts(hass, deaf_hub.entry)
        menu = await choose(hass, menu, "check")
        assert "could take 30.0 A together, more than the 25 A" in report(menu)
        await choose(hass, menu, "save")
        site = list(deaf_hub.entry.subentries.values())[-1]
        menu = await change(hass, deaf_hub.entry, site.subentry_id)
        assert "30.0 A" in report(await choose(hass, menu, "check"))


async def test_nobody_knows_a_pace_before_two_reports(hass: HomeAssistant, deaf_hub: Hub) -> None:
    form = await choose(hass, await to_parts(hass, deaf_hub.entry), "more")
    assert form["description_placeholders"]["interval"] == "–"
    assert offered(form)[CONF_METER_TIMEOUT_S] == 10.0


async def test_a_slow_meter_proposes_its_timeout(
    hass: HomeAssistant, deaf_hub: Hub, freezer: FrozenDateTimeFactory
) -> None:
    menu = await to_parts(hass, deaf_hub.entry)
    for watts in (1000, 1000, 1010):  # an unchanged value is a report too
        hass.states.async_set(GRID, str(watts), WATTS)
        await hass.async_block_till_done()
        freezer.tick(20)
    menu = await choose(hass, menu, "check")
    assert "every 20 s only. Set the longest silence to 40 s" in report(menu)
    form = await choose(hass, await choose(hass, menu, "parts"), "more")
    assert form["description_placeholders"]["interval"] == "20 s"
    values = {key: each for key, each in offered(form).items() if each}
    assert values[CONF_METER_TIMEOUT_S] == 40.0
    menu = await choose(hass, await enter(hass, form, **values), "check")
    assert "only" not in report(menu).partition("sum of three phases")[0]


@pytest.mark.parametrize(
    ("state", "unit", "told"),
    [
        ("0.31", "EUR/kWh", "costs 0.31 EUR now.\n\n- ⚠️ `sensor.gone` does not exist."),
        ("0.31", "EUR/kWh", "(`sensor.price`) tells only the price of now"),
        ("31", "kWh", "(`sensor.price`) has a unit that is none of a price"),
        ("unavailable", "EUR/kWh", "(`sensor.price`) shows no price at the moment"),
        ("0.31", "EUR/kWh", "`sensor.co2` shows no CO₂"),
    ],
)
async def test_prices_co2_and_signal_are_looked_at(
    hass: HomeAssistant, deaf_hub: Hub, state: str, unit: str, told: str
) -> None:
    hass.states.async_set("sensor.price", state, {"unit_of_measurement": unit})
    form = await choose(hass, await to_parts(hass, deaf_hub.entry), "tariff")
    values = {key: value for key, value in offered(form).items() if value is not None}
    chosen = {CONF_PRICE: "sensor.price", CONF_CO2: "sensor.co2"}
    form = await choose(hass, await enter(hass, form, **values, **chosen), "limits")
    values = {key: value for key, value in offered(form).items() if value is not None}
    menu = await enter(hass, form, **values, **{CONF_DIMMING: "sensor.gone"})
    hass.states.async_remove(GRID)
    lines = report(await choose(hass, menu, "check")).replace(
        "- ⚠️ `sensor.grid` does not exist.\n", ""
    )
    assert told in lines


async def test_the_fixed_price_of_now_is_said(hass: HomeAssistant, deaf_hub: Hub) -> None:
    form = await choose(hass, await to_parts(hass, deaf_hub.entry), "tariff")
    values = {key: value for key, value in offered(form).items() if value is not None}
    menu = await enter(hass, form, **values, **{CONF_PRICE_WINDOWS: "0.5\n0:00-24:00 0.25"})
    assert "A kilowatt-hour costs 0.25 EUR now." in report(await choose(hass, menu, "check"))


@pytest.mark.parametrize("told", [1, 2])
async def test_a_pulse_needs_two_reports(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, told: int
) -> None:
    pulse = Pulse()
    pulse.follow(hass, [GRID])
    pulse.follow(hass, [GRID])  # the same again goes on
    for _ in range(told):
        hass.states.async_set(GRID, "1", WATTS)
        await hass.async_block_till_done()
        freezer.tick(5)
    assert pulse.interval_s == (None if told == 1 else 5.0)
    pulse.follow(hass, [])
    assert pulse.interval_s is None


async def test_a_closed_dialogue_listens_no_more(hass: HomeAssistant, deaf_hub: Hub) -> None:
    menu = await to_parts(hass, deaf_hub.entry)
    with patch.object(Pulse, "close", autospec=True) as close:
        hass.config_entries.subentries.async_abort(menu["flow_id"])
    close.assert_called_once()
