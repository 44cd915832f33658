"""Reading meters over Modbus TCP or RTU.

A `ModbusMeter` is one device on a `ModbusLine`. What load balancing decides on, currents and the
powers that tell their directions, is read anew by every reading; the rest each second or so, one
request at a time, when the line has nothing better to do. A meter that comes back after a failure
is read again by the next call.
"""

import asyncio
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from evse.clock import Clock
from evse.lines.failure import Failure
from evse.lines.frames import ILLEGAL_ADDRESS, ILLEGAL_FUNCTION, ILLEGAL_VALUE
from evse.lines.modbus import LineError, ModbusExceptionError, ModbusLine, ModbusLines, Pace
from evse.meters.correction import NO_CORRECTION, Correction, corrected
from evse.meters.quality import MeterCounters, MeterQuality
from evse.meters.reading import MeterError, MeterReading, MeterValueError, may_be_absent, reading
from evse.meters.registers import Block, Quantity, Register, RegisterMap, decode_all

__all__ = ["MeterCounters", "ModbusLine", "ModbusLines", "ModbusMeter"]

REQUEST_TIMEOUT_S = 1.0
"""The longest real time for an answer, s. A meter answers within 0.2 s, so the line learns to give
up earlier; DLB counts on silence after 10 s."""

RETRIES = 1
"""A request that failed is sent once more to a meter whose last reading was good: one lost frame is
usual on RS-485. A meter that is silent anyway is not waited for twice."""

SLOW_S = 1.0
"""So often voltages, energies and frequency are read, s: the protections of the mains confirm over
seconds."""

STALE_S = 10.0
"""What was not read for so long is read with the currents, and missing with them, s: as long as a
silent meter is believed (`core.timing.DLB_SILENCE_S`)."""

_MOST_RATIO = 10_000.0
"""Current transformers go up to 5000 A / 1 A."""


@dataclass(slots=True)
class _Slow:
    """A block that is not read each time; instants of the clock, s."""

    block: Block
    tried_at_s: float = -math.inf
    read_at_s: float = -math.inf


class ModbusMeter:
    """One meter: `unit` on a line, read by its register map."""

    def __init__(
        self,
        line: ModbusLine,
        unit: int,
        register_map: RegisterMap,
        clock: Clock,
        correction: Correction = NO_CORRECTION,
    ) -> None:
        self.counters = MeterCounters()
        self.unit = unit
        self._line = line
        self._map = register_map
        self._clock = clock
        self._correction = correction
        fast, slow = register_map.plan()
        self._fast: list[Block] = list(fast)
        self._slow = [_Slow(block) for block in slow]
        self._words: dict[int, int] = {}
        self._ratio: float | None = None if register_map.ratio else 1.0
        self._answers = False
        self._resting_until_s = 0.0

    async def read(self) -> MeterReading:
        """One reading. Raises MeterError, whose text names the meter."""
        self.counters.readings += 1
        try:
            result = await self._read()
        except (LineError, MeterError) as error:
            raise self._failed(error) from error
        self._answers = True
        self.counters.good_at_s.append(result.at_s)
        return result

    async def refresh(self) -> bool:
        """Read one block of what changes slowly, if one is due; whether one was.

        A failure is counted; what was read before holds, up to `STALE_S`.
        """
        now_s = self._clock.monotonic()
        due = [each for each in self._slow if now_s - each.tried_at_s >= SLOW_S]
        if not due or not self._answers:
            return False
        try:
            await self._fetch_slow(min(due, key=lambda each: each.tried_at_s))
        except LineError as error:
            self._failed(error)
        return True

    def correct(self, by: Correction) -> None:
        """Correct the readings from now on."""
        self._correction = by

    def quality(self) -> MeterQuality:
        """How well the meter answers."""
        now_s = self._clock.monotonic()
        counted, line = self.counters, self._line.counters[self.unit]
        error_at_s = counted.last_error_at_s
        return MeterQuality(
            connection=str(self._line.connection),
            unit=self.unit,
            readings=counted.readings,
            failed=counted.failures.total(),
            samples_per_s=round(counted.rate(now_s), 2),
            requests=line.requests,
            answers=line.answers,
            timeouts=line.timeouts,
            nonsense=line.nonsense,
            exceptions=line.exceptions,
            answer_mean_ms=round(1000 * line.answers_s / line.answers, 1) if line.answers else None,
            answer_max_ms=round(1000 * line.slowest_s, 1) if line.answers else None,
            timeout_ms=round(1000 * line.patience.timeout_s(REQUEST_TIMEOUT_S), 1),
            last_error=counted.last_error,
            last_error_age_s=None if error_at_s is None else round(now_s - error_at_s, 1),
        )

    async def _read(self) -> MeterReading:
        if self._ratio is None and self._map.ratio is not None:
            self._ratio = await self._read_ratio(self._map.ratio)
        at_s = self._clock.monotonic()
        self._fast = await self._fetch(self._fast)
        for each in list(self._slow):
            if at_s - each.read_at_s >= STALE_S:
                await self._fetch_slow(each)
        values = decode_all(self._map, self._words)
        measured = reading(values, self._map, at_s, self._ratio or 1.0)
        measured = replace(measured, energy_at_s=self._energy_at_s())
        return corrected(measured, self._correction)

    def _energy_at_s(self) -> float | None:
        """When the energy was read, if not with the currents."""
        register = self._map.registers.get(Quantity.ENERGY)
        holding = (each for each in self._slow if register and each.block.holds(register))
        return next((each.read_at_s for each in holding), None)

    async def _read_ratio(self, register: Register) -> float:
        await self._fetch([Block(register.address, register.format.width)])
        ratio = register.value(self._words, self._map.word_order)
        if not 1 <= ratio <= _MOST_RATIO:
            raise MeterValueError(
                f"ratio of the current transformers (register {register.address}): "
                f"came {ratio:g}, allowed 1 … {_MOST_RATIO:g}"
            )
        return ratio

    async def _fetch_slow(self, slow: _Slow) -> None:
        """Read one slow block; those which it becomes when it is refused take its place."""
        now_s = slow.tried_at_s = self._clock.monotonic()
        blocks = await self._fetch([slow.block])
        at = self._slow.index(slow)
        self._slow[at : at + 1] = [_Slow(block, now_s, now_s) for block in blocks]

    async def _fetch(self, blocks: Iterable[Block]) -> list[Block]:
        """Read blocks into `_words`; what to ask the next time. Raises LineError.

        A block that is refused is asked for in smaller ones; a single value that is refused is
        forgotten if a reading is whole without it.
        """
        read: list[Block] = []
        for block in blocks:
            try:
                words = await self._ask(block)
            except ModbusExceptionError as error:
                if error.code not in {ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE}:
                    raise
                smaller = self._map.smaller(block)
                if not smaller and not self._may_be_absent(block):
                    raise
                read += await self._fetch(smaller)
                continue
            self._words.update(zip(block.addresses, words, strict=True))
            read.append(block)
        return read

    def _may_be_absent(self, block: Block) -> bool:
        inside = [q for q, register in self._map.registers.items() if block.holds(register)]
        return bool(inside) and all(may_be_absent(quantity) for quantity in inside)

    async def _ask(self, block: Block) -> list[int]:
        pace = Pace(REQUEST_TIMEOUT_S, learns=True)
        retries = RETRIES if self._answers else 0
        while True:
            await self._rest()
            try:
                return await self._line.read(
                    self.unit, self._map.function_code, block.address, block.count, pace
                )
            except LineError as error:
                if not retries or error.failure not in {Failure.TIMEOUT, Failure.NONSENSE}:
                    raise
                retries -= 1
            finally:
                now_s = asyncio.get_running_loop().time()
                self._resting_until_s = now_s + self._map.rest_s

    async def _rest(self) -> None:
        """Leave the meter alone as long as it wants; meanwhile others may use the line."""
        left_s = self._resting_until_s - asyncio.get_running_loop().time()
        if left_s > 0:
            await asyncio.sleep(left_s)

    def _failed(self, error: LineError | MeterError) -> MeterError:
        self._answers = False
        counted = self.counters
        counted.failures[error.failure] += 1
        counted.last_error, counted.last_error_at_s = str(error), self._clock.monotonic()
        return MeterError(error.failure, f"meter {self.unit}: {error}")
