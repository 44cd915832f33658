"""The session of a connector, one row a transition, and its invariant."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ocpp.v16.enums import Reason as OcppReason

from evse.core.faults import Fault
from evse.core.intent import Intent, IntentSource, Priority
from evse.core.session import (
    Accepted,
    Faulted,
    LocalTransaction,
    Origin,
    ParentLearnt,
    Phase,
    Plugged,
    Reason,
    Recorded,
    Refused,
    SessionRules,
    SessionState,
    StartTransaction,
    StopRequested,
    StopTransaction,
    Tick,
    Unplugged,
    barred,
    permitted,
    restored,
    same_tag,
    step,
)
from tests.firmware.core.bench import DETERMINISTIC

NOW_S = 1000.0
RULES = SessionRules()
KEEP_UNPLUGGED = SessionRules(stop_on_ev_disconnect=False)
KEEP_REFUSED = SessionRules(stop_on_invalid_id=False)

IDLE = SessionState()
PLUGGED = SessionState(Phase.PLUGGED, plugged=True)
AUTHORIZED = SessionState(
    Phase.AUTHORIZED, id_tag="CARD", parent_id_tag="GROUP", authorized_until_s=NOW_S + 120.0
)
STARTED = SessionState(Phase.CHARGING, plugged=True, transaction=LocalTransaction("CARD", "GROUP"))
CHARGING = replace(STARTED, recorded=True)
AWAY = replace(CHARGING, plugged=False)
FINISHING = SessionState(Phase.FINISHING, plugged=True)

START = StartTransaction("CARD")
BY_REMOTE = StartTransaction("CARD", Origin.REMOTE)
FOR_FREE = StartTransaction("CARD", Origin.FREE)
CARD = Accepted("CARD", "GROUP")
STRANGER = Accepted("OTHER", "ELSEWHERE")


def remote(id_tag):
    return Accepted(id_tag, origin=Origin.REMOTE)


def free(id_tag):
    return Accepted(id_tag, origin=Origin.FREE)


def stop(reason, id_tag=None):
    return StopTransaction(reason, id_tag)


TRANSITIONS = {
    # Card and plug, in either order (OCPP behaviours 16, 21, 29).
    "plug": (IDLE, Plugged(), RULES, PLUGGED, ()),
    "plug, card": (PLUGGED, CARD, RULES, STARTED, (START,)),
    "card": (IDLE, CARD, RULES, AUTHORIZED, ()),
    "card, plug": (AUTHORIZED, Plugged(), RULES, STARTED, (START,)),
    "card, waited": (AUTHORIZED, Tick(), RULES, AUTHORIZED, ()),
    "plug, unplug": (PLUGGED, Unplugged(), RULES, IDLE, ()),
    "plug, remote": (
        PLUGGED,
        remote("CARD"),
        RULES,
        replace(STARTED, transaction=LocalTransaction("CARD")),
        (BY_REMOTE,),
    ),
    "remote, plug": (
        replace(AUTHORIZED, origin=Origin.REMOTE),
        Plugged(),
        RULES,
        STARTED,
        (BY_REMOTE,),
    ),
    "remote": (
        IDLE,
        Accepted("CARD", "GROUP", Origin.REMOTE),
        RULES,
        replace(AUTHORIZED, origin=Origin.REMOTE),
        (),
    ),
    "plug, free charging": (
        PLUGGED,
        free("CARD"),
        RULES,
        replace(STARTED, transaction=LocalTransaction("CARD")),
        (FOR_FREE,),
    ),
    "card, another card": (
        AUTHORIZED,
        STRANGER,
        RULES,
        replace(AUTHORIZED, id_tag="OTHER", parent_id_tag="ELSEWHERE"),
        (),
    ),
    # Nothing to stop yet.
    "idle, stop": (IDLE, StopRequested(Reason.REMOTE), RULES, IDLE, ()),
    "plugged, stop": (PLUGGED, StopRequested(Reason.REMOTE), RULES, PLUGGED, ()),
    "plugged, fault": (PLUGGED, Faulted(Fault.DIODE), RULES, PLUGGED, ()),
    # The transaction's start on disk (I9).
    "recorded": (STARTED, Recorded(), RULES, CHARGING, ()),
    # Who stops it, and with which reason (25, 26, 30).
    "own card": (CHARGING, CARD, RULES, FINISHING, (stop("Local", "CARD"),)),
    "own card, other case": (
        CHARGING,
        Accepted("card"),
        RULES,
        FINISHING,
        (stop("Local", "card"),),
    ),
    "card of the group": (
        CHARGING,
        Accepted("OTHER", "GROUP"),
        RULES,
        FINISHING,
        (stop("Local", "OTHER"),),
    ),
    "strange card": (CHARGING, STRANGER, RULES, CHARGING, ()),
    "card without a group": (CHARGING, Accepted("OTHER"), RULES, CHARGING, ()),
    "no group is no group": (
        replace(CHARGING, transaction=LocalTransaction("CARD")),
        Accepted("OTHER"),
        RULES,
        replace(CHARGING, transaction=LocalTransaction("CARD")),
        (),
    ),
    "group learnt": (
        replace(CHARGING, transaction=LocalTransaction("CARD")),
        ParentLearnt("GROUP"),
        RULES,
        CHARGING,
        (),
    ),
    "remote start again": (CHARGING, remote("CARD"), RULES, CHARGING, ()),
    "remote stop": (
        CHARGING,
        StopRequested(Reason.REMOTE),
        RULES,
        FINISHING,
        (stop("Remote"),),
    ),
    "soft reset": (
        CHARGING,
        StopRequested(Reason.SOFT_RESET),
        RULES,
        FINISHING,
        (stop("SoftReset"),),
    ),
    "unlock": (
        CHARGING,
        StopRequested(Reason.UNLOCK_COMMAND),
        RULES,
        FINISHING,
        (stop("UnlockCommand"),),
    ),
    "unplug": (CHARGING, Unplugged(), RULES, IDLE, (stop("EVDisconnected"),)),
    "unplug, kept": (CHARGING, Unplugged(), KEEP_UNPLUGGED, AWAY, ()),
    "unplug, kept, plug": (AWAY, Plugged(), KEEP_UNPLUGGED, CHARGING, ()),
    "unplug, kept, card": (AWAY, CARD, KEEP_UNPLUGGED, IDLE, (stop("Local", "CARD"),)),
    "unplug, kept, time": (AWAY, Tick(), KEEP_UNPLUGGED, AWAY, ()),
    # The central system refuses the card afterwards (32).
    "refused": (CHARGING, Refused(), RULES, FINISHING, (stop("DeAuthorized"),)),
    "refused, kept": (CHARGING, Refused(), KEEP_REFUSED, replace(CHARGING, refused=True), ()),
    # Faults: what ends by itself only pauses.
    "fault that latches": (
        CHARGING,
        Faulted(Fault.RESIDUAL_CURRENT),
        RULES,
        FINISHING,
        (stop("Other"),),
    ),
    "fault of the plug": (CHARGING, Faulted(Fault.DIODE), RULES, FINISHING, (stop("Other"),)),
    "fault that passes": (CHARGING, Faulted(Fault.OVER_VOLTAGE), RULES, CHARGING, ()),
    # Finishing (27), and a dashboard's restart without a replug.
    "finishing, card": (FINISHING, CARD, RULES, FINISHING, ()),
    "finishing, free": (FINISHING, free("CARD"), RULES, FINISHING, ()),
    "finishing, remote": (
        FINISHING,
        remote("CARD"),
        RULES,
        replace(STARTED, transaction=LocalTransaction("CARD")),
        (BY_REMOTE,),
    ),
    "finishing, unplug": (FINISHING, Unplugged(), RULES, IDLE, ()),
    "late record": (FINISHING, Recorded(), RULES, FINISHING, ()),
    "late refusal": (FINISHING, Refused(), RULES, FINISHING, ()),
}


@pytest.mark.parametrize(
    ("state", "event", "rules", "expected", "actions"), TRANSITIONS.values(), ids=TRANSITIONS
)
def test_transition(state, event, rules, expected, actions):
    assert step(state, event, rules, NOW_S) == (expected, actions)


@pytest.mark.parametrize(
    ("waited_s", "phase"), [(0.0, Phase.AUTHORIZED), (119.9, Phase.AUTHORIZED), (120.0, Phase.IDLE)]
)
def test_an_accepted_card_waits_connection_time_out(waited_s, phase):
    after, actions = step(AUTHORIZED, Tick(), RULES, NOW_S + waited_s)
    assert (after.phase, actions) == (phase, ())


def test_connection_time_out_is_a_setting():
    waiting, _ = step(IDLE, CARD, SessionRules(connection_timeout_s=5.0), NOW_S)
    assert waiting.authorized_until_s == NOW_S + 5.0


@pytest.mark.parametrize(
    ("state", "others", "expected"),
    [
        (IDLE, (), False),
        (PLUGGED, (), False),
        (AUTHORIZED, (), False),
        (STARTED, (), False),
        (CHARGING, (), True),
        (FINISHING, (), False),
        (replace(CHARGING, refused=True), (), False),
        (CHARGING, (Intent(IntentSource.OPERATOR, False, Priority.OPERATOR),), False),
        (CHARGING, (Intent(IntentSource.AVAILABILITY, False, Priority.AVAILABILITY),), False),
        (CHARGING, (Intent(IntentSource.OPERATOR, True, Priority.OPERATOR),), True),
        (STARTED, (Intent(IntentSource.OPERATOR, True, Priority.AVAILABILITY),), False),
    ],
)
def test_permission_needs_a_recorded_transaction_and_nobody_who_pauses(state, others, expected):
    assert permitted(state, others) is expected


@pytest.mark.parametrize(
    ("refused", "allowed_wh", "delivered_wh", "charges"),
    [
        (False, 0, 5000, True),
        (True, 0, 0, False),
        (True, 1000, 0, True),
        (True, 1000, 999, True),
        (True, 1000, 1000, False),
    ],
)
def test_32_a_refused_card_gets_the_energy_that_it_may_have(
    refused, allowed_wh, delivered_wh, charges
):
    """MaxEnergyOnInvalidId (OCPP 1.6, 3.5.4)."""
    rules = SessionRules(energy_on_invalid_id_wh=allowed_wh)
    state = replace(CHARGING, refused=refused)
    assert permitted(state, barred=barred(state, rules, delivered_wh)) is charges


def test_a_refused_card_is_refused_after_a_power_cut():
    resumed, _ = restored(LocalTransaction("CARD"), RESUME, NOW_S, refused=True)
    assert not permitted(resumed)


def test_after_a_power_cut_without_a_transaction_there_is_nothing_to_do():
    assert restored(None, RULES, NOW_S) == (IDLE, ())


def test_after_a_power_cut_the_transaction_ends_with_power_loss():
    transaction = LocalTransaction("CARD")
    assert restored(transaction, RULES, NOW_S) == (IDLE, (stop("PowerLoss"),))


RESUME = SessionRules(restart_after_power_loss=True)


def test_after_a_power_cut_the_transaction_goes_on_where_the_setting_says_so():
    resumed, actions = restored(LocalTransaction("CARD"), RESUME, NOW_S)
    assert actions == ()
    assert permitted(resumed)
    with_plug, _ = step(resumed, Plugged(), RESUME, NOW_S + 0.1)
    assert step(with_plug, Tick(), RESUME, NOW_S + 1e6) == (with_plug, ())


def test_a_plug_pulled_in_the_dark_ends_the_resumed_transaction():
    resumed, _ = restored(LocalTransaction("CARD"), RESUME, NOW_S)
    assert step(resumed, Tick(), RESUME, NOW_S + 9.9) == (resumed, ())
    assert step(resumed, Tick(), RESUME, NOW_S + 10.0) == (IDLE, (stop("EVDisconnected"),))


def test_a_resumed_transaction_waits_for_its_plug_where_unplugging_does_not_end_it():
    rules = replace(RESUME, stop_on_ev_disconnect=False)
    resumed, _ = restored(LocalTransaction("CARD"), rules, NOW_S)
    assert step(resumed, Tick(), rules, NOW_S + 1e6) == (resumed, ())


def test_reasons_are_spelt_as_in_ocpp():
    assert {reason.value for reason in Reason} == {reason.value for reason in OcppReason}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("Abc", "aBC", True), ("A", "B", False), (None, None, False), ("A", None, False)],
)
def test_tags_ignore_case_and_none_is_no_tag(one, other, same):
    assert same_tag(one, other) is same


TAGS = st.sampled_from(["CARD", "OTHER", "THIRD"])
GROUPS = st.none() | st.sampled_from(["GROUP", "ELSEWHERE"])
EVENTS = st.one_of(
    st.just(Plugged()),
    st.just(Unplugged()),
    st.builds(Accepted, TAGS, GROUPS, st.sampled_from(Origin)),
    st.builds(StopRequested, st.sampled_from(Reason)),
    st.just(Recorded()),
    st.just(Refused()),
    st.builds(ParentLearnt, st.sampled_from(["GROUP", "ELSEWHERE"])),
    st.builds(Faulted, st.sampled_from(Fault)),
    st.just(Tick()),
)
ANY_RULES = st.builds(
    SessionRules,
    connection_timeout_s=st.floats(0, 300),
    stop_on_ev_disconnect=st.booleans(),
    stop_on_invalid_id=st.booleans(),
    restart_after_power_loss=st.booleans(),
)
OPEN = st.none() | st.builds(LocalTransaction, TAGS, GROUPS)


@DETERMINISTIC
@given(OPEN, ANY_RULES, st.lists(st.tuples(EVENTS, st.floats(0, 100)), max_size=60))
def test_i9_no_energy_without_a_recorded_transaction(open_transaction, rules, history):
    """Starts and stops alternate, between them is a transaction, permission only when stored."""
    now_s = 0.0
    state, actions = restored(open_transaction, rules, now_s)
    running = open_transaction is not None and not actions
    stored = running
    for event, elapsed_s in history:
        now_s += elapsed_s
        state, actions = step(state, event, rules, now_s)
        for action in actions:
            starts = isinstance(action, StartTransaction)
            assert starts is not running
            running, stored = starts, False
        stored = running and (stored or isinstance(event, Recorded))
        assert (state.transaction is not None) is running
        assert (state.phase is Phase.CHARGING) is running
        assert stored or not permitted(state)
