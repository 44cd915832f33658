"""Why it charges, or does not: the cause that binds, what bears on it, what happens next."""

import json
import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from evse.core import residual
from evse.core.controller import all_limits
from evse.core.explanation import (
    Cause,
    Flow,
    LimitInForce,
    Next,
    NextKind,
    PermissionName,
    Situation,
    Who,
)
from evse.core.faults import FORBIDDING, RULES, Fault
from evse.core.intent import Intent, IntentSource, Priority
from evse.core.limits import Limit, Source
from evse.core.pilot import PilotState
from evse.core.session import Phase
from evse.core.status import ChargePointStatus
from evse.core.why import explain
from evse.texts import LANGUAGES
from evse.texts.sentence import because, fault_action, fault_name, sentence, source_name
from tests.firmware.core.bench import DETERMINISTIC, Bench, standing

NOW_S = 1000.0
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
BOARD = Limit(Source.BOARD, 32.0)
DLB = Limit(Source.DLB, 8.0, NOW_S - 1.5, NOW_S + 8.5, 6.0)
PAUSE = Limit(Source.DLB, 0.0, NOW_S - 1.0, NOW_S + 9.0, 6.0)
CENTRAL = Limit(Source.CENTRAL, 10.0, NOW_S - 140.0, NOW_S + 40.0, 6.0)


def pause(source: IntentSource) -> Intent:
    return Intent(source, False, Priority[source.name])


CHARGE_NOW = Intent(IntentSource.OPERATOR, True, Priority.OPERATOR)

IDLE = Situation(now_s=NOW_S, now=NOON, limits=(BOARD,))
PLUGGED = replace(IDLE, pilot_state=PilotState.B1, plugged=True, phase=Phase.PLUGGED)
READY = replace(PLUGGED, phase=Phase.CHARGING, id_tag="04A1B2", recorded=True)
OFFERED = replace(READY, pilot_state=PilotState.B2, offered_a=32.0)
ASKING = replace(OFFERED, pilot_state=PilotState.C2)
CHARGING = replace(ASKING, contactor=True, limits=(BOARD, DLB), offered_a=8.0)
RELEASING = replace(CHARGING, offered_a=0.0, pilot_state=PilotState.C1, release_at_s=NOW_S + 3.2)
DELAYED = replace(READY, intents=(pause(IntentSource.START_DELAY),))
CLOSED = replace(READY, intents=(pause(IntentSource.TIMETABLE),))

ROWS: list[tuple[str, Situation, Cause, str]] = [
    ("idle", IDLE, Cause.NO_VEHICLE, "Not charging: no car is plugged in."),
    (
        "card first",
        replace(IDLE, phase=Phase.AUTHORIZED, authorized_until_s=NOW_S + 90),
        Cause.PLUG_AWAITED,
        "Not charging: waiting for the plug; the card lapses in 90 s.",
    ),
    (
        "unplugged in a transaction",
        replace(IDLE, phase=Phase.CHARGING, recorded=True),
        Cause.PLUG_AWAITED,
        "Not charging: waiting for the plug.",
    ),
    ("no card", PLUGGED, Cause.CARD_AWAITED, "Not charging: waiting for a card."),
    (
        "reserved",
        replace(PLUGGED, status=ChargePointStatus.RESERVED),
        Cause.RESERVED,
        "Not charging: waiting for the card of the reservation.",
    ),
    (
        "finished",
        replace(PLUGGED, phase=Phase.FINISHING),
        Cause.FINISHED,
        "Not charging: charging has ended and the plug may be pulled.",
    ),
    (
        "not on disk",
        replace(READY, recorded=False),
        Cause.STORING,
        "Not charging: the start is being saved.",
    ),
    (
        "refused",
        replace(READY, refused=True),
        Cause.REFUSED,
        "Not charging: the card was refused by the central system.",
    ),
    (
        "out of service",
        replace(PLUGGED, intents=(pause(IntentSource.AVAILABILITY),)),
        Cause.UNAVAILABLE,
        "Not charging: the charging point is out of service.",
    ),
    (
        "paused",
        replace(READY, intents=(pause(IntentSource.OPERATOR),)),
        Cause.OPERATOR,
        "Not charging: paused by the operator.",
    ),
    (
        "outside of the hours",
        replace(CLOSED, timetable_changes_at=NOON.replace(hour=22)),
        Cause.TIMETABLE,
        "Not charging: it is outside the charging hours; the charging hours begin at 22:00.",
    ),
    (
        "delayed",
        replace(DELAYED, start_delay_until_s=NOW_S + 200),
        Cause.START_DELAY,
        "Not charging: the start is delayed; starts in 4 min.",
    ),
    (
        "not tested",
        replace(READY, self_test=residual.Phase.RUNNING),
        Cause.SELF_TEST,
        "Not charging: the self-test of the residual current monitor is not done yet.",
    ),
    (
        "cable",
        replace(READY, cable_known=False),
        Cause.CABLE,
        "Not charging: the cable is not recognised.",
    ),
    (
        "too little",
        replace(READY, limits=(BOARD, PAUSE), may_rise_at_s=NOW_S + 33),
        Cause.LIMIT,
        (
            "Not charging: only 0.0 A are allowed (at least 6.0 A are needed) because the"
            " house leaves no more (DLB); may start in 33 s."
        ),
    ),
    (
        "full",
        OFFERED,
        Cause.VEHICLE,
        "Not charging: the car asks for no energy.",
    ),
    (
        "asleep",
        replace(OFFERED, wake_up_at_s=NOW_S + 44.5),
        Cause.VEHICLE,
        "Not charging: the car asks for no energy; the car will be woken up in 45 s.",
    ),
    (
        "being woken",
        replace(OFFERED, pilot_state=PilotState.F, waking=True),
        Cause.WAKING,
        "Not charging: the car is being woken up.",
    ),
    (
        "restart wait",
        replace(ASKING, restart_at_s=NOW_S + 12),
        Cause.RESTART_WAIT,
        "Not charging: a pause is needed before the contactor closes again; may start in 12 s.",
    ),
    ("starting", ASKING, Cause.STARTING, "Not charging: charging is about to start."),
    (
        "charging",
        replace(CHARGING, may_rise_at_s=NOW_S + 12),
        Cause.CHARGING,
        "Charging at 8.0 A because the house leaves no more (DLB); may rise in 12 s.",
    ),
    (
        "charging, meter lost",
        replace(CHARGING, limits=(BOARD, Limit(Source.METER_LOST, 6.0, NOW_S)), offered_a=6.0),
        Cause.CHARGING,
        "Charging at 6.0 A because the house meter does not answer.",
    ),
    (
        "lease not renewed",
        replace(CHARGING, limits=(BOARD, CENTRAL), offered_a=10.0),
        Cause.CHARGING,
        (
            "Charging at 10.0 A because the central system allows no more; the limit"
            " “Central system” lapses in 40 s, then 6.0 A apply."
        ),
    ),
    (
        "house meter silent",
        replace(CHARGING, limits=(BOARD, replace(DLB, set_at_s=NOW_S - 6, expires_at_s=NOW_S + 4))),
        Cause.CHARGING,
        (
            "Charging at 8.0 A because the house leaves no more (DLB); the limit “Load"
            " balancing (DLB)” lapses in 4 s, then 6.0 A apply."
        ),
    ),
    (
        "lease renewed",
        replace(
            CHARGING, limits=(BOARD, replace(CENTRAL, expires_at_s=NOW_S + 150)), offered_a=10.0
        ),
        Cause.CHARGING,
        "Charging at 10.0 A because the central system allows no more.",
    ),
    (
        "hours end soon",
        replace(
            CHARGING, limits=(BOARD,), timetable_changes_at=NOON.replace(minute=10), offered_a=32.0
        ),
        Cause.CHARGING,
        (
            "Charging at 32.0 A because the wallbox is not built for more; the charging"
            " hours end at 12:10."
        ),
    ),
    (
        "car takes less",
        replace(CHARGING, drawn_a=5.0),
        Cause.VEHICLE_LIMITS,
        (
            "Charging at 5.0 A because the car takes no more; the limit is 8.0 A: Load balancing"
            " (DLB)."
        ),
    ),
    (
        "car takes nearly all",
        replace(CHARGING, drawn_a=7.4),
        Cause.CHARGING,
        "Charging at 8.0 A because the house leaves no more (DLB).",
    ),
    (
        "no limit is told",
        replace(CHARGING, limits=()),
        Cause.CHARGING,
        "Charging at 8.0 A.",
    ),
    (
        "letting go",
        replace(RELEASING, intents=(pause(IntentSource.OPERATOR),)),
        Cause.OPERATOR,
        "Charging is ending: paused by the operator; the car has 4 s left to let go.",
    ),
    (
        "letting go at the end",
        replace(RELEASING, phase=Phase.FINISHING, pilot_state=PilotState.C1),
        Cause.FINISHED,
        (
            "Charging is ending: charging has ended and the plug may be pulled; the car has"
            " 4 s left to let go."
        ),
    ),
    (
        "fault",
        replace(READY, faults=frozenset({Fault.PROXIMITY})),
        Cause.FAULT,
        "Fault: the cable cannot be recognised; pull the plug and use another cable.",
    ),
    (
        "fault that ends by itself",
        replace(READY, faults=frozenset({Fault.GROUND}), good_since_s={Fault.GROUND: NOW_S - 20.0}),
        Cause.FAULT,
        "Fault: protective earth is missing; call an electrician; over by itself in 40 s.",
    ),
    (
        "fault without danger",
        replace(RELEASING, faults=frozenset({Fault.OVER_TEMPERATURE})),
        Cause.FAULT,
        (
            "Fault: the wallbox is too hot; wait until it has cooled down; the car has 4 s"
            " left to let go."
        ),
    ),
    (
        "a warning does not stop",
        replace(CHARGING, faults=frozenset({Fault.METER}), may_rise_at_s=NOW_S + 1),
        Cause.CHARGING,
        "Charging at 8.0 A because the house leaves no more (DLB); may rise in 1 s.",
    ),
]


@pytest.mark.parametrize(
    ("situation", "cause", "said"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_the_cause_and_the_sentence(situation: Situation, cause: Cause, said: str) -> None:
    why = explain(situation)
    assert why.cause is cause
    assert sentence(why, "en") == said


def test_the_rows_reach_every_cause() -> None:
    assert {row[2] for row in ROWS} == set(Cause)


OTHERS = [
    (
        "it",
        "In carica a 8,0 A perché la casa non lascia di più (DLB); può aumentare tra 12 s.",
        "Ricarica ferma: in attesa di una tessera.",
    ),
    (
        "de",
        "Lädt mit 8,0 A, denn mehr lässt das Haus nicht übrig (DLB); kann in 12 s steigen.",
        "Lädt nicht: wartet auf eine Karte.",
    ),
    (
        "es",
        "Cargando a 8,0 A porque la casa no deja más (DLB); puede subir dentro de 12 s.",
        "Sin cargar: a la espera de una tarjeta.",
    ),
    (
        "fr",
        (
            "Charge à 8,0 A car la maison n’en laisse pas davantage (DLB)\u00a0; peut"
            " augmenter dans 12 s."
        ),
        "Pas de charge\u00a0: en attente d’un badge.",
    ),
]


@pytest.mark.parametrize(("language", "charging", "waiting"), OTHERS)
def test_the_other_languages(language: str, charging: str, waiting: str) -> None:
    assert sentence(explain(replace(CHARGING, may_rise_at_s=NOW_S + 12)), language) == charging
    assert sentence(explain(PLUGGED), language) == waiting


# Each row takes one permission away from a connector that is about to close its contactor.
MISSING: list[tuple[PermissionName, dict[str, Any], Who, str]] = [
    (PermissionName.FAULTS, {"faults": frozenset({Fault.LOCK})}, Who.WALLBOX, "Lock"),
    (
        PermissionName.AVAILABILITY,
        {"intents": (pause(IntentSource.AVAILABILITY),)},
        Who.OPERATOR,
        "",
    ),
    (PermissionName.PLUG, {"plugged": False}, Who.PERSON, ""),
    (PermissionName.SESSION, {"recorded": False}, Who.PERSON, "04A1B2"),
    (PermissionName.OPERATOR, {"intents": (pause(IntentSource.OPERATOR),)}, Who.OPERATOR, ""),
    (PermissionName.TIMETABLE, {"intents": (pause(IntentSource.TIMETABLE),)}, Who.OPERATOR, ""),
    (PermissionName.START_DELAY, {"intents": (pause(IntentSource.START_DELAY),)}, Who.OPERATOR, ""),
    (PermissionName.SELF_TEST, {"self_test": residual.Phase.DUE}, Who.WALLBOX, "due"),
    (PermissionName.CABLE, {"cable_known": False}, Who.WALLBOX, ""),
    (PermissionName.CURRENT, {"limits": (BOARD, PAUSE)}, Who.WALLBOX, "dlb 0 A"),
    (PermissionName.VEHICLE, {"pilot_state": PilotState.B2}, Who.VEHICLE, "B2"),
    (PermissionName.RESTART_WAIT, {"restart_at_s": NOW_S + 5}, Who.WALLBOX, ""),
]


@pytest.mark.parametrize(("name", "change", "who", "detail"), MISSING)
def test_one_permission_is_missing(
    name: PermissionName, change: dict[str, Any], who: Who, detail: str
) -> None:
    assert all(permission.granted for permission in explain(ASKING).permissions)
    why = explain(replace(ASKING, **change))
    (missing,) = [permission for permission in why.permissions if not permission.granted]
    assert (missing.name, missing.who, missing.detail) == (name, who, detail)


def test_every_permission_is_explained_and_in_order() -> None:
    assert [row[0] for row in MISSING] == list(PermissionName)
    assert [permission.name for permission in explain(IDLE).permissions] == list(PermissionName)


@pytest.mark.parametrize("first", range(len(MISSING)))
def test_what_comes_first_is_the_cause(first: int) -> None:
    """With all that is after it missing as well, the cause stays the same."""
    alone = explain(replace(ASKING, **MISSING[first][1])).cause
    together: dict[str, Any] = {}
    for _, change, *_ in MISSING[first:]:
        for name, value in change.items():
            if name == "intents":
                together[name] = (*together.get(name, ()), *value)
            else:
                together.setdefault(name, value)
    assert explain(replace(ASKING, **together)).cause is alone


def test_a_word_of_higher_rank_overrules_a_pause() -> None:
    why = explain(replace(CLOSED, intents=(pause(IntentSource.TIMETABLE), CHARGE_NOW)))
    (timetable,) = [p for p in why.permissions if p.name is PermissionName.TIMETABLE]
    assert timetable.granted
    assert timetable.detail == "overruled by operator"
    equal = (pause(IntentSource.OPERATOR), CHARGE_NOW)
    assert explain(replace(CLOSED, intents=equal)).cause is Cause.OPERATOR
    both = (pause(IntentSource.AVAILABILITY), CHARGE_NOW)
    assert explain(replace(CLOSED, intents=both)).cause is Cause.UNAVAILABLE


@pytest.mark.parametrize(("amps", "cause"), [(6.0, Cause.STARTING), (5.9, Cause.LIMIT)])
def test_the_least_current_is_enough(amps: float, cause: Cause) -> None:
    assert explain(replace(ASKING, limits=(BOARD, standing(amps)))).cause is cause


@pytest.mark.parametrize(("allowed", "asks"), [(True, Cause.STARTING), (False, Cause.VEHICLE)])
def test_ventilation(allowed: bool, asks: Cause) -> None:
    situation = replace(ASKING, pilot_state=PilotState.D, ventilation_allowed=allowed)
    assert explain(situation).cause is asks


# -------------------------------------------------------------------------------- limits


def test_limits_have_their_age_their_end_and_one_winner() -> None:
    expired = Limit(Source.OPERATOR, 32.0, NOW_S - 9.0, NOW_S - 1.0, 20.0)
    why = explain(replace(CHARGING, limits=(BOARD, DLB, expired, DLB)))
    assert why.limits == (
        LimitInForce(Source.BOARD, 32.0, None, None, 0.0, wins=False),
        LimitInForce(Source.DLB, 8.0, 1.5, 8.5, 6.0, wins=True),
        LimitInForce(Source.OPERATOR, 20.0, 9.0, 0.0, 20.0, wins=False),
        LimitInForce(Source.DLB, 8.0, 1.5, 8.5, 6.0, wins=False),
    )
    assert why.winner == why.limits[1]


def test_the_controllers_own_winner_is_shown_even_if_nobody_listed_it() -> None:
    hot = Limit(Source.TEMPERATURE, 7.0, NOW_S)
    why = explain(replace(CHARGING, winner=hot, offered_a=7.0))
    assert [limit.source for limit in why.limits] == [Source.BOARD, Source.DLB, Source.TEMPERATURE]
    assert why.winner is not None
    assert why.winner.source is Source.TEMPERATURE


def test_the_winner_is_found_among_limits_of_which_more_is_known() -> None:
    told = Limit(Source.CENTRAL, 7.0, NOW_S - 5.0)
    known = replace(told, expires_at_s=NOW_S + 40.0, fallback_a=10.0)
    why = explain(replace(CHARGING, limits=(BOARD, known), winner=told))
    assert [limit.wins for limit in why.limits] == [False, True]
    assert why.winner is not None
    assert why.winner.expires_in_s == 40.0


def test_the_controllers_winner_of_a_real_turn_is_the_one_explained() -> None:
    bench = Bench(limits=(standing(16.0), Limit(Source.DLB, 9.0, 0.0, 100.0, 6.0)))
    bench.charge()
    state = bench.state
    why = explain(
        Situation(
            now_s=bench.now_s,
            pilot_state=state.pilot_state,
            plugged=state.plugged,
            contactor=state.contactor,
            offered_a=state.offered_a,
            phase=Phase.CHARGING,
            recorded=True,
            limits=all_limits(state, bench.limits, bench.now_s),
            winner=state.winner,
            restart_at_s=state.restart_at_s,
        )
    )
    assert why.flow is Flow.FLOWING
    assert sentence(why, "en").startswith("Charging at 9.0 A because the house leaves no more")


# -------------------------------------------------------------------------------- what comes


def test_what_comes_is_in_the_order_of_time() -> None:
    why = explain(
        replace(
            RELEASING,
            limits=(BOARD, CENTRAL, DLB),
            may_rise_at_s=NOW_S + 12,
            wake_up_at_s=NOW_S + 12,
            start_delay_until_s=NOW_S - 1,
            timetable_changes_at=NOON.replace(minute=1),
        )
    )
    assert why.next == (
        Next(NextKind.RELEASE_ENDS, pytest.approx(3.2)),
        Next(NextKind.LEASE_ENDS, 8.5, source=Source.DLB, fallback_a=6.0),
        Next(NextKind.MAY_RISE, 12.0),
        Next(NextKind.WAKE_UP, 12.0),
        Next(NextKind.LEASE_ENDS, 40.0, source=Source.CENTRAL, fallback_a=6.0),
        Next(NextKind.TIMETABLE_CLOSES, 60.0, at=NOON.replace(minute=1)),
    )


@pytest.mark.parametrize("never", [None, math.inf, NOW_S, NOW_S - 5.0])
def test_what_is_past_or_never_does_not_come(never: float | None) -> None:
    situation = replace(
        RELEASING,
        limits=(BOARD,),
        release_at_s=never,
        restart_at_s=never,
        may_rise_at_s=never,
        wake_up_at_s=never,
        start_delay_until_s=never,
        authorized_until_s=never,
        timetable_changes_at=NOON,
    )
    assert explain(situation).next == ()
    assert explain(replace(situation, now=None)).next == ()


def test_wall_times_are_told_in_the_zone_of_now() -> None:
    rome = timezone(timedelta(hours=1))
    why = explain(
        replace(CLOSED, now=NOON.astimezone(rome), timetable_changes_at=NOON.replace(hour=21))
    )
    assert sentence(why, "en").endswith("the charging hours begin at 22:00.")
    assert why.outlook is not None
    assert why.outlook.in_s == 9 * 3600


@pytest.mark.parametrize("fault", sorted(FORBIDDING))
def test_every_forbidding_fault_is_named_with_what_to_do(fault: Fault) -> None:
    situation = replace(READY, faults=frozenset({fault, Fault.METER}))
    for language in LANGUAGES:
        said = sentence(explain(situation), language)
        assert fault_name(fault, language) in said
        assert fault_action(fault, language) in said


def test_faults_are_in_the_order_of_their_importance() -> None:
    why = explain(replace(READY, faults=frozenset(Fault)))
    assert why.faults == tuple(RULES)
    assert why.fault is next(iter(RULES))


# -------------------------------------------------------------------------------- any situation

INSTANTS = st.none() | st.sampled_from([NOW_S - 5.0, NOW_S, NOW_S + 0.5, NOW_S + 1e7, math.inf])
LIMITS = st.builds(
    Limit,
    st.sampled_from(Source),
    st.sampled_from([0.0, 5.9, 6.0, 16.5, 32.0]),
    st.sampled_from([0.0, NOW_S - 5.0]),
    st.none() | st.sampled_from([NOW_S - 1.0, NOW_S, NOW_S + 30.0, NOW_S + 90.0]),
    st.sampled_from([0.0, 6.0]),
)
SITUATIONS = st.builds(
    Situation,
    now_s=st.just(NOW_S),
    now=st.none() | st.just(NOON),
    pilot_state=st.sampled_from(PilotState),
    plugged=st.booleans(),
    contactor=st.booleans(),
    offered_a=st.sampled_from([0.0, 6.0, 16.5]),
    drawn_a=st.none() | st.sampled_from([0.0, 5.0, 16.0, math.nan]),
    phase=st.sampled_from(Phase),
    id_tag=st.none() | st.text(max_size=5),
    recorded=st.booleans(),
    refused=st.booleans(),
    authorized_until_s=INSTANTS,
    intents=st.lists(
        st.builds(Intent, st.sampled_from(IntentSource), st.booleans(), st.sampled_from(Priority)),
        max_size=3,
    ).map(tuple),
    limits=st.lists(LIMITS, max_size=4).map(tuple),
    winner=st.none() | LIMITS,
    faults=st.frozensets(st.sampled_from(Fault), max_size=2),
    good_since_s=st.dictionaries(st.sampled_from(Fault), st.just(NOW_S - 3.0), max_size=3),
    cable_known=st.booleans(),
    cable_a=st.none() | st.just(20.0),
    self_test=st.none() | st.sampled_from(residual.Phase),
    ventilation_allowed=st.booleans(),
    restart_at_s=INSTANTS,
    release_at_s=INSTANTS,
    wake_up_at_s=INSTANTS,
    waking=st.booleans(),
    may_rise_at_s=INSTANTS,
    start_delay_until_s=INSTANTS,
    timetable_changes_at=st.none()
    | st.sampled_from([NOON - timedelta(hours=1), NOON + timedelta(hours=1)]),
)


def test_whatever_the_situation_it_is_explained_in_every_language() -> None:
    reached: set[tuple[Flow, Cause]] = set()

    @hypothesis_settings(DETERMINISTIC, max_examples=400)
    @given(SITUATIONS)
    def explore(situation: Situation) -> None:
        why = explain(situation)
        assert why.as_json() == explain(situation).as_json()  # NaN is not equal to itself
        reached.add((why.flow, why.cause))
        json.dumps(why.as_json(), allow_nan=False)
        assert sum(limit.wins for limit in why.limits) == (1 if why.limits else 0)
        assert list(why.next) == sorted(why.next, key=lambda coming: coming.in_s)
        assert why.outlook is None or why.outlook in why.next
        for language in LANGUAGES:
            said = sentence(why, language)
            assert len(said) > 10
            assert said.endswith(".")
            assert "{" not in said
            if why.flow is Flow.FLOWING and why.winner is not None:
                source = why.winner.source
                assert because(source, language) in said or source_name(source, language) in said
            elif why.cause is Cause.LIMIT:
                assert why.winner is not None
                assert because(why.winner.source, language) in said
            elif why.fault is not None:
                assert why.flow is Flow.FLOWING or fault_name(why.fault, language) in said

    explore()
    assert {cause for _, cause in reached} >= {Cause.FAULT, Cause.CHARGING, Cause.UNAVAILABLE}
    assert {flow for flow, _ in reached} == set(Flow)


def test_json_has_plain_values() -> None:
    told = explain(replace(CHARGING, drawn_a=math.nan, may_rise_at_s=NOW_S + 1 / 3)).as_json()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["drawn_a"] is None
    assert told["pilot_state"] == "C2"
    assert told["winner"]["source"] == "dlb"
    assert told["next"][0] == {
        "kind": "may_rise",
        "in_s": 0.333,
        "at": None,
        "source": None,
        "fallback_a": None,
        "fault": None,
    }
