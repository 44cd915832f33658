"""The show of `scripts/demo`: both wallboxes, the people, the site, and a past whose sums agree."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from scripts.harness import past
from scripts.harness.home_assistant import free_port, wait_until
from scripts.harness.house import Household
from scripts.harness.past import ANNA, BEN, VISITOR
from scripts.harness.show import OPTIONS, Show
from scripts.harness.show_demo import PROGRAMME, due, make_show, start
from scripts.harness.solar_day import DAY_BEGINS_S, DAY_ENDS_S, ZONE, counter

NOW = datetime(2026, 11, 1, 14, 20, tzinfo=ZONE)  # weeks with the end of summer time
WEEKS = 3
LIMIT_S = 60


def test_the_past_is_one_and_the_same_in_sessions_and_hours() -> None:
    made = past.make(NOW, WEEKS)
    for number in range(2):
        sessions = [each for each in made.sessions if each.wallbox == number]
        for source in past.SOURCES:
            told_wh = sum(each.source_wh[source] for each in sessions)
            counted_kwh = sum(hour.wallboxes[number][source] for hour in made.hours)
            assert told_wh / 1000 == pytest.approx(counted_kwh)
        assert sum(each.cost for each in sessions) == pytest.approx(
            sum(hour.cost[number] for hour in made.hours)
        )
        for before, after in pairwise(sessions):  # one car at a time, one register
            assert before.ended_at <= after.started_at
            assert before.register_wh + before.energy_wh == pytest.approx(after.register_wh)
        last = sessions[-1]
        assert last.register_wh + last.energy_wh == pytest.approx(made.registers_wh[number])
    cars_kwh = sum(hour.house["car"] for hour in made.hours)
    assert cars_kwh == pytest.approx(sum(each.energy_wh for each in made.sessions) / 1000)


def test_the_past_has_every_hour_once_and_all_owners() -> None:
    made = past.make(NOW, WEEKS)
    assert all(
        after.start - before.start == timedelta(hours=1) for before, after in pairwise(made.hours)
    )
    assert made.hours[0].start == datetime(2026, 10, 1, tzinfo=ZONE)
    assert made.hours[-1].start + timedelta(hours=1) == NOW.replace(minute=0)
    assert {each.owner for each in made.sessions} == {ANNA, BEN, VISITOR}
    assert made == past.make(NOW, WEEKS)


@pytest.mark.parametrize(
    ("before_h", "now_h", "hours"),
    [
        (7.4, 7.5, [7.5]),
        (7.5, 7.6, []),
        (20.9, 6.1, []),
        (19.9, 7.6, [20.0, 7.5]),
        (9.0, 21.0, [12.2, 16.0, 17.5, 18.0, 20.0]),
    ],
)
def test_the_programme_misses_nothing_and_repeats(
    before_h: float, now_h: float, hours: list[float]
) -> None:
    found = [turn.hour for turn in due(before_h * 3600, now_h * 3600)]
    assert sorted(found) == sorted(hours)
    assert all(DAY_BEGINS_S < turn.hour * 3600 < DAY_ENDS_S for turn in PROGRAMME)


def owners_of(show: Show) -> dict[str, dict[str, Any]]:
    asked = show.page.websocket(type="evse_ocpp/sessions")
    return {each["name"]: each for each in asked["owners"]}


def sum_of(show: Show, statistic: str) -> float:
    """What a counter counted, by the long-term statistics."""
    found = show.page.websocket(
        type="recorder/statistics_during_period",
        start_time=show.past.hours[0].start.isoformat(),
        statistic_ids=[statistic],
        period="hour",
        types=["change"],
    )
    return sum(row["change"] or 0.0 for row in found.get(statistic, ()))


def test_a_show_around_a_household(household: Callable[..., Household]) -> None:
    """As a browser test makes it, and one car after the other is charged from the sun."""
    house = household(dlb__maximum_current_a=100, wanted=())
    house.start(**OPTIONS)
    show = Show(house, begins_s=13 * 3600, weeks=WEEKS)
    with show.running():
        show.set_up()
        show.settle()
        for name, owner in zip(show.names, (ANNA, BEN), strict=True):
            show.choose(name, "minimum_solar")
            show.come(name, owner)
            status = show.await_entity(name, "status")
            wait_until(lambda: show.page.state(status) == "charging", f"{name} charges", LIMIT_S)  # noqa: B023
        show.plan(show.second, 20)
    owners = owners_of(show)
    assert {"Anna", "Ben", VISITOR.name} <= owners.keys()
    assert owners["Anna"]["owner"] == "person:person.anna"
    rows = show.page.websocket(type="evse_ocpp/sessions", limit=500)["rows"]
    assert {row["person"] for row in rows if row["ended_at"] is None} == {"Anna", "Ben"}
    for number, name in enumerate(show.names):
        entities = house.entities_of(name)
        want = sum(hour.wallboxes[number]["sun"] for hour in show.past.hours)
        wait_until(
            lambda: sum_of(show, entities["energy_sun"]) == pytest.approx(want, abs=0.1),  # noqa: B023
            f"the past of {name}",
            LIMIT_S,
        )
        # The counter goes on from all that was charged before there was a site.
        assert (show.page.number(entities["energy_sun"]) or 0.0) >= round(want, 1)
    preferences = show.page.websocket(type="energy/get_prefs")
    assert {each["stat_consumption"] for each in preferences["device_consumption"]} == {
        house.entities_of(name)["energy"] for name in show.names
    }
    assert counter("solar") in str(preferences["energy_sources"])
    assert show.page.websocket(type="repairs/list_issues")["issues"] == []


def test_the_demo_starts_and_starts_again(tmp_path: Path) -> None:
    """Its state is kept: the second start has the same wallboxes, meters and dashboard."""
    python = Path(os.environ["EVSE_HOME_ASSISTANT"])
    port, registers = free_port(), []  # a log-in is of one address
    for _ in range(2):
        show = make_show(tmp_path, python, slow=False, page_port=port, language="it")
        try:
            start(show)
            paths = show.page.websocket(type="lovelace/dashboards/list")
            assert [each["url_path"] for each in paths].count("evse-ocpp") == 1
            wallboxes = show.page.websocket(type="evse_ocpp/list")["wallboxes"]
            assert {each["name"] for each in wallboxes} == set(show.names)
            for wallbox in show.household.wallboxes.values():
                world = wallbox.request(command="status")["world"]["connectors"]["1"]
                registers.append(world["register_wh"])
        finally:
            show.household.stop()
    assert registers == pytest.approx(show.past.registers_wh * 2)
