"""A raised security profile is on trial until a connection with it holds (whitepaper, A05)."""

import logging
import sqlite3

from evse.ocpp.security.store import CertificateStore
from evse.ocpp.security.tls import CERTIFICATE_PROFILE, PASSWORD_PROFILES
from evse.settings.setting import SettingError, Value
from evse.settings.values import Settings
from evse.storage.notes import Notes

_logger = logging.getLogger(__name__)

TRIAL_S = 15.0
"""(real) So long a new profile may take to connect. The old one then has the rest of 30 s."""

_NOTE = "security profile before"


class ProfileTrial:
    """Which profile to go back to. The note of it is on disk before the profile is changed, so
    that a power cut in between leaves no wallbox with a profile that nobody has ever seen work."""

    def __init__(self, settings: Settings, notes: Notes, store: CertificateStore) -> None:
        self._settings = settings
        self._notes = notes
        self._store = store
        self._before: int | None = None

    async def restore(self) -> None:
        """Go on with a trial from before a restart. Raises `sqlite3.Error`."""
        before = await self._notes.read(_NOTE)
        self._before = before if isinstance(before, int) else None

    @property
    def under_way(self) -> bool:
        """True while the profile in force has not proven itself."""
        return self._before is not None

    async def refusal(self, key: str, value: Value) -> str:
        """Why the central system may not set `key` to `value`; "" when it may.

        For a profile that it may raise the trial begins. Raises `sqlite3.Error`.
        """
        if key == "ocpp.password" and not value:
            return "AuthorizationKey: came an empty one, allowed is 16 to 40 characters"
        if key != "ocpp.security_profile" or value == self._settings[key]:
            return ""
        current = self._settings[key]
        if not isinstance(value, int) or value < current:
            return f"SecurityProfile: came {value}, allowed is {current} or higher"
        if value == CERTIFICATE_PROFILE and self._store.identity() is None:
            return "SecurityProfile: came 3, and there is no certificate of this wallbox yet"
        if value in PASSWORD_PROFILES and not self._settings["ocpp.password"]:
            return f"SecurityProfile: came {value}, and there is no AuthorizationKey yet"
        before = current if self._before is None else self._before
        await self._notes.keep(_NOTE, before)
        self._before = before
        return ""

    async def passed(self) -> None:
        """A connection holds: the profile in force stays."""
        await self._end()

    async def failed(self) -> None:
        """Go back to the profile before. The settings tell whoever has to connect anew."""
        before = self._before
        if before is None:
            return
        _logger.warning(
            "no connection with security profile %d in %g s: back to %d",
            self._settings["ocpp.security_profile"],
            TRIAL_S,
            before,
        )
        try:
            await self._settings.set("ocpp.security_profile", before, "failed trial")
        except (SettingError, sqlite3.Error) as error:
            _logger.error("%s", error)  # noqa: TRY400 - one line
        await self._end()

    async def _end(self) -> None:
        if self._before is None:
            return
        self._before = None
        try:
            await self._notes.forget(_NOTE)
        except sqlite3.Error:
            _logger.exception("the trial of the security profile cannot be ended on disk")
