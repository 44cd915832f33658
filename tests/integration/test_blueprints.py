"""The automation blueprints of the repository, run by Home Assistant on states of entities."""

from datetime import timedelta
from pathlib import Path

import pytest
from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.components.blueprint.models import Blueprint
from homeassistant.components.blueprint.schemas import BLUEPRINT_SCHEMA
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.yaml import load_yaml_dict
from pytest_homeassistant_custom_component.common import async_fire_time_changed, async_mock_service

BLUEPRINTS = Path(__file__).parents[2] / "blueprints" / "automation" / "evse_ocpp"
LIMIT, CHARGING = "number.wallbox_current_limit", "switch.wallbox_charging"
GRID, CAR = "sensor.grid", "sensor.wallbox_power"


@pytest.fixture
async def run(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch):
    """Start the automation of a blueprint; return what it has called, as (action, value)."""

    async def start(name: str, **inputs: object) -> list[tuple[str, object]]:
        source = load_yaml_dict(str(BLUEPRINTS / f"{name}.yaml"))
        target = Path(hass.config.path("blueprints", "automation", "evse_ocpp", f"{name}.yaml"))
        blueprint = Blueprint(
            source, path=str(target), expected_domain=AUTOMATION, schema=BLUEPRINT_SCHEMA
        )
        monkeypatch.setattr(
            "homeassistant.components.blueprint.models.DomainBlueprints.async_get_blueprint",
            _returning(blueprint),
        )
        calls: list[tuple[str, object]] = []

        def note(call: ServiceCall) -> None:
            calls.append((call.service, call.data.get("value")))

        for domain, service in (
            ("switch", "turn_on"),
            ("switch", "turn_off"),
            ("number", "set_value"),
        ):
            async_mock_service(hass, domain, service)
            hass.services.async_register(domain, service, note)
        use = {"use_blueprint": {"path": f"evse_ocpp/{name}.yaml", "input": inputs}}
        assert await async_setup_component(hass, AUTOMATION, {AUTOMATION: [{"id": "it", **use}]})
        await hass.async_block_till_done()
        (state,) = hass.states.async_all(AUTOMATION)
        assert state.state == "on", state
        return calls

    yield start
    for state in hass.states.async_all(AUTOMATION):  # or its timers would outlive the test
        await hass.services.async_call(
            AUTOMATION, "turn_off", {"entity_id": state.entity_id}, blocking=True
        )


def _returning(blueprint: Blueprint):
    async def get(*_: object) -> Blueprint:
        return blueprint

    return get


async def _pass(hass: HomeAssistant, freezer, seconds: float) -> None:
    freezer.tick(timedelta(seconds=seconds))
    async_fire_time_changed(hass, dt_util.utcnow())
    await hass.async_block_till_done()


async def test_below_a_price_it_charges(hass: HomeAssistant, run) -> None:
    hass.states.async_set("sensor.price", "0.30")
    hass.states.async_set("input_number.limit", "0.20")
    hass.states.async_set(CHARGING, "on")
    calls = await run(
        "below_price", price="sensor.price", limit="input_number.limit", charging=CHARGING
    )
    for price, charging, called in (
        ("0.31", "on", [("turn_off", None)]),
        ("unavailable", "off", []),  # stays as it is
        ("0.20", "off", [("turn_on", None)]),
        ("-0.05", "on", []),  # it charges already
    ):
        hass.states.async_set(CHARGING, charging)
        hass.states.async_set("sensor.price", price)
        await hass.async_block_till_done()
        assert calls == called, price
        calls.clear()


async def test_while_somebody_is_at_home_it_may_charge(hass: HomeAssistant, run, freezer) -> None:
    people = ["person.anna", "person.ben"]
    for person in people:
        hass.states.async_set(person, "home")
    calls = await run("presence", people=people, charging=CHARGING, leave_after={"minutes": 10})
    hass.states.async_set("person.anna", "not_home")
    await hass.async_block_till_done()
    await _pass(hass, freezer, 601)
    assert calls == []  # Ben is still there
    hass.states.async_set("person.ben", "work")
    await hass.async_block_till_done()
    await _pass(hass, freezer, 601)
    assert calls == [("turn_off", None)]
    calls.clear()
    hass.states.async_set("person.anna", "home")
    await hass.async_block_till_done()
    assert calls == [("turn_on", None)]


@pytest.mark.parametrize(
    ("soc", "held", "calls_for"),
    [
        ("60", "16", 6),
        ("77", "6", None),
        ("77", "16", None),
        ("80", "6", 16),
        ("unknown", "6", None),
    ],
)
async def test_the_home_battery_is_kept(
    hass: HomeAssistant, run, soc: str, held: str, calls_for: int | None
) -> None:
    hass.states.async_set("sensor.soc", "50")
    hass.states.async_set(LIMIT, held)
    calls = await run("home_battery", battery="sensor.soc", current_limit=LIMIT)
    hass.states.async_set("sensor.soc", soc)
    await hass.async_block_till_done()
    assert calls == ([] if calls_for is None else [("set_value", calls_for)])


@pytest.mark.parametrize(("unit", "per"), [("W", 1), ("kW", 1000)])
async def test_from_the_sun(hass: HomeAssistant, run, freezer, unit: str, per: int) -> None:
    def measure(grid_w: float | None, car_w: float) -> None:
        attributes = {"unit_of_measurement": unit}
        hass.states.async_set(GRID, "unavailable" if grid_w is None else grid_w / per, attributes)
        hass.states.async_set(CAR, car_w / per, attributes)

    measure(500, 0)
    hass.states.async_set(CHARGING, "off")
    hass.states.async_set(LIMIT, "6")
    calls = await run(
        "solar_surplus",
        grid_power=GRID,
        wallbox_power=CAR,
        current_limit=LIMIT,
        charging=CHARGING,
        phases=1,
    )
    measure(-2000, 0)  # 6 A of one phase take 1380 W
    await hass.async_block_till_done()
    assert calls == []
    await _pass(hass, freezer, 121)
    assert ("turn_on", None) in calls
    calls.clear()

    hass.states.async_set(CHARGING, "on")
    measure(-1000, 1380)  # 2380 W: 10 A
    await hass.async_block_till_done()
    await _pass(hass, freezer, 30)
    assert calls == [("set_value", 10)]
    calls.clear()

    measure(None, 1380)  # without a meter nobody knows of any sun
    await hass.async_block_till_done()
    await _pass(hass, freezer, 301)
    assert calls == [("turn_off", None)]
