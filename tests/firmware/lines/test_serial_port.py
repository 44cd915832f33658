"""A serial port is let go of once, whether or not its adapter was pulled out before."""

import asyncio
import gc
import os
import tty
from typing import Any

import pytest
from serial_asyncio_fast import open_serial_connection

from evse.lines.serial_port import let_go


@pytest.mark.parametrize("pulled_out", [False, True])
@pytest.mark.parametrize("unsent", [b"", bytes(100_000)])
async def test_letting_go_ends_the_port_and_logs_nothing(pulled_out: bool, unsent: bytes) -> None:
    """Seen by the campaign: a reader whose adapter was pulled out logged an error of asyncio."""
    told: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: told.append(context))
    master, end = os.openpty()
    tty.setraw(end)
    reader, writer = await open_serial_connection(url=os.ttyname(end), exclusive=True)
    writer.write(unsent)
    if pulled_out:
        os.close(master)
        os.close(end)
        with pytest.raises(OSError, match=r"disconnected|Input/output"):
            await reader.read()
    let_go(writer.transport)
    await asyncio.sleep(0.3)
    assert writer.transport.is_closing()
    del reader, writer
    gc.collect()
    await asyncio.sleep(0)
    assert not [each for each in told if "never retrieved" in each["message"]]
