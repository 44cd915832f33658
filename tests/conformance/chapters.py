"""What happens in the scripted day, chapter by chapter; see `day`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from scripts.harness.home_assistant import wait_until
from tests.conformance.bench import ANNA, BERTA, BLOCKED, CARLO, DESK, Bench, NotThere
from tests.conformance.files import Files


def iso(ahead_s: float = 0.0) -> str:
    """An instant from now."""
    return (datetime.now(UTC) + timedelta(seconds=ahead_s)).isoformat(timespec="seconds")[:19] + "Z"


class Chapters:
    """Each is a method, and leaves the wallbox without cars, with a network."""

    def __init__(self, bench: Bench, files: Files, hour_s: float) -> None:
        self.bench = bench
        self.files = files
        self.hour_s = hour_s
        self.profiles: list[str] = []

    def hours(self, number: float) -> None:
        """Let so many hours of the script pass."""
        self.bench.pass_s(number * self.hour_s)

    def needs(self, profile: str) -> None:
        """Raise NotThere unless the wallbox says that it has a profile."""
        if profile not in self.profiles:
            raise NotThere(profile)

    def plug(self, connector: int, **car: Any) -> None:
        """A car comes."""
        self.bench.sim("plug", connector=connector, **car)
        self.phase(connector, "plugged", "charging")

    def leave(self, connector: int) -> None:
        """Its car goes."""
        self.bench.sim("unplug", connector=connector)
        self.bench.told_status(connector, "Available")

    def phase(self, connector: int, *phases: str) -> None:
        """Wait until the wallbox itself says so: offline nobody else does."""

        def holds() -> bool:
            told = self.bench.sim("status")["connectors"][str(connector)]
            stored = told["transaction"] is None or "charging" in phases
            return told["phase"] in phases and stored

        wait_until(holds, f"phase {phases} of connector {connector}", self.bench.patience_s, 0.02)

    # ------------------------------------------------------------------ chapters

    def boot(self) -> None:
        """BootNotification, and the status of wallbox and connectors."""
        self.bench.start()
        for connector in (0, 1, 2):
            self.bench.told_status(connector, "Available")

    def configuration(self) -> None:
        """Keys read and changed, unknown and read-only ones."""
        ask = self.bench.central.ask
        keys = {each["key"]: each for each in ask("GetConfiguration").payload["configurationKey"]}
        assert len(keys) > 20
        self.profiles = keys["SupportedFeatureProfiles"]["value"].split(",")
        for key, value in (
            ("MeterValueSampleInterval", "20"),
            ("ClockAlignedDataInterval", "60"),
            ("ConnectionTimeOut", "900"),
            ("StopTxnSampledData", "Energy.Active.Import.Register"),
            ("TransactionMessageRetryInterval", "5"),
        ):
            self.bench.ask("ChangeConfiguration", key=key, value=value)
            assert (
                ask("GetConfiguration", key=[key]).payload["configurationKey"][0]["value"] == value
            )
        change = "ChangeConfiguration"
        self.bench.ask(change, "NotSupported", key="NoSuchKey", value="1")
        self.bench.ask(change, "Rejected", key="NumberOfConnectors", value="7")
        self.bench.ask(change, "Rejected", key="HeartbeatInterval", value="-3")
        assert ask("GetConfiguration", key=["NoSuchKey"]).payload["unknownKey"] == ["NoSuchKey"]

    def cards(self) -> None:
        """A refused card, then one that charges and stops."""
        self.bench.sim("card", uid=BLOCKED)
        self.bench.wait(lambda: self.bench.calls("Authorize", idTag=BLOCKED), "Authorize")
        self.plug(1, max_a=16)
        self.bench.told_status(1, "Preparing")
        self.bench.sim("card", uid=ANNA, connector=1)
        number = self.bench.charging(1)
        self.hours(0.5)
        self.bench.sim("card", uid=ANNA, connector=1)
        self.bench.ended(number, "Local")
        self.bench.told_status(1, "Finishing")
        self.leave(1)

    def two_cars(self) -> None:
        """Both connectors at the same time: a third card does nothing, one of the group stops."""
        for connector, card in ((1, ANNA), (2, CARLO)):
            self.plug(connector, max_a=16)
            self.bench.sim("card", uid=card, connector=connector)
        first, second = self.bench.charging(1), self.bench.charging(2)
        self.hours(1)
        self.bench.central.know(**{"04999999": {"status": "Accepted"}})
        self.bench.sim("card", uid="04999999", connector=1)
        self.hours(0.1)
        self.bench.sim("card", uid=BERTA, connector=1)
        self.bench.ended(first, "Local")
        self.leave(1)
        self.bench.ask("RemoteStopTransaction", transactionId=second)
        self.bench.ended(second, "Remote")
        self.bench.ask("RemoteStopTransaction", "Rejected", transactionId=second)
        self.leave(2)

    def smart_charging(self) -> None:
        """Profiles of all purposes, their composite, and what the car then gets."""
        self.needs("SmartCharging")

        def profile(
            number: int, purpose: str, limit: float, kind: str = "Absolute"
        ) -> dict[str, Any]:
            schedule = {
                "chargingRateUnit": "A",
                "startSchedule": iso(-60),
                "chargingSchedulePeriod": [
                    {"startPeriod": 0, "limit": limit},
                    {"startPeriod": 43200, "limit": limit + 0.1, "numberPhases": 3},
                ],
            }
            recurring = {"recurrencyKind": "Daily"} if kind == "Recurring" else {}
            if kind == "Relative":
                del schedule["startSchedule"]
            return {
                "chargingProfileId": number,
                "stackLevel": number,
                "chargingProfilePurpose": purpose,
                "chargingProfileKind": kind,
                "chargingSchedule": schedule,
            } | recurring

        install = "SetChargingProfile"
        station = profile(1, "ChargePointMaxProfile", 24)
        default = profile(2, "TxDefaultProfile", 13, "Recurring")
        own = profile(3, "TxProfile", 9, "Relative")
        self.bench.ask(install, connectorId=0, csChargingProfiles=station)
        self.bench.ask(install, connectorId=0, csChargingProfiles=default)
        self.bench.ask(install, "Rejected", connectorId=1, csChargingProfiles=own)
        self.bench.ask("RemoteStartTransaction", connectorId=1, idTag=DESK, chargingProfile=own)
        self.plug(1, max_a=32)
        number = self.bench.charging(1)
        self._offers(1, 9)
        composite = self.bench.ask("GetCompositeSchedule", connectorId=1, duration=600)
        assert composite.payload["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"] == 9
        in_watts = self.bench.ask(
            "GetCompositeSchedule", connectorId=1, duration=600, chargingRateUnit="W"
        )
        assert in_watts.payload["chargingSchedule"]["chargingRateUnit"] == "W"
        self.hours(0.5)
        self.bench.ask("ClearChargingProfile", id=3)
        self._offers(1, 13)
        self.bench.ask("ClearChargingProfile", chargingProfilePurpose="TxDefaultProfile")
        self._offers(1, 24)
        self.bench.ask("ClearChargingProfile")
        self.bench.ask("ClearChargingProfile", "Unknown", id=99)
        self.leave(1)
        self.bench.ended(number, "EVDisconnected")

    def _offers(self, connector: int, amps: float) -> None:
        def holds() -> bool:
            return bool(self.bench.sim("status")["connectors"][str(connector)]["offered_a"] == amps)

        wait_until(holds, f"{amps} A offered", self.bench.patience_s, 0.02)

    def offline(self) -> None:
        """Hours without network: a charge ends, another comes and goes, a third one lasts."""
        self.plug(1, max_a=16)
        self.bench.sim("card", uid=ANNA, connector=1)
        first = self.bench.charging(1)
        told = len(self.bench.account().transactions)
        self.bench.sim("network", up=False)
        self.bench.wait(lambda: not self.bench.central.record.connected, "the lost connection")
        self.hours(1)
        self.bench.sim("card", uid=ANNA, connector=1)
        self.phase(1, "finishing")
        self.bench.sim("unplug", connector=1)
        self.phase(1, "idle")
        for connector, card in ((1, BERTA), (2, CARLO)):  # both known by the cache
            self.plug(connector, max_a=16)
            self.bench.sim("card", uid=card, connector=connector)
            self.phase(connector, "charging")
        self.hours(2)
        self.bench.sim("unplug", connector=1)
        self.phase(1, "idle")
        assert len(self.bench.account().transactions) == told, "nothing can be told offline"
        self.bench.sim("network", up=True)
        self.bench.ended(first, "Local")
        transactions = self.bench.wait(
            lambda: (t := self.bench.account().transactions)[told + 1 :] and t[told:],
            "the two transactions from offline",
        )
        assert [each.connector for each in transactions] == [1, 2], "in the order of their starts"
        self.bench.ended(transactions[0].number, "EVDisconnected")
        self.hours(0.2)
        self.bench.ask("RemoteStopTransaction", transactionId=transactions[1].number)
        self.bench.ended(transactions[1].number, "Remote")
        self.leave(2)

    def availability(self) -> None:
        """Out of service and back, at once and behind a transaction."""
        change = "ChangeAvailability"
        self.bench.ask(change, connectorId=2, type="Inoperative")
        self.bench.told_status(2, "Unavailable")
        self.bench.ask(change, connectorId=2, type="Operative")
        self.bench.told_status(2, "Available")
        self.plug(1, max_a=16)
        self.bench.ask("RemoteStartTransaction", connectorId=1, idTag=DESK)
        number = self.bench.charging(1)
        self.bench.ask("RemoteStartTransaction", "Rejected", connectorId=1, idTag=DESK)
        self.bench.ask(change, "Scheduled", connectorId=0, type="Inoperative")
        self.bench.told_status(2, "Unavailable")
        self.bench.sim("unplug", connector=1)
        self.bench.ended(number, "EVDisconnected")
        self.bench.told_status(1, "Unavailable")
        self.bench.ask(change, connectorId=0, type="Operative")
        for connector in (0, 1, 2):
            self.bench.told_status(connector, "Available")
        self.bench.ask(change, "Rejected", connectorId=7, type="Operative")

    def unlock(self) -> None:
        """UnlockConnector ends the charge and lets the cable go."""
        self.plug(2, max_a=16)
        self.bench.ask("RemoteStartTransaction", connectorId=2, idTag=DESK)
        number = self.bench.charging(2)
        self.hours(0.1)
        self.bench.ask("UnlockConnector", "Unlocked", connectorId=2)
        self.bench.ended(number, "UnlockCommand")
        self.bench.ask("UnlockConnector", "NotSupported", connectorId=7)
        self.leave(2)

    def triggers(self) -> None:
        """TriggerMessage for each message, and an unknown connector."""
        self.needs("RemoteTrigger")
        for action in (
            "BootNotification",
            "Heartbeat",
            "MeterValues",
            "StatusNotification",
            "DiagnosticsStatusNotification",
            "FirmwareStatusNotification",
        ):
            before = len(self.bench.calls(action))
            self.bench.ask("TriggerMessage", requestedMessage=action)
            self.bench.wait(lambda a=action, n=before: len(self.bench.calls(a)) > n, action)
        trigger = "TriggerMessage"
        self.bench.ask(trigger, "Rejected", requestedMessage="MeterValues", connectorId=7)
        self.bench.ask(trigger, requestedMessage="StatusNotification", connectorId=2)

    def local_list(self) -> None:
        """The list of cards in full and by differences; a card of it starts without Authorize."""
        if "LocalAuthListManagement" not in self.profiles:
            assert (
                self.bench.central.ask("GetLocalListVersion").payload.get("listVersion", -1) == -1
            )
            raise NotThere("LocalAuthListManagement")
        update = "SendLocalList"
        known = {"idTag": "04EEEEEE", "idTagInfo": {"status": "Accepted", "expiryDate": iso(1e7)}}
        blocked = {"idTag": "04FFFFFF", "idTagInfo": {"status": "Blocked"}}
        self.bench.ask(update, listVersion=5, updateType="Full", localAuthorizationList=[known])
        assert self.bench.central.ask("GetLocalListVersion").payload["listVersion"] == 5
        self.bench.ask(
            update, listVersion=6, updateType="Differential", localAuthorizationList=[blocked]
        )
        self.bench.ask(update, "VersionMismatch", listVersion=6, updateType="Differential")
        self.bench.central.know(**{"04EEEEEE": {"status": "Accepted"}})
        self.bench.ask("ChangeConfiguration", key="LocalPreAuthorize", value="true")
        self.plug(1, max_a=16)
        self.bench.sim("card", uid="04EEEEEE", connector=1)
        number = self.bench.charging(1)
        assert not self.bench.calls("Authorize", idTag="04EEEEEE")
        self.bench.ask("ChangeConfiguration", key="LocalPreAuthorize", value="false")
        self.leave(1)
        self.bench.ended(number, "EVDisconnected")
        self.bench.ask(update, listVersion=7, updateType="Full", localAuthorizationList=[])
        assert self.bench.central.ask("GetLocalListVersion").payload["listVersion"] in {0, 7}

    def reservations(self) -> None:
        """A connector is kept for its card, by the reader and from afar, and given back."""
        ahead_s = 86_400 + 40 * self.hour_s  # a fast simulation runs ahead of the calendar
        wanted: dict[str, Any] = {"connectorId": 1, "expiryDate": iso(ahead_s), "idTag": CARLO}
        if "Reservation" not in self.profiles:
            self.bench.ask("ReserveNow", "Rejected", **wanted, reservationId=11)
            raise NotThere("Reservation")
        self.bench.ask("ReserveNow", **wanted, reservationId=11)
        self.bench.told_status(1, "Reserved")
        self.bench.ask("RemoteStartTransaction", "Rejected", connectorId=1, idTag=DESK)
        self.bench.sim("card", uid=CARLO, connector=1)
        self.plug(1, max_a=16)
        number = self.bench.charging(1)
        occupied = wanted | {"reservationId": 12}
        self.bench.ask("ReserveNow", "Occupied", **occupied)
        self.leave(1)
        self.bench.ended(number, "EVDisconnected")
        self.bench.ask("ReserveNow", **wanted, reservationId=12)
        self.bench.told_status(1, "Reserved")
        self.bench.ask("RemoteStartTransaction", connectorId=1, idTag=CARLO)
        self.plug(1, max_a=16)
        number = self.bench.charging(1)
        self.leave(1)
        self.bench.ended(number, "EVDisconnected")
        self.bench.ask("ReserveNow", **wanted, reservationId=13)
        self.bench.told_status(1, "Reserved")
        self.bench.ask("CancelReservation", reservationId=13)
        self.bench.told_status(1, "Available")
        self.bench.ask("CancelReservation", "Rejected", reservationId=13)

    def diagnostics(self) -> None:
        """GetDiagnostics to a server that is there, and to one that is not."""
        status = "DiagnosticsStatusNotification"
        for location, end in (
            (f"{self.files.url}/diagnostics/", "Uploaded"),
            ("http://127.0.0.1:9/nobody/", "UploadFailed"),
        ):
            before = len(self.bench.calls(status))
            self.bench.ask("GetDiagnostics", "", location=location, retries=1, retryInterval=1)
            self.bench.wait(
                lambda n=before, e=end: (
                    (c := self.bench.calls(status)[n:]) and c[-1].payload["status"] == e
                ),
                end,
            )
        assert any(self.files.uploads.values()), "something has arrived"

    def firmware(self) -> None:
        """UpdateFirmware to its end, and one that cannot be had."""
        status = "FirmwareStatusNotification"

        def told(since: int, end: str) -> list[str]:
            states = [call.payload["status"] for call in self.bench.calls(status)[since:]]
            return states if states and states[-1] == end else []

        before = len(self.bench.calls(status))
        update: dict[str, Any] = {"retries": 1, "retryInterval": 1, "retrieveDate": iso()}
        self.bench.ask("UpdateFirmware", "", location=f"{self.files.url}/none", **update)
        self.bench.wait(lambda: told(before, "DownloadFailed"), "DownloadFailed")
        before = len(self.bench.calls(status))
        self.bench.ask("UpdateFirmware", "", location=f"{self.files.url}/firmware.bin", **update)
        states = self.bench.wait(lambda: told(before, "Installed"), "Installed")
        assert states == ["Downloading", "Downloaded", "Installing", "Installed"], states

    def security(self) -> None:
        """The security whitepaper: log, certificates, triggers."""
        self.bench.ask(
            "GetLog",
            logType="SecurityLog",
            requestId=21,
            log={"remoteLocation": f"{self.files.url}/security/"},
        )
        self.bench.wait(
            lambda: self.bench.calls("LogStatusNotification", status="Uploaded"), "the log uploaded"
        )
        kind = "CentralSystemRootCertificate"
        install = "InstallCertificate"
        self.bench.ask(install, "Rejected", certificateType=kind, certificate="no certificate")
        self.bench.ask("GetInstalledCertificateIds", "NotFound", certificateType=kind)
        self.bench.ask("CertificateSigned", "Rejected", certificateChain="no certificate")
        trigger = "ExtendedTriggerMessage"
        self.bench.ask(trigger, requestedMessage="SignChargePointCertificate")
        self.bench.wait(lambda: self.bench.calls("SignCertificate"), "SignCertificate")
        self.bench.ask(trigger, requestedMessage="Heartbeat")

    def nonsense(self) -> None:
        """What no vendor of ours has told."""
        self.bench.ask("DataTransfer", "UnknownVendorId", vendorId="org.example", data="x" * 2000)
        self.bench.ask("ClearCache")

    def fault(self) -> None:
        """A residual current ends the charge, and is told until somebody has acknowledged it."""
        self.plug(1, max_a=16)
        self.bench.ask("RemoteStartTransaction", connectorId=1, idTag=DESK)
        number = self.bench.charging(1)
        self.bench.sim("fault", fault="ResidualCurrent", connector=1)
        self.bench.told_status(1, "Faulted")
        self.bench.ended(number, "Other")
        assert self.bench.calls("StatusNotification", connectorId=1, errorCode="GroundFailure")
        self.bench.sim("clear", fault="ResidualCurrent", connector=1)
        self.bench.sim("unplug", connector=1)
        self.bench.press("ResidualCurrent", connector=1)
        self.bench.told_status(1, "Available")

    def resets(self) -> None:
        """Soft and hard, while a car charges: the process ends by itself and is started again."""
        for kind in ("Soft", "Hard"):
            self.plug(1, max_a=16)
            self.bench.ask("RemoteStartTransaction", connectorId=1, idTag=DESK)
            number = self.bench.charging(1)
            self.hours(0.2)
            self.bench.ask("Reset", type=kind)
            self.bench.start_again()
            self.bench.ended(number, f"{kind}Reset")
            self.leave(1)

    @property
    def all(self) -> tuple[Callable[[], None], ...]:
        """In their order."""
        return (
            self.boot,
            self.configuration,
            self.cards,
            self.two_cars,
            self.smart_charging,
            self.offline,
            self.availability,
            self.unlock,
            self.triggers,
            self.local_list,
            self.reservations,
            self.diagnostics,
            self.firmware,
            self.security,
            self.nonsense,
            self.fault,
            self.resets,
        )
