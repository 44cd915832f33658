"""Asks a charger for meter values when none come in a charge; for every OCPP version.

Some chargers measure only when they are asked (SyncEV), others accept the question and send nothing
(Vestel; evcc #15726), so what is in vain is asked ever more seldom. Row 17 of the quirks.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from .charger import Charger
from .commands import CommandError
from .connector import ChargerStatus, Connector

_LOGGER = logging.getLogger(__name__)

LOOK_EVERY_S = 10.0
SILENT_INTERVALS = 2
DEFAULT_INTERVAL_S = 60.0
"""That of the slowest chargers (evcc #19271), where the charger does not tell its own."""
ASK_EVERY = timedelta(seconds=60)
ASK_AT_LEAST_EVERY = timedelta(minutes=15)
_INTERVAL_KEYS = ("MeterValueSampleInterval", "SampledDataCtrlr.TxUpdatedInterval")


@dataclass(slots=True)
class _Asked:
    at: datetime
    pause: timedelta


class SampleWatch:
    """Decides, for one connection, which connectors are to be asked. Pure."""

    def __init__(self, charger: Charger, since: datetime) -> None:
        self._charger = charger
        self._since = since
        self._asked: dict[int, _Asked] = {}

    def due(self, now: datetime) -> list[int]:
        """Return the connectors to ask at `now`, which counts as asked."""
        self._since = min(self._since, now)  # our clock may have been set back
        silence = timedelta(seconds=SILENT_INTERVALS * interval_s(self._charger))
        due = []
        for connector in self._charger.connectors.values():
            heard_at = connector.readings.at
            if heard_at is None or not self._since <= heard_at <= now:
                heard_at = self._since
            if not _charges(connector):
                self._asked.pop(connector.id, None)
            elif now - heard_at < silence:
                if asked := self._asked.get(connector.id):
                    asked.pause = ASK_EVERY  # it was not in vain
            elif self._may_ask(connector.id, now):
                due.append(connector.id)
        return due

    def _may_ask(self, connector_id: int, now: datetime) -> bool:
        before = self._asked.get(connector_id)
        if before is not None and timedelta() <= now - before.at < before.pause:
            return False
        pause = ASK_EVERY if before is None else min(2 * before.pause, ASK_AT_LEAST_EVERY)
        self._asked[connector_id] = _Asked(now, pause)
        return True


async def watch(
    charger: Charger, ask: Callable[[int], Awaitable[None]], utcnow: Callable[[], datetime]
) -> None:
    """Ask the connectors that are silent, until cancelled; `ask` raises CommandError."""
    samples = SampleWatch(charger, utcnow())
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        for connector_id in samples.due(utcnow()):
            try:
                await ask(connector_id)
            except CommandError as error:
                _LOGGER.debug("%s: %s", charger.identity, error)


def interval_s(charger: Charger) -> float:
    """Return how often the charger says that it samples; 0 means never, and is taken as 60 s."""
    for key in _INTERVAL_KEYS:
        told = charger.configuration.get(key)
        if told is not None and told.value is not None and told.value.strip().isdecimal():
            return float(told.value) or DEFAULT_INTERVAL_S
    return DEFAULT_INTERVAL_S


def _charges(connector: Connector) -> bool:
    return connector.transaction is not None and connector.status in {None, ChargerStatus.CHARGING}
