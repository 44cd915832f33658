"""A plan as a picture (SVG): prices as bars, planned ones filled, and when the car is due. Pure.

Its colours are readable on a light ground and on a dark one, as the picture does not know which.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from html import escape

from .energy.plan import Plan
from .energy.prices import Prices, Slot, between

WIDTH, HEIGHT = 720, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 12, 38, 34
_GROUND, _PLANNED, _DUE, _NOW, _TEXT = "#9aa5b1", "#0b84f3", "#e6550d", "#7b61ff", "#7a8794"
_FONT = 16
"""Of a picture that is half as wide on a phone."""
_LONGEST = timedelta(hours=48)
_SHORTEST = timedelta(hours=12)
_LABEL_EVERY_H = (1, 2, 3, 6, 12)
_MOST_LABELS = 10
_MOST_STEPS = 5
_STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class ChartTexts:
    """The words on it, in the person's language."""

    title: str
    unit: str
    no_prices: str
    due: str


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where an instant and a price are on the picture (px)."""

    start: datetime
    end: datetime
    low: float
    high: float

    def x(self, instant: datetime) -> float:
        part = (instant - self.start) / (self.end - self.start)
        return _LEFT + max(0.0, min(1.0, part)) * (WIDTH - _LEFT - _RIGHT)

    def y(self, price: float) -> float:
        part = (price - self.low) / (self.high - self.low)
        return HEIGHT - _BOTTOM - part * (HEIGHT - _TOP - _BOTTOM)


def draw(prices: Prices, plan: Plan | None, now: datetime, zone: tzinfo, texts: ChartTexts) -> str:
    """Return the picture of the hours from `now` (aware) on, with local times of `zone`."""
    now = now.astimezone(UTC)
    start = now.replace(minute=0, second=0, microsecond=0)
    end = _end(start, prices, plan)
    slots = between(prices.slots, start, end)
    low, high, step = _scale([slot.value for slot in slots])
    frame = _Frame(start, end, low, high)
    parts = [
        _text(_LEFT, 20, texts.title, "start", weight="600"),
        *_price_axis(frame, step, texts.unit if slots else ""),
        *_time_axis(frame, zone),
        *_bars(frame, slots, plan),
        *_planned(frame, plan),
        _line(frame, now, _NOW),
    ]
    if not slots:
        parts.append(_text((WIDTH + _LEFT) / 2, HEIGHT / 2, texts.no_prices, "middle"))
    if plan is not None and frame.start <= plan.due <= frame.end:
        parts.append(_line(frame, plan.due, _DUE))
        clock = plan.due.astimezone(zone).strftime("%H:%M")
        x, is_late = frame.x(plan.due), frame.x(plan.due) > WIDTH / 2
        anchor = "end" if is_late else "start"
        said = f"{texts.due} {clock}"
        parts.append(_text(x - 6 if is_late else x + 6, _TOP + 12, said, anchor))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="sans-serif" font-size="{_FONT}" role="img">\n'
        f"<title>{escape(texts.title)}</title>\n" + "\n".join(parts) + "\n</svg>\n"
    )


def _end(start: datetime, prices: Prices, plan: Plan | None) -> datetime:
    """Return the end of the picture: of the known prices, and of the plan."""
    ends = [start + _SHORTEST]
    if prices.until is not None:
        ends.append(prices.until)
    if plan is not None:
        ends += [plan.due, *(slot.end for slot in plan.slots)]
    return min(max(ends), start + _LONGEST)


def _scale(values: Sequence[float]) -> tuple[float, float, float]:
    """Return low, high and step of the price axis, of round numbers; nothing is always on it."""
    low, high = min(0.0, *values, 0.0), max(0.0, *values, 0.0)
    if high <= low:
        return 0.0, 1.0, 1.0
    wanted = (high - low) / _MOST_STEPS
    power = 10.0 ** math.floor(math.log10(wanted))
    step = next(each * power for each in _STEPS if each * power >= wanted * (1 - 1e-9))
    return step * math.floor(low / step), step * math.ceil(high / step), step


def _price_axis(frame: _Frame, step: float, unit: str) -> Iterator[str]:
    count = round((frame.high - frame.low) / step)
    for number in range(count + 1):
        price = frame.low + number * step
        y = frame.y(price)
        yield (
            f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{WIDTH - _RIGHT}" y2="{y:.1f}" '
            f'stroke="{_GROUND}" stroke-opacity="0.35"/>'
        )
        if unit:
            yield _text(_LEFT - 6, y + 5, f"{price:.4g}", "end")
    if unit:
        yield _text(WIDTH - _RIGHT, 20, unit, "end")


def _time_axis(frame: _Frame, zone: tzinfo) -> Iterator[str]:
    """Label full local hours; days of 23 and 25 hours are as long as they are."""
    hours = (frame.end - frame.start) / timedelta(hours=1)
    every_h = next((each for each in _LABEL_EVERY_H if hours / each < _MOST_LABELS), 12)
    instant = frame.start
    while instant <= frame.end:
        local = instant.astimezone(zone)
        if local.hour % every_h == 0 and local.minute == 0:
            label = f"{local.day}.{local.month}." if local.hour == 0 else f"{local:%H:%M}"
            x = frame.x(instant)
            at_the_edge = x > WIDTH - 2 * _FONT
            yield _text(x, HEIGHT - 9, label, "end" if at_the_edge else "middle")
        instant += timedelta(minutes=15) if local.minute else timedelta(hours=1)


def _bars(frame: _Frame, slots: Sequence[Slot], plan: Plan | None) -> Iterator[str]:
    """Draw each price; what of it is planned is filled."""
    planned = plan.slots if plan is not None else ()
    for slot in slots:
        yield _bar(frame, slot, _GROUND, 0.5)
        for each in planned:
            start, end = max(slot.start, each.start), min(slot.end, each.end)
            if start < end:
                yield _bar(frame, Slot(start, end, slot.value), _PLANNED, 1.0)


def _bar(frame: _Frame, slot: Slot, colour: str, opacity: float) -> str:
    x, x_end = frame.x(slot.start), frame.x(slot.end)
    top, bottom = sorted((frame.y(slot.value), frame.y(0.0)))
    width, height = max(0.5, x_end - x - 1), max(1.0, bottom - top)
    return (
        f'<rect x="{x:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'fill="{colour}" fill-opacity="{opacity:g}"/>'
    )


def _planned(frame: _Frame, plan: Plan | None) -> Iterator[str]:
    """Draw a strip for the planned times, which is there without prices too."""
    for slot in plan.slots if plan is not None else ():
        if slot.end > frame.start and slot.start < frame.end:
            x, x_end = frame.x(slot.start), frame.x(slot.end)
            yield (
                f'<rect x="{x:.1f}" y="{HEIGHT - _BOTTOM}" width="{max(1.0, x_end - x):.1f}" '
                f'height="5" fill="{_PLANNED}"/>'
            )


def _line(frame: _Frame, instant: datetime, colour: str) -> str:
    x = frame.x(instant)
    return (
        f'<line x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{HEIGHT - _BOTTOM}" '
        f'stroke="{colour}" stroke-width="2" stroke-dasharray="4 3"/>'
    )


def _text(x: float, y: float, content: str, anchor: str, *, weight: str = "400") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{_TEXT}" '
        f'font-weight="{weight}">{escape(content)}</text>'
    )
