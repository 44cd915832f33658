"""What the commissioning test may try: its limits, and the methods in the order of trying."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from .control import MIN_STANDING_A, Control, Kind, Method, Purpose, Unit

MIN_SPAN_A = 2.0
"""Limits that are nearer to each other cannot be told apart by meters and cars."""
MAX_SPAN_A = 10.0


@dataclass(frozen=True, slots=True)
class Bench:
    """What the test may use. `limit_a`: what the user allows, and the fuse bears.

    `phases`: of the installation. `first`: the first guess. `max_level`: as told by
    ChargeProfileMaxStackLevel. `units`: those that the charger says it takes. `keys`: configuration
    keys that limit the current, with their units per ampere.
    """

    limit_a: float
    first: Control
    max_level: int | None = None
    units: tuple[Unit, ...] = (Unit.A, Unit.W)
    keys: tuple[tuple[str, float], ...] = ()
    phases: int = 3
    clear_foreign: bool = False
    switch_phases: bool = False
    may_be_unavailable: bool = True

    @property
    def low_a(self) -> float:
        """The low limit, which is the fallback of the test too."""
        return min((a for a in self.first.steps_a if a >= MIN_STANDING_A), default=MIN_STANDING_A)

    @property
    def high_a(self) -> float:
        """The high limit; at least `MIN_SPAN_A` above the low one, else there can be no test."""
        return self.first.allowed_a(float(int(min(self.limit_a, self.low_a + MAX_SPAN_A))))

    @property
    def possible(self) -> bool:
        """Whether the two limits can be told apart."""
        return self.high_a - self.low_a >= MIN_SPAN_A


def rungs(bench: Bench) -> Iterator[Method]:
    """Yield the methods from the best to the worst, the first guess before all.

    A TxProfile wears nothing and ends with the transaction; then the order of row 22. Of each
    purpose one thing after the other is varied: all combinations would take too long.
    """
    first, top = bench.first.lease, bench.max_level or 0
    tx, default = Purpose.TX_PROFILE, Purpose.TX_DEFAULT_PROFILE
    bases = [Method(tx), Method(default), Method(default, whole_station=True)]
    bases.append(Method(Purpose.CHARGE_POINT_MAX_PROFILE, whole_station=True))
    found = [first]
    for base in bases:
        relative = () if base.purpose is Purpose.CHARGE_POINT_MAX_PROFILE else (Kind.RELATIVE,)
        if Unit.A in bench.units:
            found += [replace(base, stack_level=top), base]
        for kind in (Kind.ABSOLUTE, *relative):
            found += [replace(base, unit=unit, kind=kind) for unit in bench.units]
        found += [replace(base, unit=unit, stack_level=1) for unit in bench.units]
    found += [Method(Purpose.KEY, key=key, key_factor=factor) for key, factor in bench.keys]
    yield from dict.fromkeys(found)


def pairs(lease: Method, bench: Bench) -> Iterator[tuple[Method, Method]]:
    """Yield what could be lease and fallback, given a method that is obeyed (trap 3)."""
    if lease.purpose is Purpose.KEY:
        return
    if not lease.volatile:
        if lease.stack_level > 0:
            yield lease, replace(lease, stack_level=0)
        else:
            levels = dict.fromkeys(level for level in (bench.max_level or 0, 1) if level)
            for level in levels:
                yield replace(lease, stack_level=level), lease
        return
    default = replace(lease, purpose=Purpose.TX_DEFAULT_PROFILE)
    other = Kind.RELATIVE if lease.kind is Kind.ABSOLUTE else Kind.ABSOLUTE
    candidates = [bench.first.fallback] if bench.first.lease == lease else []
    candidates += [
        replace(default, stack_level=level, whole_station=whole_station, kind=kind)
        for level in dict.fromkeys((lease.stack_level, 0))
        for whole_station in (False, True)
        for kind in (lease.kind, other)
    ]
    for fallback in dict.fromkeys(candidates):
        yield lease, fallback
