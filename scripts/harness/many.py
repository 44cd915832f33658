"""One Home Assistant with hundreds of wallboxes: added as a user adds one, the others are copies.

What a user would do for each of them takes seconds; so the first one is copied in the stored
configuration, while Home Assistant is not running.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from scripts.harness.home_assistant import ROOT, HomeAssistant, free_port
from scripts.harness.house import LOOPBACK
from scripts.harness.process_cost import cost

PROBE = ROOT / "tests" / "bench" / "loop_probe"
"""A custom component that measures how late the event loop is."""

QUIET = 'recorder:\n  exclude:\n    entity_globs: ["*"]\n'
FIRST = "Box 0"
CONNECTED = re.compile(r"binary_sensor\.box_\d+_connection")
CURRENTS = re.compile(r"/current_l[123]$")


class Many:
    """Home Assistant, prepared for `chargers` wallboxes named Box 0, Box 1, …"""

    def __init__(
        self,
        folder: Path,
        python: Path,
        chargers: int,
        *,
        recorded: bool = True,
        more_configuration: str = "",
    ) -> None:
        """`recorded`: whether states go into the recorder's database."""
        more = f"loop_probe:\n{more_configuration}" + ("" if recorded else QUIET)
        self.page = HomeAssistant(folder, python, log_level="warning", more_configuration=more)
        self.chargers = chargers
        self.port = free_port()
        self.url = f"ws://127.0.0.1:{self.port}/ocpp"
        self.password = ""
        self.entry_id = ""
        self.one_mib = 0.0
        """The memory of Home Assistant with one wallbox, when it was prepared."""

    def identities(self) -> list[str]:
        """Return the identities of all wallboxes."""
        return [f"box-{number}" for number in range(self.chargers)]

    def prepare(self, *, with_currents: bool = False) -> None:
        """Make the configuration; Home Assistant is not running afterwards.

        `with_currents`: enable the sensors of the currents, which are off at first.
        """
        shutil.copytree(PROBE, self.page.folder / "custom_components" / "loop_probe")
        self.page.start()
        self.entry_id = self.page.add_integration(self.port, **LOOPBACK)
        _, self.password = self.page.add_charger(
            self.entry_id, "box-0", name=FIRST, maximum_current=16
        )
        self.one_mib = cost(self.page.process_id).resident_mib
        self.page.stop()
        self._copy_wallboxes()
        if with_currents:
            self._enable(CURRENTS)

    def _copy_wallboxes(self) -> None:
        file = self.page.folder / ".storage" / "core.config_entries"
        stored = json.loads(file.read_text())
        entries = stored["data"]["entries"]
        entry = next(each for each in entries if each["entry_id"] == self.entry_id)
        (first,) = entry["subentries"]
        for number in range(1, self.chargers):
            own = {"subentry_id": f"box{number}", "unique_id": f"box-{number}"}
            entry["subentries"].append(first | own | {"title": f"Box {number}"})
        file.write_text(json.dumps(stored))

    def _enable(self, wanted: re.Pattern[str]) -> None:
        """Enable entities of the first wallbox by their unique id, and their copies."""
        file = self.page.folder / ".storage" / "core.entity_registry"
        stored = json.loads(file.read_text())
        entities = stored["data"]["entities"]
        for first in [each for each in entities if wanted.search(each["unique_id"])]:
            first["disabled_by"] = None
            for number in range(1, self.chargers):
                own = {
                    "id": f"{first['id'][:-4]}{number:04}",
                    "unique_id": first["unique_id"].replace("box-0", f"box-{number}"),
                    "entity_id": first["entity_id"].replace("box_0", f"box_{number}"),
                    "config_subentry_id": f"box{number}",
                    "device_id": None,
                }
                entities.append(first | own)
        file.write_text(json.dumps(stored))

    async def start(self) -> float:
        """Start Home Assistant; return the instant (monotonic s) at which its port opened."""
        starting = asyncio.create_task(asyncio.to_thread(self.page.start))
        opened_s = await self.opened()
        await starting
        return opened_s

    async def opened(self) -> float:
        """Wait until the central system's port is open; return that instant (monotonic s)."""
        while not listens(self.port):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)
        return time.monotonic()

    async def late(self) -> dict[str, Any]:
        """Return what the probe saw since the last call: p50_ms, p99_ms, max_ms, …"""
        return await self._probe("read")

    async def memory(self) -> dict[str, float]:
        """Return used_mib, what malloc has given away, and sqlite_mib of it."""
        return await self._probe("memory")

    async def _probe(self, service: str) -> dict[str, Any]:
        answer = await asyncio.to_thread(
            self.page.api, "POST", f"/api/services/loop_probe/{service}?return_response", {}
        )
        return dict(answer["service_response"])

    async def connected_s(self) -> list[float]:
        """Return the instants (monotonic s) since which wallboxes are shown as connected."""
        rows = await asyncio.to_thread(self.page.api, "GET", "/api/states")
        ahead_s = time.time() - time.monotonic()
        return [
            datetime.fromisoformat(row["last_changed"]).timestamp() - ahead_s
            for row in rows
            if CONNECTED.fullmatch(row["entity_id"]) and row["state"] == "on"
        ]


def listens(port: int) -> bool:
    """Return whether some process of this machine listens on a TCP port."""
    lines = Path("/proc/net/tcp").read_text().splitlines()
    return any(f":{port:04X} 00000000:0000 0A" in line for line in lines)
