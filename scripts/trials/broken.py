"""Promises that were broken while a trial asked for much: how often, and the first of each kind."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from scripts.trials.complaints import shortened
from scripts.trials.findings import Findings

MOST_KINDS = 20
KEPT_CHARS = 1500
"""Of the begin and of the end of what happened."""


@dataclass(slots=True)
class Broken:
    """`crashes` times a promise was broken; `kinds`: {kind: what happened when it was new}."""

    crashes: int = 0
    kinds: dict[str, str] = field(default_factory=dict)

    def note(self, kind: str, text: str) -> None:
        """Note it."""
        self.crashes += 1
        if len(self.kinds) < MOST_KINDS:
            self.kinds.setdefault(kind, shortened(text, KEPT_CHARS, KEPT_CHARS))

    def raised(self, text: str) -> None:
        """Note an error by its traceback: kinds are told apart by the last line, and by where."""
        lines = text.strip().splitlines()
        where = [line.strip() for line in lines if line.lstrip("| ").startswith('File "')]
        kind = re.sub(r"\d+", "#", lines[-1][:120])
        self.note(f"{kind} {where[-1] if where else ''}", text)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Note what this process logs as an error, and what gets out of a task of its loop."""
        handler, loop = _Errors(self), asyncio.get_running_loop()
        before = loop.get_exception_handler()
        logging.getLogger().addHandler(handler)
        loop.set_exception_handler(
            lambda _, context: self.note(f"loop: {context.get('message')}", repr(context))
        )
        try:
            yield
        finally:
            loop.set_exception_handler(before)
            logging.getLogger().removeHandler(handler)

    def tell(self, findings: Findings, say: Callable[[str], None]) -> None:
        """Put it into what a trial has found."""
        findings.crashes += self.crashes
        findings.wrong += self.kinds
        for kind, text in self.kinds.items():
            say(f"--- {kind}\n{text}")


class _Errors(logging.Handler):
    """Nothing that somebody else sends may be an error of ours."""

    def __init__(self, broken: Broken) -> None:
        super().__init__(logging.ERROR)
        self._broken = broken

    def emit(self, record: logging.LogRecord) -> None:
        """Note one."""
        self._broken.raised(self.format(record))


@dataclass(slots=True)
class Tally:
    """What came back to `asked` questions, by kind; `slowest_s` of those that were measured."""

    answers: Counter[str] = field(default_factory=Counter)
    asked: int = 0
    unanswered: int = 0
    slowest_s: float = 0.0
    broken: Broken = field(default_factory=Broken)

    def findings(self, say: Callable[[str], None]) -> Findings:
        """Return it as what a trial has found, and tell what was broken."""
        findings = Findings(inputs=self.asked, stall_s=self.slowest_s)
        self.broken.tell(findings, say)
        return findings
