"""How long to wait before the next attempt to connect. Pure."""

from evse.ocpp.timing import BACKOFF_FIRST_S, BACKOFF_MAX_S, REFUSED_WAIT_S


def wait_s(failures: int, chance: float, refused: bool = False) -> float:
    """Seconds (real) to wait after `failures` (>= 1) attempts in a row that failed.

    The time doubles up to BACKOFF_MAX_S. `chance`, evenly distributed from 0 to 1, takes up to half
    of it away, so that the wallboxes of a garage do not come back all at once.
    """
    if refused:
        return REFUSED_WAIT_S
    longest_s = min(BACKOFF_MAX_S, BACKOFF_FIRST_S * 2.0 ** min(failures - 1, 10))
    return longest_s * (1 - chance / 2)
