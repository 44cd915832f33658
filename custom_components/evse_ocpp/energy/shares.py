"""Why a point gets less than it asks for, and when that may change. Pure."""

from collections.abc import Mapping, Sequence

from . import admission, budgets
from .admission import Admission
from .allowance import Reason
from .budgets import Budgets
from .lines import Line, Party
from .meter_watch import Silence
from .model import Demand, PointId, Share

_SHORT_A = 0.1
"""Limits are told in such steps; a smaller difference is none."""


def shares(
    parties: Sequence[Party],
    demands: Mapping[PointId, Demand],
    grants: Mapping[PointId, float],
    lines: Sequence[Line],
    queue: Admission,
    known: Budgets,
    rotation_s: float,
    quiet: Silence,
) -> dict[PointId, Share]:
    """Return what each gets, with the fuse that has no more for it."""
    left_a = [
        line.room_a - sum(weight * grants[each] for each, weight in line.weights.items())
        for line in lines
    ]
    found = {}
    for party in parties:
        limit_a, wanted_a = grants[party.id], demands[party.id].most_a
        if limit_a >= wanted_a - _SHORT_A:
            found[party.id] = Share(limit_a)
        elif quiet is not Silence.NONE and limit_a >= party.most_a - _SHORT_A:
            found[party.id] = Share(limit_a, Reason.METER_LOST)
        elif not party.steered:
            found[party.id] = Share(limit_a, Reason.SITE_SILENT)
        else:
            line = _tightest(party, lines, left_a)
            found[party.id] = _short(party, grants, line, queue, known, rotation_s)
    return found


def _tightest(party: Party, lines: Sequence[Line], left_a: Sequence[float]) -> Line | None:
    """The line that has the least left for this one."""
    on = [
        (left_a[index] / line.weights[party.id], index)
        for index, line in enumerate(lines)
        if party.id in line.weights
    ]
    return lines[min(on)[1]] if on else None


def _short(
    party: Party,
    grants: Mapping[PointId, float],
    line: Line | None,
    queue: Admission,
    known: Budgets,
    rotation_s: float,
) -> Share:
    limit_a = grants[party.id]
    place = queue.places.get(party.id)
    waits = limit_a <= 0 and place is not None and not place.admitted
    at_s = admission.changes_at_s(queue, party.id, rotation_s) if waits else None
    if line is None:
        return Share(limit_a, Reason.SHARING, None, at_s)
    if not waits and line.key is not None:
        at_s = budgets.may_rise_at_s(known, line.key)
    others = any(grants[each] > 0 for each in line.weights if each != party.id)
    return Share(limit_a, Reason.SHARING if others else line.reason, line.circuit, at_s)
