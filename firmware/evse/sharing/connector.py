"""A connector that shares: what is fixed, what it needs now, what its car may be drawing. Pure.

Terminals are those of the wallbox, L1 to L3; `messages.on_supply` says where they are connected.
"""

from dataclasses import dataclass

from evse.core.offers import NOTHING, Offers, committed_a, told
from evse.core.pilot import MAXIMUM_A, MINIMUM_A
from evse.sharing.allocation import ALL_PHASES, Asks, Phases, Uses
from evse.sharing.messages import MAX_PRIORITY, ROTATIONS, ConnectorReport

NOWHERE: Uses = (False, False, False)


@dataclass(frozen=True, slots=True)
class ConnectorSettings:
    """What is agreed of a connector once.

    `guaranteed_a`: what it may draw on its own when nobody grants it anything; always reserved for
    it. `rotation`: an index of `messages.ROTATIONS`. `wired`: which terminals are connected.
    `priority`: the higher first, where that is the policy. ValueError for what cannot be.
    """

    guaranteed_a: float = 0.0
    rotation: int = 0
    wired: Uses = ALL_PHASES
    priority: int = 0

    def __post_init__(self) -> None:
        check_share("guaranteed_a", self.guaranteed_a)
        if not 0 <= self.rotation < len(ROTATIONS):
            raise ValueError(f"rotation: came {self.rotation!r}, allowed: 0 to 5")
        if not any(self.wired):
            raise ValueError("wired: no terminal; at least one must be connected")
        if not 0 <= self.priority <= MAX_PRIORITY:
            raise ValueError(f"priority: came {self.priority!r}, allowed: 0 to {MAX_PRIORITY}")


@dataclass(frozen=True, slots=True)
class Need:
    """What a connector asks for at this instant.

    `maximum_a`: the least of all its other limits. `used`: the terminals its car draws from, all
    wired ones until that is known; another car's must be told in a turn before it can draw.
    `measured_a`: what its meter shows, None without a reading.
    """

    asks: Asks
    maximum_a: float
    minimum_a: float = MINIMUM_A
    used: Uses = ALL_PHASES
    measured_a: Phases | None = None
    fault: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the car may be drawing: by terminal the currents that were allowed, while they count."""

    offers: tuple[Offers, Offers, Offers] = (NOTHING, NOTHING, NOTHING)

    @property
    def amps(self) -> Phases:
        """The most in each terminal, A."""
        l1, l2, l3 = map(committed_a, self.offers)
        return (l1, l2, l3)


def allowed(drawing: Drawing, amps: float, terminals: Uses, now_s: float) -> Drawing:
    """Enter what is allowed from now on; what was more counts until the car must have followed."""
    l1, l2, l3 = (
        told(offers, amps if used else 0.0, now_s)
        for offers, used in zip(drawing.offers, terminals, strict=True)
    )
    offers = (l1, l2, l3)
    return drawing if offers == drawing.offers else Drawing(offers)


def reported(settings: ConnectorSettings, need: Need, drawing: Drawing) -> ConnectorReport:
    """What the group is told of a connector."""
    return ConnectorReport(
        asks=need.asks,
        maximum_a=need.maximum_a,
        minimum_a=need.minimum_a,
        fault=need.fault,
        rotation=settings.rotation,
        wired=settings.wired,
        used=need.used,
        guaranteed_a=settings.guaranteed_a,
        priority=settings.priority,
        drawing_a=drawing.amps,
        measured_a=need.measured_a,
    )


def check_share(name: str, amps: float) -> None:
    """An agreed share is nothing or a current a car can charge with. Raises ValueError."""
    if not (amps == 0.0 or (MINIMUM_A <= amps <= MAXIMUM_A and (amps * 2).is_integer())):
        raise ValueError(
            f"{name}: came {amps!r} A, allowed: 0, or {MINIMUM_A} to {MAXIMUM_A} A in steps of 0.5"
        )
