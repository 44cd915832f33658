"""A monthly statement as a document for people: who charged, how much, and what it comes to.

It is read from the top: whose it is and for whom, the sum, then what the sum is made of. The texts
are given by the caller, in the reader's language; `TEXTS` names them. Pure, and it blocks.
"""

from collections.abc import Mapping
from decimal import Decimal

from fpdf.enums import Align

from .locale_format import day, minute, number
from .paper import (
    ACCENT,
    FAINT,
    HAIR,
    INK,
    MARGIN_MM,
    TINT,
    WIDTH_MM,
    Colour,
    Paper,
    baseline_mm,
    line_mm,
)
from .statement import KWH_DECIMALS, MONEY_DECIMALS, PRICE_DECIMALS, Statement, days_later
from .statement_sessions import SESSION_TEXTS, write_sessions

TEXTS = (
    "title",
    *(f"month_{month}" for month in range(1, 13)),
    "owner",
    "all",
    "nobody",
    "recipient",
    "period",
    "reference",
    "made_by",
    "page",
    "sessions",
    "energy",
    "average_price",
    "agreed_price",
    "amount",
    "wallboxes",
    "number",
    "wallbox",
    "model",
    "serial",
    "meter",
    "sources",
    "sun",
    "battery",
    "grid",
    "source_unknown",
    "co2",
    "none",
    "unpriced",
    "no_price",
    "running",
    "recovered",
    "next_day",
    "readings",
    "bought",
    "rounded",
    "place_date",
    "signature",
    *SESSION_TEXTS,
)
"""Keys of the translations `selector.statement.options`."""
_UNKNOWN = "–"
_SUN, _BATTERY, _GRID = Colour(255, 152, 0), Colour(77, 182, 172), Colour(72, 143, 194)
_GAP_MM = 6.0
_HEAD_PT, _TEXT_PT, _SMALL_PT, _NOTE_PT = 9.5, 8.5, 7.5, 7.0


def to_pdf(statement: Statement, texts: Mapping[str, str], language: str) -> bytes:
    """Return the document, in one of the five languages."""
    return _Writer(statement, texts, language).document()


class _Writer:
    """Writes one statement; each method leaves the paper below what it wrote."""

    def __init__(self, statement: Statement, texts: Mapping[str, str], language: str) -> None:
        self._statement = statement
        self._texts = texts
        self._language = language
        self._month = f"{texts[f'month_{statement.start.month}']} {statement.start.year}"
        made_at = statement.made_at.astimezone(statement.zone)
        made = texts["made_by"].format(time=minute(made_at, language))
        title = f"{texts['title']} · {statement.owner.name} · {self._month}"
        self._paper = Paper(title, language, made_at, (made, texts["page"]))
        self._paper.add_page()

    def document(self) -> bytes:
        self._title()
        self._parties()
        self._sum()
        if self._statement.sessions:
            self._wallboxes()
            write_sessions(self._paper, self._statement, self._texts, self._language)
            self._sources()
        else:
            self._paper.write_at(
                MARGIN_MM, self._paper.get_y(), WIDTH_MM, self._texts["none"], _HEAD_PT
            )
            self._paper.ln(_GAP_MM)
        self._notes()
        if self._statement.sessions and self._statement.terms.recipient:
            self._signature()
        return bytes(self._paper.output())

    def _title(self) -> None:
        paper = self._paper
        paper.box(0, 0, 210, 3, ACCENT)
        paper.write_at(MARGIN_MM, 15, WIDTH_MM, self._texts["title"], 20, bold=True)
        paper.write_at(MARGIN_MM, 25.5, WIDTH_MM, self._month, 12, ACCENT)
        paper.set_y(38)

    def _parties(self) -> None:
        """Who charged, at the left; to whom it goes, at the right; then what it is about."""
        paper, texts, statement = self._paper, self._texts, self._statement
        top, half = paper.get_y(), WIDTH_MM / 2
        zone, language = statement.zone, self._language
        last = statement.end.astimezone(zone).timestamp() - 1
        until = statement.end.fromtimestamp(last, zone)
        period = f"{day(statement.start.astimezone(zone), language)} – {day(until, language)}"
        facts = [(texts["period"], period)]
        if statement.terms.reference:
            facts.append((texts["reference"], statement.terms.reference))
        self._label(MARGIN_MM, top, texts["owner"])
        paper.write_at(MARGIN_MM, top + 4.2, half - _GAP_MM, statement.owner.name, 11, bold=True)
        y = top + 11
        for label, value in facts:
            paper.write_at(MARGIN_MM, y, 24, label, _TEXT_PT, FAINT)
            paper.write_at(MARGIN_MM + 25, y, half - 25 - _GAP_MM, value, _TEXT_PT)
            y += 4.8
        bottom = y
        if statement.terms.recipient:
            self._label(MARGIN_MM + half, top, texts["recipient"])
            y = top + 4.6
            for line in statement.terms.recipient:
                paper.write_at(MARGIN_MM + half, y, half, line, 9.5)
                y += 4.8
        paper.set_y(max(bottom, y) + 4)

    def _sum(self) -> None:
        """The figures that the reader looks for, the amount as the last and largest."""
        paper, texts, statement = self._paper, self._texts, self._statement
        top, height = paper.get_y(), 19.0
        agreed = statement.terms.price is not None
        price = statement.average_price
        currency = statement.terms.currency if agreed else next(iter(statement.amounts), "")
        amounts = [self._money(amount, each) for each, amount in statement.amounts.items()]
        if not statement.sessions:
            amounts = [self._money(Decimal(), statement.terms.currency)]
        shown_price = _UNKNOWN
        if price is not None:
            shown_price = f"{self._number(price, PRICE_DECIMALS)} {currency}/kWh"
        figures = (
            (texts["sessions"], str(len(statement.sessions))),
            (texts["energy"], f"{self._number(statement.energy_kwh, KWH_DECIMALS)} kWh"),
            (texts["agreed_price" if agreed else "average_price"], shown_price),
            (texts["amount"], " + ".join(amounts) or _UNKNOWN),
        )
        paper.box(MARGIN_MM, top, WIDTH_MM, height, TINT)
        paper.box(MARGIN_MM, top, 1.2, height, ACCENT)
        x = MARGIN_MM + 6
        for (label, value), width in zip(figures, (27.0, 42.0, 50.0, 49.0), strict=True):
            is_last = label == texts["amount"]
            align = Align.R if is_last else Align.L
            paper.write_at(x, top + 3, width - 3, label, _SMALL_PT, FAINT, align)
            size_pt, colour = (14.0, ACCENT) if is_last else (11.0, INK)
            # No digit of a sum may be cut off: it rather becomes smaller.
            wide_mm = paper.widest_mm([value], size_pt)
            size_pt *= min(1.0, (width - 3) / wide_mm)
            y = top + 12.75 - baseline_mm(size_pt)
            paper.write_at(x, y, width - 2.9, value, size_pt, colour, align, bold=True)
            x += width
        paper.set_y(top + height + _GAP_MM)

    def _wallboxes(self) -> None:
        """The wallboxes of these sessions, numbered, with what tells their meters apart."""
        paper, texts, statement = self._paper, self._texts, self._statement
        widths = (10.0, 48.0, 50.0, 33.0, 33.0)
        self._heading(texts["wallboxes"])
        self._row(
            [texts[each] for each in ("number", "wallbox", "model", "serial", "meter")],
            widths,
            FAINT,
        )
        paper.hair()
        for place, identity in enumerate(statement.identities, start=1):
            paper.keep_together(5)
            device = statement.devices[identity]
            told = (device.model, device.serial, device.meter)
            self._row([str(place), device.name, *(each or _UNKNOWN for each in told)], widths)
        paper.ln(_GAP_MM)

    def _row(self, cells: list[str], widths: tuple[float, ...], colour: Colour = INK) -> None:
        paper, x, y = self._paper, MARGIN_MM, self._paper.get_y()
        for written, width in zip(cells, widths, strict=True):
            paper.write_at(x, y + 0.4, width - 2, written, _TEXT_PT, colour)
            x += width
        paper.set_y(y + 5)

    def _sources(self) -> None:
        """A bar of the parts that came from sun, home battery and grid, and their figures."""
        paper, texts, found = self._paper, self._texts, self._statement.sources
        energy_kwh = self._statement.energy_kwh
        if found is None or energy_kwh <= 0:
            return
        paper.keep_together(24)
        self._heading(texts["sources"])
        parts = [
            (texts["sun"], found.sun_kwh, _SUN),
            (texts["battery"], found.battery_kwh, _BATTERY),
            (texts["grid"], found.grid_kwh, _GRID),
            (texts["source_unknown"], found.unknown_kwh, HAIR),
        ]
        parts = [part for part in parts if part[1] > 0]
        x, y = MARGIN_MM, paper.get_y() + 1
        for _, kwh, colour in parts:
            width = WIDTH_MM * float(kwh / energy_kwh)
            paper.box(x, y, width, 3, colour)
            x += width
        x, y = MARGIN_MM, y + 5
        for name, kwh, colour in parts:
            percent = self._number(100 * kwh / energy_kwh, 0)
            written = f"{name}: {self._number(kwh, KWH_DECIMALS)} kWh ({percent} %)"
            width = paper.widest_mm([written], _TEXT_PT) + 9
            if x + width - 4 > MARGIN_MM + WIDTH_MM:
                x, y = MARGIN_MM, y + 5
            paper.box(x, y + 0.9, 2.4, 2.4, colour)
            paper.write_at(x + 4, y, width, written, _TEXT_PT)
            x += width
        paper.set_y(y + 5)
        if (co2_kg := self._statement.co2_kg) is not None:
            told = f"{texts['co2']}: {self._number(co2_kg, 1)} kg"
            paper.write_at(MARGIN_MM, paper.get_y(), WIDTH_MM, told, _TEXT_PT, FAINT)
            paper.ln(5)
        paper.ln(_GAP_MM - 2)

    def _notes(self) -> None:
        """What has to be known to judge the figures, and no more than applies to these."""
        notes, texts, statement = [], self._texts, self._statement
        rows = statement.sessions
        if statement.running:
            notes.append(texts["running"])
        if statement.unpriced_kwh > 0:
            energy = self._number(statement.unpriced_kwh, KWH_DECIMALS)
            key = "unpriced" if statement.amounts else "no_price"
            notes.append(texts[key].format(energy=f"{energy} kWh"))
        if any(row.recovered or row.unattributed for row in rows):
            notes.append(texts["recovered"])
        if any(days_later(row, statement.zone) for row in rows):
            notes.append(texts["next_day"])
        if any(line.energy_kwh != line.bought_kwh for line in statement.lines):
            notes.append(texts["bought"])
        if any(row.meter_start_wh is not None for row in rows):
            notes.append(texts["readings"])
        if len(statement.amounts) > 0:
            notes.append(texts["rounded"])
        if not notes:
            return
        self._paper.keep_together(len(notes) * line_mm(_NOTE_PT))
        for note in notes:
            self._paper.write_block(note, _NOTE_PT)

    def _signature(self) -> None:
        """Two lines to write on."""
        paper = self._paper
        paper.keep_together(20)
        y, width = paper.get_y() + 14, (WIDTH_MM - 10) / 2
        paper.set_draw_color(*FAINT)
        paper.set_line_width(0.2)
        for x, key in ((MARGIN_MM, "place_date"), (MARGIN_MM + width + 10, "signature")):
            paper.line(x, y, x + width, y)
            paper.write_at(x, y + 0.8, width, self._texts[key], _SMALL_PT, FAINT)
            paper.set_draw_color(*FAINT)

    def _label(self, x_mm: float, y_mm: float, written: str) -> None:
        self._paper.write_at(x_mm, y_mm, WIDTH_MM / 2, written, _SMALL_PT, FAINT)

    def _heading(self, written: str) -> None:
        paper = self._paper
        paper.keep_together(16)
        paper.write_at(MARGIN_MM, paper.get_y(), WIDTH_MM, written, _HEAD_PT, bold=True)
        paper.ln(6)

    def _number(self, value: Decimal, decimals: int) -> str:
        return number(value, decimals, self._language)

    def _money(self, amount: Decimal, currency: str) -> str:
        return f"{self._number(amount, MONEY_DECIMALS)} {currency}".strip()
