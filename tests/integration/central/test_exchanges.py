"""Exchanges as real wallboxes have them, replayed (`exchanges/*.json`; by rows of the quirks).

A step is a `call` of the charger (with its `answer`, if that matters), a raw `frame`, a `restart`
of ours, or what to `expect` of the model: values by path, None for what is absent. `$-60` is the
time stamp of 60 s ago. Every answer must fit the schema of the specification.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from custom_components.evse_ocpp.central.charger import Charger
from custom_components.evse_ocpp.central.frames import Call, FrameError, parse
from custom_components.evse_ocpp.central.v16_inbound import Inbound

from .schemas16 import assert_true_answer

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
EXCHANGES = {
    path.stem: json.loads(path.read_text())
    for path in sorted((Path(__file__).parent / "exchanges").glob("*.json"))
}


class Replay:
    """One exchange: the charger, the time, and the way in."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.chargers: dict[str, Charger] = {}
        self.now = START
        self.settings = settings
        self.charger = Charger("CP-1")
        self._begin()

    def _begin(self) -> None:
        for name, value in self.settings.items():
            setattr(self.charger, name, value)
        self.inbound = Inbound(self.charger, self, self, lambda: self.now)

    def authorize(self, charger: Charger, id_tag: str) -> str:
        return "Accepted"

    async def save(self, charger: Charger) -> None:
        assert json.loads(json.dumps(charger.to_dict()))

    async def step(self, step: Mapping[str, Any]) -> None:
        self.now += timedelta(seconds=step.get("after_s", 0))
        if "call" in step:
            action, payload = step["call"]
            answer = await self.inbound.handle(action, self._stamped(payload))
            assert_true_answer(action, answer)
            assert answer == step.get("answer", answer)
        elif "frame" in step:
            await self._frame(step)
        elif "restart" in step:
            stored = json.loads(json.dumps(self.charger.to_dict()))
            self.charger = Charger.from_dict("CP-1", stored)
            self._begin()
        else:
            for path, wanted in step["expect"].items():
                assert _found(self.charger, path) == wanted, path

    async def _frame(self, step: Mapping[str, Any]) -> None:
        """What `Connection` does with raw text, as far as the answer is concerned."""
        if "error" in step:
            with pytest.raises(FrameError) as error:
                parse(step["frame"])
            assert error.value.message_id == step["message_id"]
            return
        frame = parse(step["frame"])
        assert isinstance(frame, Call)
        assert frame.message_id == step["message_id"]
        assert_true_answer(frame.action, await self.inbound.handle(frame.action, frame.payload))

    def _stamped(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._stamped(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._stamped(each) for each in value]
        if isinstance(value, str) and value.startswith("$"):
            return (self.now + timedelta(seconds=float(value[1:]))).isoformat()
        return value


def _found(charger: Charger, path: str) -> Any:
    value: Any = charger
    names = path.split(".")
    while names and value is not None:
        if isinstance(value, Mapping):  # its keys may have dots themselves
            rest = ".".join(names)
            if rest in value:
                value = value[rest]
                break
            key = names.pop(0)
            value = value.get(int(key) if key.isdecimal() else key)
        elif isinstance(value, list | tuple):
            position = int(names.pop(0))
            value = value[position] if position < len(value) else None
        else:
            value = getattr(value, names.pop(0))
    if isinstance(value, float):
        return pytest.approx(value, abs=0.05)
    return value.isoformat() if isinstance(value, datetime) else value


@pytest.mark.parametrize("exchange", EXCHANGES.values(), ids=EXCHANGES)
async def test_replay(exchange: dict[str, Any]) -> None:
    replay = Replay(exchange.get("charger", {}))
    for step in exchange["steps"]:
        await replay.step(step)


def test_every_exchange_says_what_it_is_where_from_and_what_follows() -> None:
    for name, exchange in EXCHANGES.items():
        assert all(exchange[field] for field in ("row", "what", "threads")), name
        assert any("expect" in step for step in exchange["steps"]), name
