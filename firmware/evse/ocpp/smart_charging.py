"""The Smart Charging profile: keeps the charging profiles and tells the limit they make."""

import logging
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ocpp.v16 import call_result
from ocpp.v16.enums import Action

from evse.clock import Clock
from evse.core.limits import Limit, Source
from evse.core.pilot import MAXIMUM_A
from evse.ocpp import timestamps
from evse.ocpp.charge_point import on
from evse.ocpp.composite import composite
from evse.ocpp.profiles import (
    ChargingProfile,
    Installed,
    ProfileError,
    ProfileLimit,
    Purpose,
    limit_at,
    parse,
    replaces,
    to_json,
)
from evse.ocpp.timing import CALL_TIMEOUT_S, MAX_COMPOSITE_S
from evse.ocpp.transactions import RunningTransactions
from evse.settings.values import Settings
from evse.storage.transactions import TransactionRecord
from evse.storage.values import StoredProfile, Values

_logger = logging.getLogger(__name__)

_STATION_LIMITS = (
    "installation.max_output_current_a",
    "installation.output_current_limit_a",
    "installation.maximum_current_a",
)


@dataclass(frozen=True, slots=True)
class _Offer:
    """The TxProfile of a remote start, for the transaction that it begins until `until_s`."""

    connector_id: int | None
    id_tag: str
    profile: ChargingProfile
    until_s: float


@dataclass(frozen=True, slots=True)
class _Known:
    """A limit and the time in which it need not be worked out again."""

    limit: Limit | None
    since: datetime
    until: datetime | None


class SmartCharging:
    """The installed charging profiles (OCPP 1.6, 3.13).

    All but TxProfile survive a power cut; those end with their transaction.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        values: Values,
        transactions: RunningTransactions,
        connector_ids: tuple[int, ...],
        phases: int,
    ) -> None:
        """`phases`: 1 or 3, those of the installation."""
        self._settings = settings
        self._clock = clock
        self._values = values
        self._transactions = transactions
        self._connector_ids = connector_ids
        self._phases = phases
        self._installed: tuple[Installed, ...] = ()
        self._offers: tuple[_Offer, ...] = ()
        self._known: dict[int, _Known] = {}

    async def restore(self) -> None:
        """Read the stored profiles; one that this version cannot take is told and left out."""
        for stored in await self._values.charging_profiles():
            try:
                profile = self._parse(stored.profile)
            except (ProfileError, KeyError, TypeError, ValueError) as error:
                _logger.warning("stored charging profile %d: %s", stored.profile_id, error)
            else:
                self._installed += (Installed(stored.connector_id, profile),)

    def limit(self, connector_id: int, now: datetime, now_s: float) -> Limit | None:
        """The limit of a connector, None when no profile holds. Worked out at changes only."""
        known = self._known.get(connector_id)
        if (
            known is None
            or now < known.since  # the clock was set back
            or (known.until is not None and now >= known.until)
        ):
            found = self._found(connector_id, now)
            known = self._known[connector_id] = _Known(
                self._lease(found, connector_id, now, now_s), now, found.until
            )
        return known.limit

    def _found(self, connector_id: int, at: datetime) -> ProfileLimit:
        record = self._transactions.at(connector_id)
        return limit_at(
            self._installed,
            connector_id,
            at,
            record.started_at if record else None,
            self._phases,
            len(self._transactions.all()),
        )

    def _lease(
        self, found: ProfileLimit, connector_id: int, now: datetime, now_s: float
    ) -> Limit | None:
        """What holds now, with its end and what comes after it for whoever asks why."""
        if found.amps is None:
            return None
        if found.until is None:
            return Limit(Source.CENTRAL, found.amps, now_s)
        after_a = self._found(connector_id, found.until).amps
        return Limit(
            Source.CENTRAL,
            found.amps,
            now_s,
            expires_at_s=now_s + (found.until - now).total_seconds(),
            fallback_a=MAXIMUM_A if after_a is None else after_a,
        )

    def offer(self, connector_id: int | None, id_tag: str, raw: Mapping[str, Any]) -> None:
        """Keep the TxProfile of a RemoteStartTransaction for the transaction it starts.

        Raises ProfileError.
        """
        profile = self._parse(raw)
        if profile.purpose is not Purpose.TRANSACTION:
            raise ProfileError("chargingProfilePurpose", profile.purpose.value, "TxProfile")
        now_s = self._clock.monotonic()
        until_s = now_s + self._settings["ocpp.connection_timeout_s"] + CALL_TIMEOUT_S
        self.withdraw(connector_id, id_tag)
        self._offers = (
            *(offer for offer in self._offers if offer.until_s > now_s),
            _Offer(connector_id, id_tag.lower(), profile, until_s),
        )

    def withdraw(self, connector_id: int | None, id_tag: str) -> None:
        """Forget the TxProfile of a remote start that came to nothing."""
        meant = (connector_id, id_tag.lower())
        self._offers = tuple(o for o in self._offers if (o.connector_id, o.id_tag) != meant)

    async def transaction_began(self, record: TransactionRecord) -> None:
        """Install what its remote start brought, and let relative profiles count from now."""
        now_s = self._clock.monotonic()
        for offer in self._offers:
            if (
                offer.connector_id in (None, record.connector_id)
                and offer.id_tag == record.id_tag.lower()
                and now_s < offer.until_s
            ):
                self.withdraw(offer.connector_id, offer.id_tag)
                new = Installed(record.connector_id, offer.profile)
                try:
                    await self._put(new)
                except sqlite3.Error:  # it holds nevertheless, and the transaction goes on
                    _logger.exception("the charging profiles cannot be stored")
                    self._replace((), (new,))
                break
        self._known.clear()

    def transaction_ended(self, connector_id: int) -> None:
        """Drop the TxProfiles of the connector."""
        self._installed = tuple(
            item
            for item in self._installed
            if item.connector_id != connector_id or item.profile.purpose is not Purpose.TRANSACTION
        )
        self._known.clear()

    @on(Action.set_charging_profile)
    async def set_charging_profile(
        self, connector_id: int, cs_charging_profiles: Mapping[str, Any]
    ) -> call_result.SetChargingProfile:
        """OCPP 1.6, 5.16."""
        try:
            new = Installed(connector_id, self._parse(cs_charging_profiles))
            self._check(new)
        except ProfileError as error:
            _logger.warning("SetChargingProfile is rejected: %s", error)
            return call_result.SetChargingProfile(status="Rejected")
        try:
            await self._put(new)
        except sqlite3.Error as error:
            _logger.warning("SetChargingProfile is rejected: it cannot be stored: %s", error)
            return call_result.SetChargingProfile(status="Rejected")
        return call_result.SetChargingProfile(status="Accepted")

    @on(Action.clear_charging_profile)
    async def clear_charging_profile(
        self,
        id: int | None = None,  # noqa: A002 (the name of the field)
        connector_id: int | None = None,
        charging_profile_purpose: str | None = None,
        stack_level: int | None = None,
    ) -> call_result.ClearChargingProfile:
        """OCPP 1.6, 5.5: by id, or by all of the other criteria that are given."""

        def meant(item: Installed) -> bool:
            if id is not None:
                return item.profile.profile_id == id
            return (
                connector_id in (None, item.connector_id)
                and charging_profile_purpose in (None, item.profile.purpose)
                and stack_level in (None, item.profile.stack_level)
            )

        cleared = tuple(item for item in self._installed if meant(item))
        if not cleared:
            return call_result.ClearChargingProfile(status="Unknown")
        await self._exchange(cleared, ())
        return call_result.ClearChargingProfile(status="Accepted")

    @on(Action.get_composite_schedule)
    async def get_composite_schedule(
        self, connector_id: int, duration: int, charging_rate_unit: str | None = None
    ) -> call_result.GetCompositeSchedule:
        """OCPP 1.6, 5.7; of connector 0 it is what the whole wallbox may take."""
        if connector_id not in (0, *self._connector_ids) or duration < 0:
            return call_result.GetCompositeSchedule(status="Rejected")
        record = self._transactions.at(connector_id)
        schedule = composite(
            self._installed,
            connector_id,
            self._clock.utcnow(),
            min(duration, MAX_COMPOSITE_S),
            charging_rate_unit or "A",
            record.started_at if record else None,
            min(self._settings[key] for key in _STATION_LIMITS),
            self._phases,
            1 if connector_id == 0 else len(self._transactions.all()),
        )
        start = timestamps.text(schedule.start)
        return call_result.GetCompositeSchedule(
            status="Accepted",
            connector_id=connector_id,
            schedule_start=start,
            charging_schedule={
                "duration": schedule.duration_s,
                "start_schedule": start,
                "charging_rate_unit": schedule.unit,
                "charging_schedule_period": [
                    {
                        "start_period": period.start_s,
                        "limit": period.limit,
                        "number_phases": period.number_phases,
                    }
                    for period in schedule.periods
                ],
            },
        )

    def _parse(self, raw: Mapping[str, Any]) -> ChargingProfile:
        return parse(
            raw,
            self._settings["ocpp.charge_profile_max_stack_level"],
            self._settings["ocpp.charging_schedule_max_periods"],
        )

    def _check(self, new: Installed) -> None:
        """Raise ProfileError when the profile does not fit what is there."""
        purpose = new.profile.purpose
        if new.connector_id not in (0, *self._connector_ids):
            raise ProfileError("connectorId", new.connector_id, f"0, {self._connector_ids}")
        if purpose is Purpose.STATION and new.connector_id != 0:
            raise ProfileError("connectorId", new.connector_id, "0 for ChargePointMaxProfile")
        if purpose is Purpose.TRANSACTION:
            record = self._transactions.at(new.connector_id)
            if record is None:
                raise ProfileError("connectorId", new.connector_id, "one with a transaction")
            if new.profile.transaction_id not in (None, record.server_id):
                allowed = f"{record.server_id}, that of the connector's transaction"
                raise ProfileError("transactionId", new.profile.transaction_id, allowed)
        most = self._settings["ocpp.max_charging_profiles_installed"]
        if sum(not replaces(new, item) for item in self._installed) >= most:
            raise ProfileError("chargingProfile", f"one more than {most}", f"at most {most}")

    async def _put(self, new: Installed) -> None:
        """Install a profile; a TxProfile may replace a stored one that has its id."""
        replaced = tuple(item for item in self._installed if replaces(new, item))
        await self._exchange(replaced, (new,))

    async def _exchange(self, old: tuple[Installed, ...], new: tuple[Installed, ...]) -> None:
        """Take `new` profiles in the place of `old` ones, on disk too.

        Raises `sqlite3.Error`: then nothing has changed.
        """
        self._replace(old, new)
        if all(item.profile.purpose is Purpose.TRANSACTION for item in (*old, *new)):
            return
        try:
            await self._save()
        except sqlite3.Error:
            self._replace(new, old)
            raise

    def _replace(self, old: tuple[Installed, ...], new: tuple[Installed, ...]) -> None:
        self._installed = (*(item for item in self._installed if item not in old), *new)
        self._known.clear()

    async def _save(self) -> None:
        await self._values.save_charging_profiles(
            [
                StoredProfile(item.connector_id, item.profile.profile_id, to_json(item.profile))
                for item in self._installed
                if item.profile.purpose is not Purpose.TRANSACTION
            ]
        )
