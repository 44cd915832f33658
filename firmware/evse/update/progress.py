"""How far the update under way is, and how the last one ended: what page and panel show."""

import logging
from enum import StrEnum

from evse.update.codes import Code, UpdateError

_log = logging.getLogger(__name__)


class Phase(StrEnum):
    """Where an update is."""

    IDLE = "idle"
    RECEIVING = "receiving"
    VERIFYING = "verifying"
    WAITING = "waiting"  # until no car is there
    INSTALLING = "installing"
    RESTARTING = "restarting"
    TRIAL = "trial"  # the new version runs, and has yet to prove itself
    FAILED = "failed"


class Progress:
    """See the module. `percent`: of this phase, None where nobody knows."""

    def __init__(self) -> None:
        self.phase = Phase.IDLE
        self.message = ""
        self.percent: int | None = None
        self.code: Code | None = None

    def go(self, phase: Phase, message: str = "", percent: int | None = None) -> None:
        """A phase begins, or goes on with another message."""
        if phase is not self.phase and message:
            _log.info("update %s: %s", phase, message)
        self.phase, self.message, self.percent = phase, message, percent
        self.code = None

    def at(self, percent: int | None) -> None:
        """The phase has come so far."""
        self.percent = None if percent is None else max(0, min(percent, 100))

    def ended(self, error: BaseException) -> None:
        """The update has ended without an installation: it failed, or whoever sent it has gone."""
        if isinstance(error, UpdateError | OSError):
            _log.error("the update has failed: %s", error)
            self.go(Phase.FAILED, str(error))
            self.code = (error.code if isinstance(error, UpdateError) else None) or Code.WRITE
        else:
            self.go(Phase.IDLE)

    def proved(self, version: str, why_not: str) -> None:
        """A trial is over; with a reason the version was taken back."""
        if why_not:
            self.go(Phase.FAILED, f"version {version} was taken back: {why_not}")
            self.code = Code.WRITE
        else:
            self.go(Phase.IDLE, f"version {version} is installed")
            self.code = Code.DONE
