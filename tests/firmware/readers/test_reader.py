"""When a card has come, and when it still lies there."""

import pytest

from evse.readers.reader import Presence


@pytest.mark.parametrize(
    ("history", "came"),
    [
        # (s, UID or None for an empty field) → the instants at which a card has come
        ([(0, "A"), (0.1, "A"), (0.2, "A"), (60, None)], [0]),
        ([(0, "A"), (1.9, "A"), (3.8, "A")], [0]),  # seldom looked
        ([(0, "A"), (0.1, None), (0.2, "A")], [0]),  # missed once at the edge of the field
        ([(0, "A"), (0.1, None), (0.5, None), (0.59, "A")], [0]),
        ([(0, "A"), (0.1, None), (0.5, None), (0.6, "A")], [0, 0.6]),
        ([(0, "A"), (0.1, "B"), (0.2, "B"), (0.3, "A")], [0, 0.1, 0.3]),
        ([(0, "A"), (1.99, "A"), (4, "A")], [0, 4]),  # the reader was silent
        ([(0, "A"), (0.4, None), (0.5, "A"), (0.8, None), (1.2, "A")], [0]),
    ],
)
def test_a_card_counts_once_while_it_lies_there(
    history: list[tuple[float, str | None]], came: list[float]
) -> None:
    presence = Presence()
    found = []
    for at_s, uid in history:
        if uid is None:
            presence.empty(100 + at_s)
        elif presence.seen(uid, 100 + at_s):
            found.append(at_s)
    assert found == came
