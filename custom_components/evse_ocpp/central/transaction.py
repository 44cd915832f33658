"""A transaction, and the energy of its session."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import uuid4

from .charger_clock import Instant
from .energy_meter import plausible_wh

TransactionId = int | str
"""An integer in OCPP 1.6, given by us; a string in 2.0.1, given by the charger."""
LONGEST_UNSEEN = timedelta(days=3)
"""A charge that ran longer before we met it is taken for a lifetime register."""


class RegisterKind(StrEnum):
    """What a charger's energy register counts in MeterValues.

    Some send the lifetime value with StartTransaction but count from 0 in MeterValues
    (lbbrhzn/ocpp #2093, #919; errata 3.9 of OCPP 1.6). It is learnt in a transaction and
    remembered for the charger.
    """

    LIFETIME = "lifetime"
    SESSION = "session"


@dataclass(slots=True)
class Transaction:
    """One charge, from its start to its end as far as we were told.

    `recovered`: we met it in the charger's meter values without having seen its start;
    `before_wh`: what it had charged by then, if its register tells that.
    `meter_start_wh` is None until a register value is known; `energy_wh` never falls. `start_key`
    makes a repeated StartTransaction known. `uid` is its key in our own records: ids of chargers
    come again. `behind`: as of `EnergyMeter`. `set_back`: our clock was, and does not tell how long
    it has run.
    """

    id: TransactionId
    connector_id: int
    id_tag: str | None
    started: Instant
    meter_start_wh: float | None = None
    energy_wh: float = 0.0
    ended_at: datetime | None = None
    reason: str | None = None
    recovered: bool = False
    register_kind: RegisterKind | None = None
    start_key: str | None = None
    before_wh: float = 0.0
    uid: str = field(default_factory=lambda: uuid4().hex)
    behind: bool = False
    set_back: bool = False

    @property
    def started_at(self) -> datetime:
        """When it started, by our clock."""
        return self.started.at

    @property
    def shown_wh(self) -> float | None:
        """The energy of its session; None while it is behind."""
        return None if self.behind else self.energy_wh

    def take_register(
        self, register_wh: float, when: Instant, max_power_w: float, usual: RegisterKind
    ) -> None:
        """Follow one register value (Wh) of MeterValues.

        `usual` is the kind of register which this charger had before; it decides where both fit.
        """
        if self.meter_start_wh is None:
            self.meter_start_wh = register_wh - self.energy_wh
        if self.register_kind is None and register_wh != 0:  # a dip to 0 decides nothing
            if self.recovered:
                self._meet(register_wh, max_power_w, usual)
            elif register_wh < self.meter_start_wh:
                self.register_kind = RegisterKind.SESSION
            elif register_wh > plausible_wh(when.since(self.started), max_power_w):
                self.register_kind = RegisterKind.LIFETIME
            else:
                self.register_kind = usual
        start_wh = 0.0 if self.register_kind is RegisterKind.SESSION else self.meter_start_wh
        self._take_energy(register_wh - start_wh, when, max_power_w)

    def end(
        self, when: Instant, reason: str | None, meter_stop_wh: float | None, max_power_w: float
    ) -> None:
        """Close it. `meter_stop_wh` (None: unknown) counts like the meterStart of its start."""
        self.ended_at = max(when.at, self.started_at)  # one of the stored history may end it
        self.behind = False
        self.reason = reason
        start_unseen = self.recovered and self.register_kind is RegisterKind.SESSION
        if meter_stop_wh is not None and self.meter_start_wh is not None and not start_unseen:
            self._take_energy(meter_stop_wh - self.meter_start_wh, when, max_power_w)

    def _meet(self, register_wh: float, max_power_w: float, usual: RegisterKind) -> None:
        """Take the first value of a charge that has run for an unknown time."""
        self.register_kind = usual
        if usual is RegisterKind.SESSION:
            if register_wh <= plausible_wh(LONGEST_UNSEEN, max_power_w):
                self.before_wh = register_wh
            else:
                self.register_kind = RegisterKind.LIFETIME

    def _take_energy(self, energy_wh: float, when: Instant, max_power_w: float) -> None:
        elapsed = LONGEST_UNSEEN if self.set_back else when.since(self.started)
        flowed_wh = plausible_wh(elapsed, max_power_w)
        if self.energy_wh <= energy_wh <= self.before_wh + flowed_wh:
            self.energy_wh, self.behind = energy_wh, False

    def to_dict(self) -> dict[str, Any]:
        """Return what `from_dict` needs, as JSON values."""
        started_at, started_stamp = self.started.to_text()
        return {
            "id": self.id,
            "connector_id": self.connector_id,
            "id_tag": self.id_tag,
            "started_at": started_at,
            "started_stamp": started_stamp,
            "meter_start_wh": self.meter_start_wh,
            "energy_wh": self.energy_wh,
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
            "reason": self.reason,
            "recovered": self.recovered,
            "register_kind": self.register_kind,
            "start_key": self.start_key,
            "before_wh": self.before_wh,
            "uid": self.uid,
        }

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        """Restore a transaction; KeyError or ValueError when `stored` is not from `to_dict`."""
        fields = dict(stored)
        started_at = fields.pop("started_at")
        started_stamp = fields.pop("started_stamp", None)  # earlier versions did not keep it
        ended_at, kind = stored["ended_at"], stored["register_kind"]
        return cls(
            **fields
            | {
                "started": Instant.from_text(started_at, started_stamp),
                "ended_at": datetime.fromisoformat(ended_at) if ended_at else None,
                "register_kind": RegisterKind(kind) if kind else None,
            }
        )
