"""Diagnostics and logs that are asked for (behaviours 64, 66, 67, 74)."""

import io
import json
import logging
import tarfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from ocpp.v16 import call

from evse.ocpp import log_ring
from evse.ocpp.archive import diagnostics, write_archive
from tests.firmware.ocpp.file_servers import CREDENTIALS, Files, ftp_files, http_files

SECRET = "0123456789abcdef"
DEVICE_KEY = "K7M2Q-9XWBD-4TRH0-VN3ZC"


@pytest.fixture(params=["http", "ftp"])
def server(request: Any) -> Any:
    with (http_files if request.param == "http" else ftp_files)() as files:
        files.url_of_logs = (  # type: ignore[attr-defined]
            files.url("logs/") if request.param == "http" else files.url("logs", "ftp", CREDENTIALS)
        )
        yield files


@pytest.fixture
def http() -> Any:
    with http_files() as files:
        yield files


def statuses(central: Any, action: str = "DiagnosticsStatusNotification") -> list[str]:
    return [payload["status"] for payload in central.of(action)]


def told_once(statuses: list[str]) -> list[str]:
    """Without those told again because their answer was lost, or late on a busy machine."""
    return [status for status, _ in groupby(statuses)]


async def test_diagnostics_are_uploaded(
    central: Any, wallbox: Any, eventually: Any, server: Any, tmp_path: Path
) -> None:
    """Behaviour 66: Uploading, Uploaded; the file has the name that was answered."""
    answer = await central.ask(call.GetDiagnostics(server.url_of_logs))
    await eventually(lambda: statuses(central) == ["Uploading", "Uploaded"])
    assert set(server.stored) == {f"logs/{answer.file_name}"}
    assert list((tmp_path / "uploads").iterdir()) == []


async def test_what_a_power_cut_left_behind_goes(
    make_wallbox: Any, eventually: Any, tmp_path: Path
) -> None:
    left = tmp_path / "uploads" / "diagnostics-x.tar.gz"
    left.parent.mkdir()
    left.write_bytes(b"half")
    wallbox = await make_wallbox()
    wallbox.start()
    await eventually(lambda: not left.exists())


def unpacked(files: Files) -> Mapping[str, str]:
    (content,) = files.stored.values()
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        return {
            entry.name: archive.extractfile(entry).read().decode()  # type: ignore[union-attr]
            for entry in archive
        }


async def test_they_help_and_have_no_secrets(
    central: Any, make_wallbox: Any, eventually: Any, http: Files, tmp_path: Path
) -> None:
    """Settings, status, log and black boxes; no password, key or PIN, wherever it came from."""
    wallbox = await make_wallbox(f"ocpp.password={SECRET}")
    wallbox.start()
    await eventually(lambda: wallbox.client.connected)

    async def status() -> Mapping[str, Any]:
        shown = {"pin": "493028", "device_key": DEVICE_KEY}
        return {"connectors": {"1": {"status": "Available"}}, "panel": {"box": shown}}

    wallbox.client.tell_status_by(status)
    logging.getLogger("evse.test").warning("a slip: %s at ftp://user:pass@host/", SECRET)
    logging.getLogger("evse.test").warning("nobody has claimed it yet: %s", DEVICE_KEY)
    (tmp_path / "blackbox").mkdir()
    (tmp_path / "blackbox" / "2026.jsonl.gz").write_bytes(b"recorded")
    await central.ask(call.GetDiagnostics(http.url("")))
    await eventually(lambda: statuses(central) == ["Uploading", "Uploaded"])
    texts = unpacked(http)
    assert set(texts) == {
        "about.json", "log.txt", "settings.txt", "status.json", "blackbox/2026.jsonl.gz"
    }  # fmt: skip
    assert json.loads(texts["status.json"])["connectors"]["1"]["status"] == "Available"
    assert "ocpp.identity = box1" in texts["settings.txt"]
    assert "ocpp.password = ***" in texts["settings.txt"]
    assert "a slip: *** at ftp://***@host/" in texts["log.txt"]
    assert json.loads(texts["status.json"])["panel"]["box"] == {"pin": "***", "device_key": "***"}
    assert not [each for each in (SECRET, DEVICE_KEY) if each in "".join(texts.values())]


async def test_each_attempt_tells_its_beginning_and_its_failure(
    central: Any, wallbox: Any, eventually: Any, http: Files
) -> None:
    """Behaviour 67; nothing after the last."""
    http.fails = 2
    await central.ask(call.GetDiagnostics(http.url("up"), retries=2, retry_interval=1))
    expected = ["Uploading", "UploadFailed"] * 2 + ["Uploading", "Uploaded"]
    await eventually(lambda: statuses(central) == expected)
    http.fails = 9
    central.calls.clear()
    await central.ask(call.GetDiagnostics(http.url("up"), retries=1, retry_interval=1))
    await eventually(lambda: statuses(central) == ["Uploading", "UploadFailed"] * 2)
    assert (await central.ask(call.TriggerMessage("DiagnosticsStatusNotification"))).status
    await eventually(lambda: len(statuses(central)) == 5)
    assert statuses(central)[-1] == "Idle"


@pytest.mark.parametrize(
    "location", ["ftp://no-such-host.invalid/logs", "http://127.0.0.1:1/", "gopher://h/", "logs"]
)
async def test_nowhere_to_upload_to(
    central: Any, wallbox: Any, eventually: Any, location: str
) -> None:
    """Behaviour 66: also for a host that doesn't exist."""
    await central.ask(call.GetDiagnostics(location))
    await eventually(lambda: statuses(central) == ["Uploading", "UploadFailed"])


@pytest.mark.parametrize(
    ("log_type", "found"),
    [("SecurityLog", "StartupOfTheDevice"), ("DiagnosticsLog", "settings.txt")],
)
async def test_a_log_is_uploaded(
    central: Any, wallbox: Any, eventually: Any, http: Files, log_type: str, found: str
) -> None:
    """Behaviour 74: Accepted, then Uploading and Uploaded with the requestId."""
    answer = await central.ask(call.GetLog({"remoteLocation": http.url("logs/")}, log_type, 42))
    assert answer.status == "Accepted"
    await eventually(lambda: statuses(central, "LogStatusNotification")[1:] == ["Uploaded"])
    assert statuses(central, "LogStatusNotification") == ["Uploading", "Uploaded"]
    assert {payload["request_id"] for payload in central.of("LogStatusNotification")} == {42}
    assert set(http.stored) == {f"logs/{answer.filename}"}
    if log_type == "SecurityLog":
        assert found in http.stored[f"logs/{answer.filename}"].decode()
    else:
        assert found in unpacked(http)


@pytest.mark.parametrize(
    ("location", "status"),
    [
        ("http://127.0.0.1:1/", "UploadFailure"),
        ("http://no-such-host.invalid/", "UploadFailure"),
        ("scp://h/", "NotSupportedOperation"),
        ("protected", "PermissionDenied"),
    ],
)
async def test_a_log_that_cannot_be_uploaded(
    central: Any, wallbox: Any, eventually: Any, http: Files, location: str, status: str
) -> None:
    """Behaviours 67 and 74."""
    http.protected = True
    url = http.url("up") if location == "protected" else location
    await central.ask(call.GetLog({"remoteLocation": url}, "SecurityLog", 1, 1, 1))
    told = ["Uploading", status] * 2
    await eventually(lambda: statuses(central, "LogStatusNotification") == told)


async def test_a_second_log_ends_the_first(
    central: Any, wallbox: Any, eventually: Any, http: Files
) -> None:
    """AcceptedCanceled; and the trigger tells which is under way."""
    nowhere = {"remoteLocation": "http://127.0.0.1:1/"}
    await central.ask(call.GetLog(nowhere, "SecurityLog", 1, 5, 3600))
    await eventually(lambda: "UploadFailure" in statuses(central, "LogStatusNotification"))
    await central.ask(call.ExtendedTriggerMessage("LogStatusNotification"))
    await eventually(lambda: len(central.of("LogStatusNotification")) == 3)
    assert central.of("LogStatusNotification")[-1] == {"status": "Uploading", "request_id": 1}
    answer = await central.ask(call.GetLog({"remoteLocation": http.url("up")}, "SecurityLog", 2))
    assert answer.status == "AcceptedCanceled"
    await eventually(lambda: statuses(central, "LogStatusNotification")[-1] == "Uploaded")
    assert central.of("LogStatusNotification")[-1]["request_id"] == 2
    await central.ask(call.ExtendedTriggerMessage("LogStatusNotification"))
    await eventually(lambda: central.of("LogStatusNotification")[-1] == {"status": "Idle"})


async def test_reports_wait_for_the_connection(
    central: Any, wallbox: Any, eventually: Any, http: Files
) -> None:
    """An upload that goes on while the connection is away is reported when it is back."""
    http.fails = 1
    await central.ask(call.GetDiagnostics(http.url("up"), retries=1, retry_interval=10))
    await eventually(lambda: statuses(central) == ["Uploading", "UploadFailed"])
    wallbox.client.set_network(False)
    await eventually(lambda: http.stored)
    assert statuses(central) == ["Uploading", "UploadFailed"]
    wallbox.client.set_network(True)
    # The waits between attempts to connect are real, and grow to 20 s. The network may have gone
    # before the answer to the failure came.
    told = ["Uploading", "UploadFailed", "Uploading", "Uploaded"]
    await eventually(lambda: told_once(statuses(central)) == told)


@pytest.mark.parametrize(
    "payload",
    [
        call.GetDiagnostics("http://h/", start_time="yesterday"),
        call.GetLog({"remoteLocation": "http://h/", "latestTimestamp": "x"}, "SecurityLog", 1),
    ],
)
async def test_a_date_that_is_none(central: Any, wallbox: Any, payload: Any) -> None:
    from ocpp.exceptions import OCPPError

    with pytest.raises(OCPPError) as refused:
        await central.ask(payload)
    assert refused.value.code == "PropertyConstraintViolation"


def test_the_log_of_a_time() -> None:
    """startTime and stopTime; long lines are cut, old ones go."""
    ring = log_ring.LogRing()
    for number in range(log_ring.MAX_LINES + 3):
        ring.handle(logging.makeLogRecord({"msg": f"n{number}", "name": "x", "created": number}))
    at = datetime.fromtimestamp(10, UTC)
    lines = ring.lines(at, at + timedelta(seconds=2))
    assert [line.rpartition(" ")[2] for line in lines] == ["n10", "n11", "n12"]
    assert len(ring.lines()) == log_ring.MAX_LINES
    ring.handle(logging.makeLogRecord({"msg": "y" * 9999, "name": "x", "created": 1e9}))
    assert len(ring.lines()[-1]) < log_ring.MAX_LINE + 40


def test_a_log_with_half_a_character_is_told_too(wallbox: Any) -> None:
    """Whatever brought it in: what went wrong is in that very log."""
    ring = log_ring.LogRing()
    ring.handle(logging.makeLogRecord({"msg": "half \ud83d", "name": "x", "created": 1e9}))
    texts = diagnostics(wallbox.settings, ring, {}, None, None)
    assert b"half \\ud83d" in texts["log.txt"]


def test_the_newest_black_boxes_fit_the_bound(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("evse.ocpp.archive.MAX_BLACK_BOX_BYTES", 250)
    for day in ("01", "02", "03"):
        (tmp_path / f"2026-01-{day}.jsonl.gz").write_bytes(bytes(100))
    write_archive(tmp_path / "out" / "a.tar.gz", {"x": b"y"}, tmp_path)
    with tarfile.open(tmp_path / "out" / "a.tar.gz") as archive:
        names = archive.getnames()
    assert names == ["x", "blackbox/2026-01-03.jsonl.gz", "blackbox/2026-01-02.jsonl.gz"]
