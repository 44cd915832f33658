"""The API against its own OpenAPI document, by schemathesis, for each role.

Short, with the station on virtual time; `scripts/campaign fuzz-http --length full` is the long run
on a real process.
"""

import asyncio
import zlib

import pytest

from evse.settings.setting import Role
from tests.firmware.web.api.conftest import MakePage, make_page

pytest.importorskip("schemathesis", reason="schemathesis is not in this environment")
import requests

from scripts.trials.fuzz_http import Tally, fuzz, operations

__all__ = ["make_page"]

EXAMPLES = 1
"""Good requests, and as many broken ones, of each operation and role."""


@pytest.mark.parametrize("role", Role)
async def test_no_server_error_and_nothing_that_the_document_does_not_have(
    make_page: MakePage, role: Role
) -> None:
    page = await make_page()
    await page.wallbox.charge()
    _, token = await page.context.tokens.make("schemathesis", role)
    document = (await page.nobody("GET", "openapi.json")).body
    headers, tally = {"Authorization": f"Bearer {token}"}, Tally()
    listed = await asyncio.to_thread(operations, document)
    with requests.Session() as session:
        for operation in listed:
            await asyncio.to_thread(
                fuzz,
                operation,
                page.base,
                headers,
                tally,
                examples=EXAMPLES,
                seed=zlib.crc32(f"{role} {operation.label}".encode()),
                session=session,
            )
    assert not tally.wrong, "\n".join(tally.lines())
    assert len(tally.operations) == len(listed) > 50
    assert tally.statuses[200] > 0
