"""Tasks that watch while a trial does something: one that has ended has seen nothing since."""

from __future__ import annotations

import asyncio


async def end(*watchers: asyncio.Task[None]) -> list[str]:
    """End them; a sentence for each that had ended before, by an error or by itself."""
    for watcher in watchers:
        watcher.cancel()
    outcomes = await asyncio.gather(*watchers, return_exceptions=True)
    return [
        f"the trial's own part ended: {outcome!r}"
        for outcome in outcomes
        if not isinstance(outcome, asyncio.CancelledError)
    ]
