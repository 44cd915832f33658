"""The master's roll of members: who is served, and what he and others may be drawing. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from evse.core.timing import EV_FOLLOW_S
from evse.sharing import leases
from evse.sharing.allocation import ALL_PHASES, Phases
from evse.sharing.leases import DRIFT_MARGIN_S, NO_PHASES, OVER_S, SILENT_S, Device
from evse.sharing.messages import LEASE_S, Report

SAME_ADDRESS_S = LEASE_S
"""Two starts of one unit that both still report after this time, s, are two wallboxes: no report
is under way for longer."""

EXCEEDS_S = EV_FOLLOW_S + DRIFT_MARGIN_S
"""A member that draws more than it may for so long, s, will not stop by itself."""

SHOWN_S = 60.0
"""Such trouble counts for so long after its last sight, s, so that it does not come and go."""


@dataclass(frozen=True, slots=True)
class Member:
    """What the master knows of a unit.

    `agreed_a`: the agreed shares of its connectors. `device`: its start that is served. `other`:
    another start of the same unit that reports too, since `other_since_s`. `past`: what starts that
    are over may still draw, and until when. `exceeds_since_s`: since when it draws more than it
    may. Both troubles count until `exceeding_until_s` and `two_until_s`.
    """

    agreed_a: tuple[float, ...]
    device: Device | None = None
    other: Device | None = None
    other_since_s: float = 0.0
    past: tuple[tuple[Phases, float], ...] = ()
    exceeds_since_s: float | None = None
    exceeding_until_s: float = 0.0
    two_until_s: float = 0.0

    @property
    def follows(self) -> bool:
        """Whether the start that is served takes no grants but ours."""
        return self.device is not None and self.device.ours

    def known(self, now_s: float) -> bool:
        """Whether what it says is all there is: nothing of the unit follows another master."""
        other = self.other
        alone = other is None or other.ours or now_s - other.received_at_s >= SILENT_S
        return self.follows and alone

    def silent(self, now_s: float) -> bool:
        """Whether it was not heard for a while."""
        return self.device is None or now_s - self.device.received_at_s >= SILENT_S

    def exceeding(self, now_s: float) -> bool:
        """Whether it does not do as it is told."""
        return now_s < self.exceeding_until_s

    def counted_on(self, now_s: float) -> bool:
        """Whether it takes part in the split."""
        return self.follows and not self.silent(now_s) and not self.exceeding(now_s)

    def shares_a(self, device: Device) -> Iterator[float]:
        """The agreed shares: the larger where the unit has another one than its master."""
        connectors = device.report.connectors
        for index in range(max(len(self.agreed_a), len(connectors))):
            agreed_a = self.agreed_a[index] if index < len(self.agreed_a) else 0.0
            own_a = connectors[index].guaranteed_a if index < len(connectors) else 0.0
            yield max(agreed_a, own_a)


def hear(
    member: Member, report: Report, received_at_s: float, epoch: int, *, alone: bool
) -> tuple[Member, bool]:
    """Take a report, if it is newer than those of the same start; and tell whether it shows that
    there is another master: the member has left us for it, takes new grants of it, or hears two.

    `alone`: what a master before us granted is no longer under way.
    """
    before = member.device
    if before is not None and before.report.boot != report.boot:
        return _another_start(member, before, report, received_at_s, epoch), False
    if before is not None and report.counter <= before.report.counter:
        return member, False
    device = leases.heard(before, report, received_at_s, epoch)
    rival = report.two_masters
    if before is not None and not device.ours:
        same = report.epoch == before.report.epoch
        goes_on = same and report.sequence > before.report.sequence
        rival = rival or before.ours or (alone and goes_on)
    return replace(member, device=device), rival


def watched(member: Member, now_s: float) -> Member:
    """See whether it draws more than it was ever allowed."""
    device = member.device
    if device is None:
        return member
    over = any(
        leases.exceeds(device, index, share_a, now_s)
        for index, share_a in enumerate(member.shares_a(device))
        if index < len(device.report.connectors)
    )
    if not over:
        return member if member.exceeds_since_s is None else replace(member, exceeds_since_s=None)
    since_s = now_s if member.exceeds_since_s is None else member.exceeds_since_s
    lasted = now_s - since_s >= EXCEEDS_S
    until_s = now_s + SHOWN_S if lasted else member.exceeding_until_s
    return replace(member, exceeds_since_s=since_s, exceeding_until_s=until_s)


def may_draw(member: Member, now_s: float) -> tuple[list[Phases], Phases]:
    """The most that the unit may be drawing until it is granted more: by connector of the start
    that is served, and all that belongs to none of them."""
    beside = NO_PHASES
    for amps, until_s in member.past:
        if now_s < until_s:
            beside = leases.total(beside, amps)
    other = member.other
    if other is not None and now_s < member.two_until_s:
        for amps in _by_connector(member, other, now_s):
            beside = leases.total(beside, amps)
    elif other is not None and now_s < other.received_at_s + OVER_S:
        # Most likely a restart, which has no agreed share beside that of the start before it.
        for connector in other.report.connectors:
            beside = leases.total(beside, leases.drawing(connector))
    if member.device is None:
        for share_a in member.agreed_a:
            beside = leases.total(beside, leases.on_phases(share_a, ALL_PHASES))
        return [], beside
    by_connector = _by_connector(member, member.device, now_s)
    reported = len(member.device.report.connectors)
    for amps in by_connector[reported:]:
        beside = leases.total(beside, amps)
    return by_connector[:reported], beside


def _by_connector(member: Member, device: Device, now_s: float) -> list[Phases]:
    connectors = device.report.connectors
    return [
        leases.may_draw(device, index, share_a, now_s)
        if index < len(connectors)
        else leases.on_phases(share_a, ALL_PHASES)
        for index, share_a in enumerate(member.shares_a(device))
    ]


def _another_start(
    member: Member, device: Device, report: Report, received_at_s: float, epoch: int
) -> Member:
    """A report of another start than that which is served: it takes over when that is silent."""
    other, since_s = member.other, member.other_since_s
    if other is None or other.report.boot != report.boot:
        other, since_s = None, received_at_s
    elif report.counter <= other.report.counter:
        return member
    other = leases.heard(other, report, received_at_s, epoch)
    if member.silent(received_at_s):
        past = tuple(entry for entry in member.past if entry[1] > received_at_s)
        for index in range(len(device.report.connectors)):
            amps = leases.may_draw(device, index, 0.0, received_at_s)
            past = (*past, (amps, device.received_at_s + OVER_S))
        return replace(member, device=other, other=None, past=past, exceeds_since_s=None)
    both = min(device.received_at_s, received_at_s) >= since_s + SAME_ADDRESS_S
    until_s = received_at_s + SHOWN_S if both else member.two_until_s
    return replace(member, other=other, other_since_s=since_s, two_until_s=until_s)
