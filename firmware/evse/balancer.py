"""Feeds load balancing with the samples of the house, and says what it allows.

The decisions are in `balancing`: the fuse and its bounds (`dlb`), the sun (`solar`). Here are the
settings, the clock, and on which phases of the house the wallbox is.
"""

import math
from collections.abc import Mapping

from evse.balancing import breaker, capacity, contract, dlb, solar, unbalance
from evse.balancing.breaker import BreakerSettings, BreakerState
from evse.balancing.capacity import CapacitySettings, CapacityState
from evse.balancing.contract import ContractSettings
from evse.balancing.dlb import DlbSettings, DlbState
from evse.balancing.house import NOMINAL_V, HouseSample, Phases
from evse.balancing.phases import on_house, rotation, used_on_house
from evse.balancing.solar import Mode, SolarSettings, SolarState
from evse.balancing.solar_prices import Prices
from evse.balancing.unbalance import UnbalanceSettings
from evse.clock import Clock
from evse.core.limits import Limit, Source
from evse.meters.reading import MeterReading
from evse.settings.sharing import LEADS
from evse.settings.values import Settings

_REGULATED = frozenset(
    {Source.DLB, Source.CONTRACT, Source.UNBALANCE, Source.CAPACITY, Source.BREAKER}
)


class Balancer:
    """The regulators of one house, fed and asked on the wallbox's clock."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._dlb = DlbState.initial()
        self._capacity = CapacityState.initial()
        self._breaker = BreakerState.initial()
        self._solar = SolarState.initial()
        self._read_settings()
        settings.subscribe(lambda _key: self._read_settings())

    def _read_settings(self) -> None:
        settings = self._settings
        three_phases = settings["installation.phases"].startswith("3P")
        leads = settings["installation.connection_mode"] == LEADS
        self._rotation = rotation(
            three_phases, settings["sharing.phase_rotation"], settings["sharing.phase_set"]
        )
        # A group may be on any phase, whatever its master is connected to.
        used = (True, True, True) if leads else used_on_house(three_phases, self._rotation)
        maximum_a = settings["dlb.maximum_current_a"]
        self._dlb_settings = DlbSettings(
            maximum_a=maximum_a,
            # Two settings that contradict each other: the fuse counts.
            fallback_a=min(settings["dlb.fallback_current_a"], maximum_a),
            settle_s=settings["dlb.settle_s"],
            phases_used=used,
            **dlb.coefficients(settings["dlb.pid"]),
        )
        self._contract = ContractSettings(settings["dlb.contract_kw"], used)
        self._used = used
        self._capacity_settings = CapacitySettings(settings["dlb.capacity_kw"], used)
        self._breaker_settings = BreakerSettings(maximum_a, settings["dlb.breaker_image"], used)
        self._solar_settings = solar_settings(settings, used)

    @property
    def active(self) -> bool:
        """Whether this wallbox looks at the house meter: DLB, or DLM where it leads the group."""
        function = self._settings["loadmanagement.dlb_function"]
        leads = self._settings["installation.connection_mode"] == LEADS
        return bool(function == "DLB" or (function == "DLM" and leads))

    def sampled(self, house: MeterReading, car_a: Phases, offered_a: float | None = None) -> None:
        """Decide on a sample of the house meter; `car_a` are all cars, by the house's phases.

        `offered_a`: what the pilots of this wallbox say, together.
        """
        now_s = self._clock.monotonic()
        volts = house.voltage_v or NOMINAL_V
        sample = HouseSample(house.at_s, house.current_a, car_a, volts, offered_a)
        self._breaker = breaker.on_sample(self._breaker, sample, self._breaker_settings)
        utc_s = self._clock.utcnow().timestamp() - (now_s - house.at_s)
        self._capacity = capacity.on_sample(self._capacity, sample, self._capacity_settings, utc_s)
        self._dlb = dlb.on_sample(
            self._dlb, sample, self._dlb_settings, now_s, self._bounds(sample)
        )
        if self._dlb.last_at_s == sample.at_s:  # it was believed
            self._solar = solar.on_sample(self._solar, sample, self._solar_settings, now_s)

    def no_car(self) -> None:
        """Nothing is plugged in: the next car is another one."""
        self._solar = SolarState.initial()

    def _bounds(self, sample: HouseSample) -> Mapping[Source, Phases]:
        rooms = {
            Source.CONTRACT: contract.room_a(sample, self._contract),
            Source.UNBALANCE: unbalance.room_a(sample, self._unbalance_settings()),
            Source.CAPACITY: capacity.room_a(sample, self._capacity_settings, self._capacity),
            Source.BREAKER: breaker.room_a(sample, self._breaker_settings, self._breaker),
        }
        return {source: room for source, room in rooms.items() if min(room) < math.inf}

    def _unbalance_settings(self) -> UnbalanceSettings:
        """For the phases which the car is known to use, also while it pauses."""
        of_car = self._dlb.car_phases
        l1, l2, l3 = (uses and a for uses, a in zip(self._used, of_car, strict=True))
        used = (l1, l2, l3) if l1 or l2 or l3 else self._used
        return UnbalanceSettings(self._settings["dlb.unbalance_a"], used)

    def on_house(self, terminals_a: Phases) -> Phases:
        """The currents of the wallbox's terminals by the house's phases."""
        return on_house(terminals_a, self._rotation)

    def limits(self) -> tuple[Limit, ...]:
        """What the house leaves to one wallbox, and what the sun does."""
        now_s = self._clock.monotonic()
        house = (dlb.limit(self._dlb, self._dlb_settings, now_s),) if self.active else ()
        sun = solar.limit(self._solar, self._solar_settings, now_s)
        return house if sun is None else (*house, sun)

    def budget_a(self) -> Phases | None:
        """What a group may draw by the house's phases, A; None if neither house nor sun counts."""
        now_s = self._clock.monotonic()
        sun = solar.limit(self._solar, self._solar_settings, now_s)
        most_a = math.inf if sun is None else sun.amps_at(now_s)
        if not self.active:
            return None if sun is None else (most_a, most_a, most_a)
        l1, l2, l3 = dlb.budget_a(self._dlb, self._dlb_settings, now_s)
        return (min(l1, most_a), min(l2, most_a), min(l3, most_a))

    def may_rise_at_s(self, source: Source) -> float | None:
        """When the limit of this source allows more if the house stays as it is, None if it will
        not then."""
        if source is Source.SOLAR and not self._solar.charging:
            return solar.changes_at_s(self._solar, self._solar_settings)
        if source in _REGULATED and self.active:
            return dlb.may_rise_at_s(self._dlb, self._dlb_settings)
        return None


def solar_settings(settings: Settings, used: tuple[bool, bool, bool]) -> SolarSettings:
    """The solar rule by the settings."""
    prices = Prices(
        settings["solar.night_price_ct"],
        settings["solar.day_price_ct"],
        settings["solar.feed_in_ct"],
    )
    return SolarSettings(
        mode=Mode(settings["solar.mode"]),
        prices=prices,
        phases_used=used,
        maximum_a=settings["installation.max_output_current_a"],
        enable_s=settings["solar.enable_s"],
        disable_s=settings["solar.disable_s"],
        phase_s=settings["solar.phase_s"],
        run_s=settings["solar.run_s"],
        pause_s=settings["solar.pause_s"],
        switch_wait_s=settings["solar.switch_wait_s"],
    )
