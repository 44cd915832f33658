"""One unit's side of a bus: what it has to say, what it hears and how well, and keeping it open.

This is the `Bus` of a running wallbox. How bytes travel is the business of its carrier, one for
RS-485, CAN and LAN each; everything that does not depend on the wire is here.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Mapping
from typing import Protocol

from evse.sharing.bus import (
    MASTER,
    MAX_UNITS,
    Envelope,
    Finding,
    Hears,
    Kind,
    UnitCounters,
)
from evse.sharing.outbox import Outbox
from evse.sharing.seal import SealError, seal, unseal

_log = logging.getLogger(__name__)

LINE = 0
"""The counters of what belongs to no unit."""

REOPEN_S = 0.5
REOPEN_MAXIMUM_S = 10.0
"""Between two attempts to open a lost bus, s of real time; doubled each time."""

STEADY_S = 10.0
"""Open for so long, s, a bus works again: its next loss is told anew."""

SILENT_S = 3.0
"""A unit unheard for so long, s, is counted once as silent: six turns of 0.5 s."""

FINDING_S = 60.0
"""A finding stays for so long after it was last heard, s: time for a person to see it."""

_REMEMBERED = 256
"""So many of our own messages are known again when they come back as an echo."""


class Carrier(Protocol):
    """Bytes on one kind of wire."""

    async def carry(self, party: "Party") -> None:
        """Open the wire, tell `party.opened()`, and carry until cancelled.

        Raises OSError when the wire cannot be opened or is lost; it is closed in every case.
        """


class Party:
    """See the module; implements `Bus`. It is the master if its unit is 1."""

    def __init__(self, carrier: Carrier, unit: int, key: bytes, hears: Hears) -> None:
        """`key`: 16 bytes, or `seal.NO_KEY`. Raises ValueError for a unit outside of 1 … 32."""
        if not 1 <= unit <= MAX_UNITS:
            raise ValueError(f"unit: came {unit!r}, allowed 1 … {MAX_UNITS}")
        self.unit = unit
        self.outbox = Outbox()
        self.trouble = "not opened yet"
        self.openings = 0
        self._carrier = carrier
        self._key = key
        self._hears = hears
        self._counters: dict[int, UnitCounters] = {}
        self._missed_at_s: dict[int, float] = {}
        self._found_at_s: dict[Finding, float] = {}
        self._said: deque[bytes] = deque(maxlen=_REMEMBERED)
        self._quiet_until_s = 0.0
        self._quiet_changed = asyncio.Event()
        self._carrying: asyncio.Timeout | None = None
        self._opened_at_s = 0.0
        self._reopen_s = REOPEN_S
        self._told = False

    @property
    def is_master(self) -> bool:
        """Whether this unit grants."""
        return self.unit == MASTER

    # ------------------------------------------------------------------- Bus

    @property
    def counters(self) -> Mapping[int, UnitCounters]:
        """See `Bus`."""
        return self._counters

    @property
    def findings(self) -> frozenset[Finding]:
        """See `Bus`."""
        since_s = _now_s() - FINDING_S
        return frozenset(found for found, at_s in self._found_at_s.items() if at_s >= since_s)

    @property
    def quiet_left_s(self) -> float:
        """See `Bus`."""
        return max(0.0, self._quiet_until_s - _now_s())

    def say(self, envelope: Envelope, *, urgent: bool = False) -> None:
        """See `Bus`."""
        self.outbox.put(envelope, urgent=urgent)

    def hurry(self) -> None:
        """See `Bus`."""
        self.outbox.hurry()

    def quiet(self, seconds: float) -> None:
        """See `Bus`. Raises ValueError for less than 0."""
        if not seconds >= 0:
            raise ValueError(f"quiet: came {seconds!r} s, allowed 0 or more")
        self._quiet_until_s = _now_s() + seconds
        self._quiet_changed.set()
        if seconds and self._carrying is not None:
            self._carrying.reschedule(_now_s())

    async def run(self) -> None:
        """See `Bus`."""
        while True:
            await self._wait_while_quiet()
            if lost := await self._carry():
                await self._failed(lost)

    async def _carry(self) -> OSError | None:
        """Carry until the wire is lost, which is returned, or until `quiet` ends it."""
        try:
            async with asyncio.timeout(None) as carrying:
                self._carrying = carrying
                await self._carrier.carry(self)
        except OSError as error:  # TimeoutError is one
            return None if carrying.expired() else error
        finally:
            self._carrying = None
        return None

    # ---------------------------------------------------------- for carriers

    def opened(self) -> None:
        """The wire is open."""
        self.trouble = ""
        self.openings += 1
        self._opened_at_s = _now_s()
        _log.log(logging.INFO if self.openings == 1 else logging.DEBUG, "%s is open", self._carrier)

    def seal(self, envelope: Envelope) -> bytes:
        """The bytes of a message, which are known again when they come back."""
        sealed = seal(self._key, envelope)
        if sealed not in self._said:
            self._said.append(sealed)
        return sealed

    def heard(self, kind: Kind, sender: int, recipient: int, sealed: bytes) -> None:
        """Somebody's message, or an echo of ours, as it came from the wire."""
        is_rivals = self.is_master and kind is Kind.GRANT
        if not is_rivals and self.unit not in {recipient, sender}:
            return
        if sender == self.unit and sealed in self._said:
            return
        counters = self.counted(sender)
        try:
            envelope = unseal(self._key, kind, sender, recipient, sealed)
        except SealError:
            counters.forged += 1
            if recipient == self.unit:
                self.found(Finding.KEY_TROUBLE)
            return
        if is_rivals:
            self.found(Finding.SECOND_MASTER)
        elif sender == self.unit:
            self.found(Finding.DUPLICATE_UNIT)
            return
        counters.exchanges += 1
        counters.heard_at_s = _now_s()
        self._works()
        self._hears(envelope)

    def counted(self, unit: int) -> UnitCounters:
        """The counters of a unit; `LINE` for what belongs to none."""
        return self._counters.setdefault(unit if 0 <= unit <= MAX_UNITS else LINE, UnitCounters())

    def awaited(self, unit: int) -> None:
        """Something was sent to a unit which speaks by itself: count it when it is silent."""
        counters, now_s = self.counted(unit), _now_s()
        since_s = max(
            self._opened_at_s, counters.heard_at_s or 0.0, self._missed_at_s.get(unit, 0.0)
        )
        if now_s - since_s >= SILENT_S:
            counters.timeouts += 1
            self._missed_at_s[unit] = now_s

    def stuck(self, trouble: str) -> None:
        """Nothing can be said for now; it is logged once, until somebody is heard again."""
        self.trouble = trouble
        self.counted(LINE).timeouts += 1
        if not self._told:
            _log.warning("%s: %s; trying again", self._carrier, trouble)
            self._told = True

    def found(self, finding: Finding) -> None:
        """Something is wrong with the group; it is logged once a spell."""
        if finding not in self.findings:
            _log.warning("%s: unit %d found %s", self._carrier, self.unit, finding)
        self._found_at_s[finding] = _now_s()

    # -------------------------------------------------------------- keeping open

    async def _wait_while_quiet(self) -> None:
        while (left_s := self.quiet_left_s) > 0:
            self.trouble = "quiet"
            self.outbox.clear()
            self._quiet_changed.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left_s):
                    await self._quiet_changed.wait()

    async def _failed(self, error: OSError) -> None:
        """The wire is lost: tell it once, and wait before the next attempt."""
        if not self.trouble and _now_s() - self._opened_at_s >= STEADY_S:
            self._works()
        self.stuck(str(error) or type(error).__name__)
        await asyncio.sleep(self._reopen_s)
        self._reopen_s = min(2 * self._reopen_s, REOPEN_MAXIMUM_S)

    def _works(self) -> None:
        """What was lost is back."""
        if self._told:
            _log.info("%s works again", self._carrier)
        self._told = False
        self.trouble = ""
        self._reopen_s = REOPEN_S


def _now_s() -> float:
    return asyncio.get_running_loop().time()
