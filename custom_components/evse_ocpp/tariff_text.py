"""Fixed prices as people write them: one line for each, such as `Mo-Fr 22:00-06:00 0.21`. Pure.

A line without times holds all day, one without days on all of them, and of lines that hold at one
time the last counts: so the first may be the price alone, of all other times.

Days are the first letters of their names, in the language of Home Assistant or in English. A
decimal comma is as good as a full stop.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import time
from typing import Any

from .energy.tariff_windows import EVERY_DAY, TariffWindow

_DAYS: Mapping[str, tuple[str, ...]] = {
    "en": ("mo", "tu", "we", "th", "fr", "sa", "su"),
    "de": ("mo", "di", "mi", "do", "fr", "sa", "so"),
    "es": ("lu", "ma", "mi", "ju", "vi", "sá", "do"),
    "fr": ("lu", "ma", "me", "je", "ve", "sa", "di"),
    "it": ("lu", "ma", "me", "gi", "ve", "sa", "do"),
}
_LINE = re.compile(
    r"(?:(?P<days>[^\d\s][^\d]*?)\s+)?"
    r"(?:(?P<start>\d{1,2}:\d{2})\s*[-–]\s*(?P<stop>\d{1,2}:\d{2})\s+)?"
    r"(?P<price>-?\d+(?:[.,]\d+)?)"
)


class TariffTextError(ValueError):
    """A line that is no price. `key` is that of a text, `line` its number from 1, `told` what
    was wrong.
    """

    def __init__(self, key: str, line: int, told: str) -> None:
        super().__init__(f"line {line}: {key}: {told}")
        self.key, self.line, self.told = key, line, told


def parse(text: str, language: str) -> tuple[TariffWindow, ...]:
    """Read what somebody wrote; TariffTextError names the first line that is wrong."""
    return tuple(
        _window(line.strip(), number, language)
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip()
    )


def written(windows: Iterable[TariffWindow], language: str) -> str:
    """Write windows as `parse` reads them in that language."""
    names = [name.title() for name in _names(language)]
    return "\n".join(
        f"{_days_written(window.weekdays, names)}{_times_written(window)}{window.price:g}"
        for window in windows
    )


def stored(windows: Iterable[TariffWindow]) -> list[dict[str, Any]]:
    """Return windows as JSON values, for `windows_of`."""
    return [
        {
            "weekdays": sorted(window.weekdays),
            "start": window.start.isoformat(),
            "stop": window.stop.isoformat(),
            "price": window.price,
        }
        for window in windows
    ]


def windows_of(kept: Iterable[Mapping[str, Any]]) -> tuple[TariffWindow, ...]:
    """Return the windows that `stored` made these of."""
    return tuple(
        TariffWindow(
            each["price"],
            time.fromisoformat(each["start"]),
            time.fromisoformat(each["stop"]),
            frozenset(each["weekdays"]),
        )
        for each in kept
    )


def _names(language: str) -> tuple[str, ...]:
    return _DAYS.get(language.split("-", maxsplit=1)[0], _DAYS["en"])


def _window(line: str, number: int, language: str) -> TariffWindow:
    found = _LINE.fullmatch(line)
    if found is None:
        raise TariffTextError("tariff_line", number, line)
    days = _weekdays(found["days"], number, language)
    start, stop = (_time(found[edge], number) for edge in ("start", "stop"))
    return TariffWindow(float(found["price"].replace(",", ".")), start, stop, days)


def _time(told: str | None, number: int) -> time:
    if told is None:
        return time()
    hour, minute = (int(part) for part in told.split(":"))
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise TariffTextError("tariff_time", number, told)
    return time(hour % 24, minute)


def _weekdays(told: str | None, number: int, language: str) -> frozenset[int]:
    """Read days such as `Mo-Fr, Su`; a range may go over the end of the week."""
    if told is None:
        return EVERY_DAY
    days: set[int] = set()
    for part in re.split(r"[,\s]+", re.sub(r"\s*[-–]\s*", "-", told.strip(" ,"))):
        first, _, last = part.partition("-")
        start = _weekday(first, number, language)
        end = _weekday(last, number, language) if last else start
        days.update((start + step) % 7 for step in range((end - start) % 7 + 1))
    return frozenset(days)


def _weekday(told: str, number: int, language: str) -> int:
    name = told.casefold()[:2]
    for names in (_names(language), _DAYS["en"]):
        if name in names:
            return names.index(name)
    raise TariffTextError("tariff_day", number, told)


def _days_written(days: frozenset[int], names: list[str]) -> str:
    if days == EVERY_DAY:
        return ""
    inner = sorted(days)
    if len(inner) > 2 and inner == list(range(inner[0], inner[-1] + 1)):
        return f"{names[inner[0]]}-{names[inner[-1]]} "
    return ",".join(names[day] for day in inner) + " "


def _times_written(window: TariffWindow) -> str:
    if window.start == window.stop:
        return ""
    stop = "24:00" if window.stop == time() else f"{window.stop:%H:%M}"
    return f"{window.start:%H:%M}-{stop} "
