"""Refusing settings of the regulators that make no sense, by the name of the field."""

import math

from evse.balancing.power import Used


def check_amount(name: str, value: float) -> None:
    """Raise ValueError unless `value` is 0 or more and finite."""
    if not (math.isfinite(value) and value >= 0):
        raise ValueError(f"{name}: {value!r}, allowed: 0 or more, finite")


def check_used(name: str, used: Used) -> None:
    """Raise ValueError when no phase is used."""
    if not any(used):
        raise ValueError(f"{name}: none; at least one phase must be used")
