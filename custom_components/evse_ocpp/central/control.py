"""How a charger takes a limit: the methods there are, and which of them are known to work.

A fresh charger has the first guess. The commissioning test replaces it by what was measured, for
this charger and this firmware version.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

MIN_STANDING_A = 6.0
"""The least limit that may outlast a transaction. A standing 0 A kills every later start, and looks
like a broken charger (evcc #29272, PR #29274); less than 6 A no pilot can offer (IEC 61851-1)."""


class Purpose(StrEnum):
    """By what a limit is set. The profile purposes are those of OCPP 1.6, section 3.13.1."""

    TX_PROFILE = "TxProfile"
    TX_DEFAULT_PROFILE = "TxDefaultProfile"
    CHARGE_POINT_MAX_PROFILE = "ChargePointMaxProfile"
    KEY = "key"  # a configuration key of the vendor


class Unit(StrEnum):
    """Unit of a limit in a profile."""

    A = "A"
    W = "W"


class Kind(StrEnum):
    """ChargingProfileKind."""

    ABSOLUTE = "Absolute"
    RELATIVE = "Relative"


class PauseBy(StrEnum):
    """What makes a charger pause without ending its transaction, or else ending it."""

    ZERO_LEASE = "zero_lease"
    REMOTE_STOP = "remote_stop"
    UNAVAILABLE = "unavailable"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Method:
    """One way to limit the current.

    `whole_station`: the profile is written to connector 0. `key`: the configuration key, when
    `purpose` is KEY; `key_factor`: its units per ampere.
    """

    purpose: Purpose
    unit: Unit = Unit.A
    kind: Kind = Kind.ABSOLUTE
    stack_level: int = 0
    whole_station: bool = False
    key: str | None = None
    key_factor: float = 1.0

    @property
    def slot(self) -> tuple[Purpose, int, bool, str | None]:
        """What a charger tells limits apart by: those of one slot overwrite each other."""
        whole = self.whole_station or self.purpose is Purpose.CHARGE_POINT_MAX_PROFILE
        return self.purpose, self.stack_level, whole, self.key

    @property
    def volatile(self) -> bool:
        """Whether it ends with the transaction: only such ones may be written often."""
        return self.purpose is Purpose.TX_PROFILE

    def to_dict(self) -> dict[str, Any]:
        """Return what `from_dict` needs, as JSON values."""
        return {
            "purpose": self.purpose,
            "unit": self.unit,
            "kind": self.kind,
            "stack_level": self.stack_level,
            "whole_station": self.whole_station,
            "key": self.key,
            "key_factor": self.key_factor,
        }

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        """Restore it; KeyError, TypeError or ValueError when `stored` is damaged."""
        method = cls(**stored)
        return replace(
            method,
            purpose=Purpose(method.purpose),
            unit=Unit(method.unit),
            kind=Kind(method.kind),
        )


FIRST_LEASE = Method(Purpose.TX_PROFILE)
FIRST_FALLBACK = Method(Purpose.TX_DEFAULT_PROFILE)


@dataclass(frozen=True, slots=True)
class Control:
    """What is known of a charger's obedience. `tested_at` None: a first guess only.

    `lease_ends_itself`: it was seen to fall to the fallback when a lease ran out. None: not tested.
    `steps_a`: the only currents that it takes; empty: all. `switches_phases`: one to three phases.
    """

    lease: Method = FIRST_LEASE
    fallback: Method = FIRST_FALLBACK
    pause_by: PauseBy = PauseBy.ZERO_LEASE
    lease_ends_itself: bool | None = None
    switches_phases: bool | None = None
    steps_a: tuple[float, ...] = ()
    firmware_version: str | None = None
    tested_at: datetime | None = None

    @property
    def leases(self) -> bool:
        """Whether a limit can end by itself: not where it was seen to stay, nor with one slot only.

        Where it cannot, the standing limit is raised while we live, and lowered by us afterwards.
        """
        return self.lease_ends_itself is not False and not self.one_slot

    @property
    def one_slot(self) -> bool:
        """Whether setting the lease overwrites the fallback."""
        return self.lease.slot == self.fallback.slot

    @property
    def pause(self) -> PauseBy:
        """How to pause; never by 0 A that would outlast the transaction."""
        if self.pause_by is PauseBy.ZERO_LEASE and not self.lease.volatile:
            return PauseBy.NOTHING
        return self.pause_by

    def allowed_a(self, limit_a: float) -> float:
        """Return the highest current that it takes and that is not above `limit_a`; 0: none.

        What outlasts the transaction is in whole amperes, so that small changes write nothing.
        """
        if self.steps_a:
            return max((step for step in self.steps_a if step <= limit_a), default=0.0)
        return limit_a if self.lease.volatile else float(int(limit_a))

    def outdated(self, firmware_version: str | None) -> bool:
        """Whether it was tested with another firmware version than the present one."""
        return self.tested_at is not None and firmware_version != self.firmware_version

    def to_dict(self) -> dict[str, Any]:
        """Return what `from_dict` needs, as JSON values."""
        return {
            "lease": self.lease.to_dict(),
            "fallback": self.fallback.to_dict(),
            "pause_by": self.pause_by,
            "lease_ends_itself": self.lease_ends_itself,
            "switches_phases": self.switches_phases,
            "steps_a": list(self.steps_a),
            "firmware_version": self.firmware_version,
            "tested_at": self.tested_at.isoformat() if self.tested_at else None,
        }

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        """Restore it; KeyError, TypeError or ValueError when `stored` is damaged."""
        tested_at = stored["tested_at"]
        return cls(
            Method.from_dict(stored["lease"]),
            Method.from_dict(stored["fallback"]),
            PauseBy(stored["pause_by"]),
            stored["lease_ends_itself"],
            stored["switches_phases"],
            tuple(float(each) for each in stored["steps_a"]),
            stored["firmware_version"],
            datetime.fromisoformat(tested_at) if tested_at else None,
        )
