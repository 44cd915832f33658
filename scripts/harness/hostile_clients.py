"""What a hostile or broken client may do to the port of an OCPP central system, over bare sockets.

Each behaviour takes a `Client` and misbehaves once; `BEHAVIOURS` has all of them. Randomness comes
from the client's own generator only, so a seed repeats a run up to the network's timing.
"""

from __future__ import annotations

import asyncio
import base64
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import Random
from typing import Any

from scripts.harness.bare_websocket import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    Client,
)

PATIENCE_S = 1.0
"""For how long a client waits for an answer, or hangs on without a word."""


async def _wait(reader: asyncio.StreamReader, random: Random) -> None:
    """Read what comes, or hang on, for a while."""
    with suppress(TimeoutError):
        async with asyncio.timeout(random.uniform(0, PATIENCE_S)):
            while await reader.read(2**16):
                pass


async def _end(writer: asyncio.StreamWriter, random: Random) -> None:
    """Close politely, or drop the connection."""
    if random.random() < 0.5:
        writer.transport.abort()
    else:
        writer.close()
    try:
        async with asyncio.timeout(5):
            await writer.wait_closed()
    except OSError:  # also ssl.SSLError, TimeoutError: the other end reads slowly, or is gone
        writer.transport.abort()


async def _send(client: Client, data: bytes, *, tls: bool = False) -> None:
    reader, writer = await client.open(tls=tls)
    writer.write(data)
    await _wait(reader, client.random)
    await _end(writer, client.random)


# Before the handshake.


async def half_a_handshake(client: Client) -> None:
    """Stop anywhere in a good handshake."""
    whole = client.handshake()
    await _send(
        client, whole[: client.random.randrange(len(whole))], tls=client.random.random() < 0.2
    )


async def garbage(client: Client) -> None:
    """Send random bytes, more than a handshake may have as often as not."""
    await _send(client, client.random.randbytes(client.random.choice([1, 100, 10_000, 200_000])))


async def spoilt_handshake(client: Client) -> None:
    """Change one thing in a good handshake."""
    random = client.random
    path = random.choice(
        [
            "/ocpp/STRANGER",
            "/",
            "//",
            "ocpp",
            "/ocpp/%00%ff%zz",
            "/a" * 3000,
            "/?=",
            "ws://x/ocpp/X",
        ]
    )
    change: dict[str, str] = random.choice(
        [
            {"Upgrade": "h2c"},
            {"Connection": ""},
            {"Sec_WebSocket_Key": "no base64"},
            {"Sec_WebSocket_Version": "12"},
            {"Sec_WebSocket_Protocol": "ocpp1.2, soap"},
            {"Sec_WebSocket_Protocol": ",,,é"},
            {"Authorization": "Basic " + base64.b64encode(b"X" * 6000).decode()},
            {"Authorization": "Basic !!"},
            {"Content_Length": "1000000"},
            {"Transfer_Encoding": "chunked"},
            {"X": "y" * 20_000},
        ]
    )
    await _send(client, client.handshake(random.choice([None, path]), **change))


async def slow_loris(client: Client) -> None:
    """Send a handshake a byte at a time."""
    reader, writer = await client.open()
    for byte in client.handshake()[: client.random.randrange(20)]:
        writer.write(bytes([byte]))
        await asyncio.sleep(0.05)
    await _wait(reader, client.random)
    await _end(writer, client.random)


async def a_thousand_connections(client: Client) -> None:
    """Open many connections at once and say nothing, or half of something."""

    async def one() -> None:
        with suppress(OSError):
            _, writer = await client.open()
            writer.write(client.handshake()[: client.random.randrange(40)])

    await asyncio.gather(*(one() for _ in range(client.random.choice([50, 300]))))
    await asyncio.sleep(client.random.uniform(0, PATIENCE_S))


async def wrong_tls(client: Client) -> None:
    """Speak TLS where plain text is spoken, plain text where TLS is, or half of it."""
    random = client.random
    hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + random.randbytes(
        random.randrange(600)
    )
    if random.random() < 0.3:
        await _send(client, hello)
        return
    reader, writer = await client.connect(client.target.tls_port)
    writer.write(random.choice([hello, client.handshake(), random.randbytes(300), b""]))
    await _wait(reader, random)
    await _end(writer, random)


# As a charger that was let in.


async def _misbehave(client: Client, *frames: bytes) -> None:
    reader, writer = await client.admitted()
    for each in frames:
        writer.write(each)
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                await writer.drain()
    await _wait(reader, client.random)
    await _end(writer, client.random)


async def broken_frames(client: Client) -> None:
    """Send what RFC 6455 forbids, or frames that end in the middle."""
    random, frame = client.random, client.frame
    await _misbehave(
        client,
        random.choice(
            [
                frame(TEXT, b"[2]", masked=False),
                frame(3, b""),
                frame(CONTINUATION, b"x"),
                frame(PING, b"x" * 200),
                frame(CLOSE, b"x"),
                frame(CLOSE, struct.pack("!H", random.choice([0, 999, 1005, 5000])) + b"\xff"),
                b"\xf1\x80\0\0\0\0",
                struct.pack("!BBQ", 0x81, 0xFF, 100 * 2**20) + b"\0\0\0\0" + b"x" * 300_000,
                struct.pack("!BBQ", 0x81, 0xFF, 2**63 + 5),
                frame(TEXT, b"x" * 1000)[: random.randrange(1000)],
                random.randbytes(5000),
            ]
        ),
    )


async def fragments(client: Client) -> None:
    """Send messages in pieces, of nothing, without end, or with other frames in between."""
    random, frame = client.random, client.frame
    piece = random.choice([b"", b"x", b"x" * 1000])
    await _misbehave(
        client,
        frame(TEXT, b"[2,", fin=False),
        frame(CONTINUATION, piece, fin=False) * random.choice([1, 100, 20_000]),
        random.choice([b"", frame(PING, b"p"), frame(TEXT, b"[]")]),
        frame(CONTINUATION, b'"a","Heartbeat",{}]'),
    )


async def not_text(client: Client) -> None:
    """Send binary frames, invalid UTF-8, and text that is no JSON."""
    random = client.random
    junk = random.choice(
        [b"\xff\xfe", random.randbytes(300), b"[" * 100_000, b"{}", b"", b"\0" * 99]
    )
    await _misbehave(client, client.frame(random.choice([TEXT, BINARY]), junk))


def _odd(random: Random) -> Any:
    return random.choice(
        [None, True, -1, 2**63, 1e308, "", "x" * 5000, "\u0000", "NaN", [], {}, [[]] * 50, {"": {}}]
    )


MESSAGES: dict[str, dict[str, Any]] = {
    "BootNotification": {"chargePointVendor": "V", "chargePointModel": "M"},
    "StatusNotification": {"connectorId": 1, "errorCode": "NoError", "status": "Charging"},
    "StartTransaction": {
        "connectorId": 1,
        "idTag": "T",
        "meterStart": 0,
        "timestamp": "2026-03-01T12:00:00Z",
    },
    "StopTransaction": {"transactionId": 1, "meterStop": 1, "timestamp": "2026-03-01T12:00:00Z"},
    "MeterValues": {
        "connectorId": 1,
        "meterValue": [{"timestamp": "2026-03-01T12:00:00Z", "sampledValue": [{"value": "1"}]}],
    },
    "TransactionEvent": {
        "eventType": "Started",
        "timestamp": "2026-03-01T12:00:00Z",
        "triggerReason": "Authorized",
        "seqNo": 0,
        "transactionInfo": {"transactionId": "x"},
    },
    "NotifyReport": {"requestId": 1, "seqNo": 0, "generatedAt": "x", "reportData": [{}]},
    "DataTransfer": {"vendorId": "x", "data": "y"},
    "SignCertificate": {"csr": "-----BEGIN CERTIFICATE REQUEST-----"},
    "Authorize": {"idTag": "T"},
    "Heartbeat": {},
}


def _spoilt(value: Any, random: Random) -> Any:
    """Return `value` with one part of it replaced by something odd."""
    if isinstance(value, dict) and value and random.random() < 0.8:
        key = random.choice(list(value))
        return {**value, key: _spoilt(value[key], random)}
    if isinstance(value, list) and value and random.random() < 0.8:
        # Lists stand in lists: this much twice over is some megabytes, and enough.
        return [*value[:-1], _spoilt(value[-1], random)] * random.choice([1, 1, 150])
    return _odd(random)


async def spoilt_messages(client: Client) -> None:
    """Send good messages with something odd in them, and answers that nobody waits for."""
    random = client.random
    frames = []
    for number in range(random.randrange(1, 30)):
        action = random.choice(list(MESSAGES))
        frame: list[Any] = [2, f"m{number}", action, MESSAGES[action]]
        if random.random() < 0.9:
            frame[3] = _spoilt(frame[3], random)
        if random.random() < 0.2:
            frame[random.randrange(3)] = _odd(random)
        if random.random() < 0.2:
            frame = random.choice([[3, _odd(random), _odd(random)], [4, str(number % 9 + 1), "X"]])
        frames.append(client.text(frame))
    await _misbehave(client, *frames)


async def big_messages(client: Client) -> None:
    """Send the longest messages that are taken, full of what is slow to work in."""
    random = client.random
    sample = random.choice(['{"value":"1"}', "{}", "0", '{"value":"x","phase":"L1"}'])
    many = ",".join([sample] * (190_000 // (len(sample) + 1)))
    head = '[2,"big","MeterValues",{"connectorId":1,"meterValue":['
    inner = '{"timestamp":"2026-03-01T12:00:00Z","sampledValue":[' + many + "]}"
    text = head + random.choice([many, inner]) + "]}]"
    await _misbehave(
        client, client.frame(TEXT, text.encode()), client.text([2, "h", "Heartbeat", {}])
    )


async def flood(client: Client) -> None:
    """Send as fast as it goes, and read the answers or not."""
    random = client.random
    unit = random.choice(
        [
            client.text([2, "h", "Heartbeat", {}]),
            client.frame(TEXT, b""),
            client.frame(PING, b"p" * 125),
            client.frame(PONG, b""),
            client.text([2, "m", "MeterValues", MESSAGES["MeterValues"]]),
            client.frame(TEXT, b"no json"),
        ]
    )
    reader, writer = await client.admitted()
    reading = random.random() < 0.5
    with suppress(TimeoutError):
        async with asyncio.timeout(random.uniform(0.5, 3)):
            while not writer.is_closing():
                writer.write(unit * 1000)
                await writer.drain()
                await asyncio.sleep(0)  # a lost connection's `drain` waits for nothing
                if reading:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(0.001):
                            await reader.read(2**16)
    await _end(writer, random)


async def redial(client: Client) -> None:
    """Replace one's own connection again and again."""
    writers = []
    for _ in range(client.random.randrange(1, 8)):
        _, writer = await client.admitted()
        writer.write(client.text([2, "b", "BootNotification", MESSAGES["BootNotification"]]))
        if client.random.random() < 0.5:
            writer.transport.abort()
        writers.append(writer)
    for writer in writers:
        await _end(writer, client.random)


BEHAVIOURS: tuple[Callable[[Client], Awaitable[None]], ...] = (
    half_a_handshake,
    garbage,
    spoilt_handshake,
    slow_loris,
    a_thousand_connections,
    wrong_tls,
    broken_frames,
    fragments,
    not_text,
    spoilt_messages,
    big_messages,
    flood,
    redial,
)
