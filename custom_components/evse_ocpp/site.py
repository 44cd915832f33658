"""One site at run time: reads its meters, decides, and tells the wallboxes what they may take.

It decides with each word of a meter, and at least each second while a car asks for something. What
it gives is a lease of ten seconds: if it stops to decide, the wallboxes fall to their fallback by
themselves, as they do when Home Assistant stops altogether (steering).
"""

import asyncio
import logging
import math
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    EventStateReportedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers.event import (
    async_track_state_change_event,
    async_track_state_report_event,
)
from homeassistant.util import dt as dt_util

from . import site_meter
from .co2 import grams_per_kwh
from .energy import planning
from .energy.allowance import MIN_LIMIT_A
from .energy.controller import SiteController
from .energy.model import (
    Asks,
    Decision,
    Grant,
    GridSample,
    PointId,
    PointNow,
    PointSettings,
    SiteNow,
    SiteSettings,
)
from .energy.prices import Prices, SunForecast
from .price_entities import PriceSource
from .site_battery import BatteryLock
from .site_issues import async_show_site_problems
from .site_points import point_id, points_now
from .site_problems import SiteProblem, SiteTroubles
from .site_settings import SiteConfig, SiteSources, point_settings
from .sun_forecast import SunForecastSource
from .wallbox import Wallbox

if TYPE_CHECKING:
    from .hub import Hub

_LOGGER = logging.getLogger(__name__)

LEASE_S = 10.0
"""How long a decision holds. The promise is a fallback within 10 s (load-control)."""
BUSY_S, IDLE_S = 1.0, 5.0
"""Longest time between two turns: while a car asks for something, and else."""
SPACING_S = 0.2
"""Least time between two turns: the phases of a meter are told one after the other."""
FAILED_S = 5.0
"""Pause after a turn that failed."""


class Site:
    """A site with the wallboxes that it supplies; those come and go with their settings.

    `decision` is the last one, and `now` what it was made of; both None before the first.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        hub: "Hub",
        config: SiteConfig,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.hass = hass
        self.hub = hub
        self.config = config
        self.decision: Decision | None = None
        self.now: SiteNow | None = None
        self.problems: Mapping[SiteProblem, str] = {}
        self.controller = SiteController(config.settings, ())
        self._monotonic = monotonic
        self._wake = asyncio.Event()
        self._listeners: list[Callable[[], None]] = []
        self._ends: list[CALLBACK_TYPE] = []
        self._prices = self._price_source(config.sources)
        self._forecast = SunForecastSource(hass, self.wake)
        self._lock = self._battery_lock(config.sources)
        self._troubles = SiteTroubles()
        self._seen_s: float | None = None
        self._dimmed_w: float | None = None

    # What others read.

    @property
    def wallboxes(self) -> tuple[Wallbox, ...]:
        """The wallboxes that it supplies."""
        hub = self.hub
        return tuple(each for each in hub.wallboxes.values() if hub.site_of(each) is self)

    @property
    def prices(self) -> Prices:
        """What a kilowatt-hour costs, as far as it is known."""
        return self._prices.prices

    @property
    def price_source(self) -> PriceSource:
        """Where the prices come from."""
        return self._prices

    @property
    def sun(self) -> SunForecast:
        """What the roof will give; no slots without a forecast."""
        return self._forecast.forecast if self.config.sources.sun_forecast else SunForecast()

    @property
    def co2(self) -> float | None:
        """How much CO₂ a kilowatt-hour from the grid makes now, in g."""
        entity_id = self.config.sources.co2
        return None if entity_id is None else grams_per_kwh(self.hass.states.get(entity_id))

    @property
    def battery_lock_fails(self) -> bool:
        """Whether the switch that holds the battery does not follow."""
        return self._lock is not None and self._lock.problem

    @property
    def meter_age_s(self) -> float | None:
        """How long the meter at the grid has been silent; None: it has said nothing yet."""
        return None if self._seen_s is None else self._monotonic() - self._seen_s

    def grant(self, wallbox: Wallbox, connector_id: int) -> Grant | None:
        """Return what a connector was granted last."""
        if self.decision is None:
            return None
        return self.decision.grants.get(point_id(wallbox, connector_id))

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after each decision; return the way to end it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def wake(self) -> None:
        """Decide soon: something has changed that decisions depend on."""
        self._wake.set()

    # Its life.

    @callback
    def start(self) -> None:
        """Follow its meters."""
        entities = list(self.config.sources.entities)
        self._ends = [
            async_track_state_change_event(self.hass, entities, self._on_state),
            async_track_state_report_event(self.hass, entities, self._on_state),
        ]
        self._prices.start()
        if self.config.sources.sun_forecast:
            self._forecast.start()
        self._wake.set()

    @callback
    def stop(self) -> None:
        """Follow nothing any more; the wallboxes keep what they were given, for its time."""
        while self._ends:
            self._ends.pop()()
        self._prices.close()
        self._forecast.close()

    async def close(self) -> None:
        """Stop for good: the battery is on its own; `sites` frees the wallboxes."""
        self.stop()
        if self._lock is not None:
            await self._lock.release()

    async def apply(self, config: SiteConfig) -> None:
        """Go by changed settings; what was learned stays."""
        before, self.config = self.config.sources, config
        if config.sources != before:
            self.stop()
            self._prices = self._price_source(config.sources)
            if config.sources.battery_lock != before.battery_lock:
                if self._lock is not None:
                    await self._lock.release()
                self._lock = self._battery_lock(config.sources)
            self.start()
        self._wake.set()

    async def run(self) -> None:
        """Decide until cancelled. A turn that fails is no reason to end: leases do that."""
        while True:
            self._wake.clear()
            pause_s = SPACING_S
            try:
                await self.turn()
            except Exception as error:  # or one fault would leave the house undecided for ever
                if SiteProblem.FAILED not in self.problems:
                    _LOGGER.exception("%s: nothing could be decided", self.config.name)
                self._show({SiteProblem.FAILED: f"{type(error).__name__}: {error}"})
                pause_s = FAILED_S
            await asyncio.sleep(pause_s)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._longest_s()):
                    await self._wake.wait()

    async def turn(self) -> None:
        """Decide once, and tell the wallboxes."""
        wallboxes = self.wallboxes
        settings, points = self._settings(wallboxes)
        self.controller.set_settings(settings, points.values())
        self.now = self._look(wallboxes)
        self.decision = decision = self.controller.decide(self.now)
        self._tell(wallboxes, decision, points, self.now.now_s + LEASE_S)
        self.hub.plans.take(wallboxes, planning.plans(self.controller.planning))
        if self._lock is not None:
            self._lock.follow(decision.hold_battery, self.now.now_s)
        self._show(self._troubles.look(self, settings, points.values(), self.now.now_s))
        for listener in tuple(self._listeners):
            listener()

    @callback
    def _show(self, problems: Mapping[SiteProblem, str]) -> None:
        entry, config = self.hub.entry, self.config
        async_show_site_problems(
            self.hass, entry, config.subentry_id, config.name, problems, self.problems
        )
        self.problems = problems

    # A turn.

    def _settings(
        self, wallboxes: Iterable[Wallbox]
    ) -> tuple[SiteSettings, dict[PointId, PointSettings]]:
        entry = self.hub.entry
        settings = self.config.with_wallbox_circuits(entry, wallboxes)
        return settings, {
            point.id: point
            for wallbox in wallboxes
            for point in point_settings(entry, self.config, wallbox)
        }

    def _look(self, wallboxes: Iterable[Wallbox]) -> SiteNow:
        """Return all that is known now."""
        hass, sources, now_s = self.hass, self.config.sources, self._monotonic()
        now = dt_util.now()
        points: dict[PointId, PointNow] = {}
        for wallbox in wallboxes:
            points |= self._points(wallbox, now_s)
        return SiteNow(
            now_s=now_s,
            at=now,
            grid=self._grid(now_s),
            solar_w=site_meter.total(
                hass,
                sources.solar,
                lambda state: site_meter.power_w(state, inverted=sources.solar_inverted),
            ),
            battery_w=self._battery_w(),
            battery_soc=self._battery_soc(),
            dimmed_w=self._dimmed(),
            prices=self.prices,
            sun=self.sun,
            points=points,
        )

    def _points(self, wallbox: Wallbox, now_s: float) -> dict[PointId, PointNow]:
        plans, identity = self.hub.plans, wallbox.charger.identity
        return points_now(
            wallbox,
            dt_util.now(),
            now_s,
            cars={number: plans.car(identity, number) for number in wallbox.charger.connectors},
            goals=plans.goals(identity),
            cheap=plans.cheap(identity),
        )

    def _grid(self, now_s: float) -> GridSample | None:
        """Return the newest sample; one that is gone stays known, and gets old."""
        sources = self.config.sources
        sample: GridSample | None
        if sources.own_meter is not None:
            charger = self.hub.chargers.get(sources.own_meter)
            sample = None if charger is None else site_meter.own_sample(charger, now_s)
        else:
            sample = site_meter.grid_sample(self.hass, sources, now_s)
        if sample is not None:
            self._seen_s = sample.at_s
            return sample
        return None if self.now is None else self.now.grid

    def _battery_w(self) -> float | None:
        sources = self.config.sources
        if sources.battery_power is None:
            return None
        state = self.hass.states.get(sources.battery_power)
        return site_meter.power_w(state, inverted=sources.battery_inverted).value

    def _battery_soc(self) -> float | None:
        entity_id = self.config.sources.battery_soc
        if entity_id is None:
            return None
        return site_meter.percent(self.hass.states.get(entity_id)).value

    def _dimmed(self) -> float | None:
        """Return the grid operator's limit; while nobody tells, the last one goes on."""
        entity_id = self.config.sources.dimming
        if entity_id is None:
            return None
        state = self.hass.states.get(entity_id)
        if site_meter.is_signal(state):
            self._dimmed_w = site_meter.dimmed_w(state, self.config.settings.dimmed_w)
        return self._dimmed_w

    def _tell(
        self,
        wallboxes: Iterable[Wallbox],
        decision: Decision,
        points: Mapping[PointId, PointSettings],
        until_s: float,
    ) -> None:
        """Give each wallbox its grants; those that cannot be meant are none."""
        for wallbox in wallboxes:
            ids = {number: point_id(wallbox, number) for number in wallbox.charger.connectors}
            grants = {
                number: grant
                for number, each in ids.items()
                if (grant := decision.grants.get(each)) is not None
                and is_valid(grant, points[each])
            }
            wallbox.steering.set_grants(grants, until_s)

    def _longest_s(self) -> float:
        """Return the time to the next turn, if no meter says anything before."""
        points: Iterable[PointNow] = () if self.now is None else self.now.points.values()
        busy = any(point.asks is not Asks.NOTHING or point.holds_a > 0 for point in points)
        return BUSY_S if busy else IDLE_S

    # What it follows.

    def _price_source(self, sources: SiteSources) -> PriceSource:
        return PriceSource(self.hass, sources.price, sources.price_windows, self.wake)

    def _battery_lock(self, sources: SiteSources) -> BatteryLock | None:
        entity_id = sources.battery_lock
        return None if entity_id is None else BatteryLock(self.hass, entity_id)

    @callback
    def _on_state(self, _: Event[EventStateChangedData] | Event[EventStateReportedData]) -> None:
        self._wake.set()


def is_valid(grant: Grant, point: PointSettings) -> bool:
    """Whether a grant can be meant: nothing, or 6 A to the wallbox's maximum, on 1 to 3 phases.

    One that cannot is not followed, so the connector falls to its fallback.
    """
    limit_a = grant.limit_a
    if not math.isfinite(limit_a) or not (limit_a == 0 or limit_a >= MIN_LIMIT_A):
        return False
    return limit_a <= point.maximum_a + 1e-6 and grant.phases in (None, 1, 2, 3)
