"""Diagnostics and logs: made into a file and uploaded (OCPP 1.6, 5.9; security whitepaper, N01)."""

import asyncio
import logging
import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from ocpp.exceptions import PropertyConstraintViolationError
from ocpp.v16 import call, call_result
from ocpp.v16.enums import Action

from evse.blackbox import files as blackbox
from evse.clock import Clock
from evse.ocpp import log_ring, timestamps
from evse.ocpp.archive import diagnostics, security_text, without_secrets, write_archive, write_text
from evse.ocpp.charge_point import ChargePoint, after, on
from evse.ocpp.jobs import Reports, Slot
from evse.ocpp.security.events import SecurityEvents
from evse.ocpp.security.store import CertificateStore, Use
from evse.ocpp.security.tls import transfer_context
from evse.ocpp.transfer import KNOWN_HOSTS, Attempts, TransferError, Trust, Why, shown, upload
from evse.settings.values import Settings

_logger = logging.getLogger(__name__)

FOLDER = "uploads"

SECURITY_LOG = "SecurityLog"

Status = Callable[[], Awaitable[Mapping[str, Any]]]
"""What `evse status` tells."""

_LOG_FAILURES = {
    Why.FAILED: "UploadFailure",
    Why.DENIED: "PermissionDenied",
    Why.UNSUPPORTED: "NotSupportedOperation",
}


@dataclass(frozen=True, slots=True)
class _Order:
    """A file that is asked for. `request_id`: that of GetLog, None for GetDiagnostics."""

    url: str
    name: str
    attempts: Attempts
    since: datetime | None
    until: datetime | None
    security: bool = False
    request_id: int | None = None


class Diagnostics:
    """Answers GetDiagnostics and GetLog, and uploads what they ask for, one file of each at a time.

    Attempts go on while the connection is away, and their reports are sent when it is back.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        store: CertificateStore,
        events: SecurityEvents,
        reports: Reports,
        state_dir: Path,
    ) -> None:
        self.status: Status = _nothing
        self._settings = settings
        self._clock = clock
        self._store = store
        self._events = events
        self._reports = reports
        self._state_dir = state_dir
        self._ring = log_ring.recent()
        self._slots = {False: Slot("diagnostics"), True: Slot("log")}  # by whether GetLog asked
        self._ordered: list[_Order] = []
        self._uploading: dict[bool, _Order] = {}

    async def run(self) -> None:
        """Upload until cancelled; what a power cut left behind goes first."""
        await asyncio.to_thread(shutil.rmtree, self._state_dir / FOLDER, ignore_errors=True)
        async with asyncio.TaskGroup() as tasks:
            for slot in self._slots.values():
                tasks.create_task(slot.run())

    @on(Action.get_diagnostics)
    async def get_diagnostics(
        self,
        location: str,
        retries: int | None = None,
        retry_interval: int | None = None,
        start_time: str | None = None,
        stop_time: str | None = None,
    ) -> call_result.GetDiagnostics:
        """5.9; a second one ends the first."""
        order = _Order(
            location,
            self._name("diagnostics", "tar.gz"),
            Attempts.asked(retries, retry_interval),
            _instant("startTime", start_time),
            _instant("stopTime", stop_time),
        )
        self._ordered.append(order)
        return call_result.GetDiagnostics(file_name=order.name)

    @on(Action.get_log)
    async def get_log(
        self,
        log: Mapping[str, Any],
        log_type: str,
        request_id: int,
        retries: int | None = None,
        retry_interval: int | None = None,
    ) -> call_result.GetLog:
        """N01; AcceptedCanceled when it ends the upload of another."""
        security = log_type == SECURITY_LOG
        order = _Order(
            str(log["remote_location"]),
            self._name("security", "log") if security else self._name("diagnostics", "tar.gz"),
            Attempts.asked(retries, retry_interval),
            _instant("oldestTimestamp", log.get("oldest_timestamp")),
            _instant("latestTimestamp", log.get("latest_timestamp")),
            security,
            request_id,
        )
        status = "AcceptedCanceled" if self._slots[True].busy else "Accepted"
        self._ordered.append(order)
        return call_result.GetLog(status=status, filename=order.name)

    @after(Action.get_diagnostics)
    def after_get_diagnostics(self, **_: Any) -> None:
        """Begin once the answer is out."""
        self._begin()

    @after(Action.get_log)
    def after_get_log(self, **_: Any) -> None:
        """Begin once the answer is out."""
        self._begin()

    async def tell_diagnostics(self, charge_point: ChargePoint) -> None:
        """The triggered DiagnosticsStatusNotification. Raises NoAnswer or CallRefused."""
        status = "Uploading" if False in self._uploading else "Idle"
        await charge_point.request(call.DiagnosticsStatusNotification(status=status))

    async def tell_log(self, charge_point: ChargePoint) -> None:
        """The triggered LogStatusNotification. Raises NoAnswer or CallRefused."""
        order = self._uploading.get(True)
        payload: Any = call.LogStatusNotification(
            status="Uploading" if order else "Idle",
            request_id=order.request_id if order else None,
        )
        await charge_point.request(payload)

    def _begin(self) -> None:
        for order in self._ordered:
            self._slots[order.request_id is not None].start(partial(self._work, order))
        self._ordered.clear()

    async def _work(self, order: _Order) -> None:
        by_log = order.request_id is not None
        file = self._state_dir / FOLDER / f"{'log' if by_log else 'diagnostics'}-{order.name}"
        self._uploading[by_log] = order
        try:
            await order.attempts.run(
                self._clock,
                lambda: self._upload(order, file),
                lambda: self._report(order, "Uploading"),
                lambda error: self._report_failure(order, error),
            )
        finally:
            del self._uploading[by_log]
            file.unlink(missing_ok=True)

    async def _upload(self, order: _Order, file: Path) -> None:
        """One attempt. Raises TransferError."""
        try:
            await self._write(order, file)
            roots = await asyncio.to_thread(self._store.roots, Use.CENTRAL_SYSTEM)
            tls = await asyncio.to_thread(transfer_context, roots)
            trust = Trust(tls, self._state_dir / KNOWN_HOSTS)
            await upload(order.url, file, order.name, trust)
        except (OSError, sqlite3.Error) as error:
            raise TransferError(f"the file cannot be made: {error}") from error
        _logger.info("%s is uploaded to %s", order.name, shown(order.url))
        self._report(order, "Uploaded")

    async def _write(self, order: _Order, file: Path) -> None:
        if not order.security:
            status = await self.status()
            texts = await asyncio.to_thread(
                diagnostics, self._settings, self._ring, status, order.since, order.until
            )
            black_boxes = self._state_dir / blackbox.FOLDER
            await asyncio.to_thread(write_archive, file, texts, black_boxes)
            return
        events = [
            event
            for event in await self._events.all()
            if log_ring.within(event.at, order.since, order.until)
        ]
        content = without_secrets(security_text(events), self._settings)
        await asyncio.to_thread(write_text, file, content)

    def _report(self, order: _Order, status: str) -> None:
        payload: Any = (
            call.DiagnosticsStatusNotification(status=status)
            if order.request_id is None
            else call.LogStatusNotification(status=status, request_id=order.request_id)
        )
        self._reports.put(payload)

    def _report_failure(self, order: _Order, error: TransferError) -> None:
        by_log = order.request_id is not None
        self._report(order, _LOG_FAILURES[error.why] if by_log else "UploadFailed")

    def _name(self, what: str, kind: str) -> str:
        at = self._clock.utcnow().strftime("%Y%m%dT%H%M%S")
        identity = "".join(c if c.isalnum() else "-" for c in self._settings["ocpp.identity"])
        return f"{identity}-{what}-{at}.{kind}"


async def _nothing() -> Mapping[str, Any]:
    return {}


def _instant(field: str, value: str | None) -> datetime | None:
    """Raises OCPP's error for a date that is none."""
    try:
        return None if value is None else timestamps.parse(value)
    except ValueError as error:
        raise PropertyConstraintViolationError(f"{field}: {error}") from error
