"""Keeps the websocket to the central system: connects, comes back, and is never discouraged."""

import asyncio
import logging
import random
import ssl
from collections.abc import Callable, Coroutine, Iterable
from typing import Any
from urllib.parse import quote

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.frames import CloseCode
from websockets.typing import Subprotocol

from evse.ocpp.backoff import patience_s, wait_s
from evse.ocpp.charge_point import ChargePoint, Counters, NoAnswer
from evse.ocpp.security.events import Event, SecurityEvents
from evse.ocpp.security.store import CertificateStore, Use
from evse.ocpp.security.tls import (
    CERTIFICATE_PROFILE,
    address,
    basic_authentication,
    client_context,
    security_event,
)
from evse.ocpp.security.trial import TRIAL_S, ProfileTrial
from evse.ocpp.timing import (
    CLOSE_TIMEOUT_S,
    IDLE_POLL_S,
    MAX_FRAME_BYTES,
    PONG_TIMEOUT_S,
    RECONNECT_DELAY_S,
    STABLE_S,
    TRIAL_WAIT_S,
)
from evse.ocpp.transfer import shown
from evse.settings.values import Settings

_logger = logging.getLogger(__name__)

SUBPROTOCOL = Subprotocol("ocpp1.6")

_ADDRESS = ("ocpp.url", "ocpp.identity", "ocpp.password", "ocpp.security_profile")

_UNAUTHORIZED = 401

_REFUSALS = {
    _UNAUTHORIZED: "the central system refuses the password",
    403: "the central system forbids the connection",
    404: "the central system does not know this wallbox",
}


class Link:
    """The connection. `request` sends over it whenever there is one."""

    def __init__(
        self,
        settings: Settings,
        profiles: Iterable[object],
        converse: Callable[[ChargePoint], Coroutine[Any, Any, None]],
        may_answer: Callable[[], bool],
        store: CertificateStore,
        trial: ProfileTrial,
        events: SecurityEvents,
    ) -> None:
        """`converse` is our side of the conversation, for as long as a connection holds."""
        self.counters = Counters()
        self._settings = settings
        self._profiles = tuple(profiles)
        self._converse = converse
        self._may_answer = may_answer
        self._store = store
        self._trial = trial
        self._trial_until_s: float | None = None  # of the loop's time
        self._events = events
        self._with_previous_identity = False
        self._timeouts = 0  # attempts in a row that ran out of time
        self._network_up = True
        self._charge_point: ChargePoint | None = None
        self._connection: ClientConnection | None = None
        self._changed = asyncio.Event()
        self._told = ""
        settings.subscribe(self._on_setting)

    @property
    def open(self) -> bool:
        """True while there is a connection."""
        return self._charge_point is not None

    async def request(self, payload: Any) -> Any:
        """As `ChargePoint.request`; NoAnswer at once without a connection."""
        if self._charge_point is None:
            raise NoAnswer("there is no connection")
        return await self._charge_point.request(payload)

    def set_network(self, up: bool) -> None:
        """Simulation: pull the cable to the router, or plug it in again."""
        self._network_up = up
        if not up:
            self.drop()

    def drop(self) -> None:
        """End the connection without a word; a new one is tried."""
        if self._connection is not None:
            self._connection.transport.abort()

    def reconnect_soon(self) -> None:
        """Connect anew, once the answer to what changed is out."""
        asyncio.get_running_loop().call_later(RECONNECT_DELAY_S, self._reconnect)

    async def run(self) -> None:
        """Connect, serve, come back, until cancelled. No error ends this."""
        loop = asyncio.get_running_loop()
        failures = 0
        while True:
            self._changed.clear()
            if not self._settings["ocpp.url"]:
                await self._changed.wait()
                continue
            began_s = loop.time()
            refused = await self._attempt()
            failures = 1 if loop.time() - began_s >= STABLE_S else failures + 1
            longest_s = wait_s(failures, random.random(), refused, self._timeouts)
            if self._trial.under_way:
                longest_s = min(longest_s, TRIAL_WAIT_S)
                if loop.time() >= self._trial_ends_s():
                    await self._trial.failed()
            try:
                async with asyncio.timeout(longest_s):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def _trial_ends_s(self) -> float:
        """The end of the trial of a security profile, which begins with its first attempt."""
        if self._trial_until_s is None:
            self._trial_until_s = asyncio.get_running_loop().time() + TRIAL_S
        return self._trial_until_s

    async def _attempt(self) -> bool:
        """One connection, from the attempt to its end; True when we were refused."""
        try:
            await self._hold_connection()
        except InvalidStatus as error:
            status = error.response.status_code
            told = self._tell(_REFUSALS.get(status, f"the central system answered HTTP {status}"))
            if told and status == _UNAUTHORIZED:
                await self._events.record(Event.FAILED_TO_AUTHENTICATE, f"HTTP {status}")
            return status in _REFUSALS
        except (OSError, TimeoutError, WebSocketException) as error:
            self._timeouts = self._timeouts + 1 if isinstance(error, TimeoutError) else 0
            told = self._tell(f"no connection: {str(error) or type(error).__name__}")
            if told and (event := security_event(error)):
                await self._events.record(event, str(error))
            self._with_previous_identity = not self._with_previous_identity
        except Exception:
            _logger.exception("the conversation ended with an error")
        return False

    async def _hold_connection(self) -> None:
        if not self._network_up:
            raise OSError("the network is down")
        url, identity, password, profile = (self._settings[key] for key in _ADDRESS)
        url = address(url, profile)
        context = await asyncio.to_thread(self._context, profile) if _encrypted(url) else None
        left_s = patience_s(self._timeouts)
        if self._trial.under_way:
            left_s = min(left_s, self._trial_ends_s() - asyncio.get_running_loop().time())
        async with connect(
            f"{url.rstrip('/')}/{quote(identity, safe='')}",
            subprotocols=[SUBPROTOCOL],
            additional_headers=basic_authentication(identity, password, profile) or None,
            ssl=context,
            compression=None,  # frames are small, and memory of a controller is too
            proxy=None,
            open_timeout=max(left_s, TRIAL_WAIT_S),
            close_timeout=CLOSE_TIMEOUT_S,
            ping_interval=None,  # WebSocketPingInterval holds at once: see _ping
            max_size=MAX_FRAME_BYTES,
        ) as connection:
            await self._connected()
            _logger.info(
                "connected to %s as %s, security profile %d", shown(url), identity, profile
            )
            if connection.subprotocol != SUBPROTOCOL:
                _logger.warning("the central system did not confirm the subprotocol ocpp1.6")
            try:
                await self._serve(identity, connection)
            except asyncio.CancelledError:  # the program ends: no error, as 1011 would say
                await connection.close(CloseCode.GOING_AWAY)
                raise

    async def _connected(self) -> None:
        """What was tried has proven itself."""
        self._told = ""
        self._timeouts = 0
        self.counters.connections += 1
        self._trial_until_s = None
        await self._trial.passed()
        if not self._with_previous_identity:
            try:
                await asyncio.to_thread(self._store.proven)
            except OSError as error:
                _logger.warning("the certificate before the current one stays: %s", error)
        self._with_previous_identity = False

    def _context(self, profile: int) -> ssl.SSLContext:
        """The TLS of the next connection.

        When a renewed certificate does not get us in, the one before is tried in turn with it.
        Raises OSError when there is no certificate which the profile demands.
        """
        file = None
        if profile == CERTIFICATE_PROFILE:
            before = self._store.previous_identity() if self._with_previous_identity else None
            self._with_previous_identity = before is not None
            chosen = before or self._store.identity()
            if chosen is None:
                raise OSError("security profile 3 needs a certificate of this wallbox")
            file = chosen.path
        return client_context(self._store.roots(Use.CENTRAL_SYSTEM), file)

    async def _serve(self, identity: str, connection: ClientConnection) -> None:
        charge_point = ChargePoint(
            identity, connection, self._profiles, self.counters, self._may_answer
        )
        self._connection, self._charge_point = connection, charge_point
        try:
            async with asyncio.TaskGroup() as tasks:
                talk = tasks.create_task(self._converse(charge_point))
                ping = tasks.create_task(self._ping(connection, charge_point))
                await charge_point.serve()
                talk.cancel()
                ping.cancel()
        finally:
            self._connection = self._charge_point = None

    async def _ping(self, connection: ClientConnection, charge_point: ChargePoint) -> None:
        """Keep routers from forgetting the connection, and notice when it is dead.

        A call without an answer is a reason to look at once.
        """
        loop = asyncio.get_running_loop()
        last_s = loop.time()
        while True:
            await asyncio.sleep(IDLE_POLL_S)
            interval_s = self._settings["ocpp.ping_interval_s"]
            due = charge_point.take_doubt() or loop.time() - last_s >= interval_s
            if interval_s == 0 or not due:
                continue
            last_s = loop.time()
            try:
                async with asyncio.timeout(PONG_TIMEOUT_S):
                    await (await connection.ping())
            except TimeoutError:
                _logger.warning("no pong in %g s: the connection is dead", PONG_TIMEOUT_S)
                connection.transport.abort()
            except ConnectionClosed:
                return

    def _on_setting(self, key: str) -> None:
        if key in _ADDRESS:
            self._trial_until_s = None
            self._timeouts = 0
            self.reconnect_soon()

    def _reconnect(self) -> None:
        self._changed.set()
        self.drop()

    def _tell(self, text: str) -> bool:
        """Log a reason once, not at every attempt; True when it was."""
        if text == self._told:
            return False
        _logger.warning("%s (trying again)", text)
        self._told = text
        return True


def _encrypted(url: str) -> bool:
    return url.startswith("wss:")
