"""What the cards cost: a house with twenty wallboxes, each followed by a dashboard.

`-s` shows the figures of docs/performance.md.
"""

import time
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import AsyncMock

import pytest
from homeassistant.core import HomeAssistant

from custom_components.evse_ocpp.central.charger import ChargerStatus
from custom_components.evse_ocpp.central.readings import Sample
from custom_components.evse_ocpp.const import CONF_PRICE
from custom_components.evse_ocpp.energy.goal import Goal
from custom_components.evse_ocpp.frontend_feed import Speech
from custom_components.evse_ocpp.frontend_follow import Follower
from custom_components.evse_ocpp.frontend_sessions import Asked, async_sessions
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.sentences import SELECTOR
from custom_components.evse_ocpp.session_record import SessionRow, write_sessions
from custom_components.evse_ocpp.texts import async_options

from .site_scene import show_currents, site_data
from .support import device_of, plug_in, subentry_data

WALLBOXES = 20
SESSIONS = 20_000
"""More than a house makes in twenty years."""
PRICE = "sensor.price"


@pytest.fixture
def subentries() -> list[dict[str, Any]]:
    boxes = [subentry_data(f"CP-{number}", f"Box {number}") for number in range(WALLBOXES)]
    return [*boxes, site_data(**{CONF_PRICE: PRICE})]


@pytest.fixture
async def followers(
    hass: HomeAssistant, deaf_hub: Hub, commands: AsyncMock
) -> AsyncGenerator[list[Follower]]:
    """One for each wallbox; all charge, with a goal and prices for a day and a half."""
    for task in deaf_hub._sites._tasks.values():
        task.cancel()
    now, quarter = datetime.now(UTC), timedelta(minutes=15)
    prices = [{"time": (now + n * quarter).isoformat(), "price": n / 1000} for n in range(150)]
    hass.states.async_set(PRICE, "0.1", {"prices": prices})
    show_currents(hass, 9.0, 8.0, 7.0)
    await hass.async_block_till_done()
    samples = [Sample("Power.Active.Import", 7e3), *_currents()]
    for wallbox in deaf_hub.wallboxes.values():
        charger = wallbox.charger
        plug_in(charger, commands, ChargerStatus.CHARGING)
        charger.start_transaction(1, "CARD", now, 0, charger.identity)
        charger.take_samples(1, None, samples, now, now)
        await wallbox.plan_book.put(Goal("work", 20.0, ready_at=now + timedelta(hours=9)), now)
    (site,) = deaf_hub.sites.values()
    await site.turn()
    speech = Speech("de", await async_options(hass, SELECTOR, "de"))
    devices = [device_of(hass, f"CP-{number}").id for number in range(WALLBOXES)]
    all_of_them = [Follower(hass, each, lambda _: None) for each in devices]
    for each in all_of_them:
        each.start(speech)
    yield all_of_them
    for each in all_of_them:
        each.stop()


def _currents() -> list[Sample]:
    return [Sample("Current.Import", 10.0, f"L{phase}") for phase in (1, 2, 3)]


async def test_a_look_at_a_connector(followers: list[Follower]) -> None:
    """Each of them looks at most once a second: twenty take less than a hundredth of a core."""
    rounds = 20
    began = time.process_time()
    for _ in range(rounds):
        for each in followers:
            each._look()
    look_ms = (time.process_time() - began) * 1000 / rounds / len(followers)
    print(f"a look at a connector: {look_ms:.3f} ms")
    assert look_ms < 0.9  # aim 0.3; three times, for a machine that is busy


async def test_a_page_of_twenty_years(hass: HomeAssistant, deaf_hub: Hub) -> None:
    """The sums are made by the database in a thread of its own; the loop only hears of groups."""
    now = datetime.now(UTC)
    rows = [
        SessionRow(
            uid=str(number),
            identity=f"CP-{number % WALLBOXES}",
            connector_id=1,
            started_at=now - number * timedelta(hours=8),
            ended_at=now,
            energy_wh=9000.0,
            cost=2.0,
            currency="EUR",
            sun_wh=100.0,
            id_tag=f"04A{number % 7}",
            person=(None, "person.anna", "person.ben")[number % 3],
        )
        for number in range(SESSIONS)
    ]
    await deaf_hub.storage.database.run(lambda file: write_sessions(file, rows))
    began, worked = time.perf_counter(), time.thread_time()
    answer = await async_sessions(hass, [deaf_hub], Asked())
    took_ms, loop_ms = (
        1000 * (time.perf_counter() - began),
        1000 * (time.thread_time() - worked),
    )
    print(f"a page of {SESSIONS} sessions: {took_ms:.0f} ms, of it in the loop {loop_ms:.0f} ms")
    assert (answer["count"], len(answer["rows"])) == (SESSIONS, 50)
    assert len(answer["wallboxes"]) == WALLBOXES
    assert loop_ms < 100
