"""What looks wrong in a charger's messages, for hints to the user. Pure: instants are given.

A suspicion changes nothing by itself. It stays until the evidence is against it.
"""

from dataclasses import dataclass, field
from datetime import datetime

from .charger_clock import LIVE
from .readings import Summary

ENERGY_UNIT, CLOCK, INTERVAL, NO_ENERGY = "energy_unit", "clock", "interval", "no_energy"

ENOUGH_WH = 2000.0
"""By power and time: a register in whole kWh has then moved by two steps."""
KWH_CALLED_WH = (0.0003, 0.003)
WH_CALLED_KWH = (300.0, 3000.0)
"""Ratios of the register's increment to power × time; 1/1000 and 1000 are meant (row 15)."""
MAX_CLOCK_S = 120.0
"""More makes a lease begin or end at a wrong time (row 25; its head start is 30 s)."""
MAX_INTERVAL_S = 90.0
"""The slowest chargers send each 60 s (evcc #19271); the regulation of energy needs 10 s."""
SLOW_SAMPLES = 3
NO_ENERGY_SAMPLES = 30
"""Samples of a running charge without any register, after which none is expected any more."""


@dataclass(slots=True)
class _Evidence:
    """What was seen of one connector since its register's last comparison with its power."""

    at: datetime | None = None
    power_w: float | None = None
    start_wh: float | None = None
    expected_wh: float = 0.0
    slow: int = 0
    without_energy: int = 0


@dataclass(slots=True)
class Suspicions:
    """The suspicions of one charger. `found`: a detail by kind.

    `energy_unit`: the unit that its register seems to have; `clock`: how many seconds it is ahead,
    or "unset"; `interval`: the seconds between its samples; `no_energy`: nothing more to say.
    """

    found: dict[str, str] = field(default_factory=dict)
    _evidence: dict[int, _Evidence] = field(default_factory=dict)

    def take(self, connector_id: int, summary: Summary, at: datetime, *, flowing: bool) -> None:
        """Take a live sample. `flowing`: the connector's charge is running."""
        evidence = self._evidence.get(connector_id)
        if evidence is None or not flowing:
            self._evidence[connector_id] = evidence = _Evidence()
        elapsed_s = 0.0 if evidence.at is None else (at - evidence.at).total_seconds()
        if not flowing or elapsed_s < 0:
            return
        self._judge_interval(evidence, elapsed_s)
        self._judge_register(evidence, summary, elapsed_s)
        evidence.at = at
        if summary.power_w is not None:
            evidence.power_w = summary.power_w

    def take_clock(self, offset_s: float | None, *, unset: bool) -> None:
        """Take what is known of its clock; `unset`: it shows no real time."""
        if unset:
            self.found[CLOCK] = "unset"
        elif offset_s is not None and abs(offset_s) > MAX_CLOCK_S:
            self.found[CLOCK] = f"{offset_s:.0f}"
        else:
            self.found.pop(CLOCK, None)

    def _judge_interval(self, evidence: _Evidence, elapsed_s: float) -> None:
        if evidence.at is None:
            return
        slow = elapsed_s > MAX_INTERVAL_S
        evidence.slow = min(evidence.slow + 1, SLOW_SAMPLES) if slow else 0
        if evidence.slow == SLOW_SAMPLES:
            self.found[INTERVAL] = f"{elapsed_s:.0f}"
        elif not slow:
            self.found.pop(INTERVAL, None)

    def _judge_register(self, evidence: _Evidence, summary: Summary, elapsed_s: float) -> None:
        register_wh = summary.register_wh
        if register_wh is None:
            evidence.without_energy += 1
            if evidence.without_energy >= NO_ENERGY_SAMPLES and evidence.start_wh is None:
                self.found[NO_ENERGY] = ""
        else:
            evidence.without_energy = 0
            self.found.pop(NO_ENERGY, None)
        if evidence.power_w is not None and elapsed_s <= 2 * LIVE.total_seconds():
            evidence.expected_wh += evidence.power_w * elapsed_s / 3600
        if register_wh is None:
            return
        if evidence.start_wh is None or register_wh < evidence.start_wh:
            evidence.start_wh, evidence.expected_wh = register_wh, 0.0
        elif evidence.expected_wh >= ENOUGH_WH:
            self._judge_unit((register_wh - evidence.start_wh) / evidence.expected_wh)
            evidence.start_wh, evidence.expected_wh = register_wh, 0.0

    def _judge_unit(self, ratio: float) -> None:
        if KWH_CALLED_WH[0] <= ratio <= KWH_CALLED_WH[1]:
            self.found[ENERGY_UNIT] = "kWh"
        elif WH_CALLED_KWH[0] <= ratio <= WH_CALLED_KWH[1]:
            self.found[ENERGY_UNIT] = "Wh"
        else:
            self.found.pop(ENERGY_UNIT, None)
