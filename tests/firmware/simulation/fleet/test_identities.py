"""Who the charge points are."""

import pytest

from evse.simulation.fleet.identities import identities, password_of, passwords


@pytest.mark.parametrize(
    ("pattern", "made"),
    [("box-{n}", ["box-1", "box-2"]), ("{n:04}", ["0001", "0002"])],
)
def test_a_pattern_numbers_them(pattern: str, made: list[str]) -> None:
    assert identities(pattern, 2) == made


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("box", "no {n}"),
        ("box-{m}", "allowed is a text with {n}"),
        ("box-{n", "allowed is a text with {n}"),
        ("box-{}", "allowed is a text with {n}"),
        ("a/{n}", "no identity may have"),
        ("a:{n}", "no identity may have"),
    ],
)
def test_a_pattern_that_makes_no_identities_is_refused(pattern: str, why: str) -> None:
    with pytest.raises(ValueError, match="--identity") as caught:
        identities(pattern, 2)
    assert why in str(caught.value)


def test_passwords_come_from_a_file() -> None:
    known = passwords("# ours\n\nbox-1:se:cret\n*:others\n")
    assert password_of("box-1", known, "x") == "se:cret"
    assert password_of("box-2", known, "x") == "others"
    assert password_of("box-2", {}, "x") == "x"
    assert password_of("box-2", {}, None) is None


@pytest.mark.parametrize("line", ["box-1", ":secret", "box-1:"])
def test_a_line_without_a_password_is_named(line: str) -> None:
    with pytest.raises(ValueError, match="line 2 is not identity:password"):
        passwords(f"a:b\n{line}\n")
