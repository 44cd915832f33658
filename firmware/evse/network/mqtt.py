"""Publishes the wallbox to an MQTT broker, at most once a second, and only what has changed.

The messages are in `mqtt_messages`. The library (aiomqtt) is optional, and so is all of this:
whatever a broker does, charging goes on.
"""

import asyncio
import logging
import random
import socket
import sqlite3
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from evse.network import mqtt_messages
from evse.network.mqtt_messages import OFFLINE, ONLINE, ConnectorState, Wallbox
from evse.settings.values import Settings

if TYPE_CHECKING:
    import aiomqtt

_log = logging.getLogger(__name__)

PACE_S = 1.0
"""Real time between two looks at the values, s."""

BACKOFF_FIRST_S = 1.0
BACKOFF_MAX_S = 60.0
"""Real time before the next attempt, s; it doubles, and a random half of it is left out."""

TIMEOUT_S = 10.0
"""Real time for an answer of the broker, s."""

FAREWELL_S = 1.0
"""Real time to say that it is offline, s; after that the last will says it."""

END_S = 2 * FAREWELL_S
"""Real time after which what was told to end is told again, s."""

KEEPALIVE_S = 30
"""The broker tells the last will after one and a half of these, s."""

_LIMIT_KEY = "installation.output_current_limit_a"
_ORIGIN = "MQTT"
_PREFIX = "mqtt."


MOST_WAITING = 10
"""Commands that wait for their turn, one a second; more are lost."""


@dataclass(frozen=True, slots=True)
class Broker:
    """Where to publish. ValueError of `broker_of` for an address that is none."""

    host: str
    port: int
    tls: bool
    user: str = ""
    password: str = ""
    ca_file: str = ""


def broker_of(settings: Mapping[str, object]) -> Broker:
    """The broker in the settings `mqtt.*`. Raises ValueError, naming the field."""
    url = str(settings["mqtt.url"])
    if "@" in url:  # which is not told again: it has a password in it
        raise ValueError("mqtt.url: allowed is one without a user, who stands in mqtt.user")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"mqtt.url: came {url!r}, allowed is a port of 1 … 65535") from error
    tls = parts.scheme == "mqtts"
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
        raise ValueError(f"mqtt.url: came {url!r}, allowed is mqtt://HOST or mqtts://HOST")
    return Broker(
        host=parts.hostname,
        port=port or (8883 if tls else 1883),
        tls=tls,
        user=str(settings["mqtt.user"]),
        password=str(settings["mqtt.password"]),
        ca_file=str(settings["mqtt.ca_file"]),
    )


class Publisher:
    """See the module. `problem` says why nothing is published, "" while it is."""

    def __init__(
        self,
        settings: Settings,
        wallbox: Callable[[], Wallbox],
        states: Callable[[], Mapping[int, ConnectorState]],
    ) -> None:
        self.problem = "switched off"
        self._settings = settings
        self._wallbox = wallbox
        self._states = states
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Publish until cancelled; a change of the settings `mqtt.*` begins anew."""
        ends = self._settings.subscribe(self._setting_changed)
        try:
            while True:
                self._changed.clear()
                publishing = asyncio.ensure_future(self._publish())
                changed = asyncio.ensure_future(self._changed.wait())
                try:
                    await asyncio.wait({publishing, changed}, return_when=asyncio.FIRST_COMPLETED)
                    if publishing.done():
                        publishing.result()
                        await changed
                finally:
                    changed.cancel()
                    await _end(publishing)
        finally:
            ends()

    def _setting_changed(self, key: str) -> None:
        if key.startswith(_PREFIX):
            self._changed.set()

    # ----------------------------------------------------------------- connect

    async def _publish(self) -> None:
        """Publish, through any number of connections; return when there is nothing to do."""
        if not self._settings["mqtt.enabled"]:
            self.problem = "switched off"
            return
        try:
            import aiomqtt
        except ImportError:
            self._say("the library aiomqtt is not installed (evse-firmware[mqtt])")
            return
        failures = 0
        while True:
            try:
                broker = broker_of(self._settings.values)
                tls = await asyncio.to_thread(_tls_of, broker)
                await _look_up(broker)
                async with self._client(broker, tls) as client:
                    failures = 0
                    await self._talk(client)
            except ValueError as error:
                self._say(str(error))
                return
            except (aiomqtt.MqttError, OSError, TimeoutError) as error:
                failures += 1
                self._say(f"{self._settings['mqtt.url']}: {str(error) or 'no answer'}")
            longest_s = min(BACKOFF_MAX_S, BACKOFF_FIRST_S * 2.0 ** min(failures, 10))
            await asyncio.sleep(longest_s * (1 - random.random() / 2))

    def _client(self, broker: Broker, tls: ssl.SSLContext | None = None) -> "aiomqtt.Client":
        import aiomqtt

        box = self._wallbox()
        return aiomqtt.Client(
            broker.host,
            broker.port,
            username=broker.user or None,
            password=broker.password or None,
            identifier=box.node,
            will=aiomqtt.Will(box.status_topic, OFFLINE, qos=1, retain=True),
            timeout=TIMEOUT_S,
            keepalive=KEEPALIVE_S,
            tls_context=tls,
            logger=_log.getChild("client"),
            max_queued_incoming_messages=MOST_WAITING,
        )

    def _say(self, problem: str) -> None:
        """Log a problem that is another than the last."""
        if problem != self.problem:
            _log.warning("nothing is published by MQTT: %s", problem)
        self.problem = problem

    # -------------------------------------------------------------------- talk

    async def _talk(self, client: "aiomqtt.Client") -> None:
        """Publish on a connection until it is lost or we are cancelled."""
        box = self._wallbox()
        control = self._settings["mqtt.allow_control"]
        told = (
            mqtt_messages.discovery(box, control=control)
            if self._settings["mqtt.discovery"]
            else mqtt_messages.forgotten(box)
        )
        for topic, payload in told:
            await client.publish(topic, payload, qos=1, retain=True)
        await client.publish(box.status_topic, ONLINE, qos=1, retain=True)
        _log.info("published by MQTT under %s", box.base)
        self.problem = ""
        if control:
            await client.subscribe(box.command_topic, qos=1)
        # Only who listens notices that a connection is lost.
        both = {
            asyncio.ensure_future(self._listen(client, box)),
            asyncio.ensure_future(self._tell(client, box)),
        }
        try:
            done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                each.result()
        except asyncio.CancelledError:
            await _say_goodbye(client, box)
            raise
        finally:
            for each in both:
                each.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def _tell(self, client: "aiomqtt.Client", box: Wallbox) -> None:
        last: dict[str, str] = {}
        while True:
            limit_a = self._settings[_LIMIT_KEY]
            for topic, payload in mqtt_messages.messages(box, self._states(), limit_a):
                if last.get(topic) != payload:
                    await client.publish(topic, payload, retain=True)
                    last[topic] = payload
            await asyncio.sleep(PACE_S)

    async def _listen(self, client: "aiomqtt.Client", box: Wallbox) -> None:
        """Set the limit that is asked for; what cannot be set is told and passed over."""
        async for message in client.messages:
            if message.retain or not isinstance(message.payload, bytes | str):
                continue  # what was asked for before we came is old
            try:
                amps = mqtt_messages.amperes(message.payload, box.limits_a)
                await self._settings.set(_LIMIT_KEY, amps, _ORIGIN)
            except (ValueError, sqlite3.Error) as error:
                _log.warning("MQTT: the limit is not set: %s", error)
            await asyncio.sleep(PACE_S)  # each is on disk before the next


def _tls_of(broker: Broker) -> ssl.SSLContext | None:
    """How the broker is believed. Reads files. Raises OSError and ValueError."""
    if not broker.tls:
        return None
    if broker.ca_file and not Path(broker.ca_file).is_file():
        raise ValueError(f"mqtt.ca_file: came {broker.ca_file!r}, allowed is a file that is there")
    return ssl.create_default_context(cafile=broker.ca_file or None)


async def _look_up(broker: Broker) -> None:
    """Know the broker's address before the library looks it up in the pool of threads.

    Raises OSError, also when no name server answers: then a thread would be stuck there.
    """
    async with asyncio.timeout(TIMEOUT_S):
        await asyncio.get_running_loop().getaddrinfo(
            broker.host, broker.port, type=socket.SOCK_STREAM
        )


async def _end(task: asyncio.Task[None]) -> None:
    """Cancel it until it has ended.

    `asyncio.wait_for`, with which the library waits, may swallow a cancellation on Python 3.11
    (python/cpython issue 86296). It is not awaited itself: if we are cancelled meanwhile, who could
    tell whose CancelledError that is?
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=END_S)


async def _say_goodbye(client: "aiomqtt.Client", box: Wallbox) -> None:
    """An orderly end is none for which the broker tells the last will."""
    import aiomqtt

    with suppress(aiomqtt.MqttError, TimeoutError):
        async with asyncio.timeout(FAREWELL_S):
            await client.publish(box.status_topic, OFFLINE, qos=1, retain=True)
