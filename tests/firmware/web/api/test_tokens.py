"""Tokens for programs: of one's own role and lower, shown once, revoked at once."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from evse.settings.setting import Role
from evse.storage.database import Database
from evse.storage.tokens import TokensTable
from evse.web.api import session, tokens
from evse.web.context import Context
from evse.web.endpoint import Endpoint
from evse.web.tokens import MAX_TOKENS, Tokens
from tests.firmware.web.door import Browser, Door, door, errors

PATH = "/api/v1/tokens"


def make(context: Context) -> list[Endpoint]:
    return [*session.endpoints(context), *tokens.endpoints(context)]


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Door]:
    async with door(tmp_path, make) as made:
        yield made


async def made(browser: Browser, role: Role, name: str = "Home Assistant") -> Any:
    return await browser.ask("POST", PATH, json={"name": name, "role": str(role)})


async def test_a_token_works_until_it_is_revoked(there: Door) -> None:
    browser = there.browser(Role.OPERATOR)
    response = await made(browser, Role.USER)
    told = await response.json()
    assert response.status == 201
    assert told["token"].startswith("evse_")
    program = Browser(there.client, token=told["token"])
    assert (await program.get("/api/v1/session"))["role"] == "user"
    (listed,) = await browser.get(PATH)
    assert {**listed, "token": told["token"], "used_at": None} == told
    assert listed["used_at"] is not None
    assert (await browser.ask("DELETE", f"{PATH}/{told['id']}")).status == 204
    assert (await program.ask("GET", "/api/v1/session")).status == 401
    assert (await browser.ask("DELETE", f"{PATH}/{told['id']}")).status == 404


@pytest.mark.parametrize("own", Role)
@pytest.mark.parametrize("wanted", Role)
async def test_a_role_has_tokens_of_its_own_and_lower_ones(
    own: Role, wanted: Role, there: Door
) -> None:
    roles = list(Role)
    lower = roles.index(wanted) >= roles.index(own)
    response = await made(there.browser(own), wanted)
    assert response.status == (201 if lower else 403)
    token, _ = await there.security.tokens.make("another", wanted)
    listed = [each["id"] for each in await there.browser(own).get(PATH)]
    assert (token.number in listed) is lower
    gone = await there.browser(own).ask("DELETE", f"{PATH}/{token.number}")
    assert gone.status == (204 if lower else 404)


async def test_a_token_makes_and_revokes_no_tokens(there: Door) -> None:
    program = await there.program(Role.MANUFACTURER)
    assert (await made(program, Role.USER)).status == 403
    assert (await program.ask("DELETE", f"{PATH}/1")).status == 403


async def test_there_are_not_more_than_so_many(there: Door) -> None:
    for number in range(MAX_TOKENS):
        await there.security.tokens.make(f"program {number}", Role.USER)
    response = await made(there.browser(Role.USER), Role.USER)
    assert (response.status, (await errors(response))[0]["code"]) == (409, "full")


@pytest.mark.parametrize("name", ["", "x" * 61, "two\nlines"])
async def test_names_are_for_people(name: str, there: Door) -> None:
    response = await made(there.browser(Role.USER), Role.USER, name)
    assert (response.status, (await errors(response))[0]["field"]) == (422, "name")


async def test_on_the_disk_there_is_the_hash_alone_and_it_lasts(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "evse.sqlite")
    tokens = await Tokens.load(TokensTable(database))
    token, secret = await tokens.make("Home Assistant", Role.USER)
    again = await Tokens.load(TokensTable(database))
    used = await again.use(secret)
    assert used is not None
    assert (used.number, used.role) == (token.number, "user")
    assert await again.use(secret + "x") is None
    assert await again.use("\udc80") is None
    await database.close()
    content = _content(tmp_path)
    assert secret.encode() not in content
    assert secret.removeprefix("evse_").encode() not in content


def _content(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("evse.sqlite*"))


async def test_a_token_that_is_used_all_the_time_does_not_wear_out_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = await Database.open(tmp_path / "evse.sqlite")
    table = TokensTable(database)
    saved = []

    async def save_use(number: int, at: object) -> None:
        saved.append(number)

    monkeypatch.setattr(table, "save_use", save_use)
    tokens = await Tokens.load(table)
    _, secret = await tokens.make("Home Assistant", Role.USER)
    for _ in range(100):
        assert await tokens.use(secret) is not None
    assert len(saved) == 1
    await database.close()
