"""BootNotification until we are accepted, then heartbeats; and the central system's clock."""

import logging
import math
from typing import Any

from ocpp.v16 import call

import evse
from evse.clock import Clock
from evse.ocpp import timestamps
from evse.ocpp.charge_point import CallRefused, ChargePoint, NoAnswer
from evse.ocpp.timing import BOOT_RETRY_MIN_S, BOOT_RETRY_S, CLOCK_OFFSET_TOLD_S, TURN_S
from evse.settings.setting import SettingError
from evse.settings.values import Settings

_logger = logging.getLogger(__name__)


class Registration:
    """What the central system said to our BootNotification (OCPP 1.6, 4.2). It holds until the
    program ends, over all connections.

    The time service of the operating system is the master of our clock. What the central system
    says of the time is measured, and told once when it differs; it never sets the clock.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.clock_offset_s: float | None = None
        self._settings = settings
        self._clock = clock
        self._status: str | None = None
        self._offset_told = False

    @property
    def accepted(self) -> bool:
        """True when we may send what we like."""
        return self._status == "Accepted"

    @property
    def rejected(self) -> bool:
        """True when we may neither send nor answer."""
        return self._status == "Rejected"

    async def register(self, charge_point: ChargePoint) -> None:
        """Send BootNotification until it is accepted."""
        while not self.accepted:
            due_s = self._clock.monotonic() + await self.boot(charge_point)
            # One that was triggered may be accepted meanwhile.
            while not self.accepted and self._clock.monotonic() < due_s:
                await self._clock.sleep(TURN_S)

    async def boot(self, charge_point: ChargePoint) -> float:
        """Send one BootNotification; returns the seconds until the next, if one is needed."""
        serial = self._settings["manufacturer.serial"]
        payload = call.BootNotification(
            charge_point_vendor=self._settings["manufacturer.vendor"],
            charge_point_model=self._settings["manufacturer.model"],
            charge_box_serial_number=serial,
            charge_point_serial_number=serial,
            firmware_version=evse.__version__,
        )
        try:
            answer = await charge_point.request(payload)
        except (NoAnswer, CallRefused) as error:
            _logger.warning("%s", error)
            return BOOT_RETRY_S
        self._note_time(answer.current_time)
        self._status = str(answer.status)
        _logger.info("the central system answered BootNotification with %s", self._status)
        if self.accepted:
            await self._take_heartbeat_interval(answer.interval)
        return _retry_s(answer.interval)

    async def heartbeats(self, charge_point: ChargePoint) -> None:
        """Send a Heartbeat each HeartbeatInterval until cancelled."""
        last_s = self._clock.monotonic()
        while True:
            await self._clock.sleep(TURN_S)
            if self._clock.monotonic() - last_s >= self._settings["ocpp.heartbeat_interval_s"]:
                last_s = self._clock.monotonic()
                await self.heartbeat(charge_point)

    async def heartbeat(self, charge_point: ChargePoint) -> None:
        """Send one Heartbeat."""
        try:
            answer = await charge_point.request(call.Heartbeat())
        except (NoAnswer, CallRefused) as error:
            _logger.warning("%s", error)
        else:
            self._note_time(answer.current_time)

    async def _take_heartbeat_interval(self, interval_s: Any) -> None:
        if interval_s == 0:
            return  # ours to choose
        try:
            await self._settings.set("ocpp.heartbeat_interval_s", interval_s, "BootNotification")
        except SettingError as error:
            _logger.warning("%s", error)

    def _note_time(self, current_time: str) -> None:
        try:
            theirs = timestamps.parse(current_time)
        except ValueError:
            _logger.warning("currentTime: came %r, allowed is a date and time", current_time)
            return
        self.clock_offset_s = (theirs - self._clock.utcnow()).total_seconds()
        if abs(self.clock_offset_s) > CLOCK_OFFSET_TOLD_S and not self._offset_told:
            self._offset_told = True
            _logger.warning("the central system's clock is %+.0f s from ours", self.clock_offset_s)


def _retry_s(interval_s: object) -> float:
    """Return the wait until the next BootNotification; what is no number of seconds is ours."""
    if not isinstance(interval_s, int | float) or not 0 < interval_s < math.inf:
        return BOOT_RETRY_S
    return max(BOOT_RETRY_MIN_S, interval_s)
