"""Valid exchanges with some bytes changed: nothing fails, answers stay true, energy possible."""

import json
import math
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custom_components.evse_ocpp.central.charger import Charger
from custom_components.evse_ocpp.central.charger_clock import MAX_AGE, MAX_OFFSET
from custom_components.evse_ocpp.central.charger_record import Missed
from custom_components.evse_ocpp.central.energy_meter import SLACK_WH, plausible_wh
from custom_components.evse_ocpp.central.fields import as_time
from custom_components.evse_ocpp.central.frames import Call, CallRefusal, FrameError, parse
from custom_components.evse_ocpp.central.v16_inbound import Inbound

from .schemas16 import assert_true_answer
from .test_exchanges import EXCHANGES

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
STEP = timedelta(seconds=10)
CHANGES = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.integers(0, 2),
        st.sampled_from([*b'0123456789-.eE,:[]{}"', 0, 0x20, 0x7F, 0xC3, 0xFF]),
    ),
    max_size=4,
)


class Site:
    """Admits everything; what it stores must be storable."""

    def __init__(self) -> None:
        self.chargers: dict[str, Charger] = {}

    def authorize(self, charger: Charger, id_tag: str) -> str:
        return "Accepted"

    async def save(self, charger: Charger) -> None:
        json.dumps(charger.to_dict(), allow_nan=False)


def changed(frame: bytes, changes: list[tuple[float, int, int]]) -> bytes:
    """Replace, insert or delete bytes: `where` is a part of the length."""
    text = bytearray(frame)
    for where, how, byte in changes:
        position = int(where * len(text))
        text[position : position + (how != 1)] = b"" if how == 2 else bytes([byte])
    return bytes(text)


def frames(calls: list[list[Any]]) -> Iterator[bytes]:
    now = START
    for number, call in enumerate(calls):
        now += STEP
        text = json.dumps([2, str(number), *call])
        for shift in _shifts(text):
            at = (now + timedelta(seconds=float(shift))).strftime("%Y-%m-%dT%H:%M:%SZ")
            text = text.replace(f'"${shift}"', f'"{at}"')
        yield text.encode()


def _shifts(text: str) -> set[str]:
    return {part.split('"', 1)[0] for part in text.split('"$')[1:]}


def stamps(value: Any) -> Iterator[datetime]:
    """Yield the time stamps in a payload that the charger's clock could have shown."""
    for key, each in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(each, dict | list):
            yield from stamps(each)
        elif key == "timestamp":
            with suppress(ValueError):
                if as_time(each) >= START - MAX_AGE:
                    yield as_time(each)


def check(charger: Charger, earliest: datetime, now: datetime, messages: int) -> None:
    """Energy is what the highest power gives in the time, with the slack of each message."""
    flowed_wh = plausible_wh(now - earliest + MAX_OFFSET, charger.max_power_w)
    for connector in charger.connectors.values():
        assert 0 <= connector.meter.total_wh <= flowed_wh + SLACK_WH * messages
        assert connector.readings.power_w is None or math.isfinite(connector.readings.power_w)
        for session in (connector.transaction, connector.last_session):
            if session is not None:
                assert 0 <= session.energy_wh <= session.before_wh + flowed_wh


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_changed_bytes_do_no_harm(data: st.DataObject) -> None:
    exchange = data.draw(st.sampled_from([*EXCHANGES.values()]))
    calls = [step["call"] for step in exchange["steps"] if "call" in step]
    now = earliest = START
    site, charger, neighbour = Site(), Charger("CP-1"), Charger("CP-2")
    neighbour.start_transaction(1, "TAG", START, 0, "key")
    before = neighbour.to_dict()
    inbound = Inbound(charger, site, site, lambda: now)
    for frame in frames(calls):
        now += STEP
        try:
            call = parse(changed(frame, data.draw(CHANGES)))
            if isinstance(call, Call):
                earliest = min([earliest, *stamps(call.payload)])
                assert_true_answer(call.action, await inbound.handle(call.action, call.payload))
        except (FrameError, CallRefusal):
            continue
        finally:
            charger.publish()
        check(charger, earliest, now, len(calls))
    assert neighbour.to_dict() == before
    restored = Charger.from_dict(
        "CP-1", json.loads(json.dumps(charger.to_dict())), missed=Missed.NOTHING
    )
    assert restored.to_dict() == charger.to_dict()
