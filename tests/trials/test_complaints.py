"""What the trials take for an error in a log: nothing may hide in it, or be told for nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.trials.complaints import OURS, REFUSED, complaints

INFO = "2026-11-26 20:00:00,000 INFO evse.station: ready\n"
ERROR = "2026-11-26 20:00:01,000 ERROR evse.station: connector 1: fault RelayWelded\n"
CRITICAL = "2026-11-26 20:00:01.000 CRITICAL (MainThread) [homeassistant] no memory\n"
TRACE = """2026-11-26 20:00:02,000 WARNING evse.ocpp.link: lost
Traceback (most recent call last):
  File "link.py", line 1, in <module>
ValueError: 7
"""
GROUP = """2026-11-26 20:00:02,000 ERROR asyncio: unhandled
  + Exception Group Traceback (most recent call last):
  | ValueError: 7
"""
FORGOTTEN = "2026-11-26 20:00:03,000 WARNING asyncio: Task exception was never retrieved\n"
BARE = "Traceback (most recent call last):\n  File\nKeyError: 1\n"
"""Of a program that ends before it logs."""
REFUSAL = """2026-11-26 20:00:04.000 ERROR (MainThread) [homeassistant.helpers.service] it failed
Traceback (most recent call last):
  File "/config/custom_components/evse_ocpp/actions.py", line 1, in handle
homeassistant.exceptions.HomeAssistantError: The wallbox is away
"""


def log_of(folder: Path, *records: str) -> Path:
    log = folder / "log.txt"
    log.write_text("".join(records), encoding="utf-8")
    return log


@pytest.mark.parametrize("bad", [ERROR, CRITICAL, TRACE, GROUP, FORGOTTEN, BARE])
def test_what_is_bad_is_told_once_with_all_that_belongs_to_it(tmp_path: Path, bad: str) -> None:
    assert complaints(log_of(tmp_path, bad, INFO)) == [bad.strip()]
    assert complaints(log_of(tmp_path, INFO, bad)) == (
        [INFO + bad.strip()] if bad is BARE else [bad.strip()]
    )


def test_a_fault_may_be_told_but_not_with_a_traceback(tmp_path: Path) -> None:
    log = log_of(tmp_path, ERROR, GROUP)
    assert complaints(log, errors=False) == [GROUP.strip()]


def test_what_is_harmless_hides_nothing_else(tmp_path: Path) -> None:
    assert complaints(log_of(tmp_path, ERROR, TRACE), "fault RelayWelded") == [TRACE.strip()]


def test_only_what_is_ours(tmp_path: Path) -> None:
    log = log_of(tmp_path, CRITICAL, TRACE, REFUSAL, REFUSAL.replace("HomeAssistantError", "Oh"))
    assert len(complaints(log, only=OURS)) == 2
    (found,) = complaints(log, REFUSED, only=OURS)
    assert found.endswith("exceptions.Oh: The wallbox is away")


def test_nothing_is_told_twice(tmp_path: Path) -> None:
    log = log_of(tmp_path, ERROR)
    assert len(complaints(log)) == len(complaints(log, afresh=True)) == 1
    assert complaints(log) == []


def test_a_long_record_keeps_its_first_and_its_last_line(tmp_path: Path) -> None:
    long = TRACE.replace("ValueError", "  x\n" * 1000 + "ValueError")
    (found,) = complaints(log_of(tmp_path, long))
    assert found.startswith(TRACE[:40])
    assert found.endswith("ValueError: 7")
    assert len(found) < 1600


def test_no_log_has_nothing_to_complain_of(tmp_path: Path) -> None:
    assert complaints(tmp_path / "none") == []
