"""What a site shows in Home Assistant, and the sentence that explains the current."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util

from custom_components.evse_ocpp.central.charger import ChargerStatus
from custom_components.evse_ocpp.const import DOMAIN
from custom_components.evse_ocpp.energy.why import Why
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.sensor_why import NUMBERS_S, WhySensor, why_sensors
from custom_components.evse_ocpp.sentences import number, sentence
from custom_components.evse_ocpp.site import Site

from .site_scene import show_currents, site_data
from .support import connected, subentry_data, until


def entity_id(hass: HomeAssistant, platform: str, key: str) -> str:
    found = er.async_get(hass).async_get_entity_id(platform, DOMAIN, key)
    assert found is not None, key
    return found


@pytest.fixture
def subentries() -> list[dict[str, Any]]:
    return [subentry_data(), site_data()]


@pytest.fixture
async def site(hass: HomeAssistant, hub: Hub) -> Site:
    (site,) = hub.sites.values()
    show_currents(hass, 5.0, 4.0, 3.0)
    await site.turn()
    return site


async def test_a_site_is_a_device_with_its_values(hass: HomeAssistant, site: Site) -> None:
    prefix = f"site/{site.config.subentry_id}"
    shown = {
        key: hass.states.get(entity_id(hass, "sensor", f"{prefix}/{key}"))
        for key in ("grid_power", "house_power", "charging_power", "surplus")
    }
    await hass.async_block_till_done()
    assert float(shown["grid_power"].state) == pytest.approx(12 * 230, abs=20)
    assert float(shown["house_power"].state) == pytest.approx(12 * 230, abs=20)
    assert float(shown["surplus"].state) == pytest.approx(-12 * 230, abs=20)
    assert float(shown["charging_power"].state) == 0
    lost = hass.states.get(entity_id(hass, "binary_sensor", f"{prefix}/meter_lost"))
    assert lost.state == "off"
    assert shown["grid_power"].attributes["unit_of_measurement"] == "W"


async def test_small_changes_are_no_new_state(hass: HomeAssistant, site: Site) -> None:
    grid = entity_id(hass, "sensor", f"site/{site.config.subentry_id}/grid_power")
    show_currents(hass, 5.01, 4.0, 3.0)
    await site.turn()
    before = hass.states.get(grid)
    show_currents(hass, 5.02, 4.0, 3.0)  # 5 W
    await site.turn()
    assert hass.states.get(grid) is before
    show_currents(hass, 6.0, 4.0, 3.0)
    await site.turn()
    assert hass.states.get(grid).state != before.state


@pytest.mark.parametrize("language", ["en", "it", "de", "es", "fr"])
async def test_the_sentence_says_who_decides(
    hass: HomeAssistant, hub: Hub, site: Site, language: str
) -> None:
    hass.config.language = language
    await async_get_translations(hass, language, "selector", [DOMAIN])
    async with connected(hub) as client:
        await client.boot()
        why = entity_id(hass, "sensor", "CP-1/1/why")
        await until(lambda: hass.states.get(why).attributes["key"] == "untold")
        await client.status("Available")
        (wallbox,) = hub.wallboxes.values()
        await until(lambda: wallbox.charger.connector(1).status is ChargerStatus.AVAILABLE)
        await hass.async_block_till_done()
        await until(lambda: hass.states.get(why).attributes["key"] == "no_car")
        assert hass.states.get(why).state not in ("no_car", "unknown", "")

        await client.status("Preparing")
        await client.start()
        await client.status("Charging")
        keys = ("charging_", "waiting_")
        await until(lambda: hass.states.get(why).attributes["key"].startswith(keys))
        said = hass.states.get(why)
        assert "{" not in said.state
        assert said.attributes["reason"] in ("user_limit", "installation", "fuse")


async def test_a_person_s_pause_is_told_with_a_site_too(
    hass: HomeAssistant, hub: Hub, site: Site
) -> None:
    async with connected(hub) as client:
        await client.boot()
        await client.status("Preparing")
        await client.start()
        await client.status("Charging")
        (wallbox,) = hub.wallboxes.values()
        await until(lambda: wallbox.charger.connector(1).transaction is not None)
        await wallbox.steering.set_charging(False)
        why = entity_id(hass, "sensor", "CP-1/1/why")
        await until(lambda: hass.states.get(why).attributes["key"] == "waiting_paused")


async def test_numbers_alone_are_said_anew_once_a_minute(
    hass: HomeAssistant, hub: Hub, site: Site
) -> None:
    (wallbox,) = hub.wallboxes.values()
    told = [Why("charging_fuse", {"amps": 9.0, "fuse_a": 25.0})]
    description, _ = why_sensors(hub)
    now_s = 0.0
    sensor = WhySensor(
        wallbox,
        1,
        type(description)(key="why", translation_key="why", value_fn=lambda *_: told[-1]),
        hub=hub,
        monotonic=lambda: now_s,
    )
    assert not sensor._read()
    told.append(Why("charging_fuse", {"amps": 9.4, "fuse_a": 25.0}))
    assert not sensor._read()
    now_s = NUMBERS_S
    assert sensor._read()
    told.append(Why("waiting_paused"))
    assert sensor._read()  # another sentence is said at once
    assert sensor.extra_state_attributes["key"] == "waiting_paused"


@pytest.mark.parametrize(
    ("language", "value", "decimals", "shown"),
    [
        ("en", 9.44, 1, "9.4"),
        ("de", 9.44, 1, "9,4"),
        ("fr", 16.0, 1, "16"),
        ("en-GB", 0.2346, 3, "0.235"),
        ("it", -0.01, 1, "0"),
        ("es", -0.25, 2, "-0,25"),
    ],
)
def test_numbers_as_people_write_them(
    hass: HomeAssistant, language: str, value: float, decimals: int, shown: str
) -> None:
    hass.config.language = language
    assert number(hass, value, decimals) == shown


@pytest.mark.parametrize(
    ("ahead", "shown"),
    [
        (timedelta(minutes=32), "14:32"),
        (timedelta(hours=-1), "13:00"),
        (timedelta(hours=11), "01:00"),
        (timedelta(hours=24), "2026-03-03 14:00"),
        (timedelta(hours=-15), "2026-03-01 23:00"),
    ],
)
async def test_times_of_another_day_have_their_date(
    hass: HomeAssistant,
    hub: Hub,
    freezer: FrozenDateTimeFactory,
    ahead: timedelta,
    shown: str,
) -> None:
    """That of the coming night has none: it cannot be taken for another day's."""
    now = datetime(2026, 3, 2, 14, 0, tzinfo=dt_util.get_default_time_zone())
    freezer.move_to(now)
    said = sentence(hass, Why("waiting_paused", {}, Why("then_on", {"time": now + ahead})))
    assert f" {shown}" in said
    assert said.count("2026") == shown.count("2026")
