"""What the wallbox shares: the house behind its fuse, and other wallboxes.

Alone it takes what load balancing and the sun leave; as the master of a group it divides that, as a
member it takes what it is granted.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evse.balancer import Balancer
from evse.balancing import alignment
from evse.balancing.alignment import Alignment
from evse.balancing.house import HouseSample, Phases
from evse.checking import Checking
from evse.clock import Clock
from evse.connector import Connector
from evse.core.limits import Limit, Source
from evse.core.timing import METER_MAX_AGE_S
from evse.meters.reading import MeterReading
from evse.settings.values import Settings
from evse.sharing.command import bus_status
from evse.sharing.connector import Need
from evse.sharing.group import Group
from evse.sharing.needs import CarMemory, Seen, look, need

_OF_THE_GROUP = frozenset({Source.SHARING, Source.SHARING_LOST})


class Supply:
    """See the module."""

    def __init__(
        self, settings: Settings, clock: Clock, connectors: Mapping[int, Connector]
    ) -> None:
        self.balancer = Balancer(settings, clock)
        self.checking = Checking(settings, clock, connectors)
        self.group = Group(settings, clock, self._needs, self._budget_a, self._drawn)
        self._settings = settings
        self._clock = clock
        self._connectors = connectors
        self._cars = {number: CarMemory() for number in connectors}
        self._alignment = Alignment()

    async def run(self) -> None:
        """Take part in the group until cancelled."""
        await self.group.run()

    def house_metered(self, house: MeterReading, chargers: Mapping[int, MeterReading]) -> None:
        """A sample of the house meter, with the own chargers' of the same round."""
        self.checking.house_metered(house, chargers)
        if not any(each.controller.plugged for each in self._connectors.values()):
            self.balancer.no_car()
        own_a = _total(self.balancer.on_house(seen.current_a) for seen in chargers.values())
        if not self.group.leads:
            offered_a = sum(each.controller.offered_a for each in self._connectors.values())
            self.balancer.sampled(house, own_a, offered_a if self._connectors else None)
            return
        now_s = self._clock.monotonic()
        sample = HouseSample(house.at_s, house.current_a, own_a)
        maximum_a = self._settings["dlb.maximum_current_a"]
        self._alignment, ready = alignment.house_seen(self._alignment, sample, maximum_a, now_s)
        for entry in ready:
            self.balancer.sampled(_reading(entry, house), entry.car_a)
        self.group.hurry()

    def _drawn(self, unit: int, at_s: float, amps: Phases) -> None:
        """The cars of another unit of the group."""
        self._alignment = alignment.car_seen(self._alignment, unit, at_s, amps)

    def limits(self, connector_id: int) -> tuple[tuple[Limit, ...], tuple[Limit, ...]]:
        """The limits of a connector: those of the whole wallbox, and its own."""
        granted, check = self.group.limit(connector_id), self.checking.limit(connector_id)
        own = tuple(limit for limit in (granted, check) if limit is not None)
        led = self.group.leads and granted is not None
        return () if led else self.balancer.limits(), own

    def _budget_a(self) -> Phases | None:
        return self.balancer.budget_a()

    def _needs(self) -> Sequence[Need]:
        return [self._need(number) for number in self._connectors]

    def _need(self, number: int) -> Need:
        connector, now_s = self._connectors[number], self._clock.monotonic()
        meter = connector.meter
        fresh = meter is not None and now_s - meter.at_s <= METER_MAX_AGE_S
        others = [
            limit.amps_at(now_s) for limit in connector.limits if limit.source not in _OF_THE_GROUP
        ]
        seen = Seen(
            wants=connector.permitted and connector.controller.plugged,
            offered_a=connector.controller.offered_a,
            amps=meter.current_a if meter is not None and fresh else None,
            maximum_a=min(others, default=0.0),
            fault=connector.controller.forbidden,
        )
        three_phases = self._settings["installation.phases"].startswith("3P")
        wired = (True, three_phases, three_phases)
        self._cars[number] = look(self._cars[number], seen, wired, now_s)
        return need(self._cars[number], seen, now_s)

    def snapshot(self) -> dict[str, Any]:
        """The group and its bus, as JSON values; empty for a wallbox that is alone."""
        bus = self.group.bus
        if bus is None:
            return {}
        told = {"mode": self.group.mode, "bus": bus_status(bus), **self.group.snapshot()}
        return {"sharing": told}


def _reading(sample: HouseSample, house: MeterReading) -> MeterReading:
    """A sample of the house as it was read; its voltage is that of the last reading."""
    return MeterReading(sample.at_s, sample.house_a, house.voltage_v)


def _total(of: Iterable[Phases]) -> Phases:
    total = [0.0, 0.0, 0.0]
    for amps in of:
        for phase in range(3):
            total[phase] += amps[phase]
    return (total[0], total[1], total[2])
