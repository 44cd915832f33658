"""Slots as they are on a wallbox. The real ones are made once: an environment takes seconds."""

import asyncio
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evse.update import bundle as bundles
from evse.update.slots import Slots, make_root
from tests.firmware.update.bundles import PIP_WHEELS, Maker

OLD = "1.0.0"


@pytest.fixture(scope="session")
def maker(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    return Maker.new(tmp_path_factory.mktemp("maker"))


@pytest.fixture(scope="session")
def pip() -> None:
    """What makes real slots."""
    if not PIP_WHEELS:
        pytest.skip("this Python comes without a pip: no real slots can be made")


@pytest.fixture(scope="session")
def old_bundle(maker: Maker, pip: None) -> Path:
    """The program of this checkout under the number OLD."""
    return maker.real(OLD)


@pytest.fixture(scope="session")
def installed(maker: Maker, old_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the slots with OLD in a, never started."""
    slots = make_root(tmp_path_factory.mktemp("installed") / "slots")
    bundle = bundles.read(old_bundle, maker.keys)
    assert asyncio.run(slots.install(bundle, datetime.now(UTC))) == "a"
    slots.make_first("a")
    return slots.root


@pytest.fixture
def slots(installed: Path) -> Iterator[Slots]:
    """The real slots as they were after the first installation; OLD runs."""
    state = (installed / "state.json").read_bytes()
    yield Slots(installed, "a")
    shutil.rmtree(installed / "b", ignore_errors=True)
    (installed / "state.json").write_bytes(state)
    (installed / "current").unlink(missing_ok=True)
    (installed / "current").symlink_to("a")
