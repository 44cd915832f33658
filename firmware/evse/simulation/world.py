"""The simulated world: cars, house, contactors and the registers of the meters.

It is a shell around the pure car, house and observer: it moves them on with the clock, keeps what
a board and meters would see, and stores on disk what outlives the program. As in the real world
the car stays plugged and the meter keeps its register when the wallbox has no power; meanwhile no
energy flows.
"""

import logging
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from time import monotonic as real_monotonic
from typing import Any

from evse.clock import Clock
from evse.core.faults import Fault
from evse.core.signals import Command
from evse.meters.reading import Phases
from evse.simulation import car as cars
from evse.simulation import store
from evse.simulation.car import Car, CarState
from evse.simulation.house import House, load_a, voltage_v
from evse.simulation.observer import Observation, observe

STEP_S = 0.05
"""The longest step of the physics, s: half of the pilot's shortest reaction time (100 ms)."""

MAX_CATCH_UP_S = 60.0
"""A world that was not looked at for longer (a stopped process) goes on from there, s."""

SAVE_EVERY_S = 1.0
"""The world is saved so often, s of the simulation. A meter shows its register as of the last save:
what could be read once is on disk, and no register ever goes back."""

SAVE_REAL_S = 0.05
"""But not more often than this, s of real time: a fast simulation must not live on the disk."""

RESIDUAL_TEST_S = 0.5
"""The self-test of the residual current monitor, s; quicker than real ones (WARP: 3 s)."""

OVER_VOLTAGE_V = 275.0
UNDER_VOLTAGE_V = 170.0
OVER_CURRENT_SHARE = 1.3
"""What the injected faults do; outside of the ETEK manual's 180 … 265 V and its 120 % (5.8.1.8)."""

_LOGGER = logging.getLogger(__name__)


class MeterFault(StrEnum):
    """What a simulated meter may do wrong."""

    NONE = "none"
    SILENT = "silent"
    EXCEPTION = "exception"
    NAN = "nan"
    FROZEN = "frozen"
    HALF_FRAME = "half_frame"


class MeterPlace(StrEnum):
    """Which meter."""

    HOUSE = "house"
    CHARGER = "charger"


@dataclass(frozen=True, slots=True)
class WorldSettings:
    """`phases`: of the house's connection (1 or 3); `car`: what drives up when nobody says more."""

    connectors: int = 1
    phases: int = 3
    captive_cable: bool = True
    house: House = field(default_factory=House)
    car: Car = field(default_factory=Car)


@dataclass(slots=True)
class Connector:
    """One connector with what hangs on it."""

    car: Car
    car_state: CarState = field(default_factory=CarState)
    cable_a: int = 32
    register_wh: float = 0.0
    metered_wh: float = 0.0
    """The register as its meter shows it."""
    faults: set[Fault] = field(default_factory=set)
    meter_fault: MeterFault = MeterFault.NONE
    duty_percent: float = 100.0
    contactor_closed: bool = False
    locked: bool = False
    cable_in: bool = False
    """The cable's plug is in the socket, whether or not a car is at its other end."""
    lease_until_s: float = 0.0
    testing: bool = False
    """The residual current monitor is told to test itself."""
    tested_at_s: float | None = None
    """When that test is over."""

    @property
    def acting_car(self) -> Car:
        """The car with what the injected faults make of it."""
        car = self.car
        if Fault.OVER_CURRENT in self.faults:
            car = replace(car, share_of_offer=OVER_CURRENT_SHARE)
        if Fault.VENTILATION in self.faults:
            car = replace(car, ventilation=True)
        return car


@dataclass(frozen=True, slots=True)
class MeterSample:
    """What a meter sees at this instant."""

    voltage_v: Phases
    current_a: Phases
    power_w: float
    energy_wh: float


class World:
    """See the module. `limit_a` is the DLB maximum current, for the observer alone."""

    def __init__(self, clock: Clock, settings: WorldSettings, state_dir: Path) -> None:
        """Restore the world from `state_dir`, or begin a new one."""
        self.settings = settings
        self.connectors = {
            number: Connector(settings.car) for number in range(1, settings.connectors + 1)
        }
        self.extra_a: Phases = (0.0, 0.0, 0.0)
        self.house_meter_fault = MeterFault.NONE
        self.observation = Observation()
        self.limit_a = float("inf")
        self.elapsed_s = 0.0
        self._house_second: tuple[int, Phases, float] | None = None
        self._clock = clock
        self._now_s = clock.monotonic()
        self._saved_s = self._now_s
        self._saved_real_s = 0.0
        self._state_dir = state_dir
        self._load()

    async def run(self) -> None:
        """Move the world on with the clock, and save it, until cancelled."""
        while True:
            await self._clock.sleep(STEP_S)
            now_s = self._clock.monotonic()
            self.advance(now_s)
            waited_s = real_monotonic() - self._saved_real_s
            if now_s - self._saved_s >= SAVE_EVERY_S and waited_s >= SAVE_REAL_S:
                self.save()

    def save(self) -> None:
        """Write what outlives the program; then the meters show their registers anew."""
        self._saved_s = self._now_s
        self._saved_real_s = real_monotonic()
        try:
            store.save(self._document(), self._state_dir)
        except OSError as error:
            _LOGGER.warning("The simulated world could not be saved: %s", error)
            return
        for connector in self.connectors.values():
            connector.metered_wh = connector.register_wh

    def _load(self) -> None:
        if (document := store.load(self._state_dir)) is None:
            return
        try:
            self._restore(document)
        except (KeyError, TypeError, ValueError) as error:
            store.move_aside(self._state_dir, error)

    def _document(self) -> dict[str, Any]:
        return {
            "elapsed_s": self.elapsed_s,
            "extra_a": self.extra_a,
            "house_meter_fault": self.house_meter_fault,
            "observation": asdict(self.observation),
            "connectors": {
                number: {
                    "plugged": connector.car_state.plugged,
                    "cable_in": connector.cable_in,
                    "asleep": connector.car_state.asleep,
                    "taken_wh": connector.car_state.taken_wh,
                    "car": asdict(connector.car),
                    "cable_a": connector.cable_a,
                    "register_wh": connector.register_wh,
                    "faults": sorted(connector.faults),
                    "meter_fault": connector.meter_fault,
                }
                for number, connector in self.connectors.items()
            },
        }

    def _restore(self, document: dict[str, Any]) -> None:
        """Raises KeyError, TypeError or ValueError before anything was changed."""
        l1, l2, l3 = (float(amps) for amps in document["extra_a"])
        observation = Observation(**{**document["observation"], "offered_a": (), "stretch_s": 0.0})
        elapsed_s = float(document["elapsed_s"])
        house_meter_fault = MeterFault(document["house_meter_fault"])
        stored = {
            number: self._restored(document["connectors"][str(number)])
            for number in self.connectors
            if str(number) in document["connectors"]
        }
        self.extra_a = (l1, l2, l3)
        self.observation = observation
        self.elapsed_s = elapsed_s
        self.house_meter_fault = house_meter_fault
        self.connectors.update(stored)

    def _restored(self, row: dict[str, Any]) -> Connector:
        connector = Connector(
            car=Car(**row["car"]),
            car_state=CarState(
                plugged=bool(row["plugged"]),
                asleep=bool(row["asleep"]),
                taken_wh=float(row["taken_wh"]),
                since_s=self._now_s,
            ),
            cable_a=int(row["cable_a"]),
            cable_in=bool(row.get("cable_in", row["plugged"])),
            register_wh=float(row["register_wh"]),
            metered_wh=float(row["register_wh"]),
            faults={Fault(fault) for fault in row["faults"]},
            meter_fault=MeterFault(row["meter_fault"]),
        )
        _switch_contactor(connector, wanted=False)
        return connector

    # ---- what a board does

    def advance(self, now_s: float) -> None:
        """Bring the world to `now_s` of the clock."""
        self._now_s = max(self._now_s, now_s - MAX_CATCH_UP_S)
        while self._now_s < now_s:
            dt_s = min(STEP_S, now_s - self._now_s)
            # The last step lands on now_s itself, not beside it by a rounding error.
            self._now_s = now_s if dt_s < STEP_S else self._now_s + dt_s
            self._step(dt_s)

    def obey(self, connector_id: int, command: Command, now_s: float) -> None:
        """A command of the controller to the board of a connector."""
        self.advance(now_s)
        connector = self.connectors[connector_id]
        connector.duty_percent = command.duty_percent
        _lock(connector, wanted=command.lock)
        if command.test_residual and not connector.testing:
            connector.tested_at_s = now_s + RESIDUAL_TEST_S
        connector.testing = command.test_residual
        connector.lease_until_s = now_s + command.lease_s
        was_closed = connector.contactor_closed
        _switch_contactor(connector, wanted=command.close_contactor)
        if was_closed and not connector.contactor_closed:
            self.save()  # the meter, too, has counted the last of it when the current has ended

    # ---- what meters see

    def house_sample(self) -> MeterSample:
        """The meter at the house's connection: the house and the cars behind it."""
        current_a = _sum(self._house_a(), *(self._car_a(c) for c in self.connectors.values()))
        volts = self._mains_v()
        voltage = (volts, volts, volts) if self.settings.phases == 3 else (volts, 0.0, 0.0)
        return MeterSample(voltage, current_a, sum(current_a) * volts, 0.0)

    def charger_sample(self, connector_id: int) -> MeterSample:
        """The meter in the charger."""
        connector = self.connectors[connector_id]
        power_w = cars.power_w(connector.car, connector.car_state, self._supply_v(connector))
        return MeterSample(
            self._mains_of(connector), self._car_a(connector), power_w, connector.metered_wh
        )

    # ---- what people do

    def plug(self, connector_id: int, car: Car, cable_a: int) -> None:
        """A car drives up and is plugged in. Raises ValueError when one is plugged already."""
        connector = self.connectors[connector_id]
        if connector.car_state.plugged:
            raise ValueError(f"connector: {connector_id} has a car plugged in already")
        connector.car = car
        connector.cable_a = cable_a
        connector.car_state = cars.plugged_in(self._now_s)
        connector.cable_in = True

    def unplug(self, connector_id: int, *, at_wallbox: bool = False) -> None:
        """Pull the plug, at the car's end unless `at_wallbox`.

        Raises ValueError when there is none, or when the wallbox's lock holds it.
        """
        connector = self.connectors[connector_id]
        if not connector.car_state.plugged:
            raise ValueError(f"connector: {connector_id} has no car plugged in")
        if at_wallbox and connector.locked and not self.settings.captive_cable:
            raise ValueError(f"connector: the plug is locked in connector {connector_id}")
        connector.car_state = CarState()
        connector.cable_in = connector.locked  # who may, takes the cable along

    def inject(self, connector_id: int, fault: Fault) -> None:
        """Let a fault happen."""
        connector = self.connectors[connector_id]
        connector.faults.add(fault)
        _switch_contactor(connector, wanted=connector.contactor_closed)

    def repair(self, connector_id: int, fault: Fault) -> None:
        """End a fault. Raises ValueError when there is no such fault."""
        connector = self.connectors[connector_id]
        if fault not in connector.faults:
            raise ValueError(f"fault: {fault} is not injected at connector {connector_id}")
        connector.faults.remove(fault)

    def meter_fault(self, place: MeterPlace, connector_id: int) -> MeterFault:
        """What the meter does wrong at present."""
        if place is MeterPlace.HOUSE:
            return self.house_meter_fault
        if Fault.METER in self.connectors[connector_id].faults:
            return MeterFault.SILENT
        return self.connectors[connector_id].meter_fault

    def fail_meter(self, place: MeterPlace, connector_id: int, fault: MeterFault) -> None:
        """Let a meter go wrong, or right again."""
        if place is MeterPlace.HOUSE:
            self.house_meter_fault = fault
        else:
            self.connectors[connector_id].meter_fault = fault

    # ---- physics

    def _step(self, dt_s: float) -> None:
        self.elapsed_s += dt_s
        energy_wh = 0.0
        for connector in self.connectors.values():
            if self._now_s > connector.lease_until_s:
                _let_go(connector)
            energy_wh += self._step_connector(connector, dt_s)
        self.observation = observe(
            self.observation,
            dt_s,
            self.house_sample().current_a,
            _sum(*(self._car_a(connector) for connector in self.connectors.values())),
            tuple(c.car_state.offered_now_a for c in self.connectors.values()),
            energy_wh,
            self.limit_a,
        )

    def _step_connector(self, connector: Connector, dt_s: float) -> float:
        """Move one car on; the energy that it took, Wh."""
        taken_wh = connector.car_state.taken_wh
        connector.car_state = cars.step(
            connector.acting_car,
            connector.car_state,
            connector.duty_percent,
            self._supply_v(connector),
            self._now_s,
            dt_s,
        )
        energy_wh = connector.car_state.taken_wh - taken_wh
        connector.register_wh += energy_wh
        return energy_wh

    def _car_a(self, connector: Connector) -> Phases:
        return cars.currents_a(connector.car, connector.car_state, self._supply_v(connector))

    def _supply_v(self, connector: Connector) -> Phases:
        """Behind the contactor."""
        return self._mains_of(connector) if connector.contactor_closed else (0.0, 0.0, 0.0)

    def _mains_of(self, connector: Connector) -> Phases:
        """Before the contactor, where the meter is."""
        volts = self._mains_v()
        if Fault.OVER_VOLTAGE in connector.faults:
            volts = OVER_VOLTAGE_V
        elif Fault.UNDER_VOLTAGE in connector.faults:
            volts = UNDER_VOLTAGE_V
        if self.settings.phases == 1:
            return (volts, 0.0, 0.0)
        return (volts, 0.0 if Fault.PHASE_LOSS in connector.faults else volts, volts)

    def _house_a(self) -> Phases:
        l1, l2, l3 = _sum(self._house()[1], self.extra_a)
        return (l1, l2, l3) if self.settings.phases == 3 else (l1, 0.0, 0.0)

    def _mains_v(self) -> float:
        return self._house()[2]

    def _house(self) -> tuple[int, Phases, float]:
        """The house's load and voltage, which change once a second."""
        second = int(self.elapsed_s)
        if self._house_second is None or self._house_second[0] != second:
            house = self.settings.house
            self._house_second = (second, load_a(house, second), voltage_v(house, second))
        return self._house_second


def _switch_contactor(connector: Connector, *, wanted: bool) -> None:
    """Move the contactor as its faults let it; the residual current monitor opens it directly."""
    blocked = connector.faults & {Fault.CONTACTOR_FAILED, Fault.RESIDUAL_CURRENT}
    connector.contactor_closed = (
        wanted and not blocked
    ) or Fault.CONTACTOR_WELDED in connector.faults


def _lock(connector: Connector, *, wanted: bool) -> None:
    """Move the plug lock as its faults let it; a cable that nobody holds is taken away."""
    stuck = Fault.UNLOCK in connector.faults and connector.locked
    connector.locked = stuck or (wanted and Fault.LOCK not in connector.faults)
    if not connector.locked and not connector.car_state.plugged:
        connector.cable_in = False


def _let_go(connector: Connector) -> None:
    """The host has gone silent: the board ends the PWM and opens."""
    connector.duty_percent = 100.0
    connector.testing = False
    _lock(connector, wanted=False)
    _switch_contactor(connector, wanted=False)


def _sum(*parts: Phases) -> Phases:
    l1, l2, l3 = (sum(column) for column in zip(*parts, strict=True))
    return (l1, l2, l3)
