"""What the settings say of readers and numbers: the readers that are there, and the notation."""

from collections.abc import Callable

from evse.clock import SystemClock
from evse.readers.keyboard import KeyboardReader, evdev_is_installed, open_evdev
from evse.readers.pn532 import Pn532
from evse.readers.reader import Reader
from evse.readers.simulated import SimulatedReader
from evse.readers.uid import ByteOrder, Notation, Radix
from evse.settings.values import Settings

PLACES = (("reader.kind", "reader.connection"), ("reader.second_kind", "reader.second_connection"))
"""The settings of each place for a reader."""


def readers_of(settings: Settings) -> list[Reader]:
    """The readers. Raises ValueError for a reader that cannot be as it is set.

    Real readers live in real time, whatever the clock of a simulation does.
    """
    fitted = [_reader(settings, *place) for place in PLACES]
    return [reader for reader in fitted if reader is not None]


def notation_of(settings: Settings) -> Notation:
    """How numbers of cards are written now."""
    return Notation(
        Radix(settings["authorization.tag_id_form"]),
        ByteOrder(settings["authorization.tag_id_function"]),
    )


def _reader(settings: Settings, kind_key: str, connection_key: str) -> Reader | None:
    kind = settings[kind_key]
    if kind in ("none", "simulated"):
        return SimulatedReader() if kind == "simulated" else None
    device = settings[connection_key].removeprefix("serial:")
    if not device:
        raise ValueError(f"{connection_key}: came '', allowed is the device of a {kind} reader")
    return _REAL[kind](kind_key, device)


def _pn532(_key: str, device: str) -> Reader:
    return Pn532(device, SystemClock())


def _keyboard(key: str, device: str) -> Reader:
    if not evdev_is_installed():
        raise ValueError(
            f"{key}: came 'keyboard', which needs the package evdev "
            "(pip install evse-firmware[keyboard-reader])"
        )
    return KeyboardReader(device, SystemClock(), open_evdev)


_REAL: dict[str, Callable[[str, str], Reader]] = {"pn532": _pn532, "keyboard": _keyboard}
