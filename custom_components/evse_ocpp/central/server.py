"""The central system: its ports, who is admitted there, and one connection for each charger."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Protocol

from . import anonymous
from .admission import (
    OCPP_16,
    OCPP_201,
    Admission,
    Attempt,
    Handshake,
    Outcome,
    Verdict,
    judge,
    judge_charger,
    shown_credentials,
)
from .answers import Store
from .attempts import AttemptLog
from .call_health import CallHealth
from .charger import Charger
from .connection import Caller, Connection, Translator
from .identity import harmless, of_serial
from .link import CLOSE_TIMEOUT_S, OPEN_TIMEOUT_S, Link, Rewound
from .listener import Listener
from .pace import Pace
from .replacements import Replacements
from .tls import Tls
from .v16 import Translator16
from .v201 import Translator201
from .v201_inbound import TotalCost
from .waiting_room import WaitingRoom

_LOGGER = logging.getLogger(__name__)

STOP_TIMEOUT_S = OPEN_TIMEOUT_S + CLOSE_TIMEOUT_S + 3.0
SERVICE_RESTART = 1012
"""Some wallboxes do not redial after a clean close by 1000 (lbbrhzn/ocpp #1975)."""
POLICY_VIOLATION = 1008


class TranslatorFactory(Protocol):
    """Makes the translator of one OCPP version for a connection."""

    def __call__(
        self,
        charger: Charger,
        admission: Admission,
        store: Store,
        call: Caller,
        utcnow: Callable[[], datetime],
    ) -> Translator:
        """Return a new one."""


TRANSLATORS: Mapping[str, TranslatorFactory] = {
    OCPP_16: Translator16,
    OCPP_201: Translator201,
}
"""By subprotocol, the preferred one first."""

_REFUSALS = {
    Outcome.NO_IDENTITY: (HTTPStatus.NOT_FOUND, "The path ends without a wallbox's identity.\n"),
    Outcome.UNKNOWN: (HTTPStatus.NOT_FOUND, "This wallbox has not been added.\n"),
    Outcome.WRONG_USER: (HTTPStatus.UNAUTHORIZED, "The user name is not the identity.\n"),
    Outcome.WRONG_PASSWORD: (HTTPStatus.UNAUTHORIZED, "The password is wrong or missing.\n"),
    Outcome.NOT_ENCRYPTED: (HTTPStatus.FORBIDDEN, "This wallbox must connect by wss.\n"),
    Outcome.NO_CERTIFICATE: (HTTPStatus.FORBIDDEN, "The wallbox's certificate is missing.\n"),
    Outcome.NO_COMMON_SUBPROTOCOL: (
        HTTPStatus.BAD_REQUEST,
        f"None of the offered subprotocols is spoken here: {', '.join(TRANSLATORS)}.\n",
    ),
    Outcome.TOO_OFTEN: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Another wallbox with this identity is connected, or this one dials too often.\n",
    ),
    Outcome.STOPPING: (HTTPStatus.SERVICE_UNAVAILABLE, "The central system is stopping.\n"),
}


class CentralSystem:
    """The OCPP central system. Its ports, and the newest connection of each charger.

    `on_unknown` is called with an attempt of a wallbox that was not added, `on_refused` with one
    whose credentials are not enough; once a minute for each identity, and a few times for each
    address. `total_cost` tells those who show it (OCPP 2.0.1) what a charge costs.
    """

    def __init__(
        self,
        admission: Admission,
        store: Store,
        *,
        on_unknown: Callable[[Attempt], None],
        on_refused: Callable[[Attempt], None],
        total_cost: TotalCost | None = None,
        utcnow: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._admission = admission
        self._store = store
        self._utcnow = utcnow
        self._translators: Mapping[str, TranslatorFactory] = {
            **TRANSLATORS,
            OCPP_201: partial(Translator201, total_cost=total_cost),
        }
        self._log = AttemptLog(on_unknown, on_refused)
        self.waiting = WaitingRoom()
        self._connections: dict[str, Connection] = {}
        self._health: dict[str, CallHealth] = {}
        self._records: dict[str, Pace] = {}
        self._replacements = Replacements()
        self._plain: Listener | None = None
        self._secure: Listener | None = None
        self._host = ""
        self._prefix = ""
        self._stopping = False

    # Ports.

    @property
    def attempts(self) -> Sequence[Attempt]:
        """The last attempts to connect, the newest last."""
        return tuple(self._log.attempts)

    @property
    def port(self) -> int:
        """The port for ws; RuntimeError when not started."""
        if self._plain is None:
            raise RuntimeError("the central system is not started")
        return self._plain.port

    @property
    def tls_port(self) -> int | None:
        """The port for wss; None when it is closed."""
        return self._secure.port if self._secure is not None else None

    async def start(self, host: str, port: int, path: str = "/") -> None:
        """Listen for ws; OSError when the port cannot be bound. Other paths are taken too."""
        self._host, self._prefix = host, path
        self._stopping = False
        listener = Listener(self, self.waiting)
        await listener.open(host, port)
        self._plain = listener

    async def start_tls(self, port: int, tls: Tls) -> None:
        """Listen for wss too, instead of where it did before; OSError when that is impossible.

        Connections that are there stay.
        """
        self.stop_tls()
        listener = Listener(self, self.waiting, tls)
        await listener.open(self._host, port)
        self._secure = listener

    def stop_tls(self) -> None:
        """Take no more connections by wss; those which are there stay."""
        if self._secure is not None:
            self._secure.close()
            self._secure = None

    async def stop(self) -> None:
        """Close all connections and ports. Chargers are told to come back (1012)."""
        self._stopping = True
        connections = list(self._connections.values())
        for connection in connections:
            connection.retire(SERVICE_RESTART, "restart")
        listeners = [each for each in (self._plain, self._secure) if each is not None]
        for listener in listeners:
            listener.close()
        self.waiting.clear()
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                for listener in listeners:
                    await listener.wait_closed()
                for connection in connections:
                    await connection.ended.wait()
        except TimeoutError:
            _LOGGER.warning("Some connections did not close in %g s", STOP_TIMEOUT_S)
        self._plain = self._secure = None

    async def disconnect(self, identity: str) -> None:
        """End a charger's connection, because it was removed or is to connect in another way."""
        if connection := self._connections.get(identity):
            connection.retire(SERVICE_RESTART, "settings changed")
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await connection.ended.wait()

    # Handshakes (see `listener.Receiver`).

    def admit(self, handshake: Handshake) -> Verdict:
        """Decide about a handshake, note it as an attempt, and tell who wants to know."""
        if self._stopping:
            verdict = Verdict(Outcome.STOPPING)
        else:
            verdict = judge(handshake, self._prefix, self._admission, tuple(TRANSLATORS))
        attempt = self._attempt(handshake, verdict)
        if verdict.outcome is Outcome.UNKNOWN and verdict.subprotocol is not None:
            if (guest := self._admission.unknown_admitted(attempt)) is not None:
                verdict = replace(verdict, outcome=Outcome.ADMITTED, charger=guest)
        elif verdict.charger is not None and self._dials_too_often(verdict.charger):
            verdict = Verdict(Outcome.TOO_OFTEN, verdict.identity)
        elif verdict.outcome is Outcome.NO_IDENTITY and verdict.subprotocol is not None:
            return replace(verdict, outcome=Outcome.ADMITTED)  # its BootNotification decides
        self._note(replace(attempt, outcome=verdict.outcome))
        return verdict

    def refused(self, address: str, outcome: Outcome, tls: str | None) -> None:
        """Note a connection that did not come as far as a handshake."""
        self._log.add_noise(Attempt(self._utcnow(), address, "", "", (), outcome, tls))

    def refusal(self, verdict: Verdict) -> tuple[HTTPStatus, str, dict[str, str]]:
        """Return status, text and headers of the answer to a refused handshake."""
        status, text = _REFUSALS[verdict.outcome]
        challenge = {"WWW-Authenticate": 'Basic realm="OCPP", charset="UTF-8"'}
        return status, text, challenge if status is HTTPStatus.UNAUTHORIZED else {}

    def _dials_too_often(self, charger: Charger) -> bool:
        return charger.identity in self._connections and self._replacements.too_many(
            charger.identity, asyncio.get_running_loop().time()
        )

    def _attempt(self, handshake: Handshake, verdict: Verdict) -> Attempt:
        return Attempt(
            self._utcnow(),
            handshake.address,
            harmless(handshake.path),
            harmless(verdict.identity),
            tuple(harmless(each) for each in handshake.offered),
            verdict.outcome,
            "tls" if handshake.tls else None,
            shown_credentials(handshake),
        )

    def _note(self, attempt: Attempt) -> None:
        news = self._log.add(attempt)
        if attempt.outcome is not Outcome.ADMITTED:
            level = logging.WARNING if news else logging.DEBUG
            _LOGGER.log(
                level,
                "Refused %s (%s, subprotocols %s): %s",
                attempt.identity or attempt.path,
                attempt.address,
                ", ".join(attempt.subprotocols) or "none",
                attempt.outcome,
            )

    # Connections.

    async def serve(
        self, link: Link, handshake: Handshake, verdict: Verdict, admitted: Callable[[], None]
    ) -> None:
        """Keep a link that was admitted until it ends; `admitted` is called with its charger."""
        if verdict.charger is None:
            introduced = await self._introduced(link, handshake)
            if introduced is None:
                await link.close(POLICY_VIOLATION, "no known identity")
                return
            link, verdict = introduced
        admitted()
        charger = verdict.charger
        if charger is None or self._stopping or not self._is_known(charger):
            await link.close(SERVICE_RESTART, "settings changed")  # between handshake and here
            return
        if not handshake.offered:
            _LOGGER.info("%s offers no subprotocol", charger.identity)
        await self._keep(link, charger, (verdict.subprotocol or OCPP_16).casefold())

    async def _introduced(self, link: Link, handshake: Handshake) -> tuple[Link, Verdict] | None:
        """Return who a nameless charger is by its serial number; None if that fits nobody."""
        introduction = await anonymous.introduction(link)
        serial, boot = introduction or ("", "")
        charger = of_serial(serial, self._admission.chargers)
        if charger is None:
            outcome = Outcome.UNKNOWN if serial else Outcome.NO_IDENTITY
            verdict = Verdict(outcome, serial)
        else:
            verdict = judge_charger(
                charger, (serial,), handshake, self._admission, tuple(TRANSLATORS)
            )
        self._note(self._attempt(handshake, verdict))
        if verdict.charger is None:
            return None
        return Rewound(link, [boot]), verdict

    def _is_known(self, charger: Charger) -> bool:
        """Tell whether a charger, or a guest that is being paired, was not removed meanwhile."""
        return self._admission.chargers.get(charger.identity, charger) is charger

    async def _keep(self, link: Link, charger: Charger, subprotocol: str) -> None:
        """Keep one connection; the newest of a charger wins at once."""
        factory = self._translators[subprotocol]
        identity = charger.identity
        connection = Connection(
            link,
            charger,
            lambda call: factory(charger, self._admission, self._store, call, self._utcnow),
            self._utcnow,
            self._health.setdefault(identity, CallHealth()),
            self._records.setdefault(identity, Pace(asyncio.get_running_loop().time())),
        )
        if older := self._connections.get(identity):
            older.retire(SERVICE_RESTART, "replaced by a newer connection")
            self._replacements.note(identity, asyncio.get_running_loop().time())
        else:
            _LOGGER.info("%s connected", identity)
        self._connections[identity] = connection
        try:
            await connection.run()
        except Exception:
            _LOGGER.exception("%s: the connection failed", identity)
        finally:
            self._forget(charger, connection)
            await connection.close(hard=self._admission.link_settings(identity).close_hard)

    def _forget(self, charger: Charger, connection: Connection) -> None:
        if self._connections.get(charger.identity) is connection:
            del self._connections[charger.identity]
            charger.link_down(None if connection.retired else self._utcnow())
            charger.publish()
            _LOGGER.info("%s disconnected", charger.identity)
