"""Meters, network, time and updates over the API."""

from typing import Any

import pytest

from evse.network.port import Unavailable, done
from evse.settings.setting import Role
from evse.update.codes import Code, UpdateError
from tests.firmware.web.api.conftest import MakePage, Page

# ---- meters


async def test_the_check_of_the_house_meter_needs_a_car(page: Page) -> None:
    api = await page.role("operator")
    refused = await api("POST", "meters/check", {})
    assert refused.status == 422
    assert "no car charges" in refused.error["message"]
    await page.wallbox.charge()
    assert (await api.ok("POST", "meters/check", {"connector": 1}))["check"]["connector"] == 1
    await page.wallbox.run(5)
    assert (await api.ok("GET", "meters/check"))["check"]["result"] is None
    assert (await api.ok("GET", "meters"))["check"]["connector"] == 1
    assert (await api("POST", "meters/check/store")).status == 422
    await api.ok("DELETE", "meters/check")
    assert await api.ok("GET", "meters/check") == {"check": None}


@pytest.mark.parametrize("path", ["meters", "meters/registers", "meters/check"])
async def test_meters_are_not_for_the_user(page: Page, path: str) -> None:
    assert (await (await page.role("user"))("GET", path)).status == 403


# ---- network and time


class Network(Unavailable):
    """One that there is, for what is asked of it."""

    def __init__(self, settings: Any) -> None:
        super().__init__(settings, "")
        self.asked: list[Any] = []

    async def hotspot(self, on: bool) -> dict[str, Any]:
        return done(open=on, **self.hotspot_label())

    def hotspot_label(self) -> dict[str, str]:
        return {"ssid": "OCPP_1", "key": "the hotspot's key", "qr": "WIFI:…", "url": "https://x"}

    async def apply(self, changes: Any, origin: str) -> dict[str, Any]:
        changed = await self._settings.set_many(changes, origin)
        trial = {"ends_in_s": 120, "applied": False}
        return {"available": True, "reason": "", "changed": list(changed), "trial": trial}

    async def confirm(self, address: str = "") -> dict[str, Any]:
        self.asked.append(address)
        return {"available": True, "reason": ""}

    async def set_time(self, at: Any = None, ntp: Any = None, time_zone: Any = None) -> Any:
        self.asked.append((at and at.isoformat(), ntp, time_zone))
        return {"available": True, "reason": ""}


async def networked(make_page: MakePage) -> Page:
    page = await make_page()
    object.__setattr__(page.context, "network", Network(page.wallbox.settings))
    return page


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "network", None),
        ("POST", "network/scan", None),
        ("POST", "network/hotspot", {"on": True}),
        ("GET", "time", None),
        ("PUT", "time", {"ntp": True}),
    ],
)
async def test_a_machine_without_a_network_says_why(
    page: Page, method: str, path: str, body: Any
) -> None:
    answer = await (await page.role("user")).ok(method, path, body)
    assert (answer["available"], answer["reason"]) == (False, "the board is simulated")


async def test_what_is_not_on_trial_is_not_confirmed(page: Page) -> None:
    answer = await (await page.role("user"))("POST", "network/confirm")
    assert (answer.status, answer.error["code"]) == (409, "not_confirmed")
    assert answer.error["message"] == "the board is simulated"


async def test_a_change_of_the_network_is_on_trial(make_page: MakePage) -> None:
    page = await networked(make_page)
    api = await page.role("user")
    changes = {"network.ssid": "Our house", "installation.language": "de"}
    answer = await api.ok("PUT", "settings", {"changes": changes})
    assert set(answer["changed"]) == set(changes)
    assert answer["trial"] == {"ends_in_s": 120}
    await api.ok("POST", "network/confirm")
    assert page.context.network.asked == ["127.0.0.1"]  # the wallbox's own address


async def test_an_imported_change_of_the_network_is_on_trial_too(make_page: MakePage) -> None:
    page = await networked(make_page)
    api = await page.role("user")
    body = {"content": '[network]\nssid = "Our house"\n', "apply": True}
    assert (await api.ok("POST", "settings/import", body))["trial"] == {"ends_in_s": 120}


async def test_the_key_of_the_hotspot_is_for_who_installs(make_page: MakePage) -> None:
    page = await networked(make_page)
    for role in Role:
        api = await page.role(role)
        shown = "the hotspot's key" in str(await api.ok("GET", "network"))
        assert shown is (role is not Role.USER)
        opened = await api.ok("POST", "network/hotspot", {"on": True})
        assert opened["ssid"] == "OCPP_1"
        assert ("the hotspot's key" in str(opened)) is shown
        assert ("WIFI:" in str(opened)) is shown
        assert "the hotspot's key" not in str(await api.ok("GET", "state"))


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        ({"at": "2026-05-01T12:00:00+02:00"}, ("2026-05-01T10:00:00+00:00", None, None)),
        ({"at": "2026-05-01T12:00:00"}, ("2026-05-01T12:00:00+00:00", None, None)),
        ({"ntp": True, "time_zone": "Europe/Rome"}, (None, True, "Europe/Rome")),
    ],
)
async def test_the_clock_is_set_from_the_browser(
    make_page: MakePage, body: dict[str, Any], asked: tuple[Any, ...]
) -> None:
    page = await networked(make_page)
    await (await page.role("user")).ok("PUT", "time", body)
    assert page.context.network.asked == [asked]


# ---- updates


class Updater:
    """Takes what it is given, or says why not."""

    def __init__(self, error: UpdateError | None = None) -> None:
        self.error = error
        self.taken: list[Any] = []

    def snapshot(self) -> dict[str, Any]:
        return {"version": "1", "phase": "idle", "code": None, "message": "", "available": None}

    async def upload(self, stream: Any, name: str, md5: str, size: int | None) -> dict[str, Any]:
        if self.error:
            raise self.error
        content = b"".join([piece async for piece in stream])
        self.taken.append((len(content), name, md5, size))
        return self.snapshot()

    async def from_url(self, url: str) -> dict[str, Any]:
        self.taken.append(url)
        return self.snapshot()


async def uploaded(page: Page, content: bytes, **headers: str) -> Any:
    api = await page.role("user")
    api.headers |= {"Content-Type": "application/octet-stream"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return await api("POST", "update/upload", data=content)


async def test_an_upload_larger_than_any_json(make_page: MakePage) -> None:
    updater = Updater()
    page = await make_page(updater=updater)
    content = b"x" * 3_000_000
    answer = await uploaded(page, content, X_File_Name="box.evse", X_MD5="0" * 32)
    assert answer.status == 202
    assert updater.taken == [(len(content), "box.evse", "0" * 32, len(content))]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (UpdateError("the checksum is another", Code.CHECKSUM), 422, "E02"),
        (UpdateError("too large", Code.WRITE, 413), 413, "E01"),
        (UpdateError("another update is under way", status=409), 409, "update"),
        (UpdateError("the disk is too full", Code.WRITE, 507), 507, "E01"),
    ],
)
async def test_an_update_that_cannot_be_has_the_manuals_code(
    make_page: MakePage, error: UpdateError, status: int, code: str
) -> None:
    page = await make_page(updater=Updater(error))
    answer = await uploaded(page, b"x")
    assert (answer.status, answer.error["code"]) == (status, code)


async def test_a_checksum_that_is_none(make_page: MakePage) -> None:
    answer = await uploaded(await make_page(updater=Updater()), b"x", X_MD5="no")
    assert (answer.status, answer.error["field"]) == (422, "X-MD5")


async def test_an_update_by_url_for_the_button_and_the_page(make_page: MakePage) -> None:
    updater = Updater()
    page = await make_page(updater=updater)
    api = await page.role("user")
    await api.ok("POST", "update/url", {"url": "https://a.example/1"})
    await api.ok("POST", "actions/system.firmware_update", {"argument": "https://a.example/2"})
    kept = {"system.firmware_update_url": "https://a.example/3"}
    await api.ok("PUT", "settings", {"changes": kept})
    await api.ok("POST", "actions/system.firmware_update", {})
    assert updater.taken == [f"https://a.example/{number}" for number in (1, 2, 3)]
