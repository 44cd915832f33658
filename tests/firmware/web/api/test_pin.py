"""The PIN on the panel: five minutes, five tries, one at a time."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.web.api.pin import (
    DIGITS,
    LONGEST_WAIT_S,
    TRIES,
    VALID_S,
    Pin,
    PinShown,
    PinWaitError,
    tried,
)
from tests.firmware.core.bench import DETERMINISTIC

RIGHT = "123456"


class Panel:
    """Shows a PIN, on a watch of its own."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.shown: list[str] = []
        self.pin = PinShown(lambda: self.now_s, self.shown.append)

    def wrong(self) -> str:
        return "000000" if self.shown[-1] != "000000" else "000001"


@pytest.fixture
async def panel() -> Panel:
    return Panel()


async def test_it_is_shown_and_good_once(panel: Panel) -> None:
    assert panel.pin.ask() == VALID_S
    (pin,) = panel.shown
    assert len(pin) == DIGITS
    assert pin.isdecimal()
    assert not panel.pin.matches(panel.wrong())
    assert panel.pin.matches(pin)
    assert panel.shown[-1] == ""
    assert not panel.pin.matches(pin)
    assert panel.pin.ends_in_s is None


async def test_who_asks_again_sees_the_same(panel: Panel) -> None:
    panel.pin.ask()
    panel.now_s += 60
    assert panel.pin.ask() == VALID_S - 60
    assert len(panel.shown) == 1


async def test_after_five_tries_there_is_none_until_its_time_is_over(panel: Panel) -> None:
    panel.pin.ask()
    pin = panel.shown[-1]
    for _ in range(TRIES):
        assert not panel.pin.matches("000000" if pin != "000000" else "000001")
    assert panel.shown[-1] == ""
    assert not panel.pin.matches(pin)
    with pytest.raises(PinWaitError) as refused:
        panel.pin.ask()
    assert refused.value.wait_s == VALID_S
    panel.now_s += VALID_S
    assert panel.pin.ask() == VALID_S


async def test_it_is_over_after_five_minutes(panel: Panel) -> None:
    panel.pin.ask()
    pin = panel.shown[-1]
    panel.now_s += VALID_S
    assert panel.pin.ends_in_s is None
    assert not panel.pin.matches(pin)
    panel.pin._over(pin)
    assert panel.shown[-1] == ""


async def test_a_year_of_guessing_is_in_vain(panel: Panel) -> None:
    """Five tries in five minutes without end were even odds within two years."""
    tries, year_s = 0, 365 * 86_400.0
    while panel.now_s < year_s:
        try:
            panel.pin.ask()
        except PinWaitError as error:
            panel.now_s += error.wait_s
            continue
        # Four, so that the PIN is never tried out.
        for _ in range(TRIES - 1):
            assert not panel.pin.matches(panel.wrong())
            tries += 1
        panel.now_s += VALID_S
    assert tries < 10**DIGITS / 100


async def test_who_gets_it_right_begins_anew(panel: Panel) -> None:
    for _ in range(4):
        panel.pin.ask()
        panel.pin.matches(panel.wrong())
        panel.now_s += LONGEST_WAIT_S + VALID_S
    panel.pin.ask()
    panel.pin.matches(panel.wrong())
    assert panel.pin.matches(panel.shown[-1])
    panel.now_s += VALID_S
    assert panel.pin.ask() == VALID_S


async def test_a_mistyped_pin_costs_nothing(panel: Panel) -> None:
    """And a second one: only from then on it is longer in coming."""
    waits = []
    for _ in range(4):
        panel.pin.ask()
        panel.pin.matches(panel.wrong())
        panel.now_s += VALID_S
        with contextlib.suppress(PinWaitError):
            panel.pin.ask()
            waits.append(0.0)
            continue
        with pytest.raises(PinWaitError) as refused:
            panel.pin.ask()
        waits.append(refused.value.wait_s)
        panel.now_s += refused.value.wait_s
    assert waits == [0.0, 3 * VALID_S, 7 * VALID_S, 15 * VALID_S]


@DETERMINISTIC
@given(st.lists(st.tuples(st.text("0123456789", min_size=6, max_size=6), st.floats(0, 600))))
def test_no_more_than_five_guesses_are_ever_looked_at(guesses: list[tuple[str, float]]) -> None:
    pin, judged = Pin(RIGHT, VALID_S), 0
    for digits, now_s in sorted(guesses, key=lambda guess: guess[1]):
        held = pin.holds(now_s)
        pin, right = tried(pin, digits, now_s)
        assert right == (held and digits == RIGHT)
        judged += held
    assert judged <= TRIES
