"""Breaks things on purpose under real processes and tells what became of it.

    scripts/campaign                          the short one, about five minutes: what CI runs
    scripts/campaign --length full            the whole one: hours
    scripts/campaign --length 0.1 power disk  a tenth of the whole, of two areas
    scripts/campaign --list                   the trials, by area

Every trial is a process of its own (scripts/trials/). The exit status is 1 when a promise was
broken; each is told in a sentence. --write puts the results into the report: docs/campaign.json and
the tables of docs/reliability.md. Trials that need root are left out, and named, without it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from scripts.trials import report
from scripts.trials.table import TRIALS, Area, Trial

ROOT = Path(__file__).resolve().parent.parent.parent

LENGTHS = {"short": 0.0, "full": 1.0}
RESULTS = ROOT / "docs" / "campaign.json"
DOCUMENT = ROOT / "docs" / "reliability.md"
END_S = 60


def main() -> int:
    """Run what was asked for; return the exit status."""
    args = _arguments()
    if args.list:
        for trial in TRIALS:
            print(f"{trial.area:9} {trial.name:28} {trial.full:>9} {trial.unit:9} {trial.what}")
        return 0
    share = LENGTHS.get(args.length)
    share = float(args.length) if share is None else share
    chosen = [trial for trial in TRIALS if _asked_for(trial, args.what) and trial.count(share)]
    left_out = [trial for trial in chosen if trial.needs_root and os.geteuid()]
    results = [_run(trial, share, args) for trial in chosen if trial not in left_out]
    for trial in left_out:
        print(f"left out, needs root: {trial.name}")
    print(report.tables(TRIALS, [result.as_json() for result in results]))
    if args.write:
        _write(results)
    wrong = [result for result in results if not result.fine]
    for result in wrong:
        for sentence in [result.broke] if result.broke else result.findings["wrong"]:
            print(f"WRONG: {result.name}: {sentence}")
    print(f"{len(results)} trials, {len(wrong)} of them not as promised")
    return bool(wrong)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    areas = ", ".join(Area)
    parser.add_argument("what", nargs="*", help=f"areas ({areas}) or names of trials; all")
    parser.add_argument("--length", default="short", help="short, full, or a share of full")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--environment", default="ha-newest", help="whose Home Assistant")
    parser.add_argument("--write", action="store_true", help="put the results into the report")
    parser.add_argument("--list", action="store_true", help="only tell what there is")
    args = parser.parse_args()
    known = {*Area, *(trial.name for trial in TRIALS)}
    if unknown := [each for each in args.what if each not in known]:
        parser.error(f"no area or trial is named {', '.join(unknown)}; areas: {areas}")
    if args.length not in LENGTHS:
        try:
            fine = 0 < float(args.length) <= 1000
        except ValueError:
            fine = False
        if not fine:
            parser.error(f"--length is short, full or a positive number, not {args.length!r}")
    return args


def _asked_for(trial: Trial, what: list[str]) -> bool:
    return not what or trial.name in what or trial.area in what


def _run(trial: Trial, share: float, args: argparse.Namespace) -> report.Result:
    """Run one trial in its own process, with what it says passed on."""
    count, began_s = trial.count(share), time.monotonic()
    print(f"\n== {trial.name}: {trial.what} ({count} {trial.unit})", flush=True)
    python = _interpreter(trial.environment)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "findings.json"
        command = [python, "-m", "scripts.trials.one", trial.name, "--count", str(count)]
        command += ["--seed", str(args.seed), "--out", str(out)]
        command += ["--home-assistant", _interpreter(args.environment)]
        paths = os.pathsep.join((str(ROOT), str(ROOT / "firmware")))
        broke = ""
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": paths})
        try:
            status = process.wait(trial.limit_s)
        except subprocess.TimeoutExpired:
            broke = f"did not end within {trial.limit_s} s"
            _end(process)
        else:
            broke = "" if out.exists() else f"ended with status {status}"
        findings = {} if broke else json.loads(out.read_text(encoding="utf-8"))
    return report.Result(
        name=trial.name,
        count=count,
        seed=args.seed,
        took_s=round(time.monotonic() - began_s, 1),
        day=datetime.now(UTC).date().isoformat(),
        commit=_output("git", "rev-parse", "--short", "HEAD"),
        python=_output(python, "--version"),
        findings=findings,
        broke=broke,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let a trial end what it has started, and itself."""
    process.terminate()
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _interpreter(environment: str) -> str:
    return _output(sys.executable, str(ROOT / "scripts" / "environments.py"), environment)


def _output(*command: str) -> str:
    run = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return run.stdout.strip()


def _write(results: list[report.Result]) -> None:
    old = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else []
    rows = report.merged(old, [result.as_json() for result in results])
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    RESULTS.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    document = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(report.put_in(document, report.tables(TRIALS, rows)), encoding="utf-8")
