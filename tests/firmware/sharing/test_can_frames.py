"""Messages on CAN in fragments: identifiers, loss and mixing, and the load of the bus."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.sharing.allocation import Asks
from evse.sharing.bus import MAX_MESSAGE_BYTES, Kind
from evse.sharing.can_frames import (
    LONGEST_GRANT,
    LONGEST_REPORT,
    MOST_LOAD,
    PACE_S,
    STALLED_S,
    Assembly,
    address_of,
    fragments,
    id_of,
    load,
    pace_s,
)
from evse.sharing.messages import ConnectorGrant, ConnectorReport, Grant, Report, encode
from evse.sharing.seal import SEAL_BYTES
from tests.firmware.core.bench import DETERMINISTIC

SEALED = st.binary(min_size=10, max_size=56)


def assembled(assembly: Assembly, frames: list[bytes], now_s: float = 0.0) -> list[bytes]:
    found = (assembly.add(data, now_s) for data in frames)
    return [sealed for sealed in found if sealed is not None]


@pytest.mark.parametrize("unit", [2, 17, 32])
def test_identifiers_name_kind_and_unit(unit: int) -> None:
    assert id_of(Kind.REPORT, unit, 1) == 0x180 + unit
    assert id_of(Kind.GRANT, 1, unit) == 0x200 + unit
    assert address_of(0x180 + unit) == (Kind.REPORT, unit, 1)
    assert address_of(0x200 + unit) == (Kind.GRANT, 1, unit)


@pytest.mark.parametrize("identifier", [0, 0x080, 0x180, 0x181, 0x1A1, 0x201, 0x221, 0x702, 0x7FF])
def test_identifiers_of_others_are_none(identifier: int) -> None:
    assert address_of(identifier) is None


def test_fragments_are_those_of_the_plan() -> None:
    assert fragments(5, b"0123456789abcdef") == [
        b"\x50\x10012345",
        b"\x516789abc",
        b"\x52def",
    ]


@DETERMINISTIC
@given(st.lists(SEALED, max_size=40))
def test_messages_are_put_together(messages: list[bytes]) -> None:
    assembly = Assembly()
    for number, sealed in enumerate(messages):
        frames = fragments(number % 16, sealed)
        assert all(2 <= len(data) <= 8 for data in frames)
        assert assembled(assembly, frames) == [sealed]
    assert assembly.lost == 0


@DETERMINISTIC
@given(SEALED, SEALED, st.data())
def test_a_lost_fragment_costs_its_message_only(a: bytes, b: bytes, data: st.DataObject) -> None:
    frames = fragments(3, a)
    del frames[data.draw(st.integers(0, len(frames) - 1))]
    assembly = Assembly()
    assert assembled(assembly, frames + fragments(4, b)) == [b]
    assert assembly.lost >= 1


@DETERMINISTIC
@given(SEALED, SEALED, st.randoms())
def test_mixed_messages_are_never_put_together(a: bytes, b: bytes, order) -> None:
    ours, theirs = fragments(3, a), fragments(4, b)
    mixed: list[bytes] = []
    while ours or theirs:
        source = order.choice([frames for frames in (ours, theirs) if frames])
        mixed.append(source.pop(0))
    assert set(assembled(Assembly(), mixed)) <= {a, b}


@DETERMINISTIC
@given(st.lists(st.binary(max_size=8), max_size=40))
def test_no_frames_can_do_harm(frames: list[bytes]) -> None:
    assembly = Assembly()
    for sealed in assembled(assembly, frames):
        assert 10 <= len(sealed) <= 56
    assert assembled(assembly, fragments(1, bytes(20))) == [bytes(20)]


def test_a_stalled_message_is_lost() -> None:
    assembly, frames = Assembly(), fragments(1, bytes(20))
    assert assembled(assembly, frames[:1], 10.0) == []
    assert assembled(assembly, frames[1:], 10.1 + STALLED_S) == []
    assert assembly.lost == 2


@pytest.mark.parametrize(
    ("report", "grant", "part"), [(42, 34, 0.402), (56, 38, 0.502)], ids=["one", "two connectors"]
)
def test_32_units_fit_250_kbit(report: int, grant: int, part: float) -> None:
    assert load(32, 250_000, PACE_S, report, grant) == pytest.approx(part, abs=0.001)
    assert part < MOST_LOAD


def test_the_load_is_that_of_the_longest_messages() -> None:
    """Of wallboxes with two connectors; if messages grow, the plan must be worked out anew."""
    connectors = (ConnectorReport(Asks.NOTHING, 32.0),) * 2
    report = encode(Report(2, 1, 1, connectors))
    grant = encode(Grant(1, 2, 1, 1, connectors=(ConnectorGrant(6.0),) * 2))
    assert len(report) <= MAX_MESSAGE_BYTES
    assert (len(report) + SEAL_BYTES, len(grant) + SEAL_BYTES) == (LONGEST_REPORT, LONGEST_GRANT)


@pytest.mark.parametrize(
    ("bitrate", "each_s"), [(50_000, 2.09), (125_000, 0.84), (250_000, 0.5), (1_000_000, 0.5)]
)
def test_a_slow_bus_is_not_flooded(bitrate: int, each_s: float) -> None:
    assert pace_s(bitrate) == pytest.approx(each_s, abs=0.01)
    assert load(32, bitrate, pace_s(bitrate), 56, 38) <= MOST_LOAD + 1e-9
