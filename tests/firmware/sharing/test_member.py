"""A member believes only what is fresh and meant for it; alone it has its agreed share (I18)."""

from dataclasses import replace

import pytest

from evse.core import timing
from evse.core.limits import Source
from evse.sharing import member
from evse.sharing.allocation import Asks
from evse.sharing.connector import ConnectorSettings, Need
from evse.sharing.member import TWO_MASTERS_S, MemberSettings, MemberState
from evse.sharing.messages import LEASE_S, ConnectorGrant, Grant

SETTINGS = MemberSettings(2, (ConnectorSettings(guaranteed_a=6.0),))
NEED = Need(Asks.CHARGING, 32.0)
L1_ONLY = (True, False, False)
E1, E2, E3 = 11, 22, 33


class Member:
    """A member that reports each second; the test plays the masters."""

    def __init__(self, settings=SETTINGS, boot=7):
        self.settings = settings
        self.now_s = 100.0
        self.state = MemberState.initial(settings, boot)
        self.needs = (NEED,) * len(settings.connectors)
        self.report = None
        self.second()

    def second(self, seconds=1.0):
        self.now_s += seconds
        self.state, self.report = member.turn(self.state, self.needs, self.now_s, self.settings)
        return self.report

    def grant(self, amps, sequence=1, epoch=E1, **values):
        """A grant that answers the newest report."""
        connectors = (ConnectorGrant(amps),) * len(self.settings.connectors)
        values = {"boot": self.report.boot, "counter": self.report.counter} | values
        return Grant(
            1, 2, epoch, sequence, connectors=values.pop("connectors", connectors), **values
        )

    def take(self, grant):
        self.state = member.on_grant(self.state, grant, self.now_s, self.settings)
        return self.share()

    def share(self, connector=1):
        limit = member.share(self.state, connector, self.now_s, self.settings)
        return limit.amps_at(self.now_s)

    def source(self):
        return member.share(self.state, 1, self.now_s, self.settings).source


def test_i18_without_a_grant_the_agreed_share_holds():
    box = Member()
    limit = member.share(box.state, 1, box.now_s, SETTINGS)
    assert (limit.source, limit.amps, limit.amps_at(1e9)) == (Source.SHARING_LOST, 6.0, 6.0)
    assert box.report.alone


def test_a_grant_is_a_lease_from_the_report_that_it_answers():
    box = Member()
    answered_at_s, grant = box.now_s, box.grant(16.0)
    box.second(4.0)
    assert box.take(grant) == 16.0
    limit = member.share(box.state, 1, box.now_s, SETTINGS)
    assert limit.source is Source.SHARING
    assert limit.expires_at_s == answered_at_s + LEASE_S
    assert limit.amps_at(answered_at_s + LEASE_S - 0.001) == 16.0
    assert limit.amps_at(answered_at_s + LEASE_S) == 6.0
    assert not box.second().alone


@pytest.mark.parametrize("late_s", [0.0, 3.0, 9.0])
def test_i18_no_delay_prolongs_a_lease(late_s):
    box = Member()
    sent_at_s, grant = box.now_s, box.grant(16.0)
    box.now_s += late_s
    assert box.take(grant) == 16.0
    box.now_s = sent_at_s + LEASE_S
    assert (box.share(), box.source()) == (6.0, Source.SHARING_LOST)


def test_i18_a_grant_that_comes_after_its_lease_is_worth_nothing():
    box = Member()
    grant = box.grant(16.0)
    for _ in range(11):
        box.second()
    assert box.take(grant) == 6.0
    assert box.source() is Source.SHARING_LOST


@pytest.mark.parametrize(
    "changes",
    [
        {"unit": 3},
        {"boot": 8},
        {"counter": 99},
        {"counter": 0},
        {"boot": 0, "counter": 0},
    ],
)
def test_what_answers_no_report_of_ours_is_not_taken(changes):
    box = Member()
    assert box.take(replace(box.grant(16.0), **changes)) == 6.0


def test_a_restart_forgets_all_that_was_granted_before():
    box = Member()
    grant = box.grant(16.0)
    assert box.take(grant) == 16.0
    box = Member(boot=8)
    assert box.take(grant) == 6.0


def test_repeated_and_reordered_grants_change_nothing():
    box = Member()
    first, second, third = (box.grant(a, n) for n, a in ((1, 16.0), (2, 10.0), (3, 20.0)))
    assert box.take(second) == 10.0
    assert box.take(first) == 10.0
    assert box.take(second) == 10.0
    assert box.take(third) == 20.0
    assert box.take(second) == 20.0


def test_hold_is_heard_and_neither_gives_nor_prolongs():
    box = Member()
    assert box.take(box.grant(16.0, 1)) == 16.0
    until_s = box.state.until_s
    box.second(2.0)
    assert box.take(box.grant(32.0, 2, hold=True)) == 16.0
    assert box.state.until_s == until_s
    assert (box.second().epoch, box.report.sequence) == (E1, 2)


def test_what_a_car_may_draw_counts_until_it_has_followed():
    box = Member()
    box.take(box.grant(16.0, 1))
    assert box.second().connectors[0].drawing_a == (16.0,) * 3
    box.take(box.grant(10.0, 2))
    box.second(timing.EV_FOLLOW_S - 0.1)
    assert box.report.connectors[0].drawing_a == (16.0,) * 3
    box.take(box.grant(10.0, 3))
    assert box.second(0.2).connectors[0].drawing_a == (10.0,) * 3


def test_a_grant_for_one_phase_is_no_grant_for_three():
    """The car was changed since the master was told: the agreed share holds until it knows."""
    box = Member()
    box.needs = (replace(NEED, used=L1_ONLY),)
    box.second()
    one_phase = (ConnectorGrant(16.0, L1_ONLY),)
    for sequence in range(1, 10):
        box.second()
        assert box.take(box.grant(0.0, sequence, connectors=one_phase)) == 16.0
    assert box.second().connectors[0].drawing_a == (16.0, 0.0, 0.0)
    box.needs = (NEED,)
    box.second()
    assert box.share() == 6.0
    assert box.report.connectors[0].drawing_a == (16.0, 6.0, 6.0)
    assert box.take(box.grant(12.0, 20)) == 12.0


def test_two_connectors_have_each_their_own():
    settings = MemberSettings(2, (ConnectorSettings(), ConnectorSettings(guaranteed_a=8.0)))
    box = Member(settings)
    assert (box.share(1), box.share(2)) == (0.0, 8.0)
    both = (ConnectorGrant(10.0), ConnectorGrant(0.0))
    box.take(box.grant(0.0, connectors=both))
    assert (box.share(1), box.share(2)) == (10.0, 0.0)
    # A master that knows of one connector only has granted nothing to the other.
    box.take(box.grant(0.0, 2, connectors=both[:1]))
    assert (box.share(1), box.share(2)) == (10.0, 0.0)


# ------------------------------------------------------------------- masters that change


def test_a_master_that_restarts_is_followed_and_what_it_granted_before_stays():
    box = Member()
    box.take(box.grant(16.0, 900))
    box.second()
    assert box.take(box.grant(0.0, 1, E2, hold=True)) == 16.0
    assert (box.second().epoch, box.report.two_masters) == (E2, False)
    assert box.take(box.grant(12.0, 2, E2)) == 12.0


def test_late_words_of_a_master_that_was_left_are_no_news():
    box = Member()
    box.take(box.grant(16.0, 900))
    box.second()
    late = box.grant(32.0, 901)  # written to this report, before the other master began
    assert box.take(box.grant(10.0, 1, E2)) == 10.0
    assert box.take(late) == 10.0
    assert not box.second().two_masters


def test_i19_a_master_that_was_left_and_still_answers_proves_that_there_are_two():
    box = Member()
    box.take(box.grant(16.0, 1))
    box.second()
    box.take(box.grant(10.0, 1, E2))
    box.second()
    assert box.take(box.grant(16.0, 2, E1)) == 6.0
    assert box.source() is Source.SHARING_LOST
    assert box.second().two_masters
    assert box.take(box.grant(10.0, 2, E2)) == 6.0
    assert box.take(box.grant(10.0, 3, E2)) == 6.0
    # Only one is heard any more: it is obeyed when the other has been silent for long enough.
    for number in range(round(TWO_MASTERS_S)):
        box.second()
        assert box.take(box.grant(10.0, 4 + number, E2)) == (6.0 if number < 29 else 10.0)
    assert not box.second().two_masters


def test_i19_a_third_master_is_no_way_out():
    box = Member()
    for epoch in (E1, E2, E3, E1):
        box.second()
        box.take(box.grant(16.0, 5, epoch))
    assert box.share() == 6.0
    assert box.second().two_masters


def test_i19_a_master_that_hears_another_grants_nothing():
    box = Member()
    box.take(box.grant(16.0, 1))
    box.second()
    assert box.take(box.grant(0.0, 2, hold=True, two_masters=True)) == 6.0
    # Only what it has heard itself makes a member say so, or two masters would never be over.
    assert not box.second().two_masters


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: MemberSettings(0), "unit: came 0, allowed: 1 to 32"),
        (lambda: MemberSettings(33), "unit: came 33"),
        (lambda: MemberSettings(2, ()), "connectors: came 0, allowed: 1 or 2"),
        (lambda: MemberState.initial(SETTINGS, 0), "boot: came 0, allowed: 1 to"),
        (lambda: ConnectorSettings(guaranteed_a=5.0), r"guaranteed_a: came 5\.0 A, allowed: 0, or"),
        (lambda: ConnectorSettings(guaranteed_a=6.2), "steps of 0.5"),
        (lambda: ConnectorSettings(rotation=6), "rotation: came 6"),
        (lambda: ConnectorSettings(wired=(False, False, False)), "wired: no terminal"),
        (lambda: ConnectorSettings(priority=16), "priority: came 16, allowed: 0 to 15"),
    ],
)
def test_settings_that_cannot_be_are_refused(make, says):
    with pytest.raises(ValueError, match=says):
        make()
