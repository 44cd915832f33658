"""Sessions as documents: a table (CSV) for programs, a statement (PDF) for people. Pure.

The texts are given by the caller, in the reader's language; `TEXTS` names them.
"""

import csv
import io
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import NamedTuple, cast

from fpdf import FPDF
from fpdf.enums import Align
from fpdf.fonts import TTFFont

from .session_record import SessionRow

# It would tell the log of each table of the font, for each document.
logging.getLogger("fontTools").setLevel(logging.WARNING)

TEXTS = (
    "title",
    "period",
    "made",
    "begin",
    "end",
    "wallbox",
    "card",
    "meter_start",
    "meter_stop",
    "energy",
    "cost",
    "total",
    "sessions",
    "nobody",
    "none",
    "unpriced",
    "sun",
    "battery",
    "co2",
    "lost_feed_in",
    "running",
    "page",
)
"""Keys of the translations `selector.session_report.options`."""
CSV_COLUMNS = (
    "uid",
    "charger",
    "connector",
    "started_at",
    "ended_at",
    "energy_kwh",
    "meter_start_kwh",
    "meter_stop_kwh",
    "card",
    "name",
    "person",
    "reason",
    "cost",
    "currency",
    "unpriced_kwh",
    "recovered",
    "unattributed",
    "sun_kwh",
    "battery_kwh",
    "co2_g",
    "lost_feed_in",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_FONT = "DejaVu"
_FONT_FILE = Path(__file__).parent / "fonts" / "DejaVuSans.ttf"
_MARGIN_MM, _LINE_MM, _WIDTH_MM = 15.0, 5.0, 180.0
_TEXT_PT, _HEAD_PT, _TITLE_PT = 8.0, 11.0, 16.0
_GREY = 235
_UNKNOWN = "□"


@dataclass(frozen=True, slots=True)
class Statement:
    """What a document tells: its sessions, the oldest first, and the time that it covers.

    `people` and `wallboxes` give the names of entity ids and identities. `zone`: of all times.
    """

    sessions: Sequence[SessionRow]
    start: datetime | None
    end: datetime | None
    made_at: datetime
    zone: tzinfo
    people: Mapping[str, str]
    wallboxes: Mapping[str, str]


def to_csv(statement: Statement) -> str:
    """Return one row for each session; numbers with a full stop, times as ISO 8601."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(CSV_COLUMNS)
    for row in statement.sessions:
        table.writerow(
            [
                row.uid,
                harmless(statement.wallboxes.get(row.identity, row.identity)),
                row.connector_id or "",
                _iso(row.started_at, statement.zone),
                _iso(row.ended_at, statement.zone),
                _kwh(row.energy_wh),
                _kwh(row.meter_start_wh),
                _kwh(row.meter_stop_wh),
                harmless(row.id_tag or ""),
                harmless(row.name or ""),
                harmless(statement.people.get(row.person or "", row.person or "")),
                harmless(row.reason or ""),
                "" if row.known_cost is None else f"{row.known_cost:.4f}",
                row.currency or "",
                _kwh(row.unpriced_wh),
                "yes" if row.recovered else "",
                "yes" if row.unattributed else "",
                _kwh(row.sun_wh),
                _kwh(row.battery_wh),
                "" if row.co2_g is None else f"{row.co2_g:.0f}",
                "" if row.lost_feed_in is None else f"{row.lost_feed_in:.4f}",
            ]
        )
    return text.getvalue()


def to_pdf(statement: Statement, texts: Mapping[str, str]) -> bytes:
    """Return a statement with a part for each person, or card that is nobody's. Blocks."""
    paper = _Paper(texts)
    paper.add_page()
    zone = statement.zone
    paper.line_of(texts["title"], _TITLE_PT)
    first = statement.start or min((row.started_at for row in statement.sessions), default=None)
    last = statement.end or statement.made_at
    period = f"{_day(first, zone)} – {_day(last, zone)}"
    paper.line_of(f"{texts['period']}: {period}")
    paper.line_of(f"{texts['made']}: {_minute(statement.made_at, zone)}")
    if not statement.sessions:
        paper.ln(_LINE_MM)
        paper.line_of(texts["none"])
    for owner, rows in _by_owner(statement, texts["nobody"]).items():
        paper.heading(owner)
        paper.listing([_shown(row, statement, texts) for row in rows])
        paper.sums(rows)
    if len(statement.sessions) > 1:
        paper.heading(texts["total"])
        paper.sums(statement.sessions)
    return bytes(paper.output())


class _Column(NamedTuple):
    key: str
    width_mm: float
    is_number: bool = False


_COLUMNS = (
    _Column("begin", 28),
    _Column("end", 28),
    _Column("wallbox", 30),
    _Column("card", 26),
    _Column("meter_start", 18, is_number=True),
    _Column("meter_stop", 18, is_number=True),
    _Column("energy", 15, is_number=True),
    _Column("cost", 17, is_number=True),
)


class _Paper(FPDF):
    """Pages with a number at their foot, and a table whose head comes again on each."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        super().__init__(format="A4")
        self._texts = texts
        self.set_margin(_MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=_MARGIN_MM + _LINE_MM)
        self.add_font(_FONT, "", _FONT_FILE)
        self._known = cast("TTFFont", self.fonts[_FONT.lower()]).cmap
        self.set_title(texts["title"])

    def footer(self) -> None:
        """The number of the page."""
        self.set_y(-_MARGIN_MM)
        self.set_font(_FONT, size=_TEXT_PT)
        self.cell(_WIDTH_MM, _LINE_MM, f"{self._texts['page']} {self.page_no()}", align=Align.C)

    def line_of(self, written: str, size_pt: float = _TEXT_PT) -> None:
        """One line of text."""
        self.set_font(_FONT, size=size_pt)
        height_mm = _LINE_MM * max(1.0, size_pt / 10)
        self.cell(_WIDTH_MM, height_mm, self._fitting(written, _WIDTH_MM))
        self.ln(height_mm)

    def heading(self, written: str) -> None:
        """The heading of a part, which never stays alone at the foot of a page."""
        self.ln(_LINE_MM)
        if self.will_page_break(5 * _LINE_MM):
            self.add_page()
        self.line_of(written, _HEAD_PT)

    def listing(self, rows: Sequence[tuple[str, ...]]) -> None:
        """A table over the whole width; what is too long for its column ends in an ellipsis."""
        self._head()
        for row in rows:
            if self.will_page_break(_LINE_MM):
                self.add_page()
                self._head()
            self._row(row)

    def sums(self, rows: Sequence[SessionRow]) -> None:
        """The sums of some sessions, their sources, and how much of their energy had no price."""
        energy_wh = sum(row.energy_wh for row in rows)
        parts = [f"{self._texts['sessions']}: {len(rows)}", f"{_kwh(energy_wh)} kWh"]
        currencies = sorted({row.currency for row in rows if row.currency is not None})
        for currency in currencies:
            known = (row.known_cost or 0.0 for row in rows if row.currency == currency)
            parts.append(f"{sum(known):.2f} {currency}")
        self.line_of(" · ".join(parts))
        unpriced_wh = sum(row.unpriced_wh for row in rows)
        if unpriced_wh > 0 and currencies:
            self.line_of(f"{self._texts['unpriced']}: {_kwh(unpriced_wh)} kWh")
        if sources := self._sources(rows):
            self.line_of(" · ".join(sources))

    def _sources(self, rows: Sequence[SessionRow]) -> list[str]:
        """Where the energy came from, as far as it is known; CO₂ only if of all sessions."""
        texts, known = self._texts, [row for row in rows if row.sun_wh is not None]
        if not known:
            return []
        sun_wh = sum(row.sun_wh or 0.0 for row in known)
        battery_wh = sum(row.battery_wh or 0.0 for row in known)
        parts = [f"{texts['sun']}: {_kwh(sun_wh)} kWh"]
        if battery_wh > 0:
            parts.append(f"{texts['battery']}: {_kwh(battery_wh)} kWh")
        if all(row.co2_g is not None for row in rows):
            parts.append(f"{texts['co2']}: {sum(row.co2_g or 0.0 for row in rows) / 1000:.1f} kg")
        lost = sum(row.lost_feed_in or 0.0 for row in known)
        if lost > 0:
            currency = next((row.currency for row in known if row.currency is not None), "")
            parts.append(f"{texts['lost_feed_in']}: {lost:.2f} {currency}".rstrip())
        return parts

    def _head(self) -> None:
        self.set_fill_color(_GREY)
        self._row(tuple(self._texts[column.key] for column in _COLUMNS), fill=True)

    def _row(self, row: tuple[str, ...], *, fill: bool = False) -> None:
        self.set_font(_FONT, size=_TEXT_PT)
        for column, written in zip(_COLUMNS, row, strict=True):
            align = Align.R if column.is_number else Align.L
            shown = self._fitting(written, column.width_mm)
            self.cell(column.width_mm, _LINE_MM, shown, align=align, fill=fill)
        self.ln(_LINE_MM)

    def _fitting(self, written: str, width_mm: float) -> str:
        """As much as there is room for; what the font has not, whatever the script, is a box."""
        written = "".join(each if ord(each) in self._known else _UNKNOWN for each in written)
        room_mm = width_mm - 2 * self.c_margin
        shown = written
        while written and self.get_string_width(shown) > room_mm:
            written = written[:-1]
            shown = f"{written}…"
        return shown


def _by_owner(statement: Statement, nobody: str) -> dict[str, list[SessionRow]]:
    """Return the sessions by whose they are: a person, else the name of a card, else a card."""
    owners: dict[str, list[SessionRow]] = {}
    for row in statement.sessions:
        person = statement.people.get(row.person or "", row.person)
        owners.setdefault(person or row.name or row.id_tag or nobody, []).append(row)
    return dict(sorted(owners.items(), key=lambda item: item[0].casefold()))


def _shown(row: SessionRow, statement: Statement, texts: Mapping[str, str]) -> tuple[str, ...]:
    wallbox = statement.wallboxes.get(row.identity, row.identity)
    cost = "" if row.known_cost is None else f"{row.known_cost:.2f} {row.currency}"
    return (
        _minute(row.started_at, statement.zone),
        texts["running"] if row.ended_at is None else _minute(row.ended_at, statement.zone),
        wallbox if row.connector_id in (0, 1) else f"{wallbox} {row.connector_id}",
        row.name or row.id_tag or "",
        _kwh(row.meter_start_wh),
        _kwh(row.meter_stop_wh),
        _kwh(row.energy_wh),
        f"{cost}*" if cost and row.unpriced_wh > 0 else cost,
    )


def harmless(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: whoever made a card may have tried."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _kwh(energy_wh: float | None) -> str:
    return "" if energy_wh is None else f"{energy_wh / 1000:.3f}"


def _iso(at: datetime | None, zone: tzinfo) -> str:
    return "" if at is None else at.astimezone(zone).isoformat(timespec="seconds")


def _minute(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _day(at: datetime | None, zone: tzinfo) -> str:
    return "" if at is None else at.astimezone(zone).strftime("%Y-%m-%d")
