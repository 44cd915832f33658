"""The ledger of faults: from a condition to a raised fault and back, as the fault table says."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from evse.core.faults import OUTLASTING, RULES, Clears, Fault


@dataclass(frozen=True, slots=True)
class Ledger:
    """Each mapping holds instants in s.

    `raised`: faults in force, since when. `suspected`: conditions present but not yet long enough.
    `good`: faults in force whose condition is gone, since when.
    """

    raised: Mapping[Fault, float] = field(default_factory=dict)
    suspected: Mapping[Fault, float] = field(default_factory=dict)
    good: Mapping[Fault, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """The ledger after one turn, and what changed in it."""

    ledger: Ledger
    raised: tuple[Fault, ...] = ()
    cleared: tuple[Fault, ...] = ()


def supervise(before: Ledger, present: frozenset[Fault], *, plugged: bool, now_s: float) -> Change:
    """Enter the conditions `present` at `now_s` and end what ends by itself or without a plug."""
    if not present and not before.raised and not before.suspected:
        return Change(before)
    suspected = {
        fault: before.suspected.get(fault, now_s) for fault in present - before.raised.keys()
    }
    confirmed = tuple(
        fault
        for fault in RULES
        if fault in suspected and now_s - suspected[fault] >= RULES[fault].confirm_s
    )
    good = {fault: before.good.get(fault, now_s) for fault in before.raised.keys() - present}
    over = tuple(
        fault
        for fault in RULES
        if fault in good and _is_over(fault, now_s - good[fault], plugged=plugged)
    )
    raised = {**before.raised, **dict.fromkeys(confirmed, now_s)}
    ledger = Ledger(
        raised={fault: since_s for fault, since_s in raised.items() if fault not in over},
        suspected={fault: s for fault, s in suspected.items() if fault not in confirmed},
        good={fault: s for fault, s in good.items() if fault not in over},
    )
    return Change(ledger, confirmed, over)


def acknowledge(before: Ledger, fault: Fault, authority: Clears) -> Ledger:
    """End a latched fault on somebody's word.

    PermissionError when this authority may not: a remote command has none, so it never may.
    ValueError when the fault isn't raised, or its condition is still there.
    """
    rule = RULES[fault]
    if not rule.may_be_acknowledged_by(authority):
        raise PermissionError(f"fault {fault} is ended by: {rule.clears}; came: {authority}")
    if fault not in before.raised:
        raise ValueError(f"fault {fault} is not raised; raised are: {_names(before.raised)}")
    if fault not in before.good:
        raise ValueError(f"fault {fault} is still detected; it can be acknowledged when it is gone")
    return replace(
        before,
        raised={other: s for other, s in before.raised.items() if other is not fault},
        good={other: s for other, s in before.good.items() if other is not fault},
    )


def restored(faults: frozenset[Fault], now_s: float) -> Ledger:
    """Return the ledger after a start, with those faults of before which outlast it.

    ValueError for a fault which doesn't.
    """
    if wrong := faults - OUTLASTING:
        raise ValueError(f"faults {_names(dict.fromkeys(wrong, now_s))} do not outlast a start")
    return Ledger(raised=dict.fromkeys(faults, now_s))


def _is_over(fault: Fault, good_for_s: float, *, plugged: bool) -> bool:
    match RULES[fault].clears:
        case Clears.ITSELF:
            return good_for_s >= RULES[fault].good_for_s
        case Clears.UNPLUG:
            return not plugged
        case Clears.LOCAL | Clears.INSTALLER:
            return False


def _names(faults: Mapping[Fault, float]) -> str:
    return ", ".join(sorted(faults)) or "none"
