"""The PDF says what the report says, in every language and script, over as many pages as needed."""

import io
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from evse.history.document import _FONT, About, _Paper, report_pdf
from evse.history.months import report
from evse.storage.history import Charge
from tests.firmware.history.ledger import NOW, charge

ROME = ZoneInfo("Europe/Rome")
ABOUT = About("ETEK", "EKEPC3", "SN-00123", "EVSE-1", "Europe/Rome")


def pages_of(charges: list[Charge], name: str = "Ada", language: str = "en") -> list[str]:
    made = report(2026, 11, charges, ROME, lambda _: name, NOW)
    content = report_pdf(made, ABOUT, ROME, lambda _: name, NOW, language)
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def test_head_sums_and_every_charge_are_on_it() -> None:
    running = charge(2, id_tag="B", ended_at=None, reason=None, meter_start_wh=8500, meter_wh=9000)
    (page,) = pages_of([charge(1), running])
    for wanted in (
        "Charge report",
        "Period: 2026-11-01 – 2026-11-30",
        "ETEK EKEPC3 (EVSE-1)",
        "Serial number: SN-00123",
        "Time zone: Europe/Rome",
        "Made on: 2026-11-26 13:00",
        "Energy: 8.000 kWh",
        "Charges: 2",
        "2026-11-26 14:00",
        "still charging",
        "1.000 9.000",  # the meter, from the first start to the last end
        "Page 1 of 1",
    ):
        assert wanted in page


def test_a_long_month_has_its_head_and_number_on_each_page() -> None:
    charges = [charge(n, started_at=NOW + n * timedelta(minutes=1)) for n in range(1, 151)]
    pages = pages_of(charges)
    assert len(pages) > 3
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
        assert "Energy (kWh)" in page
    assert sum(page.count("2026-11-26 1") for page in pages) > 150


def test_a_month_without_charges_says_so() -> None:
    (page,) = pages_of([])
    assert "No charges in this month" in page
    assert "Energy: 0.000 kWh" in page


@pytest.mark.parametrize(
    ("language", "wanted"),
    {
        "en": "7.500",
        "it": "Rapporto delle ricariche",
        "de": "7,500",
        "es": "Informe de cargas",
        "fr": "Relevé des recharges",
    }.items(),
)
def test_every_language(language: str, wanted: str) -> None:
    (page,) = pages_of([charge()], language=language)
    assert wanted in page


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Müller & Ñandú", "Müller & Ñandú"),
        ("Гараж", "Гараж"),
        ("名前", "□□"),
        ("A" * 40, "…"),
        ("\U0001f697 car", "□ car"),
        ("**bold** <b>", "**bold** <b>"),
    ],
)
def test_names_of_any_script(name: str, shown: str) -> None:
    (page,) = pages_of([charge()], name)
    assert shown in page


@pytest.mark.parametrize(
    ("name", "on_paper"),
    [("שלום", "םולש"), ("Ada שלום", "Ada םולש"), ("WW" * 9, "WWWWWWWWW…")],
)
def test_what_is_drawn_from_left_to_right_reads_as_it_should(name: str, on_paper: str) -> None:
    paper = _Paper("en")
    paper.set_font(_FONT, size=8)
    assert paper._fitting(name, 30.0) == on_paper
