"""The table of a statement's sessions: its columns are those that tell something here.

With one wallbox nobody needs its number in each row, and with one card not its name; the part that
was bought stands there where some of the energy came from sun or home battery.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from fpdf.enums import Align

from .locale_format import minute, number
from .paper import FAINT, HAIR, INK, MARGIN_MM, TINT, WIDTH_MM, Colour, Paper
from .statement import KWH_DECIMALS, MONEY_DECIMALS, PRICE_DECIMALS, Line, Statement, days_later

SESSION_TEXTS = (
    "table",
    "begin",
    "end",
    "at",
    "card",
    "meter_start",
    "meter_stop",
    "energy_kwh",
    "bought_kwh",
    "price",
    "total",
    "still_running",
)
_UNKNOWN = "–"
_ROW_MM, _PT, _HEAD_PT, _TITLE_PT = 5.2, 8.0, 7.5, 9.5
_SPACE_MM, _LEAST_MM, _ROUNDING_MM = 3.0, 12.0, 0.1


class _Column(NamedTuple):
    head: str
    cell: Callable[[Line], str]
    total: str = ""
    is_number: bool = True
    gives_way: bool = False


def write_sessions(
    paper: Paper, statement: Statement, texts: Mapping[str, str], language: str
) -> None:
    """Write the table; its head comes again on each page, and the total never stands alone."""
    table = _Table(statement, texts, language)
    columns = table.columns()
    cells = [[column.cell(line) for column in columns] for line in statement.lines]
    widths = _widths(paper, columns, cells)
    paper.keep_together(6 + 3 * _ROW_MM)
    paper.write_at(MARGIN_MM, paper.get_y(), WIDTH_MM, texts["table"], _TITLE_PT, bold=True)
    paper.ln(6)
    heads = [column.head for column in columns]
    _write(paper, columns, widths, heads, FAINT, size_pt=_HEAD_PT)
    paper.hair(FAINT)
    for place, row in enumerate(cells):
        # The last row goes over with the total.
        needed_mm = _ROW_MM * (2.5 if place == len(cells) - 1 else 1)
        if paper.keep_together(needed_mm):
            _write(paper, columns, widths, heads, FAINT, size_pt=_HEAD_PT)
            paper.hair(FAINT)
        _write(paper, columns, widths, row)
        paper.hair(HAIR, 0.1)
    paper.box(MARGIN_MM, paper.get_y(), WIDTH_MM, _ROW_MM + 0.6, TINT)
    paper.hair(FAINT)
    paper.set_y(paper.get_y() + 0.3)
    _write(paper, columns, widths, [column.total for column in columns], bold=True)
    paper.ln(6)


class _Table:
    """Makes the columns of a statement."""

    def __init__(self, statement: Statement, texts: Mapping[str, str], language: str) -> None:
        self._statement = statement
        self._texts = texts
        self._language = language
        self._numbers = {
            identity: str(place) for place, identity in enumerate(statement.identities, start=1)
        }

    def columns(self) -> list[_Column]:
        """Return the columns from left to right."""
        statement, texts = self._statement, self._texts
        rows = statement.sessions
        columns = [
            _Column(texts["begin"], self._begin, texts["total"], is_number=False),
            _Column(texts["end"], self._end, is_number=False),
        ]
        if len({(row.identity, row.connector_id) for row in rows}) > 1:
            columns.append(_Column(texts["at"], self._place, is_number=False))
        if len({statement.cards.get(row.uid) for row in rows}) > 1:
            columns.append(_Column(texts["card"], self._card, is_number=False, gives_way=True))
        columns += [
            _Column(texts["meter_start"], lambda line: self._kwh_of(line.session.meter_start_wh)),
            _Column(texts["meter_stop"], lambda line: self._kwh_of(line.session.meter_stop_wh)),
            _Column(texts["energy_kwh"], self._energy, self._kwh(statement.energy_kwh)),
        ]
        if any(line.energy_kwh != line.bought_kwh for line in statement.lines):
            bought_kwh = sum((line.bought_kwh for line in statement.lines), Decimal())
            columns.append(
                _Column(
                    texts["bought_kwh"],
                    lambda line: self._kwh(line.bought_kwh),
                    self._kwh(bought_kwh),
                )
            )
        return [*columns, *self._money_columns()]

    def _money_columns(self) -> list[_Column]:
        """Price and amount; with one currency it stands in the head."""
        statement, texts = self._statement, self._texts
        if not (amounts := statement.amounts):
            return []
        only = next(iter(amounts)) if len(amounts) == 1 else None
        totals = [
            self._number(amount, MONEY_DECIMALS) + ("" if only else f" {currency}")
            for currency, amount in amounts.items()
        ]
        return [
            _Column(f"{only}/kWh" if only else texts["price"], self._price),
            _Column(only or texts["amount"], self._amount, " + ".join(totals)),
        ]

    def _begin(self, line: Line) -> str:
        at = line.session.started_at.astimezone(self._statement.zone)
        mark = "†" if line.session.recovered or line.session.unattributed else ""
        return minute(at, self._language) + mark

    def _end(self, line: Line) -> str:
        row, zone = line.session, self._statement.zone
        if row.ended_at is None:
            return self._texts["still_running"]
        days = days_later(row, zone)
        return f"{row.ended_at.astimezone(zone):%H:%M}" + (f" +{days}" if days else "")

    def _place(self, line: Line) -> str:
        place = self._numbers[line.session.identity]
        connector_id = line.session.connector_id
        return place if connector_id in (0, 1) else f"{place}/{connector_id}"

    def _card(self, line: Line) -> str:
        return self._statement.cards.get(line.session.uid, _UNKNOWN)

    def _energy(self, line: Line) -> str:
        return self._kwh(line.energy_kwh)

    def _price(self, line: Line) -> str:
        return _UNKNOWN if line.price is None else self._number(line.price, PRICE_DECIMALS)

    def _amount(self, line: Line) -> str:
        is_less = self._statement.terms.price is None and line.session.unpriced_wh > 0
        star = "*" if is_less else ""
        if line.amount is None:
            return _UNKNOWN + star
        several = len(self._statement.amounts) > 1
        shown = self._number(line.amount, MONEY_DECIMALS) + star
        return f"{shown} {line.currency}" if several else shown

    def _kwh_of(self, energy_wh: float | None) -> str:
        return _UNKNOWN if energy_wh is None else self._kwh(Decimal(str(energy_wh)) / 1000)

    def _kwh(self, energy_kwh: Decimal) -> str:
        return self._number(energy_kwh, KWH_DECIMALS)

    def _number(self, value: Decimal, decimals: int) -> str:
        return number(value, decimals, self._language)


def _widths(
    paper: Paper, columns: Sequence[_Column], cells: Sequence[Sequence[str]]
) -> list[float]:
    """Give each column what it needs; names of cards give way, and what is over is shared out."""
    needed = [
        max(
            paper.widest_mm([column.head], _HEAD_PT),
            paper.widest_mm([column.total, *(row[place] for row in cells)], _PT) * 1.03,
        )
        + _SPACE_MM
        for place, column in enumerate(columns)
    ]
    over_mm = sum(needed) - WIDTH_MM
    for place, column in enumerate(columns):
        if column.gives_way and over_mm > 0:
            needed[place] = max(_LEAST_MM, needed[place] - over_mm)
    spare_mm = max(0.0, WIDTH_MM - sum(needed)) / len(columns)
    return [width + spare_mm for width in needed]


def _write(
    paper: Paper,
    columns: Sequence[_Column],
    widths: Sequence[float],
    cells: Sequence[str],
    colour: Colour = INK,
    *,
    size_pt: float = _PT,
    bold: bool = False,
) -> None:
    x, y = MARGIN_MM, paper.get_y()
    for column, width, written in zip(columns, widths, cells, strict=True):
        align = Align.R if column.is_number else Align.L
        room = width if column.is_number else width - _SPACE_MM + _ROUNDING_MM
        paper.write_at(x, y + 0.6, room, written, size_pt, colour, align, bold=bold)
        x += width
    paper.set_xy(MARGIN_MM, y + _ROW_MM)
