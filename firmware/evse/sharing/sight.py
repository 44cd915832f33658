"""What a master sees of its group: who takes part, and what all may be drawing. Pure."""

from dataclasses import dataclass, field, replace

from evse.sharing import leases, roll
from evse.sharing.allocation import Asks, Key, Party, Phases
from evse.sharing.connector import ConnectorSettings, Drawing, Need, reported
from evse.sharing.leases import NO_PHASES
from evse.sharing.messages import ConnectorGrant, ConnectorReport, on_supply
from evse.sharing.roll import Member


@dataclass(slots=True)
class Sight:
    """Filled by looking at one unit after the other.

    `parties`: who takes part in the split; of them `promised` and `worst`: what they were allowed
    and what they may be drawing at most, by phase. `fixed_a`: what all others may. `missing`: how
    many units have not answered yet. `settled`: whether everything that may be drawn is known.
    """

    parties: list[Party] = field(default_factory=list)
    promised: dict[Key, Phases] = field(default_factory=dict)
    worst: dict[Key, Phases] = field(default_factory=dict)
    fixed_a: Phases = NO_PHASES
    missing: int = 0
    settled: bool = False

    @property
    def worst_a(self) -> Phases:
        """The most that all together may be drawing."""
        worst_a = self.fixed_a
        for amps in self.worst.values():
            worst_a = leases.total(worst_a, amps)
        return worst_a

    def look_at_own(
        self,
        key: Key,
        connector: ConnectorSettings,
        need: Need,
        drawing: Drawing,
        grant: ConnectorGrant,
    ) -> None:
        """A connector of the master itself: it is told without a bus."""
        report = reported(connector, need, drawing)
        party = _party(key, report, connector.guaranteed_a, grant.amps)
        granted = leases.on_phases(grant.amps, on_supply(grant.phases, connector.rotation))
        promised = leases.larger(agreed(connector), granted)
        self._add(party, promised, leases.larger(promised, leases.drawing(report)))

    def look_at(self, unit: int, member: Member, now_s: float) -> None:
        """A member; one that is not counted on is a fixed load."""
        by_connector, beside = roll.may_draw(member, now_s)
        self.fixed_a = leases.total(self.fixed_a, beside)
        self.missing += not member.known(now_s)
        device = member.device
        if device is None or not member.counted_on(now_s):
            for worst in by_connector:
                self.fixed_a = leases.total(self.fixed_a, worst)
            return
        connectors = device.report.connectors
        told_a = device.told_a or tuple(max(connector.drawing_a) for connector in connectors)
        for index, (connector, worst, share_a) in enumerate(
            zip(connectors, by_connector, member.shares_a(device), strict=False)
        ):
            party = _party((unit, index + 1), connector, share_a, told_a[index])
            if device.report.alone:  # what it draws says nothing of what it would with its grant
                party = replace(party, drawn_a=None)
            self._add(party, leases.promised(device, index, share_a, now_s), worst)

    def _add(self, party: Party, promised: Phases, worst: Phases) -> None:
        self.parties.append(party)
        self.promised[party.key] = promised
        self.worst[party.key] = worst


def agreed(connector: ConnectorSettings) -> Phases:
    """The agreed share of a connector by phase of the supply."""
    phases = on_supply(connector.wired, connector.rotation)
    return leases.on_phases(connector.guaranteed_a, phases)


def _party(key: Key, connector: ConnectorReport, share_a: float, granted_a: float) -> Party:
    """What a connector says that it uses counts, also where it says that nothing is connected: a
    wrong setting is no reason to grant a phase twice."""
    l1, l2, l3 = (u or w for u, w in zip(connector.used, connector.wired, strict=True))
    drawn_a = None if connector.measured_a is None else max(connector.measured_a)
    return Party(
        key,
        Asks.NOTHING if connector.fault else connector.asks,
        maximum_a=connector.maximum_a,
        minimum_a=connector.minimum_a,
        phases=on_supply(connector.used, connector.rotation),
        wired=on_supply((l1, l2, l3), connector.rotation),
        drawn_a=drawn_a,
        granted_a=granted_a,
        guaranteed_a=share_a,
        priority=connector.priority,
    )
