"""A car of a past day that is played again: plugged in for a time, it wants some energy. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime

from .allowance import MIN_LIMIT_A
from .goal import Car
from .model import NOMINAL_V, Asks, Known, PointId, PointNow

BEGINS_S = 10.0
"""From the first current that is offered to the first that flows."""
DRAWN = 0.98
"""Cars stay a little below what they are offered."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A car at a point from `plugged_at` to `unplugged_at` (aware); it takes at most `wanted_wh`.

    `phases`: on how many it charges; `maximum_a`: the most that it takes of each.
    """

    point: PointId
    plugged_at: datetime
    unplugged_at: datetime
    wanted_wh: float
    phases: int = 3
    maximum_a: float = 16.0

    def __post_init__(self) -> None:
        if self.unplugged_at <= self.plugged_at:
            raise ValueError(
                f"Visit.unplugged_at: {self.unplugged_at.isoformat()}; it must be after "
                f"plugged_at, {self.plugged_at.isoformat()}."
            )
        if not 0.0 <= self.wanted_wh < 1e6:
            raise ValueError(f"Visit.wanted_wh: {self.wanted_wh}; allowed is 0 to 1000000.")
        if self.phases not in (1, 2, 3):
            raise ValueError(f"Visit.phases: {self.phases}; allowed are 1, 2 and 3.")


class PlayedCar:
    """It draws what it is told, up to what it can, from ten seconds after the first offer."""

    def __init__(self, visit: Visit, car: Car) -> None:
        self.visit, self.car = visit, car
        self.phases = self.connected_phases = visit.phases
        self.taken_wh = 0.0
        self.starts = 0
        self.told_a = 0.0
        self._told_at_s = 0.0
        self._offered_at_s: float | None = None
        self._amps = 0.0

    @property
    def is_full(self) -> bool:
        """Whether it wants no more."""
        return self.taken_wh >= self.visit.wanted_wh - 0.5

    @property
    def current_a(self) -> tuple[float, float, float]:
        """What it draws, on the charger's own phases."""
        l1, l2, l3 = (self._amps if number < self.phases else 0.0 for number in range(3))
        return (l1, l2, l3)

    def told(self, limit_a: float, phases: int | None, now_s: float) -> None:
        """Take a limit; other phases are connected only while nothing flows."""
        if limit_a != self.told_a:
            self.told_a, self._told_at_s = limit_a, now_s
        if phases is not None and self._amps == 0.0:
            self.connected_phases = phases
            self.phases = min(self.visit.phases, phases)

    def follow(self, now_s: float) -> None:
        """Draw what it is told."""
        if self.told_a < MIN_LIMIT_A or self.is_full:
            self._amps, self._offered_at_s = 0.0, None
            return
        if self._offered_at_s is None:
            self._offered_at_s = now_s
        if now_s - self._offered_at_s >= BEGINS_S:
            self.starts += self._amps == 0.0
            self._amps = min(self.told_a * DRAWN, self.visit.maximum_a)

    def take(self, step_s: float) -> float:
        """Return what it takes in `step_s`, Wh."""
        power_w = self._amps * NOMINAL_V * self.phases
        wh = min(power_w * step_s / 3600, self.visit.wanted_wh - self.taken_wh)
        self.taken_wh += wh
        return wh

    def seen(self, now: PointNow) -> PointNow:
        """Return what is known of its point."""
        amps: Known = self.current_a
        return replace(
            now,
            asks=self._asks(),
            current_a=amps,
            power_w=self._amps * NOMINAL_V * self.phases,
            told_a=self.told_a,
            told_at_s=self._told_at_s,
            holds_a=self.told_a,
            obeys=True,
            phases=self.phases,
            connected_phases=self.connected_phases,
            session=self.visit.plugged_at.isoformat(),
            session_wh=self.taken_wh,
            car=self._car(),
        )

    def _asks(self) -> Asks:
        if self.told_a < MIN_LIMIT_A:
            return Asks.LITTLE if self.is_full else Asks.TO_START
        return Asks.LITTLE if self.is_full else Asks.CHARGING

    def _car(self) -> Car:
        """Return the car as it is by now: fuller than when it came."""
        car = self.car
        if car.soc_percent is None or not car.battery_kwh:
            return car
        gained = self.taken_wh * car.efficiency / car.battery_kwh / 10
        return replace(car, soc_percent=min(100.0, car.soc_percent + gained))
