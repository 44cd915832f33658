"""Pairing: whoever holds the label or stands before the panel connects the wallbox; nobody else."""

import asyncio
import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from evse.ocpp.security.store import CertificateStore, Use
from evse.web.api.pin import TRIES
from tests.firmware.ocpp.conftest import Central, eventually, start_central, stop_central
from tests.firmware.ocpp.security.authority import YEAR, Authority
from tests.firmware.web.api.conftest import MakePage, Page, make_page

__all__ = ["make_page"]

PASSWORD = "0123456789abcdef"
URL = "ws://homeassistant.example:9000"


@pytest.fixture
async def page(make_page: MakePage) -> Page:
    return await make_page(epoch=datetime.now(UTC))  # the certificates are valid now


def roots(page: Page) -> int:
    return len(CertificateStore(page.wallbox.state_dir).roots(Use.CENTRAL_SYSTEM))


async def pair(page: Page, **body: Any) -> Any:
    return await page.nobody("POST", "pairing", {"url": URL} | body)


async def test_by_the_key_on_the_label(page: Page) -> None:
    body = {"device_key": page.context.device_key.text, "password": PASSWORD, "identity": "garage"}
    answer = await pair(page, **body)
    settings = page.wallbox.settings
    assert answer.status == 200, answer.body
    assert answer.body["identity"] == "garage"
    assert answer.body["serial"] == settings["manufacturer.serial"]
    assert (settings["ocpp.url"], settings["ocpp.identity"]) == (URL, "garage")
    assert (settings["ocpp.password"], settings["ocpp.security_profile"]) == (PASSWORD, 1)
    assert PASSWORD not in str(answer.body)


async def test_by_the_pin_on_the_panel(page: Page) -> None:
    assert (await page.nobody.ok("GET", "pairing"))["pin_ends_in_s"] is None
    shown = await page.nobody.ok("POST", "pairing/pin")
    assert set(shown) == {"pin_ends_in_s"}  # the PIN itself stands on the panel alone
    (pin,) = page.pins
    assert (await pair(page, pin=pin)).status == 200
    assert page.wallbox.settings["ocpp.url"] == URL
    assert page.pins[-1] == ""


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 422, "device_key"),
        ({"pin": "12345"}, 422, "pin"),
        ({"pin": "123456"}, 403, "pin"),  # none is shown
        ({"device_key": "0"}, 422, "device_key"),
        ({"device_key": "00000-00000-00000-00000"}, 403, "device_key"),
        ({"device_key": "00000-00000-00000-00000", "pin": "123456"}, 422, "device_key"),
    ],
)
async def test_nothing_is_changed_without_either(
    page: Page, body: dict[str, str], status: int, field: str
) -> None:
    answer = await pair(page, **body, ca=Authority().pem)
    assert (answer.status, answer.error["field"]) == (status, field)
    assert page.wallbox.settings["ocpp.url"] == ""
    assert roots(page) == 0


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"url": "http://x"}, "ocpp.url"),
        ({"password": "short"}, "ocpp.password"),
        ({"identity": "a b"}, "ocpp.identity"),
        ({"ca": "no certificate"}, "ca"),
        ({"ca": Authority(ends=-YEAR / 365 / 2).pem}, "ca"),
    ],
)
async def test_all_or_nothing(page: Page, wrong: dict[str, str], field: str) -> None:
    good = {"device_key": page.context.device_key.text, "password": PASSWORD}
    answer = await pair(page, **({"ca": Authority().pem} | good | wrong))
    assert (answer.status, answer.error["field"]) == (422, field)
    assert page.wallbox.settings["ocpp.url"] == ""
    assert roots(page) == 0


async def test_the_old_password_is_not_told_to_the_new_central_system(page: Page) -> None:
    settings = page.wallbox.settings
    old = {"ocpp.url": "ws://old.example", "ocpp.password": PASSWORD, "ocpp.security_profile": 1}
    await settings.set_many(old, "test")
    assert (await pair(page, device_key=page.context.device_key.text)).status == 200
    assert (settings["ocpp.password"], settings["ocpp.security_profile"]) == ("", 0)


async def test_guesses_are_few(page: Page) -> None:
    """Five tries of a PIN; and the lock-out slows whoever guesses before that (issue 6)."""
    await page.nobody.ok("POST", "pairing/pin")
    wrong = "000000" if page.pins[0] != "000000" else "000001"
    statuses = [(await pair(page, pin=wrong)).status for _ in range(2 * TRIES)]
    assert set(statuses) == {403, 429}
    assert statuses.count(403) <= TRIES
    refused = await pair(page, pin=wrong)
    assert int(refused.headers["Retry-After"]) >= 1


async def test_a_pairing_stands_in_the_log_of_changes(page: Page) -> None:
    await pair(page, device_key=page.context.device_key.text, password=PASSWORD)
    entries = (await (await page.role("manufacturer")).ok("GET", "audit"))["entries"]
    keys = [entry["key"] for entry in entries]
    assert {"pairing", "ocpp.url", "ocpp.password"} <= set(keys)
    assert PASSWORD not in str(entries)


@pytest.mark.parametrize("encrypted", [False, True])
async def test_a_real_central_system_gets_the_connection(
    make_page: MakePage, tmp_path: Any, encrypted: bool
) -> None:
    """The wallbox knew of none; it comes with the new identity, password and certificate."""
    authority, central = Authority(), Central()
    central.tls = authority.server_tls(tmp_path) if encrypted else None
    await start_central(central)
    page = await make_page(epoch=datetime.now(UTC))
    page.tasks.append(asyncio.create_task(page.context.client.run()))
    body = {"identity": "garage", "password": PASSWORD} | (
        {"ca": authority.pem} if encrypted else {}
    )
    try:
        answer = await pair(page, url=central.url, device_key=page.context.device_key.text, **body)
        assert answer.status == 200, answer.body
        await eventually(lambda: page.context.client.connected)
        (request, *_) = central.requests
        assert request.path.endswith("/garage")
        sent = base64.b64decode(request.headers["Authorization"].removeprefix("Basic "))
        assert sent == f"garage:{PASSWORD}".encode()
        assert page.wallbox.settings["ocpp.security_profile"] == (2 if encrypted else 1)
        assert (await page.nobody.ok("GET", "pairing"))["claimed"] is False
    finally:
        for task in page.tasks:
            task.cancel()
        await stop_central(central)
