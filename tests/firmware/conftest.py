"""Wallboxes for the tests of the parts that only work together."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from evse import station
from tests.firmware.wallbox import TURN_S, Wallbox, Workshop, workshop


@pytest.fixture
async def make_wallbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Workshop]:
    monkeypatch.setattr(station, "TURN_S", TURN_S)
    async with workshop(tmp_path) as shop:
        yield shop


@pytest.fixture
async def wallbox(make_wallbox: Workshop) -> Wallbox:
    return await make_wallbox()
