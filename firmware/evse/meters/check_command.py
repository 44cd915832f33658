"""`evse meter check`: the check of the house meter with a car that charges."""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from evse.local.client import ControlError, ask
from evse.meters.commissioning import Finding

if TYPE_CHECKING:
    from evse.checking import Checking
    from evse.local.requests import Request
    from evse.local.server import Handler

POLL_S = 1.0
"""Real time between two looks at the running check."""

_ADVICE = {
    Finding.GOOD: "every phase of the car is seen on its phase of the house, the right way round",
    Finding.SWAPPED: "phases are in another order; --store sets it, or change the transformers",
    Finding.REVERSED: "a transformer is the wrong way round; --store sets it, or turn it round",
    Finding.MISSING: "a transformer does not see the car: not connected, or on another cable",
    Finding.SCALE: "the meter shows too much or too little: check ratio, scale and number format",
    Finding.FROZEN: "the meter shows the same all the time",
    Finding.EXPORTING: "the house fed into the grid, and this meter tells no direction; try again "
    "without sun",
    Finding.CAR_IDLE: "the car does not follow; is it nearly full, or limited by something else?",
    Finding.METER_SILENT: "a meter does not answer",
    Finding.NOT_SURE: "too much goes on in the house; switch off large appliances and try again",
}


def check_handlers(checking: "Checking") -> "dict[str, Handler]":
    """The commands for the wallbox's socket."""

    async def start(request: "Request") -> dict[str, Any]:
        checking.start(request.fields["connector"])
        return checking.snapshot()

    async def status(_: "Request") -> dict[str, Any]:
        return checking.snapshot()

    async def stop(_: "Request") -> dict[str, Any]:
        checking.stop()
        return {}

    async def store(_: "Request") -> dict[str, Any]:
        return {"changed": await checking.store()}

    return {
        "check-start": start,
        "check-status": status,
        "check-stop": stop,
        "check-store": store,
    }


def run_check(args: argparse.Namespace) -> int:
    """Check, show progress, then what was found; the exit status, 1 unless all is right."""
    try:
        return _check(args)
    except ControlError as error:
        sys.stderr.write(f"evse meter check: {error}\n")
        return 1


def _check(args: argparse.Namespace) -> int:
    ask(args.state, "check-start", connector=args.connector)
    try:
        told = _wait(args)
    except KeyboardInterrupt:
        ask(args.state, "check-stop")
        sys.stderr.write("\nevse meter check: ended; nothing was changed\n")
        return 1
    result = told["result"]
    if args.json:
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(_lines(told)) + "\n")
    good = result["findings"] == [Finding.GOOD]
    if args.store and not good and told.get("to_set"):
        for key, value in ask(args.state, "check-store")["changed"].items():
            sys.stdout.write(f"set: {key} = {value}; check again to be sure\n")
    return 0 if good else 1


def _wait(args: argparse.Namespace) -> dict[str, Any]:
    """The end of the check. Raises ControlError when the wallbox goes, or its meters are silent."""
    steps = -1
    while True:
        told: dict[str, Any] | None = ask(args.state, "check-status")["check"]
        if told is None:
            raise ControlError("the check was ended by somebody else")
        if told["result"] is not None:
            return told
        if told["silent"]:
            ask(args.state, "check-stop")
            raise ControlError("the house meter does not answer")
        if told["steps"] != steps and not args.json:
            steps = told["steps"]
            sys.stdout.write(
                f"step {steps} of at most {told['most_steps']}: {told['wanted_a']:g} A\n"
            )
            sys.stdout.flush()
        time.sleep(POLL_S)


def _lines(told: Mapping[str, Any]) -> Iterator[str]:
    result = told["result"]
    for finding in result["findings"]:
        yield f"{finding.replace('_', ' ')}: {_ADVICE[Finding(finding)]}"
    for ours, theirs in result["carries"]:
        yield f"L{ours} of the wallbox is L{theirs} of the meter"
    for phase, gain in enumerate(result["gains"], start=1):
        if gain:
            yield f"L{phase} of the meter shows {gain:+.2f} A for each ampere of the car"
    for name in ("reversed", "missing"):
        if result[name]:
            yield f"{name}: " + ", ".join(f"L{phase}" for phase in result[name])
    if result["confidence"]:
        yield f"{100 * result['confidence']:.0f} % of the steps agree"
    for key, value in told.get("to_set", {}).items():
        yield f"{key} = {value}"
