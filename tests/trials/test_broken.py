"""What breaks a promise is told by its kind, once, and none is lost."""

from __future__ import annotations

import asyncio
import logging

from scripts.trials.broken import KEPT_CHARS, MOST_KINDS, Broken, Tally
from scripts.trials.findings import Findings


def test_each_kind_is_kept_as_it_came_first_and_all_are_counted() -> None:
    broken = Broken()
    for text in ("the first", "another"):
        broken.note("kind", text)
    assert (broken.crashes, broken.kinds) == (2, {"kind": "the first"})


def test_kinds_without_end_are_counted_only() -> None:
    broken = Broken()
    for number in range(MOST_KINDS + 5):
        broken.note(str(number), "")
    assert (broken.crashes, len(broken.kinds)) == (MOST_KINDS + 5, MOST_KINDS)


def test_a_long_text_keeps_its_begin_and_its_end() -> None:
    broken = Broken()
    broken.note("kind", "a" + "x" * 3 * KEPT_CHARS + "z")
    assert broken.kinds["kind"][0] + broken.kinds["kind"][-1] == "az"
    assert len(broken.kinds["kind"]) < 3 * KEPT_CHARS


def test_the_same_error_at_the_same_place_is_one_kind() -> None:
    broken = Broken()
    trace = 'Traceback (most recent call last):\n  File "a.py", line {}, in f\nKeyError: {}\n'
    for line, key in ((1, 5), (1, 6), (2, 5)):
        broken.raised(trace.format(line, key))
    assert list(broken.kinds) == [
        'KeyError: # File "a.py", line 1, in f',
        'KeyError: # File "a.py", line 2, in f',
    ]


def test_what_is_logged_or_gets_out_of_the_loop_counts_while_it_listens() -> None:
    async def run(broken: Broken) -> None:
        loop = asyncio.get_running_loop()
        with broken.listening():
            logging.getLogger("evse.any").error("7 errors")
            logging.getLogger("evse.any").warning("no error")
            loop.call_exception_handler({"message": "it got out"})
        logging.getLogger("evse.any").error("later")
        loop.call_exception_handler({"message": "later"})

    broken = Broken()
    asyncio.run(run(broken))
    assert [kind.strip() for kind in broken.kinds] == ["# errors", "loop: it got out"]


def test_all_is_told_as_findings() -> None:
    tally, said = Tally(asked=5, slowest_s=0.5), list[str]()
    tally.broken.note("kind", "text")
    assert tally.findings(said.append) == Findings(inputs=5, crashes=1, stall_s=0.5, wrong=["kind"])
    assert said == ["--- kind\ntext"]
