"""Whether a charger does what it accepted: many accept every limit (row 23 of the quirks).

Judged from what comes anyhow: the current that it says to offer, and the measured one. Only where
neither tells is it asked for its schedule, once for each change.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from .connector import ChargerStatus, Connector
from .limits import flow_a

SETTLE = timedelta(seconds=30)
"""Until then a car may still be on its way to a new limit."""
ASK_AFTER = timedelta(seconds=45)
IGNORED_AFTER = timedelta(seconds=60)
"""A limit that is still exceeded then is not obeyed: the slowest meters send once in this time."""
ASKED_S = 60
"""For how long ahead a schedule is asked for: only its beginning counts (evcc asks so, too)."""
TOLERANCE_A = 1.0
TOLERANCE = 0.1
"""A car may take this much more than the pilot says (10 %, and 1 A at small currents)."""
LIMITED = (None, ChargerStatus.CHARGING, ChargerStatus.SUSPENDED_EVSE)
"""Where an offer is a limit: many offer nothing to a car that rests or was just unplugged."""
NEAR_A = 2.0
"""So close below its limit the car takes what it gets, and not what it likes."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What tells of the current at one moment (A per phase); None: it is not told."""

    flow_a: float | None
    offered_a: float | None
    schedule_a: float | None = None


def exceeds(current_a: float, limit_a: float) -> bool:
    """Tell whether a current is above a limit by more than cars and meters are inexact."""
    return current_a > limit_a + max(TOLERANCE_A, TOLERANCE * limit_a)


def obeys(limit_a: float, evidence: Evidence) -> bool | None:
    """Tell whether the evidence shows that `limit_a` is kept; None: it shows nothing."""
    flow, offered, schedule = evidence.flow_a, evidence.offered_a, evidence.schedule_a
    if flow is not None and exceeds(flow, limit_a):
        return False
    if flow is not None and flow > 0 and flow >= limit_a - NEAR_A:
        return True  # also where the offer is told wrongly
    told = offered if offered is not None else schedule
    if told is None:
        return True if flow == 0 == limit_a else None
    if not exceeds(told, limit_a):
        return True
    return False if flow is None else None


def foreign_limit_a(limit_a: float, evidence: Evidence) -> float | None:
    """Return the limit that holds below ours (row 36); None if there is none, or none is told.

    What the car exceeds is told wrongly.
    """
    told = [each for each in (evidence.offered_a, evidence.schedule_a) if each is not None]
    lowest = min(told, default=limit_a)
    if evidence.flow_a is not None and exceeds(evidence.flow_a, lowest):
        return None
    return lowest if lowest < limit_a - TOLERANCE_A else None


@dataclass(slots=True)
class Obedience:
    """Follows one connector: `obeyed` and `foreign_a` hold until there is other evidence."""

    limit_a: float | None = None
    since: datetime | None = None
    obeyed: bool | None = None
    foreign_a: float | None = None
    schedule_a: float | None = None
    asked: bool = False

    def changed(self, limit_a: float, now: datetime) -> None:
        """Note that the charger accepted a limit; a renewal changes nothing."""
        if limit_a != self.limit_a:
            self.limit_a, self.since = limit_a, now
            self.schedule_a, self.asked = None, False
            if self.foreign_a is not None and self.foreign_a >= limit_a:
                self.foreign_a = None

    def anew(self, now: datetime) -> None:
        """Note that limits of others may have come or gone."""
        self.since = now if self.since is not None else None
        self.foreign_a = self.schedule_a = None
        self.asked = False

    def judged(self, now: datetime) -> bool:
        """Tell whether a limit has held for so long that others below it would have shown."""
        return self.since is not None and now - self.since > IGNORED_AFTER

    def over(self) -> None:
        """Note that nothing is charged any more; what was found of the charger stays."""
        self.limit_a = self.since = self.foreign_a = self.schedule_a = None

    def look(self, connector: Connector, phases: int, now: datetime) -> None:
        """Judge by what the connector tells now."""
        if self.limit_a is None or self.since is None or now - self.since < SETTLE:
            return
        evidence = self._evidence(connector, phases)
        verdict = obeys(self.limit_a, evidence)
        if verdict or (verdict is False and now - self.since >= IGNORED_AFTER):
            self.obeyed = verdict
        if connector.status in LIMITED:
            self.foreign_a = foreign_limit_a(self.limit_a, evidence)

    def to_ask(self, connector: Connector, phases: int, now: datetime) -> bool:
        """Tell whether its schedule is worth asking for: once for a limit, where nothing tells."""
        if self.limit_a is None or self.since is None or self.asked:
            return False
        return now - self.since >= ASK_AFTER and (
            obeys(self.limit_a, self._evidence(connector, phases)) is None
        )

    def _evidence(self, connector: Connector, phases: int) -> Evidence:
        readings, since = connector.readings, self.since
        fresh = readings.at is not None and since is not None and readings.at > since
        return Evidence(
            flow_a(connector, phases) if fresh else None, connector.offered_a, self.schedule_a
        )
