"""CPU time per MeterValues through frames, v16 and charger, without socket and Home Assistant.

Run: PYTHONPATH=. python tests/bench/meter_values_cpu.py [messages]
"""

import asyncio
import json
import sys
import time
from datetime import UTC, datetime, timedelta

from custom_components.evse_ocpp.central.charger import Charger
from custom_components.evse_ocpp.central.frames import Call, pack_result, parse
from custom_components.evse_ocpp.central.v16_inbound import Inbound

START = datetime(2026, 3, 1, tzinfo=UTC)
BAR_MS = 0.4


class Site:
    """Admission and store that do nothing."""

    def __init__(self) -> None:
        self.chargers: dict[str, Charger] = {}

    def password_accepted(self, identity: str, password: str | None) -> bool:
        """Accept."""
        return bool(identity or password)

    def authorize(self, charger: Charger, id_tag: str) -> str:
        """Accept."""
        return "Accepted" if charger and id_tag else "Invalid"

    async def save(self, charger: Charger) -> None:
        """Store nothing."""


def sampled_values(number: int) -> list[dict[str, str]]:
    """17 sampled values, of which five change."""
    context, location = "Sample.Periodic", "Outlet"
    values: list[tuple[str, str, str, str | None]] = [
        ("Energy.Active.Import.Register", str(1000 + number * 20), "Wh", None),
        ("Power.Active.Import", str(7000 + number % 50), "W", None),
        ("SoC", "55", "Percent", None),
        ("Temperature", "31", "Celsius", None),
        ("Frequency", "50.0", "Hertz", None),
    ]
    for phase in ("L1", "L2", "L3"):
        values += [
            ("Current.Import", str(10 + number % 7), "A", phase),
            ("Voltage", "230.1", "V", f"{phase}-N"),
            ("Power.Active.Import", "2333", "W", phase),
            ("Current.Offered", "16", "A", phase),
        ]
    return [
        {"value": value, "measurand": measurand, "unit": unit, "context": context}
        | {"location": location}
        | ({} if phase is None else {"phase": phase})
        for measurand, value, unit, phase in values
    ]


def frame(number: int) -> str:
    """One MeterValues call."""
    stamp = (START + timedelta(seconds=10 * number)).isoformat()
    meter_value = {"timestamp": stamp, "sampledValue": sampled_values(number)}
    payload = {"connectorId": 1, "transactionId": 1, "meterValue": [meter_value]}
    return json.dumps([2, f"m{number}", "MeterValues", payload])


async def measure(messages: int) -> float:
    """Return the CPU time of one message in ms."""
    now = START
    site, charger = Site(), Charger("CP-1")
    inbound = Inbound(charger, site, site, lambda: now)
    charger.start_transaction(1, "TAG", START, 1000, "key")
    frames = [frame(number) for number in range(messages)]
    began = time.process_time()
    for number, text in enumerate(frames):
        now = START + timedelta(seconds=10 * number)
        call = parse(text)
        assert isinstance(call, Call)
        pack_result(call.message_id, await inbound.handle(call.action, call.payload))
        charger.publish()
    spent_s = time.process_time() - began
    assert charger.connectors[1].readings.register_wh == 1000 + (messages - 1) * 20
    assert not charger.violations
    return spent_s / messages * 1000


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    per_message_ms = asyncio.run(measure(count))
    sys.stdout.write(f"{per_message_ms:.3f} ms CPU per MeterValues (bar: {BAR_MS} ms)\n")
    sys.exit(per_message_ms > BAR_MS)
