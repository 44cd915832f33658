"""What one charger refuses: how often each order, when it is tried again, and when it is a problem.

Pure. One refusal says little: some chargers know a transaction a moment after the answer that names
it. What is refused again is a problem, and a limit that is refused for long is told to the owner.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from .central.commands import CommandError, CommandRefused
from .energy.orders import Order, SetLease

RETRY_FIRST_S = 1.0
RETRY_MAX_S = 300.0
"""A refused order is repeated with doubling pauses between these, to spare charger and log."""
REFUSED_LIMIT = "SetChargingProfile", "Rejected"
"""How a charger refuses a limit for a transaction that it does not know (OCPP 1.6, 5.16)."""
PROBLEM_FROM = 2
"""One refusal is none yet."""
CERTAIN_FROM = 5
"""So often refused, in a quarter of a minute, that its owner should know."""

_Kind = tuple[str, int | None]
"""What refusals are counted by: the order's name and its connector, None for the whole charger."""


@dataclass(slots=True)
class _Failure:
    text: str
    times: int
    retry_at_s: float


class Refusals:
    """The orders that a charger does not take at present; instants are monotonic seconds."""

    def __init__(self) -> None:
        self._failures: dict[_Kind, _Failure] = {}

    @property
    def problem(self) -> str | None:
        """What the charger refuses at present, in words; None if all is well."""
        failures = self._failures.values()
        return next((each.text for each in failures if each.times >= PROBLEM_FROM), None)

    @property
    def refused_limit(self) -> str | None:
        """How the charger refuses to limit a car for good, in words; None: it takes limits."""
        return next(
            (
                failure.text
                for (order, _), failure in self._failures.items()
                if order == SetLease.__name__ and failure.times >= CERTAIN_FROM
            ),
            None,
        )

    @property
    def retries_at_s(self) -> list[float]:
        """When what was refused is tried again."""
        return [each.retry_at_s for each in self._failures.values()]

    def waits(self, order: Order, now_s: float) -> bool:
        """Tell whether it is too early to try an order again."""
        failure = self._failures.get(_kind(order))
        return failure is not None and now_s < failure.retry_at_s

    def keep(self, due: Iterable[Order]) -> None:
        """Forget the refusals of all orders but those which are still `due`."""
        for settled in self._failures.keys() - {_kind(order) for order in due}:
            del self._failures[settled]

    def refused(self, order: Order, text: str, now_s: float, *, early: bool = False) -> bool:
        """Count a refusal, an `early` one as the first; return whether this makes it a problem."""
        kind = _kind(order)
        counts = kind in self._failures and not early
        times = self._failures[kind].times + 1 if counts else 1
        pause_s = min(RETRY_FIRST_S * 2 ** (times - 1), RETRY_MAX_S)
        self._failures[kind] = _Failure(text, times, now_s + pause_s)
        return times == PROBLEM_FROM

    def taken(self, order: Order) -> bool:
        """Note that an order was taken; return whether a problem ended with that."""
        failure = self._failures.pop(_kind(order), None)
        return failure is not None and failure.times >= PROBLEM_FROM

    def clear(self) -> None:
        """Forget all: the charger may have restarted."""
        self._failures.clear()


def refuses_limit(error: CommandError) -> bool:
    """Tell whether this is the answer to a limit for a transaction that is not known."""
    return isinstance(error, CommandRefused) and (error.action, error.answer) == REFUSED_LIMIT


def _kind(order: Order) -> _Kind:
    return type(order).__name__, getattr(order, "connector_id", None)
