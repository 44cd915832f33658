"""An OpenEVSE board is stopped without a driver, also over an adapter that comes and goes."""

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from evse.boards import openevse_stop
from evse.boards.board import BoardError
from evse.boards.openevse_stop import stop
from tests.firmware.emulators.openevse import DISABLED, OpenEvse, openevse


@pytest.fixture
def device() -> Iterator[OpenEvse]:
    with openevse(speed=3.0) as emulated:
        time.sleep(0.15)  # it has started before anybody asks
        yield emulated


async def charging(device: OpenEvse) -> None:
    """The board charges by itself."""
    device.plug()
    for _ in range(100):
        if device.board.relay:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the board does not charge")


async def test_it_disables_the_board(device: OpenEvse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openevse_stop, "RETRY_S", 0.01)
    await charging(device)
    await stop(device.tty)
    assert device.board.state == DISABLED
    assert not device.board.relay
    device.line.begin(silent=True)
    with pytest.raises(BoardError, match=device.tty):
        await stop(device.tty)


async def test_it_waits_for_an_adapter_that_comes_back(device: OpenEvse, tmp_path: Path) -> None:
    await charging(device)
    port = tmp_path / "ttyUSB0"
    coming = asyncio.get_running_loop().call_later(0.5, os.symlink, device.tty, port)
    try:
        await stop(str(port))
    finally:
        coming.cancel()
    assert not device.board.relay


async def test_its_errors_name_the_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openevse_stop, "RETRY_S", 0.01)
    with pytest.raises(BoardError, match=r"could not be stopped.*ttyUSB0 cannot be opened"):
        await stop(str(tmp_path / "ttyUSB0"))
