"""The proximity circuit of a type 2 plug: which current the cable carries."""

_SHORT_BELOW_OHM = 50.0
"""Half of the least coding resistor, 100 Ω."""
_OPEN_ABOVE_OHM = 4500.0
"""Three times the greatest coding resistor, 1500 Ω."""

_BANDS = ((1000.0, 13.0), (330.0, 20.0), (150.0, 32.0), (_SHORT_BELOW_OHM, 63.0))
"""From this resistance on: this ampacity. Nominal 1500, 680, 220, 100 Ω (IEC 61851-1 table B.2);
the boundaries are WARP's (iec61851.c), with the short kept apart."""


def ampacity_a(ohm: float) -> float | None:
    """Return the ampacity coded by the resistor: 13, 20, 32 or 63 A.

    None when the circuit is short (below 50 Ω) or open (above 4500 Ω, or not a number): a fault.
    """
    if not _SHORT_BELOW_OHM <= ohm <= _OPEN_ABOVE_OHM:
        return None
    return next(amps for from_ohm, amps in _BANDS if ohm >= from_ohm)
