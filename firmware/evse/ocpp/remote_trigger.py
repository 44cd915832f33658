"""The Remote Trigger profile (OCPP 1.6, 5.17): messages that the central system asks for.

ExtendedTriggerMessage of the security whitepaper (5.2) asks for some more, by the same names where
they were there before.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from ocpp.v16 import call, call_result
from ocpp.v16.enums import Action

from evse.clock import Clock
from evse.ocpp.charge_point import CallRefused, ChargePoint, NoAnswer, after, on
from evse.ocpp.meter_values import house_value
from evse.ocpp.notices import Notices
from evse.ocpp.port import StationPort
from evse.ocpp.registration import Registration
from evse.ocpp.sampling import Sampler
from evse.ocpp.timing import MAX_CALLS_IN_HAND

_logger = logging.getLogger(__name__)

Sender = Callable[[ChargePoint], Awaitable[None]]
"""Sends one message of another profile. Raises NoAnswer or CallRefused."""

_EXTENDED = {"FirmwareStatusNotification": "SignedFirmwareStatusNotification"}
"""What a name means in ExtendedTriggerMessage, where it is not the same."""

_Request = tuple[str, int | None]


class RemoteTrigger:
    """Answers TriggerMessage and sends what it asks for, while not yet accepted too."""

    def __init__(
        self,
        clock: Clock,
        station: StationPort,
        registration: Registration,
        notices: Notices,
        sampler: Sampler,
        phases: int,
        others: Mapping[str, Sender],
    ) -> None:
        """`phases`: 1 or 3, those of the installation. `others`: who sends what we do not."""
        self._clock = clock
        self._station = station
        self._registration = registration
        self._notices = notices
        self._sampler = sampler
        self._phases = phases
        self._others = others
        self._requests: asyncio.Queue[_Request] = asyncio.Queue(MAX_CALLS_IN_HAND)

    @on(Action.trigger_message)
    async def trigger_message(
        self,
        requested_message: str,  # noqa: ARG002 (the schema allows only those that we know)
        connector_id: int | None = None,
    ) -> call_result.TriggerMessage:
        """5.17; Rejected for an unknown connector, and while too many are waiting."""
        status = "Accepted" if self._takes(connector_id) else "Rejected"
        return call_result.TriggerMessage(status=status)

    @after(Action.trigger_message)
    def after_trigger_message(
        self, requested_message: str, connector_id: int | None = None
    ) -> None:
        """Send it once the answer is out."""
        if self._takes(connector_id):
            self._requests.put_nowait((requested_message, connector_id))

    @on(Action.extended_trigger_message)
    async def extended_trigger_message(
        self, requested_message: str, connector_id: int | None = None
    ) -> call_result.ExtendedTriggerMessage:
        """Security whitepaper, 5.2; as `trigger_message`."""
        answer = await self.trigger_message(requested_message, connector_id)
        return call_result.ExtendedTriggerMessage(status=answer.status)

    @after(Action.extended_trigger_message)
    def after_extended_trigger_message(
        self, requested_message: str, connector_id: int | None = None
    ) -> None:
        """Send it once the answer is out."""
        self.after_trigger_message(
            _EXTENDED.get(requested_message, requested_message), connector_id
        )

    def _takes(self, connector_id: int | None) -> bool:
        return connector_id in (None, 0, *self._station.connector_ids) and not self._requests.full()

    async def run(self, charge_point: ChargePoint) -> None:
        """Send what is asked for until cancelled."""
        while not self._requests.empty():
            self._requests.get_nowait()  # asked for on an earlier connection
        while True:
            message, connector_id = await self._requests.get()
            try:
                await self._send(charge_point, message, connector_id)
            except (NoAnswer, CallRefused) as error:
                _logger.info("%s", error)

    async def _send(
        self, charge_point: ChargePoint, message: str, connector_id: int | None
    ) -> None:
        match message:
            case "BootNotification":
                was_accepted = self._registration.accepted
                await self._registration.boot(charge_point)
                if was_accepted and not self._registration.accepted:
                    await charge_point.close()  # the next connection begins by registering
            case "Heartbeat":
                await self._registration.heartbeat(charge_point)
            case "StatusNotification":
                every = (0, *self._station.connector_ids)
                for connector in every if connector_id is None else (connector_id,):
                    report = self._station.status(connector)
                    await self._notices.tell_status(charge_point, connector, report)
            case "MeterValues":
                every = (0, *self._station.connector_ids)
                for connector in every if connector_id is None else (connector_id,):
                    await self._send_meter_values(charge_point, connector)
            case other:
                await self._others[other](charge_point)

    async def _send_meter_values(self, charge_point: ChargePoint, connector_id: int) -> None:
        if connector_id != 0:
            payload = self._sampler.triggered(connector_id, self._station)
        elif (house_a := self._station.house_current_a()) is not None:
            value = house_value(self._clock.utcnow(), house_a, self._phases, "Trigger")
            payload = call.MeterValues(connector_id=0, meter_value=[value])
        else:
            payload = None
        if payload is not None:
            await charge_point.request(payload)
