"""How long a grant can matter, and what a member may be drawing in the worst case. Pure.

A member keeps a grant until its lease has passed since it *sent* the report that the grant
answers, by its own clock. The master counts it until the lease has passed since it *received* that
report, and some more: the report was sent before, so no delay, repetition or loss on the bus makes
the master forget a grant that a member still keeps, and their clocks need not agree.
"""

from dataclasses import dataclass, replace

from evse.core import timing
from evse.sharing.allocation import Phases, Uses
from evse.sharing.messages import (
    LEASE_S,
    ROTATIONS,
    ConnectorReport,
    Grant,
    Report,
    on_supply,
)

TURN_S = 0.5
"""A member reports and the master grants so often; in between, a reduction goes out at once."""

DRIFT_MARGIN_S = 1.0
"""Clocks differ by less than 200 ppm, 2 ms in 10 s; the rest is for turns that come late."""

SILENT_S = 5.0
"""A member unheard for so long is not counted on: ten reports in a row were lost, or it is gone."""

NO_PHASES: Phases = (0.0, 0.0, 0.0)

_TOLERATED = 1.10
_TOLERATED_A = 1.0
"""A car may draw so much more than it is told before the wallbox itself acts (ETEK 5.8.1.3), and
what is measured comes in steps of 0.5 A."""


AFTER_S = timing.COMMAND_LEASE_S + timing.EV_FOLLOW_S + DRIFT_MARGIN_S
"""How long a car may still draw after its lease ended or its wallbox died, s: the board follows a
dead computer for the command lease, then the car has its time."""

OVER_S = LEASE_S + AFTER_S
"""So long after a report was received no grant that answers it matters any more, s."""


@dataclass(frozen=True, slots=True)
class Granted:
    """Grants under way or in force, from sequence `first` to that of the next entry.

    `amps`: the most of them, A by connector and phase of the supply; `until_s`: then they have
    surely ended, and the cars have followed.
    """

    first: int
    amps: tuple[Phases, ...]
    until_s: float


@dataclass(frozen=True, slots=True)
class Device:
    """One start of a member, as the master knows it.

    `ours`: the newest grant it has taken is of our epoch, so that it takes no older master's any
    more. `granted`: what it may hold, in the order in which it was granted.
    `told_a`: what it was granted last, by connector.
    """

    report: Report
    received_at_s: float
    ours: bool
    granted: tuple[Granted, ...] = ()
    told_a: tuple[float, ...] = ()


def heard(device: Device | None, report: Report, received_at_s: float, epoch: int) -> Device:
    """Take a newer report of the same start, or its first.

    It takes no grants older than the one it names. That one is kept: it is what was promised.
    """
    ours = report.epoch == epoch
    if device is None:
        return Device(report, received_at_s, ours)
    granted, told_a = device.granted, device.told_a
    if len(told_a) != len(report.connectors):
        told_a = ()
    if ours:
        taken = sum(1 for grant in granted if grant.first <= report.sequence)
        granted = granted[max(0, taken - 1) :]
    return replace(
        device,
        report=report,
        received_at_s=received_at_s,
        ours=ours,
        granted=granted,
        told_a=told_a,
    )


def granted(device: Device, grant: Grant) -> Device:
    """Note a grant that answers the newest report and is about to be sent."""
    amps = tuple(
        on_phases(connector.amps, on_supply(connector.phases, reported.rotation))
        for connector, reported in zip(grant.connectors, device.report.connectors, strict=True)
    )
    first, kept = grant.sequence, list(device.granted)
    while kept and _is_within(kept[-1].amps, amps):  # it ends earlier: the newer stands for both
        first = kept.pop().first
    newest = Granted(first, amps, device.received_at_s + OVER_S)
    told_a = tuple(connector.amps for connector in grant.connectors)
    return replace(device, granted=(*kept, newest), told_a=told_a)


def promised(device: Device, index: int, guaranteed_a: float, now_s: float) -> Phases:
    """The most that a connector was allowed, A by phase of the supply.

    A member that was never granted anything by us may keep what it has from a master before us.
    """
    connector = device.report.connectors[index]
    most = on_phases(guaranteed_a, on_supply(connector.wired, connector.rotation))
    if not device.told_a:
        most = larger(most, _by_phase(connector, connector.drawing_a))
    for grant in device.granted:
        if grant.until_s > now_s and index < len(grant.amps):
            most = larger(most, grant.amps[index])
    return most


def may_draw(device: Device, index: int, guaranteed_a: float, now_s: float) -> Phases:
    """The most that a connector may be drawing now or until it is granted more, A by phase.

    What it was promised and may not have ended, and what it said itself.
    """
    most = promised(device, index, guaranteed_a, now_s)
    if now_s < device.received_at_s + OVER_S:
        most = larger(most, drawing(device.report.connectors[index]))
    return most


def drawing(connector: ConnectorReport) -> Phases:
    """What a connector itself says that it draws at most, or its meter if that is far more."""
    said = _by_phase(connector, connector.drawing_a)
    if connector.measured_a is None:
        return said
    metered = _by_phase(connector, connector.measured_a)
    l1, l2, l3 = (
        metered_a if metered_a > said_a * _TOLERATED + _TOLERATED_A else said_a
        for metered_a, said_a in zip(metered, said, strict=True)
    )
    return (l1, l2, l3)


def exceeds(device: Device, index: int, guaranteed_a: float, now_s: float) -> bool:
    """Whether a connector says or shows that it draws more than it was ever allowed."""
    most = promised(device, index, guaranteed_a, now_s)
    return any(
        draws_a > allowed_a + _TOLERATED_A
        for draws_a, allowed_a in zip(drawing(device.report.connectors[index]), most, strict=True)
    )


def on_phases(amps: float, phases: Uses) -> Phases:
    """This current on these phases, nothing on the others."""
    return (
        amps if phases[0] else 0.0,
        amps if phases[1] else 0.0,
        amps if phases[2] else 0.0,
    )


def larger(one: Phases, other: Phases) -> Phases:
    """The larger in each phase."""
    return (max(one[0], other[0]), max(one[1], other[1]), max(one[2], other[2]))


def total(one: Phases, other: Phases) -> Phases:
    """The sum in each phase."""
    return (one[0] + other[0], one[1] + other[1], one[2] + other[2])


def _by_phase(connector: ConnectorReport, amps: Phases) -> Phases:
    """Of the terminals' currents those of the supply's phases."""
    by_phase = [0.0, 0.0, 0.0]
    for terminal, phase in enumerate(ROTATIONS[connector.rotation]):
        by_phase[phase] = amps[terminal]
    return (by_phase[0], by_phase[1], by_phase[2])


def _is_within(old: tuple[Phases, ...], new: tuple[Phases, ...]) -> bool:
    return len(old) == len(new) and all(
        was <= now
        for one, other in zip(old, new, strict=True)
        for was, now in zip(one, other, strict=True)
    )
