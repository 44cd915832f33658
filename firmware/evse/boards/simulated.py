"""The board of the simulated wallbox: it measures the simulated world as a real front-end would."""

import math

from evse.boards.board import Capabilities, HostLoss
from evse.clock import Clock
from evse.core.faults import Fault
from evse.core.signals import Command, Reading, SelfTest
from evse.core.timing import COMMAND_LEASE_S
from evse.simulation.car import CABLE_OHM, pilot_ohm, pilot_voltages
from evse.simulation.world import Connector, World

MAXIMUM_A = 32.0
AMBIENT_C = 25.0
BROKEN_SENSOR_C = -40.0
OVER_TEMPERATURE_C = 95.0
"""Above the second threshold of the ETEK manual (5.8.1.8: 90 °C)."""

SEEN_FROM_OUTSIDE = frozenset(
    {
        Fault.CONTACTOR_WELDED,
        Fault.CONTACTOR_FAILED,
        Fault.PILOT_SHORT,
        Fault.DIODE,
        Fault.PROXIMITY,
        Fault.VENTILATION,
        Fault.LOCK,
        Fault.UNLOCK,
        Fault.OVER_TEMPERATURE,
        Fault.PLUG_TEMPERATURE,
        Fault.TEMPERATURE_SENSOR,
        Fault.OVER_VOLTAGE,
        Fault.UNDER_VOLTAGE,
        Fault.PHASE_LOSS,
        Fault.METER,
        Fault.BOARD_SILENT,
    }
)
"""Faults which the board does not report: they must be found in what it measures."""


class SimulatedBoard:
    """The board of one connector of a `World`."""

    def __init__(self, world: World, connector_id: int, clock: Clock) -> None:
        """Raises KeyError when the world has no such connector."""
        captive_cable = world.settings.captive_cable
        self.capabilities = Capabilities(
            name="simulated",
            maximum_a=MAXIMUM_A,
            captive_cable=captive_cable,
            socket_lock=not captive_cable,
            host_loss=HostLoss(fallback_a=0.0, within_s=COMMAND_LEASE_S),
            temperature=True,
            plug_temperature=True,
            residual_test=True,
            state_f=True,
        )
        self._world = world
        self._connector_id = connector_id
        self._clock = clock
        self._last = self._measure()

    async def run(self) -> None:
        """Nothing: it is asked directly."""

    async def read(self) -> Reading:
        """What the board measures now; an old reading while the fault BOARD_SILENT is injected."""
        if Fault.BOARD_SILENT not in self._connector.faults:
            self._last = self._measure()
        return self._last

    async def apply(self, command: Command) -> None:
        """Obey, for `command.lease_s` seconds; then the world opens the contactor by itself."""
        self._world.obey(self._connector_id, command, self._clock.monotonic())

    async def close(self) -> None:
        """Open the contactor, end the PWM."""
        released = Command(duty_percent=100.0, close_contactor=False, lock=False, lease_s=0.0)
        await self.apply(released)

    @property
    def _connector(self) -> Connector:
        return self._world.connectors[self._connector_id]

    def _measure(self) -> Reading:
        now_s = self._clock.monotonic()
        self._world.advance(now_s)
        connector = self._connector
        faults = connector.faults
        high_v, low_v = self._pilot(connector)
        broken = Fault.TEMPERATURE_SENSOR in faults
        relays_c = OVER_TEMPERATURE_C if Fault.OVER_TEMPERATURE in faults else AMBIENT_C
        return Reading(
            at_s=now_s,
            pilot_high_v=high_v,
            pilot_low_v=low_v,
            proximity_ohm=self._proximity_ohm(connector),
            contactor_closed=connector.contactor_closed,
            lock_closed=None if self.capabilities.captive_cable else connector.locked,
            temperature_c=BROKEN_SENSOR_C if broken else relays_c,
            plug_temperature_c=OVER_TEMPERATURE_C
            if Fault.PLUG_TEMPERATURE in faults
            else AMBIENT_C,
            residual_test=self._residual_test(connector, now_s),
            faults=frozenset(faults - SEEN_FROM_OUTSIDE),
        )

    def _residual_test(self, connector: Connector, now_s: float) -> SelfTest:
        if connector.tested_at_s is None:
            return SelfTest.IDLE
        if now_s < connector.tested_at_s:
            return SelfTest.RUNNING
        leaks = Fault.RESIDUAL_CURRENT in connector.faults
        return SelfTest.FAILED if leaks else SelfTest.PASSED

    def _pilot(self, connector: Connector) -> tuple[float, float]:
        if Fault.PILOT_SHORT in connector.faults:
            return (0.0, 0.0)
        return pilot_voltages(
            pilot_ohm(connector.acting_car, connector.car_state),
            connector.duty_percent,
            diode=Fault.DIODE not in connector.faults,
        )

    def _proximity_ohm(self, connector: Connector) -> float | None:
        """None with a captive cable; infinite when the contact is open."""
        if self.capabilities.captive_cable:
            return None
        broken = Fault.PROXIMITY in connector.faults
        if broken or not connector.cable_in:
            return math.inf
        return CABLE_OHM[connector.cable_a]
