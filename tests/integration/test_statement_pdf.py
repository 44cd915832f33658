"""A statement as a document for people; `docs/images/statement.png` is made here.

With the folder docs/images as EVSE_PICTURES, the picture is written there; it needs pdftoppm.
"""

import io
import json
import os
import re
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from custom_components.evse_ocpp import statement_pdf
from custom_components.evse_ocpp.paper import MARGIN_MM, WIDTH_MM
from custom_components.evse_ocpp.session_record import SessionRow
from custom_components.evse_ocpp.statement import Device, Party, Statement, Terms
from custom_components.evse_ocpp.statement_pdf import TEXTS, to_pdf

from .statements import agreed, session, statement

LANGUAGES = ("en", "it", "de", "es", "fr")
PICTURES = os.environ.get("EVSE_PICTURES")
EMPLOYER = Terms(
    recipient=("Example Ltd", "Fleet accounting", "1 Example Street", "Exampletown"),
    reference="HH-AK 2026 E",
    currency="EUR",
)


def texts(language: str) -> dict[str, str]:
    path = Path(statement_pdf.__file__).parent / "translations" / f"{language}.json"
    options: dict[str, str] = json.loads(path.read_text())["selector"]["statement"]["options"]
    return options


def pages_of(made: Statement, language: str = "en") -> list[str]:
    """Return the text of each page, with plain spaces."""
    document = to_pdf(made, texts(language), language)
    pages = PdfReader(io.BytesIO(document)).pages
    return [re.sub(r"[\u202f\xa0]", " ", page.extract_text()) for page in pages]


def shown(made: Statement, language: str = "en") -> str:
    return "\n".join(pages_of(made, language))


def month() -> list[SessionRow]:
    """Return Anna's October: some of it from the sun, once a part of the price unknown."""
    rows, meter_wh = [], 12_345_600.0
    for number in range(14):
        energy_wh = 8000.4 + (number * 7919) % 30_000
        sun_wh, battery_wh = energy_wh * (number % 4) / 6, energy_wh * 0.1 * (number % 3)
        begun = session(number).started_at + timedelta(minutes=(number * 37) % 200)
        unpriced_wh = 500.0 if number == 3 else 0.0
        rows.append(
            session(
                number,
                started_at=begun,
                ended_at=begun + timedelta(hours=2.3 + number % 9),
                energy_wh=energy_wh,
                sun_wh=sun_wh,
                battery_wh=battery_wh,
                co2_g=3800.0,
                cost=(energy_wh - sun_wh - battery_wh - unpriced_wh) / 1000 * 0.2871,
                unpriced_wh=unpriced_wh,
                meter_start_wh=meter_wh,
                meter_stop_wh=meter_wh + energy_wh,
            )
        )
        meter_wh += energy_wh + 21_300
    return rows


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_says_everything(language: str) -> None:
    words = texts(language)
    assert set(words) == set(TEXTS)
    rows = session(sun_wh=1.0, battery_wh=1.0), session(1, identity="CP-2", name="Other")
    told = shown(statement(*rows, terms=EMPLOYER), language)
    for key in ("title", "month_10", "owner", "recipient", "reference", "average_price", "amount"):
        assert words[key] in told, key
    for key in ("serial", "meter", "begin", "meter_start", "bought_kwh", "total", "signature"):
        assert words[key] in told, key


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ("2026-10-01 18:00", "1,234.000", "0.3000 EUR/kWh", "3.00 EUR", "Page 1 of 1")),
        ("de", ("01.10.2026 18:00", "1.234,000", "0,3000 EUR/kWh", "3,00 EUR", "Seite 1 von 1")),
        ("fr", ("01/10/2026 18:00", "1 234,000", "0,3000 EUR/kWh", "3,00 EUR", "Page 1 sur 1")),
    ],
)
def test_figures_are_written_as_the_language_does(language: str, expected: tuple[str, ...]) -> None:
    told = shown(statement(session()), language)
    for figure in expected:
        assert figure in told


def test_what_an_accountant_looks_for() -> None:
    told = shown(statement(session(), session(1), terms=EMPLOYER))
    for expected in (
        *EMPLOYER.recipient,
        "HH-AK 2026 E",
        "2026-10-01 – 2026-10-31",
        "Garage",
        "EVSE One",
        "EV-4711",
        "EM340 22",
        "20.000 kWh",
        "6.00 EUR",
        "Made on 2026-11-02 08:00",
    ):
        assert expected in told


def test_agreed_price_is_named_as_such() -> None:
    told = shown(statement(session(cost=99.0), terms=agreed()))
    assert "Agreed price" in told
    assert "3.00 EUR" in told
    assert "Average price" not in told


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({"ended_at": None}, "Provisional: charging still goes on"),
        ({"unpriced_wh": 500.0}, "* No price was known for 0.500 kWh"),
        ({"currency": None, "unpriced_wh": 10_000.0}, "there is no amount"),
        ({"recovered": True}, "† The wallbox told of the beginning"),
        ({"ended_at": session().started_at + timedelta(hours=9)}, "+1: on the following day"),
        ({"sun_wh": 2000.0}, "Only the energy from the grid has a price"),
    ],
)
def test_a_note_stands_where_it_applies(fields: dict[str, Any], note: str) -> None:
    assert note in shown(statement(session(**fields)))
    assert note not in shown(statement(session()))


def test_a_month_without_sessions_says_so() -> None:
    told = shown(statement(terms=EMPLOYER))
    assert "There were no charging sessions in this month." in told
    assert "0.00 EUR" in told
    assert "Signature" not in told


def test_columns_that_tell_nothing_are_left_out() -> None:
    plain = shown(statement(session(), session(1)))
    assert "of it grid" not in plain
    assert "Card" not in plain
    rows = session(), session(1, name="Company car", connector_id=2, sun_wh=1000.0)
    told = shown(statement(*rows))
    assert "of it grid" in told
    assert "Company car" in told
    assert "1/2" in told


def test_a_row_without_price_says_so_and_many_sources_take_two_lines() -> None:
    rows = (
        session(sun_wh=3000.0, battery_wh=2000.0, energy_wh=99_999.0),
        session(1, currency=None, unpriced_wh=10_000.0),
    )
    told = shown(statement(*rows), "fr")
    assert "10,000 10,000 – –*" in told
    for source in ("Soleil", "Batterie domestique", "Réseau", "Inconnu"):
        assert f"{source}: " in told.replace(" :", ":")


@pytest.mark.parametrize("cost", [1e6, 9.9e9])
def test_no_digit_of_a_sum_is_cut_off(cost: float) -> None:
    rows = session(cost=cost), session(1, currency="CHF", cost=cost)
    told = shown(statement(*rows)).split("Wallboxes")[0]
    assert f"{cost:,.2f} CHF + {cost:,.2f} EUR" in told


def test_several_currencies_stand_beside_their_amounts() -> None:
    told = shown(statement(session(), session(1, currency="CHF")))
    assert "3.00 CHF + 3.00 EUR" in told


def test_a_long_statement_repeats_its_head_and_keeps_the_total_with_a_row() -> None:
    for count in range(24, 80, 5):
        rows = [session(uid=f"u{n}", started_at=session().started_at) for n in range(count)]
        *earlier, last = pages_of(statement(*rows, terms=EMPLOYER))
        assert all("Meter from" in page for page in earlier)
        whole = "\n".join([*earlier, last])
        total = next(page for page in (*earlier, last) if "Total" in page)
        assert "2026-10-01 18:00" in total
        assert whole.count("2026-10-01 18:00") == count


@pytest.mark.parametrize(
    "name", ["電気 自動車", "محمد", "Ёжик Ž", "😀" * 30, "\u202eevil", "a" * 500, "Ωμέγα"]
)
def test_any_script_and_length_keeps_to_its_room(name: str) -> None:
    made = statement(
        session(name=name),
        session(1, name="b" * 500, energy_wh=9.9e9, cost=9e9, meter_start_wh=None),
        terms=Terms(recipient=(name,) * 8, reference=name, currency="EUR"),
        devices={"CP-1": Device(name=name, model=name, serial=name, meter=name)},
        owner=Party(key="nobody", name=name),
    )
    document = to_pdf(made, texts("en"), "en")
    right_pt = (MARGIN_MM + WIDTH_MM) / 25.4 * 72
    page, begins = PdfReader(io.BytesIO(document)).pages[0], []
    page.extract_text(visitor_text=lambda _text, _cm, tm, *_: begins.append(tm[4]))
    assert max(begins) < right_pt


@pytest.mark.skipif(PICTURES is None, reason="EVSE_PICTURES is not set")
def test_picture(tmp_path: Path) -> None:
    from PIL import Image

    document = tmp_path / "statement.pdf"
    document.write_bytes(to_pdf(statement(*month(), terms=EMPLOYER), texts("en"), "en"))
    subprocess.run(
        ["pdftoppm", "-png", "-r", "110", "-singlefile", document, tmp_path / "statement"],
        check=True,
        timeout=60,
    )
    with Image.open(tmp_path / "statement.png") as page:
        assert page.size == (910, 1287)
        colours = page.convert("RGB").quantize(64, dither=Image.Dither.NONE)
        colours.save(Path(str(PICTURES)) / "statement.png", optimize=True)
