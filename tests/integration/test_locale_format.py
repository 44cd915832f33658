"""Numbers and times of documents in five languages."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from custom_components.evse_ocpp.locale_format import day, minute, number, rounded


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "1,234,567.50"),
        ("de", "1.234.567,50"),
        ("it", "1.234.567,50"),
        ("es", "1\u202f234\u202f567,50"),
        ("fr", "1\u202f234\u202f567,50"),
    ],
)
def test_number(language: str, shown: str) -> None:
    assert number(1234567.5, 2, language) == shown


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (-0.0001, 2, "0.00"),
        (999.9995, 3, "1,000.000"),
        (1234.4, 0, "1,234"),
        (Decimal("-3.255"), 2, "-3.26"),
        (0, 0, "0"),
    ],
)
def test_number_at_the_edges(value: float, decimals: int, shown: str) -> None:
    assert number(value, decimals, "en") == shown


@pytest.mark.parametrize(("value", "cents"), [(0.125, "0.13"), (2.675, "2.68"), (1.005, "1.01")])
def test_a_half_is_rounded_up_as_it_is_written(value: float, cents: str) -> None:
    assert str(rounded(value, 2)) == cents


@pytest.mark.parametrize(
    ("language", "shown"),
    [("en", "2026-10-02"), ("de", "02.10.2026"), ("it", "02/10/2026"), ("fr", "02/10/2026")],
)
def test_day(language: str, shown: str) -> None:
    at = datetime(2026, 10, 2, 7, 5, tzinfo=UTC)
    assert day(at, language) == shown
    assert minute(at, language) == f"{shown} 07:05"
