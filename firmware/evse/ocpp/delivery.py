"""Sends the messages of the outbox, each until it is answered or given up."""

import asyncio
import contextlib
import logging
import sqlite3
from typing import Any

from ocpp.v16 import call

from evse.clock import Clock
from evse.ocpp.authorization import Authorization, id_tag_info
from evse.ocpp.charge_point import CallRefused, ChargePoint, NoAnswer
from evse.ocpp.port import StationPort
from evse.ocpp.timing import DELIVERY_RETRY_S, TURN_S
from evse.ocpp.transactions import RunningTransactions
from evse.settings.values import Settings
from evse.storage.outbox import Message, Outbox

_logger = logging.getLogger(__name__)

UNKNOWN_TRANSACTION_ID = -1
"""What a StopTransaction says whose StartTransaction never got through: the field is required."""


class Delivery:
    """The way of the outbox's messages to the central system.

    Messages of one transaction go one after the other. One that is refused is sent
    TransactionMessageAttempts times in all, after n × TransactionMessageRetryInterval, and those
    behind it wait; then it is given up and they go on (OCPP 1.6, 3.7.1 and 4.8). Silence is no
    refusal: the message is sent again over a new connection, as often as it takes.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        outbox: Outbox,
        transactions: RunningTransactions,
        authorization: Authorization,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._outbox = outbox
        self._transactions = transactions
        self._authorization = authorization
        self._due_s: dict[str, float] = {}  # by transaction, after a refusal
        self._filled = asyncio.Event()

    def wake(self) -> None:
        """Tell that a message was put into the outbox."""
        self._filled.set()

    async def run(self, charge_point: ChargePoint, station: StationPort) -> None:
        """Deliver over this connection until cancelled."""
        self._due_s.clear()
        while True:
            self._filled.clear()
            try:
                waiting = await self._deliver_due(charge_point, station)
            except sqlite3.Error:
                _logger.exception("the outbox cannot be read or written")
                waiting = False
            if waiting:
                await self._clock.sleep(TURN_S)
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(DELIVERY_RETRY_S):
                    await self._filled.wait()

    async def _deliver_due(self, charge_point: ChargePoint, station: StationPort) -> bool:
        """Send what may be sent; True when something is left that waits for its time."""
        while True:
            now_s = self._clock.monotonic()
            waiting = [local_id for local_id, due_s in self._due_s.items() if due_s > now_s]
            message = await self._outbox.head(but=waiting)
            if message is None:
                return bool(waiting)
            if not await self._deliver(message, charge_point, station):
                return False

    async def _deliver(
        self, message: Message, charge_point: ChargePoint, station: StationPort
    ) -> bool:
        """Send one message; False when the connection is gone."""
        try:
            answer = await charge_point.request(_call(message), message.message_id)
        except NoAnswer as error:
            if not charge_point.closed:
                _logger.warning("%s: the connection is half dead and is closed", error)
                await charge_point.close()
            return False
        except CallRefused as error:
            await self._count_refusal(message, error)
        else:
            await self._settle(message, answer, station)
        return True

    async def _settle(self, message: Message, answer: Any, station: StationPort) -> None:
        self._due_s.pop(message.local_id, None)
        if message.action != "StartTransaction":
            await self._outbox.done(message)
            stop_id_tag = message.payload.get("id_tag")
            if stop_id_tag and answer.id_tag_info:
                await self._authorization.learn(stop_id_tag, id_tag_info(answer.id_tag_info))
            return
        info = id_tag_info(answer.id_tag_info)
        # First of all: a charging profile for this transaction may be right behind the answer.
        self._transactions.answered(message.local_id, answer.transaction_id, info)
        station.transaction_answered(message.local_id, answer.transaction_id, info)
        await self._outbox.started(
            message, answer.transaction_id, info.parent_id_tag, refused=not info.accepted
        )
        await self._authorization.learn(message.payload["id_tag"], info)

    async def _count_refusal(self, message: Message, error: CallRefused) -> None:
        attempts = await self._outbox.failed(message)
        if attempts < self._settings["ocpp.transaction_message_attempts"]:
            wait_s = attempts * self._settings["ocpp.transaction_message_retry_interval_s"]
            self._due_s[message.local_id] = self._clock.monotonic() + wait_s
            _logger.warning("%s; attempt %d, the next in %g s", error, attempts, wait_s)
            return
        _logger.error("%s; given up after %d attempts: %s", error, attempts, message.payload)
        self._due_s.pop(message.local_id, None)
        await self._outbox.done(message)


def _call(message: Message) -> Any:
    """The call of a message, now that the transaction's id is known, or never will be."""
    if message.action == "StartTransaction":
        return call.StartTransaction(**message.payload)
    server_id = UNKNOWN_TRANSACTION_ID if message.server_id is None else message.server_id
    if message.action == "StopTransaction":
        return call.StopTransaction(**message.payload, transaction_id=server_id)
    return call.MeterValues(**message.payload, transaction_id=server_id)
