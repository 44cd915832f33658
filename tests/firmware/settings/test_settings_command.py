"""`evse settings …`, with a wallbox that runs and without one."""

import asyncio
import io
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evse.__main__ import _command, _parser
from evse.alone import alone
from evse.local.server import LocalServer
from evse.settings.handlers import settings_handlers
from evse.settings.rows import ROWS
from evse.settings.table import SETTINGS
from evse.settings.values import Settings
from tests.firmware.settings_store import NoStore

WAIT_S = 10.0


def evse(*words: object) -> int:
    return _command(_parser().parse_args(["settings", *map(str, words)]))


class Running:
    """A wallbox's local socket, with its settings, in a thread of its own."""

    def __init__(self, state_dir: Path) -> None:
        self.state_dir = state_dir
        self.settings: Settings | None = None
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        assert self._ready.wait(WAIT_S)

    def _run(self) -> None:
        with alone(self.state_dir):
            self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self.settings = await Settings.load(NoStore())
        server = LocalServer(self.state_dir, settings_handlers(self.settings), [1])
        self._serving = asyncio.ensure_future(server.run())
        await asyncio.sleep(0.05)
        self._ready.set()
        await asyncio.wait([self._serving])

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._serving.cancel)
        self._thread.join(WAIT_S)


@pytest.fixture(params=["runs", "does not run"])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A state folder, with a wallbox on it and without."""
    if request.param == "does not run":
        yield tmp_path
        return
    running = Running(tmp_path)
    try:
        yield tmp_path
    finally:
        running.end()


def test_the_table_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Every row of every page, with all that is to be known of it."""
    assert evse("list", "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert [each["key"] for each in rows] == [each.key for each in ROWS]
    wanted = {
        "key", "page", "label", "help", "unit", "type", "min", "max", "default", "options",
        "roles", "ocpp_key", "restart", "secret", "manual", "kind",
    }  # fmt: skip
    assert all(wanted <= each.keys() for each in rows)
    by_key = {each["key"]: each for each in rows}
    limit = by_key["installation.output_current_limit_a"]
    assert limit["roles"] == {"manufacturer": "RW", "operator": "RW", "user": "RW"}
    assert (limit["page"], limit["label"], limit["unit"], limit["min"], limit["max"]) == (
        "INSTALLATION",
        "Output Current Limit (A)",
        "A",
        6,
        80,
    )
    assert by_key["installation.cable"]["roles"]["user"] == "UV"
    assert by_key["ocpp.password"]["default"] is None
    assert by_key["state.power_w"]["kind"] == "fact"
    assert by_key["system.factory_reset"]["kind"] == "button"
    assert {each["kind"] for each in rows} == {"setting", "fact", "button"}


def test_the_table_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert evse("list") == 0
    printed = capsys.readouterr().out
    assert all(f"{setting.key} = " in printed for setting in SETTINGS)
    assert evse("list", "FreeCharging") == 0
    assert "OCPP FreeChargingTagID" in capsys.readouterr().out


def test_set_and_get(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evse("set", "--state", state, "DlbSettleTime=9", "installation.phases=1P+N230V") == 0
    assert capsys.readouterr().out == (
        "changed: dlb.settle_s, installation.phases\n"
        "in force after a restart: installation.phases\n"
    )
    assert evse("get", "--state", state, "dlb.settle_s") == 0
    assert capsys.readouterr().out == "dlb.settle_s = 9  (changed at run time)\n"
    assert evse("get", "--state", state, "--json") == 0
    found = {each["key"]: each["value"] for each in json.loads(capsys.readouterr().out)}
    assert found["dlb.settle_s"] == 9
    assert len(found) == len(SETTINGS)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["set", "dlb.settle_s=0"], "dlb.settle_s: came '0'"),
        (["set", "dlb.settle_s"], "allowed is KEY=VALUE"),
        (["set", "network.dhcp=Static"], "network.ip: came ''"),
        (["get", "nonsense"], "no such setting"),
        (["import", "nowhere.toml"], "nowhere.toml"),
    ],
)
def test_what_cannot_be_done(
    state: Path, words: list[str], error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evse(words[0], "--state", state, *words[1:]) == 1
    assert error in capsys.readouterr().err


def test_import_shows_asks_and_changes(
    state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[dlb]\nmaximum_current_a = 40\nof_tomorrow = 1\n")
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert evse("import", "--state", state, file) == 1
    printed = capsys.readouterr().out
    assert "dlb.maximum_current_a: 25 → 40" in printed
    assert "'dlb.of_tomorrow': there is no such setting" in printed
    assert "! House limit: from 25 to 40" in printed
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert evse("import", "--state", state, file) == 0
    assert "changed: dlb.maximum_current_a" in capsys.readouterr().out
    assert evse("import", "--state", state, file, "--yes") == 0
    assert "nothing would change" in capsys.readouterr().out


@pytest.mark.parametrize("form", ["evse", "manual"])
def test_export_import_and_defaults(
    state: Path, tmp_path: Path, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    assert evse("set", "--state", state, "dlb.settle_s=9", "network.ssid=Straße") == 0
    assert evse("export", "--state", state, "--format", form, file) == 0
    assert "without passwords" in capsys.readouterr().out
    assert evse("defaults", "--state", state, "--yes") == 0
    printed = capsys.readouterr().out
    assert printed in {
        f"changed: {', '.join(keys)}\n"
        for keys in (("network.ssid", "dlb.settle_s"), ("dlb.settle_s", "network.ssid"))
    }
    assert evse("import", "--state", state, "--yes", file) == 0
    assert evse("get", "--state", state, "network.ssid") == 0
    assert "network.ssid = Straße" in capsys.readouterr().out


def test_defaults_of_everything_are_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert evse("set", "--state", tmp_path, "dlb.settle_s=9") == 0
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert evse("defaults", "--state", tmp_path) == 1
    assert evse("get", "--state", tmp_path, "dlb.settle_s") == 0
    assert "dlb.settle_s = 9" in capsys.readouterr().out


def test_what_is_made_is_nobody_elses_to_read(tmp_path: Path) -> None:
    """The state folder holds passwords."""
    state = tmp_path / "state"
    assert evse("set", "--state", state, "ocpp.password=0123456789abcdef") == 0
    for made in (state, *state.iterdir()):
        assert made.stat().st_mode & 0o077 == 0, made


def test_a_secret_may_be_piped_in_or_typed_so_that_it_is_in_no_list_of_processes(
    state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a piped password\nlog password\n"))
    assert evse("set", "--state", state, "AuthorizationKey", "system.log_password") == 0
    assert "changed: ocpp.password, system.log_password" in capsys.readouterr().out

    assert evse("set", "--state", state, "ocpp.password") == 1, "nothing is no password"
    assert "ocpp.password: no line" in capsys.readouterr().err

    asked: list[str] = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda text: asked.append(text) or "a typed password")
    assert evse("set", "--state", state, "ocpp.password") == 0
    assert asked == ["ocpp.password: "]
    assert evse("export", "--state", state, "--secrets") == 0
    assert 'password = "a typed password"' in capsys.readouterr().out
