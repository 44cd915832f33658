"""A house that lives while its meter is checked: kettles, hobs, a sun with clouds, and a car.

Deterministic by its seed. Currents are signed, in A, by the wallbox's phases; the meter's
transformers sit where `carries` says, some of them the wrong way round, some on no cable of ours.
"""

import random
from dataclasses import dataclass, field

from evse.meters.commissioning import Finding, Sample

CAR_REACTION_S = 2.0
CAR_SLEW_A_S = 4.0


@dataclass
class NoisyHouse:
    seed: int = 1
    car_phases: tuple[int, ...] = (1,)
    carries: str = "123"
    turned: frozenset[int] = frozenset()
    missing: frozenset[int] = frozenset()
    scale: float = 1.0
    signed: bool = True
    kettles_per_h: float = 0.0
    hob_period_s: float = 0.0
    sun_a: float = 0.0
    cloudy: float = 0.02
    jitter_a: float = 0.05
    frozen: bool = False
    car_follows: bool = True
    period_s: float = 1.0
    _told: list[tuple[float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.car_a = 0.0
        self._kettles = [0.0, 0.0, 0.0]  # until when each boils
        self._cloud = 0.5
        self._base = [self.random.uniform(0.3, 4.0) for _ in range(3)]
        self._hob = self.random.randrange(3)
        self._hob_phase_s = self.random.uniform(0, 20)
        self._first: tuple[float, float, float] | None = None

    def sample(self, now_s: float, wanted_a: float) -> Sample:
        """The next sample, `period_s` after the last."""
        self._move_car(now_s, wanted_a)
        ours = [self._load_a(phase, now_s) for phase in range(3)]
        car = [self.car_a if n in self.car_phases else 0.0 for n in (1, 2, 3)]
        shown = [0.0, 0.0, 0.0]
        for place, digit in enumerate(self.carries):
            theirs = int(digit)
            amps = ours[place] + (0.0 if theirs in self.missing else car[place])
            amps = -amps if theirs in self.turned else amps
            amps = self.scale * amps + self.random.gauss(0, self.jitter_a)
            shown[theirs - 1] = amps if self.signed else abs(amps)
        if self.frozen:
            self._first = self._first or (shown[0], shown[1], shown[2])
            shown = list(self._first)
        return Sample(now_s, (shown[0], shown[1], shown[2]), (car[0], car[1], car[2]))

    def _move_car(self, now_s: float, wanted_a: float) -> None:
        self._told.append((now_s, wanted_a))
        heard = [amps for at_s, amps in self._told if at_s <= now_s - CAR_REACTION_S]
        target_a = 0.97 * (heard[-1] if heard and self.car_follows else 6.0)
        most = CAR_SLEW_A_S * self.period_s
        self.car_a += max(-most, min(most, target_a - self.car_a))

    def _load_a(self, phase: int, now_s: float) -> float:
        chance = self.kettles_per_h / 3 * self.period_s / 3600
        if self.random.random() < chance:
            self._kettles[phase] = now_s + self.random.uniform(40, 180)
        amps = self._base[phase] + self.random.gauss(0, self.jitter_a)
        amps += 9.0 if now_s < self._kettles[phase] else 0.0
        if self.hob_period_s and phase == self._hob:
            on = (now_s + self._hob_phase_s) % self.hob_period_s < 0.4 * self.hob_period_s
            amps += 8.0 if on else 0.0
        if self.sun_a:
            if phase == 0:
                step = self.random.gauss(0, self.cloudy * self.period_s)
                self._cloud = min(1.0, max(0.0, self._cloud + step))
            amps -= self.sun_a * self._cloud
        return amps


NOISE = {
    "evening": {"kettles_per_h": 60.0},
    "cooking": {"kettles_per_h": 30.0, "hob_period_s": 30.0},
    "quick hob": {"hob_period_s": 7.0},
    "hob in time": {"hob_period_s": 22.0},
    "clouds": {"sun_a": 12.0},
    "everything": {"kettles_per_h": 90.0, "hob_period_s": 12.0, "sun_a": 10.0},
}


def truth(house: NoisyHouse) -> tuple[set[Finding], set[int], set[int]]:
    """What should be found: findings, turned phases, following phases."""
    places = {n: int(house.carries[n - 1]) for n in house.car_phases}
    following = set(places.values()) - house.missing
    turned = following & house.turned
    findings = set()
    if turned:
        findings.add(Finding.REVERSED)
    if len(following) < len(places):
        findings.add(Finding.MISSING)
    if (len(places) == 1 and following and following != set(places)) or (
        len(places) == 2 and len(following) == 2 and following != set(places)
    ):
        findings.add(Finding.SWAPPED)
    return findings or {Finding.GOOD}, turned, following
