"""Collects the named limits that hold at a connector: settings, load balancing, central system."""

from collections.abc import Mapping

from evse.balancing import dlb
from evse.balancing.dlb import DlbSettings, DlbState, HouseSample
from evse.clock import Clock
from evse.core.limits import Limit, Source
from evse.meters.reading import MeterReading, Phases
from evse.ocpp.port import CentralPort
from evse.settings.values import Settings

STANDING = {Source.OPERATOR: "installation.output_current_limit_a"}
"""Limits of each connector that are settings."""


class Limiting:
    """The limits of the wallbox at this instant."""

    def __init__(self, settings: Settings, clock: Clock, central: CentralPort) -> None:
        self._settings = settings
        self._clock = clock
        self._central = central
        self._dlb = DlbState.initial()
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
        three_phases = settings["installation.phases"].startswith("3P")
        self._dlb_settings = DlbSettings(
            maximum_a=settings["dlb.maximum_current_a"],
            # Two settings that contradict each other: the fuse counts.
            fallback_a=min(settings["dlb.fallback_current_a"], settings["dlb.maximum_current_a"]),
            settle_s=settings["dlb.settle_s"],
            phases_used=(True, three_phases, three_phases),
        )

    @property
    def balanced(self) -> bool:
        """Whether load balancing is switched on."""
        return bool(self._settings["loadmanagement.dlb_function"] == "DLB")

    def house_sampled(self, house: MeterReading, chargers: Mapping[int, MeterReading]) -> None:
        """Decide on a sample of the house meter and the chargers' currents of the same instant."""
        car_a = (0.0, 0.0, 0.0)
        for reading in chargers.values():
            car_a = _sum(car_a, reading.current_a)
        sample = HouseSample(house.at_s, house.current_a, car_a)
        self._dlb = dlb.on_sample(self._dlb, sample, self._dlb_settings, self._clock.monotonic())

    def may_rise_at_s(self) -> float | None:
        """When load balancing allows more if the house stays as it is, None if it will not then."""
        return dlb.may_rise_at_s(self._dlb, self._dlb_settings) if self.balanced else None

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
        if self.balanced:
            house = dlb.limit(self._dlb, self._dlb_settings, now_s)
            limits.append(_share(house, sharing, others_a))
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


def _sum(one: Phases, other: Phases) -> Phases:
    l1, l2, l3 = (a + b for a, b in zip(one, other, strict=True))
    return (l1, l2, l3)
