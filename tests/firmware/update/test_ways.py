"""Issue 6, show 4: updates between two real versions, in real slots, by real processes.

The versions are this checkout under two numbers. Their dependencies are those of the environment
that runs the tests (see `bundles`); everything else is as on a wallbox: the launcher, `evse run` on
the simulated board, signed bundles, environments made by pip.
"""

import asyncio
import hashlib
import json
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from ocpp.v16 import call

from evse.storage.database import Database
from evse.storage.values import Values
from evse.update import launcher
from tests.firmware.ocpp.conftest import Central, eventually, start_central, stop_central
from tests.firmware.ocpp.file_servers import CREDENTIALS, Files, ftp_files, http_files
from tests.firmware.update.bundles import Maker
from tests.firmware.update.conftest import OLD
from tests.firmware.update.process import Wallbox, kill_campaign

NEW = "2.0.0"

SOON_S = 90.0
"""Until a message of a real process on a busy machine must have come."""

DONE = ["Downloading", "Downloaded", "Installing", "Installed"]

MakeBox = Callable[..., Wallbox]


@pytest.fixture(scope="module")
def new_bundle(maker: Maker) -> Path:
    return maker.real(NEW)


@pytest.fixture
def make_box(maker: Maker, installed: Path, tmp_path: Path) -> MakeBox:
    return lambda *settings: Wallbox(tmp_path, installed, maker, *settings)


@pytest.fixture
def files(new_bundle: Path) -> Any:
    content = new_bundle.read_bytes()
    with http_files() as served:
        served.stored["box/2.evse"] = content
        feed = {"version": NEW, "url": "2.evse", "sha256": hashlib.sha256(content).hexdigest()}
        served.stored["box/feed.json"] = json.dumps(feed).encode()
        yield served


@pytest.fixture
async def central() -> AsyncIterator[Central]:
    central = Central()
    await start_central(central)
    yield central
    await stop_central(central)


async def is_new(box: Wallbox) -> None:
    """The new version runs, has proved itself, and is what `current` names."""
    told = await box.until(version=NEW, phase="idle", code="100 UP")
    assert [(each["slot"], each["healthy"]) for each in told["slots"]] == [("a", True), ("b", True)]
    assert box.linked == "b"
    assert sorted(file.name for file in (box.state / "update").iterdir()) == []


async def test_by_upload_to_the_page(make_box: MakeBox, files: Files) -> None:
    """The procedure of the Cabur manual, file and MD5 over the page; by HTTPS and logged in."""
    content, port = files.stored["box/2.evse"], free_port()
    settings = ("web.enabled=true", "web.http_port=0", f"web.https_port={port}")
    async with make_box(*settings) as box, page(box, port) as ask:
        refused = await ask("update/upload", content, {"X-MD5": "0" * 32})
        assert (refused.status, (await refused.json())["errors"][0]["code"]) == (422, "E02")
        cut = await ask("update/upload", content[:-1], {})
        assert (cut.status, (await cut.json())["errors"][0]["code"]) == (422, "E04")
        md5 = hashlib.md5(content).hexdigest()
        taken = await ask("update/upload", content, {"X-MD5": md5, "X-File-Name": "2.evse"})
        assert taken.status == 202, await taken.text()
        await is_new(box)


Ask = Callable[[str, bytes, dict[str, str]], Awaitable[aiohttp.ClientResponse]]


@asynccontextmanager
async def page(box: Wallbox, port: int) -> AsyncIterator[Ask]:
    """Claim the wallbox as its owner does, and send it something in that session."""
    base = f"https://127.0.0.1:{port}"
    key = (box.state / "device-key").read_text().strip()
    passwords = {role: f"{role}-of-a-test" for role in ("manufacturer", "operator", "user")}
    async with aiohttp.ClientSession(base, connector=aiohttp.TCPConnector(ssl=False)) as browser:
        claim = {"device_key": key, "passwords": passwords}
        opened = await browser.post("/api/v1/claim", json=claim, headers={"Origin": base})
        assert opened.status == 200, await opened.text()
        headers = {"Origin": base, "X-CSRF-Token": (await opened.json())["csrf"]}
        cookie = "; ".join(f"{each.key}={each.value}" for each in opened.cookies.values())

        async def ask(path: str, body: bytes, more: dict[str, str]) -> aiohttp.ClientResponse:
            whole = headers | {"Content-Type": "application/octet-stream", "Cookie": cookie} | more
            return await browser.post(f"/api/v1/{path}", data=body, headers=whole)

        yield ask


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_by_url_over_ftp(make_box: MakeBox, files: Files) -> None:
    with ftp_files() as served:
        served.stored["2.evse"] = files.stored["box/2.evse"]
        async with make_box() as box:
            await box.ask("update-url", url=served.url("2.evse", "ftp", CREDENTIALS))
            await is_new(box)
            assert CREDENTIALS.split(":")[1] not in box.log.read_text()


async def test_by_ocpp(make_box: MakeBox, central: Central, files: Files) -> None:
    """Its end is reported by the new version, after it has proved itself."""
    async with make_box(f"ocpp.url={central.url}") as box:
        await eventually(lambda: central.of("StatusNotification"), SOON_S)
        now = datetime.now(UTC).isoformat()
        await central.ask(call.UpdateFirmware(files.url("box/2.evse"), now))
        await is_new(box)
        await eventually(lambda: statuses(central) == DONE, SOON_S)


def statuses(central: Central) -> list[str]:
    return [each["status"] for each in central.of("FirmwareStatusNotification")]


async def test_by_itself(make_box: MakeBox, files: Files) -> None:
    """A minute after the start, of a clock that is faster than ours."""
    feed = f"update.feed_url={files.url('box/feed.json')}"
    async with make_box(feed, "simulation.speed=20") as box:
        await is_new(box)


async def test_never_while_charging(make_box: MakeBox, new_bundle: Path) -> None:
    async with make_box("FreeCharging=true", "simulation.car_reaction_s=0") as box:
        await box.ask("plug", start_delay_s=0)
        await box.ask("update-file", path=str(new_bundle))
        await box.until(phase="waiting")
        for _ in range(300):
            if (await box.ask("status"))["connectors"]["1"]["status"] == "Charging":
                break
            await asyncio.sleep(0.1)
        await asyncio.sleep(1.0)
        assert (await box.ask("status"))["connectors"]["1"]["status"] == "Charging"
        assert (await box.ask("update-status"))["phase"] == "waiting"
        await box.ask("unplug")
        await is_new(box)


def crashes(_: str) -> str:
    """It can be imported, and ends as soon as it runs."""
    return "import sys\n\n\nasync def run(*_):\n    sys.exit('broken on purpose')\n"


def hangs(_: str) -> str:
    return "import time\n\n\nasync def run(*_):\n    time.sleep(1000)\n"


def without_board(text: str) -> str:
    """Its board never answers, though it makes control turns."""
    return text.replace("        if Fault.BOARD_SILENT not in", "        if False and Fault not in")


@pytest.mark.parametrize(
    ("patches", "why"),
    [
        ({"evse/app.py": crashes}, f"not healthy after {launcher.MAX_STARTS} starts"),
        ({"evse/app.py": hangs}, "not healthy within 10 s"),
        ({"evse/boards/simulated.py": without_board}, "not healthy within 10 s"),
    ],
    ids=["crashes", "hangs", "board silent"],
)
async def test_a_version_that_fails_its_health_check_is_taken_back_by_itself(
    make_box: MakeBox,
    tmp_path: Path,
    maker: Maker,
    central: Central,
    files: Files,
    patches: Any,
    why: str,
) -> None:
    """And the central system, which had ordered it, hears that it was not installed."""
    own = Maker(tmp_path / "maker", maker.key)
    own.folder.mkdir()
    broken = own.real("3.0.0", patches, trial_s=10)
    files.stored["3.evse"] = broken.read_bytes()
    async with make_box(f"ocpp.url={central.url}") as box:
        await eventually(lambda: central.of("StatusNotification"), SOON_S)
        now = datetime.now(UTC).isoformat()
        await central.ask(call.UpdateFirmware(files.url("3.evse"), now))
        told = await box.until(version=OLD, phase="failed", code="E01")
        assert told["message"] == f"version 3.0.0 was taken back: {why}"
        assert box.linked == "a"
        await eventually(lambda: statuses(central) == [*DONE[:-1], "InstallationFailed"], SOON_S)


async def test_the_way_back_and_settings_of_another_version(
    make_box: MakeBox, new_bundle: Path
) -> None:
    """Settings migrate forwards and back: what only the other version knows is kept for it."""
    async with make_box() as box:
        await box.ask("update-file", path=str(new_bundle))
        await is_new(box)
        database = await Database.open(box.state / "evse.sqlite")
        try:
            values = Values(database)
            await values.save_settings({"of.the_new_version": 5})
            await box.ask("update-back")
            told = await box.until(version=OLD, phase="idle", code="100 UP")
            assert told["message"] == f"version {OLD} is installed"
            assert box.linked == "a"
            assert (await values.saved_settings())["of.the_new_version"] == 5
        finally:
            await database.close()
        await box.ask("update-back")
        await is_new(box)


async def test_killed_at_random_instants(make_box: MakeBox, new_bundle: Path) -> None:
    """A handful; `scripts/campaign wallbox-update-cuts` does more, on a card that forgets."""
    async with make_box() as box:
        rows = await kill_campaign(box, new_bundle, kills=4, seed=6, longest_s=9.0)
        assert {row["version"] for row in rows} <= {OLD, NEW}
        await box.until(phase="idle")
        shutil.rmtree(box.state / "update")
        (box.state / "update").mkdir()
        await box.ask("update-file", path=str(new_bundle))
        await box.until(version=NEW, phase="idle", code="100 UP")
