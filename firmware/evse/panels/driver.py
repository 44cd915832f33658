"""What every device of a panel can do: show what is to be shown."""

from typing import Protocol

from evse.panels.indications import Indications


class PanelError(Exception):
    """A device of the panel could not be reached; the text says which and why."""


class Driver(Protocol):
    """One device. Its calls block and come from one thread, one after the other.

    After a PanelError comes `close`, and then `show` again, which opens the device anew.
    """

    name: str
    """For the log, as "the display"."""

    def show(self, indications: Indications) -> None:
        """Make the device show this; what it shows already is not written. Raises PanelError."""

    def close(self) -> None:
        """Go dark as far as possible and release the device; harmless when it is not open."""
