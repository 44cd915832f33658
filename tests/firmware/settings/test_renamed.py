"""Saved values and files of older versions, and of newer ones."""

import pytest

from evse.settings.renamed import VERSION_KEY, forwards, version_of

RENAMED = {2: {"a.old": "a.middle"}, 3: {"a.middle": "a.new", "b.old": "b.new"}}


@pytest.mark.parametrize(
    ("values", "moved"),
    [
        ({}, {}),
        ({"a.old": 1, "c": 2}, {"a.new": 1, "c": 2}),
        ({"a.middle": 1, VERSION_KEY: 2}, {"a.new": 1}),
        ({"a.old": 1, VERSION_KEY: 2}, {}),  # already moved; an older program left it there
        ({"a.old": 1, "a.new": 2, VERSION_KEY: 3}, {"a.new": 2}),
        ({"a.old": 1, "a.new": 2}, {"a.new": 2}),
        ({"b.old": 1, VERSION_KEY: 99}, {}),
        ({"b.old": 1, VERSION_KEY: "nonsense"}, {"b.new": 1}),
    ],
)
def test_values_move_to_the_keys_of_today(
    values: dict[str, object], moved: dict[str, object]
) -> None:
    """The newer key wins; a version that is none is the first."""
    assert forwards(values, RENAMED) == moved


@pytest.mark.parametrize(("said", "version"), [(2, 2), (True, 1), ("3", 1), (None, 1)])
def test_what_says_no_version_is_of_the_first(said: object, version: int) -> None:
    assert version_of({VERSION_KEY: said}) == version
    assert version_of({}) == 1
