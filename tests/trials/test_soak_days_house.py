"""The judgement of days of Home Assistant notices growth, lost energy, and errors."""

import asyncio
import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from scripts.trials import soak_days_house as soak
from scripts.trials.findings import Findings, Job

IDENTITY = "CP-1"


def night(day: int, **held: float) -> dict[str, Any]:
    return {
        "day": day,
        "elapsed_s": day * 86_400.0,
        "cpu_s": 10.0 * day,
        "held": held,
        "objects": [["dict", 1000 + 50 * day], ["list", 1000]],
    }


@pytest.mark.parametrize(
    ("name", "a_day", "wrong"),
    [
        ("tasks", 1.0, True),
        ("tasks", 0.0, False),
        ("listeners", 0.5, True),
        ("blocks", 2000.0, True),
        ("blocks", 100.0, False),
        ("rows of session", 9.0, False),
    ],
)
def test_growth(name: str, a_day: float, wrong: bool) -> None:
    findings = Findings()
    nights = soak.Nights([night(day, **{name: 100 + a_day * day}) for day in range(1, 31)])
    soak._judge_growth(nights, findings)
    assert bool(findings.wrong) == wrong
    if wrong:
        assert f"{name} grow" in findings.wrong[0]
        assert "dict +700" in findings.wrong[0]
    assert name in findings.figures


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder of Home Assistant whose sessions have 1500 Wh, of which the sums know the source."""
    (tmp_path / ".storage").mkdir()
    path = tmp_path / ".storage" / "evse_ocpp.entry.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE session (identity, energy_wh, sun_wh, battery_wh)")
        connection.execute("CREATE TABLE tally (identity, sun_wh, battery_wh, grid_wh)")
        rows = [(IDENTITY, 1000, 400.0, None), (IDENTITY, 500, 0.0, 100.0)]
        connection.executemany("INSERT INTO session VALUES (?, ?, ?, ?)", rows)
        connection.execute("INSERT INTO tally VALUES (?, 400.0, 100.0, 1000.0)", (IDENTITY,))
    return tmp_path


@pytest.mark.parametrize(
    ("register_wh", "meter_kwh", "spoil", "wrong"),
    [
        (1500, 1.5, "", []),
        (1500, 1.49, "", ["its energy entity"]),
        (1500, float("nan"), "", ["its energy entity"]),
        (1500, 1.5, "DELETE FROM session WHERE energy_wh = 500", ["its sessions", "since ever"]),
        (1500, 1.5, "UPDATE tally SET grid_wh = 1200", ["since ever"]),
        (1500, 1.5, "DELETE FROM tally", ["since ever"]),
        (0, 0.0, "", ["charged nothing", "its sessions"]),
    ],
)
def test_energy(
    home: Path, register_wh: int, meter_kwh: float, spoil: str, wrong: list[str]
) -> None:
    with closing(sqlite3.connect(home / ".storage" / "evse_ocpp.entry.db")) as connection:
        connection.executescript(spoil)
    findings = Findings()
    end = {
        "registers_wh": {IDENTITY: register_wh},
        "meters_kwh": {IDENTITY: meter_kwh},
        "connections": 1,
    }
    soak._judge_energy(end, home, findings)
    assert len(findings.wrong) == len(wrong)
    assert all(word in said for word, said in zip(wrong, findings.wrong, strict=True))


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("2026-10-10 WARNING x: slow", False),
        ("2026-10-10 ERROR x: lost", True),
        ("RuntimeWarning: coroutine was never awaited", True),
    ],
)
def test_log(line: str, wrong: bool) -> None:
    findings = Findings()
    soak._judge_log(f"2026-10-10 INFO x: y\n{line}\n", findings)
    assert bool(findings.wrong) == wrong


@pytest.mark.parametrize(
    ("lines", "status", "wrong"),
    [
        (2, 0, []),
        (1, 0, ["did not come to its end"]),
        (2, 3, ["ended with 3"]),
        (0, 3, ["ended with 3", "did not come to its end"]),
    ],
)
def test_a_program_is_followed_to_its_end(
    tmp_path: Path, home: Path, lines: int, status: int, wrong: list[str]
) -> None:
    """`program` takes the place of Home Assistant's interpreter."""
    counted = {"registers_wh": {IDENTITY: 1500}, "meters_kwh": {IDENTITY: 1.5}, "connections": 1}
    nights = [night(1, tasks=30) | counted, night(1) | counted | {"ended": True}][:lines]
    program = tmp_path / "python"
    program.write_text(
        f"#!{sys.executable}\n"
        "import shutil, sys\n"
        f"shutil.copytree({str(home / '.storage')!r}, sys.argv[-1] + '/.storage')\n"
        f"print(*{list(map(json.dumps, nights))!r}, sep='\\n', end='')\n"
        f"sys.exit({status})\n"
    )
    program.chmod(0o755)
    folder = tmp_path / "trial"
    folder.mkdir()
    said: list[str] = []
    findings = asyncio.run(soak.run(Job(1, 1, folder, program, said.append)))
    assert len(said) == lines
    assert len(findings.wrong) == len(wrong)
    assert all(word in told for word, told in zip(wrong, findings.wrong, strict=True))
    assert (findings.figures.get("charged") == "1.5 kWh") == (lines == 2)
