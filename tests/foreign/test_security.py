"""The security profiles of OCPP (1.6 security white paper, section 2) with foreign charge points.

They verify us with the root certificate that a user downloads, and get their own certificate from
us: TLS, certificates and the messages of the security extension are judged by other people's code.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from scripts.harness.home_assistant import HarnessError, HomeAssistant, wait_until
from tests.foreign.charging import Connect, Shown, charge_16, now
from tests.foreign.conftest import Site
from tests.foreign.point import ForeignPoint, PointError

LIBRARIES = ["em-ocpp-chargepoint-simulator", "ocpp-rpc"]
BOOT = {"chargePointVendor": "Foreign", "chargePointModel": "M", "firmwareVersion": "1"}


@pytest.mark.parametrize("library", LIBRARIES)
def test_it_charges_by_wss_with_a_password(site: Site, connect: Connect, library: str) -> None:
    """Security profile 2; our certificate is verified."""
    name = f"wss {library}"
    point = connect(library, "ocpp1.6", name, url=site.secure_url, security="tls_password")
    charge_16(site, point, library, name)


def test_a_charging_station_of_201_comes_by_wss(site: Site, connect: Connect) -> None:
    name = "wss 201"
    url = site.secure_url
    station = connect("ocpp-rpc", "ocpp2.0.1", name, url=url, security="tls_password")
    what = {"vendorName": "Foreign", "model": "M"}
    boot = station.call("BootNotification", {"reason": "PowerUp", "chargingStation": what})
    assert boot["status"] == "Accepted"
    status = {"evseId": 1, "connectorId": 1, "connectorStatus": "Available", "timestamp": now()}
    station.call("StatusNotification", status)
    Shown(site, name).until("status", "available")
    assert not station.violations


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(
    ("case", "given"),
    [
        ("wrong password", {"password": "wrong"}),
        ("no password", {"password": ""}),
        ("unknown root", {"trusting": False}),
        ("not encrypted", {"url": None}),
    ],
)
def test_it_does_not_come_in_by_less(
    site: Site, connect: Connect, library: str, case: str, given: dict[str, Any]
) -> None:
    wanted = {"url": site.secure_url, "security": "tls_password"}
    with pytest.raises(PointError):
        connect(library, "ocpp1.6", f"{case} {library}", **(wanted | given))


@pytest.mark.parametrize("library", LIBRARIES)
def test_it_gets_a_certificate_and_charges_with_it(
    site: Site, connect: Connect, library: str
) -> None:
    """Security profile 3: SignCertificate, CertificateSigned, and a connection by certificate."""
    name = f"certificate {library}"
    point = connect(library, "ocpp1.6", name, url=site.secure_url)
    assert point.call("BootNotification", BOOT)["status"] == "Accepted"
    point.renew()
    [signed] = point.asked("CertificateSigned")
    assert signed["certificateChain"].startswith("-----BEGIN CERTIFICATE-----")
    require_certificate(site, name)
    point.wait(lambda: not point.connected, "the link's end: its settings changed", 10)
    point.dial()
    point.wait(lambda: point.connected, "the connection by certificate", 15)
    charge_16(site, point, library, name)


def test_a_certificate_that_is_wanted_is_not_replaced_by_a_password(
    site: Site, connect: Connect
) -> None:
    with pytest.raises(PointError):
        connect("ocpp-rpc", "ocpp1.6", "bare 16", url=site.secure_url, security="tls_certificate")


def require_certificate(site: Site, name: str) -> None:
    """Set the wallbox to certificates only, as its owner does."""
    kind = "config_entries/subentries/list"
    listed = site.page.websocket(type=kind, entry_id=site.entry_id)
    subentry_id = next(each["subentry_id"] for each in listed if each["title"] == name)
    settings = {"ocpp_version": "auto", "energy_unit": "auto", "close_hard": False}
    done = site.page.walk(
        "/api/config/config_entries/subentries/flow",
        {
            "handler": [site.entry_id, "charger"],
            "subentry_id": subentry_id,
            "show_advanced_options": False,
        },
        {"next_step_id": "connection"},
        {"security": "tls_certificate", **settings},
    )
    assert done["reason"] == "reconfigure_successful"


# The actions that speak with the security extension's messages.


@pytest.fixture(params=LIBRARIES)
def booted(
    request: pytest.FixtureRequest, site: Site, connect: Connect
) -> Iterator[tuple[ForeignPoint, str]]:
    """A charge point that has booted, and the id of its device."""
    name = f"{request.node.originalname[5:22]} {request.param[:9]}".replace("_", " ")
    point = connect(request.param, "ocpp1.6", name)
    point.call("BootNotification", BOOT)
    point.call(
        "StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
    )
    Shown(site, name).until("status", "available")
    yield point, site.page.device(name)
    assert not point.violations


def ask(page: HomeAssistant, action: str, device: str, **data: Any) -> dict[str, Any]:
    """Do an action with an answer."""
    told = page.act(f"evse_ocpp.{action}?return_response", device_id=device, **data)
    return dict(told["service_response"])


def test_the_security_log_arrives(site: Site, booted: tuple[ForeignPoint, str]) -> None:
    """GetLog, an upload to our own receiver, and its LogStatusNotification."""
    point, device = booted
    point.answer(GetLog={"status": "Accepted", "filename": "security.log"})
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask, site.page, "get_diagnostics", device, kind="SecurityLog", wait=30)
        [asked] = point.wait(lambda: point.asked("GetLog"), "GetLog", 10)
        assert asked["logType"] == "SecurityLog"
        number = {"requestId": asked["requestId"]}
        assert point.call("LogStatusNotification", {"status": "Uploading"} | number) == {}
        url = asked["log"]["remoteLocation"]
        assert point.fetch(f"{url}/security.log", "somebody opened the case")["status"] < 300
        point.call("LogStatusNotification", {"status": "Uploaded"} | number)
        told = answer.result(20)
    assert told["file_name"] == "security.log"
    assert told["size"] == len("somebody opened the case")
    assert site.page.download(told["url"]) == "somebody opened the case"


def test_a_signed_firmware_is_fetched(site: Site, booted: tuple[ForeignPoint, str]) -> None:
    """SignedUpdateFirmware with a file of Home Assistant's folder, and its progress."""
    point, device = booted
    folder = site.page.folder / "evse_ocpp" / "firmware"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "wallbox-2.bin").write_text("new firmware")
    signed = {"signing_certificate": "-----BEGIN CERTIFICATE-----", "signature": "c2ln"}
    ask(site.page, "update_firmware", device, file="wallbox-2.bin", **signed)
    [asked] = point.wait(lambda: point.asked("SignedUpdateFirmware"), "the order", 10)
    assert asked["firmware"]["signature"] == "c2ln"
    assert point.fetch(asked["firmware"]["location"]) == {"status": 200, "text": "new firmware"}
    for status in ("Downloaded", "SignatureVerified", "Installing", "Installed"):
        told = {"status": status, "requestId": asked["requestId"]}
        assert point.call("SignedFirmwareStatusNotification", told) == {}


def test_a_new_certificate_is_asked_for(site: Site, booted: tuple[ForeignPoint, str]) -> None:
    """ExtendedTriggerMessage; a charge point that does not know it is an error with its words."""
    point, device = booted
    trigger = {"message": "SignChargePointCertificate", "device_id": device}
    site.page.act("evse_ocpp.trigger", **trigger)
    asked = {"requestedMessage": "SignChargePointCertificate"}
    told = point.wait(lambda: point.asked("ExtendedTriggerMessage"), "the trigger", 10)
    assert told == [asked]
    point.answer(ExtendedTriggerMessage={"status": "NotImplemented"})
    with pytest.raises(HarnessError, match=r"[45]00"):
        site.page.act("evse_ocpp.trigger", **trigger)
    tampering = {"type": "TamperDetectionActivated", "timestamp": now()}
    assert point.call("SecurityEventNotification", tampering) == {}
    wait_until(lambda: point.connected, "a link that goes on")
