"""One fuzzer: tries inputs on the TARGET of a `fuzz_*` module, in this process, and tells.

python -m scripts.trials.guided MODULE --inputs N --seed S --folder FOLDER

writes FOLDER/out.json: how many inputs were tried, the slowest, and the first input of each kind of
fault, by what was raised and where. A fault ends nothing: there may be more behind it.
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import os
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from scripts.trials.fuzzing import BrokenPromiseError, Target

HANG_S = 60
"""An input that takes so long, s of the clock, ends the fuzzer: Python cannot be interrupted."""

MEMORY_MIB = 2048
MOST_KINDS = 20
"""Of faults: then something is wrong with everything, and the fuzzer ends early."""

PRODUCT = "evse"


class Tally:
    """What came of the inputs until now."""

    def __init__(self, target: Target, inputs: int, folder: Path) -> None:
        self._target = target
        self._wanted = inputs
        self._folder = folder
        self._faults: dict[str, str] = {}
        self._done = 0
        self._slowest_s = 0.0

    def take(self, data: bytes) -> None:
        """Try one input. Ends the process after the last."""
        began_s = time.process_time()
        try:
            self._target.entry(data)
        except Exception as error:  # noqa: BLE001 - whatever gets out is a fault
            self._faults.setdefault(told(error), data.hex())
        took_s = time.process_time() - began_s
        if took_s > self._target.slowest_s:
            self._faults.setdefault(f"an input took {took_s:.1f} s", data.hex())
        self._slowest_s = max(self._slowest_s, took_s)
        self._done += 1
        if self._done >= self._wanted or len(self._faults) >= MOST_KINDS:
            self._end()

    def _end(self) -> NoReturn:
        found = {
            "inputs": self._done,
            "faults": self._faults,
            "slowest_s": self._slowest_s,
            "kept": sum(1 for _ in (self._folder / "corpus").iterdir()),
        }
        (self._folder / "out.json").write_text(json.dumps(found), encoding="utf-8")
        os._exit(0)  # libFuzzer's own end would do the same


def told(error: Exception) -> str:
    """What was raised and where: the same for the same fault."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if f"/{PRODUCT}/" in frame.filename]
    if isinstance(error, BrokenPromiseError):
        return f"{frames[-2].name}: {error}"[:200]
    place = f"{Path((ours or frames)[-1].filename).name}:{(ours or frames)[-1].lineno}"
    text = str(error) if isinstance(error, AssertionError) else ""
    return f"{type(error).__name__} at {place} {text}".strip()[:200]


class Formats(logging.Handler):
    """Makes the text of every record, and throws it away: a record that cannot be is a fault."""

    def emit(self, record: logging.LogRecord) -> None:
        """Format it."""
        record.getMessage()


def main() -> None:
    """Fuzz until the inputs have been tried."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("module")
    parser.add_argument("--inputs", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    args = parser.parse_args()
    import atheris  # only in the environment `fuzz`

    name = f"scripts.trials.{args.module}"
    with atheris.instrument_imports(include=[PRODUCT]):  # the code by which inputs are guided
        target: Target = importlib.import_module(name).TARGET
    logging.getLogger().handlers = [Formats()]
    logging.getLogger().setLevel(logging.DEBUG)
    (args.folder / "corpus").mkdir()
    for number, seed in enumerate(target.seeds):
        (args.folder / "corpus" / f"seed-{number}").write_bytes(seed)
    tally = Tally(target, args.inputs, args.folder)
    atheris.Setup([sys.argv[0], *_options(args, target)], tally.take)
    atheris.Fuzz()


def _options(args: argparse.Namespace, target: Target) -> Iterator[str]:
    yield f"-runs={10 * args.inputs + 100_000}"  # never: `Tally` counts
    yield f"-seed={args.seed}"
    yield f"-max_len={target.longest}"
    yield f"-timeout={HANG_S}"
    yield f"-rss_limit_mb={MEMORY_MIB}"
    yield f"-artifact_prefix={args.folder}/"
    yield "-verbosity=0"
    if target.words:
        words = args.folder / "words"
        lines = ('"' + "".join(f"\\x{byte:02x}" for byte in word) + '"' for word in target.words)
        words.write_text("\n".join(lines) + "\n", encoding="ascii")
        yield f"-dict={words}"
    yield str(args.folder / "corpus")


if __name__ == "__main__":
    main()
