"""Firmware Management: fetches, checks and hands over firmware (OCPP 1.6, 5.19; whitepaper, L01).

An order is on disk before it is answered. After a restart it goes on where it was; what was fetched
and not yet installed is checked again.
"""

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from ocpp.exceptions import PropertyConstraintViolationError
from ocpp.v16 import call, call_result
from ocpp.v16.enums import Action

from evse.clock import Clock
from evse.ocpp import timestamps
from evse.ocpp.charge_point import ChargePoint, after, on
from evse.ocpp.installer import InstallationError, Installer
from evse.ocpp.jobs import Reports, Slot
from evse.ocpp.security.certificates import (
    CertificateError,
    check_trusted,
    parse_chain,
    signature_holds,
)
from evse.ocpp.security.events import Event, SecurityEvents
from evse.ocpp.security.store import CertificateStore, Use
from evse.ocpp.security.tls import transfer_context
from evse.ocpp.transfer import KNOWN_HOSTS, Attempts, Trust, download, sha256, shown
from evse.storage.notes import Notes

_logger = logging.getLogger(__name__)

_NOTE = "firmware update"

LOOK_S = 30.0
"""How often we look at the calendar while an order waits for its date: the clock may be set."""

IDLE_LOOK_S = 2.0
"""How often we look whether the last charge is over."""

WAITING, FETCHED, INSTALLING = "waiting", "fetched", "installing"


@dataclass(frozen=True, slots=True)
class Order:
    """A firmware that is to be installed. `request_id`, `signing_certificate` and `signature` are
    those of SignedUpdateFirmware. Instants as OCPP writes them. `phase`: how far it has come."""

    location: str
    retrieve_at: str
    retries: int
    interval_s: float
    install_at: str | None = None
    request_id: int | None = None
    signing_certificate: str = ""
    signature: str = ""
    phase: str = WAITING


class FirmwareUpdate:
    """Answers UpdateFirmware and SignedUpdateFirmware, and does what they ask for."""

    def __init__(
        self,
        clock: Clock,
        notes: Notes,
        store: CertificateStore,
        events: SecurityEvents,
        reports: Reports,
        installer: Installer,
        charging: Callable[[], bool],
        state_dir: Path,
    ) -> None:
        """`charging()`: whether there is a transaction, which an installation waits for."""
        self._clock = clock
        self._notes = notes
        self._store = store
        self._events = events
        self._reports = reports
        self._installer = installer
        self._charging = charging
        self._image = state_dir / "firmware" / "image"
        self._known_hosts = state_dir / KNOWN_HOSTS
        self._slot = Slot("firmware update")
        self._order: Order | None = None
        self._told: tuple[str, int | None] = ("Idle", None)

    async def restore(self) -> None:
        """Go on with an order from before a restart. Raises `sqlite3.Error`."""
        note = await self._notes.read(_NOTE)
        if note is None:
            return
        try:
            self._order = Order(**note)
        except TypeError:
            _logger.warning("the firmware update of another version is forgotten")
            await self._notes.forget(_NOTE)
            return
        self._slot.start(partial(self._work, self._order))

    async def run(self) -> None:
        """Fetch and install until cancelled."""
        await self._slot.run()

    @on(Action.update_firmware)
    async def update_firmware(
        self,
        location: str,
        retrieve_date: str,
        retries: int | None = None,
        retry_interval: int | None = None,
    ) -> call_result.UpdateFirmware:
        """5.19; it takes the place of one that is not yet being installed."""
        attempts = Attempts.asked(retries, retry_interval)
        at = _instant("retrieveDate", retrieve_date)
        if self._installing:
            _logger.warning("UpdateFirmware is passed over: another one is being installed")
        else:
            self._slot.stop()
            await self._keep(Order(location, at, attempts.retries, attempts.interval_s))
        return call_result.UpdateFirmware()

    @on(Action.signed_update_firmware)
    async def signed_update_firmware(
        self,
        request_id: int,
        firmware: Mapping[str, Any],
        retries: int | None = None,
        retry_interval: int | None = None,
    ) -> call_result.SignedUpdateFirmware:
        """L01; AcceptedCanceled when it takes another's place, Rejected while one is installed."""
        attempts = Attempts.asked(retries, retry_interval)
        install_at = firmware.get("install_date_time")
        order = Order(
            str(firmware["location"]),
            _instant("retrieveDateTime", firmware["retrieve_date_time"]),
            attempts.retries,
            attempts.interval_s,
            None if install_at is None else _instant("installDateTime", install_at),
            request_id,
            str(firmware["signing_certificate"]),
            str(firmware["signature"]),
        )
        if self._installing:
            return call_result.SignedUpdateFirmware(status="Rejected")
        try:
            await asyncio.to_thread(self._check_certificate, order)
        except CertificateError as error:
            _logger.warning("SignedUpdateFirmware is refused: %s", error)
            await self._events.record(Event.INVALID_SIGNING_CERTIFICATE, str(error))
            return call_result.SignedUpdateFirmware(status="InvalidCertificate")
        status = "AcceptedCanceled" if self._order else "Accepted"
        self._slot.stop()
        await self._keep(order)
        return call_result.SignedUpdateFirmware(status=status)

    @after(Action.update_firmware)
    def after_update_firmware(self, **_: Any) -> None:
        """Begin once the answer is out."""
        self._begin()

    @after(Action.signed_update_firmware)
    def after_signed_update_firmware(self, **_: Any) -> None:
        """Begin once the answer is out."""
        self._begin()

    async def tell(self, charge_point: ChargePoint) -> None:
        """The triggered FirmwareStatusNotification. Raises NoAnswer or CallRefused."""
        status, request_id = self._told
        plain = status if request_id is None else "Idle"
        await charge_point.request(call.FirmwareStatusNotification(status=plain))

    async def tell_signed(self, charge_point: ChargePoint) -> None:
        """The triggered SignedFirmwareStatusNotification. Raises NoAnswer or CallRefused."""
        status, request_id = self._told
        payload: Any = call.SignedFirmwareStatusNotification(
            status="Idle" if request_id is None else status, request_id=request_id
        )
        await charge_point.request(payload)

    @property
    def _installing(self) -> bool:
        return self._order is not None and self._order.phase == INSTALLING

    def _begin(self) -> None:
        order = self._order
        if order is not None and order.phase == WAITING:
            self._slot.start(partial(self._work, order))

    async def _keep(self, order: Order) -> None:
        """Put the order on disk. Raises `sqlite3.Error`."""
        await self._notes.keep(_NOTE, asdict(order))
        self._order = order

    async def _work(self, order: Order) -> None:
        """The whole way of an order, from where it is."""
        try:
            done = await self._installed_before(order) or await self._go(order)
        except (OSError, sqlite3.Error) as error:
            _logger.exception("the firmware update failed")
            self._report(order, _failure(order))
            done = not isinstance(error, sqlite3.Error)
        if done:
            await self._finish()

    async def _installed_before(self, order: Order) -> bool:
        """Whether the program ended by installing, and its outcome is told."""
        if order.phase != INSTALLING:
            return False
        outcome = await self._installer.outcome()
        if outcome is None:
            return False
        await self._tell_outcome(order, installed=outcome)
        return True

    async def _go(self, order: Order) -> bool:
        """Fetch, check, install; always True: there is nothing left to do."""
        if order.phase == WAITING or not self._image.exists():
            if not await self._fetch(order):
                return True
            order = replace(order, phase=FETCHED)
            await self._keep(order)
        if order.request_id is not None and not await self._verified(order):
            return True
        if order.install_at:
            await self._wait_for(order, order.install_at, "InstallScheduled")
        while self._charging():
            await self._clock.sleep(IDLE_LOOK_S)
        await self._keep(replace(order, phase=INSTALLING))
        self._report(order, "Installing")
        try:
            await self._installer.install(self._image)
        except InstallationError as error:
            _logger.error("%s", error)  # noqa: TRY400 - one line
            await self._tell_outcome(order, installed=False)
        else:
            await self._tell_outcome(order, installed=True)
        return True

    async def _fetch(self, order: Order) -> bool:
        """Whether the file is there, after as many attempts as it takes."""
        await self._wait_for(order, order.retrieve_at, "DownloadScheduled")
        attempts = Attempts(order.retries, order.interval_s)

        async def attempt() -> bool:
            trust = await asyncio.to_thread(self._trust)
            await download(order.location, self._image, trust)
            return True

        fetched = await attempts.run(
            self._clock,
            attempt,
            lambda: self._report(order, "Downloading"),
            lambda _: self._report(order, "DownloadFailed"),
        )
        if fetched:
            _logger.info("the firmware %s is fetched", shown(order.location))
            self._report(order, "Downloaded")
        return bool(fetched)

    def _trust(self) -> Trust:
        """Whose servers of firmware we believe: those of every installed root."""
        roots = [root for use in Use for root in self._store.roots(use)]
        return Trust(transfer_context(roots), self._known_hosts)

    async def _verified(self, order: Order) -> bool:
        """Whether certificate and signature hold, now that the file is there."""
        digest = await asyncio.to_thread(sha256, self._image)
        try:
            await asyncio.to_thread(self._check_certificate, order)
        except CertificateError as error:
            await self._events.record(Event.INVALID_SIGNING_CERTIFICATE, str(error))
            self._report(order, "InvalidSignature")
            return False
        certificate = parse_chain(order.signing_certificate)[0]
        if not signature_holds(certificate, order.signature, digest):
            await self._events.record(
                Event.INVALID_FIRMWARE_SIGNATURE, f"SHA-256 of the file {digest.hex()}"
            )
            self._report(order, "InvalidSignature")
            return False
        self._report(order, "SignatureVerified")
        return True

    def _check_certificate(self, order: Order) -> None:
        """Raise CertificateError unless the manufacturer's root stands behind it."""
        chain = parse_chain(order.signing_certificate)
        check_trusted(chain, self._store.roots(Use.MANUFACTURER), self._clock.utcnow())

    async def _wait_for(self, order: Order, instant: str, status: str) -> None:
        """Wait for the calendar; a signed order reports that it does."""
        at = timestamps.parse(instant)
        if order.request_id is not None and at > self._clock.utcnow():
            self._report(order, status)
        while (left_s := (at - self._clock.utcnow()).total_seconds()) > 0:
            await self._clock.sleep(min(left_s, LOOK_S))

    async def _tell_outcome(self, order: Order, *, installed: bool) -> None:
        self._report(order, "Installed" if installed else "InstallationFailed")
        if installed:
            await self._events.record(Event.FIRMWARE_UPDATED, shown(order.location))

    async def _finish(self) -> None:
        """Forget the order."""
        self._order = None
        self._told = ("Idle", None)
        with contextlib.suppress(OSError):
            self._image.unlink(missing_ok=True)
        try:
            await self._notes.forget(_NOTE)
        except sqlite3.Error:
            _logger.exception("the firmware update cannot be ended on disk")

    def _report(self, order: Order, status: str) -> None:
        self._told = (status, order.request_id)
        payload: Any = (
            call.FirmwareStatusNotification(status=status)
            if order.request_id is None
            else call.SignedFirmwareStatusNotification(status=status, request_id=order.request_id)
        )
        self._reports.put(payload)


def _failure(order: Order) -> str:
    return "DownloadFailed" if order.phase == WAITING else "InstallationFailed"


def _instant(field: str, value: str) -> str:
    """The instant as OCPP writes it. Raises OCPP's error for a date that is none."""
    try:
        return timestamps.text(timestamps.parse(value))
    except ValueError as error:
        raise PropertyConstraintViolationError(f"{field}: {error}") from error
