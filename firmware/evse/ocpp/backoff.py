"""How long an attempt to connect may take, and how long to wait before the next one. Pure."""

from evse.ocpp.timing import (
    ATTEMPT_EVERY_S,
    BACKOFF_FIRST_S,
    BACKOFF_MAX_S,
    CONNECT_TIMEOUT_MAX_S,
    CONNECT_TIMEOUT_S,
    REFUSED_WAIT_S,
)


def patience_s(timeouts: int) -> float:
    """Seconds (real) for an attempt after `timeouts` in a row that ran out of time."""
    return min(CONNECT_TIMEOUT_MAX_S, CONNECT_TIMEOUT_S * (1 + timeouts))


def wait_s(failures: int, chance: float, refused: bool = False, timeouts: int = 0) -> float:
    """Seconds (real) to wait after `failures` (>= 1) attempts in a row that failed.

    The last `timeouts` of them ran out of time, so that the next one may take long.

    The time doubles up to BACKOFF_MAX_S. `chance`, evenly distributed from 0 to 1, takes up to half
    of it away, so that the wallboxes of a garage do not come back all at once.
    """
    if refused:
        return REFUSED_WAIT_S
    longest_s = min(BACKOFF_MAX_S, BACKOFF_FIRST_S * 2.0 ** min(failures - 1, 10))
    return min(longest_s * (1 - chance / 2), ATTEMPT_EVERY_S - patience_s(timeouts))
