"""Makes the plans of a site's points, one after the other. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from .choose import Chosen, Piece, choose, energy_wh
from .goal import SLOW_SHARE, Goal, GoalUnit, slow_wh
from .horizon import Horizon, look_ahead
from .house_profile import Expected
from .model import Asks, PointId, PointNow, PointSettings, SiteNow, SiteSettings
from .plan import Plan, PlanSlot
from .prices import Prices
from .pursuit import Pursuit

MARGIN_S = 300.0
MARGIN_SHARE = 0.03
"""A plan is to be ready so long before its time, or so much of the time that it charges: the car
needs a minute to start, and the house may take more than it used to."""

BEYOND = timedelta(hours=12)
"""So far beyond the last goal it is looked for when a plan that cannot be met will be ready."""

SHORTEST_START_S = 600.0
"""What would be over sooner is not started now, if it can be charged later."""


@dataclass(frozen=True, slots=True)
class Hold:
    """What runs goes on until `until_s` (POSIX), as long as goal and prices are the same."""

    until_s: float
    goal: Goal
    prices: Prices

    def holds(self, goal: Goal, now: SiteNow) -> bool:
        """Tell whether it still does."""
        same = self.goal == goal and self.prices == now.prices
        return same and now.at.timestamp() < self.until_s


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be planned of a point. `phases`: those of the site that it uses."""

    settings: PointSettings
    pursuit: Pursuit
    point: PointNow
    phases: tuple[int, ...]
    least_w: float
    most_w: float
    hold: Hold | None = None

    @property
    def is_running(self) -> bool:
        """Whether it was being charged by the last plan for the same goal."""
        return self.hold is not None and self.hold.goal == self.pursuit.goal

    @property
    def starts_left(self) -> int | None:
        """How many runs are left of those that are wanted, with the one that goes on."""
        most = self.pursuit.goal.most_starts
        return most and max(1, most - self.pursuit.starts + self.is_running)

    @property
    def needed_s(self) -> float:
        """How long it takes with all its power, also while the battery is nearly full."""
        missing_wh = self.pursuit.missing_wh
        car = replace(self.point.car, soc_percent=self.pursuit.soc_percent)
        slow = slow_wh(self.pursuit.goal, car, missing_wh) * (1.0 / SLOW_SHARE - 1.0)
        return (missing_wh + slow) * 3600.0 / self.most_w

    @property
    def slow_s(self) -> float:
        """How much of that is because the battery is nearly full."""
        return self.needed_s - self.pursuit.missing_wh * 3600.0 / self.most_w

    @property
    def latest_start_s(self) -> float:
        """From when on there is no time left to wait, if the fuse leaves all."""
        return self.pursuit.due_at.timestamp() - self.needed_s


def plans(
    site: SiteSettings, wishes: Iterable[Wish], now: SiteNow, expected: Sequence[Expected]
) -> Mapping[PointId, Plan]:
    """Plan the most urgent first; points without a car, whose plan is but a preview, last."""
    ordered = sorted(
        wishes, key=lambda wish: (wish.point.asks is Asks.NOTHING, wish.latest_start_s)
    )
    if not ordered:
        return {}
    edges = [wish.pursuit.due_at for wish in ordered if wish.pursuit.due_at > now.at]
    until = max([now.at.astimezone(UTC), *edges]) + BEYOND
    horizon = look_ahead(site, now, expected, edges, until)
    made = {}
    for wish in ordered:
        plan, chosen = _plan(wish, horizon, now)
        horizon.reserve(wish.settings, chosen, wish.phases)
        made[wish.settings.id] = plan
    return made


def _plan(wish: Wish, horizon: Horizon, now: SiteNow) -> tuple[Plan, tuple[Chosen, ...]]:
    """Plan one point: the cheapest way in time, or all at once if there is no time to choose."""
    need_wh, due_s = wish.pursuit.missing_wh, wish.pursuit.due_at.timestamp()
    precondition_s = wish.pursuit.goal.precondition_s
    margin_s = max(MARGIN_S, MARGIN_SHARE * wish.needed_s) + wish.slow_s
    ready_s = due_s if precondition_s else due_s - margin_s
    latest_s = None
    met = possible_wh = None
    pieces = _pieces(wish, horizon, ready_s)
    if _fits(pieces, wish, need_wh):
        latest_s = _latest_start(pieces, wish, need_wh)
        pieces = _forced(pieces, wish, now, ready_s - precondition_s - wish.slow_s)
        chosen = _cheapest(pieces, wish, need_wh, horizon.site.sun.feed_in_price)
        met, possible_wh = True, need_wh
    else:
        in_time = _at_once(_pieces(wish, horizon, due_s), wish, need_wh)
        possible_wh = energy_wh(in_time)
        met = possible_wh >= need_wh - 1.0 and not wish.pursuit.overrun
        chosen = _at_once(_pieces(wish, horizon, float("inf")), wish, need_wh)
    return _told(wish, horizon, chosen, met, possible_wh, latest_s), chosen


def _pieces(wish: Wish, horizon: Horizon, until_s: float) -> Sequence[Piece]:
    return horizon.pieces(wish.settings, wish.most_w, wish.phases, until_s)


def _fits(pieces: Sequence[Piece], wish: Wish, need_wh: float) -> bool:
    return not wish.pursuit.overrun and _room_wh(pieces, wish.least_w) >= need_wh


def _room_wh(pieces: Sequence[Piece], least_w: float) -> float:
    return sum(piece.room_w * piece.hours for piece in pieces if piece.room_w >= least_w)


def _latest_start(pieces: Sequence[Piece], wish: Wish, need_wh: float) -> float:
    """Return from when on all that is left is needed."""
    for piece in reversed(pieces):
        if piece.room_w < wish.least_w:
            continue
        whole_wh = piece.room_w * piece.hours
        if whole_wh >= need_wh:
            return piece.end_s - need_wh * 3600.0 / piece.room_w
        need_wh -= whole_wh
    return pieces[0].start_s


def _forced(
    pieces: Sequence[Piece], wish: Wish, now: SiteNow, warm_from_s: float
) -> Sequence[Piece]:
    """Mark what is charged in any case: the stretch that runs, and what warms the battery."""
    cuts = []
    if wish.hold is not None and wish.hold.holds(wish.pursuit.goal, now):
        cuts.append((now.at.timestamp(), wish.hold.until_s))
    if wish.is_running and wish.starts_left == 1:
        cuts.append((now.at.timestamp(), now.at.timestamp() + SHORTEST_START_S))
    if wish.pursuit.goal.precondition_s:
        cuts.append((warm_from_s, float("inf")))
    for start_s, end_s in cuts:
        pieces = [part for piece in pieces for part in _split(piece, start_s, end_s)]
    return pieces


def _split(piece: Piece, start_s: float, end_s: float) -> list[Piece]:
    """Cut a piece where a forced stretch begins and ends."""
    first_s, last_s = max(piece.start_s, start_s), min(piece.end_s, end_s)
    if first_s >= last_s:
        return [piece]
    parts = [
        piece._replace(end_s=first_s),
        piece._replace(start_s=first_s, end_s=last_s, forced=True),
        piece._replace(start_s=last_s),
    ]
    return [part for part in parts if part.end_s > part.start_s]


def _cheapest(
    pieces: Sequence[Piece], wish: Wish, need_wh: float, feed_in: float
) -> tuple[Chosen, ...]:
    """Choose; but neither pause what runs for a few minutes nor start for a few that are left."""
    chosen = choose(pieces, need_wh, wish.least_w, feed_in, wish.starts_left)
    if not chosen or pieces[0].forced:
        return chosen
    now_s, begins_s = pieces[0].start_s, chosen[0].start_s
    if wish.is_running:
        gap = begins_s < pieces[0].end_s or begins_s - now_s < SHORTEST_START_S
        if begins_s == now_s or not gap:
            return chosen
        # It would pause for nothing: in a stretch of one price, or for a few minutes.
        on = [part for piece in pieces for part in _split(piece, now_s, begins_s)]
        return choose(on, need_wh, wish.least_w, feed_in, wish.starts_left)
    if begins_s > now_s or _first_run_s(chosen) >= SHORTEST_START_S:
        return chosen
    later = pieces[1:]
    if _room_wh(later, wish.least_w) < need_wh:
        return chosen
    return choose(later, need_wh, wish.least_w, feed_in, wish.starts_left)


def _first_run_s(chosen: Sequence[Chosen]) -> float:
    end_s = chosen[0].end_s
    for each in chosen[1:]:
        if each.start_s > end_s:
            break
        end_s = each.end_s
    return end_s - chosen[0].start_s


def _at_once(pieces: Sequence[Piece], wish: Wish, need_wh: float) -> tuple[Chosen, ...]:
    """Charge with all that there is from now on, until it is enough."""
    forced = [piece._replace(forced=True) for piece in pieces]
    return choose(forced, need_wh, wish.least_w, 0.0)


def _told(
    wish: Wish,
    horizon: Horizon,
    chosen: Sequence[Chosen],
    met: bool,
    possible_wh: float,
    latest_s: float | None,
) -> Plan:
    """Put a plan into the words of those who read it."""
    feed_in = horizon.site.sun.feed_in_price
    slots = tuple(
        PlanSlot(
            _utc(each.start_s),
            _utc(each.end_s),
            each.power_w,
            None if horizon.flat else each.cost(feed_in),
            each.from_sun_w,
        )
        for each in chosen
    )
    costs = [slot.cost for slot in slots if slot.cost is not None]
    enough = energy_wh(chosen) >= wish.pursuit.missing_wh - 1.0
    return Plan(
        point=wish.settings.id,
        goal_id=wish.pursuit.goal.id,
        due=wish.pursuit.due_at,
        slots=slots,
        need_wh=wish.pursuit.missing_wh,
        met=met,
        possible_wh=possible_wh,
        ready_at=slots[-1].end if slots and enough else None,
        latest_start=None if latest_s is None else _utc(latest_s),
        cost=sum(costs) if costs else None,
        starts=sum(
            1 for index, slot in enumerate(slots) if not index or slots[index - 1].end < slot.start
        ),
        overrun=wish.pursuit.overrun,
        soc_unknown=wish.pursuit.goal.unit is GoalUnit.PERCENT and wish.pursuit.soc_percent is None,
    )


def _utc(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)
