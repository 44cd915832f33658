"""Several wallboxes as processes on one machine, everything set from outside."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from ocpp.v16 import call

from evse.app import RESTART_EXIT_STATUS
from tests.firmware.ocpp.conftest import Central, eventually, start_central, stop_central

START_S = 120.0


@pytest.fixture
async def pair(central: Central) -> AsyncIterator[tuple[Central, Central]]:
    """Each wallbox has a central system of its own here."""
    other = Central()
    await start_central(other)
    yield central, other
    await stop_central(other)


async def start(folder: Path, central: Central, *more: str) -> asyncio.subprocess.Process:
    """`evse run` with its own folder, which need not be there yet."""
    name = folder.name
    values = (
        f"ocpp.url={central.url}",
        f"ocpp.identity={name}",
        f"manufacturer.vendor=V-{name}",
        f"manufacturer.model=M-{name}",
        f"manufacturer.serial=S-{name}",
        *more,
    )
    arguments = [part for value in values for part in ("--set", value)]
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "evse", "run", "--state", str(folder), *arguments),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )


async def test_two_wallboxes_side_by_side(pair: tuple[Central, Central], tmp_path: Path) -> None:
    """Behaviours 78, 79: set up from outside, killed at any moment, Reset ends the process."""
    one, two = pair
    first = await start(tmp_path / "one", one, "MeterValueSampleInterval=7")
    second = await start(tmp_path / "two", two, "installation.connectors=2")
    try:
        for central, name in ((one, "one"), (two, "two")):
            await eventually(lambda central=central: central.of("StatusNotification"), START_S)
            told = central.of("BootNotification")[0]
            assert central.requests[0].path == f"/ocpp/{name}"
            assert told["charge_point_vendor"] == f"V-{name}"
            assert told["charge_point_model"] == f"M-{name}"
            assert told["charge_box_serial_number"] == f"S-{name}"
        keys = await one.ask(call.GetConfiguration(["MeterValueSampleInterval"]))
        assert keys.configuration_key[0]["value"] == "7"

        first.kill()
        assert await first.wait() == -signal.SIGKILL
        first = await start(tmp_path / "one", one)
        await eventually(lambda: len(one.of("BootNotification")) == 2, START_S)
        keys = await two.ask(call.GetConfiguration(["NumberOfConnectors"]))
        assert keys.configuration_key[0]["value"] == "2"

        assert (await two.ask(call.Reset("Soft"))).status == "Accepted"
        assert await asyncio.wait_for(second.wait(), START_S) == RESTART_EXIT_STATUS
    finally:
        for process in (first, second):
            if process.returncode is None:
                process.kill()
                await process.wait()
