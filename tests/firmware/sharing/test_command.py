"""`evse sharing …`, from the command line to the running wallbox and back."""

import argparse
import asyncio
import json
import logging
from pathlib import Path
from typing import Any

import pytest

from evse.local import client
from evse.local.client import ControlError
from evse.local.requests import Request
from evse.settings.sharing import ROWS
from evse.sharing.bus import Bus, Envelope, Finding, Kind, UnitCounters
from evse.sharing.command import add_sharing, bus_status, sharing_handlers
from evse.sharing.pairing import code_of, key_of
from tests.firmware.sharing.in_memory import Ether, InMemoryBus

CODE = code_of(bytes(range(16)))
MASTER = {"installation.connection_mode": "Master-Slave", "sharing.connection": "can:virtual/g"}
SLAVE = {**MASTER, "installation.connection_mode": "Slave", "sharing.unit": 2}


class Values:
    """Settings as the running wallbox has them."""

    def __init__(self, changed: dict[str, Any]) -> None:
        self.values = {row.key: row.default for row in ROWS} | changed

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    async def set(self, key: str, value: object, origin: str) -> None:
        self.values[key] = value


class Wallbox:
    """A running wallbox; `sharing` does a command of the command line."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **changed: Any) -> None:
        self.settings = Values(changed)
        self.bus: InMemoryBus | None = Ether().join(1, lambda envelope: None)
        self.asked: list[dict[str, Any]] = []
        self._handlers = sharing_handlers(
            self.settings,  # type: ignore[arg-type]
            lambda: self.bus,
            lambda: {"granted_a": {"2": 16.0}},
        )
        monkeypatch.setattr(client, "request_sync", self._answer)

    def _answer(
        self, _state_dir: Path, payload: dict[str, Any], _timeout_s: float
    ) -> dict[str, Any]:
        self.asked.append(payload)
        name = payload["command"]
        fields = {key: value for key, value in payload.items() if key != "command"}

        async def handle() -> dict[str, Any]:
            return await self._handlers[name](Request(name, fields))

        try:
            return {"ok": True, **asyncio.run(handle())}
        except ValueError as error:
            return {"ok": False, "error": str(error)}


def sharing(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    add_sharing(parser.add_subparsers(required=True), Path("/nowhere"))
    args = parser.parse_args(["sharing", *arguments])
    status: int = args.run(args)
    return status


def test_the_master_pairs_and_a_slave_joins(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    master = Wallbox(monkeypatch, **MASTER)
    assert sharing("pair") == 0
    code = capsys.readouterr().out.splitlines()[0]
    assert master.settings["sharing.key"] == code
    assert sharing("key") == 0
    assert capsys.readouterr().out == f"{code}\n"
    slave = Wallbox(monkeypatch, **SLAVE)
    assert sharing("join", *code.lower().split("-")) == 0
    assert slave.settings["sharing.key"] == code
    assert "this wallbox is unit 2 on can:virtual/g" in capsys.readouterr().out
    assert code not in caplog.text


def test_a_new_key_must_be_wanted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    master = Wallbox(monkeypatch, **MASTER, **{"sharing.key": CODE})
    assert sharing("pair") == 1
    assert "with --renew another one is made" in capsys.readouterr().err
    assert master.settings["sharing.key"] == CODE
    assert sharing("pair", "--renew") == 0
    assert key_of(master.settings["sharing.key"]) != key_of(CODE)


def test_a_wallbox_that_is_alone_is_told_what_else_it_needs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Wallbox(monkeypatch)
    assert sharing("join", CODE) == 0
    told = capsys.readouterr().out
    assert "installation.connection_mode = Slave" in told
    assert "sharing.unit" in told


def test_the_code_may_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    slave = Wallbox(monkeypatch, **SLAVE)
    monkeypatch.setattr("builtins.input", lambda prompt: CODE)
    assert sharing("join") == 0
    assert slave.settings["sharing.key"] == CODE


def test_a_typo_is_told_without_asking_the_wallbox(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    slave = Wallbox(monkeypatch, **SLAVE)
    assert sharing("join", CODE[:-1] + ("0" if CODE[-1] != "0" else "1")) == 1
    assert "probably in group 7" in capsys.readouterr().err
    assert slave.asked == []


@pytest.mark.parametrize(
    ("values", "arguments", "told"),
    [
        (SLAVE, ("pair",), "pair is for the master"),
        (MASTER, ("join", CODE), "join is for slaves"),
        (MASTER, ("key",), "there is no key"),
        (MASTER, ("quiet", "-1"), "minutes: came -1, allowed 0 … 240"),
        (MASTER, ("quiet", "1000"), "minutes: came 1000"),
        (MASTER, ("quiet", "nan"), "minutes: came nan"),
    ],
)
def test_a_refusal_is_told(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    values: dict[str, Any],
    arguments: tuple[str, ...],
    told: str,
) -> None:
    Wallbox(monkeypatch, **values)
    assert sharing(*arguments) == 1
    assert f"evse sharing: {told}" in capsys.readouterr().err


def test_no_wallbox_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nobody(*_: object) -> dict[str, Any]:
        raise ControlError("no wallbox runs on /nowhere")

    monkeypatch.setattr(client, "request_sync", nobody)
    assert sharing("status") == 1
    assert "no wallbox runs" in capsys.readouterr().err


def test_quiet_begins_and_ends(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wallbox = Wallbox(monkeypatch, **MASTER)
    assert sharing("quiet", "30") == 0
    assert wallbox.bus is not None
    assert wallbox.bus.quiet_left_s == 1800
    assert sharing("quiet", "0") == 0
    assert wallbox.bus.quiet_left_s == 0
    assert capsys.readouterr().out == "quiet for 30 min\nthe bus is in use\n"
    wallbox.bus = None
    assert sharing("quiet", "30") == 1


def test_the_status_shows_every_unit(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wallbox = Wallbox(monkeypatch, **MASTER, **{"sharing.key": CODE})
    assert wallbox.bus is not None
    wallbox.bus.counters[0] = UnitCounters(timeouts=1)
    wallbox.bus.counters[2] = UnitCounters(1234, 5, 6, 7)
    assert sharing("status") == 0
    told = capsys.readouterr().out
    assert "Master-Slave, unit 1, can:virtual/g, sealed" in told
    assert "bus: open" in told
    assert ["2", "never", "1234", "5", "6", "7"] in [line.split() for line in told.splitlines()]
    assert CODE not in told
    assert sharing("status", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["bus"]["units"]["2"]["exchanges"] == 1234
    assert answer["granted_a"] == {"2": 16.0}


@pytest.mark.parametrize(
    ("trouble", "findings", "told"),
    [
        ("no such port", frozenset[Finding](), "bus: no such port"),
        ("", frozenset({Finding.SECOND_MASTER}), "found: second_master"),
    ],
)
def test_the_status_fails_when_something_is_wrong(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    trouble: str,
    findings: frozenset[Finding],
    told: str,
) -> None:
    wallbox = Wallbox(monkeypatch, **MASTER)
    assert wallbox.bus is not None
    wallbox.bus.trouble, wallbox.bus.findings = trouble, findings
    assert sharing("status") == 1
    assert told in capsys.readouterr().out
    wallbox.bus = None
    assert sharing("status") == 0


async def test_how_long_ago_a_unit_was_heard() -> None:
    now_s = asyncio.get_running_loop().time()
    bus: Bus = Ether().join(1, lambda envelope: None)
    bus.counters[3].heard_at_s = now_s - 4.2
    bus.say(Envelope(Kind.GRANT, 1, 3, b"16"))
    assert bus_status(bus)["units"]["3"]["heard_s_ago"] == pytest.approx(4.2, abs=0.1)
