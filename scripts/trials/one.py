"""Runs one trial in this process and writes its findings: how `scripts/campaign` runs each.

python -m scripts.trials.one NAME --count N --seed S --home-assistant PYTHON --out FILE
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import shutil
import signal
import tempfile
from pathlib import Path

from scripts.trials.findings import Findings, Job
from scripts.trials.table import TRIALS


def main() -> None:
    """Run it. The exit status is 1 when something was wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("name", choices=[trial.name for trial in TRIALS])
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--home-assistant", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    (trial,) = (each for each in TRIALS if each.name == args.name)
    module = importlib.import_module(f"scripts.trials.{trial.module}")
    folder = Path(tempfile.mkdtemp(prefix=f"{trial.name}-"))
    # As Ctrl-C does: the trial is cancelled, and ends the processes that it has started. What a
    # shell starts in the background would ignore SIGINT.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        job = Job(args.count, args.seed, folder, args.home_assistant, _say)
        findings: Findings = asyncio.run(module.run(job))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    told = json.dumps(findings.as_json(), indent=1, ensure_ascii=False)
    if args.out is not None:
        args.out.write_text(told + "\n", encoding="utf-8")
    else:
        print(told)
    raise SystemExit(bool(findings.wrong))


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
