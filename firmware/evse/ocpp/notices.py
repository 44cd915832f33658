"""What we tell of our own accord, live only: status, house current, winning limit and offer."""

import asyncio
import json
import logging
import math
from collections import deque

from ocpp.v16 import call

from evse.clock import Clock
from evse.core.limits import Limit, Source
from evse.meters.reading import Phases
from evse.ocpp import timestamps
from evse.ocpp.charge_point import CallRefused, ChargePoint, NoAnswer
from evse.ocpp.meter_values import house_value
from evse.ocpp.port import StationPort, StatusReport
from evse.ocpp.timing import (
    HOUSE_REPEAT_S,
    HOUSE_SPACING_S,
    HOUSE_STEP_A,
    LIMIT_SPACING_S,
    LIMIT_STEP_A,
    MAX_STATUS_QUEUE,
    TURN_S,
)
from evse.settings.values import Settings

_logger = logging.getLogger(__name__)

VENDOR_ID = "evse-ocpp"
"""The vendorId of our DataTransfer messages and vendor error codes."""

_State = tuple[str, str, str, str]
_LimitState = tuple[Source, int, int]  # limit and offer in steps worth a report


class Notices:
    """Tells changes once. What changed while nobody listened is told as it is now.

    A central system that refuses the house's current or the winning limit, which are not in the
    standard, is not told them again on this connection. What the house takes is its owner's own
    affair: only a central system that has accepted a limit on this connection is told.
    """

    def __init__(self, settings: Settings, clock: Clock, phases: int) -> None:
        """`phases`: 1 or 3, those of the installation."""
        self._settings = settings
        self._clock = clock
        self._phases = phases
        self._online = False
        self._statuses: deque[tuple[int, StatusReport]] = deque(maxlen=MAX_STATUS_QUEUE)
        self._told: dict[int, _State] = {}  # last sent
        self._queued: dict[int, _State] = {}  # last sent or waiting
        self._settling: dict[int, tuple[StatusReport, float]] = {}  # and since when
        self._status_ready = asyncio.Event()
        self._house_a: Phases | None = None
        self._house_told_a: Phases | None = None
        self._house_told_at_s = -math.inf
        self._house_ready = asyncio.Event()
        self._limits: dict[int, Limit] = {}
        self._limits_told: dict[int, _LimitState] = {}
        self._limits_ready = asyncio.Event()
        self._limit_accepted = asyncio.Event()  # on this connection

    def status_changed(self, connector_id: int, report: StatusReport) -> None:
        """Take a changed status, to be told when it has lasted MinimumStatusDuration.

        Offline it will be told on the next connection.
        """
        if not self._online:
            return
        settling = self._settling.get(connector_id)
        if settling is None or _state(settling[0]) != _state(report):
            self._settling[connector_id] = report, self._clock.monotonic()
        self._queue_settled()

    def _queue_settled(self) -> None:
        """Queue the statuses which have lasted long enough."""
        lasted_s = self._settings["ocpp.minimum_status_duration_s"]
        now_s = self._clock.monotonic()
        for connector_id, (report, since_s) in tuple(self._settling.items()):
            if now_s - since_s >= lasted_s:
                del self._settling[connector_id]
                if self._queued.get(connector_id) != _state(report) and self._may_tell(report):
                    self._queued[connector_id] = _state(report)
                    self._statuses.append((connector_id, report))
        self._status_ready.set()

    def _may_tell(self, report: StatusReport) -> bool:
        """The manual's "Send error status notifications" (ETEK EKEPC3, 5.8.1.6)."""
        wanted: bool = self._settings["ocpp.send_error_status_notifications"]
        return wanted or report.error_code == "NoError"

    def house_current_changed(self, house_a: Phases) -> None:
        """Take a new reading of the house meter."""
        self._house_a = house_a
        told = self._house_told_a
        due = self._clock.monotonic() - self._house_told_at_s >= HOUSE_REPEAT_S
        if told is None or any(
            abs(new - old) >= HOUSE_STEP_A for new, old in zip(house_a, told, strict=True)
        ):
            due = True
        if due:
            self._house_ready.set()

    def limit_changed(self, connector_id: int, winner: Limit) -> None:
        """Take the winning limit; it changed, or what the station offers under it did."""
        self._limits[connector_id] = winner
        self._limits_ready.set()

    async def run(self, charge_point: ChargePoint, station: StationPort) -> None:
        """Tell over this connection until cancelled; first what changed since the last one."""
        self._statuses.clear()
        self._settling.clear()
        self._queued = dict(self._told)
        self._house_told_a = None
        self._limits_told.clear()
        self._limit_accepted.clear()
        self._online = True
        try:
            for connector_id in (0, *station.connector_ids):
                self._settling[connector_id] = station.status(connector_id), -math.inf
            self._queue_settled()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._tell_statuses(charge_point))
                tasks.create_task(self._tell_house(charge_point))
                tasks.create_task(self._tell_limits(charge_point, station))
        finally:
            self._online = False

    async def tell_status(
        self, charge_point: ChargePoint, connector_id: int, report: StatusReport
    ) -> None:
        """Send one StatusNotification."""
        payload = call.StatusNotification(
            connector_id=connector_id,
            error_code=report.error_code,
            status=report.status,
            timestamp=timestamps.text(report.timestamp),
            info=report.info[:50] or None,  # CiString50, OCPP 1.6, 6.47
            vendor_id=VENDOR_ID if report.vendor_error_code else None,
            vendor_error_code=report.vendor_error_code[:50] or None,
        )
        try:
            await charge_point.request(payload)
        except CallRefused as error:
            _logger.warning("%s", error)
        except NoAnswer as error:
            _logger.info("%s", error)
            return
        self._told[connector_id] = _state(report)

    async def _tell_statuses(self, charge_point: ChargePoint) -> None:
        while True:
            await self._status_ready.wait()
            self._status_ready.clear()
            while self._statuses:
                connector_id, report = self._statuses.popleft()
                await self.tell_status(charge_point, connector_id, report)
            if self._settling:
                await self._clock.sleep(TURN_S)
                self._queue_settled()

    async def _tell_house(self, charge_point: ChargePoint) -> None:
        await self._limit_accepted.wait()
        while True:
            await self._house_ready.wait()
            self._house_ready.clear()
            if self._house_a is None:
                continue
            house_a = self._house_told_a = self._house_a
            self._house_told_at_s = self._clock.monotonic()
            value = house_value(self._clock.utcnow(), house_a, self._phases, "Sample.Periodic")
            try:
                await charge_point.request(call.MeterValues(connector_id=0, meter_value=[value]))
            except CallRefused as error:
                _logger.info("%s: the house's current is not told any more", error)
                return
            except NoAnswer as error:
                _logger.info("%s", error)
            await self._clock.sleep(HOUSE_SPACING_S)

    async def _tell_limits(self, charge_point: ChargePoint, station: StationPort) -> None:
        self._limits_ready.set()  # a new connection hears all of them
        while True:
            await self._limits_ready.wait()
            self._limits_ready.clear()
            for connector_id in tuple(self._limits):
                winner = self._limits[connector_id]
                offered_a = station.readings(connector_id).offered_a
                state = _limit_state(winner, offered_a)
                if self._limits_told.get(connector_id) == state:
                    continue
                self._limits_told[connector_id] = state
                transfer = _limit_transfer(connector_id, winner, offered_a)
                try:
                    answer = await charge_point.request(transfer)
                except CallRefused as error:
                    _logger.info("%s: limits are not told any more", error)
                    return
                except NoAnswer as error:
                    _logger.info("%s", error)
                    continue
                if answer.status != "Accepted":
                    return
                self._limit_accepted.set()
            await self._clock.sleep(LIMIT_SPACING_S)


def _state(report: StatusReport) -> _State:
    return report.status, report.error_code, report.info, report.vendor_error_code


def _limit_state(winner: Limit, offered_a: float) -> _LimitState:
    return winner.source, round(winner.amps / LIMIT_STEP_A), round(offered_a / LIMIT_STEP_A)


def _limit_transfer(connector_id: int, winner: Limit, offered_a: float) -> call.DataTransfer:
    """Tell the winning limit, and what is offered to the car now (0: no PWM); both in A."""
    data = {
        "connectorId": connector_id,
        "limit": round(winner.amps, 1),
        "source": winner.source.value,
        "offered": round(offered_a, 1),
    }
    return call.DataTransfer(vendor_id=VENDOR_ID, message_id="Limit", data=json.dumps(data))
