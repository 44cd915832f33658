#!/usr/bin/env python3
"""Prints the table of docs/ocpp.md that says which test guards which behaviour of a charge point.

    scripts/ocpp_behaviours.py            # print it
    scripts/ocpp_behaviours.py --write    # put it into the document, between its markers

A test names the behaviours that it guards in its docstring ("Behaviour 5", "Behaviours 2, 7 to 9")
or in its own name (`test_16_a_charge_is_told_step_by_step`).
"""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"
sys.path.insert(0, str(ROOT))

from scripts.marked import put_between_markers  # noqa: E402

COLUMNS = ("", "behaviour", "tests")

BEHAVIOURS = {
    1: "connects to url/identity with `ocpp1.6`, BootNotification first",
    2: "accepted: heartbeat interval, a status for 0 and each connector",
    3: "Pending: answers, sends what is triggered, starts nothing",
    4: "Rejected: silent until the next BootNotification",
    5: "BootNotification repeated after CALLERROR or silence",
    6: "reconnected: boots again unless accepted before",
    7: "reconnects by itself within 30 s; an unanswered call holds up none",
    8: "a changed HeartbeatInterval holds at once and after a reconnect",
    9: "bad payloads and bytes get CALLERROR, the connection stays",
    10: "a bad answer counts as a refusal; one call at a time",
    11: "DataTransfer of an unknown vendor",
    12: "GetConfiguration: all keys, order, readonly, unknownKey",
    13: "ChangeConfiguration: Accepted, Rejected, NotSupported",
    14: "names of keys ignore case",
    15: "changed values survive a power cut",
    16: "statuses of a charge, each told once",
    17: "a refused card changes no status",
    18: "a fault is told with its errorCode, and its end",
    19: "after offline the statuses that differ",
    20: "an unknown card is asked for",
    21: "a card without a plug waits ConnectionTimeOut",
    22: "the cache: status, group, expiry, ClearCache",
    23: "LocalPreAuthorize",
    24: "LocalAuthorizeOffline, AllowOfflineTxForUnknownId",
    25: "own card and own group stop, no other",
    26: "the group counts from Authorize and StartTransaction",
    27: "a card in Finishing does nothing",
    28: "one reader for two connectors",
    29: "StartTransaction, card and plug in either order",
    30: "StopTransaction: id, meterStop, card, reason",
    31: "transactionData",
    32: "a card refused at StartTransaction",
    33: "refused messages: attempts, intervals, order",
    34: "what happens offline is told in order with its times",
    35: "a transaction under way at a power cut is stopped",
    36: "sampled meter values",
    37: "clock-aligned meter values",
    38: "MeterValuesSampledData is kept and read back",
    39: "RemoteStartTransaction with and without a connector",
    40: "RemoteStartTransaction rejected",
    41: "AuthorizeRemoteTxRequests",
    42: "RemoteStopTransaction of an unknown transaction",
    43: "UnlockConnector",
    44: "Reset",
    45: "ChangeAvailability of an idle connector",
    46: "ChangeAvailability of an occupied connector",
    47: "ChangeAvailability of connector 0",
    48: "Unavailable survives reset and power cut",
    49: "SendLocalList, versions, power cut",
    50: "VersionMismatch",
    51: "without the profile NotSupported",
    52: "ReserveNow and its refusals",
    53: "only the reservation's card or group",
    54: "a remote start while the group is unknown",
    55: "expiry and CancelReservation",
    56: "a reservation of connector 0",
    57: "SetChargingProfile rejected; TxDefaultProfile at once",
    58: "replacing profiles; they survive a power cut",
    59: "stack levels, purposes, connector 0",
    60: "absolute, recurring, relative; bounds",
    61: "GetCompositeSchedule",
    62: "RemoteStartTransaction with a TxProfile",
    63: "ClearChargingProfile",
    64: "TriggerMessage",
    65: "UpdateFirmware",
    66: "GetDiagnostics",
    67: "retries and their interval",
    68: "AuthorizationKey",
    69: "SecurityProfile raised, and back if that fails",
    70: "keys of the security extension",
    71: "SignCertificate, CertificateSigned",
    72: "installing, listing and deleting certificates",
    73: "SecurityEventNotification",
    74: "GetLog",
    75: "SignedUpdateFirmware",
    76: "TLS against the installed root",
    77: "all hardware can be simulated",
    78: "everything settable from outside, several side by side",
    79: "killable at any moment; Reset ends the process",
    80: "simulated firmware is installed without effect",
}

_NAMED = re.compile(r"Behaviours?\s+(\d+(?:(?:,\s+|\s+and\s+|\s+to\s+)\d+)*)")
_IN_NAME = re.compile(r"test_((?:\d+_)+)")


def numbers(test: ast.FunctionDef | ast.AsyncFunctionDef) -> set[int]:
    """The behaviours that a test names."""
    found = {int(n) for name in _IN_NAME.findall(test.name) for n in name.split("_") if n}
    for text in _NAMED.findall(ast.get_docstring(test) or ""):
        for part in re.split(r",\s+|\s+and\s+", text):
            first, _, last = re.sub(r"\s+to\s+", "-", part).partition("-")
            found |= set(range(int(first), int(last or first) + 1))
    return found & BEHAVIOURS.keys()


def tests() -> Iterator[tuple[int, str]]:
    """(behaviour, test) of all tests which name one."""
    for path in sorted(TESTS.rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if not (_NAMED.search(text) or _IN_NAME.search(text)):
            continue
        for node in ast.parse(text).body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                for number in numbers(node):
                    yield number, f"{path.relative_to(TESTS)}::{node.name}"


@cache
def guards() -> dict[int, list[str]]:
    """The tests of each behaviour."""
    found: dict[int, list[str]] = {number: [] for number in BEHAVIOURS}
    for number, test in tests():
        found[number].append(test)
    return found


def table() -> str:
    """The table, one row a behaviour."""
    rows = [COLUMNS, ("---",) * len(COLUMNS)] + [
        (str(number), BEHAVIOURS[number], ", ".join(f"`{test}`" for test in found))
        for number, found in guards().items()
    ]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        put_between_markers("behaviours", table())
    else:
        sys.stdout.write(f"{table()}\n")
