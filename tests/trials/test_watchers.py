"""A trial whose watcher has died must not pass."""

from __future__ import annotations

import asyncio

from scripts.trials import watchers


async def _watch() -> None:
    await asyncio.Event().wait()


async def _die() -> None:
    raise ValueError("a page that is none")


async def _go() -> None:
    """Look at nothing."""


def test_who_watched_to_the_end_has_nothing_to_say() -> None:
    async def run() -> list[str]:
        task = asyncio.create_task(_watch())
        await asyncio.sleep(0)
        return await watchers.end(task)

    assert asyncio.run(run()) == []


def test_who_ended_before_is_told() -> None:
    async def run() -> list[str]:
        tasks = [asyncio.create_task(each()) for each in (_watch, _die, _go)]
        await asyncio.sleep(0)
        return await watchers.end(*tasks)

    assert asyncio.run(run()) == [
        "the trial's own part ended: ValueError('a page that is none')",
        "the trial's own part ended: None",
    ]
