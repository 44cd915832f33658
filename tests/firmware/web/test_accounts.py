"""The passwords of the three roles."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from evse.settings.setting import Role
from evse.settings.values import Settings
from evse.storage.accounts import AccountsTable
from evse.storage.database import Database
from evse.storage.values import Values
from evse.web.accounts import MAX_WAITING, Accounts, BusyError, PasswordError
from evse.web.device_key import DeviceKey
from tests.firmware.web.door import PASSWORDS

KEY = DeviceKey("53ZDP-2WSDG-NRVR5-M0FRC")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(tmp_path / "evse.sqlite")
    yield database
    await database.close()


async def loaded(database: Database) -> Accounts:
    settings = await Settings.load(Values(database))
    return await Accounts.load(AccountsTable(database), settings, KEY)


async def test_nobody_comes_in_before_somebody_has_claimed(database: Database) -> None:
    """No password works on every device (issue 6)."""
    accounts = await loaded(database)
    assert not accounts.claimed
    for login in ("manufacturer", "operator", "user", "WLQ01", "etec", "admin"):
        for password in ("40000003", "88888888", "123456", "", login):
            assert await accounts.log_in(login, password) is None


async def test_each_role_comes_in_by_its_own_password(database: Database) -> None:
    await (await loaded(database)).claim(PASSWORDS)
    accounts = await loaded(database)  # after a restart
    assert accounts.claimed
    for role in Role:
        for tried, password in PASSWORDS.items():
            expected = role if tried is role else None
            assert await accounts.log_in(f" {role} ".upper(), password) is expected
    assert await accounts.log_in("nobody", PASSWORDS[Role.USER]) is None


async def test_hashes_are_kept_and_no_passwords(database: Database) -> None:
    await (await loaded(database)).claim(PASSWORDS)
    hashes = await AccountsTable(database).hashes()
    assert set(hashes) == set(map(str, Role))
    for hashed in hashes.values():
        assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        assert not any(password in hashed for password in PASSWORDS.values())


@pytest.mark.parametrize(
    "password",
    [
        "",
        "ninechars",
        "x" * 200,
        "8888888888",
        "88888888" * 2,
        "4000000340",
        "123456123456",
        "tab\tin it now",
        KEY.text,
        KEY.text.lower().replace("-", ""),
        "manufacturer",
        "Manufacturer",
    ],
)
async def test_a_password_that_is_easily_found_is_not_taken(
    password: str, database: Database
) -> None:
    accounts = await loaded(database)
    for claim in (
        accounts.claim({**PASSWORDS, Role.OPERATOR: password}),
        accounts.change(Role.OPERATOR, password),
    ):
        with pytest.raises(PasswordError) as error:
            await claim
        assert error.value.allowed
        assert not password or password not in str(error.value).replace("log-in name", "")
    assert not accounts.claimed


async def test_each_role_has_another_password(database: Database) -> None:
    accounts = await loaded(database)
    with pytest.raises(PasswordError, match="different"):
        await accounts.claim(dict.fromkeys(Role, PASSWORDS[Role.USER]))


async def test_only_one_claims(database: Database) -> None:
    accounts = await loaded(database)
    others = {role: f"{password}-too" for role, password in PASSWORDS.items()}
    came = await asyncio.gather(
        accounts.claim(PASSWORDS), accounts.claim(others), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in came) == ["NoneType", "PermissionError"]
    winner = PASSWORDS if came[0] is None else others
    assert await accounts.log_in("user", winner[Role.USER]) is Role.USER
    with pytest.raises(PermissionError):
        await accounts.claim(others)


async def test_a_changed_password_holds_and_the_old_one_does_not(database: Database) -> None:
    accounts = await loaded(database)
    await accounts.claim(PASSWORDS)
    await accounts.change(Role.USER, "something-else")
    for each in (accounts, await loaded(database)):
        assert await each.log_in("user", "something-else") is Role.USER
        assert await each.log_in("user", PASSWORDS[Role.USER]) is None
        assert await each.log_in("operator", PASSWORDS[Role.OPERATOR]) is Role.OPERATOR


async def test_after_a_factory_reset_it_can_be_claimed_again(database: Database) -> None:
    accounts = await loaded(database)
    await accounts.claim(PASSWORDS)
    await accounts.forget_all()
    assert not accounts.claimed
    assert await accounts.log_in("user", PASSWORDS[Role.USER]) is None
    await accounts.claim(PASSWORDS)


async def test_hashes_of_a_weaker_time_are_made_anew(database: Database) -> None:
    table = AccountsTable(database)
    await (await loaded(database)).claim(PASSWORDS)
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("an-old-password")
    await table.save({"user": weak}, datetime.now(UTC))
    accounts = await loaded(database)
    assert await accounts.log_in("user", "an-old-password") is Role.USER
    assert (await table.hashes())["user"].startswith("$argon2id$v=19$m=19456")


async def test_a_damaged_hash_lets_nobody_in(database: Database) -> None:
    await AccountsTable(database).save({"user": "no hash"}, datetime.now(UTC))
    assert await (await loaded(database)).log_in("user", "no hash") is None


async def test_many_at_once_wait_and_too_many_are_refused(database: Database) -> None:
    accounts = await loaded(database)
    await accounts.claim(PASSWORDS)
    tries = (accounts.log_in("user", PASSWORDS[Role.USER]) for _ in range(MAX_WAITING + 3))
    came = await asyncio.gather(*tries, return_exceptions=True)
    assert came.count(Role.USER) == MAX_WAITING
    assert sum(isinstance(each, BusyError) for each in came) == 3
    assert await accounts.log_in("user", PASSWORDS[Role.USER]) is Role.USER
