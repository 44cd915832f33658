"""The wallbox's own Wi-Fi: its name and key, when it closes, and whom it admits. Pure, but the key.

EKEPC3 manual, 5.1 and 5.6: it is opened by the network configuration card, is named OCPP_XXXX and
has the wallbox at 192.168.4.1; the manual's password for every device is replaced by one per
device. Cabur manual, 8.1.1: it is opened by a button held for three seconds, and one device at a
time can be connected.

One at a time is kept twice: NetworkManager (from 1.52) lends one address only, and the web server
answers one client of the hotspot alone until that has been silent for `GUEST_S`.
"""

import logging
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from evse.storage.files import write_private

_log = logging.getLogger(__name__)

IDLE_S = 600.0
"""Closed so long after it was opened, prolonged or last used, s: the ten minutes of issue and
manual; a forgotten hotspot is an open door, and keeps a wallbox with one radio off its Wi-Fi."""

LONGEST_S = 3600.0
"""Closed so long after it was opened in any case, s: whoever needs more opens it again."""

GUEST_S = 60.0
"""A client that asks nothing for so long, s, has gone, and another may come. A page that is looked
at asks each second."""

KEY_LENGTH = 16
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Nothing that looks like something else, for it is typed from a label. 16 of these are 79 bits."""

FILE = "hotspot-key"

_ESCAPED = '\\;,":'


@dataclass(frozen=True, slots=True)
class Hotspot:
    """`heard_s`: when it was last opened, prolonged or used; `guest`: the client's address."""

    open: bool = False
    opened_s: float = 0.0
    heard_s: float = 0.0
    guest: str = ""
    guest_heard_s: float = 0.0


def opened(state: Hotspot, now_s: float) -> Hotspot:
    """The hotspot after somebody opened or prolonged it."""
    return Hotspot(True, now_s, now_s, state.guest if state.open else "", state.guest_heard_s)


def closes_in_s(state: Hotspot, now_s: float) -> float:
    """How long it stays open if nobody uses it; 0 when it is due or closed."""
    if not state.open:
        return 0.0
    return max(0.0, min(state.heard_s + IDLE_S, state.opened_s + LONGEST_S) - now_s)


def asked(state: Hotspot, client: str, now_s: float) -> tuple[Hotspot, bool]:
    """A request of `client` over the hotspot; whether it is admitted."""
    if state.guest not in ("", client) and now_s - state.guest_heard_s < GUEST_S:
        return state, False
    return replace(state, guest=client, guest_heard_s=now_s, heard_s=now_s), True


def client_of(state: Hotspot, now_s: float) -> str | None:
    """The address of who is using it."""
    here = state.open and state.guest and now_s - state.guest_heard_s < GUEST_S
    return state.guest if here else None


def ssid_of(chosen: str, serial: str) -> str:
    """The name of the hotspot: the one that was set, else OCPP_ and the serial number's end."""
    return chosen or f"OCPP_{serial[-4:]}"


def new_key() -> str:
    """A random key for WPA2."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(KEY_LENGTH))


def key_of(folder: Path) -> str:
    """The key in the state folder, made when there is none or a damaged one.

    A disk that fails costs the key its permanence, but nobody the wallbox.
    """
    path = folder / FILE
    try:
        key = path.read_text(encoding="ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        key = ""
    except OSError as error:
        _log.error("%s cannot be read, the hotspot has another key for now: %s", path, error)
        return new_key()
    if 12 <= len(key) <= 63 and key.isprintable():
        return key
    key = new_key()
    try:
        write_private(path, f"{key}\n".encode())
    except OSError as error:
        _log.error("%s cannot be kept, the hotspot has this key until the end: %s", path, error)
    return key


def qr_of(ssid: str, key: str) -> str:
    """The text of a QR code that lets a phone in (the form that ZXing has made common)."""
    return f"WIFI:T:WPA;S:{_escaped(ssid)};P:{_escaped(key)};;"


def _escaped(text: str) -> str:
    return "".join(f"\\{each}" if each in _ESCAPED else each for each in text)
