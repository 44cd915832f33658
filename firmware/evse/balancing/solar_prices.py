"""What charging from the roof is worth, against charging the same energy at night.

All prices in cent/kWh. Of a car's power, what the roof has over costs the feed-in that is not paid
for, and the rest costs the day's price; all of it saves the night's price.
"""

import math
from dataclasses import dataclass

W_PER_KW = 1000.0

_LEAST_SHARE = 0.1
"""Without a difference between day and night any sunbeam would do; so much of the minimum power
must be there, or a meter's error would charge the car."""


@dataclass(frozen=True, slots=True)
class Prices:
    """`night_ct`: what the energy would cost otherwise; `day_ct`: import while the sun shines;
    `feed_in_ct`: what export earns. All in cent/kWh; ValueError when one is not finite."""

    night_ct: float = 23.0
    day_ct: float = 30.0
    feed_in_ct: float = 8.0

    def __post_init__(self) -> None:
        for name in ("night_ct", "day_ct", "feed_in_ct"):
            value = getattr(self, name)
            if not math.isfinite(value):
                raise ValueError(f"{name}: {value!r}, allowed: a finite price")


def gain_ct_h(power_w: float, surplus_w: float, prices: Prices) -> float:
    """What charging with `power_w` gains, cent/h, while the roof has `surplus_w` over (W)."""
    from_roof_w = min(power_w, max(0.0, surplus_w))
    imported_w = power_w - from_roof_w
    saved_w = prices.night_ct * power_w
    return (saved_w - prices.feed_in_ct * from_roof_w - prices.day_ct * imported_w) / W_PER_KW


def break_even_share(prices: Prices) -> float:
    """The share of its power that a car must get from the roof to gain something.

    `(day − night) / (day − feed-in)`: 0.32 with the default prices, so that 6 A pay from about a
    third of their power. Within 0.1 … 1: where feed-in earns more than the night costs, only a
    roof that gives all of it is good enough.
    """
    span_ct = prices.day_ct - prices.feed_in_ct
    if span_ct <= 0 or prices.night_ct <= prices.feed_in_ct:
        return 1.0
    return min(1.0, max(_LEAST_SHARE, (prices.day_ct - prices.night_ct) / span_ct))


def lower_step_share(prices: Prices) -> float:
    """By how much more an offer must be too high than too low before it is corrected, 0.5 … 4.

    What is offered too much costs `day − night`, what is offered too little `night − feed-in`: with
    the default prices 7 and 15 cent/kWh, so that twice as much is worth a change.
    """
    too_high_ct = prices.day_ct - prices.night_ct
    too_low_ct = prices.night_ct - prices.feed_in_ct
    if too_high_ct <= 0 or too_low_ct <= 0:
        return 1.0
    return min(4.0, max(0.5, too_low_ct / too_high_ct))


def better_by(
    surplus_w: float, now_w: tuple[float, float], other_w: tuple[float, float], prices: Prices
) -> float:
    """How much more another range of powers would gain than the present one; negative: less.

    A range is what a car can draw on a number of phases, (least, most) W; in each the best power
    is taken, or none. 1 is as much as the lesser minimum gains from the sun alone.
    """
    unit_ct_h = gain_ct_h(min(now_w[0], other_w[0]), math.inf, prices)
    if unit_ct_h <= 0:
        return 0.0
    return (
        _best_ct_h(surplus_w, other_w, prices) - _best_ct_h(surplus_w, now_w, prices)
    ) / unit_ct_h


def _best_ct_h(surplus_w: float, range_w: tuple[float, float], prices: Prices) -> float:
    least_w, most_w = range_w
    return max(0.0, gain_ct_h(max(least_w, min(most_w, surplus_w)), surplus_w, prices))
