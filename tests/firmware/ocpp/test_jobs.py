"""Reports wait for a connection and keep their order; work makes room for newer work."""

import asyncio
import logging
from typing import Any

import pytest

from evse.ocpp.charge_point import CallRefused, NoAnswer
from evse.ocpp.jobs import MAX_REPORTS, Reports, Slot


class Line:
    """A connection which answers as the test says."""

    def __init__(self, *outcomes: Exception | None) -> None:
        self.outcomes = list(outcomes)
        self.sent: list[Any] = []

    async def request(self, payload: Any) -> None:
        self.sent.append(payload)
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if outcome is not None:
            raise outcome


async def settled() -> None:
    """Let everybody act who can act now: nobody here waits for anything outside."""
    for _ in range(100):
        await asyncio.sleep(0)


async def over(reports: Reports, line: Any) -> list[Any]:
    """What is sent over a connection until it is quiet."""
    task = asyncio.create_task(reports.run(line))
    await settled()
    task.cancel()
    await asyncio.wait([task])
    return list(line.sent)


async def test_an_unanswered_report_is_sent_again_over_the_next_connection() -> None:
    reports = Reports()
    reports.put("a")
    reports.put("b")
    assert await over(reports, Line(NoAnswer("no"))) == ["a"]
    assert await over(reports, Line(None, CallRefused("no"))) == ["a", "b"]
    assert await over(reports, Line()) == []


async def test_of_too_many_reports_the_oldest_go() -> None:
    reports = Reports()
    for number in range(MAX_REPORTS + 5):
        reports.put(number)
    assert await over(reports, Line()) == [*range(5, MAX_REPORTS + 5)]


async def test_newer_work_ends_older_work(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    slot = Slot("work")
    running = asyncio.create_task(slot.run())
    ended: list[str] = []

    async def long(name: str) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(name)

    async def fails() -> None:
        raise ValueError("broken")

    slot.start(lambda: long("first"))
    await settled()
    assert slot.busy
    slot.start(lambda: long("second"))
    await settled()
    assert ended == ["first"]
    slot.stop()
    await settled()
    assert ended == ["first", "second"]
    assert not slot.busy
    slot.start(fails)
    await settled()
    assert not slot.busy
    assert "broken" in caplog.text
    slot.start(lambda: long("third"))
    await settled()
    running.cancel()
    await asyncio.wait([running])
    await settled()
    assert ended == ["first", "second", "third"]


async def test_work_that_is_ended_cleans_up_first() -> None:
    slot = Slot("work")
    running = asyncio.create_task(slot.run())
    cleaned_up: list[str] = []

    async def long() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)  # a database, say, takes its change back
            cleaned_up.append("it")

    slot.start(long)
    await settled()
    running.cancel()
    await asyncio.wait([running])
    assert cleaned_up == ["it"]
