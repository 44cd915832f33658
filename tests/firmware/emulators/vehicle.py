"""A vehicle at the end of a cable, for boards that run IEC 61851-1 by themselves.

It closes S2 when it is offered a current, draws the least of offer and its own maximum while there
is voltage, and lets go when the offer ends.
"""

from dataclasses import dataclass


@dataclass
class Vehicle:
    """Change the fields to make something happen. `reaction_s`: from an offer, or its end, to S2.

    `obedient` False: it draws on when the offer ends. `offers` are the currents that it has seen,
    one after the other, A.
    """

    plugged: bool = False
    wants: bool = True
    maximum_a: float = 16.0
    ventilation: bool = False
    obedient: bool = True
    reaction_s: float = 0.05
    s2_closed: bool = False
    current_a: float = 0.0
    energy_as: float = 0.0

    def __post_init__(self) -> None:
        self.offers: list[float] = []
        self._now_s: float | None = None
        self._changed_s = 0.0
        self._offered = False

    @property
    def level(self) -> str:
        """The level at the pilot: A to D."""
        if not self.plugged:
            return "A"
        if not self.s2_closed:
            return "B"
        return "D" if self.ventilation else "C"

    def advance(self, offered_a: float, powered: bool, now_s: float) -> None:
        """Live until `now_s`, with the pilot at `offered_a` (0: no PWM) since the last call."""
        dt_s = 0.0 if self._now_s is None else now_s - self._now_s
        self._now_s = now_s
        if not self.offers or self.offers[-1] != offered_a:
            self.offers.append(offered_a)
        if not self.plugged:
            self.s2_closed, self._offered = False, False
        elif (offered_a > 0) != self._offered:
            self._offered, self._changed_s = offered_a > 0, now_s
        elif now_s - self._changed_s >= self.reaction_s:
            told_to_stop = not self._offered and self.obedient
            begins = self._offered and self.wants
            self.s2_closed = self.wants and (begins or (self.s2_closed and not told_to_stop))
        flows = self.s2_closed and powered
        drawn_a = min(offered_a or self.current_a, self.maximum_a)
        self.current_a = drawn_a if flows else 0.0
        self.energy_as += self.current_a * dt_s
