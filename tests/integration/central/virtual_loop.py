"""An event loop whose time jumps to the next timer: minutes of waiting take no time. No sockets."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any


class _Jumping(selectors.DefaultSelector):
    """Waits for nothing: whoever would wait moves the clock on."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        """Return what is ready, and let `timeout` pass if nothing is."""
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("everything waits for something that cannot happen")
        if not ready:
            self.now_s += timeout or 0.0
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop which starts at 0 s."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Return the virtual time, s."""
        return self._jumping.now_s


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a test's coroutine on a loop of its own."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(main())
