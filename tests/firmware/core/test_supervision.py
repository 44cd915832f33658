"""The ledger of faults, one row a rule: confirmed, raised, ended."""

import pytest

from evse.core.faults import LATCHED, RULES, Clears, Fault
from evse.core.supervision import Ledger, acknowledge, restored, supervise

SELF_CLEARING = [fault for fault in Fault if RULES[fault].clears is Clears.ITSELF]
UNPLUG_CLEARING = [fault for fault in Fault if RULES[fault].clears is Clears.UNPLUG]


def raised(fault):
    """A ledger in which the fault is in force and its condition gone since 100 s."""
    return Ledger(raised={fault: 90.0}, good={fault: 100.0})


@pytest.mark.parametrize("fault", Fault)
def test_a_condition_is_a_fault_when_it_lasted(fault):
    confirm_s = RULES[fault].confirm_s
    first = supervise(Ledger(), frozenset({fault}), plugged=True, now_s=10.0)
    assert (fault in first.raised) is (confirm_s == 0)
    if confirm_s:
        early = supervise(
            first.ledger, frozenset({fault}), plugged=True, now_s=10.0 + confirm_s - 0.001
        )
        assert early.raised == ()
        late = supervise(
            early.ledger, frozenset({fault}), plugged=True, now_s=10.0 + confirm_s + 0.001
        )
        assert late.raised == (fault,)
        assert late.ledger.raised == {fault: 10.0 + confirm_s + 0.001}


@pytest.mark.parametrize("fault", [fault for fault in Fault if RULES[fault].confirm_s])
def test_an_interrupted_condition_starts_anew(fault):
    confirm_s = RULES[fault].confirm_s
    present = frozenset({fault})
    ledger = supervise(Ledger(), present, plugged=True, now_s=0.0).ledger
    ledger = supervise(ledger, frozenset(), plugged=True, now_s=confirm_s / 2).ledger
    ledger = supervise(ledger, present, plugged=True, now_s=confirm_s).ledger
    assert supervise(ledger, present, plugged=True, now_s=confirm_s * 1.9).raised == ()


@pytest.mark.parametrize("fault", SELF_CLEARING)
def test_a_fault_that_ends_by_itself_needs_its_good_time(fault):
    good_for_s = RULES[fault].good_for_s
    if good_for_s:
        early = supervise(
            raised(fault), frozenset(), plugged=True, now_s=100.0 + good_for_s - 0.001
        )
        assert early.cleared == ()
    late = supervise(raised(fault), frozenset(), plugged=True, now_s=100.0 + good_for_s)
    assert late.cleared == (fault,)
    assert late.ledger == Ledger()


@pytest.mark.parametrize("fault", SELF_CLEARING)
def test_a_relapse_starts_the_good_time_anew(fault):
    relapsed = supervise(raised(fault), frozenset({fault}), plugged=True, now_s=1000.0)
    assert relapsed.cleared == ()
    assert relapsed.ledger.good == {}


@pytest.mark.parametrize("fault", UNPLUG_CLEARING)
def test_a_fault_of_the_plug_ends_when_it_is_out(fault):
    assert supervise(raised(fault), frozenset(), plugged=True, now_s=1e6).cleared == ()
    assert supervise(raised(fault), frozenset(), plugged=False, now_s=101.0).cleared == (fault,)


@pytest.mark.parametrize("fault", sorted(LATCHED))
@pytest.mark.parametrize("plugged", [True, False])
def test_i5_a_latched_fault_stays_for_ever(fault, plugged):
    for now_s in (101.0, 1e6):
        change = supervise(raised(fault), frozenset(), plugged=plugged, now_s=now_s)
        assert change.cleared == ()
        assert fault in change.ledger.raised


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("authority", Clears)
def test_i5_acknowledgement_needs_the_authority_of_the_table(fault, authority):
    if RULES[fault].may_be_acknowledged_by(authority):
        assert acknowledge(raised(fault), fault, authority) == Ledger()
    else:
        with pytest.raises(PermissionError, match=f"fault {fault} is ended by"):
            acknowledge(raised(fault), fault, authority)


def test_a_fault_that_is_still_there_cannot_be_acknowledged():
    present = Ledger(raised={Fault.RESIDUAL_CURRENT: 1.0})
    with pytest.raises(ValueError, match="still detected"):
        acknowledge(present, Fault.RESIDUAL_CURRENT, Clears.LOCAL)


def test_a_fault_that_is_not_raised_cannot_be_acknowledged():
    with pytest.raises(ValueError, match="not raised; raised are: Diode"):
        acknowledge(raised(Fault.DIODE), Fault.CONTACTOR_WELDED, Clears.INSTALLER)


@pytest.mark.parametrize("fault", Fault)
def test_what_ends_by_itself_and_nothing_else_is_over_after_a_start(fault):
    if RULES[fault].clears is not Clears.ITSELF:
        assert restored(frozenset({fault}), 5.0).raised == {fault: 5.0}
    else:
        with pytest.raises(ValueError, match="do not outlast a start"):
            restored(frozenset({fault}), 5.0)
