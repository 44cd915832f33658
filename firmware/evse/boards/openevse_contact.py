"""What is known of an OpenEVSE board, and what was told to it, since its port was opened."""

from evse.boards.openevse_rules import Mode
from evse.boards.rapi import Currents, Setting, Status
from evse.core.pilot import MINIMUM_A

RETRY_S = 0.5
"""Between two equal orders: a refusal (too hot) is asked again, but not without pause."""

_UNTOLD_A = int(MINIMUM_A)


class Contact:
    """See the module. `resync`: the board must be stopped and set up before anything else.

    `amps`: the current in force, None when it is not known. `mode`: the last that was told.
    """

    def __init__(self) -> None:
        self.resync = True
        self.major = 0
        self.status: Status | None = None
        self.mode: Mode | None = None
        self.amps: int | None = None
        self.currents = Currents(_UNTOLD_A, _UNTOLD_A, _UNTOLD_A, _UNTOLD_A)
        self.settings = Setting(0)
        self.temperature_c: float | None = None
        self.trips: tuple[int, int, int] | None = None
        self.unknown_since_s: float | None = None
        self.believe_from_s = 0.0
        self.pulse_due_s = self.status_due_s = self.slow_due_s = 0.0
        self._sent: dict[str, tuple[str, float]] = {}

    @property
    def next_due_s(self) -> float:
        """When the next request is due; the pulse needs no instant of its own."""
        return min(self.status_due_s, self.slow_due_s)

    def may_send(self, kind: str, order: str, now_s: float) -> bool:
        """Whether `order` is no repetition of the last one of its kind; it counts as sent."""
        last, last_s = self._sent.get(kind, ("", 0.0))
        if order == last and now_s - last_s < RETRY_S:
            return False
        self._sent[kind] = (order, now_s)
        return True
