"""How a charge began and ended, in the words of people (Cabur manual 8.1.2-7). Pure."""

from evse.core.session import Origin, Reason
from evse.storage.history import Charge
from evse.texts import text

_STARTS = frozenset(Origin)

_ENDS: dict[str, str] = {
    Reason.DE_AUTHORIZED: "refused",
    Reason.EMERGENCY_STOP: "emergency",
    Reason.EV_DISCONNECTED: "unplugged",
    Reason.HARD_RESET: "restart",
    Reason.LOCAL: "local",
    Reason.OTHER: "fault",  # the one use which `core.session` has for it
    Reason.POWER_LOSS: "power_loss",
    Reason.REBOOT: "restart",
    Reason.REMOTE: "remote",
    Reason.SOFT_RESET: "restart",
    Reason.UNLOCK_COMMAND: "unlocked",
}
"""The reasons of OCPP 1.6, 7.36, by the last part of the key of their text."""

_CARD = "card"


def start_mode(charge: Charge, language: str) -> str:
    """ "RFID", "Remote" or "Free"; "" for charges of versions which did not keep it."""
    known = charge.start_mode in _STARTS
    return text(f"history.start.{charge.start_mode}", language) if known else ""


def stop_mode(charge: Charge, language: str) -> str:
    """As "RFID" or "Plug pulled"; "" while it runs, and the reason itself if it is unknown."""
    if charge.reason is None:
        return ""
    end = _ENDS.get(charge.reason)
    if end == _ENDS[Reason.LOCAL] and charge.stop_id_tag:
        end = _CARD
    return text(f"history.stop.{end}", language) if end else charge.reason
