"""A wallbox with a car, as OCPP calls see it, on virtual time; each switch is a row of the quirks.

It speaks to the real `Charger` and `Commands16`: what is judged is what goes over the wire.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from custom_components.evse_ocpp.central.charger import Charger, ChargerStatus, ConfigurationKey
from custom_components.evse_ocpp.central.commands import CommandRefused, CommandUnanswered
from custom_components.evse_ocpp.central.readings import Sample
from custom_components.evse_ocpp.central.v16_outbound import Commands16

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
VOLTS = 230.0
ALL_PURPOSES = frozenset({"TxProfile", "TxDefaultProfile", "ChargePointMaxProfile"})
STANDING = ALL_PURPOSES - {"TxProfile"}


@dataclass(frozen=True)
class Behaviour:
    """How this wallbox and its car behave. The default does all as OCPP says."""

    accepts: frozenset[str] = ALL_PURPOSES
    ignores: frozenset[str] = frozenset()  # of what it accepts
    levels: frozenset[int] | None = None  # None: all
    max_level_told: str | None = "10"
    kinds: frozenset[str] = frozenset({"Absolute", "Relative"})
    units: frozenset[str] = frozenset({"A", "W"})
    ignored_units: frozenset[str] = frozenset()
    connectors: frozenset[int] = frozenset({0, 1})
    key: str | None = None
    steps_a: tuple[float, ...] = ()
    zero: str = "pauses"  # ends: the transaction; ignored
    restarts: bool = True
    leaves_service: bool = False  # and pauses within the transaction
    leases_end: bool = True
    clock_offset_s: float = 0.0
    tells_offer: bool = True
    tells_current: bool = True
    schedules: bool = True
    sample_s: float = 10.0
    foreign: tuple[tuple[str, int, float], ...] = ()  # purpose, level, limit
    car_a: float = 32.0
    car_phases: int = 3
    switches_phases: bool = False
    tells_change: bool = False  # each change of its offer, at once
    car_a_per_s: float = 32.0  # how fast the car follows
    unanswered: str | None = None  # an action that is never answered


@dataclass
class Profile:
    """A profile as it holds: `ends_at` by our clock, None: standing."""

    limit_a: float
    ends_at: datetime | None
    unit: str
    phases: int | None


@dataclass
class SimulatedCharger:
    """See the module. `most_a`, `most_w`: the highest limits that were commanded in A and in W."""

    behaviour: Behaviour = field(default_factory=Behaviour)
    hardware_a: float = 32.0
    now: datetime = START
    most_a: float = 0.0
    most_w: float = 0.0
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.charger = Charger("SIM", max_current_a=16.0)
        self.connector = self.charger.connector(1)
        self.profiles: dict[tuple[int, str, int], Profile] = {}
        self.key_a: float | None = None
        self.phases = self.behaviour.car_phases
        self.in_service = True
        self.finished = False
        self.flow_a = 0.0
        self.stuck_phases: int | None = None
        self.next_sample_at = self.now
        for purpose, level, limit_a in self.behaviour.foreign:
            where = 0 if purpose == "ChargePointMaxProfile" else 1
            self.profiles[where, purpose, level] = Profile(limit_a, None, "A", None)
        self.commands = Commands16(self.charger, self.call, lambda: self.now)
        self.charger.link_up(self.commands, self.now)
        configuration = {"ChargeProfileMaxStackLevel": self.behaviour.max_level_told}
        if self.behaviour.key:
            configuration[self.behaviour.key] = "32"
        if self.behaviour.switches_phases:
            configuration["ConnectorSwitch3to1PhaseSupported"] = "true"
        self.charger.configuration = {
            key: ConfigurationKey(value, readonly=False)
            for key, value in configuration.items()
            if value is not None
        }
        if self.behaviour.clock_offset_s:
            stamp = self.now + timedelta(seconds=self.behaviour.clock_offset_s)
            self.charger.clock.observe(stamp, self.now)

    # Time.

    async def sleep(self, seconds: float) -> None:
        """Let time pass, second by second."""
        for _ in range(max(round(seconds), 1)):
            self.now += timedelta(seconds=1)
            self._second()

    def monotonic(self) -> float:
        return (self.now - START).total_seconds()

    def plug_in(self) -> None:
        self.charger.take_status(1, ChargerStatus.PREPARING, None, self.now)

    def start(self) -> None:
        self.charger.start_transaction(1, "TAG", self.now, 0, f"{self.now}")
        self._second()

    @property
    def limit_a(self) -> float:
        """What is offered to the car now."""
        limits = [self.hardware_a]
        if self.key_a is not None:
            limits.append(self.key_a)
        station = self._best("ChargePointMaxProfile")
        session = self._best("TxProfile") if self.connector.transaction else None
        session = session or self._best("TxDefaultProfile")
        limits += [each.limit_a for each in (station, session) if each is not None]
        limit_a = min(limits)
        if self.behaviour.steps_a:
            return max((step for step in self.behaviour.steps_a if step <= limit_a), default=0.0)
        return limit_a if limit_a >= 6 else 0.0

    def persistent_zeros(self) -> list[tuple[int, str, int]]:
        """The profiles below 6 A that would outlast the transaction."""
        return [
            where
            for where, each in self.profiles.items()
            if where[1] in STANDING and each.limit_a < 6
        ]

    def _best(self, purpose: str) -> Profile | None:
        if purpose in self.behaviour.ignores:
            return None
        found = [
            (level, -where, profile)
            for (where, each, level), profile in self.profiles.items()
            if each == purpose
            and (profile.ends_at is None or self.now < profile.ends_at)
            and profile.unit not in self.behaviour.ignored_units
        ]
        return max(found, key=lambda each: each[:2])[2] if found else None

    def _second(self) -> None:
        transaction = self.connector.transaction
        if transaction is None:
            self.flow_a = 0.0
            return
        limit_a = self.limit_a if self.in_service else 0.0
        if limit_a == 0 and self.behaviour.zero == "ends":
            self._end("Other")
            return
        if limit_a == 0 and self.behaviour.zero == "ignored" and self.in_service:
            limit_a = 6.0
        session = self._best("TxProfile")
        can = self.behaviour.switches_phases and self.phases != self.stuck_phases
        if can and session is not None and session.phases:
            self.phases = session.phases
        wanted_a, rate = min(limit_a, self.behaviour.car_a), self.behaviour.car_a_per_s
        self.flow_a += max(min(wanted_a - self.flow_a, rate), -rate) if wanted_a else -self.flow_a
        if self.behaviour.tells_change and self.connector.offered_a != limit_a:
            self.charger.take_limit(1, limit_a, "central", limit_a, self.now)
        status = ChargerStatus.CHARGING if self.flow_a else ChargerStatus.SUSPENDED_EVSE
        if self.connector.status is not status:
            self.charger.take_status(1, status, None, self.now)
        if self.now >= self.next_sample_at:
            self._sample(limit_a)

    def _sample(self, limit_a: float) -> None:
        self.next_sample_at = self.now + timedelta(seconds=self.behaviour.sample_s)
        samples = [
            Sample("Power.Active.Import", self.flow_a * VOLTS * self.phases),
            *(Sample("Voltage", VOLTS, phase) for phase in ("L1-N", "L2-N", "L3-N")),
        ]
        if self.behaviour.tells_current:
            amps = [self.flow_a if n < self.phases else 0.0 for n in range(3)]
            samples += [Sample("Current.Import", a, f"L{n + 1}") for n, a in enumerate(amps)]
        if self.behaviour.tells_offer:
            samples.append(Sample("Current.Offered", limit_a))
        self.charger.take_samples(1, None, samples, self.now, self.now)
        self.charger.publish()

    def _end(self, reason: str) -> None:
        transaction = self.connector.transaction
        if transaction is not None:
            self.charger.stop_transaction(transaction.id, self.now, reason, 0)
            self._ended()

    def _ended(self) -> None:
        self.profiles = {k: v for k, v in self.profiles.items() if k[1] != "TxProfile"}
        self.charger.take_status(1, ChargerStatus.FINISHING, None, self.now)
        self.finished = True
        self.charger.publish()

    # Calls.

    async def call(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        self.told.append((action, payload))
        if action == self.behaviour.unanswered:
            raise CommandUnanswered(action)
        name = re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", action)
        handler = getattr(self, f"_on{name}", None)
        return {"status": "Accepted"} if handler is None else handler(payload)

    def _on_set_charging_profile(self, payload: dict[str, Any]) -> dict[str, Any]:
        return self._take(payload["connectorId"], payload["csChargingProfiles"])

    def _take(self, where: int, profile: dict[str, Any]) -> dict[str, Any]:
        behaviour, schedule = self.behaviour, profile["chargingSchedule"]
        purpose, level = profile["chargingProfilePurpose"], profile["stackLevel"]
        unit = schedule["chargingRateUnit"]
        (period,) = schedule["chargingSchedulePeriod"]
        limit_a = period["limit"] if unit == "A" else period["limit"] / VOLTS / self.phases
        if unit == "W":
            self.most_w = max(self.most_w, period["limit"])
        else:
            self.most_a = max(self.most_a, limit_a)
        refused = (
            purpose not in behaviour.accepts
            or (behaviour.levels is not None and level not in behaviour.levels)
            or profile["chargingProfileKind"] not in behaviour.kinds
            or unit not in behaviour.units
            or (purpose == "TxDefaultProfile" and where not in behaviour.connectors)
            or (purpose == "TxProfile" and not self.connector.transaction)
        )
        if refused:
            return {"status": "Rejected"}
        ends_at = self._ends_at(profile) if behaviour.leases_end else None
        if ends_at is None or ends_at > self.now:
            self.profiles[where, purpose, level] = Profile(
                limit_a, ends_at, unit, period.get("numberPhases")
            )
        return {"status": "Accepted"}

    def _ends_at(self, profile: dict[str, Any]) -> datetime | None:
        offset = timedelta(seconds=self.behaviour.clock_offset_s)
        schedule, ends = profile["chargingSchedule"], []
        if "duration" in schedule:
            transaction = self.connector.transaction
            begin = (
                datetime.fromisoformat(schedule["startSchedule"]) - offset
                if "startSchedule" in schedule
                else transaction.started_at
                if transaction
                else self.now
            )
            ends.append(begin + timedelta(seconds=schedule["duration"]))
        if "validTo" in profile:
            ends.append(datetime.fromisoformat(profile["validTo"]) - offset)
        return min(ends, default=None)

    def _on_clear_charging_profile(self, payload: dict[str, Any]) -> dict[str, Any]:
        gone = [
            (where, purpose, level)
            for where, purpose, level in self.profiles
            if payload.get("connectorId", where) == where
            and payload.get("chargingProfilePurpose", purpose) == purpose
            and payload.get("stackLevel", level) == level
        ]
        for each in gone:
            del self.profiles[each]
        return {"status": "Accepted" if gone else "Unknown"}

    def _on_get_composite_schedule(self, payload: dict[str, Any]) -> dict[str, Any]:
        if not self.behaviour.schedules:
            raise CommandRefused("GetCompositeSchedule", "NotSupported")
        schedule = {
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": self.limit_a}],
        }
        return {"status": "Accepted", "connectorId": 1, "chargingSchedule": schedule}

    def _on_change_configuration(self, payload: dict[str, Any]) -> dict[str, Any]:
        if payload["key"] != self.behaviour.key:
            return {"status": "NotSupported"}
        self.key_a = float(payload["value"])
        if payload["value"] != "32":  # as it was: the test has taken its limit back
            self.most_a = max(self.most_a, self.key_a)
        return {"status": "Accepted"}

    def _on_change_availability(self, payload: dict[str, Any]) -> dict[str, Any]:
        if not self.behaviour.leaves_service:
            return {"status": "Scheduled"}
        self.in_service = payload["type"] == "Operative"
        return {"status": "Accepted"}

    def _on_remote_stop_transaction(self, payload: dict[str, Any]) -> dict[str, Any]:
        self._end("Remote")
        return {"status": "Accepted"}

    def _on_remote_start_transaction(self, payload: dict[str, Any]) -> dict[str, Any]:
        if self.finished and not self.behaviour.restarts:
            return {"status": "Rejected"}
        self.finished = False
        self.start()
        if "chargingProfile" in payload:
            self._take(1, payload["chargingProfile"])
        return {"status": "Accepted"}

    def _on_trigger_message(self, payload: dict[str, Any]) -> dict[str, Any]:
        return {"status": "NotImplemented"}
