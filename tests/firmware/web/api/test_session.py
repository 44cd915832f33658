"""Log-in, claim and passwords, as a browser sees them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from evse.settings.setting import Role
from evse.web.api import audit, session, tokens
from evse.web.context import Context
from evse.web.device_key import new_key
from evse.web.endpoint import Endpoint
from evse.web.lockout import LockedError
from evse.web.sessions import IDLE_S
from tests.firmware.web.door import PASSWORDS, Browser, Door, door, errors

CLAIM = {str(role): password for role, password in PASSWORDS.items()}


def make(context: Context) -> list[Endpoint]:
    return [each for module in (session, tokens, audit) for each in module.endpoints(context)]


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Door]:
    async with door(tmp_path, make) as made:
        yield made


@pytest.fixture
async def claimed(there: Door) -> Door:
    await there.claim()
    return there


async def claim(browser: Browser, key: str, passwords: dict[str, str] | None = None) -> Any:
    return await browser.ask(
        "POST", "/api/v1/claim", json={"device_key": key, "passwords": passwords or CLAIM}
    )


async def test_before_the_claim_everybody_is_nobody(there: Door) -> None:
    told = await there.browser().get("/api/v1/session")
    assert told == {
        "claimed": False,
        "role": None,
        "login": None,
        "csrf": None,
        "expires_in_s": None,
        "languages": ["en", "it", "de", "es", "fr"],
        "product": {
            "vendor": there.settings["manufacturer.vendor"],
            "model": there.settings["manufacturer.model"],
            "serial": there.settings["manufacturer.serial"],
            "version": told["product"]["version"],
            "name": "generic",
        },
        "simulated": True,
        "connectors": [1],
        "fingerprint": there.security.certificate.shown.fingerprint,
    }


async def test_the_claim_makes_the_owner_the_manufacturer(there: Door) -> None:
    browser = there.browser()
    response = await claim(browser, there.security.device_key.text.lower())
    told = await response.json()
    assert (response.status, told["role"], told["claimed"]) == (200, "manufacturer", True)
    assert (await browser.get("/api/v1/session"))["role"] == "manufacturer"
    again = await claim(there.browser(), there.security.device_key.text)
    assert (again.status, (await errors(again))[0]["code"]) == (409, "claimed")


@pytest.mark.parametrize(
    ("passwords", "field"),
    [
        ({**CLAIM, "operator": "short"}, "passwords.operator"),
        ({**CLAIM, "user": "8888888888"}, "passwords.user"),
        ({**CLAIM, "user": CLAIM["operator"]}, "passwords"),
        ({"user": CLAIM["user"]}, "passwords.manufacturer"),
    ],
)
async def test_a_claim_with_bad_passwords_changes_nothing(
    passwords: dict[str, str], field: str, there: Door
) -> None:
    response = await claim(there.browser(), there.security.device_key.text, passwords)
    assert response.status == 422
    (error, *_) = await errors(response)
    assert (error["field"], error["came"]) == (field, None)
    assert not there.security.accounts.claimed


async def test_a_mistyped_key_is_no_attempt_and_a_wrong_one_is(there: Door) -> None:
    for _ in range(20):
        response = await claim(there.browser(), there.security.device_key.text[:-1] + "U")
        assert (response.status, (await errors(response))[0]["field"]) == (422, "device_key")
    statuses = [(await claim(there.browser(), new_key())).status for _ in range(8)]
    assert statuses[:3] == [403] * 3
    assert statuses[-1] == 429
    assert not there.security.accounts.claimed


async def test_log_in_and_out(claimed: Door) -> None:
    browser = claimed.browser()
    response = await browser.log_in("Operator", PASSWORDS[Role.OPERATOR])
    told = await response.json()
    assert (told["role"], told["login"], told["expires_in_s"]) == ("operator", "operator", IDLE_S)
    assert (await browser.get("/api/v1/session"))["csrf"] == browser.csrf
    assert (await browser.ask("DELETE", "/api/v1/session")).status == 204
    assert browser.cookie is None
    assert (await browser.get("/api/v1/session"))["role"] is None


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("operator", "wrong"),
        ("operator", PASSWORDS[Role.USER]),
        ("nobody", "wrong"),
        ("user", "\0"),
    ],
)
async def test_a_wrong_log_in_does_not_say_what_is_wrong(
    login: str, password: str, claimed: Door
) -> None:
    response = await claimed.browser().log_in(login, password)
    assert response.status == 401
    (error,) = await errors(response)
    assert error["message"] == "log-in name or password is wrong"
    assert "Set-Cookie" not in response.headers


async def test_an_address_may_fail_five_times_a_minute(claimed: Door) -> None:
    """Figure of issue 6: log-in limited to 5 a minute and address."""
    statuses = []
    for number in range(10):
        response = await claimed.browser().log_in(f"name{number}", "wrong")
        statuses.append(response.status)
        claimed.watch.now_s += 3
    assert statuses.count(401) <= 5
    assert statuses[-1] == 429
    assert 0 < int(response.headers["Retry-After"]) <= 60
    right = await claimed.browser().log_in("user", PASSWORDS[Role.USER])
    assert right.status == 429
    claimed.watch.now_s += 60
    assert (await claimed.browser().log_in("user", PASSWORDS[Role.USER])).status == 200


async def test_a_log_in_makes_a_new_session_and_ends_the_old_one(claimed: Door) -> None:
    """A cookie that somebody has put there before the log-in is worth nothing (fixation)."""
    browser = claimed.browser()
    browser.cookie = planted = "x" * 43
    await browser.log_in("user", PASSWORDS[Role.USER])
    assert browser.cookie != planted
    first = browser.cookie
    await browser.log_in("operator", PASSWORDS[Role.OPERATOR])
    assert browser.cookie not in {first, planted, None}
    assert (await claimed.browser(cookie=first).get("/api/v1/session"))["role"] is None


async def test_another_site_cannot_log_its_visitors_in(claimed: Door) -> None:
    browser = claimed.browser(headers={"Origin": "https://evil.example"})
    assert (await browser.log_in("user", PASSWORDS[Role.USER])).status == 403


async def test_a_session_ends(claimed: Door) -> None:
    browser = claimed.browser(Role.USER)
    claimed.watch.now_s += IDLE_S
    assert (await browser.get("/api/v1/session"))["role"] is None
    assert (await browser.ask("GET", "/api/v1/tokens")).status == 401


async def test_a_token_is_no_session(claimed: Door) -> None:
    program = await claimed.program(Role.USER)
    told = await program.get("/api/v1/session")
    assert (told["role"], told["csrf"], told["expires_in_s"]) == ("user", None, None)
    assert (await program.ask("DELETE", "/api/v1/session")).status == 409


async def change(browser: Browser, role: Role, own: str, new: str = "a-new-password") -> Any:
    return await browser.ask(
        "PUT",
        "/api/v1/passwords",
        json={"role": str(role), "password": new, "own_password": own},
    )


@pytest.mark.parametrize("own", Role)
@pytest.mark.parametrize("changed", Role)
async def test_whose_password_a_role_may_set(own: Role, changed: Role, claimed: Door) -> None:
    """Table 5.8.2: manufacturer RW UV UV; operator RW RW UV; user RW RW RW."""
    roles = list(Role)
    response = await change(claimed.browser(own), changed, PASSWORDS[own])
    allowed = roles.index(changed) >= roles.index(own)
    assert response.status == (200 if allowed else 403)
    works = (await claimed.browser().log_in(str(changed), "a-new-password")).status == 200
    assert works is allowed


async def test_a_password_is_set_by_who_knows_his_own_only(claimed: Door) -> None:
    """A phone that was left open gives nobody the wallbox for good."""
    browser = claimed.browser(Role.OPERATOR)
    response = await change(browser, Role.OPERATOR, "wrong")
    assert (response.status, (await errors(response))[0]["field"]) == (403, "own_password")
    statuses = [(await change(browser, Role.OPERATOR, "wrong")).status for _ in range(6)]
    assert statuses[-1] == 429


async def test_a_new_password_ends_the_sessions_of_its_role(claimed: Door) -> None:
    browser, other = claimed.browser(Role.USER), claimed.browser(Role.USER)
    operator = claimed.browser(Role.OPERATOR)
    before = browser.cookie
    response = await change(browser, Role.USER, PASSWORDS[Role.USER])
    assert (await response.json())["role"] == "user"
    assert browser.cookie != before
    assert (await browser.get("/api/v1/session"))["role"] == "user"
    for gone in (other, claimed.browser(cookie=before)):
        assert (await gone.get("/api/v1/session"))["role"] is None
    assert (await operator.get("/api/v1/session"))["role"] == "operator"


async def test_who_comes_and_who_is_refused_stands_in_the_audit_log(there: Door) -> None:
    browser = there.browser()
    await claim(there.browser(), new_key())
    browser.csrf = (await (await claim(browser, there.security.device_key.text)).json())["csrf"]
    await there.browser().log_in("user", "wrong")
    await there.browser().log_in("user", PASSWORDS[Role.USER])
    await change(browser, Role.USER, PASSWORDS[Role.MANUFACTURER])
    told = await there.browser(Role.MANUFACTURER).get("/api/v1/audit?language=de")
    assert [(each["key"], each["role"], each["label"]) for each in told["entries"]] == [
        ("system.user_password", "manufacturer", told["entries"][0]["label"]),
        ("session.opened", "user", "Angemeldet"),
        ("session.refused", "", "Anmeldung abgelehnt"),
        ("claim", "manufacturer", "Wallbox in Besitz genommen"),
        ("key.refused", "", "Geräteschlüssel abgelehnt"),
    ]
    assert all(secret not in str(told) for secret in (*PASSWORDS.values(), "a-new-password"))


async def test_spaces_around_a_name_are_no_way_around_the_lock_out(there: Door) -> None:
    """The secret waits too, whoever tries it from however many addresses."""
    await there.claim()
    for name in ("user", " user", "user ", "  USER  "):
        assert (await there.browser().log_in(name, "wrong")).status == 401
    with pytest.raises(LockedError):
        there.security.lockout.admit("192.0.2.9", "login user")


async def test_a_password_in_the_wrong_field_stands_in_no_log(
    there: Door, caplog: pytest.LogCaptureFixture
) -> None:
    await there.claim()
    await there.browser().log_in(PASSWORDS[Role.OPERATOR], "whatever")
    told = await there.browser(Role.MANUFACTURER).get("/api/v1/audit")
    assert [each["key"] for each in told["entries"]] == ["session.refused"]
    assert PASSWORDS[Role.OPERATOR] not in str(told) + caplog.text
