"""Charges with hostile names and numbers as CSV files.

Promised: nothing is raised; as many lines and columns as there are charges; no cell that somebody
else has written begins as a formula.
"""

import csv
import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from evse.history import months
from evse.history.spreadsheets import charges_csv, report_csv
from evse.storage.history import Charge
from evse.texts import LANGUAGES
from scripts.trials.fuzzing import Stream, Target, promise, trial

ZONES = (UTC, ZoneInfo("Europe/Rome"), ZoneInfo("Pacific/Kiritimati"))
NOW = datetime(2026, 11, 26, tzinfo=UTC)
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
WORDS = ("", "Local", "Remote", "EVDisconnected")


def charges_of(stream: Stream) -> list[Charge]:
    """Up to six charges of November 2026."""
    found: list[Charge] = []
    while stream.more and len(found) < 6:
        how = stream.byte()
        begin = datetime(2026, 11, 1 + stream.byte() % 25, tzinfo=UTC)
        found.append(
            Charge(
                number=stream.word(),
                connector_id=1 + (how & 1),
                id_tag=stream.take(how >> 3 & 15).decode("utf-8", "replace"),
                started_at=begin,
                start_mode=WORDS[stream.byte() % len(WORDS)],
                meter_start_wh=stream.word(),
                meter_wh=stream.word() * 997,
                ended_at=begin + timedelta(seconds=stream.word()) if how & 2 else None,
                reason=WORDS[stream.byte() % len(WORDS)] if how & 4 else None,
                stop_id_tag=None,
            )
        )
    return found


def entry(data: bytes) -> None:
    """A byte: zone and language. Then the charges; the rest is the name of every card."""
    stream = Stream(data)
    how = stream.byte()
    zone, language = ZONES[how % len(ZONES)], LANGUAGES[(how >> 2) % len(LANGUAGES)]
    name = stream.take(how >> 4).decode("utf-8", "replace")
    charges = charges_of(stream)
    written = charges_csv(charges, zone, lambda _: name, NOW, language)
    checked(written, len(charges) + 1)
    report = months.report(2026, 11, charges, zone, lambda _: name, NOW)
    promise(report.energy_wh == sum(each.energy_wh for each in charges), "energy got lost")
    checked(report_csv(report, language), len(report.cards) + 1)


def checked(written: bytes, lines: int) -> None:
    """The file is as long and as wide as it must be, and harmless."""
    rows = list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))
    promise(len(rows) == lines, f"{len(rows)} lines, not {lines}")
    promise(len({len(row) for row in rows}) == 1, "lines of different widths")
    for row in rows:
        for cell in row:
            number = cell[:1] in "+-" and cell[1:3].isdigit()  # how far from UTC
            promise(number or not cell.startswith(FORMULAS), f"the formula {cell!r}")


TARGET = Target(
    entry,
    seeds=[bytes([how, 1]) + bytes(range(how % 40, 140)) for how in (0x31, 0x62, 0xF5)],
    words=[b"=", b'"', b"\r\n", b"\t=", "\uff1d".encode(), b"\0"],
    longest=200,
)

run = trial(__name__)
