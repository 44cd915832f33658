"""What charging from the roof is worth, against charging the same energy at night. Pure.

Of a car's power, what the roof has over costs the feed-in that is not paid for, and the rest costs
the day's price; all of it saves the night's price. Prices are per kWh, as in `SunSettings`.
"""

from .model import SunSettings

W_PER_KW = 1000.0

_LEAST_SHARE = 0.1
"""Without a difference between day and night any sunbeam would do; so much of the minimum power
must be there, or a meter's error would charge the car."""


def gain_per_h(power_w: float, surplus_w: float, sun: SunSettings) -> float:
    """What charging with `power_w` gains in an hour, while the roof has `surplus_w` over (W)."""
    from_roof_w = min(power_w, max(0.0, surplus_w))
    imported_w = power_w - from_roof_w
    saved = sun.night_price * power_w
    return (saved - sun.feed_in_price * from_roof_w - sun.day_price * imported_w) / W_PER_KW


def break_even_share(sun: SunSettings) -> float:
    """The share of its power that a car must get from the roof to gain something, 0.1 … 1.

    `(day − night) / (day − feed-in)`: 0.32 with the default prices, so that 6 A pay from about a
    third of their power (load-control.md, item 8). All of it where feed-in earns more than the
    night costs, and for those who want nothing from the grid (`only_surplus`).
    """
    span = sun.day_price - sun.feed_in_price
    if sun.only_surplus or span <= 0 or sun.night_price <= sun.feed_in_price:
        return 1.0
    return min(1.0, max(_LEAST_SHARE, (sun.day_price - sun.night_price) / span))


def lower_step_share(sun: SunSettings) -> float:
    """By how much more an offer must be too high than too low before it is corrected, 0.5 … 4.

    What is offered too much costs `day − night`, what is offered too little `night − feed-in`.
    """
    if sun.only_surplus:
        return 1.0
    too_high = sun.day_price - sun.night_price
    too_low = sun.night_price - sun.feed_in_price
    if too_high <= 0 or too_low <= 0:
        return 1.0
    return min(4.0, max(0.5, too_low / too_high))


def better_by(
    surplus_w: float, now_w: tuple[float, float], other_w: tuple[float, float], sun: SunSettings
) -> float:
    """How much more another range of powers would gain than the present one; negative: less.

    A range is what a car can draw on a number of phases, (least, most) W; in each the best power
    is taken, or none. 1 is as much as the lesser minimum gains from the sun alone.
    """
    least_w = min(now_w[0], other_w[0])
    unit = gain_per_h(least_w, least_w, sun)
    if unit <= 0:
        return 0.0
    return (_best(surplus_w, other_w, sun) - _best(surplus_w, now_w, sun)) / unit


def _best(surplus_w: float, range_w: tuple[float, float], sun: SunSettings) -> float:
    least_w, most_w = range_w
    if sun.only_surplus and surplus_w < least_w:
        return 0.0
    return max(0.0, gain_per_h(max(least_w, min(most_w, surplus_w)), surplus_w, sun))
