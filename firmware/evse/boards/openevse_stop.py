"""Stopping an OpenEVSE board, with or without a driver."""

import asyncio
import contextlib

from evse.boards.board import BoardError
from evse.boards.openevse_rules import RELEASE_S, Mode
from evse.boards.rapi import RapiError, Status
from evse.boards.rapi_port import RapiPort

ATTEMPTS = 5
RETRY_S = 1.0
"""Between two attempts: an adapter that was out is back after some seconds."""
LOOK_S = 0.2


async def stop(device: str) -> None:
    """Stop the OpenEVSE board on `device` and leave it disabled. BoardError when it can't be."""
    error: RapiError | None = None
    for attempt in range(ATTEMPTS):
        if attempt > 0:
            await asyncio.sleep(RETRY_S)
        try:
            async with contextlib.aclosing(await RapiPort.open(device, lambda _: None)) as port:
                await _disable(port)
                return
        except RapiError as failed:
            error = failed
    raise BoardError(f"OpenEVSE on {device} could not be stopped: {error}")


async def _disable(port: RapiPort) -> None:
    """Give the vehicle its time to let go. RapiError when a frame is lost or the relay stays."""
    await port.ask(Mode.SLEEPING.value)
    for _ in range(round(RELEASE_S / LOOK_S)):
        if not Status.of_answer(await port.ask("GS")).relay_closed:
            break
        await asyncio.sleep(LOOK_S)
    await port.ask(Mode.DISABLED.value)
    status = Status.of_answer(await port.ask("GS"))
    if status.relay_closed:
        raise RapiError(f"its relay stays closed in state {status.state:02X}")
