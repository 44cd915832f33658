"""Versions in their order, and which Python fits."""

from itertools import pairwise

import pytest

from evse.update.versions import Version, python_fits

IN_ORDER = [
    "0.9.9",
    "0.10.0.dev1",
    "0.10.0a1",
    "0.10.0b2",
    "0.10.0rc1",
    "0.10.0",
    "0.10.1",
    "1.0.0",
]


@pytest.mark.parametrize(("older", "newer"), [*pairwise(IN_ORDER)])
def test_the_order_is_that_of_numbers_and_stages(older: str, newer: str) -> None:
    assert Version(older) < Version(newer)
    assert Version(newer) >= Version(older)
    assert Version(older) != Version(newer)


@pytest.mark.parametrize(
    "text", ["", "1", "1.2", "1.2.3.4", "v1.2.3", "1.2.3-rc1", "1.2.3 ", "1.2.x"]
)
def test_what_is_no_version_is_said(text: str) -> None:
    with pytest.raises(ValueError, match=r"version: came .*, allowed a version as 1\.2\.3"):
        Version(text)


@pytest.mark.parametrize(
    ("requirement", "python", "fits"),
    [
        (">=3.11", (3, 11), True),
        (">=3.11", (3, 10), False),
        (">=3.11,<3.12", (3, 11), True),
        (">=3.11,<3.12", (3, 12), False),
        (">=3.9", (3, 14), True),
    ],
)
def test_which_python_fits(requirement: str, python: tuple[int, int], fits: bool) -> None:
    assert python_fits(requirement, python) is fits


def test_a_requirement_of_another_form() -> None:
    with pytest.raises(ValueError, match=r"requires_python: came '~=3\.11'"):
        python_fits("~=3.11", (3, 11))
