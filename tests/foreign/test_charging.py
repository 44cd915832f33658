"""Charge points of other people's libraries charge under a real Home Assistant.

Each library judges our messages by schemas of its own, in strict mode where it has one.
"""

from typing import Any

import pytest

from scripts.harness.home_assistant import wait_until
from tests.foreign.charging import Connect, Shown, charge_16, now, profiles_of
from tests.foreign.conftest import Site
from tests.foreign.point import ForeignPoint, PointError


@pytest.mark.parametrize("library", ["em-ocpp-chargepoint-simulator", "ocpp-rpc"])
def test_a_foreign_charge_point_of_16_charges(site: Site, connect: Connect, library: str) -> None:
    name = f"{library} 16"
    charge_16(site, connect(library, "ocpp1.6", name), library, name)


def test_a_foreign_charge_point_charges_over_home_assistants_own_port(
    site: Site, connect: Connect
) -> None:
    name = "own port"
    url = f"ws://127.0.0.1:{site.page.port}/api/evse_ocpp/{site.entry_id}"
    point = connect("ocpp-rpc", "ocpp1.6", name, url=url)
    charge_16(site, point, "ocpp-rpc", name)


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

    wait_until(lambda: station.asked("SetChargingProfile"), "the first limit", 60)
    entity_id = shown.entities["current_limit"]
    site.page.act("number.set_value", entity_id=entity_id, value=9)
    profile = wait_until(lambda: of_transaction(station, "tx-1", 9), "9 A", 60)
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
    wait_until(lambda: profiles_of(point, started["transactionId"]), "the first limit", 60)
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
