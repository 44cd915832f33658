"""The status as metrics in Prometheus's text format (exposition formats, version 0.0.4). Pure.

Our own few lines instead of the client library: its registry collects while the program runs, here
everything is read at once from one status, and the wallbox's memory is short.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Labels = Mapping[str, str]
Sample = tuple[Labels, float]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. `kind`: gauge or counter; the name of a counter ends in `_total`."""

    name: str
    kind: str
    help: str
    samples: tuple[Sample, ...]


def text(status: Mapping[str, Any]) -> str:
    """Return the metrics of a status, as `evse status` tells it."""
    return "".join(_lines(metrics(status)))


def metrics(status: Mapping[str, Any]) -> list[Metric]:
    """Return them in the order in which they are told."""
    program, ocpp = status["program"], status["ocpp"]
    nothing: Labels = {}
    one: list[tuple[str, str, str, float]] = [
        ("healthy", "gauge", "1 while the wallbox does its work", program["ok"]),
        ("uptime_seconds", "gauge", "since the program began", program["uptime_s"]),
        ("cpu_seconds_total", "counter", "processor time of the program", program["cpu_s"]),
        ("memory_bytes", "gauge", "resident memory", program["memory_bytes"]),
        ("open_files", "gauge", "files and sockets that are open", program["open_files"]),
        ("threads", "gauge", "threads of the program", program["threads"]),
        ("disk_free_bytes", "gauge", "where the state is kept", program["disk_free_bytes"]),
        ("database_bytes", "gauge", "the database with its journal", program["database_bytes"]),
        ("ocpp_connected", "gauge", "1 while the central system is", ocpp["connected"]),
        ("ocpp_connections_total", "counter", "with the central system", ocpp["connections"]),
        ("turn_lateness_seconds", "gauge", "99 % of the control turns are less late",
         status["lateness_ms"]["p99"] / 1000),
    ]  # fmt: skip
    made = [Metric(name, kind, text, ((nothing, float(value)),)) for name, kind, text, value in one]
    made.append(_labelled("part_ok", "gauge", "of what is judged, 1 when it is in order", "part",
                          {row["part"]: float(row["ok"]) for row in program["parts"]}))  # fmt: skip
    made.append(_labelled("log_messages_total", "counter", "of the log, by level", "level",
                          program["log"]))  # fmt: skip
    made.append(_labelled("ocpp_messages_sent_total", "counter", "calls to the central system",
                          "action", ocpp["sent"]))  # fmt: skip
    made.append(_labelled("ocpp_messages_received_total", "counter", "calls from it", "action",
                          ocpp["received"]))  # fmt: skip
    return [*made, *_connectors(status["connectors"]), *_house(status["house_current_a"])]


def _connectors(connectors: Mapping[str, Mapping[str, Any]]) -> Iterator[Metric]:
    rows: tuple[tuple[str, str, str, str], ...] = (
        ("offered_amperes", "gauge", "what the pilot offers", "offered_a"),
        ("limit_amperes", "gauge", "the least of the limits", "limit_a"),
        ("contactor_closed", "gauge", "1 while it is commanded closed", "contactor"),
        ("energy_watthours_total", "counter", "what the meter counted", "energy_wh"),
        ("contactor_cycles_total", "counter", "closings of the contactor", "contactor_cycles"),
        ("plug_cycles_total", "counter", "times that a plug was put in", "plug_cycles"),
    )
    for name, kind, text, key in rows:
        samples = tuple(
            ({"connector": number}, float(each[key])) for number, each in connectors.items()
        )
        yield Metric(name, kind, text, samples)
    yield Metric(
        "connector_status",
        "gauge",
        "1 for the status that it has",
        tuple(
            ({"connector": number, "status": each["status"]}, 1.0)
            for number, each in connectors.items()
        ),
    )
    yield Metric(
        "fault",
        "gauge",
        "1 for each fault in force",
        tuple(
            ({"connector": number, "fault": fault}, 1.0)
            for number, each in connectors.items()
            for fault in each["faults"]
        ),
    )


def _house(current_a: Iterable[float] | None) -> Iterator[Metric]:
    if current_a is not None:
        samples = tuple(
            ({"phase": f"L{number}"}, float(amps)) for number, amps in enumerate(current_a, 1)
        )
        yield Metric("house_amperes", "gauge", "what the house draws", samples)


def _labelled(name: str, kind: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    samples = tuple(({label: key}, float(value)) for key, value in values.items())
    return Metric(name, kind, text, samples)


def _lines(all_metrics: Iterable[Metric]) -> Iterator[str]:
    for metric in all_metrics:
        name = f"evse_{metric.name}"
        yield f"# HELP {name} {metric.help}\n# TYPE {name} {metric.kind}\n"
        for labels, value in metric.samples:
            pairs = ",".join(f'{key}="{_escaped(each)}"' for key, each in labels.items())
            yield f"{name}{{{pairs}}} {value:.15g}\n" if pairs else f"{name} {value:.15g}\n"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
