"""What is wrong with a wallbox that its owner can mend: pure, from what the wallbox showed.

Each problem is a repair of Home Assistant (`issues`) with a remedy (`problem_repairs`).
"""

from enum import StrEnum

from .central.control import PauseBy
from .central.suspicions import CLOCK, ENERGY_UNIT, INTERVAL, NO_ENERGY
from .const import ENERGY_UNIT_AUTO
from .redaction import redacted_url
from .steering import Steering
from .wallbox import Wallbox
from .watch import FOREIGN_LIMIT


class Problem(StrEnum):
    """Kinds of problems; the values are translation keys."""

    CLOCK = "clock_wrong"
    INTERVAL = "interval_too_long"
    NO_ENERGY = "no_energy_register"
    ENERGY_UNIT = "energy_unit"
    LIMITS_IGNORED = "limits_ignored"
    CALL_HELD = "call_held"
    FIRMWARE_CHANGED = "firmware_changed"
    FOREIGN_LIMIT = "foreign_limit"
    LIMIT_STAYS = "limit_stays"
    NO_PAUSE = "no_pause"
    LIMITS_REFUSED = "limits_refused"
    RELAY_FAILS = "relay_fails"


FIXABLE = frozenset(Problem) - {
    Problem.NO_ENERGY,
    Problem.LIMIT_STAYS,
    Problem.NO_PAUSE,
    Problem.LIMITS_REFUSED,
    Problem.RELAY_FAILS,
}
"""Those with a remedy that we can apply; the others are explained only."""


def problems(wallbox: Wallbox) -> dict[Problem, str]:
    """Return what is wrong now, each with a detail for its text."""
    charger, suspects = wallbox.charger, wallbox.charger.suspects
    found = {
        problem: suspects[suspicion]
        for suspicion, problem in _SUSPICIONS.items()
        if suspicion in suspects
    }
    if wallbox.settings.energy_unit != ENERGY_UNIT_AUTO:
        found.pop(Problem.ENERGY_UNIT, None)  # the user has decided
    if held := charger.quarantine.held:
        found[Problem.CALL_HELD] = ", ".join(held)
    if (relay := wallbox.relay) is not None and relay.unreachable:
        found[Problem.RELAY_FAILS] = f"{redacted_url(relay.url)}: {relay.problem}"
    if not wallbox.commissioning.running:  # its test is what mends the first ones
        if wallbox.obeyed is False:
            found[Problem.LIMITS_IGNORED] = ""
        if (foreign := suspects.get(FOREIGN_LIMIT)) is not None:
            found[Problem.FOREIGN_LIMIT] = foreign
        if wallbox.commissioning.to_repeat:
            found[Problem.FIRMWARE_CHANGED] = charger.firmware_version or ""
        if not charger.control.leases:
            found[Problem.LIMIT_STAYS] = f"{wallbox.steering.settings.fallback_a:g} A"
        if cannot_pause(wallbox.steering):
            found[Problem.NO_PAUSE] = ""
        if (refusal := wallbox.steering.refusals.refused_limit) is not None:
            found[Problem.LIMITS_REFUSED] = refusal
    return found


def cannot_pause(steering: Steering) -> bool:
    """Whether a pause is asked for where the charger knows none: it goes on at its least."""
    charger = steering.charger
    return charger.control.pause is PauseBy.NOTHING and any(
        connector.transaction and not steering.allowance(connector.id).limit_a
        for connector in charger.connectors.values()
    )


_SUSPICIONS = {
    CLOCK: Problem.CLOCK,
    INTERVAL: Problem.INTERVAL,
    NO_ENERGY: Problem.NO_ENERGY,
    ENERGY_UNIT: Problem.ENERGY_UNIT,
}
