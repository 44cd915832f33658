"""A monthly statement as a table for programs: one row for each session. Pure."""

import csv
import io
from decimal import Decimal

from .session_report import harmless
from .statement import Line, Statement

COLUMNS = (
    "owner",
    "started_at",
    "ended_at",
    "wallbox",
    "wallbox_serial",
    "meter",
    "connector",
    "card",
    "card_name",
    "meter_start_kwh",
    "meter_stop_kwh",
    "energy_kwh",
    "sun_kwh",
    "battery_kwh",
    "grid_kwh",
    "unpriced_kwh",
    "price_per_kwh",
    "amount",
    "currency",
    "recovered",
    "reference",
    "uid",
)


def to_csv(statement: Statement) -> str:
    """Return the sessions; numbers with a full stop, times as ISO 8601, the unknown empty."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for line in statement.lines:
        table.writerow(_row(line, statement))
    return text.getvalue()


def _row(line: Line, statement: Statement) -> list[str]:
    row, zone = line.session, statement.zone
    device = statement.devices[row.identity]
    ended_at = row.ended_at and row.ended_at.astimezone(zone).isoformat(timespec="seconds")
    unpriced_wh = row.unpriced_wh if statement.terms.price is None else 0.0
    return [
        harmless(statement.owner.name),
        row.started_at.astimezone(zone).isoformat(timespec="seconds"),
        ended_at or "",
        harmless(device.name),
        harmless(device.serial),
        harmless(device.meter),
        str(row.connector_id or ""),
        harmless(row.id_tag or ""),
        harmless(row.name or ""),
        _kwh(row.meter_start_wh),
        _kwh(row.meter_stop_wh),
        str(line.energy_kwh),
        _kwh(row.sun_wh),
        _kwh(row.battery_wh),
        _kwh(row.grid_wh),
        _kwh(unpriced_wh),
        _known(line.price),
        _known(line.amount),
        line.currency if line.amount is not None else "",
        "yes" if row.recovered else "",
        harmless(statement.terms.reference),
        row.uid,
    ]


def _kwh(energy_wh: float | None) -> str:
    return "" if energy_wh is None else f"{energy_wh / 1000:.3f}"


def _known(value: Decimal | None) -> str:
    return "" if value is None else str(value)
