"""What can be asked of a connected charger, whatever OCPP version it speaks.

Names follow OCPP 1.6; the 2.0.1 translator maps them: a configuration key is there
`Component.Variable` (more of that notation in `v201_device_model`), a connector is an EVSE.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from .control import Method

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


class NotSupported(CommandError):  # noqa: N818 - says what happened
    """This charger's OCPP version has no such command, so nothing was sent."""

    def __init__(self, action: str) -> None:
        super().__init__(action, f"{action} does not exist in the OCPP version of this charger")


class CallHeld(CommandError):  # noqa: N818 - says what happened
    """The charger restarted each time after this call (`call`: its name in the quarantine).

    Nothing was sent; `charger.quarantine.release(call)` allows it again.
    """

    def __init__(self, action: str, call: str) -> None:
        self.call = call
        super().__init__(action, f"{call} was not sent: the charger restarted each time after it")


@dataclass(frozen=True, slots=True)
class Period:
    """A step of a schedule: from `start_s` on, `limit` in the schedule's unit."""

    start_s: int
    limit: float
    phases: int | None = None


@dataclass(frozen=True, slots=True)
class CompositeSchedule:
    """What the charger says that it will offer. `unit` is A or W."""

    unit: str
    start: datetime | None
    periods: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class LocalEntry:
    """A card for the charger's local list. `status` None: the card is to be taken off the list."""

    id_tag: str
    status: str | None = "Accepted"
    expires_at: datetime | None = None
    parent_id_tag: str | None = None


@dataclass(frozen=True, slots=True)
class DataTransferAnswer:
    """The charger's answer to DataTransfer, as it came."""

    status: str
    data: Any = None


class LogKind(StrEnum):
    """Which log; OCPP 1.6 security extension and 2.0.1 name them so."""

    DIAGNOSTICS = "DiagnosticsLog"
    SECURITY = "SecurityLog"


class Commands(Protocol):
    """The way to one live connection.

    Every method raises CommandRefused, CommandUnanswered, NotSupported or CallHeld (all
    CommandError), and ValueError for what no message can carry, which names the field.
    """

    # The current. The method is that of `charger.control`.

    async def set_fallback(self, limit_a: float) -> None:
        """Write the standing current per phase (A) that holds whenever no lease does."""

    async def set_lease(self, connector_id: int, limit_a: float, duration_s: float) -> None:
        """Limit the running transaction to `limit_a` per phase (0: pause) for `duration_s`."""

    async def try_method(
        self,
        method: Method,
        connector_id: int,
        limit_a: float,
        duration_s: float | None,
        *,
        switch_to: int | None = None,
    ) -> None:
        """Set a limit by a given method; `duration_s` None: standing. For the commissioning.

        `switch_to`: charge with so many phases from now on. ValueError for less than 6 A by a
        method that outlasts the transaction.
        """

    async def set_profile(self, connector_id: int, profile: dict[str, Any]) -> None:
        """Send a charging profile as it is, in the charger's own OCPP version."""

    async def clear_profiles(
        self,
        *,
        profile_id: int | None = None,
        connector_id: int | None = None,
        purpose: str | None = None,
        stack_level: int | None = None,
    ) -> bool:
        """Clear the profiles that fit; return whether there were any."""

    async def composite_schedule(
        self, connector_id: int, duration_s: int, unit: str | None = None
    ) -> CompositeSchedule:
        """Ask what it will offer for the next `duration_s`."""

    # Transactions and cards.

    async def remote_start(
        self, connector_id: int, id_tag: str, limit_a: float, duration_s: float
    ) -> None:
        """Start a transaction whose first lease is `limit_a` for `duration_s`."""

    async def remote_stop(self, transaction_id: int | str) -> None:
        """End a transaction; many cars must be replugged before the next one."""

    async def reserve(
        self, connector_id: int, reservation_id: int, id_tag: str, expires_at: datetime
    ) -> None:
        """Reserve a connector (0: any) for a card."""

    async def cancel_reservation(self, reservation_id: int) -> None:
        """Give a reservation up."""

    async def local_list_version(self) -> int:
        """Return the version of the charger's local list; 0: empty, -1: it keeps none."""

    async def send_local_list(
        self, version: int, entries: Sequence[LocalEntry], *, full: bool
    ) -> None:
        """Write its local list, or with `full` False only the given differences."""

    async def clear_cache(self) -> None:
        """Make the charger forget the cards that it remembers by itself."""

    # The device.

    async def read_configuration(self, keys: Sequence[str] = ()) -> None:
        """Read some keys, or all of them; `charger.configuration` follows."""

    async def change_configuration(self, key: str, value: str) -> bool:
        """Write one key; `charger.configuration` follows. Return whether it takes a restart."""

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

    async def data_transfer(
        self, vendor_id: str, message_id: str | None = None, data: str | None = None
    ) -> DataTransferAnswer:
        """Send DataTransfer; every answer is returned, also a refusal."""

    async def update_firmware(
        self,
        url: str,
        retrieve_at: datetime,
        *,
        signing_certificate: str | None = None,
        signature: str | None = None,
    ) -> None:
        """Have it load and install a firmware; signed, where certificate and signature are given.

        `charger.firmware_status` follows.
        """

    async def get_log(
        self,
        url: str,
        kind: LogKind = LogKind.DIAGNOSTICS,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> str | None:
        """Have it upload its log to `url` (GetDiagnostics, or GetLog); return the file's name."""

    # Certificates (security extension of 1.6, and 2.0.1).

    async def certificate_signed(self, chain_pem: str) -> None:
        """Give it the certificate which it asked for by SignCertificate."""

    async def install_certificate(self, kind: str, pem: str) -> None:
        """Install a root; `kind` as in InstallCertificate of the charger's version."""

    async def installed_certificates(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Return the hash data of the installed roots, as OCPP gives them."""

    async def delete_certificate(self, hash_data: dict[str, Any]) -> None:
        """Delete an installed root."""
