"""What is told of a site that its owner can mend: after a while, with a detail, and no longer."""

from dataclasses import replace
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from custom_components.evse_ocpp.energy.model import (
    Circuit,
    Decision,
    House,
    PointSettings,
    SiteNow,
    SiteSettings,
)
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.site import Site
from custom_components.evse_ocpp.site_problems import (
    SHOWN_AFTER_S,
    SiteProblem,
    SiteTroubles,
    fallbacks_exceed,
)

from .site_scene import CURRENTS, show, show_currents, site_data
from .support import subentry_data

POINT = PointSettings("CP-1/1", "Garage", fallback_a=10.0)
GARAGE = Circuit("garage", "Garage", 16.0)
SHED = Circuit("shed", "Shed", 10.0, "garage")


@pytest.fixture
def subentries() -> list[Any]:
    return [subentry_data(), site_data()]


@pytest.fixture
async def site(deaf_hub: Hub) -> Site:
    for task in deaf_hub._sites._tasks.values():
        task.cancel()
    (site,) = deaf_hub.sites.values()
    return site


def found(site: Site, *points: PointSettings, after_s: float = 1000.0) -> dict[SiteProblem, str]:
    """Return what is wrong if it goes on so for a time."""
    troubles = SiteTroubles()
    troubles.look(site, site.config.settings, points, 0.0)
    return troubles.look(site, site.config.settings, points, after_s)


@pytest.mark.parametrize(
    ("points", "circuits", "detail"),
    [
        ((), (), None),
        ((POINT, POINT), (), None),
        ((POINT, POINT, POINT), (), "30 A > 25 A"),
        # Single-phase wallboxes on phases of their own.
        (tuple(replace(POINT, wiring=(phase,)) for phase in (0, 1, 2)), (), None),
        ((replace(POINT, circuit="garage"),) * 2, (GARAGE,), "20 A > 16 A (Garage)"),
        ((replace(POINT, circuit="garage"), POINT), (GARAGE,), None),
        (
            (replace(POINT, circuit="shed", fallback_a=12.0),),
            (GARAGE, SHED),
            "12 A > 10 A (Shed)",
        ),
        ((replace(POINT, circuit="shed"),) * 2, (GARAGE,), None),  # its circuit was removed
    ],
)
def test_all_fallbacks_together_are_within_each_fuse(
    points: tuple[PointSettings, ...], circuits: tuple[Circuit, ...], detail: str | None
) -> None:
    """Leases, end of charger-quirks: what all take at the worst, without Home Assistant."""
    assert fallbacks_exceed(SiteSettings(25.0, circuits=circuits), points) == detail


async def test_all_is_well(hass: HomeAssistant, site: Site) -> None:
    show_currents(hass, 1.0, 1.0, 1.0)
    await site.turn()
    assert not found(site, POINT)


@pytest.mark.parametrize(
    ("value", "unit", "problem", "detail"),
    [
        ("5000", "A", SiteProblem.METER_WRONG, f"{CURRENTS[0]}: 5000 A"),
        ("5", "kWh", SiteProblem.METER_WRONG, f"{CURRENTS[0]}: 5 kWh"),
        ("on", "A", SiteProblem.METER_WRONG, f"{CURRENTS[0]}: on A"),
        ("unavailable", "A", SiteProblem.METER_SILENT, f"{CURRENTS[0]}: unavailable A"),
    ],
)
async def test_a_meter_that_shows_nothing_possible(
    hass: HomeAssistant, site: Site, value: str, unit: str, problem: SiteProblem, detail: str
) -> None:
    show(hass, CURRENTS[0], value, unit)
    await site.turn()
    assert found(site)[problem].startswith(detail)
    assert not found(site, after_s=SHOWN_AFTER_S[problem] - 1)


async def test_a_house_that_gives_more_than_its_roof_is_measured_the_wrong_way_round(
    hass: HomeAssistant, site: Site
) -> None:
    show_currents(hass, 1.0, 1.0, 1.0)
    house = House(0.0, (-20.0, 0.0, 0.0), {}, -4600.0, 4600.0)
    site.decision = Decision(dt_util.now(), house=house)
    for solar_w, battery_w, wrong in (
        (None, None, None),  # a balcony's panels may explain it
        (4600.0, None, None),
        (2000.0, 2000.0, None),
        (0.0, None, "4.6 kW"),
        (-3000.0, None, "3.0 kW"),
    ):
        site.now = SiteNow(0.0, dt_util.now(), solar_w=solar_w, battery_w=battery_w)
        assert found(site).get(SiteProblem.METER_SIGN) == wrong


async def test_limits_in_flash_are_told(hass: HomeAssistant, site: Site) -> None:
    """Row 34."""
    show_currents(hass, 1.0, 1.0, 1.0)
    await site.turn()
    slow = replace(POINT, coarse_s=1728.0)
    assert found(site, slow) == {SiteProblem.SLOW_LIMITS: "Garage"}


class TestPrices:
    @pytest.fixture
    def subentries(self) -> list[Any]:
        return [subentry_data(), site_data(price_entity="sensor.price")]

    async def test_an_entity_without_prices_is_told_after_a_quarter_of_an_hour(
        self, hass: HomeAssistant, site: Site
    ) -> None:
        show_currents(hass, 1.0, 1.0, 1.0)
        await site.turn()
        assert not found(site, after_s=899.0)
        assert found(site, after_s=900.0) == {SiteProblem.PRICES_MISSING: "sensor.price"}


class TestBattery:
    @pytest.fixture
    def subentries(self) -> list[Any]:
        return [subentry_data(), site_data(battery_lock="switch.lock")]

    async def test_a_switch_that_does_not_follow_is_told(
        self, hass: HomeAssistant, site: Site
    ) -> None:
        show_currents(hass, 1.0, 1.0, 1.0)
        await site.turn()
        assert site._lock is not None
        site._lock.problem = True
        assert found(site) == {SiteProblem.BATTERY_LOCK: "switch.lock"}
