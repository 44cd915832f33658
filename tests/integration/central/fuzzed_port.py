"""A real central system in a process of its own, which watches itself while others misuse its port.

    PYTHONPATH=. python tests/integration/central/fuzzed_port.py DIRECTORY

Tells its ports as a line of JSON, then, when its input ends, what it saw as another (`Seen`).
`scripts/trials/fuzz_ports.py` starts it.
"""

import asyncio
import gc
import io
import json
import logging
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from custom_components.evse_ocpp.central.admission import Attempt, LinkSettings
from custom_components.evse_ocpp.central.authority import Authority
from custom_components.evse_ocpp.central.charger import Charger
from custom_components.evse_ocpp.central.server import CentralSystem
from custom_components.evse_ocpp.central.tls import Tls, server_context
from scripts.harness.process_cost import cost

TICK_S = 0.005


@dataclass
class Seen:
    """What the process saw of itself.

    `blocked_ms`: the most processor time of the loop's thread between two ticks, so also what one
    callback took; unlike `lag_ms`, by the clock, other programs on the machine do not count. The
    garbage collector's full passes are apart, in `collector_ms`: they go through all objects of a
    program, and Home Assistant has them with or without us.
    """

    blocked_ms: float = 0.0
    collector_ms: float = 0.0
    lag_ms: float = 0.0
    lag_p99_ms: float = 0.0
    memory_mib: list[float] = field(default_factory=list)
    handles: list[int] = field(default_factory=list)
    tasks: int = 0
    connections: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class House:
    """Admits HEALTHY and VICTIM without a password."""

    def __init__(self) -> None:
        self.chargers = {identity: Charger(identity) for identity in ("HEALTHY", "VICTIM")}

    def link_settings(self, identity: str) -> LinkSettings:
        """Let both in."""
        return LinkSettings(passwordless=identity in self.chargers)

    def password_accepted(self, identity: str, password: str) -> bool:
        """Know no password."""
        return not identity and not password

    def unknown_admitted(self, attempt: Attempt) -> None:
        """Pair nobody."""

    def authorize(self, charger: Charger, id_tag: str) -> str:
        """Accept every card."""
        return "Accepted" if charger and id_tag else "Invalid"

    async def save(self, charger: Charger) -> None:
        """Store nothing, but take the time of a task."""
        await asyncio.sleep(0)


class Errors(logging.Handler):
    """Keeps the first errors of the log: nothing that a client sends may be one."""

    def __init__(self, seen: Seen, level: int) -> None:
        super().__init__(level)
        self._seen = seen

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one."""
        if len(self._seen.errors) < 20:
            self._seen.errors.append(self.format(record))


async def watch(seen: Seen) -> None:
    """Measure the loop, memory and open handles until cancelled."""
    lags: list[float] = []
    measured_at = 0.0
    collected_s = full_passes(seen)
    try:
        while True:
            began, worked = time.perf_counter(), time.thread_time() - collected_s()
            await asyncio.sleep(TICK_S)
            lag = time.perf_counter() - began - TICK_S
            lags.append(lag)
            seen.lag_ms = max(seen.lag_ms, 1000 * lag)
            seen.blocked_ms = max(
                seen.blocked_ms, 1000 * (time.thread_time() - collected_s() - worked)
            )
            if began - measured_at > 5:
                measured_at = began
                measure(seen)
    finally:
        lags.sort()
        seen.lag_p99_ms = 1000 * lags[int(len(lags) * 0.99)] if lags else 0.0


def full_passes(seen: Seen) -> Callable[[], float]:
    """Watch the garbage collector; return what gives the processor time of its full passes, s."""
    began = total = 0.0

    def on_pass(phase: str, info: dict[str, int]) -> None:
        nonlocal began, total
        if info["generation"] == 2 and phase == "start":
            began = time.thread_time()
        elif info["generation"] == 2:
            took = time.thread_time() - began
            total += took
            seen.collector_ms = max(seen.collector_ms, 1000 * took)

    gc.callbacks.append(on_pass)
    return lambda: total


def measure(seen: Seen) -> None:
    """Note memory and handles now."""
    now = cost(os.getpid())
    seen.memory_mib.append(round(now.resident_mib, 1))
    seen.handles.append(now.handles)


async def settle(central: CentralSystem, house: House, seen: Seen) -> None:
    """Give what was cut off time to end, then count what is left."""
    for _ in range(120):
        await asyncio.sleep(0.25)
        if not len(central.waiting) and not any(each.connected for each in house.chargers.values()):
            break
    gc.collect()
    measure(seen)
    seen.tasks = len(asyncio.all_tasks())
    left = [each.identity for each in house.chargers.values() if each.connected]
    seen.connections = left + ["a stranger"] * len(central.waiting)
    if seen.connections:
        for task in asyncio.all_tasks():
            text = io.StringIO()
            task.print_stack(file=text)
            seen.errors.append(text.getvalue()[-1500:])


async def main(directory: Path) -> None:
    """Serve until the input ends."""
    seen, house = Seen(), House()
    logging.getLogger().addHandler(Errors(seen, logging.ERROR))
    logging.getLogger("asyncio").addHandler(Errors(seen, logging.WARNING))

    def on_exception(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        seen.errors.append(f"loop: {context}"[:2000])

    asyncio.get_running_loop().set_exception_handler(on_exception)
    authority = Authority(directory, lambda: datetime.now(UTC))
    authority.open()
    authority.renew_server(["127.0.0.1"])
    context = server_context(
        authority.server_certificate_path, authority.server_key_path, authority.root_pem
    )
    central = CentralSystem(house, house, on_unknown=lambda _: None, on_refused=lambda _: None)
    await central.start("127.0.0.1", 0, "/ocpp")
    await central.start_tls(0, Tls(context, authority.names_in))
    print(json.dumps({"port": central.port, "tls_port": central.tls_port}), flush=True)
    gc.collect()
    gc.freeze()  # as Home Assistant does when it has started
    measure(seen)
    watching = asyncio.create_task(watch(seen))
    await asyncio.to_thread(sys.stdin.read)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    await settle(central, house, seen)
    await central.stop()
    print(json.dumps(asdict(seen)), flush=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
