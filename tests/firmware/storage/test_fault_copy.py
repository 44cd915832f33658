"""The second copy of the faults that must last."""

import logging
from pathlib import Path

import pytest

from evse.core.faults import Fault
from evse.storage.fault_copy import FILE_NAME, FaultCopy


def test_it_reads_what_it_wrote(tmp_path: Path) -> None:
    copy = FaultCopy(tmp_path)
    assert copy.read() == {}
    copy.write({1: {Fault.DIODE, Fault.CONTACTOR_WELDED}, 2: set()})
    assert FaultCopy(tmp_path).read() == {1: {"Diode", "ContactorWelded"}, 2: set()}
    copy.write({1: set()})
    assert copy.read() == {1: set()}


@pytest.mark.parametrize("content", [b"", b"\xff\x00", b"[]", b'{"one": ["Diode"]}', b'{"1": 5}'])
def test_a_damaged_copy_says_so_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    with caplog.at_level(logging.ERROR):
        assert FaultCopy(tmp_path).read() == {}
    assert FILE_NAME in caplog.text


def test_a_disk_that_takes_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        FaultCopy(tmp_path / "nowhere").write({1: {"Diode"}})
