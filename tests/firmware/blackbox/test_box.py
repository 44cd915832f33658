"""The black box beside running control turns: files when faults come, and never a stop."""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from evse.blackbox import box as box_module
from evse.blackbox import files
from evse.blackbox.box import GAP_S, BlackBox
from evse.blackbox.files import read
from evse.blackbox.recording import TYPES
from evse.blackbox.replay import replay
from evse.core.faults import Fault
from evse.core.state import FaultRaised
from tests.firmware.blackbox.recorder import RecordedBench
from tests.firmware.virtual_clock import VirtualClock

DEADLINE_S = 60.0


@dataclass
class BoxedBench(RecordedBench):
    """A bench with a black box. Faults come from the board."""

    box: BlackBox | None = None
    raised: list[Fault] = field(default_factory=list)

    def turn(self):
        before = self.state
        command = super().turn()
        if self.box:
            inputs = self.ring.segments()[-1].turns[-1].inputs
            self.box.add(before, inputs, self.settings, self.now_s, self.done)
        self.raised += [e.fault for e in self.done.events if isinstance(e, FaultRaised)]
        return command

    def fail(self, fault: Fault) -> None:
        self.board_faults = frozenset({fault})
        self.run(0.1)
        self.board_faults = frozenset()
        assert self.raised[-1] is fault


@contextmanager
def running(box: BlackBox) -> Iterator[None]:
    task = asyncio.ensure_future(box.run())
    try:
        yield
        assert not task.done()
    finally:
        task.cancel()


async def until(condition: Callable[[], bool]) -> None:
    """Wait in real time: files are written by a thread."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            if condition():
                return
            await asyncio.sleep(0.005)


def written(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.gz"), key=lambda path: path.stat().st_mtime_ns)


async def until_files(folder: Path, count: int) -> list[Path]:
    await until(lambda: len(written(folder)) >= count)
    return written(folder)


async def quiet(seconds: float = 0.05) -> None:
    await asyncio.sleep(seconds)


async def test_a_forbidding_fault_is_written_and_can_be_repeated(tmp_path: Path) -> None:
    clock = VirtualClock()
    bench = BoxedBench(box=BlackBox(1, tmp_path, clock))
    bench.charge()
    with running(bench.box):
        bench.fail(Fault.GROUND)
        (path,) = await until_files(tmp_path, 1)
    recording = read(path)
    assert recording.reason == "Ground"
    assert recording.at.endswith("Z")
    assert abs(datetime.fromisoformat(recording.at) - clock.utcnow()) < timedelta(milliseconds=1)
    outcome = replay(recording)
    assert outcome.difference is None
    assert FaultRaised(Fault.GROUND) in [event for _, event in outcome.events]
    assert recording.turns == bench.recording().turns


async def test_a_warning_is_not_written(tmp_path: Path) -> None:
    bench = BoxedBench(box=BlackBox(1, tmp_path, VirtualClock()))
    with running(bench.box):
        bench.fail(Fault.FAN)
        await quiet()
    assert written(tmp_path) == []


async def test_at_most_one_file_in_ten_seconds_and_none_forgotten(tmp_path: Path) -> None:
    clock = VirtualClock()
    bench = BoxedBench(box=BlackBox(1, tmp_path, clock))
    bench.charge()
    with running(bench.box):
        bench.fail(Fault.GROUND)
        await until_files(tmp_path, 1)
        bench.fail(Fault.RESIDUAL_CURRENT)
        bench.fail(Fault.OVER_TEMPERATURE)
        await quiet()
        assert len(written(tmp_path)) == 1
        await clock.pass_time(GAP_S)
        _, second = await until_files(tmp_path, 2)
    assert read(second).reason == "ResidualCurrent OverTemperature"


async def test_a_disk_that_takes_nothing_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = VirtualClock()
    (tmp_path / "blackbox").write_text("a file where the folder should be")
    bench = BoxedBench(box=BlackBox(1, tmp_path / "blackbox", clock))
    with running(bench.box), caplog.at_level(logging.ERROR):
        bench.fail(Fault.GROUND)
        await until(lambda: bool(caplog.records))
        assert "connector 1: the black box cannot be written" in caplog.text
        (tmp_path / "blackbox").unlink()
        bench.fail(Fault.RESIDUAL_CURRENT)
        await clock.pass_time(GAP_S)
        await until_files(tmp_path / "blackbox", 1)


async def test_the_event_loop_goes_on_while_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    real = files.save

    def slow(recording, folder):
        gate.wait(DEADLINE_S)
        return real(recording, folder)

    monkeypatch.setattr(files, "save", slow)
    bench = BoxedBench(box=BlackBox(1, tmp_path, VirtualClock()))
    bench.run(0.1)
    writing = asyncio.ensure_future(bench.box.dump("Test"))
    await quiet(0.01)
    bench.run(5.0)  # turns that come while it is written are not in it, and do no harm
    gate.set()
    path = await writing
    assert read(path).turns == 5
    assert replay(read(path)).difference is None


async def test_a_writer_that_hangs_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    monkeypatch.setattr(box_module, "WRITE_TIMEOUT_S", 0.02)
    monkeypatch.setattr(files, "save", lambda *_: gate.wait(DEADLINE_S))
    bench = BoxedBench(box=BlackBox(1, tmp_path, VirtualClock()))
    bench.run(0.1)
    with pytest.raises(TimeoutError):
        await bench.box.dump("Test")
    with pytest.raises(OSError, match="the last file is still being written"):
        await bench.box.dump("Test")
    gate.set()


async def test_nothing_to_write_before_the_first_turn(tmp_path: Path) -> None:
    assert await BlackBox(1, tmp_path, VirtualClock()).dump("Test") is None


def test_a_type_without_exact_json_shows_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(box_module, "TYPES", (*TYPES, bytes))
    with pytest.raises(TypeError, match="bytes"):
        BlackBox(1, tmp_path, VirtualClock())
