"""Whatever is done over the API leaves an entry in the audit log, and people can read it."""

from pathlib import Path

import pytest

from evse.settings.setting import Role
from evse.texts import LANGUAGES, all_texts
from evse.web.api import audit
from evse.web.context import Context
from evse.web.endpoint import ALL, Call, Endpoint
from evse.web.events import MAX_DETAIL, event_of, label_of
from tests.firmware.web.door import door
from tests.firmware.web.test_guard import every

NOTED_BY_THEMSELVES = {
    "PUT /api/v1/settings",
    "POST /api/v1/settings/import",
    "POST /api/v1/actions/{key}",
    "POST /api/v1/session",
    "DELETE /api/v1/session",
    "POST /api/v1/claim",
    "PUT /api/v1/passwords",
    "POST /api/v1/tokens",
    "DELETE /api/v1/tokens/{id}",
    "POST /api/v1/audit/{id}/undo",
    "PUT /api/v1/certificate",
    "DELETE /api/v1/certificate",
    "POST /api/v1/meters/check/store",
    "POST /api/v1/update/upload",
    "POST /api/v1/update/url",
    "POST /api/v1/update/rollback",
    "POST /api/v1/pairing",
}

CHANGE_NOTHING = {
    "POST /api/v1/network/scan",
    "POST /api/v1/update/check",
    "POST /api/v1/cards/reading",
    "POST /api/v1/meters/check",
    "DELETE /api/v1/meters/check",
    "POST /api/v1/pairing/pin",
}


async def test_every_call_that_may_change_something_is_an_event(tmp_path: Path) -> None:
    """Whoever adds an endpoint has to say which it is."""
    async with door(tmp_path, every) as there:
        unsafe = [each for each in there.server.endpoints if each.unsafe]
    silent = {each.name for each in unsafe if event_of(each) is None}
    assert silent == NOTED_BY_THEMSELVES | CHANGE_NOTHING


async def _done(call: Call) -> dict[str, str]:
    if call.body["name"] == "wrong":
        raise ValueError("name: came 'wrong'")
    return {}


def _make(context: Context) -> list[Endpoint]:
    takes = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "pin": {"type": "string", "writeOnly": True}},
    }
    return [
        *audit.endpoints(context),
        Endpoint("PATCH", "/api/v1/cards/{tag}", _done, "X", {}, roles=ALL, takes=takes),
        Endpoint("POST", "/api/v1/network/scan", _done, "X", {}, roles=ALL, takes=takes),
    ]


async def test_a_call_is_kept_without_its_secrets(tmp_path: Path) -> None:
    async with door(tmp_path, _make) as there:
        browser = there.browser(Role.USER)
        for path, name in (
            ("/api/v1/cards/04AABB", "Anna"),
            ("/api/v1/cards/04AABB", "wrong"),
            ("/api/v1/network/scan", "Anna"),
            ("/api/v1/cards/04AABB", "x" * MAX_DETAIL),
        ):
            method = "POST" if path.endswith("scan") else "PATCH"
            await browser.ask(method, path, json={"name": name, "pin": "123456"})
        told = await there.browser(Role.OPERATOR).get("/api/v1/audit?language=de")
    assert [(each["key"], each["label"], each["new"]) for each in told["entries"]] == [
        ("cards.patch", "Karte umbenannt", None),
        ("cards.patch", "Karte umbenannt", {"name": "Anna"}),
    ]
    assert {each["role"] for each in told["entries"]} == {"user"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_events_have_names(language: str) -> None:
    names = [key for key in all_texts(language) if key.startswith("audit.")]
    assert len(names) > 20
    for name in names:
        assert label_of(name.removeprefix("audit."), language) == all_texts(language)[name]


def test_what_has_no_name_is_shown_as_it_is() -> None:
    assert label_of("of.a.later.version", "de") == "of.a.later.version"
