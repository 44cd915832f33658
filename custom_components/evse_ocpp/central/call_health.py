"""Whether a link carries our calls. Pure; kept over the connections of one charger.

Some firmwares go on sending heartbeats over a link on which they no longer answer
(mobilityhouse/ocpp #338, #626). Closing it once makes them dial again, which cures it; where it
does not, closing again would only cut off a charger that still reports.
"""

MAX_UNANSWERED = 2
"""In a row, while the charger talks: some leave one kind of call unanswered (Timxon, lbbrhzn/ocpp
#2158), and their next answer shows that the link is sound."""


class CallHealth:
    """Counts calls without an answer."""

    def __init__(self) -> None:
        self._unanswered = 0
        self._cured = False

    def answered(self) -> None:
        """Note any answer: the link carries calls."""
        self._unanswered = 0
        self._cured = False

    def connected(self) -> None:
        """Note a new connection: what was unanswered before is no sign against it."""
        self._unanswered = 0

    def unanswered(self, *, talked: bool) -> bool:
        """Note a call that timed out; return whether to close the link, for the charger to redial.

        `talked`: the charger sent something since the call.
        """
        self._unanswered += 1
        if not talked or self._cured or self._unanswered < MAX_UNANSWERED:
            return False
        self._cured = True
        return True
