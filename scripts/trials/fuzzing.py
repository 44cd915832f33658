"""How a fuzz trial works: a function of bytes, what it promises, and inputs that look for more.

A module `fuzz_*` has a TARGET, whose `entry` gives one input to the product and raises nothing as
long as the promise holds: what may come out is caught there, anything else is a fault. Inputs are
made by atheris (libFuzzer), which keeps what reached new code. libFuzzer leaves its process without
a word to Python, so it runs in one of its own (guided.py). What was found is kept in build/fuzz,
and goes from there to tests/firmware/fuzz/found, where it is tried for ever.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import json
import os
import struct
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from scripts.trials.findings import Findings, Job

KEPT = Path(__file__).resolve().parent.parent.parent / "build" / "fuzz"
"""Where inputs that broke a promise are kept: NAME-HASH."""

SHARE_FROM = 100_000
"""So many inputs are worth a process on each core."""

SLOWEST_S = 0.5
"""Processor time that one input may take, s, where a target says nothing else."""

Result = TypeVar("Result")

SHOWN_BYTES = 120
"""Of an input, in the sentence about it."""


class BrokenPromiseError(AssertionError):
    """What came out is not what the target promises."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is fuzzed.

    `entry`: see the module. `seeds`: good inputs to begin with. `words`: what is hard to guess.
    `longest`: bytes of an input. `slowest_s`: processor time that an input may take.
    """

    entry: Callable[[bytes], None]
    seeds: Sequence[bytes]
    words: Sequence[bytes] = ()
    longest: int = 512
    slowest_s: float = SLOWEST_S


def trial(name: str) -> Callable[[Job], Coroutine[Any, Any, Findings]]:
    """The coroutine `run` of the module `scripts.trials.NAME`, whose TARGET is to be fuzzed."""

    async def run(job: Job) -> Findings:
        findings = Findings()
        if importlib.util.find_spec("atheris") is None:
            findings.wrong.append("atheris is missing: run it in the environment `fuzz`")
            return findings
        module = name.rpartition(".")[2]
        workers = min(2, os.cpu_count() or 1) if job.count >= SHARE_FROM else 1
        began_s = time.monotonic()
        parts = await asyncio.gather(
            *(_worker(module, job, number, workers) for number in range(workers))
        )
        took_s = time.monotonic() - began_s
        _put_together(module, [part for part in parts if part is not None], findings)
        findings.check(None not in parts, f"{module}: a fuzzer ended without a result")
        findings.figures["rate"] = f"{findings.inputs / took_s:,.0f} inputs/s"
        return findings

    return run


async def _worker(module: str, job: Job, number: int, workers: int) -> dict[str, Any] | None:
    """What one fuzzer found; None when it ended by itself."""
    folder = job.folder / str(number)
    folder.mkdir()
    out = folder / "out.json"
    command = [sys.executable, "-m", "scripts.trials.guided", module, "--folder", str(folder)]
    command += ["--inputs", str(job.count // workers), "--seed", str(job.seed + number)]
    process = await asyncio.create_subprocess_exec(
        *command,
        env=os.environ | {"TMPDIR": str(folder)},  # it leaves without tidying up
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        _, said = await process.communicate()
    finally:
        if process.returncode is None:  # the trial is ended, and takes it along
            process.kill()
    if not out.exists():
        job.say(said.decode(errors="replace")[-3000:])
        for left in folder.glob("*-*"):  # of libFuzzer: an input that hung, or ate the memory
            job.say(f"kept {keep(module, left.read_bytes())}: {left.name.partition('-')[0]}")
        return None
    told: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return told


def _put_together(module: str, parts: list[dict[str, Any]], findings: Findings) -> None:
    faults: dict[str, str] = {}
    for part in parts:
        findings.inputs += part["inputs"]
        for what, data in part["faults"].items():
            faults.setdefault(what, data)
    for what, data in faults.items():
        kept = keep(module, bytes.fromhex(data))
        findings.wrong.append(f"{what}; input {data[: 2 * SHOWN_BYTES]} ({kept.name})")
    findings.crashes = len(faults)
    if parts:
        slowest_s = max(part["slowest_s"] for part in parts)
        findings.figures["slowest input"] = f"{1000 * slowest_s:.0f} ms"
        findings.figures["inputs with news"] = str(max(part["kept"] for part in parts))


def keep(module: str, data: bytes) -> Path:
    """Keep an input; return its file."""
    KEPT.mkdir(parents=True, exist_ok=True)
    file = KEPT / f"{module}-{hashlib.sha256(data).hexdigest()[:12]}"
    file.write_bytes(data)
    return file


def promise(fine: bool, what: str) -> None:
    """Raise BrokenPromiseError unless `fine`."""
    if not fine:
        raise BrokenPromiseError(what)


class Stream:
    """An input that is used bit by bit; at its end come zeros."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def more(self) -> bool:
        """Whether there is something left."""
        return self._at < len(self._data)

    def take(self, count: int) -> bytes:
        """The next bytes, always `count`."""
        part = self._data[self._at : self._at + count]
        self._at += count
        return part.ljust(count, b"\0")

    def byte(self) -> int:
        """The next byte."""
        return self.take(1)[0]

    def word(self) -> int:
        """The next two bytes, the high one first."""
        return int.from_bytes(self.take(2), "big")

    def number(self) -> float:
        """The next eight bytes as a floating-point number: any, also inf and NaN."""
        (value,) = struct.unpack(">d", self.take(8))
        return float(value)

    def rest(self) -> bytes:
        """What is left."""
        part, self._at = self._data[self._at :], len(self._data)
        return part


_loops: list[asyncio.AbstractEventLoop] = []


def at_once(awaitable: Awaitable[Result]) -> Result:
    """The result of something that has nothing to wait for, on a loop that is kept."""
    if not _loops:
        _loops.append(asyncio.new_event_loop())
    return _loops[0].run_until_complete(awaitable)


class InstantClock:
    """A clock that goes on by what is slept, at once, and a little with each look at it."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def monotonic(self) -> float:
        """Seconds."""
        self.now_s += 0.001
        return self.now_s

    def utcnow(self) -> datetime:
        """The calendar's time."""
        return datetime.fromtimestamp(1_790_000_000 + self.now_s, UTC)

    async def sleep(self, seconds: float) -> None:
        """Let the time pass."""
        self.now_s += max(0.0, seconds)
