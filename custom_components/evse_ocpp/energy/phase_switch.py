"""Charging on one phase or three: never switched while current flows. Pure.

Stop, see that nothing flows for ten seconds, and only then let it go on with the other number: as
the commissioning test proved it at this very charger. A charger of which that is not proved is
never told a number of phases at all (charger-quirks, rows 43 and 44).
"""

from dataclasses import dataclass

REST_S = 10.0
"""No current may flow for so long before phases are switched (row 44)."""


@dataclass(slots=True)
class PhaseSwitch:
    """The phases of one session. `told`: the number that it was switched to, None: none yet."""

    told: int | None = None
    rests_since_s: float | None = None

    def over(self) -> None:
        """Note that nobody knows any more what the charger was told."""
        self.told = self.rests_since_s = None

    def is_due(self, wanted: int | None, usual: int) -> bool:
        """Whether it must stop to be switched; `usual`: as the charger begins each session."""
        return wanted is not None and wanted != (self.told or usual)

    def follow(self, wanted: int | None, usual: int, *, paused: bool, now_s: float) -> None:
        """Switch once it has rested long enough. `paused`: it was told 0 A, and takes none."""
        if wanted is None or not self.is_due(wanted, usual) or not paused:
            self.rests_since_s = None
            return
        if self.rests_since_s is None:
            self.rests_since_s = now_s
        if now_s - self.rests_since_s >= REST_S:
            self.told, self.rests_since_s = wanted, None
