"""`settings-…`: what the computer's administrator may ask about the settings."""

import json
import sqlite3
from typing import Any

import pytest

from evse.local.requests import MAX_LINE_BYTES, RequestError, parse
from evse.settings import exchange
from evse.settings.exchange import HIDDEN, Form
from evse.settings.handlers import settings_handlers
from evse.settings.setting import Role
from evse.settings.table import SETTINGS
from evse.settings.values import Settings
from tests.firmware.settings_store import NoStore


async def ask(settings: Settings, command: str, **fields: Any) -> dict[str, Any]:
    request = parse(json.dumps({"command": f"settings-{command}", **fields}).encode())
    return await settings_handlers(settings)[request.command](request)


async def test_get_tells_values_and_of_a_secret_only_that_it_is_set() -> None:
    settings = await Settings.load(NoStore(), overrides=["ocpp.password=0123456789abcdef"])
    answer = await ask(settings, "get", keys=["ocpp.password", "DlbSettleTime"])
    assert answer["settings"] == [
        {
            "key": "ocpp.password",
            "value": HIDDEN,
            "text": HIDDEN,
            "origin": "command line",
            "waiting": False,
        },
        {
            "key": "dlb.settle_s",
            "value": 20,
            "text": "20",
            "origin": "default",
            "waiting": False,
        },
    ]
    everything = await ask(settings, "get")
    assert len(everything["settings"]) == len(SETTINGS)
    assert "0123456789abcdef" not in json.dumps(everything)
    with pytest.raises(ValueError, match="no such setting"):
        await ask(settings, "get", keys=["nonsense"])


async def test_set_changes_all_or_nothing_and_says_what_waits() -> None:
    settings = await Settings.load(NoStore())
    values = {"DlbSettleTime": "9", "installation.phases": "1P+N230V"}
    assert await ask(settings, "set", values=values) == {
        "changed": ["dlb.settle_s", "installation.phases"],
        "waiting": ["installation.phases"],
    }
    with pytest.raises(ValueError, match=r"dlb\.settle_s: came 0"):
        await ask(settings, "set", values={"dlb.settle_s": 0, "solar.mode": "off"})
    assert settings["solar.mode"] == "fast"


async def test_a_whole_file_fits_into_a_request_and_is_shown_first() -> None:
    settings = await Settings.load(NoStore(), overrides=["dlb.maximum_current_a=40"])
    file = (await ask(settings, "export", form="manual", secrets=True))["content"]
    assert file == exchange.export(settings, Form.MANUAL, Role.MANUFACTURER, secrets=True)
    values = dict(exchange.read(file).values)
    assert len(json.dumps(values)) < MAX_LINE_BYTES / 4
    other = await Settings.load(NoStore(), overrides=["installation.language=de"])
    shown = await ask(other, "import", values=values)
    assert other["dlb.maximum_current_a"] == 25
    assert {each["key"] for each in shown["differences"]} >= {"dlb.maximum_current_a"}
    assert any("dlb.maximum_current_a" in warning for warning in shown["warnings"])
    done = await ask(other, "import", values=values, apply=True)
    assert set(done["changed"]) == {each["key"] for each in shown["differences"]}
    assert other["dlb.maximum_current_a"] == 40


async def test_defaults() -> None:
    settings = await Settings.load(NoStore())
    await ask(settings, "set", values={"dlb.settle_s": 9, "solar.mode": "off"})
    assert (await ask(settings, "defaults", keys=["solar.mode"]))["changed"] == ["solar.mode"]
    assert (await ask(settings, "defaults"))["changed"] == ["dlb.settle_s"]


async def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = await Settings.load(NoStore())

    async def full(*_: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(NoStore, "save_settings", full)
    with pytest.raises(ValueError, match=r"nothing was changed.*disk is full"):
        await ask(settings, "set", values={"dlb.settle_s": 9})
    assert settings["dlb.settle_s"] == 20


@pytest.mark.parametrize(
    ("command", "fields", "wrong"),
    [
        ("set", {}, "values: is missing"),
        ("set", {"values": ["a"]}, "values: came"),
        ("get", {"keys": "a"}, "keys: came"),
        ("get", {"keys": [1]}, "keys: came"),
        ("export", {"form": "xml"}, "form: came"),
        ("import", {"values": {}, "apply": "yes"}, "apply: came"),
    ],
)
def test_a_request_that_is_none(command: str, fields: dict[str, Any], wrong: str) -> None:
    with pytest.raises(RequestError, match=wrong):
        parse(json.dumps({"command": f"settings-{command}", **fields}).encode())
