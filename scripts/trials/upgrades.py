"""What earlier versions left on disk is taken over by this one: `tests/upgrade/*.tar.xz`.

Each archive is the state of a Home Assistant and a wallbox of that version after two charges, the
second of which the wallbox has not told yet (scripts/keep_version.py). Both start anew as they are
now. Where the old version is in the repository's history it is started once more on what the new
one has made of it: as after an update that is taken back.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import sys
import tarfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.harness import kept, wallbox_books
from scripts.harness.home_assistant import ROOT, HarnessError, HomeAssistant, wait_until
from scripts.harness.house import IDENTITY, Household
from scripts.harness.wallbox import Wallbox
from scripts.trials.complaints import complaints
from scripts.trials.findings import Findings, Job

VERSIONS = ROOT / "tests" / "upgrade"
TOLD_S = 60
READ_S = 10
CHARGES_S = 60
ROUNDED_KWH = 0.0021
"""An energy is shown in whole watt-hours, on both sides."""
SERIAL = "manufacturer.serial"
CARD = "04A1B2C3"


@dataclass(frozen=True, slots=True)
class Version:
    """One archive: the commit that made it, and what it showed last."""

    name: str
    commit: str
    known: dict[str, Any]
    serial: str
    """Made at random at the wallbox's first start."""


async def run(job: Job) -> Findings:
    """Try the oldest and the newest of the versions, and those between as `count` allows."""
    archives = sorted(VERSIONS.glob("*.tar.xz"))
    chosen = archives if job.count >= len(archives) else [archives[0], *archives[1 - job.count :]]
    findings = Findings(energy_wh=0.0)
    for archive in chosen[: max(1, job.count)]:
        folder = job.folder / archive.name.partition(".")[0]
        await asyncio.to_thread(_try, archive, folder, job, findings)
    findings.figures["versions"] = f"{archives[0].name[:10]} to {archives[-1].name[:10]}"
    return findings


def _try(archive: Path, folder: Path, job: Job, findings: Findings) -> None:
    version = unpacked(archive, folder)
    wrong: list[str] = []
    began_s = time.monotonic()
    house = Household(
        folder,
        job.home_assistant,
        page_port=_page_port(folder),
        wanted=(),
        dlb__maximum_current_a=100,
    )
    try:
        house.start()
        back_s = time.monotonic() - began_s
        wrong += _upgraded(house, version, findings)
        wrong += _charges(house)
    finally:
        house.stop()
    wrong += _logged(house)
    job.say(f"{version.name}: taken over in {back_s:.1f} s; wrong: {wrong}")
    findings.fault(back_s, *(f"{version.name}: {sentence}" for sentence in wrong))
    if _is_known(version.commit):
        wrong = _taken_back(folder, version, job)
        findings.fault(None, *(f"back to {version.name}: {sentence}" for sentence in wrong))
        job.say(f"back to {version.name}; wrong: {wrong}")


def unpacked(archive: Path, folder: Path) -> Version:
    """Unpack an archive; return what it is."""
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    known = json.loads((folder / "known.json").read_text())
    name = archive.name.removesuffix(".tar.xz")
    return Version(name, known["commit"], known, _serial(folder / "wallbox"))


def _serial(folder: Path) -> str:
    """Return the kept wallbox's serial number; the oldest versions had none."""
    rows = {
        row["key"]: row["value"] for row in wallbox_books.rows(folder, "SELECT * FROM settings")
    }
    return str(json.loads(rows[SERIAL])) if SERIAL in rows else ""


def _page_port(folder: Path) -> int:
    """Return the port of the kept Home Assistant's page: its owner's log-in is for that address."""
    kept_files = ("configuration.yaml", ".storage/http")
    text = "".join(
        (folder / "home-assistant" / name).read_text()
        for name in kept_files
        if (folder / "home-assistant" / name).exists()
    )
    found = re.search(r'server_port"?: (\d+)', text)
    if found is None:
        raise ValueError(f"no server_port in {', '.join(kept_files)} of {folder}")
    return int(found[1])


def _upgraded(house: Household, version: Version, findings: Findings) -> list[str]:
    """Return what this version has not taken over."""
    wrong, known = Findings(), version.known
    page, entities, box = house.home_assistant, house.entities, house.wallbox
    status = _connector(box)
    wrong.check(
        status["energy_wh"] == known["register_wh"],
        f"the wallbox's register shows {status['energy_wh']} Wh, was {known['register_wh']}",
    )
    wait_until(lambda: not _rows(box, "outbox"), "everything is told", TOLD_S)
    rows = len(_rows(box, "transactions"))
    wrong.check(rows == known["wallbox"]["transactions"], f"the wallbox has {rows} transactions")
    stops = [row["meter_stop_wh"] for row in _rows(box, "transactions")]
    wanted_kwh = stops[-1] / 1000  # a new wallbox, all of whose charges were told or waited

    def shown() -> float:
        return page.number(entities["energy"]) or 0.0

    with suppress(HarnessError):  # judged below
        wait_until(lambda: abs(shown() - wanted_kwh) < ROUNDED_KWH, "all energy", TOLD_S)
    error_kwh = shown() - wanted_kwh
    if not wrong.check(abs(error_kwh) < ROUNDED_KWH, f"{shown()} kWh are shown, not {wanted_kwh}"):
        findings.energy_wh = (findings.energy_wh or 0.0) + error_kwh * 1000
    limit_a = page.number(entities["current_limit"])
    wrong.check(limit_a == known["limit_a"], f"the limit is {limit_a} A, was {known['limit_a']}")
    serial = box.request(command="settings-get", keys=[SERIAL])["settings"][0]["value"]
    fine = serial == version.serial or not version.serial
    wrong.check(fine, f"{SERIAL} is {serial}, was {version.serial}")
    if known.get("cards-insert"):
        names = [row["name"] for row in _rows(box, "whitelist")]
        wrong.check("Größe" in names, f"the wallbox's cards are {names}")
    sessions = kept.read(kept.database_of(page.folder, house.entry_id)).sessions.get(IDENTITY, [])
    told_wh = sorted(each.energy_wh for each in sessions if each.ended)
    wrong.check(
        bool(told_wh) and all(energy_wh > 0 for energy_wh in told_wh), f"sessions: {told_wh}"
    )
    return wrong.wrong


def _charges(house: Household) -> list[str]:
    """Return what is wrong with one more charge."""
    box = house.wallbox
    box.request(command="plug", max_a=16, phases=3)
    box.request(command="card", uid=CARD)
    try:
        wait_until(lambda: _connector(box)["contactor"], "a charge", CHARGES_S)
        box.request(command="unplug")
        wait_until(lambda: _rows(box, "transactions")[-1]["stopped_at"], "its end", CHARGES_S)
    except HarnessError as error:
        return [f"no charge from begin to end: {error}"]
    return []


def _logged(house: Household) -> list[str]:
    """Return the errors in the logs since the upgrade."""
    page = complaints(house.home_assistant.log, only="evse_ocpp|Traceback")
    return [f"logged: {each}" for each in (*page, *complaints(house.wallbox.log))]


def _connector(box: Wallbox) -> dict[str, Any]:
    told: dict[str, Any] = box.request(command="status")["connectors"]["1"]
    return told


def _rows(box: Wallbox, table: str) -> list[dict[str, Any]]:
    """Return the rows of a table of the wallbox, beside its program."""
    found = wallbox_books.rows(box.folder, f"SELECT * FROM {table} ORDER BY rowid")
    return [dict(row) for row in found]


def _is_known(commit: str) -> bool:
    """Whether the repository's history goes back so far."""
    command = ["git", "cat-file", "-e", f"{commit}^{{commit}}"]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True).returncode == 0


def _taken_back(folder: Path, version: Version, job: Job) -> list[str]:
    """Start the old version on the new one's files: it goes on, or refuses in so many words."""
    program = folder / "program"
    _git("worktree", "add", "--detach", str(program), version.commit)
    try:
        return [*_old_wallbox(folder, program), *_old_house(folder, program, job)]
    finally:
        _git("worktree", "remove", "--force", str(program))


def _old_wallbox(folder: Path, program: Path) -> list[str]:
    words = ("env", f"PYTHONPATH={program / 'firmware'}")
    box = Wallbox(folder / "wallbox", python=Path(sys.executable), prefix=words)
    last_wh = _rows(box, "transactions")[-1]["meter_stop_wh"] or 0
    try:
        box.start()
        with suppress(HarnessError):  # judged below
            wait_until(lambda: _connector(box)["energy_wh"] >= last_wh, "the register", READ_S)
        told = _connector(box)
    except HarnessError as error:
        return [f"the wallbox does not start: {error}"]
    finally:
        box.kill()
    if told["energy_wh"] < last_wh or told["contactor"]:
        return [f"the wallbox's register is at {told['energy_wh']} Wh, was {last_wh} or more"]
    return []


def _old_house(folder: Path, program: Path, job: Job) -> list[str]:
    page_folder = folder / "home-assistant"
    shutil.rmtree(page_folder / "custom_components")
    entry_id = json.loads((folder / "household.json").read_text())["entry_id"]
    page = HomeAssistant(
        page_folder,
        job.home_assistant,
        port=_page_port(folder),
        program=program / "custom_components" / "evse_ocpp",
        log=folder / "old.log",
    )
    try:
        page.start()
        states = {
            entry["entry_id"]: entry["state"]
            for entry in page.api("GET", "/api/config/config_entries/entry")
        }
    except HarnessError as error:
        return [f"Home Assistant does not start: {error}"]
    finally:
        page.stop()
    clean = states.get(entry_id) in {"loaded", "migration_error"}
    return [] if clean else [f"the entry is {states.get(entry_id)}: {page.log_end(1500)}"]


def _git(*command: str) -> None:
    subprocess.run(["git", *command], cwd=ROOT, check=True, capture_output=True)
