"""What can be asked of a connected charger, whatever OCPP version it speaks."""

from typing import Protocol

MAX_ANSWER_CHARS = 50
"""No status or error code of OCPP is longer; it comes from the network and goes into the log."""


class CommandError(Exception):
    """A command had no effect; `action` is its OCPP name."""

    def __init__(self, action: str, text: str) -> None:
        super().__init__(text)
        self.action = action


class CommandRefused(CommandError):  # noqa: N818 - says what happened
    """The charger answered, and not with Accepted; `answer` is the status or the CALLERROR code."""

    def __init__(self, action: str, answer: str) -> None:
        self.answer = answer[:MAX_ANSWER_CHARS]
        super().__init__(action, f"the charger refused {action}: {self.answer}")


class CommandUnanswered(CommandError):  # noqa: N818 - says what happened
    """No answer came: time-out, or the link was lost before it."""

    def __init__(self, action: str) -> None:
        super().__init__(action, f"the charger did not answer {action}")


class NotConnected(CommandError):  # noqa: N818 - says what happened
    """The charger is not connected, so nothing was sent."""

    def __init__(self, action: str) -> None:
        super().__init__(action, f"{action} cannot be sent: the charger is not connected")


class Commands(Protocol):
    """The way to one live connection. Every method raises CommandRefused or CommandUnanswered."""

    async def set_fallback(self, limit_a: float) -> None:
        """Write the standing current per phase (A) that holds whenever no lease does."""

    async def set_lease(self, connector_id: int, limit_a: float, duration_s: float) -> None:
        """Limit the running transaction to `limit_a` per phase (0: pause) for `duration_s`."""

    async def remote_start(
        self, connector_id: int, id_tag: str, limit_a: float, duration_s: float
    ) -> None:
        """Start a transaction whose first lease is `limit_a` for `duration_s`."""

    async def remote_stop(self, transaction_id: int) -> None:
        """End a transaction; many cars must be replugged before the next one."""

    async def change_configuration(self, key: str, value: str) -> None:
        """Write one configuration key; `charger.configuration` follows when it was accepted."""

    async def change_availability(self, connector_id: int, operative: bool) -> None:
        """Take a connector (0: all) into or out of service; Scheduled counts as accepted."""

    async def unlock(self, connector_id: int) -> None:
        """Release the cable."""

    async def reset(self, hard: bool) -> None:
        """Restart the charger."""

    async def trigger(self, message: str, connector_id: int | None = None) -> None:
        """Ask the charger to send `message` (an OCPP action name) now."""

    async def refresh(self) -> None:
        """Read the whole configuration and the state of every connector again."""
