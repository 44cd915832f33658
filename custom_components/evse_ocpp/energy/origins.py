"""Where the energy of a session came from between two readings of its meter. Pure.

A site decides each second, but a wallbox tells its meter each few seconds or minutes only. So the
sources are added up turn by turn, and what the meter tells is split as they were meanwhile. Energy
of a time in which nobody watched is from the grid, so that nothing is made greener.
"""

from dataclasses import dataclass, field

from .house import volts
from .model import Decision, PointId, PointNow, PointSettings, SiteNow
from .sources import SourceShare, split

MAX_TURN_S = 10.0
"""Turns are 5 s apart at most (site.py); in a longer gap nobody watched."""
HIGHEST_V = 253.0
"""230 V and 10 % (EN 50160): a wallbox cannot have given more in the time that was watched."""
_S_PER_H = 3600.0


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an amount of energy came from.

    `co2_g` None: it is not known. `lost_feed_in`: what its sun and battery would have brought, had
    they been fed in; in the currency of the prices.
    """

    share: SourceShare
    co2_g: float | None
    lost_feed_in: float


@dataclass(slots=True)
class _Watched:
    """What was seen of a session since its meter told something."""

    session: str
    at_s: float
    watched_s: float = 0.0
    share: SourceShare = field(default_factory=SourceShare)
    co2_g: float | None = 0.0


class Origins:
    """The sources of all points, added up until they are taken."""

    def __init__(self) -> None:
        self._watched: dict[PointId, _Watched] = {}

    def watch(self, decision: Decision, now: SiteNow, co2_g_per_kwh: float | None) -> None:
        """Add what flowed since the turn before; it flowed as it does now."""
        for each, point in now.points.items():
            if point.session is None:
                self._watched.pop(each, None)
                continue
            seen = self._watched.get(each)
            if seen is None or seen.session != point.session:
                self._watched[each] = _Watched(point.session, now.now_s)
                continue
            turn_s, seen.at_s = now.now_s - seen.at_s, now.now_s
            car_w = _car_w(each, point, decision, now)
            if car_w <= 0 or not 0 < turn_s <= MAX_TURN_S:
                continue
            share = split(car_w * turn_s / _S_PER_H, car_w, decision.house, now)
            co2_g = share.co2_g(co2_g_per_kwh)
            seen.watched_s += turn_s
            seen.share += share
            seen.co2_g = None if co2_g is None or seen.co2_g is None else seen.co2_g + co2_g

    def take(
        self,
        each: PointId,
        session: str,
        wh: float,
        settings: PointSettings | None,
        *,
        co2_g_per_kwh: float | None,
        feed_in_price: float,
    ) -> Origin:
        """Return where `wh` came from that a session took since it was asked for last."""
        seen = self._watched.get(each)
        share = SourceShare()
        co2_g: float | None = 0.0
        if seen is not None and seen.session == session and settings is not None:
            highest_w = settings.maximum_a * HIGHEST_V * len(settings.wiring)
            share, co2_g = _part(seen, min(wh, seen.watched_s / _S_PER_H * highest_w))
            self._watched[each] = _Watched(session, seen.at_s)
        unseen = SourceShare(grid_wh=max(0.0, wh - share.own_wh - share.grid_wh))
        unseen_g = unseen.co2_g(co2_g_per_kwh)
        total_g = None if co2_g is None or unseen_g is None else co2_g + unseen_g
        share += unseen
        return Origin(share, total_g, share.own_wh / 1000 * feed_in_price)


def _part(seen: _Watched, wh: float) -> tuple[SourceShare, float | None]:
    """Return `wh` split as what was seen, with its CO₂; nothing where nothing flowed."""
    share = seen.share
    seen_wh = share.own_wh + share.grid_wh
    if seen_wh <= 0:
        return SourceShare(), 0.0
    part = wh / seen_wh
    return (
        SourceShare(share.sun_wh * part, share.battery_wh * part, share.grid_wh * part),
        None if seen.co2_g is None else seen.co2_g * part,
    )


def _car_w(each: PointId, point: PointNow, decision: Decision, now: SiteNow) -> float:
    """Return what a car draws: measured, else by its currents."""
    if point.power_w is not None:
        return point.power_w
    drawn = None if decision.house is None else decision.house.cars_a.get(each)
    if drawn is None:
        return 0.0
    return sum(amps * v for amps, v in zip(drawn, volts(now.grid), strict=True))
