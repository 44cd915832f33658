"""The ETEK EKEPC2-C and EKEPC2-S charge controllers over Modbus RTU.

The board drives pilot, contactor, socket lock, residual current monitor and cable detection by
itself. Told is the most that it may signal (register 109) and start or stop (register 89); it takes
the least of 109, the cable and its rotary switch. Sources: the maker's article on the RS-485
communication of EKEPC2-C/S, evcc charger/etek.go, energy-iot/meshems modbus_evse.h.

With register 89 = 0, as after a reset, the board charges without being asked, and it knows no
silence of its host. So the set-points are read again each second and at every sign of a reset,
and while nothing may flow the duty is left at that of 6 A. It does not tell of its contactor by
itself: that is closed in the state "charging", and in state 19 nobody says how it is.
"""

import logging
import math
from dataclasses import dataclass, replace

from evse.boards.board import BoardError, Capabilities
from evse.boards.polled import READING_MAX_AGE_S, PolledBoard, Wanted
from evse.clock import Clock
from evse.core import pilot
from evse.core.faults import Fault
from evse.core.pilot import PilotLevel
from evse.core.signals import Reading
from evse.lines.failure import Failure
from evse.lines.frames import ILLEGAL_ADDRESS, ILLEGAL_VALUE
from evse.lines.modbus import LineError, ModbusExceptionError, ModbusLine, ModbusUnit, Pace

_log = logging.getLogger(__name__)

DEFAULT_UNIT = 255
"""Factory address; the board goes on answering to it when it has got another."""

PACE = Pace(timeout_s=0.5, learns=True)

MAXIMUM_A = 32.0
MAXIMUM_DUTY = 9000
"""The most that register 109 takes, 0.01 %."""

REMOTE, REMOTE_START, REMOTE_STOP = 89, 1, 2
METER_REGISTERS = range(90, 97)
NO_METER = 65535
MAXIMUM_PWM = 109
RCMU_FITTED, LOCK_FITTED, DLB_FUNCTION = 110, 112, 114
VERSION, STATE, CABLE_DUTY, ROTARY_DUTY, PWM_DUTY = 140, 141, 142, 151, 152
PILOT_HIGH_RAW, TEMPERATURE = 153, 157

# Each of these blocks has another length, so that the late answer to one is never taken for that
# to another; and the two of the state take turns.
_REMOTE_BLOCK = range(REMOTE, METER_REGISTERS.stop)
_PWM_BLOCK = range(MAXIMUM_PWM, DLB_FUNCTION + 1)
_VERSION_BLOCK = range(VERSION, VERSION + 1)
_STATE_BLOCKS = (range(VERSION, TEMPERATURE + 1), range(STATE, TEMPERATURE + 1))
_DOCUMENTED_BLOCKS = (range(VERSION, 150), range(ROTARY_DUTY, TEMPERATURE + 1))
"""For a version that refuses register 150, of which nothing is known."""

_FULL_DUTY = 10_000
"""100 %: the steady pilot."""

DUTY_TOLERANCE = 50
"""What exceeds the set-point by more than this (0.3 A) is no rounding of the board, 0.01 %."""

OBEY_S = 5.0
"""Within this time the board has to follow a lower set-point, s: as long as a vehicle has to follow
the pilot (IEC 61851-1)."""

_STEP_PER_A = 0.006
"""0.01 % duty, A."""

_POLLS_A_REREAD = 4

_NO_VEHICLE_RAW = 300
"""While the host has stopped the board the pilot's raw value below this is no vehicle (evcc)."""

_TEMPERATURES_C = range(-50, 151)

_LEVELS = {
    1: PilotLevel.A,
    2: PilotLevel.B,
    3: PilotLevel.B,
    4: PilotLevel.C,
    5: PilotLevel.C,
    6: PilotLevel.D,
    7: PilotLevel.E,
}
_CHARGING, _STOPPED_BY_HOST = 5, 19

_FAULTS = {
    8: Fault.RESIDUAL_CURRENT,
    9: Fault.DIODE,
    10: Fault.PROXIMITY,
    11: Fault.LOCK,
}
"""The states that are faults. All others which are no level, too: 0 is a power-on self-test that
does not end, 12 to 18 are documented nowhere."""


@dataclass(frozen=True, slots=True)
class State:
    """The registers of one poll. Duties in 0.01 %."""

    state: int
    cable_duty: int
    rotary_duty: int
    pwm_duty: int
    pilot_high_raw: int
    temperature_c: int


def state_of(registers: dict[int, int]) -> State:
    """The state from the registers 141 to 157 by address. Raises BoardError for what cannot be."""
    for name, address in (
        ("duty of the cable", CABLE_DUTY),
        ("duty of the rotary switch", ROTARY_DUTY),
        ("duty on the pilot", PWM_DUTY),
    ):
        if registers[address] > _FULL_DUTY:
            raise BoardError(
                f"{name} (register {address}): came {registers[address]}, "
                f"allowed 0 … {_FULL_DUTY} (0.01 %)"
            )
    word = registers[TEMPERATURE]
    temperature_c = word - 0x10000 if word >= 0x8000 else word
    if temperature_c not in _TEMPERATURES_C:
        raise BoardError(
            f"temperature (register {TEMPERATURE}): came {temperature_c}, "
            f"allowed {_TEMPERATURES_C[0]} … {_TEMPERATURES_C[-1]} °C"
        )
    return State(
        state=registers[STATE],
        cable_duty=registers[CABLE_DUTY],
        rotary_duty=registers[ROTARY_DUTY],
        pwm_duty=registers[PWM_DUTY],
        pilot_high_raw=registers[PILOT_HIGH_RAW],
        temperature_c=temperature_c,
    )


def reading_of(state: State, at_s: float, *, captive_cable: bool) -> Reading:
    """What the state says, in our words."""
    level, faults, note = PilotLevel.F, frozenset[Fault](), ""
    if state.state == _STOPPED_BY_HOST:
        absent = state.pilot_high_raw < _NO_VEHICLE_RAW
        level = PilotLevel.A if absent else PilotLevel.B
    elif state.state in _LEVELS:
        level = _LEVELS[state.state]
    else:
        faults = frozenset({_FAULTS.get(state.state, Fault.BOARD_FAULT)})
        note = f"state {state.state}"
    cable_a = round(pilot.offered_a(state.cable_duty / 100), 1)
    return Reading(
        at_s=at_s,
        level=level,
        cable_a=cable_a if cable_a > 0 and not captive_cable else None,
        contactor_closed=state.state == _CHARGING,
        temperature_c=float(state.temperature_c),
        faults=faults,
        note=note,
    )


def duty_of(offered_a: float) -> int:
    """The value of register 109 for a current of 6 to 80 A, 0.01 %, rounded down."""
    duty = pilot.duty_percent(offered_a) * 100
    return min(MAXIMUM_DUTY, math.floor(duty + 1e-6))  # 18 A / 0.6 is a little below 30


def set_points(wanted: Wanted) -> dict[int, int]:
    """The registers which tell the board what is wanted, in the order in which they are written.

    The board has one way to stop, which ends the PWM first.
    """
    if wanted.offered_a > 0:
        return {MAXIMUM_PWM: duty_of(wanted.offered_a), REMOTE: REMOTE_START}
    return {REMOTE: REMOTE_STOP, MAXIMUM_PWM: duty_of(pilot.MINIMUM_A)}


def contradicts(state: State, wanted: Wanted) -> bool:
    """Whether the board does what it would not do with the set-points of `wanted`."""
    stopped = state.state == _STOPPED_BY_HOST
    if wanted.offered_a == 0:
        return not stopped
    return stopped or signals_more(state, wanted.offered_a)


def signals_more(state: State, offered_a: float) -> bool:
    """Whether there is PWM on the pilot for more than `offered_a`, 6 to 80 A."""
    return duty_of(offered_a) + DUTY_TOLERANCE < state.pwm_duty < _FULL_DUTY


@dataclass(frozen=True, slots=True)
class Obedience:
    """Whether the board does what it is told.

    `told`: when and what it was told in the last OBEY_S, s and A. `over_since_s`: since when it
    signals more than all of that. `refused`: it did so for too long, with this vehicle.
    """

    told: tuple[tuple[float, float], ...] = ()
    over_since_s: float | None = None
    refused: bool = False


def judged(before: Obedience, state: State, offered_a: float, at_s: float) -> Obedience:
    """What follows from a state of `at_s`, when the board had been told `offered_a`.

    A board that was reset signals more for a moment, and one that is told less twice a second lags
    behind: neither is disobedient.
    """
    recent = tuple(old for old in before.told if at_s - old[0] <= OBEY_S)
    told = (*recent, (at_s, offered_a))
    if offered_a == 0 or not signals_more(state, max(told_a for _, told_a in told)):
        return Obedience(told, refused=before.refused)
    since_s = at_s if before.over_since_s is None else before.over_since_s
    return Obedience(told, since_s, before.refused or at_s - since_s > OBEY_S)


class Ekepc2:
    """The registers of one board; see `boards.polled.Device`."""

    def __init__(self, unit: ModbusUnit, *, captive_cable: bool, maximum_a: float) -> None:
        self.name = f"EKEPC2, {unit}"
        self.capabilities = Capabilities(
            name="EKEPC2-C" if captive_cable else "EKEPC2-S",
            maximum_a=maximum_a,
            captive_cable=captive_cable,
            socket_lock=not captive_cable,
            host_loss=None,
            switches_itself=True,
            resolution_a=_STEP_PER_A,
            reading_max_age_s=READING_MAX_AGE_S,
            temperature=True,
        )
        self._unit = unit
        self._built_for_a = maximum_a
        self._documented_only = False
        self._held: dict[int, int] = {}
        self._was_lost = False
        self._polls = 0
        self._wanted = Wanted()
        self._obedience = Obedience()
        self._told: tuple[str, ...] = ()

    async def stop(self) -> None:
        """Remote stop, and read it back."""
        self._held.clear()
        await self._write(REMOTE, REMOTE_STOP)
        await self._reread()
        if self._held[REMOTE] != REMOTE_STOP:
            raise BoardError(
                f"remote control (register {REMOTE}): came {self._held[REMOTE]}, "
                f"allowed {REMOTE_STOP}, which was written"
            )

    async def configure(self) -> None:
        """Find out what is fitted; the board's own meters and load balancing are only looked at.

        With them the board would be a second master on the line, or reduce the current by itself.
        """
        version = (await self._unit.read(_VERSION_BLOCK))[0]
        registers = await self._reread()
        rotary_duty = (await self._poll())[ROTARY_DUTY]
        socket_lock = bool(registers[LOCK_FITTED]) and not self.capabilities.captive_cable
        rotary_a = pilot.offered_a(rotary_duty / 100)
        self.capabilities = replace(
            self.capabilities,
            socket_lock=socket_lock,
            maximum_a=min(self._built_for_a, rotary_a) if rotary_a else self._built_for_a,
        )
        self._tell(tuple(_remarks(registers, version, rotary_a)))

    async def send(self, wanted: Wanted) -> None:
        """Write the set-points which the board does not hold."""
        self._wanted = wanted
        for address, value in set_points(wanted).items():
            if self._held.get(address) != value:
                await self._write(address, value)

    async def test_residual(self) -> None:
        """Nothing: the board tests its monitor by itself."""

    async def poll(self, at_s: float) -> Reading:
        """Read the state, and the set-points when they are due."""
        state = state_of(await self._poll())
        self._polls += 1
        contradiction = contradicts(state, self._wanted)
        if self._polls >= _POLLS_A_REREAD or contradiction:
            try:
                await self._reread()
                self._polls = 0
            except LineError as error:
                if contradiction or error.failure not in {Failure.TIMEOUT, Failure.NONSENSE}:
                    raise
                # The state is known, and the next poll asks for the set-points again.
        reading = reading_of(state, at_s, captive_cable=self.capabilities.captive_cable)
        return self._judge(state, reading)

    def _judge(self, state: State, reading: Reading) -> Reading:
        """Add the fault of a board that signals more than it was told; it ends with the vehicle."""
        if reading.level is PilotLevel.A:
            self._obedience = Obedience()
        self._obedience = judged(self._obedience, state, self._wanted.offered_a, reading.at_s)
        if not self._obedience.refused:
            return reading
        return replace(
            reading,
            faults=reading.faults | {Fault.BOARD_FAULT},
            note=reading.note or "signals more than it was told",
        )

    async def _poll(self) -> dict[int, int]:
        if self._documented_only:
            return await self._read(*_DOCUMENTED_BLOCKS)
        try:
            return await self._unit.read_in_turn(*_STATE_BLOCKS)
        except ModbusExceptionError as error:
            if error.code not in {ILLEGAL_ADDRESS, ILLEGAL_VALUE}:
                raise
            self._documented_only = True
            return await self._read(*_DOCUMENTED_BLOCKS)

    async def _reread(self) -> dict[int, int]:
        """Take over what the board holds; a reset shows in it."""
        registers = await self._read(_REMOTE_BLOCK, _PWM_BLOCK)
        found = {address: registers[address] for address in (REMOTE, MAXIMUM_PWM)}
        lost = {address for address, held in self._held.items() if found[address] != held}
        if lost and not self._was_lost:
            _log.warning(
                "%s has registers %s at %s: it was reset, or another host writes",
                self.name,
                ", ".join(map(str, found)),
                ", ".join(map(str, found.values())),
            )
        self._held, self._was_lost = found, bool(lost)
        return registers

    async def _read(self, *blocks: range) -> dict[int, int]:
        registers: dict[int, int] = {}
        for block in blocks:
            registers.update(zip(block, await self._unit.read(block), strict=True))
        return registers

    async def _write(self, address: int, value: int) -> None:
        self._held.pop(address, None)  # until it is confirmed nobody knows
        await self._unit.write(address, value)
        self._held[address] = value

    def _tell(self, remarks: tuple[str, ...]) -> None:
        """Log what was found out, once."""
        if remarks != self._told:
            for remark in remarks:
                _log.info("%s: %s", self.name, remark)
            self._told = remarks


def _remarks(registers: dict[int, int], version: int, rotary_a: float) -> list[str]:
    """What an installer should know of the board."""
    remarks = [f"version {version}, rotary switch at {rotary_a:.1f} A"]
    metered = [address for address in METER_REGISTERS if registers[address] != NO_METER]
    if metered:
        remarks.append(
            f"reads a meter by itself (registers {', '.join(map(str, metered))}): it is a second "
            f"master on the line; set them to {NO_METER}"
        )
    if registers[DLB_FUNCTION]:
        remarks.append(
            f"has its own load balancing on (register {DLB_FUNCTION} is "
            f"{registers[DLB_FUNCTION]}): set it to 0"
        )
    if not registers[RCMU_FITTED]:
        remarks.append(f"has no residual current monitor (register {RCMU_FITTED} is 0)")
    return remarks


def ekepc2(
    line: ModbusLine,
    clock: Clock,
    *,
    captive_cable: bool,
    unit: int = DEFAULT_UNIT,
    maximum_a: float = MAXIMUM_A,
) -> PolledBoard:
    """The board at `unit` of a line; `maximum_a` is what the wallbox around it is built for."""
    device = Ekepc2(ModbusUnit(line, unit, PACE), captive_cable=captive_cable, maximum_a=maximum_a)
    return PolledBoard(device, line, clock)
