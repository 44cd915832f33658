"""Publication to a real broker (mosquitto): values, last will, control, TLS, a broker that goes."""

import asyncio
import json
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evse.network import mqtt
from evse.network.mqtt import Publisher, broker_of
from evse.network.mqtt_messages import ConnectorState, Wallbox
from evse.settings.values import Settings
from tests.firmware.network.machine import Store, settings_of
from tests.firmware.network.mocked import eventually

aiomqtt = pytest.importorskip("aiomqtt", reason="aiomqtt is not installed (evse-firmware[mqtt])")

BOX = Wallbox("evse", "box", "12AB34CD", "ETEK", "EKEPC3", "0.1.0", (1,), (6.0, 32.0))
STATE = "evse/box/1/state"
NOBODY = {"mqtt.user": "", "mqtt.password": "", "mqtt.ca_file": ""}


def _mosquitto() -> str:
    found = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if found is None:
        pytest.skip("mosquitto is not installed (apt install mosquitto)")
    return found


def _do(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def mosquitto(folder: Path, port: int, *more: str) -> Iterator[None]:
    config = folder / f"mosquitto-{port}.conf"
    user = ("user root",)  # it would leave for one who cannot read the test's folder
    config.write_text("\n".join([*user, f"listener {port} 127.0.0.1", *more]))
    running = subprocess.Popen(
        [_mosquitto(), "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        running.terminate()
        running.wait(10)


OPEN = ("allow_anonymous true",)


class Ear:
    """What a subscriber knows: the last payload of each topic."""

    def __init__(self) -> None:
        self.heard: dict[str, str] = {}
        self.count: dict[str, int] = {}

    def json(self, topic: str) -> dict[str, object]:
        told: dict[str, object] = json.loads(self.heard[topic])
        return told

    async def has(self, topic: str, payload: str | None) -> None:
        async def came() -> bool:
            return self.heard.get(topic) == payload

        await eventually(came)

    async def satisfies(self, true: Callable[["Ear"], bool]) -> None:
        async def came() -> bool:
            return true(self)

        await eventually(came)


@asynccontextmanager
async def listening(port: int) -> AsyncIterator[tuple[Ear, "aiomqtt.Client"]]:
    ear = Ear()

    async def connected() -> bool:
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return True
        return False

    await eventually(connected)
    async with aiomqtt.Client("127.0.0.1", port) as client:
        await client.subscribe("#", qos=1)

        async def listen() -> None:
            async for message in client.messages:
                topic = message.topic.value
                assert isinstance(message.payload, bytes)
                ear.heard[topic] = message.payload.decode()
                ear.count[topic] = ear.count.get(topic, 0) + 1

        task = asyncio.ensure_future(listen())
        try:
            yield ear, client
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError, aiomqtt.MqttError):
                await task


class Source:
    """The wallbox whose state is published."""

    def __init__(self) -> None:
        self.state = ConnectorState("Available", 0.0, 1000.0)

    def states(self) -> dict[int, ConnectorState]:
        return {1: self.state}


@asynccontextmanager
async def publishing(settings: Settings, source: Source | None = None) -> AsyncIterator[Publisher]:
    publisher = Publisher(settings, lambda: BOX, (source or Source()).states)
    running = asyncio.ensure_future(publisher.run())
    try:
        yield publisher
        assert not running.done(), "it never ends by itself"
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def settings_for(port: int, **more: object) -> Settings:
    settings = await settings_of(Store())
    url = f"mqtt://127.0.0.1:{port}"
    await settings.set_many({"mqtt.enabled": True, "mqtt.url": url, **more}, "test")
    return settings


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt, "PACE_S", 0.05)
    monkeypatch.setattr(mqtt, "BACKOFF_FIRST_S", 0.05)
    monkeypatch.setattr(mqtt, "BACKOFF_MAX_S", 0.2)


async def test_values_are_published_when_they_change_and_stay(tmp_path: Path) -> None:
    port, source = free_port(), Source()
    with mosquitto(tmp_path, port, *OPEN):
        async with listening(port) as (ear, _):
            async with publishing(await settings_for(port), source) as publisher:
                await ear.satisfies(lambda ear: STATE in ear.heard)
                assert ear.json(STATE)["status"] == "Available"
                assert ear.heard["evse/box/status"] == "online"
                assert publisher.problem == ""
                source.state = replace(source.state, status="Charging", power_w=11_000.0)
                await ear.satisfies(lambda ear: ear.json(STATE)["power_w"] == 11_000)
                count = ear.count[STATE]
                source.state = replace(source.state, power_w=11_000.3)  # noise is no news
                await asyncio.sleep(0.3)
                assert ear.count[STATE] == count
                async with listening(port) as (late, _):
                    await late.satisfies(lambda ear: STATE in ear.heard)
                    await late.has("evse/box/status", "online")
            await ear.has("evse/box/status", "offline")


async def test_discovery_comes_and_goes_with_its_setting(tmp_path: Path) -> None:
    port = free_port()
    topic = "homeassistant/sensor/evse_12ab34cd/1_power_w/config"
    with mosquitto(tmp_path, port, *OPEN):
        async with listening(port) as (ear, _):
            settings = await settings_for(port)
            async with publishing(settings):
                await ear.satisfies(lambda ear: topic in ear.heard)
                assert ear.json(topic)["state_topic"] == STATE
                await settings.set("mqtt.discovery", False, "test")
                await ear.has(topic, "")
                await settings.set("mqtt.enabled", False, "test")
                await ear.has("evse/box/status", "offline")


async def test_an_end_while_the_farewell_is_said_is_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the program would never end."""
    farewell, leaving = mqtt._say_goodbye, asyncio.Event()

    async def slowly(*arguments: Any) -> None:
        leaving.set()
        await asyncio.sleep(0.2)
        await farewell(*arguments)

    monkeypatch.setattr(mqtt, "_say_goodbye", slowly)
    port = free_port()
    with mosquitto(tmp_path, port, *OPEN):
        async with listening(port) as (ear, _):
            settings = await settings_for(port)
            running = asyncio.create_task(Publisher(settings, lambda: BOX, Source().states).run())
            await ear.has("evse/box/status", "online")
            await settings.set("mqtt.enabled", False, "test")
            await asyncio.wait_for(leaving.wait(), 60.0)
            running.cancel()
            await asyncio.wait({running}, timeout=60.0)
            assert running.done()


async def test_a_cancellation_that_is_swallowed_is_told_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As asyncio.wait_for does on Python 3.11, once in a long while."""
    swallowed = asyncio.Event()

    async def swallow_the_first(_: Publisher) -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        swallowed.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(Publisher, "_publish", swallow_the_first)
    monkeypatch.setattr(mqtt, "END_S", 0.05)
    settings = await settings_for(1883)
    running = asyncio.create_task(Publisher(settings, lambda: BOX, Source().states).run())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait({running}, timeout=60.0)
    assert swallowed.is_set()
    assert running.done()


async def test_a_dead_wallbox_is_offline_by_its_last_will(tmp_path: Path) -> None:
    port = free_port()
    with mosquitto(tmp_path, port, *OPEN):
        async with listening(port) as (ear, _):
            publisher = Publisher(await settings_for(port), lambda: BOX, Source().states)
            async with publisher._client(broker_of(publisher._settings.values)) as client:
                await client.publish("evse/box/status", "online", retain=True)
                await ear.has("evse/box/status", "online")
                sock = client._client.socket()
                assert sock is not None
                sock.shutdown(socket.SHUT_RDWR)  # as a power cut: no goodbye
                await ear.has("evse/box/status", "offline")
                with suppress(aiomqtt.MqttError):
                    async for _ in client.messages:
                        pass


async def test_a_broker_that_goes_and_comes_gets_everything_again(tmp_path: Path) -> None:
    port = free_port()
    settings = await settings_for(port)
    async with publishing(settings) as publisher:
        for _ in range(2):
            with mosquitto(tmp_path, port, *OPEN):
                async with listening(port) as (ear, _):
                    await ear.satisfies(lambda ear: STATE in ear.heard)

            async def lost() -> bool:
                return publisher.problem not in ("", "switched off")

            await eventually(lost)


async def test_a_wrong_password_is_told_and_mended_by_the_setting(tmp_path: Path) -> None:
    port, passwords = free_port(), tmp_path / "passwords"
    passwords.touch()
    passwd = shutil.which("mosquitto_passwd")
    if passwd is None:
        pytest.skip("mosquitto_passwd is not installed (apt install mosquitto)")
    _do(passwd, "-b", str(passwords), "box", "right")
    settings = await settings_for(port, **{"mqtt.user": "box", "mqtt.password": "wrong"})
    with mosquitto(tmp_path, port, f"password_file {passwords}"):
        async with publishing(settings) as publisher:

            async def refused() -> bool:
                return "uthor" in publisher.problem

            await eventually(refused)
            await settings.set("mqtt.password", "right", "test")

            async def published() -> bool:
                return publisher.problem == ""

            await eventually(published)


async def test_tls_needs_a_certificate_that_is_trusted(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    new = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    name = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2")
    _do(openssl, *new, *name, "-keyout", str(key), "-out", str(certificate))
    port, plain = free_port(), free_port()
    settings = await settings_of(Store())
    url = f"mqtts://localhost:{port}"
    await settings.set_many({"mqtt.enabled": True, "mqtt.url": url}, "test")
    tls = (
        *OPEN,
        f"certfile {certificate}",
        f"keyfile {key}",
        f"listener {plain} 127.0.0.1",
        *OPEN,
    )
    with mosquitto(tmp_path, port, "per_listener_settings false", *tls):
        async with listening(plain) as (ear, _), publishing(settings) as publisher:

            async def distrusts() -> bool:
                return "CERTIFICATE_VERIFY_FAILED" in publisher.problem

            await eventually(distrusts)
            assert STATE not in ear.heard
            await settings.set("mqtt.ca_file", str(certificate), "test")
            await ear.satisfies(lambda ear: STATE in ear.heard)


@pytest.mark.parametrize("allowed", [True, False])
async def test_the_limit_is_set_only_when_that_is_allowed(
    tmp_path: Path, allowed: bool, caplog: pytest.LogCaptureFixture
) -> None:
    port = free_port()
    settings = await settings_for(port)
    await settings.set("mqtt.allow_control", allowed, "test")
    with mosquitto(tmp_path, port, *OPEN):
        async with listening(port) as (ear, client):
            await client.publish("evse/box/limit/set", "8", retain=True)  # from before
            async with publishing(settings):
                await ear.has("evse/box/limit", "32")
                await asyncio.sleep(0.2)
                assert settings["installation.output_current_limit_a"] == 32.0
                for payload in ("99", "nonsense", "10"):
                    await client.publish("evse/box/limit/set", payload, qos=1)
                if allowed:
                    await ear.has("evse/box/limit", "10")
                    assert "came '99', allowed 6 … 32 A" in caplog.text
                else:
                    await asyncio.sleep(0.3)
                    assert settings["installation.output_current_limit_a"] == 32.0


async def test_without_the_library_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "aiomqtt", None)
    async with publishing(await settings_for(1)) as publisher:

        async def told() -> bool:
            return "aiomqtt is not installed" in publisher.problem

        await eventually(told)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("mqtt://broker", ("broker", 1883, False)),
        ("mqtts://broker", ("broker", 8883, True)),
        ("mqtts://broker:1234", ("broker", 1234, True)),
        ("mqtt://[fd00::1]:1", ("fd00::1", 1, False)),
    ],
)
def test_the_address_says_port_and_tls(url: str, expected: tuple[str, int, bool]) -> None:
    broker = broker_of({**NOBODY, "mqtt.url": url})
    assert (broker.host, broker.port, broker.tls) == expected


@pytest.mark.parametrize("url", ["http://broker", "mqtt://", "mqtt://broker:99999", "broker"])
def test_an_address_that_is_none_names_the_field(url: str) -> None:
    with pytest.raises(ValueError, match=r"mqtt\.url: came .*, allowed is"):
        broker_of({**NOBODY, "mqtt.url": url})


@pytest.mark.parametrize("url", ["mqtt://me:secret@broker", "mqtt://me:secret@broker:x"])
def test_a_password_in_the_address_is_refused_and_not_told_again(url: str) -> None:
    """It was ignored, and the address stood in the log with each failure."""
    with pytest.raises(ValueError, match=r"mqtt\.url: allowed is one without a user") as refused:
        broker_of({**NOBODY, "mqtt.url": url})
    assert "secret" not in str(refused.value)


async def test_a_silent_name_server_holds_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library looks the name up in the pool of threads, where nobody can give it up."""

    async def silent(*_question: object, **_more: object) -> None:
        await asyncio.Event().wait()

    def client(*_arguments: object) -> None:
        raise AssertionError("the library is asked before the name is known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", silent)
    monkeypatch.setattr(mqtt, "TIMEOUT_S", 0.05)
    monkeypatch.setattr(Publisher, "_client", client)
    async with publishing(await settings_for(1883)) as publisher, asyncio.timeout(60):
        while "no answer" not in publisher.problem:  # noqa: ASYNC110 - a plain attribute
            await asyncio.sleep(0.02)
