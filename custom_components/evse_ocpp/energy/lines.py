"""The limits that several points share: each a sum over points that must stay within a room. Pure.

A phase of a fuse, the power of a contract, the grid operator's signal: all say that the sum of the
points' currents, each with its weight, is at most so many amperes. Power is counted as A on each
phase of the site: a car on one phase of three has a third of the weight.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .allowance import Reason
from .budgets import Budgets
from .model import NOMINAL_V, Asks, Circuit, PointId, SiteSettings


@dataclass(frozen=True, slots=True)
class Party:
    """A point that takes part.

    `phases`: the site's, which it uses. `least_a` to `most_a`: what it may be granted; 0: nothing.
    `told_a`: what it confirmed; `granted_a`: what it was granted last; `held_a`: what it may draw
    by anything it was told, without what its car is known to leave. `wants_a`: the most its car was
    seen to use, None: whatever it gets. `steered`: it does what it is told; else it `reserves_a` on
    the main fuse, and `holds_a` on its circuits.
    """

    id: PointId
    asks: Asks
    circuit: str | None
    phases: tuple[int, ...]
    least_a: float
    most_a: float
    granted_a: float = 0.0
    held_a: float = 0.0
    wants_a: float | None = None
    priority: int = 0
    urgent: bool = False
    steered: bool = True
    reserves_a: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """`room_a`: for the sum of `weights` times A. `key`: of the budget that it follows, if one."""

    room_a: float
    weights: Mapping[PointId, float]
    reason: Reason
    circuit: str | None = None
    key: str | None = None


def of(
    site: SiteSettings,
    parties: Sequence[Party],
    budgets: Budgets | None,
    dimmed_w: float | None,
) -> tuple[Line, ...]:
    """Return all that limits these parties.

    `budgets`: None where nobody knows what the house takes. Without a meter the fuse bears
    `house_reserve_a` for it; while one is silent all are at their fallback, which was agreed.
    """
    lines: list[Line] = []
    if budgets is not None:
        for key, budget in budgets.of.items():
            weights = weights_of(key, parties, site.phases)
            lines.append(Line(budget.amps, weights, budget.reason, None, key))
    else:
        lines.extend(_unmetered(site, parties))
    for circuit in site.circuits:
        lines.extend(_of_circuit(site, circuit, parties))
    if dimmed_w is not None:
        lines.append(_of_power(dimmed_w, parties, site.phases, Reason.GRID_OPERATOR))
    return tuple(line for line in lines if line.weights)


def weights_of(key: str, parties: Iterable[Party], site_phases: int) -> dict[PointId, float]:
    """By how much each party's ampere counts in the budget of this key."""
    steered = [party for party in parties if party.steered]
    if key in ("contract", "capacity"):
        return {party.id: len(party.phases) / site_phases for party in steered}
    first, _, second = key.partition("-")
    one, other = int(first[1:]) - 1, int(second[1:]) - 1 if second else None
    return {party.id: 1.0 for party in steered if one in party.phases and other not in party.phases}


def reserved_a(key: str, parties: Iterable[Party], site_phases: int) -> float:
    """What a budget keeps for those that cannot be steered and may draw more than they do."""
    apart = [party for party in parties if not party.steered and party.reserves_a > 0]
    if key in ("contract", "capacity"):
        return sum(party.reserves_a * len(party.phases) / site_phases for party in apart)
    first, _, second = key.partition("-")
    one, other = int(first[1:]) - 1, int(second[1:]) - 1 if second else None
    return sum(
        party.reserves_a for party in apart if one in party.phases and other not in party.phases
    )


def _unmetered(site: SiteSettings, parties: Sequence[Party]) -> list[Line]:
    reserve_a = 0.0 if site.has_meter else site.house_reserve_a
    left_a = site.fuse_a - reserve_a
    lines = [_of_phase(left_a, phase, parties, Reason.FUSE, None) for phase in range(site.phases)]
    if site.contract_w is not None:
        house_w = reserve_a * NOMINAL_V * site.phases
        lines.append(_of_power(site.contract_w - house_w, parties, site.phases, Reason.CONTRACT))
    return lines


def _of_circuit(site: SiteSettings, circuit: Circuit, parties: Sequence[Party]) -> list[Line]:
    below = [party for party in parties if circuit.id in _above(site, party.circuit)]
    lines = [
        _of_phase(circuit.limit_a, phase, below, Reason.CIRCUIT, circuit.id)
        for phase in range(site.phases)
    ]
    if circuit.limit_w is not None:
        lines.append(_of_power(circuit.limit_w, below, site.phases, Reason.CIRCUIT, circuit.id))
    return lines


def _above(site: SiteSettings, circuit: str | None) -> set[str]:
    """The circuits above a point; a ring ends where it began."""
    parents = {each.id: each.parent for each in site.circuits}
    found: set[str] = set()
    while circuit in parents and circuit not in found:
        found.add(circuit)
        circuit = parents[circuit]
    return found


def _of_phase(
    room_a: float, phase: int, parties: Sequence[Party], reason: Reason, circuit: str | None
) -> Line:
    using = [party for party in parties if phase in party.phases]
    apart_a = sum(party.held_a for party in using if not party.steered)
    weights = {party.id: 1.0 for party in using if party.steered}
    return Line(room_a - apart_a, weights, reason, circuit)


def _of_power(
    power_w: float,
    parties: Sequence[Party],
    site_phases: int,
    reason: Reason,
    circuit: str | None = None,
) -> Line:
    """By the nominal voltage, as the currents of wallboxes are meant (6 A on three: 4.14 kW)."""
    apart_a = sum(
        party.held_a * len(party.phases) / site_phases for party in parties if not party.steered
    )
    weights = {party.id: len(party.phases) / site_phases for party in parties if party.steered}
    return Line(power_w / (NOMINAL_V * site_phases) - apart_a, weights, reason, circuit)
