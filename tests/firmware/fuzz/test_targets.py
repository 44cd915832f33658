"""Every fuzz target keeps its promise: with its seeds, with what once broke it, with mutations.

`found/` has the inputs that once broke a promise, named TARGET-WHAT. The campaign looks for new
ones: `scripts/campaign fuzz`.
"""

import importlib
import random
from pathlib import Path

import pytest

from scripts.trials.fuzzing import BrokenPromiseError, Stream, Target, promise
from scripts.trials.table import TRIALS

FOUND = sorted(path for path in (Path(__file__).parent / "found").iterdir())
NAMES = [trial.module for trial in TRIALS if trial.environment == "fuzz"]
MUTATIONS = 60


def target_of(module: str) -> Target:
    target: Target = importlib.import_module(f"scripts.trials.{module}").TARGET
    return target


@pytest.mark.parametrize("module", NAMES)
def test_seeds_and_their_mutations(module: str) -> None:
    target, rng = target_of(module), random.Random(module)
    target.entry(b"")
    for seed in target.seeds:
        assert len(seed) <= target.longest
        target.entry(seed)
    for _ in range(MUTATIONS):
        data = bytearray(rng.choice(target.seeds))
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(data) + 1)
            data[at : at + rng.choice((0, 1, 1, 4))] = rng.choice(
                (rng.randbytes(1), rng.randbytes(4), b"", *target.words)
            )
        target.entry(bytes(data[: target.longest]))


@pytest.mark.parametrize("file", FOUND, ids=lambda file: file.name)
def test_what_once_broke_it(file: Path) -> None:
    target_of(file.name.partition("-")[0]).entry(file.read_bytes())


def test_a_stream_ends_in_zeros() -> None:
    stream = Stream(b"\1\2\3")
    assert (stream.byte(), stream.word(), stream.more) == (1, 0x0203, False)
    assert (stream.take(3), stream.number(), stream.rest()) == (bytes(3), 0.0, b"")


def test_a_broken_promise_is_raised() -> None:
    promise(True, "nothing")
    with pytest.raises(BrokenPromiseError, match="the sun is green"):
        promise(False, "the sun is green")
