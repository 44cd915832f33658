"""What a site decides, told to people: on the bus, as entities, in the logbook, as triggers."""

from dataclasses import replace
from typing import Any
from unittest.mock import Mock

import pytest
from homeassistant.components import automation
from homeassistant.components.device_automation import DeviceAutomationType
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (
    async_capture_events,
    async_get_device_automations,
    async_mock_service,
)

from custom_components.evse_ocpp import device_trigger
from custom_components.evse_ocpp.const import DOMAIN
from custom_components.evse_ocpp.energy.allowance import Mode, Reason
from custom_components.evse_ocpp.energy.happenings import EnergyEvent, Kind
from custom_components.evse_ocpp.energy.model import Asks, Decision, Demand, Grant
from custom_components.evse_ocpp.event_site import POINT_EVENTS, SITE_EVENTS
from custom_components.evse_ocpp.happening_data import EVENT
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.logbook import async_describe_events
from custom_components.evse_ocpp.site import Site
from custom_components.evse_ocpp.site_happenings import SiteHappening

from .site_scene import show_currents, site_data
from .support import device_of, subentry_data

POINT = "CP-1/1"


@pytest.fixture
def subentries() -> list[Any]:
    return [subentry_data(), site_data()]


@pytest.fixture
async def site(hass: HomeAssistant, deaf_hub: Hub) -> Site:
    """A site that has decided once, and does so again only when the test says so."""
    for task in deaf_hub._sites._tasks.values():
        task.cancel()
    (site,) = deaf_hub.sites.values()
    show_currents(hass, 5.0, 4.0, 3.0)
    await site.turn()
    return site


def decide(hub: Hub, site: Site, grant: Grant, **more: Any) -> None:
    """Let the site decide so about a car that would charge by the sun."""
    assert site.decision is not None
    assert site.now is not None
    point = replace(site.now.points[POINT], mode=Mode.SOLAR, asks=Asks.TO_START)
    site.now = replace(site.now, points={POINT: point})
    site.decision = replace(site.decision, grants={POINT: grant}, **more)
    hub.site_happenings.look(site)


def site_device(hass: HomeAssistant) -> dr.DeviceEntry:
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    (found,) = [
        device
        for device in dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
        if any(each.startswith("site/") for _, each in device.identifiers)
    ]
    return found


WAITS = Grant(0.0, Reason.SOLAR)
CHARGES = Grant(6.0, Reason.SOLAR)
FUSE = Grant(0.0, Reason.FUSE)
MISSES = {POINT: Demand(values={"possible_kwh": 3.25, "need_kwh": 10.0})}


def test_every_kind_has_an_entity() -> None:
    told = {kind for each in (*POINT_EVENTS, *SITE_EVENTS) for kind in each.event_types}
    assert told == {str(kind) for kind in Kind}


@pytest.mark.usefixtures("all_enabled")
async def test_a_start_and_a_pause_are_told(hass: HomeAssistant, deaf_hub: Hub, site: Site) -> None:
    fired = async_capture_events(hass, EVENT)
    for grant in (WAITS, CHARGES, CHARGES, FUSE):
        decide(deaf_hub, site, grant)
    await hass.async_block_till_done(wait_background_tasks=False)
    start, pause = (event.data for event in fired)
    assert start.items() >= {"type": "started_by_sun", "amps": 6.0, "site": "Home"}.items()
    assert start.items() >= {"identity": "CP-1", "connector": 1}.items()
    assert start["device_id"] == device_of(hass).id
    assert pause.items() >= {"type": "paused", "reason": "fuse"}.items()
    shown = hass.states.get("event.garage_charging_decision")
    assert shown is not None
    assert shown.attributes.items() >= {"event_type": "paused", "reason": "fuse"}.items()


@pytest.mark.usefixtures("all_enabled")
async def test_a_plan_that_will_be_missed_is_told_once(
    hass: HomeAssistant, deaf_hub: Hub, site: Site
) -> None:
    decide(deaf_hub, site, CHARGES)
    fired = async_capture_events(hass, EVENT)
    for _ in range(3):
        decide(deaf_hub, site, CHARGES, demands=MISSES)
    await hass.async_block_till_done(wait_background_tasks=False)
    (event,) = fired
    assert event.data.items() >= {"type": "plan_missed", "possible_kwh": 3.25}.items()


@pytest.mark.usefixtures("all_enabled")
async def test_a_silent_meter_is_told_at_the_device_of_the_site(
    hass: HomeAssistant, deaf_hub: Hub, site: Site, freezer: Any
) -> None:
    fired = async_capture_events(hass, EVENT)
    now_s = site._monotonic() + 60
    site._monotonic = lambda: now_s
    freezer.tick(60)
    await site.turn()
    show_currents(hass, 5.1, 4.0, 3.0)
    await site.turn()
    await hass.async_block_till_done(wait_background_tasks=False)
    lost, back = (event.data for event in fired)
    assert (lost["type"], back["type"]) == ("meter_lost", "meter_back")
    assert lost["device_id"] == site_device(hass).id
    assert "identity" not in lost
    shown = hass.states.get("event.home_site_event")
    assert shown is not None
    assert shown.attributes.items() >= {"event_type": "meter_back", "site": "Home"}.items()


async def test_the_first_word_of_a_meter_is_no_news(
    hass: HomeAssistant, deaf_hub: Hub, site: Site
) -> None:
    """Else each start of Home Assistant would tell of a meter that is back."""
    fired = async_capture_events(hass, EVENT)
    assert site.decision is not None
    known = site.decision
    deaf_hub.site_happenings.forget(site.config.subentry_id)
    for decision in (Decision(known.at, meter_lost=True), known):
        site.decision = decision
        deaf_hub.site_happenings.look(site)
    site.decision = None
    deaf_hub.site_happenings.look(site)
    await hass.async_block_till_done(wait_background_tasks=False)
    assert fired == []


async def test_a_wallbox_that_goes_meanwhile_has_no_device(
    hass: HomeAssistant, deaf_hub: Hub, site: Site
) -> None:
    fired = async_capture_events(hass, EVENT)
    decide(deaf_hub, site, WAITS)
    deaf_hub.chargers.clear()
    decide(deaf_hub, site, CHARGES)
    await hass.async_block_till_done(wait_background_tasks=False)
    (event,) = fired
    assert "device_id" not in event.data


async def test_nobody_listens_after_the_end(deaf_hub: Hub, site: Site) -> None:
    heard: list[SiteHappening] = []
    end = deaf_hub.site_happenings.listen(heard.append)
    decide(deaf_hub, site, WAITS)
    decide(deaf_hub, site, CHARGES)
    end()
    decide(deaf_hub, site, WAITS)
    assert [each.event for each in heard] == [
        EnergyEvent(Kind.STARTED_BY_SUN, POINT, {"amps": 6.0})
    ]


def described(hass: HomeAssistant, data: dict[str, Any]) -> dict[str, str]:
    """Return what the logbook shows."""
    describe = Mock()
    async_describe_events(hass, describe)
    shown: dict[str, str] = describe.call_args.args[2](Event(EVENT, data))
    return shown


@pytest.mark.parametrize(
    ("language", "data", "message"),
    [
        ("en", {"type": "started_by_sun", "amps": 9.4}, "Started by the sun: 9.4 A"),
        ("de", {"type": "started_by_sun", "amps": 9.4}, "Von der Sonne gestartet: 9,4 A"),
        ("it", {"type": "paused", "reason": "fuse"}, "In pausa: Interruttore generale"),
        ("en", {"type": "paused", "reason": "of later"}, "Paused"),
        ("es", {"type": "phases_switched", "phases": 1.0}, "Fases conmutadas: 1"),
        ("fr", {"type": "plan_missed", "possible_kwh": 3.25}, "Le plan ne sera pas tenu: 3,25 kWh"),
        ("en", {"type": "boost_on"}, "Boost began"),
    ],
)
async def test_logbook(
    hass: HomeAssistant, site: Site, language: str, data: dict[str, Any], message: str
) -> None:
    hass.config.language = language
    await async_get_translations(hass, language, "entity", [DOMAIN])
    told = described(hass, {"identity": "CP-1", "device_id": device_of(hass).id, **data})
    assert told == {"name": "Garage", "message": message}


@pytest.mark.parametrize("there", [True, False])
async def test_logbook_of_a_site(hass: HomeAssistant, site: Site, there: bool) -> None:
    device = {"device_id": site_device(hass).id} if there else {}
    told = described(hass, {"type": "dimmed", "dimmed_kw": 4.2, "site": "Home", **device})
    assert told == {"name": "Home", "message": "Limited by the grid operator: 4.2 kW"}


async def triggers_of(hass: HomeAssistant, device_id: str) -> set[str]:
    found = await async_get_device_automations(hass, DeviceAutomationType.TRIGGER, device_id)
    return {each["type"] for each in found if each["domain"] == DOMAIN}


async def test_triggers_of_a_wallbox_with_a_site_and_of_the_site(
    hass: HomeAssistant, site: Site
) -> None:
    decisions = {str(kind) for kind in device_trigger.DECISIONS}
    assert decisions <= await triggers_of(hass, device_of(hass).id)
    assert await triggers_of(hass, site_device(hass).id) == {"meter_lost"}


async def test_an_automation_hears_of_the_sun(
    hass: HomeAssistant, deaf_hub: Hub, site: Site
) -> None:
    calls = async_mock_service(hass, "test", "automation")
    config = {
        "triggers": {
            "trigger": "device",
            "domain": DOMAIN,
            "device_id": device_of(hass).id,
            "type": "started_by_sun",
        },
        "actions": {"action": "test.automation"},
    }
    assert await async_setup_component(hass, automation.DOMAIN, {automation.DOMAIN: config})
    await hass.async_block_till_done(wait_background_tasks=False)
    for grant in (WAITS, CHARGES, WAITS):
        decide(deaf_hub, site, grant)
    await hass.async_block_till_done(wait_background_tasks=False)
    assert len(calls) == 1
