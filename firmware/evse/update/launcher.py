"""Starts the program from one of two slots. Stands alone: copied to the folder of the slots as
`launch`, it imports nothing but Python's own library, and no update ever replaces it.

    ROOT/launch            this file; the service runs it with the words of `evse`
    ROOT/state.json        what is in the slots, and which is on trial
    ROOT/current           a link to the slot that has last proved itself healthy
    ROOT/a, ROOT/b         the slots, each a virtual environment of its own

A new version is on trial: its starts are counted before they are made, and a guardian watches the
time. When neither three starts nor its time made it healthy, the launcher goes back to `current`.
Each step writes one file whole, and every order of steps which a power cut can leave starts a slot
that has worked before.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

FORMAT = 1
STATE, CURRENT = "state.json", "current"
SLOTS = ("a", "b")

MAX_STARTS = 3
"""So often a version on trial may start without being healthy: a power cut costs a start, too."""

GUARD_S = 1.0
"""The guardian looks so often whether the version has proved itself, s."""

END_S = 45.0
"""A program that is told to end gets so long, s: the orderly end takes up to 30."""

PROBE_S = 20.0
"""A slot of which nothing is known must be importable within this time, s: twice that and a start
fit into what systemd waits for (`service/unit.py`)."""

PROBE = "import evse.app"

CLEAN = ("-I", "-X", "faulthandler")
"""Options of the interpreter: nothing is imported from anywhere but the slot, whatever the
environment says; and a program that the watchdog ends tells where it hung."""

UNKNOWN = 127
"""The exit status when no slot can be started, as a shell has it for a missing command."""


@dataclass(frozen=True, slots=True)
class Slot:
    """What is in a slot. `healthy`: it has proved itself once. `at`: an instant of ISO 8601."""

    version: str
    at: str
    healthy: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """A version that has to prove itself within `time_s` s. `sha256`: of its bundle, "" of none."""

    slot: str
    sha256: str
    time_s: float
    starts: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the last trial ended. `why` is empty when it went well."""

    version: str
    sha256: str
    healthy: bool
    why: str


@dataclass(frozen=True, slots=True)
class State:
    """All of `state.json`. A slot that is being written is in none of it."""

    slots: Mapping[str, Slot] = field(default_factory=dict)
    trial: Trial | None = None
    last: Outcome | None = None


def ended(state: State, *, why: str = "") -> State:
    """The state after the trial: with a reason it was taken back."""
    trial = state.trial
    if trial is None:
        return state
    slot = state.slots.get(trial.slot, Slot("", "", healthy=False))
    slots = dict(state.slots)
    if not why:
        slots[trial.slot] = replace(slot, healthy=True)
    return State(slots, None, Outcome(slot.version, trial.sha256, not why, why))


def chosen(state: State, linked: str | None, there: Collection[str]) -> tuple[str | None, State]:
    """The slot to start, and the state to write before; None: the state does not tell.

    `linked`: what `current` names; `there`: the slots which have a program.
    """
    trial = state.trial
    if trial is not None and trial.slot == linked:
        # It was healthy; the power went between the link and the state.
        state = ended(state)
    elif trial is not None and trial.slot in there and trial.starts < MAX_STARTS:
        return trial.slot, replace(state, trial=replace(trial, starts=trial.starts + 1))
    elif trial is not None:
        state = ended(state, why=f"not healthy after {trial.starts} starts")
    healthy = [name for name in SLOTS if name in there and _has_worked(state, name)]
    return (linked if linked in healthy else next(iter(healthy), None)), state


def _has_worked(state: State, name: str) -> bool:
    return name in state.slots and state.slots[name].healthy


# ------------------------------------------------------------------------ on disk


def load(root: Path) -> State | None:
    """The state, None when there is none that can be read."""
    try:
        document = json.loads((root / STATE).read_bytes())
        if document["format"] != FORMAT:
            return None
        slots = {str(name): Slot(**each) for name, each in document["slots"].items()}
        trial, last = document["trial"], document["last"]
        return State(
            {name: slot for name, slot in slots.items() if name in SLOTS},
            None if trial is None else Trial(**trial),
            None if last is None else Outcome(**last),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def save(root: Path, state: State) -> None:
    """Put the state on disk, whole, before this returns. Raises OSError."""
    document: dict[str, Any] = {"format": FORMAT, **asdict(state)}
    temporary = root / f"{STATE}.{os.getpid()}"
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(document, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(root / STATE)
    _sync(root)


def linked(root: Path) -> str | None:
    """The slot which `current` names."""
    try:
        name = (root / CURRENT).readlink().name
    except OSError:
        return None
    return name if name in SLOTS else None


def link(root: Path, slot: str) -> None:
    """Let `current` name a slot, at once or not at all, on disk before this returns."""
    temporary = root / f"{CURRENT}.{os.getpid()}"
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(slot)
    temporary.replace(root / CURRENT)
    _sync(root)


def python(root: Path, slot: str) -> Path:
    """The interpreter of a slot."""
    return root / slot / "bin" / "python"


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


# ------------------------------------------------------------------------ starting


def pick(root: Path, *, counts: bool) -> str | None:
    """The slot to start; with `counts` it is a start of the wallbox, and counted on disk.

    Else it is a command beside it, for which the slot that has proved itself is the right one.
    """
    there = [name for name in SLOTS if os.access(python(root, name), os.X_OK)]
    before, link_to = load(root), linked(root)
    if before is None:
        _say(f"{root / STATE} cannot be read")
        return _any_that_imports(root, link_to, there)
    if not counts:
        before = replace(before, trial=None)
    name, state = chosen(before, link_to, there)
    if counts and state != before:
        try:
            save(root, state)
        except OSError as error:
            # A start that cannot be counted could come again and again.
            _say(f"{error}: the version on trial is not tried")
            name, _ = chosen(replace(before, trial=None), link_to, there)
    if counts and state.trial is None and before.trial is not None and state.last is not None:
        _say(f"version {state.last.version}: {state.last.why or 'healthy'}")
    return name or _any_that_imports(root, link_to, there)


def _any_that_imports(root: Path, first: str | None, there: Collection[str]) -> str | None:
    """The slot of which at least the program can be imported."""
    for name in sorted(there, key=lambda name: name != first):
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            command = [str(python(root, name)), *CLEAN, "-c", PROBE]
            if subprocess.run(command, check=False, timeout=PROBE_S).returncode == 0:  # noqa: S603
                return name
        _say(f"slot {name} cannot be imported")
    return None


def guard(root: Path, slot: str, time_s: float, program: int) -> None:
    """Watch the trial from a process of its own: `program` is the pidfd of what is on trial.

    When its time is over it is taken back and ended; who started the launcher starts it again.
    """
    gone = select.poll()
    gone.register(program, select.POLLIN)
    end_s = time.monotonic() + time_s
    while not gone.poll(GUARD_S * 1000):
        state = load(root)
        if state is None or state.trial is None or state.trial.slot != slot:
            return
        if time.monotonic() >= end_s:
            _say(f"version on trial in slot {slot}: not healthy within {time_s:g} s")
            save(root, ended(state, why=f"not healthy within {time_s:g} s"))
            signal.pidfd_send_signal(program, signal.SIGTERM)
            if not gone.poll(END_S * 1000):
                signal.pidfd_send_signal(program, signal.SIGKILL)
            return


def _leave_a_guardian(root: Path, slot: str, time_s: float) -> None:
    """Fork it twice, so that it is nobody's child whom the program would have to bury."""
    try:
        program = os.pidfd_open(os.getpid())
        child = os.fork()
    except OSError as error:
        _say(f"{error}: nobody watches the time of the version on trial, its starts are counted")
        return
    if child:
        os.waitpid(child, 0)
        os.close(program)
        return
    status = 1
    try:
        if os.fork() == 0:
            os.setsid()
            guard(root, slot, time_s, program)
        status = 0
    finally:
        os._exit(status)


def main() -> int:
    """Become the program in the right slot; returns only when there is none."""
    root = Path(__file__).resolve().parent
    runs = sys.argv[1:2] == ["run"]
    slot = pick(root, counts=runs)
    if slot is None:
        _say(f"no slot in {root} has a program that starts: install a bundle (evse bundle install)")
        return UNKNOWN
    state = load(root)
    if runs and state is not None and state.trial is not None and state.trial.slot == slot:
        _leave_a_guardian(root, slot, state.trial.time_s)
    try:
        _become(root, slot)
    except OSError as error:
        _say(f"slot {slot}: {error}")
    there = [name for name in SLOTS if name != slot and os.access(python(root, name), os.X_OK)]
    if (other := _any_that_imports(root, None, there)) is not None:
        _become(root, other)
    return UNKNOWN


def _become(root: Path, slot: str) -> None:
    """Go on as the program in a slot. Raises OSError, and returns in no other way."""
    program = str(python(root, slot))
    os.execv(program, [program, *CLEAN, "-m", "evse", *sys.argv[1:]])  # noqa: S606 - its work


def _say(text: str) -> None:
    sys.stderr.write(f"evse launcher: {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
