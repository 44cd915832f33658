"""Charge points of other people's libraries charge under a real Home Assistant.

Each library judges our messages by schemas of its own, in strict mode where it has one.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from scripts.harness.home_assistant import wait_until
from tests.foreign.conftest import Site
from tests.foreign.point import ForeignPoint, PointError

Connect = Callable[..., ForeignPoint]


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def sampled(register_wh: int, power_w: int) -> list[dict[str, Any]]:
    return [
        {"value": str(register_wh), "measurand": "Energy.Active.Import.Register", "unit": "Wh"},
        {"value": str(power_w), "measurand": "Power.Active.Import", "unit": "W"},
    ]


class Shown:
    """What Home Assistant shows of one wallbox."""

    def __init__(self, site: Site, name: str) -> None:
        self.page = site.page
        self.entities = wait_until(lambda: site.page.entities(name), f"entities of {name}", 20)

    def until(self, key: str, wanted: str | float, timeout_s: float = 15) -> None:
        """Wait until an entity shows what is wanted; numbers to three digits."""

        def fits() -> bool:
            if isinstance(wanted, str):
                return self.page.state(self.entities[key]) == wanted
            number = self.page.number(self.entities[key])
            return number is not None and abs(number - wanted) < 0.0015

        wait_until(fits, f"{key} {wanted}", timeout_s)


@pytest.mark.parametrize("library", ["em-ocpp-chargepoint-simulator", "ocpp-rpc"])
def test_a_foreign_charge_point_of_16_charges(site: Site, connect: Connect, library: str) -> None:
    name = f"{library} 16"
    point = connect(library, "ocpp1.6", name)
    point.answer(
        GetConfiguration={
            "configurationKey": [
                {"key": "MeterValueSampleInterval", "readonly": False, "value": "60"}
            ]
        }
    )
    boot = point.call(
        "BootNotification",
        {"chargePointVendor": "Foreign", "chargePointModel": library[:20], "firmwareVersion": "1"},
    )
    assert boot["status"] == "Accepted"
    status = {"connectorId": 1, "errorCode": "NoError"}
    point.call("StatusNotification", status | {"status": "Available"})
    shown = Shown(site, name)
    shown.until("connected", "on")
    shown.until("status", "available")

    # A card, the cable, and a transaction.
    assert point.call("Authorize", {"idTag": "CARD1"})["idTagInfo"]["status"] == "Accepted"
    point.call("StatusNotification", status | {"status": "Preparing"})
    shown.until("cable", "on")
    started = point.call(
        "StartTransaction",
        {"connectorId": 1, "idTag": "CARD1", "meterStart": 5000, "timestamp": now()},
    )
    transaction_id = started["transactionId"]
    point.call("StatusNotification", status | {"status": "Charging"})
    shown.until("status", "charging")

    # The limit arrives once for each change, as a profile of this transaction.
    wait_until(lambda: profiles_of(point, transaction_id), "the first limit", 20)
    before = len(profiles_of(point, transaction_id))
    entity_id = shown.entities["current_limit"]
    site.page.act("number.set_value", entity_id=entity_id, value=9)
    changed = wait_until(lambda: profiles_of(point, transaction_id)[before:], "9 A", 5)
    schedule = changed[0]["csChargingProfiles"]["chargingSchedule"]
    assert schedule["chargingSchedulePeriod"][0]["limit"] == 9
    assert len(changed) == 1
    shown.until("current_limit", 9.0)

    # Meter values: 20 Wh at 3 kW.
    values = {"timestamp": now(), "sampledValue": sampled(5020, 3000)}
    point.call(
        "MeterValues",
        {"connectorId": 1, "transactionId": transaction_id, "meterValue": [values]},
    )
    shown.until("power", 3000.0)
    shown.until("session_energy", 0.02)

    # And the end.
    point.call(
        "StopTransaction",
        {
            "transactionId": transaction_id,
            "meterStop": 5030,
            "timestamp": now(),
            "reason": "EVDisconnected",
        },
    )
    point.call("StatusNotification", status | {"status": "Available"})
    shown.until("status", "available")
    shown.until("session_energy", 0.03)
    shown.until("power", 0.0)
    assert not point.violations
    assert point.connected


def profiles_of(point: ForeignPoint, transaction_id: int) -> list[dict[str, Any]]:
    """What was set for a transaction so far."""
    return [
        payload
        for payload in point.asked("SetChargingProfile")
        if payload["csChargingProfiles"].get("transactionId") == transaction_id
    ]


def test_a_foreign_charging_station_of_201_charges(site: Site, connect: Connect) -> None:
    name = "ocpp-rpc 201"
    station = connect("ocpp-rpc", "ocpp2.0.1", name)
    boot = station.call(
        "BootNotification",
        {
            "reason": "PowerUp",
            "chargingStation": {"vendorName": "Foreign", "model": "M", "serialNumber": "S1"},
        },
    )
    assert boot["status"] == "Accepted"
    where = {"evseId": 1, "connectorId": 1}

    def status(connector_status: str) -> None:
        station.call(
            "StatusNotification",
            where | {"timestamp": now(), "connectorStatus": connector_status},
        )

    def event(kind: str, number: int, trigger: str, register_wh: float, **more: Any) -> Any:
        values = [
            {"value": register_wh, "measurand": "Energy.Active.Import.Register"},
            {"value": 3000 if kind != "Ended" else 0, "measurand": "Power.Active.Import"},
        ]
        info = {"transactionId": "tx-1"} | more.pop("info", {})
        return station.call(
            "TransactionEvent",
            {
                "eventType": kind,
                "timestamp": now(),
                "triggerReason": trigger,
                "seqNo": number,
                "transactionInfo": info,
                "meterValue": [{"timestamp": now(), "sampledValue": values}],
            }
            | more,
        )

    status("Available")
    shown = Shown(site, name)
    shown.until("connected", "on")
    shown.until("status", "available")
    card = {"idToken": {"idToken": "CARD1", "type": "ISO14443"}}
    assert station.call("Authorize", card)["idTokenInfo"]["status"] == "Accepted"
    status("Occupied")
    evse = {"evse": {"id": 1, "connectorId": 1}}
    event("Started", 0, "Authorized", 5000, info={"chargingState": "Charging"}, **card, **evse)
    shown.until("status", "charging")

    wait_until(lambda: station.asked("SetChargingProfile"), "the first limit", 20)
    entity_id = shown.entities["current_limit"]
    site.page.act("number.set_value", entity_id=entity_id, value=9)
    profile = wait_until(lambda: of_transaction(station, "tx-1", 9), "9 A", 5)
    assert profile["chargingProfilePurpose"] == "TxProfile"
    shown.until("current_limit", 9.0)

    event("Updated", 1, "MeterValuePeriodic", 5020, info={"chargingState": "Charging"})
    shown.until("power", 3000.0)
    shown.until("session_energy", 0.02)
    event("Ended", 2, "EVDeparted", 5030, info={"stoppedReason": "EVDisconnected"})
    status("Available")
    shown.until("status", "available")
    shown.until("session_energy", 0.03)
    assert not station.violations
    assert station.connected


def of_transaction(
    station: ForeignPoint, transaction_id: str, limit_a: float
) -> dict[str, Any] | None:
    """The profile that was set for a transaction of 2.0.1 with that limit."""
    for payload in station.asked("SetChargingProfile"):
        profile: dict[str, Any] = payload["chargingProfile"]
        schedule = profile["chargingSchedule"][0]
        limit = schedule["chargingSchedulePeriod"][0]["limit"]
        if profile.get("transactionId") == transaction_id and limit == limit_a:
            return profile
    return None


def test_a_refused_limit_is_an_error_that_the_user_sees(site: Site, connect: Connect) -> None:
    """Row 37 of what real wallboxes do: no slider shows what the charger refused."""
    name = "refusing 16"
    point = connect("ocpp-rpc", "ocpp1.6", name)
    point.answer(GetConfiguration={"configurationKey": []})
    point.call("BootNotification", {"chargePointVendor": "Foreign", "chargePointModel": "M"})
    status = {"connectorId": 1, "errorCode": "NoError", "status": "Charging"}
    started = point.call(
        "StartTransaction",
        {"connectorId": 1, "idTag": "CARD1", "meterStart": 0, "timestamp": now()},
    )
    point.call("StatusNotification", status)
    shown = Shown(site, name)
    shown.until("status", "charging")
    wait_until(lambda: profiles_of(point, started["transactionId"]), "the first limit", 20)
    point.answer(SetChargingProfile={"status": "Rejected"})
    entity_id = shown.entities["current_limit"]
    with pytest.raises(Exception, match=r"[45]00"):
        site.page.act("number.set_value", entity_id=entity_id, value=9)
    assert site.page.number(entity_id) == 16
    assert not point.violations


@pytest.mark.parametrize("library", ["em-ocpp-chargepoint-simulator", "ocpp-rpc"])
def test_a_wrong_password_is_refused(site: Site, connect: Connect, library: str) -> None:
    with pytest.raises(PointError):
        connect(library, "ocpp1.6", f"locked {library}", password="wrong")
