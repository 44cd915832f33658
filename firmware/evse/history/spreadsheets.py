"""Charges and reports as CSV for spreadsheets (RFC 4180). Pure.

UTF-8 with the mark by which Excel knows it, columns parted by commas, decimal points. Instants are
those of the clock on the wall, and a column says how far it was from UTC.
"""

import csv
import io
from collections.abc import Iterable
from datetime import datetime, tzinfo

from evse.history.modes import start_mode, stop_mode
from evse.history.months import Names, Report
from evse.storage.history import Charge
from evse.texts import text

_BYTE_ORDER_MARK = "\ufeff"

_BEGIN_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a cell that begins so for a formula, and runs it (OWASP, CSV Injection)."""


def charges_csv(
    charges: Iterable[Charge], zone: tzinfo, names: Names, now: datetime, language: str
) -> bytes:
    """One line a charge."""
    head = [
        _column("number", language),
        _column("connector", language),
        _column("start", language),
        _column("end", language),
        _column("utc_offset", language),
        f"{_column('duration', language)} (s)",
        _column("start_mode", language),
        _column("stop_mode", language),
        f"{_column('energy', language)} (kWh)",
        _column("card", language),
        _column("name", language),
        f"{_column('meter_start', language)} (kWh)",
        f"{_column('meter_end', language)} (kWh)",
    ]
    lines = (
        [
            str(charge.number),
            str(charge.connector_id),
            wall_time(charge.started_at, zone),
            wall_time(charge.ended_at, zone) if charge.ended_at else "",
            charge.started_at.astimezone(zone).isoformat()[-6:],
            str(charge.duration_s(now)),
            start_mode(charge, language),
            stop_mode(charge, language),
            _kwh(charge.energy_wh),
            harmless(charge.id_tag),
            harmless(names(charge.id_tag)),
            _kwh(charge.meter_start_wh),
            _kwh(charge.meter_wh),
        ]
        for charge in charges
    )
    return _csv(head, lines)


def report_csv(report: Report, language: str) -> bytes:
    """One line a card of the month."""
    head = [
        _column("month", language),
        _column("card", language),
        _column("name", language),
        _column("charges", language),
        f"{_column('duration', language)} (s)",
        f"{_column('energy', language)} (kWh)",
    ]
    month = f"{report.year}-{report.month:02}"
    lines = (
        [
            month,
            harmless(each.card),
            harmless(each.name),
            str(each.charges),
            str(each.duration_s),
            _kwh(each.energy_wh),
        ]
        for each in report.cards
    )
    return _csv(head, lines)


def wall_time(at: datetime, zone: tzinfo) -> str:
    """An instant as the clock on the wall shows it: 2026-11-26 05:04:03."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def harmless(written: str) -> str:
    """A text which no spreadsheet takes for a formula; others stay as they are."""
    return f"'{written}" if written.startswith(_BEGIN_FORMULAS) else written


def _column(name: str, language: str) -> str:
    return text(f"history.column.{name}", language)


def _kwh(energy_wh: int) -> str:
    return f"{energy_wh / 1000:.3f}"


def _csv(head: list[str], lines: Iterable[list[str]]) -> bytes:
    file = io.StringIO(newline="")
    file.write(_BYTE_ORDER_MARK)
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(lines)
    return file.getvalue().encode()
