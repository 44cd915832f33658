"""The lines of the log, in each of their forms."""

import io
import json
import logging
import subprocess
import sys

import pytest

from evse.observing.log_lines import JournalLines, JsonLines, LogCount


def logged(formatter: logging.Formatter) -> str:
    """What is written of an error with two lines and a cause."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    logger = logging.Logger("evse.test")  # noqa: LOG001 - one of its own
    logger.addHandler(handler)
    try:
        int("Größe")
    except ValueError:
        logger.exception("first\n%s", 'second "line"')
    return out.getvalue()


def test_json_is_one_object_a_line() -> None:
    (line,) = logged(JsonLines()).splitlines()
    told = json.loads(line)
    assert told["level"] == "error"
    assert told["logger"] == "evse.test"
    assert told["message"] == 'first\nsecond "line"'
    assert told["exception"].endswith("'Größe'")
    assert told["time"].endswith("Z")


@pytest.mark.parametrize(
    ("level", "priority"),
    [("DEBUG", 7), ("INFO", 6), ("WARNING", 4), ("ERROR", 3), ("CRITICAL", 2)],
)
def test_the_journal_gets_the_priority(level: str, priority: int) -> None:
    record = logging.makeLogRecord(
        {"name": "evse.x", "levelno": getattr(logging, level), "msg": "a\nb"}
    )
    assert JournalLines().format(record) == f"<{priority}>evse.x: a\n<{priority}>b"


def test_every_line_of_a_traceback_has_it() -> None:
    assert all(line.startswith("<3>") for line in logged(JournalLines()).splitlines())


def test_what_is_wrong_is_counted() -> None:
    count = LogCount()
    logger = logging.Logger("evse.test")  # noqa: LOG001 - one of its own
    logger.addHandler(count)
    logger.info("fine")
    logger.warning("hm")
    logger.error("no")
    logger.error("no")
    assert count.counts == {"warning": 1, "error": 2, "critical": 0}


@pytest.mark.parametrize(
    ("form", "environment", "begin"),
    [
        ("json", {}, '{"time": '),
        ("text", {"JOURNAL_STREAM": "8:1"}, "<4>root: hm"),
        ("json", {"JOURNAL_STREAM": "8:1"}, '{"time": '),
    ],
)
def test_what_the_program_writes(form: str, environment: dict[str, str], begin: str) -> None:
    code = (
        "import logging; from evse.observing.log_lines import *; "
        f"begin(LogFormat('{form}'), verbose=False, environment={environment!r}); "
        "from zeroconf._logger import QuietLogger; "
        "QuietLogger.log_exception_once(OSError(101), 'Error with socket'); "
        "logging.warning('hm'); logging.debug('silent')"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    (line,) = run.stderr.splitlines()
    assert line.startswith(begin)
