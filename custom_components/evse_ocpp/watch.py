"""Sees whether one charger does what it accepted, and asks it where nothing tells."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from .central.charger import Charger
from .central.commands import CommandError
from .central.limits import limit_a_of, phases_in_use
from .central.obedience import ASKED_S, Obedience

FOREIGN_LIMIT = "foreign_limit"
"""Kind of `charger.suspects`; the detail is the limit that others set. It stays after the session,
until another one shows none."""
LIMITS_IGNORED = "limits_ignored"
"""Kind of `charger.suspects`; the detail is the limits that were not kept."""
OURS = "central"
"""What a charger of this project says when the limit that wins is one that came by OCPP."""


class Watch:
    """The obedience of one charger's connectors. `now` gives aware time."""

    def __init__(self, charger: Charger, now: Callable[[], datetime]) -> None:
        self._charger = charger
        self._now = now
        self._obedience: dict[int, Obedience] = {}

    @property
    def obeyed(self) -> bool | None:
        """Whether the charger keeps to its limits, as far as can be told; None: not known."""
        verdicts = {each.obeyed for each in self._obedience.values()}
        return False if False in verdicts else True if True in verdicts else None

    def foreign_limit_a(self, connector_id: int) -> float | None:
        """Return a limit below ours that somebody else set; None: there is none known.

        Not where the charger itself says what limits, and that is something else.
        """
        obedience = self._obedience.get(connector_id)
        told = self._charger.connector(connector_id).limited_by
        return None if obedience is None or told not in (None, OURS) else obedience.foreign_a

    def accepted(self, connector_id: int, limit_a: float) -> None:
        """Note that the charger accepted a limit."""
        self._obedience.setdefault(connector_id, Obedience()).changed(limit_a, self._now())

    def anew(self) -> None:
        """Look for limits of others anew: the charger's profiles were changed."""
        self._charger.suspects.pop(FOREIGN_LIMIT, None)
        for obedience in self._obedience.values():
            obedience.anew(self._now())

    async def look(self) -> None:
        """Judge each connector by what it tells now."""
        charger, now = self._charger, self._now()
        for connector_id, obedience in self._obedience.items():
            connector = charger.connector(connector_id)
            if connector.transaction is None:
                obedience.over()
                continue
            if charger.commands and obedience.to_ask(connector, charger.phases, now):
                obedience.asked = True
                with suppress(CommandError):
                    schedule = await charger.commands.composite_schedule(connector_id, ASKED_S)
                    if schedule.unit != "W" or phases_in_use(connector):
                        obedience.schedule_a = limit_a_of(schedule, charger, connector)
            obedience.look(connector, charger.phases, now)
            self._suspect_others(connector_id, obedience)
        ignored = [each.limit_a for each in self._obedience.values() if each.obeyed is False]
        if ignored:
            charger.suspects[LIMITS_IGNORED] = ", ".join(f"{each or 0:g} A" for each in ignored)
        else:
            charger.suspects.pop(LIMITS_IGNORED, None)

    def _suspect_others(self, connector_id: int, obedience: Obedience) -> None:
        foreign_a = self.foreign_limit_a(connector_id)
        if foreign_a is not None:
            self._charger.suspects[FOREIGN_LIMIT] = f"{foreign_a:g} A"
        elif obedience.judged(self._now()):
            self._charger.suspects.pop(FOREIGN_LIMIT, None)
