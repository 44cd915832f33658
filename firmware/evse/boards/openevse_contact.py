"""One contact with an OpenEVSE board: what is known of it, and what it is asked and told.

It lasts as long as a port stays open. What the board shall do comes from outside.
Source: OpenEVSE firmware rapi_proc.cpp, J1772EvseController.cpp.
"""

import itertools
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace

from evse.boards.openevse_rules import Mode, Wanted, held_by_fault, obeys, reads_cable
from evse.boards.rapi import (
    ACKNOWLEDGE,
    CHECKS_OFF,
    MISSED,
    Currents,
    Frame,
    Heartbeat,
    RapiError,
    Setting,
    State,
    Status,
    Version,
    amps_of,
    settings_of,
    temperatures_c,
    trips_of,
)
from evse.boards.rapi_port import RapiLineError, RapiPort
from evse.clock import Clock
from evse.core.pilot import MINIMUM_A

_log = logging.getLogger(__name__)

OLDEST_RAPI = 5
"""Before, the status has neither pilot nor relay."""
FALLBACK_A = int(MINIMUM_A)
"""What the board falls to without our pulse; it takes no less."""
RETRY_S = 0.5
"""Between two equal orders: a refusal (too hot) is asked again, but not without pause."""
OBEY_S = 2.0
"""So long a board may stay awake with more than the wanted current; lost orders are repeated."""
SETTLE_S = 0.3
"""After a stop the board must have looked at the pilot once before it is believed."""


class Contact:
    """See the module. `taken` is called when there is a new `status`, asked for or not.

    `amps`: the current in force, None when it is not known. `mode`: the last that was told.
    `refuses_current`: it is known to stay with more than it was told, and must not be enabled.
    `supervised`: the board can supervise us, with an interval of `heartbeat_s`.
    """

    def __init__(self, name: str, clock: Clock, heartbeat_s: int, taken: Callable[[], None]):
        self.status: Status | None = None
        self.status_at_s = 0.0
        self.status_due_s = 0.0
        self.unknown_for_s = 0.0
        self.currents = Currents(FALLBACK_A, FALLBACK_A, FALLBACK_A, FALLBACK_A)
        self.temperature_c: float | None = None
        self.supervised = True
        self.settings = Setting(0)
        self.mode: Mode | None = None
        self.amps: int | None = None
        self.refuses_current = False
        self._over_since_s: float | None = None
        self._name = name
        self._clock = clock
        self._heartbeat_s = heartbeat_s
        self._taken = taken
        self._major = 0
        self._synchronized = False
        self._restarted = False
        self._believe_from_s = 0.0
        self._unknown_since_s: float | None = None
        self._trips: tuple[int, int, int] | None = None
        self._sent: dict[str, tuple[str, float]] = {}
        self._questions = self._in_turn()

    @property
    def synchronized(self) -> bool:
        """Whether the board has been stopped and set up since it last started."""
        return self._synchronized and not self._restarted

    @property
    def believed(self) -> bool:
        """Whether the status says something of the vehicle already."""
        return self.synchronized and self.status_at_s >= self._believe_from_s

    @property
    def reads_cable(self) -> bool:
        """Whether the board limits its current to the cable at a socket."""
        return reads_cable(self.settings, self._major)

    # ------------------------------------------------------------------ orders

    async def synchronize(self, port: RapiPort) -> None:
        """Stop the board, then bring everything volatile in it to what we need. RapiError."""
        self._synchronized = self._restarted = False
        self.mode, self.amps = None, None
        version = Version.of_answer(await port.ask("GV", numbered=False))
        if version.major < OLDEST_RAPI:
            raise RapiLineError(f"it speaks RAPI {version.rapi}, allowed from {OLDEST_RAPI} on")
        self._major = version.major
        if not held_by_fault(Status.of_answer(await port.ask("GS"))):
            await port.ask(Mode.SLEEPING.value)
        self._believe_from_s = self._clock.monotonic() + SETTLE_S
        await self._ask_settings(port)
        if Setting.LEVEL_2 not in self.settings or Setting.AUTO_LEVEL_OFF not in self.settings:
            await port.ask("SL 2")  # loads the current of the EEPROM, so the current comes after it
        await self._ask_currents(port)
        await self._set_up_supervision(port)
        await self._ask_temperatures(port)
        self.status = None  # the one of before the stop
        self.status_due_s = self._clock.monotonic()
        self._synchronized = True
        _log.info("%s: %s, RAPI %s", self._name, version.firmware, version.rapi)

    async def obey(self, port: RapiPort, want: Wanted) -> None:
        """Bring the board to what is wanted: it closes only with the right current behind it, and
        does not stay awake with more."""
        if self.status is None or not self.synchronized:
            return
        self._judge(want.amps)
        if self.refuses_current and want.mode is Mode.ENABLED:
            want = replace(want, mode=Mode.SLEEPING)
        if want.mode is not Mode.ENABLED:
            await self._set_mode(port, self.status, want.mode)
        if self.amps != want.amps and self._may_send("current", str(want.amps)):
            await self._set_current(port, want.amps)
        if want.mode is Mode.ENABLED and self.amps is not None and self.amps <= want.amps:
            await self._set_mode(port, self.status, want.mode)

    def _judge(self, wanted_a: int) -> None:
        """Note for how long more than the wanted current is in force. An unknown one is neither
        more nor less: the next answers say it."""
        if self.amps is None:
            return
        now_s = self._clock.monotonic()
        if self.amps <= wanted_a:
            self._over_since_s = None
        elif self._over_since_s is None:
            self._over_since_s = now_s
        refuses = self._over_since_s is not None and now_s - self._over_since_s > OBEY_S
        if refuses and not self.refuses_current:
            _log.error("%s: it stays at %d A instead of %d A", self._name, self.amps, wanted_a)
        self.refuses_current = refuses

    async def pulse(self, port: RapiPort, want: Wanted) -> None:
        """Tell the board that we live; set up and acknowledge as needed.

        The acknowledgement raises the current to the configured maximum, so the wanted one follows
        in the same go.
        """
        if not self.supervised:
            return
        answer = await port.request("SY")
        heartbeat = Heartbeat.of_answer(answer.values)
        if not self._is_set_up(heartbeat):
            await port.ask(f"SY {self._heartbeat_s} {FALLBACK_A}")
        elif answer.head == "OK" and heartbeat.trigger != MISSED:
            return
        else:
            _log.info("%s: it has missed our pulse", self._name)
            self.amps = None
            acknowledged = await port.request(f"SY {ACKNOWLEDGE}")
            if acknowledged.head != "OK":
                _log.warning("%s: too hot to leave its fallback", self._name)
        await self._set_current(port, want.amps)

    async def _set_mode(self, port: RapiPort, status: Status, mode: Mode) -> None:
        """The status may be older than the last order, so it alone does not make this one idle."""
        done = mode is self.mode and obeys(status, mode)
        if done or held_by_fault(status) or not self._may_send("mode", mode.value):
            return
        if mode is Mode.ENABLED:
            self.mode = mode  # what it tells from now on may be the beginning of it
        await port.ask(mode.value)
        self.mode = mode
        self.status_due_s = self._clock.monotonic()  # it is believed when the status says so

    async def _set_current(self, port: RapiPort, amps: int) -> None:
        """Both answers tell the current in force; the board refuses to rise while it is hot."""
        self.amps = None
        answer = await port.request(f"SC {amps} V")
        self.amps = amps_of(answer.values)
        if answer.head != "OK":
            _log.debug("%s: %d A instead of %d A", self._name, self.amps, amps)

    def _may_send(self, kind: str, order: str) -> bool:
        """Whether `order` is no repetition of the last one of its kind; it counts as sent."""
        now_s = self._clock.monotonic()
        last, last_s = self._sent.get(kind, ("", 0.0))
        if order == last and now_s - last_s < RETRY_S:
            return False
        self._sent[kind] = (order, now_s)
        return True

    async def _set_up_supervision(self, port: RapiPort) -> None:
        answer = await port.request("GY")
        self.supervised = answer.head == "OK"
        if not self.supervised:
            _log.error("%s: it cannot supervise us, and goes on when we die", self._name)
        elif not self._is_set_up(Heartbeat.of_answer(answer.values)):
            await port.ask(f"SY {self._heartbeat_s} {FALLBACK_A}")  # written to its EEPROM

    def _is_set_up(self, heartbeat: Heartbeat) -> bool:
        return (heartbeat.interval_s, heartbeat.fallback_a) == (self._heartbeat_s, FALLBACK_A)

    # --------------------------------------------------------------- questions

    async def ask_status(self, port: RapiPort) -> None:
        """Ask what the board is doing."""
        asked_at_s = self._clock.monotonic()
        self._take(Status.of_answer(await port.ask("GS")), asked_at_s)

    async def ask_next(self, port: RapiPort) -> None:
        """Ask one of the questions which take turns; the current comes every other time."""
        await next(self._questions)(port)

    def _in_turn(self) -> Iterator[Callable[[RapiPort], Awaitable[None]]]:
        others = (self._ask_temperatures, self._ask_trips, self._ask_settings)
        for ask in itertools.cycle(others):
            yield self._ask_currents
            yield ask

    async def _ask_currents(self, port: RapiPort) -> None:
        self.currents = Currents.of_answer(await port.ask("GC"))
        self.amps = self.currents.offered_a

    async def _ask_temperatures(self, port: RapiPort) -> None:
        """The hottest one; none with a build that has no sensors."""
        answer = await port.request("GP")
        known = temperatures_c(answer.values) if answer.head == "OK" else ()
        self.temperature_c = max(known, default=None)

    async def _ask_trips(self, port: RapiPort) -> None:
        trips = trips_of(await port.ask("GF"))
        if self._trips not in {None, trips}:
            _log.warning("%s: trips (residual current, ground, relay) %s", self._name, trips)
        self._trips = trips

    async def _ask_settings(self, port: RapiPort) -> None:
        settings = settings_of(await port.ask("GE"))
        if settings != self.settings and (off := settings & CHECKS_OFF):
            _log.warning("%s: switched off are %s", self._name, off.name)
        self.settings = settings

    # ------------------------------------------------------------ what is told

    def told(self, frame: Frame) -> None:
        """Take a frame that came unasked."""
        match frame.head:
            case "AB":
                _log.warning("%s: it has restarted", self._name)
                self._restarted = True
            case "AT":
                try:
                    status = Status.of_change(frame.values)
                except RapiError as error:
                    _log.debug("%s: %s", self._name, error)
                else:
                    self._take(status, self._clock.monotonic())
            case "AN":
                _log.info("%s: its button was pressed", self._name)

    def _take(self, status: Status, at_s: float) -> None:
        """Take a status that was true at `at_s`; one of an awake board that was put to sleep shows
        a restart."""
        self.status, self.status_at_s = status, at_s
        if status.offered_a is not None:
            self.amps = status.offered_a
        if status.state != State.UNKNOWN:
            self._unknown_since_s = None
        elif self._unknown_since_s is None:
            self._unknown_since_s = at_s
        since_s = at_s if self._unknown_since_s is None else self._unknown_since_s
        self.unknown_for_s = at_s - since_s
        told_to_rest = self.mode in {Mode.SLEEPING, Mode.DISABLED}
        if told_to_rest and State.A <= status.state <= State.C and not held_by_fault(status):
            _log.warning("%s: it is awake though it was told to rest", self._name)
            self._restarted = True
        self._taken()
