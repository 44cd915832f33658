"""A day of sun around a real Home Assistant and its wallboxes: the meters that Home Assistant sees.

Each second what the cars draw is joined with roof, house and battery (roof.py), and shown
as sensors, as other integrations would. The site is set up through its dialogues, and the energy
dashboard has yesterday and today until now.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from scripts.harness import roof
from scripts.harness.home_assistant import HarnessError, HomeAssistant
from scripts.harness.house import Household

SITE_NAME = "House"
FUSE_A = 25.0
ZONE = ZoneInfo("Europe/Paris")
DAY_BEGINS_S, DAY_ENDS_S = 6 * 3600, 21 * 3600
MORNING_SOC = 35.0
"""What a night that is left out leaves in the home battery, %."""
SLOW_EVERY_S = 10.0
"""How often the counters and the price are shown."""
CURRENCY = "EUR"
PHASE_METERS = tuple(f"sensor.grid_power_l{number}" for number in (1, 2, 3))
METER_FIELDS = ("grid_power_l1", "grid_power_l2", "grid_power_l3")
COUNTER_NAMES = {
    "grid_import": "Grid import",
    "grid_export": "Grid export",
    "solar": "Solar energy",
    "battery_out": "Battery discharged",
    "battery_in": "Battery charged",
    "car": "Car energy",
}
_POWER = {"device_class": "power", "state_class": "measurement", "unit_of_measurement": "W"}
_ENERGY = {
    "device_class": "energy",
    "state_class": "total_increasing",
    "unit_of_measurement": "kWh",
}
_SOC = {"device_class": "battery", "state_class": "measurement", "unit_of_measurement": "%"}


def counter(name: str) -> str:
    """The entity of an energy counter."""
    return f"sensor.{name}_energy"


@dataclass
class Tally:
    """What came of the day. Energy in Wh of the simulated day, stretches in real seconds."""

    sources_wh: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    cost: float = 0.0
    starts: int = 0
    highest_a: float = 0.0
    longest_over_s: float = 0.0
    _charging: bool = False
    _over_since_s: float | None = None

    def add(self, now: roof.Flows, price: float, dt_s: float, at_s: float) -> None:
        """Take `dt_s` of the day, seen at `at_s` of the real clock."""
        hours = dt_s / 3600
        sun_w, battery_w, grid_w = now.sources_w
        for number, watts in enumerate(now.sources_w):
            self.sources_wh[number] += watts * hours
        # The battery was filled from the sun, which could have been sold.
        paid = grid_w * price + (sun_w + battery_w) * roof.FEED_IN_PRICE
        self.cost += paid * hours / 1000
        charging = now.car_w > 500
        self.starts += charging and not self._charging
        self._charging = charging
        self.highest_a = max(self.highest_a, *now.grid_a)
        if max(now.grid_a) <= FUSE_A:
            self._over_since_s = None
            return
        self._over_since_s = at_s if self._over_since_s is None else self._over_since_s
        self.longest_over_s = max(self.longest_over_s, at_s - self._over_since_s)


class SolarDay:
    """The physical world around the wallboxes; `speed`: seconds of the day in one of the clock."""

    def __init__(
        self,
        household: Household,
        *,
        speed: float = 1.0,
        begins_s: float | None = None,
        counter_speed: float | None = None,
        clouds_last: float = 1.0,
        nights: bool = True,
    ):
        """`begins_s`: the second of the day at which it begins; None: that of the local time.

        `counter_speed`: how fast the energy counters run; None: as the day. `clouds_last`: how many
        times as long as else. Without `nights` the next day begins when one ends.
        """
        self._household = household
        self._page = household.home_assistant
        self._speed = speed
        self._clouds_last = clouds_last
        self._nights = nights
        self._counted = 1.0 if counter_speed is None else counter_speed / speed
        midnight = datetime.now(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
        local_s = (datetime.now(ZONE) - midnight).total_seconds()
        self.second = local_s if begins_s is None else begins_s
        self.tally = Tally()
        self.battery = roof.Battery()
        self._kwh = dict.fromkeys(roof.COUNTERS, 0.0)
        self._last_s = time.monotonic()
        self._slow_s = -SLOW_EVERY_S

    def turn(self) -> None:
        """Let the time pass since the last turn, and show what is measured now."""
        now_s = time.monotonic()
        dt_s = max(0.001, (now_s - self._last_s) * self._speed)
        self._last_s = now_s
        self.second = (self.second + dt_s) % roof.DAY_S
        if not self._nights and not DAY_BEGINS_S <= self.second < DAY_ENDS_S:
            self.second = float(DAY_BEGINS_S)
            self.battery.soc = min(self.battery.soc, MORNING_SOC)
        sun_w = roof.solar_w(self.second, self._clouds_last)
        now = roof.flows(self.second, self._car_a(), self.battery, dt_s, sun_w)
        for name, watts in roof.counted_w(now).items():
            self._kwh[name] += watts * dt_s * self._counted / 3.6e6
        self.tally.add(now, self._price(), dt_s, now_s)
        self._show_powers(now)
        if now_s - self._slow_s >= SLOW_EVERY_S:
            self._slow_s = now_s
            self._show_slow()

    def _car_a(self) -> roof.Phases:
        """What all cars draw; one whose wallbox starts anew draws nothing."""
        drawn = [0.0, 0.0, 0.0]
        for wallbox in tuple(self._household.wallboxes.values()):  # one may be added meanwhile
            if wallbox.running:
                world = wallbox.request(command="status")["world"]
                for phase, amps in enumerate(world["connectors"]["1"]["car_a"]):
                    drawn[phase] += amps
        return (drawn[0], drawn[1], drawn[2])

    def _price(self) -> float:
        """The price at this time of the simulated day."""
        midnight = datetime.now(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
        return roof.price(midnight + timedelta(seconds=self.second))

    def _show_powers(self, now: roof.Flows) -> None:
        self._show("sensor.solar_power", "Solar", now.solar_w, _POWER)
        self._show("sensor.battery_power", "Battery", now.battery_w, _POWER)
        self._show("sensor.battery_soc", "Battery charge", self.battery.soc, _SOC)
        # The grid comes last: what is decided when it changes knows the others already.
        self._show("sensor.grid_power", "Grid", now.grid_w, _POWER)
        for number, amps in enumerate(now.grid_a):
            self._show(PHASE_METERS[number], f"Grid L{number + 1}", amps * roof.VOLTS, _POWER)

    def _show_slow(self) -> None:
        for name, kwh in self._kwh.items():
            self._show(counter(name), COUNTER_NAMES[name], kwh, _ENERGY, digits=3)
        # Plans go by Home Assistant's clock, so the price does too, also on a fast day.
        now = datetime.now(ZONE)
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        tomorrow = today + timedelta(days=1)
        attributes = {  # too many to be recorded; so without a state class, that is: no statistics
            "unit_of_measurement": f"{CURRENCY}/kWh",
            "raw_today": list(roof.prices(today)),
            "raw_tomorrow": list(roof.prices(tomorrow)),
        }
        self._show("sensor.electricity_price", "Price", roof.price(now), attributes, digits=4)

    def _show(
        self,
        entity_id: str,
        name: str,
        value: float,
        attributes: Mapping[str, object],
        digits: int = 0,
    ) -> None:
        self._page.api(
            "POST",
            f"/api/states/{entity_id}",
            {
                "state": f"{value:.{digits}f}",
                "attributes": {"friendly_name": name, **attributes},
            },
        )

    def run(self, goes_on: Callable[[], bool]) -> None:
        """Turn each second while `goes_on`. HarnessError when a program does not answer."""
        while goes_on():
            began_s = time.monotonic()
            self.turn()
            time.sleep(max(0.0, 1.0 - (time.monotonic() - began_s)))


class Background:
    """A solar day that goes on in a thread of its own while something else is done."""

    def __init__(self, day: SolarDay) -> None:
        self._day = day
        self._end = threading.Event()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Background:
        self._day.turn()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End it; what went wrong in it goes wrong here."""
        self._end.set()
        self._thread.join(30)
        if self._failure is not None:
            raise HarnessError(f"the solar day ended: {self._failure!r}") from self._failure

    def _run(self) -> None:
        try:
            self._day.run(lambda: not self._end.is_set())
        except Exception as error:  # noqa: BLE001 (it is raised where the day is ended)
            self._failure = error


def set_up_site(household: Household, *, fast: bool = False) -> dict[str, Any]:
    """Add the site as its owner would; its meters must show something. Return the last look."""
    # Clouds of a fast day are over in seconds.
    delays = {"enable_delay": 3, "disable_delay": 8} if fast else {}
    return household.home_assistant.add_site(
        household.entry_id,
        basics={
            "name": SITE_NAME,
            "fuse_current": f"{FUSE_A:g}",
            "phases": "3",
            "meter_kind": "phase_powers",
        },
        meter=dict(zip(METER_FIELDS, PHASE_METERS, strict=True)),
        solar={"solar_power": ["sensor.solar_power"], "sun": delays},
        battery={
            "battery_power": "sensor.battery_power",
            "battery_soc": "sensor.battery_soc",
            "battery_rule": "battery_first",
            "battery_priority_soc": 30,
        },
        tariff={
            "price_entity": "sensor.electricity_price",
            "feed_in_price": roof.FEED_IN_PRICE,
        },
    )


def fill_energy_dashboard(household: Household, *, fast: bool = False) -> None:
    """Tell the energy dashboard what there is, and what yesterday and today have been so far."""
    # On a fast day the wallbox's own counter is far behind the sun.
    device = counter("car") if fast else household.entities["energy"]
    save_energy_preferences(household, device)
    now = datetime.now(ZONE).replace(minute=0, second=0, microsecond=0)
    begins = (now - timedelta(days=1)).replace(hour=0)
    count = int((now.astimezone(UTC) - begins.astimezone(UTC)) / timedelta(hours=1))
    hours = roof.past_hours(count, 0)
    for name in roof.COUNTERS:
        statistic = device if name == "car" else counter(name)
        import_hours(household.home_assistant, statistic, begins, [hour[name] for hour in hours])


def import_hours(
    page: HomeAssistant,
    statistic: str,
    begins: datetime,
    amounts: Sequence[float],
    unit: str = "kWh",
) -> None:
    """Give a counter its past: what it counted in each hour from `begins` (aware)."""
    # What Home Assistant counts itself begins at 0, so the past ends there.
    total = -sum(amounts)
    rows = []
    # Before it is an hour of nothing, else the first one would count from 0. Of the others those
    # of nothing are left out: Home Assistant takes some milliseconds for each.
    for number, amount in enumerate([0.0, *amounts], start=-1):
        if not amount and number >= 0:
            continue
        total += amount
        start = begins.astimezone(UTC) + timedelta(hours=number)
        rows.append({"start": start.isoformat(), "sum": round(total, 3)})
    unit_class = "energy" if unit == "kWh" else None
    _import(page, _Statistic(statistic, unit, unit_class, has_sum=True), rows)


def import_means(
    page: HomeAssistant,
    statistic: str,
    begins: datetime,
    values: Sequence[float],
    unit: str,
    unit_class: str | None = None,
) -> None:
    """Give a measurement its past: what it was in each hour from `begins` (aware)."""
    rows = []
    for number, value in enumerate(values):
        start = begins.astimezone(UTC) + timedelta(hours=number)
        shown = round(value, 4)
        rows.append({"start": start.isoformat(), "mean": shown, "min": shown, "max": shown})
    _import(page, _Statistic(statistic, unit, unit_class, has_sum=False), rows)


@dataclass(frozen=True, slots=True)
class _Statistic:
    """What Home Assistant wants to know of a statistic: sums of a counter, or means."""

    id: str
    unit: str
    unit_class: str | None
    has_sum: bool


def _import(page: HomeAssistant, statistic: _Statistic, rows: list[dict[str, Any]]) -> None:
    older = {
        "has_mean": not statistic.has_sum,
        "has_sum": statistic.has_sum,
        "name": None,
        "source": "recorder",
        "statistic_id": statistic.id,
        "unit_of_measurement": statistic.unit,
    }
    newer = older | {"mean_type": int(not statistic.has_sum), "unit_class": statistic.unit_class}
    kind = "recorder/import_statistics"
    _newer_or_older(page, kind, *({"metadata": each, "stats": rows} for each in (newer, older)))


def _newer_or_older(
    page: HomeAssistant, kind: str, newer: dict[str, Any], older: dict[str, Any]
) -> None:
    """Give a websocket command in the form of now, or else in that of 2025."""
    try:
        page.websocket(type=kind, **newer)
    except HarnessError:
        page.websocket(type=kind, **older)


def save_energy_preferences(household: Household, *devices: str) -> None:
    """Tell the energy dashboard what there is; `devices` are counters of what the cars take."""
    grid_from, grid_to = counter("grid_import"), counter("grid_export")
    price = "sensor.electricity_price"
    pair = {
        "type": "grid",
        "stat_energy_from": grid_from,
        "stat_energy_to": grid_to,
        "entity_energy_price": price,
        "number_energy_price_export": roof.FEED_IN_PRICE,
        "stat_rate": "sensor.grid_power",
        "cost_adjustment_day": 0,
    }
    flows = {
        "type": "grid",
        "flow_from": [
            {
                "stat_energy_from": grid_from,
                "stat_cost": None,
                "entity_energy_price": price,
                "number_energy_price": None,
            }
        ],
        "flow_to": [
            {
                "stat_energy_to": grid_to,
                "stat_compensation": None,
                "entity_energy_price": None,
                "number_energy_price": roof.FEED_IN_PRICE,
            }
        ],
        "cost_adjustment_day": 0,
    }
    solar = {"type": "solar", "stat_energy_from": counter("solar")}
    battery = {
        "type": "battery",
        "stat_energy_from": counter("battery_out"),
        "stat_energy_to": counter("battery_in"),
    }
    powers = {"stat_rate": "sensor.solar_power"}, {"stat_rate": "sensor.battery_power"}
    newer = [pair, solar | powers[0], battery | powers[1]]
    # Before 2026 a grid is written in flows, and no source has its power.
    older = [flows, solar, battery]
    consumers = [{"stat_consumption": device} for device in devices]
    _newer_or_older(
        household.home_assistant,
        "energy/save_prefs",
        *({"energy_sources": each, "device_consumption": consumers} for each in (newer, older)),
    )
