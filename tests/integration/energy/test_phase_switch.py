"""Rows 43 and 44 of charger-quirks: phases are switched without current, or not at all."""

import pytest

from custom_components.evse_ocpp.energy.phase_switch import REST_S, PhaseSwitch


def test_row_44_it_rests_for_ten_seconds_before_it_is_switched() -> None:
    switch = PhaseSwitch()
    assert switch.is_due(1, 3)
    for now_s in range(int(REST_S)):
        switch.follow(1, 3, paused=True, now_s=now_s)
        assert switch.told is None
    switch.follow(1, 3, paused=True, now_s=REST_S)
    assert switch.told == 1
    assert not switch.is_due(1, 3)
    assert switch.is_due(3, 3)


def test_current_in_between_begins_the_rest_anew() -> None:
    switch = PhaseSwitch()
    switch.follow(1, 3, paused=True, now_s=0)
    switch.follow(1, 3, paused=False, now_s=5)
    switch.follow(1, 3, paused=True, now_s=6)
    switch.follow(1, 3, paused=True, now_s=12)
    assert switch.told is None


@pytest.mark.parametrize("wanted", [None, 3])
def test_nothing_is_switched_without_need(wanted: int | None) -> None:
    switch = PhaseSwitch()
    for now_s in (0, 60):
        switch.follow(wanted, 3, paused=True, now_s=now_s)
    assert switch.told is None
    assert not switch.is_due(wanted, 3)


def test_after_a_lost_link_nobody_knows() -> None:
    switch = PhaseSwitch(told=1)
    switch.over()
    assert switch.is_due(1, 3)
