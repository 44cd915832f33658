"""A charge point of OCPP 2.0.1 by the `ocpp` package, which checks every message by the schemas.

One EVSE with one connector, as a wallbox has. It takes every command and tells what follows.
"""

import asyncio
from datetime import UTC, datetime
from typing import Any

from ocpp.routing import after, on
from ocpp.v201 import ChargePoint, call, call_result
from ocpp.v201.enums import Action

SAMPLED = "SampledDataCtrlr"
VARIABLES = {
    (SAMPLED, "Enabled"): "true",
    (SAMPLED, "TxUpdatedInterval"): "60",
    (SAMPLED, "TxUpdatedMeasurands"): "Energy.Active.Import.Register",
    ("OCPPCommCtrlr", "HeartbeatInterval"): "60",
    ("SmartChargingCtrlr", "Enabled"): "true",
}
HASH = {
    "hash_algorithm": "SHA256",
    "issuer_name_hash": "a",
    "issuer_key_hash": "b",
    "serial_number": "1",
}


def now() -> str:
    return datetime.now(UTC).isoformat()


class ForeignStation(ChargePoint):
    """`log` has every request it got, by action."""

    def __init__(self, identity: str, websocket: Any) -> None:
        super().__init__(identity, websocket)
        self.log: list[tuple[str, dict[str, Any]]] = []
        self.variables = dict(VARIABLES)
        self.transaction_id = "tx-0001"
        self.seq_no = 0
        self.word = "Available"
        self.register_wh = 1000.0
        self._tasks: set[asyncio.Task[Any]] = set()

    def got(self, action: str) -> list[dict[str, Any]]:
        return [request for name, request in self.log if name == action]

    # What it tells.

    async def boot(self) -> Any:
        station = {"vendor_name": "Foreign", "model": "One", "firmware_version": "1.0"}
        return await self.call(call.BootNotification(charging_station=station, reason="PowerUp"))

    async def status(self, word: str) -> Any:
        self.word = word
        return await self.call(
            call.StatusNotification(
                timestamp=now(), connector_status=word, evse_id=1, connector_id=1
            )
        )

    async def event(self, kind: str, reason: str, state: str | None = None, **more: Any) -> Any:
        info: dict[str, Any] = {"transaction_id": self.transaction_id}
        info |= {} if state is None else {"charging_state": state}
        info |= more.pop("info", {})
        seq_no, self.seq_no = self.seq_no, self.seq_no + 1
        return await self.call(
            call.TransactionEvent(
                event_type=kind,
                timestamp=now(),
                trigger_reason=reason,
                seq_no=seq_no,
                transaction_info=info,
                evse={"id": 1, "connector_id": 1},
                **more,
            )
        )

    def values(self, power_w: float) -> list[dict[str, Any]]:
        return [
            {
                "timestamp": now(),
                "sampled_value": [
                    {
                        "value": self.register_wh / 1000,
                        "unit_of_measure": {"unit": "kWh"},
                    },
                    {
                        "value": power_w / 1000,
                        "measurand": "Power.Active.Import",
                        "unit_of_measure": {"unit": "W", "multiplier": 3},
                    },
                ],
            }
        ]

    def soon(self, coroutine: Any) -> None:
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Stop talking; what is still to be answered is given up."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._connection.close()

    # What it is asked.

    def _note(self, action: str, request: dict[str, Any]) -> None:
        self.log.append((action, request))

    @on(Action.get_base_report)
    def on_get_base_report(self, **request: Any) -> Any:
        self._note("GetBaseReport", request)
        return call_result.GetBaseReport(status="Accepted")

    @after(Action.get_base_report)
    def after_get_base_report(self, request_id: int, **_: Any) -> None:
        self.soon(self.report(request_id))

    async def report(self, request_id: int) -> None:
        data = [
            {
                "component": {"name": component},
                "variable": {"name": variable},
                "variable_attribute": [{"value": value, "mutability": "ReadWrite"}],
            }
            for (component, variable), value in self.variables.items()
        ]
        for seq_no, part in enumerate((data[:2], data[2:])):
            await self.call(
                call.NotifyReport(
                    request_id=request_id,
                    generated_at=now(),
                    seq_no=seq_no,
                    tbc=seq_no == 0,
                    report_data=part,
                )
            )

    @on(Action.set_variables)
    def on_set_variables(self, set_variable_data: list[dict[str, Any]], **_: Any) -> Any:
        self._note("SetVariables", {"set_variable_data": set_variable_data})
        results = []
        for data in set_variable_data:
            key = (data["component"]["name"], data["variable"]["name"])
            known = key in self.variables
            if known:
                self.variables[key] = data["attribute_value"]
            results.append(
                {
                    "attribute_status": "Accepted" if known else "UnknownVariable",
                    "component": data["component"],
                    "variable": data["variable"],
                }
            )
        return call_result.SetVariables(set_variable_result=results)

    @on(Action.trigger_message)
    def on_trigger_message(self, **request: Any) -> Any:
        self._note("TriggerMessage", request)
        return call_result.TriggerMessage(status="Accepted")

    @after(Action.trigger_message)
    def after_trigger_message(self, requested_message: str, **_: Any) -> None:
        if requested_message == "StatusNotification":
            self.soon(self.status(self.word))

    @on(Action.set_charging_profile)
    def on_set_charging_profile(self, **request: Any) -> Any:
        self._note("SetChargingProfile", request)
        return call_result.SetChargingProfile(status="Accepted")

    @on(Action.clear_charging_profile)
    def on_clear_charging_profile(self, **request: Any) -> Any:
        self._note("ClearChargingProfile", request)
        return call_result.ClearChargingProfile(status="Unknown")

    @on(Action.get_composite_schedule)
    def on_get_composite_schedule(self, evse_id: int, duration: int, **_: Any) -> Any:
        schedule = {
            "evse_id": evse_id,
            "duration": duration,
            "schedule_start": now(),
            "charging_rate_unit": "A",
            "charging_schedule_period": [{"start_period": 0, "limit": 10}],
        }
        return call_result.GetCompositeSchedule(status="Accepted", schedule=schedule)

    @on(Action.request_start_transaction)
    def on_request_start_transaction(self, **request: Any) -> Any:
        self._note("RequestStartTransaction", request)
        info = {"remote_start_id": request["remote_start_id"]}
        self.soon(self.event("Started", "RemoteStart", "Charging", info=info))
        return call_result.RequestStartTransaction(status="Accepted")

    @on(Action.request_stop_transaction)
    def on_request_stop_transaction(self, transaction_id: str, **_: Any) -> Any:
        known = transaction_id == self.transaction_id
        if known:
            self.soon(self.event("Ended", "RemoteStop", info={"stopped_reason": "Remote"}))
        return call_result.RequestStopTransaction(status="Accepted" if known else "Rejected")

    @on(Action.reserve_now)
    def on_reserve_now(self, **request: Any) -> Any:
        self._note("ReserveNow", request)
        return call_result.ReserveNow(status="Accepted")

    @on(Action.cancel_reservation)
    def on_cancel_reservation(self, **_: Any) -> Any:
        return call_result.CancelReservation(status="Accepted")

    @on(Action.send_local_list)
    def on_send_local_list(self, **request: Any) -> Any:
        self._note("SendLocalList", request)
        return call_result.SendLocalList(status="Accepted")

    @on(Action.get_local_list_version)
    def on_get_local_list_version(self, **_: Any) -> Any:
        version = max((each["version_number"] for each in self.got("SendLocalList")), default=0)
        return call_result.GetLocalListVersion(version_number=version)

    @on(Action.clear_cache)
    def on_clear_cache(self, **_: Any) -> Any:
        return call_result.ClearCache(status="Accepted")

    @on(Action.change_availability)
    def on_change_availability(self, **_: Any) -> Any:
        return call_result.ChangeAvailability(status="Scheduled")

    @on(Action.unlock_connector)
    def on_unlock_connector(self, **_: Any) -> Any:
        return call_result.UnlockConnector(status="Unlocked")

    @on(Action.reset)
    def on_reset(self, **_: Any) -> Any:
        return call_result.Reset(status="Accepted")

    @on(Action.update_firmware)
    def on_update_firmware(self, **request: Any) -> Any:
        self._note("UpdateFirmware", request)
        status = call.FirmwareStatusNotification(
            status="Downloading", request_id=request["request_id"]
        )
        self.soon(self.call(status))
        return call_result.UpdateFirmware(status="Accepted")

    @on(Action.get_log)
    def on_get_log(self, **request: Any) -> Any:
        status = call.LogStatusNotification(status="Uploaded", request_id=request["request_id"])
        self.soon(self.call(status))
        return call_result.GetLog(status="Accepted", filename="log.zip")

    @on(Action.certificate_signed)
    def on_certificate_signed(self, **request: Any) -> Any:
        self._note("CertificateSigned", request)
        return call_result.CertificateSigned(status="Accepted")

    @on(Action.install_certificate)
    def on_install_certificate(self, **_: Any) -> Any:
        return call_result.InstallCertificate(status="Accepted")

    @on(Action.get_installed_certificate_ids)
    def on_get_installed_certificate_ids(self, **_: Any) -> Any:
        chain = {"certificate_hash_data": HASH, "certificate_type": "CSMSRootCertificate"}
        return call_result.GetInstalledCertificateIds(
            status="Accepted", certificate_hash_data_chain=[chain]
        )

    @on(Action.delete_certificate)
    def on_delete_certificate(self, **_: Any) -> Any:
        return call_result.DeleteCertificate(status="Accepted")

    @on(Action.data_transfer)
    def on_data_transfer(self, **_: Any) -> Any:
        return call_result.DataTransfer(status="UnknownVendorId")
