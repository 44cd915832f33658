"""The findings of the doctor as text for people and as JSON for machines. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from evse.doctor.devices import Format
from evse.doctor.findings import Device, Examination
from evse.doctor.ports import Port
from evse.doctor.questions import Outcome
from evse.doctor.terminal import remark
from evse.doctor.verdicts import Code, Verdict


@dataclass(frozen=True, slots=True)
class Report:
    """One port. `examination`: None when it was not examined."""

    port: Port
    examination: Examination | None
    verdicts: list[Verdict]

    @property
    def has_problem(self) -> bool:
        """Whether something must be done."""
        return any(verdict.is_problem for verdict in self.verdicts)


def text(report: Report) -> str:
    """For people."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield heading(report.port)
    if report.examination is not None:
        for device in report.examination.devices:
            yield from _device(device, report)
    for verdict in report.verdicts:
        mark = "✗" if verdict.is_problem else "✓" if verdict.code is Code.GOOD else "·"
        about = "" if verdict.unit is None else f"address {verdict.unit}: "
        yield from remark(mark, about + verdict.text)


def heading(port: Port) -> str:
    """The port and what it is."""
    return f"{port.device}: {port.what}" + (f"\n  as {port.stable}" if port.stable else "")


def _device(device: Device, report: Report) -> Iterator[str]:
    where = "" if device.unit is None else f"address {device.unit}: "
    yield f"  {where}{device.name} ({_role(device)})"
    tally = device.tally
    counts = [f"{device.good} of {tally.polls} answers good"]
    counts += [
        f"{tally.outcomes[outcome]} {words}"
        for outcome, words in _COUNTED.items()
        if tally.outcomes[outcome] and not (outcome is Outcome.EXCEPTION and device.kind is None)
    ]
    if (median_s := tally.time_s(50)) is not None:
        counts.append(f"{1000 * median_s:.0f} ms (95 %: {1000 * (tally.time_s(95) or 0):.0f} ms)")
    yield f"      {', '.join(counts)}"
    line = report.examination.format if report.examination else None
    if line is not None and device.unit is not None:
        yield f"      connection {connection(report.port, line)}, address {device.unit}"


_COUNTED = {
    Outcome.SILENCE: "missing",
    Outcome.CHECKSUM: "with wrong checksum",
    Outcome.CUT: "cut",
    Outcome.NOISE: "noise",
    Outcome.FOREIGN: "of others",
    Outcome.EXCEPTION: "refused",
}


def connection(port: Port, line: Format) -> str:
    """As the settings have it, e.g. `meter.internal.connection`."""
    options = f"baudrate={line.baudrate}&parity={line.parity}&stopbits={line.stopbits}"
    return f"serial:{port.stable or port.device}?{options}"


def _role(device: Device) -> str:
    return device.kind.role.value if device.kind is not None else "kind unknown"


def as_json(reports: Iterable[Report]) -> dict[str, Any]:
    """For machines: times in ms, None for what is not known."""
    listed = list(reports)
    return {
        "good": not any(report.has_problem for report in listed),
        "ports": [_port(report) for report in listed],
    }


def _port(report: Report) -> dict[str, Any]:
    examination = report.examination
    line = examination.format if examination else None
    return {
        "port": report.port.device,
        "what": report.port.what,
        "stable_name": report.port.stable or None,
        "format": str(line) if line else None,
        "connection": connection(report.port, line) if line else None,
        "devices": [_device_json(device) for device in examination.devices] if examination else [],
        "verdicts": [
            {
                "code": verdict.code.value,
                "problem": verdict.is_problem,
                "address": verdict.unit,
                "text": verdict.text,
            }
            for verdict in report.verdicts
        ],
    }


def _device_json(device: Device) -> dict[str, Any]:
    tally = device.tally
    median_s, slow_s = tally.time_s(50), tally.time_s(95)
    return {
        "address": device.unit,
        "name": device.name,
        "role": device.kind.role.name.lower() if device.kind is not None else None,
        "polls": tally.polls,
        "good": device.good,
        **{outcome.value: tally.outcomes[outcome] for outcome in Outcome if outcome != "good"},
        "echoes": tally.echoes,
        "p50_ms": None if median_s is None else round(1000 * median_s, 1),
        "p95_ms": None if slow_s is None else round(1000 * slow_s, 1),
    }
