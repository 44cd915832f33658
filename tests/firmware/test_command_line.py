"""The command `evse`: what it prints, and with which status it ends."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import evse as evse_package
from evse.__main__ import USAGE_STATUS, _command, _parser, default_state_dir
from evse.local.client import ControlError, request_sync
from evse.settings.table import SETTINGS

QUIET = ("--set", "simulation.house=quiet")


@pytest.fixture(autouse=True)
def _umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def evse(*args: str | Path) -> int:
    return _command(_parser().parse_args([str(arg) for arg in args]))


@pytest.mark.parametrize(
    ("overrides", "words", "errors"),
    [
        (["no.such_key=1"], ["no.such_key: there is no such setting"], 1),
        (["dlb.maximum_current=1"], ["perhaps dlb.maximum_current_a"], 1),
        (
            ["dlb.maximum_current_a"],
            ["--set: came 'dlb.maximum_current_a', allowed is KEY=VALUE"],
            1,
        ),
        (["OutputCurrentLimit=3"], ["came '3'", "6 … 80 A"], 1),
        (["OutputCurrentLimit=200"], ["came '200'", "6 … 80 A"], 1),
        (["installation.cable=Rope"], ["came 'Rope'", "Cable, Socket"], 1),
        (["x=1", "OutputCurrentLimit=many"], ["x: there is no such", "came 'many'"], 2),
        (["AuthorizationKey=short"], ["ocpp.password", "16 to 40 characters"], 1),
        (
            ["meter.dlb.connection=tcp://box:0"],
            ["connection: came 'tcp://box:0', allowed tcp://host:port"],
            1,
        ),
        (
            ["meter.internal.connection=tcp://box", "meter.internal.register_current_l1=65535"],
            ["register A-L1: not fitted"],
            1,
        ),
    ],
)
def test_a_wrong_setting_is_named_on_one_line(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    overrides: list[str],
    words: list[str],
    errors: int,
) -> None:
    arguments = [part for override in overrides for part in ("--set", override)]
    assert evse("run", "--state", tmp_path, *arguments) == USAGE_STATUS
    printed = capsys.readouterr().err
    for word in words:
        assert word in printed
    assert "Traceback" not in printed
    assert "short" not in printed  # no secret is shown
    assert len(printed.splitlines()) == errors


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (None, "No such file"),
        ("[dlb\n", "not a TOML file"),
        ("dlb.maximum_current_a = 3", "6 … 250 A"),
        ("dlb.maximum_current_a = 300.0", "6 … 250 A"),
        ("[dlb]\nmaximum_curent_a = 20", "perhaps dlb.maximum_current_a"),
        ("DlbMaximumCurrent = 20\n[dlb]\nmaximum_current_a = 25", "is given twice"),
    ],
)
def test_a_configuration_file_that_cannot_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None, word: str
) -> None:
    config = tmp_path / "wallbox.toml"
    if text is not None:
        config.write_text(text)
    assert evse("run", "--state", tmp_path, "--config", config) == USAGE_STATUS
    printed = capsys.readouterr().err
    assert word in printed
    assert "Traceback" not in printed


def test_a_state_folder_that_cannot_be_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert evse("run", "--state", tmp_path / "file" / "state") == USAGE_STATUS
    assert "evse: " in capsys.readouterr().err


def test_a_database_that_cannot_be_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "evse.sqlite").mkdir()
    assert evse("run", "--state", tmp_path) == USAGE_STATUS
    assert capsys.readouterr().err == "evse: unable to open database file\n"


@pytest.mark.parametrize(
    ("match", "found", "missing"),
    [
        ("", [setting.key for setting in SETTINGS], []),
        ("dlb.", ["dlb.maximum_current_a = 25"], ["ocpp.url"]),
        ("FreeCharging", ["OCPP FreeChargingTagID", "true or false"], ["dlb."]),
        ("password", ["ocpp.password = secret"], []),
        ("nothing like that", [], ["="]),
    ],
)
def test_settings_lists_what_there_is(
    capsys: pytest.CaptureFixture[str], match: str, found: list[str], missing: list[str]
) -> None:
    assert evse("settings", "list", match) == 0
    printed = capsys.readouterr().out
    assert all(word in printed for word in found)
    assert not any(word in printed for word in missing)


@pytest.mark.parametrize(("home", "expected"), [("/var/lib", "/var/lib/evse"), (None, ".local")])
def test_the_state_folder_is_where_the_system_wants_it(
    monkeypatch: pytest.MonkeyPatch, home: str | None, expected: str
) -> None:
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    if home:
        monkeypatch.setenv("XDG_STATE_HOME", home)
    assert expected in str(default_state_dir())


@pytest.mark.parametrize("arguments", [[], ["fly"], ["run", "--what"], ["sim", "fly"]])
def test_a_command_that_is_none_ends_with_the_usage(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        evse(*arguments)
    assert caught.value.code == USAGE_STATUS
    assert "usage: evse" in capsys.readouterr().err


def test_sim_without_a_wallbox(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evse("sim", "status", "--state", tmp_path) == 1
    assert "no wallbox runs on" in capsys.readouterr().err


@contextlib.contextmanager
def process(state_dir: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "evse", "run", "--state", str(state_dir), *arguments]
    env = os.environ | {"PYTHONPATH": str(Path(evse_package.__file__).parents[1])}
    child = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=env)
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def test_a_wallbox_as_a_process(tmp_path: Path) -> None:
    """It says that it is ready, hands its state folder to nobody else, and ends on SIGTERM."""
    state_dir = tmp_path / "state"
    with process(state_dir, *QUIET, "--set", "ocpp.identity=box1") as wallbox:
        until_s = time.monotonic() + 60.0
        while time.monotonic() < until_s:
            with contextlib.suppress(ControlError):
                request_sync(state_dir, {"command": "status"})
                break
            time.sleep(0.02)
        with process(state_dir) as second:
            _, printed = second.communicate(timeout=60.0)
            assert second.returncode == USAGE_STATUS
            assert printed == f"evse: a wallbox runs on {state_dir} already\n"
        wallbox.send_signal(signal.SIGTERM)
        _, printed = wallbox.communicate(timeout=60.0)
    assert wallbox.returncode == 0
    assert "box1 is ready after" in printed
    assert f"state in {state_dir}" in printed
    assert "Traceback" not in printed
    for kept in (state_dir, *state_dir.iterdir()):  # it holds a password and cards
        assert kept.stat().st_mode & 0o077 == 0, kept
