"""Which connectors are in service, as the central system wants it (OCPP 1.6, 5.2).

A connector with a plug or a transaction keeps what it has until it is free.
"""

from collections.abc import Mapping

from evse.connector import Connector
from evse.core.session import Phase
from evse.storage.values import Values


class Availability:
    """See the module; `restore` it first. Connector 0 is the wallbox."""

    def __init__(self, connectors: Mapping[int, Connector], values: Values) -> None:
        self._connectors = connectors
        self._values = values
        self._wanted: dict[int, bool] = {}
        self._resting = False

    async def restore(self) -> None:
        """Read what was wanted. Raises `sqlite3.Error`."""
        self._wanted = await self._values.availability()

    def take_up(self) -> None:
        """Put it in force; a transaction that goes on is left alone."""
        for number, connector in self._connectors.items():
            resumed = connector.session.phase is not Phase.IDLE
            connector.operative = resumed or self.wanted(number)

    def wanted(self, connector_id: int) -> bool:
        """Whether the connector shall be in service, now or as soon as it is free."""
        return self._wanted.get(connector_id, True)

    def turned(self, connector: Connector) -> None:
        """After a control turn: do what waited for the connector to be free."""
        if not connector.operative or not self.wanted(connector.id):
            self._apply(connector)

    async def change(self, connector_id: int, operative: bool) -> str:
        """See `StationPort.change_availability`. Raises `sqlite3.Error`."""
        numbers = tuple(self._connectors) if connector_id == 0 else (connector_id,)
        if any(number not in self._connectors for number in numbers):
            return "Rejected"
        stored = (0, *numbers) if connector_id == 0 else numbers
        await self._values.save_availability(stored, operative)
        self._wanted |= dict.fromkeys(stored, operative)
        for number in numbers:
            self._apply(self._connectors[number])
        settled = all(self._connectors[number].operative is operative for number in numbers)
        return "Accepted" if settled else "Scheduled"

    def rest(self) -> None:
        """Take all of them out of service until the program ends."""
        self._resting = True
        for connector in self._connectors.values():
            connector.operative = False

    def _apply(self, connector: Connector) -> None:
        wanted = self.wanted(connector.id)
        if (wanted or connector.idle) and not self._resting:
            connector.operative = wanted
