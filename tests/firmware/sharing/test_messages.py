"""The two messages: every value comes back, every wrong byte is told."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.sharing.allocation import Asks
from evse.sharing.messages import (
    ConnectorGrant,
    ConnectorReport,
    Grant,
    MessageError,
    Report,
    decode,
    encode,
    on_supply,
)
from tests.firmware.core.bench import DETERMINISTIC

UINT32 = st.integers(0, 2**32 - 1)
USES = st.tuples(st.booleans(), st.booleans(), st.booleans())
HALVES = st.integers(0, 255).map(lambda steps: steps / 2)
MEASURED = st.integers(0, 254).map(lambda steps: steps / 3)
TENTHS = st.integers(0, 0xFFFE).map(lambda steps: steps / 10)
CONNECTORS = st.builds(
    ConnectorReport,
    asks=st.sampled_from(Asks),
    maximum_a=HALVES,
    minimum_a=HALVES,
    fault=st.booleans(),
    rotation=st.integers(0, 5),
    wired=USES,
    used=USES,
    guaranteed_a=HALVES,
    priority=st.integers(0, 15),
    drawing_a=st.tuples(TENTHS, TENTHS, TENTHS),
    measured_a=st.none() | st.tuples(MEASURED, MEASURED, MEASURED),
)
REPORTS = st.builds(
    Report,
    unit=st.integers(1, 32),
    boot=UINT32,
    counter=UINT32,
    connectors=st.lists(CONNECTORS, min_size=1, max_size=2).map(tuple),
    epoch=UINT32,
    sequence=UINT32,
    two_masters=st.booleans(),
    key_trouble=st.booleans(),
    alone=st.booleans(),
)
GRANTS = st.builds(
    Grant,
    master=st.integers(1, 32),
    unit=st.integers(1, 32),
    epoch=st.integers(1, 2**32 - 1),
    sequence=UINT32,
    boot=UINT32,
    counter=UINT32,
    connectors=st.lists(
        st.builds(ConnectorGrant, TENTHS, USES, st.integers(0, 255)), min_size=1, max_size=2
    ).map(tuple),
    lease_s=st.integers(1, 100).map(lambda steps: steps / 10),
    hold=st.booleans(),
    two_masters=st.booleans(),
    urgent=st.booleans(),
)

REPORT = Report(
    unit=2,
    boot=0x01020304,
    counter=5,
    connectors=(
        ConnectorReport(
            Asks.CHARGING, 32.0, rotation=3, used=(True, False, False), priority=2,
            drawing_a=(16.0, 0.0, 0.0), measured_a=(15.7, 0.0, 0.0),
        ),
    ),
    epoch=0xA0A0A0A0,
    sequence=7,
)  # fmt: skip
GRANT = Grant(1, 2, 0xA0A0A0A0, 8, 0x01020304, 5, (ConnectorGrant(10.6),), urgent=True)


@DETERMINISTIC
@given(REPORTS | GRANTS)
def test_every_message_comes_back_as_it_was(message):
    data = encode(message)
    assert decode(data) == message
    assert len(data) % 2 == 0
    assert len(data) <= 48


@pytest.mark.parametrize(
    ("message", "data"),
    [
        (
            REPORT,
            "11 02 00 01 01020304 00000005 A0A0A0A0 0000000723DA 40 0C 00 2F 00 00 00A0 0000 0000",
        ),
        (GRANT, "12 01 02 04 A0A0A0A0 00000008 01020304 00000005 64 01 006A 07 00"),
    ],
)
def test_the_bytes_are_those_of_the_table(message, data):
    assert encode(message).hex() == data.replace(" ", "").lower()


@DETERMINISTIC
@given(st.floats(0, 120))
def test_rounding_never_tells_more_than_may_be(amps):
    """What is drawn, reserved or needed at least is never told too low, what may be too high."""
    connector = ConnectorReport(Asks.CHARGING, amps, amps, guaranteed_a=amps, drawing_a=(amps,) * 3)
    came = decode(encode(replace(REPORT, connectors=(connector,)))).connectors[0]
    assert came.maximum_a <= amps + 1e-6
    assert min(came.minimum_a, came.guaranteed_a, *came.drawing_a) >= amps - 1e-6
    granted = decode(encode(replace(GRANT, connectors=(ConnectorGrant(amps),)))).connectors[0]
    assert amps - 0.1 <= granted.amps <= amps + 1e-6


def changed(message, at, byte):
    data = bytearray(encode(message))
    data[at] = byte
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no bytes"),
        (changed(REPORT, 0, 0x21), "version: came 2, allowed: 1"),
        (changed(REPORT, 0, 0x13), "kind: came 3"),
        (changed(REPORT, 1, 0), "unit: came 0, allowed: 1 to 32"),
        (changed(REPORT, 1, 33), "unit: came 33"),
        (changed(REPORT, 3, 2), "message: came 34 bytes, allowed: 48"),
        (changed(REPORT, 3, 3), "connectors: came 3"),
        (changed(REPORT, 21, 0xF8), "rotation: came 7"),
        (encode(REPORT)[:-1], "came 33 bytes"),
        (encode(REPORT)[:19], "came 19 bytes, allowed: 20 or more"),
        (encode(GRANT) + b"\0\0", "came 28 bytes, allowed: 26"),
        (changed(GRANT, 2, 77), "unit: came 77"),
        (changed(GRANT, 20, 101), r"lease: came 10.1 s"),
        (changed(GRANT, 20, 0), r"lease: came 0.0 s"),
        (bytes([*encode(GRANT)[:4], 0, 0, 0, 0, *encode(GRANT)[8:]]), "epoch: came 0"),
    ],
)
def test_what_is_no_message_is_told(data, says):
    with pytest.raises(MessageError, match=says):
        decode(data)


@DETERMINISTIC
@given(st.binary(max_size=60))
def test_no_bytes_do_more_than_be_refused(data):
    try:
        message = decode(data)
    except MessageError:
        return
    assert decode(encode(message)) == message


@pytest.mark.parametrize(
    "message",
    [
        replace(REPORT, unit=33),
        replace(REPORT, connectors=()),
        replace(REPORT, connectors=REPORT.connectors * 3),
        replace(REPORT, counter=2**32),
        replace(REPORT, connectors=(ConnectorReport(Asks.CHARGING, 32.0, rotation=6),)),
        replace(REPORT, connectors=(ConnectorReport(Asks.CHARGING, 32.0, priority=16),)),
        replace(REPORT, connectors=(ConnectorReport(Asks.CHARGING, math.nan),)),
        replace(REPORT, connectors=(ConnectorReport(Asks.CHARGING, 300.0),)),
        replace(GRANT, connectors=(ConnectorGrant(-0.1),)),
        replace(GRANT, connectors=(ConnectorGrant(math.inf),)),
        replace(GRANT, lease_s=10.1),
        replace(GRANT, lease_s=0.0),
    ],
)
def test_what_has_no_place_in_a_message_is_not_sent(message):
    with pytest.raises(MessageError):
        encode(message)


@pytest.mark.parametrize(
    ("rotation", "l1_only"),
    [(0, 0), (1, 0), (2, 1), (3, 1), (4, 2), (5, 2)],
)
def test_the_rotation_says_where_a_single_phase_car_draws(rotation, l1_only):
    assert on_supply((True, False, False), rotation).index(True) == l1_only
    assert on_supply((True, True, True), rotation) == (True, True, True)
