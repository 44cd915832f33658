"""Texts on two rows of sixteen characters."""

import pytest

from evse.core.faults import RULES
from evse.panels import text
from evse.panels.segments import drawn


@pytest.mark.parametrize(
    ("given", "details", "pages"),
    [
        ("Charging", (), [("Charging", "")]),
        ("Charging", ("a", "b"), [("Charging", "a"), ("Charging", "b")]),
        ("Temperature protected", ("a",), [("Temperature", "protected")]),
        (
            "SPLIT PP wire Please check the PP line",
            (),
            [("SPLIT PP wire", "Please check the"), ("PP line", "")],
        ),
        ("", (), [("", "")]),
    ],
)
def test_pages(given: str, details: tuple[str, ...], pages: list[tuple[str, str]]) -> None:
    assert text.pages(given, details) == pages


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.fault)
def test_every_text_of_a_fault_fits_without_losing_a_word(rule) -> None:
    pages = text.pages(rule.text)
    assert " ".join(" ".join(page) for page in pages).split() == rule.text.split()
    assert all(len(row) <= 16 for page in pages for row in page)


def test_a_page_stays_three_seconds_and_is_padded() -> None:
    pages = [("a", "b"), ("c", "d")]
    assert text.at(pages, 2.99) == ("a".ljust(16), "b".ljust(16))
    assert text.at(pages, 3.0)[0].strip() == "c"
    assert text.at(pages, 6.0)[0].strip() == "a"


def test_segments_draw_a_number_with_its_dot() -> None:
    assert drawn("23.0").splitlines() == [
        " _   _   _  ",
        " _|  _| | | ",
        "|_   _|.|_| ",
    ]


CODES = sorted({word for rule in RULES.values() for word in rule.display_code.split()})


@pytest.mark.parametrize("code", CODES)
def test_segments_know_every_character_of_a_code(code: str) -> None:
    for character in code:
        assert drawn(character).strip()
