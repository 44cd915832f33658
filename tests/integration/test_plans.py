"""Plans in Home Assistant: goals by actions, the calendar and numbers; what comes of them."""

from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any
from unittest.mock import AsyncMock

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.evse_ocpp.central.charger import ChargerStatus
from custom_components.evse_ocpp.const import (
    CONF_BATTERY_KWH,
    CONF_EFFICIENCY,
    CONF_KWH_PER_100_KM,
    CONF_PRICE,
    CONF_SOC_ENTITY,
    DOMAIN,
)
from custom_components.evse_ocpp.energy.allowance import Mode, Reason
from custom_components.evse_ocpp.energy.goal import Car
from custom_components.evse_ocpp.energy.plan import Plan, PlanSlot
from custom_components.evse_ocpp.energy.prices import Cheap
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.plan_book import MOST_GOALS, PlanBook
from custom_components.evse_ocpp.sensor_plan import minute
from custom_components.evse_ocpp.site import Site
from custom_components.evse_ocpp.wallbox import Wallbox

from .site_scene import show_currents, site_data
from .support import device_of, plug_in, set_up, subentry_data

pytestmark = pytest.mark.usefixtures("all_enabled")
NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)  # a Monday
HOUR = timedelta(hours=1)
PRICE = "sensor.price"
CALENDAR = "calendar.garage_charging_plan"
CAR = {
    CONF_SOC_ENTITY: "sensor.car_soc",
    CONF_BATTERY_KWH: 64.0,
    CONF_KWH_PER_100_KM: 16.5,
    CONF_EFFICIENCY: 90,
}


@pytest.fixture(autouse=True)
async def _now(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(NOW)
    await hass.config.async_set_time_zone("UTC")


@pytest.fixture
def subentries() -> list[dict[str, Any]]:
    return [subentry_data(**CAR), site_data(**{CONF_PRICE: PRICE})]


@pytest.fixture
async def still(deaf_hub: Hub, commands: AsyncMock) -> Site:
    """A site that turns only when the test says so, with a car that waits for current."""
    for task in deaf_hub._sites._tasks.values():
        task.cancel()
    (site,) = deaf_hub.sites.values()
    (wallbox,) = deaf_hub.wallboxes.values()
    plug_in(wallbox.charger, commands, ChargerStatus.CHARGING)
    wallbox.charger.fallback_a = 6.0
    wallbox.charger.start_transaction(1, "CARD", datetime.now(UTC), 0, "key")
    return site


@pytest.fixture
def garage(deaf_hub: Hub, still: Site) -> Wallbox:
    (wallbox,) = deaf_hub.wallboxes.values()
    return wallbox


async def act(hass: HomeAssistant, action: str, **data: Any) -> dict[str, Any]:
    returns = action in ("list_plans", "forecast", "set_plan")
    answer = await hass.services.async_call(
        DOMAIN,
        action,
        {"device_id": device_of(hass).id, **data},
        blocking=True,
        return_response=returns,
    )
    return dict(answer or {})


PLAN = Plan(
    "CP-1/1",
    "work",
    NOW + 13 * HOUR,
    (
        PlanSlot(NOW + 4 * HOUR, NOW + 5 * HOUR, 11_000.0, 1.1),
        PlanSlot(NOW + 5 * HOUR, NOW + 6 * HOUR, 9_000.0, 0.9),
        PlanSlot(NOW + 8 * HOUR, NOW + 9 * HOUR, 5_000.0, 0.5),
    ),
    need_wh=25_000.0,
    met=False,
    possible_wh=20_000.0,
    ready_at=NOW + 14 * HOUR,
    cost=2.5,
    starts=2,
)


class TestActions:
    async def test_set_list_and_remove(self, hass: HomeAssistant, garage: Wallbox) -> None:
        made = await act(hass, "set_plan", amount=25, ready_by="2026-03-03 07:00", most_starts=1)
        await act(
            hass,
            "set_plan",
            plan="week",
            amount=60,
            unit="percent",
            ready_by="07:00",
            weekdays=["mon", "fri"],
            precondition=20,
        )
        garage.plan_book.take({1: PLAN})
        listed = await act(hass, "list_plans")
        assert listed["plans"] == [
            {
                "plan": made["plan"],
                "amount": 25.0,
                "unit": "kwh",
                "ready_by": "2026-03-03T07:00:00+00:00",
                "weekdays": [],
                "most_starts": 1,
                "precondition": 0.0,
                "enabled": True,
            },
            {
                "plan": "week",
                "amount": 60.0,
                "unit": "percent",
                "ready_by": "07:00:00",
                "weekdays": ["mon", "fri"],
                "most_starts": None,
                "precondition": 20.0,
                "enabled": True,
            },
        ]
        assert listed["planned"]["met"] is False
        assert listed["planned"]["possible_kwh"] == 20.0
        assert len(listed["planned"]["slots"]) == 3
        await act(hass, "remove_plan", plan="week")
        assert len((await act(hass, "list_plans"))["plans"]) == 1
        with pytest.raises(ServiceValidationError, match="week"):
            await act(hass, "remove_plan", plan="week")

    @pytest.mark.parametrize(
        ("data", "match"),
        [
            ({"amount": 0, "ready_by": "07:00"}, "0.5…200 kWh"),
            ({"amount": 120, "unit": "percent", "ready_by": "07:00"}, "1…100 %"),
            ({"amount": 5, "ready_by": "tomorrow"}, "2026-12-24 07:00"),
            ({"amount": 5, "ready_by": "2026-03-01 07:00"}, "past"),
            ({"amount": 5, "ready_by": "2026-03-05 07:00", "weekdays": ["mon"]}, "weekdays"),
            ({"amount": 5, "ready_by": "07:00", "most_starts": 50}, "1…10"),
            ({"amount": 5, "ready_by": "07:00", "plan": "next"}, "next"),
        ],
    )
    async def test_what_cannot_be_meant_names_what_is_allowed(
        self, hass: HomeAssistant, garage: Wallbox, data: dict[str, Any], match: str
    ) -> None:
        with pytest.raises(ServiceValidationError, match=match):
            await act(hass, "set_plan", **data)
        assert garage.plan_book.goals(NOW) == ()

    async def test_forecast(self, hass: HomeAssistant, still: Site) -> None:
        rows = [{"time": (NOW + n * HOUR).isoformat(), "price": 0.1 * n} for n in range(3)]
        hass.states.async_set(PRICE, "0.1", {"prices": rows})
        await hass.async_block_till_done()
        told = await act(hass, "forecast")
        assert [each["value"] for each in told["prices"]] == pytest.approx([0.0, 0.1, 0.2])
        assert told["sun"] == []

    async def test_forecast_of_a_wallbox_on_its_own(
        self, hass: HomeAssistant, deaf_hub: Hub, still: Site
    ) -> None:
        del deaf_hub._sites.all[still.config.subentry_id]
        with pytest.raises(ServiceValidationError, match="Garage"):
            await act(hass, "forecast")
        deaf_hub._sites.all[still.config.subentry_id] = still


class TestEntities:
    async def test_next_departure(self, hass: HomeAssistant, garage: Wallbox) -> None:
        await hass.services.async_call(
            "number",
            "set_value",
            {"entity_id": "number.garage_energy_for_the_next_departure", "value": 20},
            blocking=True,
        )
        assert garage.plan_book.goals(NOW) == ()
        departure = NOW + 12 * HOUR
        await hass.services.async_call(
            "datetime",
            "set_value",
            {"entity_id": "datetime.garage_next_departure", "datetime": departure.isoformat()},
            blocking=True,
        )
        (goal,) = garage.plan_book.goals(NOW)
        assert (goal.amount, goal.ready_at) == (20.0, departure)
        assert hass.states.is_state("datetime.garage_next_departure", departure.isoformat())
        with pytest.raises(ServiceValidationError, match="past"):
            await hass.services.async_call(
                "datetime",
                "set_value",
                {"entity_id": "datetime.garage_next_departure", "datetime": "2026-01-01 00:00:00"},
                blocking=True,
            )
        await act(hass, "remove_plan", plan="next")
        assert garage.plan_book.goals(NOW) == ()

    async def test_cheap(self, hass: HomeAssistant, garage: Wallbox, deaf_hub: Hub) -> None:
        assert deaf_hub.plans.cheap("CP-1") == Cheap(hours=4.0)
        for entity, value in (("cheap_up_to", 0.21), ("cheapest_hours_per_day", 0)):
            await hass.services.async_call(
                "number",
                "set_value",
                {"entity_id": f"number.garage_{entity}", "value": value},
                blocking=True,
            )
        assert deaf_hub.plans.cheap("CP-1") == Cheap(limit=0.21)
        with pytest.raises((ServiceValidationError, HomeAssistantError)):
            await hass.services.async_call(
                "number",
                "set_value",
                {"entity_id": "number.garage_cheap_up_to", "value": float("nan")},
                blocking=True,
            )

    async def test_what_is_planned_shows(self, hass: HomeAssistant, garage: Wallbox) -> None:
        assert hass.states.is_state("binary_sensor.garage_plan_cannot_be_met", "off")
        assert hass.states.is_state("sensor.garage_plan_starts", "unknown")
        garage.plan_book.take({1: PLAN})
        assert hass.states.is_state("binary_sensor.garage_plan_cannot_be_met", "on")
        assert hass.states.is_state("sensor.garage_plan_starts", (NOW + 4 * HOUR).isoformat())
        assert hass.states.is_state("sensor.garage_plan_ready", (NOW + 14 * HOUR).isoformat())
        assert hass.states.is_state("sensor.garage_plan_cost", "2.5")

    async def test_chart(
        self, hass: HomeAssistant, garage: Wallbox, hass_client: Any, socket_enabled: None
    ) -> None:
        garage.plan_book.take({1: PLAN})
        before = hass.states.get("image.garage_plan_chart")
        client = await hass_client()
        answer = await client.get("/api/image_proxy/image.garage_plan_chart")
        assert answer.status == 200
        assert answer.content_type == "image/svg+xml"
        assert "Charging plan of Garage" in await answer.text()
        assert before is not None


class TestCalendar:
    async def events(self, hass: HomeAssistant) -> list[dict[str, Any]]:
        answer: Any = await hass.services.async_call(
            "calendar",
            "get_events",
            {
                "entity_id": CALENDAR,
                "start_date_time": NOW.isoformat(),
                "end_date_time": (NOW + 7 * 24 * HOUR).isoformat(),
            },
            blocking=True,
            return_response=True,
        )
        return list(answer[CALENDAR]["events"])

    async def websocket(self, client: Any, kind: str, **data: Any) -> dict[str, Any]:
        await client.send_json_auto_id(
            {"type": f"calendar/event/{kind}", "entity_id": CALENDAR, **data}
        )
        answer: dict[str, Any] = await client.receive_json()
        return answer

    @staticmethod
    def event(summary: str = "25 kWh", **more: Any) -> dict[str, Any]:
        start, end = NOW + 12 * HOUR, NOW + 13 * HOUR
        return {
            "summary": summary,
            "dtstart": start.isoformat(),
            "dtend": end.isoformat(),
            **more,
        }

    async def test_make_change_and_delete(
        self, hass: HomeAssistant, garage: Wallbox, hass_ws_client: Any, socket_enabled: None
    ) -> None:
        client = await hass_ws_client()
        assert (await self.websocket(client, "create", event=self.event("60 % for work")))[
            "success"
        ]
        (goal,) = garage.plan_book.goals(NOW)
        assert (goal.amount, goal.unit, goal.ready_at) == (60.0, "percent", NOW + 13 * HOUR)
        weekly = self.event("200 km", rrule="FREQ=WEEKLY;BYDAY=TU,FR")
        assert (await self.websocket(client, "update", uid=goal.id, event=weekly))["success"]
        (goal,) = garage.plan_book.goals(NOW)
        assert (goal.ready_time, goal.weekdays) == (time(7), frozenset({1, 4}))
        garage.plan_book.take({1: PLAN})
        assert [each["summary"] for each in await self.events(hass)] == [
            "Charge 20.0 kWh",
            "Charge 5.0 kWh",
            "200 km",
            "200 km",
        ]
        state = hass.states.get(CALENDAR)
        assert state is not None
        assert state.attributes["message"] == "Charge 20.0 kWh"
        single = {"uid": goal.id, "recurrence_id": "20260306T070000"}
        assert not (await self.websocket(client, "delete", **single))["success"]
        assert (await self.websocket(client, "delete", uid=goal.id))["success"]
        assert not (await self.websocket(client, "delete", uid=goal.id))["success"]
        assert garage.plan_book.goals(NOW) == ()

    @pytest.mark.parametrize(
        ("event", "allowed"),
        [
            ({"summary": "full"}, "60 %, 25 kWh, 200 km"),
            ({"summary": "500 kWh"}, "0.5…200 kWh"),
            ({"dtstart": "2026-03-04", "dtend": "2026-03-05"}, "2026-12-24 07:00"),
            ({"rrule": "FREQ=MONTHLY"}, "FREQ=WEEKLY"),
            ({"rrule": "FREQ=WEEKLY;INTERVAL=2"}, "FREQ=WEEKLY"),
            ({"rrule": "FREQ=WEEKLY;COUNT=3"}, "FREQ=WEEKLY"),
            ({"rrule": "FREQ=WEEKLY;BYDAY=1MO"}, "FREQ=WEEKLY"),
            (
                {"dtstart": "2026-03-01T06:00:00+00:00", "dtend": "2026-03-01T07:00:00+00:00"},
                "2026-03-02 18:00",
            ),
        ],
    )
    async def test_what_is_no_goal_names_what_is_allowed(
        self,
        hass: HomeAssistant,
        garage: Wallbox,
        hass_ws_client: Any,
        socket_enabled: None,
        event: dict[str, Any],
        allowed: str,
    ) -> None:
        client = await hass_ws_client()
        answer = await self.websocket(client, "create", event=self.event(**event))
        assert not answer["success"]
        assert allowed in answer["error"]["message"]
        assert garage.plan_book.goals(NOW) == ()

    @pytest.mark.parametrize(
        ("rule", "days"),
        [
            ("FREQ=DAILY", range(7)),
            ("FREQ=WEEKLY", {1}),
            ("FREQ=WEEKLY;BYDAY=SU,MO", {0, 1}),  # begins late on the day before
        ],
    )
    async def test_weekdays_are_those_of_the_end(
        self,
        hass: HomeAssistant,
        garage: Wallbox,
        hass_ws_client: Any,
        socket_enabled: None,
        rule: str,
        days: Any,
    ) -> None:
        client = await hass_ws_client()
        event = self.event(dtstart=(NOW + 4 * HOUR).isoformat(), rrule=rule)
        assert (await self.websocket(client, "create", event=event))["success"]
        (goal,) = garage.plan_book.goals(NOW)
        assert goal.weekdays == frozenset(days)


class TestKept:
    async def test_over_a_restart(
        self, hass: HomeAssistant, entry: MockConfigEntry, garage: Wallbox
    ) -> None:
        await act(hass, "set_plan", plan="work", amount=25, ready_by="07:00", weekdays=["fri"])
        await garage.plan_book.set_cheap(Cheap(0.2, 3.0))
        before = garage.plan_book.to_dict()
        assert await hass.config_entries.async_unload(entry.entry_id)
        hub = await set_up(hass, entry)
        (wallbox,) = hub.wallboxes.values()
        assert wallbox.plan_book.to_dict() == before
        assert [goal.id for goal in hub.plans.goals("CP-1")] == ["work"]

    def test_damage_is_left_out(self) -> None:
        book = PlanBook(lambda: None)
        book.open({"goals": [{"id": 1}]}, AsyncMock())
        assert book.goals(NOW) == ()

    async def test_not_without_end(self, garage: Wallbox, hass: HomeAssistant) -> None:
        for number in range(MOST_GOALS):
            await act(hass, "set_plan", plan=str(number), amount=5, ready_by="07:00")
        with pytest.raises(ServiceValidationError, match=str(MOST_GOALS)):
            await act(hass, "set_plan", amount=5, ready_by="07:00")

    async def test_a_database_that_cannot_write_is_told(
        self, garage: Wallbox, hass: HomeAssistant
    ) -> None:
        garage.plan_book.open(None, AsyncMock(side_effect=OSError("disk full")))
        with pytest.raises(HomeAssistantError, match="disk full"):
            await act(hass, "set_plan", amount=5, ready_by="07:00")


@pytest.mark.parametrize(
    ("state", "percent"), [("42", 42.0), ("unavailable", None), ("142", None), (None, None)]
)
async def test_car(
    hass: HomeAssistant, deaf_hub: Hub, garage: Wallbox, state: str | None, percent: float | None
) -> None:
    if state is not None:
        hass.states.async_set("sensor.car_soc", state)
    assert deaf_hub.plans.car("CP-1") == Car(percent, 64.0, 16.5, 0.9)


async def test_a_car_that_tells_its_own_charge(
    hass: HomeAssistant, deaf_hub: Hub, garage: Wallbox
) -> None:
    garage.charger.connector(1).readings.soc_percent = 51.0
    assert deaf_hub.plans.car("CP-1").soc_percent == 51.0


async def test_a_plan_pauses_until_the_cheap_hours_and_charges_then(
    hass: HomeAssistant,
    still: Site,
    garage: Wallbox,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Issue 8, end to end: prices of an entity, a goal by an action, what the wallbox may take."""
    show_currents(hass, 2.0, 2.0, 2.0)
    cheap = {NOW + 6 * HOUR, NOW + 7 * HOUR, NOW + 8 * HOUR}
    rows = [
        {"time": each.isoformat(), "price": 0.1 if each in cheap else 0.4}
        for each in (NOW + number * HOUR for number in range(24))
    ]
    hass.states.async_set(PRICE, "0.4", {"prices": rows, "unit_of_measurement": "EUR/kWh"})
    await hass.async_block_till_done()
    await garage.steering.set_mode(Mode.PLAN)
    await act(hass, "set_plan", amount=20, ready_by="2026-03-03 07:00")
    await still.turn()
    assert still.decision is not None
    grant = still.decision.grants["CP-1/1"]
    assert (grant.limit_a, grant.reason) == (0.0, Reason.PLAN)
    plan = garage.plan_book.plan(1)
    assert plan is not None
    assert plan.met
    assert {slot.start >= NOW + 6 * HOUR for slot in plan.slots} == {True}
    assert plan.slots[-1].end <= NOW + 9 * HOUR
    begins = plan.slots[0].start
    assert hass.states.is_state("sensor.garage_plan_starts", minute(begins).isoformat())
    start_s = still._monotonic()
    for second in range(60, 180):  # the meter is trusted again once it has told for a while
        later = begins - NOW + timedelta(seconds=second)
        freezer.move_to(NOW + later)
        monkeypatch.setattr(still, "_monotonic", partial(float, start_s + later.total_seconds()))
        show_currents(hass, *[2.0 + second % 2 / 10] * 3)
        await still.turn()
        grant = still.decision.grants["CP-1/1"]
        if grant.limit_a > 0:
            break
    assert grant.limit_a >= 6
    assert grant.reason is Reason.PLAN
