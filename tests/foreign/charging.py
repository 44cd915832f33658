"""What a foreign charge point of 1.6 does to charge, and what Home Assistant shows of it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from scripts.harness.home_assistant import wait_until
from tests.foreign.conftest import Site
from tests.foreign.point import ForeignPoint

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
        self.entities = wait_until(lambda: site.page.entities(name), f"entities of {name}", 60)

    def until(self, key: str, wanted: str | float, timeout_s: float = 60) -> None:
        """Wait until an entity shows what is wanted; numbers to three digits."""

        def fits() -> bool:
            if isinstance(wanted, str):
                return self.page.state(self.entities[key]) == wanted
            number = self.page.number(self.entities[key])
            return number is not None and abs(number - wanted) < 0.0015

        wait_until(fits, f"{key} {wanted}", timeout_s)


def charge_16(site: Site, point: ForeignPoint, library: str, name: str) -> None:
    """Boot, charge with one change of the limit, and end, as the wallbox `name`."""
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
    wait_until(lambda: profiles_of(point, transaction_id), "the first limit", 60)
    before = len(profiles_of(point, transaction_id))
    entity_id = shown.entities["current_limit"]
    site.page.act("number.set_value", entity_id=entity_id, value=9)
    changed = wait_until(lambda: profiles_of(point, transaction_id)[before:], "9 A", 60)
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
