"""The sheet a document is laid out on: A4, our font and colours, and a foot on each page.

Lengths are millimetres, sizes of type points.
"""

import logging
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple, cast

from fpdf import FPDF
from fpdf.enums import Align, TextMode, XPos, YPos
from fpdf.fonts import TTFFont

# It would tell the log of each table of the font, for each document.
logging.getLogger("fontTools").setLevel(logging.WARNING)

MARGIN_MM: Final = 18.0
WIDTH_MM: Final = 210 - 2 * MARGIN_MM
FOOT_MM: Final = 17.0
_LINE_FACTOR = 0.5
"""Height of a line in mm for each point of its type: 1.4 times the type."""
_MM_OF_PT = 25.4 / 72
_BOLD_MM = 0.13
"""The font has one weight; a stroke around its letters makes the heavier one."""
_FONT = "DejaVu"
_FONT_FILE = Path(__file__).parent / "fonts" / "DejaVuSans.ttf"
_UNKNOWN = "□"


class Colour(NamedTuple):
    """Red, green and blue, 0 to 255."""

    red: int
    green: int
    blue: int


INK: Final = Colour(33, 33, 33)
FAINT: Final = Colour(97, 97, 97)
"""Of what explains: still 6 : 1 against the paper."""
HAIR: Final = Colour(214, 218, 222)
TINT: Final = Colour(242, 246, 250)
ACCENT: Final = Colour(2, 119, 189)


class Paper(FPDF):
    """Pages that know how to fit text into its room, whatever script it has."""

    def __init__(self, title: str, language: str, made_at: datetime, foot: tuple[str, str]) -> None:
        """`foot`: what stands left and right; `{page}` and `{pages}` are filled in."""
        super().__init__(format="A4")
        self._foot = foot
        self.set_margin(MARGIN_MM)
        self.c_margin = 0.0
        self.set_auto_page_break(auto=True, margin=FOOT_MM)
        self.add_font(_FONT, "", _FONT_FILE)
        self._known = cast("TTFFont", self.fonts[_FONT.lower()]).cmap
        self.set_title(title)
        self.set_lang(language)
        self.set_creation_date(made_at)
        self.set_creator("EVSE OCPP")

    def footer(self) -> None:
        """Draw the foot of a page; called for each."""
        self.set_y(-FOOT_MM + 4)
        self.hair()
        self.ln(1.5)
        left, right = self._foot
        self.write_at(MARGIN_MM, self.get_y(), WIDTH_MM, left, 7, FAINT)
        page = right.format(page=self.page_no(), pages=self.str_alias_nb_pages)
        # The alias is longer than the number that comes in its place when all is written.
        longer_mm = self.widest_mm([self.str_alias_nb_pages], 7) - self.widest_mm(["0"], 7)
        self.write_at(MARGIN_MM, self.get_y(), WIDTH_MM + longer_mm, page, 7, FAINT, Align.R)

    def write_at(
        self,
        x_mm: float,
        y_mm: float,
        width_mm: float,
        written: str,
        size_pt: float,
        colour: Colour = INK,
        align: Align = Align.L,
        *,
        bold: bool = False,
    ) -> None:
        """Write one line somewhere; what is too long for its room ends in an ellipsis."""
        self.set_xy(x_mm, y_mm)
        with self._type(size_pt, colour, bold=bold):
            shown = self.fitting(written, width_mm)
            self.cell(width_mm, line_mm(size_pt), shown, align=align)

    def write_block(self, written: str, size_pt: float, colour: Colour = FAINT) -> None:
        """Write text over the whole width, broken where it has to be, and go below it."""
        self.set_x(MARGIN_MM)
        with self._type(size_pt, colour):
            shown = self._drawable(written)
            self.multi_cell(
                WIDTH_MM,
                line_mm(size_pt),
                shown,
                align=Align.L,
                new_x=XPos.LMARGIN,
                new_y=YPos.NEXT,
            )

    def hair(self, colour: Colour = HAIR, width_mm: float = 0.2) -> None:
        """Draw a line over the whole width."""
        self.set_draw_color(*colour)
        self.set_line_width(width_mm)
        self.line(MARGIN_MM, self.get_y(), MARGIN_MM + WIDTH_MM, self.get_y())

    def box(
        self, x_mm: float, y_mm: float, width_mm: float, height_mm: float, colour: Colour
    ) -> None:
        """Fill a rectangle."""
        self.set_fill_color(*colour)
        self.rect(x_mm, y_mm, width_mm, height_mm, style="F")

    def keep_together(self, height_mm: float) -> bool:
        """Begin a new page if there is no room for so much; return whether that was so."""
        if not self.will_page_break(height_mm):
            return False
        self.add_page()
        return True

    def fitting(self, written: str, width_mm: float) -> str:
        """Return as much as there is room for in the type of now."""
        written = self._drawable(written)
        if self.get_string_width(written) <= width_mm:
            return written

        def cut(letters: int) -> str:
            return f"{written[:letters].rstrip()}…"

        # By halving: a card may be called by a whole page.
        too_many = bisect_left(
            range(1, len(written)),
            True,
            key=lambda letters: self.get_string_width(cut(letters)) > width_mm,
        )
        return cut(too_many)

    def widest_mm(self, written: Sequence[str], size_pt: float) -> float:
        """Return the width of the longest of some texts."""
        with self._type(size_pt, INK):
            return max(self.get_string_width(self._drawable(each)) for each in written)

    def _drawable(self, written: str) -> str:
        """Return text whose letters the font has; of any other script each is a box."""
        return "".join(each if ord(each) in self._known else _UNKNOWN for each in written)

    @contextmanager
    def _type(self, size_pt: float, colour: Colour, *, bold: bool = False) -> Iterator[None]:
        self.set_font(_FONT, size=size_pt)
        self.set_text_color(*colour)
        if not bold:
            yield
            return
        with self.local_context(text_mode=TextMode.FILL_STROKE):
            self.set_draw_color(*colour)
            self.set_line_width(_BOLD_MM * size_pt / 10)
            yield


def line_mm(size_pt: float) -> float:
    """Return the height of a line of type."""
    return size_pt * _LINE_FACTOR


def baseline_mm(size_pt: float) -> float:
    """Return how far below the top of its line a type stands, as fpdf2 draws cells."""
    return line_mm(size_pt) / 2 + 0.3 * size_pt * _MM_OF_PT
