"""The whole picture of `evse watch`: the panel, and the numbers behind it. Pure.

It is made from the answer to `status`; what an older wallbox does not tell is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel as Frame
from rich.table import Table
from rich.text import Text

from evse.core.faults import RULES, Clears, Fault, Severity
from evse.panels import terminal
from evse.panels.indications import Indications
from evse.panels.panel import Look, indications
from evse.panels.pattern import Pattern
from evse.panels.shown import ConnectorShown, Shown, ShownError, from_json

_LEFT = 34
_RIGHT = terminal.WIDTH - _LEFT
_QUIET = "grey62"

_ENDS = {
    Clears.ITSELF: "it ends by itself",
    Clears.UNPLUG: "pull the plug",
    Clears.LOCAL: "acknowledge it at the wallbox",
    Clears.INSTALLER: "the installer has to come",
}


@dataclass(frozen=True, slots=True)
class Scene:
    """What is looked at: one connector of a wallbox at one instant.

    `status`: its part of the answer. `lag_s`: how old the answer is. `panel` and `shown` are None
    when the wallbox tells nothing of them.
    """

    number: int
    status: Mapping[str, Any]
    answer: Mapping[str, Any]
    lag_s: float
    shown: ConnectorShown | None
    panel: Indications | None


def scene(answer: Mapping[str, Any], look: Look | None, number: int | None, lag_s: float) -> Scene:
    """Return what is to be seen `lag_s` after the answer came.

    `look`: None for the wallbox's own; `number`: None for the most important connector. Raises
    ValueError when there is no such connector, or the answer is not one.
    """
    connectors = answer.get("connectors")
    if not isinstance(connectors, Mapping) or not connectors:
        raise ValueError(f"connectors: came {connectors!r}, allowed a JSON object of connectors")
    told = _told(answer)
    at_s = told.box.at_s + lag_s if told else 0.0
    if number is None:
        number = told.connector(None, at_s).number if told else min(map(int, connectors))
    if str(number) not in connectors:
        raise ValueError(f"connector: came {number}, allowed {', '.join(connectors)}")
    return Scene(
        number,
        connectors[str(number)],
        answer,
        lag_s,
        told.connector(number, at_s) if told else None,
        indications(look or _look(answer), told, number, at_s) if told else None,
    )


def _look(answer: Mapping[str, Any]) -> Look:
    told = answer.get("panel")
    cabur = isinstance(told, Mapping) and told.get("look") == Look.CABUR
    return Look.CABUR if cabur else Look.ETEK


def _told(answer: Mapping[str, Any]) -> Shown | None:
    try:
        return from_json(answer["panel"])
    except (KeyError, ShownError):
        return None


# -------------------------------------------------------------------- pictures


def picture(scene: Scene) -> RenderableType:
    """Return the whole screen, 80 columns wide and 24 rows high in ordinary operation."""
    columns = Table.grid()
    columns.add_column(width=_LEFT)
    columns.add_column(width=_RIGHT)
    columns.add_row(
        Group(_frame("measured", _measured(scene)), _frame("session", _session(scene))),
        Group(_frame("limits", _limits(scene)), _frame("faults", _faults(scene))),
    )
    title = f"EVSE OCPP · connector {scene.number} · {_connection(scene.answer)}"
    panel = (
        terminal.panel(scene.panel, title)
        if scene.panel is not None
        else _frame(title, Text("This wallbox tells nothing of its panel.", style=_QUIET))
    )
    return Group(panel, _why(scene), columns)


def line(scene: Scene) -> str:
    """Return the same in one line, for terminals that can do no more."""
    status = scene.status
    parts = (
        f"connector {scene.number} {status.get('status', 'unknown')}",
        _lit(scene.panel) if scene.panel is not None else "",
        f"offers {_number(status.get('offered_a'), 1)} A by {status.get('limited_by', 'nobody')}",
        ", ".join(status.get("faults", ())) or "no fault",
        _connection(scene.answer),
        why(scene),
    )
    return " | ".join(part for part in parts if part)


def _lit(panel: Indications) -> str:
    lit = (f"{lamp.name} {lamp.pattern}" for lamp in panel.lamps if lamp.pattern is not Pattern.OFF)
    return ", ".join(lit) or "no lamp is lit"


def gone(error: str, since_s: float) -> RenderableType:
    """Return what is shown while the wallbox does not answer."""
    return Frame(
        Group(
            Text("The wallbox is gone.", style="bold red"),
            Text(error),
            Text(f"For {_duration(since_s)}; it is asked again and again.", style=_QUIET),
        ),
        title="EVSE OCPP",
        title_align="left",
        width=terminal.WIDTH,
    )


def why(scene: Scene) -> str:
    """Return the wallbox's sentence for this connector, "" without one."""
    told = scene.answer.get("why", "")
    if isinstance(told, Mapping):
        told = told.get(str(scene.number), "")
    return str(told)


# ---------------------------------------------------------------------- parts


def _frame(title: str, content: RenderableType) -> RenderableType:
    return Frame(content, title=title, title_align="left", box=box.ROUNDED, border_style="grey42")


def _why(scene: Scene) -> RenderableType:
    sentence = why(scene)
    return Padding(Text(sentence, style="bold"), (0, 1)) if sentence else Text()


def _connection(answer: Mapping[str, Any]) -> str:
    connected = answer.get("ocpp", {}).get("connected")
    return "central system connected" if connected else "no central system"


def _measured(scene: Scene) -> RenderableType:
    shown, status = scene.shown, scene.status
    table = Table.grid(padding=(0, 1))
    table.add_column(style=_QUIET, width=9)
    for _ in range(3):
        table.add_column(justify="right", width=6)
    phases = [
        ("voltage V", shown.voltage_v if shown else None, 0),
        ("current A", shown.current_a if shown else None, 1),
        ("house A", scene.answer.get("house_current_a"), 1),
    ]
    table.add_row("", *(Text(name, style=_QUIET) for name in ("L1", "L2", "L3")))
    for name, values, digits in phases:
        table.add_row(name, *(_number(value, digits) for value in values or (None,) * 3))
    total = _joined(
        f"{shown.power_w / 1000:.2f} kW" if shown and shown.power_w is not None else "",
        f"{shown.frequency_hz:.1f} Hz" if shown and shown.frequency_hz is not None else "",
    )
    contactor = "closed" if status.get("contactor") else "open"
    wires = f"pilot {status.get('pilot_state', '?')} · contactor {contactor}"
    return Group(table, *([Text(total)] if total else []), Text(wires))


def _session(scene: Scene) -> RenderableType:
    transaction, shown = scene.status.get("transaction"), scene.shown
    if not isinstance(transaction, Mapping):
        return Text("none", style=_QUIET)
    card = f"card {transaction.get('id_tag', '?')}"
    if shown is None:
        return Text(card)
    so_far = _joined(
        "" if shown.energy_wh is None else f"{shown.energy_wh / 1000:.2f} kWh",
        "" if shown.duration_s is None else _duration(shown.duration_s + scene.lag_s),
    )
    paused = f"paused by {shown.paused_by}" if shown.paused_by else ""
    return Text("\n".join(part for part in (card, so_far, paused) if part))


def _limits(scene: Scene) -> RenderableType:
    """Every limit, the least first; the one that holds is marked."""
    table = Table.grid(padding=(0, 1))
    table.add_column(width=1)
    table.add_column(width=12)
    for width in (7, 5, 11):
        table.add_column(width=width, justify="right")
    table.add_row("", "", "at most", "age", "ends", style=_QUIET)
    limits = [each for each in scene.status.get("limits", ()) if isinstance(each, Mapping)]
    for limit in sorted(limits, key=lambda each: float(each.get("amps", 0))):
        holds = limit.get("source") == scene.status.get("limited_by")
        table.add_row(
            "▶" if holds else "",
            str(limit.get("source", "?")),
            f"{_number(limit.get('amps'), 1)} A",
            _age(limit, scene.lag_s),
            _end(limit, scene.lag_s),
            style="bold" if holds else "",
        )
    offered = f"offers {_number(scene.status.get('offered_a'), 1)} A"
    return Group(table, Text(offered, style="bold"))


def _age(limit: Mapping[str, Any], lag_s: float) -> str:
    age_s = limit.get("age_s")
    return "" if age_s is None else _short(float(age_s) + lag_s)


def _end(limit: Mapping[str, Any], lag_s: float) -> str:
    """When a limit ends, and in what."""
    left_s = limit.get("expires_in_s")
    if left_s is None:
        return ""
    return f"{_short(max(0.0, float(left_s) - lag_s))} → {_number(limit.get('fallback_a'), 0)} A"


def _faults(scene: Scene) -> RenderableType:
    raised = set(scene.status.get("faults", ()))
    rows = [_fault(fault) for fault in RULES if fault in raised]
    unknown = [Text(str(name)) for name in sorted(raised - set(Fault))]
    return Group(*rows, *unknown) if rows or unknown else Text("none", style=_QUIET)


def _fault(fault: Fault) -> Text:
    rule = RULES[fault]
    style = "yellow" if rule.severity is Severity.WARNING else "bold red"
    code = f" ({rule.display_code})" if rule.display_code else ""
    return Text.assemble((rule.text, style), f"{code}: {_ENDS[rule.clears]}")


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _number(value: object, digits: int) -> str:
    return f"{value:.{digits}f}" if isinstance(value, int | float) else "–"


def _short(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"


def _duration(seconds: float) -> str:
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02} h" if hours else f"{minute}:{second:02} min"
