"""Whatever comes over the wire: an answer or the log, never a crash, and the charge goes on.

EVSE_FUZZ_EXAMPLES=100000 makes a long campaign of it.
"""

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ocpp.v16 import call, call_result
from ocpp.v16.enums import Action

from evse.clock import SystemClock
from evse.ocpp.charge_point import CallRefused, ChargePoint, Counters, NoAnswer, on
from evse.ocpp.client import OcppClient
from evse.settings.values import Settings
from evse.storage.database import Database
from evse.storage.transactions import TransactionRecord
from evse.storage.values import Values
from tests.firmware.ocpp.conftest import DEFAULT_ANSWERS, FakeStation
from tests.firmware.ocpp.test_schemas import ANY_PAYLOAD, SCHEMAS, payloads_of

RECORD = TransactionRecord("t", 1, "CARD", None, 0, datetime(2026, 3, 1, tzinfo=UTC))
EXAMPLES = int(os.environ.get("EVSE_FUZZ_EXAMPLES", "150"))
CODES = {"GenericError", "FormationViolation", "NotImplemented", "NotSupported", "InternalError"}


class Wire:
    """A connection in memory on which the test says what comes."""

    def __init__(self, incoming: list[str | bytes]) -> None:
        self._incoming = incoming
        self.sent: list[list[Any]] = []
        self.may_end = asyncio.Event()

    async def send(self, frame: str) -> None:
        self.sent.append(json.loads(frame))

    async def close(self) -> None:
        self.may_end.set()

    async def __aiter__(self) -> AsyncIterator[str | bytes]:
        for frame in self._incoming:
            yield frame
            await asyncio.sleep(0)
        await self.may_end.wait()


class Handlers:
    """Two that work and one that does not."""

    @on(Action.reset)
    async def reset(self, **_: Any) -> call_result.Reset:
        return call_result.Reset(status="Accepted")

    @on(Action.set_charging_profile)
    async def set_charging_profile(self, **_: Any) -> call_result.SetChargingProfile:
        return call_result.SetChargingProfile(status="Accepted")

    @on(Action.unlock_connector)
    async def unlock_connector(self, **_: Any) -> call_result.UnlockConnector:
        raise RuntimeError("a bug")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
ids = st.sampled_from(["a", "b", "", "-1"]) | st.text(max_size=40) | json_values
actions = st.sampled_from(["Reset", "SetChargingProfile", "UnlockConnector", "Heartbeat", "X"])
raw_frames = st.one_of(
    st.binary(max_size=30),
    st.text(max_size=30),
    json_values.map(json.dumps),
    st.tuples(st.sampled_from([2, 3, 4, 2.0, "2"]), ids, actions | json_values, json_values).map(
        lambda parts: json.dumps(list(parts))
    ),
    st.tuples(ids, ANY_PAYLOAD).map(
        lambda drawn: json.dumps([2, drawn[0], drawn[1][0], drawn[1][1]])
    ),
    st.tuples(ids, json_values).map(lambda drawn: json.dumps([3, *drawn])),
)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES == 150,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.lists(raw_frames, max_size=6))
def test_any_frame_gets_an_answer_or_silence(incoming: list[str | bytes]) -> None:
    """Behaviours 9, 10: each reply is a message of OCPP-J, and the next call is answered."""

    async def converse() -> list[list[Any]]:
        wire = Wire([*incoming, '[2,"last one","Reset",{"type":"Soft"}]'])
        charge_point = ChargePoint("box", cast("Any", wire), [Handlers()], Counters(), lambda: True)
        serving = asyncio.ensure_future(charge_point.serve())
        async with asyncio.timeout(60):  # of a machine that may stall
            while not any(m[1] == "last one" for m in wire.sent):  # noqa: ASYNC110
                await asyncio.sleep(0)
        await wire.close()
        await serving
        return wire.sent

    sent = asyncio.run(converse())
    assert [3, "last one", {"status": "Accepted"}] in sent
    for message in sent:
        assert isinstance(message[1], str)
        if message[0] == 4:
            assert message[2] in CODES
            assert len(message[3]) <= 255
        else:
            assert message[0] == 3
            assert message[2] == {"status": "Accepted"}


INCOMING = {name for name in SCHEMAS if f"{name}Response" in SCHEMAS} - (
    DEFAULT_ANSWERS.keys() - {"DataTransfer"}
)
"""The calls of a central system."""


@settings(
    max_examples=max(25, EXAMPLES // 6),
    deadline=None,
    derandomize=EXAMPLES == 150,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.lists(payloads_of(INCOMING), min_size=5, max_size=15), st.booleans())
def test_calls_with_any_values_get_a_status(calls: list[tuple[str, Any]], charging: bool) -> None:
    """Unknown connectors, dates of all times, huge numbers: never InternalError, and the charge
    goes on."""

    async def converse() -> list[list[Any]]:
        with tempfile.TemporaryDirectory() as folder:
            database = await Database.open(Path(folder) / "evse.db")
            values = await Settings.load(Values(database))
            station = FakeStation()
            client = await OcppClient.load(values, database, SystemClock(), station, Path(folder))
            if charging:
                await client.transaction_started(RECORD)
            wire = Wire(
                [
                    json.dumps([2, f"c{n}", action, payload])
                    for n, (action, payload) in enumerate(calls)
                ]
            )
            link = client._link
            charge_point = ChargePoint(
                "box", cast("Any", wire), link._profiles, Counters(), lambda: True
            )
            serving = asyncio.ensure_future(charge_point.serve())
            async with asyncio.timeout(60):
                while len(wire.sent) < len(calls):  # noqa: ASYNC110
                    await asyncio.sleep(0)
            await wire.close()
            await serving
            assert (client._transactions.at(1) is not None) is charging
            client.limit(1, datetime.now(UTC), 0.0)
            await database.close()
            return wire.sent

    for message in asyncio.run(converse()):
        assert message[0] == 3 or message[2] != "InternalError", message


async def test_a_call_with_the_id_of_one_in_hand_is_passed_over() -> None:
    """A duplicate would be done twice; its first gets the answer."""
    began, released = [], asyncio.Event()

    class Slow:
        @on(Action.reset)
        async def reset(self, **_: Any) -> call_result.Reset:
            began.append(True)
            await released.wait()
            return call_result.Reset(status="Accepted")

    wire = Wire(['[2,"a","Reset",{"type":"Soft"}]'] * 3)
    charge_point = ChargePoint("box", cast("Any", wire), [Slow()], Counters(), lambda: True)
    serving = asyncio.ensure_future(charge_point.serve())
    for _ in range(10):
        await asyncio.sleep(0)
    released.set()
    await wire.close()
    await serving
    assert (len(began), wire.sent) == (1, [[3, "a", {"status": "Accepted"}]])


@pytest.mark.parametrize(
    ("frames", "outcome"),
    [
        (['[3,"x",{}]', '[3,"ID",{}]', '[3,"ID",{}]'], call_result.MeterValues()),  # twice
        (['[4,"ID","InternalError","",{}]'], CallRefused),
        (['[4,"ID"]', '[3,"ID",{}]'], call_result.MeterValues()),
        (['[3,"ID",[]]'], CallRefused),
        (['[3,"ID",{"further":1}]'], call_result.MeterValues()),
        (['[3,"other",{}]'], NoAnswer),  # the wrong id, then it closes
        ([], NoAnswer),
    ],
)
async def test_answers_of_all_kinds(frames: list[str], outcome: Any) -> None:
    """Behaviour 10; a central system that answers twice, wrongly, or closes in the middle."""
    incoming: list[str | bytes] = list(frames)
    wire = Wire(incoming)
    charge_point = ChargePoint("box", cast("Any", wire), [], Counters(), lambda: True)
    asking = asyncio.ensure_future(charge_point.request(call.MeterValues(1, []), "ID"))
    await asyncio.sleep(0)
    serving = asyncio.ensure_future(charge_point.serve())
    for _ in range(10):
        await asyncio.sleep(0)
    await wire.close()
    await serving
    assert charge_point.closed
    if isinstance(outcome, type):
        with pytest.raises(outcome):
            await asking
        return
    assert await asking == outcome
