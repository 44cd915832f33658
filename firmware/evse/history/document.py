"""The report of a month as a PDF of A4 pages, to be sent to whoever pays. Pure.

The font has Latin, Greek, Cyrillic, Hebrew, Arabic (of letters that are not joined) and more; what
it has not (as Chinese) in the name of a card is shown as a box.
"""

import io
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from importlib import resources
from typing import cast

from fpdf import FPDF
from fpdf.bidi import BidiParagraph
from fpdf.enums import Align
from fpdf.fonts import TTFFont

from evse.history.months import Names, Report, bounds
from evse.texts import number, text

# It would tell the log of each table of the font, for each document.
logging.getLogger("fontTools").setLevel(logging.WARNING)

_FONT = "DejaVu"
_UNKNOWN = "□"
_MARGIN_MM = 15.0
_WIDTH_MM = 180.0
_LINE_MM = 5.0
_BARS_MM = 22.0
_TITLE_PT, _HEAD_PT, _TEXT_PT = 18.0, 11.0, 8.0
_GREY, _INK, _ACCENT = 235, 30, (38, 110, 180)


@dataclass(frozen=True, slots=True)
class About:
    """Whose report it is, for its head."""

    vendor: str
    model: str
    serial: str
    identity: str
    zone_name: str


@dataclass(frozen=True, slots=True)
class _Column:
    key: str
    width_mm: float
    unit: str = ""
    is_number: bool = False


_CARD_COLUMNS = (
    _Column("card", 44),
    _Column("name", 62),
    _Column("charges", 24, is_number=True),
    _Column("duration", 24, "h", is_number=True),
    _Column("energy", 26, "kWh", is_number=True),
)
_CHARGE_COLUMNS = (
    _Column("number", 16, is_number=True),
    _Column("start", 28),
    _Column("end", 28),
    _Column("duration", 20, "h", is_number=True),
    _Column("card", 34),
    _Column("name", 28),
    _Column("energy", 26, "kWh", is_number=True),
)
_METER_COLUMNS = (
    _Column("connector", 44),
    _Column("meter_start", 68, "kWh", is_number=True),
    _Column("meter_end", 68, "kWh", is_number=True),
)


def report_pdf(
    report: Report, about: About, zone: tzinfo, names: Names, now: datetime, language: str
) -> bytes:
    """The document in a language. ValueError for an unknown language."""
    paper = _Paper(language)
    paper.add_page()
    _head(paper, report, about, zone, now)
    if not report.charges:
        paper.line_of(text("history.report.none", language))
    else:
        _sums(paper, report)
        _list(paper, report, zone, names, now)
    file = io.BytesIO()
    paper.output(file)
    return file.getvalue()


class _Paper(FPDF):
    """Pages with a number at their foot, and tables whose head comes again on each."""

    def __init__(self, language: str) -> None:
        super().__init__(format="A4")
        self.language = language
        self.set_margin(_MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=_MARGIN_MM + _LINE_MM)
        font = resources.files("evse").joinpath("web", "fonts", "DejaVuSans.ttf")
        with resources.as_file(font) as path:
            self.add_font(_FONT, "", path)
        self._known = cast("TTFFont", self.fonts[_FONT.lower()]).cmap
        self.set_title(text("history.report.title", language))
        self.set_lang(language)

    def footer(self) -> None:
        """The number of the page; the library puts how many there are for {nb}."""
        self.set_y(-_MARGIN_MM)
        self.set_font(_FONT, size=_TEXT_PT)
        said = text("history.report.page", self.language, page=self.page_no(), pages="{nb}")
        self.cell(_WIDTH_MM, _LINE_MM, said, align=Align.C)

    def line_of(self, written: str, size_pt: float = _TEXT_PT) -> None:
        """One line of text."""
        self.set_font(_FONT, size=size_pt)
        self.set_text_color(_INK)
        height_mm = _LINE_MM * max(1.0, size_pt / 10)
        self.cell(_WIDTH_MM, height_mm, written)
        self.ln(height_mm)

    def heading(self, key: str) -> None:
        """The heading of a part, which never stays alone at the foot of a page."""
        self.ln(_LINE_MM)
        if self.will_page_break(5 * _LINE_MM):
            self.add_page()
        self.line_of(text(f"history.report.{key}", self.language), _HEAD_PT)

    def listing(self, columns: tuple[_Column, ...], rows: Iterable[tuple[str, ...]]) -> None:
        """A table over the whole width, in a tenth of the library's time.

        What is too long for its column ends in an ellipsis.
        """
        self._table_head(columns)
        for row in rows:
            if self.will_page_break(_LINE_MM):
                self.add_page()
                self._table_head(columns)
            self._row(columns, row)

    def _table_head(self, columns: tuple[_Column, ...]) -> None:
        self.set_fill_color(_GREY)
        heads = tuple(
            text(f"history.column.{each.key}", self.language)
            + (f" ({each.unit})" if each.unit else "")
            for each in columns
        )
        self._row(columns, heads, fill=True)

    def _row(
        self, columns: tuple[_Column, ...], row: tuple[str, ...], *, fill: bool = False
    ) -> None:
        self.set_font(_FONT, size=_TEXT_PT)
        for column, written in zip(columns, row, strict=True):
            align = Align.R if column.is_number else Align.L
            shown = self._fitting(written, column.width_mm)
            self.cell(column.width_mm, _LINE_MM, shown, align=align, fill=fill)
        self.ln(_LINE_MM)

    def _fitting(self, written: str, width_mm: float) -> str:
        """As much as there is room for, in the order in which it stands on paper."""
        written = "".join(each if ord(each) in self._known else _UNKNOWN for each in written)
        room_mm = width_mm - 2 * self.c_margin
        shown = written
        while written and self.get_string_width(shown) > room_mm:
            written = written[:-1]
            shown = f"{written}…"
        return shown if shown.isascii() else BidiParagraph(shown).get_reordered_string()


def _head(paper: _Paper, report: Report, about: About, zone: tzinfo, now: datetime) -> None:
    language = paper.language
    begin, end = bounds(report.year, report.month, zone)
    last = end.astimezone(zone).date() - timedelta(days=1)
    paper.line_of(text("history.report.title", language), _TITLE_PT)
    paper.ln(_LINE_MM / 2)
    product = " ".join(filter(None, (about.vendor, about.model)))
    lines = {
        "history.report.period": f"{begin.astimezone(zone).date()} – {last}",
        "history.column.card": report.card or "",
        "history.report.wallbox": f"{product} ({about.identity})" if product else about.identity,
        "history.report.serial": about.serial,
        "history.report.time_zone": about.zone_name,
        "history.report.made": _minute(now, zone),
    }
    for key, value in lines.items():
        if value:
            paper.line_of(f"{text(key, language)}: {value}")
    paper.ln(_LINE_MM / 2)
    charges = f"{text('history.column.charges', language)}: {len(report.charges)}"
    energy = f"{text('history.column.energy', language)}: {_kwh(report.energy_wh, language)} kWh"
    paper.line_of(f"{energy}    {charges}", _HEAD_PT)


def _sums(paper: _Paper, report: Report) -> None:
    language = paper.language
    paper.heading("by_card")
    paper.listing(
        _CARD_COLUMNS,
        [
            *(
                (
                    each.card,
                    each.name,
                    str(each.charges),
                    _hours(each.duration_s),
                    _kwh(each.energy_wh, language),
                )
                for each in report.cards
            ),
            (
                text("history.report.sum", language),
                "",
                str(len(report.charges)),
                _hours(sum(each.duration_s for each in report.cards)),
                _kwh(report.energy_wh, language),
            ),
        ],
    )
    paper.heading("by_day")
    _bars(paper, report)
    paper.heading("by_meter")
    paper.listing(
        _METER_COLUMNS,
        (
            (str(each.connector_id), _kwh(each.start_wh, language), _kwh(each.end_wh, language))
            for each in report.meters
        ),
    )


def _bars(paper: _Paper, report: Report) -> None:
    """The energy of each day as a bar, with kWh above it and the day below."""
    if paper.will_page_break(_BARS_MM + 3 * _LINE_MM):
        paper.add_page()
    most_wh = max(1, *(day.energy_wh for day in report.days))
    step_mm, top_mm = _WIDTH_MM / len(report.days), paper.get_y() + _LINE_MM
    paper.set_font(_FONT, size=6)
    paper.set_fill_color(*_ACCENT)
    for place, day in enumerate(report.days):
        left_mm, height_mm = _MARGIN_MM + place * step_mm, _BARS_MM * day.energy_wh / most_wh
        if day.energy_wh:
            paper.rect(left_mm + 0.8, top_mm + _BARS_MM - height_mm, step_mm - 1.6, height_mm, "F")
            paper.set_xy(left_mm - 1, top_mm + _BARS_MM - height_mm - 3)
            paper.cell(step_mm + 2, 3, number(day.energy_wh / 1000, paper.language), align=Align.C)
        paper.set_xy(left_mm, top_mm + _BARS_MM)
        paper.cell(step_mm, 4, str(day.day.day), align=Align.C)
    paper.set_xy(_MARGIN_MM, top_mm + _BARS_MM + _LINE_MM)


def _list(paper: _Paper, report: Report, zone: tzinfo, names: Names, now: datetime) -> None:
    language = paper.language
    paper.heading("every")
    of_card = {each.id_tag: names(each.id_tag) for each in report.charges}
    paper.listing(
        _CHARGE_COLUMNS,
        (
            (
                str(charge.number),
                _minute(charge.started_at, zone),
                _minute(charge.ended_at, zone)
                if charge.ended_at
                else text("history.report.under_way", language),
                _hours(charge.duration_s(now)),
                charge.id_tag,
                of_card[charge.id_tag],
                _kwh(charge.energy_wh, language),
            )
            for charge in report.charges
        ),
    )


def _kwh(energy_wh: int, language: str) -> str:
    return number(energy_wh / 1000, language, places=3)


def _minute(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _hours(duration_s: int) -> str:
    """Hours and minutes: 36:05."""
    hours, rest_s = divmod(duration_s, 3600)
    return f"{hours}:{rest_s // 60:02}"
