"""The slots with real environments: how a version comes into one, and what does not."""

import asyncio
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evse.update import bundle as bundles
from evse.update import launcher
from evse.update import slots as slots_module
from evse.update.bundle import Bundle
from evse.update.codes import Code, NoRoom, UpdateError
from evse.update.slots import Slots
from tests.firmware.update.bundles import Maker
from tests.firmware.update.conftest import OLD

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def read(maker: Maker, file: Path) -> Bundle:
    return bundles.read(file, maker.keys)


def version(slots: Slots, *, slot: str) -> str:
    python = launcher.python(slots.root, slot)
    command = [str(python), *launcher.CLEAN, "-m", "evse", "--version"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1]


async def test_a_version_comes_into_the_other_slot(slots: Slots, maker: Maker) -> None:
    told: list[int] = []
    slot = await slots.install(read(maker, maker.real("2.0.0")), NOW, told.append)
    assert slot == "b"
    assert version(slots, slot="b") == "2.0.0"
    assert version(slots, slot="a") == OLD
    assert slots.state.slots["b"] == launcher.Slot("2.0.0", "2026-03-01T12:00:00+00:00", False)
    assert told == sorted(told)
    assert told[-1] == 100
    # Nothing is switched until it is put on trial, and `current` not before it is healthy.
    assert launcher.pick(slots.root, counts=True) == "a"
    slots.put_on_trial("b", "cafe", 60)
    assert launcher.pick(slots.root, counts=True) == "b"
    assert launcher.linked(slots.root) == "a"
    new = Slots(slots.root, "b")
    assert new.on_trial
    assert new.healthy("2.0.0", NOW)
    assert launcher.linked(slots.root) == "b"
    assert not new.healthy("2.0.0", NOW)  # once
    assert new.way_back() == "a"
    assert not (slots.root / slots_module.WHEELS).exists()


async def test_without_a_pip_in_the_bundle_there_is_that_of_python(
    slots: Slots, maker: Maker
) -> None:
    await slots.install(read(maker, maker.real("2.0.3", with_pip=False)), NOW)
    assert version(slots, slot="b") == "2.0.3"


async def test_a_bundle_without_a_program_leaves_nothing(slots: Slots, maker: Maker) -> None:
    with pytest.raises(UpdateError, match="cannot be installed") as caught:
        await slots.install(read(maker, maker.small("3.0.0")), NOW)
    assert caught.value.code is Code.WRITE
    assert not (slots.root / "b").exists()
    assert not (slots.root / slots_module.WHEELS).exists()
    assert set(slots.state.slots) == {"a"}


async def test_a_program_that_cannot_be_imported_is_found_before_it_is_tried(
    slots: Slots, maker: Maker
) -> None:
    broken = maker.real("2.0.1", {"evse/app.py": lambda _: "import nothing_of_this_name\n"})
    with pytest.raises(UpdateError, match="nothing_of_this_name"):
        await slots.install(read(maker, broken), NOW)
    assert set(slots.state.slots) == {"a"}


async def test_a_cancelled_installation_leaves_nothing(slots: Slots, maker: Maker) -> None:
    begun = asyncio.Event()

    def tell(percent: int) -> None:
        if percent >= 10:
            begun.set()

    task = asyncio.create_task(slots.install(read(maker, maker.real("2.0.2")), NOW, tell))
    await begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert not (slots.root / "b").exists()
    assert set(slots.state.slots) == {"a"}


async def test_a_full_disk_is_told_before_anything_is_written(
    slots: Slots, maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 9, 1))
    with pytest.raises(NoRoom, match="bytes are needed, 1 are free") as caught:
        await slots.install(read(maker, maker.small("3.0.0")), NOW)
    assert caught.value.status == 507


async def test_what_a_killed_installation_has_left_running_is_waited_for(
    slots: Slots, maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its pip holds the lock; two at one slot would make an environment of both."""
    monkeypatch.setattr(slots_module, "LOCK_WAIT_S", 0.2)
    monkeypatch.setattr(slots_module, "LOCK_LOOK_S", 0.05)
    lock = os.open(slots.root / slots_module.LOCK, os.O_RDWR | os.O_CREAT)
    assert slots_module._locked(lock)
    left = await asyncio.create_subprocess_exec("sleep", "30", pass_fds=(lock,))
    os.close(lock)
    try:
        with pytest.raises(UpdateError, match="another installation works on the slots"):
            await slots.install(read(maker, maker.small("3.0.0")), NOW)
    finally:
        left.kill()
        await left.wait()


async def test_what_a_killed_installation_has_left_on_disk_is_deleted(slots: Slots) -> None:
    for left in ("b", slots_module.WHEELS):
        (slots.root / left / "half").mkdir(parents=True)
    lock = os.open(slots.root / slots_module.LOCK, os.O_RDWR | os.O_CREAT)
    assert slots_module._locked(lock)
    await slots.tidy()
    assert (slots.root / "b").exists()  # a part of it still runs
    os.close(lock)
    await slots.tidy()
    assert not (slots.root / "b").exists()
    assert not (slots.root / slots_module.WHEELS).exists()
    assert launcher.python(slots.root, "a").exists()


async def test_a_state_that_was_lost_is_begun_anew_with_what_runs(slots: Slots) -> None:
    """Of the other slot nothing is known: it is not deleted, and not gone back to."""
    (slots.root / launcher.STATE).write_bytes(b"\0" * 100)
    (slots.root / "b").mkdir()
    await slots.tidy()
    assert not slots.healthy(OLD, NOW)
    assert (slots.root / "b").exists()
    assert slots.state.slots == {"a": launcher.Slot(OLD, NOW.isoformat(), True)}
    assert launcher.pick(slots.root, counts=True) == "a"
    with pytest.raises(UpdateError, match="no version to go back to"):
        slots.way_back()


def test_current_is_mended_by_what_runs(slots: Slots) -> None:
    """The guardian took a version back in the instant in which it became healthy."""
    launcher.link(slots.root, "b")
    assert not slots.healthy(OLD, NOW)
    assert launcher.linked(slots.root) == "a"


def test_there_is_no_way_back_to_what_has_never_worked(slots: Slots) -> None:
    with pytest.raises(UpdateError, match="no version to go back to"):
        slots.way_back()


def test_an_empty_slot_cannot_be_tried(slots: Slots) -> None:
    with pytest.raises(UpdateError, match="slot b has no program"):
        slots.put_on_trial("b", "", 60)


def test_a_program_finds_the_slots_around_itself(slots: Slots, tmp_path: Path) -> None:
    around = Slots.around(slots.root / "a")
    assert around is not None
    assert (around.root, around.running) == (slots.root, "a")
    assert Slots.around(tmp_path / "a") is None
    assert Slots.around(Path("/opt/evse")) is None
