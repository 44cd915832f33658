"""The page's certificate over the API: installed whole or not at all, and its key never shown."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from evse.settings.setting import Role
from evse.web.api import audit, certificate
from evse.web.context import Context
from evse.web.endpoint import Endpoint
from tests.firmware.web.door import Browser, Door, door, errors
from tests.firmware.web.test_certificate import OTHER, key_pem, pem

PATH = "/api/v1/certificate"


def make(context: Context) -> list[Endpoint]:
    return [*certificate.endpoints(context), *audit.endpoints(context)]


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Door]:
    async with door(tmp_path, make) as made:
        yield made


async def install(browser: Browser, chain: str, key: str) -> Any:
    return await browser.ask("PUT", PATH, json={"certificate": chain, "key": key})


async def test_it_is_shown_installed_and_removed(there: Door) -> None:
    browser = there.browser(Role.OPERATOR)
    own = await browser.get(PATH)
    assert own["own"]
    response = await install(browser, pem(), key_pem())
    installed = await response.json()
    assert installed == await browser.get(PATH)
    assert (installed["own"], installed["subject"]) == (False, "CN=wallbox.example")
    assert await (await browser.ask("DELETE", PATH)).json() == own
    told = await browser.get("/api/v1/audit")
    assert [entry["key"] for entry in told["entries"]] == [
        "certificate.removed",
        "certificate.installed",
    ]
    assert "PRIVATE KEY" not in str(told)


@pytest.mark.parametrize(
    ("chain", "key", "field"),
    [
        (pem(), key_pem(OTHER), "key"),
        (pem(), "no key", "key"),
        ("no certificate", key_pem(), "certificate"),
        (pem(), "x" * 70_000, "key"),
    ],
)
async def test_what_cannot_be_served_names_its_field(
    chain: str, key: str, field: str, there: Door
) -> None:
    browser = there.browser(Role.MANUFACTURER)
    before = await browser.get(PATH)
    response = await install(browser, chain, key)
    (error,) = await errors(response)
    assert (response.status, error["field"], error["came"]) == (422, field, None)
    assert await browser.get(PATH) == before
