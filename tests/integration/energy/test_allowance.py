"""How much, why, and whether to start."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from custom_components.evse_ocpp.energy.allowance import (
    Allowance,
    Choices,
    Mode,
    Occupancy,
    Reason,
    decide,
)

NOON = datetime(2026, 1, 10, 12, tzinfo=ZoneInfo("Europe/Rome"))
O = Occupancy  # noqa: E741
NIGHT = {"mode": Mode.WINDOW, "window_start": time(23), "window_stop": time(7)}
DAY = {"mode": Mode.WINDOW, "window_start": time(7), "window_stop": time(23)}


@pytest.mark.parametrize(
    ("choices", "occupancy", "asked", "allowance"),
    [
        ({}, O.CHARGING, False, Allowance(16, Reason.USER_LIMIT)),
        ({"limit_a": 6.0}, O.CHARGING, False, Allowance(6, Reason.USER_LIMIT)),
        ({"charging": False}, O.CHARGING, False, Allowance(0, Reason.PAUSED)),
        ({"charging": False} | NIGHT, O.CHARGING, False, Allowance(0, Reason.PAUSED)),
        (NIGHT, O.CHARGING, False, Allowance(0, Reason.WINDOW)),
        (DAY, O.CHARGING, False, Allowance(16, Reason.USER_LIMIT)),
        ({}, O.WAITING, False, Allowance(16, Reason.USER_LIMIT)),
        ({"free_charging": True}, O.WAITING, False, Allowance(16, Reason.USER_LIMIT, True)),
        ({"free_charging": True}, O.FINISHED, False, Allowance(16, Reason.USER_LIMIT)),
        ({"free_charging": True}, O.CHARGING, False, Allowance(16, Reason.USER_LIMIT)),
        ({"free_charging": True}, O.FREE, False, Allowance(16, Reason.USER_LIMIT)),
        ({"free_charging": True} | NIGHT, O.WAITING, False, Allowance(0, Reason.WINDOW)),
        ({"free_charging": True, "charging": False}, O.WAITING, False, Allowance(0, Reason.PAUSED)),
        ({}, O.WAITING, True, Allowance(16, Reason.USER_LIMIT, True)),
        ({}, O.FINISHED, True, Allowance(16, Reason.USER_LIMIT, True)),
        ({}, O.FREE, True, Allowance(16, Reason.USER_LIMIT)),
        ({}, O.OTHER, True, Allowance(16, Reason.USER_LIMIT)),
        (NIGHT, O.WAITING, True, Allowance(0, Reason.WINDOW)),
    ],
)
def test_decide(choices, occupancy, asked, allowance):
    assert decide(Choices(**choices), occupancy, start_asked=asked, local_now=NOON) == allowance


@pytest.mark.parametrize(
    ("chosen", "hours"),
    [
        ({}, []),
        (NIGHT, [23]),
        ({"boost_until": NOON.replace(hour=13)}, [13]),
        ({"boost_until": NOON.replace(hour=11)}, []),
        ({"boost_until": NOON.replace(hour=13)} | DAY, [13, 23]),
        (DAY | {"window_stop": time(7)}, []),  # it is always open
    ],
)
def test_when_a_choice_next_allows_something_else(chosen: dict, hours: list[int]) -> None:
    edges = Choices(**chosen).edges(NOON)
    assert [edge.astimezone(NOON.tzinfo).hour for edge in edges] == hours
