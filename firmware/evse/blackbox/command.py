"""`evse replay`: repeats a recording of the black box."""

import argparse
import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evse.configuration import Commands

if TYPE_CHECKING:
    from evse.blackbox.recording import Recording
    from evse.blackbox.replay import Outcome

DIFFERENT_STATUS = 1
UNREADABLE_STATUS = 2


def add_replay(commands: Commands, _default_state_dir: Path) -> None:
    """Add `evse replay` to the commands of a parser."""
    parser = commands.add_parser(
        "replay",
        help="repeat a recording of the black box",
        description="Repeat a recording of the black box with the decisions of this program. "
        "Exit status 0: they are the same; 1: they differ; 2: the file cannot be read.",
    )
    parser.add_argument("file", type=Path, help="a recording, from the folder blackbox")
    parser.add_argument("--events", action="store_true", help="list what happened, with times")
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    parser.set_defaults(run=run_replay)


def run_replay(args: argparse.Namespace) -> int:
    """Repeat the file, print what came out; the exit status."""
    from evse.blackbox import files
    from evse.blackbox.recording import RecordingError
    from evse.blackbox.replay import replay

    try:
        recording = files.read(args.file)
    except (OSError, RecordingError) as error:
        sys.stderr.write(f"evse replay: {args.file}: {error}\n")
        return UNREADABLE_STATUS
    outcome = replay(recording)
    report = _report(recording, outcome, events=args.events)
    text = json.dumps(report, indent=2, ensure_ascii=False) if args.json else _text(report)
    sys.stdout.write(f"{text}\n")
    return DIFFERENT_STATUS if outcome.difference else 0


def _report(recording: "Recording", outcome: "Outcome", *, events: bool) -> dict[str, Any]:
    """What came out, as JSON values; `at` are calendar times, `before_end_s` count backwards."""
    end_s = recording.segments[-1].turns[-1].now_s

    def instant(at_s: float) -> dict[str, Any]:
        return {"at": _at(recording.at, at_s - end_s), "before_end_s": round(end_s - at_s, 3)}

    report: dict[str, Any] = {
        "connector": recording.connector_id,
        "reason": recording.reason,
        "at": recording.at,
        "program": recording.program,
        "turns": outcome.turns,
        "identical": outcome.difference is None,
        "difference": None,
    }
    if found := outcome.difference:
        report["difference"] = {
            **instant(found.at_s),
            "turn": found.turn,
            "field": found.field,
            "recorded": found.recorded,
            "replayed": found.replayed,
        }
    if events:
        report["events"] = [
            {**instant(at_s), "event": type(event).__name__, **_details(event)}
            for at_s, event in outcome.events
        ]
    return report


def _details(event: Any) -> dict[str, Any]:
    from evse.blackbox.codec import codec_of

    kind: Any = type(event)
    details: dict[str, Any] = codec_of(kind).encode(event, "")
    return details


def _at(end: str, offset_s: float) -> str:
    try:
        at = datetime.fromisoformat(end) + timedelta(seconds=offset_s)
    except ValueError:
        return ""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _text(report: dict[str, Any]) -> str:
    reason = report["reason"] or "on request"
    head = f"connector {report['connector']}, {reason}, {report['at']}, version {report['program']}"
    events = [_event_line(event) for event in report.get("events", ())]
    if (found := report["difference"]) is None:
        verdict = f"{report['turns']} turns, identical"
    else:
        verdict = (
            f"first difference in turn {found['turn']} of {report['turns']}, {found['at']}: "
            f"{found['field']} recorded {_shown(found['recorded'])}, "
            f"replayed {_shown(found['replayed'])}"
        )
    return "\n".join((head, *events, verdict))


def _event_line(event: dict[str, Any]) -> str:
    details = ", ".join(
        f"{name} {_shown(value)}"
        for name, value in event.items()
        if name not in {"at", "before_end_s", "event"}
    )
    line = f"{event['at']}  {0.0 - event['before_end_s']:+9.3f} s  {event['event']:<16} {details}"
    return line.rstrip()


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
