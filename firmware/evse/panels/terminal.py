"""A front panel drawn in a terminal: lamps or belt, and the display, as they are at one instant.

What is lit differs from what is dark in shape too, for terminals without colours.
"""

from rich import box
from rich.align import Align
from rich.color import Color
from rich.console import Group, RenderableType
from rich.panel import Panel as Frame
from rich.style import Style
from rich.table import Table
from rich.text import Text

from evse.panels.indications import COLUMNS, Colour, Digits, Indications, Lamp
from evse.panels.segments import drawn

WIDTH = 78
"""Of the drawing: it fits a terminal of 80 columns."""

LIT = 0.3
"""From this brightness on a lamp is drawn as lit."""

_DARK = Style(color="grey39")
_LABEL = Style(color="grey70")
_LCD = Style(color="grey93", bgcolor=Color.from_rgb(16, 52, 166))
_SEGMENTS = Style(color=Color.from_rgb(255, 96, 64), bold=True)
_UNITS = ("V", "A", "Hz", "kWH", "Min", "No")

_BELT = box.Box("▛▀▀▜\n▌  ▐\n▌  ▐\n▌  ▐\n▌  ▐\n▌  ▐\n▌  ▐\n▙▄▄▟\n")
"""A lit belt; a dark one is a thin frame."""

_RGB = {
    Colour.WHITE: (250, 250, 250),
    Colour.RED: (255, 64, 64),
    Colour.GREEN: (48, 216, 96),
    Colour.BLUE: (56, 128, 255),
    Colour.YELLOW: (255, 200, 32),
}
"""How the lamps' colours look on a dark screen: pure blue could hardly be seen."""

_NIGHT_RGB = (46, 50, 56)
"""What a lamp of brightness 0 looks like, so that breathing fades into it."""


def panel(indications: Indications, title: str) -> RenderableType:
    """Return the drawing of the whole panel; one with digits is Cabur's."""
    if indications.digits is not None:
        return _cabur(indications, indications.digits, title)
    return _etek(indications, title)


def style_of(lamp: Lamp) -> Style:
    """The colour of a lamp as bright as it is."""
    if lamp.brightness < LIT / 4:
        return _DARK
    red, green, blue = (
        round(night + (day - night) * lamp.brightness)
        for night, day in zip(_NIGHT_RGB, _RGB[lamp.colour], strict=True)
    )
    return Style(color=Color.from_rgb(red, green, blue))


def _etek(indications: Indications, title: str) -> RenderableType:
    lamps = Table.grid()
    for _ in indications.lamps:
        lamps.add_column(justify="center", width=12)
    lamps.add_row(*(_big(lamp) for lamp in indications.lamps))
    lamps.add_row(*(Text(lamp.name, style="bold") for lamp in indications.lamps))
    lamps.add_row(*(Text(str(lamp.pattern), style=_LABEL) for lamp in indications.lamps))
    layout = Table.grid(expand=True, padding=(0, 1))
    layout.add_column(ratio=1)
    layout.add_column(width=COLUMNS + 6)
    layout.add_row(Align.center(lamps, vertical="middle"), lcd(indications))
    return Frame(layout, title=title, title_align="left", box=box.ROUNDED, width=WIDTH)


def lcd(indications: Indications) -> RenderableType:
    """The display of two rows."""
    rows = Text("\n".join(f" {row} " for row in indications.lines), style=_LCD)
    return Frame(rows, box=box.HEAVY, width=COLUMNS + 6, padding=(0, 1), border_style="grey58")


def _big(lamp: Lamp) -> Text:
    """A round lamp of three rows: filled when lit, a ring when dark."""
    style = style_of(lamp)
    if lamp.brightness < LIT:
        return Text("╭───╮\n│   │\n╰───╯", style=style)
    full = style + Style(bgcolor=style.color)  # a row is higher than its character in many fonts
    return Text.assemble(("▄███▄\n", style), ("█████", full), ("\n▀███▀", style))


def _cabur(indications: Indications, digits: Digits, title: str) -> RenderableType:
    belt = indications.lamp("belt")
    lit = belt is not None and belt.brightness >= LIT
    layout = Table.grid(expand=True, padding=(0, 1))
    layout.add_column(ratio=1)
    layout.add_column(width=16)
    layout.add_row(
        Group(_area1(digits), Text(), _area2(indications)), _corners(indications.lamp("card"))
    )
    return Frame(
        layout,
        title=Text(title, style="default"),
        title_align="left",
        subtitle=Text(f"belt {_described(belt)}" if belt is not None else "", style="default"),
        subtitle_align="right",
        box=_BELT if lit else box.ROUNDED,
        border_style=style_of(belt) if belt is not None else _DARK,
        width=WIDTH,
        padding=(1, 2),
    )


def _described(lamp: Lamp) -> str:
    if lamp.pattern == "off":
        return "off"
    return str(lamp.colour) if lamp.pattern == "on" else f"{lamp.colour}, {lamp.pattern}"


def _area1(digits: Digits) -> RenderableType:
    """The digits, and the units of which one is lit."""
    units = Text()
    for unit in _UNITS:
        is_lit = unit == digits.unit
        units.append(f"[{unit}]" if is_lit else f" {unit} ", _SEGMENTS if is_lit else _DARK)
    area = Table.grid(padding=(0, 2))
    area.add_column(width=22)
    area.add_column(vertical="bottom")
    told = Text(digits.message, style=_SEGMENTS) if digits.message else units
    area.add_row(Text(drawn(digits.text), style=_SEGMENTS), told)
    return area


def _area2(indications: Indications) -> RenderableType:
    """The four indicators."""
    area = Table.grid(padding=(0, 2))
    words = []
    for name, label in (
        ("wifi", "Wi-Fi"),
        ("plug", "plug"),
        ("charging", "charging"),
        ("fault", "fault"),
    ):
        if (lamp := indications.lamp(name)) is not None:
            mark = Text("● " if lamp.brightness >= LIT else "○ ", style=style_of(lamp))
            words.append(mark + Text(label, style=_LABEL))
    area.add_row(*words)
    return area


def _corners(card: Lamp | None) -> RenderableType:
    """The area for cards and its four corners."""
    lit = card is not None and card.brightness >= LIT
    style = style_of(card) if card is not None and lit else _DARK
    upper, lower = (
        ("┏━          ━┓", "┗━          ━┛") if lit else ("┌            ┐", "└            ┘")
    )
    return Text("\n").join(
        [
            Text(upper, style=style),
            Text(),
            Text("   card here", style=_LABEL if lit else _DARK),
            Text(),
            Text(lower, style=style),
        ]
    )
