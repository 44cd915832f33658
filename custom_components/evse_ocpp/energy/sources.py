"""Where a car's energy comes from: sun, home battery or grid; what that costs, and its CO₂. Pure.

The house comes first: what it does not need of the sun is the cars', and what is imported, or taken
out of the battery, counts for the cars as far as they draw it. Several cars share each source in
proportion to their power. What cannot be known counts as grid, so that nothing is made greener.
"""

from dataclasses import dataclass

from .house import volts
from .model import House, SiteNow


@dataclass(frozen=True, slots=True)
class SourceShare:
    """Energy of a car by source, Wh; their sum is what it took."""

    sun_wh: float = 0.0
    battery_wh: float = 0.0
    grid_wh: float = 0.0

    def __add__(self, other: "SourceShare") -> "SourceShare":
        return SourceShare(
            self.sun_wh + other.sun_wh,
            self.battery_wh + other.battery_wh,
            self.grid_wh + other.grid_wh,
        )

    @property
    def own_wh(self) -> float:
        """What was not bought in this moment."""
        return self.sun_wh + self.battery_wh

    def co2_g(self, grams_per_kwh: float | None) -> float | None:
        """Return the CO₂ of it by that of the grid's energy; None: not known. Sun has none."""
        if grams_per_kwh is None:
            return None if self.grid_wh else 0.0
        return self.grid_wh / 1000 * grams_per_kwh

    def cost(self, price: float | None, feed_in_price: float = 0.0) -> "Cost":
        """Return what it costs; `price` None: that of the grid is not known. Both per kWh."""
        lost = self.own_wh / 1000 * feed_in_price
        if price is None:
            return Cost(0.0, lost, self.grid_wh)
        bought = self.grid_wh / 1000 * price
        return Cost(bought, bought + lost, 0.0)


@dataclass(frozen=True, slots=True)
class Cost:
    """`bought`: from the grid. `with_feed_in`: with what own energy would have brought, fed in.
    `unpriced_wh`: bought at a price that is not known, and in neither of them.
    """

    bought: float = 0.0
    with_feed_in: float = 0.0
    unpriced_wh: float = 0.0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.bought + other.bought,
            self.with_feed_in + other.with_feed_in,
            self.unpriced_wh + other.unpriced_wh,
        )


def split(car_wh: float, car_w: float, house: House | None, now: SiteNow) -> SourceShare:
    """Return where `car_wh` came from, which a car took while it drew `car_w` of what all drew.

    Without a meter that speaks it is all from the grid. Not negative; what is less counts as none.
    """
    car_wh = max(0.0, car_wh)
    if house is None or not house.fresh:
        return SourceShare(grid_wh=car_wh)
    voltage_v = volts(now.grid)
    all_w = sum(
        max(0.0, amps * v)
        for each in house.cars_a.values()
        for amps, v in zip(each, voltage_v, strict=True)
    )
    return parts(car_wh, max(car_w, all_w), house.grid_w, now.solar_w, now.battery_w)


def parts(
    wh: float, cars_w: float, grid_w: float, solar_w: float | None, battery_w: float | None
) -> SourceShare:
    """Split `wh` as the power of all cars is: first what is imported, then out of the battery.

    The rest is sun, as far as the roof gives so much; without its meter nobody can say otherwise.
    """
    if cars_w <= 0.0:
        return SourceShare(grid_wh=wh)
    left_w = cars_w - min(max(0.0, grid_w), cars_w)
    battery_part_w = min(left_w, max(0.0, battery_w or 0.0))
    sun_w = left_w - battery_part_w
    if solar_w is not None:
        sun_w = min(sun_w, max(0.0, solar_w))
    sun_wh, battery_wh = wh * (sun_w / cars_w), wh * (battery_part_w / cars_w)
    return SourceShare(sun_wh, battery_wh, max(0.0, wh - (sun_wh + battery_wh)))
