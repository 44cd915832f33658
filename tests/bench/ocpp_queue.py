"""A long time offline and a long life: the queue delivered, the start with a full database, memory.

- 10 000 queued messages (5000 transactions) are delivered to a local central system over a real
  websocket, in order and without loss; bar: 60 s.
- The OCPP side starts with 100 000 stored events (transactions, with their messages waiting);
  bar: 3 s.
- 24 hours of charging with MeterValues each 10 s pass in simulated time; bar: 2 MiB more than after
  the first hour.

Run: PYTHONPATH=firmware:. .venv/firmware-oldest/bin/python tests/bench/ocpp_queue.py [hours]
"""

import asyncio
import json
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from websockets.asyncio.server import ServerConnection, serve

from evse.clock import SystemClock
from evse.ocpp.client import OcppClient
from evse.settings.values import Settings
from evse.simulation.clock import AcceleratedClock
from evse.storage.database import Database
from evse.storage.outbox import Outbox
from evse.storage.transactions import TransactionRecord
from evse.storage.values import Values
from tests.firmware.ocpp.conftest import FakeStation

MESSAGES, DELIVERY_BAR_S = 10_000, 60.0
EVENTS, START_BAR_S = 100_000, 3.0
HOURS, SPEED, GROWTH_BAR_MIB = 24.0, 1200.0, 2.0


class Central:
    """Answers at once; keeps what it was told of transactions, in order."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.keep = True
        self.port = 0

    async def session(self, connection: ServerConnection) -> None:
        """One connection."""
        async for frame in connection:
            _, unique_id, action, payload = json.loads(frame)
            if self.keep:
                self.told.append((action, payload))
            await connection.send(json.dumps([3, unique_id, self.answer(action, payload)]))

    @staticmethod
    def answer(action: str, payload: dict[str, Any]) -> dict[str, Any]:
        """A transaction gets its meterStart as its number."""
        now = datetime.now(UTC).isoformat()
        match action:
            case "BootNotification":
                return {"status": "Accepted", "currentTime": now, "interval": 3600}
            case "StartTransaction":
                number = payload["meterStart"]
                return {"transactionId": number, "idTagInfo": {"status": "Accepted"}}
            case "Heartbeat":
                return {"currentTime": now}
            case "DataTransfer":
                return {"status": "UnknownVendorId"}
        return {}


async def fill(database: Database, transactions: int) -> None:
    """That many transactions with their StartTransaction and StopTransaction waiting."""
    at = datetime(2026, 3, 1, tzinfo=UTC)
    async with database.transaction() as connection:
        for number in range(transactions):
            stamp = (at + timedelta(minutes=number)).isoformat()
            await connection.execute(
                "INSERT INTO transactions (local_id, connector_id, id_tag, meter_start_wh,"
                " started_at, meter_stop_wh, stopped_at, reason)"
                " VALUES (?, 1, 'CARD', ?, ?, ?, ?, 'Local')",
                (f"t{number}", number, stamp, number + 1, stamp),
            )
            start = {"connector_id": 1, "id_tag": "CARD", "meter_start": number}
            stop = {"meter_stop": number + 1, "timestamp": stamp, "reason": "Local"}
            for action, payload in (
                ("StartTransaction", start | {"timestamp": stamp}),
                ("StopTransaction", stop),
            ):
                await connection.execute(
                    "INSERT INTO outbox (message_id, local_id, action, payload)"
                    " VALUES (?, ?, ?, ?)",
                    (f"{action}{number}", f"t{number}", action, json.dumps(payload)),
                )


async def open_client(path: Path, central: Central, clock: Any) -> tuple[OcppClient, Database]:
    """The OCPP side on the database in `path`."""
    database = await Database.open(path / "evse.db")
    url = f"ocpp.url=ws://127.0.0.1:{central.port}/ocpp"
    settings = await Settings.load(Values(database), overrides=(url,))
    return await OcppClient.load(settings, database, clock, FakeStation(), path), database


async def delivery(central: Central) -> float:
    """Seconds until all messages were delivered."""
    with tempfile.TemporaryDirectory() as folder:
        client, database = await open_client(Path(folder), central, SystemClock())
        await fill(database, MESSAGES // 2)
        outbox = Outbox(database)
        began_s = time.monotonic()
        task = asyncio.create_task(client.run())
        while await outbox.count():  # noqa: ASYNC110 (it watches a table)
            await asyncio.sleep(0.1)
        took_s = time.monotonic() - began_s
        task.cancel()
        await database.close()
    told = [entry for entry in central.told if entry[0].endswith("Transaction")]
    expected = [
        (action, number)
        for number in range(MESSAGES // 2)
        for action in ("StartTransaction", "StopTransaction")
    ]
    found = [
        (action, payload.get("meterStart", payload.get("transactionId")))
        for action, payload in told
    ]
    assert found == expected, "messages were lost, doubled or out of order"
    return took_s


async def start(central: Central) -> float:
    """Seconds from nothing to an OCPP side that is ready, with a database of many events."""
    with tempfile.TemporaryDirectory() as folder:
        _, database = await open_client(Path(folder), central, SystemClock())
        await fill(database, EVENTS // 2)
        await database.close()
        began_s = time.monotonic()
        _, database = await open_client(Path(folder), central, SystemClock())
        took_s = time.monotonic() - began_s
        await database.close()
    return took_s


async def memory(central: Central, hours: float) -> tuple[float, float]:
    """(MiB in use after the first hour, most MiB by the end) of charging, in simulated time."""
    central.keep = False
    with tempfile.TemporaryDirectory() as folder:
        clock = AcceleratedClock(SPEED, max_step_s=5.0)
        client, database = await open_client(Path(folder), central, clock)
        tasks = [asyncio.create_task(clock.run()), asyncio.create_task(client.run())]
        began_s = clock.monotonic()
        await client.transaction_started(
            TransactionRecord("long", 1, "CARD", None, 1000, datetime.now(UTC))
        )
        await clock.sleep(3600.0)
        first_mib = _most_mib()
        await clock.sleep(began_s + hours * 3600.0 - clock.monotonic())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await database.close()
    return first_mib, _most_mib()


def _most_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def measure(hours: float) -> bool:
    """Measure and tell; True when every bar is held."""
    central = Central()
    async with serve(
        central.session, "127.0.0.1", 0, subprotocols=["ocpp1.6"], compression=None
    ) as server:
        central.port = next(iter(server.sockets)).getsockname()[1]
        first_mib, last_mib = await memory(central, hours)
        central.keep = True
        started_s = await start(central)
        delivered_s = await delivery(central)
    sys.stdout.write(
        f"{MESSAGES} messages delivered in order in {delivered_s:.1f} s (bar: {DELIVERY_BAR_S:g})\n"
        f"start with {EVENTS} stored events: {started_s:.2f} s (bar: {START_BAR_S:g})\n"
        f"memory: {first_mib:.1f} MiB after an hour of charging, {last_mib:.1f} MiB after "
        f"{hours:g} h (bar: {GROWTH_BAR_MIB:g} MiB more)\n"
    )
    return (
        delivered_s < DELIVERY_BAR_S
        and started_s < START_BAR_S
        and last_mib - first_mib < GROWTH_BAR_MIB
    )


if __name__ == "__main__":
    simulated_h = float(sys.argv[1]) if len(sys.argv) > 1 else HOURS
    sys.exit(not asyncio.run(measure(simulated_h)))
