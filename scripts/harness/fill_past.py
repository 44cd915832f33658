"""Puts the show's past into a Home Assistant: sessions, tallies, and hourly statistics."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing

from scripts.harness import roof
from scripts.harness.house import Household
from scripts.harness.past import SOURCES, Past, PastSession
from scripts.harness.solar_day import CURRENCY, ZONE, counter, import_hours, import_means

LOCK_TIMEOUT_S = 60
COST = "cost_total"
GRAPH_HOURS = 72
HOUSE_HOURS = 8 * 7 * 24
"""The house flows at every hour, so its past is shorter: a start must not take minutes."""
_TALLY = """
INSERT OR REPLACE INTO tally
    (identity, connector_id, sun_wh, battery_wh, grid_wh, cost, currency)
SELECT identity, connector_id, TOTAL(sun_wh), TOTAL(battery_wh),
    TOTAL(energy_wh - sun_wh - battery_wh), TOTAL(cost), MAX(currency)
FROM session GROUP BY identity, connector_id
"""


def write_sessions(
    household: Household, names: Sequence[str], past: Past, people: Mapping[str, str]
) -> None:
    """Write past sessions of the wallboxes `names`, beside Home Assistant: it shares its file.

    `people`: {name: entity id}. The integration sees them when it is loaded anew.
    """
    folder = household.home_assistant.folder / ".storage"
    identities = [household.identity_of(name) for name in names]
    rows = [
        _row(number, session, identities[session.wallbox], people)
        for number, session in enumerate(past.sessions)
    ]
    columns = list(rows[0])
    marks = ", ".join(f":{column}" for column in columns)
    insert = f"INSERT OR REPLACE INTO session ({', '.join(columns)}) VALUES ({marks})"
    file = folder / f"evse_ocpp.{household.entry_id}.db"
    with closing(sqlite3.connect(file, timeout=LOCK_TIMEOUT_S)) as database, database:
        database.executemany(insert, rows)
        database.execute(_TALLY)


def write_statistics(household: Household, names: Sequence[str], past: Past) -> None:
    """Give the counters of wallboxes and house their past, as far as they are there."""
    page, begins = household.home_assistant, past.hours[0].start
    for number, name in enumerate(names):
        entities = household.entities_of(name)
        for key, amounts in _counted(past, number).items():
            if key in entities:
                unit = CURRENCY if key == COST else "kWh"
                import_hours(page, entities[key], begins, amounts, unit)
    hours = past.hours[-HOUSE_HOURS:]
    for name in roof.COUNTERS:
        import_hours(page, counter(name), hours[0].start, [hour.house[name] for hour in hours])


def write_powers(household: Household, past: Past, site: str) -> None:
    """Give powers and price of the house their last days, for graphs that go back so far."""
    page, hours = household.home_assistant, past.hours[-GRAPH_HOURS:]
    entities = page.entities(site)
    solar, battery, grid, cars = (
        [1000 * sum(sign * hour.house[name] for sign, name in terms) for hour in hours]
        for terms in (
            ((1, "solar"),),
            ((1, "battery_out"), (-1, "battery_in")),
            ((1, "grid_import"), (-1, "grid_export")),
            ((1, "car"),),
        )
    )
    house = [
        sun_w + battery_w + grid_w - car_w
        for sun_w, battery_w, grid_w, car_w in zip(solar, battery, grid, cars, strict=True)
    ]
    watts = {
        "sensor.solar_power": solar,
        "sensor.battery_power": battery,
        "sensor.grid_power": grid,
        entities["site_charging_power"]: cars,
        entities["site_house_power"]: house,
        entities["site_grid_power"]: grid,
    }
    for statistic, values in watts.items():
        import_means(page, statistic, hours[0].start, values, "W", "power")
    prices = [roof.price(hour.start.astimezone(ZONE)) for hour in hours]
    import_means(page, entities["site_price"], hours[0].start, prices, f"{CURRENCY}/kWh")


def _counted(past: Past, number: int) -> dict[str, list[float]]:
    """What the counters of a wallbox counted in each hour, by their translation keys."""
    counted = {
        f"energy_{source}": [hour.wallboxes[number][source] for hour in past.hours]
        for source in SOURCES
    }
    every = [sum(hour.wallboxes[number].values()) for hour in past.hours]
    return counted | {"energy": every, COST: [hour.cost[number] for hour in past.hours]}


def _row(
    number: int, session: PastSession, identity: str, people: Mapping[str, str]
) -> dict[str, object]:
    """A session as the integration's database has it."""
    energy_wh, owner = session.energy_wh, session.owner
    return {
        "uid": f"show-{number}",
        "identity": identity,
        "connector_id": 1,
        "started_at": session.started_at.timestamp(),
        "ended_at": session.ended_at.timestamp(),
        "energy_wh": round(energy_wh, 1),
        "id_tag": owner.id_tag,
        "name": owner.name,
        "person": None if owner.person is None else people[owner.person],
        "reason": "EVDisconnected",
        "meter_start_wh": round(session.register_wh),
        "meter_stop_wh": round(session.register_wh + energy_wh),
        "cost": round(session.cost, 4),
        "unpriced_wh": 0.0,
        "currency": CURRENCY,
        "recovered": 0,
        "unattributed": 0,
        "sun_wh": round(session.source_wh["sun"], 1),
        "battery_wh": round(session.source_wh["battery"], 1),
        "co2_g": round(session.co2_g, 1),
        "lost_feed_in": round(session.lost_feed_in, 4),
    }
