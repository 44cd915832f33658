"""Fixed prices as people write them, in five languages."""

from datetime import time

import pytest

from custom_components.evse_ocpp.energy.tariff_windows import EVERY_DAY, TariffWindow
from custom_components.evse_ocpp.tariff_text import (
    TariffTextError,
    parse,
    stored,
    windows_of,
    written,
)

WEEK = frozenset(range(5))


@pytest.mark.parametrize(
    ("text", "language", "window"),
    [
        ("0.32", "en", TariffWindow(0.32)),
        ("-0,05", "de", TariffWindow(-0.05)),
        ("Mo-Fr 22:00-06:00 0.21", "en", TariffWindow(0.21, time(22), time(6), WEEK)),
        ("Lun – Ven 22:00 – 6:00 0,21", "fr", TariffWindow(0.21, time(22), time(6), WEEK)),
        ("Monday-Friday 0.21", "de", TariffWindow(0.21, weekdays=WEEK)),
        ("Di, Do 0.2", "de", TariffWindow(0.2, weekdays=frozenset({1, 3}))),
        ("Di 0.2", "fr", TariffWindow(0.2, weekdays=frozenset({6}))),
        ("Do 0.2", "it-IT", TariffWindow(0.2, weekdays=frozenset({6}))),
        ("sábado,sab 0.2", "es", TariffWindow(0.2, weekdays=frozenset({5}))),
        ("Sa-Mo 0.2", "en", TariffWindow(0.2, weekdays=frozenset({5, 6, 0}))),
        ("12:00-24:00 0.3", "en", TariffWindow(0.3, time(12))),
    ],
)
def test_a_line_is_a_window(text: str, language: str, window: TariffWindow) -> None:
    assert parse(f"\n  {text} \n", language) == (window,)


@pytest.mark.parametrize("language", ["en", "de", "it", "es", "fr", "pl"])
def test_what_is_written_reads_the_same(language: str) -> None:
    windows = (
        TariffWindow(0.32),
        TariffWindow(0.21, time(22), time(6), WEEK),
        TariffWindow(0.25, time(12), time(0), frozenset({5, 6})),
        TariffWindow(-0.01, weekdays=frozenset({1, 3})),
    )
    assert parse(written(windows, language), language) == windows
    assert windows_of(stored(windows)) == windows


def test_every_day_needs_no_word() -> None:
    assert written([TariffWindow(0.3, time(1), time(2), EVERY_DAY)], "en") == "01:00-02:00 0.3"


@pytest.mark.parametrize(
    ("text", "key", "line", "told"),
    [
        ("0.3\ncheap", "tariff_line", 2, "cheap"),
        ("22:00 0.3", "tariff_line", 1, "22:00 0.3"),
        ("25:00-6:00 0.3", "tariff_time", 1, "25:00"),
        ("1:00-6:61 0.3", "tariff_time", 1, "6:61"),
        ("1:00-24:30 0.3", "tariff_time", 1, "24:30"),
        ("0.3\n\nMo-Xx 0.3", "tariff_day", 3, "Xx"),
    ],
)
def test_what_is_wrong_is_named(text: str, key: str, line: int, told: str) -> None:
    with pytest.raises(TariffTextError) as caught:
        parse(text, "en")
    assert (caught.value.key, caught.value.line, caught.value.told) == (key, line, told)
