"""Collects the named limits that hold at a connector: settings, what is shared, central system."""

from evse.clock import Clock
from evse.core.limits import Limit, Source
from evse.ocpp.port import CentralPort
from evse.settings.values import Settings
from evse.supply import Supply

STANDING = {Source.OPERATOR: "installation.output_current_limit_a"}
"""Limits of each connector that are settings."""


class Limiting:
    """The limits of the wallbox at this instant."""

    def __init__(
        self, settings: Settings, clock: Clock, central: CentralPort, supply: Supply
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._central = central
        self.supply = supply
        self._read_settings()
        settings.subscribe(lambda _key: self._read_settings())

    def _read_settings(self) -> None:
        settings = self._settings
        standing = {source: settings[key] for source, key in STANDING.items()}
        self._built_for_a = settings["installation.max_output_current_a"]
        self._standing = tuple(Limit(source, amps) for source, amps in standing.items())
        if settings["installation.cable"] == "Cable":
            rating_a = settings["installation.cable_rating_a"]
            self._standing = (*self._standing, Limit(Source.CABLE, rating_a))
        self._installation = Limit(Source.INSTALLATION, settings["installation.maximum_current_a"])

    def at(
        self, connector_id: int, sharing: int, others_a: float, board_a: float
    ) -> tuple[Limit, ...]:
        """All limits of a connector.

        `sharing` connectors divide what the supply line carries and what the house leaves; of it
        the vehicles at the others may still draw `others_a` A. `board_a`: for what the connector's
        board is built.
        """
        now_s = self._clock.monotonic()
        limits = [
            *self._standing,
            Limit(Source.BOARD, min(self._built_for_a, board_a)),
            _share(self._installation, sharing, others_a),
        ]
        whole, own = self.supply.limits(connector_id)
        limits += [_share(limit, sharing, others_a) for limit in whole]
        limits += own
        central = self._central.limit(connector_id, self._clock.utcnow(), now_s)
        return tuple(limits) if central is None else (*limits, central)


def _share(whole: Limit, sharing: int, others_a: float) -> Limit:
    """An even part of a limit of the whole wallbox, as far as the others have let go of it."""
    if sharing <= 1 and others_a <= 0:
        return whole

    def part_a(amps: float) -> float:
        return max(0.0, min(amps / max(1, sharing), amps - others_a))

    return Limit(
        whole.source,
        part_a(whole.amps),
        whole.set_at_s,
        whole.expires_at_s,
        part_a(whole.fallback_a),
    )
