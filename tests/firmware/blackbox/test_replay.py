"""A recording repeated: the same, bit by bit, unless the decisions changed."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from evse.blackbox import recording as recording_module
from evse.blackbox.recording import Recording, RecordingError, lines, parse
from evse.blackbox.replay import replay
from evse.blackbox.ring import Ring
from evse.core import timing
from evse.core.controller import acknowledge
from evse.core.faults import LATCHED, Clears, Fault
from evse.core.limits import Limit, Source
from evse.core.pilot import PilotLevel
from evse.core.state import ContactorChanged, ControllerSettings, FaultRaised, PlugChanged
from tests.firmware.blackbox.recorder import RecordedBench
from tests.firmware.core.bench import DETERMINISTIC, standing


def charged() -> RecordedBench:
    """A car comes, charges under a changing limit, stops and goes."""
    bench = RecordedBench()
    bench.run(0.5)
    bench.charge()
    for amps in (10.0, 7.3, 0.0, 16.0):
        bench.limits = (standing(32.0), Limit(Source.DLB, amps, bench.now_s, bench.now_s + 10, 6.0))
        bench.run(8.0)
    bench.car = PilotLevel.A
    bench.run(1.0)
    return bench


def written(recording: Recording) -> list[Any]:
    return [json.loads(line) for line in lines(recording)]


def reread(recording: Recording) -> Recording:
    return parse(list(lines(recording)))


def test_a_charge_is_identical_and_its_events_are_those_that_were() -> None:
    bench = charged()
    recording = reread(bench.recording())
    assert recording == bench.recording()
    outcome = replay(recording)
    assert outcome.difference is None
    assert outcome.turns == recording.turns == bench.now_ms // bench.turn_ms
    assert outcome.events == tuple(bench.events)
    kinds = {type(event) for _, event in outcome.events}
    assert {PlugChanged, ContactorChanged} <= kinds


def test_an_acknowledged_fault_is_repeated_from_the_state_that_was_set() -> None:
    bench = RecordedBench(board_faults=frozenset({Fault.RESIDUAL_CURRENT}))
    bench.run(1.0)
    bench.board_faults = frozenset()
    bench.run(1.0)
    bench.state = acknowledge(bench.state, Fault.RESIDUAL_CURRENT, Clears.LOCAL, bench.now_s)
    bench.run(1.0)
    outcome = replay(reread(bench.recording()))
    assert outcome.difference is None
    assert FaultRaised(Fault.RESIDUAL_CURRENT) in [event for _, event in outcome.events]


CHANGES = [
    ("ENTER_CHARGING_HOLD_S", 0.3, "command"),
    ("UNPLUG_HOLD_S", 0.2, "state.pilot.level"),
    ("EV_RELEASE_S", 2.0, "command"),
    ("RESTART_WAIT_S", 30.0, "state.restart_at_s"),
    ("COMMAND_LEASE_S", 4.0, "command.lease_s"),
]


@pytest.mark.parametrize(("constant", "value", "field"), CHANGES)
def test_a_changed_threshold_is_seen(
    monkeypatch: pytest.MonkeyPatch, constant: str, value: float, field: str
) -> None:
    bench = RecordedBench()
    bench.charge()
    bench.permitted = False
    bench.run(8.0)  # the car does not let go, the contactor opens under load
    bench.car = PilotLevel.A
    bench.run(0.1)
    assert replay(bench.recording()).difference is None
    monkeypatch.setattr(timing, constant, value)
    outcome = replay(bench.recording())
    assert outcome.difference is not None
    assert outcome.difference.field.startswith(field)
    assert outcome.difference.recorded != outcome.difference.replayed
    assert outcome.turns == bench.recording().turns


def test_the_first_difference_says_when_and_what() -> None:
    bench = charged()
    recording = bench.recording()
    segment = recording.segments[0]
    turns = list(segment.turns)
    turns[7] = replace(turns[7], command=replace(turns[7].command, lock=True))
    turns[9] = replace(turns[9], command=replace(turns[9].command, lock=True))
    forged = replace(segment, turns=tuple(turns))
    found = replay(replace(recording, segments=(forged, *recording.segments[1:]))).difference
    assert found is not None
    assert (found.turn, found.field, found.recorded, found.replayed) == (
        8,
        "command.lock",
        True,
        False,
    )
    assert found.at_s == turns[7].now_s


def test_the_last_state_and_those_between_segments_are_compared() -> None:
    bench = RecordedBench(turn_ms=100, ring=Ring(segment_s=2.0))
    bench.run(5.0)
    recording = bench.recording()
    assert len(recording.segments) == 3
    other = replace(recording, after=replace(recording.after, plug_cycles=7))
    found = replay(other).difference
    assert found is not None
    assert (found.turn, found.field) == (50, "state.plug_cycles")
    wrong = replace(recording.segments[1], state=replace(recording.segments[1].state, lock=True))
    found = replay(
        replace(recording, segments=(recording.segments[0], wrong, recording.segments[2]))
    ).difference
    assert found is not None
    assert (found.turn, found.field, found.recorded) == (20, "state.lock", True)


def test_a_step_that_refuses_is_a_difference() -> None:
    def refuse(*_: Any) -> Any:
        raise ValueError("no limits")

    outcome = replay(charged().recording(), refuse)
    assert outcome.difference is not None
    assert outcome.difference.replayed == "no limits"


# ------------------------------------------------------------------------------ generated histories

SPELLS = st.fixed_dictionaries(
    {
        "car": st.sampled_from([*(PilotLevel.C,) * 5, *PilotLevel]),
        "permitted": st.sampled_from([True, True, True, False]),
        "limits": st.sampled_from(
            [
                (standing(16.0),),
                (standing(16), Limit(Source.CENTRAL, 0.0, 0.0, 3.0, 10.0)),
                (standing(32.0), Limit(Source.DLB, 7.1, -0.0)),
            ]
        ),
        "diode": st.sampled_from([True, True, False]),
        "mirror": st.sampled_from([None, None, None, True, False]),
        "silent": st.sampled_from([False, False, True]),
        "board_faults": st.sampled_from(
            [frozenset(), frozenset(), *(frozenset({fault}) for fault in sorted(Fault))]
        ),
        "turn_ms": st.sampled_from([7, 20, 100]),
    }
)
HISTORIES = st.tuples(
    st.builds(
        ControllerSettings,
        captive_cable=st.booleans(),
        ventilation_allowed=st.booleans(),
        wake_up=st.booleans(),
    ),
    st.lists(
        st.tuples(SPELLS, st.sampled_from([0.1, 0.7, 2.0, 7.0]), st.booleans()),
        min_size=2,
        max_size=6,
    ),
)


def play(history: Any) -> RecordedBench:
    settings, spells = history
    proximity_ohm = None if settings.captive_cable else 680.0
    bench = RecordedBench(
        settings=settings, proximity_ohm=proximity_ohm, ring=Ring(keep_s=6.0, segment_s=2.0)
    )
    bench.charge()
    for spell, seconds, acknowledges in spells:
        for name, value in spell.items():
            setattr(bench, name, value)
        bench.run(seconds)
        if acknowledges:
            for fault in LATCHED & bench.state.faults.keys() & bench.state.ledger.good.keys():
                bench.state = acknowledge(bench.state, fault, Clears.INSTALLER, bench.now_s)
    return bench


def test_any_history_is_recorded_and_repeated_identically() -> None:
    reached = {"acknowledged": False, "hot": False, "dropped": False}

    @hypothesis_settings(DETERMINISTIC, max_examples=40)
    @given(HISTORIES)
    def explore(history: Any) -> None:
        bench = play(history)
        recording = bench.recording()
        outcome = replay(reread(recording))
        assert outcome.difference is None
        first_s = recording.segments[0].turns[0].now_s
        assert outcome.events == tuple(e for e in bench.events if e[0] >= first_s)
        reached["acknowledged"] |= not all(s.continues for s in recording.segments[1:])
        reached["hot"] |= bench.state.hot_openings > 0
        reached["dropped"] |= recording.segments[0].continues

    explore()
    assert all(reached.values()), f"the histories never got to: {reached}"


# ---------------------------------------------------------------------------------- the file's form


def test_only_what_changed_is_written() -> None:
    bench = RecordedBench()
    bench.charge()
    bench.silent = True
    bench.run(0.06)
    *_, turn, end = written(bench.recording())
    assert turn == {"now_s": bench.now_s, "inputs": {}, "command": {}}
    assert list(end) == ["end"]


@pytest.fixture(scope="module")
def good() -> list[Any]:
    bench = RecordedBench()
    bench.charge()
    return written(bench.recording())


def dropped(rows: list[Any], *, without: int) -> list[Any]:
    return [row for number, row in enumerate(rows) if number != without % len(rows)]


def changed(rows: list[Any], number: int, **values: Any) -> list[Any]:
    return [{**row, **values} if row is rows[number] else row for row in rows]


def broken(good: list[Any]) -> Iterator[tuple[str, list[Any]]]:
    header, start, turn, *_ = good
    state = start["segment"]["state"]
    yield "line 0: the file ends without its last line", []
    yield "line 1: no recording of a black box", [{"some": "json"}]
    yield "line 1: black_box: came format 9, allowed 1", changed(good, 0, black_box=9)
    yield (
        "line 1: types: came abc of version .*, allowed .* of this version",
        changed(good, 0, types="abc"),
    )
    yield "line 1: colour: came 'red', allowed only black_box", changed(good, 0, colour="red")
    yield "the file ends without its last line", dropped(good, without=-1)
    yield "turns: came", dropped(good, without=-2)
    yield "line 2: line: came", dropped(good, without=1)
    yield "a segment without a turn", [header, start, good[-1]]
    yield "line 3: line: came", changed(good, 2, more=1)
    yield (
        "line 3: inputs.speed: came 3, allowed only reading",
        changed(good, 2, inputs={**turn["inputs"], "speed": 3}),
    )
    yield (
        "line 3: inputs.permitted: came 'yes'",
        changed(good, 2, inputs={**turn["inputs"], "permitted": "yes"}),
    )
    yield "line 3: command: came .*duty_percent is missing", changed(good, 2, command={})
    yield (
        "line 2: segment.state.ledger.raised: came 'SUN'",
        changed(
            good,
            1,
            segment={
                **start["segment"],
                "state": {**state, "ledger": {**state["ledger"], "raised": {"SUN": 1.0}}},
            },
        ),
    )
    yield "came more after the last line", [*good, turn]


def test_a_file_that_does_not_fit_is_refused_with_line_and_field(good: list[Any]) -> None:
    cases = list(broken(good))
    assert len(cases) == 15
    for text, rows in cases:
        with pytest.raises(RecordingError, match=text):
            parse([json.dumps(row) for row in rows])


@pytest.mark.parametrize("line", ["", "{", "[" * 100_000, "\x00"])
def test_a_line_that_is_no_json(good: list[Any], line: str) -> None:
    with pytest.raises(RecordingError, match="line 2: came no JSON"):
        parse([json.dumps(good[0]), line])


def test_a_recording_of_other_types_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = list(lines(charged().recording()))
    monkeypatch.setattr(recording_module, "TYPES", recording_module.TYPES[1:])
    with pytest.raises(RecordingError, match="what a recording holds has changed"):
        parse(rows)
