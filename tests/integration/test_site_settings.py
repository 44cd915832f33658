"""Subentries of sites, circuits and wallboxes, read into the words of the energy side."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.evse_ocpp.central.control import Method, Purpose
from custom_components.evse_ocpp.const import (
    CONF_BATTERY_RULE,
    CONF_CAPACITY_KW,
    CONF_CONTRACT_KW,
    CONF_FEED_IN_PRICE,
    CONF_GRID_CURRENTS,
    CONF_GRID_EXPORT,
    CONF_LIMIT_KW,
    CONF_METER_KIND,
    CONF_MINIMUM_A,
    CONF_OWN_METER,
    CONF_PHASE_SWITCHING,
    CONF_PRIORITY,
    CONF_ROTATION_MIN,
    CONF_SITE,
    CONF_SOLAR,
    CONF_SUPPLY,
    CONF_VOLTAGES,
    CONF_WIRING,
    SUPPLY_NONE,
)
from custom_components.evse_ocpp.energy.model import BatteryRule, Circuit, SiteSettings
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.site_settings import (
    SiteConfig,
    SiteSources,
    Supply,
    point_settings,
    settings_of,
    supply_of,
    wiring_of,
)

from .sites import GARAGE, GRID, PANEL, SITE, circuit_data, site_data
from .support import IDENTITY, subentry_data

BOX = subentry_data()


def entry_with(*subentries: dict[str, Any]) -> MockConfigEntry:
    return MockConfigEntry(subentries_data=subentries)


def config(entry: ConfigEntry[Any]) -> SiteConfig:
    return SiteConfig.of(entry, entry.subentries[SITE])


def test_what_is_not_set_has_the_default() -> None:
    assert settings_of(site_data()["data"]) == SiteSettings(25.0)


def test_what_is_set_is_read_in_its_unit() -> None:
    read = settings_of(
        site_data(
            **{
                CONF_METER_KIND: "none",
                CONF_CONTRACT_KW: 6.6,
                CONF_CAPACITY_KW: 2.5,
                CONF_ROTATION_MIN: 20.0,
                CONF_FEED_IN_PRICE: 0.1,
                CONF_BATTERY_RULE: "battery_first",
            }
        )["data"]
    )
    assert (read.contract_w, read.capacity_w, read.rotation_s) == (6600.0, 2500.0, 1200.0)
    assert (read.has_meter, read.sun.feed_in_price) == (False, 0.1)
    assert read.battery.rule is BatteryRule.BATTERY_FIRST


EVERYTHING = {
    CONF_GRID_EXPORT: "sensor.export",
    **{key: f"sensor.a{n}" for n, key in enumerate(CONF_GRID_CURRENTS)},
    CONF_OWN_METER: IDENTITY,
}


@pytest.mark.parametrize(
    ("kind", "entities", "own"),
    [
        ("none", (), None),
        ("power", (GRID,), None),
        ("two_powers", (GRID, "sensor.export"), None),
        ("phase_currents", (GRID, "sensor.a0", "sensor.a1", "sensor.a2"), None),
        ("phase_powers", (), None),
        ("wallbox", (), IDENTITY),
    ],
)
def test_only_what_belongs_to_the_kind_of_meter_counts(
    kind: str, entities: tuple[str, ...], own: str | None
) -> None:
    sources = SiteSources.of(site_data(**{**EVERYTHING, CONF_METER_KIND: kind})["data"])
    assert (sources.meter_entities, sources.own_meter) == (entities, own)


def test_all_that_is_read_is_followed() -> None:
    data = site_data(**{CONF_SOLAR: ["sensor.roof"], CONF_VOLTAGES[0]: "sensor.v"})["data"]
    assert SiteSources.of(data).entities == (GRID, "sensor.v", "sensor.roof")


def test_circuits_hang_in_a_tree() -> None:
    entry = entry_with(
        site_data(),
        circuit_data(),
        circuit_data(PANEL, GARAGE, "Panel", **{CONF_LIMIT_KW: 7.0}),
        circuit_data("lost", "gone", "Lost"),
        circuit_data("elsewhere", "site-2", "Elsewhere", **{CONF_SITE: "site-2"}),
    )
    assert config(entry).settings.circuits == (
        Circuit(GARAGE, "Garage", 16.0),
        Circuit(PANEL, "Panel", 16.0, GARAGE, 7000.0),
        Circuit("lost", "Lost", 16.0),  # below the main fuse of the site where it was
    )


def test_a_ring_of_circuits_hangs_below_the_main_fuse_of_its_site() -> None:
    entry = entry_with(site_data(), circuit_data(GARAGE, PANEL), circuit_data(PANEL, GARAGE))
    assert supply_of(entry, {CONF_SUPPLY: GARAGE}) == Supply(SITE, GARAGE)


ONE, TWO = [site_data()], [site_data(), site_data("site-2", "Barn")]


@pytest.mark.parametrize(
    ("sites", "data", "supply"),
    [
        (ONE, {}, Supply(SITE)),
        (TWO, {}, Supply(None)),
        ([], {}, Supply(None)),
        (ONE, {CONF_SUPPLY: SUPPLY_NONE}, Supply(None)),
        (TWO, {CONF_SUPPLY: "site-2"}, Supply("site-2")),
        (TWO, {CONF_SUPPLY: GARAGE}, Supply(SITE, GARAGE)),
        (TWO, {CONF_SUPPLY: "gone", CONF_SITE: "site-2"}, Supply("site-2", lost=True)),
        (TWO, {CONF_SUPPLY: "gone"}, Supply(None, lost=True)),
        (ONE, {CONF_SUPPLY: "site-2", CONF_SITE: "site-2"}, Supply(SITE, lost=True)),
    ],
)
def test_what_supplies_a_wallbox(
    sites: list[dict[str, Any]], data: dict[str, Any], supply: Supply
) -> None:
    assert supply_of(entry_with(*sites, circuit_data()), data) == supply


@pytest.mark.parametrize(
    ("wiring", "phases", "site_phases", "expected"),
    [
        ("", 3, 3, (0, 1, 2)),
        ("231", 3, 3, (1, 2, 0)),
        ("3", 1, 3, (2,)),
        ("231", 1, 3, (0,)),  # it was set while the wallbox had three phases
        ("231", 3, 1, (0,)),
    ],
)
def test_the_order_of_the_phases(
    wiring: str, phases: int, site_phases: int, expected: tuple[int, ...]
) -> None:
    assert wiring_of({CONF_WIRING: wiring}, phases, site_phases) == expected


class TestPoints:
    """What was set of each connector."""

    @pytest.fixture
    def subentries(self) -> Iterable[dict[str, Any]]:
        chosen = {
            CONF_SUPPLY: GARAGE,
            CONF_SITE: SITE,
            CONF_PRIORITY: 3.0,
            CONF_MINIMUM_A: 8.0,
            CONF_PHASE_SWITCHING: True,
        }
        return [subentry_data(**chosen), site_data(), circuit_data()]

    async def test_a_connector_is_a_point(self, hub: Hub) -> None:
        wallbox = hub.wallbox(IDENTITY)
        (point,) = point_settings(hub.entry, config(hub.entry), wallbox)
        assert (point.id, point.name, point.circuit) == (f"{IDENTITY}/1", "Garage", GARAGE)
        assert (point.priority, point.minimum_a, point.maximum_a) == (3, 8.0, 16.0)
        assert (point.fallback_a, point.coarse_s) == (6.0, 0.0)
        assert not point.switches_phases  # nobody has seen it

    async def test_phases_are_switched_where_that_was_seen(self, hub: Hub) -> None:
        wallbox = hub.wallbox(IDENTITY)
        wallbox.charger.control = replace(wallbox.charger.control, switches_phases=True)
        (point,) = point_settings(hub.entry, config(hub.entry), wallbox)
        assert point.switches_phases

    async def test_limits_kept_in_flash_rise_rarely(self, hub: Hub) -> None:
        """Row 34 of the quirks."""
        wallbox = hub.wallbox(IDENTITY)
        lease = Method(Purpose.CHARGE_POINT_MAX_PROFILE)
        wallbox.charger.control = replace(wallbox.charger.control, lease=lease)
        (point,) = point_settings(hub.entry, config(hub.entry), wallbox)
        assert point.coarse_s == 86_400 / 50

    async def test_connectors_share_the_line_of_their_wallbox(self, hub: Hub) -> None:
        wallbox = hub.wallbox(IDENTITY)
        wallbox.charger.connector(2)
        site = config(hub.entry)
        points = point_settings(hub.entry, site, wallbox)
        own = f"wallbox/{IDENTITY}"
        assert [(each.name, each.circuit) for each in points] == [
            ("Garage 1", own),
            ("Garage 2", own),
        ]
        circuits = site.with_wallbox_circuits(hub.entry, [wallbox]).circuits
        assert circuits[-1] == Circuit(own, "Garage", 16.0, GARAGE)

    async def test_a_wallbox_of_another_site_has_no_points(self, hub: Hub) -> None:
        other = SiteConfig("site-2", "Barn", SiteSettings(25.0))
        assert point_settings(hub.entry, other, hub.wallbox(IDENTITY)) == ()

    async def test_a_removed_circuit_is_told_of(self, hass: HomeAssistant, hub: Hub) -> None:
        """Its wallbox is below the main fuse then, until another supply is chosen."""
        issue = ("evse_ocpp", f"supply_lost/{hub.entry.entry_id}/")
        hass.config_entries.async_remove_subentry(hub.entry, GARAGE)
        await hass.async_block_till_done()
        (found,) = (
            each
            for each in ir.async_get(hass).issues.values()
            if each.issue_id.startswith(issue[1])
        )
        assert found.translation_placeholders == {"name": "Garage"}
        (box,) = (each for each in hub.entry.subentries.values() if each.unique_id == IDENTITY)
        assert supply_of(hub.entry, box.data) == Supply(SITE, lost=True)
        hass.config_entries.async_update_subentry(
            hub.entry, box, data={**box.data, CONF_SUPPLY: SITE}
        )
        await hass.async_block_till_done()
        assert not [each for each in ir.async_get(hass).issues if each[1].startswith(issue[1])]
