"""CSV files: what a spreadsheet reads is what was meant, and nothing is run."""

import csv
import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from evse.history.months import report
from evse.history.spreadsheets import charges_csv, harmless, report_csv
from evse.texts import LANGUAGES
from tests.firmware.history.ledger import NOW, charge

ROME = ZoneInfo("Europe/Rome")


def rows_of(content: bytes) -> list[list[str]]:
    """As a spreadsheet reads it."""
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == content.count(b"\n")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_charge_is_one_line() -> None:
    head, line = rows_of(charges_csv([charge(7)], ROME, lambda _: "Ada", NOW, "en"))
    assert dict(zip(head, line, strict=True)) == {
        "Number": "7",
        "Connector": "1",
        "Start": "2026-11-26 13:00:00",
        "End": "2026-11-26 14:00:00",
        "UTC offset": "+01:00",
        "Duration (s)": "3600",
        "Start mode": "RFID",
        "Stop mode": "RFID",
        "Energy (kWh)": "7.500",
        "Card": "CARD",
        "Name": "Ada",
        "Meter at start (kWh)": "1.000",
        "Meter at end (kWh)": "8.500",
    }


def test_the_doubled_hour_of_autumn_is_told_apart() -> None:
    starts = [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1)]
    charges = [charge(started_at=start) for start in starts]
    _, *lines = rows_of(charges_csv(charges, ROME, lambda _: "", NOW, "en"))
    assert [(line[2], line[4]) for line in lines] == [
        ("2026-10-25 02:30:00", "+02:00"),
        ("2026-10-25 02:30:00", "+01:00"),
    ]


def test_what_still_runs_has_no_end() -> None:
    running = charge(ended_at=None, reason=None, stop_id_tag=None)
    _, line = rows_of(charges_csv([running], ROME, lambda _: "", NOW, "en"))
    assert (line[3], line[7]) == ("", "")


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("Ada", "Ada"),
        ('=HYPERLINK("http://evil","x")', '\'=HYPERLINK("http://evil","x")'),
        ("+39 333", "'+39 333"),
        ("-1+1", "'-1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1+1", "'\t=1+1"),
        ('Müller, "Opa"\r\nund Söhne', 'Müller, "Opa"\r\nund Söhne'),
        ("名前 🚗", "名前 🚗"),
    ],
)
def test_a_name_is_a_text_and_never_a_formula(name: str, cell: str) -> None:
    """OWASP, CSV Injection: names and idTags come from outside."""
    _, line = rows_of(charges_csv([charge()], ROME, lambda _: name, NOW, "en"))
    assert line[10] == cell
    made = report(2026, 11, [charge(id_tag=name)], ROME, lambda _: name, NOW)
    _, line = rows_of(report_csv(made, "en"))
    assert line[1:3] == [cell, cell]
    assert harmless(name) == cell


def test_a_report_has_one_line_a_card() -> None:
    charges = [charge(1), charge(2), charge(3, id_tag="B")]
    made = report(2026, 11, charges, ROME, lambda _: "", NOW)
    _, *lines = rows_of(report_csv(made, "en"))
    assert lines == [
        ["2026-11", "CARD", "", "2", "7200", "15.000"],
        ["2026-11", "B", "", "1", "3600", "7.500"],
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_are_the_same_in_every_language(language: str) -> None:
    """The columns are parted by commas: a decimal comma would part a number."""
    head, line = rows_of(charges_csv([charge()], ROME, lambda _: "", NOW, language))
    assert len(head) == len(line)
    assert line[8] == "7.500"
