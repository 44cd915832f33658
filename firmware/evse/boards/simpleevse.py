"""The simpleEVSE controllers (EVSE-DIN, EVSE-WB, EVSE-WB-DIN of evracing.cz) over Modbus RTU.

One chip runs IEC 61851-1; told is the current (register 1000, 0 is off) and, where nothing may
flow any more, "switch off now" (1004 bit 0). Sources: openWB evse.py, evcc charger/evsedin.go,
syssi/esphome-evse-wallbox (registers of a real board), CurtRod/SimpleEVSE-WiFi, and the "EVSE-WB-
DIN" manual as quoted by these.

Registers from 2000 on are EEPROM: they are written when they differ, and never twice with the same
value in vain. Whether a revision knows currents of 0.01 A is disputed, so it is tried.
"""

import logging
import math
from dataclasses import dataclass, replace

from evse.boards.board import BoardError, Capabilities
from evse.boards.polled import READING_MAX_AGE_S, PolledBoard, Wanted
from evse.clock import Clock
from evse.core.faults import Fault
from evse.core.pilot import MAXIMUM_A as PILOT_MAXIMUM_A
from evse.core.pilot import MINIMUM_A, VEHICLE_LEVELS, PilotLevel
from evse.core.signals import Reading, SelfTest
from evse.lines.frames import ILLEGAL_ADDRESS, ILLEGAL_FUNCTION, ILLEGAL_VALUE
from evse.lines.modbus import ModbusExceptionError, ModbusLine, ModbusUnit, Pace

_log = logging.getLogger(__name__)

DEFAULT_UNIT = 1

PACE = Pace(timeout_s=0.5, gap_s=0.1, learns=True)
"""openWB leaves 100 ms between two requests, evcc 200 ms."""

MAXIMUM_A = 32.0

CURRENT, VEHICLE_STATE, CABLE_A, COMMAND, REVISION, PILOT, STATUS = (
    1000,
    1002,
    1003,
    1004,
    1005,
    1006,
    1007,
)
SWITCH_OFF, SELF_TEST, CLEAR_RCD_ERROR = 1 << 0, 1 << 1, 1 << 2
"""Bits of COMMAND."""

RELAY_ON, DIODE_FAILED, NO_VENTILATION, TESTING, RCD_ERROR = 1 << 0, 1 << 1, 1 << 2, 1 << 4, 1 << 5
"""Bits of STATUS. Of the last, one source says that it is bit 4, which is the running self-test in
the others."""

POWER_UP_CURRENT, MINIMUM_CURRENT, OPTIONS = 2000, 2002, 2005
RCD_FITTED, FINE_CURRENT, DISABLED = 1 << 4, 1 << 7, 1 << 14
"""Bits of OPTIONS."""

STATUS_REVISION = 16
"""From this revision on there are the registers 1007 to 1009."""

FINE_REVISION = 17
"""From this revision on the current may be in 0.01 A: openWB and evcc; others say from 18 on."""

# Each block has another length, so that a late answer is never taken for that to another request.
# Of the new ones two take turns; the old one is the same each time, and `PolledBoard` knows it.
_REVISION_BLOCK = range(REVISION, REVISION + 1)
_CURRENT_BLOCK = range(CURRENT, VEHICLE_STATE)
_STORED_BLOCK = range(POWER_UP_CURRENT, OPTIONS + 1)
_OLD_BLOCK = range(CURRENT, STATUS)
_NEW_BLOCKS = (range(CURRENT, 1010), range(CURRENT, 1009))

EEPROM_WAIT_S = 1.0
"""After writing OPTIONS, s (openWB)."""

TEST_BEGIN_S = 5.0
"""By then the board shows the self-test that it was told to make, s."""

_LEVELS = {1: PilotLevel.A, 2: PilotLevel.B, 3: PilotLevel.C, 4: PilotLevel.D}
_FAILURE = 5
_CHARGING = frozenset({3, 4})
_PWM_ON = 2


@dataclass(frozen=True, slots=True)
class State:
    """The registers of one poll. `current` is in the board's present unit; `status` is None with
    a revision that has none."""

    current: int
    vehicle: int
    cable_a: float
    command: int
    pilot: int
    status: int | None


def state_of(registers: dict[int, int], revision: int) -> State:
    """The state from the registers by address. Raises BoardError for what cannot be."""
    for name, address, allowed in (
        ("current", CURRENT, range(8001)),
        ("vehicle state", VEHICLE_STATE, range(1, 6)),
        ("cable limit", CABLE_A, range(round(PILOT_MAXIMUM_A) + 1)),
        ("firmware revision", REVISION, range(revision, revision + 1)),
        ("EVSE state", PILOT, range(1, 4)),
    ):
        if registers[address] not in allowed:
            raise BoardError(
                f"{name} (register {address}): came {registers[address]}, "
                f"allowed {allowed[0]} … {allowed[-1]}"
            )
    return State(
        current=registers[CURRENT],
        vehicle=registers[VEHICLE_STATE],
        cable_a=float(registers[CABLE_A]),
        command=registers[COMMAND],
        pilot=registers[PILOT],
        status=registers.get(STATUS),
    )


def is_closed(state: State) -> bool:
    """Whether the relay is on; without a status, whether the board charges."""
    if state.status is not None:
        return bool(state.status & RELAY_ON)
    return state.vehicle in _CHARGING and state.pilot == _PWM_ON


def reading_of(state: State, test: SelfTest, at_s: float, *, captive_cable: bool) -> Reading:
    """What the state says, in our words. The cable is known only while a vehicle is there."""
    status = state.status or 0
    found = {
        Fault.DIODE: bool(status & DIODE_FAILED),
        Fault.VENTILATION: bool(status & NO_VENTILATION),
        Fault.RESIDUAL_CURRENT: bool(status & RCD_ERROR),
    }
    faults = frozenset(fault for fault, there in found.items() if there)
    level = _LEVELS.get(state.vehicle)
    if level is None:
        level = PilotLevel.F if faults else PilotLevel.E
    cable_known = level in VEHICLE_LEVELS and state.cable_a >= MINIMUM_A and not captive_cable
    return Reading(
        at_s=at_s,
        level=level,
        cable_a=state.cable_a if cable_known else None,
        contactor_closed=is_closed(state),
        residual_test=test,
        faults=faults,
        note=f"status {status:#x}" if faults else "",
    )


def current_of(offered_a: float, *, fine: bool) -> int:
    """The value of register 1000, in A or 0.01 A, rounded down."""
    return math.floor(offered_a * (100 if fine else 1) + 1e-6)


@dataclass(frozen=True, slots=True)
class SelfTestTrack:
    """The self-test that was last asked for; `begun`: the board has shown it."""

    result: SelfTest = SelfTest.IDLE
    asked_at_s: float = 0.0
    begun: bool = False


def followed(track: SelfTestTrack, status: int, now_s: float) -> SelfTestTrack:
    """Follow a running self-test by the status bits. One that does not begin has failed."""
    if track.result is not SelfTest.RUNNING:
        return track
    if status & TESTING:
        return replace(track, begun=True)
    if track.begun:
        failed = bool(status & RCD_ERROR)
        return replace(track, result=SelfTest.FAILED if failed else SelfTest.PASSED)
    if now_s - track.asked_at_s >= TEST_BEGIN_S:
        return replace(track, result=SelfTest.FAILED)
    return track


class SimpleEvse:
    """The registers of one board; see `boards.polled.Device`."""

    def __init__(
        self, unit: ModbusUnit, clock: Clock, *, captive_cable: bool, maximum_a: float
    ) -> None:
        self.name = f"simpleEVSE, {unit}"
        self.capabilities = Capabilities(
            name="simpleEVSE",
            maximum_a=maximum_a,
            captive_cable=captive_cable,
            socket_lock=False,
            host_loss=None,
            switches_itself=True,
            resolution_a=1.0,
            reading_max_age_s=READING_MAX_AGE_S,
        )
        self._unit = unit
        self._clock = clock
        self._revision: int | None = None
        self._fine: bool | None = None
        self._state: State | None = None
        self._held: int | None = None
        self._was_lost = False
        self._in_vain: dict[int, int] = {}
        self._test = SelfTestTrack()

    async def stop(self) -> None:
        """Current 0, and read it back; the same with every revision and unit of the current."""
        await self._offer(0)
        found = (await self._unit.read(_CURRENT_BLOCK))[0]
        if found != 0:
            raise BoardError(f"current (register {CURRENT}): came {found}, allowed 0, as written")

    async def send(self, wanted: Wanted) -> None:
        """Write the current if the board does not hold it; switch off what must be off now."""
        current = current_of(wanted.offered_a, fine=bool(self._fine))
        if self._held != current:
            await self._offer(current)
        state = self._state
        if state is None:
            return
        if wanted.open_now and is_closed(state):
            await self._unit.write(COMMAND, SWITCH_OFF)
        elif current > 0 and state.command & SWITCH_OFF:
            await self._unit.write(COMMAND, state.command & ~SWITCH_OFF)

    async def configure(self) -> None:
        """Find out what the board is and set up its EEPROM, where it differs.

        2000 = 0, so that a reset of the board starts no charge; 2002 = 6 A, the least that a
        vehicle may be offered; the unit of 0.01 A, where the revision has it.
        """
        self._revision = (await self._unit.read(_REVISION_BLOCK))[0]
        stored = await self._stored()
        options = stored.get(OPTIONS, 0)
        if stored:
            await self._store(POWER_UP_CURRENT, 0, stored[POWER_UP_CURRENT])
            await self._store(MINIMUM_CURRENT, round(MINIMUM_A), stored[MINIMUM_CURRENT])
            if self._revision >= FINE_REVISION:
                options = await self._store(OPTIONS, options | FINE_CURRENT, options)
        if options & DISABLED:
            _log.warning("%s: is disabled (register %d bit 14)", self.name, OPTIONS)
        self._found(fine=bool(options & FINE_CURRENT), rcd_fitted=bool(options & RCD_FITTED))

    async def _stored(self) -> dict[int, int]:
        """The registers of the EEPROM; empty with a board that has none.

        A board that is only busy raises: what it is stays as it was known.
        """
        try:
            return dict(zip(_STORED_BLOCK, await self._unit.read(_STORED_BLOCK), strict=True))
        except ModbusExceptionError as error:
            if error.code not in {ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE}:
                raise
            _log.warning("%s: has no stored registers: %s", self.name, error)
            return {}

    def _found(self, *, fine: bool, rcd_fitted: bool) -> None:
        """Take over what the configuration says."""
        if fine != self._fine:
            _log.info(
                "%s: revision %d, currents in steps of %s A",
                self.name,
                self._revision,
                "0.01" if fine else "1",
            )
            self._held = None
        self._fine = fine
        tells = self._revision is not None and self._revision >= STATUS_REVISION
        self.capabilities = replace(
            self.capabilities,
            resolution_a=0.01 if fine else 1.0,
            residual_test=tells and rcd_fitted,
        )

    async def test_residual(self) -> None:
        """Begin the self-test; only with it an earlier error of the RCD is cleared."""
        if not self.capabilities.residual_test:
            return
        had_error = self._state is not None and bool((self._state.status or 0) & RCD_ERROR)
        await self._unit.write(COMMAND, SELF_TEST | (CLEAR_RCD_ERROR if had_error else 0))
        self._test = SelfTestTrack(SelfTest.RUNNING, self._clock.monotonic())

    async def poll(self, at_s: float) -> Reading:
        """Read the state."""
        if self._revision is None:
            self._revision = (await self._unit.read(_REVISION_BLOCK))[0]
        blocks = _NEW_BLOCKS if self._revision >= STATUS_REVISION else (_OLD_BLOCK,)
        registers = await self._unit.read_in_turn(*blocks)
        state = state_of(registers, self._revision)
        self._compare(state.current)
        self._state = state
        self._test = followed(self._test, state.status or 0, self._clock.monotonic())
        return reading_of(
            state, self._test.result, at_s, captive_cable=self.capabilities.captive_cable
        )

    def _compare(self, current: int) -> None:
        """Take over what the board holds; that it is another is logged once, until it is right."""
        lost = self._held is not None and current != self._held
        if lost and not self._was_lost:
            _log.warning(
                "%s has register %d at %d instead of %d: it was reset, or another host writes",
                self.name,
                CURRENT,
                current,
                self._held,
            )
        self._held, self._was_lost = current, lost

    async def _offer(self, current: int) -> None:
        self._held = None  # until it is confirmed nobody knows
        await self._unit.write(CURRENT, current)
        self._held = current

    async def _store(self, address: int, value: int, found: int) -> int:
        """Bring an EEPROM register to `value`; what it holds then.

        A register that did not take a value is not written with it again.
        """
        if found == value or self._in_vain.get(address) == value:
            return found
        _log.info("%s: register %d from %d to %d", self.name, address, found, value)
        await self._unit.write(address, value)
        await self._clock.sleep(EEPROM_WAIT_S if address == OPTIONS else 0.0)
        taken = (await self._unit.read(_STORED_BLOCK))[address - _STORED_BLOCK.start]
        if taken != value:
            _log.warning("%s: register %d stays at %d", self.name, address, taken)
            self._in_vain[address] = value
        return taken


def simpleevse(
    line: ModbusLine,
    clock: Clock,
    *,
    captive_cable: bool,
    unit: int = DEFAULT_UNIT,
    maximum_a: float = MAXIMUM_A,
) -> PolledBoard:
    """The board at `unit` of a line; `maximum_a` is what the wallbox around it is built for."""
    device = SimpleEvse(
        ModbusUnit(line, unit, PACE), clock, captive_cable=captive_cable, maximum_a=maximum_a
    )
    return PolledBoard(device, line, clock)
