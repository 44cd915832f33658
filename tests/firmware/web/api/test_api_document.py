"""docs/api.md is true: its examples run as they stand, and its table is that of the endpoints."""

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from evse.settings.setting import Role
from evse.web.endpoint import ALL, PREFIX, STAFF, Access, Endpoint
from evse.web.listening import first_free, listening
from tests.firmware.web.api.conftest import Page

DOCUMENT = Path(__file__).resolve().parents[4] / "docs" / "api.md"

needs_tools = pytest.mark.skipif(
    shutil.which("curl") is None or shutil.which("openssl") is None,
    reason="the examples are for curl and openssl",
)


def examples() -> list[str]:
    """The commands, in the order of the document."""
    return re.findall(r"```sh\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)


@asynccontextmanager
async def over_tls(page: Page) -> AsyncIterator[str]:
    """Host and port where the page is served as a wallbox does."""
    bound = first_free((0,))
    port = bound.getsockname()[1]
    context = page.context.certificate.context
    async with listening(page.server.application(), bound, context):
        yield f"127.0.0.1:{port}"


async def run(command: str, folder: Path, **variables: str) -> str:
    """What a command prints; it must succeed."""
    process = await asyncio.create_subprocess_exec(
        "sh",
        "-c",
        command,
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", **variables},
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(30):
        printed, _ = await process.communicate()
    assert process.returncode == 0, command
    return printed.decode("utf-8-sig")


@needs_tools
async def test_the_examples_do_what_they_say(page: Page, tmp_path: Path) -> None:
    certificate, state, change, charges = examples()
    _, token = await page.context.tokens.make("example", Role.OPERATOR)
    async with over_tls(page) as address:

        async def told(command: str) -> str:
            return await run(command, tmp_path, WALLBOX=address, TOKEN=token)

        assert page.context.certificate.shown.fingerprint in await told(certificate)
        (connector,) = json.loads(await told(state))["connectors"]
        assert connector["why"]["sentence"].startswith("Lädt nicht")
        assert json.loads(await told(change))["changed"] == ["installation.output_current_limit_a"]
        assert page.wallbox.settings["installation.output_current_limit_a"] == 16
        head, *rows = (await told(charges)).splitlines()
        assert head.startswith("Number,Connector,Start,End")
        assert rows == []


def test_every_endpoint_stands_in_the_table(page: Page) -> None:
    rows = re.findall(
        r"^\| `([A-Z]+) ([^`]+)` \| (\w+) \|", DOCUMENT.read_text("utf-8"), re.MULTILINE
    )
    described = {(method, f"{PREFIX}/{path}"): whose for method, path, whose in rows}
    assert described == {(each.method, each.path): whose(each) for each in page.server.endpoints}


def whose(endpoint: Endpoint) -> str:
    """Who may call, in the document's words."""
    if endpoint.access is Access.PUBLIC:
        return "anybody"
    return {ALL: "all", STAFF: "staff"}[endpoint.roles]
