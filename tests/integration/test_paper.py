"""Text that is too long for its room on a sheet: as much of it as fits, however long it is."""

from datetime import UTC, datetime
from unittest.mock import patch

import pytest

from custom_components.evse_ocpp.paper import Paper


@pytest.fixture
def paper() -> Paper:
    paper = Paper("Title", "en", datetime(2026, 12, 1, tzinfo=UTC), ("", "{page}"))
    paper.add_page()
    paper.set_font("DejaVu", size=8)
    return paper


@pytest.mark.parametrize("width_mm", [0, 1, 3, 5, 8, 13, 21, 34, 55])
@pytest.mark.parametrize("written", ["", "W", "iiii", "Anna’s  long card name □ of Жанна", " W W "])
def test_no_letter_more_would_fit(paper: Paper, written: str, width_mm: float) -> None:
    shown = paper.fitting(written, width_mm)
    if shown == written:
        assert paper.get_string_width(written) <= width_mm
        return
    kept = shown.removesuffix("…")
    assert written.startswith(kept)
    assert not kept or paper.get_string_width(shown) <= width_mm
    longer = f"{written[: len(kept) + 1]}…"
    assert longer.rstrip("…").endswith(" ") or paper.get_string_width(longer) > width_mm


def test_a_name_as_long_as_a_book_is_cut_at_once(paper: Paper) -> None:
    with patch.object(paper, "get_string_width", wraps=paper.get_string_width) as measured:
        assert paper.fitting("W" * 100_000, 20).endswith("W…")
    assert measured.call_count < 25
