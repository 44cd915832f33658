"""The launcher: which slot it starts, whatever a power cut has left (issue 6, Updates)."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.update import launcher
from evse.update.launcher import MAX_STARTS, Outcome, Slot, State, Trial, chosen, pick
from evse.update.slots import Slots, make_root
from tests.firmware.core.bench import DETERMINISTIC

OLD = Slot("1.0.0", "2026-01-01T00:00:00+00:00", healthy=True)
NEW = Slot("2.0.0", "2026-02-01T00:00:00+00:00", healthy=False)
BOTH = State({"a": OLD, "b": NEW})
TRIAL = replace(BOTH, trial=Trial("b", "cafe", 60.0))


def program(root: Path, slot: str, text: str = "exit 0") -> None:
    """A slot whose interpreter is a script."""
    file = launcher.python(root, slot)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Version 1 in a, version 2 in b, not on trial yet."""
    make_root(tmp_path)
    for slot in ("a", "b"):
        program(tmp_path, slot, f'echo "{slot}: $@"')
    launcher.link(tmp_path, "a")
    launcher.save(tmp_path, BOTH)
    return tmp_path


def launch(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(root / "launch"), *words], capture_output=True, text=True, check=False, timeout=120
    )


# ------------------------------------------------------------------------- the rule


@pytest.mark.parametrize(
    ("state", "linked", "there", "slot"),
    [
        (BOTH, "a", "ab", "a"),
        (BOTH, "b", "ab", "a"),  # b has proved nothing
        (BOTH, None, "ab", "a"),
        (BOTH, "a", "b", None),  # the one that is left has proved nothing: it is probed
        (TRIAL, "a", "ab", "b"),
        (TRIAL, "a", "a", "a"),  # the new one is gone
        (TRIAL, "b", "ab", "b"),  # it was healthy, the power went before that was written
        (replace(TRIAL, trial=replace(TRIAL.trial, starts=MAX_STARTS)), "a", "ab", "a"),
        (State(), "a", "ab", None),
    ],
)
def test_which_slot_is_started(state: State, linked: str | None, there: str, slot: str) -> None:
    assert chosen(state, linked, there)[0] == slot


def test_three_starts_without_health_and_it_is_taken_back() -> None:
    state, slots = TRIAL, []
    for _ in range(MAX_STARTS + 1):
        slot, state = chosen(state, "a", "ab")
        slots.append(slot)
    assert slots == ["b", "b", "b", "a"]
    assert state.trial is None
    assert state.last == Outcome("2.0.0", "cafe", False, f"not healthy after {MAX_STARTS} starts")


STATES = st.builds(
    State,
    st.dictionaries(
        st.sampled_from("ab"), st.builds(Slot, st.just("1.0.0"), st.just(""), st.booleans())
    ),
    st.none()
    | st.builds(Trial, st.sampled_from("ab"), st.just(""), st.just(9.0), st.integers(0, 5)),
)


@DETERMINISTIC
@given(
    state=STATES,
    linked=st.none() | st.sampled_from("ab"),
    there=st.sets(st.sampled_from("ab")),
)
def test_what_is_started_is_there_and_either_on_trial_or_has_worked(
    state: State, linked: str | None, there: set[str]
) -> None:
    slot, after = chosen(state, linked, there)
    if slot is None:
        assert after.trial is None
        return
    assert slot in there
    on_trial = after.trial is not None and after.trial.slot == slot
    assert on_trial or after.slots[slot].healthy
    assert after.trial is None or after.trial.starts <= MAX_STARTS


# --------------------------------------------------------------------------- on disk


BROKEN = [b"", b"{", b"null", b"[]", b'{"format": 2}', b'{"format": 1}', b"\xff" * 100, b"[" * 9999]


@pytest.mark.parametrize("content", BROKEN)
def test_a_broken_state_starts_what_current_names(root: Path, content: bytes) -> None:
    (root / launcher.STATE).write_bytes(content)
    assert launcher.load(root) is None
    assert pick(root, counts=True) == "a"


def test_a_missing_state_starts_what_current_names(root: Path) -> None:
    (root / launcher.STATE).unlink()
    launcher.link(root, "b")
    assert pick(root, counts=True) == "b"


def test_without_state_and_link_any_slot_that_can_be_imported(root: Path) -> None:
    (root / launcher.STATE).unlink()
    (root / launcher.CURRENT).unlink()
    program(root, "a", "exit 1")
    assert pick(root, counts=True) == "b"


def test_no_slot_at_all(tmp_path: Path) -> None:
    make_root(tmp_path)
    done = launch(tmp_path, "run")
    assert done.returncode == launcher.UNKNOWN
    assert "install a bundle" in done.stderr


def test_the_state_comes_back_as_it_was_saved(root: Path) -> None:
    state = replace(TRIAL, last=Outcome("0.9.0", "", False, "not healthy within 60 s"))
    launcher.save(root, state)
    assert launcher.load(root) == state


class PowerCut(BaseException):
    """The power goes."""


def cut_before(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The power goes before the replacement of a file with this number."""
    real, count = Path.replace, iter(range(1000))

    def replace_(self: Path, target: Path) -> Path:
        if next(count) == number:
            raise PowerCut
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace_)


def put_on_trial(root: Path) -> None:
    Slots(root, "a").put_on_trial("b", "cafe", 60.0)


def become_healthy(root: Path) -> None:
    put_on_trial(root)
    pick(root, counts=True)
    assert Slots(root, "b").healthy("2.0.0", datetime.now(UTC))


def fail(root: Path) -> None:
    put_on_trial(root)
    for _ in range(MAX_STARTS + 1):
        pick(root, counts=True)


@pytest.mark.parametrize("number", range(8))
@pytest.mark.parametrize("way", [put_on_trial, become_healthy, fail])
def test_a_power_cut_between_any_two_writes_leaves_a_wallbox_that_starts(
    root: Path, monkeypatch: pytest.MonkeyPatch, way: Callable[[Path], None], number: int
) -> None:
    """Afterwards it starts, and ends on a slot that has proved itself, or is put on trial."""
    with monkeypatch.context() as patch:
        cut_before(number, patch)
        with contextlib.suppress(PowerCut):
            way(root)
    started = [pick(root, counts=True) for _ in range(MAX_STARTS + 2)]
    assert None not in started
    state = launcher.load(root)
    assert state is not None
    assert state.trial is None
    assert state.slots[str(started[-1])].healthy


def test_a_start_that_cannot_be_counted_is_one_of_what_has_worked(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk must not make the trial endless."""
    put_on_trial(root)

    def full(*_: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr(launcher, "save", full)
    assert pick(root, counts=True) == "a"


# -------------------------------------------------------------------------- as a process


def test_it_becomes_the_program_with_all_words(root: Path) -> None:
    done = launch(root, "run", "--state", "x y")
    assert done.stdout == "a: -I -X faulthandler -m evse run --state x y\n"


def test_a_command_beside_the_wallbox_is_one_of_the_slot_that_has_worked(root: Path) -> None:
    """`evse board stop` must work when the version on trial does not, and is no start of it."""
    put_on_trial(root)
    assert launch(root, "board", "stop").stdout.startswith("a:")
    state = launcher.load(root)
    assert state is not None
    assert state.trial is not None
    assert state.trial.starts == 0


def test_an_interpreter_that_cannot_be_run_gives_way_to_the_other(root: Path) -> None:
    launcher.python(root, "a").write_bytes(b"\x7fELF no program")
    assert launch(root, "run").stdout.startswith("b:")


def test_the_guardian_ends_a_version_that_takes_too_long(root: Path) -> None:
    """It hangs, and would never count a start."""
    program(root, "b", "exec sleep 600")
    Slots(root, "a").put_on_trial("b", "cafe", 0.5)
    began_s = time.monotonic()
    done = launch(root, "run")
    assert done.returncode == -15
    assert time.monotonic() - began_s < 100
    state = launcher.load(root)
    assert state is not None
    assert state.last == Outcome("2.0.0", "cafe", False, "not healthy within 0.5 s")
    assert launch(root, "run").stdout.startswith("a:")


def test_the_guardian_leaves_with_the_program(root: Path) -> None:
    """Nothing of it stays behind a version that ends by itself."""
    Slots(root, "a").put_on_trial("b", "cafe", 600.0)
    began_s = time.monotonic()
    assert launch(root, "run").stdout.startswith("b:")  # the pipe closes when the guardian ends
    assert time.monotonic() - began_s < 100


def test_it_needs_nothing_of_the_program(root: Path) -> None:
    """It rescues a wallbox whose slots are broken: only Python's own library is there."""
    code = f"import runpy; runpy.run_path({str(root / 'launch')!r}, run_name='launch')"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code],
        capture_output=True, text=True, check=False, env={"PATH": os.defpath},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_state_is_for_people_too(root: Path) -> None:
    assert json.loads((root / launcher.STATE).read_text())["slots"]["a"]["version"] == "1.0.0"
