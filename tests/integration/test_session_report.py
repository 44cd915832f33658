"""Sessions as table and as statement, in five languages, with names in any script."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from custom_components.evse_ocpp import session_report
from custom_components.evse_ocpp.session_record import SessionRow
from custom_components.evse_ocpp.session_report import TEXTS, Statement, to_csv, to_pdf

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
INTEGRATION = Path(session_report.__file__).parent


def row(number: int = 0, **fields: Any) -> SessionRow:
    values: dict[str, Any] = {
        "uid": f"u{number}",
        "identity": "CP-1",
        "connector_id": 1,
        "started_at": NOON + timedelta(hours=number),
        "ended_at": NOON + timedelta(hours=number, minutes=30),
        "energy_wh": 2500.0,
        "meter_start_wh": 1000.0,
        "meter_stop_wh": 3500.0,
        "id_tag": "CARD",
        "name": "Anna",
        "person": "person.anna",
        "reason": "Local",
        "cost": 0.75,
        "currency": "EUR",
    }
    return SessionRow(**values | fields)


def statement(*rows: SessionRow) -> Statement:
    return Statement(
        sessions=rows,
        start=None,
        end=None,
        made_at=NOON + timedelta(days=1),
        zone=ZoneInfo("Europe/Rome"),
        people={"person.anna": "Anna Kučera"},
        wallboxes={"CP-1": "Garage"},
    )


def texts(language: str = "en") -> dict[str, str]:
    path = INTEGRATION / "translations" / f"{language}.json"
    options: dict[str, str] = json.loads(path.read_text())["selector"]["session_report"]["options"]
    return options


def text_of(document: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(document)).pages)


@pytest.mark.parametrize("language", ["en", "it", "de", "es", "fr"])
def test_statement_in_each_language(language: str) -> None:
    words = texts(language)
    assert set(words) == set(TEXTS)
    shown = text_of(to_pdf(statement(row(), row(1)), words))
    for key in ("title", "period", "begin", "wallbox", "total", "sessions"):
        assert words[key] in shown


def test_statement_adds_up() -> None:
    rows = [
        row(),
        row(1, unpriced_wh=500.0),
        row(2, person=None, name=None, cost=0.0, unpriced_wh=2500.0),
        row(3, person=None, name=None, id_tag=None, ended_at=None, connector_id=2),
        row(4, person="person.gone", name=None, identity="CP-2", connector_id=0),
    ]
    shown = text_of(to_pdf(statement(*rows), texts()))
    for expected in (
        "2026-11-26 13:00",
        "Anna Kučera",
        "Sessions: 2 · 5.000 kWh · 1.50 EUR",
        "0.75 EUR*",
        "price was unknown: 0.500 kWh",
        "Without card",
        "running",
        "Garage 2",
        "CP-2",
        "person.gone",
        "Sessions: 5 · 12.500 kWh · 3.00 EUR",
        "Page 1",
    ):
        assert expected in shown


def test_statement_of_nothing() -> None:
    assert "There were no sessions." in text_of(to_pdf(statement(), texts()))


def test_statement_without_any_price_has_no_cost() -> None:
    unpriced = row(cost=0.0, currency=None, unpriced_wh=2500.0)
    shown = text_of(to_pdf(statement(unpriced), texts()))
    assert "Sessions: 1 · 2.500 kWh\n" in shown + "\n"
    assert "unknown" not in shown


def test_long_statement_repeats_its_head() -> None:
    document = to_pdf(statement(*(row(n) for n in range(120))), texts())
    pages = PdfReader(io.BytesIO(document)).pages
    assert len(pages) > 2
    assert all("Begin" in page.extract_text() for page in pages[:-1])


@pytest.mark.parametrize(
    "name",
    ["電気 自動車", "محمد", "Ёжик Ž", "😀" * 20, "\u202eevil", "a" * 500, "line\nbreak", "Ωμέγα"],
)
def test_any_script_can_be_shown(name: str) -> None:
    rows = row(name=name, person=None), row(1, name=None, person=None, id_tag=name)
    assert to_pdf(statement(*rows), texts()).startswith(b"%PDF")
    told, _ = csv.DictReader(io.StringIO(to_csv(statement(*rows))))
    assert told["name"] == name


def test_table() -> None:
    table = list(csv.DictReader(io.StringIO(to_csv(statement(row(), row(1, ended_at=None))))))
    assert table[0] == {
        "uid": "u0",
        "charger": "Garage",
        "connector": "1",
        "started_at": "2026-11-26T13:00:00+01:00",
        "ended_at": "2026-11-26T13:30:00+01:00",
        "energy_kwh": "2.500",
        "meter_start_kwh": "1.000",
        "meter_stop_kwh": "3.500",
        "card": "CARD",
        "name": "Anna",
        "person": "Anna Kučera",
        "reason": "Local",
        "cost": "0.7500",
        "currency": "EUR",
        "unpriced_kwh": "0.000",
        "recovered": "",
        "unattributed": "",
        "sun_kwh": "",
        "battery_kwh": "",
        "co2_g": "",
        "lost_feed_in": "",
    }
    assert table[1]["ended_at"] == ""


def test_table_tells_the_sources() -> None:
    known = row(sun_wh=1500.0, battery_wh=250.0, co2_g=300.4, lost_feed_in=0.14)
    (told,) = csv.DictReader(io.StringIO(to_csv(statement(known))))
    columns = ("sun_kwh", "battery_kwh", "co2_g", "lost_feed_in")
    assert [told[each] for each in columns] == ["1.500", "0.250", "300", "0.1400"]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"sun_wh": 1500.0, "battery_wh": 0.0, "co2_g": 400.0}, "sun: 3.000 kWh · CO2: 0.8 kg"),
        (
            {"sun_wh": 1500.0, "battery_wh": 250.0, "lost_feed_in": 0.14},
            "sun: 3.000 kWh · From the home battery: 0.500 kWh · Feed-in given up: 0.28 EUR",
        ),
    ],
)
def test_statement_tells_the_sources(more: dict[str, Any], expected: str) -> None:
    shown = text_of(to_pdf(statement(row(**more), row(1, **more)), texts()))
    assert expected in shown.replace("\xa0", " ")


def test_statement_without_sources_does_not_speak_of_them() -> None:
    assert "sun" not in text_of(to_pdf(statement(row()), texts()))


@pytest.mark.parametrize("tag", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_no_card_is_a_formula(tag: str) -> None:
    """A card's number comes from whoever holds it up, and the table is opened in a spreadsheet."""
    (told,) = csv.DictReader(io.StringIO(to_csv(statement(row(id_tag=tag)))))
    assert told["card"] == f"'{tag}"


def test_font_is_small_and_free() -> None:
    fonts = INTEGRATION / "fonts"
    assert (fonts / "DejaVuSans.ttf").stat().st_size < 400_000
    assert "Bitstream" in (fonts / "LICENSE-DejaVu.txt").read_text()
