"""What a hostile or broken client sends to the port: refused, bounded, and nobody else notices.

The long run of the same is `scripts/campaign fuzz-ports --length full`.
"""

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from custom_components.evse_ocpp.central import (
    anonymous,
    link,
    listener,
    replacements,
    waiting_room,
)
from custom_components.evse_ocpp.central.admission import LinkSettings, Outcome
from custom_components.evse_ocpp.central.charger import Charger
from custom_components.evse_ocpp.central.frames import Call, parse
from custom_components.evse_ocpp.central.v16_inbound import Inbound
from scripts.harness.bare_websocket import BINARY, CONTINUATION, PING, TEXT, Client, Target

from .conftest import Site
from .test_server import HEARTBEAT, alive

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
async def hostile(site: Site) -> Client:
    """A client which knows CP-2 needs no password; CP-1 is somebody else."""
    site.settings["CP-2"] = LinkSettings(passwordless=True)
    return Client(random.Random(7), Target("127.0.0.1", site.central.port, 0, "CP-2"))


@pytest.fixture
async def healthy(site: Site):
    """The charger which must not notice anything."""
    wallbox = await site.dial()
    yield wallbox
    assert await alive(wallbox)
    assert not wallbox.websocket.close_code


class Raw:
    """A websocket of bare bytes, admitted as CP-2."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def __aenter__(self) -> "Raw":
        self.client.random.seed(1)  # plain, not TLS
        self.reader, self.writer = await self.client.open()
        self.writer.write(self.client.handshake(Sec_WebSocket_Protocol="ocpp1.6"))
        self.head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 30)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.transport.abort()

    async def ended(self) -> bytes:
        """Wait until the other end closes; return what came before."""
        return await asyncio.wait_for(self.reader.read(), 30)


# Before the handshake.


async def test_a_thousand_connections_leave_room_for_a_charger(site, hostile, healthy, until):
    opened = []
    for _ in range(10):
        pairs = await asyncio.gather(*(hostile.open() for _ in range(100)))
        opened += [writer for _, writer in pairs]
        for _, writer in pairs:
            writer.write(b"GET /ocpp/CP-2 HT")
        assert await alive(healthy)
    assert len(site.central.waiting) <= waiting_room.MAX_WAITING
    assert await alive(await site.dial("/ocpp/CP-2", user="CP-2"))
    for writer in opened:
        writer.transport.abort()
    await until(lambda: len(site.central.waiting) == 0)
    malformed = [each for each in site.central.attempts if each.outcome is Outcome.MALFORMED]
    assert len(malformed) == 1  # one line for the doctor, not a thousand


async def test_a_handshake_in_small_pieces_is_cut_off_in_time(site, hostile, healthy, monkeypatch):
    """Slow loris: each byte is in time, the whole is not."""
    monkeypatch.setattr(listener, "OPEN_TIMEOUT_S", 0.3)
    central = site.new_central()
    await central.start("127.0.0.1", 0, "/ocpp")
    reader, writer = await hostile.connect(central.port)
    handshake = iter(hostile.handshake())

    async def dribble() -> None:
        while not (reader.at_eof() or reader.exception()):
            writer.write(bytes([next(handshake)]))
            await asyncio.sleep(0.02)

    async with asyncio.timeout(30):
        await asyncio.gather(dribble(), reader.read(), return_exceptions=True)
    assert reader.at_eof() or reader.exception()
    assert next(handshake, None) is not None  # before it was complete
    assert len(central.waiting) == 0
    await central.stop()


@pytest.mark.parametrize(
    "sent",
    [
        b"x" * 100_000,
        b"GET /ocpp/CP-2 HTTP/1.1\r\n" + b"X: " + b"y" * 20_000,
        b"GET /ocpp/CP-2 HTTP/1.1\r\n" + b"X: y\r\n" * 5_000,
        b"GET /ocpp/CP-2 HTTP/1.1\r\nX: \xff\xfe\r\nBroken\r\n\r\n",
        b"POST /ocpp/CP-2 SIP/2.0\r\n\r\n",
        b"\x00\x01\x02\r\n\r\n",
    ],
    ids=["long", "long header", "many headers", "no header", "no HTTP", "binary"],
)
async def test_what_is_no_handshake_is_cut_off_and_told(site, hostile, healthy, until, sent):
    reader, writer = await hostile.open()
    writer.write(sent)
    with suppress(ConnectionError):  # cut off while we still sent
        await asyncio.wait_for(reader.read(), 8)
    writer.transport.abort()
    await until(lambda: len(site.central.waiting) == 0)
    assert site.central.attempts[-1].outcome is Outcome.MALFORMED


async def test_a_charger_that_forgets_a_header_of_the_handshake(site, hostile):
    """Autel leaves Connection: Upgrade out (lbbrhzn/ocpp #1933)."""
    reader, writer = await hostile.open()
    writer.write(hostile.handshake(Connection="", Sec_WebSocket_Protocol="ocpp1.6"))
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
    assert head.startswith(b"HTTP/1.1 101")
    writer.transport.abort()


@pytest.mark.parametrize(
    "target", ["ws://192.0.2.1:9000/ocpp/CP-2", "ocpp/CP-2", "192.0.2.1:9000/ocpp/CP-2"]
)
async def test_a_target_that_is_no_path(site, hostile, target):
    """Row 8: BS-EV07 and others write the URL as they please (lbbrhzn/ocpp #2030, #1078)."""
    reader, writer = await hostile.open()
    writer.write(hostile.handshake(target, Sec_WebSocket_Protocol="ocpp1.6"))
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
    assert head.startswith(b"HTTP/1.1 101")
    writer.transport.abort()


# Frames of one that was let in.


async def test_a_frame_that_claims_100_mb(hostile, healthy):
    async with Raw(hostile) as raw:
        raw.writer.write(b"\x81\xff" + (100 * 2**20).to_bytes(8, "big") + b"\0\0\0\0" + b"x" * 1000)
        assert b"\x03\xf1" in await raw.ended()  # 1009: too big


@pytest.mark.parametrize("piece", [b"", b"x"])
async def test_a_message_of_pieces_without_end(site, hostile, healthy, until, piece):
    """Empty pieces would never reach a limit of bytes."""
    async with Raw(hostile) as raw:
        await until(lambda: site.chargers["CP-2"].connected)
        raw.writer.write(hostile.frame(TEXT, b"[", fin=False))
        raw.writer.write(hostile.frame(CONTINUATION, piece, fin=False) * 5_000)
        await until(lambda: not site.chargers["CP-2"].connected)


async def test_a_few_pieces_are_fine_and_so_is_a_binary_frame(hostile):
    async with Raw(hostile) as raw:
        raw.writer.write(hostile.frame(TEXT, b'[2,"h",', fin=False))
        raw.writer.write(hostile.frame(PING, b"in between"))
        raw.writer.write(hostile.frame(CONTINUATION, b'"Heartbeat",{}]'))
        assert b"in between" in await asyncio.wait_for(raw.reader.readuntil(b"currentTime"), 30)
        raw.writer.write(hostile.frame(BINARY, HEARTBEAT.encode()))
        await asyncio.wait_for(raw.reader.readuntil(b"currentTime"), 30)


async def test_nothing_is_read_from_a_peer_that_takes_nothing(site, hostile, healthy, until):
    """Pongs to its pings would fill the memory."""
    async with Raw(hostile) as raw:
        await until(lambda: site.chargers["CP-2"].connected)
        [guarded] = [
            each
            for each in site.central._plain._server.connections
            if each.admitted[1].charger.identity == "CP-2"
        ]

        async def ping_without_end() -> None:
            while True:
                raw.writer.write(hostile.frame(PING, b"p" * 125) * 500)
                await raw.writer.drain()

        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ping_without_end(), 2)
        assert guarded.transport.get_write_buffer_size() < 2**20
        assert await alive(healthy)


@pytest.mark.parametrize(
    "unit",
    [(TEXT, b""), (TEXT, HEARTBEAT.encode()), (PING, b""), (TEXT, b"no json")],
    ids=["empty", "heartbeats", "pings", "noise"],
)
async def test_a_flood_slows_nobody_else(site, hostile, healthy, until, unit):
    async with Raw(hostile) as raw:
        raw.writer.write(hostile.frame(*unit) * 20_000)
        for _ in range(20):
            began = time.process_time()  # all three are here; others on the machine do not count
            assert await alive(healthy)
            assert time.process_time() - began < 2
            await asyncio.sleep(0.01)
    await until(lambda: len(site.central.waiting) == 0)


async def test_the_end_of_a_flood_is_seen_that_gets_no_answers(site, hostile):
    """Held back, nothing is read, neither the end; a ping finds it (link and charger agree)."""
    async with Raw(hostile) as raw:
        raw.writer.write(hostile.frame(TEXT, b"no json") * 20_000)
        await asyncio.sleep(0.5)
        assert site.chargers["CP-2"].connected
    async with asyncio.timeout(30):
        while site.chargers["CP-2"].connected:  # noqa: ASYNC110 - a plain attribute
            await asyncio.sleep(0.05)


# What chargers do to each other and to themselves.


async def test_two_wallboxes_with_one_identity_do_not_fight_without_end(site, until, monkeypatch):
    """Row 11."""
    monkeypatch.setattr(replacements, "MAX_REPLACEMENTS", 3)
    for _ in range(4):
        last = await site.dial()
        assert await alive(last)
    with pytest.raises(InvalidStatus) as refusal:
        await site.dial()
    assert refusal.value.response.status_code == 503
    assert site.central.attempts[-1].outcome is Outcome.TOO_OFTEN
    assert await alive(last)
    await last.close()
    await until(lambda: not site.chargers["CP-1"].connected)
    assert await alive(await site.dial())


async def test_a_charger_may_be_ended_without_a_close_frame(site):
    """Row 1, as an option (lbbrhzn/ocpp #1975)."""
    site.settings["CP-1"] = LinkSettings(close_hard=True)
    wallbox = await site.dial()
    await site.central.disconnect("CP-1")
    assert await wallbox.closed() == 1006  # abnormal: no frame came


async def test_a_guest_that_is_paired(site):
    site.guest = Charger("NEW-1")
    wallbox = await site.dial("/ocpp/NEW-1", user="NEW-1", password="any")
    assert await alive(wallbox)
    assert site.guest.connected
    assert site.unknown == []
    assert site.central.attempts[-1].outcome is Outcome.ADMITTED
    with pytest.raises(InvalidStatus):
        await site.dial("/ocpp/NEW-2", user="NEW-2")
    await site.central.disconnect("NEW-1")
    assert not site.guest.connected


BOOT = {"chargePointVendor": "V", "chargePointModel": "M", "chargePointSerialNumber": "SN-1"}


async def test_a_nameless_charger_is_known_by_its_serial_number(site):
    """Row 8: some leave the end of the path empty (lbbrhzn/ocpp #1749)."""
    site.chargers["CP-1"].serial = "SN-1"
    wallbox = await site.dial("/ocpp/", user="")
    assert (await wallbox.send(HEARTBEAT))[2] == "SecurityError"
    assert not site.chargers["CP-1"].connected
    assert (await wallbox.call("BootNotification", BOOT))[2]["status"] == "Accepted"
    assert site.chargers["CP-1"].connected
    assert await alive(wallbox)
    assert site.central.attempts[-1].outcome is Outcome.ADMITTED


@pytest.mark.parametrize(
    ("serials", "password", "outcome"),
    [
        (["SN-1", "SN-1"], "right", Outcome.UNKNOWN),
        (["SN-8", "SN-9"], "right", Outcome.UNKNOWN),
        (["SN-1", "SN-9"], "wrong", Outcome.WRONG_PASSWORD),
    ],
)
async def test_a_nameless_charger_that_fits_nobody(site, monkeypatch, serials, password, outcome):
    monkeypatch.setattr(site, "password_accepted", lambda _, shown: shown == "right")
    for charger, serial in zip(site.chargers.values(), serials, strict=True):
        charger.serial = serial
    wallbox = await site.dial("/ocpp/", user="", password=password)
    await wallbox.websocket.send(json.dumps([2, "b", "BootNotification", BOOT]))
    assert await wallbox.closed() == 1008
    assert site.central.attempts[-1].outcome is outcome
    assert site.central.attempts[-1].identity == "SN-1"


@pytest.mark.parametrize("texts", [[], ["junk", "[3,1,{}]"], [HEARTBEAT] * 5])
async def test_a_nameless_charger_that_does_not_say_who_it_is(site, monkeypatch, texts):
    monkeypatch.setattr(anonymous, "PATIENCE_S", 0.2)
    wallbox = await site.dial("/ocpp/", user="")
    for text in texts:
        await wallbox.websocket.send(text)
    assert await wallbox.closed() == 1008
    assert site.central.attempts[-1].outcome is Outcome.NO_IDENTITY
    assert len(site.central.waiting) == 0


@pytest.mark.parametrize(
    ("payload", "serial"),
    [
        (BOOT, "SN-1"),
        ({"chargeBoxSerialNumber": "SN-2"}, "SN-2"),
        ({"chargingStation": {"serialNumber": "SN-3"}}, "SN-3"),
        ({"chargingStation": "SN-4", "chargePointSerialNumber": 4}, ""),
    ],
)
def test_the_serial_number_in_a_boot_notification(payload, serial):
    assert anonymous.serial_in(payload) == serial


# The longest frame.

_HEAD = '[2,"a","MeterValues",{"connectorId":1,"meterValue":['
_SAMPLES = '{"timestamp":"2026-03-01T12:00:00Z","sampledValue":['


def filled(head: str, unit: str, tail: str) -> bytes:
    """Return a frame as long as is taken, full of one thing."""
    count = (link.MAX_FRAME_BYTES - len(head) - len(tail)) // (len(unit) + 1)
    return (head + ",".join([unit] * count) + tail).encode()


@pytest.mark.parametrize(
    "text",
    [
        filled(_HEAD + _SAMPLES, '{"value":"1"}', "]}]}]"),
        filled(_HEAD, _SAMPLES + '{"value":"1"}]}', "]}]"),
        filled(_HEAD, "{}", "]}]"),
        filled(_HEAD, "0", "]}]"),
        filled('[2,"a","DataTransfer",{"vendorId":"x","data":[', "[]", "]}]"),
    ],
    ids=["samples", "meter values", "empty ones", "numbers", "lists"],
)
async def test_the_longest_frame_holds_nobody_up(site, text):
    """50 ms of an ordinary computer's time; twice that here, where others work on the same."""
    inbound = Inbound(Charger("CP-1"), site, site, lambda: datetime(2026, 3, 1, 12, tzinfo=UTC))
    began = time.process_time()
    frame = parse(text)
    assert isinstance(frame, Call)
    await inbound.handle(frame.action, frame.payload)
    assert time.process_time() - began < 0.1


@pytest.mark.timeout(300)
def test_half_a_minute_of_everything():
    """All misdeeds side by side against a process of its own (scripts/trials/fuzz_ports.py).

    On two Pythons that is a minute in all. What a crowded machine did to it once does not happen
    twice, a fault of ours does.
    """
    options = ["--count", "30", "--seed", "20260301", "--home-assistant", sys.executable]
    said = ""
    for _ in range(2):
        fuzzer = subprocess.run(
            [sys.executable, "-m", "scripts.trials.one", "fuzz-ports", *options],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=140,
            check=False,
        )
        if fuzzer.returncode == 0:
            return
        said += fuzzer.stdout + fuzzer.stderr[-3000:]
    pytest.fail(said)
