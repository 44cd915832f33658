"""The status in a few lines, for a terminal. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

_MIB = 1 << 20
_MARKS = {True: "ok", False: "!!"}


def text(status: Mapping[str, Any]) -> str:
    """Return the lines of a status, as `evse status` tells it, each with its end."""
    return "".join(f"{line}\n" for line in _lines(status))


def _lines(status: Mapping[str, Any]) -> Iterator[str]:
    program = status["program"]
    word = "works" if program["ok"] else "does NOT work"
    yield f"evse {program['version']} {word}, up {_duration(program['uptime_s'])}"
    for number, each in status["connectors"].items():
        why = status["why"].get(number, "")
        energy_kwh = each["energy_wh"] / 1000
        yield (
            f"connector {number}: {each['status']}, offers {each['offered_a']:.1f} A"
            f" ({each['limited_by']} allows {each['limit_a']:.1f} A), {energy_kwh:.2f} kWh in all"
        )
        yield f"    {why}"
        for fault in each["faults"]:
            yield f"    fault: {fault}"
    for row in program["parts"]:
        yield f"{_MARKS[row['ok']]} {row['part']}: {row['what']}"
    yield (
        f"memory {program['memory_bytes'] / _MIB:.0f} MiB, processor {program['cpu_s']:.0f} s,"
        f" {program['open_files']} files, {program['threads']} threads, database"
        f" {program['database_bytes'] / _MIB:.1f} MiB, turns at most"
        f" {status['lateness_ms']['p99']:.0f} ms late (99 %)"
    )
    log = program["log"]
    yield f"log: {log['warning']} warnings, {log['error'] + log['critical']} errors"


def _duration(seconds: float) -> str:
    days, rest = divmod(int(seconds), 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, second = divmod(rest, 60)
    return (
        f"{days} d {hours}:{minutes:02}:{second:02}"
        if days
        else f"{hours}:{minutes:02}:{second:02}"
    )
