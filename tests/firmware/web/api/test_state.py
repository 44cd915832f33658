"""The live state (ETEK manual, 5.8.1.1; Cabur EV PLUS, 8.1.2, 3), asked for once."""

from datetime import timedelta

import pytest

from evse.settings.fact import Fact
from evse.settings.rows import ROWS
from evse.settings.setting import Role
from evse.simulation.world import MeterFault, MeterPlace
from evse.web.api.state import without_password
from tests.firmware.web.api.conftest import MakePage, Page

NOBODY_MEASURES = {
    "state.wlan_ip",
    "state.lan_ip",
    "state.access_point_operator",
    "state.environment_temperature_c",
    "state.fan_status",
}
"""On a simulated board without a network of its own."""


@pytest.mark.parametrize("role", Role)
async def test_every_fact_of_both_manuals_is_told(page: Page, role: Role) -> None:
    api = await page.role(role)
    await page.wallbox.charge()
    state = await api.ok("GET", "state")
    facts = state["facts"]
    assert set(facts) == {row.key for row in ROWS if isinstance(row, Fact)}
    missing = {key for key, value in facts.items() if value is None}
    # The meter of this test reads the world directly, which has no frequency.
    assert missing <= NOBODY_MEASURES | {"state.grid_frequency_hz"}


async def test_a_charge_as_it_goes_on(page: Page) -> None:
    api = await page.role("user")
    await page.wallbox.charge(uid="04A1B2C3")
    await page.wallbox.run(65)
    state = await api.ok("GET", "state", language="de")
    (connector,) = state["connectors"]
    assert connector["status"] == "Charging"
    assert connector["phase"] == "charging"
    assert connector["plugged"] is True
    assert connector["power_w"] > 3000
    assert connector["session"]["card"] == "04A1B2C3"
    assert connector["session"]["duration_s"] >= 60
    assert connector["session"]["energy_wh"] > 0
    assert connector["limit"]["amps"] == connector["offered_a"]
    assert connector["why"]["sentence"].startswith("Lädt")
    assert state["facts"]["state.charging_time"].startswith("0:01:")
    assert state["facts"]["state.power_w"] == connector["power_w"]
    assert state["house"] is not None


async def test_a_silent_meter_says_nothing_about_now(page: Page) -> None:
    api = await page.role("user")
    await page.wallbox.run(2)
    page.wallbox.world.fail_meter(MeterPlace.CHARGER, 1, MeterFault.SILENT)
    await page.wallbox.run(15)
    state = await api.ok("GET", "state")
    assert state["connectors"][0]["power_w"] is None
    assert state["connectors"][0]["current_a"] is None
    assert state["facts"]["state.current_l1_a"] is None
    assert "Meter" in {fault["fault"] for fault in state["connectors"][0]["why"]["faults"]}


async def test_the_name_of_the_card_is_that_of_the_whitelist(page: Page) -> None:
    api = await page.role("operator")
    await api.ok("POST", "cards", {"tag": "04A1B2C3", "name": "Größe"})
    await page.wallbox.charge(uid="04A1B2C3")
    state = await api.ok("GET", "state")
    assert state["connectors"][0]["session"]["name"] == "Größe"


async def test_facts_of_the_second_connector(make_page: MakePage) -> None:
    page = await make_page("installation.connectors=2")
    api = await page.role("user")
    await page.wallbox.charge(2)
    state = await api.ok("GET", "state", connector=2)
    assert state["facts"]["state.chargepoint_state"] == "Charging"
    assert (await api.ok("GET", "state"))["facts"]["state.chargepoint_state"] == "Available"


async def test_a_connector_that_there_is_not(page: Page) -> None:
    answer = await (await page.role("user"))("GET", "state", connector=2)
    assert answer.status == 404
    assert answer.error["field"] == "connector"
    assert answer.error["came"] == 2


async def test_energy_begins_at_zero_for_people_alone(page: Page) -> None:
    api = await page.role("operator")
    await page.wallbox.charge()
    await page.wallbox.run(timedelta(minutes=10).total_seconds())
    before = (await api.ok("GET", "state"))["connectors"][0]
    await api.ok("POST", "actions/loadmanagement.set_zero", {})
    after = (await api.ok("GET", "state"))["connectors"][0]
    assert before["energy_wh"] > 100
    assert after["energy_wh"] < 10
    assert after["session"]["energy_wh"] >= before["session"]["energy_wh"]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("wss://name:secret@host:1/path", "wss://host:1/path"),
        ("ws://host/path", "ws://host/path"),
        ("", ""),
    ],
)
def test_no_password_in_an_address_is_shown(url: str, shown: str) -> None:
    assert without_password(url) == shown


async def test_stop_ends_the_charge_as_a_local_one(page: Page) -> None:
    api = await page.role("user")
    await page.wallbox.charge()
    assert await api.ok("POST", "connectors/1/stop") == {"done": True}
    await page.wallbox.until(lambda: page.wallbox.central.stopped, 30)
    assert page.wallbox.central.stopped[0].reason == "Local"


async def test_stop_without_a_charge_says_so(page: Page) -> None:
    api = await page.role("user")
    answer = await api("POST", "connectors/1/stop")
    assert (answer.status, answer.error["code"]) == (409, "not_charging")
    assert (await api("POST", "connectors/2/stop")).status == 404
