"""Tells a second back office (employer, CO₂ certificates) what one charger does.

To the other side we are a charge point of OCPP 1.6J, with an identity of its own there. What must
not be lost (starts, stops, meter values) waits in a durable queue and is told in order; the present
state (boot, status) is told anew on each link; a card is told at once or not at all. Whatever the
other side does or fails to do, the charger and our own control of it go on.
"""

import asyncio
import logging
import random
import ssl
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from websockets.exceptions import WebSocketException

from .charger import Charger
from .happenings import Happening, HappeningKind
from .relay_calls import Mode, RelayCalls, RelaySite
from .relay_limits import RelayLimits
from .relay_link import RelayLink, RelayLostError, RelayRefusedError, linked
from .relay_messages import (
    boot_notification,
    catch_up,
    start_of,
    status_notifications,
    stop_of,
    take_call,
    take_readings,
)
from .relay_queue import START, STOP, RelayQueue, RelayStore

_LOGGER = logging.getLogger(__name__)

RETRY_FIRST_S = 2.0
RETRY_MAX_S = 300.0
"""Between two attempts to connect, doubling, with up to a fifth more so that many do not meet."""
REFUSED_PAUSE_S = 60.0
"""Before a refused message is told again (TransactionMessageRetryInterval of most chargers)."""
HEARTBEAT_DEFAULT_S = 300.0
HEARTBEAT_BOUNDS_S = (30.0, 3600.0)
STEADY_S = 60.0
"""A link that lasted this long was a good one: the next attempt comes soon."""
LIMITS_PAUSE_S = 15.0
"""Between two looks at the other side's schedules: a session that began has others than before."""
UNREACHABLE_S = 3600.0
"""Outages up to this long are their maintenance, or ours; a longer one is told to the owner."""
WRITE_PAUSE_S = 60.0
"""Meter values that wait are written once a minute; starts, stops and ids at once."""
MAX_CARDS = 5


class Relay:
    """The relay of one charger; `run` is its task.

    `connected`: the other side accepted our boot. `problem`: why not, in the words of the network;
    None if all is well. `mode` and `site` say what the other side may do (relay_calls).
    """

    def __init__(
        self,
        charger: Charger,
        url: str,
        identity: str,
        password: str | None,
        store: RelayStore,
        mode: Mode,
        site: RelaySite,
        *,
        tls: ssl.SSLContext | None = None,
        utcnow: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`tls` is needed for wss; making it reads files, which only the caller may wait for."""
        self._charger = charger
        self._url, self._identity, self._password = url, identity, password
        self._store = store
        self._mode, self._site, self._tls = mode, site, tls
        self._utcnow = utcnow
        self._queue = RelayQueue()
        self._last_samples: dict[str, datetime] = {}
        self._limits = RelayLimits()
        self._cards: deque[str] = deque(maxlen=MAX_CARDS)
        self._told_status: dict[int, Any] = {}
        self._triggered: deque[str] = deque(maxlen=10)
        self._news = asyncio.Event()
        self._urgent = asyncio.Event()
        self._unwritten = False
        self.connected = False
        self.problem: str | None = None
        self._failing_since_s: float | None = None

    @property
    def url(self) -> str:
        """Where the other side is."""
        return self._url

    @property
    def unreachable(self) -> bool:
        """Whether it has failed for longer than an outage should last."""
        since_s = self._failing_since_s
        now_s = asyncio.get_running_loop().time()
        return since_s is not None and now_s - since_s >= UNREACHABLE_S

    @property
    def waiting(self) -> int:
        """How many messages wait."""
        return len(self._queue)

    @property
    def dropped(self) -> Mapping[str, int]:
        """How many were given up, by action."""
        return dict(self._queue.dropped)

    async def run(self) -> None:
        """Relay until cancelled; what waits is then in the store."""
        try:
            waiting, transactions = await self._store.load()
        except OSError as error:
            self._failed(str(error))
            raise
        self._queue = RelayQueue(waiting, transactions)
        catch_up(self._queue, self._charger, self._utcnow())
        calls = RelayCalls(
            self._charger,
            self._queue,
            self._mode,
            self._site,
            self._limits,
            self._trigger,
            self._utcnow,
        )
        ends = (
            self._charger.subscribe(self._on_change),
            self._charger.subscribe_calls(self._on_call),
            self._charger.listen(self._on_happening),
        )
        helpers = (
            asyncio.create_task(self._write_regularly()),
            asyncio.create_task(self._follow_limits(calls)),
        )
        try:
            await self._keep_connected(calls)
        finally:
            for end in ends:
                end()
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
            self._site.outside_limit(None)
            await self._write()

    # What the charger does.

    def _on_call(self, action: str, payload: dict[str, Any], answer: dict[str, Any]) -> None:
        if not self._speaks_201 and take_call(
            self._queue, self._last_samples, self._utcnow(), action, payload, answer
        ):
            self._wake()

    def _on_happening(self, happening: Happening) -> None:
        kind, details = happening.kind, happening.details
        if kind is HappeningKind.CARD_READ:
            self._cards.append(str(details["id_tag"])[:20])
        elif kind is HappeningKind.SESSION_STARTED:
            if self._speaks_201 or details.get("recovered"):
                transaction = details["transaction"]
                payload = start_of(transaction)
                self._queue.add(self._utcnow(), START, transaction.id, payload)
        elif kind is HappeningKind.SESSION_ENDED and self._speaks_201:
            transaction = details["transaction"]
            payload = stop_of(transaction, self._utcnow())
            self._queue.add(self._utcnow(), STOP, transaction.id, payload)
        self._wake()

    def _on_change(self) -> None:
        if self._speaks_201:
            take_readings(self._queue, self._last_samples, self._utcnow(), self._charger)
        if self._queue or self._status_changed():
            self._wake()

    def _wake(self) -> None:
        self._news.set()
        if self._queue.urgent:
            self._urgent.set()

    @property
    def _speaks_201(self) -> bool:
        return (self._charger.ocpp_version or "").startswith("2")

    def _status_changed(self) -> bool:
        return self.connected and status_notifications(self._charger) != self._told_status

    # What the other side is told.

    async def _keep_connected(self, calls: RelayCalls) -> None:
        loop = asyncio.get_running_loop()
        pause_s = RETRY_FIRST_S
        while True:
            began_s = loop.time()
            try:
                await self._converse(calls)
            except* (OSError, TimeoutError, WebSocketException, RelayLostError) as group:
                self._lost(group.exceptions[0])
            finally:
                self.connected = False
                self._charger.publish()
            if loop.time() - began_s >= STEADY_S:
                pause_s = RETRY_FIRST_S
            await asyncio.sleep(pause_s * random.uniform(1, 1.2))
            pause_s = min(2 * pause_s, RETRY_MAX_S)

    def _lost(self, error: Exception) -> None:
        level = logging.DEBUG if self.problem else logging.WARNING
        self._failed((str(error) or type(error).__name__)[:200])
        _LOGGER.log(level, "%s: second back office: %s", self._charger.identity, self.problem)

    def _failed(self, problem: str) -> None:
        self.problem = problem
        if self._failing_since_s is None:
            self._failing_since_s = asyncio.get_running_loop().time()

    async def _converse(self, calls: RelayCalls) -> None:
        """Keep one connection until it ends by an exception."""
        async with (
            linked(self._url, self._identity, self._password, self._tls, calls.handle) as link,
            asyncio.TaskGroup() as tasks,
        ):
            tasks.create_task(link.run())
            interval_s = await self._boot(link)
            self.connected, self.problem, self._failing_since_s = True, None, None
            self._told_status = {}
            self._charger.publish()
            catch_up(self._queue, self._charger, self._utcnow())
            tasks.create_task(self._beat(link, interval_s))
            await self._tell(link)

    async def _boot(self, link: RelayLink) -> float:
        """Send BootNotification until it is accepted; return the heartbeat interval in s."""
        while True:
            try:
                answer = await link.call("BootNotification", boot_notification(self._charger))
            except RelayRefusedError as error:
                answer = {"status": str(error)}
            told = answer.get("interval")
            interval_s = float(told) if isinstance(told, int | float) and told > 0 else 0.0
            low_s, high_s = HEARTBEAT_BOUNDS_S
            interval_s = min(max(interval_s or HEARTBEAT_DEFAULT_S, low_s), high_s)
            if answer.get("status") == "Accepted":
                return interval_s
            self._failed(f"BootNotification: {str(answer.get('status'))[:50]}")
            self._charger.publish()
            await asyncio.sleep(interval_s)

    async def _beat(self, link: RelayLink, interval_s: float) -> None:
        while True:
            await asyncio.sleep(interval_s)
            with suppress(RelayRefusedError):
                await link.call("Heartbeat", {})

    async def _follow_limits(self, calls: RelayCalls) -> None:
        """Apply the other side's schedules as their periods begin and end, linked or not."""
        while True:
            until = calls.apply_limit()
            left_s = LIMITS_PAUSE_S if until is None else (until - self._utcnow()).total_seconds()
            await asyncio.sleep(min(max(left_s, 0.1), LIMITS_PAUSE_S))

    async def _tell(self, link: RelayLink) -> None:
        while True:
            self._news.clear()
            await self._tell_state(link)
            if (due := self._queue.next()) is None:
                await self._write_urgent()
                await self._news.wait()
                continue
            message, payload = due
            await self._write_urgent()
            try:
                answer = await link.call(message.action, payload)
            except RelayRefusedError as error:
                _LOGGER.warning("%s: second back office: %s", self._charger.identity, error)
                if self._queue.refused(message):
                    await asyncio.sleep(REFUSED_PAUSE_S)
                continue
            their_id = answer.get("transactionId")
            if message.action == START and not isinstance(their_id, int):
                self._queue.drop(message)
            else:
                self._queue.told(message, their_id)
            await self._write_urgent()

    async def _tell_state(self, link: RelayLink) -> None:
        """Tell each status that is not told yet, the cards, and what was triggered."""
        while self._triggered:
            await self._answer_trigger(link, self._triggered.popleft())
        for connector_id, payload in status_notifications(self._charger).items():
            if self._told_status.get(connector_id) != payload:
                with suppress(RelayRefusedError):
                    await link.call("StatusNotification", payload)
                self._told_status[connector_id] = payload
        while self._cards:
            with suppress(RelayRefusedError):
                await link.call("Authorize", {"idTag": self._cards.popleft()})

    async def _answer_trigger(self, link: RelayLink, message: str) -> None:
        match message:
            case "BootNotification":
                with suppress(RelayRefusedError):
                    await link.call(message, boot_notification(self._charger))
            case "Heartbeat":
                with suppress(RelayRefusedError):
                    await link.call(message, {})
            case "StatusNotification":
                self._told_status = {}
            case "MeterValues":
                self._last_samples = {}
                take_readings(self._queue, self._last_samples, self._utcnow(), self._charger)

    def _trigger(self, message: str) -> None:
        self._triggered.append(message)
        self._news.set()

    # Persistence.

    async def _write_regularly(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(WRITE_PAUSE_S):
                    await self._urgent.wait()
            self._urgent.clear()
            await self._write()

    async def _write_urgent(self) -> None:
        if self._queue.urgent:
            await self._write()

    async def _write(self) -> None:
        """Write what changed; while that fails the relay goes on from memory."""
        changes = self._queue.take_changes()
        if not changes:
            return
        try:
            await self._store.write(changes)
        except OSError as error:
            self._queue.give_back(changes)
            level = logging.DEBUG if self._unwritten else logging.WARNING
            _LOGGER.log(level, "%s: the relay's queue: %s", self._charger.identity, error)
            self._unwritten = True
        else:
            self._unwritten = False
