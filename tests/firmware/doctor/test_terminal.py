"""Findings at a terminal: lines that fit, and progress that is seen at a terminal only."""

import sys

import pytest

from evse.doctor.terminal import PROGRESS_WIDTH, WIDTH, progress, remark


def test_a_long_remark_goes_on_below_its_words() -> None:
    first, *others = remark("✗", "set the address " * 20)
    assert first.startswith("  ✗ set")
    assert others
    assert all(line.startswith("    ") for line in others)
    assert max(map(len, (first, *others))) <= WIDTH


def test_no_word_is_broken() -> None:
    device = f"/dev/serial/by-id/usb-{'FTDI-' * 30}"
    assert any(line.strip() == device for line in remark("·", f"tried {device}"))


@pytest.mark.parametrize("terminal", [True, False])
def test_progress(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    tell = progress()
    tell("x" * 2 * PROGRESS_WIDTH)
    tell("")
    shown = f"\r\x1b[K{'x' * PROGRESS_WIDTH}\r\x1b[K"
    assert capsys.readouterr().err == (shown if terminal else "")
