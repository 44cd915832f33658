"""Buses in memory in the place of `evse.sharing.buses.bus_of`: who has the same connection and key
is on the same ether.

ethers = Ethers()
monkeypatch.setattr("evse.sharing.group.bus_of", ethers.bus_of)
"""

from collections import defaultdict

from evse.sharing.bus import Hears
from tests.firmware.sharing.in_memory import Ether, InMemoryBus


class Ethers:
    """See the module. `joined` are all buses, in their order."""

    def __init__(self) -> None:
        self.by_key: defaultdict[tuple[str, bytes], Ether] = defaultdict(Ether)
        self.joined: list[InMemoryBus] = []

    def bus_of(
        self, connection: str, unit: int, _units: int, key: bytes, hears: Hears
    ) -> InMemoryBus:
        bus = self.by_key[connection, key].join(unit, hears)
        carry = bus.run

        async def run() -> None:
            try:
                await carry()
            finally:
                bus.unit = 0  # closed: nobody writes to it any more

        bus.run = run
        self.joined.append(bus)
        return bus

    def deliver(self) -> None:
        for ether in self.by_key.values():
            ether.deliver()

    def open(self, unit: int) -> InMemoryBus:
        """The bus that a unit has opened last."""
        return [bus for bus in self.joined if bus.unit == unit][-1]
