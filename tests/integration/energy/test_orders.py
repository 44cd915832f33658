"""What a charger is told, when: leases are renewed in time, starts wait and give up."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from custom_components.evse_ocpp.central.control import Control, Method, PauseBy, Purpose
from custom_components.evse_ocpp.energy.allowance import Choices, Occupancy, Reason
from custom_components.evse_ocpp.energy.model import Grant
from custom_components.evse_ocpp.energy.orders import (
    MAX_STARTS,
    ChargerFacts,
    ConnectorFacts,
    Ledger,
    SetFallback,
    SetFreeCharging,
    SetLease,
    Start,
    Stop,
    follow,
    orders,
)

NOON = datetime(2026, 1, 10, 12, tzinfo=ZoneInfo("Europe/Rome"))
CHARGING = ConnectorFacts(1, Occupancy.CHARGING, 7)
WAITING = ConnectorFacts(1, Occupancy.WAITING)
FINISHED = ConnectorFacts(1, Occupancy.FINISHED)
FREE = ConnectorFacts(1, Occupancy.FREE)


class Story:
    def __init__(self) -> None:
        self.ledger = Ledger()

    def at(self, now_s, connector, *, own_free_charging=None, take=True, **choices):
        """Return the orders at `now_s`, and take them as done."""
        charger = ChargerFacts((connector,), 6.0, own_free_charging)
        chosen = Choices(**choices)
        follow(self.ledger, charger, chosen, NOON, now_s)
        due = list(
            orders(
                self.ledger,
                charger,
                chosen,
                fallback_a=6.0,
                lease_s=180,
                local_now=NOON,
                now_s=now_s,
            )
        )
        for order in due if take else []:
            self.ledger.done(order, now_s)
        return due


@pytest.fixture
def story():
    return Story()


def test_a_lease_is_renewed_at_a_third_of_its_time(story):
    lease = [SetLease(1, 16, 7)]
    due = {now_s: story.at(now_s, CHARGING) for now_s in (0, 1, 59, 60, 61, 119, 120)}
    assert due == {0: lease, 1: [], 59: [], 60: lease, 61: [], 119: [], 120: lease}


def test_a_lease_that_was_not_taken_stays_due(story):
    assert story.at(0, CHARGING, take=False) == story.at(1, CHARGING) != []


@pytest.mark.parametrize(
    ("connector", "choices", "lease"),
    [
        (CHARGING, {"limit_a": 10.0}, SetLease(1, 10, 7)),
        (CHARGING, {"charging": False}, SetLease(1, 0, 7)),
        (ConnectorFacts(1, Occupancy.CHARGING, 8), {}, SetLease(1, 16, 8)),
    ],
)
def test_every_change_is_told_at_once(story, connector, choices, lease):
    story.at(0, CHARGING)
    assert story.at(1, connector, **choices) == [lease]


@pytest.mark.parametrize("connector", [CHARGING, WAITING])
@pytest.mark.parametrize(("max_current_a", "limit_a"), [(10.0, 10.0), (16.0, 16.0), (32.0, 16.0)])
def test_no_order_exceeds_the_maximum_current(connector, max_current_a, limit_a):
    charger = ChargerFacts((connector,), 6.0, max_current_a=max_current_a)
    ledger = Ledger()
    ledger.ask_start(charger)
    [order] = orders(
        ledger, charger, Choices(), fallback_a=6.0, lease_s=180, local_now=NOON, now_s=0
    )
    assert order.limit_a == limit_a


def test_a_new_link_gets_its_lease_again(story):
    story.at(0, CHARGING)
    story.ledger.link_lost()
    assert story.at(1, CHARGING) == [SetLease(1, 16, 7)]


def test_free_charging_gives_the_wallbox_time_to_start_by_itself(story):
    due = {now_s: story.at(now_s, WAITING, free_charging=True) for now_s in (0, 5, 9.9, 10)}
    assert due == {0: [], 5: [], 9.9: [], 10: [Start(1, 16)]}


def test_the_wallbox_own_free_charging_is_left_to_it(story):
    for own in (True, False):
        for now_s in (0, 100):
            assert story.at(now_s, WAITING, own_free_charging=own, free_charging=True) == []


def test_a_start_is_tried_a_few_times_for_one_plug(story):
    starts = [now_s for now_s in range(1000) if story.at(now_s, WAITING, free_charging=True)]
    assert starts == [10, 70, 130]
    assert len(starts) == MAX_STARTS
    story.at(1000, FREE, free_charging=True)
    assert [s for s in range(1001, 1020) if story.at(s, WAITING, free_charging=True)] == [1011]


@pytest.mark.parametrize("connector", [WAITING, FINISHED])
def test_a_start_which_the_user_asks_for_is_due_at_once(story, connector):
    story.at(0, connector)
    story.ledger.ask_start(ChargerFacts((connector,)))
    assert story.at(1, connector) == [Start(1, 16)]


@pytest.mark.parametrize("end", [FREE, CHARGING])
def test_the_users_wish_ends_with_the_plug_or_the_start(story, end):
    story.ledger.ask_start(ChargerFacts((WAITING,)))
    story.at(0, end)
    assert story.at(100, FINISHED) == []


def test_the_users_wish_ends_with_a_pause(story):
    story.ledger.ask_start(ChargerFacts((WAITING,)))
    story.at(0, WAITING, charging=False)
    assert story.at(100, WAITING) == []


def test_a_switch_of_free_charging_is_sent_once(story):
    story.ledger.free_charging_unsent = True
    assert story.at(0, FREE, free_charging=True) == []
    due = story.at(1, FREE, own_free_charging=False, free_charging=True)
    assert due == [SetFreeCharging(on=True)]
    assert story.at(2, FREE, own_free_charging=True, free_charging=True) == []


@pytest.mark.parametrize(
    ("charger", "due"),
    [
        (ChargerFacts((FREE,), None), [SetFallback(6.0)]),
        (ChargerFacts((FREE,), 10.0), [SetFallback(6.0)]),
        (ChargerFacts((FREE,), 6.0), []),
        (ChargerFacts((), None), []),
    ],
)
def test_the_fallback_is_written_only_when_different(charger, due):
    told = orders(
        Ledger(), charger, Choices(), fallback_a=6.0, lease_s=180, local_now=NOON, now_s=0
    )
    assert list(told) == due


def test_the_fallback_is_written_before_a_start(story):
    charger = ChargerFacts((WAITING,), None)
    chosen = Choices(free_charging=True)
    for now_s in (0, 10):
        follow(story.ledger, charger, chosen, NOON, now_s)
    due = orders(
        story.ledger, charger, chosen, fallback_a=6.0, lease_s=180, local_now=NOON, now_s=10
    )
    assert list(due) == [SetFallback(6.0), Start(1, 16)]


@pytest.mark.parametrize(
    ("pause", "granted_a", "told"),
    [
        (PauseBy.REMOTE_STOP, (10.0, 8.0), [SetLease(1, 8.0, 7), SetLease(2, 8.0, 8)]),
        (PauseBy.REMOTE_STOP, (10.0, 0.0), [SetLease(1, 10.0, 7), Stop(2, 8)]),
        (PauseBy.NOTHING, (10.0, 0.0), []),  # the standing 6 A
    ],
)
def test_trap_3_two_sessions_with_one_place_for_limits_have_the_least(pause, granted_a, told):
    """Each would overwrite the limit of the other, turn by turn: too much, and kept in flash."""
    slot = Method(Purpose.TX_DEFAULT_PROFILE)
    control = Control(slot, slot, pause, lease_ends_itself=False)
    first, second = (ConnectorFacts(each, Occupancy.CHARGING, 6 + each) for each in (1, 2))
    grants = {each: Grant(amps, Reason.SHARING) for each, amps in enumerate(granted_a, 1)}
    ledger, standing_a, due = Ledger(), 6.0, []
    for now_s in range(3):
        charger = ChargerFacts((first, second), standing_a, control=control, grants=grants)
        follow(ledger, charger, Choices(), NOON, now_s)
        times = {"fallback_a": 6.0, "lease_s": 180, "local_now": NOON, "now_s": now_s}
        for order in orders(ledger, charger, Choices(), **times):
            due.append(order)
            ledger.done(order, now_s)
            standing_a = order.limit_a if isinstance(order, SetLease) else standing_a
    assert sorted(due, key=str) == told
