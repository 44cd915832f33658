"""Commands → calls to an OCPP 1.6 charger: limits by the method which the charger obeys."""

from dataclasses import replace
from typing import Any

from .commands import CommandRefused
from .control import MIN_STANDING_A, Method, Purpose
from .limits import volts_of, watt_phases_of
from .v16_card_calls import CardCalls
from .v16_certificate_calls import CertificateCalls
from .v16_device_calls import DeviceCalls
from .v16_profile_calls import ProfileCalls
from .v16_profiles import profile_for, target


class Commands16(CardCalls, CertificateCalls, DeviceCalls, ProfileCalls):
    """`Commands` for one connection: here how limits are set, and in its parents all else."""

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
            connector = self._charger.connector(connector_id)
            transaction = connector.transaction
            profile = profile_for(
                method,
                connector_id,
                limit_a,
                duration_s,
                self._charger_now(),
                None if transaction is None else transaction.id,
                volts_of(connector),
                watt_phases_of(self._charger, connector),
                switch_to=switch_to,
            )
            await self.set_profile(target(method, connector_id), profile)
        if not method.volatile:
            self._charger.persistent_writes.wrote(self._utcnow())

    async def remote_start(
        self, connector_id: int, id_tag: str, limit_a: float, duration_s: float
    ) -> None:
        """Send RemoteStartTransaction; with its first lease, if that is a TxProfile.

        No other may stand in it (OCPP 1.6, section 5.11): then the fallback holds at first.
        """
        payload: dict[str, Any] = {"connectorId": connector_id, "idTag": id_tag}
        control = self._charger.control
        if control.lease.volatile:
            connector = self._charger.connector(connector_id)
            payload["chargingProfile"] = profile_for(
                control.lease,
                connector_id,
                limit_a,
                duration_s if control.leases else None,
                self._charger_now(),
                None,
                volts_of(connector),
                watt_phases_of(self._charger, connector),
            )
        self._charger.remote_id_tag = id_tag
        await self._ask("RemoteStartTransaction", payload)
