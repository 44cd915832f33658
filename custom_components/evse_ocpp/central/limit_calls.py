"""Limits by the method which the charger obeys: in every OCPP version, but for its words."""

from abc import abstractmethod
from dataclasses import replace
from typing import Any

from .charger_calls import ChargerCalls
from .commands import CommandRefused
from .control import MIN_STANDING_A, Method, Purpose
from .limits import volts_of, watts_of
from .v16_profiles import profile_for, target


class LimitCalls(ChargerCalls):
    """How leases and fallback are set, by `charger.control`."""

    @abstractmethod
    async def _write_profile(self, connector_id: int, profile: dict[str, Any]) -> None:
        """Send a profile from `v16_profiles`, in the words of the charger's version."""

    @abstractmethod
    async def change_configuration(self, key: str, value: str) -> bool:
        """See `Commands.change_configuration`."""

    async def set_fallback(self, limit_a: float) -> None:
        """Write the standing limit of each connector, or that of the station if refused there."""
        method, connectors = self._charger.control.fallback, self._charger.connectors
        for connector_id in tuple(connectors):
            try:
                await self.try_method(method, connector_id, limit_a, None)
            except CommandRefused:
                if method.whole_station or method.purpose is not Purpose.TX_DEFAULT_PROFILE:
                    raise
                method = replace(method, whole_station=True)
                await self.try_method(method, connector_id, limit_a, None)
            if target(method, connector_id) == 0 or method.purpose is Purpose.KEY:
                break  # that was the whole station
        if self._charger.connectors is connectors:  # else one came meanwhile, and has none
            self._charger.fallback_a = limit_a
        self._charger.publish()

    async def set_lease(self, connector_id: int, limit_a: float, duration_s: float) -> None:
        """Limit the running transaction by the charger's method; without an end if it has none."""
        control = self._charger.control
        await self.try_method(
            control.lease, connector_id, limit_a, duration_s if control.leases else None
        )
        if control.one_slot:  # it has overwritten the standing limit
            self._charger.fallback_a = None if control.leases else limit_a

    async def try_method(
        self,
        method: Method,
        connector_id: int,
        limit_a: float,
        duration_s: float | None,
        *,
        switch_to: int | None = None,
    ) -> None:
        """Set a limit by a given method."""
        if method.key is not None:
            if limit_a < MIN_STANDING_A:
                raise ValueError(
                    f"limit_a: {limit_a:g} A came for {method.key}, allowed are 6 A on"
                )
            await self.change_configuration(method.key, f"{limit_a * method.key_factor:g}")
        else:
            profile = self._profile(method, connector_id, limit_a, duration_s, switch_to=switch_to)
            await self._write_profile(target(method, connector_id), profile)
        if not method.volatile:
            self._charger.persistent_writes.wrote(self._utcnow())

    def _first_lease(
        self, connector_id: int, limit_a: float, duration_s: float
    ) -> dict[str, Any] | None:
        """Return the profile that stands in a remote start, which must be a TxProfile."""
        control = self._charger.control
        if not control.lease.volatile:
            return None  # then the fallback holds at first
        duration = duration_s if control.leases else None
        limit_a = control.allowed_a(limit_a)
        profile = self._profile(control.lease, connector_id, limit_a, duration)
        profile.pop("transactionId", None)
        return profile

    def _profile(
        self,
        method: Method,
        connector_id: int,
        limit_a: float,
        duration_s: float | None,
        *,
        switch_to: int | None = None,
    ) -> dict[str, Any]:
        connector = self._charger.connector(connector_id)
        transaction = connector.transaction
        limit_w = watts_of(limit_a, self._charger, connector)
        if switch_to is not None:
            limit_w = limit_a * volts_of(connector) * switch_to
        return profile_for(
            method,
            connector_id,
            limit_a,
            duration_s,
            self._charger_now(),
            None if transaction is None else transaction.id,
            limit_w,
            switch_to=switch_to,
        )
